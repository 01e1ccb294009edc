"""What Kinora needs from outside, as Protocols."""
