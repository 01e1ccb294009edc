"""Walls around a process that touches strangers' media: what a broken decoder could still do.

A process that enters its walls can no more open a connection, look at another process, read what
it was not given, or write anywhere but where it was told to; its memory, the size of its files and
the number of its open ones have limits. What it starts has the same walls.

Files are walled by Landlock (https://docs.kernel.org/userspace-api/landlock.html, Linux 5.13 and
newer), system calls by seccomp through libseccomp, the rest by limits that every Unix has. A
system that lacks one goes without it; `enter` tells which stand.
"""

import errno
import os
import resource
import sys
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path

import msgspec

import kinora

SYSTEM = (
    *("/usr", "/lib", "/lib64", "/bin", "/sbin", "/opt", "/nix/store"),
    *("/etc/ld.so.cache", "/etc/localtime", "/etc/fonts", "/etc/alternatives"),
    *("/proc/self", "/proc/cpuinfo", "/proc/meminfo", "/proc/stat", "/proc/sys"),
    *("/sys/devices/system", "/sys/fs/cgroup"),
    *("/dev/urandom", "/dev/random", "/dev/zero"),
)
"""What programs and their libraries read. Not all of /etc, /proc and /home: secrets lie there."""

NOWHERE = "/dev/null"

FORBIDDEN = (
    # The network, and the two doors past a filter of system calls.
    *("socket", "io_uring_setup", "io_uring_enter", "io_uring_register"),
    # Other processes.
    *("ptrace", "process_vm_readv", "process_vm_writev", "pidfd_getfd", "kcmp"),
    # The kernel and its namespaces.
    *("mount", "umount2", "pivot_root", "move_mount", "open_tree", "fsopen", "unshare", "setns"),
    *("bpf", "perf_event_open", "userfaultfd", "keyctl", "add_key", "request_key"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot"),
    *("swapon", "swapoff", "settimeofday", "clock_settime", "acct", "quotactl"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Walls:
    """What a process may use. Paths are folders or files; limits of 0 are none.

    memory: bytes of address space. file: bytes of the largest file it may write.
    open_files: how many files it may have open at once.
    """

    read: tuple[str, ...] = ()
    write: tuple[str, ...] = ()
    memory: int = 0
    file: int = 0
    open_files: int = 0

    def text(self) -> str:
        """Return the walls as text, for the environment of a process."""
        return msgspec.json.encode(asdict(self)).decode()

    @staticmethod
    def of(text: str) -> "Walls":
        """Return the walls that `text` made."""
        return msgspec.json.decode(text, type=Walls)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Which walls stand."""

    files: bool
    calls: bool
    limits: bool


def enter(walls: Walls) -> Standing:
    """Put this process, and all that it starts, inside walls; before it has a second thread."""
    return Standing(
        limits=limit(walls), files=wall_files(walls.read, walls.write), calls=wall_calls()
    )


def limit(walls: Walls) -> bool:
    """Set the limits that every Unix has; tell whether all could be set."""
    wanted = (
        (resource.RLIMIT_AS, walls.memory),
        (resource.RLIMIT_FSIZE, walls.file),
        (resource.RLIMIT_NOFILE, walls.open_files),
    )
    done = [_limited(kind, most) for kind, most in wanted if most]
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    return all(done)


def wall_files(read: tuple[str, ...], write: tuple[str, ...]) -> bool:
    """Let this process read and write only what is named, beside the system's own files."""
    try:
        from landlockpy import AccessFS, Ruleset, Scope  # noqa: PLC0415 - Linux only
    except ImportError:
        return False
    reads = AccessFS.READ_FILE | AccessFS.READ_DIR | AccessFS.EXECUTE
    of_file = AccessFS.READ_FILE | AccessFS.EXECUTE
    try:
        with Ruleset(scoped=Scope.SIGNAL | Scope.ABSTRACT_UNIX_SOCKET) as rules:
            for path in _there((*SYSTEM, *_python(), *read)):
                rules.allow_path(path, reads if Path(path).is_dir() else of_file)
            rules.allow_path(NOWHERE, AccessFS.READ_FILE | AccessFS.WRITE_FILE)
            everything = rules.handled_fs & ~AccessFS.MAKE_BLOCK & ~AccessFS.MAKE_CHAR
            for path in _there(write):
                rules.allow_path(path, everything)
            rules.restrict()
    except (OSError, RuntimeError):
        return False
    return True


def wall_calls() -> bool:
    """Refuse the system calls that nobody here needs, first of all the network's."""
    try:
        import pyseccomp  # noqa: PLC0415 - needs libseccomp, which is Linux's
    except (ImportError, OSError, RuntimeError, AttributeError):
        return False
    try:
        rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
        for name in FORBIDDEN:
            # A call that this kernel's architecture does not have needs no rule.
            with suppress(OSError, ValueError, RuntimeError):
                rules.add_rule(pyseccomp.ERRNO(errno.EPERM), name)
        rules.load()
    except OSError:
        return False
    return True


def allow_processor(seconds: int) -> None:
    """Let this process use so many seconds of processor time from now on, before it is ended."""
    if not seconds:
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    spent = int(used.ru_utime + used.ru_stime) + 1
    with suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_CPU, (spent + seconds, resource.RLIM_INFINITY))


def _limited(kind: int, most: int) -> bool:
    _, hard = resource.getrlimit(kind)
    wanted = most if hard == resource.RLIM_INFINITY else min(most, hard)
    try:
        resource.setrlimit(kind, (wanted, wanted))
    except (ValueError, OSError):
        return False
    return True


def _python() -> Iterator[str]:
    """Yield where Python, its packages and we ourselves lie."""
    yield from (sys.prefix, sys.base_prefix, sys.exec_prefix, str(Path(kinora.__file__).parent))
    yield from (str(Path(path).resolve()) for path in sys.path if path)
    yield str(Path(sys.executable).resolve().parent)


def _there(paths: tuple[str, ...]) -> Iterator[str]:
    return (path for path in dict.fromkeys(paths) if os.path.exists(path))  # noqa: PTH110
