"""Lines of a lyric on the picture: white letters with a dark edge, low in the frame."""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from importlib.resources import files

import cv2
import numpy as np
import skia
from numpy.typing import NDArray

from kinora.engines.studio.picture.warping import ease
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.songs.lyrics import WIDE, Caption

SIZE, NARROW_SIZE = 0.062, 0.074
"""How large letters are, as a part of a frame's height, and of its width at most."""

WIDEST = 0.86
FOOT = 0.885
"""Where the last line stands, from the top, as a part of the height."""

LEADING = 1.28
EDGE = 0.16
"""How wide the dark edge is, as a part of the letters' size."""

MOST_ROWS = 3
FADE = 0.14
"""Seconds in which a line comes and goes."""

SUNG = (255, 214, 92)
"""The colour of what has been sung, when the caller said when."""

UNSEEN = frozenset({"Cf", "Cc", "Mn"})
"""Kinds of characters that only change others: joiners, controls, the looks of emoji."""

TURNED = frozenset({"R", "AL"})
"""Scripts from right to left, which need a shaper that is not here."""


@dataclass(frozen=True, slots=True)
class Plate:
    """A line as pixels: a strip that begins at row `top`, as wide as the frame.

    `fill` is where letters are and `alpha` where they or their dark edge are, from 0 to 1.
    `rows` are first and last row, first and last column of each row of letters.
    """

    fill: NDArray[np.float32]
    alpha: NDArray[np.float32]
    top: int
    rows: tuple[tuple[int, int, int, int], ...]


class Captions:
    """Lays the line of each moment over frames of one size."""

    def __init__(self, captions: Sequence[Caption], *, width: int, height: int) -> None:
        """Take captions in the order of their time, none over another."""
        legible = (replace(each, text=without_signs(each.text)) for each in captions)
        self._captions = [each for each in legible if each.text and drawable(each.text)]
        self._size = (width, height)
        self._next = 0

    def over(self, picture: Picture, seconds: float) -> Picture:
        """Return a frame with its line; frames come in the order of their time."""
        while self._next < len(self._captions) and self._captions[self._next].end <= seconds:
            self._next += 1
        if self._next == len(self._captions) or seconds < self._captions[self._next].begin:
            return picture
        caption = self._captions[self._next]
        plate = _plate(caption.text, *self._size)
        since, left = seconds - caption.begin, caption.end - seconds
        seen = ease((since + FADE / 2) / FADE) * ease(left / FADE)
        share = since / max(caption.end - caption.begin, 1e-3) if caption.told else 0.0
        return _laid(picture, plate, seen, share)


def drawable(text: str) -> bool:
    """Tell whether there are letters for a text; boxes or broken script are worse than none."""
    if any(unicodedata.bidirectional(letter) in TURNED for letter in text):
        return False
    return all(_face_for(letter) is not None for letter in text if not letter.isspace())


def without_signs(text: str) -> str:
    """Return a text less the signs that no font has, which a reader can do without."""
    kept = (
        letter
        for letter in unicodedata.normalize("NFC", text)
        if letter.isspace()
        or (
            unicodedata.category(letter) not in UNSEEN
            and (unicodedata.category(letter)[0] not in "SC" or _face_for(letter) is not None)
        )
    )
    return " ".join("".join(kept).split())


def wrapped(text: str, *, size: float, width: float) -> list[str]:
    """Return rows of about one length that are no wider than a width in pixels."""
    words, glue = _words(text)
    whole = _measured(text, size)
    count = max(1, int(np.ceil(whole / width)))
    while count <= len(words):
        rows = _filled(words, glue, size, whole / count)
        if len(rows) <= count and all(_measured(row, size) <= width for row in rows):
            return rows
        if len(rows) > MOST_ROWS:
            break
        count += 1
    return _filled(words, glue, size, width)


def _words(text: str) -> tuple[list[str], str]:
    """Return what a row may be broken between: words, or single letters of East Asia."""
    if WIDE.search(text) and " " not in text:
        return list(text), ""
    return text.split(), " "


def _filled(words: Sequence[str], glue: str, size: float, goal: float) -> list[str]:
    """Return rows that end with the word that brings them nearest to a goal."""
    rows: list[str] = []
    row = ""
    for word in words:
        longer = f"{row}{glue}{word}" if row else word
        over, under = _measured(longer, size) - goal, goal - _measured(row, size)
        if row and over > 0 and over > under:
            rows.append(row)
            row = word
        else:
            row = longer
    return [*rows, row] if row else rows


