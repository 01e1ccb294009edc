"""Reads from words what is to be heard, how, and what is not."""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from unicodedata import normalize

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
WORD = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff]+"
    r"|(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\W\d_])+(?:-[a-z]+)*"
    r"|[,.;:!?、。]"
)
PAUSES = frozenset(",.;:!?、。")
LONGEST = 6
"""The most characters of a word in a text that is written without spaces."""

REACH = 3
"""How far after "no" or "without" the word that it refuses may stand."""

Meanings = dict[str, str]


@dataclass(frozen=True, slots=True)
class Heard:
    """What words ask to hear: kinds in their order, how music goes, and what is refused.

    `mood`, `tempo` and `instrument` are empty where no word names them; `far` and `near` hold the
    kinds that are said to be distant or loud; `silent` is asked for only when no kind is.
    """

    kinds: tuple[str, ...]
    mood: str
    silent: bool
    unwanted: frozenset[str]
    tempo: str = ""
    instrument: str = ""
    far: frozenset[str] = frozenset()
    near: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words of `words.toml`, each with what it means."""

    sounds: Meanings
    moods: Meanings
    tempi: Meanings
    instruments: Meanings
    places: Meanings
    turns: Meanings

    def known(self, word: str) -> bool:
        """Say whether a word means anything here."""
        tables = (self.sounds, self.moods, self.tempi, self.instruments, self.places, self.turns)
        return any(word in table for table in tables)


@cache
def _vocabulary() -> Vocabulary:
    text = (files("kinora.engines.studio.sound") / "words.toml").read_text("utf-8")
    table = tomllib.loads(text)
    groups = ("sounds", "moods", "tempi", "instruments", "places", "turns")
    return Vocabulary(
        *(
            {word: name for name, words in table[group].items() for word in words}
            for group in groups
        )
    )


def listen(text: str) -> Heard:
    """Return what a text asks to hear."""
    vocabulary = _vocabulary()
    words = list(_words(normalize("NFKC", text).lower(), vocabulary))
    denied = _denied(words, vocabulary)
    wanted = [word for index, word in enumerate(words) if index not in denied]
    refused = [words[index] for index in sorted(denied)]
    unwanted = frozenset(filter(None, (_kind(word, vocabulary) for word in refused)))
    kinds = tuple(
        dict.fromkeys(
            kind for word in wanted if (kind := _kind(word, vocabulary)) and kind not in unwanted
        )
    )
    hushed = any(vocabulary.turns.get(word) == "hush" for word in wanted)
    nothing = any(vocabulary.turns.get(word) == "all" for word in refused)
    return Heard(
        kinds=kinds,
        mood=_first(wanted, vocabulary.moods),
        silent=(hushed or nothing) and not kinds,
        unwanted=unwanted,
        tempo=_first(wanted, vocabulary.tempi),
        instrument=_first(wanted, vocabulary.instruments),
        far=_placed(words, "far", vocabulary),
        near=_placed(words, "near", vocabulary),
    )


def _words(text: str, vocabulary: Vocabulary) -> Iterator[str]:
    """Yield words and pauses; a text without spaces is cut into the longest words known."""
    for phrase in (word for word, turn in vocabulary.turns.items() if turn == "kept"):
        text = re.sub(rf"\b{phrase}\b", " ", text)
    for word in WORD.findall(text.replace("\u2019", "'").replace("n't", " not")):
        if not CJK.search(word):
            yield word
            continue
        at = 0
        while at < len(word):
            lengths = range(min(LONGEST, len(word) - at), 0, -1)
            cut = next((n for n in lengths if vocabulary.known(word[at : at + n])), 1)
            yield word[at : at + cut]
            at += cut


def _denied(words: list[str], vocabulary: Vocabulary) -> frozenset[int]:
    """Return the places of refused words: "no" means the next sound, and more after an "or"."""
    denied: set[int] = set()
    for index, word in enumerate(words):
        turn = vocabulary.turns.get(word)
        if turn == "no":
            denied |= _refused(words, index + 1, vocabulary)
        elif turn == "no_after" and index:
            denied.add(index - 1)
    return frozenset(denied)


def _refused(words: list[str], start: int, vocabulary: Vocabulary) -> set[int]:
    """Return the places of what is refused from `start` on, and of the words that describe it."""
    found: set[int] = set()
    last = start + REACH
    for at in range(start, len(words)):
        word = words[at]
        turn = vocabulary.turns.get(word)
        if at >= last or word in PAUSES or turn == "but":
            break
        if turn in ("or", "of"):
            last = at + 1 + REACH
        if turn == "of":
            # "No sound of rain" refuses the rain, not every sound.
            found.clear()
            start = at
        if turn == "all" or _kind(word, vocabulary):
            found.add(at)
            last = min(last, at + 2)
    return set(range(start, max(found) + 1)) if found else set()


def _placed(words: list[str], place: str, vocabulary: Vocabulary) -> frozenset[str]:
    """Return the kinds whose word stands soon after one for a place: "distant dogs"."""
    found = set()
    for index, word in enumerate(words):
        if vocabulary.places.get(word) == place:
            ahead = (_kind(near, vocabulary) for near in words[index + 1 : index + 1 + REACH])
            found.add(next(filter(None, ahead), ""))
    return frozenset(found - {""})


def _kind(word: str, vocabulary: Vocabulary) -> str:
    singular = word.removesuffix("s")
    kind = vocabulary.sounds.get(word) or vocabulary.sounds.get(singular, "")
    return kind or ("music" if word in vocabulary.instruments else "")


def _first(words: list[str], meanings: Meanings) -> str:
    return next((meanings[word] for word in words if word in meanings), "")
