"""Every route of every door, against every kind of key and every kind of id that is not one's own.

The table is `routes.toml`; a route that is not in it fails the first test.
"""

import json
import re
import sqlite3
import tomllib
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from kinora.apis.pixverse.routes import PREFIX as PIXVERSE
from kinora.apis.useapi.routes import PREFIX as USEAPI
from kinora.bootstrap.ground import Ground
from kinora.web.asgi import Kit
from kinora.web.unread import CloseUnread
from tests.access.world import CALLER, KEYS, MARK, OTHER, build_houses
from tests.wire.original import Original, copy_of, original_of
from tests.wire.world import World

TABLE: list[dict[str, Any]] = tomllib.loads((Path(__file__).parent / "routes.toml").read_text())[
    "route"
]
CALLS = {row["call"]: row for row in TABLE}
KEYED = [row for row in TABLE if row.get("needs") in ("read", "submit")]
ALIASES = [row for row in TABLE if "like" in row]
OPEN = [row for row in TABLE if row.get("needs") == "none" and row["call"][:5] != "MOUNT"]
GIVEN = [
    pytest.param(row, given, id=f"{row['call']} {number}")
    for row in sorted(KEYED, key=lambda row: (row["call"][:6] == "DELETE", "@lane" not in str(row)))
    for number, given in enumerate(row.get("given", []))
]
"""What deletes comes last; what names a lane first, before others have filled it."""

pytestmark = pytest.mark.asyncio(loop_scope="module")
KINDS = tuple(
    "picture2 picture film_file film sound song voice mask job still_file still2 still running "  # noqa: SIM905
    "music speech mv lane part webhook account".split()
)
TRIED = (
    "picture",
    "film",
    "sound",
    "voice",
    "mask",
    "job",
    "still",
    "music",
    "lane",
    "part",
    "webhook",
)
"""Kinds whose ids are tried in each other's places."""

MARKED = re.compile(rf"([@=])({'|'.join(KINDS)})\b")
UNKNOWN = {"lane": "nobody@nowhere.test", "part": "0" * 32, "account": "77"}
NOBODY = "1999999999999"
NONSENSE = (
    "x",
    "-1",
    "' or 1=1 --",
    "1; drop table keys",
    "../../secret",
    "9" * 30,
    str(2**63),
    "\x00",
    "%",
)
UNEXPECTED = 99999


@pytest.fixture(scope="module")
def original(tmp_path_factory: pytest.TempPathFactory) -> Original:
    folder = tmp_path_factory.mktemp("access")
    photo = Path(str(files("kinora.cli"))) / "pictures/coffee.jpg"

    async def build(ground: Ground) -> dict[str, str]:
        return await build_houses(ground, photo, folder)

    return original_of(folder, build)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def world(original: Original, place: Path) -> AsyncIterator[World]:
    async with copy_of(original, place, rate_failures=0) as copied:
        yield copied


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("houses")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=world.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        yield client


def starlette_of(world: World) -> Starlette:
    assert isinstance(world.app, CloseUnread)
    assert isinstance(world.app.app, Kit)
    assert isinstance(world.app.app.app, Starlette)
    return world.app.app.app


def served(world: World) -> Iterator[str]:
    """Walk what is really served; HEAD beside GET is the same call."""
    for route in starlette_of(world).routes:
        if isinstance(route, Mount):
            yield f"MOUNT {route.path}"
            continue
        assert isinstance(route, Route), f"what is {route}?"
        path = re.sub(r":\w+}", "}", route.path).removesuffix("/") or "/"
        own = route.path.startswith(("/api/uploads", "/media/"))
        for method in route.methods or {"GET"}:
            if method != "HEAD" or own or "GET" not in (route.methods or {"GET"}):
                yield f"{method} {path}"


async def test_every_route_is_in_the_table(world: World) -> None:
    found = set(served(world))
    assert found - set(CALLS) == set(), "say in tests/access/routes.toml who may call these"
    assert set(CALLS) - found == set(), "these are no longer served"


def key_headers(path: str, key: str, account: str = "2") -> dict[str, str]:
    if not key:
        return {"tus-resumable": "1.0.0"}
    if path.startswith(PIXVERSE):
        return {"api-key": key}
    if path.startswith((USEAPI, "/v2/account")):
        return {"authorization": f"Bearer user:{account}-{key}"}
    return {"authorization": f"Bearer {key}", "tus-resumable": "1.0.0"}


def code_of(answer: httpx.Response) -> int:
    """Return the dialect's number: PixVerse's, 0 when all is well, or the status."""
    if answer.request.url.path.startswith(PIXVERSE):
        assert answer.headers["content-type"] == "application/json"
        return int(answer.json()["ErrCode"])
    return answer.status_code if answer.status_code >= 400 else 0


def plain(call: str) -> tuple[str, str]:
    method, _, path = call.partition(" ")
    return method, re.sub(r"{\w+}", "1", path)


@pytest.mark.parametrize("row", KEYED, ids=lambda row: row["call"])
async def test_only_keys_with_the_scope_open_a_route(
    row: dict[str, Any], client: httpx.AsyncClient
) -> None:
    method, path = plain(row["call"])
    shut, lacking = (400012, 500020) if path.startswith(PIXVERSE) else (401, 403)

    async def told(key: str) -> int:
        answer = await client.request(method, path, headers=key_headers(path, key))
        code = code_of(answer)
        hushed = method == "HEAD" or code != 500020 or "scope" in answer.text
        return code if hushed else 0

    for name in ("", "sk-nobody", KEYS["revoked"], KEYS["ended"]):
        assert await told(name) == shut, name
    for holder in ("reader", "submitter", "administrator"):
        expected = {"reader": "read", "submitter": "submit"}.get(holder) == row["needs"]
        assert (await told(KEYS[holder]) not in (shut, lacking)) is expected, holder


