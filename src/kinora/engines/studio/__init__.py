"""The built-in engine: classical graphics and vision, CPU only, no weights."""
