"""A door that speaks the PixVerse Platform API. Kinora is not affiliated with PixVerse."""
