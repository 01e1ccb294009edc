"""Endpoints and deliveries over every store."""

import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from kinora.adapters.db.migrate import apply, migrate, migrations, statements
from kinora.adapters.db.sqlite import SqliteStore
from kinora.adapters.db.statements import connect, load_statements
from kinora.adapters.sealing import Sealer
from kinora.domain.breaker import FAILURES, LONGEST_REST, Breaker
from kinora.domain.fact import FactKind
from kinora.domain.ids import DeliveryId, EndpointId
from kinora.domain.signing import Plain, pixverse_signature, query_of, standard_signatures
from kinora.domain.webhook import (
    LONGEST_ASKED,
    Delivery,
    DeliveryState,
    Endpoint,
    Form,
    asked_wait,
)
from kinora.ports.sealing import BadSeal
from kinora.ports.webhooks import ReplayAsk
from tests.contracts.test_store import ADA, ANY_VALUES, BOB, NOW, job, store

__all__ = ["store"]

HOOK = EndpointId(70)
SECOND = timedelta(seconds=1)


@pytest.fixture
async def hooked(store: SqliteStore) -> SqliteStore:
    """A store with one endpoint."""
    async with store.transaction() as tx:
        await tx.endpoints.add(endpoint())
    return store


def endpoint() -> Endpoint:
    return Endpoint(
        id=HOOK,
        account=ADA,
        form=Form.STANDARD,
        url="https://example.com/hook",
        base="http://kinora.test",
        wants=frozenset({FactKind.QUEUED, FactKind.COMPLETED}),
        every_job=True,
        sealed=b"sealed",
        created_at=NOW,
    )


async def test_a_number_of_a_fact_is_never_used_again(hooked: SqliteStore) -> None:
    later = NOW + timedelta(days=40)
    async with hooked.transaction() as tx:
        await tx.outbox.add(FactKind.QUEUED, job(), at=NOW)
        assert await tx.deliveries.spread(at=NOW, at_most=10)
        (first,) = await tx.deliveries.list(HOOK, newest=10)
        await tx.deliveries.end(first, DeliveryState.TAKEN)
        assert await tx.deliveries.replay(first.id, endpoint=HOOK, at=later)
        await tx.deliveries.trim(before=later - timedelta(days=30), at_most=10)
        await tx.outbox.add(FactKind.QUEUED, job(), at=later)
        assert await tx.deliveries.spread(at=later, at_most=10)
        assert len(await tx.deliveries.list(HOOK, newest=10)) == 2


async def test_an_endpoint_comes_back_as_it_was_written(hooked: SqliteStore) -> None:
    changed = replace(
        endpoint(),
        wants=frozenset({FactKind.FAILED}),
        every_job=False,
        enabled=False,
        why_off="gone",
        note="billing",
        former=b"former",
        former_until=NOW + SECOND,
        breaker=Breaker(failures=6, rests=2, open_until=NOW + SECOND, failing_since=NOW),
    )
    assert await hooked.view.endpoints.get(HOOK) == endpoint()
    async with hooked.transaction() as tx:
        await tx.endpoints.save(changed)
    assert await hooked.view.endpoints.of_account(ADA) == [changed]
    assert await hooked.view.endpoints.of_account(None) == [changed]
    assert await hooked.view.endpoints.of_account(BOB) == []
    assert "sealed" not in repr(changed)
    assert "former=" not in repr(changed)


async def test_facts_are_spread_once_to_those_who_want_them(hooked: SqliteStore) -> None:
    mine, theirs = job(ADA), job(BOB)
    async with hooked.transaction() as tx:
        for made in (mine, theirs):
            await tx.jobs.add(made)
            for kind in (FactKind.QUEUED, FactKind.FAILED, FactKind.COMPLETED):
                await tx.outbox.add(kind, made, at=NOW)
    for _ in range(3):
        async with hooked.transaction() as tx:
            await tx.deliveries.spread(at=NOW + SECOND, at_most=4)
    found = await hooked.view.deliveries.list(HOOK, newest=9)
    assert [each.kind for each in found] == [FactKind.COMPLETED, FactKind.QUEUED]
    assert {each.job for each in found} == {mine.id}
    assert await hooked.view.outbox.untold(at_most=9) == []
    # The second of a job waits until the first was taken.
    due = await hooked.view.deliveries.due(HOOK, at=NOW + SECOND, at_most=9)
    assert [each.kind for each in due] == [FactKind.QUEUED]
    later = NOW + timedelta(hours=1)
    async with hooked.transaction() as tx:
        await tx.deliveries.late(replace(due[0], tries=1), again=later)
    assert await hooked.view.deliveries.due_endpoints(at=NOW + SECOND * 2) == []
    (due_later,) = await hooked.view.deliveries.due(HOOK, at=later, at_most=9)
    async with hooked.transaction() as tx:
        await tx.deliveries.end(due_later, DeliveryState.TAKEN)
    (last,) = await hooked.view.deliveries.due(HOOK, at=later, at_most=9)
    assert last.kind is FactKind.COMPLETED


