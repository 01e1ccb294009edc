"""Keeping endpoints: over Kinora's own API, on the command line, and by name in the dialect."""

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from standardwebhooks import Webhook

from kinora.adapters.clock import SystemClock
from kinora.bootstrap.ground import build_operator
from kinora.cli.main import cli
from kinora.domain.ids import EndpointId
from kinora.domain.webhook import MOST_ENDPOINTS
from tests.receiver import receiving
from tests.unit.webhooks.house import House, Walls

OTHER = "sk-someone-else-0123456789"
GOOD = {"url": "https://example.com/hook"}


@pytest.fixture(scope="module")
def stranger(walls: Walls) -> str:
    """The key of another account."""

    async def make() -> None:
        operator = build_operator(walls.ground)
        account = await operator.create_account(name="other", plan="test", max_jobs=5)
        await operator.create_key(account.id, name="other", secret=OTHER)

    asyncio.run(make())
    return OTHER


async def test_an_endpoint_from_birth_to_death(house: House) -> None:
    body = {**GOOD, "form": "pixverse", "wants": ["job.completed"], "note": "billing"}
    answer = await house.client.post("/api/webhooks", json=body)
    made = answer.json()
    secret = made.pop("secret")
    assert (answer.status_code, answer.headers["cache-control"]) == (201, "no-store")
    assert len(secret) == 64
    assert made | body == made
    assert (made["every_job"], made["enabled"]) == (False, True)
    assert made["webhook_id"] == str(made["id"])
    assert await house.call("GET", "") == {"webhooks": [made]}
    assert await house.call("GET", f"/{made['id']}") == made
    kept = await house.ground.store.view.endpoints.get(EndpointId(made["id"]))
    assert kept is not None
    assert secret.encode() not in kept.sealed
    off = await house.call("POST", f"/{made['id']}/disable")
    assert (off["enabled"], off["why_off"]) == (False, "it was switched off by its owner")
    assert (await house.call("POST", f"/{made['id']}/enable")) == made
    assert await house.call("DELETE", f"/{made['id']}") is None
    assert (await house.client.get(f"/api/webhooks/{made['id']}")).status_code == 404


@pytest.mark.parametrize(
    ("body", "status", "sentence"),
    [
        (b"{", 400, "the body is not valid JSON"),
        ({}, 422, "missing required field `url`"),
        ({"url": 7}, 422, "Expected `str`, got `int` - at `url`"),
        ({"url": "ftp://a.b/"}, 422, "url: the link must be an http or https URL"),
        ({"url": "https://me:word@a.b/"}, 422, "url: the link must not carry a user name"),
        ({"url": "http://10.0.0.1/"}, 422, "not on the open internet"),
        ({"url": "http://\u202e.com/"}, 422, "url: the link is not a URL"),
        ({"url": "http://a.b/\r\nx: y"}, 422, "url: the link is not a URL"),
        ({"url": "http://[::ffff:169.254.169.254]/"}, 422, "not on the open internet"),
        ({"url": "https://a.b/" + "x" * 2048}, 422, "url must have at most 2048 characters"),
        ({**GOOD, "form": "json"}, 422, "`form`; allowed: pixverse, standard"),
        ({**GOOD, "wants": ["job.done"]}, 422, "allowed: job.queued, job.completed"),
        ({**GOOD, "form": "pixverse", "wants": ["job.queued"]}, 422, "pixverse knows only job.ca"),
        ({**GOOD, "note": "x" * 201}, 422, "note must have at most 200 characters"),
        ({**GOOD, "secret": "mine"}, 422, "unknown field `secret`; known: url, form, wants"),
    ],
)
async def test_what_is_refused(house: House, body: Any, status: int, sentence: str) -> None:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    answer = await house.client.post("/api/webhooks", content=raw)
    told = answer.json()
    assert answer.headers["content-type"] == "application/problem+json"
    assert (answer.status_code, told["status"]) == (status, status)
    assert sentence in told["detail"]


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("replay", {}, 422),
        ("replay", {"delivery": 1, "since": "2026-01-01T00:00:00Z"}, 422),
        ("replay", {"delivery": 1}, 422),
        ("replay", {"since": "2026-01-01T00:00:00"}, 422),
        ("replay", {"since": "yesterday"}, 422),
        ("replay", {"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, 422),
        ("rotate", {"at_once": "yes"}, 422),
        ("log?newest=101", None, 422),
        ("log?before=x", None, 422),
    ],
)
async def test_odd_calls(house: House, path: str, body: Any, status: int) -> None:
    async with receiving() as hook:
        made = await house.add(hook)
    url = f"/api/webhooks/{made['id']}/{path}"
    answer = await (
        house.client.post(url, json=body) if body is not None else house.client.get(url)
    )
    assert (answer.status_code, answer.json()["code"]) == (status, "invalid")


