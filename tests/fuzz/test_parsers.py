"""Everything that reads a stranger's text: it answers or refuses, and never breaks or hangs."""

import asyncio
import json
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from kinora.adapters.parts import LIFETIME, DiskParts
from kinora.apis.pixverse.calls import parse, query_of
from kinora.apis.pixverse.fields import read_id
from kinora.apis.pixverse.usage import UsageBody, usage_asked
from kinora.apis.pixverse.usage import _cursor as written_cursor
from kinora.apis.pixverse.wire import Body, MusicBody, TextToVideoBody
from kinora.apis.useapi.names import Kind, Name, read_name, read_path
from kinora.domain.errors import BadLyrics, Invalid, KinoraError, Malformed
from kinora.domain.ids import MAX_ID, AccountId, AssetId, JobId
from kinora.domain.lyrics import LONGEST_SONG, read_lyrics
from kinora.domain.order import Words
from kinora.domain.webhook import LONGEST_ASKED, asked_wait
from kinora.engines.studio.words.cues import read_cues
from kinora.moderation.rules import shipped
from kinora.settings import CHOICES, RANGES, BadSettings, Settings, decode, encode, read_settings
from kinora.web.forms import MAX_FIELD, Form, receive_form
from kinora.web.links import Links, Verdict
from kinora.web.ranges import Unsatisfiable, parse_ranges
from kinora.web.repeats import LONGEST, repeat_of
from tests.assets import asset
from tests.fuzz.scale import CASES

