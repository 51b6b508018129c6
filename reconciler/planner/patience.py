"""How long what leaves with a slot may be late."""

from datetime import timedelta

PATIENCE = timedelta(hours=1)
"""So long after its slot something may still leave."""
