"""Writes a text as Piper's voices learned to read (VITS).

Kim, Kong and Son, "Conditional Variational Autoencoder with Adversarial Learning for End-to-End
Text-to-Speech", 2021.
"""

import unicodedata
from typing import Any

from kinora.catalog.piper import BEGIN, END, PAD, PiperVoice
from kinora.engines.studio.speech.spelling import Line, sentences

PAUSE = 0.2
"""Seconds between two sentences."""


def lines(text: str, voice: PiperVoice) -> list[Line]:
    """Return a text's sentences, without those that have no sound the voice knows."""
    spelled = sentences(text, language=voice.language, voice=voice.id)
    written = (_line(" ".join(clauses), voice) for clauses in spelled)
    return [line for line in written if line.ids]


def manner(voice: PiperVoice, *, speed: float) -> dict[str, Any]:
    """Return how the model is to speak."""
    noise, length, uneven = voice.scales
    return {
        "kind": "piper",
        "scales": [noise, length / speed, uneven],
        "speaker": voice.speaker,
        "rate": voice.rate,
        "hop": voice.hop,
        "pause": PAUSE,
    }


def _line(spelled: str, voice: PiperVoice) -> Line:
    """Return a sentence as the voices learned it: a pad between any two signs."""
    ids = [*voice.ids[BEGIN], *voice.ids[PAD]]
    signs = [""] * len(ids)
    known = False
    for sign in unicodedata.normalize("NFD", spelled):
        numbers = voice.ids.get(sign)
        if numbers is None:
            continue
        known = known or sign.isalpha()
        pads = voice.ids[PAD]
        ids += [*numbers, *pads]
        signs += [sign, *[""] * (len(numbers) - 1 + len(pads))]
    ends = voice.ids[END]
    return Line(ids + ends, signs + [""] * len(ends)) if known else Line([], [])
