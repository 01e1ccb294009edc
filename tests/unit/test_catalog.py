"""The catalog against the public tables, copied by hand: sizes, prices, lengths, templates."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.catalog.book import load
from kinora.catalog.sizes import film_like
from kinora.domain.errors import (
    Invalid,
    KinoraError,
    PromptTooLong,
    TemplateInactive,
    TemplateQuality,
)
from kinora.domain.ids import AccountId, AssetId
from kinora.domain.order import (
    Extend,
    Fusion,
    ImageEffect,
    ImageToVideo,
    Motion,
    Order,
    Reference,
    Role,
    Sound,
    Speech,
    TextToVideo,
    Upscale,
    VideoEffect,
    Words,
)
from tests.assets import asset

QUALITIES = ("360p", "540p", "720p", "1080p")
RATIOS = ("16:9", "4:3", "1:1", "3:4", "9:16", "3:2", "2:3", "21:9")
WIDE = {
    "360p": "640x360 640x480 640x640 480x640 360x640 640x432 432x640 640x288",
    "540p": "1024x576 1024x768 1024x1024 768x1024 576x1024 1024x688 688x1024 1024x448",
    "720p": "1280x720 1108x832 960x960 832x1108 720x1280 1200x800 800x1200 1280x560",
    "1080p": "1920x1080 1664x1248 1440x1440 1248x1664 1080x1920 1776x1184 1184x1776 1920x832",
}
PLAIN = {
    "360p": "640x360 640x480 640x640 480x640 360x640",
    "540p": "1024x576 1024x768 1024x1024 768x1024 576x1024",
    "720p": "1280x720 1280x960 1280x1280 960x1280 720x1280",
    "1080p": "1920x1080 1920x1440 1808x1808 1440x1920 1080x1920",
}
ANY = tuple(range(1, 16))
SIZES = dict.fromkeys(("v6", "v6-max", "c1"), WIDE) | dict.fromkeys(
    ("v5.6", "v5.5", "v5", "v4.5", "v4", "v3.5"), PLAIN
)
# Credits at 360p, 540p, 720p and 1080p; None where that film is not made.
Row = tuple[int | None, int | None, int | None, int | None]
BY_SECOND: dict[str, tuple[Row, Row]] = {
    "v6": ((5, 7, 9, 18), (7, 9, 12, 23)),
    "v6-max": ((5, 7, 9, 18), (7, 9, 12, 23)),
    "c1": ((6, 8, 10, 19), (8, 10, 13, 24)),
}
OLD: dict[int, Row] = {5: (45, 45, 60, 120), 8: (90, 90, 120, None)}
SILENT: dict[str, dict[int, Row]] = {
    "v5.6": {5: (35, 35, 45, 75), 8: (70, 70, 90, 150), 10: (77, 77, 99, None)},
    "v5.5": {5: (45, 45, 60, 120), 8: (90, 90, 120, 240), 10: (99, 99, 132, None)},
    "v5": {5: (45, 45, 60, 120), 8: (90, 90, 120, 240)},
    "v4.5": OLD,
    "v4": OLD,
    "v3.5": OLD,
}
AUDIO: dict[str, dict[int, Row]] = {
    "v5.6": {5: (80, 90, 80, 150), 8: (115, 115, 135, 195), 10: (122, 122, 144, None)},
    "v5.5": {5: (55, 55, 70, 130), 8: (100, 100, 130, 250), 10: (109, 109, 142, None)},
}
MULTI: dict[int, Row] = {5: (75, 75, 90, 150), 8: (120, 120, 150, 270), 10: (129, 129, 162, None)}
MULTI_AUDIO: dict[int, Row] = {
    5: (85, 85, 100, 160),
    8: (130, 130, 160, 280),
    10: (139, 139, 172, None),
}
CATALOG = load()
WORDS = Words(prompt="a paper boat")


def clip(model: str, quality: str, ratio: str, seconds: int) -> Order:
    return Order(
        account=AccountId(1),
        ask=TextToVideo(words=WORDS),
        model=model,
        quality=quality,
        aspect_ratio=ratio,
        seconds=seconds,
    )


def loud(order: Order) -> Order:
    return replace(order, ask=TextToVideo(words=WORDS, sound=Sound()))


def wanted_price(model: str, quality: str, seconds: int) -> int | None:
    place = QUALITIES.index(quality)
    if model in BY_SECOND:
        rate = BY_SECOND[model][0][place]
        return rate * seconds if rate is not None and seconds in ANY else None
    row = SILENT[model].get(seconds)
    return None if row is None else row[place]


def refused(order: Order) -> bool:
    try:
        CATALOG.check(order)
    except KinoraError:
        return True
    return False


def test_these_models_and_no_others() -> None:
    assert set(CATALOG.models.models) == set(SIZES)


@pytest.mark.parametrize("quality", QUALITIES)
@pytest.mark.parametrize("model", SIZES)
def test_every_size_length_and_price(model: str, quality: str) -> None:
    sizes = dict(zip(RATIOS, SIZES[model][quality].split(), strict=False))
    made = 0
    for ratio in (*RATIOS, "5:4", "16:10", "auto", ""):
        for seconds in (-5, *range(18), 60, 10**9):
            order = clip(model, quality, ratio, seconds)
            price = wanted_price(model, quality, seconds)
            if price is None or ratio not in sizes:
                assert refused(order), (ratio, seconds)
                continue
            CATALOG.check(order)
            shape = CATALOG.shape(order)
            assert f"{shape.width}x{shape.height}" == sizes[ratio]
            assert shape.width % 2 == shape.height % 2 == 0
            assert (shape.fps, shape.frames, shape.seconds) == (24, 24 * seconds, seconds)
            assert CATALOG.price(order) == price
            made += 1
    assert made == len(sizes) * sum(wanted_price(model, quality, s) is not None for s in ANY)


@pytest.mark.parametrize("model", ["v7", "", "V6", "v6 ", "v5.7", "__class__"])
def test_unknown_models_are_refused(model: str) -> None:
    with pytest.raises(Invalid, match="model"):
        CATALOG.check(clip(model, "360p", "16:9", 5))


@pytest.mark.parametrize("quality", ["480p", "4k", "", "1080P", "2160p"])
@pytest.mark.parametrize("model", ["v6", "v4"])
def test_unknown_qualities_are_refused(model: str, quality: str) -> None:
    with pytest.raises(Invalid, match="quality"):
        CATALOG.check(clip(model, quality, "16:9", 5))


@pytest.mark.parametrize("quality", QUALITIES)
def test_films_with_sound(quality: str) -> None:
    place = QUALITIES.index(quality)
    for model, (_, rates) in BY_SECOND.items():
        for seconds in ANY:
            rate = rates[place]
            assert rate is not None
            assert CATALOG.price(loud(clip(model, quality, "1:1", seconds))) == rate * seconds
    for model, rows in AUDIO.items():
        for seconds, row in rows.items():
            if row[place] is not None:
                assert CATALOG.price(loud(clip(model, quality, "1:1", seconds))) == row[place]


def test_films_of_several_shots() -> None:
    for rows, sound in ((MULTI, None), (MULTI_AUDIO, Sound())):
        for seconds, row in rows.items():
            for quality, price in zip(QUALITIES, row, strict=True):
                ask = TextToVideo(words=WORDS, sound=sound, multi_clip=True)
                order = replace(clip("v5.5", quality, "16:9", seconds), ask=ask)
                assert refused(order) == (price is None)
                assert price is None or CATALOG.price(order) == price
    for model in SIZES:
        ask = TextToVideo(words=WORDS, multi_clip=True)
        order = replace(clip(model, "360p", "16:9", 5), ask=ask)
        assert refused(order) == (model not in {"v6", "v5.5"})


def test_fast_motion_is_short_and_costs_double() -> None:
    fast = TextToVideo(words=Words(prompt="x", motion=Motion.FAST))
    for model in ("v4.5", "v4", "v3.5"):
        for quality, price in (("360p", 90), ("540p", 90), ("720p", 120)):
            order = replace(clip(model, quality, "16:9", 5), ask=fast)
            CATALOG.check(order)
            assert CATALOG.price(order) == price
            assert refused(replace(order, seconds=8))
        assert refused(replace(clip(model, "1080p", "16:9", 5), ask=fast))


def test_what_sound_adds_to_models_that_make_none() -> None:
    order = clip("v5", "360p", "16:9", 8)
    assert CATALOG.price(loud(order)) == 90 + 2 * 8
    speech = TextToVideo(words=WORDS, sound=Sound(effects=False, speech=Speech(text="hi")))
    assert CATALOG.price(replace(order, ask=speech)) == 90 + 4 * 8


def test_longest_prompts() -> None:
    for model in SIZES:
        longest = 5000 if model in BY_SECOND else 2048
        order = clip(model, "360p", "16:9", 5)
        CATALOG.check(replace(order, ask=TextToVideo(words=Words(prompt="ж" * longest))))
        with pytest.raises(PromptTooLong, match=str(longest)):
            CATALOG.check(replace(order, ask=TextToVideo(words=Words(prompt="x" * (longest + 1)))))


def test_a_film_follows_its_picture_as_the_hosted_service_does() -> None:
    order = replace(clip("v6", "720p", "", 5), ask=ImageToVideo(words=WORDS, image=AssetId(1)))
    shape = CATALOG.shape(order, [asset(1051, 1000)])
    assert (shape.width, shape.height, shape.frames) == (992, 944, 120)


@given(
    st.integers(1, 20_000),
    st.integers(1, 20_000),
    st.sampled_from([230_400, 589_824, 921_600, 2_073_600]),
)
def test_films_from_any_picture_fit_the_encoder(width: int, height: int, area: int) -> None:
    wide, high = film_like((width, height), area=area)
    assert wide % 16 == high % 16 == 0
    assert abs(wide * high / area - 1) < 0.06
    aspect = min(3.0, max(1 / 3, width / height))
    assert abs(wide / high / aspect - 1) < 0.06


@pytest.mark.parametrize(
    ("quality", "sound", "price"),
    [
        ("360p", None, 80), ("540p", None, 112), ("720p", None, 144), ("1080p", None, 288),
        ("360p", Sound(), 112), ("540p", Sound(), 144), ("720p", Sound(), 192),
        ("1080p", Sound(), 368),
    ],
)  # fmt: skip
def test_a_fusion_with_films_is_paid_by_its_longest(
    quality: str, sound: Sound | None, price: int
) -> None:
    films = [asset(640, 360, 7.2, 1), asset(640, 360, 3.0, 2)]
    named = tuple(Reference(asset=f.id, role=Role.FILM, name=f"f{f.id}") for f in films)
    ask = Fusion(words=WORDS, references=named, sound=sound)
    order = replace(clip("v6", quality, "16:9", 0), ask=ask)
    assert CATALOG.price(order, films) == price


def test_what_is_made_from_a_film() -> None:
    film = asset(640, 360, 4.1)
    upscale = replace(clip("upscale", "", "", 0), ask=Upscale(film=film.id))
    assert CATALOG.price(upscale, [film]) == 25
    shape = CATALOG.shape(upscale, [film])
    assert (shape.width, shape.height) == (3840, 2160)
    extend = replace(clip("v5", "540p", "", 5), ask=Extend(words=WORDS, film=film.id, seconds=5))
    assert CATALOG.price(extend, [film]) == 45
    longer = CATALOG.shape(extend, [film])
    assert (longer.width, longer.height, longer.frames) == (640, 360, 98 + 120)


LOW_ONLY = {"explode", "snow-globe"}
EFFECTS = {
    410000000000101: "dust",
    410000000000102: "explode",
    410000000000103: "melt",
    410000000000104: "squish",
    410000000000105: "inflate",
    410000000000106: "hologram",
    410000000000107: "snow-globe",
    410000000000108: "neon-trace",
    410000000000109: "glitch",
}
LOOKS = {
    420000000000101: "oil-painting",
    420000000000102: "comic-print",
    420000000000103: "pencil-sketch",
    420000000000104: "pop-art",
    420000000000105: "pixel-art",
    420000000000106: "vintage-film",
    420000000000107: "anime-still",
}


def test_template_numbers_never_change() -> None:
    for kind, known in (("video", EFFECTS), ("image", LOOKS)):
        for number, name in known.items():
            assert CATALOG.template_by_id(number, kind=kind).name == name
            other = "image" if kind == "video" else "video"
            with pytest.raises(TemplateInactive):
                CATALOG.template_by_id(number, kind=other)
    for values in (
        [template.id for template in CATALOG.templates],
        [template.name for template in CATALOG.templates],
    ):
        assert len(set(values)) == len(values)
    assert all(0 < template.id < 2**53 for template in CATALOG.templates)


@pytest.mark.parametrize("name", EFFECTS.values())
def test_effects(name: str) -> None:
    ask = VideoEffect(template=name, images=(AssetId(1),), words=WORDS)
    for quality, price in zip(QUALITIES, (45, 45, 60, 120), strict=True):
        order = replace(clip("template", quality, "", 0), ask=ask)
        if name in LOW_ONLY and quality in {"720p", "1080p"}:
            with pytest.raises(TemplateQuality):
                CATALOG.check(order)
            continue
        CATALOG.check(order)
        assert CATALOG.price(order) == price
        assert CATALOG.shape(order, [asset(300, 200)]).frames == 5 * 24
    for wrong in ((), (AssetId(1), AssetId(2))):
        with pytest.raises(Invalid, match="takes 1 image,"):
            CATALOG.check(replace(clip("template", "360p", "", 0), ask=replace(ask, images=wrong)))


@pytest.mark.parametrize("name", LOOKS.values())
def test_looks(name: str) -> None:
    ask = ImageEffect(template=name, images=(AssetId(1),))
    order = replace(clip("template", "", "", 0), ask=ask)
    CATALOG.check(order)
    assert CATALOG.price(order) == 30
    shape = CATALOG.shape(order, [asset(301, 203)])
    assert (shape.width, shape.height, shape.frames, shape.fps) == (301, 203, 1, 0)


@pytest.mark.parametrize("name", ["", "nothing", "Dust", "410000000000101"])
def test_unknown_templates_are_refused(name: str) -> None:
    ask = ImageEffect(template=name, images=(AssetId(1),))
    with pytest.raises(TemplateInactive):
        CATALOG.check(replace(clip("template", "", "", 0), ask=ask))
