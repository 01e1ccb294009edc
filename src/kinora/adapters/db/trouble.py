"""What SQLite and the system say of a disk or a file that they cannot use, for people."""

import errno
import sqlite3

Trouble = sqlite3.Error

FULL = {errno.ENOSPC, errno.EDQUOT}
UNUSABLE = {errno.EROFS, errno.EIO}
PRIMARY = 0xFF
"""SQLite's extended result codes hold the plain one in their last byte."""


class Undone(sqlite3.OperationalError):
    """SQLite gave up a transaction as a whole, as it does when the disk is full."""


def told(trouble: Trouble) -> str:
    """Say what is wrong with the database, and what can be done."""
    if "locked" in str(trouble):
        return "the database is busy; try again in a moment"
    return f"the database cannot be used ({trouble}): see `kinora doctor`, or restore a backup"


def want_of_disk(error: BaseException) -> str:
    """Say why the disk, or the database on it, cannot be written; empty when it is not that."""
    if isinstance(error, Undone):
        return "the disk is full"
    if isinstance(error, sqlite3.Error):
        return _of_database(getattr(error, "sqlite_errorcode", 0) & PRIMARY)
    if isinstance(error, OSError) and error.errno in FULL:
        return "the disk is full"
    if isinstance(error, OSError) and error.errno in UNUSABLE:
        return "the disk cannot be written to"
    return ""


def _of_database(code: int) -> str:
    if code == sqlite3.SQLITE_FULL:
        return "the disk is full"
    if code == sqlite3.SQLITE_BUSY:
        return "another process holds the database"
    if code in (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_READONLY):
        return "the disk cannot be written to"
    return ""
