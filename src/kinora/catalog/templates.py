"""Effects that can be asked for by number."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

PREVIEWS = Path(str(files("kinora.catalog") / "previews"))
"""The folder of thumbnails and preview films, by the templates' names; `scripts/previews.py`."""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One effect: `name` is what the engine knows it by, `id` what the wire does.

    `credits` is a price, for films by quality. `sound` is what it sounds like when sound is wanted.
    """

    id: int
    name: str
    kind: str
    display_name: str
    display_prompt: str
    display_name_zh: str
    display_prompt_zh: str
    credits: int | dict[str, int]
    images: int = 1
    qualities: tuple[str, ...] = ("360p", "540p", "720p", "1080p")
    seconds: int = 0
    sound: str = ""

    def price(self, quality: str) -> int:
        """Return what one use costs at a quality."""
        return self.credits if isinstance(self.credits, int) else self.credits[quality]


class _File(msgspec.Struct, frozen=True):
    template: tuple[Template, ...]


@cache
def load_templates() -> tuple[Template, ...]:
    """Read the table, in its order."""
    text = (files("kinora.catalog") / "templates.toml").read_bytes()
    return msgspec.toml.decode(text, type=_File).template
