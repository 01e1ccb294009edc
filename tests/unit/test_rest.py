"""An idle engine gives back only pages that it can read again."""

from kinora.adapters.fleet.rest import clean_mappings, forget_libraries

SMAPS = """\
7f0000000000-7f0000010000 r-xp 00000000 08:01 99 /usr/lib/liba.so
Rss:                 64 kB
Anonymous:             0 kB
7f0000010000-7f0000020000 r--p 00010000 08:01 99 /usr/lib/liba.so
Anonymous:             4 kB
7f0000020000-7f0000030000 rw-p 00020000 08:01 99 /usr/lib/liba.so
Anonymous:             0 kB
7f0000030000-7f0000040000 r-xp 00000000 00:00 0 [vdso]
Anonymous:             0 kB
"""


def test_only_clean_read_only_pages_of_files_are_let_go() -> None:
    """Relocated, writable and nameless pages exist nowhere else."""
    assert clean_mappings(SMAPS) == [(0x7F0000000000, 0x10000)]


def test_the_process_goes_on_after_it_forgot_its_libraries() -> None:
    """What was let go comes back when it is needed."""
    forget_libraries()
    assert sorted("kinora") == ["a", "i", "k", "n", "o", "r"]
