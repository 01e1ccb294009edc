"""Turns words into speech: fourteen speakers, the language by the script and by small words."""

import re
import sys
import tomllib
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from importlib.util import find_spec

import numpy as np
from numpy.typing import NDArray
from scipy import signal

from kinora.catalog.neural import NeuralVoice
from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.sound.score import master
from kinora.engines.studio.speech.asking import answer_of
from kinora.engines.studio.speech.likeness import Likeness, coloured, likeness_of
from kinora.engines.studio.speech.neural import utter, voice_called
from kinora.ports.engine import CannotMake

Mono = NDArray[np.float32]
AUTO = "auto"
LIBRARY = "espeakng_loader"
WORKER = (sys.executable, "-m", "kinora.engines.studio.speech.worker")
PATIENCE = 20.0
BELOW = 0.28
"""How loud other sounds are below speech."""

BETWEEN = 160.0
"""Hertz between the voices of most men and most women."""

TRIES = 5
SAMPLE = 80
NEAR = 0.05
"""Octaves within which a voice is as high as another."""

LONGEST = 2000
"""Characters that are spoken at most."""

SLOWEST, FASTEST, HIGHEST = 80, 450, 99
PITCH_A_STEP = 4
"""By how much the synthesiser's pitch rises for a semitone, about."""

NOT_INSTALLED = (
    'speech needs the extra "speech": pip install "kinora[speech]" on the server, then try again'
)
NAMES = {"en": "en-us", "zh": "cmn", "no": "nb"}
"""The synthesiser's names of languages whose codes are others."""

SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("cmn", re.compile(r"[\u3400-\u9fff]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
)
SMALL_WORDS = {
    "en-us": "the and is you to of in it that for with are this have hello",
    "es": "el la los las de que y en un una por con hola para no está cómo muy gracias buenos",
    "fr": "le la les des et est une dans que pour vous je bonjour avec pas ce merci tout monde",
    "de": "der die das und ist ein eine nicht ich du mit für guten hallo wir wie geht es dir",
    "it": "il lo gli che di e un una per con sono ciao non è questo",
    "pt": "o os as que de e um uma para com não é olá você isto",
}
LETTERS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Voice:
    """A speaker: see voices.toml."""

    name: str
    variant: str
    pitch: int
    range: int
    rate: int
    bright: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How somebody speaks: `pace` times as fast as usual, `steps` semitones higher.

    `language` is a code such as `de`, empty for what the words seem to be.
    """

    pace: float = 1.0
    steps: int = 0
    language: str = ""

    def of(self, voice: Voice) -> Voice:
        """Return a voice that speaks so, as far as the synthesiser can."""
        rate = min(FASTEST, max(SLOWEST, round(voice.rate * self.pace)))
        pitch = min(HIGHEST, max(0, voice.pitch + PITCH_A_STEP * self.steps))
        return replace(voice, rate=rate, pitch=pitch)


PLAIN = Manner()


@dataclass(frozen=True, slots=True)
class Spoken:
    """Speech: stereo waves at 48 kHz, and each phoneme (IPA) with the second when it begins.

    Some neural voices do not tell their phonemes' times: then there are none.
    """

    waves: Waves
    phonemes: tuple[tuple[float, str], ...]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return len(self.waves) / RATE


@cache
def voices() -> dict[str, Voice]:
    """Return the speakers by their ids."""
    text = (files("kinora.engines.studio.speech") / "voices.toml").read_text("utf-8")
    return {number: Voice(**told) for number, told in tomllib.loads(text)["voices"].items()}


def available() -> bool:
    """Tell whether the synthesiser is installed."""
    return find_spec(LIBRARY) is not None


def speak(
    text: str,
    *,
    voice: str,
    seed: int,
    like: Likeness | None = None,
    manner: Manner = PLAIN,
    worker: tuple[str, ...] = WORKER,
) -> Spoken:
    """Return a text spoken; `voice` is a speaker's id, or `auto`, which the seed chooses.

    With `like` it is spoken as nearly as can be in that voice. Raises CannotMake when the
    synthesiser is not installed, or nothing could be spoken.
    """
    if not available():
        raise CannotMake(NOT_INSTALLED)
    operators = voice_called(voice) if like is None else None
    if operators is not None:
        return _neural(text, operators, manner, seed)
    spoken = _sayable(text)
    chosen = _chosen(voice, seed) if like is None else _nearest(like, spoken, worker)
    rate, phonemes, mono = _said(spoken, manner.of(chosen), seed, worker, manner.language)
    begin, end = _heard(mono, rate)
    loud = _voiced(mono[begin:end], rate, chosen)
    own = likeness_of(np.stack([loud, loud], -1)) if like is not None else None
    if own is not None and like is not None:
        loud = coloured(loud, own, like)
    times = tuple(
        (max(0.0, at / 1000 - begin / rate), name)
        for at, name in phonemes
        if at * rate / 1000 < end
    )
    return Spoken(master(np.stack([loud, loud], -1)), times)


def _sayable(text: str) -> str:
    said = "".join(letter if letter.isprintable() else " " for letter in text)[:LONGEST].strip()
    if not any(letter.isalnum() for letter in said):
        raise CannotMake("there is nothing to say in lip_sync_tts_content")
    return said


def _neural(text: str, voice: NeuralVoice, manner: Manner, seed: int) -> Spoken:
    """Return a text spoken by a voice of the operator's, which speaks one language."""
    said = _sayable(text)
    script = next((name for name, script in SCRIPTS if script.search(said)), "")
    if script and script != NAMES.get(voice.language, voice.language).partition("-")[0]:
        raise CannotMake(
            f"the voice {voice.id} speaks {voice.language} only; choose another for this text"
        )
    made = utter(said, voice, pace=manner.pace, steps=manner.steps, seed=seed)
    begin, end = _heard(made.mono, made.rate)
    loud = signal.resample_poly(made.mono[begin:end], RATE, made.rate).astype(np.float32)
    times = tuple(
        (max(0.0, at - begin / made.rate), name)
        for at, name in made.phonemes
        if at * made.rate < end
    )
    return Spoken(master(np.stack([loud, loud], -1)), times)


def over(spoken: Spoken, effects: Waves | None, *, seconds: float) -> Waves:
    """Return `seconds` of speech, other sounds low below it; what is longer is cut softly."""
    wanted = round(seconds * RATE)
    voice = np.zeros((wanted, 2), np.float32)
    kept = spoken.waves[:wanted].copy()
    fade = min(len(kept), RATE // 20)
    if len(spoken.waves) > wanted:
        kept[len(kept) - fade :] *= np.linspace(1, 0, fade, dtype=np.float32)[:, None]
    voice[: len(kept)] = kept
    if effects is None:
        return voice
    return np.asarray(np.clip(voice * 0.9 + effects * BELOW, -1, 1), np.float32)


def language_of(text: str) -> str:
    """Return the synthesiser's name of a text's language."""
    for language, script in SCRIPTS:
        if script.search(text):
            return language
    words = set(LETTERS.findall(text.lower()))
    counts = {name: len(words & set(small.split())) for name, small in SMALL_WORDS.items()}
    best = max(counts, key=lambda name: counts[name])
    return best if counts[best] else "en-us"


def _chosen(voice: str, seed: int) -> Voice:
    table = voices()
    if voice in table:
        return table[voice]
    if voice != AUTO:
        raise CannotMake(f"the voice {voice} is not there any more")
    return table[sorted(table, key=int)[seed % len(table)]]


def _nearest(like: Likeness, text: str, worker: tuple[str, ...]) -> Voice:
    """Return the voice of the synthesiser that speaks a text most nearly as high as another."""
    variant = "f2" if like.pitch > BETWEEN else "m3"
    lively = int(np.clip(like.spread * 9, 10, 90))
    voice = Voice("own", variant, 50, lively, 152, 0.0)
    low, high = 0, 99
    for _ in range(TRIES):
        rate, _, mono = _said(text[:SAMPLE], voice, 1, worker)
        even = signal.resample_poly(mono, RATE, rate).astype(np.float32)
        own = likeness_of(np.stack([even, even], -1))
        if own is None or abs(np.log2(own.pitch / like.pitch)) < NEAR:
            break
        low, high = (low, voice.pitch) if own.pitch > like.pitch else (voice.pitch, high)
        voice = replace(voice, pitch=(low + high) // 2)
    return voice


def _said(
    text: str, voice: Voice, seed: int, worker: tuple[str, ...], language: str = ""
) -> tuple[int, list[tuple[int, str]], Mono]:
    language = NAMES.get(language, language) or language_of(text)
    asked = {
        "text": text,
        "voice": f"{language}+{voice.variant}",
        "rate": voice.rate,
        "pitch": voice.pitch,
        "range": voice.range,
        "seed": seed % (1 << 31),
    }
    reason = "the text could not be spoken"
    told, samples = answer_of(worker, asked, patience=PATIENCE, reason=reason)
    mono = np.frombuffer(samples, np.int16).astype(np.float32) / np.float32(32768)
    if not len(mono):
        raise CannotMake("the text could not be spoken: no voice for its language is installed")
    phonemes = [(int(at), str(name)) for at, name in told["phonemes"]]
    return int(told["rate"]), phonemes, np.asarray(mono, np.float32)


def _heard(mono: Mono, rate: int) -> tuple[int, int]:
    """Return the samples between which something is heard, with a little air around."""
    loud = np.where(np.abs(mono) > 0.01)[0]
    if not len(loud):
        return 0, len(mono)
    air = rate // 20
    return max(0, int(loud[0]) - air), min(len(mono), int(loud[-1]) + 3 * air)


def _voiced(mono: Mono, rate: int, voice: Voice) -> Mono:
    """Return speech at 48 kHz as its speaker sounds: brighter or darker, in a small room."""
    whole = signal.resample_poly(mono, RATE, rate).astype(np.float32)
    split = signal.butter(2, 2000, "high", fs=RATE, output="sos")
    high = signal.sosfilt(split, whole)
    shaped = whole + high * (10 ** (voice.bright / 20) - 1)
    for delay, level in ((0.011, 0.10), (0.023, 0.06), (0.037, 0.035)):
        late = round(delay * RATE)
        shaped[late:] = shaped[late:] + whole[: len(whole) - late] * level
    return np.asarray(shaped, np.float32)
