"""Turns the phonemes of speech into a timeline of mouths.

Neighbouring sounds blend by dominance functions, after Cohen and Massaro (Modeling Coarticulation
in Synthetic Visual Speech, 1993): each sound pulls the lips to its shape with a strength that falls
off around it, so that lips are already round before an "oo". Closures of m, b and p do close.
"""

import tomllib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.mouths import (
    BITE,
    COLUMNS,
    OPEN,
    PRESS,
    ROUND,
    SPEAKING,
    TONGUE,
    WIDE,
    Mouths,
)

Values = NDArray[np.float32]

FINER = 5
"""Steps of a timeline in which one frame is thought through."""

EARLY = 0.035
"""Seconds that lips are ahead of the sound."""

LONGEST = 0.28
"""Seconds that the last sound before a pause lasts at most."""

NEUTRAL = 0.15
"""How strongly lips are pulled back to rest at any time."""

CLEAR = 1.25
"""How much further a mouth opens than its blended sounds say, which cut each other short."""

FAINT = 0.4
"""Below which a closure, a bite or a raised tongue that only rings on is not made at all."""

HELD = 0.28
"""Seconds of silence through which a mouth stays ready to speak."""

EASE = 0.12
"""Seconds in which a mouth goes over to speaking, or to rest."""

STRESSED = "\u02c8"
NAMES = {
    "open": OPEN,
    "wide": WIDE,
    "round": ROUND,
    "press": PRESS,
    "bite": BITE,
    "tongue": TONGUE,
}


@dataclass(frozen=True, slots=True)
class Viseme:
    """A shape of the lips (7 values as in a timeline), and how it insists on itself."""

    shape: tuple[float, ...]
    weight: float
    spread: float


@dataclass(frozen=True, slots=True)
class Sound:
    """A shape of the lips from one second to another."""

    begin: float
    end: float
    viseme: Viseme
    strength: float


def mouths_of_speech(
    phonemes: Sequence[tuple[float, str]], *, seconds: float, fps: float, count: int
) -> Mouths:
    """Return `count` mouths for phonemes (second, IPA) of speech that lasts `seconds`."""
    sounds = list(_sounds(phonemes, seconds))
    times = (np.arange(count * FINER, dtype=np.float32) + 0.5) / np.float32(fps * FINER)
    fine = _blended(sounds, times)
    values = fine.reshape(count, FINER, COLUMNS).mean(1)
    values[:, OPEN] = np.clip(values[:, OPEN] * CLEAR, 0, 1)
    for column in (PRESS, BITE, TONGUE):
        values[:, column] = np.clip((values[:, column] - FAINT) / (1 - FAINT), 0, 1)
    for sound in sounds:
        _insist(values, sound, fps)
    values[:, SPEAKING] = presence(_spoken(sounds, count, fps), fps)
    return Mouths(np.asarray(values, np.float32), fps)


def presence(spoken: Values, fps: float) -> Values:
    """Return how far a mouth speaks (0 to 1) from whether each frame has speech (0 or 1)."""
    hold, ease = round(HELD * fps), max(1, round(EASE * fps))
    padded = np.pad(spoken, hold + ease)
    wide = np.convolve(padded, np.ones(2 * (hold // 2) + 1, np.float32), "same") > 0.5
    window = np.hanning(2 * ease + 3)[1:-1]
    eased = np.convolve(wide.astype(np.float32), window / window.sum(), "same")
    return np.asarray(eased[hold + ease : hold + ease + len(spoken)], np.float32)


@cache
def visemes() -> dict[str, Viseme]:
    """Return the shape of each sound by its sign."""
    text = (files("kinora.engines.studio.lips") / "visemes.toml").read_text("utf-8")
    table: dict[str, Viseme] = {}
    for told in tomllib.loads(text)["visemes"]:
        shape = [0.0] * COLUMNS
        for name, column in NAMES.items():
            shape[column] = float(told.get(name, 0.0))
        viseme = Viseme(tuple(shape), float(told["weight"]), float(told["spread"]))
        table.update(dict.fromkeys(told["sounds"].split(), viseme))
    return table


def _sounds(phonemes: Sequence[tuple[float, str]], seconds: float) -> Iterator[Sound]:
    """Yield the shapes that phonemes have; a diphthong is two."""
    ends = [at for at, _ in phonemes[1:]] + [seconds]
    for (begin, name), end in zip(phonemes, ends, strict=True):
        shapes = _shapes(name)
        last = min(end, begin + LONGEST * max(1, len(shapes)))
        strength = 1.0 if STRESSED in name or not _is_vowel(shapes) else 0.86
        for number, viseme in enumerate(shapes):
            # The first half of a diphthong is the longer one.
            cut = [0.0, 0.58, 1.0] if len(shapes) == 2 else [0.0, 1.0]
            length = last - begin
            yield Sound(
                begin + cut[number] * length, begin + cut[number + 1] * length, viseme, strength
            )


def _shapes(name: str) -> list[Viseme]:
    """Return the one or two shapes of a phoneme; none for a pause or a change of language."""
    if not name or name.startswith("("):
        return []
    table = visemes()
    found = [table[sign] for sign in name if sign in table]
    if not found:
        return [table["ə"]] if any(sign.isalpha() for sign in name) else []
    return found[:2]


def _is_vowel(shapes: list[Viseme]) -> bool:
    return bool(shapes) and shapes[0].shape[OPEN] > 0.24 and shapes[0].weight > 0.55


def _blended(sounds: list[Sound], times: Values) -> Values:
    """Return shapes (times x 7): all sounds, each as strong as its dominance is then."""
    pulled = np.zeros((len(times), COLUMNS), np.float32)
    total = np.full(len(times), NEUTRAL, np.float32)
    for sound in sounds:
        first, last = np.searchsorted(times, (sound.begin - 0.4, sound.end + 0.4))
        at = times[first:last] + np.float32(EARLY)
        off = np.maximum(np.maximum(sound.begin - at, at - sound.end), 0)
        pull = sound.viseme.weight * np.exp(-((off / np.float32(sound.viseme.spread)) ** 1.5))
        shape = np.array(sound.viseme.shape, np.float32)
        shape[OPEN] *= sound.strength
        pulled[first:last] += pull[:, None] * shape
        total[first:last] += pull
    return pulled / total[:, None]


def _insist(values: Values, sound: Sound, fps: float) -> None:
    """Close the lips in at least one frame of each m, b and p, and bite in each f and v."""
    shape = sound.viseme.shape
    if not (shape[PRESS] or shape[BITE]):
        return
    first = round((sound.begin - EARLY) * fps)
    last = max(first + 1, round((sound.end - EARLY) * fps))
    for frame in range(max(0, first), min(last, len(values))):
        for column in (PRESS, BITE):
            values[frame, column] = max(float(values[frame, column]), shape[column])
        values[frame, OPEN] = min(float(values[frame, OPEN]), shape[OPEN])


def _spoken(sounds: list[Sound], count: int, fps: float) -> Values:
    """Return 1 for frames in which something is said."""
    said = np.zeros(count, np.float32)
    for sound in sounds:
        said[max(0, int((sound.begin - EARLY) * fps)) : int(sound.end * fps) + 1] = 1
    return said
