"""The styles, each a way to draw one steady frame with noise that moves with it."""

from collections.abc import Callable

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.stills.looks import painted_over
from kinora.engines.studio.styles import pieces as p
from kinora.engines.studio.styles.facets import LowPoly, Mosaic, StainedGlass
from kinora.engines.studio.styles.grain import Grain
from kinora.engines.studio.styles.modelled import Animation3d, Clay

Field = NDArray[np.float32]
Style = Callable[[Picture, Grain], Picture]


def anime(picture: Picture, _grain: Grain) -> Picture:
    """Cel animation: clear colours in two or three tones, thin dark-blue lines, bright lights."""
    cel = p.toned(p.flat(picture, strength=46), levels=6, saturation=1.5, sharp=8)
    cel = np.asarray(cv2.addWeighted(cel, 1.06, cel, 0, 10), np.uint8)
    line = p.lines(picture, fine=0.8, amount=75)[..., None]
    ink = p.rgb(28, 24, 62)
    return p.glowing(
        (cel * line + ink * (1 - line)).astype(np.uint8), above=214, wide=0.03, amount=0.5
    )


def animation_3d(picture: Picture, _grain: Grain) -> Picture:
    """Computer animation: soft rounded surfaces, strong clean colour, a bloom of light."""
    smooth = p.toned(p.flat(picture, rounds=3, strength=34), levels=0, saturation=1.42)
    shade = p.relief(picture, round_by=7)
    lit = p.painted(smooth, 1.03 + 0.24 * shade)
    rim = np.clip(shade - 0.45, 0, 1)[..., None] * p.rgb(70, 64, 56)
    return p.glowing(
        np.clip(lit + rim, 0, 255).astype(np.uint8), above=176, wide=0.045, amount=0.55
    )


def clay(picture: Picture, grain: Grain) -> Picture:
    """Modelling clay: thick rounded forms in few colours, with the marks of fingers."""
    noise = grain.noise
    body = p.toned(p.flat(picture, rounds=3, strength=60), levels=5, saturation=1.12, sharp=3)
    body = np.asarray(cv2.medianBlur(body, 7), np.uint8)
    prints = cv2.GaussianBlur(noise, (0, 0), max(1.0, picture.shape[0] / 180))
    shade = p.relief(body, round_by=11) * 0.42
    touch = cv2.Sobel(prints, cv2.CV_32F, 1, 1) * 0.5
    return p.painted(body, 0.98 + shade + np.clip(touch, -0.10, 0.10))


