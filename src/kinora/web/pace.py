"""Bodies must come at a pace: who sends a byte now and then holds a place for nothing."""

import asyncio
import time
from dataclasses import dataclass

from starlette.types import Message, Receive


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How slowly a body may come: `grace` seconds, and a second for each `rate` bytes.

    Only the time that the server waits for its sender counts.
    """

    grace: float = 30.0
    rate: float = 1024.0

    def of(self, receive: Receive) -> Receive:
        """Return `receive` that tells of a sender who is too slow as if they had gone."""
        waited, arrived, more = 0.0, 0, True

        async def paced() -> Message:
            nonlocal waited, arrived, more
            if not more:
                return await receive()
            began = time.perf_counter()
            try:
                async with asyncio.timeout(self.grace + arrived / self.rate - waited):
                    message = await receive()
            except TimeoutError:
                more = False
                return {"type": "http.disconnect"}
            waited += time.perf_counter() - began
            arrived += len(message.get("body", b""))
            more = bool(message.get("more_body", False))
            return message

        return paced
