"""Forges over their HTTP APIs (L4): each implements `Forge` of `reconciler.ports`.

What a forge says is told here and judged elsewhere; nothing in here knows people or git.
"""