settings.register_profile(
    "parsers", max_examples=min(CASES // 3, 1000), deadline=None, derandomize=True
)
often = settings(
    settings.get_profile("parsers"),
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
PATIENCE = 3.0
"""Seconds that the longest text may take, on a slow machine."""

latin = st.text(st.characters(max_codepoint=255), max_size=60)
letters = st.text(max_size=400)


def pieces(*parts: str, most: int = 12) -> st.SearchStrategy[str]:
    """Make texts of the pieces that a parser looks for, and of anything."""
    each = st.one_of(st.sampled_from(parts), st.sampled_from(parts), st.text(max_size=4))
    return st.lists(each, max_size=most).map("".join)


@dataclass
class Hands:
    """A clock that is turned by hand."""

    time: datetime = field(default_factory=lambda: NOW)

    def now(self) -> datetime:
        return self.time


def request(headers: dict[str, bytes], *chunks: bytes, path: str = "/") -> Request:
    waiting = list(chunks)

    async def receive() -> dict[str, Any]:
        body = waiting.pop(0) if waiting else b""
        return {"type": "http.request", "body": body, "more_body": bool(waiting)}

    raw = [(name.encode(), value) for name, value in headers.items()]
    scope = {"type": "http", "method": "POST", "path": path, "query_string": b"", "headers": raw}
    return Request(scope, receive)


@often
@given(
    pieces("bytes=", "-", ",", " ", "0", "5", "99", "9" * 5000, "\xb2", "\u0661"),
    st.integers(1, 999),
)
def test_ranges_lie_inside(header: str, size: int) -> None:
    try:
        spans = parse_ranges(header, size=size)
    except Unsatisfiable:
        return
    assert all(0 <= span.start <= span.end < size for span in spans)
    assert sum(span.length for span in spans) <= size


@often
@given(
    st.lists(
        st.sampled_from(
            (
                *(b"--x", b"\r\n", b"--x--", b"--x\r\n", b"\r\n\r\n", b"\n", b"\0", b"a" * 100),
                *(b"Content-Disposition: form-data; name=", b'"a"', b"; filename=", b'"../../b"'),
                *(b"Content-Type: image/png", b"Content-Transfer-Encoding: base64", b"\xff"),
                b"Content-Disposition: form-data; name=a; filename*=utf-8''%00%ff\r\n\r\n",
            )
        ),
        max_size=14,
    ),
    st.one_of(st.sampled_from(("x", '"x"', "", "x; boundary=y", "\xe9", "'")), latin),
    st.integers(1, 40),
)
def test_forms_are_read_or_refused(parts: list[bytes], boundary: str, width: int) -> None:
    body = b"".join(parts)
    kind = f"multipart/form-data; boundary={boundary}".encode("latin-1")
    chunks = [body[at : at + width] for at in range(0, len(body), width)]
    form = _received({"content-type": kind}, chunks)
    if form is None:
        return
    assert all(len(value) <= MAX_FIELD for value in form.fields.values())
    assert all(len(each.path.name) == 16 for each in form.files.values())


def _received(headers: dict[str, bytes], chunks: list[bytes]) -> Form | None:
    """Return what a form held, None when it was refused; nothing may be written but its files."""
    with tempfile.TemporaryDirectory() as outer:
        folder = Path(outer) / "in"
        folder.mkdir()
        try:
            form = asyncio.run(receive_form(request(headers, *chunks), folder=folder, max_file=500))
        except KinoraError:
            form = None
        assert [path.name for path in Path(outer).iterdir()] == ["in"]
        assert form is None or all(each.path.parent == folder for each in form.files.values())
    return form


@often
@given(st.dictionaries(st.text(max_size=20), st.binary(max_size=300), max_size=4))
def test_a_good_form_is_read_whole(files: dict[str, bytes]) -> None:
    boundary = b"kinora-boundary"
    body = b""
    for number, content in enumerate(files.values()):
        head = b'Content-Disposition: form-data; name="f%d"; filename="a"' % number
        body += b"--" + boundary + b"\r\n" + head + b"\r\n\r\n" + content + b"\r\n"
    body += b"--" + boundary + b"--\r\n"
    kind = b"multipart/form-data; boundary=" + boundary
    form = _received({"content-type": kind}, [body[:50], body[50:]]) if files else Form()
    assert form is not None
    wanted = {f"f{number}": len(each) for number, each in enumerate(files.values()) if each}
    assert {name: each.size for name, each in form.files.items()} == wanted


emails = st.text(
    st.characters(exclude_characters=",/?#%", exclude_categories=["Z", "C"]), min_size=1
)


@often
@given(
    st.integers(0, 10**15),
    emails.map(lambda text: text[:90]),
    st.sampled_from(Kind),
    st.integers(1, MAX_ID),
)
@example(1, "a-video:1-pixverse:b", Kind.IMAGE, 1)
def test_names_go_there_and_back(account: int, email: str, kind: Kind, job: int) -> None:
    name = Name(account=AccountId(account), email=email, kind=kind, job=JobId(job))
    with suppress(Malformed):
        assert read_name(str(name)) == name


@often
@given(
    pieces("user:", "1", "-pixverse:", "a@b", "-video:", "%", "%2", "-", "\u0661", "9" * 30, "\n")
)
def test_names_are_read_or_refused(text: str) -> None:
    with suppress(Malformed):
        assert 0 <= read_name(text).job <= MAX_ID
    with suppress(Invalid):
        assert 0 <= read_path(text, field="path") <= MAX_ID


@often
@given(
    pieces(
        *("[offset:", "9" * 400, "-1", "]", "[00:01.00]", "[1:2]", "[", "\n", "la", "<00:01.0>"),
        *("[Chorus]", "(x2)", "\u2028", "[\u0661:\u0661]", "\u0661", "[999:59.999]"),
        most=20,
    )
)
@example("[offset:" + "9" * 400 + "]\n[00:01.00]la")
@example("[offset:" + "9" * 5000 + "]\n[00:01.00]la")
def test_lyrics_are_read_or_refused(text: str) -> None:
    try:
        lines = read_lyrics(text)
    except BadLyrics:
        return
    begins = [line.begin for line in lines if line.begin is not None]
    assert begins == sorted(begins)
    assert all(0 <= begin <= LONGEST_SONG for begin in begins)
    assert all(line.text.strip() for line in lines)


@often
@given(st.one_of(latin, st.sampled_from(('"', '""', "x" * 300, "\xa0", "order-4711"))))
def test_idempotency_keys_are_read_or_refused(text: str) -> None:
    sent = request({"idempotency-key": text.encode("latin-1")})
    try:
        repeat = repeat_of(sent, b"{}", scope="x")
    except Invalid:
        return
    assert repeat is not None
    assert 1 <= len(repeat.key) <= LONGEST


LINKS = Links(secret=b"s" * 32, clock=Hands())


@often
@given(st.data())
def test_no_forged_link_is_good(data: st.DataObject) -> None:
    number = AssetId(data.draw(st.integers(1, MAX_ID)))
    path = LINKS.path(_paper(number))
    token = path.split("/")[3]
    assert LINKS.judge(number, token) is Verdict.GOOD
    other = AssetId(data.draw(st.integers(1, MAX_ID)))
    if other != number:
        assert LINKS.judge(other, token) is Verdict.FORGED
    at = data.draw(st.integers(0, len(token) - 1))
    put = data.draw(st.one_of(st.characters(), st.sampled_from("0123456789._-=")))
    forged = data.draw(
        st.sampled_from(
            (token[:at] + put + token[at + 1 :], token[:at], token[:at] + put + token[at:])
        )
    )
    if forged != token:
        assert LINKS.judge(number, forged) is not Verdict.GOOD
    assert LINKS.judge(number, data.draw(letters)) is not Verdict.GOOD


def _paper(number: AssetId) -> Any:
    return asset(640, 360, 1.0, int(number))


PROMPT = pieces(
    *(
        "no ",
        "without ",
        "没有",
        "夕方",
        "灯台",
        "ohne ",
        "forêt",
        "Sonnenuntergang",
        "-",
        "'",
        "\u2019",
    ),
    *(
        ",",
        '"',
        "\u201c",
        "\u0301" * 30,
        "\u202e",
        "\ufdfa",
        "\U0001f600",
        "\0",
        "a " * 30,
        "x" * 60,
    ),
    *("\u0130", "ß", "ǆ", "\U00010400", "k i l l ", "g-u-n "),
    most=30,
)


@often
@given(PROMPT, PROMPT)
def test_prompts_in_any_script_are_understood_or_left(prompt: str, negative: str) -> None:
    cues = read_cues(Words(prompt=prompt, negative_prompt=negative))
    assert isinstance(cues.lettering, str)
    shipped().judge([prompt, negative])


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "a",
            "a-",
            "a'",
            "a ",
            "a.",
            "没",
            "no ",
            "\ufdfa",
            "\u0301a",
            '"',
            "sonnen",
            "\u0130",
            "|",
            "aaab",
        ),
        *("@", "k.i-", "[1:", "[00:01.00]", "<0:", "[offset:1]", "(", "\uff08"),
    ],
    ids=ascii,
)
def test_the_longest_texts_take_no_time(piece: str) -> None:
    text = (piece * 5000)[:5000]
    began = time.thread_time()
    read_cues(Words(prompt=text, negative_prompt=text[:2048]))
    shipped().judge([text])
    with suppress(BadLyrics):
        read_lyrics(text)
    with suppress(Malformed):
        read_name(text)
    assert time.thread_time() - began < PATIENCE


