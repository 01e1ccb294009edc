"""Pictures made from pictures."""
