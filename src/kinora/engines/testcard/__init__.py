"""The test card: an engine that makes real files of the right kind and size, and nothing to see."""
