"""The `kinora` command."""