@lru_cache(maxsize=2)
def _plate(text: str, width: int, height: int) -> Plate:
    """Return a line as pixels."""
    size = min(SIZE * height, NARROW_SIZE * width)
    rows = wrapped(text, size=size, width=WIDEST * width)
    while (len(rows) > MOST_ROWS or _longest(rows, size) > WIDEST * width) and size > 8:
        size *= 0.9
        rows = wrapped(text, size=size, width=WIDEST * width)
    pad = int(size * 0.6)
    tall = int(len(rows) * LEADING * size) + 2 * pad
    top = max(0, int(FOOT * height) - tall + pad)
    tall = min(tall, height - top)
    letters, edge = _drawn(rows, size, width, tall, pad)
    shade = cv2.GaussianBlur(edge, (0, 0), max(1.0, size / 7)).astype(np.float32) / 255
    dark = np.maximum(edge.astype(np.float32) / 255, np.float32(0.6) * shade)
    fill = np.asarray(letters, np.float32) / np.float32(255)
    spans = []
    for number, row in enumerate(rows):
        wide = _measured(row, size)
        upper = int(number * LEADING * size) + pad // 2
        spans.append(
            (upper, upper + int(LEADING * size), int((width - wide) / 2), int((width + wide) / 2))
        )
    return Plate(fill, np.asarray(np.maximum(dark, fill), np.float32), top, tuple(spans))


def _longest(rows: Sequence[str], size: float) -> float:
    return max((_measured(row, size) for row in rows), default=0.0)


def _drawn(
    rows: Sequence[str], size: float, width: int, tall: int, pad: int
) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """Return letters, and letters with their edge, as masks."""
    edge = skia.Paint(
        AntiAlias=True,
        Color=skia.ColorWHITE,
        Style=skia.Paint.kStrokeAndFill_Style,
        StrokeWidth=size * EDGE,
        StrokeJoin=skia.Paint.kRound_Join,
    )
    masks = []
    for paint in (skia.Paint(AntiAlias=True, Color=skia.ColorWHITE), edge):
        surface = skia.Surface(width, tall)
        canvas = surface.getCanvas()
        for number, row in enumerate(rows):
            x = (width - _measured(row, size)) / 2
            y = pad + (number + 0.72) * LEADING * size
            for run, font in _runs(row, size):
                canvas.drawString(run, x, y, font, paint)
                x += font.measureText(run)
        masks.append(np.ascontiguousarray(np.asarray(surface.toarray())[..., 3]))
    return masks[0], masks[1]


def _laid(picture: Picture, plate: Plate, seen: float, share: float) -> Picture:
    """Return a picture with a plate over it, as much as is `seen` and sung in its colour."""
    tall = plate.alpha.shape[0]
    out = picture.copy()
    strip = out[plate.top : plate.top + tall].astype(np.float32)
    alpha = (plate.alpha * np.float32(seen))[..., None]
    colour = np.full((*plate.fill.shape, 3), 255, np.float32)
    whole = sum(right - left for _, _, left, right in plate.rows)
    done = share * whole
    for upper, lower, left, right in plate.rows:
        reached = left + int(min(max(0.0, done), right - left))
        colour[upper:lower, left:reached] = SUNG
        done -= right - left
    out[plate.top : plate.top + tall] = (
        strip * (1 - alpha) + colour * (plate.fill * np.float32(seen))[..., None]
    )
    return out


def _measured(text: str, size: float) -> float:
    return sum(font.measureText(run) for run, font in _runs(text, size))


def _runs(text: str, size: float) -> list[tuple[str, skia.Font]]:
    """Return a text as runs of letters of one font."""
    runs: list[tuple[str, skia.Typeface]] = []
    for letter in text:
        face = _face_for(letter) or _house()
        if runs and (letter.isspace() or runs[-1][1].uniqueID() == face.uniqueID()):
            runs[-1] = (runs[-1][0] + letter, runs[-1][1])
        else:
            runs.append((letter, face))
    return [(run, skia.Font(face, size)) for run, face in runs]


@lru_cache(maxsize=4096)
def _face_for(letter: str) -> skia.Typeface | None:
    """Return a font that has a letter: the house's, else one of the machine's, else none."""
    for face in _house(), _emoji():
        if letter.isspace() or face.unicharToGlyph(ord(letter)):
            return face
    style = skia.FontStyle.Bold()
    found = skia.FontMgr().matchFamilyStyleCharacter("", style, ["zh", "ja", "ko"], ord(letter))
    if found is None or not found.unicharToGlyph(ord(letter)):
        return None
    return found


@cache
def _house() -> skia.Typeface:
    """Return the lettering font, which travels with the engine."""
    return _packed("DejaVuSans-Bold.ttf")


@cache
def _emoji() -> skia.Typeface:
    """Return the font of signs, which travels with the engine, too."""
    return _packed("NotoEmoji.ttf")


def _packed(name: str) -> skia.Typeface:
    body = (files("kinora.engines.studio") / "fonts" / name).read_bytes()
    return skia.Typeface.MakeFromData(skia.Data.MakeWithCopy(body))
