"""The studio's speed and memory: whole films at 540p, 5 s, each in a process of its own."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import (
    Ask,
    Fusion,
    ImageToVideo,
    Reference,
    Role,
    TextToVideo,
    Transition,
    VideoEffect,
    Words,
)
from kinora.ports.engine import Shape, Spec

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "src" / "kinora" / "cli" / "pictures"
A, B = AssetId(1), AssetId(2)
FILM = Shape(width=1024, height=576, frames=120, fps=24)
BIG = Shape(width=1920, height=1080, frames=192, fps=24)
WORDS = Words(prompt="")
REFERENCES = (
    Reference(asset=A, role=Role.SUBJECT, name="woman"),
    Reference(asset=B, role=Role.BACKGROUND, name="room"),
)
CASES: dict[str, tuple[Ask, Shape]] = {
    "text to video, terrain": (TextToVideo(words=Words(prompt="an island at dusk")), FILM),
    "text to video, planet": (TextToVideo(words=Words(prompt="a blue planet")), FILM),
    "text to video, ink": (TextToVideo(words=Words(prompt="red ink")), FILM),
    "text to video, city": (TextToVideo(words=Words(prompt="a rainy neon city")), FILM),
    "text to video, a cat": (TextToVideo(words=Words(prompt="a cat in a meadow")), FILM),
    "image to video": (ImageToVideo(words=Words(prompt="snow"), image=A), FILM),
    "transition, ink": (Transition(words=Words(prompt="ink"), first=A, last=B), FILM),
    "effect, dust": (VideoEffect(template="dust", images=(A,), words=WORDS), FILM),
    "effect, explode": (VideoEffect(template="explode", images=(A,), words=WORDS), FILM),
    "terrain, 1080p 8 s": (TextToVideo(words=Words(prompt="an island at dusk")), BIG),
    "city, 1080p 8 s": (TextToVideo(words=Words(prompt="a rainy neon city")), BIG),
    "fusion": (Fusion(words=Words(prompt="@woman in @room "), references=REFERENCES), FILM),
    "image to video, 1080p 8 s": (ImageToVideo(words=Words(prompt="snow"), image=A), BIG),
}


def one(name: str) -> None:
    from kinora.engines.studio.engine import Studio  # noqa: PLC0415 - only in the measured process

    ask, shape = CASES[name]
    engine = Studio()
    engine.setup()
    with tempfile.TemporaryDirectory() as folder:
        inputs = {A: PHOTOS / "astronaut.jpg", B: PHOTOS / "cat.jpg"}
        spec = Spec(
            job=JobId(1),
            attempt=1,
            ask=ask,
            seed=7,
            shape=shape,
            inputs=inputs,
            folder=Path(folder),
        )
        began = time.perf_counter()
        for _ in engine.run(spec):
            pass
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": round(seconds, 2), "peak_mb": round(peak)}))


def main() -> None:
    results = {}
    for name in CASES:
        told = subprocess.run([sys.executable, __file__, name], capture_output=True, check=True)
        results[name] = json.loads(told.stdout.splitlines()[-1])
        film = CASES[name][1]
        ratio = results[name]["seconds"] / film.seconds
        row = results[name]
        print(f"{name:<28} {row['seconds']:6.1f} s  {ratio:4.1f} x real time  {row['peak_mb']} MB")
    out = Path(__file__).parent / "results" / "engine.json"
    out.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    one(sys.argv[1]) if len(sys.argv) > 1 else main()
