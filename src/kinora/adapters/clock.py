"""The real time, and real chance."""

import secrets
import time
from datetime import UTC, datetime

from kinora.domain.ids import MAX_ID

EPOCH_MS = 1_735_689_600_000
"""2025-01-01 in milliseconds since 1970: ids count from here, and fit 2**53 until the year 2094."""

WORKERS = 8
SEQUENCES = 512
MAX_SEED = 2**31 - 1


def newest_id_at(at: datetime) -> int:
    """Return the highest id that can be minted in the millisecond of a time."""
    milliseconds = round(at.timestamp() * 1000) - EPOCH_MS
    return (milliseconds + 1) * WORKERS * SEQUENCES - 1


class SystemClock:
    """The system's clock."""

    def now(self) -> datetime:
        """Return the time, aware, in UTC."""
        return datetime.now(UTC)  # noqa: TID251 - this is the clock


class RandomMint:
    """Ids that rise with time: 41 bits of milliseconds, 3 of worker, 9 of sequence."""

    def __init__(self, *, worker: int, floor: int) -> None:
        """Mint as process `worker` (0 to 7), only above `floor`, the newest id in use."""
        if not 0 <= worker < WORKERS:
            raise ValueError(f"worker must be from 0 to {WORKERS - 1}")
        self._worker = worker
        self._tick = floor // (WORKERS * SEQUENCES) * SEQUENCES + SEQUENCES - 1

    def id(self) -> int:
        """Return a new id, above all earlier ones also when the clock steps back."""
        now = time.time_ns() // 1_000_000 - EPOCH_MS
        self._tick = max(self._tick + 1, now * SEQUENCES)
        milliseconds, sequence = divmod(self._tick, SEQUENCES)
        minted = (milliseconds * WORKERS + self._worker) * SEQUENCES + sequence
        assert 0 < minted <= MAX_ID  # noqa: S101 - holds until 2094
        return minted

    def seed(self) -> int:
        """Return a random seed."""
        return secrets.randbelow(MAX_SEED + 1)
