"""Limits on how often somebody may call."""

import ipaddress
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from kinora.cli.lines import Exchange, Line
from kinora.domain.errors import TooOften
from kinora.web.addresses import Addresses
from kinora.web.limits import Buckets, CallLimits
from tests.conftest import KEY

BALANCE = "/openapi/v2/account/balance"
FEATURES = "/v2/pixverse/features"


def test_a_bucket_lets_a_burst_pass_and_then_its_rate() -> None:
    bucket = Buckets[str](rate=2, burst=3)
    assert [bucket.take("a", now=0) for _ in range(3)] == [0, 0, 0]
    assert bucket.take("a", now=0) == 0.5
    assert bucket.take("b", now=0) == 0
    assert bucket.take("a", now=0.5) == 0
    assert bucket.take("a", now=0.5) == 0.5
    # However long it rests, a bucket holds no more than its burst.
    assert [bucket.take("a", now=1000) for _ in range(4)] == [0, 0, 0, 0.5]


@given(st.lists(st.floats(0, 3), max_size=200), st.floats(0.5, 50), st.floats(1, 20))
def test_no_more_pass_than_the_rate_allows(steps: list[float], rate: float, burst: float) -> None:
    bucket, now, passed = Buckets[str](rate=rate, burst=burst), 0.0, 0
    for step in steps:
        now += step
        passed += bucket.take("a", now=now) == 0
    assert passed <= burst + rate * now + 1e-6


def test_buckets_are_bounded_and_the_oldest_goes_first() -> None:
    bucket = Buckets[int](rate=1, burst=1, most=100)
    for number in range(1000):
        bucket.take(number, now=0)
        bucket.take(0, now=0)
    assert len(bucket) == 100
    assert 0 in bucket
    assert 900 not in bucket
    assert 999 in bucket


def test_no_limit_at_all() -> None:
    bucket = Buckets[str](rate=0, burst=0)
    assert not any(bucket.take("a", now=0) for _ in range(10_000))


def limits(*, keys: float = 0, failures: float = 0) -> CallLimits:
    return CallLimits(
        keys=Buckets(rate=keys, burst=3),
        addresses=Buckets(rate=0, burst=1),
        failures=Buckets(rate=failures, burst=3),
        now=lambda: 0.0,
    )


def test_bad_keys_lock_out_strangers_and_not_a_neighbour() -> None:
    fence = limits(failures=1)
    fence.admit(b"good", address="a")()
    # None has failed yet: they are looked up at the same time.
    for number in range(3):
        fence.admit(b"bad %d" % number, address="a")
    with pytest.raises(TooOften, match="keys that are unknown") as caught:
        fence.admit(b"bad", address="a")
    assert caught.value.wait == 1
    fence.admit(b"good", address="a")
    fence.admit(b"bad", address="b")


def test_many_first_calls_at_once_with_a_good_key_are_no_failures() -> None:
    """So it is after a restart, when no key is known yet."""
    fence = limits(keys=1, failures=1)
    for proved in [fence.admit(b"good", address="a") for _ in range(3)]:
        proved()
    # Each was a call of the key, and none a failure of the address.
    with pytest.raises(TooOften, match="this key"):
        fence.admit(b"good", address="a")
    for number in range(3):
        fence.admit(b"new %d" % number, address="a")


def test_invented_keys_fill_no_memory() -> None:
    fence = limits(keys=1)
    for number in range(100):
        fence.admit(b"%d" % number, address="a")
    assert len(fence.keys) == 0