def comic(picture: Picture, grain: Grain) -> Picture:
    """Printed comic: flat colour, bold lines, a screen of dots in the shade, yellowed paper."""
    height, width = picture.shape[:2]
    print_ = p.toned(p.flat(picture, strength=55), levels=4, saturation=1.45, sharp=9)
    grey = cv2.cvtColor(p.flat(picture), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    screen = grain.along(p.halftone(width, height, max(4.0, height / 90), 0.6))
    dots = np.clip((0.60 - grey) * 2.2 - screen - 0.55, 0, 1)
    dark = 1 - 0.34 * np.clip(dots * 3, 0, 1)
    line = p.lines(picture, fine=1.3, amount=70)
    paper = p.rgb(255, 250, 236) / 255
    inked = print_ * (dark * (0.12 + 0.88 * line))[..., None]
    return np.clip(inked * paper + 6, 0, 255).astype(np.uint8)


def cyberpunk(picture: Picture, _grain: Grain) -> Picture:
    """Neon night: magenta and cyan, glowing edges, wet haze, faint scan lines."""
    night = p.mapped(
        picture, ((8, 4, 30), (58, 10, 92), (190, 28, 150), (120, 200, 250), (235, 250, 255))
    )
    mixed = cv2.addWeighted(picture, 0.30, night, 0.74, 0)
    edge = 1 - p.lines(picture, fine=1.1, amount=64)
    glow = cv2.GaussianBlur(edge, (0, 0), max(1.2, picture.shape[0] / 160))
    sides = np.linspace(0, 1, picture.shape[1], dtype=np.float32)[None, :, None]
    tint = p.rgb(255, 40, 190) * (1 - sides) + p.rgb(30, 225, 255) * sides
    lit = mixed + (edge * 0.5 + glow * 0.9)[..., None] * tint * 0.5
    scan = 0.94 + 0.06 * np.cos(np.arange(picture.shape[0], dtype=np.float32) * 2.1)[:, None]
    return p.glowing(
        np.clip(lit * scan[..., None], 0, 255).astype(np.uint8), above=150, wide=0.04, amount=0.6
    )


def oil(picture: Picture, grain: Grain) -> Picture:
    """Oil on canvas: strokes that flow along the forms and catch the light."""
    noise = grain.noise
    height, width = picture.shape[:2]
    small = cv2.resize(picture, (max(8, width // 2), max(8, height // 2)), interpolation=3)
    paint = cv2.resize(painted_over(small), (width, height), interpolation=cv2.INTER_CUBIC)
    bristle = cv2.GaussianBlur(noise, (0, 0), 0.7) - cv2.GaussianBlur(noise, (0, 0), 2.2)
    shade = p.relief(paint, round_by=2.4) * 0.35
    canvas = 0.03 * np.cos(np.arange(height) * 1.4)[:, None] * np.cos(np.arange(width) * 1.4)[None]
    strong = p.toned(paint, levels=0, saturation=1.22)
    return p.painted(strong, np.asarray(1.03 + shade + bristle * 0.055 + canvas, np.float32))


def watercolor(picture: Picture, grain: Grain) -> Picture:
    """Watercolour: light washes that pool at their edges, on rough white paper."""
    noise = grain.noise
    wash = p.flat(picture, rounds=3, strength=50).astype(np.float32)
    rough = cv2.GaussianBlur(noise, (0, 0), max(1.0, picture.shape[0] / 200))
    edge = p.lines(picture, fine=1.8, amount=30)
    pool = cv2.GaussianBlur(1 - edge, (0, 0), 1.4) * 0.32
    light = 255 - (255 - wash) * (0.74 + 0.05 * rough[..., None])
    rag = 1 - 0.018 * np.clip(noise, -2, 2)
    toned = light * (1 - pool[..., None]) * rag[..., None]
    return np.clip(toned * p.rgb(1.0, 0.99, 0.965) + 6, 0, 255).astype(np.uint8)


def ink_wash(picture: Picture, grain: Grain) -> Picture:
    """Ink and brush on rice paper: greys that bleed, bold strokes, a breath of colour."""
    noise = grain.noise
    grey = cv2.cvtColor(p.flat(picture, rounds=3, strength=60), cv2.COLOR_RGB2GRAY)
    bleed = cv2.GaussianBlur(noise, (0, 0), max(1.0, picture.shape[0] / 150)) * 16
    tone = cv2.LUT(np.clip(grey + bleed, 0, 255).astype(np.uint8), p.steps(5, 3.0))
    stroke = p.lines(picture, fine=2.2, amount=44) * p.lines(picture, fine=1.0, amount=50)
    ink = (0.30 + 0.70 * tone.astype(np.float32) / 255) * (0.15 + 0.85 * stroke)
    paper = p.rgb(246, 240, 226) * (1 - 0.012 * np.clip(noise, -2, 2))[..., None]
    washed = paper * ink[..., None]
    return np.clip(washed * 0.86 + picture * 0.14, 0, 255).astype(np.uint8)


def pencil(picture: Picture, grain: Grain) -> Picture:
    """Pencil on paper: outlines, and hatching that follows the shade."""
    noise = grain.noise
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(p.flat(picture, rounds=1), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    line = p.lines(picture, fine=1.0, amount=62)
    yy, xx = np.mgrid[0:height, 0:width].astype(np.float32)
    xx, yy = xx - np.float32(grain.shift[0]), yy - np.float32(grain.shift[1])
    wobble = cv2.GaussianBlur(noise, (0, 0), 2.0) * 2.5
    pitch = np.float32(2 * np.pi / max(4.0, height / 135))
    first = 0.5 + 0.5 * np.sin((xx + yy) * pitch + wobble)
    second = 0.5 + 0.5 * np.sin((xx - yy) * pitch + wobble)
    shade = np.clip((0.66 - grey) * 1.5, 0, 1) * first + np.clip((0.36 - grey) * 1.7, 0, 1) * second
    tone = np.clip(line * (1 - 0.62 * shade) * (1 - 0.05 * np.clip(noise, -2, 2)), 0, 1)
    lead, paper = p.rgb(48, 48, 54), p.rgb(250, 247, 238)
    return (lead + (paper - lead) * tone[..., None]).astype(np.uint8)


def pixel(picture: Picture, grain: Grain) -> Picture:
    """Pixel art: big pixels in few colours."""
    height, width = picture.shape[:2]
    cell = max(3, round(height / 80))
    # The grid goes with the picture, in whole pixels of it, so that the same dots stay together.
    x, y = (round(each) % cell for each in grain.shift)
    wide, high = (-(-(side + cell) // cell) for side in (width, height))
    below, beside = high * cell - height - (cell - y), wide * cell - width - (cell - x)
    whole = cv2.copyMakeBorder(
        p.flat(picture), cell - y, max(0, below), cell - x, max(0, beside), cv2.BORDER_REFLECT_101
    )[: high * cell, : wide * cell]
    small = cv2.resize(whole, (wide, high), interpolation=cv2.INTER_AREA)
    few = cv2.LUT(p.toned(small, levels=0, saturation=1.3), p.steps(5, 9.0))
    large = few.repeat(cell, 0).repeat(cell, 1)
    return np.asarray(large[cell - y :, cell - x :][:height, :width], np.uint8)


def neon(picture: Picture, _grain: Grain) -> Picture:
    """Neon tubes: only glowing outlines in the dark, in the colours of what they go around."""
    edge = 1 - p.lines(picture, fine=1.4, amount=80)
    colour = p.toned(picture, levels=0, saturation=2.4).astype(np.float32)
    colour = colour / np.maximum(colour.max(-1, keepdims=True), 1) * 255
    soft = cv2.GaussianBlur(edge, (0, 0), max(1.5, picture.shape[0] / 110))
    tube = edge[..., None] * (colour * 0.6 + 120) + soft[..., None] * colour * 1.3
    return np.clip(tube + picture * 0.05 + p.rgb(4, 3, 12), 0, 255).astype(np.uint8)


def vintage(picture: Picture, grain: Grain) -> Picture:
    """Old film stock: faded, warm, with grain and a soft vignette."""
    noise = grain.noise
    height, width = picture.shape[:2]
    old = p.mapped(picture, ((26, 20, 20), (112, 84, 62), (206, 176, 132), (252, 240, 212)))
    mixed = cv2.addWeighted(picture, 0.42, old, 0.60, 0).astype(np.float32)
    yy, xx = np.mgrid[-1 : 1 : height * 1j, -1 : 1 : width * 1j].astype(np.float32)
    fall = 1 - 0.32 * np.clip(xx * xx + yy * yy - 0.35, 0, 1)
    return np.clip(mixed * fall[..., None] + noise[..., None] * 6, 0, 255).astype(np.uint8)


def noir(picture: Picture, grain: Grain) -> Picture:
    """Film noir: deep blacks, hard light, grain."""
    noise = grain.noise
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY)
    hard = np.clip((grey.astype(np.float32) - 118) * 1.75 + 112, 0, 255)
    lit = hard + noise * 5
    return np.asarray(cv2.merge([np.clip(lit, 0, 255).astype(np.uint8)] * 3), np.uint8)


def pop_art(picture: Picture, grain: Grain) -> Picture:
    """Pop art: loud inks in few tones, and dots."""
    height, width = picture.shape[:2]
    loud = p.mapped(p.flat(picture), ((40, 10, 90), (235, 40, 120), (255, 150, 40), (255, 240, 90)))
    print_ = cv2.LUT(loud, p.steps(4, 9.0)).astype(np.float32)
    screen = grain.along(p.halftone(width, height, max(5.0, height / 70), 0.4))
    grey = cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    dots = np.clip((0.75 - grey - screen * 0.6) * 5, 0, 1)[..., None]
    return (print_ * (1 - 0.22 * dots) * p.lines(picture, fine=1.6)[..., None]).astype(np.uint8)


def ukiyo_e(picture: Picture, _grain: Grain) -> Picture:
    """Woodblock print: flat muted inks, key lines, the grain of the block."""
    few = p.toned(p.flat(picture, rounds=3, strength=60), levels=5, saturation=0.95, sharp=8)
    inks = cv2.addWeighted(
        few,
        0.72,
        p.mapped(few, ((30, 44, 80), (96, 130, 140), (206, 186, 140), (244, 232, 204))),
        0.30,
        0,
    )
    block = 1 - 0.04 * np.sin(np.arange(picture.shape[0], dtype=np.float32) * 0.9)[:, None]
    line = 0.16 + 0.84 * p.lines(picture, fine=1.2, amount=64)
    return p.painted(np.asarray(inks, np.uint8), np.asarray(line * block, np.float32))


STYLES: dict[str, Callable[[], Style]] = {
    "anime": lambda: anime,
    "3d_animation": Animation3d,
    "clay": Clay,
    "comic": lambda: comic,
    "cyberpunk": lambda: cyberpunk,
    "oil": lambda: oil,
    "watercolor": lambda: watercolor,
    "ink_wash": lambda: ink_wash,
    "pencil": lambda: pencil,
    "pixel": lambda: pixel,
    "neon": lambda: neon,
    "low_poly": LowPoly,
    "stained_glass": StainedGlass,
    "mosaic": Mosaic,
    "vintage": lambda: vintage,
    "noir": lambda: noir,
    "pop_art": lambda: pop_art,
    "ukiyo_e": lambda: ukiyo_e,
}
