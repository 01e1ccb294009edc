"""Effects that can be asked for by number."""

from functools import cache
from importlib.resources import files
from pathlib import Path

import msgspec

from kinora.domain.order import BY_WORDS

PREVIEWS = Path(str(files("kinora.catalog") / "previews"))
"""The folder of thumbnails and preview films, by the templates' names; `scripts/previews.py`."""


KINDS = ("video", "image")
QUALITIES = {"360p", "540p", "720p", "1080p"}
LONGEST = 15
"""Seconds that a template's film may last."""


class Template(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One effect: `name` is what operators know it by, `id` what the wire does.

    `credits` is a price, for films by quality. `sound` is what it sounds like when sound is wanted.
    `effect` is what the engine plays when that is not what `name` says; with `BY_WORDS` it makes a
    film from the picture by `prompt`, `style` and `camera`.
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
    effect: str = ""
    prompt: str = ""
    style: str = ""
    camera: str = ""

    @property
    def shown_as(self) -> str:
        """The name of its thumbnail and preview film; empty when it has none."""
        return "" if self.effect == BY_WORDS else self.effect or self.name

    def price(self, quality: str) -> int:
        """Return what one use costs at a quality."""
        return self.credits if isinstance(self.credits, int) else self.credits[quality]


class BadTemplates(ValueError):
    """A file of templates cannot be used; the text says where and why."""


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    template: tuple[Template, ...] = ()


@cache
def load_templates(own: Path | None = None) -> tuple[Template, ...]:
    """Read the table, in its order, and after it an operator's own file.

    A template of the operator's takes the place of the one that has its name. Raises BadTemplates.
    """
    text = (files("kinora.catalog") / "templates.toml").read_bytes()
    shipped = msgspec.toml.decode(text, type=_File).template
    if own is None:
        return shipped
    try:
        added = msgspec.toml.decode(own.read_bytes(), type=_File).template
    except (OSError, ValueError) as error:
        raise BadTemplates(f"{own}: {error}") from None
    for template in added:
        _check(own, template, shipped)
    merged = {template.name: template for template in (*shipped, *added)}
    if len({template.id for template in merged.values()}) < len(merged):
        raise BadTemplates(f"{own}: two templates have the same id")
    return tuple(merged.values())


def _check(own: Path, template: Template, shipped: tuple[Template, ...]) -> None:
    """Raise BadTemplates when no engine could make what a template says, or it has no price."""
    place = f"{own}: template {template.name}"
    if template.kind not in KINDS:
        raise BadTemplates(f"{place}: kind must be video or image")
    known = {each.name: each.images for each in shipped if each.kind == template.kind}
    known |= {BY_WORDS: 1} if template.kind == "video" else {}
    effect = template.effect or template.name
    if effect not in known:
        raise BadTemplates(f"{place}: effect must be one of {', '.join(sorted(known))}")
    if template.images != known[effect]:
        raise BadTemplates(f"{place}: images must be {known[effect]}")
    if effect == BY_WORDS and not template.prompt.strip():
        raise BadTemplates(f"{place}: a template by words needs a prompt")
    if template.kind == "image" and not isinstance(template.credits, int):
        raise BadTemplates(f"{place}: credits must be a number")
    if template.kind == "video" and not 0 < template.seconds <= LONGEST:
        raise BadTemplates(f"{place}: seconds must be from 1 to {LONGEST}")
    priced = isinstance(template.credits, int) or set(template.credits) >= set(template.qualities)
    if not priced or not set(template.qualities) <= QUALITIES:
        raise BadTemplates(f"{place}: qualities must each have a price in credits")