async def test_strangers_see_and_change_nothing(house: House, stranger: str) -> None:
    async with receiving() as hook:
        made = await house.add(hook)
        headers = {"Authorization": f"Bearer {stranger}"}
        one = f"/api/webhooks/{made['id']}"
        calls = [
            ("GET", one),
            ("DELETE", one),
            ("GET", f"{one}/log"),
            *(("POST", f"{one}/{verb}") for verb in ("rotate", "enable", "disable", "test")),
            ("GET", "/api/webhooks/1"),
            ("GET", "/api/webhooks/x"),
            ("GET", "/api/webhooks/" + "9" * 30),
        ]
        for method, path in calls:
            answer = await house.client.request(method, path, headers=headers)
            assert (answer.status_code, answer.json()["code"]) == (404, "webhook_not_found"), path
        since = {"since": "2026-01-01T00:00:00Z"}
        replayed = await house.client.post(f"{one}/replay", json=since, headers=headers)
        assert replayed.status_code == 404
        assert (await house.client.get("/api/webhooks", headers=headers)).json() == {"webhooks": []}
        assert hook.got == []
        refused = await house.client.get(one, headers={"Authorization": "Bearer no"})
        assert refused.status_code == 401
        told = await house.client.post(
            "/openapi/v2/video/text/generate",
            json={"model": "v6", "prompt": "x", "aspect_ratio": "16:9", "duration": 1}
            | {"quality": "360p", "webhook_id": str(made["id"])},
            headers={"API-KEY": stranger},
        )
        assert told.json()["ErrCode"] in (500020, 500090)


async def test_a_job_of_our_own_door_names_a_webhook(house: House, stranger: str) -> None:
    job = {"feature": "text_to_video", "prompt": "a boat", "duration": 1, "quality": "360p"}
    async with receiving() as hook:
        made = await house.add(hook, "pixverse")
        for number, name in enumerate((made["id"], made["webhook_id"])):
            key = {"Idempotency-Key": f"once-{made['id']}-{number}"}
            body = job | {"webhook_id": name}
            twice = [await house.client.post("/api/jobs", json=body, headers=key) for _ in "ab"]
            assert [each.status_code for each in twice] == [201, 201]
            answer = twice[1].json()
            gone = await house.client.delete(f"/api/jobs/{answer['id']}")
            assert gone.status_code == 204
            await house.tell()
            assert [body["id"] for body in hook.bodies] == [str(answer["id"])]
            hook.got.clear()
    before = await house.client.get("/api/jobs?limit=1")
    other = (await house.ground.store.view.accounts.list())[-1]
    await build_operator(house.ground).grant(other.id, package=100)
    foreign = {"Authorization": f"Bearer {stranger}"}
    refused = [
        await house.client.post("/api/jobs", json=job | {"webhook_id": 77}),
        await house.client.post("/api/jobs", json=job | {"webhook_id": "x"}),
        await house.client.post(
            "/api/jobs", json=job | {"webhook_id": made["id"]}, headers=foreign
        ),
    ]
    told = "webhook_id: there is no webhook with this id"
    assert {(each.status_code, each.json()["detail"]) for each in refused} == {(422, told)}
    assert (await house.client.get("/api/jobs?limit=1")).json() == before.json()
    theirs = await house.client.get("/api/jobs", headers=foreign)
    assert theirs.json()["jobs"] == []
    odd = await house.client.post("/api/jobs", json=job | {"webhook_id": True})
    assert (odd.status_code, odd.json()["detail"][:10]) == (422, "webhook_id")


async def test_a_sample_is_posted_at_once(house: House) -> None:
    async with receiving(200, 403) as hook:
        made = await house.add(hook)
        path = f"/{made['id']}/test"
        good = await house.call("POST", path)
        bad = await house.call("POST", path)
    assert (good["taken"], good["status"], good["error"], good["answer"]) == (True, 200, "", "ok")
    assert (bad["taken"], bad["status"]) == (False, 403)
    assert Webhook(made["secret"]).verify(hook.got[0].raw, hook.got[0].headers) == {
        "type": "webhook.test",
        "timestamp": hook.bodies[0]["timestamp"],
        "data": {},
    }


async def test_an_account_has_so_many(house: House) -> None:
    for _ in range(MOST_ENDPOINTS):
        assert (await house.client.post("/api/webhooks", json=GOOD)).status_code == 201
    answer = await house.client.post("/api/webhooks", json=GOOD)
    assert answer.json()["detail"].startswith("an account has at most 50 webhooks")


