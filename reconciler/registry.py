"""The composition root: kind → factory (L6)."""
