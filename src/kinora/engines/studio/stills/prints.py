"""Pictures as printed things: sticker, magazine, film poster, toy box, trading card, post card."""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.fusion.cutting import Cutout, sized, subject_of
from kinora.engines.studio.picture.load import cover
from kinora.engines.studio.picture.subject import CONFIDENT, find_subject
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.titles import letters

Field = NDArray[np.float32]
Colour = tuple[int, int, int]


def sticker(picture: Picture) -> Picture:
    """The subject cut out with a white border, on a plain ground with a soft shadow."""
    cut = subject_of(picture)
    height, width = picture.shape[:2]
    alpha, colour = _placed(cut, picture, high=0.80, foot=0.90)
    rim = max(5, round(min(height, width) * 0.020)) | 1
    shape = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (2 * rim + 1, 2 * rim + 1))
    border = cv2.GaussianBlur(cv2.dilate((alpha > 0.5).astype(np.float32), shape), (0, 0), 1.0)
    hue = _accent(picture)
    ground = np.empty((height, width, 3), np.float32)
    ground[:] = np.array(hue) * 0.35 + 255 * 0.55
    shadow = cv2.GaussianBlur(np.roll(border, (rim, rim // 2), (0, 1)), (0, 0), rim)
    made = ground * (1 - 0.35 * shadow[..., None])
    made = made * (1 - border[..., None]) + 252 * border[..., None]
    return _mixed(made, colour, alpha)


def magazine(picture: Picture) -> Picture:
    """A magazine's cover: the title goes behind the head, lines of text on both sides."""
    height = picture.shape[0]
    cut = find_subject(picture)
    hue = np.array(_accent(picture), np.float32)
    made = picture.astype(np.float32)
    made = _text(made, "MODERN", (0.03, 0.02, 0.94, 0.22), hue * 0.5 + 127)
    alpha = cut.matte[..., None] if cut.confidence >= CONFIDENT else 0.0
    made = made * (1 - alpha) + picture * alpha
    lower = np.clip((np.arange(height) / height - 0.55) / 0.45, 0, 1)[:, None, None]
    made = made * (1 - 0.55 * lower)
    white = np.array([250, 250, 250], np.float32)
    made = _text(made, "THE NEW LIGHT", (0.04, 0.70, 0.60, 0.08), white)
    made = _text(made, "28 IDEAS FOR SLOW DAYS", (0.04, 0.785, 0.46, 0.05), hue * 0.6 + 100)
    made = _text(made, "TRAVEL  FOOD  DESIGN", (0.04, 0.84, 0.42, 0.04), white)
    made = _text(made, "ISSUE 41", (0.72, 0.225, 0.24, 0.035), white)
    return _barcode(made, (0.80, 0.86, 0.15, 0.09))


def film_poster(picture: Picture) -> Picture:
    """A film's poster: dark frame, strong light, a title and small credits below."""
    height, width = picture.shape[:2]
    seen = picture.astype(np.float32) / 255
    grey = seen.mean(2, keepdims=True)
    toned = (seen * 0.45 + grey * 0.55) ** 1.25
    teal, orange = np.array([0.62, 0.92, 1.05]), np.array([1.25, 0.95, 0.62])
    graded = toned * (teal * (1 - grey) + orange * grey) * 1.25
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    away = np.hypot(x / width - 0.5, (y / height - 0.42) * 1.1)
    dark = np.clip(1.25 - away * 1.5, 0.05, 1)[..., None]
    low = np.clip((y / height - 0.62) / 0.30, 0, 1)[..., None]
    made = np.asarray(graded * dark * (1 - 0.92 * low) * 255, np.float32)
    cream = np.array([240, 226, 196], np.float32)
    made = _text(made, "AFTER THE RAIN", (0.06, 0.735, 0.88, 0.13), cream)
    made = _text(made, "ONE NIGHT CHANGES EVERYTHING", (0.20, 0.865, 0.60, 0.04), cream * 0.8)
    return _clipped(
        _text(
            made,
            "A KINORA PICTURE    IN COLOUR    COMING SOON",
            (0.22, 0.925, 0.56, 0.035),
            cream * 0.6,
        )
    )


def toy_box(picture: Picture) -> Picture:
    """The subject as an action figure in its box: window, shine, lettering, price."""
    height, width = picture.shape[:2]
    hue = np.array(_accent(picture), np.float32)
    made = np.empty((height, width, 3), np.float32)
    made[:] = hue * 0.75 + 20
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    rays = np.sin(np.arctan2(y - height * 0.5, x - width * 0.5) * 16) > 0
    made[rays] *= 1.16
    x0, x1, y0, y1 = 0.14, 0.86, 0.20, 0.93
    window = (x > width * x0) & (x < width * x1) & (y > height * y0) & (y < height * y1)
    deep = np.clip(1 - np.hypot(x / width - 0.5, y / height - 0.55) * 1.3, 0.2, 1)
    made[window] = (np.array([236, 240, 246]) * deep[..., None])[window]
    alpha, colour = _placed(subject_of(picture), picture, high=0.64, foot=0.90)
    inside = alpha * window
    shadow = cv2.GaussianBlur(np.roll(inside, width // 60, 1), (0, 0), height / 60)
    made = made * (1 - 0.35 * shadow[..., None] * window[..., None])
    made = _mixed(made, colour, np.asarray(inside, np.float32)).astype(np.float32)
    shine = np.exp(-((((x / width - 0.30) - (y / height) * 0.25) / 0.05) ** 2)) * window * 52
    edge = cv2.morphologyEx(window.astype(np.uint8), cv2.MORPH_GRADIENT, np.ones((5, 5), np.uint8))
    made = made + shine[..., None] + edge[..., None] * 70
    yellow = np.array([255, 232, 60], np.float32)
    made = _text(made, "ACTION HERO", (0.08, 0.035, 0.84, 0.14), yellow)
    made = _text(made, "POSEABLE FIGURE  AGES 4+", (0.20, 0.935, 0.60, 0.05), np.full(3, 255.0))
    return _clipped(made)


def trading_card(picture: Picture) -> Picture:
    """A collector's card: gold frame, name, stars, the picture with rays of foil."""
    height, width = picture.shape[:2]
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    gold = 150 + 80 * np.sin((x + y) * (26 / (width + height))) ** 2
    made = gold[..., None] * np.array([1.08, 0.86, 0.42])
    top, bottom = round(height * 0.13), round(height * 0.80)
    side = round(width * 0.055)
    shot = cover(picture, width - 2 * side, bottom - top).astype(np.float32)
    foil = np.sin((x + y * 0.6) * (40 / width)) ** 8
    rainbow = np.stack([0.5 + 0.5 * np.sin(x * (9 / width) + k * 2.1) for k in range(3)], -1)
    made[top:bottom, side : width - side] = (
        shot + (foil[..., None] * rainbow * 70)[top:bottom, side : width - side]
    )
    panel = slice(round(height * 0.83), round(height * 0.96))
    made[panel, side : width - side] = made[panel, side : width - side] * 0.15 + 24
    dark = np.array([52, 34, 8], np.float32)
    made = _text(np.asarray(made, np.float32), "LEGEND", (0.07, 0.03, 0.50, 0.085), dark)
    made = _text(made, "No 001", (0.68, 0.045, 0.25, 0.06), dark)
    gilt = np.array([255, 220, 120], np.float32)
    made = _text(made, "POWER 97    SPEED 84    HEART 99", (0.10, 0.86, 0.80, 0.07), gilt)
    return _clipped(made)


def post_card(picture: Picture) -> Picture:
    """A card from a journey: white frame, faded colours, a greeting in large letters."""
    height, width = picture.shape[:2]
    rim = round(min(height, width) * 0.045)
    faded = picture.astype(np.float32) * np.array([0.94, 0.90, 0.80]) + np.array([24, 20, 18])
    made = np.full((height, width, 3), (250, 246, 236), np.float32)
    made[rim:-rim, rim:-rim] = faded[rim:-rim, rim:-rim]
    for dx, dy, colour in ((0.006, 0.008, (40, 30, 60)), (0.0, 0.0, (250, 214, 70))):
        made = _text(
            made, "GREETINGS", (0.10 + dx, 0.72 + dy, 0.80, 0.14), np.array(colour, np.float32)
        )
    made = _text(made, "FROM FAR AWAY", (0.30, 0.86, 0.40, 0.05), np.array([255, 255, 250]))
    return _clipped(made)


def _placed(cut: Cutout, picture: Picture, *, high: float, foot: float) -> tuple[Field, Field]:
    """Return the subject's matte and colours at its place on the picture's size."""
    height, width = picture.shape[:2]
    wide = width * 0.84 * cut.picture.shape[0] / cut.picture.shape[1]
    fitted = sized(cut, round(min(height * high, wide)))
    h, w = fitted.matte.shape
    alpha, colour = np.zeros((height, width), np.float32), np.zeros((height, width, 3), np.float32)
    top = max(0, round(height * foot) - h)
    left = max(0, (width - w) // 2)
    h, w = min(h, height - top), min(w, width - left)
    alpha[top : top + h, left : left + w] = fitted.matte[:h, :w]
    colour[top : top + h, left : left + w] = fitted.picture[:h, :w]
    return alpha, colour


def _mixed(made: NDArray[np.floating], colour: Field, alpha: Field) -> Picture:
    return _clipped(made * (1 - alpha[..., None]) + colour * alpha[..., None])


def _text(
    made: NDArray[np.floating],
    words: str,
    box: tuple[float, float, float, float],
    colour: NDArray[np.floating],
) -> Field:
    """Return a picture with words in a box: left, top, width, height as parts of it."""
    height, width = made.shape[:2]
    left, top = round(box[0] * width), round(box[1] * height)
    w, h = max(8, round(box[2] * width)), max(6, round(box[3] * height))
    w, h = min(w, width - left), min(h, height - top)
    mask = letters(words, w, h, size=h * 0.92, middle=0.84)[..., None].astype(np.float32) / 255
    out = np.asarray(made, np.float32).copy()
    part = out[top : top + h, left : left + w]
    out[top : top + h, left : left + w] = part * (1 - mask) + colour * mask
    return out


def _barcode(made: Field, box: tuple[float, float, float, float]) -> Picture:
    height, width = made.shape[:2]
    y0, x0 = round(box[1] * height), round(box[0] * width)
    h, w = max(4, round(box[3] * height)), max(8, round(box[2] * width))
    made[y0 : y0 + h, x0 : x0 + w] = 250
    bars = np.random.default_rng(8).random(w) > 0.5
    edge = max(1, h // 8)
    made[y0 + edge : y0 + h - edge, x0 + edge : x0 + w - edge][:, bars[edge : w - edge]] = 16
    return _clipped(made)


def _accent(picture: Picture) -> Colour:
    """Return a picture's own strongest colour, brightened."""
    small = cv2.resize(picture, (24, 24), interpolation=cv2.INTER_AREA)
    hsv = cv2.cvtColor(small, cv2.COLOR_RGB2HSV).reshape(-1, 3).astype(np.float32)
    best = hsv[np.argmax(hsv[:, 1] * hsv[:, 2])]
    vivid = np.array([[[best[0], max(120, best[1]), max(170, best[2])]]], np.uint8)
    red, green, blue = (int(value) for value in cv2.cvtColor(vivid, cv2.COLOR_HSV2RGB)[0, 0])
    return red, green, blue


def _clipped(made: NDArray[np.floating]) -> Picture:
    return np.clip(made, 0, 255).astype(np.uint8)
