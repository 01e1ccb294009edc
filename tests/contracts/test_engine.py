"""One suite over every engine: each ask, at a small size, through the port."""

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
from PIL import Image

from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import (
    Ask,
    Extend,
    Fusion,
    ImageEffect,
    ImageToVideo,
    MultiTransition,
    Reference,
    Role,
    Segment,
    Sound,
    TextToImage,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
)
from kinora.engines.studio.engine import Studio
from kinora.engines.testcard.engine import TestCard
from kinora.ports.engine import CannotMake, Engine, Output, Progress, Shape, Spec
from tests.films import film

CLIP = Shape(width=160, height=96, frames=12, fps=24)
STILL = Shape(width=160, height=96, frames=1, fps=0)
LONGER = Shape(width=96, height=64, frames=36, fps=24)
LARGER = Shape(width=192, height=128, frames=12, fps=12)
CAT, CUP, FILM = AssetId(1), AssetId(2), AssetId(3)
REFERENCES = (
    Reference(asset=CUP, role=Role.SUBJECT, name="cup"),
    Reference(asset=CAT, role=Role.BACKGROUND, name="room"),
)
WITH_FILM = (REFERENCES[0], Reference(asset=FILM, role=Role.FILM, name="clip"))
WORDS = Words(prompt="an island at dusk")
ASKS: dict[str, tuple[Ask, Shape]] = {
    "terrain": (TextToVideo(words=WORDS), CLIP),
    "ink": (TextToVideo(words=Words(prompt="red ink")), CLIP),
    "planet": (TextToVideo(words=Words(prompt="a planet", style="comic")), CLIP),
    "title": (TextToVideo(words=Words(prompt='silk, "Hello"')), CLIP),
    "with sound": (TextToVideo(words=WORDS, sound=Sound()), CLIP),
    "still": (TextToImage(words=WORDS), STILL),
    "image": (ImageToVideo(words=Words(prompt="snow"), image=CAT), CLIP),
    "transition": (Transition(words=Words(prompt=""), first=CAT, last=CUP), CLIP),
    "dust": (VideoEffect(template="dust", images=(CAT,), words=WORDS), CLIP),
    "explode": (VideoEffect(template="explode", images=(CUP,), words=WORDS), CLIP),
    "shots": (TextToVideo(words=Words(prompt="a lake. Then a desert."), multi_clip=True), CLIP),
    "photo shots": (ImageToVideo(words=Words(prompt=""), image=CAT, multi_clip=True), CLIP),
    "keyframes": (
        MultiTransition(
            images=(CAT, CUP, CAT),
            segments=(Segment(prompt="", seconds=1), Segment(prompt="melt", seconds=1)),
        ),
        CLIP,
    ),
    "fusion": (Fusion(words=Words(prompt="@cup in @room "), references=REFERENCES), CLIP),
    "omni": (Fusion(words=Words(prompt="@cup in @clip "), references=WITH_FILM), CLIP),
    "extend": (Extend(words=Words(prompt="on"), film=FILM, seconds=1), LONGER),
    "upscale": (Upscale(film=FILM), LARGER),
    "oil": (ImageEffect(template="oil-painting", images=(CAT,)), STILL),
}


@pytest.fixture(scope="module", params=[Studio, TestCard], ids=["studio", "testcard"])
def engine(request: pytest.FixtureRequest) -> Engine:
    make: Callable[[], Engine] = request.param
    return make()


@pytest.fixture(scope="module")
def studio() -> Engine:
    return Studio()


def spec(ask: Ask, shape: Shape, folder: Path, photos: Path) -> Spec:
    source = film(folder.parent / "source.mp4", frames=12, sound=True)
    inputs = {CAT: photos / "cat.jpg", CUP: photos / "coffee.jpg", FILM: source}
    return Spec(job=JobId(1), attempt=1, ask=ask, seed=5, shape=shape, inputs=inputs, folder=folder)


def pictures(path: Path, kind: str) -> list[np.ndarray]:
    if kind == "image":
        with Image.open(path) as opened:
            return [np.asarray(opened.convert("RGB"))]
    with av.open(str(path)) as film:
        return [frame.to_ndarray(format="rgb24") for frame in film.decode(video=0)]


