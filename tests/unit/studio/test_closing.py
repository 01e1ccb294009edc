"""A run that is closed leaves nothing, or a whole result; never a part of one."""

import threading
from pathlib import Path

import av
import pytest
from PIL import Image

from kinora.domain.order import Ask, ImageEffect, Sound, TextToImage, TextToVideo, Words
from kinora.engines.studio.engine import Studio
from kinora.ports.engine import Output, Progress, Shape
from tests.contracts.test_engine import CAT, spec

STILL = Shape(width=160, height=96, frames=1, fps=0)
CLIP = Shape(width=160, height=96, frames=4, fps=24)
STILLS: dict[str, Ask] = {
    "look": ImageEffect(template="pop-art", images=(CAT,)),
    "words": TextToImage(words=Words(prompt="red ink")),
}
FILM = TextToVideo(words=Words(prompt="red ink"), sound=Sound())


def is_whole(path: Path) -> bool:
    with Image.open(path) as opened:
        opened.load()
        return opened.size == (160, 96)


@pytest.mark.parametrize("name", STILLS)
def test_a_still_closed_at_any_step(name: str, tmp_path: Path, photos: Path) -> None:
    whole = list(Studio().run(spec(STILLS[name], STILL, made(tmp_path, "all"), photos)))
    assert [type(event) for event in whole[-2:]] == [Progress, Output]
    for steps in range(len(whole) + 1):
        folder = made(tmp_path, str(steps))
        running = Studio().run(spec(STILLS[name], STILL, folder, photos))
        events = [next(running) for _ in range(steps)]
        running.close()
        left = list(folder.iterdir())
        assert all(is_whole(path) for path in left)
        finished = any(isinstance(event, Progress) and event.done == 1.0 for event in events)
        assert len(left) == finished


def test_a_film_closed_at_any_step(tmp_path: Path, photos: Path) -> None:
    steps = len(list(Studio().run(spec(FILM, CLIP, made(tmp_path, "all"), photos))))
    for step in range(1, steps + 1):
        folder = made(tmp_path, str(step))
        running = Studio().run(spec(FILM, CLIP, folder, photos))
        events = [next(running) for _ in range(step)]
        running.close()
        last = events[-1]
        finished = isinstance(last, Output) or (isinstance(last, Progress) and last.done == 1.0)
        left = list(folder.iterdir())
        assert len(left) == finished
        for path in left:
            with av.open(str(path)) as film:
                assert sum(1 for _ in film.decode(video=0)) == CLIP.frames
    assert [thread for thread in threading.enumerate() if thread.name == "encoder"] == []


def test_a_still_that_cannot_be_written_leaves_nothing(tmp_path: Path, photos: Path) -> None:
    folder = made(tmp_path, "gone")
    running = Studio().run(spec(STILLS["look"], STILL, folder, photos))
    next(running)
    folder.rmdir()
    with pytest.raises(FileNotFoundError):
        list(running)
    assert not folder.exists()


def made(parent: Path, name: str) -> Path:
    folder = parent / name
    folder.mkdir()
    return folder
