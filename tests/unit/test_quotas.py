"""What accounts may keep and do, exactly, however many come at once."""

import asyncio
import base64
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any

import httpx
import msgspec
import pytest
from click.testing import CliRunner

from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.fence import build_fence
from kinora.bootstrap.ground import Ground, stand
from kinora.catalog.plans import load_plans, read_plans
from kinora.cli.main import cli
from kinora.domain.asset import Asset
from kinora.domain.errors import Overloaded, QuotaReached, TooOften
from kinora.domain.ids import AccountId
from kinora.domain.plan import Plan
from kinora.domain.quota import SILENT, Limit, Quota
from kinora.usecases.keep_quota import Places, TakeIn, within_quota
from kinora.usecases.read_quota import ReadQuota
from kinora.usecases.upload_image import UploadImage
from kinora.usecases.upload_media import UploadMedia
from tests.assets import asset as asset_on_paper
from tests.conftest import KEY
from tests.keeper import House
from tests.wire.world import Maker

ONE = AccountId(1)


def paper(ground: Ground, size: int) -> Asset:
    number = ground.mint.id()
    blank = asset_on_paper(64, 64, 1.0, number)
    return replace(blank, account=ONE, size=size, blob=f"given/00/{number}.bin")


async def keep_on(
    ground: Ground, quota: Quota, asset: Asset, plans: Mapping[str, Plan] = MappingProxyType({})
) -> None:
    reads = ReadQuota(otherwise=quota, plans=plans)
    async with ground.store.transaction() as tx:
        await within_quota(tx, await tx.assets.add(asset), reads)


async def kept(ground: Ground) -> int:
    return await ground.store.view.quotas.kept(ONE)


async def test_bytes_are_counted_as_they_come_and_go(
    ground: Ground, photos: Path, tmp_path: Path
) -> None:
    maker = Maker(ground, tmp_path)
    picture = await maker.upload(photos / "cat.jpg", ONE)
    asset = await ground.store.view.assets.get(picture)
    assert asset is not None
    assert await kept(ground) == asset.size > 0
    async with ground.store.transaction() as tx:
        await tx.assets.add(paper(ground, 1000))
        await tx.assets.remove(asset, at=ground.clock.now())
        await tx.assets.remove(asset, at=ground.clock.now())
    assert await kept(ground) == 1000


async def test_a_quota_is_never_passed_by_callers_of_two_processes(ground: Ground) -> None:
    other = await stand(ground.settings, process=1)
    quota = Quota(kept=10_000, uploads=0)

    async def kept_on(on: Ground) -> bool:
        try:
            await keep_on(on, quota, paper(on, 999))
        except QuotaReached:
            return False
        return True

    try:
        said = await asyncio.gather(*[kept_on(on) for _ in range(15) for on in (ground, other)])
    finally:
        await other.close()
    assert sum(said) == 10
    assert await kept(ground) == 9990


async def test_uploads_of_a_day_are_counted_exactly(ground: Ground) -> None:
    keep = partial(keep_on, ground, Quota(uploads=5))
    said = await asyncio.gather(
        *[keep(paper(ground, 1)) for _ in range(20)], return_exceptions=True
    )
    refused = [each for each in said if isinstance(each, TooOften)]
    assert len(refused) == 15
    assert 0 < refused[0].wait <= 86_400
    assert await kept(ground) == 5
    tomorrow = replace(paper(ground, 1), created_at=paper(ground, 1).created_at.replace(year=2030))
    await keep(tomorrow)


async def test_an_account_has_half_of_the_places(ground: Ground) -> None:
    take_in = TakeIn(store=ground.store, clock=ground.clock, places=Places(6))
    async with AsyncExitStack() as stack:
        for _ in range(3):
            await stack.enter_async_context(take_in.place(ONE))
        with pytest.raises(Overloaded):
            await stack.enter_async_context(take_in.place(ONE))
        for _ in range(3):
            await stack.enter_async_context(take_in.place(AccountId(2)))
        with pytest.raises(Overloaded):
            await stack.enter_async_context(take_in.place(AccountId(3)))
    assert take_in.places.taken == {}
    async with take_in.place(ONE):
        pass


TABLE = b"""
[plan.business]
monthly = 1
max_jobs = 25
quota_bytes = 1000
quota_uploads = 2
[plan.free]
monthly = 0
max_jobs = 3
quota_uploads = 0
"""
PLANS = read_plans(TABLE)


