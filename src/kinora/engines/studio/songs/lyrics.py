"""Says when each line of a lyric is shown: at its own time, or spread over what may be sung."""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

import numpy as np

from kinora.domain.lyrics import LyricLine
from kinora.engines.studio.songs.beats import Beats
from kinora.engines.studio.songs.sections import Part, Section
from kinora.engines.studio.songs.stanzas import assigned, stanzas_of

LONGEST, SHORTEST = 7.0, 0.4
"""Seconds that a line stays at most, and below which it is not shown."""

BREATH = 6.0
"""What a line takes besides its letters, in letters."""

FULL = 76
"""Letters of a line above which it is shown in two turns; wide letters count twice."""

WIDE = re.compile(r"[\u1100-\u11ff\u2e80-\u9fff\uac00-\ud7af\uf900-\ufaff\uff00-\uff60]")
SILENT = (Part.INTRO, Part.OUTRO)
"""Parts in which nobody sings, when there are others."""


@dataclass(frozen=True, slots=True)
class Caption:
    """Words on the screen from one second to another; `told` when the caller said when."""

    text: str
    begin: float
    end: float
    told: bool = False


def place_lines(
    lines: Sequence[LyricLine], sections: Sequence[Section], beats: Beats, *, seconds: float
) -> tuple[Caption, ...]:
    """Return captions in order, none over another and none after the song's end."""
    if any(line.begin is not None for line in lines):
        placed = _told(_every_begin(lines, seconds), seconds)
    else:
        placed = _spread(lines, sections, beats)
    apart = [
        replace(each, end=min(each.end, after.begin))
        for each, after in pairwise([*placed, Caption("", seconds, seconds)])
    ]
    shown = [each for each in apart if each.end - each.begin >= SHORTEST]
    return tuple(part for each in shown for part in _turns(each))


def width_of(text: str) -> int:
    """Return how many letters wide a text is; those of East Asia count twice."""
    return len(text) + len(WIDE.findall(text))


def _every_begin(lines: Sequence[LyricLine], seconds: float) -> list[LyricLine]:
    """Return lines that all have a begin: those without lie evenly between their neighbours."""
    known = [(place, line.begin) for place, line in enumerate(lines) if line.begin is not None]
    places = [-1.0, *(float(place) for place, _ in known), float(len(lines))]
    times = [0.0, *(begin for _, begin in known), max(seconds, known[-1][1])]
    return [
        replace(line, begin=float(np.interp(place, places, times))) if line.begin is None else line
        for place, line in enumerate(lines)
    ]


def _told(lines: Sequence[LyricLine], seconds: float) -> list[Caption]:
    placed = []
    for line in lines:
        begin = line.begin or 0.0
        stays = max(2.5, 0.14 * width_of(line.text) + 1.2)
        if begin < seconds:
            end = min(begin + min(stays, LONGEST), seconds)
            placed.append(Caption(line.text, begin, end, told=True))
    return placed


def _spread(lines: Sequence[LyricLine], sections: Sequence[Section], beats: Beats) -> list[Caption]:
    """Return lines spread over the sung sections by their length, each begun on a beat.

    Stanzas are sung in sections that fit them, where there are enough of both.
    """
    sung = _sung(sections)
    stanzas = stanzas_of(lines)
    runs = assigned(stanzas, [sum(map(_weight, stanza)) for stanza in stanzas], sung)
    if runs is None:
        return _even(lines, sung, beats)
    return [
        caption
        for stanza, (begin, end) in zip(stanzas, runs, strict=True)
        for caption in _even(stanza, sung[begin:end], beats)
    ]


def _even(lines: Sequence[LyricLine], sung: Sequence[Section], beats: Beats) -> list[Caption]:
    """Return lines spread over some sections."""
    whole = sum(each.seconds for each in sung)
    weights = [_weight(line) for line in lines]
    total, passed, placed = sum(weights), 0.0, []
    for line, weight in zip(lines, weights, strict=True):
        begin = _at(sung, passed / total * whole)
        passed += weight
        end = _at(sung, passed / total * whole - 1e-6)
        if end < begin:
            end = begin + weight / total * whole
        begin = _on_beat(begin, beats)
        placed.append(Caption(line.text, begin, min(end, begin + LONGEST)))
    return placed


def _weight(line: LyricLine) -> float:
    """Return how long a line is sung against others: every line takes a breath as well."""
    return BREATH + width_of(line.text)


def _sung(sections: Sequence[Section]) -> list[Section]:
    heard = [each for each in sections if each.voiced]
    inner = [each for each in heard if each.part not in SILENT]
    return inner or heard or list(sections)


def _at(sung: Sequence[Section], passed: float) -> float:
    """Return the second of the song at which so much has been sung."""
    for each in sung:
        if passed < each.seconds:
            return each.begin + passed
        passed -= each.seconds
    return sung[-1].end


def _on_beat(seconds: float, beats: Beats) -> float:
    """Return the nearest beat, or the time as it is when none is near."""
    near = float(beats.times[int(np.argmin(np.abs(beats.times - seconds)))])
    return near if abs(near - seconds) <= beats.period else seconds


def _turns(caption: Caption) -> list[Caption]:
    """Return a caption, parted at spaces into several when it is too long to be read at once."""
    wide = width_of(caption.text)
    count = math.ceil(wide / FULL)
    words = caption.text.split(" ") if " " in caption.text else list(caption.text)
    if count < 2 or len(words) < count:
        return [caption]
    glue = " " if " " in caption.text else ""
    parts: list[list[str]] = [[] for _ in range(count)]
    passed = 0
    for word in words:
        parts[min(count - 1, passed * count // max(1, wide))].append(word)
        passed += width_of(word) + len(glue)
    span = (caption.end - caption.begin) / count
    return [
        replace(
            caption,
            text=glue.join(part),
            begin=caption.begin + k * span,
            end=caption.begin + (k + 1) * span,
        )
        for k, part in enumerate(parts)
        if part
    ]
