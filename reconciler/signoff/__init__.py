"""What of the protected branch is in force: a fold over facts that are given to it (L2, pure).

No git in here: `reconciler.repository` gathers the facts.
"""
