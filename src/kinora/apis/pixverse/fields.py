"""Fields of the dialect's bodies, read strictly where it counts and kindly where clients differ.

Sources: the public reference of the PixVerse Platform API and some twenty published clients. Ids
may be numbers or digit strings, and 0, null, "" and absent mean the same; unknown fields are
ignored; switches may be text.
"""

from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, StrictInt, StrictStr
from pydantic_core import PydanticCustomError

from kinora.domain.ids import MAX_ID

MAX_SEED = 2**31 - 1
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


def choice(value: Any) -> str:
    """Return a choice; null is no choice."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise _wrong_type("a string")
    return value


def name_of(value: Any) -> Any:
    """Return a name that clients may write as a number."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def _needed(value: Any) -> Any:
    if value is None or (isinstance(value, str) and not value.strip()):
        raise _absent()
    return value


def zero(value: Any) -> Any:
    """Return a number; null is 0."""
    return 0 if value is None else value


def subject(value: Any) -> Any:
    """Return the role of a reference; null and "" are `subject`."""
    return "subject" if value in (None, "") else value


def read_list(value: Any) -> Any:
    """Return an array; null is empty."""
    if value is None:
        return []
    if not isinstance(value, list):
        raise _wrong_type("an array")
    return value


def needed_list(value: Any) -> Any:
    """Return an array that has items."""
    if not (found := read_list(value)):
        raise _absent()
    return found


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
