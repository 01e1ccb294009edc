"""Secrets of an installation, each in a file that only its owner can read."""

import json
import os
import secrets
from pathlib import Path
from typing import Any

PRIVATE = 0o600
SECRET_BYTES = 32


class BadSecret(Exception):
    """The secret of a data folder cannot be read; the text says why."""


def installation_secret(folder: Path) -> bytes:
    """Return the secret of this data folder; raise BadSecret."""
    path = folder / "secret"
    try:
        secret = bytes.fromhex(path.read_text("ascii").strip())
    except FileNotFoundError:
        raise BadSecret(f"{path} is missing") from None
    except ValueError:
        secret = b""
    if len(secret) < SECRET_BYTES:
        raise BadSecret(f"{path} is damaged: it must hold {2 * SECRET_BYTES} hexadecimal digits")
    return secret


def make_secret(folder: Path) -> None:
    """Make the secret of a new data folder."""
    if not (folder / "secret").exists():
        write_private(folder / "secret", secrets.token_hex(SECRET_BYTES) + "\n")


def write_private(path: Path, text: str) -> None:
    """Write a new file with mode 0600, whole or not at all."""
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, PRIVATE), "w") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)


def write_private_json(path: Path, values: dict[str, Any]) -> None:
    """Write values as readable JSON with mode 0600."""
    write_private(path, json.dumps(values, indent=2) + "\n")
