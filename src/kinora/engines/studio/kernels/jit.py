"""The one place where numba is named, so that the rest stays typed."""

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba
import numpy as np

Function = TypeVar("Function", bound=Callable[..., Any])

rows = numba.prange
"""A range whose turns run in parallel; only inside a `kernel`, only over rows or columns."""


def kernel(function: Function) -> Function:
    """Compile a loop over whole pictures, rows in parallel, and keep the machine code on disk.

    Kernels must be called from one thread only: numba's default thread pool is not reentrant.
    """
    return cast(
        Function, numba.njit(cache=True, fastmath=True, parallel=True, nogil=True)(function)
    )


def inline(function: Function) -> Function:
    """Compile a small function that kernels call per pixel."""
    return cast(Function, numba.njit(cache=True, fastmath=True, nogil=True)(function))


def serial(function: Function) -> Function:
    """Compile a loop whose order matters, such as erosion or a raster scan."""
    return cast(Function, numba.njit(cache=True, fastmath=True, nogil=True)(function))


F = cast(Callable[[float], float], np.float32)
"""Makes a number single precision inside a kernel; to the type checker it stays a float."""
