"""Films from words."""
