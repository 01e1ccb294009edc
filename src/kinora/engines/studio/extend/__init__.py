"""Lets films go on."""
