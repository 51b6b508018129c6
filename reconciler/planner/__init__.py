"""Gates, decisions, rendering: what is to be done in each place and why (L2, pure)."""
