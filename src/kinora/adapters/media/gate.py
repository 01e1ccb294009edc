"""The gate for pictures: a small process that forks for each, see `zygote`."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from kinora.domain.errors import (
    ImageDimensions,
    ImageFormat,
    ImageTooBig,
    ImageUnreadable,
    KinoraError,
)
from kinora.ports.media import Still

REFUSALS: dict[str, type[KinoraError]] = {
    "too_big": ImageTooBig,
    "dimensions": ImageDimensions,
    "format": ImageFormat,
    "unreadable": ImageUnreadable,
}
PATIENCE = 20.0


class GuardedImageGate:
    """Judges pictures one after the other in a process that is started at the first one."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._process: asyncio.subprocess.Process | None = None
        self._turn = asyncio.Lock()

    async def admit(self, source: Path, *, folder: Path) -> Still:
        """Judge a file by its bytes and write its clean twin into `folder`."""
        target = folder / f"{source.name}.clean"
        asked = {"source": str(source), "target": str(target)}
        async with self._turn:
            told = await self._ask(json.dumps(asked).encode() + b"\n")
        if "code" in told:
            raise REFUSALS[told["code"]](told["text"])
        return Still(path=target, mime=told["mime"], width=told["width"], height=told["height"])

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    async def _ask(self, line: bytes) -> dict[str, Any]:
        process = await self._running()
        assert process.stdin is not None  # noqa: S101 - made with pipes below
        assert process.stdout is not None  # noqa: S101 - made with pipes below
        try:
            process.stdin.write(line)
            async with asyncio.timeout(PATIENCE):
                told = await process.stdout.readline()
        except (TimeoutError, ConnectionError):
            told = b""
        except asyncio.CancelledError:
            # The answer to an abandoned question must not be taken for the next one's.
            await self.close()
            raise
        if not told:
            await self.close()
            raise ImageUnreadable("the image could not be checked in time")
        heard: dict[str, Any] = json.loads(told)
        return heard

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "kinora.adapters.media.zygote",
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self._process
