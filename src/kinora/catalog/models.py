"""What each model accepts, how big its films are and what they cost."""

from functools import cache
from importlib.resources import files

import msgspec

NEGATIVE_PROMPT = 2048
"""The longest negative prompt that any model takes, in characters."""

Sizes = dict[str, dict[str, tuple[int, int]]]
ByQuality = dict[str, int]


class Model(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model: names of its size and price tables, and its limits.

    `seconds_1080p` is for the models that make shorter films at 1080p. `audio` says which of the
    model's films can have sound of their own; `fusion_images` counts the references of a fusion,
    `omni_images` those beside films, when the model takes films.
    """

    sizes: str
    price: str
    seconds: tuple[int, ...]
    prompt: int
    seconds_1080p: tuple[int, ...] = ()
    audio: bool = False
    fast: bool = False
    camera: bool = False
    multi_clip: bool = False
    fusion_images: int = 0
    omni_images: int = 0
    features: tuple[str, ...] = ("text_to_video", "image_to_video", "transition")

    def seconds_at(self, quality: str) -> tuple[int, ...]:
        """Return the lengths that this model makes at a quality."""
        return self.seconds_1080p if quality == "1080p" and self.seconds_1080p else self.seconds


class Extras(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Prices of what can be added, and of what no model makes."""

    sound_effect_per_second: int
    speech_per_second: int
    upscale_per_second: int


class Inputs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What films that are sent in may be: lengths in seconds, sides in pixels."""

    extend_seconds: int
    extend_side: int
    upscale_seconds: int
    fusion_films: int
    fusion_seconds: int


class Edit(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operation on a film takes and costs.

    `seconds` and `side` are the longest film and its longest side in pixels, 0 for any. `price` is
    in credits for each started `each` seconds of the film, but of `most` such units at most;
    when `each` is 0 for the whole. It is by quality where the operation has one.
    """

    seconds: int
    price: int | ByQuality
    side: int = 0
    each: int = 1
    most: int = 0


class Songs(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What a music video takes and costs: a song's seconds and bytes, credits for each second."""

    shortest: int
    longest: int
    bytes: int
    sizes: str
    price: dict[str, float]
    ratios: tuple[str, ...]


class MusicModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of music: characters, pictures and seconds that it takes, credits for a piece."""

    provider: str
    credits: int
    prompt: int
    lyrics: int = 0
    images: int = 0
    seconds: tuple[int, int] = (30, 180)


class SpeechModel(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One model of speech: it takes `characters`, each started `unit` of them costs a credit.

    `speed` is how slow and how fast it speaks.
    """

    name: str
    provider: str
    characters: int
    unit: int
    speed: tuple[float, float]


class Models(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """The whole table."""

    sizes: dict[str, Sizes]
    tiers: ByQuality
    by_second: dict[str, dict[str, ByQuality]]
    by_film: dict[str, dict[str, dict[int, ByQuality]]]
    extras: Extras
    inputs: Inputs
    edits: dict[str, Edit]
    songs: Songs
    music: dict[str, MusicModel]
    speech: dict[str, SpeechModel]
    models: dict[str, Model]


@cache
def load_models() -> Models:
    """Read the table; raise msgspec.ValidationError when it is not well formed."""
    text = (files("kinora.catalog") / "models.toml").read_bytes()
    return msgspec.toml.decode(text, type=Models)
