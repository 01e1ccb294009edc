"""Which room makes which film, and what it sounds like."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import assert_never

import numpy as np

from kinora.domain.ids import AssetId
from kinora.domain.order import (
    BY_WORDS,
    Extend,
    Fusion,
    ImageToVideo,
    MultiTransition,
    Restyle,
    Sound,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
)
from kinora.engines.studio.effects.room import frames as effect_frames
from kinora.engines.studio.extend.room import frames as extended_frames
from kinora.engines.studio.fusion.room import Cast
from kinora.engines.studio.fusion.room import frames as fusion_frames
from kinora.engines.studio.imagevideo.room import frames as picture_frames
from kinora.engines.studio.reel import Picture, Waves
from kinora.engines.studio.scenes.stage import text_frames
from kinora.engines.studio.shots import cut_together, plan_shots
from kinora.engines.studio.source import reading
from kinora.engines.studio.styles.room import styled
from kinora.engines.studio.transition.chain import frames as chain_frames
from kinora.engines.studio.transition.room import frames as transition_frames
from kinora.engines.studio.upscale.room import frames as larger_frames
from kinora.ports.engine import Shape, Spec

NewFilm = TextToVideo | ImageToVideo | VideoEffect | Transition | MultiTransition | Fusion
FilmAsk = NewFilm | Extend | Upscale | Restyle


def film_frames(ask: FilmAsk, spec: Spec) -> Iterator[Picture]:
    """Return the frames of a film."""
    shape, seed = spec.shape, spec.seed
    match ask:
        case Extend(words=words, film=film, seconds=seconds):
            own = shape.frames - seconds * shape.fps
            source = spec.inputs[film]
            return extended_frames(source, words, shape=shape, seed=seed, source_frames=own)
        case Upscale(film=film):
            return larger_frames(spec.inputs[film], shape=shape, seed=seed)
        case Restyle(film=film, style=style):
            size = (shape.width, shape.height)
            own_frames = reading.frames(
                spec.inputs[film], size=size, fps=shape.fps, count=shape.frames
            )
            return styled(own_frames, style, shape=shape, seed=seed)
        case _:
            return _new_frames(ask, spec)


def film_sound(ask: FilmAsk, spec: Spec) -> Waves | None:
    """Return the sound of a film: what its source sounds like, what is asked for, or none."""
    seconds = spec.shape.seconds
    match ask:
        case Upscale(film=film) | Restyle(film=film):
            return reading.sound(spec.inputs[film], seconds=seconds)
        case MultiTransition():
            return None
        case _:
            return _asked_sound(ask.sound, ask.words, spec)


def _new_frames(ask: NewFilm, spec: Spec) -> Iterator[Picture]:
    shape, seed = spec.shape, spec.seed
    match ask:
        case TextToVideo() | ImageToVideo():
            return _shot_frames(ask, spec)
        case VideoEffect():
            return _effect_frames(ask, spec)
        case Transition(words=words, first=first, last=last):
            ends: tuple[Path, Path] = spec.inputs[first], spec.inputs[last]
            return transition_frames(*ends, words, shape=shape, seed=seed)
        case MultiTransition(images=images, segments=segments, motion=motion):
            return chain_frames(_files(spec, images), segments, motion, shape=shape, seed=seed)
        case Fusion(words=words, references=references):
            cast = [Cast(each.role, each.name, spec.inputs[each.asset]) for each in references]
            return fusion_frames(cast, words, shape=shape, seed=seed)
        case _:
            assert_never(ask)


def _effect_frames(ask: VideoEffect, spec: Spec) -> Iterator[Picture]:
    paths = _files(spec, ask.images)
    if ask.played == BY_WORDS:
        return picture_frames(paths[0], ask.words, shape=spec.shape, seed=spec.seed)
    return effect_frames(ask.played, paths, shape=spec.shape, seed=spec.seed)


def _shot_frames(ask: TextToVideo | ImageToVideo, spec: Spec) -> Iterator[Picture]:
    def take(words: Words, shape: Shape, number: int) -> Iterator[Picture]:
        match ask:
            case TextToVideo():
                return text_frames(words, shape=shape, seed=spec.seed)
            case ImageToVideo(image=image):
                # The same picture from the same place would jump and not cut.
                closer = number % 2 == 1
                path = spec.inputs[image]
                return picture_frames(path, words, shape=shape, seed=spec.seed, close=closer)

    if not ask.multi_clip:
        return take(ask.words, spec.shape, 0)
    return cut_together(plan_shots(ask.words, spec.shape), take, shape=spec.shape)


def _files(spec: Spec, images: Sequence[AssetId]) -> list[Path]:
    return [spec.inputs[image] for image in images]


def _asked_sound(wanted: Sound | None, words: Words, spec: Spec) -> Waves | None:
    if wanted is None:
        return None
    # SciPy's filters cost 70 MB, which an engine that makes silent films need not hold.
    from kinora.engines.studio.sound.score import score  # noqa: PLC0415
    from kinora.engines.studio.speech.said import said  # noqa: PLC0415
    from kinora.engines.studio.speech.speaking import over  # noqa: PLC0415

    seconds, seed = spec.shape.seconds, spec.seed
    effects = None
    if wanted.effects:
        effects = score(content=wanted.content, prompt=words.prompt, seconds=seconds, seed=seed)
    if wanted.speech is None:
        return effects
    spoken = said(wanted.speech, spec)
    return over(spoken, effects, seconds=seconds)


def _mixed(kept: Waves | None, asked: Waves | None) -> Waves | None:
    if kept is None or asked is None:
        return asked if kept is None else kept
    return np.asarray(np.clip(kept * 0.75 + asked * 0.5, -1, 1), np.float32)
