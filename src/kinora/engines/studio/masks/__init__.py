"""Regions of films: found in one frame, followed through all."""
