"""The inside of a mouth: dark, soft upper teeth, a hint of tongue, in the light of the picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.mouths import Mouth
from kinora.engines.studio.lips.opening import Opening
from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.shape import MouthShape
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Colour = NDArray[np.float32]

TOOTH = 0.24
"""How wide a tooth is, in half widths of the mouth."""


@dataclass(frozen=True, slots=True)
class Paint:
    """Colours (RGB, 0 to 255) that a face has: of its lips, skin, teeth and the dark inside."""

    lip: Colour
    skin: Colour
    teeth: Colour
    dark: Colour
    tongue: Colour


def paint_of(frame: Picture, pose: Pose, shape: MouthShape) -> Paint:
    """Return the colours of a face, taken from a frame."""
    around = np.linspace(-0.5, 0.5, 11, dtype=np.float32)
    lip = _sampled(frame, pose, around, np.full_like(around, shape.lower + 0.5 * shape.lip_below))
    sides, heights = np.meshgrid(np.linspace(-1.4, 1.4, 15), np.linspace(-0.5, 1.3, 9))
    aside = np.abs(sides) > 0.9
    skin = _sampled(frame, pose, sides[aside].astype(np.float32), heights[aside].astype(np.float32))
    light = float(max(skin.max(), 0.9 * lip.max()))
    # Teeth are as bright as the face's light lets them be, a little warm.
    grey = float(skin @ np.array([0.3, 0.59, 0.11], np.float32))
    pale = np.array([1.0, 0.965, 0.91], np.float32) * min(222.0, 0.42 * grey + 0.54 * light)
    tint = skin / max(grey, 1.0)
    teeth = pale * (0.75 + 0.25 * tint)
    dark = np.minimum(lip, skin) * np.array([0.24, 0.15, 0.15], np.float32) + 2
    tongue = (0.55 * lip + 0.2 * skin) * np.array([0.95, 0.72, 0.74], np.float32)
    # In a film without colours nothing may have one.
    warm = float(np.clip((skin.max() - skin.min()) / (0.16 * skin.max() + 1), 0, 1))
    teeth, dark, tongue = (_as_warm(each, warm) for each in (teeth, dark, tongue))
    return Paint(lip, skin, teeth, dark, tongue)


def _as_warm(colour: Colour, warm: float) -> Colour:
    grey = float(colour.mean())
    return np.asarray(grey + (colour - grey) * warm, np.float32)


def mixed(one: Paint, other: Paint, share: float) -> Paint:
    """Return colours between two."""
    return Paint(
        *(
            getattr(one, name) * np.float32(1 - share) + getattr(other, name) * np.float32(share)
            for name in ("lip", "skin", "teeth", "dark", "tongue")
        )
    )


def _sampled(frame: Picture, pose: Pose, u: Field, v: Field) -> Colour:
    xs, ys = pose.pixels(u, v)
    columns = np.clip(np.round(xs), 0, frame.shape[1] - 1).astype(np.intp)
    rows = np.clip(np.round(ys), 0, frame.shape[0] - 1).astype(np.intp)
    seen = frame[rows, columns].astype(np.float32)
    # The lighter half: shade, hair and what is behind a face are no colour of its skin.
    grey = seen.mean(1)
    return np.asarray(np.median(seen[grey >= np.median(grey)], axis=0), np.float32)


def inside(
    places: tuple[Field, Field], opening: Opening, mouth: Mouth, paint: Paint
) -> NDArray[np.float32]:
    """Return the drawn inside of a mouth (rows x columns x 3), seen wherever it is open."""
    u, v = places
    upper, lower = opening.edges(u)
    tall = np.maximum(lower - upper, 1e-3)
    down = np.clip((v - upper) / tall, 0, 1)
    across = np.abs(u / np.float32(opening.half))
    back = (0.55 + 0.75 * down * down) * (1 - 0.35 * across * across)
    colour = paint.dark * back[..., None]
    tongue = _tongue(u, down, opening, mouth)
    colour += (paint.tongue * (0.55 + 0.55 * down[..., None]) - colour) * tongue[..., None]
    for share, shade in (_upper_teeth(u, v, opening, mouth), _lower_teeth(u, v, opening, mouth)):
        colour += (paint.teeth * shade[..., None] - colour) * share[..., None]
    # The upper lip throws its shadow on whatever is behind it.
    reach = np.clip(0.3 * tall, 0.015, 0.075)
    shadow = 1 - 0.42 * np.exp(-(((v - upper) / reach) ** 2))
    return np.asarray(colour * shadow[..., None], np.float32)


def _upper_teeth(u: Field, v: Field, opening: Opening, mouth: Mouth) -> tuple[Field, Field]:
    """Return how much upper teeth are seen, and how bright; they stay where the skull is."""
    line = (opening.own_upper + 0.10) * np.maximum(1 - 0.5 * u * u, 0)
    lowest = line + np.float32(0.04 + 0.12 * mouth.bite - 0.24 * mouth.round)
    ripple = np.abs(np.sin(np.pi * (u / np.float32(TOOTH) + 0.5)))
    edge = lowest - 0.018 * (1 - ripple) ** 2
    share = np.clip((edge - v) / np.float32(0.035) + 0.5, 0, 1)
    share *= np.clip((0.80 - np.abs(u)) / np.float32(0.16), 0, 1)
    shade = (0.97 - 0.52 * u * u) * (0.90 + 0.10 * np.minimum(1, ripple * 3))
    return share.astype(np.float32), shade.astype(np.float32)


def _lower_teeth(u: Field, v: Field, opening: Opening, mouth: Mouth) -> tuple[Field, Field]:
    """Return how much lower teeth are seen, and how bright; they go along with the jaw."""
    highest = opening.own_upper + opening.jaw + 0.10 + 0.05 * u * u
    share = np.clip((v - highest) / np.float32(0.04) + 0.5, 0, 1)
    share *= np.clip((0.58 - np.abs(u)) / np.float32(0.2), 0, 1)
    share *= np.float32(max(0.0, mouth.wide) * (1 - mouth.bite) * 0.9)
    ripple = np.abs(np.sin(np.pi * (u / np.float32(TOOTH * 0.7) + 0.5)))
    shade = (0.66 - 0.4 * u * u) * (0.88 + 0.12 * np.minimum(1, ripple * 3))
    return share.astype(np.float32), shade.astype(np.float32)


def _tongue(u: Field, down: Field, opening: Opening, mouth: Mouth) -> Field:
    """Return how much tongue is seen."""
    raised = 0.62 - 0.45 * mouth.tongue
    mound = down + 0.30 * (1 - (u / np.float32(0.62 * opening.half)) ** 2) - 0.30
    seen = np.clip((mound - raised) * 3.0, 0, 1) * np.clip((0.70 - np.abs(u)) * 5, 0, 1)
    return np.asarray(seen * 0.85, np.float32)
