"""Several shots in one film: what each shows, how long it is, and the cuts between them."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

from kinora.domain.order import Words
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import Shape

SENTENCE = re.compile(
    r"[.;!?\n\u3002\uff1b\uff01\uff1f]+|,?\s+then\s+|\bcut to\b|\bshot \d+\s*[:,-]?", re.IGNORECASE
)
FEWEST, MOST = 2, 5
SHORTEST = 1.2
"""Seconds below which a shot is not seen as one."""

CAMERAS = ("smooth_zoom_in", "pan_right", "crane_up", "zoom_out", "pan_left")
"""How each shot is taken when the words name no camera: no two alike in a row."""

Take = Callable[[Words, Shape, int], Iterator[Picture]]
"""Makes one shot from words, at a shape, from its number."""


@dataclass(frozen=True, slots=True)
class Shot:
    """One shot: its words and how many frames it has."""

    words: Words
    frames: int


def plan_shots(words: Words, shape: Shape) -> tuple[Shot, ...]:
    """Return the shots of a film: one for each sentence, or views of the same from other places.

    Each shot's words begin with its own sentence and end with the whole prompt, so that what is
    named once (place, light, weather) goes through the film.
    """
    sentences = [part.strip() for part in SENTENCE.split(words.prompt) if part.strip()]
    longest = max(1, min(MOST, int(shape.seconds / SHORTEST)))
    wanted = len(sentences) if len(sentences) > 1 else max(FEWEST, round(shape.seconds / 2.5))
    count = min(longest, wanted)
    told = sentences if len(sentences) > 1 else [""] * count
    shots = []
    for number in range(count):
        own = told[number] if number < len(told) else ""
        prompt = f"{own}. {words.prompt}" if own else words.prompt
        camera = words.camera or CAMERAS[number % len(CAMERAS)]
        begin, end = (round(shape.frames * each / count) for each in (number, number + 1))
        shots.append(Shot(replace(words, prompt=prompt, camera=camera), end - begin))
    return tuple(shots)


def cut_together(shots: Sequence[Shot], take: Take, *, shape: Shape) -> Iterator[Picture]:
    """Yield the shots one after the other, with hard cuts."""
    for number, shot in enumerate(shots):
        yield from take(shot.words, replace(shape, frames=shot.frames), number)
