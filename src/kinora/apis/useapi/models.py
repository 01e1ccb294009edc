"""The dialect's own table of models: what each accepts and costs."""

from collections.abc import Iterable
from functools import cache
from importlib.resources import files

import msgspec

from kinora.catalog.neural import NeuralVoice

ByQuality = dict[str, int]


class VideoModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One video model.

    `seconds` is the shortest and the longest film, `seconds_1080p` the longest at 1080p. `sizes`
    names a table of the catalog; empty for sizes made from the quality's lines. `audio` is
    `never`, `choice` or `always`. `native` models take switches that guests refuse. `images` and
    `films` count the references of a fusion, `keyframes` the most pictures of a transition.
    """

    operations: tuple[str, ...]
    qualities: tuple[str, ...]
    quality: str
    seconds: tuple[int, int]
    seconds_1080p: int = 0
    ratios: str = "guest"
    price: str = "guest"
    sizes: str = ""
    prompt: int = 5000
    audio: str = "never"
    multi_shot: bool = False
    native: bool = False
    words_alone: bool = True
    images: int = 0
    films: int = 0
    keyframes: int = 2

    def longest(self, quality: str) -> int:
        """Return how many seconds a film of a quality may have."""
        return self.seconds_1080p or self.seconds[1] if quality == "1080p" else self.seconds[1]


class ImageModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One image model; `details` are the factors of its price, when it wants a level of detail."""

    ratios: str
    references: int
    credits: ByQuality
    details: dict[str, float] = {}

    @property
    def quality(self) -> str:
        """The quality of a call that names none."""
        return next(iter(self.credits))

    def price(self, quality: str, detail: str) -> int:
        """Return what one picture costs."""
        return round(self.credits[quality] * self.details.get(detail, 1.0))


class Rates(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices by quality, without and with sound."""

    silent: ByQuality
    audio: ByQuality


class Table(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    defaults: dict[str, str]
    ratios: dict[str, tuple[str, ...]]
    lines: ByQuality
    blocks: dict[str, Rates]
    seconds: dict[str, Rates]
    video: dict[str, VideoModel]
    image: dict[str, ImageModel]

    def ratios_of(self, model: VideoModel | ImageModel) -> tuple[str, ...]:
        """Return the aspect ratios that a model takes, its own choice first."""
        return self.ratios[model.ratios]


class Voice(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One speaker."""

    speaker_id: str
    name: str


class _Voices(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    voices: tuple[Voice, ...]


@cache
def load_table() -> Table:
    """Read the table; raise msgspec.ValidationError when it is not well formed."""
    return msgspec.toml.decode(_text("models.toml"), type=Table)


@cache
def load_voices() -> tuple[Voice, ...]:
    """Read the speakers, in their order."""
    return msgspec.toml.decode(_text("voices.toml"), type=_Voices).voices


def speakers(more: Iterable[NeuralVoice]) -> tuple[Voice, ...]:
    """Return the speakers that everybody has, and after them the operator's voices."""
    return (*load_voices(), *(Voice(each.id, each.name) for each in more))


def _text(name: str) -> bytes:
    return (files("kinora.apis.useapi") / name).read_bytes()
