"""Says which stanza of a lyric is sung in which sections of its song."""

import math
from collections.abc import Sequence
from itertools import groupby

from kinora.domain.lyrics import LyricLine
from kinora.engines.studio.songs.sections import Part, Section

WRONG = 1.2
"""What it costs to sing a chorus in a verse, against a pace that is e times too fast or slow."""

SKIPPED = 1.0
"""What it costs that nobody sings in a section as long as the mean."""

CHORUS = ("chorus", "hook", "refrain", "drop", "副歌", "サビ", "estribillo", "refrán", "후렴")
VERSE = ("verse", "strophe", "estrofa", "couplet", "主歌", "1番", "2番", "벌스")

Run = tuple[int, int]
"""Sections from one number up to another."""

Stanza = list[LyricLine]


def stanzas_of(lines: Sequence[LyricLine]) -> list[Stanza]:
    """Return lines in their stanzas."""
    return [list(group) for _, group in groupby(lines, key=lambda line: line.stanza)]


def assigned(
    stanzas: Sequence[Stanza], weights: Sequence[float], sung: Sequence[Section]
) -> list[Run] | None:
    """Return which sung sections each stanza has, in order; None when there are too few.

    By dynamic programming: what costs least in pace and in choruses that are sung in a verse,
    where sections may be left to the instruments.
    """
    if len(stanzas) < 2 or len(stanzas) > len(sung):
        return None
    whole = sum(each.seconds for each in sung)
    pace = whole / sum(weights)
    mean = whole / len(sung)
    best: list[tuple[float, list[Run]]] = [(0.0, [])]
    for section in sung:
        # Before the first stanza the instruments may play alone.
        cost, _ = best[-1]
        best.append((cost + SKIPPED * section.seconds / mean, []))
    for stanza, weight in zip(stanzas, weights, strict=True):
        best = _step(best, stanza, weight * pace, sung, mean)
    return best[-1][1] if math.isfinite(best[-1][0]) else None


def _step(
    best: Sequence[tuple[float, list[Run]]],
    stanza: Stanza,
    wanted: float,
    sung: Sequence[Section],
    mean: float,
) -> list[tuple[float, list[Run]]]:
    """Return what is best when one more stanza has been sung, for each number of sections."""
    after: list[tuple[float, list[Run]]] = [(math.inf, [])]
    for end in range(1, len(sung) + 1):
        skipped = after[-1][0] + SKIPPED * sung[end - 1].seconds / mean
        choices = [(skipped, after[-1][1])]
        for begin in range(end):
            cost, runs = best[begin]
            if math.isfinite(cost):
                own = _cost(stanza, wanted, sung[begin:end])
                choices.append((cost + own, [*runs, (begin, end)]))
        after.append(min(choices, key=lambda each: each[0]))
    return after


def _cost(stanza: Stanza, wanted: float, run: Sequence[Section]) -> float:
    """Return what it costs to sing a stanza in some sections."""
    seconds = sum(each.seconds for each in run)
    heading = stanza[0].heading.lower()
    chorus = any(word in heading for word in CHORUS)
    verse = any(word in heading for word in VERSE)
    strong = sum(each.seconds for each in run if each.part is Part.CHORUS) / seconds
    wrong = (1 - strong) if chorus else strong if verse else 0.0
    return abs(math.log(seconds / wanted)) + WRONG * wrong
