"""What makes a place run content (L4). Drivers don't import one another."""
