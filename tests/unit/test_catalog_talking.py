"""What talking films and music videos cost, and what they take."""

from dataclasses import replace

import pytest

from kinora.catalog.book import load
from kinora.domain.asset import Asset, AssetKind
from kinora.domain.errors import BadLyrics, Invalid, SongNotFit
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import Avatar, Edit, LipSync, MusicVideo, Order, Speech
from tests.assets import asset

FILM, PHOTO, SOUND = AssetId(1), AssetId(2), AssetId(3)
MB = 1 << 20


def order(ask: Edit, quality: str = "", ratio: str = "") -> Order:
    return Order(account=AccountId(1), ask=ask, model="studio", quality=quality, aspect_ratio=ratio)


def sound(seconds: float, size: int = MB) -> Asset:
    return replace(asset(0, 0, seconds, SOUND), kind=AssetKind.AUDIO, size=size)


@pytest.mark.parametrize(
    ("text", "price"),
    [
        ("Hi", 4),
        ("123456789012345", 4),
        ("1234567890123456", 8),
        ("\u4f60\u597d\u4f60\u597d\u5417\u5417", 8),
    ],
)
def test_words_are_paid_by_their_bytes(text: str, price: int) -> None:
    asked = order(LipSync(film=FILM, speech=Speech(text=text)))
    assert load().price(asked, [asset(640, 360, 5.0)]) == price


@pytest.mark.parametrize(("seconds", "price"), [(0.4, 4), (4.0, 16), (4.01, 20)])
def test_sounds_are_paid_by_their_started_seconds(seconds: float, price: int) -> None:
    asked = order(LipSync(film=FILM, audio=SOUND))
    assert load().price(asked, [asset(640, 360, 5.0), sound(seconds)]) == price


def test_an_avatar_is_as_long_as_its_sound() -> None:
    asked = order(Avatar(image=PHOTO, audio=SOUND), "720p")
    inputs = [asset(600, 800), sound(3.5)]
    shape = load().shape(asked, inputs)
    assert (shape.frames, shape.fps) == (84, 24)
    assert shape.width < shape.height
    assert load().price(asked, inputs) == 4 * 12


def test_sounds_that_are_too_long_are_refused() -> None:
    asked = order(LipSync(film=FILM, audio=SOUND))
    with pytest.raises(Invalid, match="30 s"):
        load().check_inputs(asked, [asset(640, 360, 5.0), sound(31.0)])


@pytest.mark.parametrize(("quality", "price"), [("720p", 31 * 15), ("1080p", 698)])
def test_songs_are_paid_by_the_second(quality: str, price: int) -> None:
    asked = order(MusicVideo(audio=SOUND), quality, "16:9")
    assert load().price(asked, [sound(30.2)]) == price
    assert load().shape(asked, [sound(30.25)]).frames == 726


@pytest.mark.parametrize("song", [sound(9.9), sound(361.0), sound(60.0, 16 * MB)])
def test_songs_that_do_not_fit(song: Asset) -> None:
    with pytest.raises(SongNotFit):
        load().check_inputs(order(MusicVideo(audio=SOUND), "720p", "16:9"), [song])


def test_lyrics_are_read_at_the_door() -> None:
    with pytest.raises(BadLyrics, match="line 2"):
        load().check(order(MusicVideo(audio=SOUND, lyrics="one\n[01:99] two"), "720p", "1:1"))
