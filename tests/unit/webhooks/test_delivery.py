"""What endpoints hear, when, and what happens when they do not listen."""

import base64
import hashlib
import hmac
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import pytest
from standardwebhooks import Webhook, WebhookVerificationError

from kinora.adapters.post import SafePost
from kinora.bootstrap.webhooks import build_deliveries
from kinora.domain.ids import EndpointId, JobId
from kinora.domain.webhook import KEPT, OFF_AFTER, PIXVERSE_WAITS, Delivery, Form
from kinora.ports.store import Outcome
from kinora.usecases.cancel_job import CancelJob
from tests.receiver import LOOPBACK, Got, receiving
from tests.unit.webhooks.house import House

ENDED = ["job.completed", "job.failed", "job.moderated", "job.cancelled"]


def pixverse_signature(got: Got, secret: str, header: str = "webhook-signature") -> bool:
    """Verify as the published samples do: over the fields in the body's order."""
    fields = {
        name: str(value).lower() if isinstance(value, bool) else value
        for name, value in got.body.items()
    }
    stamp, nonce = got.headers["webhook-timestamp"], got.headers["webhook-nonce"]
    signed = f"{stamp}\n{nonce}\n{urlencode(fields)}".encode()
    digest = hmac.new(secret.encode(), signed, hashlib.sha256).digest()
    return hmac.compare_digest(base64.b64encode(digest).decode(), got.headers[header])


async def test_a_standard_receiver_hears_of_every_job_in_order(house: House) -> None:
    async with receiving() as hook:
        endpoint = await house.add(hook)
        film = await house.film()
        await house.jobs.finished()
        assert [await house.tell(), await house.tell(), await house.tell()] == [1, 1, 0]
        for got in hook.got:
            Webhook(endpoint["secret"]).verify(got.raw, got.headers)
        with pytest.raises(WebhookVerificationError):
            Webhook("whsec_" + "A" * 32).verify(hook.got[0].raw, hook.got[0].headers)
    queued, completed = hook.bodies
    assert (queued["type"], queued["data"]["job"]) == ("job.queued", film)
    assert (queued["data"]["state"], queued["data"]["result"]) == ("queued", None)
    assert completed["type"] == "job.completed"
    result = completed["data"]["result"]
    assert (result["type"], result["bytes"]) == ("video", 1000)
    fetched = await house.client.get(result["url"])
    assert (fetched.status_code, len(fetched.content)) == (200, 1000)
    names = [got.headers["webhook-id"] for got in hook.got]
    assert len(set(names)) == 2
    assert all(name.startswith(f"msg_{endpoint['id']}_") for name in names)


async def test_a_pixverse_receiver_hears_how_a_job_that_names_it_ended(house: House) -> None:
    async with receiving() as hook:
        endpoint = await house.add(hook, "pixverse")
        await house.film()
        film = await house.film(webhook_id=endpoint["webhook_id"])
        await house.jobs.finished()
        await house.jobs.finished()
        assert [await house.tell(), await house.tell()] == [1, 0]
    (got,) = hook.got
    assert pixverse_signature(got, endpoint["secret"])
    assert list(got.body) == ["credits", "has_audio", "id", "size", "status", "url"]
    assert (got.body["id"], got.body["status"], got.body["size"]) == (str(film), 1, 0)
    assert len(got.headers["webhook-nonce"]) == 32
    assert got.headers["content-type"] == "application/json"
    assert (await house.client.get(got.body["url"])).status_code == 200


async def test_every_end_is_told(house: House) -> None:
    async with receiving() as hook:
        endpoint = await house.add(hook, "pixverse", every_job=True)
        films = [await house.film() for _ in range(3)]
        await house.jobs.finished()
        await house.jobs.failed()
        await CancelJob(store=house.ground.store, clock=house.ground.clock)(JobId(films[2]))
        assert await house.tell() == 3
    told = {body["id"]: (body["status"], bool(body["url"])) for body in hook.bodies}
    assert told == dict(zip(map(str, films), [(1, True), (8, False), (8, False)], strict=True))
    assert all(pixverse_signature(got, endpoint["secret"]) for got in hook.got)


