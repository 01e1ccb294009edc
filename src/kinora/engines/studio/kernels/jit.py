"""The one place where numba is named, so that the rest stays typed."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar, cast

import numba
import numpy as np
from numba.core.registry import cpu_target

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


def compiler() -> str:
    """Tell who makes machine code here, and for which processor: what Numba's cache goes by."""
    made_for = cpu_target.target_context.codegen().magic_tuple()
    return f"{numba.__version__} {made_for}"


def cache_folder() -> Path | None:
    """Return the one folder that keeps machine code, None when it lies beside the sources."""
    folder: str = vars(numba.config)["CACHE_DIR"]
    return Path(folder) if folder else None
