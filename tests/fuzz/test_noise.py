"""Calls that no document describes: broken bodies, odd headers, hosts and paths, at every route."""

import asyncio
import json
import random
from pathlib import Path
from typing import Any

import httpx
import pytest

from kinora.apis.native.asked import JobBody
from kinora.apis.native.uploads import VERSION
from kinora.apis.pixverse.routes import OPERATIONS
from kinora.apis.useapi.described import described
from kinora.domain.fact import FactKind
from tests.fuzz.answers import Findings, what_is_wrong
from tests.fuzz.filling import PROMPTS, Filling
from tests.fuzz.house import TOKENS, House, open_house
from tests.fuzz.scale import CASES, SEED, write_figures
from tests.wire.world import RICH

BIG = 10**400
DEEP = 100_000
BODIES = (
    b"",
    b"null",
    b"[]",
    b'"x"',
    b"{",
    b"\xff\xfe{}",
    b'{"a":' * 5000,
    b"[" * DEEP,
    b'{"prompt":' + b"[" * DEEP,
    b'{"prompt":"\\ud800","model":"v6","duration":5,"quality":"540p"}',
    b'{"duration":%d,"seed":%d,"img_id":%d}' % (BIG, BIG, BIG),
    b'{"duration":1e999,"seed":-0.0,"prompt":"x"}',
    b'{"duration":NaN}',
    b'{"prompt":"\\u0000"}',
    b"a=1&b=%ff%00&" * 200,
    b"--x\r\nContent-Disposition: form-data; name=image; filename=a\r\n\r\nabc\r\n--x--\r\n",
    b"--x\r\nContent-Disposition: form-data; name=\r\n\r\n\r\n--x--",
    b"--x\r\nContent-Disposition: form-data; filename=\xff\r\n\r\n--x",
    b"--x\r\n" + b"A: b\r\n" * 500,
    b"--x\r\n\r\nabc\r\n--x--",
)
KINDS = (
    "application/json",
    "multipart/form-data; boundary=x",
    "multipart/form-data; boundary=",
    "multipart/form-data; boundary=" + "x" * 300,
    'multipart/form-data; boundary="\xff"',
    "multipart/form-data",
    "application/x-www-form-urlencoded",
    "application/offset+octet-stream",
    "image/png",
    "",
    "\xff/\xfe; charset=\xb2",
    "text/plain; charset=utf-7",
)
HOSTS = ("kinora.test", "[", "[::1]:x", "a:b:c", "", "\xbd.test", "x" * 300, "http://[", "k:99999")
LONG = "9" * 5000
ODD = {
    "ai-trace-id": ("\xb2", "x" * 9000, "{0d4f9f60-5c0d-4b7e-8a55-6b1d2f8f0a11}", "-" * 32, "\x0b"),
    "idempotency-key": ("", '"', "x" * 300, "\xa0", "\xe9", "order-4711"),
    "content-length": ("\xb2", LONG, "-1", "0"),
    "range": ("bytes=0-", "bytes=\xb2-", f"bytes={LONG}-", "bytes=-0", "bytes=" + "0-0," * 99, "x"),
    "if-none-match": ("*", '"', "W/"),
    "if-range": ("*", "\xff"),
    "upload-length": ("1", "0", "\xb2", LONG, "99999999999999999", "-1", "100"),
    "upload-offset": ("0", "\xb2", LONG, "1"),
    "upload-metadata": ("x" * 5000, "filename d29ybGQ=", "\xff"),
    "tus-resumable": (VERSION, "0.0.0", "\xb2"),
    "accept-language": ("zh", "\xff"),
    "accept": ("text/html", "\xff"),
    "expect": ("100-continue",),
    "x-forwarded-proto": ("javascript",),
    "x-http-method-override": ("DELETE",),
}
PARTS = (
    "%00",
    "%2e%2e%2f",
    "\xb2",
    "1" * 5000,
    "%d9%a1",
    "-1",
    "0",
    "user:2-pixverse:a-video:1",
    "%ff",
    "a%0d%0ab",
    ";",
    "1%20",
)
NUMBERS = ("0", "-1", "1", "\xb2", LONG, str(2**63), "1.5", "", "NaN", "%00")
QUERIES = (
    *("limit", "offset", "before", "newest", "page", "pageSize", "page_num", "page_size"),
    *("type", "speaker_type", "email", "model", "language"),
)
NATIVE = (
    *(("POST", "/api/jobs"), ("GET", "/api/jobs"), ("GET", "/api/jobs/{id}")),
    *(("DELETE", "/api/jobs/{id}"), ("POST", "/api/webhooks"), ("GET", "/api/webhooks")),
    *(("GET", "/api/webhooks/{webhook}"), ("POST", "/api/webhooks/{webhook}/rotate")),
    *(("POST", "/api/webhooks/{webhook}/enable"), ("POST", "/api/webhooks/{webhook}/disable")),
    *(("GET", "/api/webhooks/{webhook}/log"), ("POST", "/api/webhooks/{webhook}/replay")),
    *(("POST", "/api/uploads"), ("HEAD", "/api/uploads/{name}"), ("PATCH", "/api/uploads/{name}")),
    *(("GET", "/api/uploads/{name}"), ("DELETE", "/api/uploads/{name}")),
    *(("GET", "/healthz"), ("GET", "/readyz"), ("GET", "/metrics")),
    *(("GET", "/media/{id}/{token}/x.mp4"), ("HEAD", "/media/{id}/{token}/x.mp4")),
    *(("GET", "/docs/pixverse"), ("GET", "/docs/static/{name}"), ("OPTIONS", "/api/uploads")),
    *(("GET", "/v2/pixverse/{name}"), ("PUT", "/openapi/v2/{name}"), ("TRACE", "/{name}")),
)
ROUTES = (
    *((each.method, f"/openapi/v2{each.path}", "pixverse") for each in OPERATIONS),
    *((each.method, f"/v2/pixverse{each.path}", "useapi") for each in described()),
    *((*each, "native") for each in NATIVE),
)


