"""References are placed where the prompt says, look like themselves, and stay in the picture."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinora.domain.order import Role, Words
from kinora.engines.studio.fusion.reading import read_places, without_names
from kinora.engines.studio.fusion.room import Cast, frames
from kinora.engines.studio.reel import Picture
from kinora.ports.engine import CannotMake, Shape

CLIP = Shape(width=192, height=108, frames=4, fps=2)


@pytest.fixture
def discs(tmp_path: Path) -> dict[str, Path]:
    """A red and a green disc on grey, and a blue wall."""
    y, x = np.mgrid[0:240, 0:240]
    inside = ((x - 120) ** 2 + (y - 120) ** 2 < 70**2)[..., None]
    for name, colour in (("red", (210, 30, 30)), ("green", (30, 190, 40))):
        picture = np.where(inside, colour, (128, 128, 128)).astype(np.uint8)
        Image.fromarray(picture).save(tmp_path / f"{name}.png")
    Image.new("RGB", (320, 180), (40, 60, 170)).save(tmp_path / "wall.png")
    return {name: tmp_path / f"{name}.png" for name in ("red", "green", "wall")}


def made(discs: dict[str, Path], prompt: str, *names: str, seed: int = 2) -> list[Picture]:
    cast = [
        Cast(Role.BACKGROUND if name == "wall" else Role.SUBJECT, name, discs[name])
        for name in names
    ]
    return list(frames(cast, Words(prompt=prompt), shape=CLIP, seed=seed))


def seen(picture: Picture, channel: int) -> np.ndarray:
    """Return where a colour outweighs the others."""
    other = np.delete(picture.astype(int), channel, axis=2).max(2)
    return np.asarray(picture[..., channel].astype(int) > other + 40)


def middle(mask: np.ndarray) -> float:
    return float(np.nonzero(mask)[1].mean() / mask.shape[1])


def test_left_and_right_are_where_the_prompt_says(discs: dict[str, Path]) -> None:
    film = made(discs, "@red on the right and @green on the left of @wall ", "red", "green", "wall")
    assert len(film) == CLIP.frames
    assert middle(seen(film[0], 0)) > 0.55
    assert middle(seen(film[0], 1)) < 0.45


def test_small_is_smaller_and_far_is_higher(discs: dict[str, Path]) -> None:
    plain, small, far = (
        seen(made(discs, prompt, "red", "wall")[0], 0)
        for prompt in ("@red in @wall ", "a tiny @red in @wall ", "@red far away in @wall ")
    )
    assert small.sum() < 0.5 * plain.sum()
    assert np.nonzero(far)[0].max() < np.nonzero(plain)[0].max()


def test_three_subjects_stand_apart(discs: dict[str, Path]) -> None:
    film = made(discs, "@red beside @green before @wall ", "red", "green", "wall")
    red, green = seen(film[-1], 0), seen(film[-1], 1)
    assert red.sum() > 100
    assert green.sum() > 100
    assert middle(red) < middle(green)


def test_without_a_background_the_words_make_one(discs: dict[str, Path]) -> None:
    snow, dunes = (
        made(discs, f"@red in {place}", "red")[0].astype(int) for place in ("a glacier", "a desert")
    )
    assert np.abs(snow[50:] - dunes[50:]).mean() > 8


def test_the_same_seed_gives_the_same_film(discs: dict[str, Path]) -> None:
    once, again = (made(discs, "@red jumps in @wall ", "red", "wall") for _ in range(2))
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))
    assert not np.array_equal(once[0], once[1])


def test_a_file_that_is_no_picture_is_refused(tmp_path: Path) -> None:
    (tmp_path / "x.png").write_bytes(b"nothing")
    with pytest.raises(CannotMake, match="cannot be read"):
        list(
            frames(
                [Cast(Role.SUBJECT, "x", tmp_path / "x.png")],
                Words(prompt="@x "),
                shape=CLIP,
                seed=1,
            )
        )


def test_words_belong_to_the_reference_they_stand_by() -> None:
    places = read_places(
        "@girl walks on the left and a giant @cat_2 behind her, @cat far away",
        ["girl", "cat", "cat_2"],
    )
    assert places["girl"].side is not None
    assert places["girl"].side < 0
    assert places["girl"].action == "walk"
    assert places["girl"].size == 1.0
    assert places["cat_2"].size > 1
    assert places["cat_2"].far > 0
    assert places["cat"].far > places["cat_2"].far
    assert [places[name].order for name in ("girl", "cat_2", "cat")] == [0, 1, 2]


def test_names_are_taken_out_of_the_words() -> None:
    assert without_names("@girl reads in @girl_room at night", ["girl", "girl_room"]) == (
        "reads in at night"
    )
