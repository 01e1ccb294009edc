"""The studio: takes an ask to its room and writes what comes back."""

from collections.abc import Generator
from contextlib import closing
from pathlib import Path

import cv2
from PIL import Image

from kinora.domain.order import ImageEffect, SoundEffect, TextToImage
from kinora.engines.studio.effects.room import warm as warm_effects
from kinora.engines.studio.film import carry_picture, write_film
from kinora.engines.studio.imagevideo.room import warm as warm_pictures
from kinora.engines.studio.marks import marked
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.rooms import FilmAsk, film_frames, film_sound
from kinora.engines.studio.scenes.stage import text_still
from kinora.engines.studio.scenes.stage import warm as warm_scenes
from kinora.engines.studio.source import reading
from kinora.engines.studio.stills.room import picture as still_picture
from kinora.engines.studio.stills.room import warm as warm_stills
from kinora.engines.studio.upscale.room import warm as warm_upscale
from kinora.ports.engine import EngineEvent, Output, Progress, Spec

JPEG_QUALITY = 92
NEARLY = 0.97
"""How far a film is when its last frame was taken: the file must still be finished."""


class Studio:
    """The built-in engine. It needs no weights and no graphics card."""

    def setup(self) -> None:
        """Compile and warm every room."""
        cv2.setNumThreads(2)
        for warm in (warm_pictures, warm_scenes, warm_effects, warm_stills, warm_upscale):
            warm()

    def run(self, spec: Spec) -> Generator[EngineEvent, None, None]:
        """Make what the spec asks; raise CannotMake when it cannot be made."""
        match spec.ask:
            case TextToImage(words=words):
                made = text_still(words, shape=spec.shape, seed=spec.seed)
                yield from self._still(spec, made)
            case ImageEffect(images=images):
                paths = [spec.inputs[image] for image in images]
                made = still_picture(spec.ask.played, paths, shape=spec.shape)
                yield from self._still(spec, made)
            case SoundEffect():
                yield from self._heard(spec, spec.ask)
            case _:
                yield from self._film(spec, spec.ask)

    def _film(self, spec: Spec, ask: FilmAsk) -> Generator[EngineEvent, None, None]:
        path = spec.folder / "film.mp4"
        sound = film_sound(ask, spec)
        frames = film_frames(ask, spec)
        frames = marked(frames, shape=spec.shape) if spec.watermark else frames
        writing = write_film(path, frames, shape=spec.shape, sound=sound)
        with closing(writing):
            for number in writing:
                yield Progress(done=NEARLY * (number + 1) / spec.shape.frames)
        yield Progress(done=1.0)
        yield _film_output(spec, path, has_audio=sound is not None)

    def _heard(self, spec: Spec, ask: SoundEffect) -> Generator[EngineEvent, None, None]:
        """Give a film a new sound; its picture is not touched where that can be had."""
        # SciPy's filters cost 70 MB, which an engine that makes silent films need not hold.
        from kinora.engines.studio.sound.picture import film_score  # noqa: PLC0415

        source, path = spec.inputs[ask.film], spec.folder / "film.mp4"
        making = film_score(source, ask, seconds=spec.shape.seconds, seed=spec.seed)
        sound = yield from making
        if not carry_picture(source, path, sound=sound):
            size, shape = (spec.shape.width, spec.shape.height), spec.shape
            frames = reading.frames(source, size=size, fps=shape.fps, count=shape.frames)
            with closing(write_film(path, frames, shape=shape, sound=sound)) as writing:
                for number in writing:
                    yield Progress(done=0.5 + 0.45 * (number + 1) / shape.frames)
        yield Progress(done=1.0)
        yield _film_output(spec, path, has_audio=True)

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


def _film_output(spec: Spec, path: Path, *, has_audio: bool) -> Output:
    return Output(
        path=path,
        kind="video",
        mime="video/mp4",
        width=spec.shape.width,
        height=spec.shape.height,
        frames=spec.shape.frames,
        seconds=spec.shape.seconds,
        has_audio=has_audio,
    )
