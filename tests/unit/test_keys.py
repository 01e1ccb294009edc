"""Keys with scopes, an end, a successor, and what is written down about them."""

import asyncio
import json
import sqlite3
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from kinora.bootstrap.ground import Ground, build_operator, stand
from kinora.cli.main import cli
from kinora.domain.account import Account
from kinora.domain.deed import Deed
from kinora.domain.errors import Invalid, KeyNotAllowed, NotAllowed, Unauthorised
from kinora.domain.ids import AccountId, KeyId
from kinora.domain.scopes import Call, Rights, Scope
from kinora.usecases.note_calls import MOST_ADDRESSES, NoteCalls
from kinora.usecases.open_account import OpenAccount
from tests.conftest import KEY
from tests.contracts.test_store import job

ONE = AccountId(1)
READ = Call(needs=Scope.READ)


def opener(ground: Ground) -> OpenAccount:
    return OpenAccount(store=ground.store, pepper=ground.pepper, clock=ground.clock)


@pytest.mark.parametrize("has", [Scope.READ, Scope.SUBMIT, Scope.ADMIN])
@pytest.mark.parametrize("needs", [Scope.READ, Scope.SUBMIT, Scope.ADMIN])
async def test_a_key_may_do_what_its_scopes_say(ground: Ground, has: Scope, needs: Scope) -> None:
    _, secret = await build_operator(ground).create_key(
        ONE, name="k", may=Rights(scopes=frozenset({has}))
    )
    if has is needs:
        assert (await opener(ground)(secret, Call(needs=needs))).id == 1
        return
    with pytest.raises(KeyNotAllowed, match=f"scope {needs}; this one has {has}"):
        await opener(ground)(secret, Call(needs=needs))


async def test_the_first_key_may_do_everything_and_a_new_one_reads_and_submits(
    ground: Ground,
) -> None:
    await build_operator(ground).create_key(ONE, name="k")
    first, new = await ground.store.view.keys.list(ONE)
    assert first.scopes == {Scope.READ, Scope.SUBMIT, Scope.ADMIN}
    assert new.scopes == {Scope.READ, Scope.SUBMIT}


async def test_there_is_no_test_mode_yet(ground: Ground) -> None:
    create = build_operator(ground).create_key
    with pytest.raises(Invalid, match="test mode, which this version does not have yet"):
        await create(ONE, name="k", may=Rights(scopes=frozenset({Scope.TEST, Scope.READ})))
    with pytest.raises(Invalid, match="sk_test_ is for the test mode only"):
        await create(ONE, name="k", secret="sk_test_0123456789")
    with pytest.raises(Invalid, match="scope must be one or more"):
        await create(ONE, name="k", may=Rights(scopes=frozenset()))


async def test_a_key_ends(ground: Ground) -> None:
    create, now = build_operator(ground).create_key, ground.clock.now()
    _, later = await create(ONE, name="a", may=Rights(expires_at=now + timedelta(hours=1)))
    _, before = await create(ONE, name="b", may=Rights(expires_at=now))
    assert (await opener(ground)(later, READ)).id == 1
    with pytest.raises(Unauthorised):
        await opener(ground)(before, READ)


async def test_a_key_is_replaced_and_both_open_for_a_while(ground: Ground) -> None:
    operator = build_operator(ground)
    end = ground.clock.now() + timedelta(days=30)
    old, secret = await operator.create_key(
        ONE, name="a", may=Rights(scopes=frozenset({Scope.READ}), expires_at=end)
    )
    new, fresh = await operator.rotate_key(old.id, overlap=timedelta(hours=1))
    assert (new.name, new.scopes, new.expires_at) == (old.name, old.scopes, end)
    for each in (secret, fresh):
        assert (await opener(ground)(each, READ)).id == 1
    again, _ = await operator.rotate_key(new.id, overlap=timedelta(0))
    with pytest.raises(Unauthorised):
        await opener(ground)(fresh, READ)
    for gone in (new.id, 77):
        with pytest.raises(NotAllowed, match="no open key"):
            await operator.rotate_key(type(again.id)(gone), overlap=timedelta(hours=1))
    # An end that comes sooner anyway is kept.
    soon = ground.clock.now() + timedelta(minutes=1)
    brief, _ = await operator.create_key(ONE, name="brief", may=Rights(expires_at=soon))
    await operator.rotate_key(brief.id, overlap=timedelta(days=1))
    kept = await ground.store.view.keys.get(brief.id)
    assert kept is not None
    assert kept.expires_at == soon


async def test_a_revoked_key_is_shut_in_every_process_at_once(ground: Ground) -> None:
    operator = build_operator(ground)
    key, secret = await operator.create_key(ONE, name="k")
    other = await stand(ground.settings, process=1)
    try:
        assert (await opener(other)(secret, READ)).id == 1
        await operator.revoke_key(key.id)
        with pytest.raises(Unauthorised):
            await opener(other)(secret, READ)
    finally:
        await other.close()
    with pytest.raises(Invalid, match="exists already"):
        await operator.create_key(ONE, name="again", secret=secret)


