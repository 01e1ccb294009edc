"""Compiles every kernel before a first run would wait for it; once for each state of the code.

Numba keeps machine code on disk, and a run loads what it needs in a few tenths of a second. So only
the first start after a change has anything to do here: it takes about a minute of processor time,
which two processes share. `python -m kinora.engines.studio.warming` is the second one.
"""

import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from functools import partial
from hashlib import sha256
from pathlib import Path

from kinora.engines.studio.effects.room import warm as warm_effects
from kinora.engines.studio.imagevideo.room import warm as warm_pictures
from kinora.engines.studio.kernels.jit import cache_folder, compiler
from kinora.engines.studio.mimic.warp import warm as warm_mimic
from kinora.engines.studio.scenes.stage import warm as warm_scenes
from kinora.engines.studio.styles.room import warm as warm_styles
from kinora.engines.studio.upscale.room import warm as warm_upscale

FIRST: Sequence[Callable[[], None]] = (
    partial(warm_scenes, ("terrain", "ink", "planet", "fluid")),
    warm_effects,
)
SECOND: Sequence[Callable[[], None]] = (
    partial(warm_scenes, ("city", "forest", "fields", "underwater", "aurora", "fire")),
    warm_styles,
    warm_upscale,
    warm_mimic,
)
"""What each of the two processes compiles: about half a minute of processor time for each."""

HELPER = (sys.executable, "-m", "kinora.engines.studio.warming")


def warm_up() -> None:
    """Compile what is not compiled yet, and load what nearly every run needs."""
    warm_pictures()
    folder = cache_folder()
    stamp = None if folder is None else folder / f"whole-{code_and_compiler()}"
    if stamp is not None and stamp.exists():
        return
    helper = _helper() if stamp is not None and (os.cpu_count() or 1) > 1 else None
    each(FIRST)
    if helper is None or helper.wait() != 0:
        each(SECOND)
    if stamp is not None:
        stamp.touch()


def code_and_compiler() -> str:
    """Return a name for the compiler, the processor, and the sources.

    Sources are told apart as Numba does it: by where they lie, their times and sizes.
    """
    here = Path(__file__).parent
    told = [str(here), compiler()]
    for path in sorted(here.rglob("*.py")):
        facts = path.stat()
        told.append(f"{path.relative_to(here)} {facts.st_mtime_ns} {facts.st_size}")
    return sha256("|".join(told).encode()).hexdigest()[:32]


def _helper() -> subprocess.Popen[bytes] | None:
    try:
        return subprocess.Popen(  # noqa: S603 - our own module, no shell
            HELPER, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
    except OSError:
        return None


def each(parts: Sequence[Callable[[], None]]) -> None:
    """Compile parts here."""
    for part in parts:
        part()


if __name__ == "__main__":
    each(SECOND)
