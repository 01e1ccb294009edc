"""Makes parts of a picture move by themselves: clouds drift, water and fire flow, leaves sway.

What flows is drawn by two copies of the picture that are carried along its flow by turns, each
coming in where the other goes out (Vlachos, "Water Flow in Portal 2", SIGGRAPH 2010; the
cinemagraphs of Holynski et al., CVPR 2021, are made so too). What sways swings about where it
stands. Eyes close for a moment now and then.
"""

import math
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.imagevideo.eyes import Eye, blinked, find_eyes
from kinora.engines.studio.imagevideo.regions import find_regions
from kinora.engines.studio.kernels.noise import fbm_map
from kinora.engines.studio.picture.faces import Face
from kinora.engines.studio.picture.fill import fill_behind
from kinora.engines.studio.picture.warping import grid, pull
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.words.splitting import phrases_in, words_in

Field = NDArray[np.float32]
Named = frozenset[str]
PERIOD = {"clouds": 7.0, "water": 2.2, "fire": 0.7}
SPEED = {"clouds": 0.016, "water": 0.030, "fire": 0.16}
"""Frame widths that a flow moves in a second."""

SWAY = {"foliage": 0.0030, "hair": 0.0034}
"""Frame widths that what sways swings to each side."""

FALL = 2.2
"""How much faster water falls than it flows."""

INSIDE = 0.6
"""The least of a mask where what is seen is the region's own."""

MORE = 1.7
"""How much more moves what words name."""


@cache
def _table(part: str) -> dict[str, frozenset[str]]:
    text = (files("kinora.engines.studio.imagevideo") / "verbs.toml").read_text("utf-8")
    table: dict[str, list[str]] = tomllib.loads(text)[part]
    every = {word for words in table.values() for word in words}
    return {word: frozenset(kind for kind in table if word in table[kind]) for word in every}


def _kinds(prompt: str, part: str) -> frozenset[str]:
    table = _table(part)
    words = phrases_in(words_in(prompt, table.__contains__), table.__contains__)
    return frozenset(kind for word in words for kind in table.get(word, ()))


def read_things(prompt: str) -> frozenset[str]:
    """Return the kinds of regions that a prompt names by a word that means nothing else."""
    return _kinds(prompt, "things")


def read_verbs(prompt: str) -> frozenset[str]:
    """Return the kinds that a prompt makes more of: regions, `blink`, `still`."""
    alone = frozenset({"still"}) if prompt.strip().lower() == "still" else frozenset()
    return read_things(prompt) | _kinds(prompt, "verbs") | alone


def find_living(
    picture: Picture, matte: Field, faces: tuple[Face, ...], prompt: str
) -> tuple[dict[str, Field], list[Eye], Named]:
    """Return what can move in a picture: masks by kind, eyes, and what the words name.

    Nothing moves when the words say so.
    """
    named = read_verbs(prompt)
    if "still" in named:
        return {}, [], named
    things = read_things(prompt)
    return find_regions(picture, matte, faces, things), find_eyes(picture, faces), named


@dataclass(frozen=True, slots=True)
class Part:
    """One region: its mask, where it is, how it moves (pixels in a second, or pixels).

    `source` is the picture with nothing but the region in it, painted on beyond its edge: what
    flows in from there must not be a ridge or a roof.
    """

    kind: str
    mask: Field
    rows: slice
    across: Field
    down: Field
    source: Picture


