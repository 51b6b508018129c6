"""The texts of new files (L3): what `tagboat init` and `tagboat new` write.

Texts only, made from names and from a snapshot; nothing here reads or writes a folder.
"""
