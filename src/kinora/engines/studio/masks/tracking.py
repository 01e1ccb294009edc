"""Follows a region through a film, from the frame in which it was chosen to both of its ends.

The mask is carried along the optical flow (DIS, Kroeger et al., ECCV 2016) and fitted again to
the picture in a narrow band along its edge (GrabCut, Rother et al., 2004), so that it does not
drift. Small copies of the frames lie in a file, so that memory stays flat with length.
"""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.masks.anchor import STRANGE, Anchor
from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake, Progress

Field = NDArray[np.float32]
Levels = NDArray[np.uint8]
Matrix = NDArray[np.float64]
SIDE = 400
FIT_EVERY = 3
BAND = 9
"""Pixels on each side of the edge in which the mask is fitted again."""

CLOSE = np.ones((3, 3), np.uint8)
CELL = 16
"""Levels of lightness and colour that are taken together."""

FOREIGN = 0.35
"""Below this likelihood a pixel may have come in from outside."""

SMOOTH = 6
"""Frames on each side over which a region's place is smoothed."""

SPARSE = 5
"""Every so many pixels, along and down, a flow vector is taken to find a movement."""

Read = Callable[[], Iterator[Picture]]


@dataclass(frozen=True, slots=True)
class Track:
    """A region in every frame.

    `masks` are small, frames x height x width, 0 to 255. `body` and `camera` lead from places in
    the chosen frame to places in each, in parts of the frame's width: of the region itself, and
    of what is around it.
    """

    masks: Levels
    body: tuple[Matrix, ...]
    camera: tuple[Matrix, ...]

    def mask(self, frame: int, size: tuple[int, int]) -> Field:
        """Return the mask of a frame, 0 to 1, at a width and height."""
        large = cv2.resize(self.masks[frame], size, interpolation=cv2.INTER_LINEAR)
        return np.asarray(large, np.float32) / np.float32(255)


def follow(
    read: Read, mask: Field, at: int, *, count: int, folder: Path, share: float = 0.5
) -> Generator[Progress, None, Track]:
    """Return the track of a mask that was chosen in frame `at`, from 0.

    `share` is how much of the whole job this is. Files lie in `folder`.
    """
    frames = yield from _small_frames(read, count, folder, share / 2)
    height, width = frames.shape[1:3]
    masks = np.lib.format.open_memmap(
        folder / "masks.npy", "w+", dtype=np.uint8, shape=(count, height, width)
    )
    at = min(max(0, at), count - 1)
    start = cv2.resize(mask, (width, height), interpolation=cv2.INTER_AREA)
    masks[at] = np.clip(start * 255, 0, 255)
    body: list[Matrix] = [np.eye(3)] * count
    camera: list[Matrix] = [np.eye(3)] * count
    done = 0
    for steps in (range(at + 1, count), range(at - 1, -1, -1)):
        walker = _Walker(frames, start, at)
        for number in steps:
            before = number - (1 if steps.step > 0 else -1)
            mask_now, moved, shifted = walker.step(before, number)
            masks[number] = np.clip(mask_now * 255, 0, 255)
            body[number], camera[number] = moved @ body[before], shifted @ camera[before]
            done += 1
            yield Progress(done=share / 2 * (1 + done / count))
    return Track(masks, tuple(_measured(masks, at) or body), tuple(camera))


