"""A film that talks has its own sound below the speech when that is asked for."""

import numpy as np
import pytest

from kinora.domain.ids import AssetId
from kinora.domain.order import LipSync
from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.speech.speaking import BELOW, Spoken
from kinora.engines.studio.talking import _said
from kinora.ports.engine import Shape

SHAPE = Shape(width=64, height=64, frames=24, fps=12)


def tone(hertz: float, seconds: float) -> Waves:
    at = np.arange(round(seconds * RATE)) / RATE
    mono = 0.5 * np.sin(2 * np.pi * hertz * at) * (np.sin(2 * np.pi * 2 * at) > 0)
    return np.asarray(np.stack([mono, mono], -1), np.float32)


@pytest.mark.parametrize("phonemes", [(), ((0.0, "h"), (0.3, "a"))])
def test_the_films_own_sound_is_low_below_the_speech(
    phonemes: tuple[tuple[float, str], ...],
) -> None:
    spoken, own = Spoken(tone(300, 1.0), phonemes), tone(900, 2.0)
    alone, sound = _said(spoken, SHAPE, None), _said(spoken, SHAPE, own)
    assert np.array_equal(alone[0].values, sound[0].values)
    assert not alone[1][RATE + RATE // 100 :].any()
    assert np.allclose(sound[1][RATE:], own[RATE:] * BELOW, atol=1e-4)


def test_orders_that_are_kept_from_before_have_the_speech_alone() -> None:
    assert not LipSync(film=AssetId(1), audio=AssetId(2)).keep_sound
