"""What somebody did that must be accounted for: a line of the audit log."""

from dataclasses import dataclass
from datetime import datetime

SERVER = "server"
"""Who did it when nobody asked for it: the first start, a timer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deed:
    """Who did what to what.

    `who` is `cli:<user>`, `key:<number>`, `server`, or `unknown` for someone whose key opens
    nothing; `address` is where a call came from.
    """

    at: datetime
    who: str
    what: str
    target: str
    detail: str = ""
    address: str = ""
