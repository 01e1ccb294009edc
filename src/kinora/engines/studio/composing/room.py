"""Makes music and speech as sounds of their own: from an ask to an MP3."""

import re
from collections.abc import Generator, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from kinora.domain.order import MakeMusic, SaySomething
from kinora.domain.wishes import Speech
from kinora.engines.studio.composing.brief import Brief, brief_of
from kinora.engines.studio.composing.form import Bar, Section, bars_of, form_of, sung_form
from kinora.engines.studio.composing.mixing import Mixer
from kinora.engines.studio.composing.notes import Sung, line_tune, phrase, third_above
from kinora.engines.studio.composing.parts import Band, Sound
from kinora.engines.studio.composing.pressing import Tape, pressed, write_mp3
from kinora.engines.studio.composing.seeing import feeling_of
from kinora.engines.studio.composing.singing import sing, syllables
from kinora.engines.studio.composing.tones import forget_tones
from kinora.engines.studio.composing.verses import own_verses, stanzas_of
from kinora.engines.studio.reel import RATE, Waves
from kinora.engines.studio.speech.said import said
from kinora.engines.studio.speech.speaking import Manner, available, speak
from kinora.ports.engine import CannotMake, Progress, Spec

BESIDE = 0.015
"""Seconds by which a second voice is late."""

MADE = 0.7
"""How much is done when all is played and only the file is to be written."""

NEARLY = 0.98

WOMEN, MEN = ("10", "8", "1"), ("11", "4", "2")
HIGH_VOICE, LOW_VOICE = 58, 46
BY_MAN = re.compile(r"\b(male|man|men|baritone|tenor|boy)\b", re.IGNORECASE)
BY_WOMAN = re.compile(r"\b(female|woman|women|soprano|girl)\b", re.IGNORECASE)
PART = 900
"""Characters that are spoken in one breath of the synthesiser."""

BETWEEN = 0.28
"""Seconds between two parts of a speech."""

ENDS = re.compile(r"(?<=[.!?;。!?;])\s*|\n+")


@dataclass(frozen=True, slots=True)
class Made:
    """A finished file, and how many seconds it has."""

    path: Path
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Singer:
    """Who sings: a speaker of voices.toml, and the lowest note of their tunes."""

    speaker: str
    lowest: int


def compose(ask: MakeMusic, spec: Spec) -> Generator[Progress, None, Made]:
    """Make music."""
    feeling = feeling_of([spec.inputs[image] for image in ask.images])
    brief = brief_of(ask.words, seed=spec.seed, feeling=feeling)
    seconds = spec.shape.seconds
    sections = _sections(ask, brief, seconds=seconds)
    bars = bars_of(sections, brief, seconds=seconds, seed=spec.seed)
    path = spec.folder / "music.mp3"
    with TemporaryDirectory(dir=spec.folder) as aside, closing(Tape(Path(aside) / "mix")) as tape:
        yield from _play(tape, brief, sections, bars, spec)
        forget_tones()
        tape.close()
        with closing(write_mp3(path, pressed(tape), title="Music")) as writing:
            for count in writing:
                yield Progress(done=MADE + (NEARLY - MADE) * count / tape.samples)
    return Made(path, tape.samples / RATE)


def recite(ask: SaySomething, spec: Spec) -> Generator[Progress, None, Made]:
    """Say something, however long; raise CannotMake. An hour of speech takes no memory."""
    parts = spoken_parts(ask.speech.text)
    path, samples = spec.folder / "speech.mp3", 0
    with closing(write_mp3(path, _said(parts, ask, spec), title="Speech")) as writing:
        for number, samples in enumerate(writing, start=1):  # noqa: B007 - the last one counts
            yield Progress(done=NEARLY * number / len(parts))
    return Made(path, samples / RATE)


def _said(parts: Sequence[str], ask: SaySomething, spec: Spec) -> Iterator[Waves]:
    """Yield each part of a text, a pause before all but the first."""
    manner = Manner(pace=ask.pace, steps=ask.steps, language=ask.language)
    pause = np.zeros((int(BETWEEN * RATE), 2), np.float32)
    for number, text in enumerate(parts):
        speech = Speech(text=text, speaker=ask.speech.speaker, like=ask.speech.like)
        waves = said(speech, spec, manner=manner).waves
        yield np.concatenate([pause, waves]) if number else waves