async def test_only_what_is_wanted(house: House) -> None:
    async with receiving() as hook:
        await house.add(hook, wants=["job.failed"])
        await house.film()
        await house.film()
        await house.jobs.finished()
        await house.jobs.failed()
        assert await house.tell() == 1
    assert [body["type"] for body in hook.bodies] == ["job.failed"]


async def test_the_published_back_off_to_the_second_with_one_name(house: House) -> None:
    async with receiving(500) as hook:
        endpoint = await house.add(hook, "pixverse")
        await house.film(webhook_id=endpoint["webhook_id"])
        await house.jobs.finished()
        assert await house.tell() == 1
        for wait in PIXVERSE_WAITS:
            assert await house.tell(after=wait - timedelta(milliseconds=1)) == 0
            assert await house.tell(after=timedelta(milliseconds=1)) == 1
        assert await house.states(endpoint["id"]) == ["given_up"]
        assert await house.tell(after=timedelta(days=1)) == 0
    assert len(hook.got) == 9
    assert len({got.headers["webhook-id"] for got in hook.got}) == 1
    stamps = [int(got.headers["webhook-timestamp"]) for got in hook.got]
    assert stamps[-1] - stamps[0] == sum(PIXVERSE_WAITS, timedelta()).total_seconds()
    assert len({got.headers["webhook-nonce"] for got in hook.got}) == 9
    assert all(pixverse_signature(got, endpoint["secret"]) for got in hook.got)


async def test_a_standard_receiver_is_tried_for_a_day(house: House) -> None:
    async with receiving(500) as hook:
        endpoint = await house.add(hook, wants=ENDED)
        await house.film()
        await house.jobs.finished()
        start = house.clock.at
        tries = [
            house.clock.at - start
            for _ in range(36 * 12)
            if await house.tell(after=timedelta(minutes=5))
        ]
        assert await house.states(endpoint["id"]) == ["given_up"]
    assert len(tries) == len(hook.got) == 9
    assert timedelta(hours=18) < tries[-1] < timedelta(hours=24)


async def test_500_then_good(house: House) -> None:
    async with receiving(500, 503, 200) as hook:
        endpoint = await house.add(hook, wants=ENDED)
        film = await house.film()
        await house.jobs.finished()
        for _ in range(3):
            assert await house.tell(after=timedelta(minutes=1)) == 1
        (told,) = (await house.call("GET", f"/{endpoint['id']}/log"))["deliveries"]
        row = await house.call("GET", f"/{endpoint['id']}")
    assert (told["state"], told["job"], told["due_at"]) == ("taken", film, None)
    tries = [(each["status"], each["error"], each["answer"]) for each in told["tries"]]
    assert tries == [
        (500, "answered with status 500", "ok"),
        (503, "answered with status 503", "ok"),
        (200, "", "ok"),
    ]
    assert all(each["millis"] >= 0 and each["at"].endswith("Z") for each in told["tries"])
    assert row["failures"] == 0


async def test_the_end_waits_until_the_beginning_was_told(house: House) -> None:
    async with receiving(500, 200) as hook:
        await house.add(hook)
        await house.film()
        assert await house.tell() == 1
        await house.jobs.finished()
        assert await house.tell() == 0
        assert await house.tell(after=timedelta(minutes=1)) == 1
        assert await house.tell() == 1
    assert [body["type"] for body in hook.bodies] == ["job.queued"] * 2 + ["job.completed"]


async def test_retry_after_is_heeded_within_an_hour(house: House) -> None:
    async with receiving(503) as hook:
        await house.add(hook, wants=ENDED)
        await house.film()
        await house.jobs.finished()
        hook.retry_after = "120"
        assert await house.tell() == 1
        assert await house.tell(after=timedelta(seconds=119)) == 0
        hook.retry_after = "9999999"
        assert await house.tell(after=timedelta(seconds=1)) == 1
        assert await house.tell(after=timedelta(minutes=59)) == 0
        assert await house.tell(after=timedelta(minutes=1)) == 1