def test_plans_say_what_they_say_and_no_more() -> None:
    assert PLANS["business"].quota == Quota(kept=1000, uploads=2)
    assert PLANS["free"].quota == Quota(uploads=0)
    assert {plan.quota for plan in load_plans().values()} == {SILENT}
    with pytest.raises(msgspec.ValidationError, match="quota_uploads"):
        read_plans(TABLE.replace(b"= 2\n", b"= -2\n"))


async def test_a_plan_goes_before_the_settings_where_it_says_something(ground: Ground) -> None:
    reads = ReadQuota(otherwise=Quota(kept=5, uploads=6, fetches=7), plans=PLANS)
    view = ground.store.view
    may = await reads(view, ONE)
    assert (may.kept, may.uploads) == (Limit(1000, "business"), Limit(2, "business"))
    assert may.fetches == Limit(7)
    async with ground.store.transaction() as tx:
        await tx.accounts.change(ONE, name="ada", plan="free", max_jobs=3)
    # Its 0 is as much as one likes, whatever the settings say.
    may = await reads(view, ONE)
    assert (may.kept, may.uploads) == (Limit(5), Limit(0, "free"))
    async with ground.store.transaction() as tx:
        await tx.accounts.change(ONE, name="ada", plan="of old", max_jobs=3)
    assert (await reads(view, ONE)).kept == Limit(5)
    assert (await reads(view, AccountId(77))).uploads == Limit(6)


async def test_refusals_name_the_plan(ground: Ground) -> None:
    generous = Quota(kept=10**9, uploads=10**6, fetches=10**6)
    keep = partial(keep_on, ground, generous, plans=PLANS)
    await keep(paper(ground, 400))
    with pytest.raises(
        QuotaReached, match=r"1001 bytes .*, its quota on the plan business is 1000"
    ):
        await keep(paper(ground, 601))
    await keep(paper(ground, 600))
    with pytest.raises(TooOften, match=r"at most 2 files .* in a day on the plan business"):
        await keep(paper(ground, 0))
    slow = read_plans(TABLE.replace(b"quota_bytes = 1000", b"quota_fetches = 1"))
    take_in = TakeIn(
        store=ground.store,
        clock=ground.clock,
        places=Places(6),
        quota=ReadQuota(otherwise=generous, plans=slow),
    )
    # The minute may end in between.
    said = await asyncio.gather(*[take_in.fetch(ONE) for _ in range(3)], return_exceptions=True)
    assert "at most 1 links are fetched in a minute on the plan business" in map(str, said)
    full = replace(take_in, quota=ReadQuota(otherwise=generous, plans=PLANS))
    await full.check_kept(ONE)
    async with ground.store.transaction() as tx:
        await tx.assets.add(paper(ground, 1))
    with pytest.raises(QuotaReached, match="on the plan business"):
        async with full.place(ONE):
            pass


async def shown(ground: Ground, account: int, **settings: int) -> tuple[int, str]:
    said = {f"KINORA_{name.upper()}": str(value) for name, value in settings.items()}
    given = ["--data", str(ground.settings.data), "accounts", "show", str(account), "--json"]
    # A command has a loop of its own.
    result = await asyncio.to_thread(CliRunner().invoke, cli, given, env=said)
    return result.exit_code, result.output


async def test_an_account_is_shown_with_its_quota_and_its_use(ground: Ground) -> None:
    await keep_on(ground, Quota(uploads=5), paper(ground, 300))
    code, told = await shown(ground, 1, quota_uploads=5)
    assert code == 0
    found = json.loads(told)
    assert (found["account"], found["plan"], found["quotas_of_plan"]) == (1, "business", "")
    assert (found["kept_bytes"], found["quota_bytes"]) == (300, None)
    # The day may end in between.
    assert (found["uploads"] in (0, 1), found["quota_uploads"]) == (True, 5)
    assert (found["fetches"], found["quota_fetches"]) == (0, 120)
    _, told = await shown(ground, 1)
    assert (json.loads(told)["uploads"], json.loads(told)["quota_uploads"]) == (None, None)
    code, told = await shown(ground, 77)
    assert (code, "there is no account 77" in told) == (1, True)


