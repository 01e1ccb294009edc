"""Builds the program: the only place that knows every concrete class."""
