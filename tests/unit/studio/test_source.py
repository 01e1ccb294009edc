"""Films come in upright, at the asked rate, in the right colours, with their sound in place."""

import gc
from collections.abc import Iterator, Sequence
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from kinora.engines.studio.film import write_film
from kinora.engines.studio.reel import RATE, Picture
from kinora.engines.studio.source import reading
from kinora.ports.engine import CannotMake, Shape

WIDTH, HEIGHT = 96, 64
STEP = 9
"""How much brighter each test frame is than the one before it."""

TURNED_RIGHT = (0, 1, -1, 0)
MIRRORED = (-1, 0, 0, 1)


def counted(frames: int) -> Iterator[Picture]:
    for number in range(frames):
        yield np.full((HEIGHT, WIDTH, 3), 10 + STEP * number, np.uint8)


def stamped_film(path: Path, times: Sequence[int], *, pixels: str = "yuv420p") -> Path:
    """Write grey frames that are shown at `times`, in hundredths of a second."""
    with av.open(str(path), "w") as file:
        stream = file.add_stream("libx264", rate=25, options={"crf": "4", "bf": "0"})
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, pixels
        stream.codec_context.time_base = Fraction(1, 100)
        for at, picture in zip(times, counted(len(times)), strict=True):
            frame = av.VideoFrame.from_ndarray(picture, format="rgb24").reformat(format=pixels)
            frame.pts, frame.time_base = at, Fraction(1, 100)
            file.mux(stream.encode(frame))
        file.mux(stream.encode(None))
    return path


def numbers(path: Path, *, fps: int, count: int | None = None) -> list[int]:
    """Return which of the counted frames were given."""
    told = reading.frames(path, size=None, fps=fps, count=count)
    return [round((float(picture.mean()) - 10) / STEP) for picture in told]


def corner_film(path: Path, matrix: tuple[int, int, int, int]) -> Path:
    """Write a film whose top left is white, with a display matrix in its track's header."""
    picture = np.zeros((HEIGHT, WIDTH, 3), np.uint8)
    picture[:16, :16] = 255
    shape = Shape(width=WIDTH, height=HEIGHT, frames=3, fps=12)
    list(write_film(path, iter([picture] * 3), shape=shape, sound=None))
    data = bytearray(path.read_bytes())
    place = data.index(b"tkhd") + 44
    a, b, c, d = (value << 16 for value in matrix)
    told = np.array([a, b, 0, c, d, 0, 0, 0, 1 << 30], ">i4").tobytes()
    data[place : place + len(told)] = told
    path.write_bytes(data)
    return path


def white_corner(picture: Picture) -> str:
    rows = "top" if picture[:8].max() > 128 else "bottom"
    return f"{rows} {'left' if picture[:, :8].max() > 128 else 'right'}"


def test_even_rates_give_every_frame_once(tmp_path: Path) -> None:
    path = stamped_film(tmp_path / "a.mp4", range(0, 100, 4))
    assert numbers(path, fps=25) == list(range(25))


