"""What every file says of itself, in metadata that any player and picture viewer shows."""

NOTE = "Generated or edited by software (Kinora, built-in engine); not a recording."
NOTES = {"comment": NOTE, "artist": "Kinora"}
SOFTWARE, DESCRIPTION = 305, 270
"""Numbers of EXIF's tags."""
