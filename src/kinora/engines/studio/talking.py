"""Films in which somebody says something: a given film, or a picture that comes alive for it."""

from collections.abc import Callable, Generator, Iterator
from dataclasses import dataclass, replace

from kinora.domain.order import Avatar, LipSync, Words
from kinora.engines.studio.imagevideo.room import frames as picture_frames
from kinora.engines.studio.lips.heads import nodding
from kinora.engines.studio.lips.hearing import mouths_of_sound
from kinora.engines.studio.lips.mouths import Mouths
from kinora.engines.studio.lips.speaking import lip_synced
from kinora.engines.studio.lips.timeline import mouths_of_speech
from kinora.engines.studio.lips.tracking import Watch
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.source import reading
from kinora.engines.studio.source.listening import heard
from kinora.engines.studio.speech.said import said
from kinora.engines.studio.speech.speaking import Spoken, over
from kinora.ports.engine import Progress, Shape, Spec

TAIL = 0.3
"""Seconds for which an avatar is seen after its last word."""

LOOKED = 0.4
"""The part of the work after which it is known who speaks."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A film in which somebody talks, before its frames are written."""

    frames: Iterator[Picture]
    sound: Waves
    shape: Shape


def talking(ask: LipSync | Avatar, spec: Spec) -> Generator[Progress, None, Talk]:
    """Return a film in which a person says what is asked; raise CannotMake."""
    voice = _voice(ask, spec)
    shape = spec.shape
    if isinstance(ask, Avatar):
        seconds = voice.seconds if isinstance(voice, Spoken) else len(voice) / RATE
        shape = replace(shape, frames=max(1, round((seconds + TAIL) * shape.fps)))
    yield Progress(done=0.05)
    read = _reader(ask, spec, shape)
    watch = Watch()
    for number, frame in enumerate(read()):
        watch.see(frame)
        yield Progress(done=0.05 + (LOOKED - 0.05) * (number + 1) / shape.frames)
    talker = watch.talker(fps=shape.fps)
    mouths, sound = _said(voice, shape, _below(ask, spec))
    synced = lip_synced(read(), talker=talker, mouths=mouths, seed=spec.seed)
    if isinstance(ask, Avatar):
        synced = nodding(synced, talker=talker, mouths=mouths, seed=spec.seed)
    return Talk(synced, sound, shape)


def _voice(ask: LipSync | Avatar, spec: Spec) -> Spoken | Waves:
    """Return what is said: spoken words, or the sound that was sent."""
    if ask.speech is not None:
        return said(ask.speech, spec)
    return heard(spec.inputs[ask.sounds[0]], seconds=spec.shape.seconds)


def _said(voice: Spoken | Waves, shape: Shape, own: Waves | None) -> tuple[Mouths, Waves]:
    """Return a mouth for each frame, and the film's sound; `own` is what was heard in it before."""
    fps, count = float(shape.fps), shape.frames
    spoken = voice if isinstance(voice, Spoken) else Spoken(voice, ())
    alone, sound = (over(spoken, each, seconds=shape.seconds) for each in (None, own))
    if not spoken.phonemes:
        return mouths_of_sound(alone, fps=fps, count=count), sound
    told = mouths_of_speech(spoken.phonemes, seconds=spoken.seconds, fps=fps, count=count)
    return told, sound


def _below(ask: LipSync | Avatar, spec: Spec) -> Waves | None:
    """Return the sound that a film has of its own, if it is to be kept."""
    if isinstance(ask, Avatar) or not ask.keep_sound:
        return None
    return reading.sound(spec.inputs[ask.film], seconds=spec.shape.seconds)


def _reader(ask: LipSync | Avatar, spec: Spec, shape: Shape) -> Callable[[], Iterator[Picture]]:
    """Return what gives the film's frames, the same ones each time that it is called."""
    if isinstance(ask, LipSync):
        size = shape.width, shape.height
        film = spec.inputs[ask.film]
        return lambda: reading.frames(film, size=size, fps=shape.fps, count=shape.frames)
    image, words = spec.inputs[ask.image], Words(prompt=ask.prompt)
    return lambda: picture_frames(image, words, shape=shape, seed=spec.seed)