@pytest.mark.parametrize("name", list(ASKS))
def test_each_ask_gives_exactly_what_was_asked(
    engine: Engine, name: str, tmp_path: Path, photos: Path
) -> None:
    ask, shape = ASKS[name]
    made = []
    for turn in ("a", "b"):
        folder = tmp_path / turn
        folder.mkdir()
        events = list(engine.run(spec(ask, shape, folder, photos)))
        steps = [event.done for event in events if isinstance(event, Progress)]
        assert steps == sorted(steps)
        assert steps[-1] == 1.0
        (output,) = [event for event in events if isinstance(event, Output)]
        assert list(folder.iterdir()) == [output.path]
        made.append(pictures(output.path, output.kind))
        assert (output.width, output.height, output.frames) == (
            shape.width,
            shape.height,
            shape.frames,
        )
        assert output.has_audio == (getattr(ask, "sound", None) is not None)
    assert [picture.shape for picture in made[0]] == [(shape.height, shape.width, 3)] * shape.frames
    assert all(np.array_equal(a, b) for a, b in zip(*made, strict=True))
    assert np.std(made[0][0]) > 3


def test_a_film_is_ready_to_stream(engine: Engine, tmp_path: Path, photos: Path) -> None:
    ask, shape = ASKS["with sound"]
    events = engine.run(spec(ask, shape, tmp_path, photos))
    (output,) = [event for event in events if isinstance(event, Output)]
    body = output.path.read_bytes()
    assert 0 < body.index(b"moov") < body.index(b"mdat")
    with av.open(str(output.path)) as film:
        assert film.streams.video[0].codec_context.name == "h264"
        assert film.streams.video[0].average_rate == 24
        assert film.streams.audio[0].codec_context.name == "aac"
        sound = film.streams.audio[0]
        assert sound.duration is not None
        assert sound.time_base is not None
        assert abs(float(sound.duration * sound.time_base) - 0.5) < 0.06


@pytest.mark.parametrize("name", ["terrain", "image", "dust"])
def test_closing_stops_at_once_and_leaves_nothing(
    engine: Engine, name: str, tmp_path: Path, photos: Path
) -> None:
    ask, shape = ASKS[name]
    running = engine.run(spec(ask, replace(shape, frames=100_000), tmp_path, photos))
    next(running)
    running.close()
    assert list(tmp_path.iterdir()) == []
    assert [thread.name for thread in threading.enumerate() if thread.name == "encoder"] == []


@pytest.mark.parametrize(
    ("ask", "text"),
    [
        (VideoEffect(template="nothing", images=(CAT,), words=WORDS), "no effect named nothing"),
        (ImageEffect(template="nothing", images=(CAT,)), "no picture template named nothing"),
    ],
)
def test_what_cannot_be_made_says_why(
    studio: Engine, ask: Ask, text: str, tmp_path: Path, photos: Path
) -> None:
    shape = CLIP if isinstance(ask, VideoEffect) else STILL
    with pytest.raises(CannotMake, match=text):
        list(studio.run(spec(ask, shape, tmp_path, photos)))
    assert list(tmp_path.iterdir()) == []


def test_an_unreadable_input_is_refused(studio: Engine, tmp_path: Path, photos: Path) -> None:
    ask, shape = ASKS["image"]
    (tmp_path / "work").mkdir()
    (tmp_path / "broken.jpg").write_bytes(b"no picture")
    asked = replace(
        spec(ask, shape, tmp_path / "work", photos), inputs={CAT: tmp_path / "broken.jpg"}
    )
    with pytest.raises(CannotMake, match="cannot be read"):
        list(studio.run(asked))


@pytest.mark.parametrize(
    ("word", "error", "text"),
    [("cannot", CannotMake, "asked to refuse"), ("break", ValueError, "asked to break")],
)
def test_the_test_card_does_what_its_words_say(
    word: str, error: type[Exception], text: str, tmp_path: Path, photos: Path
) -> None:
    ask = TextToVideo(words=Words(prompt=f"please {word} now"))
    with pytest.raises(error, match=text):
        list(TestCard().run(spec(ask, CLIP, tmp_path, photos)))
    assert list(tmp_path.iterdir()) == []
