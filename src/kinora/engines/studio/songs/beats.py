"""Finds the beats of a song.

Tempo by autocorrelation of the onsets with a prior for walking pace, beats by dynamic programming
(Ellis, "Beat Tracking by Dynamic Programming", 2007), bars by where basses and chords change.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter1d, uniform_filter1d

from kinora.engines.studio.songs.hearing import QUICK, SLOW, Curve, Heard

SLOWEST, FASTEST = 50.0, 200.0
"""Beats a minute."""

USUAL, SPREAD = 120.0, 0.9
"""The pace that is taken when two are as good, and how many octaves from it one may be."""

TIGHT = 100.0
"""How much a beat that is early or late costs, against how much begins on it."""

SOFT = 2.0
"""How many quick steps an onset is spread over."""

PROOF = 0.11
"""How regular onsets must be to be a beat; noise comes to about 0.05, a drum kit to over 0.3."""

SHORTEST = 4.0
"""Seconds in which a beat can be told."""

EVEN = 0.5
"""Seconds between the beats of a song that has none."""

DOUBLE = 0.72
"""How regular half the beat must be, against the beat, for it to be the beat."""

EARLY = 0.012
"""Seconds by which a window hears an attack before its middle reaches it."""

WEAK = 2.2
"""How much louder every other beat must be for those between to be no beats."""

Times = NDArray[np.float64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Beats:
    """The beats of a song, from its first second to its last.

    `times` are seconds; `tempo` is in beats a minute; `bar` is how many beats make a bar and
    `first` the beat on which the first whole bar begins. A song without a beat has `steady`
    False, and beats that are even.
    """

    times: Times
    tempo: float
    bar: int
    first: int
    steady: bool

    @property
    def period(self) -> float:
        """Seconds from beat to beat."""
        return 60 / self.tempo

    def is_downbeat(self, beat: int) -> bool:
        """Tell whether a bar begins on a beat."""
        return (beat - self.first) % self.bar == 0


def find_beats(heard: Heard) -> Beats:
    """Return the beats of what was heard."""
    if heard.seconds < SHORTEST:
        return _no_beats(heard.seconds)
    onsets = _sharpened(heard.onsets)
    period, proof = _period(onsets)
    if proof < PROOF:
        return _no_beats(heard.seconds)
    places = _stressed(_track(onsets, period), heard.loudness, period)
    apart = float(np.median(np.diff(places))) / QUICK
    times = _filled(_refined(places, onsets), heard.seconds, apart)
    tempo = 60 / float(np.diff(times).mean())
    bar, first = _bars(times, heard)
    return Beats(times=times, tempo=tempo, bar=bar, first=first, steady=True)


def _no_beats(seconds: float) -> Beats:
    times = np.arange(0.0, max(seconds, EVEN), EVEN)
    return Beats(times=times, tempo=60 / EVEN, bar=4, first=0, steady=False)


def _sharpened(onsets: Curve) -> Curve:
    """Return onsets less their surroundings, of one strength all along the song."""
    smooth = gaussian_filter1d(onsets, SOFT)
    above = np.maximum(0, smooth - uniform_filter1d(smooth, QUICK))
    # A running sum may come out a little below nothing.
    spread = np.sqrt(np.maximum(uniform_filter1d(above**2, 8 * QUICK), 0))
    floor = 0.25 * float(above.std()) + 1e-6
    return np.asarray(above / (spread + floor), np.float32)


def _period(onsets: Curve) -> tuple[float, float]:
    """Return quick steps from beat to beat, and how regular they are, from 0 to 1."""
    likeness = _likeness(onsets)
    shortest, longest = 60 * QUICK / FASTEST, 60 * QUICK / SLOWEST
    lags = np.arange(int(shortest), int(longest) + 2)
    octaves = np.log2(60 * QUICK / lags / USUAL)
    prior = np.exp(-0.5 * (octaves / SPREAD) ** 2)
    merits = np.array([_merit(likeness, float(lag)) for lag in lags])
    best = float(lags[int(np.argmax(merits * prior))])
    if best / 2 >= shortest and _near(likeness, best / 2) > DOUBLE * _near(likeness, best):
        best /= 2
    return _between(likeness, best), _merit(likeness, best)


def _likeness(onsets: Curve) -> Curve:
    """Return the autocorrelation of onsets, 1 at no lag, for lags up to 8 slow beats."""
    own = onsets - onsets.mean()
    size = 1 << (2 * len(own) - 1).bit_length()
    power = np.abs(np.fft.rfft(own, size)) ** 2
    raw = np.fft.irfft(power, size)[: min(len(own) - 1, 8 * 60 * QUICK // int(SLOWEST))]
    fair = raw * len(own) / np.arange(len(own), len(own) - len(raw), -1)
    return np.asarray(fair / max(float(fair[0]), 1e-9), np.float32)


def _near(likeness: Curve, lag: float) -> float:
    """Return the best likeness within a fiftieth of a lag."""
    slack = max(1, round(lag / 50))
    low, high = round(lag) - slack, round(lag) + slack + 1
    return float(likeness[max(0, low) : high].max(initial=0.0)) if low < len(likeness) else 0.0


def _merit(likeness: Curve, lag: float) -> float:
    """Return how well onsets repeat after one, two and four beats; only what lasts is a beat."""
    return (0.5 * float(likeness[round(lag)]) + 0.3 * _near(likeness, 2 * lag)) + 0.2 * _near(
        likeness, 4 * lag
    )


def _between(likeness: Curve, lag: float) -> float:
    """Return a lag between whole steps, from the peak near four of it, which is 4 times finer."""
    for turns in (4, 2, 1):
        slack = max(2, round(turns * lag / 40))
        middle = round(turns * lag)
        if middle + slack + 1 >= len(likeness):
            continue
        around = likeness[middle - slack : middle + slack + 1]
        peak = int(np.argmax(around))
        if 0 < peak < len(around) - 1:
            left, top, right = (float(around[peak + k]) for k in (-1, 0, 1))
            bend = left - 2 * top + right
            offset = 0.5 * (left - right) / bend if bend < 0 else 0.0
            return (middle - slack + peak + offset) / turns
    return lag


def _track(onsets: Curve, period: float) -> NDArray[np.int64]:
    """Return the steps of the best chain of beats (Ellis 2007, equations 1 to 6)."""
    count = len(onsets)
    back = np.arange(-round(2 * period), -round(period / 2) + 1)
    cost = (-TIGHT * np.log(-back / period) ** 2).astype(np.float32)
    wide = len(back)
    score = np.zeros(count + wide * 2, np.float32)
    origin = -int(back[0])
    came = np.full(count, -1, np.int64)
    # Before the song every step is as good as another, so that the first beat is free.
    for step in range(count):
        window = score[step : step + wide] + cost
        best = int(np.argmax(window))
        came[step] = step + int(back[best])
        score[step + origin] = onsets[step] + window[best]
    tail = max(0, count - round(period))
    place = tail + int(np.argmax(score[tail + origin : count + origin]))
    chain = []
    while place >= 0:
        chain.append(place)
        place = int(came[place])
    return np.array(chain[::-1], np.int64)


def _stressed(places: NDArray[np.int64], loudness: Curve, period: float) -> NDArray[np.int64]:
    """Return every other beat where only they are struck, and those between are but hats."""
    if 60 * QUICK / period < 2 * SLOWEST or len(places) < 8:
        return places
    last = len(loudness) - 1
    peak = np.stack([loudness[np.clip(places + k, 0, last)] for k in range(8)]).max(0)
    rise = np.maximum(peak - loudness[np.clip(places - 4, 0, last)], 0)
    even, odd = float(rise[::2].mean()), float(rise[1::2].mean())
    if max(even, odd) < WEAK * min(even, odd):
        return places
    return places[::2] if even > odd else places[1::2]


def _refined(places: NDArray[np.int64], onsets: Curve) -> Times:
    """Return beats in seconds, between steps where the onset's peak is."""
    inner = np.clip(places, 1, len(onsets) - 2)
    left, top, right = (onsets[inner + k].astype(np.float64) for k in (-1, 0, 1))
    bend = left - 2 * top + right
    flat = bend > -1e-6
    offset = np.where(flat, 0.0, 0.5 * (left - right) / np.where(flat, -1.0, bend))
    return np.asarray((inner + np.clip(offset, -0.5, 0.5)) / QUICK + EARLY, np.float64)


