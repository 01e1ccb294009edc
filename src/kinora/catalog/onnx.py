"""Reads of an ONNX model only the names of its inputs, which also finds files that were cut off."""

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

GRAPH, INPUT, INITIALISER, NAME = 7, 11, 5, 1
"""Numbers of fields in ONNX's ModelProto, GraphProto and ValueInfoProto."""

VARINT, EIGHT, LONG, FOUR = 0, 1, 2, 5
"""How Protocol Buffers write a field."""


class BadVoice(ValueError):
    """A voice cannot be used; the text says why."""


def graph_inputs(model: Path) -> set[str]:
    """Return the names of an ONNX model's inputs; raise BadVoice for what is none, or cut off."""
    with model.open("rb") as body:
        size = model.stat().st_size
        graph = next((span for number, span in _fields(body, 0, size) if number == GRAPH), None)
        if graph is None:
            raise BadVoice("is no ONNX model")
        found: dict[int, set[str]] = {INPUT: set(), INITIALISER: set()}
        for number, (start, end) in list(_fields(body, *graph)):
            if number in found:
                found[number].add(_named(body, start, end, number))
        # Old models list their weights among their inputs.
        return found[INPUT] - found[INITIALISER]


def _named(body: BinaryIO, start: int, end: int, kind: int) -> str:
    wanted = NAME if kind == INPUT else 8
    for number, (begin, stop) in _fields(body, start, end):
        if number == wanted:
            body.seek(begin)
            return body.read(min(stop - begin, 200)).decode("utf-8", "replace")
    return ""


def _fields(body: BinaryIO, start: int, end: int) -> Iterator[tuple[int, tuple[int, int]]]:
    """Yield the number and the place of each long field between two places of a file."""
    at = start
    while at < end:
        body.seek(at)
        number, kind = divmod(_varint(body), 8)
        if kind == VARINT:
            _varint(body)
            at = body.tell()
        elif kind in (EIGHT, FOUR):
            at = body.tell() + (8 if kind == EIGHT else 4)
        elif kind == LONG:
            length = _varint(body)
            at = body.tell() + length
            if at > end:
                raise BadVoice("is cut off, or is no ONNX model")
            yield number, (at - length, at)
        else:
            raise BadVoice("is no ONNX model")


def _varint(body: BinaryIO) -> int:
    value = 0
    for shift in range(0, 70, 7):
        byte = body.read(1)
        if not byte:
            break
        value |= (byte[0] & 127) << shift
        if byte[0] < 128:  # noqa: PLR2004 - the last byte has no top bit
            return value
    raise BadVoice("is cut off, or is no ONNX model")