def _measured(masks: Levels, at: int) -> list[Matrix] | None:
    """Return a region's movement by where its middle is and how large it is, smoothed.

    Flow adds its errors up over many frames, and this does not; but it needs a region that no
    border cuts off: else None.
    """
    width = masks.shape[2]
    places = []
    for mask in masks:
        edge = max(mask[0].max(), mask[:, 0].max(), mask[:, -1].max(), mask[-1].max())
        found = cv2.moments(np.asarray(mask, np.uint8))
        if edge > 127 or found["m00"] < 255:
            return None
        middle = found["m10"] / found["m00"], found["m01"] / found["m00"]
        places.append((*middle, np.sqrt(found["m00"])))
    known = np.asarray(places)
    # Mirrored through its ends, so that an even movement stays what it is up to them.
    reach = min(SMOOTH, len(known) - 1)
    padded = np.pad(known, ((reach, reach), (0, 0)), mode="reflect", reflect_type="odd")
    window = np.hanning(2 * reach + 3)[1:-1] / np.hanning(2 * reach + 3).sum()
    even = np.stack([np.convolve(padded[:, c], window, "valid") for c in range(3)], -1)
    start = even[at]
    out = []
    for x, y, size in even:
        scale = size / start[2]
        shift = (np.array([x, y]) - scale * start[:2]) / width
        out.append(np.array([[scale, 0, shift[0]], [0, scale, shift[1]], [0, 0, 1]], np.float64))
    return out


def _small_frames(
    read: Read, count: int, folder: Path, share: float
) -> Generator[Progress, None, Levels]:
    kept: Levels | None = None
    for number, frame in enumerate(read()):
        scale = min(1.0, SIDE / max(frame.shape[:2]))
        size = max(8, round(frame.shape[1] * scale)), max(8, round(frame.shape[0] * scale))
        if kept is None:
            kept = np.lib.format.open_memmap(
                folder / "frames.npy", "w+", dtype=np.uint8, shape=(count, size[1], size[0], 3)
            )
        kept[number] = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        yield Progress(done=share * (number + 1) / count)
    if kept is None:
        raise CannotMake("an input film has no frames that can be read")
    return kept


