"""Provenance: content credentials (C2PA) in every result."""
