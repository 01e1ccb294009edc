"""Music and speech as sounds of their own: limits, prices, lengths."""

import math

from kinora.catalog.models import Models, MusicModel, SpeechModel
from kinora.catalog.rules import among
from kinora.domain.errors import Invalid, PromptTooLong
from kinora.domain.order import MakeMusic, Order, SaySomething
from kinora.domain.quote import Term
from kinora.domain.shape import Shape

Heard = MakeMusic | SaySomething
BYTES_A_SECOND = 15
"""UTF-8 bytes of text that take about a second to say."""

BEAT = 1
"""A sound has no frames: its shape counts seconds."""

LANGUAGES = (
    *("en", "zh", "ja", "ko", "es", "fr", "de", "it", "pt", "ru", "ar", "hi", "nl", "pl", "tr"),
    *("uk", "el", "he", "cs", "ro", "hu", "fi", "da", "sv", "no", "vi", "id", "bg", "sk", "hr"),
)
"""Languages that can be asked for by their codes."""

SLOWEST, FASTEST = 0.5, 2.0
MOST_STEPS = 12


def check_heard(models: Models, order: Order, ask: Heard) -> None:
    """Raise Invalid or PromptTooLong for what no model makes."""
    match ask:
        case MakeMusic():
            among("model", order.model, tuple(models.music))
            _check_music(models.music[order.model], order.model, ask)
        case SaySomething():
            among("model", order.model, tuple(models.speech))
            _check_speech(models.speech[order.model], order.model, ask)


def heard_price(models: Models, order: Order, ask: Heard) -> Term:
    """Return what a sound costs: music by the piece, speech by its characters."""
    match ask:
        case MakeMusic():
            what = f"music {order.model}, a piece"
            return Term(what=what, unit=models.music[order.model].credits)
        case SaySomething():
            model = models.speech[order.model]
            what = f"speech {order.model}, each {model.unit} characters"
            return Term(what=what, unit=1, times=speech_price(model, ask.speech.text))


def speech_price(model: SpeechModel, text: str) -> int:
    """Return the credits of a text: one for each started unit of characters."""
    return max(1, math.ceil(len(text) / model.unit))


def heard_shape(ask: Heard) -> Shape:
    """Return the length of a sound; that of a text is only known when it is spoken."""
    if isinstance(ask, MakeMusic):
        return Shape(width=0, height=0, frames=ask.seconds, fps=BEAT)
    seconds = math.ceil(len(ask.speech.text.encode()) / BYTES_A_SECOND / ask.pace)
    return Shape(width=0, height=0, frames=max(1, seconds), fps=BEAT)


def _check_music(model: MusicModel, name: str, ask: MakeMusic) -> None:
    if len(ask.words) > model.prompt:
        raise PromptTooLong(f"prompt must have at most {model.prompt} characters for model {name}")
    if ask.lyrics and not model.lyrics:
        raise Invalid(f"lyrics are not accepted by model {name}")
    if len(ask.lyrics) > model.lyrics:
        raise PromptTooLong(f"lyrics must have at most {model.lyrics} characters")
    if ask.lyrics and ask.instrumental:
        raise Invalid("send either instrumental or lyrics, not both")
    if len(ask.images) > model.images:
        most = f"at most {model.images} pictures" if model.images else "no pictures"
        raise Invalid(f"model {name} takes {most}")
    shortest, longest = model.seconds
    if not shortest <= ask.seconds <= longest:
        raise Invalid(f"duration must be {shortest} to {longest}, not {ask.seconds}")


def _check_speech(model: SpeechModel, name: str, ask: SaySomething) -> None:
    text = ask.speech.text
    if len(text) > model.characters:
        raise PromptTooLong(f"text must have at most {model.characters} characters for {name}")
    if not any(letter.isalnum() for letter in text):
        raise Invalid("text has nothing that could be said")
    if not SLOWEST <= ask.pace <= FASTEST:
        raise Invalid(f"speed must be {SLOWEST} to {FASTEST}")
    if ask.language:
        among("language_code", ask.language, LANGUAGES)
    if abs(ask.steps) > MOST_STEPS:
        raise Invalid(f"pitch must be -{MOST_STEPS} to {MOST_STEPS}")
