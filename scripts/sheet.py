"""Draw the README's picture: frames of films that the built-in engine makes from given seeds."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np

from kinora.domain.order import Role, Words
from kinora.engines.studio.effects.room import frames as effect
from kinora.engines.studio.fusion.room import Cast
from kinora.engines.studio.fusion.room import frames as fuse
from kinora.engines.studio.imagevideo.room import frames as alive
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import text_frames
from kinora.engines.studio.stills.room import picture as still
from kinora.engines.studio.transition.room import frames as join
from kinora.ports.engine import Shape

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "src" / "kinora" / "cli" / "pictures"
CLIP = Shape(width=640, height=360, frames=24, fps=24)
CELL = (320, 180)
SEEN = (2, 10, 20)


def row(frames: Iterator[Picture]) -> Picture:
    shown = [frame for number, frame in enumerate(frames) if number in SEEN]
    return np.hstack([cv2.resize(frame, CELL, interpolation=cv2.INTER_AREA) for frame in shown])


def main() -> None:
    cat, cup = PHOTOS / "cat.jpg", PHOTOS / "coffee.jpg"
    portrait, pad = PHOTOS / "astronaut.jpg", PHOTOS / "rocket.jpg"
    cast = [Cast(Role.SUBJECT, "woman", portrait), Cast(Role.BACKGROUND, "pad", pad)]
    rows = [
        row(text_frames(Words(prompt="a lighthouse at dusk"), shape=CLIP, seed=7)),
        row(text_frames(Words(prompt="a rainy neon city street"), shape=CLIP, seed=21)),
        row(text_frames(Words(prompt="alpine mountains, golden"), shape=CLIP, seed=11)),
        row(text_frames(Words(prompt="a cat walking in a meadow at noon"), shape=CLIP, seed=5)),
        row(text_frames(Words(prompt="a boat on the sea at dusk"), shape=CLIP, seed=9)),
        row(text_frames(Words(prompt="a blue planet in space"), shape=CLIP, seed=4)),
        row(text_frames(Words(prompt="violet ink"), shape=CLIP, seed=9)),
        row(alive(pad, Words(prompt="rain at night", camera="pan_left"), shape=CLIP, seed=3)),
        row(alive(portrait, Words(prompt="snow", camera="orbit"), shape=CLIP, seed=3)),
        row(join(cat, cup, Words(prompt="ink"), shape=CLIP, seed=1)),
        row(fuse(cast, Words(prompt="@woman before @pad at night"), shape=CLIP, seed=2)),
        row(effect("dust", [portrait], shape=CLIP, seed=1)),
        row(effect("neon-trace", [portrait], shape=CLIP, seed=1)),
        np.hstack(
            [
                still(look, [photo], shape=Shape(width=320, height=180, frames=1, fps=0))
                for look, photo in (("oil-painting", cup), ("pop-art", cat), ("pencil-sketch", cat))
            ]
        ),
    ]
    pairs = [np.hstack(rows[i : i + 2]) for i in range(0, len(rows), 2)]
    sheet = cv2.cvtColor(np.vstack(pairs), cv2.COLOR_RGB2BGR)
    out = ROOT / "docs" / "images" / "sheet.jpg"
    cv2.imwrite(str(out), sheet, [cv2.IMWRITE_JPEG_QUALITY, 88])
    print(f"wrote {out}")


if __name__ == "__main__":
    main()
