"""What every answer must be, whatever was sent."""

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx

from kinora.apis.pixverse.errors import ERR_CODES, UNEXPECTED

INSIDE = re.compile(
    r"Traceback|File \"|\.py\b|kinora\.(apis|web|domain|usecases|adapters)|<class '|object at 0x"
    r"|pydantic|msgspec|sqlite|\b[A-Z]\w+(Error|Exception)\b"
)
"""What only somebody who reads our source could understand."""

EXPECTED = (503, 596)
"""Too busy; and what the useapi.net dialect says of an account whose other server refuses it."""


@dataclass
class Findings:
    """What was wrong, once for each place and kind, and how often each status was given."""

    statuses: Counter[str] = field(default_factory=Counter)
    wrong: dict[tuple[str, str], str] = field(default_factory=dict)
    slowest: tuple[float, str] = (0.0, "")

    def note(self, place: str, status: str, seconds: float) -> None:
        self.statuses[status] += 1
        self.slowest = max(self.slowest, (seconds, place))

    def figures(self) -> dict[str, Any]:
        return {
            "cases": self.statuses.total(),
            "answers": dict(sorted(self.statuses.items())),
            "slowest_seconds": round(self.slowest[0], 3),
            "slowest": self.slowest[1],
            "faults": len(self.wrong),
            "wrong": {f"{place}: {what}": call for (place, what), call in self.wrong.items()},
        }

    def blame(self, place: str, what: str, call: str) -> None:
        self.wrong.setdefault((place, what), call)

    def told(self) -> str:
        return "\n".join(
            f"{place}: {what}\n    {call}" for (place, what), call in self.wrong.items()
        )


def what_is_wrong(dialect: str, answer: httpx.Response, sent: str) -> str:
    """Return what is wrong with an answer of a door, empty when it is as it must be."""
    if answer.status_code >= 500 and answer.status_code not in EXPECTED:
        return f"status {answer.status_code}"
    if told := inside(answer.text, sent):
        return f"tells of its inside: {told}"
    return _form(dialect, answer) if answer.content else ""


def _form(dialect: str, answer: httpx.Response) -> str:
    kind = answer.headers.get("content-type", "")
    if "json" not in kind:
        return f"content type {kind!r}"
    try:
        body = json.loads(answer.text)
    except ValueError:
        return "body is not JSON"
    return FORMS[dialect](answer, body)


def inside(text: str, sent: str) -> str:
    """Return what of our inside an answer tells; what the caller sent may come back."""
    found = (each.group() for each in INSIDE.finditer(text))
    return next((each for each in found if each not in sent), "")


def pixverse(answer: httpx.Response, body: Any) -> str:
    if not isinstance(body, dict) or set(body) != {"ErrCode", "ErrMsg", "Resp"}:
        return "not the envelope"
    code = body["ErrCode"]
    if code == 0:
        return "" if answer.status_code == 200 else f"success with status {answer.status_code}"
    if code == UNEXPECTED or code not in ERR_CODES.values():
        return f"ErrCode {code}"
    if body["Resp"] is not None:
        return "a refusal with a Resp"
    return "" if isinstance(body["ErrMsg"], str) and body["ErrMsg"] else "a refusal without words"


def useapi(answer: httpx.Response, body: Any) -> str:
    if answer.status_code < 400:
        return ""
    if not isinstance(body, dict) or set(body) != {"error", "code"}:
        return "not the envelope"
    if body["code"] != answer.status_code:
        return f"code {body['code']} with status {answer.status_code}"
    return "" if isinstance(body["error"], str) and body["error"] else "a refusal without words"


def native(answer: httpx.Response, body: Any) -> str:
    if answer.status_code < 400:
        return ""
    if answer.status_code in (404, 405) and set(body) == {"error"}:
        return ""
    if not answer.headers["content-type"].startswith("application/problem+json"):
        return "a refusal that is no problem document"
    if not {"status", "code", "detail"} <= set(body) or body["status"] != answer.status_code:
        return "not the form of problems"
    return "" if body["detail"] else "a refusal without words"


FORMS = {"pixverse": pixverse, "useapi": useapi, "native": native}
