"""Sign what is posted to endpoints, and make and seal the secrets for it."""

import json
import secrets
from dataclasses import dataclass
from datetime import datetime

from kinora.domain.ids import EndpointId
from kinora.domain.signing import pixverse_signature, standard_secret, standard_signatures
from kinora.domain.webhook import Endpoint, Form
from kinora.ports.sealing import Sealing

SECRET_BYTES = 32
NONCE_BYTES = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class SignDelivery:
    """Writes the headers by which a receiver knows who sent a body, and when.

    While a former secret is still good, Standard Webhooks carries a signature by each. PixVerse has
    room for one: it stays that of the former secret, so that the receiver has a day to learn the
    new one, and `Webhook-Signature-Next` carries that of the new.
    """

    sealing: Sealing

    def __call__(
        self, endpoint: Endpoint, name: str, body: bytes, *, at: datetime
    ) -> dict[str, str]:
        """Return the headers; raise BadSeal when a secret cannot be opened."""
        timestamp = int(at.timestamp())
        secret, former = self._secrets(endpoint, at)
        told = {"Webhook-Id": name, "Webhook-Timestamp": str(timestamp)}
        if endpoint.form is Form.STANDARD:
            keys = [secret, former] if former else [secret]
            signed = standard_signatures(keys, name=name, timestamp=timestamp, body=body)
            return {**told, "Webhook-Signature": signed}
        nonce, fields = secrets.token_hex(NONCE_BYTES), json.loads(body)
        told |= {"Webhook-Nonce": nonce}
        names = ("Webhook-Signature", "Webhook-Signature-Next")
        keys = [former, secret] if former else [secret]
        for header, key in zip(names, keys, strict=False):
            told[header] = pixverse_signature(key, timestamp=timestamp, nonce=nonce, fields=fields)
        return told

    def _secrets(self, endpoint: Endpoint, at: datetime) -> tuple[str, str]:
        about = _about(endpoint.id)
        secret = self.sealing.open(endpoint.sealed, about=about).decode()
        good = endpoint.former_until is not None and at < endpoint.former_until
        if endpoint.former is None or not good:
            return secret, ""
        return secret, self.sealing.open(endpoint.former, about=about).decode()


def fresh_secret(form: Form) -> str:
    """Return a new secret as receivers of a form keep it."""
    if form is Form.STANDARD:
        return standard_secret(secrets.token_bytes(SECRET_BYTES))
    return secrets.token_hex(SECRET_BYTES)


def sealed(secret: str, *, endpoint: EndpointId, sealing: Sealing) -> bytes:
    """Return a secret sealed for one endpoint: moved to another's row it does not open."""
    return sealing.seal(secret.encode(), about=_about(endpoint))


def _about(endpoint: EndpointId) -> bytes:
    return f"webhook/{endpoint}".encode()
