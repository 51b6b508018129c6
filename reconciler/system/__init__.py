"""Clock, locks, processes, host configuration: this machine (L4)."""
