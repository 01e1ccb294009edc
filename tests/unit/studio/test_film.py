"""A film holds what was put in, and a film that cannot be finished leaves nothing."""

import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from kinora.engines.studio.film import write_film
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.ports.engine import Shape

CLIP = Shape(width=128, height=80, frames=24, fps=12)
LONG = Shape(width=128, height=80, frames=144, fps=12)
"""Longer than the encoder looks ahead, so that bytes reach the disk while frames come."""

COLOURS = [(220, 30, 30), (30, 200, 40), (30, 40, 220), (225, 170, 140)]
BT709 = 1


def plain(colour: tuple[int, int, int], frames: int) -> Iterator[Picture]:
    for _ in range(frames):
        yield np.full((CLIP.height, CLIP.width, 3), colour, np.uint8)


def noise(frames: int, *, width: int = CLIP.width) -> Iterator[Picture]:
    rng = np.random.default_rng(1)
    for _ in range(frames):
        yield rng.integers(0, 255, (CLIP.height, width, 3), np.uint8)


def tone(seconds: float) -> Waves:
    wave = 0.3 * np.sin(np.arange(round(seconds * RATE)) * 0.05)
    return np.stack([wave, wave], -1).astype(np.float32)


def encoders() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name == "encoder"]


@pytest.mark.parametrize("colour", COLOURS)
def test_colours_survive_and_the_file_says_how_to_read_them(
    tmp_path: Path, colour: tuple[int, int, int]
) -> None:
    path = tmp_path / "film.mp4"
    list(write_film(path, plain(colour, CLIP.frames), shape=CLIP, sound=None))
    with av.open(str(path)) as film:
        context = film.streams.video[0].codec_context
        tags = (context.color_primaries, context.color_trc, context.colorspace)
        frame = next(film.decode(video=0))
    seen = frame.reformat(format="rgb24", src_colorspace="ITU709").to_ndarray()[40, 64]
    assert tags == (BT709, BT709, BT709)
    assert np.abs(seen.astype(int) - colour).max() <= 6


@pytest.mark.parametrize("frames", [1, 13, 61])
def test_sound_is_as_long_as_the_picture(tmp_path: Path, frames: int) -> None:
    shape = Shape(width=128, height=80, frames=frames, fps=12)
    path = tmp_path / "film.mp4"
    sound = tone(shape.seconds)
    assert list(write_film(path, noise(frames), shape=shape, sound=sound)) == list(range(frames))
    with av.open(str(path)) as film:
        video, audio = film.streams.video[0], film.streams.audio[0]
        assert video.frames == frames
        assert video.average_rate == 12
        assert audio.duration is not None
        assert audio.time_base is not None
        assert float(audio.duration * audio.time_base) == pytest.approx(shape.seconds, abs=0.022)


def test_the_same_frames_give_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.mp4", "b.mp4"):
        frames = noise(CLIP.frames)
        list(write_film(tmp_path / name, frames, shape=CLIP, sound=tone(CLIP.seconds)))
    assert (tmp_path / "a.mp4").read_bytes() == (tmp_path / "b.mp4").read_bytes()


@pytest.mark.parametrize(
    "frames",
    [noise(CLIP.frames - 1), noise(CLIP.frames + 1), noise(0), noise(CLIP.frames, width=64)],
    ids=["too few", "too many", "none", "too small"],
)
def test_frames_that_are_not_as_promised_leave_nothing(
    tmp_path: Path, frames: Iterator[Picture]
) -> None:
    with pytest.raises(ValueError, match=r"argument|frame"):
        list(write_film(tmp_path / "film.mp4", frames, shape=CLIP, sound=None))
    assert list(tmp_path.iterdir()) == []
    assert encoders() == []


def test_closing_midway_leaves_nothing(tmp_path: Path) -> None:
    writing = write_film(tmp_path / "film.mp4", noise(CLIP.frames), shape=CLIP, sound=None)
    for _ in range(10):
        next(writing)
    assert encoders() == ["encoder"]
    writing.close()
    assert list(tmp_path.iterdir()) == []
    assert encoders() == []


@pytest.mark.skipif(sys.platform == "win32", reason="no limit on the size of files")
@pytest.mark.parametrize("room", [2_000, 60_000, 800_000], ids=["at once", "midway", "at the end"])
def test_a_disk_that_fills_up_is_told_and_leaves_nothing(tmp_path: Path, room: int) -> None:
    told = subprocess.run(
        [sys.executable, "-m", "tests.unit.studio.test_film", str(tmp_path), str(room)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[3],
        timeout=60,
    )
    assert told.stdout.split() == ["OSError", "0"]


def fill_up(folder: Path, room: int) -> None:
    """Write a film where no file may grow past `room` bytes; say the error and what is left."""
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))
    try:
        list(write_film(folder / "film.mp4", noise(LONG.frames), shape=LONG, sound=None))
    except OSError:
        sys.stdout.write(f"OSError {len(list(folder.iterdir()))}\n")


if __name__ == "__main__":
    fill_up(Path(sys.argv[1]), int(sys.argv[2]))
