"""A process that opens accepted files as the engine does: a file a line, a verdict a line.

It is a process of its own, as the engine is: what a broken film does to a decoder must not end the
test with it.
"""

import asyncio
import json
import sys
from itertools import islice
from pathlib import Path

from kinora.engines.studio.picture.load import load
from kinora.engines.studio.source.listening import streamed
from kinora.engines.studio.source.reading import facts, frames
from kinora.ports.engine import CannotMake

SECONDS = 60.0


def read(kind: str, path: Path) -> str:
    """Return how an engine's reader finds a file: `whole`, or what it says against it."""
    try:
        match kind:
            case "image":
                load(path)
            case "video":
                facts(path)
                for _ in islice(frames(path, fps=24, size=(64, 64), count=None), 50):
                    pass
            case _:
                for _ in streamed(path, seconds=SECONDS):
                    pass
    except CannotMake as refused:
        return f"refused: {refused}"
    except Exception as error:  # noqa: BLE001 - this is what we look for
        return f"raised: {type(error).__name__}: {error}"
    return "whole"


class Reader:
    """The process, seen from the test."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def __call__(self, kind: str, path: Path) -> str:
        """Return what the process says, or that it died or hung."""
        if self._process is None:
            self._process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.fuzz.reader"),
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.DEVNULL,
            )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps([kind, str(path)]).encode() + b"\n")
        try:
            async with asyncio.timeout(SECONDS):
                told = await self._process.stdout.readline()
        except TimeoutError:
            await self.close()
            return "hung"
        if not told:
            code = await self._process.wait()
            self._process = None
            return f"died: {code}"
        return str(json.loads(told))

    async def close(self) -> None:
        if self._process is not None:
            self._process.kill()
            await self._process.wait()
            self._process = None


def main() -> None:
    for line in sys.stdin:
        kind, path = json.loads(line)
        sys.stdout.write(json.dumps(read(kind, Path(path))) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
