"""An operator's own templates beside those that ship."""

import re
from pathlib import Path

import pytest

from kinora.apis.pixverse.answers import effect_item
from kinora.apis.pixverse.translate import order_from
from kinora.apis.pixverse.wire import TemplateVideoBody
from kinora.catalog.book import load
from kinora.catalog.templates import BadTemplates, load_templates
from kinora.domain.ids import AccountId, AssetId, JobId
from kinora.domain.order import VideoEffect
from kinora.engines.studio.rooms import film_frames
from kinora.ports.engine import Shape, Spec
from tests.assets import asset

PAGE = Path(__file__).parents[2] / "docs/templates.md"


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """The example of the manual, in a file."""
    path = tmp_path / "own.toml"
    found = re.search(r"```toml\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert found
    path.write_text(found.group(1))
    return path


def test_the_manual_tells_how_many_ship() -> None:
    kinds = [template.kind for template in load_templates()]
    assert (kinds.count("video"), kinds.count("image")) == (36, 19)
    assert "Thirty-six templates for films and nineteen for pictures" in PAGE.read_text()


@pytest.mark.parametrize("number", [900000000000001, 900000000000002])
def test_own_templates_are_played(own: Path, photos: Path, number: int) -> None:
    catalog = load(own_templates=own)
    body = TemplateVideoBody.model_validate({"template_id": number, "img_id": 7, "quality": "360p"})
    order = order_from(body, account=AccountId(1), catalog=catalog, trace="")
    catalog.check(order)
    assert catalog.price(order, [asset(1, 1)]) == {1: 20, 2: 10}[number % 10]
    assert isinstance(order.ask, VideoEffect)
    spec = Spec(
        job=JobId(1),
        attempt=1,
        ask=order.ask,
        seed=1,
        shape=Shape(width=64, height=48, frames=3, fps=12),
        inputs={AssetId(7): photos / "cat.jpg"},
        folder=own.parent,
    )
    first, *_, last = film_frames(order.ask, spec)
    assert first.shape == last.shape == (48, 64, 3)
    assert (first != last).any()


def test_what_has_no_preview_names_none(own: Path) -> None:
    first, second = (effect_item(t, chinese=True, base="x") for t in load_templates(own)[-2:])
    assert (first.display_name, first.thumbnail_url, first.preview_url) == ("初雪", "", "")
    assert second.thumbnail_url == "x/media/templates/dust.jpg"


def test_a_shipped_name_is_replaced(tmp_path: Path) -> None:
    shipped = load_templates()
    dust = next(template for template in shipped if template.name == "dust")
    path = tmp_path / "own.toml"
    path.write_text(
        f'[[template]]\nid={dust.id}\nname="dust"\nkind="video"\ndisplay_name="D"\nseconds=5\n'
        'display_prompt=""\ndisplay_name_zh=""\ndisplay_prompt_zh=""\ncredits=1\n'
    )
    mine = load_templates(path)
    assert len(mine) == len(shipped)
    assert next(template for template in mine if template.name == "dust").credits == 1


@pytest.mark.parametrize(
    ("text", "replaced", "told"),
    [
        ('kind = "video"', 'kind = "song"', "kind must be video or image"),
        ('effect = "dust"', 'effect = "fly to the moon"', "effect must be one of"),
        ('prompt = "heavy', 'prompt = ""#', "needs a prompt"),
        ("credits = 10", "credits = { 360p = 3 }", "qualities must each have a price"),
        ("seconds = 3", "seconds = 300", "seconds must be from 1 to 15"),
        ("seconds = 3", "seconds = 3\nimages = 2", "images must be 1"),
        ("000002", "000001", "two templates have the same id"),
        ("credits = 10", "credits = 10\ncolour = 3", "colour"),
        ("credits = 10", "credits = [", "own.toml"),
    ],
)
def test_what_cannot_be_used_is_said(own: Path, text: str, replaced: str, told: str) -> None:
    assert text in own.read_text()
    own.write_text(own.read_text().replace(text, replaced))
    with pytest.raises(BadTemplates, match=re.escape(told)):
        load_templates(own)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadTemplates, match=r"none\.toml"):
        load_templates(tmp_path / "none.toml")