@pytest.mark.parametrize(
    ("peer", "told", "expected"),
    [
        ("9.9.9.9", [], "9.9.9.9"),
        ("9.9.9.9", ["1.2.3.4"], "9.9.9.9"),
        ("10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6, 1.2.3.4, 10.0.0.7"], "1.2.3.4"),
        ("10.0.0.1", ["6.6.6.6", "1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["10.0.0.9"], "10.0.0.9"),
        ("10.0.0.1", ["nonsense"], "nonsense"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["2001:db8:1:2:3::4"], "2001:db8:1:2::/64"),
        ("2001:db8:1:2:5::6", [], "2001:db8:1:2::/64"),
        # A server that listens on :: sees callers of IPv4 within IPv6.
        ("::ffff:9.9.9.9", [], "9.9.9.9"),
        ("::ffff:10.0.0.1", ["1.2.3.4"], "1.2.3.4"),
        ("10.0.0.1", ["::ffff:1.2.3.4, ::ffff:10.0.0.7"], "1.2.3.4"),
        # Some proxies tell ports, too, which are others at each call.
        ("10.0.0.1", ["1.2.3.4:40001"], "1.2.3.4"),
        ("10.0.0.1", ["1.2.3.4:40001, 10.0.0.7:80"], "1.2.3.4"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]:40001"], "2001:db8:1:2::/64"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]"], "2001:db8:1:2::/64"),
        ("fe80::1%eth0", [], "fe80::/64"),
        ("", [], ""),
    ],
)
def test_addresses(peer: str, told: list[str], expected: str) -> None:
    address = Addresses([ipaddress.ip_network("10.0.0.0/8")])
    headers = [(b"x-forwarded-for", hop.encode()) for hop in told]
    scope: dict[str, Any] = {"client": (peer, 1) if peer else None, "headers": headers}
    assert address(scope) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("2001:db8:1:2::3", "2001:db8:1:2::4"),
        ("::ffff:9.9.9.9", "9.9.9.9"),
    ],
)
def test_who_has_many_addresses_has_the_connections_of_one(one: str, other: str) -> None:
    exchange = Exchange(
        most=100,
        most_of_address=2,
        head_seconds=1,
        body_seconds=1,
        body_rate=1,
        is_proxy=Addresses([ipaddress.ip_network("10.0.0.0/8")]).is_proxy,
    )
    first, second, third = (Line.__new__(Line) for _ in range(3))
    assert exchange.take(first, one)
    assert exchange.take(second, other)
    assert not exchange.take(third, one)
    for stranger in ("::ffff:8.8.8.8", "2001:db8:1:3::3", *["::ffff:10.0.0.1"] * 3):
        assert exchange.take(Line.__new__(Line), stranger)
    exchange.let_go(second, other)
    assert exchange.take(third, one)


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    settings = replace(
        ground.settings,
        rate_per_key=0.001,
        rate_per_address=0.002,
        rate_failures=0.001,
        rate_burst=5000,
        trusted_proxies=("127.0.0.1/32",),
    )
    app = build_api(replace(ground, settings=settings), wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        yield client


async def calls(client: httpx.AsyncClient, path: str, headers: dict[str, str]) -> list[int]:
    return [(await client.get(path, headers=headers)).status_code for _ in range(12)]


def wait_of(answer: httpx.Response) -> int:
    assert answer.status_code == 429
    return int(answer.headers["retry-after"])


async def test_a_key_is_limited_wherever_it_comes_from(client: httpx.AsyncClient) -> None:
    for number in range(5):
        headers = {"api-key": KEY, "x-forwarded-for": f"1.1.1.{number}"}
        assert (await client.get(BALANCE, headers=headers)).json()["ErrCode"] == 0
    answer = await client.get(BALANCE, headers={"api-key": KEY, "x-forwarded-for": "1.1.1.9"})
    assert wait_of(answer) in range(990, 1001)
    assert answer.json()["ErrCode"] == 500069
    assert answer.json()["ErrMsg"].startswith("System is currently experiencing high load")
    # The same key through the other doors.
    answer = await client.get(FEATURES, headers={"authorization": f"Bearer user:1-{KEY}"})
    assert wait_of(answer) in range(990, 1001)
    assert answer.json()["code"] == 429
    told = {"authorization": f"Bearer {KEY}", "tus-resumable": "1.0.0", "upload-length": "9"}
    answer = await client.post("/api/uploads", headers=told)
    assert wait_of(answer) in range(990, 1001)
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["code"] == "too_often"


@pytest.mark.parametrize(
    ("path", "mark"),
    [
        (BALANCE, '"ErrCode":500069'),
        (FEATURES, '"code":429'),
        ("/media/1/2.3/x", '"code":"too_often"'),
        ("/docs/pixverse", '"code":"too_often"'),
        ("/openapi/v2/nowhere", '"ErrCode":500069'),
    ],
)
async def test_an_address_is_limited_in_every_door(
    client: httpx.AsyncClient, path: str, mark: str
) -> None:
    headers = {"x-forwarded-for": "8.8.8.8"}
    statuses = await calls(client, path, headers)
    assert 429 not in statuses[:10]
    assert statuses[10:] == [429, 429]
    answer = await client.get(path, headers=headers)
    assert wait_of(answer) in range(490, 501)
    assert mark in answer.text
    assert answer.headers["x-frame-options"] == "DENY"
    other = await client.get(path, headers={"x-forwarded-for": "8.8.4.4"})
    assert other.status_code != 429


async def test_health_is_never_limited(client: httpx.AsyncClient) -> None:
    assert await calls(client, "/healthz", {}) == [200] * 12


async def test_guessing_keys_ends_soon(client: httpx.AsyncClient) -> None:
    stranger = {"api-key": "sk-guess", "x-forwarded-for": "6.6.6.6"}
    codes = [(await client.get(BALANCE, headers=stranger)).json()["ErrCode"] for _ in range(7)]
    assert codes == [400012] * 5 + [500069] * 2
    # A key that was never seen here has to wait as well, or guessing would go on.
    unseen = {"api-key": KEY, "x-forwarded-for": "6.6.6.6"}
    assert (await client.get(BALANCE, headers=unseen)).status_code == 429
    seen = {"api-key": KEY, "x-forwarded-for": "7.7.7.7"}
    assert (await client.get(BALANCE, headers=seen)).status_code == 200
    assert (await client.get(BALANCE, headers=unseen)).status_code == 200
