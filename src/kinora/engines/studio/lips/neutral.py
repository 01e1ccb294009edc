"""Takes a film's own speech out of a face: its mouth at rest is laid over the mouth that moves.

The mouth at rest is taken once from the film itself. In each frame it is turned and scaled to the
face, given the light that the frame has around the mouth, and laid on softly; where it does not fit
what is around it (another pose, a hand before the mouth), it is not used.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.pose import Pose
from kinora.engines.studio.lips.talker import REST_ABOVE, REST_BELOW, REST_LEFT, Rest
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]

FITS, MISFITS = 11.0, 24.0
"""Mean difference (0 to 255) around the mouth up to which a rest fits, and at which it does not."""

BRIGHTEST = 45.0
"""How much a rest's light may be changed, in levels of 255."""

SLOWLY = 0.12
"""How much more or less a rest may be used from one frame to the next."""

FAINT = 0.02


def rested(
    frame: Picture, pose: Pose, rest: Rest, *, share: float, before: float | None
) -> tuple[Picture, float]:
    """Return a frame with its mouth at rest, and how far that was possible, 0 to `share`.

    `before` is how far it was in the frame before, from which it changes only slowly.
    """
    size = (frame.shape[1], frame.shape[0])
    y0, y1, x0, x1 = pose.window(REST_LEFT, REST_ABOVE, REST_BELOW, size)
    if share < FAINT or y1 - y0 < 6 or x1 - x0 < 6:
        return frame, 0.0
    xs, ys = np.meshgrid(np.arange(x0, x1, dtype=np.float32), np.arange(y0, y1, dtype=np.float32))
    u, v = pose.local(xs, ys)
    laid = cv2.remap(
        rest.picture,
        (u + np.float32(REST_LEFT)) * np.float32(rest.fine) - np.float32(0.5),
        (v + np.float32(REST_ABOVE)) * np.float32(rest.fine) - np.float32(0.5),
        cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    ).astype(np.float32)
    part = frame[y0:y1, x0:x1].astype(np.float32)
    cover = _cover(u, v)
    lit, fit = _in_light(laid, part, cover, v, pose.half)
    used = share * fit
    if before is not None:
        used = before + max(-SLOWLY, min(SLOWLY, used - before))
    if used < FAINT:
        return frame, 0.0
    mask = (cover * np.float32(used))[..., None]
    result = frame.copy()
    result[y0:y1, x0:x1] = np.clip(part + (lit - part) * mask + 0.5, 0, 255).astype(np.uint8)
    return result, used


def _cover(u: Field, v: Field) -> Field:
    """Return where the rest is laid: on the lips and close around them, softly bounded."""
    across, down = u / np.float32(1.42), (v - np.float32(0.14)) / np.float32(1.16)
    part = np.clip((1 - np.sqrt(across * across + down * down)) / np.float32(0.34), 0, 1)
    return np.asarray(part * part * (3 - 2 * part), np.float32)


def _in_light(laid: Field, part: Field, cover: Field, v: Field, half: float) -> tuple[Field, float]:
    """Return the rest in the light around the mouth in the frame, and how well it fits (0 to 1)."""
    # Only the rim counts: inside it is the mouth itself, which is meant to differ.
    rim = np.asarray(cover * (1 - cover) * 4, np.float32) + np.float32(1e-3)
    sigma = max(1.0, 0.55 * half)
    weight = cv2.GaussianBlur(rim, (0, 0), sigma) + np.float32(1e-5)
    shift = cv2.GaussianBlur((part - laid) * rim[..., None], (0, 0), sigma) / weight[..., None]
    shift = np.clip(shift, -BRIGHTEST, BRIGHTEST)
    lit = laid + shift
    # Below the mouth the chin moves too; pores and grain are never the same.
    rim = rim * np.clip(1 - v, 0, 1)
    off = np.abs(cv2.GaussianBlur(part - lit, (0, 0), max(1.0, 0.09 * half))).mean(-1)
    wrong = float((off * rim).sum() / rim.sum())
    light = float((np.abs(shift).mean(-1) * rim).sum() / rim.sum())
    return lit, float(np.clip((MISFITS - wrong - 0.2 * light) / (MISFITS - FITS), 0, 1))
