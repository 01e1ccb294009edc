"""Draws a moving mouth into a frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.field import ABOVE, BELOW, LEFT, moved
from kinora.engines.studio.lips.inside import Paint, inside
from kinora.engines.studio.lips.mouths import Mouth
from kinora.engines.studio.lips.opening import Opening, opened
from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.shape import MouthShape
from kinora.engines.studio.lips.texture import Texture
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]

FINE = 22.0
"""Pixels of a mouth's half width below which it is drawn larger, and made small again."""

SLIVER = 4
FAINT = 0.01
OWN_OPEN = 0.06
"""Half widths from which on a face's own mouth is open, so that its own teeth are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face to draw on: where its mouth is, its shape, its colours, and how the film looks."""

    pose: Pose
    shape: MouthShape
    paint: Paint
    texture: Texture


@dataclass(frozen=True, slots=True)
class _Area:
    """Rows and columns of a frame, `times` finer than it, and its places seen from the mouth."""

    y0: int
    y1: int
    x0: int
    x1: int
    times: int
    u: Field
    v: Field

    @staticmethod
    def of(pose: Pose, window: tuple[int, int, int, int], times: int) -> "_Area":
        """Return a window (y0, y1, x0, x1) of a frame as it lies around a mouth."""
        y0, y1, x0, x1 = window
        xs, ys = _centres(x0, x1, times), _centres(y0, y1, times)
        u, v = pose.local(xs[None, :], ys[:, None])
        return _Area(y0, y1, x0, x1, times, u, v)


def drawn(frame: Picture, face: Face, mouth: Mouth, *, noise: Field) -> Picture:
    """Return a frame in which a face's mouth is as `mouth` says.

    `noise` of sigma 1 (rows x columns) becomes the grain inside the mouth.
    """
    pose = face.pose
    size = (frame.shape[1], frame.shape[0])
    window = pose.window(LEFT, ABOVE, BELOW, size)
    hidden = window[1] - window[0] < SLIVER or window[3] - window[2] < SLIVER
    if hidden or mouth.speaking * pose.sure < FAINT:
        return frame
    opening = opened(face.shape, mouth, sure=pose.sure)
    result = frame.copy()
    _move_skin(frame, result, pose, _Area.of(pose, window, 1), opening)
    # A small mouth is drawn larger and made small again, or its edges would dance.
    times = max(1, min(6, round(FINE / pose.half)))
    reach = 1.25 * opening.half + 2 / pose.half
    low = max(opening.lower, opening.own_lower, 0) + 0.3 + 3 / pose.half
    high = max(-opening.upper, -opening.own_upper, 0) + 0.3 + 3 / pose.half
    area = _Area.of(pose, pose.window(reach, high, low, size), times)
    if area.y1 - area.y0 > 1 and area.x1 - area.x0 > 1:
        _fill(frame, result, face, area, opening, mouth, noise)
    return result


def _centres(first: int, last: int, times: int) -> Field:
    """Return where the pixels of an area lie in the frame, along one side."""
    inside_one = (np.arange((last - first) * times, dtype=np.float32) + 0.5) / times
    return np.asarray(inside_one + first - 0.5, np.float32)


def _move_skin(frame: Picture, result: Picture, pose: Pose, area: _Area, opening: Opening) -> None:
    """Move lips and skin, in place."""
    xs, ys = pose.pixels(*moved(area.u, area.v, opening))
    seen = cv2.remap(frame, xs, ys, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    result[area.y0 : area.y1, area.x0 : area.x1] = seen


def _fill(
    frame: Picture,
    result: Picture,
    face: Face,
    area: _Area,
    opening: Opening,
    mouth: Mouth,
    noise: Field,
) -> None:
    """Draw the inside of the mouth between the lips, in place."""
    upper, lower = opening.edges(area.u)
    within = np.minimum(area.v - upper, lower - area.v)
    between = (np.abs(area.u) < opening.half).astype(np.float32)
    pixel = 1 / (face.pose.half * area.times)
    tall = float(np.clip((opening.lower - opening.upper) / (2.2 * pixel), 0, 1))
    mask = np.clip(within / np.float32(1.5 * pixel) + 0.4, 0, 1) * between * np.float32(tall)
    colour = _coloured(frame, face, (area.u, area.v), opening, mouth)
    # Lips turn into the dark at their inner edges, and meet in a dark line when they close.
    rim = np.exp(-((np.maximum(-within, 0) / np.float32(0.05)) ** 2)) * between
    closed = (1 - tall) * min(1.0, 4 * (opening.own_lower - opening.own_upper))
    shade = 1 - np.float32(0.28 * tall + 0.42 * closed) * rim
    colour, mask, shade = (_to_frame(each, area) for each in (colour, mask, shade))
    texture = face.texture
    colour = cv2.GaussianBlur(colour, (0, 0), max(0.35, 0.8 * texture.soft))
    colour = colour + noise[: mask.shape[0], : mask.shape[1], None] * np.float32(texture.grain)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.55 * texture.soft))[..., None]
    part = result[area.y0 : area.y1, area.x0 : area.x1]
    skin = part * shade[..., None]
    part[:] = np.clip(skin + (colour - skin) * mask + np.float32(0.5), 0, 255).astype(np.uint8)


def _to_frame(field: Field, area: _Area) -> Field:
    """Return what was drawn finer at the size that it has in the frame."""
    if area.times == 1:
        return field
    size = (area.x1 - area.x0, area.y1 - area.y0)
    return np.asarray(cv2.resize(field, size, interpolation=cv2.INTER_AREA), np.float32)


def _coloured(
    frame: Picture, face: Face, places: tuple[Field, Field], opening: Opening, mouth: Mouth
) -> Field:
    """Return the inside of the mouth: drawn, with the face's own teeth where it shows them."""
    colour = inside(places, opening, mouth, face.paint)
    if opening.own_lower - opening.own_upper < OWN_OPEN:
        return colour
    u, v = places
    from_u = u / np.float32(opening.half)
    upper, _ = opening.edges(u)
    own_upper, own_lower = opening.own_edges(from_u)
    # Teeth stay with the skull; the lip before them moves a little.
    from_v = v - (upper - own_upper) * np.float32(0.5)
    xs, ys = face.pose.pixels(from_u, from_v)
    seen = cv2.remap(frame, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inner = np.minimum(from_v - own_upper, own_lower - from_v)
    share = np.clip(inner / np.float32(0.07) - np.float32(0.2), 0, 1)[..., None]
    return np.asarray(colour + (seen.astype(np.float32) - colour) * share, np.float32)
