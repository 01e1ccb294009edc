"""What a key may spend: exact under a rush, given back with the job, and told in each dialect."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground, build_operator
from kinora.domain.caps import Cap, CapPeriod
from kinora.domain.errors import NotAllowed
from kinora.domain.ids import AccountId, JobId, KeyId

SECRET = "sk-capped-0123456789"
BODY = {"model": "v6", "prompt": "ink", "aspect_ratio": "16:9", "duration": 1, "quality": "360p"}
COST = 5


@pytest.fixture
async def client(ground: Ground) -> AsyncIterator[httpx.AsyncClient]:
    operator = build_operator(ground)
    cap = Cap(credits=12, period=CapPeriod.DAY)
    await operator.create_key(AccountId(1), name="capped", secret=SECRET, cap=cap)
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    headers = {"api-key": SECRET, "authorization": f"Bearer user:1-{SECRET}"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://kinora.test", headers=headers
    ) as opened:
        yield opened


async def submit(client: httpx.AsyncClient, **body: Any) -> Any:
    answer = await client.post("/openapi/v2/video/text/generate", json=BODY | body)
    return answer.json()


async def key_of(ground: Ground) -> Any:
    (key,) = [key for key in await ground.store.view.keys.list() if key.name == "capped"]
    assert key.cap is not None
    assert await ground.store.view.ledger.discrepancies() == []
    return key


async def test_a_cap_is_exact_under_a_rush(ground: Ground, client: httpx.AsyncClient) -> None:
    answers = await asyncio.gather(*(submit(client) for _ in range(9)))
    codes = sorted(answer["ErrCode"] for answer in answers)
    assert codes == [0, 0] + [500090] * 7
    said = next(answer["ErrMsg"] for answer in answers if answer["ErrCode"])
    assert said == (
        "Insufficient balance: the job costs 5 credits; this key may spend 12 credits a day, "
        "of which 10 are spent"
    )
    assert (await key_of(ground)).cap.spent == 10
    account = await ground.store.view.accounts.get(AccountId(1))
    assert account is not None
    assert account.active == 2


async def test_the_other_dialect_says_it_in_its_form(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    body = {"prompt": "ink", "model": "v6", "quality": "360p", "duration": 3}
    answer = await client.post("/v2/pixverse/videos/create", json=body)
    assert answer.status_code == 412
    assert answer.json()["code"] == 412
    assert "this key may spend 12 credits a day, of which 0 are spent" in answer.json()["error"]
    assert (await key_of(ground)).cap.spent == 0


async def test_kinoras_own_door_says_it_too(ground: Ground, client: httpx.AsyncClient) -> None:
    body: dict[str, Any] = {
        "feature": "text_to_video",
        "model": "v6",
        "prompt": "ink",
        "duration": 3,
    }
    body |= {"quality": "360p", "aspect_ratio": "16:9"}
    client.headers["authorization"] = f"Bearer {SECRET}"
    answer = await client.post("/api/jobs", json=body)
    assert answer.status_code == 402
    assert answer.json()["code"] == "cap_reached"
    assert "this key may spend 12 credits a day" in answer.json()["detail"]
    body["duration"] = 2
    answer = await client.post("/api/jobs", json=body)
    assert answer.status_code == 201
    assert (await key_of(ground)).cap.spent == 10


async def test_what_is_given_back_can_be_spent_again(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    first = await submit(client)
    assert (await submit(client, duration=2))["ErrCode"] == 500090
    job = await build_operator(ground).cancel(JobId(first["Resp"]["video_id"]))
    assert job.order.key == (await key_of(ground)).id
    assert (await key_of(ground)).cap.spent == 0
    assert (await submit(client, duration=2))["ErrCode"] == 0
    assert (await key_of(ground)).cap.spent == 2 * COST


async def test_other_keys_of_the_account_are_free(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    other = "sk-other-0123456789"
    await build_operator(ground).create_key(AccountId(1), name="other", secret=other)
    client.headers["api-key"] = other
    assert (await submit(client, duration=8))["ErrCode"] == 0
    assert (await key_of(ground)).cap.spent == 0


async def test_a_cap_can_be_changed_and_what_was_spent_counts(
    ground: Ground, client: httpx.AsyncClient
) -> None:
    await submit(client)
    operator, key = build_operator(ground), await key_of(ground)
    for period in CapPeriod:
        capped = await operator.cap_key(key.id, Cap(credits=7, period=period))
        assert capped.cap == Cap(credits=7, period=period, spent=COST)
        assert (await submit(client))["ErrCode"] == 500090
    assert (await operator.cap_key(key.id, None)).cap is None
    assert (await submit(client))["ErrCode"] == 0
    with pytest.raises(NotAllowed, match="no key 5"):
        await operator.cap_key(KeyId(5), None)


@pytest.mark.parametrize(
    ("period", "since", "until"),
    [
        (CapPeriod.DAY, datetime(2026, 12, 31, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (CapPeriod.MONTH, datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
    ],
)
def test_periods_have_their_bounds(period: CapPeriod, since: datetime, until: datetime) -> None:
    assert period.around(datetime(2026, 12, 31, 23, 59, 59, tzinfo=UTC)) == (since, until)
    assert period.around(until)[0] == until
    assert CapPeriod.TOTAL.around(since) == CapPeriod.TOTAL.around(until)
