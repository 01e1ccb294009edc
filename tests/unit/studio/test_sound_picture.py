"""A film gets a new sound: chosen by words or by what is seen, its picture carried over."""

from collections.abc import Generator, Iterator
from pathlib import Path

import av
import numpy as np
import pytest

from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import SoundEffect
from kinora.engines.studio.engine import Studio
from kinora.engines.studio.film import write_film
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.sound.picture import Seen, find_hits, look, words_for
from kinora.engines.studio.source import reading
from kinora.ports.engine import Output, Progress, Shape, Spec
from tests.films import film

SHAPE = Shape(width=96, height=64, frames=48, fps=24)


def flashes() -> Iterator[Picture]:
    """Grey, white for a moment at one second."""
    for number in range(SHAPE.frames):
        yield np.full((64, 96, 3), 255 if 24 <= number < 29 else 90, np.uint8)


def heard(
    source: Path, folder: Path, content: str, *, shape: Shape = SHAPE, keep_sound: bool = False
) -> Path:
    ask = SoundEffect(film=AssetId(1), content=content, keep_sound=keep_sound)
    spec = Spec(
        job=JobId(1),
        attempt=1,
        ask=ask,
        seed=3,
        shape=shape,
        inputs={AssetId(1): source},
        folder=folder,
    )
    *steps, last = Studio().run(spec)
    assert isinstance(last, Output)
    assert last.has_audio
    done = [step.done for step in steps if isinstance(step, Progress)]
    assert done == sorted(done)
    assert done[-1] == 1.0
    return last.path


def written(path: Path, frames: Iterator[Picture], sound: Waves | None = None) -> Path:
    for _ in write_film(path, frames, shape=SHAPE, sound=sound):
        pass
    return path


def pictures(path: Path) -> list[bytes]:
    with av.open(str(path)) as opened:
        return [bytes(packet) for packet in opened.demux(video=0) if packet.dts is not None]


def seen(path: Path) -> Seen:
    making: Generator[Progress, None, Seen] = look(path, seconds=SHAPE.seconds)
    while True:
        try:
            next(making)
        except StopIteration as done:
            found: Seen = done.value
            return found


def test_the_picture_is_carried_over_untouched(tmp_path: Path) -> None:
    source = written(tmp_path / "a.mp4", flashes())
    (tmp_path / "out").mkdir()
    made = heard(source, tmp_path / "out", "rain")
    assert pictures(made) == pictures(source)
    waves = reading.sound(made, seconds=SHAPE.seconds)
    assert waves is not None
    assert float(np.abs(waves[: RATE * 2]).mean()) > 0.01


@pytest.mark.parametrize("codec", ["libvpx-vp9", "mpeg4"])
def test_what_cannot_be_carried_over_is_encoded_anew(tmp_path: Path, codec: str) -> None:
    ending = "webm" if codec.startswith("libvpx") else "mp4"
    source = film(tmp_path / f"a.{ending}", codec=codec)
    (tmp_path / "out").mkdir()
    shape = Shape(width=96, height=64, frames=12, fps=12)
    facts = reading.facts(heard(source, tmp_path / "out", "wind", shape=shape))
    assert (facts.width, facts.height, facts.frames) == (96, 64, 12)


def test_something_is_heard_where_something_happens(tmp_path: Path) -> None:
    ((at, strength),) = seen(written(tmp_path / "a.mp4", flashes())).hits
    assert at == pytest.approx(1.0, abs=0.15)
    assert strength > 0.3


def test_a_film_that_stands_still_has_no_hits() -> None:
    assert find_hits(np.zeros(20, np.float32)) == ()
    assert find_hits(np.full(20, 6.0, np.float32)) == ()
    assert find_hits(np.zeros(1, np.float32)) == ()


@pytest.mark.parametrize(
    ("colour", "words"),
    [
        ((60, 140, 50), "birds, leaves"),
        ((20, 90, 200), "ocean waves, wind"),
        ((10, 40, 90), "crickets, night wind"),
        ((235, 238, 240), "wind"),
        ((150, 120, 110), "calm music"),
    ],
)
def test_what_is_seen_chooses(colour: tuple[int, int, int], words: str) -> None:
    frames = [np.full((54, 96, 3), colour, np.uint8)] * 3
    assert words_for(frames, [0.0, 1.0]) == words


def test_the_films_own_sound_stays_below(tmp_path: Path) -> None:
    t = np.arange(SHAPE.frames * RATE // SHAPE.fps) / RATE
    tone = np.stack([np.sin(2 * np.pi * 1000 * t)] * 2, -1).astype(np.float32) * 0.3
    source = written(tmp_path / "a.mp4", flashes(), tone)

    def share(*, kept: bool) -> float:
        folder = tmp_path / str(len(list(tmp_path.iterdir())))
        folder.mkdir()
        waves = reading.sound(heard(source, folder, "wind", keep_sound=kept), seconds=2.0)
        assert waves is not None
        power = np.abs(np.fft.rfft(waves[: 2 * RATE].mean(1))) ** 2
        near = slice(2 * 990, 2 * 1010)
        return float(power[near].sum() / power.sum())

    assert share(kept=True) > 5 * share(kept=False)
