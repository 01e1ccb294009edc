"""Whatever changes who may do what, or what is kept, leaves one deed; see `deeds.toml`."""

import asyncio
import json
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import click
import httpx
import pytest
from click.testing import CliRunner

from kinora.adapters.db.sqlite import open_store
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from kinora.cli.main import cli
from kinora.domain.deed import Deed
from kinora.domain.ids import AccountId, JobId
from kinora.domain.moderation import Decision, Verdict
from tests.conftest import KEY
from tests.keeper import House as Keeper
from tests.unit.upstream.platform import LANE, house_beside

HERE = Path(__file__).parent
TABLE: dict[str, Any] = tomllib.loads((HERE / "deeds.toml").read_text())
ROUTES: list[dict[str, Any]] = tomllib.loads((HERE.parent / "access" / "routes.toml").read_text())[
    "route"
]
ONE = AccountId(1)
SECRETS = ("token-4711", "secret-name", "sk-upstream-4711", "whsec_")


def leaves(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[str, click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        assert command is not None
        if isinstance(command, click.Group):
            yield from leaves(command, (*path, name))
        else:
            yield " ".join((*path, name)), command


def test_every_changing_route_is_in_the_table() -> None:
    changing = {
        row["call"]
        for row in ROUTES
        if "like" not in row
        and row["call"].split()[0] in ("POST", "PUT", "PATCH", "DELETE")
        and row["call"].split()[1].startswith(("/api/", "/v2/"))
    }
    named = [*TABLE["calls"], *TABLE["calls_without"]]
    for call in changing:
        assert [name for name in named if fnmatch(call, name)], f"does {call} leave a deed?"
    for name in named:
        assert any(fnmatch(call, name) for call in changing), f"{name} is no longer served"


def test_every_command_is_in_the_table() -> None:
    found = {name for name, _ in leaves(cli)}
    named = {name.partition(" --")[0] for name in TABLE["commands"]}
    assert found == named | set(TABLE["commands_without"])


def test_every_command_can_answer_other_programs() -> None:
    lacking = {
        name
        for name, command in leaves(cli)
        if not any("--json" in each.opts for each in command.params)
    }
    assert lacking == set(TABLE["without_json"])


async def newest(ground: Ground) -> list[Deed]:
    return list(await ground.store.view.audit.newest(at_most=1000))


def check(new: list[Deed], expected: str | list[str], who: str) -> None:
    whats = [expected] if isinstance(expected, str) else expected
    assert [deed.what for deed in reversed(new)] == whats
    for deed in new:
        assert deed.who.startswith(who)
        assert deed.target
        assert not [word for word in SECRETS if word in f"{deed.target} {deed.detail}"]


@dataclass
class Caller:
    """Calls, each of which must leave the deed of the table."""

    ground: Ground
    client: httpx.AsyncClient
    left: dict[str, str]

    async def do(self, name: str, body: Any = None, **ids: Any) -> Any:
        method, path = name.split()
        before = len(await newest(self.ground))
        answer = await self.client.request(
            method, path.format(**ids), json=body, headers=bearer(path)
        )
        assert answer.status_code < 300, answer.text
        deeds = await newest(self.ground)
        new = deeds[: len(deeds) - before]
        (key,) = await self.ground.store.view.keys.list(ONE)
        check(new, self.left.pop(name), f"key:{key.id}")
        assert new[0].address == "127.0.0.1"
        return answer.json() if answer.content else None


def bearer(path: str) -> dict[str, str]:
    token = KEY if path.startswith("/api") else f"user:1-{KEY}"
    return {"Authorization": f"Bearer {token}"}


async def test_calls_leave_deeds(ground: Ground) -> None:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        caller = Caller(ground, client, dict(TABLE["calls"]))
        hook = {"url": "https://hooks.invalid/token-4711?a=b", "form": "standard"}
        number = (await caller.do("POST /api/webhooks", hook))["id"]
        (deed, *_) = await newest(ground)
        assert deed.target == f"webhook:{number}"
        assert deed.detail == "account 1, standard, hooks.invalid"
        for verb in ("rotate", "test", "disable", "enable"):
            await caller.do(f"POST /api/webhooks/{{id}}/{verb}", {}, id=number)
        since = {"since": "2026-01-01T00:00:00Z"}
        await caller.do("POST /api/webhooks/{id}/replay", since, id=number)
        await caller.do("DELETE /api/webhooks/{id}", id=number)
        lane = {"password": "-", "maxJobs": 2, "upstream": "https://up.invalid/token-4711"}
        lane |= {"upstreamKey": "sk-upstream-4711"}
        await caller.do("POST /v2/pixverse/accounts/{email}", lane, email=LANE)
        assert "upstream up.invalid, a new key" in (await newest(ground))[0].detail
        await caller.do("DELETE /v2/pixverse/accounts/{email}", email=LANE)
        await caller.do("POST /v2/account", {"replyUrl": hook["url"]})
        assert caller.left == {}, "nobody tried these"
        # What is refused changes nothing, and is no deed.
        before = len(await newest(ground))
        gone = await client.delete("/api/webhooks/77", headers=bearer("/api"))
        assert (gone.status_code, len(await newest(ground))) == (404, before)


@dataclass
class Desk:
    """Commands, each of which must leave the deeds of the table."""

    ground: Ground
    left: dict[str, Any]

    async def told(self, *words: str, data: Path | None = None) -> tuple[int, Any]:
        given = ["--data", str(data or self.ground.settings.data), *words, "--json"]
        # A command has a loop of its own.
        result = await asyncio.to_thread(CliRunner().invoke, cli, given)
        assert result.exception is None or isinstance(result.exception, SystemExit), given
        return result.exit_code, json.loads(result.stdout) if result.stdout else None

    async def do(self, name: str, *words: Any, status: int = 0) -> Any:
        before = len(await newest(self.ground))
        code, answer = await self.told(*name.split(), *map(str, words))
        assert code == status, (name, answer)
        deeds = await newest(self.ground)
        check(deeds[: len(deeds) - before], self.left.pop(name), "cli:")
        return answer


@pytest.fixture
def desk(ground: Ground) -> Desk:
    return Desk(ground, dict(TABLE["commands"]))


async def unknown_jobs(ground: Ground, folder: Path) -> list[JobId]:
    """Have three jobs of which nobody knows whether another server has them."""
    async with house_beside(ground, folder) as house:
        jobs = [await house.submit() for _ in range(3)]
        for job in jobs:
            await house.stopped_while_sending(job)
            await house.go(job)
    return jobs


async def test_commands_leave_deeds(desk: Desk, ground: Ground, tmp_path: Path) -> None:
    lost, held, paid = await unknown_jobs(ground, tmp_path)
    await desk.do("jobs resume", lost, 4711)
    await desk.do("jobs release", held)
    await desk.do("jobs settle", paid)
    await desk.do("lanes quarantine", 1, LANE)
    await desk.do("lanes release", 1, LANE)
    keeper = Keeper(ground.store, ground.settings.data)
    await desk.do("jobs cancel", (await keeper.submit(ONE)).id)
    await desk.do("hold remove", (await desk_hold(desk))["hold"])
    await rules(desk, keeper)
    await people(desk)
    await hooks(desk)
    for verb in ("pause", "drain", "resume"):
        await desk.do(f"queue {verb}")
        await desk.do(f"queue {verb} --engine", "studio")
        assert (await newest(ground))[0].target == "engine:studio"
    before = len(await newest(ground))
    assert await desk.told("queue", "resume") == (0, {**OPEN, "was_halted": False})
    assert len(await newest(ground)) == before
    await desk.do("doctor --mend")
    await desk.do("backup", tmp_path / "saved")
    await restored(desk, tmp_path)
    assert desk.left == {}, "nobody tried these"


OPEN = {"account": None, "engine": None, "state": "open"}


async def desk_hold(desk: Desk) -> Any:
    return await desk.do("hold add", "--account", 1, "--reason", "a court said so")


async def rules(desk: Desk, keeper: Keeper) -> None:
    now, view = desk.ground.clock.now(), desk.ground.store.view
    async with desk.ground.store.transaction() as tx:
        for _ in range(2):
            doubt = Decision(verdict=Verdict.REVIEW, category="x")
            await tx.reviews.add(ONE, None, doubt, at=now)
    first, second = await view.reviews.waiting(at_most=2)
    await desk.do("reviews allow", first.id)
    await desk.do("reviews refuse", second.id)
    await keeper.picture(ONE)
    await desk.do("retention set", "--account", 1, "--uploads", 30)
    await desk.do("retention apply", "--yes")
    await desk.do("retention remove", "--account", 1)


async def people(desk: Desk) -> None:
    account = (await desk.do("accounts create", "bea"))["account"]
    await desk.do("accounts change", account, "--name", "ben")
    await desk.do("accounts plan", account, "essential")
    await desk.do("accounts share", account, "--weight", 2)
    await desk.do("credits grant", account, 5)
    key = (await desk.do("keys create", "--account", account))["key"]
    await desk.do("keys cap", key, "--cap", 5)
    await desk.do("keys rotate", key)
    await desk.do("keys revoke", key)


async def hooks(desk: Desk) -> None:
    added = await desk.do("webhooks add", "https://hooks.invalid/token-4711")
    number = added["webhook"]
    await desk.do("webhooks rotate", number, "--at-once")
    await desk.do("webhooks test", number, status=1)
    await desk.do("webhooks disable", number)
    await desk.do("webhooks enable", number)
    await desk.do("webhooks replay", number, "--since", "24h")
    await desk.do("webhooks remove", number)


async def restored(desk: Desk, folder: Path) -> None:
    """The new folder's log knows the backup and who brought it back."""
    code, told = await desk.told("restore", str(folder / "saved"), data=folder / "new")
    assert (code, told["media"]) == (0, True)
    store = open_store(folder / "new" / "kinora.sqlite3")
    try:
        back, written, *_ = await store.view.audit.newest(at_most=2)
    finally:
        await store.close()
    check([back], desk.left.pop("restore"), "cli:")
    assert written.what == "backup.write"
    assert str(folder / "saved") in back.detail


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("keys list --account 77", "there is no account 77"),
        ("jobs list --account 0", "0 is not in the range"),
        (f"keys revoke {'9' * 25}", "is not in the range"),
        ("credits grant 1 -99999999", "a balance cannot fall below zero"),
        ("credits statement 1 --month 9999-12", "--month must be like 2026-11"),
        ("accounts change 1", "give --name, --max-jobs or both"),
        ("accounts create  ", "Missing argument 'NAME'"),
        ("accounts share 1 --weight nan", "nan is no weight"),
        ("keys create --expires 999999d", "is longer than 36500 days"),
        (f"retention set --account {'9' * 25} --results 3", "an account is named by its number"),
        ("retention set --plan gold --results 3", "plan must be one of"),
        ("hold add --account 1 --reason \t", "reason is missing"),
        ("webhooks add https://a\x00b/", "the link is not a URL"),
        ("webhooks test 77", "there is no webhook with this id"),
        ("queue drain --account 77 --wait", "there is no account 77"),
        ("queue pause --engine diffusers", "engine must be one of studio, not 'diffusers'"),
        ("queue status --engine a\x00b", "engine must be one of studio, not 'a"),
        ("queue resume --engine studio --account 1", "give --account or --engine, not both"),
        ("audit list --newest -1", "-1 is not in the range"),
        ("restore nowhere", "is not a backup of Kinora"),
        ("demo --out /dev/null/x", "cannot write to"),
    ],
)
def test_what_cannot_be_done_is_told_in_a_line(ground: Ground, words: str, told: str) -> None:
    given = words.rstrip(" ").split(" ")
    result = CliRunner().invoke(cli, ["--data", str(ground.settings.data), *given])
    assert isinstance(result.exception, SystemExit)
    assert result.exit_code in (1, 2)
    last = result.stderr.strip().splitlines()[-1]
    assert last.startswith("Error: ")
    assert told in last


@pytest.mark.parametrize(
    "command", ["keys list", "backup x", "doctor --mend", "queue pause", "serve"]
)
def test_a_file_that_is_no_database_is_told_in_a_line(tmp_path: Path, command: str) -> None:
    (tmp_path / "kinora.sqlite3").write_bytes(b"no database at all" * 99)
    (tmp_path / "secret").write_text("ab" * 32)
    given = ["--data", str(tmp_path), *command.split()]
    if command == "serve":
        given += ["--port", "0"]
    result = CliRunner().invoke(cli, given)
    assert isinstance(result.exception, SystemExit)
    assert "file is not a database" in result.stderr