class Living:
    """A picture in which some parts move."""

    def __init__(
        self,
        picture: Picture,
        masks: Mapping[str, Field],
        eyes: Sequence[Eye],
        named: Named,
        *,
        seed: int,
    ) -> None:
        """Let the masks' parts of a picture move, and eyes blink."""
        self._named = named
        self._picture = picture
        self._parts = [self._part(kind, mask, seed) for kind, mask in masks.items()]
        self._eyes = tuple(eyes)
        self._seed = seed

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of what moves."""
        return tuple(part.kind for part in self._parts)

    @property
    def blinks(self) -> bool:
        """Whether eyes were found that close now and then."""
        return bool(self._eyes)

    def at(self, t: float, clock: float | None = None) -> Picture:
        """Return the picture at second `t`; eyes go by the `clock`, however fast the rest moves."""
        seen = self._picture
        if self._parts or self._eyes:
            seen = seen.copy()
        for part in self._parts:
            self._move(seen, part, t)
        for number, eye in enumerate(self._eyes):
            often = MORE if "blink" in self._named else 1.0
            shut = _closed(t if clock is None else clock, self._seed, number // 2, often)
            blinked(seen, self._picture, eye, shut)
        return seen

    def _part(self, kind: str, mask: Field, seed: int) -> Part:
        height, width = mask.shape
        used = np.where(mask.max(1) > 0.02)[0]
        rows = slice(int(used[0]), int(used[-1]) + 1) if len(used) else slice(0, 1)
        more = MORE if kind in self._named else 1.0
        side = 256
        rough = fbm_map(side, 5.0, seed % 9973 + len(kind), 3)
        noise = cv2.resize(rough, (width, height))[rows] - np.float32(0.45)
        flow = SPEED.get(kind, SWAY.get(kind, 0.0)) * width * more
        if kind == "clouds":
            depth = np.linspace(1.2, 0.35, height, dtype=np.float32)[rows, None]
            way = 1.0 if seed % 2 else -1.0
            across, down = way * flow * depth * (0.8 + noise), noise * flow * 0.1
        elif kind == "water":
            near = np.linspace(0.25, 1.5, height, dtype=np.float32)[rows, None]
            across, down = flow * near * (0.35 + noise * 1.6), flow * near * 0.16 * (1 + noise)
            if "falls" in self._named:
                across, down = flow * noise * 0.3, FALL * flow * (1 + noise)
        elif kind == "fire":
            across, down = flow * noise * 0.9, -flow * (0.8 + noise)
        else:
            across, down = flow * (0.6 + noise), flow * 0.35 * (0.6 + noise)
        shape = noise.shape
        wide, tall = (np.broadcast_to(each, shape).astype(np.float32) for each in (across, down))
        outside = np.asarray(mask < INSIDE, np.float32)
        source = fill_behind(self._picture, outside) if outside.any() else self._picture
        return Part(kind, mask[rows], rows, wide, tall, source)

    def _move(self, seen: Picture, part: Part, t: float) -> None:
        """Draw a part as it is at a moment, in place."""
        moved = self._flowing(part, t) if part.kind in PERIOD else self._swaying(part, t)
        share = part.mask[..., None]
        under = seen[part.rows]
        seen[part.rows] = (under * (1 - share) + moved * share).astype(np.uint8)

    def _flowing(self, part: Part, t: float) -> Field:
        period = PERIOD[part.kind]
        total = np.zeros((*part.mask.shape, 3), np.float32)
        for half in (0.0, 0.5):
            turn = (t / period + half) % 1.0
            weight = 1 - abs(2 * turn - 1)
            gone = (turn - 0.5) * period
            total += self._taken(part, part.across * gone, part.down * gone) * np.float32(weight)
        if part.kind == "fire":
            total *= np.float32(1 + 0.07 * math.sin(11 * t) * math.sin(7.3 * t + 1))
        return np.clip(total, 0, 255)

    def _swaying(self, part: Part, t: float) -> Field:
        """Return a part that swings: gusts that travel over it, and a flutter of its own."""
        height, width = part.mask.shape
        places = grid(width, height)
        along = (places.x + places.y * 0.4) * np.float32(9 / width)
        swing = np.sin(np.float32(1.5 * t) - along) * np.float32(0.6 + 0.4 * math.sin(0.43 * t))
        swing += np.float32(0.35) * np.sin(np.float32(4.1 * t) + along * 3)
        rooted = np.linspace(1.15, 0.55, height, dtype=np.float32)[:, None]
        return self._taken(part, part.across * swing * rooted, part.down * swing * rooted)

    def _taken(self, part: Part, across: Field, down: Field) -> Field:
        height, width = part.mask.shape
        places = grid(width, height)
        y = places.y + np.float32(part.rows.start) - down
        moved = pull(part.source, places.x - across, y, edge=cv2.BORDER_REFLECT_101)
        return moved.astype(np.float32)


def _closed(t: float, seed: int, face: int, often: float) -> float:
    """Return how far eyes are closed at a moment, 0 to 1: a blink every two or three seconds.

    `often` is how many times as many there are when words ask for them.
    """
    rng = np.random.default_rng(seed + 31 * face)
    at = 0.6 + float(rng.uniform(0, 0.8))
    while at < t + 1:
        away = t - at
        if -0.09 < away < 0.20:
            return 1 - abs(away / 0.09) if away < 0 else max(0.0, 1 - max(0.0, away - 0.04) / 0.16)
        at += float(rng.uniform(1.6, 3.2)) / often
    return 0.0
