"""Songs whose beats and parts are known, made for the tests."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import cast

import av
import numpy as np
from av.audio.stream import AudioStream

from kinora.engines.studio.songs.hearing import HEARD_RATE, Mono

LETTERS = "ivcvco"
"""The parts of `ballad`: intro, verse, chorus, verse, chorus, outro."""


def tone(hertz: float, seconds: float, fall: float) -> Mono:
    t = np.arange(int(seconds * HEARD_RATE)) / HEARD_RATE
    return np.asarray(np.sin(2 * np.pi * hertz * t) * np.exp(-t * fall), np.float32)


def hiss(seconds: float, fall: float, seed: int) -> Mono:
    t = np.arange(int(seconds * HEARD_RATE)) / HEARD_RATE
    noise = np.random.default_rng(seed).standard_normal(len(t))
    return np.asarray(noise * np.exp(-t * fall), np.float32)


def put(song: Mono, at: float, sound: Mono, loud: float) -> None:
    start = round(at * HEARD_RATE)
    if 0 <= start < len(song):
        kept = sound[: len(song) - start]
        song[start : start + len(kept)] += np.float32(loud) * kept


def drums(bpm: float, seconds: float, *, begin: float = 0.3, swing: float = 0.5) -> Mono:
    """A kit in four: kick on 1 and 3, snare on 2 and 4, hats on the eighths, swung or not."""
    beat = 60 / bpm
    times = begin + beat * np.arange(int((seconds - begin) / beat) + 1)
    return struck(times, round(seconds * HEARD_RATE), beat * swing)


def struck(times: Sequence[float] | np.ndarray, samples: int, late: float) -> Mono:
    """A kit that is struck at given seconds, with a hat `late` seconds after each."""
    song = np.zeros(samples, np.float32)
    for number, at in enumerate(times):
        if number % 2 == 0:
            put(song, at, tone(60, 0.25, 14), 0.8 if number % 4 == 0 else 0.6)
        else:
            put(song, at, hiss(0.15, 25, 1), 0.35)
        put(song, at, hiss(0.04, 90, 2), 0.15)
        put(song, at + late, hiss(0.04, 90, 3), 0.1)
    return song


def waltz(bpm: float, seconds: float) -> Mono:
    """A bass on one, chords on two and three."""
    song = np.zeros(round(seconds * HEARD_RATE), np.float32)
    for number in range(int(seconds * bpm / 60)):
        bass = number % 3 == 0
        root = (220, 196, 262, 175)[number // 3 % 4]
        if bass:
            put(song, number * 60 / bpm, tone(root / 4, 0.5, 5), 0.8)
        for third in (1.0, 1.26, 1.5):
            put(song, number * 60 / bpm, tone(root * third, 0.3, 9), 0.2)
    return song


def chords(roots: Sequence[float], seconds_each: float, loud: float) -> Mono:
    t = np.arange(round(seconds_each * HEARD_RATE)) / HEARD_RATE
    held = [sum(np.sin(2 * np.pi * root * k * t) for k in (1.0, 1.26, 1.5)) for root in roots]
    return np.asarray(np.concatenate(held) * loud / 3, np.float32)


def noise(seconds: float, loud: float) -> Mono:
    made = np.random.default_rng(3).standard_normal(round(seconds * HEARD_RATE))
    return np.asarray(made * loud, np.float32)


def ballad(bpm: float = 120.0) -> tuple[Mono, list[float]]:
    """A song of the parts of `LETTERS`, and the seconds at which they begin."""
    parts, begins, at = [], [], 0.0
    for kind in LETTERS:
        beats = {"i": 8, "o": 16}.get(kind, 32)
        begins.append(at)
        at += beats * 60 / bpm
        parts.append(_part(kind, beats, bpm))
    return np.concatenate(parts), begins


def _part(kind: str, beats: int, bpm: float) -> Mono:
    seconds, bar = beats * 60 / bpm, 240 / bpm
    if kind == "v":
        return _sum(
            drums(bpm, seconds, begin=0.0) * np.float32(0.35),
            chords([220, 196, 175, 196] * (beats // 16), bar, 0.12),
        )
    if kind == "c":
        kit = drums(bpm, seconds, begin=0.0)
        held = chords([262, 330, 349, 392] * (beats // 16), bar, 0.4)
        return _sum(_sum(kit, held), noise(seconds, 0.05))
    return chords([220, 196] * (beats // 8), bar, 0.05)


def _sum(one: Mono, other: Mono) -> Mono:
    least = min(len(one), len(other))
    return one[:least] + other[:least]


def chunks(song: Mono, size: int = 4000) -> Iterator[Mono]:
    yield from (song[at : at + size] for at in range(0, len(song), size))


def write_song(path: Path, song: Mono, codec: str) -> None:
    """Write a song as a file, mono at 44.1 kHz."""
    with av.open(str(path), "w") as file:
        stream = cast(AudioStream, file.add_stream(codec, rate=44_100, layout="mono"))
        fit = av.AudioResampler(format=stream.format.name, layout="mono", rate=44_100)
        whole = np.ascontiguousarray(np.clip(song, -1, 1)[None] * 32767).astype(np.int16)
        for at in range(0, whole.shape[1], 4096):
            part = np.ascontiguousarray(whole[:, at : at + 4096])
            frame = av.AudioFrame.from_ndarray(part, format="s16", layout="mono")
            frame.sample_rate, frame.pts = HEARD_RATE, at
            for made in fit.resample(frame):
                file.mux(stream.encode(made))
        for made in fit.resample(None):
            file.mux(stream.encode(made))
        file.mux(stream.encode(None))
