"""Procedural sound."""
