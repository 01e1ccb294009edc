"""How deliveries prove where they come from: two published schemes over HMAC-SHA256.

PixVerse: section "Webhook integration" of the Platform's public reference. Standard Webhooks:
https://www.standardwebhooks.com, signature scheme v1.
"""

import base64
import hashlib
import hmac
from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

STANDARD_PREFIX = "whsec_"
Plain = str | int | float | bool


def standard_signatures(secrets: Sequence[str], *, name: str, timestamp: int, body: bytes) -> str:
    """Return the header's value: one `v1,…` for each secret, in their order."""
    signed = f"{name}.{timestamp}.".encode() + body
    return " ".join(f"v1,{_signature(standard_key(each), signed)}" for each in secrets)


def standard_key(secret: str) -> bytes:
    """Return the bytes that a secret of the form `whsec_<base64>` stands for."""
    return base64.b64decode(secret.removeprefix(STANDARD_PREFIX))


def standard_secret(key: bytes) -> str:
    """Return a key as receivers write it."""
    return STANDARD_PREFIX + base64.b64encode(key).decode()


def pixverse_signature(
    secret: str, *, timestamp: int, nonce: str, fields: Mapping[str, Plain]
) -> str:
    """Return the signature over a body's fields, written as a query string in their order."""
    signed = f"{timestamp}\n{nonce}\n{query_of(fields)}"
    return _signature(secret.encode(), signed.encode())


def query_of(fields: Mapping[str, Plain]) -> str:
    """Return fields as a form has them: spaces as `+`, switches as `true` and `false`."""
    return urlencode({name: _told(value) for name, value in fields.items()})


def _told(value: Plain) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _signature(key: bytes, signed: bytes) -> str:
    return base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()
