"""What accounts use of what they may: bytes that are kept, and tallies of what they did."""

from typing import Protocol

from kinora.domain.ids import AccountId


class Quotas(Protocol):
    """Counts, exactly however many come at once."""

    async def kept(self, account: AccountId) -> int:
        """Return how many bytes of media an account keeps."""

    async def tally(self, account: AccountId, what: str, *, span: int, most: int) -> bool:
        """Count one more of what an account does in a span of time; False beyond `most`."""

    async def tallied(self, account: AccountId, what: str, *, span: int) -> int:
        """Return how often an account did something in a span of time, as far as it was counted."""
