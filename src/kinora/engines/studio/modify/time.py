"""Plays a film backwards, slower, faster or mirrored."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from kinora.engines.studio.picture.load import shrink
from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import grid
from kinora.engines.studio.reel import Picture, Waves
from kinora.ports.engine import Shape

FACTOR = 2
"""How much slower or faster, and so how much longer or shorter."""

LONGEST = 60
"""Seconds that a film played slowly may last."""

QUALITY = 96
SIDE = 384


def retimed_shape(motions: Sequence[str], shape: Shape) -> Shape:
    """Return the shape of a film that is played as asked."""
    if "slow" in motions and shape.seconds * FACTOR <= LONGEST:
        return replace(shape, frames=shape.frames * FACTOR)
    if "fast" in motions:
        return replace(shape, frames=max(1, shape.frames // FACTOR))
    return shape


def retimed(
    film: Iterator[Picture], motions: Sequence[str], *, shape: Shape, folder: Path
) -> Iterator[Picture]:
    """Yield a film's frames as asked; they are as many as `retimed_shape` says."""
    if "reverse" in motions:
        film = _backwards(film, folder)
    if "mirror" in motions:
        film = (np.ascontiguousarray(frame[:, ::-1]) for frame in film)
    wanted = retimed_shape(motions, shape).frames
    if wanted > shape.frames:
        return _slowly(film)
    if wanted < shape.frames:
        return (frame for n, frame in enumerate(film) if n % FACTOR == 0 and n // FACTOR < wanted)
    return film


def retimed_sound(own: Waves, motions: Sequence[str], shape: Shape) -> Waves:
    """Return a film's sound played as the film is; slower is also lower, as on a tape."""
    if "reverse" in motions:
        own = np.ascontiguousarray(own[::-1])
    wanted = round(len(own) * retimed_shape(motions, shape).frames / shape.frames)
    if wanted == len(own):
        return own
    places = np.linspace(0, len(own) - 1, wanted)
    sides = [np.interp(places, np.arange(len(own)), own[:, side]) for side in range(2)]
    return np.stack(sides, -1).astype(np.float32)


def _backwards(film: Iterator[Picture], folder: Path) -> Iterator[Picture]:
    """Yield frames from the last to the first; they wait on disk, so that memory stays flat."""
    kept = []
    for number, frame in enumerate(film):
        path = folder / f"frame-{number:05}.jpg"
        bgr = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
        cv2.imwrite(str(path), bgr, [cv2.IMWRITE_JPEG_QUALITY, QUALITY])
        kept.append(path)
    for path in reversed(kept):
        yield np.asarray(cv2.cvtColor(cv2.imread(str(path)), cv2.COLOR_BGR2RGB), np.uint8)
        path.unlink()


def _slowly(film: Iterator[Picture]) -> Iterator[Picture]:
    """Yield each frame, and after it the one half way to the next, along the optical flow."""
    before: Picture | None = None
    finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    for frame in film:
        if before is not None:
            yield before
            yield _between(before, frame, finder)
        before = frame
    if before is not None:
        yield before
        yield before.copy()


def _between(a: Picture, b: Picture, finder: Flow) -> Picture:
    height, width = a.shape[:2]
    small = [cv2.cvtColor(shrink(each, SIDE), cv2.COLOR_RGB2GRAY) for each in (a, b)]
    scale = width / small[0].shape[1]
    flow = cv2.resize(finder.between(small[0], small[1]), (width, height)) * (scale / 2)
    places = grid(width, height)
    ahead = cv2.remap(
        a, places.x - flow[..., 0], places.y - flow[..., 1], 1, borderMode=cv2.BORDER_REPLICATE
    )
    behind = cv2.remap(
        b, places.x + flow[..., 0], places.y + flow[..., 1], 1, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(cv2.addWeighted(ahead, 0.5, behind, 0.5, 0), np.uint8)
