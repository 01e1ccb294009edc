"""Piper's voices: pairs of `NAME.onnx` and `NAME.onnx.json`."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import msgspec

from kinora.catalog.onnx import BadVoice

MOST_SPEAKERS = 100
"""Speakers of one model that are listed; some have a thousand."""

NEEDED, ALLOWED = {"input", "input_lengths", "scales"}, {"input", "input_lengths", "scales", "sid"}
PAD, BEGIN, END = "_", "^", "$"


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
class PiperVoice:
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


def takes(inputs: set[str]) -> bool:
    """Tell whether a model with these inputs is in Piper's form."""
    return inputs >= NEEDED and not inputs - ALLOWED


def voices_of(model: Path, *, name: str, inputs: set[str]) -> Iterator[PiperVoice]:
    """Yield the speakers of a model; raise BadVoice."""
    config = _config(model)
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
) -> PiperVoice:
    how = config.inference
    return PiperVoice(
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
