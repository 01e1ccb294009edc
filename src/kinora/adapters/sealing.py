"""Authenticated encryption of secrets that must be read again (AES-256-GCM, NIST SP 800-38D)."""

import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from kinora.ports.sealing import BadSeal

VERSION = b"\x01"
NONCE = 12


class Sealer:
    """Seals under one key of 32 bytes; what is sealed is a version, a random nonce and the rest.

    A random nonce of 96 bits is safe for billions of secrets under one key.
    """

    def __init__(self, key: bytes) -> None:
        """Take the key, which is derived from the installation's secret for one purpose."""
        self._cipher = AESGCM(key)

    def seal(self, plain: bytes, *, about: bytes = b"") -> bytes:
        """Return sealed bytes; they open only beside the same `about`."""
        nonce = secrets.token_bytes(NONCE)
        return VERSION + nonce + self._cipher.encrypt(nonce, plain, VERSION + about)

    def open(self, sealed: bytes, *, about: bytes = b"") -> bytes:
        """Return what was sealed; raise BadSeal."""
        nonce, rest = sealed[1 : 1 + NONCE], sealed[1 + NONCE :]
        try:
            return self._cipher.decrypt(nonce, rest, sealed[:1] + about)
        except (InvalidTag, ValueError):
            raise BadSeal(
                "a sealed secret cannot be opened; was `secret` in the data folder changed?"
            ) from None
