"""One file per verb (L6)."""
