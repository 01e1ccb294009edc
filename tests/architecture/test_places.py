"""Bytes are asked for by their place: an asset's `blob` is a name that callers see, no more."""

import ast
from pathlib import Path

import pytest

SRC = Path(__file__).parents[2] / "src/kinora"
OF_BLOBS = {"local", "read", "size", "adopt", "delete"}
FILES = sorted(path for path in SRC.rglob("*.py") if "engines" not in path.parts)


def wrong(source: str) -> list[int]:
    """Return the lines that give a caller's name to the blob store."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    return [
        call.lineno
        for call in calls
        if isinstance(call.func, ast.Attribute)
        and call.func.attr in OF_BLOBS
        and any(
            isinstance(given, ast.Attribute) and given.attr == "blob"
            for given in (*call.args, *(word.value for word in call.keywords))
        )
    ]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(SRC)))
def test_bytes_are_asked_for_by_their_place(path: Path) -> None:
    assert wrong(path.read_text()) == []


def test_a_wrong_name_is_found() -> None:
    assert wrong("blobs.local(asset.blob, folder=x)\nblobs.adopt(x, name=each.blob)") == [1, 2]
    assert wrong("blobs.local(asset.place, folder=x)") == []
