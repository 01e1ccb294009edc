"""One installation secret, many purposes."""

import hashlib
import hmac


def derived(secret: bytes, purpose: str) -> bytes:
    """Return a 32-byte secret for one purpose, which tells nothing about the others."""
    return hmac.digest(secret, b"kinora/" + purpose.encode(), hashlib.sha256)
