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


@dataclass(frozen=True, slots=True, kw_only=True)
class By:
    """Who does something, and from where; see `Deed`."""

    who: str
    address: str = ""

    def deed(self, what: str, target: str, *, at: datetime, detail: str = "") -> Deed:
        """Return what was done as a line of the audit log; no secret may be in it."""
        told = {"who": self.who, "address": self.address}
        return Deed(at=at, what=what, target=target, detail=detail, **told)


BY_SERVER = By(who=SERVER)
