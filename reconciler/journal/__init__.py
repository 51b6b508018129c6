"""The write-ahead log of deployments on this host (L4)."""
