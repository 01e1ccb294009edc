"""No file, function or nest grows past what a reader can hold."""

import ast
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
FILES = sorted([*(ROOT / "src").rglob("*.py"), *(ROOT / "client/src").rglob("*.py")])
MAX_FILE, MAX_BODY, MAX_DEPTH = 400, 40, 3
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.Match)
Function = ast.FunctionDef | ast.AsyncFunctionDef


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_file_within_budget(path: Path) -> None:
    source = path.read_text()
    assert source.count("\n") <= MAX_FILE
    for function in functions(ast.parse(source)):
        assert body_lines(function) <= MAX_BODY, function.name
        assert depth(function) <= MAX_DEPTH, function.name


def functions(tree: ast.Module) -> Iterator[Function]:
    return (n for n in ast.walk(tree) if isinstance(n, Function))


def body_lines(function: Function) -> int:
    lines = (function.end_lineno or 0) - function.lineno + 1
    docstring = ast.get_docstring(function, clean=False)
    return lines - (docstring.count("\n") + 1 if docstring else 0)


def depth(node: ast.AST) -> int:
    """Nesting of blocks; an elif is as deep as its if."""
    if isinstance(node, ast.If) and len(node.orelse) == 1 and isinstance(node.orelse[0], ast.If):
        return max(1 + deepest(node.body), depth(node.orelse[0]))
    return isinstance(node, BLOCKS) + deepest(ast.iter_child_nodes(node))


def deepest(nodes: Iterable[ast.AST]) -> int:
    return max((depth(node) for node in nodes), default=0)
