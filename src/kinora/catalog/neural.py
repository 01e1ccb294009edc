"""An operator's own neural voices: a folder with models in Piper's and in Kokoro's form.

Only what is needed to list a voice and to speak with it is read here.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path

import msgspec

from kinora.catalog import kokoro, piper
from kinora.catalog.kokoro import KokoroVoice
from kinora.catalog.onnx import BadVoice, graph_inputs
from kinora.catalog.piper import PiperVoice

RUNTIME, SYNTHESISER = "onnxruntime", "espeakng_loader"
ENDING = ".onnx"
NAMED = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")

NeuralVoice = PiperVoice | KokoroVoice
"""One speaker of one model, under an id that callers send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Roster:
    """The voices of a folder, in the order of their ids; and the files that cannot be used."""

    voices: tuple[NeuralVoice, ...] = ()
    refused: Mapping[str, str] = field(default_factory=dict)


@cache
def find_voices(folder: Path) -> Roster:
    """Return what a folder holds; a file that cannot be used is named with its reason."""
    voices: list[NeuralVoice] = []
    refused: dict[str, str] = {}
    for model in sorted(folder.glob(f"*{ENDING}")):
        try:
            found, left_out = _voices(model)
        except (OSError, ValueError, msgspec.DecodeError) as error:
            refused[model.name] = str(error)
        else:
            voices += found
            refused |= left_out
    if not any(isinstance(voice, KokoroVoice) for voice in voices):
        lone = "is of use to no model in this folder"
        refused |= {archive.name: lone for archive in sorted(folder.glob(kokoro.ARCHIVES))}
    missing = next((name for name in (RUNTIME, SYNTHESISER) if find_spec(name) is None), "")
    if missing and voices:
        text = f'needs {missing}: pip install "kinora[voices]"'
        refused |= {voice.model.name: text for voice in voices}
        voices = []
    return Roster(voices=tuple(voices), refused=refused)


def _voices(model: Path) -> tuple[list[NeuralVoice], dict[str, str]]:
    """Return a model's speakers, and what is left out of the files beside it, and why."""
    name = model.name.removesuffix(ENDING)
    if not NAMED.fullmatch(name):
        raise BadVoice("has a name that no caller could send: letters, digits, '_', '-', '.'")
    inputs = graph_inputs(model)
    if piper.takes(inputs):
        return [*piper.voices_of(model, name=name, inputs=inputs)], {}
    if kokoro.takes(inputs):
        cast = kokoro.voices_of(model, name=name)
        return [*cast.voices], {cast.archive: cast.left_out} if cast.left_out else {}
    told = ", ".join(sorted(inputs)) or "none"
    raise BadVoice(f"is neither a Piper voice nor Kokoro: its inputs are {told}"[:300])
