"""What is shown in which part of a song: from its words, its kind of music, or its strength."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np

from kinora.domain.order import Words
from kinora.engines.studio.shots import SENTENCE
from kinora.engines.studio.songs.sections import Section
from kinora.engines.studio.subjects.naming import find_subjects
from kinora.engines.studio.words.cues import read_cues

STRONG, CALM = 0.72, 0.42
"""Energies above and below which a section is strong or calm."""

VIEWS = 4
TURNING = ("", ", golden", ", dusk", ", night")
"""The light of a told scene in the strongest part of a song, in the next one, and so on."""

ACTORS = frozenset({"flyer", "vessel", "vehicle", "rocket", "swimmer", "walker", "hopper"})
"""Kinds of subjects that a line may bring into the picture; a heart or an eye would be odd."""

MUSIC = ("music", "song", "emotion", "energy", "beat", "melody", "guitar", "drum", "drums", "band")
"""Words of music itself, which the studio would otherwise show as paint or as things."""

PLACED = frozenset({"cyberpunk"})
"""Styles whose names also say where it is."""

QUOTES = re.compile(r"[\"“”„«»「」『』']")
"""Marks that would make lettering of a line; apostrophes go with them, and nobody reads this."""


@dataclass(frozen=True, slots=True)
class View:
    """A place that shots go back to: its prompt, and the seed that makes it the same again."""

    prompt: str
    seed: int


@dataclass(frozen=True, slots=True)
class Table:
    """What scenes.toml holds."""

    moods: Mapping[str, Sequence[str]]
    genres: Mapping[str, Mapping[str, Sequence[str]]]
    colours: Mapping[str, Sequence[str]]
    cameras: Mapping[str, Sequence[str]]
    styles: Mapping[str, Sequence[str]]


@cache
def table() -> Table:
    """Read the table."""
    text = (files("kinora.engines.studio.songs") / "scenes.toml").read_text("utf-8")
    read: dict[str, Any] = tomllib.loads(text)
    return Table(**read)


def looked(words: Words) -> Words:
    """Return words with the style that their prompt names, and a prompt without its name.

    "Ink wash" says how all is to look; left in the prompt, it would be shown as ink.
    """
    if words.style:
        return words
    named = {style: _any_of(forms) for style, forms in table().styles.items()}
    style = next((style for style, form in named.items() if form.search(words.prompt)), "")
    if not style or style in PLACED:
        return replace(words, style=style)
    return replace(words, style=style, prompt=named[style].sub(" ", words.prompt))


def mood_of(energy: float) -> str:
    """Return the mood of an energy: calm, middle or strong."""
    return "strong" if energy >= STRONG else "calm" if energy < CALM else "middle"


def views_of(
    words: Words, sections: Sequence[Section], *, seed: int, music: str = ""
) -> dict[str, tuple[View, ...]]:
    """Return the views of each letter; a chorus that returns finds the same places again.

    `words` say what is seen, and `music` what kind of music it is.
    """
    rng = np.random.default_rng(seed)
    letters = sorted({each.letter for each in sections})
    energy = {
        letter: float(np.mean([each.energy for each in sections if each.letter == letter]))
        for letter in letters
    }
    told = [part for part in _sentences(words.prompt) if tells(_unsung(part))]
    kind = f"{words.prompt} {music}"
    cues = read_cues(Words(prompt=words.prompt))
    hue = cues.get("palette") or str(rng.choice(list(table().colours["hues"])))
    light = cues.get("light") or str(rng.choice(list(table().colours["lights"])))
    weather = f", {cues.get('weather')}" if cues.get("weather") else ""
    seen = {_kind(each) for each in told}
    given: dict[str, tuple[View, ...]] = {}
    for rank, letter in enumerate(sorted(letters, key=lambda each: -energy[each])):
        felt = _felt_views(kind, mood_of(energy[letter]), seen, rng)
        prompts = _told_views(told, words.prompt, rank) if told else felt
        if len(told) == 1:
            # One place alone would tire the eye; what goes with the music rests it, in its light.
            prompts[-1] = ". ".join(filter(None, (cues.get("light"), felt[0])))
        seeds = rng.integers(1, 1 << 30, VIEWS)
        given[letter] = tuple(
            View(prompt.format(hue=hue, light=light) + weather, int(number))
            for prompt, number in zip(prompts, seeds, strict=True)
        )
    return given


def line_view(line: str, view: View) -> View | None:
    """Return a view of what a line sings of; None when it names nothing that can be shown."""
    plain = QUOTES.sub("", line)
    cues = read_cues(Words(prompt=plain))
    actors = [each for each in find_subjects(plain) if each.kind in ACTORS]
    if not cues.get("scene") and not actors:
        return None
    place = "" if cues.get("scene") else f". {view.prompt}"
    return replace(view, prompt=f"{plain}{place}")


def in_daylight(prompt: str) -> str:
    """Return a prompt for a given picture, whose people would not be seen by night."""
    dark = read_cues(Words(prompt=prompt)).get("light") == "night"
    return f"day. {prompt}" if dark else prompt


def tells(text: str) -> bool:
    """Tell whether words name a place or something to see."""
    return bool(read_cues(Words(prompt=text)).get("scene") or find_subjects(text))


def _sentences(prompt: str) -> list[str]:
    return [part.strip().translate(BRACES) for part in SENTENCE.split(prompt) if part.strip()]


BRACES = str.maketrans("", "", "{}")


def _told_views(told: Sequence[str], prompt: str, rank: int) -> list[str]:
    """Return prompts that begin with the caller's own scenes, each letter with another one.

    Where no light is told, weaker parts of a song have another one than its strongest.
    """
    plain = prompt.translate(BRACES)
    own = [told[(rank + k) % len(told)] for k in range(VIEWS)]
    light = "" if read_cues(Words(prompt=plain)).get("light") else TURNING[rank % len(TURNING)]
    return [f"{each}{light}" if each == plain else f"{each}{light}. {plain}" for each in own]


def _felt_views(prompt: str, mood: str, seen: set[str], rng: np.random.Generator) -> list[str]:
    """Return prompts for a mood: two views of one place, and one each of two others.

    Places of one kind would look like one place, so they are of three kinds, and of such as are
    not `seen` in another part of the song, if there are enough.
    """
    genres = table().genres.values()
    own = next((each for each in genres if _any_of(each["words"]).search(prompt)), None)
    open_to = list((own or table().moods)[mood])
    mixed = [open_to[int(k)] for k in rng.permutation(len(open_to))]
    kinds = {_kind(each): each for each in reversed(mixed)}
    fresh = [each for kind, each in kinds.items() if kind not in seen]
    first, second, third = [*dict.fromkeys([*fresh, *kinds.values(), *mixed])][:3]
    seen |= {_kind(each) for each in (first, second, third)}
    return [first, second, first, third]


def _kind(prompt: str) -> str:
    """Return the kind of place of a prompt: its scene, and its land where the scene is land."""
    cues = read_cues(Words(prompt=prompt))
    scene = cues.get("scene")
    return cues.get("land") if scene == "terrain" else scene


def _unsung(text: str) -> str:
    """Return words without those that name music: neither "house" nor "rock" are to be seen."""
    genres = table().genres.values()
    known = [word for each in genres for word in each["words"]]
    return _any_of((*known, *MUSIC)).sub(" ", text)


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    """Return a pattern of words, the longest first; whole ones where spaces part words."""
    longest = sorted(words, key=len, reverse=True)
    forms = (rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word) for word in longest)
    return re.compile("|".join(forms), re.IGNORECASE)
