"""Looking at strangers' media, behind a wall."""
