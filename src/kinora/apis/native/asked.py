"""What callers of `/api/jobs` send."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from kinora.domain.errors import Invalid, KinoraError, Malformed, Missing
from kinora.domain.ids import MAX_ID, AccountId, AssetId
from kinora.domain.order import Ask, ImageToVideo, Order, Sound, TextToVideo, Transition, Words

NEEDED = {"text_to_video": 0, "image_to_video": 1, "transition": 2}
"""How many pictures each feature takes."""

MAX_SEED = 2**31 - 1
LONGEST_SOUND = 2048
Picture = Annotated[int, Field(gt=0, le=MAX_ID)]


class JobBody(BaseModel):
    """POST /api/jobs. Unknown fields are refused: in an API of our own they are typing mistakes."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    feature: Literal["text_to_video", "image_to_video", "transition"]
    prompt: Annotated[str, Field(min_length=1)]
    images: Annotated[list[Picture], Field(max_length=2)] = []
    model: str = "v6"
    quality: str = "540p"
    aspect_ratio: str = "16:9"
    duration: int = 5
    negative_prompt: str = ""
    style: Literal["", "anime", "3d_animation", "clay", "comic", "cyberpunk"] = ""
    sound: bool = False
    sound_content: Annotated[str, Field(max_length=LONGEST_SOUND)] = ""
    several_shots: bool = False
    seed: Annotated[int, Field(ge=0, le=MAX_SEED)] | None = None
    watermark: bool = False
    webhook_id: Annotated[int, Field(gt=0, le=MAX_ID)] | Annotated[str, Field(max_length=100)] = ""
    """A webhook of the account's own that is told of this job, as `id` or `webhook_id` show it."""


def read_job_body(raw: bytes) -> JobBody:
    """Return a body; raises Malformed, Missing, Invalid with the field's name."""
    try:
        return JobBody.model_validate_json(raw)
    except ValidationError as error:
        raise _named(error) from None


def order_from(body: JobBody, *, account: AccountId, trace: str) -> Order:
    """Return the order that a body means; raises Invalid when its pictures do not fit."""
    needed = NEEDED[body.feature]
    if len(body.images) != needed:
        plural = "" if needed == 1 else "s"
        raise Invalid(
            f"images: {body.feature} takes {needed} image{plural}, not {len(body.images)}"
        )
    return Order(
        account=account,
        ask=_ask(body),
        model=body.model,
        quality=body.quality,
        aspect_ratio=body.aspect_ratio if body.feature == "text_to_video" else "",
        seconds=body.duration,
        seed=body.seed,
        trace=trace,
        watermark=body.watermark,
    )


def _ask(body: JobBody) -> Ask:
    words = Words(prompt=body.prompt, negative_prompt=body.negative_prompt, style=body.style)
    sound = Sound(content=body.sound_content) if body.sound else None
    images = [AssetId(image) for image in body.images]
    match images:
        case []:
            return TextToVideo(words=words, sound=sound, multi_clip=body.several_shots)
        case [image]:
            several = body.several_shots
            return ImageToVideo(words=words, image=image, sound=sound, multi_clip=several)
        case _:
            return Transition(words=words, first=images[0], last=images[1], sound=sound)


def _named(error: ValidationError) -> KinoraError:
    """Return the first mistake, with the field's name and what is allowed there."""
    first = error.errors(include_url=False)[0]
    field = ".".join(str(part) for part in first["loc"])
    message = first["msg"].replace("Input should be", "must be")
    if first["type"] == "json_invalid" or not field:
        return Malformed("the body must be a JSON object")
    if first["type"] == "missing":
        return Missing(f"{field} is missing")
    if first["type"] == "extra_forbidden":
        return Invalid(f"{field} is not a field of this call")
    return Invalid(f"{field} {message}")
