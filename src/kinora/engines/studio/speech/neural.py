"""Speaks with the neural voices that an operator supplied (VITS, in Piper's form).

Kim, Kong and Son, "Conditional Variational Autoencoder with Adversarial Learning for End-to-End
Text-to-Speech", 2021. The phonemes come from espeak-ng, as those did that the voices learned from.
"""

import os
import re
import sys
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from kinora.catalog.neural import BEGIN, END, PAD, NeuralVoice, find_voices
from kinora.engines.studio.speech.asking import answer_of
from kinora.ports.engine import CannotMake

Mono = NDArray[np.float32]
FOLDER = "SPEECH_VOICES"
"""Names the operator's folder of voices; the parent sets it."""

SPELLER = (sys.executable, "-m", "kinora.engines.studio.speech.worker")
SPEAKER = (sys.executable, "-m", "kinora.engines.studio.speech.vits")
PATIENCE = 120.0
THREADS = 2
PITCH_A_STEP = 2 ** (1 / 12)
SWITCH = re.compile(r"\([a-z-]+\)")
"""What the synthesiser writes where it goes over to another language."""

STRESS = "\u02c8"
SENTENCE = ".?!"
STOPS = {
    **dict.fromkeys(".\u3002\u2026", "."),
    **dict.fromkeys("?\uff1f\u061f", "?"),
    **dict.fromkeys("!\uff01", "!"),
    **dict.fromkeys(",\uff0c\u3001\u060c", ","),
    **dict.fromkeys(";\uff1b", ";"),
    **dict.fromkeys(":\uff1a", ":"),
}
"""How the voices learned the stops of a sentence, by how they are written."""
AT_END = re.compile(rf"([{''.join(map(re.escape, STOPS))}])\W*\w?$")


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
    sentences = [sentence for sentence in _sentences(text, voice) if sentence.ids]
    if not sentences:
        raise CannotMake(f"the voice {voice.id} knows none of the sounds of this text")
    noise, length, uneven = voice.scales
    # Played faster it is higher; made longer before, it is then as long as it was.
    higher = PITCH_A_STEP**steps
    asked = {
        "model": str(voice.model),
        "sentences": [sentence.ids for sentence in sentences],
        "scales": [noise, length * higher / pace, uneven],
        "speaker": voice.speaker,
        "seed": seed % (1 << 31),
        "rate": voice.rate,
        "hop": voice.hop,
        "threads": THREADS,
    }
    reason = f"the voice {voice.id} cannot be used: its model does not run"
    told, samples = answer_of(SPEAKER, asked, patience=PATIENCE, reason=reason)
    mono = np.frombuffer(samples, np.float32)
    if not len(mono) or float(np.abs(mono).max()) < 1e-4:
        raise CannotMake(f"the voice {voice.id} made no sound of this text")
    phonemes = [
        (at / higher, sign)
        for sentence, times in zip(sentences, told["times"], strict=True)
        for at, sign in sentence.timed(times)
    ]
    return Uttered(round(voice.rate * higher), mono, tuple(phonemes))


@dataclass(frozen=True, slots=True)
class _Sentence:
    """The model's numbers for a sentence, and the sign that each stands for."""

    ids: list[int]
    signs: list[str]

    def timed(self, times: Sequence[float]) -> Iterator[tuple[float, str]]:
        """Yield each sound with the second when it begins; a stress goes with what it stresses."""
        waiting = ""
        for at, sign in zip(times, self.signs, strict=False):
            if sign == STRESS:
                waiting = sign
            elif unicodedata.category(sign or " ") in ("Ll", "Lu", "Lo"):
                yield at, waiting + sign
                waiting = ""
            elif sign.strip() and sign in STOPS:
                yield at, ""


def _sentences(text: str, voice: NeuralVoice) -> Iterator[_Sentence]:
    asked = {"text": text, "voice": voice.language, "spell": True}
    reason = f"the voice {voice.id} speaks {voice.language}, which the synthesiser cannot spell"
    told, _ = answer_of(SPELLER, asked, patience=PATIENCE, reason=reason)
    spelled = ""
    for clause, written in told["clauses"]:
        stop = _stop(written)
        spelled += SWITCH.sub("", clause) + stop
        if stop and stop in SENTENCE:
            yield _numbered(spelled, voice)
            spelled = ""
        else:
            spelled += " "
    if spelled.strip():
        yield _numbered(spelled.strip() + ".", voice)


def _stop(written: str) -> str:
    """Return the stop at a clause's end, after which quotes, brackets and spaces may come.

    The synthesiser has looked one letter ahead, so that may be there, too.
    """
    found = AT_END.search(written)
    return STOPS[found[1]] if found else ""


def _numbered(spelled: str, voice: NeuralVoice) -> _Sentence:
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
    return _Sentence(ids + ends, signs + [""] * len(ends)) if known else _Sentence([], [])