def test_other_rates_keep_the_speed(tmp_path: Path) -> None:
    path = stamped_film(tmp_path / "a.mp4", range(0, 100, 4))
    given = numbers(path, fps=24)
    assert len(given) == 24
    assert given == sorted(set(given))
    assert numbers(path, fps=50) == [number // 2 for number in range(50)]


def test_films_of_variable_rate_run_at_their_true_speed(tmp_path: Path) -> None:
    path = stamped_film(tmp_path / "a.mp4", [0, 10, 20, 60, 70, 80])
    assert numbers(path, fps=10) == [0, 1, 2, 2, 2, 2, 3, 4, 5]


def test_a_film_that_is_too_short_holds_its_last_frame(tmp_path: Path) -> None:
    path = stamped_film(tmp_path / "a.mp4", [0, 10, 20])
    assert numbers(path, fps=10, count=5) == [0, 1, 2, 2, 2]
    assert numbers(path, fps=10, count=2) == [0, 1]


def test_ten_bits_are_read(tmp_path: Path) -> None:
    path = stamped_film(tmp_path / "a.mp4", [0, 10], pixels="yuv420p10le")
    assert numbers(path, fps=10) == [0, 1]


@pytest.mark.parametrize(
    ("matrix", "corner", "size"),
    [
        (TURNED_RIGHT, "top right", (HEIGHT, WIDTH)),
        (MIRRORED, "top right", (WIDTH, HEIGHT)),
        ((-1, 0, 0, -1), "bottom right", (WIDTH, HEIGHT)),
        ((0, -1, 1, 0), "bottom left", (HEIGHT, WIDTH)),
    ],
)
def test_films_stand_upright(
    tmp_path: Path, matrix: tuple[int, int, int, int], corner: str, size: tuple[int, int]
) -> None:
    path = corner_film(tmp_path / "a.mp4", matrix)
    told = reading.facts(path)
    picture = next(reading.frames(path, size=None, fps=12, count=1))
    assert (told.width, told.height) == size
    assert (picture.shape[1], picture.shape[0]) == size
    assert white_corner(picture) == corner


def test_frames_are_cut_to_the_proportions_that_are_asked(tmp_path: Path) -> None:
    path = corner_film(tmp_path / "a.mp4", (1, 0, 0, 1))
    square = next(reading.frames(path, size=(32, 32), fps=12, count=1))
    assert square.shape == (32, 32, 3)
    assert square[:8, :8].max() < 60, "the corner lies in what is cut off"


@pytest.mark.parametrize("colour", [(220, 30, 30), (30, 200, 40), (225, 170, 140)])
def test_colours_come_back(tmp_path: Path, colour: tuple[int, int, int]) -> None:
    shape = Shape(width=WIDTH, height=HEIGHT, frames=2, fps=12)
    plain = np.full((HEIGHT, WIDTH, 3), colour, np.uint8)
    list(write_film(tmp_path / "a.mp4", iter([plain] * 2), shape=shape, sound=None))
    seen = next(reading.frames(tmp_path / "a.mp4", size=None, fps=12, count=1))
    assert np.abs(seen[32, 48].astype(int) - colour).max() <= 6


def test_the_last_frames_are_the_last(tmp_path: Path) -> None:
    path = stamped_film(tmp_path / "a.mp4", range(0, 100, 4))
    means = [float(picture.mean()) for picture in reading.last_frames(path, 3)]
    assert [round((mean - 10) / STEP) for mean in means] == [22, 23, 24]


def test_sound_is_where_it_was(tmp_path: Path) -> None:
    shape = Shape(width=WIDTH, height=HEIGHT, frames=24, fps=12)
    waves = np.zeros((2 * RATE, 2), np.float32)
    waves[RATE : RATE + 4800] = 0.5 * np.sin(np.arange(4800) * 0.1)[:, None]
    list(write_film(tmp_path / "a.mp4", counted(24), shape=shape, sound=waves))
    heard = reading.sound(tmp_path / "a.mp4", seconds=3.0)
    assert heard is not None
    assert heard.shape == (3 * RATE, 2)
    loud = np.flatnonzero(np.abs(heard[:, 0]) > 0.2)
    assert abs(int(loud[0]) - RATE) < 200
    assert abs(int(loud[-1]) - RATE - 4800) < 200


def test_films_without_sound_have_none(tmp_path: Path) -> None:
    path = stamped_film(tmp_path / "a.mp4", [0, 10])
    assert reading.sound(path, seconds=1.0) is None
    assert not reading.facts(path).has_audio


def test_facts_are_those_of_the_film(tmp_path: Path) -> None:
    shape = Shape(width=WIDTH, height=HEIGHT, frames=18, fps=12)
    list(write_film(tmp_path / "a.mp4", counted(18), shape=shape, sound=None))
    told = reading.facts(tmp_path / "a.mp4")
    assert (told.width, told.height, told.frames) == (WIDTH, HEIGHT, 18)
    assert told.fps == pytest.approx(12)
    assert told.seconds == pytest.approx(1.5)


@pytest.mark.parametrize("given", [b"", b"not a film at all" * 50], ids=["empty", "words"])
def test_what_is_no_film_cannot_be_made(tmp_path: Path, given: bytes) -> None:
    path = tmp_path / "a.mp4"
    path.write_bytes(given)
    with pytest.raises(CannotMake, match="cannot be read"):
        reading.facts(path)
    with pytest.raises(CannotMake, match="cannot be read"):
        next(reading.frames(path, size=None, fps=24, count=1))


def test_frames_do_not_wait_for_the_garbage_collector(tmp_path: Path) -> None:
    path = tmp_path / "film.mp4"
    shape = Shape(width=64, height=36, frames=60, fps=24)
    flat = np.zeros((36, 64, 3), np.uint8)
    for _ in write_film(path, (flat for _ in range(60)), shape=shape, sound=None):
        pass
    gc.collect()
    gc.disable()
    try:
        taken = reading.frames(path, size=None, fps=24, count=None)
        held = [sum(isinstance(each, av.VideoFrame) for each in gc.get_objects()) for _ in taken]
    finally:
        gc.enable()
    assert len(held) == 60
    assert held[-1] <= held[10] + 5
