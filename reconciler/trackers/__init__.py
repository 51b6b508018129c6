"""Trackers: where an app's tickets are (L4)."""
