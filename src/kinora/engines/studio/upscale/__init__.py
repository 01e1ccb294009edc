"""Makes films larger."""
