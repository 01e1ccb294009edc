"""Swap: another thing, or another background, in a film."""
