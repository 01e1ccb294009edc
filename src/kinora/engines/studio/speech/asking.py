"""Asks a synthesiser, which is a process of its own: JSON in, a line of JSON and bytes out."""

import json
import subprocess
from collections.abc import Mapping
from typing import Any

from kinora.ports.engine import CannotMake


def answer_of(
    worker: tuple[str, ...], asked: Mapping[str, Any], *, patience: float, reason: str
) -> tuple[Any, bytes]:
    """Return what `worker` says, and the bytes after it.

    Raises CannotMake with `reason` when it fails, or takes longer than `patience` seconds.
    """
    try:
        done = subprocess.run(  # noqa: S603 - our own module, no shell, the text goes over a pipe
            worker,
            input=json.dumps(asked).encode(),
            capture_output=True,
            timeout=patience,
            check=True,
        )
    except (subprocess.SubprocessError, OSError):
        raise CannotMake(reason) from None
    head, _, rest = done.stdout.partition(b"\n")
    return json.loads(head), rest