def test_noise_is_answered_in_the_doors_form(tmp_path: Path) -> None:
    found = Findings()
    chance = random.Random(SEED)
    # Twice as many calls as there are of a dialect: half of them go to both.
    with asyncio.Runner() as runner:
        opening = open_house(tmp_path, seed=SEED)
        house = runner.run(opening.__aenter__())
        for number in range(CASES * 2):
            method, path, dialect = ROUTES[number % len(ROUTES)]
            runner.run(_knock(house, (method, path, dialect), chance, found))
            if number % len(ROUTES) == 0:
                write_figures("noise", found.figures())
        runner.run(opening.__aexit__(None, None, None))
    write_figures("noise", found.figures())
    if found.wrong:
        pytest.fail(found.told())


async def _knock(
    house: House, route: tuple[str, str, str], chance: random.Random, found: Findings
) -> None:
    method, path, dialect = route
    # What is outside every dialect answers in a form of its own.
    dialect = next((name for start, name in STARTS.items() if path.startswith(start)), "native")
    url = _url(path, house, chance)
    headers = _headers(house, chance)
    content = _content(path, house, chance)
    try:
        call = httpx.Request(method, f"http://kinora.test{url}", headers=headers, content=content)
    except (httpx.InvalidURL, UnicodeError, ValueError):
        found.note(path, "unsendable", 0.0)
        return
    answer, seconds = await house.send(call)
    found.note(f"{method} {path}", str(answer.status_code), seconds)
    sent = f"{url} {content[:300]!r} {headers}"
    if not path.startswith(PLAIN) and method != "HEAD":
        wrong = what_is_wrong(dialect, answer, sent)
        if wrong:
            found.blame(f"{method} {path}", wrong, f"{sent[:900]} -> {answer.text[:300]}")
    elif answer.status_code >= 500 and path != "/readyz":
        found.blame(f"{method} {path}", f"status {answer.status_code}", sent[:900])


STARTS = {"/openapi/v2": "pixverse", "/v2/pixverse": "useapi"}
PLAIN = ("/media", "/docs", "/healthz", "/readyz", "/metrics")