async def test_a_repeat_names_nothing_anew(house: House) -> None:
    """A submit that comes twice makes one job, which is told of once."""
    async with receiving() as hook:
        made = await house.add(hook, "pixverse")
        trace = {
            "Ai-trace-id": "0f6a3c52-8a3c-4f0e-9d2b-3c1d5a6b7c8d",
            "API-KEY": "sk-test-0123456789",
        }
        body = {"model": "v6", "prompt": "x", "aspect_ratio": "16:9", "duration": 1}
        body |= {"quality": "360p", "webhook_id": made["webhook_id"]}
        answers = [
            (await house.client.post("/openapi/v2/video/text/generate", json=body, headers=trace))
            for _ in range(2)
        ]
        assert answers[0].json() == answers[1].json()
        await house.jobs.finished()
        assert await house.tell() == 1
    assert hook.got[0].headers["ai-trace-id"] == trace["Ai-trace-id"]


@pytest.fixture
def desk(walls: Walls, house: House) -> "Desk":
    return Desk(walls.ground.settings.data)


class Desk:
    """The command line, run apart from the event loop."""

    def __init__(self, data: Path) -> None:
        self.data = data

    async def __call__(self, *words: str, env: dict[str, str] | None = None) -> Result:
        line = ["--data", str(self.data), "webhooks", *words]
        env = {"KINORA_ALLOWED_NETWORKS": "127.0.0.0/8", **(env or {})}
        return await asyncio.to_thread(CliRunner().invoke, cli, line, env=env)

    async def json(self, *words: str) -> Any:
        result = await self(*words, "--json")
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)


async def test_the_command_line(house: House, desk: Desk) -> None:
    async with receiving(200, 500, 200) as hook:
        made = await desk.json("add", hook.url, "--want", "job.completed", "--note", "ci")
        number = str(made["webhook"])
        assert made["secret"].startswith("whsec_")
        (row,) = await desk.json("list")
        assert row == {name: value for name, value in made.items() if name != "secret"}
        assert (row["hears"], row["of"]) == ("completed", "every job")
        assert (await desk.json("test", number))["taken"] is True
        failed = await desk("test", number)
        assert (failed.exit_code, "answered with status 500" in failed.output) == (1, True)
        assert (await desk("log", number)).output == "nothing was told yet\n"
        # The command line has a clock of its own.
        house.clock.at = SystemClock().now()
        await house.film()
        await house.jobs.finished()
        assert await house.tell(after=timedelta()) == 1
        (told,) = await desk.json("log", number)
        assert (told["state"], told["status"], told["error"]) == ("taken", 200, "")
        new = await desk.json("rotate", number)
        assert new["secret"] != made["secret"]
        assert new["former_good_until"]
        assert (await desk.json("rotate", number, "--at-once"))["former_good_until"] is None
        assert (await desk.json("disable", number))["on"] is False
        assert (await desk("replay", number, "--since", "1h")).exit_code == 1
        assert (await desk.json("enable", number))["on"] is True
        since = ("--since", "1h", "--until", "2100-01-01T00:00:00", "--taken")
        assert await desk.json("replay", number, *since) == {"replayed": 1}
        assert await desk.json("remove", number) == {"webhook": int(number), "removed": True}
        gone = await desk("remove", number)
        assert gone.output == "Error: there is no webhook with this id\n"


async def test_words_that_the_command_line_does_not_know(desk: Desk) -> None:
    for words, sentence in (
        (("add", "http://10.0.0.1/"), "not on the open internet"),
        (("add", "https://a.b/", "--form", "xml"), "'pixverse', 'standard'"),
        (("replay", "7"), "give either --delivery or --since"),
        (("replay", "7", "--since", "soon"), "'soon' is no time; write 90m, 24h, 7d"),
        (("add", "https://a.b/", "--account", "99"), "there is no account 99"),
    ):
        result = await desk(*words)
        assert result.exit_code != 0
        assert sentence in result.output


async def test_another_secret_of_the_installation_opens_nothing(house: House) -> None:
    """A copied database without its data folder's secret signs nothing, and says so."""
    async with receiving() as hook:
        made = await house.add(hook)
        async with house.ground.store.transaction() as tx:
            kept = await tx.endpoints.get(EndpointId(made["id"]))
            assert kept is not None
            await tx.endpoints.save(replace(kept, sealed=kept.sealed[:-1] + b"x"))
        await house.film()
        assert await house.tell() == 1
        (told,) = (await house.call("GET", f"/{made['id']}/log"))["deliveries"]
        assert "cannot be opened" in told["tries"][0]["error"]
        answer = await house.client.post(f"/api/webhooks/{made['id']}/test")
        assert answer.status_code == 422
        assert hook.got == []
