"""Mimic: the motion of a person in a film, given to a picture."""
