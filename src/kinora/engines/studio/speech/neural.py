"""Speaks with the neural voices that an operator supplied, in Piper's form or in Kokoro's.

The phonemes come from espeak-ng, as those did that the voices learned from.
"""

import os
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, assert_never

import numpy as np
from numpy.typing import NDArray

from kinora.catalog.kokoro import KokoroVoice
from kinora.catalog.neural import NeuralVoice, find_voices
from kinora.catalog.piper import PiperVoice
from kinora.engines.studio.speech import kokoro, piper
from kinora.engines.studio.speech.asking import answer_of
from kinora.engines.studio.speech.spelling import Line
from kinora.ports.engine import CannotMake

Mono = NDArray[np.float32]
FOLDER = "SPEECH_VOICES"
"""Names the operator's folder of voices; the parent sets it."""

SPEAKER = (sys.executable, "-m", "kinora.engines.studio.speech.model")
PATIENCE = 120.0
THREADS = 2
PITCH_A_STEP = 2 ** (1 / 12)


@dataclass(frozen=True, slots=True)
class Uttered:
    """What a neural voice said: its rate, samples, and each phoneme's second if it told them."""

    rate: int
    mono: Mono
    phonemes: tuple[tuple[float, str], ...]


def voice_called(name: str) -> NeuralVoice | None:
    """Return a voice of the operator's by its id."""
    folder = os.environ.get(FOLDER, "")  # noqa: TID251 - what the parent told this process
    voices = find_voices(Path(folder)).voices if folder else ()
    return next((voice for voice in voices if voice.id == name), None)


def utter(text: str, voice: NeuralVoice, *, pace: float, steps: int, seed: int) -> Uttered:
    """Return a text spoken; raise CannotMake when the voice cannot."""
    # Played faster it is higher; made longer before, it is then as long as it was.
    higher = PITCH_A_STEP**steps
    lines, manner = _prepared(text, voice, speed=pace / higher)
    if not lines:
        raise CannotMake(f"the voice {voice.id} knows none of the sounds of this text")
    asked = {
        **manner,
        "model": str(voice.model),
        "lines": [line.ids for line in lines],
        "seed": seed % (1 << 31),
        "threads": THREADS,
    }
    reason = f"the voice {voice.id} cannot be used: its model does not run"
    told, samples = answer_of(SPEAKER, asked, patience=PATIENCE, reason=reason)
    mono = np.frombuffer(samples, np.float32)
    if not len(mono) or float(np.abs(mono).max()) < 1e-4:
        raise CannotMake(f"the voice {voice.id} made no sound of this text")
    phonemes = [
        (at / higher, sign)
        for line, times in zip(lines, told["times"], strict=True)
        for at, sign in line.timed(times)
    ]
    return Uttered(round(manner["rate"] * higher), mono, tuple(phonemes))


def _prepared(text: str, voice: NeuralVoice, *, speed: float) -> tuple[list[Line], dict[str, Any]]:
    """Return the lines of a text, and how the voice's model is to speak them."""
    match voice:
        case PiperVoice():
            return piper.lines(text, voice), piper.manner(voice, speed=speed)
        case KokoroVoice():
            return kokoro.lines(text, voice), kokoro.manner(voice, speed=speed)
        case _:
            assert_never(voice)
