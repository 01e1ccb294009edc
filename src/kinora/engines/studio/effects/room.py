"""Effects by name, played on a picture."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path

import numpy as np

from kinora.engines.studio.effects import elements, moves, party, screens
from kinora.engines.studio.effects.lights import glitch, hologram, neon, snow_globe
from kinora.engines.studio.effects.pairs import PAIRS, lay_out_pair
from kinora.engines.studio.effects.pieces import dust, explode, shatter
from kinora.engines.studio.effects.shapes import inflate, melt, squish
from kinora.engines.studio.effects.table import Table, lay_out
from kinora.engines.studio.picture.faces import find_faces
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake, Shape

Effect = Callable[[Table, float], Picture]
EFFECTS: dict[str, Effect] = {
    "dust": dust,
    "melt": melt,
    "squish": squish,
    "inflate": inflate,
    "hologram": hologram,
    "snow-globe": snow_globe,
    "neon-trace": neon,
    "glitch": glitch,
    "burn": elements.burn,
    "freeze": elements.freeze,
    "petrify": elements.petrify,
    "turn-to-gold": elements.gild,
    "underwater": elements.submerge,
    "levitate": moves.levitate,
    "giant": moves.giant,
    "tiny": moves.tiny,
    "jelly": moves.jelly,
    "spin": moves.spin,
    "dance": moves.dance,
    "clones": moves.clones,
    "vortex": moves.zoom_away,
    "thermal": screens.thermal,
    "kaleidoscope": screens.kaleidoscope,
    "video-tape": screens.tape,
    "pixelate": screens.pixelate,
    "timelapse": screens.timelapse,
    "polaroid": screens.polaroid,
    "aura": party.aura,
    "wings": party.wings,
    "fireworks": party.fireworks,
    "confetti": party.confetti,
}


def frames(template: str, paths: Sequence[Path], *, shape: Shape, seed: int) -> Iterator[Picture]:
    """Yield the film of an effect; raise CannotMake for a name that is not known."""
    if template in PAIRS:
        yield from _pair_frames(template, paths, shape=shape, seed=seed)
        return
    if template not in {*EFFECTS, "explode"}:
        raise CannotMake(f"the studio has no effect named {template}")
    table = lay_out(_shown(load(paths[0]), shape), seed=seed)
    effect = EFFECTS.get(template) or partial(explode, shards=shatter(table))
    for number in range(shape.frames):
        yield np.ascontiguousarray(effect(table, number / max(1, shape.frames - 1)))


def _pair_frames(
    template: str, paths: Sequence[Path], *, shape: Shape, seed: int
) -> Iterator[Picture]:
    pair = lay_out_pair((paths[0], paths[1]), shape, seed=seed)
    for number in range(shape.frames):
        u = number / max(1, shape.frames - 1)
        yield np.ascontiguousarray(PAIRS[template](pair, u))


def warm() -> None:
    """Compile what a first run would wait for."""
    picture = np.random.default_rng(1).integers(0, 255, (64, 64, 3), np.uint8)
    dust(lay_out(picture, seed=1), 0.5)


def _shown(picture: Picture, shape: Shape) -> Picture:
    faces = find_faces(picture)
    if not faces:
        return cover(picture, shape.width, shape.height)
    x, y = faces[0].centre
    focus = x / picture.shape[1], y / picture.shape[0]
    return cover(picture, shape.width, shape.height, focus=focus)
