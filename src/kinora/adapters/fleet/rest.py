"""What an idle engine gives back: freed memory, and the pages of libraries that it has read."""

import ctypes
import gc
import re
from pathlib import Path

MAPS = Path("/proc/self/smaps")
MAPPING = re.compile(r"^([0-9a-f]+)-([0-9a-f]+) (\S+) \S+ \S+ (\d+)")
READ_ONLY = ("r-xp", "r--p")
DONTNEED = 4
"""MADV_DONTNEED of madvise(2)."""


def give_memory_back() -> None:
    """Return freed memory to the system, where the C library can."""
    gc.collect()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def forget_libraries() -> None:
    """Let go of the pages of libraries that are only read; they come back when they are used.

    Loading a compiler and two codecs touches some 100 MB of files that a waiting engine does not
    need. Only mappings without a single private page are let go, for those are the file's own.
    """
    if not MAPS.exists():
        return
    advise = ctypes.CDLL(None).madvise
    advise.argtypes = (ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int)
    for start, length in clean_mappings(MAPS.read_text()):
        advise(start, length, DONTNEED)


def clean_mappings(text: str) -> list[tuple[int, int]]:
    """Return address and length of each read-only mapping of a file, by a text as of smaps."""
    found: list[tuple[int, int]] = []
    place: tuple[int, int] | None = None
    for line in text.splitlines():
        if head := MAPPING.match(line):
            start, end = int(head[1], 16), int(head[2], 16)
            of_file = head[3] in READ_ONLY and head[4] != "0"
            place = (start, end - start) if of_file else None
        elif place is not None and line.startswith("Anonymous:") and line.split()[1] == "0":
            found.append(place)
    return found
