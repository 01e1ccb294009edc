"""The words of a song on its film, and the colours of a picture in it."""

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from kinora.engines.studio.songs.captions import Captions, drawable, without_signs, wrapped
from kinora.engines.studio.songs.lyrics import Caption
from kinora.engines.studio.songs.toning import Tone, toned


@pytest.mark.parametrize("size", [(640, 360), (360, 640), (360, 360)])
def test_captions_stand_low_in_the_frame_and_are_readable(size: tuple[int, int]) -> None:
    width, height = size
    grey = np.full((height, width, 3), 128, np.uint8)
    text = "And every little light is calling me home again to where we used to be"
    captions = Captions([Caption(text, 1.0, 5.0)], width=width, height=height)
    assert np.array_equal(captions.over(grey, 0.5), grey)
    seen = captions.over(grey, 3.0)
    changed = np.argwhere(np.any(seen != grey, axis=2))
    assert changed[:, 0].min() > height * 0.55
    assert changed[:, 0].max() < height * 0.97
    assert changed[:, 1].min() > width * 0.03
    assert changed[:, 1].max() < width * 0.97
    assert (seen.min(2) > 240).sum() > 300
    assert (seen.max(2) < 40).sum() > 300
    assert np.array_equal(captions.over(grey, 5.0), grey)


def test_rows_are_wrapped_between_words_and_even() -> None:
    rows = wrapped("one two three four five six seven eight", size=20, width=200)
    assert " ".join(rows) == "one two three four five six seven eight"
    assert 1 < len(rows) <= 3
    lengths = [len(row) for row in rows]
    assert max(lengths) < 2 * min(lengths)


def test_what_has_no_letters_is_not_drawn() -> None:
    assert drawable("Où est l'été? Ещё раз")
    assert not drawable("שלום")
    assert not drawable("\U0010fffd")


def test_signs_that_no_font_has_are_left_out() -> None:
    assert without_signs("la\u200d la \u2764\ufe0f") == "la la \u2764"
    assert without_signs("oh \U0001fbff yes") == "oh yes"
    assert without_signs("cafe\u0301") == "café"


def test_what_was_sung_is_coloured_only_when_the_caller_said_when() -> None:
    black = np.zeros((180, 320, 3), np.uint8)
    for told in (True, False):
        shown = Captions([Caption("la la la", 0.0, 4.0, told=told)], width=320, height=180)
        seen = shown.over(black, 2.0).astype(int)
        yellow = (seen[..., 0] - seen[..., 2] > 80).sum()
        assert bool(yellow) is told


def test_tone_takes_on_a_pictures_colours(tmp_path: Path) -> None:
    Image.new("RGB", (40, 30), (230, 120, 40)).save(tmp_path / "warm.png")
    cold = np.random.default_rng(1).integers(0, 255, (30, 40, 3)).astype(np.uint8)
    cold[..., 2] |= 128
    warm = toned(cold, Tone(tmp_path / "warm.png").curves(cold))
    assert (
        warm[..., 0].mean() - warm[..., 2].mean() > cold[..., 0].mean() - cold[..., 2].mean() + 40
    )