async def test_410_switches_off_and_what_is_missed_can_be_replayed(house: House) -> None:
    async with receiving(410, 200) as hook:
        endpoint = await house.add(hook, wants=ENDED)
        path = f"/{endpoint['id']}"
        await house.film()
        await house.jobs.finished()
        assert await house.tell() == 1
        row = await house.call("GET", path)
        assert (row["enabled"], "410" in row["why_off"]) == (False, True)
        await house.film()
        await house.jobs.failed()
        assert await house.tell(after=timedelta(hours=1)) == 0
        assert await house.states(endpoint["id"]) == ["missed", "missed"]
        refused = await house.client.post(f"/api/webhooks{path}/replay", json={"delivery": 1})
        assert (refused.status_code, refused.json()["code"]) == (422, "invalid")
        assert (await house.call("POST", path + "/enable"))["enabled"] is True
        since = {"since": "2026-01-01T00:00:00Z"}
        house.clock.at += timedelta(seconds=1)
        assert (await house.call("POST", path + "/replay", json=since)) == {"replayed": 2}
        assert await house.tell(after=timedelta(hours=1)) == 2
        assert (await house.call("POST", path + "/replay", json=since)) == {"replayed": 0}
        again = {**since, "taken": True}
        assert (await house.call("POST", path + "/replay", json=again)) == {"replayed": 2}
        assert await house.tell(after=timedelta(hours=1)) == 2
    names = [got.headers["webhook-id"] for got in hook.got]
    assert len(names) == 5
    assert len(set(names)) == 2


async def test_one_delivery_is_replayed_under_its_name(house: House) -> None:
    async with receiving() as hook:
        endpoint = await house.add(hook, wants=ENDED)
        await house.film()
        await house.jobs.finished()
        assert await house.tell() == 1
        (told,) = (await house.call("GET", f"/{endpoint['id']}/log"))["deliveries"]
        body = {"delivery": told["id"]}
        await house.call("POST", f"/{endpoint['id']}/replay", json=body)
        assert await house.tell(after=timedelta(hours=1)) == 1
        (told,) = (await house.call("GET", f"/{endpoint['id']}/log"))["deliveries"]
    assert len(told["tries"]) == 2
    first, second = hook.got
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == told["name"]
    assert first.headers["webhook-signature"] != second.headers["webhook-signature"]


async def test_a_rotated_secret_overlaps_for_a_day(house: House) -> None:
    for form in ("standard", "pixverse"):
        async with receiving() as hook:
            endpoint = await house.add(hook, form, every_job=True, wants=["job.completed"])
            old, path = endpoint["secret"], f"/{endpoint['id']}"
            new = (await house.call("POST", path + "/rotate"))["secret"]
            assert new != old
            for wait in (timedelta(hours=23), timedelta(hours=2)):
                await house.film()
                await house.jobs.finished()
                assert await house.tell(after=wait) == 1
            await house.call("DELETE", path)
        during, after = hook.got
        if form == "pixverse":
            assert pixverse_signature(during, old)
            assert pixverse_signature(during, new, "webhook-signature-next")
            assert pixverse_signature(after, new)
            assert "webhook-signature-next" not in after.headers
        else:
            assert (signed_by(old, during), signed_by(new, during)) == (True, True)
            assert (signed_by(old, after), signed_by(new, after)) == (False, True)


def signed_by(secret: str, got: Got) -> bool:
    """Verify by the published algorithm, whatever the time."""
    signed = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.raw
    key = base64.b64decode(secret.removeprefix("whsec_"))
    digest = hmac.new(key, signed, hashlib.sha256).digest()
    wanted = "v1," + base64.b64encode(digest).decode()
    return wanted in got.headers["webhook-signature"].split(" ")


async def test_a_secret_that_got_out_is_worth_nothing(house: House) -> None:
    async with receiving() as hook:
        endpoint = await house.add(hook, wants=["job.completed"])
        told = {"at_once": True}
        new = (await house.call("POST", f"/{endpoint['id']}/rotate", json=told))["secret"]
        await house.film()
        await house.jobs.finished()
        assert await house.tell() == 1
    assert (signed_by(endpoint["secret"], hook.got[0]), signed_by(new, hook.got[0])) == (
        False,
        True,
    )


