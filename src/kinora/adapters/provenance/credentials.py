"""Content credentials (C2PA): who made a file and how, signed, inside of the file."""

import asyncio
import json
from pathlib import Path
from typing import Any

import c2pa
import structlog

from kinora.adapters.provenance.keys import CHAIN, KEY
from kinora.ports.provenance import Origin

log = structlog.get_logger()

SOURCE_TYPES = "http://cv.iptc.org/newscodes/digitalsourcetype/"
MIMES = {"video/mp4", "image/png", "image/jpeg", "image/webp", "audio/mpeg"}
SETTINGS = {"builder": {"thumbnail": {"enabled": False}}}
"""A thumbnail of the default kind adds 780 KB to a picture."""


class Credentials:
    """Signs files with this installation's key; nothing is asked of any other server."""

    def __init__(self, folder: Path, *, version: str) -> None:
        """Read key and certificates from `folder`; raises OSError, and what the library raises."""
        chain, key = (folder / CHAIN).read_bytes(), (folder / KEY).read_bytes()
        info = c2pa.C2paSignerInfo(b"es256", chain, key, None)
        self._signer = c2pa.Signer.from_info(info)
        self._context = c2pa.Context(settings=c2pa.Settings.from_dict(SETTINGS))
        self._version = version

    async def stamp(self, path: Path, *, mime: str, origin: Origin) -> None:
        """Put a signed manifest into a file."""
        if mime not in MIMES:
            return
        try:
            await asyncio.to_thread(self._sign, path, mime, origin)
        except Exception as error:  # noqa: BLE001 - a result is never lost for want of a stamp
            log.warning("provenance.not_signed", job=origin.job, error=type(error).__name__)

    def _sign(self, path: Path, mime: str, origin: Origin) -> None:
        builder = c2pa.Builder(json.dumps(self._manifest(origin)), context=self._context)
        fresh = path.with_name(f"{path.stem}.signed{path.suffix}")
        try:
            with path.open("rb") as given, fresh.open("w+b") as made:
                builder.sign(self._signer, mime, given, made)
            fresh.replace(path)
        finally:
            fresh.unlink(missing_ok=True)

    def _manifest(self, origin: Origin) -> dict[str, Any]:
        action = {
            "action": "c2pa.created",
            "digitalSourceType": SOURCE_TYPES + origin.source_type,
            "softwareAgent": {"name": f"Kinora {origin.engine}", "version": self._version},
            "parameters": {"feature": origin.feature, "job": str(origin.job)},
        }
        # The first action must say how the file came to be; then what was done to the user's media.
        edited = {**action, "action": "c2pa.edited"}
        actions = [action] if origin.made else [action, edited]
        return {
            "claim_generator_info": [{"name": "Kinora", "version": self._version}],
            "title": f"{origin.feature} {origin.job}",
            "assertions": [{"label": "c2pa.actions.v2", "data": {"actions": actions}}],
        }


def read_credentials(path: Path) -> dict[str, Any] | None:
    """Return the manifests of a file as the library tells them, None when it has none."""
    try:
        with c2pa.Reader(str(path)) as reader:
            found: dict[str, Any] = json.loads(reader.json())
    except Exception:  # noqa: BLE001 - the library has one error for everything
        return None
    return found
