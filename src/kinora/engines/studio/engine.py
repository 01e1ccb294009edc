"""The studio: takes an ask to its room and writes what comes back."""

from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
from PIL import Image

from kinora.domain.order import (
    Avatar,
    Edit,
    ImageEffect,
    LipSync,
    MakeMusic,
    MaskSelection,
    Mimic,
    Modify,
    MusicVideo,
    Restyle,
    SaySomething,
    SoundEffect,
    Swap,
    TextToImage,
)
from kinora.engines.studio.film import carry_picture, write_film
from kinora.engines.studio.marks import marked
from kinora.engines.studio.masks.finding import find_masks, keyframe, levels
from kinora.engines.studio.notes import DESCRIPTION, NOTE, NOTES, SOFTWARE
from kinora.engines.studio.reel import Picture, Waves
from kinora.engines.studio.rooms import FilmAsk, film_frames, film_sound
from kinora.engines.studio.scenes.stage import text_still
from kinora.engines.studio.source import reading
from kinora.engines.studio.steps import begun
from kinora.engines.studio.stills.remade import remade
from kinora.engines.studio.stills.room import picture as still_picture
from kinora.engines.studio.warming import warm_up
from kinora.engines.studio.worked import WorkedAsk, worked_frames, worked_shape, worked_sound
from kinora.ports.engine import CannotMake, EngineEvent, Output, Progress, Shape, Spec

JPEG_QUALITY = 92
NEARLY = 0.97
"""How far a film is when its last frame was taken: the file must still be finished."""


