"""One gate per file; each answers open, closed or unknown with a reason and a remedy (L2, pure)."""
