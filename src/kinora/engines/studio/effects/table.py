"""What an effect is played on: the picture, its subject, and what lies behind it."""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.engines.studio.kernels.noise import fbm_map
from kinora.engines.studio.picture.fill import fill_behind
from kinora.engines.studio.picture.load import unit
from kinora.engines.studio.picture.subject import CONFIDENT, find_subject
from kinora.engines.studio.picture.warping import Grid, grid
from kinora.engines.studio.reel import Picture

Field = NDArray[np.float32]
Layer = NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Table:
    """`picture` RGB, `matte` 0..1, `front` RGBA, `behind` RGB; noise 0..1, coarse and fine."""

    picture: Picture
    matte: Field
    front: Layer
    behind: Picture
    box: tuple[float, float, float, float]
    centre: tuple[float, float]
    places: Grid
    coarse: Field
    fine: Field
    seed: int

    @property
    def width(self) -> int:
        """Pixels across."""
        return int(self.picture.shape[1])

    @property
    def height(self) -> int:
        """Pixels down."""
        return int(self.picture.shape[0])


def lay_out(picture: Picture, *, seed: int) -> Table:
    """Take a picture apart; without a sure subject, a soft oval in the middle serves as one."""
    height, width = picture.shape[:2]
    subject = find_subject(picture)
    matte = subject.matte
    places = grid(width, height)
    if subject.confidence < CONFIDENT or not 0.02 < float(matte.mean()) < 0.8:
        away = np.hypot((places.x / width - 0.5) / 0.30, (places.y / height - 0.52) / 0.40)
        matte = np.clip((1.06 - away) / 0.12, 0, 1).astype(np.float32)
    ys, xs = np.where(matte > 0.5)
    box = float(xs.min()), float(ys.min()), float(xs.max()), float(ys.max())
    side = max(64, min(512, max(width, height)))
    return Table(
        picture=picture,
        matte=matte,
        front=np.dstack([picture, (matte * 255).astype(np.uint8)]),
        behind=fill_behind(picture, matte),
        box=box,
        centre=(float(xs.mean()), float(ys.mean())),
        places=places,
        coarse=_noise(side, 9, seed, width, height),
        fine=_noise(side, 60, seed + 5, width, height),
        seed=seed,
    )


def _noise(side: int, scale: float, seed: int, width: int, height: int) -> Field:
    field = unit(fbm_map(side, scale, seed % 9973, 5))
    return np.asarray(cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC), np.float32)
