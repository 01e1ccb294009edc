"""Asks beside those for new films: work on given media, and what is only heard."""

from dataclasses import dataclass

from kinora.domain.ids import AssetId
from kinora.domain.wishes import Speech


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What all of them have: the assets that they work on, by kind, and their words."""

    @property
    def films(self) -> tuple[AssetId, ...]:
        """Those of the assets that must be films."""
        return ()

    @property
    def pictures(self) -> tuple[AssetId, ...]:
        """Those that must be pictures."""
        return ()

    @property
    def sounds(self) -> tuple[AssetId, ...]:
        """Those that must be sounds."""
        return ()

    @property
    def texts(self) -> tuple[str, ...]:
        """What the caller wants to see or hear, in words."""
        return ()

    @property
    def inputs(self) -> tuple[AssetId, ...]:
        """All assets: films first, then pictures, then sounds."""
        return (*self.films, *self.pictures, *self.sounds)


@dataclass(frozen=True, slots=True, kw_only=True)
class OnFilm(Edit):
    """An ask whose result is its film, changed."""

    film: AssetId

    @property
    def films(self) -> tuple[AssetId, ...]:
        """The film."""
        return (self.film,)


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundEffect(OnFilm):
    """A film with a new sound; empty `content` means: fit it to the picture.

    `seen` is what is known of the picture in words (the prompt of a film made here), and
    `keep_sound` asks for the film's own sound below the new one.
    """

    content: str
    seen: str = ""
    keep_sound: bool = False

    @property
    def texts(self) -> tuple[str, ...]:
        """What is to be heard."""
        return (self.content,)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskSelection(OnFilm):
    """What one frame of a film can be parted into; `keyframe` counts from 1."""

    keyframe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap(OnFilm):
    """A film in which `image` takes the place of a mask's region.

    `mask` was made by a mask selection of the same film and keyframe; `region` is its name, such
    as `person` or `background`.
    """

    keyframe: int
    mask: AssetId
    region: str
    image: AssetId
    keep_sound: bool = True

    @property
    def pictures(self) -> tuple[AssetId, ...]:
        """The mask, and what takes its place."""
        return (self.mask, self.image)


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A mask that goes with an instruction: its file, its region's name, its keyframe from 1."""

    mask: AssetId
    region: str
    keyframe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify(OnFilm):
    """A film changed by an instruction, which calls `masks` @selection0, and `images` @img0."""

    prompt: str
    images: tuple[AssetId, ...] = ()
    masks: tuple[Selection, ...] = ()

    @property
    def pictures(self) -> tuple[AssetId, ...]:
        """The pictures, and the masks."""
        return (*self.images, *(each.mask for each in self.masks))

    @property
    def texts(self) -> tuple[str, ...]:
        """The instruction."""
        return (self.prompt,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mimic(OnFilm):
    """A picture whose subject moves as the person in a film does."""

    image: AssetId

    @property
    def pictures(self) -> tuple[AssetId, ...]:
        """The picture."""
        return (self.image,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Restyle(OnFilm):
    """A film drawn in a style, by its name in the catalog; `prompt` is how it was asked for."""

    style: str
    prompt: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The words that named the style."""
        return (self.prompt,)


@dataclass(frozen=True, slots=True, kw_only=True)
class LipSync(OnFilm):
    """A film whose person says something: what is heard in `audio`, or `speech`; one of the two.

    `keep_sound` asks for the film's own sound below it.
    """

    audio: AssetId | None = None
    speech: Speech | None = None
    keep_sound: bool = False

    @property
    def sounds(self) -> tuple[AssetId, ...]:
        """What is said, or whose voice says it."""
        return _heard(self.audio, self.speech)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said."""
        return (self.speech.text,) if self.speech else ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Avatar(Edit):
    """A picture's person who says something, in a film as long as that takes."""

    image: AssetId
    prompt: str = ""
    audio: AssetId | None = None
    speech: Speech | None = None

    @property
    def pictures(self) -> tuple[AssetId, ...]:
        """The picture."""
        return (self.image,)

    @property
    def sounds(self) -> tuple[AssetId, ...]:
        """What is said, or whose voice says it."""
        return _heard(self.audio, self.speech)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is to be seen, and said."""
        return (self.prompt, self.speech.text) if self.speech else (self.prompt,)


@dataclass(frozen=True, slots=True, kw_only=True)
class MusicVideo(Edit):
    """A film to a song, cut on its beats.

    `prompt` says what is seen, `images` who or what is in it, `looks` what it is to look like.
    `lyrics` are lines, each with or without its time as `[mm:ss.xx]`; `captions` shows them.
    """

    audio: AssetId
    prompt: str = ""
    images: tuple[AssetId, ...] = ()
    looks: tuple[AssetId, ...] = ()
    lyrics: str = ""
    captions: bool = False
    lip_sync: bool = False

    @property
    def pictures(self) -> tuple[AssetId, ...]:
        """Who is in it, and what it is to look like."""
        return (*self.images, *self.looks)

    @property
    def sounds(self) -> tuple[AssetId, ...]:
        """The song."""
        return (self.audio,)

    @property
    def texts(self) -> tuple[str, ...]:
        """What is to be seen, and read."""
        return (self.prompt, self.lyrics)


@dataclass(frozen=True, slots=True, kw_only=True)
class MakeMusic(Edit):
    """A piece of music by `words`; who sings, sings `lyrics`, or words of the engine's own."""

    words: str
    seconds: int
    lyrics: str = ""
    instrumental: bool = False
    images: tuple[AssetId, ...] = ()

    @property
    def pictures(self) -> tuple[AssetId, ...]:
        """What the music is to fit."""
        return self.images

    @property
    def texts(self) -> tuple[str, ...]:
        """What it is to be like, and what is sung."""
        return (self.words, self.lyrics)


@dataclass(frozen=True, slots=True, kw_only=True)
class SaySomething(Edit):
    """Words that are spoken, `pace` times as fast as usual, and `steps` semitones higher.

    `language` is a code such as `de`; empty for what the words seem to be.
    """

    speech: Speech
    pace: float = 1.0
    steps: int = 0
    language: str = ""

    @property
    def sounds(self) -> tuple[AssetId, ...]:
        """Whose voice says it."""
        return self.speech.sounds

    @property
    def texts(self) -> tuple[str, ...]:
        """What is said."""
        return (self.speech.text,)


def _heard(audio: AssetId | None, speech: Speech | None) -> tuple[AssetId, ...]:
    if audio is not None:
        return (audio,)
    return speech.sounds if speech else ()
