"""Kinora's own door: health and metrics."""
