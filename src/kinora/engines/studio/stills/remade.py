"""A picture from pictures and words.

What the words ask for is tried in turn: a change of the first picture (light, weather, season,
colour), a style to draw it in, and otherwise a new scene with the
pictures' subjects in it.
"""

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from kinora.catalog.restyles import restyle_by_words
from kinora.domain.errors import Invalid
from kinora.domain.order import Role, Words
from kinora.engines.studio.fusion.room import Cast
from kinora.engines.studio.fusion.room import frames as fusion_frames
from kinora.engines.studio.modify.reading import Instruction, read_instruction
from kinora.engines.studio.modify.room import Given
from kinora.engines.studio.modify.room import frames as modified_frames
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.styles.room import styled
from kinora.ports.engine import CannotMake, Progress, Shape

MOST_SUBJECTS = 7
"""Pictures beyond these are not drawn: there is no room for more."""

FPS = 24
FEW = 2
"""So few words, such as "at night", are a change of what is there."""

COMMAND = re.compile(
    r"\b(make|turn|change|add|set|put|let|give|convert|remove|erase|replace|recolou?r|paint|blur|"
    r"haz|cambia|pon|añade|quita|fais|change|ajoute|enlève|mach|ändere|füge|entferne)\b|"
    r"[\u53d8\u6539\u6362\u52a0\u53bb]|して|変え",
    re.IGNORECASE,
)


def remade(
    words: Words, paths: Sequence[Path], *, shape: Shape, seed: int, folder: Path
) -> Generator[Progress, None, Picture]:
    """Return one picture, after the work that comes before; raise CannotMake."""
    frame = replace(shape, frames=1, fps=FPS)
    told, style = _instruction(words.prompt, len(paths) - 1), _style(words.prompt)
    scene = told.scene if told else ""
    first = cover(load(paths[0]), shape.width, shape.height)
    if told is not None and not scene and _commanding(words.prompt):
        given = Given(read=_only(first), masks=(), images=paths[1:])
        changed = yield from modified_frames(told, given, shape=frame, seed=seed, folder=folder)
        first = next(changed)
    elif scene or not style or len(paths) > 1:
        asked = replace(words, prompt=scene) if scene else words
        first = next(fusion_frames(_cast(paths), _named(asked, paths), shape=frame, seed=seed))
    return next(styled(iter([first]), style, shape=frame, seed=seed))


def _commanding(prompt: str) -> bool:
    """Tell whether words ask for a change, and do not just describe what is to be seen."""
    return bool(COMMAND.search(prompt)) or len(prompt.split()) <= FEW


def _instruction(prompt: str, images: int) -> Instruction | None:
    """Return what is to change, None when the words ask for nothing that a picture can have."""
    try:
        told = read_instruction(prompt, selections=0, images=images)
    except CannotMake:
        return None
    still = replace(told, motions=())
    return None if still == Instruction() else still


def _style(prompt: str) -> str:
    """Return the style that the words name, empty when they name none."""
    try:
        return restyle_by_words(prompt).name
    except Invalid:
        return ""


def _only(picture: Picture) -> Callable[[], Iterator[Picture]]:
    def read() -> Iterator[Picture]:
        yield np.ascontiguousarray(picture)

    return read


def _cast(paths: Sequence[Path]) -> list[Cast]:
    return [
        Cast(Role.SUBJECT, f"image{at}", path)
        for at, path in enumerate(paths[:MOST_SUBJECTS], start=1)
    ]


def _named(words: Words, paths: Sequence[Path]) -> Words:
    """Return words that name every picture: those that they leave out come at their end."""
    names = [f"@image{at}" for at in range(1, min(len(paths), MOST_SUBJECTS) + 1)]
    missing = [name for name in names if name not in words.prompt]
    return replace(words, prompt=" ".join([words.prompt, *missing]))
