"""Voices of an account's own, beside the speakers that everybody has."""

from dataclasses import dataclass
from datetime import datetime

from kinora.domain.ids import AccountId, AssetId, VoiceId

LONGEST_NAME = 50
MOST_VOICES = 100
SHORTEST, LONGEST = 1.0, 60.0
"""Seconds of the sound that a voice is taken from."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Voice:
    """A voice that sounds like the one in a stored sound."""

    id: VoiceId
    account: AccountId
    name: str
    sound: AssetId
    created_at: datetime
