"""Lip sync: mouths move in a film as a voice says."""
