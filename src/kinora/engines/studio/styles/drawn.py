"""Styles of line and print: drawn film, comic, brush, pencil, screens of dots, woodblock."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles import pieces as p
from kinora.engines.studio.styles.grain import Grain, white
from kinora.engines.studio.styles.strokes import along_forms, drawn_out

Field = NDArray[np.float32]


def anime(picture: Picture, _grain: Grain) -> Picture:
    """Cel animation: clear colours in two or three tones, thin dark-blue lines, bright lights."""
    cel = p.toned(p.flat(picture, strength=46), levels=6, saturation=1.5, sharp=8)
    cel = np.asarray(cv2.addWeighted(cel, 1.06, cel, 0, 10), np.uint8)
    line = p.lines(picture, fine=0.8, amount=75)[..., None]
    ink = p.rgb(28, 24, 62)
    return p.glowing(
        (cel * line + ink * (1 - line)).astype(np.uint8), above=214, wide=0.03, amount=0.5
    )


def comic(picture: Picture, grain: Grain) -> Picture:
    """Printed comic: flat colour, bold lines, a screen of dots in the shade, yellowed paper."""
    height = picture.shape[0]
    print_ = p.toned(p.flat(picture, strength=55), levels=4, saturation=1.45, sharp=9)
    grey = cv2.cvtColor(p.flat(picture), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    screen = p.halftone(grain.places, max(4.0, height / 90), 0.6)
    dots = np.clip((0.60 - grey) * 2.2 - screen - 0.55, 0, 1)
    dark = 1 - 0.34 * np.clip(dots * 3, 0, 1)
    line = p.lines(picture, fine=1.3, amount=70)
    paper = p.rgb(255, 250, 236) / 255
    inked = print_ * (dark * (0.12 + 0.88 * line))[..., None]
    return np.clip(inked * paper + 6, 0, 255).astype(np.uint8)


def ink_wash(picture: Picture, grain: Grain) -> Picture:
    """Ink and brush on rice paper: greys that bleed, bold strokes, a breath of colour."""
    noise = grain.noise
    grey = cv2.cvtColor(p.flat(picture, rounds=3, strength=60), cv2.COLOR_RGB2GRAY)
    bleed = cv2.GaussianBlur(noise, (0, 0), max(1.0, picture.shape[0] / 150)) * 16
    tone = cv2.LUT(np.clip(grey + bleed, 0, 255).astype(np.uint8), p.steps(5, 3.0))
    stroke = p.lines(picture, fine=2.2, amount=44) * p.lines(picture, fine=1.0, amount=50)
    light = np.sqrt(tone.astype(np.float32) / 255)
    ink = (0.16 + 0.86 * light) * (0.12 + 0.88 * stroke)
    paper = p.rgb(246, 240, 226) * (1 - 0.012 * np.clip(noise, -2, 2))[..., None]
    washed = paper * np.minimum(ink, 1)[..., None]
    # A breath of the picture's colour, and none of its light.
    colour = p.toned(picture, levels=0, saturation=1.3).astype(np.float32)
    breath = (colour - colour.mean(-1, keepdims=True)) * np.float32(0.22)
    return np.clip(washed + breath, 0, 255).astype(np.uint8)


def pencil(picture: Picture, grain: Grain) -> Picture:
    """Pencil on paper: outlines, and strokes that follow the forms and the shade."""
    height, width = picture.shape[:2]
    grey = cv2.cvtColor(p.flat(picture, rounds=1), cv2.COLOR_RGB2GRAY).astype(np.float32) / 255
    line = p.lines(picture, fine=0.9, amount=58)
    size = max(8, width * 2 // 3), max(8, height * 2 // 3)
    small = np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_AREA), np.uint8)
    other = grain.on(white(width, height, grain.seed + 1))
    lead, cross = (cv2.resize(each, size)[..., None] for each in (grain.noise, other))
    length = max(3, height // 90)
    slant = np.broadcast_to(p.rgb(0.77, -0.64, 0)[:2], (*lead.shape[:2], 2))
    layers = [
        drawn_out(lead, np.ascontiguousarray(slant), length),
        drawn_out(cross, along_forms(small, wide=max(1.0, size[1] / 90)), length),
    ]
    first, second = (
        cv2.resize(each[..., 0] / max(1e-3, float(each.std())), (width, height)) for each in layers
    )
    dark = np.clip(1.02 - grey, 0, 1)
    strokes = np.clip(first * 0.42 + 0.40, 0, 1) * np.clip(dark * 1.2 - 0.22, 0, 1)
    deeper = np.clip(second * 0.42 + 0.55, 0, 1) * np.clip(dark * 1.5 - 0.62, 0, 1)
    smudge = 0.20 * np.clip(dark - 0.12, 0, 1)
    tone = line * (1 - smudge) * (1 - 0.72 * strokes) * (1 - 0.62 * deeper)
    tooth = 1 - 0.02 * np.clip(grain.noise, -0.8, 2)
    graphite, paper = p.rgb(42, 42, 48), p.rgb(250, 247, 239)
    return (graphite + (paper * tooth[..., None] - graphite) * tone[..., None]).astype(np.uint8)


def pop_art(picture: Picture, grain: Grain) -> Picture:
    """Pop art: loud inks in few tones, and dots."""
    height = picture.shape[0]
    loud = p.mapped(p.flat(picture), ((40, 10, 90), (235, 40, 120), (255, 150, 40), (255, 240, 90)))
    print_ = cv2.LUT(loud, p.steps(4, 9.0)).astype(np.float32)
    screen = p.halftone(grain.places, max(5.0, height / 70), 0.4)
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
