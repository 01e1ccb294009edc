"""Finds the parts of a song: where it changes, which parts are alike, how strong each is.

Changes are peaks of novelty, a checkered kernel along the diagonal of a self-similarity matrix
(Foote, "Automatic Audio Segmentation Using a Measure of Audio Novelty", 2000), over features that
are gathered beat by beat.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import pairwise

import numpy as np
from scipy.ndimage import gaussian_filter1d

from kinora.engines.studio.songs.beats import Beats
from kinora.engines.studio.songs.hearing import QUICK, SLOW, Curve, Heard

REACH = 8.0
"""Seconds to both sides of a change that are compared."""

SHORTEST = 4.0
"""Seconds that a section has at least."""

LONGEST = 30.0
"""Seconds after which a section is parted where it changes most."""

PLAIN = 0.14
"""How much must change for a section to begin, from 0 to 1."""

ALIKE = 1.15
"""How far the means of two sections may be apart, in deviations, for them to be the same."""

LOUDNESS_WEIGHT, CHROMA_WEIGHT = 1.6, 0.7
LEAST_SPREAD = (0.12, 0.06, 0.35, 0.02)
"""Deviations of timbre, notes, loudness (nepers) and onsets below which nothing has changed."""

FAR_WEAKER = 0.2
"""How far below the strongest kind of section what returns is no chorus."""

CALMER = 0.08
"""How much below a song's mean an intro or outro is."""

FAINT = 1e-4
HELD, DRIVEN = 0.012, 0.036
"""Mean onsets of music whose tones are held, and of music that is driven on."""

DEEPEST = 30.0
"""Decibels below a song's strong seconds at which it is as calm as can be."""


class Part(StrEnum):
    """What a section is in its song."""

    INTRO = "intro"
    VERSE = "verse"
    CHORUS = "chorus"
    BRIDGE = "bridge"
    OUTRO = "outro"


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """A part of a song between two beats, in seconds.

    Sections with the same `letter` sound alike; `energy` goes from 0, the calmest of the song, to
    1, the strongest; `voiced` tells whether there is anything to be heard.
    """

    begin: float
    end: float
    letter: str
    part: Part
    energy: float
    voiced: bool = True

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.end - self.begin


def find_sections(heard: Heard, beats: Beats) -> tuple[Section, ...]:
    """Return the sections of a song, which follow one another from its begin to its end."""
    if heard.seconds < 2 * SHORTEST or len(beats.times) < 8:
        return (_whole(heard),)
    edges = np.concatenate([[0.0], beats.times[beats.times > 0], [heard.seconds]])
    edges = edges[np.concatenate([[True], np.diff(edges) > 1e-3])]
    features = _standard(_by_beat(heard, edges))
    period = float(np.median(np.diff(edges)))
    least = max(4, round(SHORTEST / period))
    novelty = _novelty(features, max(4, round(REACH / period)))
    cuts = _cuts(novelty, edges, beats, least)
    cuts = _joined(cuts, _letters(features, cuts))
    cuts = _parted(cuts, novelty, edges, least)
    letters = _letters(features, cuts)
    energies = _energies(heard, edges[cuts])
    bounds = edges[cuts]
    found = [
        Section(
            begin=float(bounds[k]),
            end=float(bounds[k + 1]),
            letter=letters[k],
            part=Part.VERSE,
            energy=energies[k],
            voiced=_loudness(heard, float(bounds[k]), float(bounds[k + 1])) > FAINT,
        )
        for k in range(len(cuts) - 1)
    ]
    return _named(found)


def _whole(heard: Heard) -> Section:
    voiced = _loudness(heard, 0, heard.seconds) > FAINT
    return Section(
        begin=0.0,
        end=heard.seconds,
        letter="A",
        part=Part.VERSE,
        energy=0.5 if voiced else 0.0,
        voiced=voiced,
    )


def _by_beat(heard: Heard, edges: Curve) -> Curve:
    """Return a row for each beat: timbre, notes (of length 1), loudness, how much begins."""
    loud = np.log(heard.loudness + 1e-3)
    rows = []
    for begin, end in pairwise(edges):
        slow = slice(int(begin * SLOW), max(int(begin * SLOW) + 1, int(end * SLOW)))
        quick = slice(int(begin * QUICK), max(int(begin * QUICK) + 1, int(end * QUICK)))
        notes = _mean(heard.chroma[slow])
        notes = notes / max(float(np.linalg.norm(notes)), 1e-6)
        force = [_mean(loud[quick, None])[0], _mean(heard.onsets[quick, None])[0]]
        rows.append(np.concatenate([_mean(heard.timbre[slow]), notes, force]))
    return np.asarray(rows, np.float32)


