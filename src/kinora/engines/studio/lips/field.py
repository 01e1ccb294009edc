"""How skin and lips move when a mouth opens: a smooth field around it, cut along its edges.

All lengths are in half widths of the mouth, from the middle between its corners, along and across
the line between them (u to the right, v down).
"""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.lips.opening import Opening

Field = NDArray[np.float32]

LEFT, ABOVE, BELOW = 2.35, 1.3, 3.3
"""How far around the mouth anything moves."""

CHIN, NECK = 1.7, 3.3
"""Down to where skin moves with the jaw, and where it no longer moves at all."""

PLUMP = 0.38
"""How far from the edges lips become thicker when they are put forward."""


def moved(u: Field, v: Field, opening: Opening) -> tuple[Field, Field]:
    """Return from where each place of the frame (u, v) comes when a mouth opens."""
    square = u * u
    fourth = square * square
    spread = np.exp(-fourth / np.float32(1.32**4) - ((v - 0.1) / np.float32(0.65)) ** 2)
    from_u = u / (1 + np.float32(opening.half - 1) * spread)
    own_upper, own_lower = opening.own_edges(from_u)
    upper, lower = opening.edges(u)
    above, below = np.maximum(upper - v, 0), np.maximum(v - lower, 0)
    bow = np.maximum(1 - square / np.float32(opening.half**2), 0)
    raised = upper - own_upper + np.float32(opening.hidden_above) * bow
    lift = raised * np.exp(-((above / np.float32(0.5)) ** 2))
    jaw = np.float32(opening.jaw) * np.exp(-fourth / np.float32(1.65**4)) * _fading(v)
    rest = lower - own_lower - np.float32(opening.hidden_below) * bow - jaw
    # Beside the corners the skin is stretched between the cheek, which stays, and the jaw.
    reach = np.float32(0.42) + np.float32(0.5) * np.clip(np.abs(u) - 0.6, 0, 0.8)
    fall = jaw + rest * np.exp(-((below / reach) ** 2))
    # Lips that are put forward look thicker: skin near the edges is drawn out.
    thicker = np.float32(opening.pout / (1 + opening.pout)) * np.exp(-fourth)
    lift = lift - above * thicker * np.exp(-((above / np.float32(PLUMP)) ** 2))
    fall = fall + below * thicker * np.exp(-((below / np.float32(PLUMP)) ** 2))
    lower_side = v > (upper + lower) / 2
    from_v = np.where(lower_side, v - fall, v - lift)
    return from_u.astype(np.float32), from_v.astype(np.float32)


def _fading(v: Field) -> Field:
    """Return 1 down to the chin, then ever less, and 0 on the neck."""
    part = np.clip((np.float32(NECK) - v) / np.float32(NECK - CHIN), 0, 1)
    return part * part * (3 - 2 * part)
