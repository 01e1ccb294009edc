"""A film through several keyframes: one transition after the other, without a doubled frame."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice, pairwise
from pathlib import Path

from kinora.domain.order import Motion, Segment, Words
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.transition import room
from kinora.ports.engine import Shape


def frames(
    images: Sequence[Path],
    segments: Sequence[Segment],
    motion: Motion,
    *,
    shape: Shape,
    seed: int,
) -> Iterator[Picture]:
    """Yield the film; every keyframe is shown exactly, the last one as the last frame."""
    total = sum(segment.seconds for segment in segments)
    passed = 0
    for number, (ends, segment) in enumerate(zip(pairwise(images), segments, strict=True)):
        begin = round(shape.frames * passed / total)
        passed += segment.seconds
        own = round(shape.frames * passed / total) - begin
        last = number == len(segments) - 1
        words = Words(prompt=segment.prompt, motion=motion)
        # A way that is not the last ends one frame later: on the keyframe that begins the next.
        way = replace(shape, frames=own + (not last))
        yield from islice(room.frames(*ends, words, shape=way, seed=seed + number), own)
