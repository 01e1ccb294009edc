"""Changes a film by words: parts of it first, then light, season and weather over the whole."""

from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import islice, pairwise
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.domain.order import Words
from kinora.engines.studio.imagevideo.air import make_air
from kinora.engines.studio.masks.finding import (
    BACKGROUND,
    OBJECT,
    PERSON,
    doubtful,
    find_main,
    find_masks,
    soft_mask,
)
from kinora.engines.studio.masks.tracking import follow
from kinora.engines.studio.modify import changes
from kinora.engines.studio.modify.reading import Instruction, Target
from kinora.engines.studio.modify.time import retimed
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import text_frames
from kinora.engines.studio.styles.room import styled
from kinora.engines.studio.swap.room import ROOM, Swapping
from kinora.engines.studio.swap.room import frames as swapped
from kinora.ports.engine import CannotMake, Progress, Shape

Field = NDArray[np.float32]
Take = Callable[[], Iterator[Picture]]
SEASON_AIR = {"winter": "snow"}
BLUR = "blur"
BEHIND = 0.42
CLEAR = 0.5
"""A mask of less doubt than this is good enough."""

QUICK = 20
"""Frames a second from which a background is drawn for every other one."""

INSTEAD = {OBJECT: (PERSON,), PERSON: (OBJECT,)}
"""What else is meant when a film has none of the kind that is named."""

TRIES = (0.4, 0.0, 0.8)
"""Where in a film a region that is named in words is looked for, in parts of its length."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """A mask that a caller made: its field 0 to 1, its region's name and its frame, from 0."""

    mask: Field
    region: str
    at: int


@dataclass(frozen=True, slots=True)
class Given:
    """What an instruction works on."""

    read: Take
    masks: Sequence[Chosen]
    images: Sequence[Path]


def frames(
    told: Instruction, given: Given, *, shape: Shape, seed: int, folder: Path
) -> Generator[Progress, None, Iterator[Picture]]:
    """Return the changed film's frames, after the work that comes before; raise CannotMake."""
    parts = yield from _with_parts(told, given, shape=shape, seed=seed, folder=folder)
    timed = retimed(parts, told.motions, shape=shape, folder=folder)
    lit = _over_all(timed, told, shape=shape, seed=seed)
    drawn = styled(lit, told.style, shape=shape, seed=seed)
    # Rain and snow fall before what is drawn: as a part of it they would be taken for strokes.
    return _in_air(drawn, told, fps=shape.fps, seed=seed)


def _with_parts(
    told: Instruction, given: Given, *, shape: Shape, seed: int, folder: Path
) -> Generator[Progress, None, Iterator[Picture]]:
    target = told.removed or told.replaced or told.coloured
    if target is not None and BLUR in told.looks:
        raise CannotMake("one part of the film can be changed at a time: ask for the blur apart")
    if target is None and BLUR not in told.looks:
        return given.read()
    chosen = _chosen(target or Target(region=PERSON), given, shape)
    if told.coloured is not None or BLUR in told.looks:
        paint = _blurred if BLUR in told.looks else partial(changes.recoloured, colour=told.colour)
        return (yield from _painted(paint, given, chosen, shape=shape, folder=folder))
    work = Swapping(
        read=given.read,
        mask=chosen.mask,
        name=chosen.region,
        image=None if told.image is None else given.images[told.image],
        at=chosen.at,
        scene=partial(_scene, told.scene, shape=shape, seed=seed) if told.scene else None,
    )
    if told.removed is not None and chosen.region == BACKGROUND:
        raise CannotMake("the background cannot be removed; name another one in its place")
    return (yield from swapped(work, shape=shape, folder=folder))


