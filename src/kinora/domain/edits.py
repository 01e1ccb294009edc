"""Asks that work on a film: what it sounds like, how it looks, who is in it."""

from dataclasses import dataclass

from kinora.domain.ids import AssetId


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundEffect:
    """A film with a new sound; empty `content` means: fit it to the picture.

    `seen` is what is known of the picture in words (the prompt of a film made here), and
    `keep_sound` asks for the film's own sound below the new one.
    """

    film: AssetId
    content: str
    seen: str = ""
    keep_sound: bool = False

    @property
    def inputs(self) -> tuple[AssetId, ...]:
        """The assets that it works on, the film first."""
        return (self.film,)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the caller wants to see or hear, in words."""
        return (self.content,)


@dataclass(frozen=True, slots=True, kw_only=True)
class MaskSelection:
    """What one frame of a film can be parted into; `keyframe` counts from 1."""

    film: AssetId
    keyframe: int

    @property
    def inputs(self) -> tuple[AssetId, ...]:
        """The assets that it works on, the film first."""
        return (self.film,)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the caller wants to see or hear, in words."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Swap:
    """A film in which `image` takes the place of a mask's region.

    `mask` was made by a mask selection of the same film and keyframe; `region` is its name, such
    as `person` or `background`.
    """

    film: AssetId
    keyframe: int
    mask: AssetId
    region: str
    image: AssetId
    keep_sound: bool = True

    @property
    def inputs(self) -> tuple[AssetId, ...]:
        """The assets that it works on, the film first."""
        return (self.film, self.mask, self.image)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the caller wants to see or hear, in words."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Selection:
    """A mask that goes with an instruction: its file, its region's name, its keyframe from 1."""

    mask: AssetId
    region: str
    keyframe: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Modify:
    """A film changed by an instruction, which calls `masks` @selection0, and `images` @img0."""

    film: AssetId
    prompt: str
    images: tuple[AssetId, ...] = ()
    masks: tuple[Selection, ...] = ()

    @property
    def inputs(self) -> tuple[AssetId, ...]:
        """The assets that it works on, the film first."""
        return (self.film, *self.images, *(each.mask for each in self.masks))

    @property
    def texts(self) -> tuple[str, ...]:
        """What the caller wants to see or hear, in words."""
        return (self.prompt,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mimic:
    """A picture whose subject moves as the person in a film does."""

    film: AssetId
    image: AssetId

    @property
    def inputs(self) -> tuple[AssetId, ...]:
        """The assets that it works on, the film first."""
        return (self.film, self.image)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the caller wants to see or hear, in words."""
        return ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Restyle:
    """A film drawn in a style, by its name in the catalog; `prompt` is how it was asked for."""

    film: AssetId
    style: str
    prompt: str = ""

    @property
    def inputs(self) -> tuple[AssetId, ...]:
        """The assets that it works on, the film first."""
        return (self.film,)

    @property
    def texts(self) -> tuple[str, ...]:
        """What the caller wants to see or hear, in words."""
        return (self.prompt,)


Edit = SoundEffect | MaskSelection | Swap | Modify | Mimic | Restyle
