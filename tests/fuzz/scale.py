"""How much is tried: a short form for every run, a long one for `make fuzz`."""

import json
import os
from pathlib import Path
from typing import Any

CASES = int(os.environ.get("FUZZ_CASES", "120"))
"""Calls at each dialect."""

FILES = int(os.environ.get("FUZZ_FILES", "40"))
"""Media files."""

SEED = int(os.environ.get("FUZZ_SEED", "20261128"))
"""The same seed tries the same things."""

FIGURES = os.environ.get("FUZZ_FIGURES", "")
"""Where the figures are written; nowhere when empty."""


def write_figures(name: str, figures: dict[str, Any]) -> None:
    """Put the figures of one suite beside those of the others."""
    if not FIGURES:
        return
    path = Path(FIGURES)
    known = json.loads(path.read_text()) if path.exists() else {}
    known[name] = {"seed": SEED, **figures}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(sorted(known.items())), indent=2) + "\n")
