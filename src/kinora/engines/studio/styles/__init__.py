"""Styles: films as if drawn, painted, modelled or printed, steady in time."""
