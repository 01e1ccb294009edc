"""Settings that a clumsy operator may write: each is refused by name, before anything starts."""

from pathlib import Path

import pytest

from kinora.moderation.rules import BadRules, load_rules
from kinora.settings import BadSettings, read_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("host", ""),
        ("host", "a b"),
        ("host", "ü"),
        ("port", "70000"),
        ("api_processes", "0"),
        ("api_processes", "7"),
        ("engines", "-1"),
        ("threads", "-1"),
        ("grace", "-5"),
        ("grace", "nan"),
        ("grace", "inf"),
        ("stall", "nan"),
        ("stall", "0"),
        ("engine_memory", "-1"),
        ("engine_minutes", "-1"),
        ("link_days", "0"),
        ("link_days", "999999999999"),
        ("longest_wait", "99999999999999999999"),
        ("queue_limit", "-1"),
        ("place_minutes", "nan"),
        ("log_level", "loud"),
        ("public_url", "media.example.com"),
        ("public_url", "javascript:alert(1)"),
        ("public_url", "https://a.example/?x"),
        ("bootstrap_key", "short"),
        ("bootstrap_key", "a key with spaces in it"),
        ("metrics_token", "é"),
    ],
)
def test_nonsense_is_refused_by_name(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(f"KINORA_{name.upper()}", value)
    with pytest.raises(BadSettings, match=name):
        read_settings({})


def test_what_is_sensible_is_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in (("host", "::1"), ("public_url", "https://a.example/kinora")):
        monkeypatch.setenv(f"KINORA_{name.upper()}", value)
    assert read_settings({}).address(80) == "http://[::1]:80"


@pytest.mark.parametrize("text", [None, "port = [", "prot = 8080", "port = 'x'", b"\xff\xfe"])
def test_a_file_that_says_nothing_sensible(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, text: str | bytes | None
) -> None:
    path = tmp_path / "mine.toml"
    if text is not None:
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    monkeypatch.setenv("KINORA_CONFIG", str(path))
    with pytest.raises(BadSettings):
        read_settings({})


def test_rules_that_are_not_there(tmp_path: Path) -> None:
    with pytest.raises(BadRules, match="nowhere"):
        load_rules(tmp_path / "nowhere.toml")
