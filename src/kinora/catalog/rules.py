"""Rules of single operations. Sentences and limits: the public pages of the PixVerse Platform."""

import re
from collections.abc import Sequence

from kinora.catalog.models import Inputs, Model, Models
from kinora.catalog.shapes import AUTO
from kinora.domain.asset import Asset
from kinora.domain.errors import Invalid, PromptTooLong
from kinora.domain.order import (
    Extend,
    Fusion,
    Motion,
    MultiTransition,
    Order,
    Role,
    Upscale,
    films_of,
)

KEYFRAMES = (2, 7)
LONGEST_OF_TWO = 8
LONGEST_OF_MORE = 5
LONGEST_WAY = 30
REF_NAME_BYTES = 30
REF_NAME = re.compile(r"[^\W\d_][\w ]*", re.UNICODE)
NAMED = re.compile(r"@([^\s@.,;:!?\u3002\uff01\uff0c\uff1a\uff1b\uff1f]+)")


def check_multi_transition(ask: MultiTransition, model: Model, order: Order) -> None:
    """Raise Invalid for a chain of keyframes that the operation does not take."""
    least, most = KEYFRAMES
    if not least <= len(ask.images) <= most:
        raise Invalid(f"multi_transition must have {least} to {most} items, not {len(ask.images)}")
    longest = LONGEST_OF_TWO if len(ask.images) == least else LONGEST_OF_MORE
    for number, segment in enumerate(ask.segments):
        where = f"multi_transition.{number}"
        if not 1 <= segment.seconds <= longest:
            several = "two items" if longest == LONGEST_OF_TWO else "three or more items"
            raise Invalid(f"{where}.duration must be 1 to {longest} with {several}")
        if len(segment.prompt) > model.prompt:
            text = f"{where}.prompt: Prompt length exceeds {model.prompt} characters limit"
            raise PromptTooLong(text)
        if model.fast and ask.motion is Motion.FAST and segment.seconds > LONGEST_OF_MORE:
            raise Invalid("motion_mode fast needs every duration to be at most 5")
    if model.fast and ask.motion is Motion.FAST and order.quality == "1080p":
        raise Invalid("motion_mode fast needs a quality below 1080p")
    if sum(segment.seconds for segment in ask.segments) > LONGEST_WAY:
        raise Invalid(f"the durations of multi_transition must sum to at most {LONGEST_WAY}")


def check_fusion(models: Models, order: Order, ask: Fusion) -> None:
    """Raise Invalid for references that the operation does not take."""
    model = models.models[order.model]
    films = [each for each in ask.references if each.role is Role.FILM]
    pictures = len(ask.references) - len(films)
    if films and not model.omni_images:
        raise Invalid(f"video_references are not offered by model {order.model}")
    if len(films) > models.inputs.fusion_films:
        raise Invalid(f"video_references must have at most {models.inputs.fusion_films} items")
    most = model.omni_images if films else model.fusion_images
    if pictures > most:
        raise Invalid(f"image_references must have at most {most} items for model {order.model}")
    if films and order.seconds != 0:
        raise Invalid("duration must be 0 with video_references: the film is as long as they are")
    if not films and order.aspect_ratio == AUTO:
        raise Invalid("aspect_ratio auto needs video_references")
    _check_names(ask)


def _check_names(ask: Fusion) -> None:
    names = [each.name for each in ask.references]
    for name in names:
        if not REF_NAME.fullmatch(name) or len(name.encode()) > REF_NAME_BYTES:
            raise Invalid(
                f"ref_name must be letters, digits, underscores or spaces, begin with a letter "
                f"and have at most {REF_NAME_BYTES} bytes, not {name!r}"
            )
    if len(set(names)) != len(names):
        raise Invalid("every ref_name must be unique")
    for name in names:
        if f"@{name}" not in ask.words.prompt:
            raise Invalid(f"prompt must name the reference @{name}")
    for named in NAMED.findall(ask.words.prompt):
        if not any(
            named == name or named.startswith(name) or name.startswith(named + " ")
            for name in names
        ):
            raise Invalid(f"prompt names @{named}, which is no ref_name")


def check_inputs(limits: Inputs, order: Order, inputs: Sequence[Asset]) -> None:
    """Raise Invalid when films are too long or too large for what is to be done with them."""
    match order.ask:
        case Extend():
            source = inputs[0]
            if source.seconds >= limits.extend_seconds:
                raise Invalid(f"the video to extend must be under {limits.extend_seconds} s")
            if max(source.width, source.height) > limits.extend_side:
                raise Invalid(f"the video to extend must be at most {limits.extend_side} px wide")
        case Upscale():
            if inputs[0].seconds > limits.upscale_seconds:
                raise Invalid(f"the video to upscale must be at most {limits.upscale_seconds} s")
        case Fusion():
            films = [asset for asset in inputs if asset.id in films_of(order.ask)]
            if sum(film.seconds for film in films) > limits.fusion_seconds:
                raise Invalid(
                    f"video_references must be at most {limits.fusion_seconds} s together"
                )
        case _:
            return


def among(what: str, value: str, allowed: tuple[str, ...]) -> None:
    """Raise Invalid, naming what is allowed, unless the value is."""
    if value not in allowed:
        raise Invalid(f"{what} must be {listed(allowed)}, not {value!r}")


def listed(values: tuple[str, ...] | tuple[int, ...]) -> str:
    """Return values as a sentence's part: `a, b or c`."""
    if len(values) == 1:
        return str(values[0])
    return ", ".join(map(str, values[:-1])) + f" or {values[-1]}"