async def test_who_is_off_or_rests_is_passed_over(hooked: SqliteStore) -> None:
    async with hooked.transaction() as tx:
        made = job(ADA)
        await tx.jobs.add(made)
        await tx.outbox.add(FactKind.QUEUED, made, at=NOW)
        await tx.deliveries.spread(at=NOW, at_most=9)
    assert await hooked.view.deliveries.due_endpoints(at=NOW) == [endpoint()]
    for other in (
        replace(endpoint(), enabled=False),
        replace(endpoint(), breaker=Breaker(failures=5, open_until=NOW + SECOND)),
    ):
        async with hooked.transaction() as tx:
            await tx.endpoints.save(other)
        assert await hooked.view.deliveries.due_endpoints(at=NOW) == []


async def test_a_removed_endpoint_leaves_nothing(hooked: SqliteStore) -> None:
    async with hooked.transaction() as tx:
        made = job(ADA)
        await tx.jobs.add(made)
        await tx.endpoints.name(HOOK, job=made.id, base="http://named.test")
        await tx.outbox.add(FactKind.QUEUED, made, at=NOW - SECOND)
        await tx.deliveries.spread(at=NOW, at_most=9)
    (delivery,) = await hooked.view.deliveries.list(HOOK, newest=9)
    assert delivery.base == "http://named.test"
    async with hooked.transaction() as tx:
        assert await tx.endpoints.remove(HOOK)
        assert not await tx.endpoints.remove(HOOK)
    assert await hooked.view.deliveries.get(delivery.id) is None


async def test_lists_and_replays_go_through_all_of_it(hooked: SqliteStore) -> None:
    async with hooked.transaction() as tx:
        for number in range(7):
            made = job(ADA)
            await tx.jobs.add(made)
            await tx.outbox.add(FactKind.COMPLETED, made, at=NOW + number * SECOND)
        await tx.deliveries.spread(at=NOW, at_most=99)
        await tx.deliveries.miss(HOOK)
    view, before = hooked.view.deliveries, None
    seen: list[Delivery] = []
    while page := await view.list(HOOK, newest=3, before=before):
        seen += page
        before = page[-1].id
    assert [each.happened_at for each in seen] == [NOW + n * SECOND for n in reversed(range(7))]
    asked = ReplayAsk(since=NOW + SECOND, until=NOW + 6 * SECOND, taken=False, at_most=2)
    many = []
    for _ in range(4):
        async with hooked.transaction() as tx:
            many.append(await tx.deliveries.replay_all(HOOK, asked, at=NOW + SECOND))
    assert many == [2, 2, 1, 0]
    async with hooked.transaction() as tx:
        wrong = EndpointId(71)
        assert not await tx.deliveries.replay(seen[0].id, endpoint=wrong, at=NOW + SECOND)
        assert not await tx.deliveries.replay(DeliveryId(999), endpoint=HOOK, at=NOW + SECOND)
        assert await tx.deliveries.replay(seen[0].id, endpoint=HOOK, at=NOW + SECOND)


def test_what_happened_before_webhooks_is_told_to_nobody(tmp_path: Path) -> None:
    raw = sqlite3.connect(tmp_path / "old.db", isolation_level=None)
    scripts = migrations()
    number = next(at for at, script in enumerate(scripts) if "create table endpoints" in script)
    for script in scripts[:number]:
        for statement in statements(script):
            raw.execute(statement)
    raw.execute(f"pragma user_version = {number}")
    raw.execute("insert into facts (kind, account, job, at) values ('job.queued', 1, 2, 77)")
    apply(raw, name=tmp_path)
    assert raw.execute("select told_at from facts").fetchall() == [(77,)]
    raw.close()


HOT = (
    "last_untold",
    "spread_facts",
    "tell_facts",
    "due_endpoints",
    "due_deliveries",
    "end_delivery",
    "delivery_late",
    "delivery_before_others",
    "expire_deliveries",
    "miss_deliveries",
    "list_deliveries",
    "replay_deliveries",
    "tries_of",
    "trim_deliveries",
    "callbacks_due",
)


