"""The studio: takes an ask to its room and writes what comes back."""

from collections.abc import Generator, Iterator
from contextlib import closing
from pathlib import Path
from typing import assert_never

import cv2
from PIL import Image

from kinora.domain.order import (
    ImageEffect,
    ImageToVideo,
    Sound,
    TextToImage,
    TextToVideo,
    Transition,
    VideoEffect,
)
from kinora.engines.studio.effects.room import frames as effect_frames
from kinora.engines.studio.effects.room import warm as warm_effects
from kinora.engines.studio.film import write_film
from kinora.engines.studio.imagevideo.room import frames as picture_frames
from kinora.engines.studio.imagevideo.room import warm as warm_pictures
from kinora.engines.studio.reel import Picture, Waves
from kinora.engines.studio.scenes.stage import text_frames, text_still
from kinora.engines.studio.scenes.stage import warm as warm_scenes
from kinora.engines.studio.stills.room import picture as still_picture
from kinora.engines.studio.stills.room import warm as warm_stills
from kinora.engines.studio.transition.room import frames as transition_frames
from kinora.ports.engine import EngineEvent, Output, Progress, Shape, Spec

FilmAsk = TextToVideo | ImageToVideo | VideoEffect | Transition
JPEG_QUALITY = 92
NEARLY = 0.97
"""How far a film is when its last frame was taken: the file must still be finished."""


class Studio:
    """The built-in engine. It needs no weights and no graphics card."""

    def setup(self) -> None:
        """Compile and warm every room."""
        cv2.setNumThreads(2)
        for warm in (warm_pictures, warm_scenes, warm_effects, warm_stills):
            warm()

    def run(self, spec: Spec) -> Generator[EngineEvent, None, None]:
        """Make what the spec asks; raise CannotMake when it cannot be made."""
        match spec.ask:
            case TextToVideo() | ImageToVideo() | VideoEffect() | Transition():
                yield from self._film(spec, spec.ask)
            case TextToImage(words=words):
                made = text_still(words, shape=spec.shape, seed=spec.seed)
                yield from self._still(spec, made)
            case ImageEffect(template=template, images=images):
                paths = [spec.inputs[image] for image in images]
                made = still_picture(template, paths, shape=spec.shape)
                yield from self._still(spec, made)
            case _:
                assert_never(spec.ask)

    def _film(self, spec: Spec, ask: FilmAsk) -> Generator[EngineEvent, None, None]:
        path = spec.folder / "film.mp4"
        sound = _sound(ask, spec)
        writing = write_film(path, _frames(ask, spec), shape=spec.shape, sound=sound)
        with closing(writing):
            for number in writing:
                yield Progress(done=NEARLY * (number + 1) / spec.shape.frames)
        yield Progress(done=1.0)
        yield Output(
            path=path,
            kind="video",
            mime="video/mp4",
            width=spec.shape.width,
            height=spec.shape.height,
            frames=spec.shape.frames,
            seconds=spec.shape.seconds,
            has_audio=sound is not None,
        )

    def _still(self, spec: Spec, made: Picture) -> Generator[EngineEvent, None, None]:
        yield Progress(done=NEARLY)
        path = spec.folder / "picture.jpg"
        Image.fromarray(made).save(path, "JPEG", quality=JPEG_QUALITY, subsampling=0)
        yield Progress(done=1.0)
        yield Output(
            path=path,
            kind="image",
            mime="image/jpeg",
            width=made.shape[1],
            height=made.shape[0],
            frames=1,
            seconds=0.0,
            has_audio=False,
        )


def _frames(ask: FilmAsk, spec: Spec) -> Iterator[Picture]:
    shape, seed = spec.shape, spec.seed
    match ask:
        case TextToVideo(words=words):
            return text_frames(words, shape=shape, seed=seed)
        case ImageToVideo(words=words, image=image):
            return picture_frames(spec.inputs[image], words, shape=shape, seed=seed)
        case VideoEffect(template=template, images=images):
            paths = [spec.inputs[image] for image in images]
            return effect_frames(template, paths, shape=shape, seed=seed)
        case Transition(words=words, first=first, last=last):
            ends: tuple[Path, Path] = spec.inputs[first], spec.inputs[last]
            return transition_frames(*ends, words, shape=shape, seed=seed)


def _sound(ask: FilmAsk, spec: Spec) -> Waves | None:
    wanted: Sound | None = ask.sound
    if wanted is None:
        return None
    # SciPy's filters cost 70 MB, which an engine that makes silent films need not hold.
    from kinora.engines.studio.sound.score import score  # noqa: PLC0415

    shape: Shape = spec.shape
    return score(
        content=wanted.content, prompt=ask.words.prompt, seconds=shape.seconds, seed=spec.seed
    )
