"""No receiver delays another, and no post goes where it must not."""

import asyncio
import ipaddress
import threading
from collections.abc import Sequence
from datetime import timedelta

import pytest

from kinora.adapters.fetch import Address
from kinora.adapters.post import MOST_KEPT, SafePost
from kinora.domain.breaker import FAILURES
from kinora.usecases.crew import EACH
from tests.receiver import LOOPBACK, receiving
from tests.unit.webhooks.house import House, Walls, living

ENDED = ["job.completed"]


async def dead_url() -> str:
    """Return the address of a port where nobody listens."""
    server = await asyncio.start_server(lambda _reader, _writer: None, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    server.close()
    await server.wait_closed()
    return f"http://127.0.0.1:{port}/"


async def test_a_silent_receiver_delays_nobody_and_is_asked_by_few(house: House) -> None:
    async with receiving(manner="held") as slow, receiving() as good:
        await house.add(slow, wants=ENDED)
        await house.add(good, wants=ENDED)
        for _ in range(EACH + 3):
            await house.film()
            await house.jobs.finished()
        house.clock.at += timedelta(seconds=1)
        while len(good.got) < EACH + 3:
            await house.deliver.begin()
            await house.deliver.crew.wait(1)
        assert (slow.most_at_once, len(slow.got)) == (EACH, EACH)
        slow.let_go.set()
        slow.manner = ""
        while house.deliver.crew.under_way or await house.deliver.begin():
            await house.deliver.crew.wait(1)
        assert len(slow.got) == EACH + 3
        assert len({got.headers["webhook-id"] for got in slow.got}) == EACH + 3


async def test_a_circuit_opens_probes_and_closes(house: House) -> None:
    async with receiving(500) as hook:
        endpoint = await house.add(hook, wants=ENDED)
        for _ in range(30):
            await house.film()
            await house.jobs.finished()
        while (await house.call("GET", f"/{endpoint['id']}"))["failures"] < FAILURES:
            await house.tell()
        opened = len(hook.got)
        assert await house.tell(after=timedelta(seconds=28)) == 0
        # After its rest it is asked once, and rests for twice as long.
        assert await house.tell(after=timedelta(seconds=2)) == 1
        assert await house.tell(after=timedelta(seconds=58)) == 0
        hook.statuses = [200]
        assert await house.tell(after=timedelta(seconds=2)) == 1
        assert len(hook.got) == opened + 2
        row = await house.call("GET", f"/{endpoint['id']}")
        assert (row["failures"], row["rests_until"]) == (0, None)
        while await house.tell(after=timedelta(minutes=5)):
            pass
        assert await house.states(endpoint["id"]) == ["taken"] * 30


@pytest.mark.parametrize(
    ("manner", "status", "error"),
    [
        ("drip", None, "no whole answer within 0.3 s"),
        ("silent", None, "no whole answer within 0.3 s"),
        ("huge", 200, ""),
    ],
)
async def test_odd_receivers(walls: Walls, manner: str, status: int | None, error: str) -> None:
    post = SafePost(allowed=[LOOPBACK], patience=0.3 if error else 5.0)
    async with receiving(manner=manner) as hook, living(walls, post) as house:
        endpoint = await house.add(hook, wants=ENDED)
        await house.film()
        await house.jobs.finished()
        assert await house.tell() == 1
        (told,) = (await house.call("GET", f"/{endpoint['id']}/log"))["deliveries"]
        await house.clear()
    await post.close()
    (tried,) = told["tries"]
    assert (tried["status"], tried["error"]) == (status, error)
    assert len(tried["answer"]) == (0 if error else MOST_KEPT)
    assert told["state"] == ("waiting" if error else "taken")


async def test_a_redirect_to_metadata_is_not_followed() -> None:
    asked = []

    async def find(host: str) -> Sequence[Address]:
        asked.append(host)
        return [ipaddress.ip_address(host)]

    post = SafePost(allowed=[LOOPBACK], find=find)
    for status in (301, 302, 303, 307, 308):
        async with receiving(status) as hook:
            answer = await post(hook.url, b"{}")
        assert (answer.taken, answer.status) == (False, status)
        assert "a redirect, which is never followed" in answer.error
    assert set(asked) == {"127.0.0.1"}
    await post.close()


async def test_a_dead_port_and_a_name_that_nobody_knows() -> None:
    async def nobody(host: str) -> Sequence[Address]:
        raise OSError

    post = SafePost(allowed=[LOOPBACK])
    answer = await post(await dead_url(), b"{}")
    assert (answer.taken, answer.status, answer.error) == (False, None, "no connection")
    await post.close()
    post = SafePost(find=nobody)
    assert (await post("http://nowhere.test/", b"{}")).error == "no connection"
    await post.close()


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.1",
        "169.254.169.254",
        "192.168.1.1",
        "::1",
        "fd00::1",
        "fe80::1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::a9fe:a9fe",
    ],
)
async def test_the_address_itself_is_judged(address: str) -> None:
    """A name that was harmless when it was given may lead anywhere when it is called."""

    async def find(host: str) -> Sequence[Address]:
        return [ipaddress.ip_address(address)]

    post = SafePost(find=find)
    answer = await post("https://rebound.test:8443/hook", b"{}")
    assert answer.status is None
    assert answer.error.startswith("the host is not on the open internet")
    await post.close()


async def test_slow_name_servers_are_cut_off_and_hold_nobody_else(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    answered = threading.Event()

    def stuck(host: str) -> Sequence[Address]:
        if host == "slow.test":
            answered.wait(60)
        return [ipaddress.ip_address("127.0.0.1")]

    monkeypatch.setattr("kinora.adapters.fetch.addresses_of", stuck)
    post, hasty = SafePost(allowed=[LOOPBACK], patience=60), SafePost(patience=0.2)
    async with receiving() as hook:
        slow = [asyncio.create_task(post("http://slow.test/", b"{}")) for _ in range(8)]
        assert (await post(hook.url, b"{}")).taken
        assert not any(each.done() for each in slow)
        assert (await hasty("http://slow.test/", b"{}")).error == "no whole answer within 0.2 s"
        answered.set()
        assert {(await each).error for each in slow} == {"no connection"}
    await post.close()
    await hasty.close()
