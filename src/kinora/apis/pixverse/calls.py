"""Reads what comes with a call: its body, its query, its numbers."""

import json
from typing import TypeVar

from pydantic import ValidationError
from starlette.requests import Request

from kinora.apis.pixverse.errors import from_validation
from kinora.apis.pixverse.wire import Body
from kinora.domain.errors import Invalid
from kinora.web.bodies import read_body

MAX_BODY = 1 << 20
LONGEST_NUMBER = 18
B = TypeVar("B", bound=Body)


def parse(raw: bytes, body: type[B], with_template: type[B] | None = None) -> B:
    """Return a body, or the one with a template when it names one; raise the product's errors."""
    try:
        if with_template is not None and b'"template_id"' in raw:
            looked = _OnlyTemplate.model_validate_json(raw)
            body = with_template if looked.wanted else body
        return body.model_validate_json(raw)
    except ValidationError as error:
        raise from_validation(error) from None


class _OnlyTemplate(Body):
    """Whether a body asks for a template; 0, null and "" do not."""

    template_id: object = None

    @property
    def wanted(self) -> bool:
        return self.template_id not in (None, "", 0, "0")


async def query_of(request: Request) -> dict[str, str]:
    """Return a list's parameters: from the query, or from a JSON body, which some guides have."""
    found = dict(request.query_params)
    try:
        body = json.loads(await read_body(request, at_most=MAX_BODY) or b"{}")
    except (ValueError, RecursionError):
        body = {}
    told = body if isinstance(body, dict) else {}
    return {name: str(value) for name, value in told.items() if value is not None} | found


def whole(text: str, name: str) -> int:
    """Return a parameter that must be a whole number above 0."""
    digits = text.isascii() and text.isdigit() and len(text) <= LONGEST_NUMBER
    if not digits or int(text) < 1:
        raise Invalid(f"{name} must be a whole number above 0")
    return int(text)
