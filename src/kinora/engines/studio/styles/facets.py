"""Styles made of pieces that travel with the picture: facets, mosaic stones, panes of glass."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles import pieces as p
from kinora.engines.studio.styles.cells import Labels, panes, squares, sums
from kinora.engines.studio.styles.grain import Grain
from kinora.engines.studio.styles.sites import Sites
from kinora.engines.studio.styles.watched import Watched, near_faces, sharper, widest

Field = NDArray[np.float32]
HALF = 2
SETTLING = 6
"""How often cells are evened out when a shot begins (Lloyd's way); afterwards a little a frame."""

EVENED = 0.10


class Sizes(NamedTuple):
    """How large pieces are: parts of the picture's height, and of a face's width within it.

    `edges` is by how much they are smaller where there is much to see, 0 to 1.
    """

    wide: float
    in_face: float
    edges: float
    least: float


class Pieces:
    """Points that are closer where the picture is busy, and closest in faces."""

    def __init__(self, sizes: Sizes) -> None:
        """Begin a film."""
        self.sizes = sizes
        self.sites = Sites()
        self.near: Field = np.zeros((1, 1), np.float32)
        self.rooms: Field = np.zeros(0, np.float32)
        self._watched = Watched()

    def step(self, picture: Picture, grain: Grain) -> None:
        """Go on to the next frame; `rooms` is then how much room each point has, in pixels."""
        faces = self._watched.step(picture, grain)
        height, width = picture.shape[:2]
        wide, high = max(1, width // HALF), max(1, height // HALF)
        scale = width / wide
        small = cv2.resize(picture, (wide, high), interpolation=cv2.INTER_AREA)
        self.near = near_faces(faces, (wide, high), 1 / scale)
        edges = _edges(np.asarray(small, np.uint8))
        busy = np.clip(cv2.GaussianBlur(edges, (0, 0), max(1.0, high / 160)) / BUSY, 0, 1)
        room = self.sizes.wide * height * (1 - self.sizes.edges * busy)
        within = max(self.sizes.least, widest(faces) * self.sizes.in_face) * (1 - 0.35 * busy)
        if self.sizes.in_face < 1 / 8:
            within = np.minimum(within, room)
        room = room + (within - room) * self.near
        room = np.asarray(np.maximum(room / scale, 1.5), np.float32)
        self.sites.step(room, scale, edges, grain)
        x = np.clip(self.sites.points[:, 0] / scale, 0, wide - 1).astype(np.intp)
        y = np.clip(self.sites.points[:, 1] / scale, 0, high - 1).astype(np.intp)
        self.rooms = np.asarray(room[y, x] * np.float32(scale), np.float32)

    def face(self, picture: Picture) -> Field:
        """Return where faces are, at the picture's size."""
        height, width = picture.shape[:2]
        return np.asarray(cv2.resize(self.near, (width, height)), np.float32)


class LowPoly:
    """Facets: triangles between points of the picture, each one colour in one light."""

    def __init__(self) -> None:
        """Begin a film."""
        self._pieces = Pieces(Sizes(wide=1 / 15, in_face=1 / 14, edges=0.62, least=4.0))

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        self._pieces.step(picture, grain)
        height, width = picture.shape[:2]
        clear = p.toned(
            sharper(picture, self._pieces.face(picture), 0.8), levels=0, saturation=1.32
        )
        soft = cv2.GaussianBlur(clear, (0, 0), max(0.8, height / 400))
        sites = self._pieces.sites
        rim = _rim(width, height, max(8.0, height / 12))
        points = np.concatenate([sites.points, rim]).astype(np.float32)
        lift = np.concatenate([sites.traits[:, 0], np.full(len(rim), 0.5, np.float32)])
        corners = _triangles(points, width, height)
        if not len(corners):
            return np.asarray(soft, np.uint8)
        colours = _sampled(soft, points[corners])
        lit = np.clip(colours * _facing(soft, points, lift, corners)[:, None], 0, 255)
        out = np.ascontiguousarray(soft, np.uint8)
        for corner, colour in zip(_fixed(points[corners]), lit.tolist(), strict=True):
            cv2.fillConvexPoly(out, corner, colour, cv2.LINE_AA, SHIFT)
        return out


class Mosaic:
    """Small stones in mortar, laid along the outlines, the smallest in faces."""

    def __init__(self) -> None:
        """Begin a film."""
        self._pieces = Pieces(Sizes(wide=1 / 46, in_face=1 / 30, edges=0.25, least=4.0))

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        pieces = self._pieces
        pieces.step(picture, grain)
        rich = p.toned(sharper(picture, pieces.face(picture), 1.0), levels=0, saturation=1.35)
        turned = _along_edges(picture)
        for _ in range(SETTLING if grain.cut else 0):
            self._laid(rich, turned, 1.0)
        labels, gap, total = self._laid(rich, turned, EVENED)
        traits = pieces.sites.traits
        tone = 0.88 + 0.24 * traits[:, :1]
        stones = np.clip(_means(total) * tone + (traits[:, 1:2] - 0.5) * 10, 0, 255)
        sides = np.maximum(pieces.rooms, 2.0)[labels]
        inside = np.clip((gap - 0.17) * sides * 0.5 + 0.5, 0, 1)
        round_ = np.clip(gap * 1.6, 0, 1)
        slope = cv2.Sobel(round_, cv2.CV_32F, 1, 0) + cv2.Sobel(round_, cv2.CV_32F, 0, 1)
        light = 1.04 + np.clip(slope * 0.06, -0.16, 0.16)
        mortar = np.float32(58) + grain.noise * np.float32(4)
        laid = stones.astype(np.float32)[labels] * light[..., None]
        mixed = mortar[..., None] + (laid - mortar[..., None]) * inside[..., None]
        return np.clip(mixed, 0, 255).astype(np.uint8)

    def _laid(self, picture: Picture, turned: Field, share: float) -> tuple[Labels, Field, Field]:
        sites = self._pieces.sites
        height, width = picture.shape[:2]
        x = np.clip(sites.points[:, 0], 0, width - 1).astype(np.intp)
        y = np.clip(sites.points[:, 1], 0, height - 1).astype(np.intp)
        cells = squares(sites.points, turned[y, x], self._pieces.rooms, (width, height))
        labels, first, second = cells
        total = sums(labels, picture, len(sites.points))
        sites.nudge(_middles(total, sites.points), share)
        gap = np.where(labels < 0, 0, np.minimum(second - first, 4)).astype(np.float32)
        return labels, gap, total


class StainedGlass:
    """Panes of glowing glass, cut along the outlines, with painted features and leads between."""

    def __init__(self) -> None:
        """Begin a film."""
        self._pieces = Pieces(Sizes(wide=1 / 13, in_face=0.45, edges=0.35, least=8.0))

    def __call__(self, picture: Picture, grain: Grain) -> Picture:
        """Return the next frame."""
        pieces = self._pieces
        pieces.step(picture, grain)
        height, width = picture.shape[:2]
        small = p.flat(
            np.asarray(cv2.resize(picture, (max(1, width // HALF), max(1, height // HALF)))),
            rounds=3,
            strength=50,
        )
        labels, gap, own = self._cut(small, width / small.shape[1], settle=grain.cut)
        size = (width, height)
        own = _blown(own, pieces.sites.traits)
        glass = cv2.resize(own[labels].astype(np.uint8), size, interpolation=cv2.INTER_LINEAR)
        # Glass is not one colour: its light and some of what is painted on it goes on in it.
        calm = cv2.resize(small, size, interpolation=cv2.INTER_LINEAR)
        mixed = np.asarray(cv2.addWeighted(glass, 0.55, calm, 0.45, 0), np.uint8)
        deep = p.toned(mixed, levels=0, saturation=1.75)
        near = pieces.face(picture)
        paint = p.lines(sharper(picture, near, 0.8), fine=1.0, amount=58)
        paint = 1 - (1 - paint) * (0.35 + 0.5 * near)
        width_of = np.float32(max(2.4, height / 190))
        away = cv2.resize(gap, size, interpolation=cv2.INTER_LINEAR)
        lead = np.clip(away / width_of, 0, 1) ** 2
        # A face is one piece of glass, painted: leads across it would be scars.
        lead = lead + (1 - lead) * (0.92 * np.clip(near * 1.3 - 0.3, 0, 1))
        waves = cv2.GaussianBlur(grain.noise, (0, 0), max(1.0, height / 170)) * np.float32(0.3)
        shine = (1.12 + np.clip(waves, -0.1, 0.1)) * paint
        lit = p.glowing(
            p.painted(deep, np.asarray(shine, np.float32)), above=150, wide=0.03, amount=0.4
        )
        came = p.rgb(22, 21, 25)
        return (came + (lit - came) * lead[..., None]).astype(np.uint8)

    def _cut(self, small: Picture, scale: float, *, settle: bool) -> tuple[Labels, Field, Field]:
        """Return the panes' numbers, how far in pixels their edges are, and their colours."""
        for _ in range(2 if settle else 0):
            self._turn(small, scale, 0.5)
        return self._turn(small, scale, EVENED)

    def _turn(self, small: Picture, scale: float, share: float) -> tuple[Labels, Field, Field]:
        sites = self._pieces.sites
        seen = small.astype(np.float32) / np.float32(COLOUR_WEIGHS)
        points = np.asarray(sites.points / np.float32(scale), np.float32)
        x = np.clip(points[:, 0], 0, small.shape[1] - 1).astype(np.intp)
        y = np.clip(points[:, 1], 0, small.shape[0] - 1).astype(np.intp)
        rooms = np.asarray(self._pieces.rooms / np.float32(scale), np.float32)
        labels, first, second = panes(points, rooms, seen[y, x], seen)
        total = sums(labels, small, len(points))
        sites.nudge(np.asarray(_middles(total, points) * np.float32(scale), np.float32), share)
        gap = np.where(labels < 0, 0, np.minimum(second - first, 2)).astype(np.float32)
        gap = cv2.GaussianBlur(gap, (0, 0), 1.0)
        away = gap * rooms[labels] * np.float32(scale / 2)
        return labels, np.asarray(away, np.float32), _means(total)


SHIFT = 4
"""Bits of a pixel to which OpenCV is told the corners."""

COLOUR_WEIGHS = 70.0
"""Levels of colour that weigh as much as a pane's size does."""

BUSY = 60.0
LIGHT = (-0.45, -0.62, 0.64)


def _edges(small: Picture) -> Field:
    """Return how strong the outlines are, in levels."""
    grey = cv2.GaussianBlur(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), (0, 0), 1.0)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    return np.asarray(np.hypot(gx, gy), np.float32)


def _rim(width: int, height: int, step: float) -> Field:
    """Return points outside of the picture, so that its border is covered."""
    across = np.linspace(-2, width + 2, max(3, round(width / step)))
    down = np.linspace(-2, height + 2, max(3, round(height / step)))[1:-1]
    sides = [np.stack([across, np.full_like(across, y)], -1) for y in (-2, height + 2)]
    sides += [np.stack([np.full_like(down, x), down], -1) for x in (-2, width + 2)]
    return np.concatenate(sides).astype(np.float32)


def _triangles(points: Field, width: int, height: int) -> NDArray[np.intp]:
    """Return Delaunay's triangles as numbers of points, n x 3."""
    plane = cv2.Subdiv2D((-4, -4, width + 8, height + 8))
    plane.insert(points)
    found = plane.getTriangleList().reshape(-1, 2)
    known = _key(points)
    order = np.argsort(known, kind="stable")
    at = np.searchsorted(known[order], _key(found)).clip(0, len(points) - 1)
    numbers = order[at].reshape(-1, 3)
    # The plane's own three outer corners are none of ours.
    ours = (known[numbers.ravel()] == _key(found)).reshape(-1, 3).all(1)
    return np.asarray(numbers[ours], np.intp)


def _key(points: Field) -> NDArray[np.float64]:
    return points[:, 0].astype(np.float64) * 65536 + points[:, 1]


def _sampled(picture: Picture, corners: Field) -> Field:
    """Return the mean colour of triangles (n x 3 x 2), from seven places in each."""
    height, width = picture.shape[:2]
    places = np.einsum("wk,nkc->nwc", INSIDE, corners)
    x = np.clip(places[..., 0], 0, width - 1).astype(np.intp)
    y = np.clip(places[..., 1], 0, height - 1).astype(np.intp)
    return np.asarray(picture[y, x].astype(np.float32).mean(1), np.float32)


INSIDE = np.array(
    [
        (1 / 3, 1 / 3, 1 / 3),
        (0.6, 0.2, 0.2),
        (0.2, 0.6, 0.2),
        (0.2, 0.2, 0.6),
        (0.46, 0.46, 0.08),
        (0.46, 0.08, 0.46),
        (0.08, 0.46, 0.46),
    ],
    np.float32,
)


def _facing(
    picture: NDArray[np.uint8], points: Field, lift: Field, corners: NDArray[np.intp]
) -> Field:
    """Return the light on each facet: bright places stand out, and every point a little."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    x = np.clip(points[:, 0], 0, width - 1).astype(np.intp)
    y = np.clip(points[:, 1], 0, height - 1).astype(np.intp)
    up = (grey[y, x] / np.float32(255) * np.float32(0.7) + lift * np.float32(0.5)) * np.float32(
        height / 46
    )
    solid = np.concatenate([points, up[:, None]], 1)[corners]
    normal = np.cross(solid[:, 1] - solid[:, 0], solid[:, 2] - solid[:, 0])
    normal = normal * np.sign(normal[:, 2:] + 1e-9)
    length = np.maximum(np.linalg.norm(normal, axis=1), 1e-6)
    turned = normal @ np.array(LIGHT, np.float32) / length - LIGHT[2]
    return np.asarray(np.clip(1.03 + 0.42 * turned, 0.72, 1.3), np.float32)


def _fixed(corners: Field) -> NDArray[np.int32]:
    return np.round((corners - 0.5) * (1 << SHIFT)).astype(np.int32)


def _along_edges(picture: Picture) -> Field:
    """Return the direction across the outlines near each pixel (structure tensor)."""
    height, width = picture.shape[:2]
    size = max(2, width // 4), max(2, height // 4)
    small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
    grey = cv2.cvtColor(small, cv2.COLOR_RGB2GRAY).astype(np.float32)
    gx, gy = cv2.Sobel(grey, cv2.CV_32F, 1, 0), cv2.Sobel(grey, cv2.CV_32F, 0, 1)
    sigma = max(1.0, height / 4 / 22)
    xx, xy, yy = (cv2.GaussianBlur(each, (0, 0), sigma) for each in (gx * gx, gx * gy, gy * gy))
    double = np.stack([xx - yy + 1e-3, 2 * xy], -1)
    wide = cv2.resize(double, (width, height))
    return np.asarray(0.5 * np.arctan2(wide[..., 1], wide[..., 0]), np.float32)


def _blown(colours: Field, traits: Field) -> Field:
    """Return colours of panes as of glass that was blown one by one: none is quite another's."""
    tint = (traits - traits.mean(1, keepdims=True)) * 32
    return np.asarray(np.clip(colours * (0.86 + 0.28 * traits[:, :1]) + tint, 0, 255), np.float32)


def _means(total: Field) -> Field:
    return np.asarray(total[:, :3] / np.maximum(total[:, 5:], 1), np.float32)


def _middles(total: Field, points: Field) -> Field:
    """Return the middles of cells; the points of those that have no pixel."""
    middles = total[:, 3:5] / np.maximum(total[:, 5:], 1)
    return np.asarray(np.where(total[:, 5:] > 0, middles, points), np.float32)
