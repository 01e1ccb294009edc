"""Takes secrets out of what is about to be written to a log."""

import re
from collections.abc import Mapping
from typing import Any

GONE = "…"
NAMES = re.compile(
    r"(?i)(^|[_\-.])(key|secret|token|password|passwd|authorization|cookie|signature|pepper)s?$"
)
"""Fields that hold secrets, by the last word of their name."""

SECRETS = re.compile(
    r"""
    \b(?:sk-|sk_test_|whsec_)[A-Za-z0-9_\-+/=.]{6,}       # keys of ours and of others, webhooks
    | \b(?:bearer|basic)\s+[^\s"',;]+                     # Authorization
    | (?<=/media/)(\d+)/[^/\s"']+/                        # the signature of a link
    | (?<=\buser:)(\d+)-(?!pixverse:)[^\s"',;]+            # a token of the useapi dialect
    | (?<=[?&])(?:[\w-]*(?:key|token|secret|signature|password|sig))=[^&\s"'#]+   # in a query
    | (?<=://)[^/\s:@"']+:[^/\s@"']+(?=@)                  # name:password@ in a link
    """,
    re.IGNORECASE | re.VERBOSE,
)
DEEPEST = 6


def without_secrets(_logger: object, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event without secrets: a step of structlog's."""
    return {name: hidden(value, name=name) for name, value in event.items()}


def hidden(value: Any, *, name: str = "", depth: int = 0) -> Any:
    """Return a value without secrets, by the name that it has and by what it looks like."""
    named = bool(name and NAMES.search(name)) and not isinstance(value, int | float | None)
    if named or depth > DEEPEST:
        return GONE
    if isinstance(value, Mapping):
        return {key: hidden(each, name=str(key), depth=depth + 1) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [hidden(each, depth=depth + 1) for each in value]
    return _plain(value)


def _plain(value: Any) -> Any:
    """Return what is no collection without secrets."""
    if isinstance(value, bytes):
        value = value.decode(errors="replace")
    if isinstance(value, BaseException):
        value = repr(value)
    return SECRETS.sub(_left, value) if isinstance(value, str) else value


def _left(found: re.Match[str]) -> str:
    """Return what stays in a secret's place: enough to know what it was."""
    if found[1]:
        return f"{found[1]}/{GONE}/"
    if found[2]:
        return f"{found[2]}-{GONE}"
    text = found[0]
    for mark in ("sk_test_", "sk-", "whsec_", "bearer ", "basic "):
        if text.lower().startswith(mark):
            return text[: len(mark)] + GONE
    return text.partition("=")[0] + "=" + GONE if "=" in text else GONE
