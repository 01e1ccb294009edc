"""What Standard Webhooks carry: https://www.standardwebhooks.com, section "Payload structure"."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from kinora.domain.asset import Asset
from kinora.domain.fact import FactKind
from kinora.domain.job import JobState
from kinora.domain.webhook import Delivery
from kinora.ports.store import Outcome
from kinora.web.links import Links

STATES: Mapping[FactKind, JobState] = {
    FactKind.QUEUED: JobState.QUEUED,
    FactKind.COMPLETED: JobState.COMPLETED,
    FactKind.MODERATED: JobState.MODERATED,
    FactKind.FAILED: JobState.FAILED,
    FactKind.CANCELLED: JobState.CANCELLED,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTold:
    """Writes what is posted; `public_url` goes before the address that the caller saw."""

    links: Links
    public_url: str = ""

    async def __call__(self, delivery: Delivery, outcome: Outcome) -> bytes:
        """Return the body as JSON: the state is the fact's, also when the job has gone on since."""
        job = outcome.job
        ended = delivery.kind is not FactKind.QUEUED
        told = {
            "job": job.id,
            "state": STATES[delivery.kind].value,
            "feature": job.feature.value,
            "model": job.order.model,
            "quality": job.order.quality,
            "credits": job.cost,
            "seed": job.seed,
            "trace": job.order.trace,
            "reason": job.reason if ended else "",
            "created_at": written(job.created_at),
            "ended_at": written(job.ended_at) if ended else None,
            "result": self._result(delivery, outcome),
        }
        at = written(delivery.happened_at)
        return msgspec.json.encode({"type": delivery.kind.value, "timestamp": at, "data": told})

    def _result(self, delivery: Delivery, outcome: Outcome) -> dict[str, Any] | None:
        asset = outcome.asset
        made = delivery.kind is FactKind.COMPLETED and outcome.job.state is JobState.COMPLETED
        if asset is None or not made:
            return None
        link = self.links.url(asset, base=self.public_url or delivery.base)
        return result(asset, link=link)


def result(asset: Asset, *, link: str) -> dict[str, Any]:
    """Describe what a job made."""
    return {
        "type": asset.kind.value,
        "url": link,
        "mime": asset.mime,
        "bytes": asset.size,
        "width": asset.width,
        "height": asset.height,
        "seconds": round(asset.seconds, 3),
        "has_audio": asset.has_audio,
    }


def written(at: datetime | None) -> str | None:
    """Return a time as RFC 3339 has it."""
    return None if at is None else at.isoformat(timespec="milliseconds").replace("+00:00", "Z")
