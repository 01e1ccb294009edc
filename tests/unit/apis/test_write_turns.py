"""More submits than may wait for a turn to write: some are sent away, all others are kept."""

import asyncio
from typing import Any

import httpx
import pytest

from kinora.adapters.db.writer import MOST_WAITING, Writer
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from kinora.domain.ids import AccountId
from tests.conftest import KEY

PLACES, MANY = 4, 10
PIXVERSE, USEAPI, NATIVE = (
    "/openapi/v2/video/text/generate",
    "/v2/pixverse/videos/create",
    "/api/jobs",
)
CLIP = {"prompt": "a boat", "duration": 1, "quality": "360p"}
BODIES: dict[str, dict[str, Any]] = {
    PIXVERSE: {**CLIP, "model": "v6", "aspect_ratio": "16:9"},
    USEAPI: CLIP,
    NATIVE: {**CLIP, "feature": "text_to_video"},
}
HEADERS = {
    PIXVERSE: {"API-KEY": KEY},
    USEAPI: {"Authorization": f"Bearer user:1-{KEY}"},
    NATIVE: {"Authorization": f"Bearer {KEY}"},
}


def refused(path: str, answer: httpx.Response) -> bool:
    """Tell a refusal, which must have its dialect's form, from a job that was taken."""
    if answer.status_code in (200, 201) and (path != PIXVERSE or answer.json()["ErrCode"] == 0):
        return False
    told = answer.json()
    if path == PIXVERSE:
        assert (answer.status_code, told["ErrCode"]) == (200, 500069)
    elif path == USEAPI:
        assert (answer.status_code, set(told)) == (503, {"error", "code"})
    else:
        assert (answer.status_code, told["status"], told["code"]) == (503, 503, "overloaded")
        assert answer.headers["retry-after"] == "10"
    return True


@pytest.mark.parametrize("path", BODIES, ids=["pixverse", "useapi", "native"])
async def test_who_is_beyond_the_bound_is_sent_away_and_who_waits_is_kept(
    ground: Ground, path: str
) -> None:
    writer: Writer = ground.store._writer
    assert writer._most_waiting == MOST_WAITING
    writer._most_waiting = PLACES
    app = build_api(ground, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:

        async def submit(_: int) -> httpx.Response:
            return await client.post(path, json=BODIES[path], headers=HEADERS[path])

        async with asyncio.timeout(60), ground.store.transaction():
            calls = [asyncio.create_task(submit(number)) for number in range(MANY)]
            # The turn that this block has is not given up before everyone has come.
            done: set[asyncio.Task[httpx.Response]] = set()
            while len(done) < MANY - PLACES:
                ended, _ = await asyncio.wait(
                    set(calls) - done, return_when=asyncio.FIRST_COMPLETED
                )
                done |= ended
            assert all(refused(path, each.result()) for each in done)
        answers = await asyncio.gather(*calls)
        assert sum(refused(path, answer) for answer in answers) == MANY - PLACES
        assert len(await ground.store.view.jobs.list(AccountId(1), newest=MANY)) == PLACES
        assert await ground.store.view.ledger.discrepancies() == []
        assert not refused(path, await submit(MANY))
