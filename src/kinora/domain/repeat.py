"""Submits that come twice."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Repeat:
    """How to know a submit that comes twice: same `scope` and `key`, and then the same `digest`.

    `name` is what callers call the key.
    """

    scope: str
    key: str
    digest: str
    name: str = "trace id"