def _url(path: str, house: House, chance: random.Random) -> str:
    real = {"id": "job", "webhook": "webhook", "email": "email", "speaker_id": "voice"}
    for name in ("id", "webhook", "email", "speaker_id", "name", "token"):
        pool = house.pools.get(real.get(name, ""))
        given = str(chance.choice(pool)) if pool and chance.random() < 0.5 else chance.choice(PARTS)
        path = path.replace(f"{{{name}}}", given)
    if chance.random() < 0.3:
        path += f"?{chance.choice(QUERIES)}={chance.choice(NUMBERS)}"
    return path


def _headers(house: House, chance: random.Random) -> list[tuple[bytes, bytes]]:
    host = chance.choice(HOSTS) if chance.random() < 0.3 else HOSTS[0]
    told = {"host": host, "content-type": chance.choice(KINDS)}
    if chance.random() < 0.9:
        told |= {"api-key": RICH, "authorization": f"Bearer {TOKENS['rich']}"}
        if chance.random() < 0.5:
            told["authorization"] = f"Bearer {RICH}"
    else:
        odd = (
            "Bearer",
            "Bearer \xff",
            "Basic x",
            "Bearer user:\xb2-x",
            f"Bearer user:{LONG}-x",
            "",
        )
        told["authorization"] = chance.choice(odd)
        told["api-key"] = chance.choice(("\xff", "", LONG))
    if chance.random() < 0.8:
        told["tus-resumable"] = VERSION
    for name in chance.sample(sorted(ODD), 2):
        told[name] = chance.choice(ODD[name])
    return [(name.encode(), value.encode("latin-1")) for name, value in told.items()]


def _content(path: str, house: House, chance: random.Random) -> bytes:
    shapes = {"/api/jobs": _job, "/api/webhooks": _webhook, "replay": _replay, "rotate": _rotate}
    made = next((make for name, make in shapes.items() if path.endswith(name)), None)
    if made is None or chance.random() < 0.3:
        body = chance.choice(BODIES)
        if chance.random() < 0.2 and body:
            cut = chance.randrange(len(body))
            body = body[:cut] + chance.randbytes(3) + body[cut + 1 :]
        return body
    return json.dumps(Filling(house.pools, chance)(made(chance))).encode()


ODDITIES: tuple[Any, ...] = (
    None,
    "",
    0,
    -1,
    2**63,
    BIG,
    1.5,
    True,
    [],
    {},
    [[]],
    "\ud800",
    "x" * 9000,
)


def _job(chance: random.Random) -> dict[str, Any]:
    made: dict[str, Any] = {
        "feature": chance.choice(("text_to_video", "image_to_video", "transition")),
        "prompt": chance.choice(PROMPTS),
    }
    made["images"] = [0] * {"text_to_video": 0, "image_to_video": 1, "transition": 2}[
        made["feature"]
    ]
    for name in chance.sample(sorted(JobBody.model_fields), 3):
        if chance.random() < 0.5:
            made[name] = chance.choice(ODDITIES)
    return made


def _webhook(chance: random.Random) -> dict[str, Any]:
    urls = (
        "https://example.com/x",
        "http://127.0.0.1/",
        "https://[",
        "javascript:1",
        "https://\u2028",
    )
    made: dict[str, Any] = {
        "url": chance.choice(urls),
        "form": chance.choice(("standard", "pixverse", "x")),
        "wants": [chance.choice((*FactKind, "x"))],
        "note": chance.choice(PROMPTS),
    }
    made[chance.choice(sorted(made))] = chance.choice((*ODDITIES, "https://example.com/y"))
    return made


def _replay(chance: random.Random) -> dict[str, Any]:
    times = (
        "2026-11-28T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
        "2026-11-28T00:00:00",
        "x",
    )
    if chance.random() < 0.5:
        return {"delivery": chance.choice((1, *ODDITIES))}
    made = {name: chance.choice(times) for name in ("since", "until") if chance.random() < 0.9}
    return {**made, "taken": chance.choice((True, False))}


def _rotate(chance: random.Random) -> dict[str, Any]:
    return {"at_once": chance.choice((True, False, *ODDITIES))}
