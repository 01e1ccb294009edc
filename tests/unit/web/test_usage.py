"""Pages of usage: every row once, in order, whatever the page's size."""

from typing import Any

import httpx
import pytest

from kinora.apis.pixverse.routes import PREFIX
from kinora.bootstrap.ground import Ground
from tests.unit.web.test_replay import calling, submit

PATH = PREFIX + "/account/billing/usage-detail"


@pytest.mark.parametrize("limit", [1, 3, 4, 100])
async def test_all_rows_come_once(ground: Ground, limit: int) -> None:
    async with calling(ground) as client:
        for number in range(7):
            told = await submit(client, **{"Ai-trace-id": f"not a uuid {number}"})
            assert told["ErrCode"] == 0
        rows, cursor = [], ""
        while True:
            page = (await ask(client, limit=limit, cursor=cursor))["Resp"]
            rows += page["items"]
            cursor = page["next_cursor"]
            assert page["has_more"] == bool(cursor)
            if not cursor:
                break
            assert len(page["items"]) == limit
        ids = [row["id"] for row in rows]
        assert len(ids) == len(set(ids)) == 7
        assert ids == sorted(ids, reverse=True)
        assert {row["credits"] for row in rows} == {5}


async def test_a_cursor_keeps_its_times(ground: Ground) -> None:
    async with calling(ground) as client:
        for number in range(2):
            await submit(client, **{"Ai-trace-id": f"no uuid {number}"})
        window = {"start_time": "2020-01-01 00:00:00", "end_time": "2020-01-02 00:00:00"}
        assert (await ask(client, **window))["Resp"]["items"] == []
        now = (await ask(client, limit=1))["Resp"]
        again = (await ask(client, cursor=now["next_cursor"], **window))["Resp"]
        assert len(again["items"]) == 1


async def ask(client: httpx.AsyncClient, **body: object) -> Any:
    answer = (await client.post(PATH, json=body)).json()
    assert answer["ErrCode"] == 0, answer
    return answer
