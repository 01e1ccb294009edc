"""What holds for all calls of an account: where its jobs are told."""

from pathlib import Path
from typing import Any

from kinora.bootstrap.ground import Ground
from tests.unit.apis.useapi import Caller, calling, other_account

OURS, CALLS = "https://example.com/all", "https://example.com/one"
CREATED = (
    ("/videos/create", {"prompt": "a"}),
    ("/images/create", {"prompt": "a", "create_count": 2}),
    ("/music/create", {"prompt": "a", "instrumental": True}),
    ("/speech/create", {"text": "a", "voice_id": "auto"}),
)


async def account(caller: Caller, method: str, **sent: Any) -> tuple[int, Any]:
    answer = await caller.client.request(method, "/v2/account", **sent)
    return answer.status_code, answer.json()


async def test_an_address_for_all_jobs_is_kept(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        assert await account(caller, "GET") == (200, {"replyUrl": ""})
        for sent in ({"json": {"replyUrl": OURS}}, {"data": {"replyUrl": OURS}}):
            assert await account(caller, "POST", **sent) == (200, {"replyUrl": OURS})
        assert await account(caller, "GET") == (200, {"replyUrl": OURS})
        for wrong, sentence in (
            ("x" * 1025, "replyUrl is too long"),
            ("ftp://example.com", "replyUrl must be an http or https address"),
            (["https://example.com"], "replyUrl must be a string"),
        ):
            status, told = await account(caller, "POST", json={"replyUrl": wrong})
            assert (status, told) == (400, {"error": sentence, "code": 400})
    async with calling(ground, tmp_path, token=await other_account(ground)) as caller:
        assert await account(caller, "GET") == (200, {"replyUrl": ""})
    async with calling(ground, tmp_path, token="Bearer user:1-no") as caller:
        assert (await account(caller, "POST", json={"replyUrl": OURS}))[0] == 401


async def test_every_job_is_told_there_unless_its_call_says_otherwise(
    ground: Ground, tmp_path: Path
) -> None:
    async with calling(ground, tmp_path) as caller:
        await account(caller, "POST", json={"replyUrl": OURS})
        for path, body in CREATED:
            await caller.post(path, **body)
            await caller.post(path, **body, replyUrl=CALLS)
        told = [each["replyUrl"] for each in await caller.get("/scheduler")]
        assert sorted(told) == [OURS] * 5 + [CALLS] * 5
        await account(caller, "POST", json={"replyUrl": ""})
        await caller.post(*CREATED[0][:1], **CREATED[0][1])
        (newest, *_) = await caller.get("/scheduler")
        assert "replyUrl" not in newest
