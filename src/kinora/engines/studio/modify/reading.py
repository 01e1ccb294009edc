"""Reads an instruction: what is to change in a film, and in which part of it."""

import re
import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from kinora.catalog.restyles import load_restyles
from kinora.ports.engine import CannotMake

CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]")
SELECTION = re.compile(r"@selection\s?([0-2])", re.IGNORECASE)
IMAGE = re.compile(r"@im(?:g|age)\s?([0-2])", re.IGNORECASE)
COLOURING = re.compile(
    r"\b(colou?r|paint|dye|tint|turn|make|change|recolou?r|pinta|cambia|peins|colore|färbe|mach)",
    re.IGNORECASE,
)
STYLING = (
    r"(?:\b(?:in|into|as|like|en|als|wie|im|style of|stil von|look like)\s+"
    r"|\b(?:make|turn|change|redraw|paint|convert)\s+(?:it|this|that|everything)\s+(?:to\s+)?)"
    r"(?:an?\s+|the\s+|un\s+|une\s+|una\s+|ein\s+|eine\s+)?(?:\w+\s+)?"
)
STYLED = (
    r"[\s-](?:\w+\s)?(?:style|look|painting|drawing|sketch|animation|art|film|movie|cartoon|print"
    r"|window|estilo|stil)\b"
)
"""What stands before or after a style's word where the whole film is to be drawn in it."""

CJK_STYLED = re.compile("风格|風格|风|風|スタイル|变成|變成|改成|画|畫")

UNKNOWN = (
    "the instruction was not understood; it can ask for light (night, sunset), weather (rain, "
    "snow, fog), a season, a colour of the subject, black and white, blur, speed, reverse, a style "
    "(in watercolour style), to remove or replace a selection or the subject, or for another "
    "background"
)

Groups = dict[str, dict[str, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Target:
    """A part of the film: a selection's number, or a region by name."""

    selection: int | None = None
    region: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Instruction:
    """What is to change. At most one of `removed`, `replaced` and `coloured` is set.

    `image` is the number of the picture that comes in, None for a background from `scene`'s words.
    """

    light: str = ""
    weather: str = ""
    season: str = ""
    looks: tuple[str, ...] = ()
    motions: tuple[str, ...] = ()
    removed: Target | None = None
    replaced: Target | None = None
    image: int | None = None
    scene: str = ""
    coloured: Target | None = None
    colour: str = ""
    style: str = ""


@cache
def _groups() -> Groups:
    text = (files("kinora.engines.studio.modify") / "words.toml").read_text("utf-8")
    return {
        group: {choice: tuple(words) for choice, words in choices.items()}
        for group, choices in tomllib.loads(text).items()
    }


def read_instruction(prompt: str, *, selections: int, images: int) -> Instruction:
    """Return what a prompt asks for; raise CannotMake when it asks for nothing that is known.

    `selections` and `images` count the masks and pictures that came with it.
    """
    text = " ".join(prompt.lower().split())
    removed = _found(text, "action", "remove")
    replaced = _found(text, "action", "replace") or bool(IMAGE.search(text))
    swaps = replaced and not removed
    target = _target(text, selections)
    image = _number(IMAGE, text, images, "img")
    background = _found(text, "action", "background") and not _found(text, "look", "blur")
    scene = "" if image is not None or not background or removed else _scene(prompt)
    colour = _first(text, "colour") if COLOURING.search(text) and not (swaps or scene) else ""
    if swaps and image is None and not scene:
        raise CannotMake("a replacement needs a picture: send img_ids and name it @img0")
    outside = "" if scene else text
    found = Instruction(
        light=_first(outside, "light"),
        weather=_first(outside, "weather"),
        season=_first(outside, "season"),
        looks=tuple(name for name in _groups()["look"] if _found(outside, "look", name)),
        motions=tuple(name for name in _groups()["motion"] if _found(text, "motion", name)),
        removed=(target or Target(region="object")) if removed else None,
        replaced=_what_is_replaced(target, swaps=swaps, scene=scene, background=background),
        image=image if swaps else None,
        scene=scene,
        coloured=(target or Target(region="object")) if colour else None,
        colour=colour,
        style="" if scene or swaps or removed else _style(text),
    )
    if found == Instruction():
        raise CannotMake(UNKNOWN)
    return found


def _style(text: str) -> str:
    """Return the style that the film is to be drawn in, by the word for it that stands first."""
    looks = {word for words in _groups()["look"].values() for word in words}
    places = [
        (at, -len(word), style.name)
        for style in load_restyles()
        for word in style.words
        if word not in looks and (at := _styled(text, word)) >= 0
    ]
    return min(places)[2] if places else ""


def _styled(text: str, word: str) -> int:
    if CJK.search(word):
        return text.find(word) if CJK_STYLED.search(text) else -1
    named = rf"(?<!\w){re.escape(word)}(?!\w)"
    found = re.search(f"{STYLING}{named}|{named}{STYLED}", text)
    return found.start() if found else -1


def _what_is_replaced(
    target: Target | None, *, swaps: bool, scene: str, background: bool
) -> Target | None:
    if scene or (swaps and background and (target is None or target.selection is None)):
        return Target(region="background")
    return (target or Target(region="object")) if swaps else None


def _scene(prompt: str) -> str:
    """Return the words that say what the background is to be, or nothing when none do."""
    lowered = prompt.lower()
    ends = [
        lowered.find(word) + len(word)
        for word in _groups()["action"]["background"]
        if word in lowered
    ]
    after = prompt[max(ends, default=0) :]
    after = re.sub(r"^\W*(?:to|with|into|by|as|of|变成|换成|改成|为|を)?\W*", "", after)
    return after.strip(" .!") if len(after.strip(" .!")) > 1 else ""


def _target(text: str, selections: int) -> Target | None:
    number = _number(SELECTION, text, selections, "selection")
    if number is not None:
        return Target(selection=number)
    for group in ("region", "part"):
        for region in _groups()[group]:
            if _found(text, group, region):
                return Target(region=region)
    return Target(selection=0) if selections else None


def _number(pattern: re.Pattern[str], text: str, count: int, name: str) -> int | None:
    found = pattern.search(text)
    if found is None:
        return 0 if name == "img" and count == 1 else None
    number = int(found.group(1))
    if number >= count:
        raise CannotMake(f"the prompt names @{name}{number}, but {count or 'none'} came with it")
    return number


def _first(text: str, group: str) -> str:
    """Return the choice of a group whose word stands first in a text."""
    places = {
        choice: min((_place(text, word) for word in words), default=len(text))
        for choice, words in _groups()[group].items()
    }
    best = min(places, key=lambda choice: places[choice])
    return best if places[best] < len(text) else ""


def _found(text: str, group: str, choice: str) -> bool:
    return any(_place(text, word) < len(text) for word in _groups()[group][choice])


def _place(text: str, word: str) -> int:
    """Return where a word stands in a text, the text's length when it does not."""
    if CJK.search(word):
        at = text.find(word)
        return len(text) if at < 0 else at
    found = re.search(rf"(?<!\w){re.escape(word)}(?!\w)", text)
    return found.start() if found else len(text)
