"""Git: the only package that runs it, and the only one that imports GitPython (L4)."""
