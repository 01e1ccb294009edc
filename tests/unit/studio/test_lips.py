"""Mouths move as a voice says: timelines, faces found and followed, mouths drawn."""

import math
from collections.abc import Iterator
from importlib.resources import files
from pathlib import Path

import cv2
import numpy as np
import pytest

from kinora.engines.studio.lips.heads import nodding
from kinora.engines.studio.lips.hearing import mouths_of_sound
from kinora.engines.studio.lips.mouths import (
    BITE,
    COLUMNS,
    OPEN,
    PRESS,
    ROUND,
    SPEAKING,
    WIDE,
    Mouths,
)
from kinora.engines.studio.lips.speaking import lip_synced
from kinora.engines.studio.lips.talker import Talker
from kinora.engines.studio.lips.timeline import mouths_of_speech
from kinora.engines.studio.lips.tracking import find_talker
from kinora.engines.studio.picture.load import cover, load
from kinora.engines.studio.reel import RATE, Picture
from kinora.engines.studio.speech.speaking import speak
from kinora.ports.engine import CannotMake

FPS = 24.0
COUNT = 30
WORDS = "My mother bought five blue fish. Oh, she sees all of us!"


def still(name: str) -> Picture:
    photo = Path(str(files("kinora.cli") / "pictures" / f"{name}.jpg"))
    return cover(load(photo), 480, 360, focus=(0.45, 0.2))


def turning(picture: Picture) -> Iterator[Picture]:
    """A film in which the picture leans to both sides."""
    size = (picture.shape[1], picture.shape[0])
    for number in range(COUNT):
        lean = 8 * math.sin(2 * math.pi * number / COUNT)
        turn = cv2.getRotationMatrix2D((size[0] / 2, size[1] / 2), lean, 1.0)
        moved = cv2.warpAffine(picture, turn, size, borderMode=cv2.BORDER_REFLECT)
        yield np.asarray(moved, np.uint8)


def saying(**columns: float) -> Mouths:
    values = np.zeros((COUNT, COLUMNS), np.float32)
    names = {"open": OPEN, "wide": WIDE, "round": ROUND, "press": PRESS, "bite": BITE}
    values[:, SPEAKING] = 1
    for name, value in columns.items():
        values[:, names[name]] = value
    return Mouths(values, FPS)


@pytest.fixture(scope="module")
def photo() -> Picture:
    return still("astronaut")


@pytest.fixture(scope="module")
def talker(photo: Picture) -> Talker:
    return find_talker(turning(photo), fps=FPS)


def test_lips_close_for_m_b_and_p_and_open_for_vowels() -> None:
    spoken = speak(WORDS, voice="1", seed=1)
    count = int(spoken.seconds * FPS)
    said = mouths_of_speech(spoken.phonemes, seconds=spoken.seconds, fps=FPS, count=count)
    assert said.values.shape == (count, COLUMNS)
    for at, name in spoken.phonemes:
        near = slice(max(0, round(at * FPS) - 2), round(at * FPS) + 3)
        if name in ("m", "b", "p"):
            assert said.values[near, OPEN].min() == 0, name
            assert said.values[near, PRESS].max() == 1, name
        if name in ("f", "v"):
            assert said.values[near, BITE].max() == 1, name
    assert said.values[:, OPEN].max() > 0.6
    assert said.values[:, ROUND].max() > 0.6


def test_lips_are_round_before_an_oo_begins() -> None:
    said = mouths_of_speech([(0.0, "t"), (0.5, "u:")], seconds=1.0, fps=FPS, count=24)
    assert said.values[10, ROUND] > 0.3
    assert said.values[2, ROUND] < 0.1


def test_in_silence_a_mouth_rests() -> None:
    said = mouths_of_speech([(0.5, "a"), (0.7, "")], seconds=3.0, fps=FPS, count=72)
    assert said.values[0, SPEAKING] == 0
    assert said.values[14, SPEAKING] > 0.9
    assert said.values[40:, SPEAKING].max() == 0
    heard = mouths_of_sound(np.zeros((RATE, 2), np.float32), fps=FPS, count=24)
    assert not heard.values.any()