class _Walker:
    """Carries a mask from frame to frame, one way."""

    def __init__(self, frames: Levels, mask: Field, at: int) -> None:
        self._frames = frames
        self._mask = mask
        self._colours = Colours(np.ascontiguousarray(frames[at]), mask)
        self._steps = 0
        self._anchor = Anchor(frames[at], mask)
        self._finder = Flow(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
        height, width = mask.shape
        self._x, self._y = np.meshgrid(
            np.arange(width, dtype=np.float32), np.arange(height, dtype=np.float32)
        )

    def step(self, before: int, now: int) -> tuple[Field, Matrix, Matrix]:
        """Return the mask in the next frame, and how the region and its surroundings moved."""
        old, new = self._frames[before], self._frames[now]
        greys = [cv2.cvtColor(each, cv2.COLOR_RGB2GRAY) for each in (new, old)]
        flow = self._finder.between(greys[0], greys[1])
        x, y = self._x + flow[..., 0], self._y + flow[..., 1]
        mask = cv2.remap(self._mask, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        solid = (mask > 0.5).astype(np.uint8)
        side = np.ones((BAND, BAND), np.uint8)
        inside, outside = cv2.erode(solid, side) > 0, cv2.dilate(solid, side) == 0
        body = self._movement(flow, inside)
        self._anchor.moved(body)
        self._mask = self._held(np.ascontiguousarray(new), np.asarray(mask, np.float32))
        return self._mask, body, self._movement(flow, outside)

    def _held(self, picture: Picture, carried: Field) -> Field:
        """Return a carried mask as its anchor and the frame's own edges have it."""
        held = self._anchor.found(picture)
        known = held.off < STRANGE
        mask = held.mask if known else carried
        self._steps += 1
        if known and self._steps % FIT_EVERY:
            return np.asarray(0.4 * mask + 0.6 * carried, np.float32)
        likely = self._colours.likely(picture, mask)
        if known:
            # What looks as it did in the region is the region's, be its colour rare or not.
            likely = np.where(cv2.erode(held.same.astype(np.uint8), CLOSE) > 0, 1, likely)
        mask = 0.4 * mask + 0.6 * fitted(picture, mask, np.asarray(likely, np.float32))
        if not known:
            self._anchor.lay(picture, mask)
        return np.asarray(mask, np.float32)

    def _movement(self, flow: Field, where: NDArray[np.bool_]) -> Matrix:
        """Return the similarity that most of a part of the flow follows (RANSAC)."""
        width = flow.shape[1]
        sparse = (slice(SPARSE // 2, None, SPARSE),) * 2
        chosen = where[sparse]
        if chosen.sum() < 6:
            return np.eye(3)
        here = np.stack([self._x[sparse][chosen], self._y[sparse][chosen]], -1)
        there = here + flow[sparse][chosen]
        found, _ = cv2.estimateAffinePartial2D(there / width, here / width, None, cv2.RANSAC, 0.004)
        return np.eye(3) if found is None else np.vstack([found, [0, 0, 1]])


class Colours:
    """How likely a colour is the region's: by the frame in which the region was chosen."""

    def __init__(self, picture: Picture, mask: Field) -> None:
        """Learn the colours of a region."""
        self._own = _histogram(picture, mask > 0.6)

    def likely(self, picture: Picture, mask: Field) -> Field:
        """Return for each pixel 0 to 1: the region's colours against those around it now."""
        around = _histogram(picture, mask < 0.3)
        cells = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB) // CELL
        at = tuple(np.moveaxis(cells.astype(np.intp), -1, 0))
        own, other = self._own[at], around[at]
        return np.asarray(own / (own + other + 1e-6), np.float32)


def _histogram(picture: Picture, where: NDArray[np.bool_]) -> Field:
    lab = cv2.cvtColor(picture, cv2.COLOR_RGB2LAB)
    bins = 256 // CELL
    found = cv2.calcHist(
        [lab], [0, 1, 2], where.astype(np.uint8), [bins] * 3, [0, 256, 0, 256, 0, 256]
    )
    soft = np.asarray(found, np.float32)
    for axis in range(3):
        soft = soft + 0.5 * (np.roll(soft, 1, axis) + np.roll(soft, -1, axis))
    return np.asarray(soft / max(1.0, float(soft.sum())), np.float32)


def fitted(picture: Picture, mask: Field, likely: Field) -> Field:
    """Return a mask whose edge was looked for again near where it is.

    `likely` is how much each pixel's colour is the region's, 0 to 1.
    """
    solid = (mask > 0.5).astype(np.uint8)
    side = np.ones((BAND, BAND), np.uint8)
    sure, near = cv2.erode(solid, side), cv2.dilate(solid, side)
    place = around(near > 0, 2 * BAND)
    if place is None or not sure.any() or near.all():
        return mask
    marks = np.full(mask.shape, cv2.GC_BGD, np.uint8)
    marks[near > 0] = cv2.GC_PR_BGD
    marks[solid > 0] = cv2.GC_PR_FGD
    foreign = cv2.blur(likely, (5, 5)) < FOREIGN
    marks[sure > 0] = cv2.GC_FGD
    marks[(solid > 0) & foreign] = cv2.GC_PR_BGD
    part = np.ascontiguousarray(marks[place])
    if not (part == cv2.GC_BGD).any() or not (part & 1).any():
        return mask
    models = np.zeros((1, 65)), np.zeros((1, 65))
    cv2.setRNGSeed(1)
    view = np.ascontiguousarray(picture[place])
    cv2.grabCut(view, part, None, *models, 1, cv2.GC_INIT_WITH_MASK)
    out = np.zeros_like(mask)
    out[place] = _main_parts(np.isin(part, (cv2.GC_FGD, cv2.GC_PR_FGD)))
    return np.asarray(cv2.GaussianBlur(out, (0, 0), 0.8), np.float32)


def _main_parts(mask: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Return a mask without the specks beside its main parts."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    areas = stats[:, cv2.CC_STAT_AREA].copy()
    areas[0] = 0
    return np.asarray((areas > 0.15 * areas.max())[labels], np.bool_)


def around(mask: NDArray[np.bool_], margin: int) -> tuple[slice, slice] | None:
    """Return the rows and columns around what is set, with a margin; None when nothing is."""
    rows, columns = np.where(mask.any(1))[0], np.where(mask.any(0))[0]
    if not len(rows):
        return None
    return (
        slice(max(0, int(rows[0]) - margin), int(rows[-1]) + 1 + margin),
        slice(max(0, int(columns[0]) - margin), int(columns[-1]) + 1 + margin),
    )
