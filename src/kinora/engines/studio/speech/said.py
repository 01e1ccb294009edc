"""Says what an ask wants said, in a speaker's voice or in one of the caller's own."""

from kinora.domain.order import Speech
from kinora.engines.studio.source.listening import heard
from kinora.engines.studio.speech.likeness import likeness_of
from kinora.engines.studio.speech.speaking import PLAIN, Manner, Spoken, speak
from kinora.ports.engine import CannotMake, Spec

LISTENED = 60.0
"""Seconds of a recording that are listened to."""


def said(speech: Speech, spec: Spec, *, manner: Manner = PLAIN) -> Spoken:
    """Return the spoken words; raise CannotMake, also when nobody speaks in a voice's recording."""
    if speech.like is None:
        return speak(speech.text, voice=speech.speaker, seed=spec.seed, manner=manner)
    like = likeness_of(heard(spec.inputs[speech.like], seconds=LISTENED))
    if like is None:
        raise CannotMake("nobody speaks in the audio of the custom voice; make it from another")
    return speak(speech.text, voice=speech.speaker, seed=spec.seed, like=like, manner=manner)
