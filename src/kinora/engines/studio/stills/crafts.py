"""Pictures made of other things: triangles, glass, tiles, clay, water colour."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.picture.subject import saliency
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]


def low_poly(picture: Picture) -> Picture:
    """Triangles in the colours of what they cover, small where there is much to see."""
    height, width = picture.shape[:2]
    points = _points(picture, 1100)
    plane = cv2.Subdiv2D((-2, -2, width + 4, height + 4))
    for x, y in points:
        plane.insert((float(x), float(y)))
    out = cv2.resize(picture, (width, height))
    mask = np.zeros((height, width), np.uint8)
    for triangle in plane.getTriangleList().reshape(-1, 3, 2):
        corners = np.round(triangle).astype(np.int32)
        if corners.min() < -2 or (corners > (width + 2, height + 2)).any():
            continue
        x0, y0 = np.maximum(corners.min(0), 0)
        x1, y1 = np.minimum(corners.max(0) + 1, (width, height))
        if x1 <= x0 or y1 <= y0:
            continue
        part = mask[y0:y1, x0:x1]
        part[:] = 0
        cv2.fillConvexPoly(part, corners - (x0, y0), 255)
        colour = cv2.mean(picture[y0:y1, x0:x1], mask=part)[:3]
        cv2.fillConvexPoly(out, corners, colour, cv2.LINE_AA)
    return np.asarray(out, np.uint8)


def stained_glass(picture: Picture) -> Picture:
    """Panes of coloured glass in lead, lit from behind."""
    panes, borders = _cells(picture, max(14, picture.shape[1] // 26))
    lit = cv2.convertScaleAbs(panes, alpha=1.18, beta=6)
    hsv = cv2.cvtColor(lit, cv2.COLOR_RGB2HSV)
    hsv[..., 1] = cv2.LUT(hsv[..., 1], np.clip(np.arange(256) * 1.5, 0, 255).astype(np.uint8))
    glass = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)
    rng = np.random.default_rng(4)
    rough = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]).astype(np.float32), (0, 0), 2.5)
    glass = glass * (1 + rough[..., None] * 0.55)
    thick = max(3, picture.shape[0] // 180) | 1
    lead = cv2.dilate(borders, np.ones((thick, thick), np.uint8)).astype(np.float32)
    soft = cv2.GaussianBlur(lead, (0, 0), 0.8)[..., None]
    edge = cv2.GaussianBlur(lead, (0, 0), thick * 1.2)[..., None]
    made = glass * (1 - 0.30 * edge)
    return np.clip(made * (1 - soft) + np.array([26, 26, 30]) * soft, 0, 255).astype(np.uint8)


def mosaic(picture: Picture) -> Picture:
    """Small square tiles that follow the outlines a little, with grout between."""
    height, width = picture.shape[:2]
    side = max(7, min(height, width) // 62)
    rng = np.random.default_rng(5)
    out = np.full_like(picture, (196, 190, 178))
    grey = cv2.GaussianBlur(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), (0, 0), side * 0.8)
    gx = cv2.Sobel(grey, cv2.CV_32F, 1, 0, ksize=5)
    gy = cv2.Sobel(grey, cv2.CV_32F, 0, 1, ksize=5)
    angle = np.degrees(np.arctan2(gy, gx))
    strong = np.hypot(gx, gy) > 90
    for y in range(side // 2, height + side // 2, side):
        for x in range(side // 2, width + side // 2, side):
            cy, cx = min(y, height - 1), min(x, width - 1)
            patch = picture[
                max(0, cy - side // 2) : cy + side // 2 + 1,
                max(0, cx - side // 2) : cx + side // 2 + 1,
            ]
            colour = patch.reshape(-1, 3).mean(0) * rng.uniform(0.90, 1.08)
            turn = float(angle[cy, cx] % 90) if strong[cy, cx] else float(rng.uniform(-5, 5))
            box = cv2.boxPoints(((x, y), (side * 0.88, side * 0.88), turn))
            tile = (box * 8).astype(np.int32)
            cv2.fillConvexPoly(out, tile, np.clip(colour, 0, 255).tolist(), cv2.LINE_AA, 3)
    soft = cv2.GaussianBlur(out, (0, 0), side * 0.12)
    relief = cv2.Laplacian(cv2.cvtColor(soft, cv2.COLOR_RGB2GRAY), cv2.CV_32F)
    return np.clip(out - relief[..., None] * 0.5, 0, 255).astype(np.uint8)


def plasticine(picture: Picture) -> Picture:
    """Soft clay: few colours, rounded forms, thumb prints, light from a side."""
    smooth = picture
    for _ in range(3):
        smooth = cv2.bilateralFilter(smooth, 9, 45, 9)
    panes, _ = _cells(smooth, max(10, picture.shape[1] // 70))
    colour = cv2.GaussianBlur(panes, (0, 0), picture.shape[0] / 260)
    hsv = cv2.cvtColor(colour, cv2.COLOR_RGB2HSV)
    hsv[..., 1] = cv2.LUT(hsv[..., 1], np.clip(np.arange(256) * 1.35, 0, 235).astype(np.uint8))
    clay = cv2.cvtColor(hsv, cv2.COLOR_HSV2RGB).astype(np.float32)
    form = cv2.GaussianBlur(
        cv2.cvtColor(smooth, cv2.COLOR_RGB2GRAY).astype(np.float32), (0, 0), picture.shape[0] / 220
    )
    light = (cv2.Sobel(form, cv2.CV_32F, 1, 0) + cv2.Sobel(form, cv2.CV_32F, 0, 1)) * -0.9
    rng = np.random.default_rng(6)
    prints = cv2.GaussianBlur(rng.normal(0, 1, picture.shape[:2]).astype(np.float32), (0, 0), 3.2)
    y, x = np.mgrid[0 : picture.shape[0], 0 : picture.shape[1]].astype(np.float32)
    ridges = np.sin((x * 0.8 + y * 0.5 + prints * 60) * 0.5) * np.clip(prints * 8, 0, 1) * 7
    made = clay * 0.94 + (light + prints * 46 + ridges)[..., None]
    return np.clip(made, 0, 255).astype(np.uint8)


def watercolour(picture: Picture) -> Picture:
    """Washes that run into each other, dark rims, paper that shows through."""
    height, width = picture.shape[:2]
    wash = picture
    for _ in range(2):
        wash = cv2.pyrMeanShiftFiltering(wash, 9, 22, maxLevel=1)
    wash = cv2.GaussianBlur(wash, (0, 0), height / 420)
    rng = np.random.default_rng(7)
    wide = cv2.GaussianBlur(rng.normal(0, 1, (height, width)).astype(np.float32), (0, 0), 9)
    wide = wide / max(1e-3, float(np.abs(wide).max()))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    run = height / 90
    bent = cv2.remap(
        wash,
        x + wide * run,
        y + np.roll(wide, 31, 0) * run,
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REFLECT,
    ).astype(np.float32)
    grey = cv2.cvtColor(bent.astype(np.uint8), cv2.COLOR_RGB2GRAY).astype(np.float32)
    rims = cv2.GaussianBlur(np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=3)), (0, 0), 1.0)
    paper = rng.normal(0, 1, (height, width)).astype(np.float32)
    paper = cv2.GaussianBlur(paper, (0, 0), 1.1) * 9
    light = 255 - (255 - bent) * (0.80 + 0.22 * wide[..., None])
    made = light - rims[..., None] * 2.4 + paper[..., None]
    dx, dy = np.abs(x / width - 0.5), np.abs(y / height - 0.5)
    edge = np.clip((0.47 + 0.05 * wide - np.maximum(dx, dy)) * 26, 0, 1)[..., None]
    sheet = np.array([250, 247, 240], np.float32) + paper[..., None]
    return np.clip(made * edge + sheet * (1 - edge), 0, 255).astype(np.uint8)


def _points(picture: Picture, count: int) -> NDArray[np.float32]:
    """Return points, dense where the picture is busy or stands out, with the corners."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    edges = cv2.GaussianBlur(np.abs(cv2.Laplacian(grey, cv2.CV_32F, ksize=3)), (0, 0), 2)
    seen = cv2.resize(saliency(picture), (width, height)) if min(height, width) > 60 else 0.5
    weight = (edges / max(1e-3, float(edges.max())) + 0.02) * (0.25 + np.asarray(seen))
    chosen = np.random.default_rng(3).choice(
        height * width,
        min(count, height * width // 6),
        p=(weight / weight.sum()).ravel(),
        replace=False,
    )
    y, x = np.divmod(chosen, width)
    steps = np.linspace(0, 1, 9)
    rim = [(a * (width - 1), b * (height - 1)) for a in steps for b in (0, 1)]
    rim += [(a * (width - 1), b * (height - 1)) for a in (0, 1) for b in steps]
    return np.concatenate([np.stack([x, y], -1), np.array(rim)]).astype(np.float32)


def _cells(picture: Picture, side: int) -> tuple[Picture, NDArray[np.uint8]]:
    """Return the picture in superpixels (SLIC, Achanta et al., 2012), and their borders."""
    lab = cv2.cvtColor(cv2.GaussianBlur(picture, (0, 0), 1.2), cv2.COLOR_RGB2LAB)
    cells = cv2.ximgproc.createSuperpixelSLIC(lab, cv2.ximgproc.SLICO, side, 12.0)
    cells.iterate(6)
    cells.enforceLabelConnectivity(30)
    labels = cells.getLabels().ravel()
    count = np.maximum(np.bincount(labels), 1)[:, None]
    sums = np.stack([np.bincount(labels, picture[..., c].ravel()) for c in range(3)], -1)
    flat = (sums / count)[labels].reshape(picture.shape).astype(np.uint8)
    borders = (cells.getLabelContourMask(thick_line=False) > 0).astype(np.uint8)
    return flat, borders
