"""Kinora: a self-hosted AI media-generation platform."""

__version__ = "0.1.0"
