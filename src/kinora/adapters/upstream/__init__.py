"""Other servers that speak the PixVerse Platform API, as makers of our jobs."""
