"""The sound of a film that is there already: what is seen in it, and when something moves.

Hits are placed at the peaks of the motion energy (frame differences), as foley artists do.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kinora.domain.order import SoundEffect
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.sound.listening import listen
from kinora.engines.studio.sound.score import master, score
from kinora.engines.studio.sound.things import whoosh
from kinora.engines.studio.source import reading
from kinora.ports.engine import Progress

Field = NDArray[np.float32]
FPS = 10
SIZE = (96, 54)
APART = 0.7
"""Seconds between two hits at least."""

STANDS_OUT = 1.8
"""How much more than its surroundings moves at a hit."""

MOST_HITS = 12
HIT = 0.5
OWN, NEW = 0.8, 0.5
"""How loud a film's own sound and the new one are when both are heard."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What a film shows: words for it, and when something moves, with a strength up to 1."""

    words: str
    hits: tuple[tuple[float, float], ...]


def film_score(
    path: Path, ask: SoundEffect, *, seconds: float, seed: int
) -> Generator[Progress, None, Waves]:
    """Return the sound for a film; what it is to be heard, or else what is seen in it."""
    seen = yield from look(path, seconds=seconds)
    told = listen(ask.content)
    words = ask.content if told.kinds or told.silent else f"{ask.content}, {ask.seen or seen.words}"
    prompt = ask.seen or seen.words
    made = score(content=words, prompt=prompt, seconds=seconds, seed=seed)
    if not told.silent and "whoosh" not in told.unwanted:
        made = master(made + _hits(seen.hits, len(made), seed))
    own = reading.sound(path, seconds=seconds) if ask.keep_sound else None
    if own is None:
        return made
    return np.asarray(np.clip(own * OWN + made * NEW, -1, 1), np.float32)


def look(path: Path, *, seconds: float) -> Generator[Progress, None, Seen]:
    """Return what a film shows, from a few small frames of each second."""
    count = max(2, round(seconds * FPS))
    kept: list[Picture] = []
    moved = [0.0]
    before: Picture | None = None
    for number, frame in enumerate(reading.frames(path, size=SIZE, fps=FPS, count=count)):
        if before is not None:
            moved.append(float(cv2.absdiff(frame, before).mean()))
        if number % (count // 6 + 1) == 0:
            kept.append(frame)
        before = frame
        yield Progress(done=0.4 * (number + 1) / count)
    return Seen(words_for(kept, moved), find_hits(np.asarray(moved, np.float32)))


def find_hits(moved: Field) -> tuple[tuple[float, float], ...]:
    """Return the moments at which much more moves than around them."""
    if len(moved) < 3 or float(moved.max()) < 1.0:
        return ()
    around = cv2.blur(moved[None], (FPS * 2 + 1, 1))[0] + 0.5
    # Of two that are alike the first counts.
    rise = moved / around * np.linspace(1, 0.99, len(moved), dtype=np.float32)
    peaks, _ = signal.find_peaks(
        np.concatenate([[0], rise, [0]]), height=STANDS_OUT, distance=max(1, round(APART * FPS))
    )
    strongest = sorted(peaks - 1, key=lambda at: -rise[at])[:MOST_HITS]
    return tuple((float(at / FPS), min(1.0, float(rise[at]) / 5)) for at in sorted(strongest))


def words_for(frames: Sequence[Picture], moved: Sequence[float]) -> str:
    """Return words for what frames show, of which a sound can be made."""
    pictures = np.stack(frames)
    hsv = np.stack([cv2.cvtColor(each, cv2.COLOR_RGB2HSV) for each in frames])
    hue, saturation, value = (hsv[..., c].astype(np.float32) for c in range(3))
    vivid = saturation > 60
    bright = float(value.mean()) / 255
    green = float((vivid & (hue > 33) & (hue < 85)).mean())
    blue = float((vivid & (hue > 88) & (hue < 130)).mean())
    low_blue = float((vivid & (hue > 85) & (hue < 130))[:, SIZE[1] // 2 :].mean())
    fiery = float(((hue < 22) & (saturation > 140) & (value > 170)).mean())
    lights = float((value > 200).mean())
    lively = float(np.mean(moved))
    lines = float(np.abs(cv2.Laplacian(pictures[0], cv2.CV_32F)).mean())
    open_sea = blue > 0.65 and green < 0.1
    told = (
        (bright < 0.30 and fiery > 0.02, "fire crackling"),
        (bright < 0.48 and lights > 0.015 and lines > 40, "city at night"),
        (bright < 0.38, "crickets, night wind"),
        (open_sea and bright < 0.55, "underwater"),
        (open_sea or low_blue > 0.4, "ocean waves, wind"),
        (green > 0.22, "birds, leaves"),
        (bright > 0.72 and float(vivid.mean()) <= 0.2, "wind"),
        (lively > 9, "lively music"),
    )
    return next((words for fits, words in told if fits), "calm music")


def _hits(hits: Sequence[tuple[float, float]], n: int, seed: int) -> Waves:
    out = np.zeros((n, 2), np.float32)
    for number, (at, strength) in enumerate(hits):
        rng = np.random.default_rng(seed + 101 + number)
        length = min(n, RATE)
        sound = np.asarray(whoosh(length, rng), np.float32)
        loudest = int(np.argmax(cv2.blur(np.abs(sound)[None], (RATE // 50, 1))[0]))
        start = max(0, min(n - length, round(at * RATE) - loudest))
        scaled = sound * (HIT * strength * 0.35 / max(float(np.abs(sound).max()), 1e-5))
        out[start : start + length] += scaled[:, None]
    return out
