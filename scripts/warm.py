"""`python scripts/warm.py`: compiles the studio's kernels, so that no test waits for that."""

import os

from kinora.settings import Settings


def main() -> None:
    """Compile into the folder that servers use."""
    os.environ["NUMBA_CACHE_DIR"] = str(Settings().kernels / "kernels")
    from kinora.engines.studio.engine import Studio  # noqa: PLC0415 - reads the variable

    Studio().setup()


if __name__ == "__main__":
    main()
