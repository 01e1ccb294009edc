"""Links to media: signed, expiring, unguessable; whoever holds one may fetch."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, auto
from urllib.parse import quote

from kinora.domain.asset import Asset
from kinora.domain.ids import AssetId
from kinora.ports.clock import Clock

DAY = 86_400
SIGNATURE_BYTES = 18
LONGEST_EXPIRY = 12


class Verdict(Enum):
    """What a link's token is worth."""

    GOOD = auto()
    EXPIRED = auto()
    FORGED = auto()


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """Makes and judges links of the form `/media/{asset}/{expiry}.{signature}/{filename}`.

    An expiry is rounded up to the next day, so that the link of an asset stays the same for a
    day and caches can keep it.
    """

    secret: bytes
    clock: Clock
    lifetime: timedelta = timedelta(days=7)

    def path(self, asset: Asset) -> str:
        """Return the path of a link to an asset."""
        until = int(self.clock.now().timestamp() + self.lifetime.total_seconds())
        expiry = -(-until // DAY) * DAY
        token = f"{expiry}.{self._signature(asset.id, expiry)}"
        return f"/media/{asset.id}/{token}/{quote(asset.filename)}"

    def url(self, asset: Asset, *, base: str) -> str:
        """Return a link to an asset on the server whose address is `base`."""
        return base.rstrip("/") + self.path(asset)

    def judge(self, asset: AssetId, token: str) -> Verdict:
        """Return whether a token opens an asset now."""
        expiry, _, signature = token.partition(".")
        digits = expiry.isascii() and expiry.isdigit() and len(expiry) <= LONGEST_EXPIRY
        # A link has one spelling: zeros before its expiry were not put there by us.
        if not digits or expiry != str(int(expiry)) or not signature.isascii():
            return Verdict.FORGED
        if not hmac.compare_digest(signature, self._signature(asset, int(expiry))):
            return Verdict.FORGED
        late = self.clock.now().timestamp() >= int(expiry)
        return Verdict.EXPIRED if late else Verdict.GOOD

    def _signature(self, asset: AssetId, expiry: int) -> str:
        digest = hmac.digest(self.secret, f"{asset}.{expiry}".encode(), hashlib.sha256)
        return base64.urlsafe_b64encode(digest[:SIGNATURE_BYTES]).decode()
