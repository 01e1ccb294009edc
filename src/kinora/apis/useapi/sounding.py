"""From the calls for music and speech to orders."""

import re
from dataclasses import dataclass

from kinora.apis.useapi.offer import Terms
from kinora.apis.useapi.sources import Given
from kinora.apis.useapi.wire import MusicBody, SpeechBody
from kinora.catalog.models import SpeechModel
from kinora.catalog.rules import among
from kinora.domain.errors import Invalid, Missing
from kinora.domain.order import MakeMusic, Order, SaySomething

MUSIC, SPEECH = "music-2.6", "speech-2.8-hd"
"""The models of calls that name none."""

USUAL = 90
"""Seconds of a piece whose length nothing says."""

SHORTEST, LONGEST = 30, 180
BY_LINE, BEFORE = 5, 14
"""Seconds that a line is sung for, and those before the first and after the last one."""

IN_SECONDS = re.compile(r"\b(\d{2,3})(?:\s+s|[\s-]*sec(?:ond)?s?)\b", re.IGNORECASE)
IN_MINUTES = re.compile(
    r"\b([1-3])(?::([0-5]\d))?(\.5)?[\s-]*(?:min|mins|minutes?)\b", re.IGNORECASE
)
MINIMAX, ELEVENLABS = "minimax", "elevenlabs"
WITH_STYLE = "eleven-multilingual-v2"
NO_LANGUAGE = "eleven-v3"
RANGES = {
    "volume": (0, 10),
    "pitch": (-12, 12),
    "stability": (0, 1),
    "similarity_boost": (0, 1),
    "style": (0, 1),
}


@dataclass(frozen=True, slots=True)
class Feeling:
    """How an emotion is spoken: faster or slower, higher or lower."""

    pace: float
    steps: int


EMOTIONS = {
    "auto": Feeling(1.0, 0),
    "happy": Feeling(1.08, 2),
    "sad": Feeling(0.86, -2),
    "angry": Feeling(1.12, -1),
    "fearful": Feeling(1.15, 3),
    "disgusted": Feeling(0.92, -1),
    "surprised": Feeling(1.06, 3),
    "neutral": Feeling(1.0, 0),
    "calm": Feeling(0.93, -1),
}


def sound_order(body: MusicBody | SpeechBody, given: Given, terms: Terms) -> Order:
    """Return the order of music or speech; raises Invalid and its kin, Missing."""
    match body:
        case MusicBody():
            return _music(body, given, terms)
        case SpeechBody():
            return _speech(body, given, terms)


def _music(body: MusicBody, given: Given, terms: Terms) -> Order:
    if not body.prompt:
        raise Missing("prompt")
    ask = MakeMusic(
        words=body.prompt,
        seconds=seconds_of(body),
        lyrics=body.lyrics,
        instrumental=bool(body.instrumental),
        images=given.images,
    )
    return Order(
        account=terms.account, ask=ask, model=body.model or MUSIC, quality="", seed=body.seed
    )


def seconds_of(body: MusicBody) -> int:
    """Return how long a piece is to be: as asked, as its words say, or as its lyrics need."""
    if body.duration is not None:
        return body.duration
    seconds = USUAL
    if found := IN_MINUTES.search(body.prompt):
        seconds = 60 * int(found[1]) + int(found[2] or 0) + (30 if found[3] else 0)
    elif found := IN_SECONDS.search(body.prompt):
        seconds = int(found[1])
    elif body.lyrics:
        lines = sum(any(letter.isalnum() for letter in line) for line in body.lyrics.splitlines())
        seconds = BEFORE + BY_LINE * lines
    return min(LONGEST, max(SHORTEST, seconds))


def _speech(body: SpeechBody, given: Given, terms: Terms) -> Order:
    for field in ("text", "voice_id"):
        if not getattr(body, field):
            raise Missing(field)
    name, models = body.model or SPEECH, terms.offer.models.speech
    among("model", name, tuple(models))
    _check_settings(body, name, models[name])
    feeling = EMOTIONS[body.emotion or "auto"]
    slowest, fastest = models[name].speed
    pace = min(fastest, max(slowest, (body.speed or 1.0) * feeling.pace))
    steps = min(12, max(-12, (body.pitch or 0) + feeling.steps))
    ask = SaySomething(
        speech=given.speaker.says(body.text),
        pace=pace,
        steps=steps,
        language=body.language_code.lower().partition("-")[0],
    )
    return Order(account=terms.account, ask=ask, model=name, quality="", seed=body.seed)


def _check_settings(body: SpeechBody, name: str, model: SpeechModel) -> None:
    """Raise Invalid for settings of another family of models, and for those out of range."""
    for field in _refused(name, model):
        if getattr(body, field) not in (None, ""):
            raise Invalid(f"{field} is not accepted by model {name}")
    among("emotion", body.emotion or "auto", tuple(EMOTIONS))
    limits = RANGES | {"speed": model.speed}
    for field, (least, most) in limits.items():
        value = getattr(body, field)
        if value is not None and not least <= value <= most:
            raise Invalid(f"{field} must be {least} to {most} for model {name}")


def _refused(name: str, model: SpeechModel) -> tuple[str, ...]:
    others: tuple[str, ...] = ("volume", "pitch", "emotion")
    if model.provider == MINIMAX:
        return ("stability", "similarity_boost", "style", "use_speaker_boost")
    if name == NO_LANGUAGE:
        others = (*others, "language_code")
    return others if name == WITH_STYLE else (*others, "style", "use_speaker_boost")
