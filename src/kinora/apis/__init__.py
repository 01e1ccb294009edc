"""Doors: each folder is a way in and can be deleted alone."""