def _filled(times: Times, seconds: float, period: float) -> Times:
    """Return beats that go on evenly to both ends of the song."""
    before = np.arange(times[0] - period, 0, -period)[::-1]
    after = np.arange(times[-1] + period, seconds, period)
    return np.concatenate([before, times, after])


def _bars(times: Times, heard: Heard) -> tuple[int, int]:
    """Return beats a bar and the first beat of a bar: three only where it is plainly better."""
    steps = np.clip((times * QUICK).astype(int), 0, len(heard.bass) - 1)
    near = np.stack([heard.bass[np.clip(steps + k, 0, len(heard.bass) - 1)] for k in range(-3, 4)])
    bass = _even(near.max(0))
    change = _even(_chord_change(times, heard.chroma))
    accent = bass + change
    found = {bar: _phase(accent, bar) for bar in (4, 3)}
    bar = 3 if found[3][1] > 1.4 * found[4][1] + 0.1 else 4
    return bar, found[bar][0]


def _phase(accent: Curve, bar: int) -> tuple[int, float]:
    """Return on which beat of a bar the accents are, and by how much more than elsewhere."""
    means = [float(accent[phase::bar].mean()) for phase in range(min(bar, len(accent)))]
    best = int(np.argmax(means))
    return best, means[best] - float(np.mean(means))


def _chord_change(times: Times, chroma: Curve) -> Curve:
    """Return how much the notes around each beat differ before and after it."""
    bounds = np.clip((times * SLOW).astype(int), 0, len(chroma))
    edges = np.concatenate([bounds, [len(chroma)]])
    per_beat = np.array(
        [
            chroma[a : max(a + 1, b)].mean(0) if a < len(chroma) else np.zeros(chroma.shape[1])
            for a, b in pairwise(edges)
        ]
    )
    unit = per_beat / np.maximum(np.linalg.norm(per_beat, axis=1, keepdims=True), 1e-6)
    alike = np.concatenate([[1.0], (unit[1:] * unit[:-1]).sum(1)])
    return np.asarray(1 - alike, np.float32)


def _even(values: Curve) -> Curve:
    return np.asarray((values - values.mean()) / max(float(values.std()), 1e-6), np.float32)
