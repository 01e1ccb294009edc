"""Effects played on pictures."""
