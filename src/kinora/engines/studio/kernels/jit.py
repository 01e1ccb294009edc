"""The one place where numba is named, so that the rest stays typed."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

F = TypeVar("F", bound=Callable[..., Any])

rows = numba.prange
"""A range whose turns run in parallel; only inside a `kernel`, only over rows or columns."""


def kernel(function: F) -> F:
    """Compile a loop over whole pictures, rows in parallel, and keep the machine code on disk.

    Kernels must be called from one thread only: numba's default thread pool is not reentrant.
    """
    return cast(F, numba.njit(cache=True, fastmath=True, parallel=True, nogil=True)(function))


def inline(function: F) -> F:
    """Compile a small function that kernels call per pixel."""
    return cast(F, numba.njit(cache=True, fastmath=True, nogil=True)(function))


def serial(function: F) -> F:
    """Compile a loop whose order matters, such as erosion or a raster scan."""
    return cast(F, numba.njit(cache=True, fastmath=True, nogil=True)(function))
