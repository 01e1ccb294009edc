"""Music from words, and speech as a sound of its own."""