def spoken_parts(text: str) -> list[str]:
    """Return a text in parts that end with sentences where they can."""
    parts = [""]
    for sentence in ENDS.split(text):
        for piece in _pieces(sentence):
            if len(parts[-1]) + len(piece) > PART:
                parts.append("")
            parts[-1] = f"{parts[-1]} {piece}".strip()
    kept = [part for part in parts if any(letter.isalnum() for letter in part)]
    if not kept:
        raise CannotMake("there is nothing to say in text")
    return kept


def _pieces(sentence: str) -> list[str]:
    """Return a sentence, cut between words when it is too long for one breath."""
    pieces, rest = [], sentence.strip()
    while len(rest) > PART:
        cut = max(rest.rfind(" ", 0, PART), rest.rfind("、", 0, PART), PART // 2)
        pieces.append(rest[:cut])
        rest = rest[cut:].strip()
    return [*pieces, rest]


def _sections(ask: MakeMusic, brief: Brief, *, seconds: float) -> tuple[Section, ...]:
    """Return the form: that of the words when there are any."""
    if ask.instrumental or not (ask.lyrics or available()):
        return form_of(brief, seconds=seconds)
    turns = round(seconds * brief.tempo / 240 / 8)
    stanzas = stanzas_of(ask.lyrics) or own_verses(ask.words, brief.feeling, turns=turns)
    return sung_form(brief, stanzas, seconds=seconds)


def _play(
    tape: Tape, brief: Brief, sections: Sequence[Section], bars: Sequence[Bar], spec: Spec
) -> Generator[Progress, None, None]:
    band = Band(brief=brief, seed=spec.seed)
    mixer = Mixer(
        beat=bars[0].length / 4, pump=brief.genre.pump, rng=np.random.default_rng((spec.seed, 3))
    )
    singer, first = _singer(spec), 0
    for section in sections:
        some = bars[first : first + section.bars]
        first += section.bars
        tune = [] if section.lines else _tune(brief, some, spec.seed)
        for place, bar in enumerate(some):
            mixer.add(band.play(bar, _within(tune, bar)))
            mixer.add(_line(brief, section, some, place, singer, spec))
            tape.add(mixer.take(bar.start + bar.length))
            done = MADE * (bar.start + bar.length) / spec.shape.seconds
            yield Progress(done=done)
    tape.add(mixer.take(spec.shape.seconds))
    yield Progress(done=MADE)


def _tune(brief: Brief, bars: Sequence[Bar], seed: int) -> list[Sung]:
    """Return the lead's tune; it is silent before the first verse and in the last chord."""
    kept = [bar for bar in bars if bar.section != "outro" or bar.place < bar.of - 1]
    if bars[0].section == "intro":
        kept = kept[len(kept) // 2 :]
    return phrase(brief, kept, seed=seed) if kept else []


def _within(tune: Sequence[Sung], bar: Bar) -> list[Sung]:
    return [note for note in tune if bar.start - 1e-6 <= note.at < bar.start + bar.length - 1e-6]


def _line(
    brief: Brief, section: Section, bars: Sequence[Bar], place: int, singer: Singer, spec: Spec
) -> list[Sound]:
    """Return the line that begins in a bar of its section, when one does."""
    if not section.lines:
        return []
    each = max(1, len(bars) // len(section.lines))
    number, rest = divmod(place, each)
    if rest or number >= len(section.lines):
        return []
    spoken = speak(section.lines[number], voice=singer.speaker, seed=spec.seed)
    parts = syllables(spoken)
    if not len(parts.begins):
        return []
    seed = spec.seed + 17 * (number % 2) + 101 * (section.name == "chorus")
    tune = line_tune(
        brief, bars[place : place + each], len(parts.begins), seed=seed, lowest=singer.lowest
    )
    start, voice = sing(spoken, parts, tune)
    sung = [Sound(start, voice, 0.85, 0.0, 0.22)]
    if section.name == "chorus" and bars[0].round:
        start, second = sing(spoken, parts, [third_above(brief, note) for note in tune])
        sung.append(Sound(start + BESIDE, second, 0.34, -0.5, 0.35))
    return sung


def _singer(spec: Spec) -> Singer:
    words = spec.ask.words if isinstance(spec.ask, MakeMusic) else ""
    low = bool(BY_MAN.search(words)) or (not BY_WOMAN.search(words) and spec.seed % 2 == 1)
    table = MEN if low else WOMEN
    speaker = table[spec.seed // 2 % len(table)]
    return Singer(speaker=speaker, lowest=LOW_VOICE if low else HIGH_VOICE)
