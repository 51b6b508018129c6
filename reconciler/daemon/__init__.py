"""The loop that decides, the workers that carry out (L5)."""
