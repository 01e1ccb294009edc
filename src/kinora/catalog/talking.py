"""Films in which somebody talks: how long what is said takes, and what that costs."""

import math
from collections.abc import Sequence

from kinora.catalog.models import Models
from kinora.catalog.shapes import FPS
from kinora.catalog.sizes import film_like
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import Invalid
from kinora.domain.order import Avatar, LipSync, Order
from kinora.domain.shape import Shape

BYTES_A_SECOND = 15
"""UTF-8 bytes of text that are charged as one second of speech: the public reference's measure."""

LONGEST_TEXT = 200
LONGEST_SOUND = 30


def check_talk(ask: LipSync | Avatar, inputs: Sequence[Asset] = ()) -> None:
    """Raise Invalid for words or a sound that cannot be said."""
    if (ask.audio is None) == (ask.speech is None):
        raise Invalid("send either audio_media_id, or lip_sync_tts_content with a speaker")
    if ask.speech is not None:
        text = ask.speech.text
        if len(text) > LONGEST_TEXT:
            raise Invalid(f"lip_sync_tts_content must have at most {LONGEST_TEXT} characters")
        if not any(letter.isalnum() for letter in text):
            raise Invalid("lip_sync_tts_content has nothing that could be said")
    if any(sound.seconds > LONGEST_SOUND for sound in _sounds(inputs)):
        raise Invalid(f"the audio must be at most {LONGEST_SOUND} s long")


def talk_seconds(ask: LipSync | Avatar, inputs: Sequence[Asset]) -> int:
    """Return the started seconds of what is said; those of a text are counted by its bytes."""
    if ask.speech is not None:
        return max(1, math.ceil(len(ask.speech.text.encode()) / BYTES_A_SECOND))
    return max(1, math.ceil(sum(sound.seconds for sound in _sounds(inputs))))


def avatar_shape(models: Models, order: Order, ask: Avatar, inputs: Sequence[Asset]) -> Shape:
    """Return the size of an avatar's film, which is as long as what is said.

    How long a text takes is only known when it is spoken: the film may be shorter or longer.
    """
    width, height = film_like((inputs[0].width, inputs[0].height), area=models.tiers[order.quality])
    exact = sum(sound.seconds for sound in _sounds(inputs)) if ask.speech is None else 0
    seconds = exact or talk_seconds(ask, inputs)
    return Shape(width=width, height=height, frames=max(1, round(seconds * FPS)), fps=FPS)


def _sounds(inputs: Sequence[Asset]) -> list[Asset]:
    return [each for each in inputs if each.kind is AssetKind.AUDIO]
