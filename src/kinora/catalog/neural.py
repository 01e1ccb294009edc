"""An operator's own neural voices: Piper's pairs of `NAME.onnx` and `NAME.onnx.json` in a folder.

Only what is needed to list a voice and to speak with it is read here; of the model itself only the
names of its inputs, which also finds files that were cut off or are something else.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO

import msgspec

RUNTIME, SYNTHESISER = "onnxruntime", "espeakng_loader"
ENDING = ".onnx"
NAMED = re.compile(r"(?=.*[A-Za-z])[A-Za-z0-9][A-Za-z0-9_.-]{0,59}")
MOST_SPEAKERS = 100
"""Speakers of one model that are listed; some have a thousand."""

NEEDED, ALLOWED = {"input", "input_lengths", "scales"}, {"input", "input_lengths", "scales", "sid"}
PAD, BEGIN, END = "_", "^", "$"
GRAPH, INPUT, INITIALISER, NAME = 7, 11, 5, 1
"""Numbers of fields in ONNX's ModelProto, GraphProto and ValueInfoProto."""

VARINT, EIGHT, LONG, FOUR = 0, 1, 2, 5
"""How Protocol Buffers write a field."""


class BadVoice(ValueError):
    """A voice cannot be used; the text says why."""


class _Audio(msgspec.Struct, frozen=True):
    sample_rate: int = 22050


class _Espeak(msgspec.Struct, frozen=True):
    voice: str = "en-us"


class _Inference(msgspec.Struct, frozen=True):
    noise_scale: float = 0.667
    length_scale: float = 1.0
    noise_w: float = 0.8


class _Language(msgspec.Struct, frozen=True):
    name_english: str = ""


class _Config(msgspec.Struct, frozen=True):
    """What Piper writes beside a model, so far as it is used here."""

    phoneme_id_map: dict[str, list[int]]
    audio: _Audio = _Audio()
    espeak: _Espeak = _Espeak()
    inference: _Inference = _Inference()
    language: _Language = _Language()
    phoneme_type: str = "espeak"
    speaker_id_map: dict[str, int] = {}
    dataset: str = ""
    hop_length: int = 256


@dataclass(frozen=True, slots=True, kw_only=True)
class NeuralVoice:
    """One speaker of a model; `language` is the synthesiser's name of what it speaks.

    `scales` are the model's noise, length and noise of lengths; `ids` are its numbers for each
    sign of a phoneme; `hop` is how many samples a step of its own timing lasts.
    """

    id: str
    name: str
    model: Path
    language: str
    rate: int
    scales: tuple[float, float, float]
    ids: Mapping[str, list[int]]
    hop: int = 256
    speaker: int | None = None


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
            voices.extend(_voices(model))
        except (OSError, ValueError, msgspec.DecodeError) as error:
            refused[model.name] = str(error)
    missing = next((name for name in (RUNTIME, SYNTHESISER) if find_spec(name) is None), "")
    if missing and voices:
        text = f'needs {missing}: pip install "kinora[voices]"'
        refused |= {voice.model.name: text for voice in voices}
        voices = []
    return Roster(voices=tuple(voices), refused=refused)


def _voices(model: Path) -> Iterator[NeuralVoice]:
    config = _config(model)
    inputs = graph_inputs(model)
    if not inputs >= NEEDED or inputs - ALLOWED:
        raise BadVoice(f"is no Piper voice: its inputs are {', '.join(sorted(inputs)) or 'none'}")
    name = model.name.removesuffix(ENDING)
    shown = (config.dataset or name).replace("_", " ").title()
    shown += f" ({config.language.name_english or config.espeak.voice})"
    speakers = sorted(config.speaker_id_map.items(), key=lambda each: each[1])[:MOST_SPEAKERS]
    if "sid" not in inputs or len(speakers) < 2:  # noqa: PLR2004 - one speaker needs no number
        yield _voice(name, shown, model, config, speaker=0 if "sid" in inputs else None)
        return
    for called, number in speakers:
        yield _voice(f"{name}#{number}", f"{shown}, {called}", model, config, speaker=number)


def _voice(
    voice_id: str, name: str, model: Path, config: _Config, *, speaker: int | None
) -> NeuralVoice:
    how = config.inference
    return NeuralVoice(
        id=voice_id,
        name=name[:80],
        model=model,
        language=config.espeak.voice,
        rate=config.audio.sample_rate,
        scales=(how.noise_scale, how.length_scale, how.noise_w),
        ids=config.phoneme_id_map,
        hop=config.hop_length,
        speaker=speaker,
    )


def _config(model: Path) -> _Config:
    if not NAMED.fullmatch(model.name.removesuffix(ENDING)):
        raise BadVoice("has a name that no caller could send: letters, digits, '_', '-', '.'")
    beside = model.with_name(model.name + ".json")
    try:
        config = msgspec.json.decode(beside.read_bytes(), type=_Config)
    except FileNotFoundError:
        raise BadVoice(f"has no {beside.name} beside it") from None
    except msgspec.DecodeError as error:
        raise BadVoice(f"has a {beside.name} that cannot be read: {error}") from None
    if config.phoneme_type != "espeak":
        raise BadVoice(f"wants phonemes of the kind {config.phoneme_type[:20]!r}, not espeak")
    if not config.phoneme_id_map.keys() >= {PAD, BEGIN, END}:
        raise BadVoice("has a phoneme_id_map without '_', '^' and '$'")
    if not 8000 <= config.audio.sample_rate <= 48_000:  # noqa: PLR2004 - rates of speech
        raise BadVoice("has a sample rate that no voice has")
    return config


def graph_inputs(model: Path) -> set[str]:
    """Return the names of an ONNX model's inputs; raise BadVoice for what is none, or cut off."""
    with model.open("rb") as body:
        size = model.stat().st_size
        graph = next((span for number, span in _fields(body, 0, size) if number == GRAPH), None)
        if graph is None:
            raise BadVoice("is no ONNX model")
        found: dict[int, set[str]] = {INPUT: set(), INITIALISER: set()}
        for number, (start, end) in list(_fields(body, *graph)):
            if number in found:
                found[number].add(_named(body, start, end, number))
        # Old models list their weights among their inputs.
        return found[INPUT] - found[INITIALISER]


def _named(body: BinaryIO, start: int, end: int, kind: int) -> str:
    wanted = NAME if kind == INPUT else 8
    for number, (begin, stop) in _fields(body, start, end):
        if number == wanted:
            body.seek(begin)
            return body.read(min(stop - begin, 200)).decode("utf-8", "replace")
    return ""


def _fields(body: BinaryIO, start: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the number and the place of each long field between two places of a file."""
    at = start
    while at < end:
        body.seek(at)
        number, kind = divmod(_varint(body), 8)
        if kind == VARINT:
            _varint(body)
            at = body.tell()
        elif kind in (EIGHT, FOUR):
            at = body.tell() + (8 if kind == EIGHT else 4)
        elif kind == LONG:
            length = _varint(body)
            at = body.tell() + length
            if at > end:
                raise BadVoice("is cut off, or is no ONNX model")
            yield number, (at - length, at)
        else:
            raise BadVoice("is no ONNX model")


def _varint(body: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = body.read(1)
        if not byte:
            break
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:  # noqa: PLR2004 - the last byte has no top bit
            return value
    raise BadVoice("is cut off, or is no ONNX model")
