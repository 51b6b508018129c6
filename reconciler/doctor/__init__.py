"""What `tagboat doctor` looks at: this host's tools, settings, folders and remotes (L6).

Each check gives findings and changes nothing but caches; none of them raises for what it finds.
"""
