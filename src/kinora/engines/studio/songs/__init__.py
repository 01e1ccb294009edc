"""Songs become films: what is heard, where it is cut, what is shown, what is sung."""
