"""Cars on the avenue: two boxes each, with lamps."""

import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.jit import F, inline
from kinora.engines.studio.scenes.blocks import FAR, FRONT, SKY, box, inverse

Field = NDArray[np.float32]
ROOFS = 0.046
"""How high cars are, in cells."""


@inline
def body(
    ox: float, oy: float, oz: float, ix: float, iy: float, iz: float, x: float, z: float
) -> tuple[float, int]:
    """Return where a ray meets a car: a body, and a cabin that is narrower and shorter."""
    t, face = box(
        ox, oy, oz, ix, iy, iz, x - F(0.032), x + F(0.032), F(0.026), z - F(0.078), z + F(0.078)
    )
    t2, face2 = box(
        ox, oy, oz, ix, iy, iz, x - F(0.026), x + F(0.026), F(ROOFS), z - F(0.042), z + F(0.046)
    )
    return (t2, face2) if t2 < t else (t, face)


@inline
def car_side(v: float, paint_: float) -> tuple[float, float, float]:
    """Return the light of a car's flank: paint below, glass above, a dark sill."""
    if v > F(0.60) and v < F(0.92):
        return F(0.035), F(0.045), F(0.06)
    shade = F(0.02) if v < F(0.16) else F(0.05) + F(0.06) * v
    return shade * (F(0.5) + paint_), shade * F(0.75), shade * (F(1.4) - paint_)


@inline
def car_end(u: float, v: float, heading: float, paint_: float) -> tuple[float, float, float]:
    """Return the light of a car's end with its two lamps."""
    r, g, b = car_side(v, paint_)
    side = min(abs(u - F(0.15)), abs(u - F(0.85)))
    if abs(v - F(0.40)) > F(0.09) or side > F(0.12):
        return r, g, b
    if heading < F(0):
        return F(4.2), F(3.8), F(3.0)
    return F(3.4), F(0.20), F(0.12)


@inline
def traffic(
    ox: float, oy: float, oz: float, dx: float, dy: float, dz: float, cars: Field
) -> tuple[float, float, float, float]:
    """Return the nearest car on a ray: distance and light. `cars` rows: x, z, heading, paint."""
    best, r, g, b = F(FAR), F(0), F(0), F(0)
    # Whoever looks up from above the roofs, or steeply up from the road, sees no car.
    if dy > F(0.5) or (dy > F(0) and oy > F(ROOFS)):
        return best, r, g, b
    ix, iy, iz = inverse(dx), inverse(dy), inverse(dz)
    # Between which z is the ray as low as a car?
    a, b_ = oz + dz * max(F(0), (F(ROOFS) - oy) * iy), oz - dz * oy * iy
    a, b_ = (oz, a) if dy > F(0) else (a, b_)
    low, high = min(a, b_) - F(0.08), max(a, b_) + F(0.08)
    for n in range(cars.shape[0]):
        if cars[n, 1] < low or cars[n, 1] > high:
            continue
        t, face = body(ox, oy, oz, ix, iy, iz, cars[n, 0], cars[n, 1])
        if face == SKY or t >= best:
            continue
        best = t
        u, v = (ox + dx * t - cars[n, 0]) * F(1 / 0.064) + F(0.5), (oy + dy * t) * F(1 / ROOFS)
        r, g, b = car_side(v, cars[n, 3])
        if face == FRONT and v < F(0.58):
            r, g, b = car_end(u, v, cars[n, 2], cars[n, 3])
    return best, r, g, b
