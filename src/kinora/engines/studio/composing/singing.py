"""Sings: a spoken line is taken apart into throat and mouth, and the throat sings a tune.

The mouth is the smoothed spectrum of each moment (cepstral smoothing); the throat is a pulse for
each period of the tune through the mouth's minimum-phase response, and noise where no voice is: the
way of a vocoder (Morise, 2016). Vowels are stretched to their notes, consonants keep their length.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kinora.engines.studio.composing.notes import Sung
from kinora.engines.studio.reel import RATE
from kinora.engines.studio.sound.tools import Mono
from kinora.engines.studio.speech.speaking import Spoken

Field = NDArray[np.float64]
SLOW = 24_000
SIZE, HOP = 1024, 120
SMOOTH = 58
"""Cepstral coefficients that are kept: a little less than the period of a high voice."""

VOWELS = frozenset("aeiouyɑɐɒæɔəɘɚɛɜɝɞɪɨɤɯøœɵʉʊʌᵻ")  # noqa: RUF001 - IPA
HUSHED = frozenset("ptkfsʃθhxçcq")
HALF = frozenset("vzʒðbdɡ")  # noqa: RUF001 - IPA
GLIDE = 0.05
VIBRATO, DEPTH = 5.3, 0.22
"""Hertz, and semitones either side, once a note is held."""

EVEN = 0.16
"""The loudness (RMS) that a line is brought to."""

AT_ONCE = 512
SEED = 7


@dataclass(frozen=True, slots=True)
class Syllables:
    """The vowels of a spoken line: when each begins and ends, in seconds."""

    begins: Field
    ends: Field


def syllables(spoken: Spoken) -> Syllables:
    """Return the syllables of a line."""
    sounds = spoken.phonemes
    begins, ends = [], []
    for at, (time, name) in enumerate(sounds):
        if _plain(name)[:1] in VOWELS:
            begins.append(time)
            after = sounds[at + 1][0] if at + 1 < len(sounds) else spoken.seconds
            ends.append(max(after, time + 0.03))
    return Syllables(np.asarray(begins, np.float64), np.asarray(ends, np.float64))


def sing(spoken: Spoken, parts: Syllables, tune: Sequence[Sung]) -> tuple[float, Mono]:
    """Return when a sung line begins, in seconds, and the line; a note for each syllable."""
    lead_in = float(parts.begins[0])
    start = max(0.0, tune[0].at - lead_in)
    out, heard = _times(spoken, parts, tune, start)
    length = out[-1]
    t = np.arange(int(length * SLOW)) / SLOW
    at = np.interp(t, out, heard)
    mouth = _mouths(spoken)
    voiced = _voiced(spoken, len(mouth))
    frames = np.clip(at * SLOW / HOP, 0, len(mouth) - 1.001)
    share = np.interp(frames, np.arange(len(voiced)), voiced)
    made = _throat(_pitches(tune, t + start), frames, mouth, share)
    made += _breath(frames[::HOP], mouth, 1 - share[::HOP], len(t))
    made *= np.clip(t / 0.01, 0, 1) * np.clip((length - t) / 0.05, 0, 1)
    made *= EVEN / max(float(np.sqrt(np.mean(np.square(made)))), 1e-6)
    up = signal.resample_poly(made, RATE // SLOW, 1)
    return start, np.asarray(np.tanh(up * 1.2) / 1.2, np.float32)


def _times(
    spoken: Spoken, parts: Syllables, tune: Sequence[Sung], start: float
) -> tuple[Field, Field]:
    """Return moments of the song and the moments of the speech that are heard in them."""
    out, heard = [0.0], [max(0.0, float(parts.begins[0]) - (tune[0].at - start))]
    count = len(tune)
    for at, note in enumerate(tune):
        begin, end = float(parts.begins[at]), float(parts.ends[at])
        after = float(parts.begins[at + 1]) if at + 1 < count else spoken.seconds
        until = note.at + note.length
        if at + 1 < count:
            until = min(until, tune[at + 1].at - min(after - end, 0.6 * note.length))
        out += [note.at - start, max(note.at + 0.02, until) - start]
        # The very end of a vowel belongs to the consonant after it already.
        heard += [begin + 0.015, max(begin + 0.02, end - 0.02)]
    tail = min(0.5, spoken.seconds - float(parts.ends[count - 1]) + 0.02)
    out.append(out[-1] + tail)
    heard.append(float(parts.ends[count - 1]) - 0.02 + tail)
    rising = np.maximum.accumulate(np.asarray(out) + np.arange(len(out)) * 1e-6)
    return rising, np.asarray(heard)


def _pitches(tune: Sequence[Sung], t: Field) -> Field:
    """Return the pitch in hertz at each moment: notes that glide, and sway when held."""
    begins = np.asarray([note.at for note in tune])
    which = np.clip(np.searchsorted(begins, t + GLIDE / 2) - 1, 0, len(tune) - 1)
    midi = np.asarray([note.midi for note in tune])[which]
    width = int(GLIDE * SLOW)
    padded = np.pad(midi, (width // 2, width - width // 2 - 1), "edge")
    glided = np.convolve(padded, np.hanning(width) / np.hanning(width).sum(), "valid")
    since = t - begins[which]
    sway = DEPTH * np.clip((since - 0.25) / 0.35, 0, 1) * np.sin(2 * np.pi * VIBRATO * since)
    return np.asarray(440 * 2 ** ((glided + sway - 69) / 12))


def _mouths(spoken: Spoken) -> Field:
    """Return the smoothed log spectrum of each moment, `HOP` apart."""
    mono = signal.resample_poly(spoken.waves.mean(-1).astype(np.float64), 1, RATE // SLOW)
    padded = np.pad(mono, SIZE // 2)
    frames = np.lib.stride_tricks.sliding_window_view(padded, SIZE)[::HOP]
    made = [_smoothed(frames[at : at + AT_ONCE]) for at in range(0, len(frames), AT_ONCE)]
    return np.concatenate(made)


def _smoothed(frames: Field) -> Field:
    spectrum = np.abs(np.fft.rfft(frames * np.hanning(SIZE), axis=1))
    cepstrum = np.fft.irfft(np.log(np.maximum(spectrum, 1e-5)), axis=1)
    kept = np.zeros(SIZE)
    kept[:SMOOTH] = kept[-SMOOTH + 1 :] = 1
    return np.asarray(np.fft.rfft(cepstrum * kept, axis=1).real)


def _voiced(spoken: Spoken, count: int) -> Field:
    """Return how much voice is in each moment, 0 to 1."""
    share = np.ones(count)
    times = [time for time, _ in spoken.phonemes] + [spoken.seconds]
    for at, (_, name) in enumerate(spoken.phonemes):
        first = _plain(name)[:1]
        level = 0.0 if first in HUSHED else 0.6 if first in HALF else 1.0
        share[round(times[at] * SLOW / HOP) : round(times[at + 1] * SLOW / HOP)] = level
    return np.asarray(signal.convolve(np.pad(share, 2, "edge"), np.full(5, 0.2), "valid"))


def _throat(pitch: Field, frames: Field, mouth: Field, share: Field) -> Field:
    """Return the voice: a response of the mouth for each period."""
    turns = np.cumsum(pitch / SLOW)
    beats = np.flatnonzero(np.diff(np.floor(turns)) > 0)
    out = np.zeros(len(pitch) + SIZE)
    scale = 2 / np.hanning(SIZE).sum()
    for first in range(0, len(beats), AT_ONCE):
        some = beats[first : first + AT_ONCE]
        # A period has no whole number of samples: rounded, the voice would be hoarse.
        late = (np.floor(turns[some + 1]) - turns[some]) / (turns[some + 1] - turns[some])
        made = _responses(_shown(mouth, frames[some]), late)
        made *= (share[some] * SLOW / pitch[some] * scale)[:, None]
        for at, response in zip(some, made, strict=True):
            out[at : at + SIZE] += response
    return out[: len(pitch)]


def _breath(frames: Field, mouth: Field, share: Field, n: int) -> Field:
    """Return noise through the mouth, where no voice is."""
    rng, window = np.random.default_rng(SEED), np.hanning(4 * HOP)
    source = rng.standard_normal((len(frames), 4 * HOP)) * window
    level = np.exp(_shown(mouth, frames)) / np.sqrt(np.square(np.hanning(SIZE)).sum())
    level *= (share * 0.6)[:, None]
    shaped = np.fft.irfft(np.fft.rfft(source, SIZE, axis=1) * level, axis=1)
    out = np.zeros(n + SIZE + HOP)
    for at, grain in enumerate(shaped):
        out[at * HOP : at * HOP + SIZE] += grain[: len(out) - at * HOP]
    return out[:n]


def _responses(shown: Field, late: Field) -> Field:
    """Return minimum-phase responses of log spectra, each late by a part of a sample.

    The cepstrum's negative times are folded onto the positive ones (Oppenheim and Schafer).
    """
    cepstrum = np.fft.irfft(shown, axis=1)
    cepstrum[:, 1 : SIZE // 2] *= 2
    cepstrum[:, SIZE // 2 + 1 :] = 0
    turned = -2j * np.pi * np.arange(SIZE // 2 + 1) / SIZE * late[:, None]
    return np.asarray(np.fft.irfft(np.exp(np.fft.rfft(cepstrum, axis=1) + turned), axis=1))


def _shown(mouth: Field, frames: Field) -> Field:
    """Return the mouth between two moments."""
    low = frames.astype(int)
    part = (frames - low)[:, None]
    return np.asarray(mouth[low] * (1 - part) + mouth[np.minimum(low + 1, len(mouth) - 1)] * part)


def _plain(name: str) -> str:
    return name.lstrip("ˈˌ")
