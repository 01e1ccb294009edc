"""Fields of the dialect's calls: JSON or a form, and the same text means the same in both.

Forms carry everything as text, and clients that send JSON write numbers and switches as text too.
So each kind of field reads all of its spellings; null, "" and absent mean the same.
"""

import re
import tempfile
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import msgspec
from pydantic import AfterValidator, BeforeValidator
from pydantic_core import PydanticCustomError
from starlette.requests import Request

from kinora.domain.errors import Invalid, Malformed
from kinora.web.bodies import read_body
from kinora.web.forms import receive_form

MAX_BODY = 1 << 20
MAX_SEED = 2**31 - 1
LONGEST_NUMBER = 18
MOST_NUMBERED = 32
"""How far numbered fields such as `frame_1_path` are looked for; no model takes as many."""

FORMS = ("multipart/form-data", "application/x-www-form-urlencoded")
WHOLE = re.compile(r"[+-]?\d{1,18}(\.0+)?")
DECIMAL = re.compile(r"[+-]?\d{1,9}(\.\d{0,9})?")
SURROGATES = re.compile("[\ud800-\udfff]")
YES = {"true", "1", "yes", "on"}
NO = {"false", "0", "no", "off"}


async def read_fields(request: Request, *, folder: Path) -> dict[str, Any]:
    """Return what a call's body holds, by name; files of a form are dropped.

    Raises Malformed for a body that is neither JSON nor a form, UploadFailed when it breaks off.
    """
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind in FORMS:
        with tempfile.TemporaryDirectory(dir=folder, ignore_cleanup_errors=True) as place:
            form = await receive_form(request, folder=Path(place), max_file=MAX_BODY)
        return dict(form.fields)
    return _object(await read_body(request, at_most=MAX_BODY))


def numbered(fields: Mapping[str, Any], pattern: str) -> tuple[str, ...]:
    """Return the texts of fields that are counted from 1, such as `frame_{}_path`.

    Raises Invalid when a number is left out, and for what is no text.
    """
    names = [pattern.format(at) for at in range(1, MOST_NUMBERED + 1)]
    texts = [text_of(fields, name) for name in names]
    while texts and not texts[-1]:
        texts.pop()
    for at, given in enumerate(texts, start=1):
        if not given:
            last = pattern.format(len(texts))
            raise Invalid(f"{pattern.format(at)} is missing: {last} needs all before it")
    return tuple(texts)


def text_of(fields: Mapping[str, Any], name: str) -> str:
    """Return the text of one field, empty when it is absent; raise Invalid for what is none."""
    try:
        return text(fields.get(name))
    except PydanticCustomError as error:
        raise Invalid(f"{name} {error.message()}") from None


def steps(fields: Mapping[str, Any], pattern: str) -> tuple[Any, ...]:
    """Return the values of fields that lead from one number to the next: `duration_{}_to_{}`."""
    return tuple(fields.get(pattern.format(at, at + 1)) for at in range(1, MOST_NUMBERED))


def text(value: Any) -> str:
    """Return a text, without the space around it; a number is read as it is written."""
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        raise _wrong("a string")
    found = str(value).strip()
    if SURROGATES.search(found):
        raise _wrong("valid Unicode")
    return found


def whole(value: Any) -> int | None:
    """Return a whole number, None when there is none."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    if isinstance(value, str) and WHOLE.fullmatch(value):
        value = int(value.partition(".")[0])
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong("a whole number")
    return value


def number(value: Any) -> float | None:
    """Return a number, None when there is none."""
    if isinstance(value, str):
        value = value.strip()
    if value is None or value == "":
        return None
    if isinstance(value, str) and DECIMAL.fullmatch(value):
        value = float(value)
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        raise _wrong("a number")
    return float(value)


def switch(value: Any) -> bool | None:
    """Return a switch, None when it is not set at all."""
    if isinstance(value, str):
        value = value.strip().lower()
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return value
    if str(value) in YES:
        return True
    if str(value) in NO:
        return False
    raise _wrong("true or false")


def between(least: int, most: int) -> AfterValidator:
    """Return a check of a whole number's range; none at all is in every range."""

    def check(value: int | None) -> int | None:
        if value is not None and not least <= value <= most:
            limits = {"least": least, "most": most}
            raise PydanticCustomError("range", "must be {least} to {most}", limits)
        return value

    return AfterValidator(check)


def _seed(value: Any) -> int | None:
    """Return a seed; 0 is how some clients say that any will do."""
    return whole(value) or None


def _object(raw: bytes) -> dict[str, Any]:
    if not raw.strip():
        return {}
    try:
        found = msgspec.json.decode(raw)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        raise Malformed("the body is neither valid JSON nor a form") from None
    if not isinstance(found, dict):
        raise Malformed("the body must be a JSON object")
    return found


def _wrong(wanted: str) -> PydanticCustomError:
    return PydanticCustomError("wrong_type", "must be {wanted}", {"wanted": wanted})


Text = Annotated[str, BeforeValidator(text)]
Whole = Annotated[int | None, BeforeValidator(whole)]
Number = Annotated[float | None, BeforeValidator(number)]
Switch = Annotated[bool | None, BeforeValidator(switch)]
Seed = Annotated[int | None, BeforeValidator(_seed), between(1, MAX_SEED)]
