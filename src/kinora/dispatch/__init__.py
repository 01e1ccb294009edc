"""Choosing the next job and handing it to a fleet."""
