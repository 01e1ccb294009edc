"""How much styled films flicker, and how long a style takes.

The measure is the warping error of Lai et al., "Learning Blind Video Temporal Consistency" (ECCV
2018): each frame against the next one, carried back along the optical flow of the *source* film,
where that flow is the same in both directions (Sundaram et al., ECCV 2010). A style that is harder
than its source, such as film noir, makes more of every error, so errors are shares of the variance
of what is measured. For every style and film:

- `error`: warping error over variance; `excess`: that, less the source film's own;
- `of_source`: error over the source's own; 1 is as steady as the source itself;
- `of_naive`: error over that of the same style drawn frame by frame, nothing kept from one to the
  next and a seed for each, which is how pictures are styled one by one.

`python bench/flicker.py [STYLE ...]`; the seconds are `bench/engine.py restyle`'s business.
"""

import json
import sys
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path
from statistics import median

import cv2
import numpy as np
from numpy.typing import NDArray

from kinora.domain.order import Words
from kinora.engines.studio.imagevideo.room import frames as alive
from kinora.engines.studio.picture.motion import Flow
from kinora.engines.studio.picture.warping import grid
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.scenes.stage import text_frames
from kinora.engines.studio.styles.room import still, styled
from kinora.engines.studio.styles.table import STYLES
from kinora.ports.engine import Shape

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "src" / "kinora" / "cli" / "pictures"
OUT = Path(__file__).parent / "results" / "flicker.json"
WHOLE = Shape(width=1024, height=576, frames=120, fps=24)
FRAMES = 8
NAIVE_FRAMES = 3
Field = NDArray[np.float32]
Way = tuple[Field, Field, NDArray[np.bool_]]


def films() -> dict[str, list[Picture]]:
    """Return frames of films: a face that a camera goes round, and a cat that walks."""
    told = {
        "face": alive(
            PHOTOS / "astronaut.jpg", Words(prompt="", camera="orbit"), shape=WHOLE, seed=3
        ),
        "cat": text_frames(Words(prompt="a cat walking in a meadow"), shape=WHOLE, seed=5),
    }
    return {name: list(islice(frames, FRAMES)) for name, frames in told.items()}


def ways(film: list[Picture]) -> list[Way]:
    """Return for each pair of frames where the places of the first are in the next, if they are."""
    finder = Flow()
    greys = [np.asarray(cv2.cvtColor(each, cv2.COLOR_RGB2GRAY), np.uint8) for each in film]
    found = []
    for one, other in pairwise(greys):
        there, back = finder.between(one, other), finder.between(other, one)
        places = grid(one.shape[1], one.shape[0])
        x, y = places.x + there[..., 0], places.y + there[..., 1]
        returned = cv2.remap(back, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        lost = ((there + returned) ** 2).sum(-1)
        far = (there**2).sum(-1) + (returned**2).sum(-1)
        inside = (x >= 0) & (y >= 0) & (x < one.shape[1] - 1) & (y < one.shape[0] - 1)
        found.append((x, y, inside & (lost < 0.01 * far + 0.5)))
    return found


def error(film: list[Picture], along: list[Way]) -> float:
    """Return the warping error over the variance of a film's frames."""
    errors = []
    for (one, other), (x, y, seen) in zip(pairwise(film), along, strict=False):
        carried = cv2.remap(other, x, y, cv2.INTER_LINEAR).astype(np.float32)
        errors.append(float(((one - carried)[seen] ** 2).mean()))
    return float(np.mean(errors) / np.mean([each.astype(np.float32).var() for each in film]))


def drawn(film: list[Picture], style: str) -> Iterator[Picture]:
    height, width = film[0].shape[:2]
    shape = Shape(width=width, height=height, frames=len(film), fps=24)
    return styled(iter(film), style, shape=shape, seed=7)


def measure(style: str, film: list[Picture], along: list[Way]) -> dict[str, float]:
    own = error(film, along)
    steady = error(list(drawn(film, style)), along)
    alone = [still(each, style, seed=n) for n, each in enumerate(film[:NAIVE_FRAMES])]
    naive = error(alone, along)
    return {
        "error": round(steady, 5),
        "excess": round(steady - own, 5),
        "of_source": round(steady / own, 2),
        "of_naive": round(steady / naive, 3),
    }


def main(styles: list[str]) -> None:
    results = json.loads(OUT.read_text()) if OUT.exists() else {}
    sources = films()
    along = {name: ways(film) for name, film in sources.items()}
    for style in styles or STYLES:
        rows = {name: measure(style, film, along[name]) for name, film in sources.items()}
        results[style] = rows
        told = (f"{n} {r['of_source']:6.2f} {r['of_naive']:5.2f}" for n, r in rows.items())
        print(f"{style:<14}", "   ".join(told), flush=True)
    ordered = {name: results[name] for name in STYLES if name in results}
    naive = [row["of_naive"] for rows in ordered.values() for row in rows.values()]
    print(f"median of naive {median(naive):.2f}, highest {max(naive):.2f}")
    OUT.write_text(json.dumps(ordered, indent=2) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
