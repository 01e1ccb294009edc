"""Modify: what a film shows, changed by words."""