async def test_a_start_anew_tells_what_was_not_noted(house: House) -> None:
    """Whoever was killed after the commit, or after the post, is followed by one who goes on."""
    async with receiving() as hook:
        endpoint = await house.add(hook, wants=ENDED)
        await house.film()
        await house.jobs.finished()
        hook.manner = "held"
        house.clock.at += timedelta(seconds=1)
        assert await house.deliver.begin() == 1
        while not hook.got:
            await house.deliver.crew.wait(0.01)
        await house.deliver.crew.stop()
        assert await house.states(endpoint["id"]) == ["waiting"]
        hook.manner = ""
        post = SafePost(allowed=[LOOPBACK])
        fresh = build_deliveries(house.ground, post)
        assert [await fresh(), await fresh()] == [1, 0]
        assert await house.states(endpoint["id"]) == ["taken"]
        await post.close()
    assert hook.got[0].headers["webhook-id"] == hook.got[1].headers["webhook-id"]


async def test_a_job_that_was_undone_is_told_to_nobody(house: House) -> None:
    async with receiving() as hook:
        await house.add(hook)
        before = await house.ground.store.view.jobs.list(newest=1)
        assert (await house.submit(webhook_id="77"))["ErrCode"] == 400017
        assert await house.tell() == 0
    assert await house.ground.store.view.jobs.list(newest=1) == before


async def test_the_log_is_kept_for_a_month(house: House) -> None:
    async with receiving() as hook:
        endpoint = await house.add(hook)
        await house.film()
        await house.jobs.finished()
        assert [await house.tell(), await house.tell()] == [1, 1]
        view = house.ground.store.view.deliveries
        last, first = await view.list(EndpointId(endpoint["id"]), newest=9)
        house.clock.at += KEPT - timedelta(minutes=1)
        await house.deliver.trim()
        assert len(await view.tries(first.id)) == 1
        house.clock.at += timedelta(minutes=2)
        assert await house.deliver.trim() >= 4, "two deliveries and two facts"
        assert await house.states(endpoint["id"]) == []
        assert await view.tries(first.id) == []
        # Numbers are not used again.
        await house.film()
        assert await house.tell() == 1
        (delivery,) = await view.list(EndpointId(endpoint["id"]), newest=9)
    assert delivery.id > last.id > first.id


async def test_five_days_of_silence_switch_off(house: House) -> None:
    async with receiving(500) as hook:
        endpoint = await house.add(hook, wants=ENDED)
        for _ in range(2):
            await house.film()
            await house.jobs.finished()
            assert await house.tell(after=OFF_AFTER) == 1
        row = await house.call("GET", f"/{endpoint['id']}")
    assert (row["enabled"], row["why_off"]) == (False, "it took nothing for 5 days")


async def test_what_waits_for_a_dead_endpoint_is_given_up_after_a_day(house: House) -> None:
    async with receiving(500) as hook:
        endpoint = await house.add(hook, wants=ENDED)
        for _ in range(8):
            await house.film()
            await house.jobs.finished()
        for _ in range(55):
            await house.tell(after=timedelta(minutes=30))
        assert await house.states(endpoint["id"]) == ["given_up"] * 8
        assert await house.tell(after=timedelta(days=1)) == 0
    # The circuit kept most tries away.
    assert len(hook.got) < 8 * 9


async def test_what_cannot_be_written_backs_off_and_is_given_up(house: House) -> None:
    async def broken(_delivery: Delivery, _outcome: Outcome) -> bytes:
        raise RuntimeError("a fault of the server")

    async with receiving() as hook:
        endpoint = await house.add(hook, "pixverse", every_job=True)
        await house.film()
        await house.jobs.failed()
        house.deliver = replace(house.deliver, write={Form.PIXVERSE: broken})
        assert [await house.tell(), await house.tell()] == [1, 0]
        for _ in range(12):
            await house.tell(after=timedelta(hours=1))
        assert await house.states(endpoint["id"]) == ["given_up"]
        (told,) = (await house.call("GET", f"/{endpoint['id']}/log"))["deliveries"]
    assert {each["error"] for each in told["tries"]} == {"the server could not write what to tell"}
    assert (len(told["tries"]), hook.got) == (9, [])
