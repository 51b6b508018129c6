"""Rules over a snapshot, one per file; a rule's docstring is its manual page (L2, pure)."""
