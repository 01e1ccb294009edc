"""An engine that makes nothing but a note of which process made it."""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from kinora.ports.engine import EngineEvent, Output, Spec

FOLDER = "CLERK_FOLDER"
PATIENCE = 60.0


class Clerk:
    """Says that it is there, and is not ready for as long as a file named `hold` lies there."""

    def setup(self) -> None:
        folder = Path(os.environ[FOLDER])
        (folder / f"here-{os.getpid()}").touch()
        deadline = time.monotonic() + PATIENCE
        while (folder / "hold").exists() and time.monotonic() < deadline:
            time.sleep(0.01)

    def run(self, spec: Spec) -> Iterator[EngineEvent]:
        path = spec.folder / "note.txt"
        path.write_text("made")
        yield Output(
            path=path,
            kind="image",
            mime="text/plain",
            width=1,
            height=1,
            frames=1,
            seconds=0.0,
            has_audio=False,
            label=str(os.getpid()),
        )