json_values = st.recursive(
    st.one_of(
        *(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20)),
        st.sampled_from((0, "", "0", 2**63, -1, "9" * 5000, 10**400, "true", "v6", "540p")),
    ),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(letters, inner, max_size=3)
    ),
    max_leaves=5,
)


@often
@given(json_values)
def test_ids_are_read_or_refused(value: Any) -> None:
    with suppress(ValueError):
        found = read_id(value)
        assert found is None or 0 < found <= MAX_ID


@often
@given(st.data())
def test_bodies_are_read_or_refused(data: st.DataObject) -> None:
    kinds: tuple[type[Body], ...] = (TextToVideoBody, MusicBody, UsageBody)
    body: type[Body] = data.draw(st.sampled_from(kinds))
    names = st.sampled_from(sorted(body.model_fields))
    text = json.dumps(data.draw(st.dictionaries(names, json_values, max_size=6)))
    with suppress(KinoraError):
        parse(text.encode(), body)
    asyncio.run(query_of(request({}, text.encode())))


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000, b"\xff", b"1" * 9999])
async def test_a_query_in_a_body_may_be_anything(body: bytes) -> None:
    assert await query_of(request({}, body)) == {}


times = st.one_of(
    st.datetimes().map(lambda at: at.strftime("%Y-%m-%d %H:%M:%S").rjust(19, "0")),
    st.sampled_from(("0001-01-01 00:00:00", "9999-12-31 23:59:59", "", "x")),
)


