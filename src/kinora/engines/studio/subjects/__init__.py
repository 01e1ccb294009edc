"""Things and animals that a prompt names, set into a scene as small sculptures."""
