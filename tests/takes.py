"""The takes of `docs/gallery/takes.toml`: given words, pictures and seeds, made at any size."""

import tomllib
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass, replace
from importlib.resources import files
from itertools import islice
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import numpy as np
from numpy.typing import NDArray
from PIL import Image

from kinora.catalog.templates import load_templates
from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import (
    Avatar,
    Extend,
    Fusion,
    ImageEffect,
    ImageToVideo,
    LipSync,
    MaskSelection,
    Mimic,
    Modify,
    MultiTransition,
    Reference,
    Restyle,
    Role,
    Segment,
    Speech,
    Swap,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
)
from kinora.engines.studio.film import write_film
from kinora.engines.studio.masks.finding import find_masks, keyframe, levels
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.rooms import FilmAsk, film_frames
from kinora.engines.studio.stills.room import picture as still_picture
from kinora.engines.studio.talking import talking
from kinora.engines.studio.worked import WorkedAsk, worked_frames
from kinora.ports.engine import Progress, Shape, Spec

TAKES = Path(__file__).parents[1] / "docs" / "gallery" / "takes.toml"
PHOTOS = Path(str(files("kinora.cli") / "pictures"))
SOURCE, MASK = AssetId(100), AssetId(101)
TalkAsk = LipSync | Avatar
TakeAsk = FilmAsk | WorkedAsk | TalkAsk | ImageEffect | MaskSelection
Inputs = dict[AssetId, Path]
GREY = np.float32(110)
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Take:
    """One entry of the file; `several` asks for several shots."""

    name: str
    sheet: str
    ask: str
    prompt: str = ""
    seed: int = 1
    pictures: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    camera: str = ""
    style: str = ""
    template: str = ""
    film: str = ""
    region: str = ""
    several: bool = False

    @property
    def words(self) -> Words:
        return Words(prompt=self.prompt, camera=self.camera, style=self.style)


def read_takes() -> dict[str, Take]:
    """Return the takes of the file and one for each template, by name, in their order."""
    takes = msgspec.convert(tomllib.loads(TAKES.read_text())["take"], list[Take])
    for template in load_templates():
        film = template.kind == "video"
        takes.append(
            Take(
                name=template.name,
                sheet="video-templates" if film else "image-templates",
                ask="effect" if film else "still",
                pictures=("astronaut", "coffee")[: template.images],
                template=template.name,
            )
        )
    return {take.name: take for take in takes}


def frames_of(take: Take, shape: Shape, folder: Path) -> Iterator[Picture]:
    """Yield a take's frames; a film that it is made from is written into `folder` first."""
    inputs = {AssetId(n): PHOTOS / f"{name}.jpg" for n, name in enumerate(take.pictures)}
    ask = _ask(take)
    if take.film:
        inputs |= _source(take, shape, folder)
    if isinstance(ask, ImageEffect):
        paths = [inputs[image] for image in ask.images]
        yield still_picture(ask.template, paths, shape=replace(shape, frames=1, fps=0))
    elif isinstance(ask, MaskSelection):
        frame = keyframe(inputs[SOURCE], ask.keyframe, shape)
        yield from shown(frame, find_masks(frame))
    else:
        yield from _played(take, ask, shape, inputs, folder)


def _source(take: Take, shape: Shape, folder: Path) -> dict[AssetId, Path]:
    """Return the film that a take is made from, written, and the mask of its first frame."""
    part = replace(shape, frames=shape.frames // 2) if take.ask == "extend" else shape
    path = folder / f"{take.film}.mp4"
    for _ in write_film(
        path, frames_of(read_takes()[take.film], part, folder), shape=part, sound=None
    ):
        pass
    if not take.region:
        return {SOURCE: path}
    mask = folder / "mask.png"
    Image.fromarray(levels(find_masks(keyframe(path, 1, shape))[take.region])).save(mask)
    return {SOURCE: path, MASK: mask}


def _played(
    take: Take, ask: FilmAsk | WorkedAsk | TalkAsk, shape: Shape, inputs: Inputs, folder: Path
) -> Iterator[Picture]:
    if isinstance(ask, Extend):
        # The half that is added is given in seconds; small films are shorter than one.
        shape = replace(shape, fps=max(1, shape.frames // 2))
        ask = replace(ask, seconds=1)
    if isinstance(ask, Upscale):
        shape = replace(shape, width=shape.width * 2, height=shape.height * 2)
    spec = Spec(
        job=JobId(1),
        attempt=1,
        ask=ask,
        seed=take.seed,
        shape=shape,
        inputs=inputs,
        folder=folder,
    )
    if isinstance(ask, TalkAsk):
        yield from islice(ended(talking(ask, spec)).frames, shape.frames)
    elif isinstance(ask, WorkedAsk):
        yield from ended(worked_frames(ask, spec))
    else:
        yield from film_frames(ask, spec)


def shown(frame: Picture, masks: Mapping[str, NDArray[np.float32]]) -> Iterator[Picture]:
    """Yield a frame, and for each region the frame with what is outside of it greyed."""
    yield frame
    for mask in masks.values():
        part = mask[..., None]
        yield (frame * part + GREY * (1 - part)).astype(np.uint8)


def ended(making: Generator[Progress, None, T]) -> T:
    """Return what a work gives in the end."""
    while True:
        try:
            next(making)
        except StopIteration as stopped:
            value: T = stopped.value
            return value


def _ask(take: Take) -> TakeAsk:
    images = tuple(AssetId(number) for number in range(len(take.pictures)))
    words = take.words
    asks: dict[str, Any] = {
        "text": lambda: TextToVideo(words=words, multi_clip=take.several),
        "image": lambda: ImageToVideo(words=words, image=images[0], multi_clip=take.several),
        "transition": lambda: Transition(words=words, first=images[0], last=images[1]),
        "multi-transition": lambda: MultiTransition(
            images=images,
            segments=tuple(Segment(prompt=take.prompt, seconds=1) for _ in images[1:]),
        ),
        "fusion": lambda: Fusion(
            words=words,
            references=tuple(
                Reference(asset=image, role=role, name=name)
                for image, name, role in zip(
                    images, take.names, (Role.SUBJECT, Role.BACKGROUND), strict=True
                )
            ),
        ),
        "effect": lambda: VideoEffect(template=take.template, images=images, words=words),
        "still": lambda: ImageEffect(template=take.template, images=images),
        "extend": lambda: Extend(words=words, film=SOURCE, seconds=1),
        "upscale": lambda: Upscale(film=SOURCE),
        "restyle": lambda: Restyle(film=SOURCE, style=take.style),
        "modify": lambda: Modify(film=SOURCE, prompt=take.prompt),
        "lip-sync": lambda: LipSync(film=SOURCE, speech=Speech(text=take.prompt, speaker="1")),
        "avatar": lambda: Avatar(
            image=images[0], speech=Speech(text=take.prompt, speaker="1"), prompt=take.style
        ),
        "masks": lambda: MaskSelection(film=SOURCE, keyframe=1),
        "swap": lambda: Swap(
            film=SOURCE, keyframe=1, mask=MASK, region=take.region, image=images[0]
        ),
        "mimic": lambda: Mimic(film=SOURCE, image=images[0]),
    }
    made: TakeAsk = asks[take.ask]()
    return made
