"""The speakers of the dialect: ids and names as its public list has them."""

from collections.abc import Collection

from kinora.domain.errors import Invalid, Missing
from kinora.domain.ids import VoiceId
from kinora.domain.voice import Voice
from kinora.domain.wishes import Speech

SPEAKERS: tuple[tuple[str, str], ...] = (
    ("7", "Harper"),
    ("8", "Ava"),
    ("3", "Isabella"),
    ("9", "Sophia"),
    ("1", "Emily"),
    ("5", "Chloe"),
    ("10", "Julia"),
    ("11", "Mason"),
    ("12", "Jack"),
    ("4", "Liam"),
    ("2", "James"),
    ("13", "Oliver"),
    ("6", "Adrian"),
    ("14", "Ethan"),
    ("Auto", "Auto"),
)
AUTO = "auto"
IDS = {number for number, _ in SPEAKERS}
SHORTEST, LONGEST = 6, 16
"""Digits of a custom voice's id; the speakers that everybody has are numbered below."""


def voice_id(given: str) -> VoiceId | None:
    """Return the number of a custom voice; None for a speaker that everybody has, and for none."""
    digits = given.isascii() and given.isdigit() and SHORTEST <= len(given) <= LONGEST
    return VoiceId(int(given)) if digits and given not in IDS else None


def speech_of(text: str, speaker: str, voice: Voice | None, more: Collection[str] = ()) -> Speech:
    """Return what is to be said, by a speaker of the list or a caller's own voice.

    `more` are the ids of the operator's voices, which are on the list, too.
    """
    said = text.strip()
    if not said:
        raise Missing("lip_sync_tts_content")
    if voice is not None:
        return Speech(text=said, like=voice.sound)
    return Speech(text=said, speaker=speaker_of(speaker, more))


def speaker_of(given: str, more: Collection[str] = ()) -> str:
    """Return the product's name of a speaker; raise Invalid for one that is not on the list."""
    if given.lower() in ("", AUTO):
        return AUTO
    if given not in IDS and given not in more:
        raise Invalid(
            "lip_sync_tts_speaker_id: speaker id invalid; see video/lip_sync/tts_list, or auto"
        )
    return given
