"""What another server's answers mean for us.

The codes are those of the platform's reference, section "Error codes". An answer with a code that
is not 0 means that nothing was taken and nothing charged; an answer without any code came from
something in between, so only some of its statuses say as much.
"""

from typing import Any

import msgspec

from kinora.ports.upstream import (
    BadKey,
    Declined,
    Gone,
    NoCredits,
    RefusedThere,
    Stand,
    Standing,
    Unclear,
    Unreachable,
    UpstreamBusy,
    UpstreamError,
)

KINDS: dict[int, type[UpstreamError]] = {
    400012: BadKey,
    10001: BadKey,
    10002: BadKey,
    10003: BadKey,
    10004: BadKey,
    10005: BadKey,
    500090: NoCredits,
    500044: UpstreamBusy,
    500069: UpstreamBusy,
    500063: RefusedThere,
    500054: RefusedThere,
    500052: RefusedThere,
    500008: Gone,
    500020: Gone,
    500064: Gone,
}
STATUSES: dict[int, type[UpstreamError]] = {
    401: BadKey,
    403: BadKey,
    402: NoCredits,
    429: UpstreamBusy,
}
STANDS = {
    1: Stand.DONE,
    5: Stand.WORKING,
    6: Stand.FAILED,
    7: Stand.MODERATED,
    8: Stand.FAILED,
}
LONGEST_REASON = 300
REFUSED_FROM, BROKEN_FROM = 300, 500
MAX_NUMBER = 2**63
MOST_DIGITS = 19


def opened(status: int, body: bytes) -> dict[str, Any]:
    """Return what an answer holds; raise what it means otherwise, Unclear when that is unknown."""
    envelope = _envelope(body)
    code = _whole(envelope.get("ErrCode", envelope.get("err_code")))
    if code is None:
        raise _without_code(status)
    if code != 0:
        text = _plain(envelope.get("ErrMsg") or envelope.get("err_msg"))
        kind = KINDS.get(code, Declined)
        raise kind(f"the upstream refused: {text} ({code})")
    resp = envelope.get("Resp")
    if not isinstance(resp, dict):
        raise Unclear("the upstream's answer holds nothing")
    return resp


def number_in(resp: dict[str, Any], *names: str) -> int:
    """Return the number that stands under one of some names; raise Unclear."""
    for name in names:
        number = _whole(resp.get(name))
        if number is not None and 0 < number < MAX_NUMBER:
            return number
    raise Unclear(f"the upstream's answer has no {names[0]}")


def standing_of(resp: dict[str, Any]) -> Standing:
    """Return how a job stands; raise Unreachable for an answer that says nothing."""
    stand = STANDS.get(_whole(resp.get("status")) or 0)
    link, done = resp.get("url"), resp.get("progress")
    if stand is None or (stand is Stand.DONE and not isinstance(link, str)):
        raise Unreachable("the upstream's answer does not say how the job stands")
    return Standing(
        stand=stand,
        done=float(min(1, max(0, done))) if isinstance(done, int | float) else 0.0,
        link=link if isinstance(link, str) else "",
        reason=_plain(resp.get("reason")),
    )


def _plain(text: object) -> str:
    """Return what another server says as one short line."""
    return " ".join("".join(each for each in str(text or "") if each.isprintable()).split())[
        :LONGEST_REASON
    ]


def _envelope(body: bytes) -> dict[str, Any]:
    try:
        found = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


def _without_code(status: int) -> UpstreamError:
    if status in STATUSES:
        return STATUSES[status](f"the upstream answered with HTTP {status}")
    if REFUSED_FROM <= status < BROKEN_FROM:
        return Declined(f"this is no PixVerse Platform API: it answered with HTTP {status}")
    return Unclear(f"the upstream answered with HTTP {status} and no code")


def _whole(given: object) -> int | None:
    if isinstance(given, bool):
        return None
    if isinstance(given, int):
        return given
    digits = isinstance(given, str) and given.isascii() and given.isdigit()
    return int(str(given)) if digits and len(str(given)) <= MOST_DIGITS else None
