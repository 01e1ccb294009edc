import json
import re
from dataclasses import fields
from pathlib import Path

import pytest

from kinora.apis.pixverse.reference import REFERENCE as PIXVERSE
from kinora.apis.useapi.reference import REFERENCE as USEAPI
from kinora.catalog.book import load
from kinora.catalog.restyles import load_restyles
from kinora.cli.main import COMMANDS
from kinora.engines.studio.effects.pairs import PAIRS
from kinora.engines.studio.effects.room import EFFECTS
from kinora.engines.studio.stills.room import LOOKS
from kinora.settings import BadSettings, Settings, decode, encode, read_settings
from kinora.web.reference import Reference

ROOT = Path(__file__).parents[2]
PAGES = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_files_that_pages_name_are_there(page: Path) -> None:
    text = page.read_text()
    for path in re.findall(r"`(src/[\w/.]+|tests/[\w/.]+|docs/[\w/.]+|scripts/[\w/.]+)`", text):
        assert (ROOT / path).exists(), path
    for link in re.findall(r"\]\(([^)#:]+)\)", text):
        assert (page.parent / link).exists(), link


def test_every_setting_is_documented() -> None:
    text = (ROOT / "docs/settings.md").read_text()
    assert re.findall(r"^\| `(\w+)`", text, re.MULTILINE) == [f.name for f in fields(Settings)]
    assert all(f"{field.name}: " in (Settings.__doc__ or "") for field in fields(Settings))


def test_every_command_is_in_the_readme() -> None:
    text = (ROOT / "README.md").read_text()
    assert all(f"kinora {name}" in text or f"make {name}" in text for name in COMMANDS)


@pytest.mark.parametrize("reference", [PIXVERSE, USEAPI], ids=lambda each: each.name)
def test_the_openapi_document_is_the_one_in_docs(reference: Reference) -> None:
    kept = json.loads((ROOT / f"docs/reference/openapi/{reference.name}.json").read_text())
    assert kept == json.loads(json.dumps(reference.document())), "run scripts/openapi.py"


@pytest.mark.parametrize("reference", [PIXVERSE, USEAPI], ids=lambda each: each.name)
def test_every_name_in_a_path_is_told_of(reference: Reference) -> None:
    for path, methods in reference.document()["paths"].items():
        for operation in methods.values():
            told = [each["name"] for each in operation["parameters"] if each["in"] == "path"]
            assert told == re.findall(r"\{(\w+)\}", path), path


def test_every_template_has_its_effect() -> None:
    kinds = {"video": {*EFFECTS, *PAIRS, "explode"}, "image": {*LOOKS, "double-exposure"}}
    for kind, names in kinds.items():
        assert {t.name for t in load().templates if t.kind == kind} == names
    ids = [template.id for template in load().templates]
    assert len(set(ids)) == len(ids)


def test_settings_come_in_their_order(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "kinora.toml").write_text('port = 1\nhost = "a"\ngrace = 3\n')
    monkeypatch.setenv("KINORA_PORT", "2")
    monkeypatch.setenv("KINORA_HOST", "b")
    settings = read_settings({"port": 3, "host": None})
    assert (settings.port, settings.host, settings.grace) == (3, "b", 3.0)
    assert decode(encode(settings)) == settings
    with pytest.raises(BadSettings, match="port"):
        read_settings({"port": "many"})
    (tmp_path / "kinora.toml").write_text("prot = 1\n")
    with pytest.raises(BadSettings, match="unknown setting prot"):
        read_settings({})


def test_every_template_can_be_looked_at() -> None:
    folder = ROOT / "src/kinora/catalog/previews"
    for template in load().templates:
        assert (folder / f"{template.name}.jpg").stat().st_size > 1000
        if template.kind == "video":
            assert (folder / f"{template.name}.mp4").stat().st_size > 3000
    covers = {f"restyle-{each.name}" for each in load_restyles()}
    shown = {path.stem for path in folder.iterdir()}
    assert shown == covers | {template.name for template in load().templates}
