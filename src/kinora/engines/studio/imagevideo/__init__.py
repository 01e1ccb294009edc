"""Pictures that come alive."""
