"""Frozen values that every other part speaks in (L1).

The files of the repository (`app release environment promotion people`), what is decided from
them (`place content plan deployment`), what is written down (`records`), what is seen
(`observation`), and the host's own configuration (`host`). No behaviour that needs the world.
"""