class Studio:
    """The built-in engine. It needs no weights and no graphics card."""

    def setup(self) -> None:
        """Compile the kernels of every room, unless they are."""
        cv2.setNumThreads(2)
        warm_up()

    def run(self, spec: Spec) -> Generator[EngineEvent, None, None]:
        """Make what the spec asks; raise CannotMake when it cannot be made."""
        match spec.ask:
            case TextToImage():
                yield from self._pictured(spec, spec.ask)
            case ImageEffect(images=images):
                paths = [spec.inputs[image] for image in images]
                made = still_picture(spec.ask.played, paths, shape=spec.shape)
                yield from self._still(spec, made)
            case MakeMusic() | SaySomething():
                yield from self._sounding(spec, spec.ask)
            case Edit() if not isinstance(spec.ask, Restyle):
                yield from self._edited(spec, spec.ask)
            case _:
                yield from self._film(spec, spec.ask)

    def _edited(self, spec: Spec, ask: Edit) -> Generator[EngineEvent, None, None]:
        match ask:
            case MaskSelection():
                yield from self._masks(spec, ask)
            case SoundEffect():
                yield from self._heard(spec, ask)
            case Swap() | Modify() | Mimic():
                yield from self._worked(spec, ask)
            case LipSync() | Avatar():
                yield from self._talk(spec, ask)
            case MusicVideo():
                yield from self._song(spec, ask)
            case _:
                raise CannotMake(f"this engine does not make a {type(ask).__name__}")

    def _pictured(self, spec: Spec, ask: TextToImage) -> Generator[EngineEvent, None, None]:
        """Make a picture from words, and from pictures when there are any."""
        shape, seed = spec.shape, spec.seed
        if ask.images:
            paths = [spec.inputs[image] for image in ask.images]
            making = remade(ask.words, paths, shape=shape, seed=seed, folder=spec.folder)
            made = yield from making
        else:
            made = text_still(ask.words, shape=shape, seed=seed)
        yield from self._still(spec, made)

    def _film(self, spec: Spec, ask: FilmAsk) -> Generator[EngineEvent, None, None]:
        frames, sound = film_frames(ask, spec), film_sound(ask, spec)
        yield from self._written(spec, frames, shape=spec.shape, sound=sound)

    def _worked(self, spec: Spec, ask: WorkedAsk) -> Generator[EngineEvent, None, None]:
        """Make a film of which all must be looked at first."""
        shape, sound = worked_shape(ask, spec), worked_sound(ask, spec)
        done, frames = yield from begun(worked_frames(ask, spec))
        yield from self._written(spec, frames, shape=shape, sound=sound, begun=done)

    def _talk(self, spec: Spec, ask: LipSync | Avatar) -> Generator[EngineEvent, None, None]:
        """Make a film in which somebody talks."""
        # SciPy and the faces' classifiers are not needed by an engine that makes other films.
        from kinora.engines.studio.talking import talking  # noqa: PLC0415

        done, talk = yield from begun(talking(ask, spec))
        yield from self._written(spec, talk.frames, shape=talk.shape, sound=talk.sound, begun=done)

    def _song(self, spec: Spec, ask: MusicVideo) -> Generator[EngineEvent, None, None]:
        """Make a film to a song."""
        from kinora.engines.studio.songs.premiere import song_film  # noqa: PLC0415 - SciPy, too

        path = yield from song_film(ask, spec)
        yield Progress(done=1.0)
        yield _film_output(spec.shape, path, has_audio=True)

    def _sounding(
        self, spec: Spec, ask: MakeMusic | SaySomething
    ) -> Generator[EngineEvent, None, None]:
        """Make a sound that no picture goes with."""
        from kinora.engines.studio.composing.room import compose, recite  # noqa: PLC0415 - SciPy

        making = compose(ask, spec) if isinstance(ask, MakeMusic) else recite(ask, spec)
        made = yield from making
        yield Progress(done=1.0)
        yield Output(
            path=made.path,
            kind="audio",
            mime="audio/mpeg",
            width=0,
            height=0,
            frames=0,
            seconds=made.seconds,
            has_audio=True,
        )

    def _written(
        self,
        spec: Spec,
        frames: Iterator[Picture],
        *,
        shape: Shape,
        sound: Waves | None,
        begun: float = 0.0,
    ) -> Generator[EngineEvent, None, None]:
        path = spec.folder / "film.mp4"
        frames = marked(frames, shape=shape) if spec.watermark else frames
        writing = write_film(path, frames, shape=shape, sound=sound)
        with closing(writing):
            for number in writing:
                yield Progress(done=begun + (NEARLY - begun) * (number + 1) / shape.frames)
        yield Progress(done=1.0)
        yield _film_output(shape, path, has_audio=sound is not None)

    def _masks(self, spec: Spec, ask: MaskSelection) -> Generator[EngineEvent, None, None]:
        """Part a film's frame into regions: the frame, and a picture for each region."""
        frame = keyframe(spec.inputs[ask.film], ask.keyframe, spec.shape)
        yield Progress(done=0.2)
        found = find_masks(frame)
        yield Progress(done=NEARLY)
        beside = tuple(
            _picture_output(spec.folder / f"{name}.png", levels(mask), label=name)
            for name, mask in found.items()
        )
        whole = _picture_output(spec.folder / "keyframe.png", frame, label="keyframe")
        yield Progress(done=1.0)
        yield replace(whole, beside=beside)

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
        yield _film_output(spec.shape, path, has_audio=True)

    def _still(self, spec: Spec, made: Picture) -> Generator[EngineEvent, None, None]:
        yield Progress(done=NEARLY)
        path = spec.folder / "picture.jpg"
        exif = Image.Exif()
        exif[SOFTWARE], exif[DESCRIPTION] = NOTES["artist"], NOTE
        picture = Image.fromarray(made)
        picture.save(path, "JPEG", quality=JPEG_QUALITY, subsampling=0, exif=exif)
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


def _picture_output(path: Path, picture: Picture, *, label: str) -> Output:
    Image.fromarray(picture).save(path, "PNG", compress_level=3)
    return Output(
        path=path,
        kind="image",
        mime="image/png",
        width=picture.shape[1],
        height=picture.shape[0],
        frames=1,
        seconds=0.0,
        has_audio=False,
        label=label,
    )


def _film_output(shape: Shape, path: Path, *, has_audio: bool) -> Output:
    return Output(
        path=path,
        kind="video",
        mime="video/mp4",
        width=shape.width,
        height=shape.height,
        frames=shape.frames,
        seconds=shape.seconds,
        has_audio=has_audio,
    )