def _scene(words: str, *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield a scene from words, larger than the frame; it is out of focus, so it is made small.

    Where frames follow one another quickly, only every other one is drawn, and those between are
    mixed: what stands behind somebody else moves little.
    """
    size = _even(shape.width * ROOM), _even(shape.height * ROOM)
    every = 2 if shape.fps >= QUICK and shape.fps % 2 == 0 else 1
    small = replace(
        shape,
        width=_even(size[0] * BEHIND),
        height=_even(size[1] * BEHIND),
        frames=shape.frames // every + 1,
        fps=shape.fps // every,
    )
    drawn = text_frames(Words(prompt=words, camera="fix_bg"), shape=small, seed=seed)
    for frame in drawn if every == 1 else _between(drawn):
        yield np.asarray(cv2.resize(frame, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def _between(drawn: Iterator[Picture]) -> Iterator[Picture]:
    """Yield frames, and after each but the last its mixture with the next."""
    for before, after in pairwise(drawn):
        yield before
        yield np.asarray(cv2.addWeighted(before, 0.5, after, 0.5, 0), np.uint8)


def _even(length: float) -> int:
    return round(length / 2) * 2


def _chosen(target: Target, given: Given, shape: Shape) -> Chosen:
    """Return the mask of a target: a caller's selection, or one found by its region's name."""
    if target.selection is not None:
        return given.masks[target.selection]
    if target.region == BACKGROUND:
        return _behind(given, shape)
    wanted = {round(part * (shape.frames - 1)) for part in TRIES}
    shown = ((n, f) for n, f in enumerate(islice(given.read(), max(wanted) + 1)) if n in wanted)
    beside = target.region != PERSON
    seen = [(n, frame, find_masks(frame, beside=beside)) for n, frame in shown]
    for name in (target.region, *INSTEAD.get(target.region, ())):
        known = [
            (doubtful(frame, masks[name]), at, masks[name])
            for at, frame, masks in seen
            if name in masks
        ]
        if known:
            # What is seen whole and clear in one frame is known in all of them.
            _, at, mask = min(known, key=lambda each: each[:2])
            return Chosen(mask, name, at)
    raise CannotMake(_none(target.region))


def _behind(given: Given, shape: Shape) -> Chosen:
    """Return all but what a film is about, as it is known best; one clear frame is enough."""
    known: list[tuple[float, int, Field]] = []
    for part in TRIES:
        at = round(part * (shape.frames - 1))
        frame = next(islice(given.read(), at, None), None)
        main = None if frame is None else find_main(frame)
        if frame is None or main is None:
            continue
        known.append((doubtful(frame, main), at, main))
        if known[-1][0] < CLEAR:
            break
    if not known:
        raise CannotMake(_none("subject before a background"))
    _, at, main = min(known, key=lambda each: each[:2])
    return Chosen(np.asarray(1 - main, np.float32), BACKGROUND, at)


def _none(region: str) -> str:
    return (
        f"no {region} was found in the video; choose one with mask/selection and send its mask_id"
    )


def _painted(
    paint: Callable[[Picture, Field], Picture],
    given: Given,
    chosen: Chosen,
    *,
    shape: Shape,
    folder: Path,
) -> Generator[Progress, None, Iterator[Picture]]:
    track = yield from follow(given.read, chosen.mask, chosen.at, count=shape.frames, folder=folder)
    size = shape.width, shape.height

    def painted() -> Iterator[Picture]:
        for number, frame in enumerate(given.read()):
            mask = soft_mask(frame, track.mask(number, size))
            yield paint(frame, mask)

    return painted()


def _over_all(
    film: Iterator[Picture], told: Instruction, *, shape: Shape, seed: int
) -> Iterator[Picture]:
    """Yield frames with the light, the season and the looks that were asked for."""
    surveyor = changes.Surveyor()
    stars = changes.star_field(shape.width, shape.height, seed)
    rough = changes.roughness(shape.width, shape.height, seed)
    deep = bool(told.light or told.weather or told.season)
    for frame in film:
        depth = surveyor.depth(frame) if deep else np.zeros((1, 1), np.float32)
        seen = _in_season(frame, told, depth, rough)
        if told.light:
            seen = changes.in_light(seen, told.light, depth, stars)
        for look in told.looks:
            seen = seen if look == BLUR else changes.looked(seen, look)
        yield seen


def _in_air(
    film: Iterator[Picture], told: Instruction, *, fps: int, seed: int
) -> Iterator[Picture]:
    """Yield frames with what falls or drifts before them."""
    air = make_air(told.weather or SEASON_AIR.get(told.season, ""), seed=seed)
    for number, frame in enumerate(film):
        yield np.ascontiguousarray(air.blend(frame, number / max(1, fps)))


def _in_season(frame: Picture, told: Instruction, depth: Field, rough: Field) -> Picture:
    seen = frame
    if told.season == "autumn":
        seen = changes.autumnal(seen, rough)
    elif told.season == "spring":
        seen = changes.vernal(seen, rough)
    if told.season == "winter" or told.weather == "snow":
        seen = changes.snowed_in(seen, depth, rough)
    elif told.weather == "rain":
        seen = changes.wet(seen, depth)
    elif told.weather == "fog":
        seen = changes.foggy(seen, depth)
    return seen


def _blurred(frame: Picture, mask: Field) -> Picture:
    """Return a frame in which all but the mask is out of focus."""
    strong = max(1.5, frame.shape[0] / 70)
    # The blur takes nothing from the mask, or its colours would shine around it.
    height, width = mask.shape
    small = max(1, width // 2), max(1, height // 2)
    free = cv2.resize(1 - mask, small, interpolation=cv2.INTER_AREA)
    seen = cv2.resize(frame, small, interpolation=cv2.INTER_AREA) * free[..., None]
    weight = np.maximum(cv2.GaussianBlur(free, (0, 0), strong / 2), np.float32(1e-3))
    soft = cv2.GaussianBlur(seen, (0, 0), strong / 2) / weight[..., None]
    behind = cv2.resize(np.clip(soft, 0, 255).astype(np.uint8), (width, height))
    return np.asarray(cv2.blendLinear(frame, behind, mask, 1 - mask), np.uint8)