async def test_the_last_use_is_written_once_an_hour(ground: Ground) -> None:
    notes = NoteCalls(store=ground.store, clock=ground.clock)
    open_account = OpenAccount(
        store=ground.store, pepper=ground.pepper, clock=ground.clock, note=notes.used
    )

    async def written() -> int:
        before = ground.store.view
        await notes.write()
        (key,) = await before.keys.list(ONE)
        return 0 if key.used_at is None else int(key.used_at.timestamp())

    assert await written() == 0
    account: Account = await open_account(KEY, READ)
    assert account.key is not None
    first = await written()
    assert abs(first - ground.clock.now().timestamp()) < 60
    async with ground.store.transaction() as tx:
        await tx.keys.used([account.key], at=ground.clock.now() + timedelta(minutes=5))
    marked = await written()
    await open_account(KEY, READ)
    assert await written() == marked > first


async def test_deeds_are_written_with_what_they_tell_of(ground: Ground) -> None:
    operator = build_operator(ground, who="cli:ada")
    account = await operator.create_account(name="ben", plan="test", max_jobs=2)
    await operator.change_account(account.id, max_jobs=3)
    await operator.grant(account.id, package=10, note="welcome")
    key, secret = await operator.create_key(account.id, name="laptop")
    new, fresh = await operator.rotate_key(key.id, overlap=timedelta(hours=1))
    await operator.revoke_key(key.id)
    with pytest.raises(NotAllowed):
        await operator.revoke_key(key.id)
    with pytest.raises(Invalid):
        await operator.grant(account.id, package=-100)
    deeds = await ground.store.view.audit.newest(at_most=7)
    told = [(deed.what, deed.target) for deed in reversed(deeds)]
    assert told == [
        ("account.create", "account:2"),
        ("account.change", "account:2"),
        ("credits.grant", "account:2"),
        ("key.create", f"key:{key.id}"),
        ("key.create", f"key:{new.id}"),
        ("key.rotate", f"key:{key.id}"),
        ("key.revoke", f"key:{key.id}"),
    ]
    assert {deed.who for deed in deeds} == {"cli:ada"}
    words = "".join(deed.detail for deed in await ground.store.view.audit.newest(at_most=99))
    assert secret not in words
    assert fresh not in words


async def test_a_deed_stays_as_it_was_written(ground: Ground) -> None:
    db = sqlite3.connect(ground.settings.database)
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        db.execute("update audit set who = 'nobody'")
    with pytest.raises(sqlite3.IntegrityError, match="only ever added to"):
        db.execute("delete from audit")
    db.close()


async def test_a_flood_of_bad_keys_is_told_of_in_a_few_lines(ground: Ground) -> None:
    notes = NoteCalls(store=ground.store, clock=ground.clock)
    for number in range(1000):
        notes.refused(f"10.0.{number // 250}.{number % 250}")
    await notes.write()
    deeds: list[Deed] = [
        deed
        for deed in await ground.store.view.audit.newest(at_most=2000)
        if deed.what == "key.refused"
    ]
    assert len(deeds) == MOST_ADDRESSES + 1
    assert sum(int(deed.detail.split()[0]) for deed in deeds) == 1000


def test_the_desk(ground: Ground, tmp_path: Path) -> None:
    def run(*words: str) -> str:
        data = str(ground.settings.data)
        result = CliRunner().invoke(cli, ["--data", data, *words], catch_exceptions=False)
        return f"{result.exit_code} {result.output}"

    made = run("keys", "create", "--scope", "read", "--expires", "30d", "--name", "screen")
    assert "read\n" in made.split("scopes")[1].split("expires")[0]
    number = made.split("key")[1].split()[0]
    assert "old_ends" in run("keys", "rotate", number, "--overlap", "2h")
    assert run("keys", "revoke", number).startswith("0 ")
    assert "there is no open key" in run("keys", "revoke", number)
    assert "2 Usage" in run("keys", "create", "--expires", "tomorrow")
    assert "does not have yet" in run("keys", "create", "--scope", "test")
    assert f"key:{number}" in run("audit", "list")
    assert '"who": "cli:' in run("audit", "list", "--json", "--newest", "2")


async def test_the_desk_says_when_the_old_key_ends_and_what_the_new_one_has_spent(
    ground: Ground,
) -> None:
    async def run(*words: str) -> Any:
        given = ["--data", str(ground.settings.data), *words, "--json"]
        # A command has a loop of its own.
        result = await asyncio.to_thread(CliRunner().invoke, cli, given)
        return json.loads(result.stdout)

    old = await run("keys", "create", "--expires", "5m", "--cap", "100")
    ordered = job(ONE, cost=40)
    async with ground.store.transaction() as tx:
        by = replace(ordered, order=replace(ordered.order, key=KeyId(old["key"])))
        assert await tx.keys.spend(by) is None
    new = await run("keys", "rotate", str(old["key"]), "--overlap", "2h")
    kept = {key["key"]: key for key in await run("keys", "list")}
    assert new["old_ends"] == kept[old["key"]]["expires"] == old["expires"]
    assert (kept[old["key"]]["spent"], kept[new["key"]]["spent"], new["spent"]) == (40, 0, 0)
    deed = (await run("audit", "list", "--newest", "1"))[0]
    assert f"ends {old['expires'][:16]} UTC" in deed["detail"]
