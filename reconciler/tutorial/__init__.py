"""Brings up the worked example on one machine: remote, people, places, daemon, site (L6)."""
