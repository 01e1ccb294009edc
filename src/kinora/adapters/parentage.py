"""A process that dies with the one that started it, even when it hangs."""

import ctypes
import os
import signal
import sys

PR_SET_PDEATHSIG = 1
"""See prctl(2). The signal comes when the thread ends that started this process."""


def die_with_parent() -> None:
    """Have the system kill this process when its parent dies; nothing on other systems than Linux.

    Each process also ends by itself when its standard input closes. But one that was stopped, or
    whose native code never returns, would not see that: it would hold its lock or its socket, and
    no server could start in its place.
    """
    if sys.platform != "linux":
        return
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
    if os.getppid() != parent:
        # It died in between.
        os._exit(0)
