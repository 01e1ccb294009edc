"""Instructions are read in several languages, and each changes the film as it says."""

from collections.abc import Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from kinora.domain.edits import Selection
from kinora.domain.ids import AssetId, JobId
from kinora.domain.order import Modify
from kinora.engines.studio.engine import Studio
from kinora.engines.studio.film import write_film
from kinora.engines.studio.modify.changes import COLOURS
from kinora.engines.studio.modify.reading import Instruction, Target, _groups, read_instruction
from kinora.engines.studio.reel import RATE, Picture, Waves
from kinora.engines.studio.source import reading
from kinora.ports.engine import CannotMake, Output, Spec
from tests.unit.studio.test_swap import SHAPE, disc_at, meadow, rolling

BLUE_SKY = np.array([120, 160, 230], np.uint8)


@pytest.mark.parametrize(
    ("prompt", "told"),
    [
        ("Make it night", Instruction(light="night")),
        ("turn it into a snowy winter", Instruction(weather="snow", season="winter")),
        ("heavy rain", Instruction(weather="rain")),
        ("con lluvia", Instruction(weather="rain")),
        ("sous la pluie", Instruction(weather="rain")),
        ("im herbst", Instruction(season="autumn")),
        ("改成夜晚", Instruction(light="night")),
        ("雪を降らせて", Instruction(weather="snow")),
        ("black and white", Instruction(looks=("noir",))),
        ("play it in reverse, slow motion", Instruction(motions=("reverse", "slow"))),
        ("make the cat blue", Instruction(coloured=Target(region="object"), colour="blue")),
        ("paint her dress red", Instruction(coloured=Target(region="person"), colour="red")),
        ("remove the person", Instruction(removed=Target(region="person"))),
        ("移除人物", Instruction(removed=Target(region="person"))),
        (
            "change the background to a desert at night",
            Instruction(replaced=Target(region="background"), scene="a desert at night"),
        ),
        ("把背景换成沙漠", Instruction(replaced=Target(region="background"), scene="沙漠")),
        ("blur the background", Instruction(looks=("blur",))),
        ("turn it into an oil painting", Instruction(style="oil")),
        ("make it look like a stained glass window", Instruction(style="stained_glass")),
        ("in the style of hokusai, at night", Instruction(style="ukiyo_e", light="night")),
        ("anime style", Instruction(style="anime")),
        ("make it a pencil sketch", Instruction(style="pencil")),
        ("en acuarela", Instruction(style="watercolor")),
        ("改成水彩风格", Instruction(style="watercolor")),
        ("remove the drawing", Instruction(removed=Target(region="object"))),
        ("make it night", Instruction(light="night")),
    ],
)
def test_instructions_are_read(prompt: str, told: Instruction) -> None:
    assert read_instruction(prompt, selections=0, images=0) == told


def test_selections_and_pictures_are_named() -> None:
    told = read_instruction("replace @selection1 with @img0", selections=2, images=1)
    assert (told.replaced, told.image) == (Target(selection=1), 0)
    told = read_instruction("replace the background with @img0", selections=0, images=1)
    assert (told.replaced, told.image) == (Target(region="background"), 0)
    told = read_instruction("remove it", selections=1, images=0)
    assert told.removed == Target(region="object")
    told = read_instruction("erase @selection0", selections=1, images=0)
    assert told.removed == Target(selection=0)


@pytest.mark.parametrize(
    ("prompt", "why"),
    [
        ("make me a sandwich", "was not understood"),
        ("oil the hinges", "was not understood"),
        ("!!!", "was not understood"),
        ("replace the cat", "needs a picture"),
        ("remove @selection2", "@selection2, but 1 came"),
        ("replace @selection0 with @img1", "@img1, but none came"),
    ],
)
def test_what_cannot_be_followed_is_said(prompt: str, why: str) -> None:
    with pytest.raises(CannotMake, match=why):
        read_instruction(prompt, selections=1, images=0)


def test_every_colour_of_the_table_can_be_painted() -> None:
    assert set(_groups()["colour"]) == set(COLOURS)


def landscape() -> Iterator[Picture]:
    """A blue sky over a meadow."""
    for _ in range(SHAPE.frames):
        frame = meadow()
        frame[:50] = BLUE_SKY
        yield frame


