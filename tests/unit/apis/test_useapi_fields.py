"""What callers may write: both body kinds, texts for everything, tokens, names."""

from pathlib import Path

import pytest

from kinora.apis.useapi import fields
from kinora.apis.useapi.names import Kind, read_name, read_path
from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground
from kinora.domain.errors import Invalid, Malformed
from tests.conftest import KEY
from tests.unit.apis.useapi import LANE, OTHER, calling, other_account

ASKED = {"model": "v6", "prompt": "a paper boat", "duration": 3, "quality": "360p", "seed": 9}


@pytest.mark.parametrize(
    ("given", "read"),
    [(8, 8), ("8", 8), (" 8 ", 8), (8.0, 8), ("8.0", 8), ("", None), (None, None), (0, 0)],
)
def test_whole_numbers(given: object, read: int | None) -> None:
    assert fields.whole(given) == read


@pytest.mark.parametrize("given", ["eight", "8.5", 8.5, True, [8], {}, "1" * 30])
def test_what_is_no_whole_number(given: object) -> None:
    with pytest.raises(ValueError, match="must be a whole number"):
        fields.whole(given)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        (True, True),
        ("true", True),
        ("True", True),
        (1, True),
        ("1", True),
        ("", None),
        (False, False),
        ("false", False),
        (0, False),
        ("off", False),
        (None, None),
    ],
)
def test_switches(given: object, read: bool | None) -> None:
    assert fields.switch(given) is read


def test_numbered_fields_leave_no_gap() -> None:
    assert fields.numbered({"f_1": "a", "f_2": "b", "f_4": ""}, "f_{}") == ("a", "b")
    with pytest.raises(Invalid, match="f_2 is missing: f_3 needs all before it"):
        fields.numbered({"f_1": "a", "f_3": "c"}, "f_{}")
    with pytest.raises(Invalid, match="f_2 must be a string"):
        fields.numbered({"f_1": "a", "f_2": ["c"]}, "f_{}")


async def test_json_and_forms_mean_the_same(ground: Ground, tmp_path: Path) -> None:
    as_text = {name: str(value) for name, value in ASKED.items()}
    async with calling(ground, tmp_path) as caller:
        url = PREFIX + "/videos/create"
        by_part = {name: (None, value) for name, value in as_text.items()}
        rows = []
        for sent in (
            {"json": ASKED},
            {"json": as_text | {"captchaRetry": "3", "nested": {"a": []}}},
            {"files": by_part},
            {"data": as_text},
        ):
            answer = await caller.client.post(url, **sent)
            assert answer.status_code == 200, answer.text
            row = await caller.get(f"/videos/{answer.json()['video_id']}")
            rows.append({name: row[name] for name in ASKED})
    assert rows == [ASKED] * 4


OPTIONAL = """
email replyUrl replyRef maxJobs off_peak_mode model quality duration seed audio preview_mode
auto_sound sound_effect_prompt lip_sync_tts_prompt lip_sync_tts_speaker_id template_id
first_frame_path last_frame_path frame_1_path aspect_ratio multi_shot create_count detail_level
image_path_1
"""


async def test_empty_means_absent(ground: Ground, tmp_path: Path) -> None:
    optional = OPTIONAL.split()
    async with calling(ground, tmp_path) as caller:
        for nothing in (None, "", " "):
            body = {"prompt": "a paper boat"} | dict.fromkeys(optional, nothing)
            for path in ("/videos/create", "/images/create"):
                assert (await caller.post(path, **body))["cost_credits"] > 0
        assert "video_id" in await caller.post("/videos/create", prompt="a", seed="0")


async def test_both_slash_forms_and_older_names(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for path in ("/videos/create/", "/videos/create-v3", "/videos/create-v4/"):
            assert "video_id" in await caller.post(path, **ASKED)
        told = await caller.post("/videos/create", **ASKED)
        raw = told["video_id"]
        encoded = raw.replace(":", "%3A").replace("@", "%40")
        for name in (raw, encoded, encoded + "/", encoded.replace("%", "%25")):
            assert (await caller.get(f"/videos/{name}"))["video_id"] == raw


BAD_BODIES = ["[]", "{", "nonsense", "\xff", '"text"', "[" * 5000, "{}{}", '{"prompt": "\\ud800"}']


async def test_bodies_that_cannot_be_read(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for body in BAD_BODIES:
            content = body.encode("latin-1")
            answer = await caller.client.post(PREFIX + "/videos/create", content=content)
            assert (answer.status_code, answer.json()["code"]) == (400, 400), body
            assert "the body" in answer.json()["error"], body


BAD_TOKENS = [
    "",
    KEY,
    f"Bearer {KEY}",
    f"Bearer user:2-{KEY}",
    f"Bearer user:1-{KEY}x",
    f"Bearer user:-{KEY}",
    f"Basic user:1-{KEY}",
    f"Bearer user:1-{OTHER}",
]


async def test_bad_tokens(ground: Ground, tmp_path: Path) -> None:
    await other_account(ground)
    for token in BAD_TOKENS:
        async with calling(ground, tmp_path, token=token) as caller:
            for answer in (
                await caller.client.get(PREFIX + "/videos/"),
                await caller.client.post(PREFIX + "/videos/create", json=ASKED),
            ):
                assert answer.status_code == 401, token
                assert answer.json() == {"error": "Unauthorized", "code": 401}


async def test_the_number_of_ones_own_account(ground: Ground, tmp_path: Path) -> None:
    token = await other_account(ground)
    async with calling(ground, tmp_path, token=token.replace("Bearer", "bearer")) as caller:
        told = await caller.get("/features")
    assert (told["user_id"], told["credit_package"]) == (2, 1000)


def test_names() -> None:
    name = read_name("user:12-pixverse:a-b-video:7@c.de-image:9007199254740991")
    assert (name.account, name.email, name.kind) == (12, "a-b-video:7@c.de", Kind.IMAGE)
    assert str(name) == "user:12-pixverse:a-b-video:7@c.de-image:9007199254740991"


@pytest.mark.parametrize(
    "given",
    [
        "",
        "1",
        "video:1",
        LANE,
        f"{LANE}-video:",
        f"{LANE}-video:x",
        f"{LANE}-song:1",
        f"{LANE}-video:1; drop table jobs",
        f"x{LANE}-video:1",
        "user:1-pixverse:a b-video:1",
        f"{LANE}-video:1" + " " * 500,
    ],
)
def test_what_is_no_name(given: str) -> None:
    with pytest.raises(Malformed):
        read_name(given)


def test_paths() -> None:
    assert read_path("upload/123.png", field="f") == 123
    assert read_path("/image/123", field="f") == 123
    for wrong in ("upload/", "../123.png", "upload/1/2", "upload/x.png", "http://a/upload/1.png"):
        with pytest.raises(Invalid, match="f must be a path from files"):
            read_path(wrong, field="f")
