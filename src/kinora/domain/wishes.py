"""What a caller wishes to see and hear: words, speech, sound."""

from dataclasses import dataclass
from enum import StrEnum

from kinora.domain.ids import AssetId


class Motion(StrEnum):
    """How lively the film moves."""

    NORMAL = "normal"
    FAST = "fast"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The caller's words and the looks they chose by name.

    `style` and `camera` hold the public names (such as `anime`, `zoom_in`) or an empty string.
    """

    prompt: str
    negative_prompt: str = ""
    style: str = ""
    camera: str = ""
    motion: Motion = Motion.NORMAL


@dataclass(frozen=True, slots=True, kw_only=True)
class Speech:
    """Words to be spoken; `speaker` is an id of the speaker list, or `auto`.

    A voice of the caller's own sounds `like` the voice in a sound of theirs.
    """

    text: str
    speaker: str = "auto"
    like: AssetId | None = None

    @property
    def sounds(self) -> tuple[AssetId, ...]:
        """The sounds that are needed to speak."""
        return () if self.like is None else (self.like,)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sound:
    """Sound wanted in the film; empty `content` means: fit it to the picture.

    Without `effects` only the speech is heard.
    """

    content: str = ""
    effects: bool = True
    speech: Speech | None = None
