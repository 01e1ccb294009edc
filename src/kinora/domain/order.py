"""What a caller asks for: the ask itself, and the order that carries it."""

from dataclasses import dataclass
from enum import StrEnum
from typing import assert_never

from kinora.domain.edits import (
    Avatar,
    Edit,
    LipSync,
    MakeMusic,
    MaskSelection,
    Mimic,
    Modify,
    MusicVideo,
    OnFilm,
    Restyle,
    SaySomething,
    SoundEffect,
    Swap,
)
from kinora.domain.ids import AccountId, AssetId, KeyId
from kinora.domain.rank import Rank
from kinora.domain.wishes import Motion, Sound, Speech, Words

__all__ = [
    "Ask",
    "Avatar",
    "Edit",
    "Extend",
    "Feature",
    "Fusion",
    "ImageEffect",
    "ImageToVideo",
    "LipSync",
    "MakeMusic",
    "MaskSelection",
    "Mimic",
    "Modify",
    "Motion",
    "MultiTransition",
    "MusicVideo",
    "OnFilm",
    "Order",
    "Reference",
    "Restyle",
    "Role",
    "SaySomething",
    "Segment",
    "Sound",
    "SoundEffect",
    "Speech",
    "Swap",
    "TextToImage",
    "TextToVideo",
    "Transition",
    "Upscale",
    "VideoEffect",
    "Words",
    "feature_of",
    "films_of",
    "inputs_of",
    "sounds_of",
    "texts_of",
]


class Feature(StrEnum):
    """What kind of work an ask is; one member per ask class."""

    TEXT_TO_VIDEO = "text_to_video"
    TEXT_TO_IMAGE = "text_to_image"
    IMAGE_TO_VIDEO = "image_to_video"
    VIDEO_EFFECT = "video_effect"
    TRANSITION = "transition"
    IMAGE_EFFECT = "image_effect"
    MULTI_TRANSITION = "multi_transition"
    FUSION = "fusion"
    EXTEND = "extend"
    UPSCALE = "upscale"
    SOUND_EFFECT = "sound_effect"
    SWAP_MASK = "swap_mask"
    SWAP = "swap"
    MODIFY = "modify"
    MIMIC = "mimic"
    RESTYLE = "restyle"
    LIP_SYNC = "lip_sync"
    AVATAR = "avatar"
    MUSIC_VIDEO = "music_video"
    MUSIC = "music"
    SPEECH = "speech"


