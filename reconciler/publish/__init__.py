"""History × plan → ``{path: text}``: pages, JSON, pictures (L2, pure)."""