@asynccontextmanager
async def calling(ground: Ground, **settings: Any) -> AsyncIterator[httpx.AsyncClient]:
    under = replace(ground, settings=replace(ground.settings, **settings))
    app = build_api(under, wake=lambda: None, draining=Draining())
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        yield client


async def test_a_full_account_is_told_so_in_every_door(ground: Ground, photos: Path) -> None:
    async with ground.store.transaction() as tx:
        await tx.assets.add(paper(ground, 5000))
    body = (photos / "cat.jpg").read_bytes()
    bearer = {"authorization": f"Bearer user:1-{KEY}"}
    async with calling(ground, quota_bytes=4000) as client:
        answer = await client.post(
            "/openapi/v2/image/upload", headers={"api-key": KEY}, files={"image": body}
        )
        assert answer.json()["ErrCode"] == 500020
        assert "5000 bytes of media, its quota is 4000" in answer.json()["ErrMsg"]
        answer = await client.post("/v2/pixverse/files", headers=bearer, content=body)
        assert (answer.status_code, answer.json()["code"]) == (412, 412)
        name = base64.b64encode(b"cat.jpg").decode()
        tus = {
            "authorization": f"Bearer {KEY}",
            "tus-resumable": "1.0.0",
            "upload-length": str(len(body)),
            "upload-metadata": f"filename {name}",
            "content-type": "application/offset+octet-stream",
        }
        answer = await client.post("/api/uploads", headers=tus, content=body)
        assert (answer.status_code, answer.json()["code"]) == (507, "quota_reached")
        # Nothing new is begun either, which would only be kept.
        clip = {"prompt": "a boat", "duration": 1, "quality": "360p"}
        answer = await client.post("/v2/pixverse/videos/create", headers=bearer, json=clip)
        assert answer.status_code == 412
        answer = await client.get("/v2/pixverse/features", headers=bearer)
        assert answer.status_code == 200


async def test_links_are_fetched_so_many_times_a_minute(ground: Ground) -> None:
    async with calling(ground, quota_fetches=3) as client:

        async def fetch() -> httpx.Response:
            # Refused before it is connected to, and counted all the same.
            link = {"image_url": "http://127.0.0.1:9/x.jpg"}
            headers = {"api-key": KEY}
            return await client.post("/openapi/v2/image/upload", headers=headers, data=link)

        answers = await asyncio.gather(*[fetch() for _ in range(8)])
    codes = sorted(answer.json()["ErrCode"] for answer in answers)
    # The minute may end in between: then three more are let through.
    assert codes.count(500042) in (3, 6)
    late = next(answer for answer in answers if answer.status_code == 429)
    assert 1 <= int(late.headers["retry-after"]) <= 60
    assert "at most 3 links are fetched in a minute" in late.json()["ErrMsg"]


async def test_a_loop_that_is_late_takes_no_new_work(ground: Ground) -> None:
    fence = build_fence(ground)
    app = build_api(ground, wake=lambda: None, draining=Draining(), fence=fence)
    transport = httpx.ASGITransport(app=app)
    bearer = {"authorization": f"Bearer user:1-{KEY}"}
    clip = {"prompt": "a boat", "duration": 1, "quality": "360p"}
    async with httpx.AsyncClient(transport=transport, base_url="http://kinora.test") as client:
        fence.lag.seconds = 3.0
        answer = await client.post("/v2/pixverse/videos/create", headers=bearer, json=clip)
        assert answer.status_code == 503
        assert answer.headers["retry-after"] == "10"
        answer = await client.get("/v2/pixverse/features", headers=bearer)
        assert answer.status_code == 200
        fence.lag.seconds = 0.0
        answer = await client.post("/v2/pixverse/videos/create", headers=bearer, json=clip)
        assert answer.status_code == 200


async def test_a_refused_upload_leaves_nothing_on_the_disk(ground: Ground) -> None:
    house = House(ground.store, ground.settings.data)
    house.quota = ReadQuota(otherwise=Quota(uploads=1))
    for verb in (UploadImage, UploadMedia):
        # The day may end in between.
        for content in (b"one", b"two", b"three"):
            with suppress(TooOften):
                await house.taken_in(verb, content, ONE)
    kept = [each.name for each in await ground.store.view.upkeep.stored(after="", at_most=9)]
    assert len(house.stored()) == len(kept) < 4
