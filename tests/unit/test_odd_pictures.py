"""Odd pictures, through the real gate into each operation that takes pictures: films come out."""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from kinora.adapters.media.gate import GuardedGate
from kinora.catalog.models import load_models
from kinora.catalog.shapes import film_shape
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import ImageToVideo, Motion, Order, Role, Segment, Words
from kinora.engines.studio.effects.room import frames as effect
from kinora.engines.studio.fusion.room import Cast
from kinora.engines.studio.fusion.room import frames as fuse
from kinora.engines.studio.imagevideo.room import frames as alive
from kinora.engines.studio.reel import Picture
from kinora.engines.studio.stills.room import picture as still
from kinora.engines.studio.transition.chain import frames as chain
from kinora.engines.studio.transition.room import frames as join
from kinora.ports.engine import Shape
from tests.assets import asset

PHOTO = Image.fromarray(
    np.random.default_rng(3).integers(0, 255, (12, 16, 3), np.uint8).repeat(25, 0).repeat(25, 1)
)


def saved(picture: Image.Image, kind: str, **options: Any) -> bytes:
    stream = io.BytesIO()
    picture.save(stream, kind, **options)
    return stream.getvalue()


def clear() -> Image.Image:
    """A picture whose left half is transparent over white, and whose hidden colours are wild."""
    picture = PHOTO.convert("RGBA")
    alpha = Image.new("L", picture.size, 255)
    alpha.paste(0, (0, 0, picture.width // 2, picture.height))
    picture.putalpha(alpha)
    return picture


def moving() -> bytes:
    others = [PHOTO.rotate(angle) for angle in (90, 180)]
    return saved(PHOTO, "WEBP", save_all=True, append_images=others, duration=100)


ODD: dict[str, Callable[[], bytes]] = {
    "transparent": lambda: saved(clear(), "PNG"),
    "animated": moving,
    "cmyk": lambda: saved(PHOTO.convert("CMYK"), "JPEG"),
    "grey": lambda: saved(PHOTO.convert("L"), "PNG"),
    "sixteen-bit": lambda: saved(Image.fromarray(np.full((90, 120), 40000, np.uint16)), "PNG"),
    "palette": lambda: saved(PHOTO.convert("P"), "PNG"),
    "one-pixel": lambda: saved(Image.new("RGB", (1, 1), (200, 30, 30)), "PNG"),
    "one-column": lambda: saved(Image.new("RGB", (1, 300), (20, 30, 130)), "PNG"),
    "wide": lambda: saved(PHOTO.resize((2100, 90)), "JPEG"),
    "tall": lambda: saved(PHOTO.resize((90, 2100)), "JPEG"),
    "huge": lambda: saved(Image.new("L", (10_000, 10_000), 128), "PNG"),
    "empty": lambda: saved(Image.new("RGB", (640, 480), (127, 127, 127)), "PNG"),
}


@dataclass
class Bench:
    """One odd picture that has passed the gate, and a plain one."""

    odd: Path
    plain: Path
    shape: Shape

    def films(self) -> dict[str, Iterator[Picture]]:
        odd, plain, shape = self.odd, self.plain, self.shape
        words = Words(prompt="rain, @a beside @b")
        cast = [Cast(Role.SUBJECT, "a", odd), Cast(Role.BACKGROUND, "b", plain)]
        back = [Cast(Role.SUBJECT, "a", plain), Cast(Role.BACKGROUND, "b", odd)]
        legs = (Segment(prompt="x", seconds=1),)
        return {
            "image to video": alive(odd, words, shape=shape, seed=1),
            "transition": join(odd, plain, words, shape=shape, seed=1),
            "multi-transition": chain([plain, odd], legs, Motion.NORMAL, shape=shape, seed=1),
            "fusion": fuse(cast, words, shape=shape, seed=1),
            "fusion before it": fuse(back, words, shape=shape, seed=1),
            "effect": effect("dust", [odd], shape=shape, seed=1),
            "pair": effect("hug", [odd, plain], shape=shape, seed=1),
        }


@pytest.fixture
def plain(photos: Path) -> Path:
    return photos / "astronaut.jpg"


@pytest.mark.parametrize("name", ODD)
async def test_each_works_or_says_why_not(name: str, tmp_path: Path, plain: Path) -> None:
    given = tmp_path / "given"
    given.write_bytes(ODD[name]())
    gate = GuardedGate()
    try:
        admitted = await gate.admit(given, folder=tmp_path)
    finally:
        await gate.close()
    bench = Bench(admitted.path, plain, small(admitted.width, admitted.height))
    for operation, film in bench.films().items():
        seen = list(film)
        assert len(seen) == bench.shape.frames, operation
        for frame in seen:
            assert frame.shape == (bench.shape.height, bench.shape.width, 3), operation
            assert frame.dtype == np.uint8, operation
    for look in ("oil-painting", "sticker", "double-exposure"):
        pictures = [bench.odd, plain][: 2 if look == "double-exposure" else 1]
        assert still(look, pictures, shape=Shape(width=96, height=64, frames=1, fps=0)).any()


def small(width: int, height: int) -> Shape:
    """Return the shape that the product would give a film from such a picture, made small."""
    order = Order(
        account=AccountId(1),
        ask=ImageToVideo(words=Words(prompt="x"), image=AssetId(1)),
        model="v6",
        quality="360p",
        seconds=1,
    )
    whole = film_shape(load_models(), order, [asset(width, height)], seconds=1)
    assert whole.width % 2 == whole.height % 2 == 0
    assert 1 / 4 < whole.width / whole.height < 4
    part = 4
    return Shape(width=whole.width // part, height=whole.height // part, frames=3, fps=3)