async def test_other_paths_lead_to_the_same_call(world: World) -> None:
    routes = {
        f"{method} {route.path}": route.name
        for route in starlette_of(world).routes
        if isinstance(route, Route)
        for method in route.methods or ()
    }
    for row in ALIASES:
        assert routes[row["call"]] == routes[row["like"]]


async def test_a_key_does_not_open_another_number(client: httpx.AsyncClient, world: World) -> None:
    path = f"{USEAPI}/features"
    number = world.names["other.account"]
    answer = await client.get(path, headers=key_headers(path, KEYS[CALLER], number))
    assert answer.status_code == 401


@pytest.mark.parametrize("row", OPEN, ids=lambda row: row["call"])
async def test_what_needs_no_key_tells_nothing_of_anybody(
    row: dict[str, Any], client: httpx.AsyncClient, world: World
) -> None:
    method, path = plain(row["call"])
    answer = await client.request(method, path)
    assert answer.status_code in (200, 204, 503)
    not_seen(answer, others_things(world), asked=set())


@dataclass(frozen=True)
class Filled:
    """A way to call a route, its ids filled in."""

    path: str
    query: dict[str, str]
    body: Any


def fill(row: Mapping[str, Any], given: Mapping[str, Any], ids: Mapping[str, str]) -> Filled:
    def put(value: Any) -> Any:
        if isinstance(value, dict):
            return {name: put(each) for name, each in value.items()}
        if isinstance(value, list):
            return [put(each) for each in value]
        if not isinstance(value, str):
            return value
        whole = MARKED.fullmatch(value)
        if whole:
            found = ids[whole.group()]
            return int(found) if found.isdigit() and len(found) < 18 else found
        return MARKED.sub(lambda mark: ids[mark.group()], value)

    path = row["call"].partition(" ")[2]
    for name, value in given.get("path", {}).items():
        path = path.replace(f"{{{name}}}", quote(str(put(value)), safe=""))
    body = json.loads(given["body"]) if "body" in given else None
    return Filled(path, put(given.get("query", {})), put(body))


def marks_in(given: Mapping[str, Any]) -> set[str]:
    return {mark.group() for mark in MARKED.finditer(json.dumps(given))}


def others_things(world: World) -> dict[str, str]:
    """Return what must never be told: by its kind, the other's ids and words."""
    own = {
        name.partition(".")[2]: value
        for name, value in world.names.items()
        if name.startswith(OTHER)
    }
    return {kind: value for kind, value in own.items() if kind != "account"} | {
        "word": MARK,
        "key": KEYS[OTHER],
    }


def not_seen(answer: httpx.Response, things: Mapping[str, str], asked: set[str]) -> None:
    told = answer.text + json.dumps(dict(answer.headers))
    for kind, value in things.items():
        if not any(value in each for each in asked):
            assert value not in told, f"the other's {kind} is told: {told[:300]}"


KEPT = (
    "select * from accounts where id = ?",
    "select * from jobs where account = ? order by id",
    "select * from assets where account = ? order by id",
    "select * from voices where account = ? order by id",
    "select * from lanes where account = ? order by email",
    "select * from entries where account = ? order by id",
    "select * from keys where account = ? order by id",
)


def snapshot(data: Path, account: str) -> list[Any]:
    db = sqlite3.connect(f"file:{data / 'kinora.sqlite3'}?mode=ro", uri=True)
    try:
        rows = [db.execute(query, (account,)).fetchall() for query in KEPT]
    finally:
        db.close()
    return [*rows, sorted(path.name for path in (data / "uploads").iterdir())]


@pytest.mark.parametrize(("row", "given"), GIVEN)
async def test_ids_of_others_and_nonsense_are_refused(
    row: dict[str, Any],
    given: dict[str, Any],
    client: httpx.AsyncClient,
    world: World,
    place: Path,
) -> None:
    method, names = row["call"].partition(" ")[0], world.names
    marks = marks_in(given)
    own = {mark: names[f"{CALLER}.{mark[1:]}"] for mark in marks}
    wrong = sorted(mark for mark in marks if mark.startswith("@"))
    hidden, before = others_things(world), snapshot(place / "data", names["other.account"])

    async def told(ids: Mapping[str, str]) -> int:
        filled = fill(row, given, own | dict(ids))
        answer = await client.request(
            method,
            filled.path,
            headers=key_headers(filled.path, KEYS[CALLER]),
            params=filled.query or None,
            json=filled.body,
        )
        assert answer.status_code < 500, answer.text
        code = code_of(answer)
        assert code != UNEXPECTED, answer.text
        not_seen(answer, hidden, asked=set(ids.values()))
        return code

    foreign = {mark: names[f"{OTHER}.{mark[1:]}"] for mark in wrong}
    assert await told(foreign) == given["foreign"]
    for mark in wrong:
        assert await told({mark: foreign[mark]}) == given["foreign"], mark
        nobody = UNKNOWN.get(mark[1:], NOBODY)
        assert await told({mark: nobody}) == given["unknown"], f"unknown {mark}"
        for kind in TRIED:
            assert await told({mark: names[f"{OTHER}.{kind}"]}), f"{kind} for {mark}"
        for nonsense in NONSENSE:
            assert await told({mark: nonsense}), f"{nonsense!r} for {mark}"
    assert snapshot(place / "data", names["other.account"]) == before
    # The table's call is good: with the caller's own ids it is not refused.
    if not given.get("waits"):
        assert await told({}) == 0
