"""From one picture to another."""
