"""What asks whether content works (L4). Probes don't import one another."""
