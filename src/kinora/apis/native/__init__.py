"""Kinora's own door: health and metrics, uploads in parts, webhooks."""
