"""The gate for pictures, films and sounds: processes that fork for each file, see `zygote`."""

import asyncio
import json
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from kinora.domain.asset import AssetKind
from kinora.domain.errors import (
    ImageDimensions,
    ImageFormat,
    ImageTooBig,
    ImageUnreadable,
    Invalid,
    KinoraError,
    Overloaded,
)
from kinora.ports.media import Clip, Still

REFUSALS: dict[str, type[KinoraError]] = {
    "too_big": ImageTooBig,
    "dimensions": ImageDimensions,
    "format": ImageFormat,
    "unreadable": ImageUnreadable,
    "media": Invalid,
}
PATIENCE = 20.0
AT_ONCE = 2
"""How many files are judged at the same time: a picture of 10,000 pixels a side takes seconds."""

MOST_WAITING = 32


class Guard:
    """One process that judges files one after the other; started at the first one."""

    def __init__(self, *modules: str) -> None:
        """Start nothing yet; the process loads `modules` once, for all that it judges."""
        self._modules = modules
        self._process: asyncio.subprocess.Process | None = None

    async def ask(self, asked: dict[str, str]) -> dict[str, Any] | None:
        """Return what the process says of a file, None when it says nothing in time."""
        line = json.dumps(asked).encode() + b"\n"
        try:
            # A process that was found dead is begun anew, once.
            told = await self._told(line) or await self._told(line)
        except TimeoutError:
            await self.close()
            return None
        except asyncio.CancelledError:
            # The answer to an abandoned question must not be taken for the next one's.
            await self.close()
            raise
        heard: dict[str, Any] | None = json.loads(told) if told else None
        return heard

    async def _told(self, line: bytes) -> bytes:
        """Return the process's answer, empty when it died over it."""
        process = await self._running()
        assert process.stdin is not None  # noqa: S101 - made with pipes below
        assert process.stdout is not None  # noqa: S101 - made with pipes below
        told = b""
        with suppress(ConnectionError):
            process.stdin.write(line)
            async with asyncio.timeout(PATIENCE):
                told = await process.stdout.readline()
        if not told:
            await self.close()
        return told

    async def close(self) -> None:
        """End the process."""
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._process.wait()
            self._process = None

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is None or self._process.returncode is not None:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                "kinora.adapters.media.zygote",
                *self._modules,
                stdin=asyncio.subprocess.PIPE,
                stdout=asyncio.subprocess.PIPE,
            )
        return self._process


class GuardedGate:
    """Judges pictures, films and sounds, two at a time; a few may wait, more are sent away."""

    def __init__(self) -> None:
        """Start nothing yet."""
        self._free = [Guard() for _ in range(AT_ONCE)]
        self._guards = tuple(self._free)
        self._places = asyncio.Semaphore(AT_ONCE)
        self._waiting = 0

    async def admit(self, source: Path, *, folder: Path) -> Still:
        """Judge a picture by its bytes and write its clean twin into `folder`."""
        target = folder / f"{source.name}.clean"
        told = await self._judged({"source": str(source), "target": str(target)})
        if told is None:
            raise ImageUnreadable("the image could not be checked in time")
        return Still(
            path=target,
            mime=told["mime"],
            width=told["width"],
            height=told["height"],
            look=told["look"],
        )

    async def admit_media(self, source: Path, *, thumbnail: Path | None = None) -> Clip:
        """Judge a film or sound by its bytes; the file stays as it is.

        A film's first picture is written to `thumbnail`, when given, as an upright JPEG.
        """
        asked = {"media": str(source)}
        if thumbnail is not None:
            asked["thumbnail"] = str(thumbnail)
        told = await self._judged(asked)
        if told is None:
            raise Invalid("the file could not be checked in time")
        return Clip(
            path=source,
            kind=AssetKind(told["kind"]),
            mime=told["mime"],
            width=told["width"],
            height=told["height"],
            frames=told["frames"],
            seconds=told["seconds"],
            has_audio=told["has_audio"],
        )

    async def close(self) -> None:
        """End the processes."""
        for guard in self._guards:
            await guard.close()

    async def _judged(self, asked: dict[str, str]) -> dict[str, Any] | None:
        if self._waiting >= MOST_WAITING:
            raise Overloaded("too many uploads are waiting to be checked; try again in a moment")
        self._waiting += 1
        try:
            await self._places.acquire()
        finally:
            self._waiting -= 1
        guard = self._free.pop()
        try:
            told = await guard.ask(asked)
        finally:
            self._free.append(guard)
            self._places.release()
        if told is not None and "code" in told:
            raise REFUSALS[told["code"]](told["text"])
        return told