def test_what_is_heard_is_like_what_is_known() -> None:
    spoken = speak(WORDS, voice="6", seed=1)
    count = int(spoken.seconds * FPS)
    known = mouths_of_speech(spoken.phonemes, seconds=spoken.seconds, fps=FPS, count=count)
    heard = mouths_of_sound(spoken.waves, fps=FPS, count=count)
    alike = np.corrcoef(known.values[:, OPEN], heard.values[:, OPEN])[0, 1]
    assert alike > 0.5
    assert np.corrcoef(known.values[:, WIDE], heard.values[:, WIDE])[0, 1] > 0.25


def test_the_mouth_is_followed_smoothly(talker: Talker) -> None:
    places = talker.turnouts[0].places
    assert len(talker.turnouts) == 1
    assert len(places) == COUNT
    assert places[:, 4].min() > 0.7
    lean = np.degrees(places[:, 3])
    wanted = -8 * np.sin(2 * np.pi * np.arange(COUNT) / COUNT)
    assert np.abs(lean - lean.mean() - wanted).max() < 2
    jumps = np.abs(np.diff(places[:, :2], 2, axis=0))
    assert jumps.max() < 1.0


def test_sounds_look_different_and_the_rest_of_the_frame_stays(
    photo: Picture, talker: Talker
) -> None:
    looks = [
        saying(open=1),
        saying(press=1),
        saying(open=0.6, round=0.7, wide=-0.5),
        saying(open=0.28, wide=1),
        saying(open=0.1, bite=1),
    ]
    made = [next(lip_synced(turning(photo), talker=talker, mouths=each, seed=1)) for each in looks]
    pose = talker.turnouts[0].pose(0)
    x, y, half = int(pose.x), int(pose.y), int(pose.half)
    mouths = [frame[y - half : y + half, x - half : x + half].astype(int) for frame in made]
    for number, one in enumerate(mouths):
        for other in mouths[number + 1 :]:
            assert np.abs(one - other).mean() > 2
    first = next(turning(photo))
    assert np.array_equal(made[0][: y - 2 * half], first[: y - 2 * half])
    dark = mouths[0][half : half + half // 2, half - half // 3 : half + half // 3]
    assert dark.min() < 60


def test_a_silent_timeline_changes_nothing(photo: Picture, talker: Talker) -> None:
    quiet = Mouths(np.zeros((COUNT, COLUMNS), np.float32), FPS)
    made = lip_synced(turning(photo), talker=talker, mouths=quiet, seed=1)
    for before, after in zip(turning(photo), made, strict=True):
        assert np.array_equal(before, after)


def test_a_film_without_a_face_says_so() -> None:
    rows = np.linspace(0, 200, 180, dtype=np.uint8)[:, None, None]
    grey = np.ascontiguousarray(np.broadcast_to(rows, (180, 320, 3)))
    with pytest.raises(CannotMake, match="needs a face"):
        find_talker((grey for _ in range(COUNT)), fps=FPS)


@pytest.mark.parametrize("name", ["cat", "coffee", "rocket"])
def test_fur_and_things_do_not_speak(name: str) -> None:
    with pytest.raises(CannotMake, match="needs a face"):
        find_talker(turning(still(name)), fps=FPS)


def test_a_film_without_colours_stays_without(photo: Picture, talker: Talker) -> None:
    grey = np.repeat(cv2.cvtColor(photo, cv2.COLOR_RGB2GRAY)[..., None], 3, axis=2)
    frame = next(turning(np.asarray(grey, np.uint8)))
    made = next(lip_synced(iter([frame]), talker=talker, mouths=saying(open=1), seed=1))
    assert not np.array_equal(made, frame)
    assert int(np.ptp(made.astype(int), axis=2).max()) <= 2


def test_the_same_seed_makes_the_same_film(photo: Picture, talker: Talker) -> None:
    once, again = (
        list(lip_synced(turning(photo), talker=talker, mouths=saying(open=0.8), seed=5))
        for _ in range(2)
    )
    assert all(np.array_equal(a, b) for a, b in zip(once, again, strict=True))


def test_a_mouth_that_speaks_by_itself_is_put_to_rest(photo: Picture, talker: Talker) -> None:
    values = np.zeros((COUNT, COLUMNS), np.float32)
    values[:, SPEAKING] = 1
    values[:, OPEN] = np.clip(np.sin(np.arange(COUNT) * 0.8), 0, 1)
    values[:, PRESS] = values[:, OPEN] == 0
    film = list(lip_synced(turning(photo), talker=talker, mouths=Mouths(values, FPS), seed=1))
    found = find_talker(iter(film), fps=FPS)
    assert found.turnouts[0].stirred > 0.8
    assert talker.turnouts[0].stirred < 0.2
    quiet = Mouths(np.zeros((COUNT, COLUMNS), np.float32), FPS)
    calm = list(lip_synced(iter(film), talker=found, mouths=quiet, seed=1))

    def restless(frames: list[Picture]) -> float:
        """How much the lips change over a film, seen from the mouth."""
        seen = []
        for number, frame in enumerate(frames):
            pose = talker.turnouts[0].pose(number)
            across, down = np.meshgrid(np.linspace(-0.6, 0.6, 24), np.linspace(-0.1, 0.6, 16))
            xs, ys = pose.pixels(across.astype(np.float32), down.astype(np.float32))
            seen.append(cv2.remap(frame, xs, ys, cv2.INTER_LINEAR).astype(np.float32))
        return float(np.stack(seen).std(0).mean())

    assert restless(calm) < 0.5 * restless(film)


def test_after_a_cut_another_face_may_speak(photo: Picture) -> None:
    aside = np.ascontiguousarray(np.roll(photo[:, ::-1], 60, axis=1))
    empty = np.full_like(photo, 90)
    shots = [photo] * 10 + [empty] * 6 + [aside] * 10
    found = find_talker(iter(shots), fps=FPS)
    assert [(each.first, each.last) for each in found.turnouts] == [(0, 10), (16, 26)]
    assert found.at(12) is None
    assert abs(found.turnouts[0].pose(5).x - found.turnouts[1].pose(20).x) > 30


def test_what_covers_a_face_is_not_drawn_on(photo: Picture) -> None:
    covered = photo.copy()
    covered[:] = 70
    shots = [photo] * 14 + [covered] * 16
    found = find_talker(iter(shots), fps=FPS)
    made = list(lip_synced(iter(shots), talker=found, mouths=saying(open=1), seed=1))
    assert not np.array_equal(made[5], shots[5])
    assert all(np.array_equal(made[n], shots[n]) for n in range(14, 30))


def test_a_head_nods_and_its_surroundings_stay(photo: Picture, talker: Talker) -> None:
    said = saying(open=0.4)
    said.values[10:16, OPEN] = 1
    shots = [photo] * COUNT
    found = find_talker(iter(shots), fps=FPS)
    made = list(nodding(iter(shots), talker=found, mouths=said, seed=4))
    pose = found.turnouts[0].pose(0)
    x, y, half = int(pose.x), int(pose.y), int(pose.half)
    face = [frame[y - 2 * half : y + half, x - half : x + half].astype(int) for frame in made]
    assert max(float(np.abs(each - face[0]).mean()) for each in face) > 3
    far = int(pose.x + 5.6 * pose.half)
    assert all(np.array_equal(frame[:, far:], photo[:, far:]) for frame in made)
    again = list(nodding(iter(shots), talker=found, mouths=said, seed=4))
    assert np.array_equal(made[12], again[12])
