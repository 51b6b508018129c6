"""A deployment as data: lanes, the literal transition table, the fold, progress (L2, pure)."""
