"""Looking at what people give us, behind a wall."""

from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinora.domain.asset import AssetKind


class Checked(Protocol):
    """A file that passed the gate."""

    @property
    def path(self) -> Path:
        """Where it lies."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Still:
    """A checked picture: upright, first frame only, without metadata, safe to decode.

    `look` is its difference hash: 64 bits that hardly change when it is scaled or saved again.
    """

    path: Path
    mime: str
    width: int
    height: int
    look: int = 0


class ImageGate(Protocol):
    """The only way in for pictures."""

    async def admit(self, source: Path, *, folder: Path) -> Still:
        """Judge a file by its bytes and write its clean twin into `folder`.

        Raises ImageTooBig, ImageFormat, ImageDimensions or ImageUnreadable.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Clip:
    """A checked film or sound; sizes are upright, sounds have none."""

    path: Path
    kind: AssetKind
    mime: str
    width: int
    height: int
    frames: int
    seconds: float
    has_audio: bool


class MediaGate(Protocol):
    """The only way in for films and sounds."""

    async def admit_media(self, source: Path) -> Clip:
        """Judge a file by its bytes; raises Invalid, with a sentence, and Overloaded."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What a picture and a film show; None for what could not be told, or not in time."""

    subject: bool | None
    person: bool | None


NOT_TOLD = Seen(subject=None, person=None)


class Eyes(Protocol):
    """Looks at stored media before a job is accepted, but never for long."""

    async def look(self, *, picture: Path | None, film: Path | None) -> Seen:
        """Tell whether a picture shows a clear subject, and whether a film is about a person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """What a link gave: the file and the media type that its server named."""

    path: Path
    mime: str


class Fetcher(Protocol):
    """Gets files from links that strangers send; never from places they should not reach."""

    async def fetch(self, link: str, *, folder: Path, at_most: int) -> Fetched:
        """Stream a link to a file in `folder`; raises BadLink or ImageTooBig."""
