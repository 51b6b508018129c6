"""Keeper: holds one place's listening socket and looks after the processes that answer on it (L4).

Run as ``python -I -S start.py FOLDER``: a process of its own that outlives the daemon, and even its
installation. What lives here imports the standard library only, and nothing else of Tagboat.
"""
