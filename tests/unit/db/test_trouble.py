"""What is told of a disk that cannot be used, and what is left to be a fault of the program."""

import errno
import sqlite3
from pathlib import Path

import pytest

from kinora.adapters.db.trouble import Undone, want_of_disk

FULL, CLOSED = "the disk is full", "the disk cannot be written to"


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "x"), FULL),
        (OSError(errno.EDQUOT, "x"), FULL),
        (OSError(errno.EROFS, "x"), CLOSED),
        (Undone("x"), FULL),
        (FileNotFoundError(errno.ENOENT, "x"), ""),
        (sqlite3.OperationalError("x"), ""),
        (ValueError("the disk is full"), ""),
    ],
)
def test_only_the_disks_own_trouble_is_the_disks(error: Exception, told: str) -> None:
    assert want_of_disk(error) == told


def test_what_sqlite_says_of_a_full_and_of_a_closed_file(tmp_path: Path) -> None:
    db = sqlite3.connect(tmp_path / "small")
    db.execute("create table t (x)")
    db.execute("pragma max_page_count = 2")
    with pytest.raises(sqlite3.Error) as full:
        db.execute("insert into t values (zeroblob(100000))")
    assert want_of_disk(full.value) == FULL
    db.execute("pragma query_only = on")
    with pytest.raises(sqlite3.Error) as closed:
        db.execute("insert into t values (1)")
    assert want_of_disk(closed.value) == CLOSED
    other = sqlite3.connect(tmp_path / "small", timeout=0)
    db.execute("pragma query_only = off")
    db.rollback()
    db.execute("begin immediate")
    with pytest.raises(sqlite3.Error) as busy:
        other.execute("begin immediate")
    assert want_of_disk(busy.value) == "another process holds the database"
    with pytest.raises(sqlite3.Error) as wrong:
        db.execute("select * from nowhere")
    assert want_of_disk(wrong.value) == ""