def _mean(rows: Curve) -> Curve:
    width = rows.shape[1]
    return np.asarray(rows.mean(0) if len(rows) else np.zeros(width), np.float32)


def _standard(rows: Curve) -> Curve:
    """Return rows whose columns all vary as much, weighted, and smoothed over two beats."""
    widths = (rows.shape[1] - 14, 12, 1, 1)
    level = (rows - rows.mean(0)) / np.maximum(rows.std(0), np.repeat(LEAST_SPREAD, widths))
    timbre, notes = level[:, :-14], level[:, -14:-2] * CHROMA_WEIGHT
    force = level[:, -2:] * LOUDNESS_WEIGHT
    even = [timbre / np.sqrt(timbre.shape[1]), notes / np.sqrt(notes.shape[1]), force / np.sqrt(2)]
    return np.asarray(gaussian_filter1d(np.concatenate(even, 1), 2.0, axis=0), np.float32)


def _cuts(novelty: Curve, edges: Curve, beats: Beats, least: int) -> list[int]:
    """Return the edges at which much changes, with the first and the last of all."""
    chosen = [0, len(novelty)]
    for place in (int(k) for k in np.argsort(-novelty) if novelty[k] > PLAIN):
        if _free(place, chosen, least):
            chosen.append(_on_bar(place, edges, beats, chosen, least))
    return sorted(chosen)


def _joined(cuts: Sequence[int], letters: Sequence[str]) -> list[int]:
    """Return the cuts without those between sections that sound alike."""
    inner = [cut for k, cut in enumerate(cuts[1:-1]) if letters[k] != letters[k + 1]]
    return [cuts[0], *inner, cuts[-1]]


