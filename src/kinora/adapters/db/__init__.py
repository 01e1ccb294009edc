"""State in one SQL database."""
