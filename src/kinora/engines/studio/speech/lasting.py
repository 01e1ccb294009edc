"""Makes speech longer or shorter at the same pitch, for models that know only whole speeds.

Verhelst and Roelands, "An overlap-add technique based on waveform similarity (WSOLA)", 1993.
"""

import numpy as np
from numpy.typing import NDArray

Mono = NDArray[np.float32]
FRAME, SEARCH = 1024, 256
HOP = FRAME // 2
NEAR = 0.01


def lasting(mono: Mono, *, times: float) -> Mono:
    """Return a sound that lasts `times` as long."""
    if abs(times - 1) < NEAR or not len(mono):
        return mono
    count = max(1, round(len(mono) * times / HOP))
    given = np.pad(mono, (HOP, 2 * FRAME + 2 * SEARCH))
    window = np.hanning(FRAME + 1)[:-1].astype(np.float32)
    made = np.zeros((count + 2) * HOP, np.float32)
    place = 0
    for number in range(count + 1):
        if number:
            begin = max(0, round(number * HOP / times) - SEARCH)
            # What goes on most like what would have followed by itself.
            area = given[begin : begin + FRAME + 2 * SEARCH]
            follows = given[place + HOP : place + HOP + FRAME]
            place = begin + int(np.argmax(np.correlate(area, follows, "valid")))
        made[number * HOP : number * HOP + FRAME] += window * given[place : place + FRAME]
    return made[HOP : HOP + round(len(mono) * times)]
