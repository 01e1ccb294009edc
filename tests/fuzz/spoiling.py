"""Spoils files the way that broken disks, broken programs and hostile people do."""

import random
import struct
from collections.abc import Callable

Spoil = Callable[[bytearray, bytes, random.Random], bytearray]
EXTREMES = (0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF, 0x80000000)
HEAD = 400
"""Where headers mostly are."""


def spoiled(body: bytes, other: bytes, chance: random.Random) -> tuple[bytes, str]:
    """Return a spoiled file and how it was spoiled; `other` is a file to splice with."""
    made, how = bytearray(body), []
    for _ in range(chance.choice((1, 1, 1, 2, 3))):
        name = chance.choice(tuple(WAYS))
        if made:
            made = WAYS[name](made, other, chance)
            how.append(name)
    return bytes(made), "+".join(how)


def flip(body: bytearray, other: bytes, chance: random.Random) -> bytearray:
    for _ in range(chance.choice((1, 4, 32, 256))):
        body[_place(body, chance)] ^= 1 << chance.randrange(8)
    return body


def cut(body: bytearray, _: bytes, chance: random.Random) -> bytearray:
    return body[: chance.randrange(len(body) + 1)]


def drop(body: bytearray, _: bytes, chance: random.Random) -> bytearray:
    start, length = _span(body, chance)
    del body[start : start + length]
    return body


def double(body: bytearray, _: bytes, chance: random.Random) -> bytearray:
    start, length = _span(body, chance)
    piece = body[start : start + length] * chance.choice((1, 1, 50))
    return body[:start] + piece + body[start:]


def swap(body: bytearray, _: bytes, chance: random.Random) -> bytearray:
    start, length = _span(body, chance)
    to = _place(body, chance)
    piece = body[start : start + length]
    del body[start : start + length]
    body[to:to] = piece
    return body


def extreme(body: bytearray, other: bytes, chance: random.Random) -> bytearray:
    """Put an extreme whole number of 1, 2, 4 or 8 bytes somewhere, mostly near the head."""
    for _ in range(chance.choice((1, 1, 3))):
        value, form = chance.choice(EXTREMES), chance.choice(("B", ">H", "<H", ">I", "<I", ">Q"))
        width = struct.calcsize(form)
        at = _place(body, chance)
        body[at : at + width] = struct.pack(form, value & (1 << 8 * width) - 1)
    return body


def splice(body: bytearray, other: bytes, chance: random.Random) -> bytearray:
    return body[: _place(body, chance)] + other[chance.randrange(len(other)) :]


def blank(body: bytearray, _: bytes, chance: random.Random) -> bytearray:
    start, length = _span(body, chance)
    filler = chance.choice((b"\0", b"\xff", None))
    body[start : start + length] = filler * length if filler else chance.randbytes(length)
    return body


def append(body: bytearray, other: bytes, chance: random.Random) -> bytearray:
    return body + chance.choice((other, chance.randbytes(1000), bytes(100_000)))


WAYS: dict[str, Spoil] = {
    "flip": flip,
    "cut": cut,
    "drop": drop,
    "double": double,
    "swap": swap,
    "extreme": extreme,
    "splice": splice,
    "blank": blank,
    "append": append,
}


def _place(body: bytearray, chance: random.Random) -> int:
    end = min(HEAD, len(body)) if chance.random() < 0.5 else len(body)
    return chance.randrange(max(1, end))


def _span(body: bytearray, chance: random.Random) -> tuple[int, int]:
    return _place(body, chance), chance.choice((1, 4, 16, 100, max(1, len(body) // 10)))