class Role(StrEnum):
    """What a reference is to a fusion."""

    SUBJECT = "subject"
    BACKGROUND = "background"
    FILM = "film"


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToVideo:
    """A film from words alone; `multi_clip` asks for several shots with cuts."""

    words: Words
    sound: Sound | None = None
    multi_clip: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TextToImage:
    """A picture from words, and from pictures when there are any."""

    words: Words
    images: tuple[AssetId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageToVideo:
    """A picture that comes alive; `multi_clip` asks for several shots with cuts."""

    words: Words
    image: AssetId
    sound: Sound | None = None
    multi_clip: bool = False


BY_WORDS = "words"
"""The effect of templates that have words for the engine in place of an effect of its own."""


@dataclass(frozen=True, slots=True, kw_only=True)
class VideoEffect:
    """A named effect played on pictures; `template` is a name in the catalog.

    `effect` is what the engine plays; empty when it has the template's own name, `BY_WORDS` for a
    template that is a film from a picture by the template's words.
    """

    template: str
    images: tuple[AssetId, ...]
    words: Words
    sound: Sound | None = None
    effect: str = ""

    @property
    def played(self) -> str:
        """The name of the effect that is played."""
        return self.effect or self.template


@dataclass(frozen=True, slots=True, kw_only=True)
class Transition:
    """A film from a first frame to a last frame."""

    words: Words
    first: AssetId
    last: AssetId
    sound: Sound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ImageEffect:
    """A named effect that makes a picture from pictures; `template` is a name in the catalog.

    `effect` is what the engine plays; empty when it has the template's own name.
    """

    template: str
    images: tuple[AssetId, ...]
    effect: str = ""

    @property
    def played(self) -> str:
        """The name of the effect that is played."""
        return self.effect or self.template


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """The way from one keyframe to the next: words for it, and how long it takes."""

    prompt: str
    seconds: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MultiTransition:
    """A film through several keyframes; there is one segment fewer than there are images."""

    images: tuple[AssetId, ...]
    segments: tuple[Segment, ...]
    motion: Motion = Motion.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A picture or film that the prompt calls `@name`."""

    asset: AssetId
    role: Role
    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fusion:
    """One film from several references."""

    words: Words
    references: tuple[Reference, ...]
    sound: Sound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Extend:
    """A film that goes on for some more seconds."""

    words: Words
    film: AssetId
    seconds: int
    sound: Sound | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Upscale:
    """A film made larger."""

    film: AssetId


Ask = (
    TextToVideo
    | TextToImage
    | ImageToVideo
    | VideoEffect
    | Transition
    | ImageEffect
    | MultiTransition
    | Fusion
    | Extend
    | Upscale
    | Edit
)

ASKS: dict[Feature, type[Ask]] = {
    Feature.TEXT_TO_VIDEO: TextToVideo,
    Feature.TEXT_TO_IMAGE: TextToImage,
    Feature.IMAGE_TO_VIDEO: ImageToVideo,
    Feature.VIDEO_EFFECT: VideoEffect,
    Feature.TRANSITION: Transition,
    Feature.IMAGE_EFFECT: ImageEffect,
    Feature.MULTI_TRANSITION: MultiTransition,
    Feature.FUSION: Fusion,
    Feature.EXTEND: Extend,
    Feature.UPSCALE: Upscale,
    Feature.SOUND_EFFECT: SoundEffect,
    Feature.SWAP_MASK: MaskSelection,
    Feature.SWAP: Swap,
    Feature.MODIFY: Modify,
    Feature.MIMIC: Mimic,
    Feature.RESTYLE: Restyle,
    Feature.LIP_SYNC: LipSync,
    Feature.AVATAR: Avatar,
    Feature.MUSIC_VIDEO: MusicVideo,
    Feature.MUSIC: MakeMusic,
    Feature.SPEECH: SaySomething,
}
FEATURES: dict[type[Ask], Feature] = {ask: feature for feature, ask in ASKS.items()}


def feature_of(ask: Ask) -> Feature:
    """Return the feature that an ask is of."""
    return FEATURES[type(ask)]


def inputs_of(ask: Ask) -> tuple[AssetId, ...]:
    """Return the assets that an ask works on, in the caller's order, sounds last."""
    match ask:
        case TextToVideo():
            found: tuple[AssetId, ...] = ()
        case ImageToVideo(image=one) | Extend(film=one) | Upscale(film=one):
            found = (one,)
        case Edit():
            return ask.inputs
        case Transition(first=first, last=last):
            found = (first, last)
        case VideoEffect() | ImageEffect() | MultiTransition() | TextToImage():
            found = ask.images
        case Fusion(references=references):
            found = tuple(reference.asset for reference in references)
        case _:
            assert_never(ask)
    return (*found, *sounds_of(ask))


def texts_of(ask: Ask) -> tuple[str, ...]:
    """Return what a caller wants to see or hear, in words; what they do not want is left out."""
    match ask:
        case MultiTransition(segments=segments):
            return tuple(segment.prompt for segment in segments)
        case ImageEffect() | Upscale():
            return ()
        case TextToImage(words=words):
            return (words.prompt,)
        case Edit():
            return ask.texts
        case _:
            sound = ask.sound
            heard = (sound.content, sound.speech.text if sound.speech else "") if sound else ()
            return (ask.words.prompt, *heard)


def films_of(ask: Ask) -> frozenset[AssetId]:
    """Return those of an ask's assets that must be films; the others must be pictures."""
    match ask:
        case Fusion(references=references):
            return frozenset(each.asset for each in references if each.role is Role.FILM)
        case Extend() | Upscale():
            return frozenset({ask.film})
        case Edit():
            return frozenset(ask.films)
        case _:
            return frozenset()


def sounds_of(ask: Ask) -> tuple[AssetId, ...]:
    """Return those of an ask's assets that must be sounds."""
    if isinstance(ask, Edit):
        return ask.sounds
    wanted: Sound | None = getattr(ask, "sound", None)
    return wanted.speech.sounds if wanted and wanted.speech else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One ask by one account, with the terms it is to be made on.

    `aspect_ratio` is a name such as `16:9`, or empty to follow the first input picture.
    `seconds` is 0 for a still picture, and where the inputs say how long the film is.
    `seed` is None when the server may choose. `watermark` asks for a visible mark.
    `key` is the one by which the account was opened, when that was by a key. `rank` is the class
    to wait in, None for the account's own. `start_within` seconds the job must have begun, 0 for
    whenever.
    """

    account: AccountId
    ask: Ask
    model: str
    quality: str
    aspect_ratio: str = ""
    seconds: int = 0
    seed: int | None = None
    trace: str = ""
    watermark: bool = False
    key: KeyId | None = None
    rank: Rank | None = None
    start_within: int = 0