@pytest.mark.parametrize("name", HOT)
def test_statements_never_read_a_whole_table(name: str, tmp_path: Path) -> None:
    migrate(tmp_path / "x.db")
    db = connect(str(tmp_path / "x.db")).raw
    plan = db.execute("explain query plan " + load_statements()[name], ANY_VALUES).fetchall()
    steps = [row["detail"] for row in plan]
    # Subqueries are small: one step of the walk, 500 facts at the most, the kinds of an endpoint.
    whole = [step for step in steps if step.startswith("SCAN") and "INDEX" not in step]
    small = ("waiting", "(subquery", "json_each", "CONSTANT ROW", "2-ROW")
    assert [step for step in whole if not any(word in step for word in small)] == []
    # All that waits for an endpoint may be a lot: what waits for one job is found by the job.
    assert not any("sooner USING INDEX deliveries_due" in step for step in steps)


def test_sealed_secrets_open_only_where_they_belong() -> None:
    sealer = Sealer(b"k" * 32)
    sealed = sealer.seal(b"whsec_abc", about=b"webhook/1")
    assert b"whsec" not in sealed
    assert sealer.seal(b"whsec_abc", about=b"webhook/1") != sealed
    assert sealer.open(sealed, about=b"webhook/1") == b"whsec_abc"
    for other, about in (
        (sealed, b"webhook/2"),
        (sealed[:-1] + bytes([sealed[-1] ^ 1]), b"webhook/1"),
        (b"\x02" + sealed[1:], b"webhook/1"),
        (b"", b"webhook/1"),
    ):
        with pytest.raises(BadSeal, match="secret"):
            sealer.open(other, about=about)
    with pytest.raises(BadSeal):
        Sealer(b"o" * 32).open(sealed, about=b"webhook/1")


def test_signatures_by_hand() -> None:
    """The example of the Standard Webhooks specification, and the fields of the reference."""
    signed = standard_signatures(
        ["whsec_plJ3nmyCDGBKInavdOK15jsl"],
        name="msg_loFOjxBNrRLzqYUf",
        timestamp=1731705121,
        body=b'{"event_type":"ping","data":{"success":true}}',
    )
    assert signed == "v1,rAvfW3dJ/X/qxhsaXPOyyCGmRKsaKWcsNccKXlIktD0="
    fields: dict[str, Plain] = {
        "credits": 60,
        "has_audio": True,
        "size": 2.35,
        "url": "https://a.b/r.mp4?x=1 2",
    }
    assert query_of(fields) == (
        "credits=60&has_audio=true&size=2.35&url=https%3A%2F%2Fa.b%2Fr.mp4%3Fx%3D1+2"
    )
    one = pixverse_signature("key", timestamp=1, nonce="n", fields=fields)
    assert one != pixverse_signature("key", timestamp=2, nonce="n", fields=fields)


def test_a_circuit_opens_after_failures_in_a_row_and_rests_longer_each_time() -> None:
    breaker, at = Breaker(), NOW
    for _ in range(FAILURES - 1):
        breaker = breaker.failed(at=at)
        assert breaker.places(4, at=at) == 1
    rests = []
    for _ in range(9):
        breaker = breaker.failed(at=at)
        assert breaker.open_until is not None
        assert breaker.places(4, at=at) == 0
        # What fails late does not lengthen the rest.
        assert breaker.failed(at=at).open_until == breaker.open_until
        rests.append((breaker.open_until - at).total_seconds())
        at = breaker.open_until
        assert breaker.places(4, at=at) == 1
    assert rests == [30, 60, 120, 240, 480, 960, 1800, 1800, LONGEST_REST.total_seconds()]
    assert breaker.failing_since == NOW
    assert breaker.worked().places(4, at=at) == 4


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        ("0", 0),
        ("", 0),
        ("soon", 0),
        ("-5", 0),
        ("99999999999999999999", 3600),
        ("Fri, 20 Nov 2026 12:01:00 GMT", 60),
        ("Fri, 20 Nov 2026 11:00:00 GMT", 0),
        ("Fri, 20 Nov 2037 11:00:00 -0000", 0),
    ],
)
def test_what_a_receiver_asks_to_wait(text: str, seconds: int) -> None:
    assert asked_wait(text, at=datetime(2026, 11, 20, 12, tzinfo=UTC)) == seconds * SECOND
    assert asked_wait("99999", at=NOW) == LONGEST_ASKED
