"""The studio's speed and memory: whole films, mostly 540p and 5 s, each in a process of its own.

`python bench/engine.py` runs all of them, `python bench/engine.py restyle` those whose names hold
a word, and keeps the figures of the others.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from kinora.catalog.restyles import load_restyles
from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import (
    Ask,
    Avatar,
    Extend,
    Fusion,
    ImageToVideo,
    LipSync,
    MaskSelection,
    Mimic,
    Modify,
    Reference,
    Restyle,
    Role,
    SoundEffect,
    Speech,
    Swap,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
)
from kinora.ports.engine import Output, Shape, Spec

ROOT = Path(__file__).parents[1]
PHOTOS = ROOT / "src" / "kinora" / "cli" / "pictures"
OUT = Path(__file__).parent / "results" / "engine.json"
A, B, PORTRAIT, MASK = AssetId(1), AssetId(2), AssetId(3), AssetId(4)
FILM = Shape(width=1024, height=576, frames=120, fps=24)
LONGER = Shape(width=1024, height=576, frames=240, fps=24)
BIG = Shape(width=1920, height=1080, frames=192, fps=24)
UHD = Shape(width=3840, height=2160, frames=120, fps=24)
FRAME = Shape(width=1024, height=576, frames=1, fps=0)
WORDS = Words(prompt="")
HELLO = Speech(text="Hello there, welcome to our little studio. It is good to see you.")
REFERENCES = (
    Reference(asset=A, role=Role.SUBJECT, name="woman"),
    Reference(asset=B, role=Role.BACKGROUND, name="room"),
)


def said(prompt: str) -> TextToVideo:
    return TextToVideo(words=Words(prompt=prompt))


def changed(prompt: str) -> Modify:
    return Modify(film=PORTRAIT, prompt=prompt)


CASES: dict[str, tuple[Ask, Shape]] = {
    "text to video, terrain": (said("an island at dusk"), FILM),
    "text to video, planet": (said("a blue planet"), FILM),
    "text to video, ink": (said("red ink"), FILM),
    "text to video, city": (said("a rainy neon city"), FILM),
    "text to video, a cat": (said("a cat in a meadow"), FILM),
    "text to video, forest": (said("a misty forest in the morning"), FILM),
    "text to video, fields": (said("a wheat field at noon"), FILM),
    "text to video, reef": (said("a coral reef under water"), FILM),
    "text to video, aurora": (said("northern lights over a lake"), FILM),
    "text to video, campfire": (said("a campfire at night"), FILM),
    "text to video, liquid": (said("abstract liquid colours"), FILM),
    "image to video": (ImageToVideo(words=Words(prompt="snow"), image=A), FILM),
    "transition, ink": (Transition(words=Words(prompt="ink"), first=A, last=B), FILM),
    "effect, dust": (VideoEffect(template="dust", images=(A,), words=WORDS), FILM),
    "effect, explode": (VideoEffect(template="explode", images=(A,), words=WORDS), FILM),
    "fusion": (Fusion(words=Words(prompt="@woman in @room "), references=REFERENCES), FILM),
    "extend by 5 s": (Extend(words=Words(prompt="on and on"), film=PORTRAIT, seconds=5), LONGER),
    "upscale to 4K": (Upscale(film=PORTRAIT), UHD),
    **{
        f"restyle, {each.name.replace('_', ' ')}": (
            Restyle(film=PORTRAIT, style=each.name),
            FILM,
        )
        for each in load_restyles()
    },
    "modify, night": (changed("make it night"), FILM),
    "modify, blur": (changed("blur the background"), FILM),
    "modify, background": (changed("change the background to a city at night"), FILM),
    "mask selection": (MaskSelection(film=PORTRAIT, keyframe=1), FRAME),
    "swap": (
        Swap(film=PORTRAIT, keyframe=1, mask=MASK, region="person", image=B, keep_sound=False),
        FILM,
    ),
    "mimic": (Mimic(film=PORTRAIT, image=B), FILM),
    "sound effect": (SoundEffect(film=PORTRAIT, content="rain and thunder"), FILM),
    "lip sync": (LipSync(film=PORTRAIT, speech=HELLO), FILM),
    "avatar": (Avatar(image=A, speech=HELLO), FILM),
    "terrain, 1080p 8 s": (said("an island at dusk"), BIG),
    "city, 1080p 8 s": (said("a rainy neon city"), BIG),
    "forest, 1080p 8 s": (said("a misty forest in the morning"), BIG),
    "image to video, 1080p 8 s": (ImageToVideo(words=Words(prompt="snow"), image=A), BIG),
    "restyle, 1080p 8 s": (Restyle(film=PORTRAIT, style="oil"), BIG),
    "modify, 1080p 8 s": (changed("change the background to a city at night"), BIG),
    "lip sync, 1080p 8 s": (LipSync(film=PORTRAIT, speech=HELLO), BIG),
}


def made(ask: Ask, shape: Shape, folder: Path, given: Path | None) -> Output:
    """Return what the engine makes of an ask, in this process."""
    from kinora.engines.studio.engine import Studio  # noqa: PLC0415 - only in the measured process

    inputs = {A: PHOTOS / "astronaut.jpg", B: PHOTOS / "cat.jpg"}
    if given is not None:
        inputs |= {PORTRAIT: given / "film.mp4", MASK: given / "person.png"}
    engine = Studio()
    engine.setup()
    spec = Spec(job=JobId(1), attempt=1, ask=ask, seed=7, shape=shape, inputs=inputs, folder=folder)
    began, worked = time.perf_counter(), time.process_time()
    *_, last = engine.run(spec)
    seconds, cpu = time.perf_counter() - began, time.process_time() - worked
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    told = {"seconds": round(seconds, 2), "cpu_seconds": round(cpu, 2), "peak_mb": round(peak)}
    print(json.dumps(told))
    if not isinstance(last, Output):
        raise TypeError(last)
    return last


def one(name: str, given: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made(*CASES[name], Path(folder), given)


def prepare(folder: Path) -> None:
    """Make the film and the mask that the operations on films are measured with."""
    made(ImageToVideo(words=Words(prompt="slowly closer"), image=A), FILM, folder, None)
    made(MaskSelection(film=PORTRAIT, keyframe=1), FRAME, folder, folder)


def main(word: str) -> None:
    results = json.loads(OUT.read_text()) if OUT.exists() else {}
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, __file__, "--prepare", folder], check=True, stdout=-3)
        for name in (each for each in CASES if word in each):
            call = [sys.executable, __file__, "--one", name, folder]
            told = subprocess.run(call, capture_output=True, check=True)
            row = results[name] = json.loads(told.stdout.splitlines()[-1])
            film = CASES[name][1]
            ratio = row["seconds"] / film.seconds if film.fps else 0.0
            times = f"{row['seconds']:6.1f} s ({row['cpu_seconds']:5.1f} s of CPU)"
            print(f"{name:<28} {times}  {ratio:4.1f} x real time  {row['peak_mb']} MB", flush=True)
    OUT.write_text(
        json.dumps({name: results[name] for name in CASES if name in results}, indent=2) + "\n"
    )


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["--one", name, folder]:
            one(name, Path(folder))
        case ["--prepare", folder]:
            prepare(Path(folder))
        case words:
            main(" ".join(words))
