"""The small ASGI kit that the doors share."""
