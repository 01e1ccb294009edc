"""What a fleet and its child processes say to each other.

Downwards go pickled `Spec`s and job numbers, for the parent is trusted; upwards come typed JSON
lines, for the child has looked at strangers' media.
"""

import pickle
import struct
from dataclasses import dataclass
from typing import BinaryIO

import msgspec

from kinora.ports.engine import Spec

LENGTH = struct.Struct(">I")


@dataclass(frozen=True, slots=True)
class Run:
    """Make this."""

    spec: Spec


@dataclass(frozen=True, slots=True)
class Stop:
    """Give this job up if it is the one at work."""

    job: int


Command = Run | Stop


class Ready(msgspec.Struct, tag=True, frozen=True):
    """The engine is set up and waits for work."""


class Step(msgspec.Struct, tag=True, frozen=True):
    """The run got further; `done` goes from 0 to 1."""

    done: float


class Said(msgspec.Struct, tag=True, frozen=True):
    """A line for the operator's log."""

    event: str
    fields: dict[str, str | int | float]


class File(msgspec.Struct, tag=True, frozen=True):
    """The run ended well with this file, named relative to its work folder."""

    name: str
    kind: str
    mime: str
    width: int
    height: int
    frames: int
    seconds: float
    has_audio: bool
    label: str = ""
    beside: tuple["File", ...] = ()


class Cannot(msgspec.Struct, tag=True, frozen=True):
    """The run ended because this cannot be made."""

    reason: str


class Crash(msgspec.Struct, tag=True, frozen=True):
    """The run ended by a fault of the engine; `detail` is for the log only."""

    reason: str
    detail: str


Report = Ready | Step | Said | File | Cannot | Crash

write_report = msgspec.json.Encoder().encode
read_report = msgspec.json.Decoder(Report).decode


def pack(command: Command) -> bytes:
    """Return a command as it travels: its length, then its pickle."""
    body = pickle.dumps(command)
    return LENGTH.pack(len(body)) + body


def unpack(stream: BinaryIO) -> Command | None:
    """Read the next command; None when the parent is gone."""
    head = stream.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    command: Command = pickle.loads(stream.read(length))  # noqa: S301 - only our parent writes here
    return command
