"""What callers send, parsed strictly where it counts and kindly where clients differ.

Sources: the public reference of the PixVerse Platform API and some twenty published clients. Ids
may be numbers or digit strings, and 0, null, "" and absent mean the same; unknown fields are
ignored; switches may be text.
"""

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from kinora.domain.ids import MAX_ID

MAX_SEED = 2**31 - 1
LONGEST_SOUND = 2048
LONGEST_ID = 20
"""Digits of the largest id that any server mints; int() refuses to read very long texts."""


def _wrong_type(wanted: str) -> PydanticCustomError:
    return PydanticCustomError("wrong_type", "must be {wanted}", {"wanted": wanted})


def _absent() -> PydanticCustomError:
    return PydanticCustomError("empty", "must not be empty")


def read_id(value: Any) -> int | None:
    """Return an id, None for 0, null and "" alike."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value) if len(value) <= LONGEST_ID else MAX_ID
    if value is None or value == "" or (value == 0 and not isinstance(value, bool)):
        return None
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type("an integer")
    # Numbers that no id can have are unknown ids, not mistakes of type.
    return value if 0 < value <= MAX_ID else MAX_ID


def _needed_id(value: Any) -> int:
    found = read_id(value)
    if found is None:
        raise _absent()
    return found


def _ids(value: Any) -> Any:
    if value in (None, "", 0):
        return None
    if not isinstance(value, list):
        raise _wrong_type("an array of integers")
    found = [_needed_id(each) for each in value]
    return found or None


def _switch(value: Any) -> bool:
    match value:
        case bool():
            return value
        case None | "" | "false" | "False" | 0:
            return False
        case "true" | "True" | 1:
            return True
        case _:
            raise _wrong_type("a boolean")


def _text(value: Any) -> Any:
    return "" if value is None else value


def _choice(value: Any) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type("a string")
    return value


def _needed(value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise _absent()
    return value


Id = Annotated[int | None, BeforeValidator(read_id)]
NeededId = Annotated[int, BeforeValidator(_needed_id)]
Ids = Annotated[list[int] | None, BeforeValidator(_ids)]
Switch = Annotated[bool, BeforeValidator(_switch)]
Text = Annotated[StrictStr, BeforeValidator(_text)]
NeededText = Annotated[StrictStr, BeforeValidator(_needed)]
NeededInt = Annotated[StrictInt, BeforeValidator(_needed)]
Seed = Annotated[StrictInt | None, Field(ge=0, le=MAX_SEED)]

Style = Literal["", "anime", "3d_animation", "clay", "comic", "cyberpunk", "day", "realistic"]
Motion = Literal["", "normal", "fast"]
Camera = Literal[
    "",
    "auto_camera",
    "horizontal_left",
    "horizontal_right",
    "vertical_up",
    "vertical_down",
    "zoom_in",
    "zoom_out",
    "crane_up",
    "quickly_zoom_in",
    "quickly_zoom_out",
    "smooth_zoom_in",
    "camera_rotation",
    "robo_arm",
    "super_dolly_out",
    "whip_pan",
    "hitchcock",
    "left_follow",
    "right_follow",
    "pan_left",
    "pan_right",
    "fix_bg",
]


class Body(BaseModel):
    """What every JSON body has in common."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)

    webhook_id: Text = Field("", description="Not offered yet: a non-empty value is refused.")


class FilmBody(Body):
    """What every request for a film has in common."""

    model: NeededText = Field(description="v3.5, v4, v4.5, v5, v5.5, v5.6, v6, v6-max or c1.")
    prompt: NeededText = Field(
        description="Up to 5000 characters for v6, v6-max and c1, 2048 for older models."
    )
    duration: NeededInt = Field(description="Seconds; which are allowed depends on the model.")
    quality: NeededText = Field(description="360p, 540p, 720p or 1080p.")
    negative_prompt: Text = Field("", description="What not to show, up to 2048 characters.")
    motion_mode: Annotated[Motion, BeforeValidator(_choice)] = Field(
        "", description="fast only with v3.5, v4, v4.5, duration 5, below 1080p; else ignored."
    )
    style: Annotated[Style, BeforeValidator(_choice)] = Field("", description="A look by name.")
    camera_movement: Annotated[Camera, BeforeValidator(_choice)] = Field(
        "", description="With v4 and v4.5; ignored by other models."
    )
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
    generate_audio_switch: Switch = Field(False, description="Sound, with v5.5 and newer models.")
    sound_effect_switch: Switch = Field(False, description="Sound, with v5 and older models.")
    sound_effect_content: Annotated[Text, Field(max_length=LONGEST_SOUND)] = Field(
        "", description="What is to be heard; empty fits the sound to the picture."
    )
    generate_multi_clip_switch: Switch = Field(False, description="Not offered yet.")
    lip_sync_tts_switch: Switch = Field(False, description="Not offered yet.")
    lip_sync_switch: Switch = Field(False, description="Older name of lip_sync_tts_switch.")


class TextToVideoBody(FilmBody):
    """POST video/text/generate."""

    aspect_ratio: NeededText = Field(
        description="16:9, 4:3, 1:1, 3:4 or 9:16; also 2:3, 3:2 and 21:9 with v6, v6-max and c1."
    )
    template_id: Id = Field(None, description="Not for films from words: refused.")


class ImageToVideoBody(FilmBody):
    """POST video/img/generate without a template."""

    img_id: NeededId = Field(description="A picture from image/upload.")


class TemplateVideoBody(Body):
    """POST video/img/generate with `template_id`: an effect, which has its own model and length."""

    template_id: NeededId = Field(description="From video/effects/templates/list, type 1.")
    img_id: Id = Field(None, description="The picture, for effects that take one.")
    img_ids: Ids = Field(None, description="The pictures, for effects that take several.")
    api_gen_img_ids: Ids = Field(None, description="Older name of img_ids.")
    quality: NeededText = Field(description="360p, 540p, 720p or 1080p; not every effect has all.")
    prompt: Text = Field("", description="Ignored by effects.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
    sound_effect_switch: Switch = Field(False, description="Adds the effect's own sound.")
    generate_audio_switch: Switch = Field(False, description="The same.")


class TransitionBody(FilmBody):
    """POST video/transition/generate."""

    first_frame_img: NeededId = Field(description="The picture that the film begins with.")
    last_frame_img: NeededId = Field(description="The picture that the film ends with.")


class ImageTemplateBody(Body):
    """POST image/template/generate."""

    template_id: NeededId = Field(description="From video/effects/templates/list, type 2.")
    img_ids: Ids = Field(None, description="The pictures; the template says how many.")
    img_id: Id = Field(None, description="The picture, for templates that take one.")
    seed: Seed = Field(None, description="0 to 2147483647; chosen by the server when absent.")
