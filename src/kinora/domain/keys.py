"""Secrets of keys: how they look and how they are kept."""

import hashlib
import hmac
from dataclasses import dataclass

PREFIX = "sk-"
TEST_PREFIX = "sk_test_"
SHOWN = 8
"""How many letters of a secret are kept in the clear, to know it by."""


@dataclass(frozen=True, slots=True, repr=False)
class Pepper:
    """A secret of the installation that is mixed into every digest.

    With it, a stolen database alone does not let anyone try keys.
    """

    secret: bytes

    def digest(self, key: str) -> bytes:
        """Return what is kept of a key's secret: 32 bytes, HMAC-SHA256."""
        return hmac.digest(self.secret, key.encode(), hashlib.sha256)


def shown_part(key: str) -> str:
    """Return the first letters of a key, which may be shown and logged."""
    return key[:SHOWN]


def token_of(account: int, key: str) -> str:
    """Return a key as callers of the useapi.net dialect write it, behind its account's number."""
    return f"user:{account}-{key}"
