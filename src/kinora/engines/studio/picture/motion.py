"""Dense optical flow (DIS: Kroeger et al., ECCV 2016) that bears pictures of any size."""

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Field = NDArray[np.float32]
SHORTEST = 48
SLIMMEST = 6
"""OpenCV's pyramid is made for the width, and reads beyond pictures that are much less high."""


class Flow:
    """Finds how one grey picture became another; keeps its buffers between pictures."""

    def __init__(self, preset: int = cv2.DISOPTICAL_FLOW_PRESET_MEDIUM) -> None:
        """Take one of OpenCV's presets."""
        self._finder = cv2.DISOpticalFlow_create(preset)

    def between(self, here: Grey, there: Grey) -> Field:
        """Return for each pixel of `here` (height x width x 2) how far away it is in `there`."""
        height, width = here.shape
        least = max(SHORTEST, max(height, width) // SLIMMEST)
        below, beside = max(0, least - height), max(0, least - width)
        if below or beside:
            here, there = (_padded(each, below, beside) for each in (here, there))
        flow = self._finder.calc(here, there, None)
        return np.asarray(flow[:height, :width], np.float32)


def _padded(picture: Grey, below: int, beside: int) -> Grey:
    padded = cv2.copyMakeBorder(picture, 0, below, 0, beside, cv2.BORDER_REFLECT)
    return np.asarray(padded, np.uint8)