def _parted(cuts: Sequence[int], novelty: Curve, edges: Curve, least: int) -> list[int]:
    """Return the cuts, with more where a section is too long: there where most changes."""
    chosen = list(cuts)
    while True:
        spans = pairwise(chosen)
        long = [(a, b) for a, b in spans if edges[b] - edges[a] > LONGEST and b - a > 2 * least + 1]
        if not long:
            return chosen
        begin, end = long[0]
        third = max(least, (end - begin) // 3)
        inner = novelty[begin + third : end - third]
        flat = len(inner) == 0 or float(inner.max()) < PLAIN / 2
        # Without any change the middle is as good as any place.
        place = (begin + end) // 2 if flat else begin + third + int(np.argmax(inner))
        chosen = sorted([*chosen, place])


def _free(place: int, chosen: Sequence[int], least: int) -> bool:
    return all(abs(place - other) >= least for other in chosen)


def _on_bar(place: int, edges: Curve, beats: Beats, chosen: Sequence[int], least: int) -> int:
    """Return the edge nearest to a place at which a bar begins, if one is near and free."""
    numbers = np.searchsorted(beats.times, edges - 1e-3)
    near = sorted(range(place - 2, place + 3), key=lambda other: abs(other - place))
    fit = (
        other
        for other in near
        if 0 < other < len(edges) - 1
        and beats.is_downbeat(int(numbers[other]))
        and _free(other, chosen, least)
    )
    return next(fit, place)


def _novelty(features: Curve, half: int) -> Curve:
    """Return how much changes at each beat, from 0 to 1: Foote's kernel, tapered."""
    count = len(features)
    squared = (features**2).sum(1)
    apart = squared[:, None] + squared[None] - 2 * features @ features.T
    alike = np.exp(-np.maximum(apart, 0) / 2)
    padded = np.pad(alike, half, constant_values=np.nan)
    places = (np.arange(2 * half) - half + 0.5) / half
    taper = np.exp(-2 * (places[:, None] ** 2 + places[None] ** 2))
    sign = np.sign(places[:, None] * places[None])
    out = np.zeros(count, np.float32)
    for k in range(count):
        view = padded[k : k + 2 * half, k : k + 2 * half]
        seen = taper * ~np.isnan(view)
        same, other = seen * (sign > 0), seen * (sign < 0)
        if other.sum() > 0.12 * same.sum():
            filled = np.nan_to_num(view)
            within = (filled * same).sum() / max(same.sum(), 1e-6)
            out[k] = within - (filled * other).sum() / max(other.sum(), 1e-6)
    return np.maximum(out, 0)


def _letters(features: Curve, cuts: Sequence[int]) -> list[str]:
    """Return a letter for each section, the same for those that sound alike."""
    spans = list(pairwise(cuts))
    middles = []
    for begin, end in spans:
        # The edges of a section sound like its neighbours.
        trim = min(2, (end - begin) // 4)
        middles.append(features[begin + trim : end - trim].mean(0))
    kinds: list[list[Curve]] = []
    letters = []
    for middle in middles:
        far = [float(np.linalg.norm(np.mean(kind, 0) - middle)) for kind in kinds]
        near = int(np.argmin(far)) if far else -1
        if near < 0 or far[near] > ALIKE:
            near = len(kinds)
            kinds.append([])
        kinds[near].append(middle)
        letters.append(chr(ord("A") + min(near, 25)))
    return letters


def _energies(heard: Heard, bounds: Curve) -> list[float]:
    """Return how strong each section is: loudness in decibels, and how much begins."""
    spans = list(pairwise(bounds))
    low, high = _range(heard)
    loud = np.array([_decibels(_loudness(heard, float(a), float(b))) for a, b in spans])
    busy = np.array(
        [_mean(heard.onsets[int(a * QUICK) : int(b * QUICK), None])[0] for a, b in spans]
    )
    level = np.clip((loud - low) / max(high - low, 6.0), 0, 1)
    dense = busy / max(float(busy.max()), 1e-6)
    force = np.where(loud > _decibels(FAINT), 0.65 * level + 0.35 * dense, 0.0)
    # The strongest part of a lullaby is no storm.
    force *= 0.5 + 0.5 * _drive(heard)
    return [float(each) for each in np.round(force, 3)]


def _drive(heard: Heard) -> float:
    """Return how driven a song is, from 0, tones that are held, to 1, a band with drums."""
    loud = heard.onsets[heard.loudness > FAINT]
    begun = float(loud.mean()) if len(loud) else 0.0
    return float(np.clip((begun - HELD) / (DRIVEN - HELD), 0, 1))


def _range(heard: Heard) -> tuple[float, float]:
    """Return the decibels of a song's calm and of its strong seconds."""
    whole = len(heard.loudness) // QUICK * QUICK
    if not whole:
        return -60.0, 0.0
    power = (heard.loudness[:whole].reshape(-1, QUICK) ** 2).mean(1)
    each = 10 * np.log10(power + 1e-8)
    high = float(np.percentile(each, 95))
    return max(float(np.percentile(each, 8)) - 3, high - DEEPEST), high


def _loudness(heard: Heard, begin: float, end: float) -> float:
    part = heard.loudness[max(0, int(begin * QUICK)) : max(1, int(end * QUICK))]
    return float(np.sqrt((part**2).mean())) if len(part) else 0.0


def _decibels(loudness: float) -> float:
    return float(20 * np.log10(loudness + 1e-4))


def _named(sections: Sequence[Section]) -> tuple[Section, ...]:
    """Return sections with their parts: the strongest kind that comes back is the chorus."""
    counts = Counter(each.letter for each in sections)
    force = {
        letter: float(np.mean([each.energy for each in sections if each.letter == letter]))
        for letter in counts
    }
    middle = float(np.mean([each.energy for each in sections]))
    strongest = max(force.values())
    back = [
        each for each in counts if counts[each] > 1 and force[each] > strongest - FAR_WEAKER
    ] or list(counts)
    chorus = max(back, key=lambda letter: force[letter]) if len(counts) > 1 else ""
    named = []
    longest = min(30.0, 4 + 0.15 * sections[-1].end)
    for place, each in enumerate(sections):
        calm = each.energy < middle - CALMER and each.seconds < longest
        if place == 0 and calm and len(sections) > 2:
            part = Part.INTRO
        elif place == len(sections) - 1 and calm and len(sections) > 2:
            part = Part.OUTRO
        elif each.letter == chorus:
            part = Part.CHORUS
        else:
            lone = counts[each.letter] == 1 and place > len(sections) / 2 and len(sections) > 3
            part = Part.BRIDGE if lone else Part.VERSE
        named.append(replace(each, part=part))
    return tuple(named)
