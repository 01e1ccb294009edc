"""What SQLite says of a file that it cannot use, for people."""

import sqlite3

Trouble = sqlite3.Error


def told(trouble: Trouble) -> str:
    """Say what is wrong with the database, and what can be done."""
    if "locked" in str(trouble):
        return "the database is busy; try again in a moment"
    return f"the database cannot be used ({trouble}): see `kinora doctor`, or restore a backup"
