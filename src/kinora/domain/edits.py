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


Edit = SoundEffect
