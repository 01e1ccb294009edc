"""Reads from words how music is to go: genre, mood, tempo, key."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np

from kinora.engines.studio.sound.listening import listen

TEMPO = re.compile(r"(\d{2,3})\s*bpm\b", re.IGNORECASE)
KEY = re.compile(r"\b(?:in|key of)\s+([a-g])\s?([#b♯♭]?)\s*(major|minor)\b", re.IGNORECASE)
NOTES = {"c": 0, "d": 2, "e": 4, "f": 5, "g": 7, "a": 9, "b": 11}
SHARP, FLAT = "#♯", "b♭"
WORD = re.compile(r"[\w-]+")
PACES = {"slow": 0.8, "fast": 1.25}
SLOWEST, FASTEST = 50.0, 190.0
MAJOR, MINOR = (0, 2, 4, 5, 7, 9, 11), (0, 2, 3, 5, 7, 8, 10)
OTHER = {"happy": "sad", "calm": "sad", "romantic": "sad", "sad": "calm", "epic": "happy"}
"""The mood whose chords are taken when words ask for the other mode than a mood has."""

PLAIN = ("calm", "happy", "sad", "romantic")
INSTRUMENTS = {"piano": "piano", "strings": "strings", "synth": "synth"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Genre:
    """How music of a genre goes: see styles.toml."""

    words: tuple[str, ...]
    tempo: float
    kick: str
    snare: str
    hat: str
    bass: str
    comp: str
    chords: str
    lead: str
    kit: str
    swing: float = 0.0
    eighths: bool = False
    sevenths: bool = False
    pump: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Mood:
    """A scale in semitones, and progressions of its degrees by section."""

    scale: tuple[int, ...]
    verse: tuple[tuple[int, ...], ...]
    chorus: tuple[tuple[int, ...], ...]
    bridge: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Brief:
    """How one piece is to go. `root` is the key's pitch class, 0 for C."""

    genre: Genre
    mood: Mood
    feeling: str
    tempo: float
    root: int
    lead: str


@dataclass(frozen=True, slots=True)
class Styles:
    """The whole of styles.toml."""

    genres: dict[str, Genre]
    usual: dict[str, str]
    moods: dict[str, Mood]


@cache
def styles() -> Styles:
    """Read the table."""
    text = (files("kinora.engines.studio.composing") / "styles.toml").read_text("utf-8")
    table = tomllib.loads(text)
    genres = {
        name: Genre(**told | {"words": tuple(told["words"])})
        for name, told in table["genres"].items()
    }
    moods = {
        name: Mood(
            scale=tuple(told["scale"]),
            verse=_rows(told["verse"]),
            chorus=_rows(told["chorus"]),
            bridge=_rows(told["bridge"]),
        )
        for name, told in table["moods"].items()
    }
    return Styles(genres, table["usual"], moods)


def brief_of(words: str, *, seed: int, feeling: str = "") -> Brief:
    """Return how music by these words goes; what they leave open the seed chooses.

    `feeling` is the mood when no word names one.
    """
    rng, table, heard = np.random.default_rng((seed, 11)), styles(), listen(words)
    mood = heard.mood or feeling or str(rng.choice(PLAIN))
    genre = table.genres[_genre(words) or table.usual[mood]]
    root, mode = int(rng.integers(12)), ""
    if key := KEY.search(words):
        shift = (key[2] in SHARP) - (key[2] in FLAT) if key[2] else 0
        root, mode = (NOTES[key[1].lower()] + shift) % 12, key[3].lower()
    asked = TEMPO.search(words)
    tempo = float(asked[1]) if asked else genre.tempo * PACES.get(heard.tempo, 1.0)
    if not asked:
        tempo *= float(rng.uniform(0.96, 1.04))
    return Brief(
        genre=genre,
        mood=table.moods[_in_mode(mood, mode)],
        feeling=mood,
        tempo=min(FASTEST, max(SLOWEST, tempo)),
        root=root,
        lead=INSTRUMENTS.get(heard.instrument, genre.lead),
    )


def _genre(words: str) -> str:
    """Return the genre that most words name, the first one of several; empty when none does."""
    spoken = WORD.findall(words.lower())
    counts = {
        name: sum(word in genre.words for word in spoken) for name, genre in styles().genres.items()
    }
    best = max(counts.values())
    if not best:
        return ""
    named = [name for name, count in counts.items() if count == best]
    return min(named, key=lambda name: _first(spoken, styles().genres[name].words))


def _first(spoken: list[str], words: tuple[str, ...]) -> int:
    return next((at for at, word in enumerate(spoken) if word in words), len(spoken))


def _in_mode(mood: str, mode: str) -> str:
    if not mode:
        return mood
    bright = styles().moods[mood].scale[2] == MAJOR[2]
    return mood if bright == (mode == "major") else OTHER.get(mood, "happy")


def _rows(told: list[list[int]]) -> tuple[tuple[int, ...], ...]:
    return tuple(tuple(row) for row in told)
