"""An engine makes pixels: spec in, small events out, in a process of its own."""

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import Ask
from kinora.domain.shape import Shape as Shape  # noqa: PLC0414 - engines take it from their port


@dataclass(frozen=True, slots=True, kw_only=True)
class Spec:
    """One run of an engine.

    `inputs` maps each asset of the ask to a local file: a checked, upright, metadata-free
    PNG, JPEG or WebP for pictures, any film or sound that the media gate let in. The engine
    writes into `folder` and nowhere else. `watermark` asks for a visible mark.
    """

    job: JobId
    attempt: int
    ask: Ask
    seed: int
    shape: Shape
    inputs: Mapping[AssetId, Path]
    folder: Path
    watermark: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How much is done, from 0 to 1; at least one per frame or step."""

    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """An event worth an operator's line: a name and a few fields."""

    event: str
    fields: Mapping[str, str | int | float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Output:
    """A finished file inside the spec's folder, and what it holds.

    `kind` is `video` or `image`; `mime` its media type; `frames` counts pictures. `beside` are
    further files that belong to it, each with a `label` of one word.
    """

    path: Path
    kind: str
    mime: str
    width: int
    height: int
    frames: int
    seconds: float
    has_audio: bool
    label: str = ""
    beside: tuple["Output", ...] = ()


EngineEvent = Progress | Log | Output


class CannotMake(Exception):
    """The engine understood the ask and says why it cannot be made; text is for the caller."""


class Engine(Protocol):
    """Made once per process, set up once, run many times, one run at a time.

    A run is stopped by closing its generator: the engine must then leave at the next step.
    A run that ends without raising has yielded at least one `Output`. It raises `CannotMake`
    for a fault of the input; any other exception is a fault of the engine.
    """

    def setup(self) -> None:
        """Load and warm everything that the first run would otherwise wait for."""

    def run(self, spec: Spec) -> Generator[EngineEvent, None, None]:
        """Make what the spec asks, yielding events as they come."""
