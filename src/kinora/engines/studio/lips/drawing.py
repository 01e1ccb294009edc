"""Draws a moving mouth into a frame."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.field import ABOVE, BELOW, LEFT, Moved, moved
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

FAINT = 0.01
OWN_OPEN = 0.06
"""Half widths from which on a face's own mouth is open, so that its own teeth are used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Face:
    """A face to draw on: where its mouth is, its shape, its colours, and how the film looks.

    `noise` (rows x columns, sigma 1) is grain for the window that `noise_window` tells.
    """

    pose: Pose
    shape: MouthShape
    paint: Paint
    texture: Texture


@dataclass(frozen=True, slots=True)
class _Canvas:
    """A window of the frame, `times` finer than it: its pixels, and them seen from the mouth."""

    frame: Picture
    face: Face
    window: tuple[int, int, int, int]
    times: int
    u: Field
    v: Field

    @property
    def pixel(self) -> float:
        """The size of a pixel in half widths of the mouth."""
        return 1 / (self.face.pose.half * self.times)


def drawn(frame: Picture, face: Face, mouth: Mouth, *, noise: Field) -> Picture:
    """Return a frame in which a face's mouth is as `mouth` says.

    `noise` of sigma 1 (as large as the frame's `reach` at least) becomes the grain inside.
    """
    if mouth.speaking * face.pose.sure < FAINT:
        return frame
    canvas = _canvas(frame, face)
    if canvas is None:
        return frame
    opening = opened(face.shape, mouth, sure=face.pose.sure)
    moves = moved(canvas.u, canvas.v, opening)
    made = _with_inside(canvas, _skin(canvas, moves), moves, opening, mouth, noise)
    y0, y1, x0, x1 = canvas.window
    if canvas.times > 1:
        made = cv2.resize(made, (x1 - x0, y1 - y0), interpolation=cv2.INTER_AREA)
    result = frame.copy()
    result[y0:y1, x0:x1] = np.clip(made + np.float32(0.5), 0, 255).astype(np.uint8)
    return result


def _canvas(frame: Picture, face: Face) -> _Canvas | None:
    """Return the part of a frame that may change; None when the mouth is out of it."""
    pose = face.pose
    window = pose.window(LEFT, ABOVE, BELOW, (frame.shape[1], frame.shape[0]))
    y0, y1, x0, x1 = window
    if y1 - y0 < 4 or x1 - x0 < 4:
        return None
    times = max(1, min(6, round(FINE / pose.half)))
    xs, ys = _centres(x0, x1, times), _centres(y0, y1, times)
    u, v = pose.local(xs[None, :], ys[:, None])
    return _Canvas(frame, face, window, times, u, v)


def _centres(first: int, last: int, times: int) -> Field:
    """Return where the pixels of a canvas lie in the frame, along one side."""
    inside_one = (np.arange((last - first) * times, dtype=np.float32) + 0.5) / times
    return np.asarray(inside_one + first - 0.5, np.float32)


def _skin(canvas: _Canvas, moves: Moved) -> Field:
    """Return lips and skin where they have moved to."""
    xs, ys = canvas.face.pose.pixels(moves.u, moves.v)
    way = cv2.INTER_CUBIC if canvas.times == 1 else cv2.INTER_LINEAR
    seen = cv2.remap(canvas.frame, xs, ys, way, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(seen, np.float32)


def _with_inside(
    canvas: _Canvas, skin: Field, moves: Moved, opening: Opening, mouth: Mouth, noise: Field
) -> Field:
    """Return lips and skin with the inside of the mouth between them."""
    rows, columns = _bounds(canvas, opening)
    if rows.start >= rows.stop or columns.start >= columns.stop:
        return skin
    u, v = canvas.u[rows, columns], canvas.v[rows, columns]
    within = np.minimum(moves.under_upper, moves.over_lower)[rows, columns]
    between = (np.abs(u) < opening.half).astype(np.float32)
    tall = float(np.clip((opening.lower - opening.upper) / (2.2 * canvas.pixel), 0, 1))
    mask = np.clip(within / np.float32(1.5 * canvas.pixel) + 0.4, 0, 1) * between * np.float32(tall)
    colour = _coloured(canvas, (u, v), opening, mouth)
    texture = canvas.face.texture
    sigma = max(0.35, 0.8 * texture.soft) * canvas.times
    colour = cv2.GaussianBlur(colour, (0, 0), sigma)
    mask = cv2.GaussianBlur(mask, (0, 0), max(0.5, 0.55 * texture.soft) * canvas.times)[..., None]
    if canvas.times == 1:
        colour = colour + noise[: u.shape[0], : u.shape[1], None] * np.float32(texture.grain)
    # Lips turn into the dark at their inner edges, and meet in a dark line when they close.
    rim = np.exp(-((np.maximum(-within, 0) / np.float32(0.05)) ** 2)) * between
    closed = (1 - tall) * min(1.0, 4 * (opening.own_lower - opening.own_upper))
    shade = 1 - np.float32(0.28 * tall + 0.42 * closed) * rim
    part = skin[rows, columns] * shade[..., None]
    skin[rows, columns] = part + (colour - part) * mask
    return skin


def _bounds(canvas: _Canvas, opening: Opening) -> tuple[slice, slice]:
    """Return the rows and columns of a canvas in which the opening lies."""
    reach = 0.25 + 3 * canvas.pixel
    top = min(opening.upper, 0.0) - reach
    bottom = max(opening.lower, 0.0) + reach
    near = (canvas.v > top) & (canvas.v < bottom) & (np.abs(canvas.u) < opening.half + reach)
    rows, columns = np.flatnonzero(near.any(1)), np.flatnonzero(near.any(0))
    if not len(rows) or not len(columns):
        return slice(0, 0), slice(0, 0)
    return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


def _coloured(
    canvas: _Canvas, places: tuple[Field, Field], opening: Opening, mouth: Mouth
) -> Field:
    """Return the inside of the mouth: drawn, with the face's own teeth where it shows them."""
    colour = inside(places, opening, mouth, canvas.face.paint)
    if opening.own_lower - opening.own_upper < OWN_OPEN:
        return colour
    u, v = places
    from_u = u / np.float32(opening.half)
    upper, _ = opening.edges(u)
    own_upper, own_lower = opening.own_edges(from_u)
    # Teeth stay with the skull; the lip before them moves a little.
    from_v = v - (upper - own_upper) * np.float32(0.5)
    xs, ys = canvas.face.pose.pixels(from_u, from_v)
    seen = cv2.remap(canvas.frame, xs, ys, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    inner = np.minimum(from_v - own_upper, own_lower - from_v)
    share = np.clip(inner / np.float32(0.07) - np.float32(0.2), 0, 1)[..., None]
    return np.asarray(colour + (seen.astype(np.float32) - colour) * share, np.float32)