def made(
    folder: Path,
    prompt: str,
    frames: Iterator[Picture],
    *,
    sound: Waves | None = None,
    mask: np.ndarray | None = None,
) -> tuple[Output, list[Picture]]:
    source = folder / "source.mp4"
    for _ in write_film(source, frames, shape=SHAPE, sound=sound):
        pass
    inputs = {AssetId(1): source}
    masks: tuple[Selection, ...] = ()
    if mask is not None:
        cv2.imwrite(str(folder / "mask.png"), mask.astype(np.uint8) * 255)
        inputs[AssetId(2)] = folder / "mask.png"
        masks = (Selection(mask=AssetId(2), region="object", keyframe=1),)
    (folder / "out").mkdir()
    spec = Spec(
        job=JobId(1),
        attempt=1,
        ask=Modify(film=AssetId(1), prompt=prompt, masks=masks),
        seed=1,
        shape=SHAPE,
        inputs=inputs,
        folder=folder / "out",
    )
    *_, output = Studio().run(spec)
    assert isinstance(output, Output)
    size = (output.width, output.height)
    seen = reading.frames(output.path, size=size, fps=SHAPE.fps, count=output.frames)
    return output, list(seen)


def means(pictures: list[Picture]) -> np.ndarray:
    return np.asarray(np.mean(pictures[2], axis=(0, 1)))


def test_light_weather_and_season_look_like_themselves(tmp_path: Path) -> None:
    seen = {}
    for prompt in ("daylight", "night", "autumn", "snow", "fog", "black and white"):
        folder = tmp_path / prompt
        folder.mkdir()
        seen[prompt] = means(made(folder, prompt, landscape())[1])
    plain = np.mean(next(landscape()), axis=(0, 1))
    assert seen["night"].mean() < 0.5 * plain.mean()
    assert seen["autumn"][0] - seen["autumn"][1] > plain[0] - plain[1] + 20
    assert seen["snow"].mean() > plain.mean() + 15
    assert np.ptp(seen["fog"]) < 0.8 * np.ptp(plain)
    assert np.ptp(seen["black and white"]) < 3
    assert seen["daylight"].mean() > plain.mean()


def test_only_the_selection_is_painted(tmp_path: Path) -> None:
    _, film = made(tmp_path, "paint @selection0 blue", rolling(), mask=disc_at(0))
    for number in (0, 19):
        frame, inside = film[number].astype(int), disc_at(number)
        blue = frame[..., 2] > frame[..., :2].max(-1)
        assert blue[inside].mean() > 0.75
        assert blue[~inside].mean() < 0.05


def test_what_is_removed_is_gone(tmp_path: Path) -> None:
    _, film = made(tmp_path, "remove @selection0", rolling(), mask=disc_at(0))
    for frame in (film[0], film[-1]):
        assert np.abs(frame.astype(int) - meadow()).mean() < 6


def test_time_runs_otherwise(tmp_path: Path) -> None:
    ramp = np.linspace(0, 0.5, SHAPE.frames * RATE // SHAPE.fps, dtype=np.float32)
    sound = np.stack([ramp, ramp], -1) * np.sin(np.arange(len(ramp)) * 0.1)[:, None]
    plain = list(rolling())
    films = {}
    for prompt in ("reverse", "slow motion", "speed up", "mirror"):
        folder = tmp_path / prompt
        folder.mkdir()
        films[prompt] = made(folder, prompt, rolling(), sound=sound.astype(np.float32))
    assert near(films["reverse"][1][0], plain[-1])
    assert near(films["reverse"][1][-1], plain[0])
    assert films["slow motion"][0].frames == 2 * SHAPE.frames
    assert near(films["slow motion"][1][-1], plain[-1])
    assert films["speed up"][0].frames == SHAPE.frames // 2
    assert near(films["mirror"][1][0], plain[0][:, ::-1])
    for prompt, (first, last) in {"reverse": (0.2, 0.05), "mirror": (0.05, 0.2)}.items():
        waves = reading.sound(films[prompt][0].path, seconds=2.0)
        assert waves is not None
        halves = [float(np.abs(part).mean()) for part in np.array_split(waves[:, 0], 2)]
        assert (halves[0] > halves[1]) == (first > last)


def near(a: Picture, b: Picture) -> bool:
    return float(np.abs(a.astype(int) - b).mean()) < 8


def test_what_is_not_there_cannot_be_removed(tmp_path: Path) -> None:
    def empty() -> Iterator[Picture]:
        for _ in range(SHAPE.frames):
            yield np.full((SHAPE.height, SHAPE.width, 3), 90, np.uint8)

    with pytest.raises(CannotMake, match="no person was found"):
        made(tmp_path, "remove the person", empty())