@often
@given(times, times, st.one_of(st.just(""), pieces("_", "1", "9" * 20, "-", "0", "\xb2")))
@example("", "0001-01-02 00:00:00", "")
@example("9999-12-31 23:59:59", "", "")
def test_usage_is_asked_or_refused(start: str, end: str, cursor: str) -> None:
    body = _usage(start_time=start, end_time=end, cursor=cursor)
    try:
        asked = usage_asked(body)
    except Invalid:
        return
    number = asked.before or 1
    if asked.since and asked.until and asked.since.year >= EPOCH:
        again = usage_asked(_usage(cursor=written_cursor(asked, number)))
        assert (again.since, again.until) == (asked.since, asked.until)


@often
@given(
    pieces(
        *(
            "Sat, ",
            "28 Nov ",
            "2026 ",
            "12:00:00 ",
            "GMT",
            "+9999",
            "-0000",
            "9" * 30,
            "120",
            "\xb2",
        ),
        *("Fri, 31 Dec 9999 23:59:59 -2359", "Mon, 01 Jan 0001 00:00:00 +2359", " ", "-", ":", ","),
    )
)
@example("Sat, 28 Nov 99999999999999999999 01:00:00 GMT")
@example("Mon, 01 Jan 0001 00:00:00 +2359")
@example("Sat, 28 Nov 2026 12:00:00 +99999999999999")
def test_retry_after_is_bounded(text: str) -> None:
    assert timedelta() <= asked_wait(text, at=NOW) <= LONGEST_ASKED


def _usage(**given_fields: str) -> UsageBody:
    return UsageBody.model_validate(given_fields)


EPOCH = 1971
"""Nothing was used before, so that no page of those times has a next one."""


SETTINGS = sorted(Settings.__slots__)
NUMBERS = (int, float)


@often
@given(
    st.dictionaries(
        st.sampled_from(SETTINGS),
        st.one_of(
            st.text(max_size=12),
            st.sampled_from(
                ("nan", "inf", "-1", "1e400", "true", "0", "9" * 30, "auto", "off", "1")
            ),
            st.sampled_from([name for names in CHOICES.values() for name in names]),
        ),
        max_size=3,
    )
)
def test_settings_are_read_or_refused(given_settings: dict[str, Any]) -> None:
    for name in ("allowed_networks", "inactive_templates"):
        if name in given_settings:
            given_settings[name] = [given_settings[name]]
    try:
        read = read_settings(given_settings)
    except BadSettings:
        return
    assert decode(encode(read)) == read
    assert read.engine_count >= 1
    assert read.engine_threads >= 1
    assert all(least <= getattr(read, name) <= most for name, (least, most) in RANGES.items())
    assert timedelta(seconds=read.stall) > timedelta()


@pytest.mark.parametrize(
    "name", [field.name for field in fields(Settings) if field.type in NUMBERS]
)
@pytest.mark.parametrize("value", ["nan", "inf", "-inf", "-1"])
def test_a_setting_that_is_no_sensible_number_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        read_settings({name: value})


@pytest.mark.parametrize("name", RANGES)
@pytest.mark.parametrize("value", ["9" * 15, "1e300"])
def test_a_setting_beyond_its_range_is_refused_by_name(name: str, value: str) -> None:
    with pytest.raises(BadSettings, match=name):
        read_settings({name: value})


def test_a_file_of_settings_that_is_no_text_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "kinora.toml"
    path.write_bytes(b"log_level = '\xff'")
    monkeypatch.setenv("KINORA_CONFIG", str(path))
    with pytest.raises(BadSettings, match=r"kinora\.toml"):
        read_settings({})


@often
@given(pieces("..", "/", "\0", "a" * 32, "0" * 32, "\u0661" * 32, "part.json"))
def test_names_of_uploads_lead_nowhere_else(text: str) -> None:
    with tempfile.TemporaryDirectory() as outer:
        parts = DiskParts(Path(outer) / "in", clock=Hands())
        made = asyncio.run(parts.begin(account=AccountId(1), length=5, metadata=""))
        assert made.expires_at == NOW + LIFETIME
        found = asyncio.run(parts.look(text))
        assert found is None or found.name == text == made.name
