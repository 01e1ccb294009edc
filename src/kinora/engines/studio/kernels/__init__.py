"""Compiled pixel loops."""
