"""The dialect's webhooks: which endpoint a body names, and what is posted when its job has ended.

Source: section "Webhook integration" of the PixVerse Platform's public reference. Its receivers
sign either the fields as they stand or sorted, and print numbers each in its language's way, so
the fields stand sorted, whole numbers have no fraction, and links no letter that is encoded
differently.
"""

import json
from dataclasses import dataclass

from kinora.apis.pixverse import answers
from kinora.apis.pixverse.fields import read_id
from kinora.domain.errors import EndpointNotFound
from kinora.domain.ids import EndpointId
from kinora.domain.webhook import Delivery
from kinora.ports.store import Outcome
from kinora.usecases.keep_endpoints import UNKNOWN, NameEndpoint
from kinora.web.links import Links

MEGABYTE = 1_000_000
ODD_LETTERS = str.maketrans({"~": "%7E", "*": "%2A"})


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteTold:
    """Writes what is posted; `public_url` goes before the address that the caller saw."""

    links: Links
    public_url: str = ""

    async def __call__(self, delivery: Delivery, outcome: Outcome) -> bytes:
        """Return the body as JSON."""
        job, asset = outcome.job, answers.ready(outcome)
        base = self.public_url or delivery.base
        told: dict[str, str | int | float | bool] = {
            "credits": job.cost,
            "has_audio": asset is not None and asset.has_audio,
            "id": str(job.id),
            "size": megabytes(asset.size if asset else 0),
            "status": answers.status_of(job.state),
            "url": self.links.url(asset, base=base).translate(ODD_LETTERS) if asset else "",
        }
        return json.dumps(told, separators=(",", ":")).encode()


def megabytes(size: int) -> float:
    """Return a size in millions of bytes, to two places; a whole number when it is one."""
    told = round(size / MEGABYTE, 2)
    return int(told) if told == int(told) else told


def naming(webhook: str, *, base: str) -> NameEndpoint | None:
    """Return how a job names the endpoint of its body; raise EndpointNotFound for odd names."""
    if not webhook:
        return None
    number = read_id(webhook) if webhook.isascii() and webhook.isdigit() else None
    if number is None:
        raise EndpointNotFound(f"webhook_id: {UNKNOWN}")
    return NameEndpoint(endpoint=EndpointId(number), base=base)
