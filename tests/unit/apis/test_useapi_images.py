"""Pictures: every model of the table, how they are read, listed and deleted."""

import errno
from datetime import timedelta
from pathlib import Path

import pytest

from kinora.apis.pixverse.answers import video_result
from kinora.apis.useapi.models import load_table
from kinora.apis.useapi.offer import still_size
from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.ground import Ground, build_clear
from kinora.domain.ids import JobId
from kinora.domain.job import Job
from kinora.domain.order import TextToImage, Words
from kinora.ports.faults import Point, arm
from kinora.usecases.fail_job import FailJob
from tests.unit.apis.useapi import LANE, Caller, calling, number_in, other_account

SEED_001 = [
    *("image_id", "image_status", "account_id", "asset_id", "asset_source", "asset_type"),
    *("create_mode", "creation_type", "model", "prompt", "quality", "aspect_ratio", "seed"),
    *("image_path", "image_url", "output_width", "output_height", "customer_img_paths"),
    *("customer_img_urls", "platform", "queue_data", "created_at", "updated_at"),
    *("is_collected", "water_mark", "media_locked", "image_status_name", "image_status_final"),
]
QUEUE = ["estimated_gen_time", "processing_start_time", "queue_count", "queue_time"]


async def job_of(caller: Caller, name: str) -> Job:
    found = await caller.ground.store.view.jobs.get(JobId(number_in(name)))
    assert found is not None
    return found


async def test_every_model_at_every_quality(ground: Ground, tmp_path: Path) -> None:
    table = load_table()
    async with calling(ground, tmp_path) as caller:
        for model, quality in ((m, q) for m, row in table.image.items() for q in row.credits):
            row = table.image[model]
            detail = {"detail_level": "high"} if row.details else {}
            asked = {"model": model, "quality": quality, "prompt": "a red fox", **detail}
            told = await caller.post("/images/create", **asked)
            assert told["cost_credits"] == row.credits[quality] * (2 if detail else 1)
            assert told["success_ids"] == [told["image_id"]]
            read = await caller.get(f"/images/{told['image_id']}")
            assert (read["model"], read["quality"]) == (model, quality)
            assert read["aspect_ratio"] == table.ratios_of(row)[0]
            # A quality is a picture's short side.
            made = (await job_of(caller, told["image_id"])).shape
            assert min(made.width, made.height) == int(quality[:-1])
            await caller.client.delete(f"{PREFIX}/scheduler/{told['image_id']}")


async def test_what_is_ordered(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.post("/images/create", prompt="a red fox", create_count="4", seed=7)
        jobs = [await job_of(caller, name) for name in told["success_ids"]]
    assert told["cost_credits"] == 20
    assert told["image_id"] == told["success_ids"][0]
    assert [job.seed for job in jobs] == [7, 8, 9, 10]
    assert {job.order.ask for job in jobs} == {TextToImage(words=Words(prompt="a red fox"))}
    assert all(name.startswith(f"{LANE}-image:") for name in told["success_ids"])


@pytest.mark.parametrize(
    ("quality", "ratio", "size"),
    [
        ("720p", "1:1", (720, 720)),
        ("1080p", "auto", (1920, 1080)),
        ("1080p", "2:3", (1080, 1620)),
        ("2160p", "21:9", (3840, 1646)),
        ("512p", "4:5", (512, 640)),
    ],
)
def test_sizes(quality: str, ratio: str, size: tuple[int, int]) -> None:
    assert still_size(quality, ratio) == size


async def test_a_pictures_life_has_every_field(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        await caller.post("/videos/create", prompt="before it")
        told = await caller.post("/images/create", prompt="a red fox", model="seedream-4.0")
        path = f"/images/{told['image_id']}"
        row = await caller.get(path)
        assert list(row) == SEED_001
        assert (row["image_status"], row["image_status_name"]) == (5, "QUEUED")
        assert (row["image_status_final"], row["image_url"]) == (False, "")
        assert list(row["queue_data"]) == [each for each in QUEUE if each != "estimated_gen_time"]
        assert row["queue_data"]["queue_count"] == 1
        assert row["queue_data"]["processing_start_time"] == ""
        await caller.finished()
        await caller.finished()
        row = await caller.get(path)
    assert list(row) == SEED_001
    assert (row["image_status"], row["image_status_final"]) == (1, True)
    assert (row["output_width"], row["output_height"]) == (1920, 1080)
    assert row["image_url"].startswith("http://kinora.test/media/")
    assert row["image_path"] == f"image/{row['asset_id']}.jpg"
    assert row["queue_data"]["queue_count"] == 0
    assert row["queue_data"]["processing_start_time"].endswith("Z")
    assert (row["create_mode"], row["customer_img_urls"]) == ("t2i", None)


async def test_estimates_follow_the_work(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.post("/images/create", prompt="a red fox")
        job = await caller.started()
        earlier = job.started_at - timedelta(seconds=30) if job.started_at else None
        async with ground.store.transaction() as tx:
            await tx.jobs.progress(job.id, attempt=job.attempt, done=0.5)
        row = await caller.get(f"/images/{told['image_id']}")
    assert earlier is not None
    assert (row["image_status"], row["image_status_name"]) == (9, "GENERATING")
    assert 1 <= row["queue_data"]["estimated_gen_time"] <= 5


async def test_a_picture_that_failed(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.post("/images/create", prompt="a red fox")
        await caller.failed()
        row = await caller.get(f"/images/{told['image_id']}")
    assert list(row) == [*SEED_001, "error"]
    assert (row["image_status"], row["image_status_name"]) == (8, "FAILED")
    assert row["error"] == "no person can be seen in the picture"


BAD: list[tuple[dict[str, object], str]] = [
    ({}, "prompt is required"),
    ({"prompt": "a" * 5001}, "prompt must have at most 5000 characters"),
    ({"prompt": "a", "model": "dall-e"}, "model must be qwen-image, nano-banana"),
    ({"prompt": "a", "quality": "2160p"}, "quality of model qwen-image must be 720p or 1080p"),
    ({"prompt": "a", "aspect_ratio": "auto"}, "aspect_ratio of model qwen-image must be"),
    ({"prompt": "a", "detail_level": "low"}, "detail_level is not accepted by model qwen"),
    ({"prompt": "a", "model": "gpt-image-2.0"}, "detail_level must be low, medium or high"),
    ({"prompt": "a", "detail_level": "best"}, "detail_level must be"),
    ({"prompt": "a", "create_count": 5}, "create_count must be 1 to 4"),
    ({"prompt": "a", "create_count": 0}, "create_count must be 1 to 4"),
    ({"prompt": "a", "image_path_2": "upload/1"}, "image_path_1 is missing"),
    ({"prompt": "a", "image_path_1": "x"}, "image_path_1 must be a path from files"),
]


async def test_bad_requests(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for body, sentence in BAD:
            assert sentence in await caller.refused(400, "/images/create", **body)
        assert await caller.get("/scheduler") == []


async def test_references(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        paths = [await caller.picture() for _ in range(4)]
        given = {f"image_path_{at}": path for at, path in enumerate(paths, start=1)}
        sentence = await caller.refused(400, "/images/create", prompt="a", **given)
        assert sentence == "model qwen-image takes at most 3 pictures, not 4"
        del given["image_path_4"]
        wide = await caller.picture(900, 300)
        told = await caller.post("/images/create", prompt="a", **given)
        row = await caller.get(f"/images/{told['image_id']}")
        assert (row["create_mode"], row["customer_img_paths"]) == ("i2i", paths[:3])
        assert len(row["customer_img_urls"]) == 3
        asked = {"prompt": "a", "model": "seedream-4.0", "image_path_1": wide}
        shape = (
            await job_of(caller, (await caller.post("/images/create", **asked))["image_id"])
        ).shape
        assert (shape.width, shape.height) == (3240, 1080)
        film = await caller.film()
        asked |= {"image_path_1": film}
        assert "must be a picture" in await caller.refused(400, "/images/create", **asked)


async def test_all_of_a_call_or_none(ground: Ground, tmp_path: Path) -> None:
    token = await other_account(ground, purse=12)
    async with calling(ground, tmp_path, token=token) as caller:
        await caller.refused(412, "/images/create", prompt="a fox", create_count=4)
        assert (await caller.get("/features"))["credit_package"] == 12
        assert await caller.get("/scheduler") == []
        assert (await caller.get("/scheduler/available"))["available"][0]["available"] == 5


async def test_all_or_none_also_when_the_disk_is_full(ground: Ground, tmp_path: Path) -> None:
    passed: list[Point] = []

    def full_at_the_third(point: Point) -> None:
        if point is Point.SUBMIT_WRITTEN:
            passed.append(point)
            if len(passed) == 3:
                raise OSError(errno.ENOSPC, "full")

    token = await other_account(ground, purse=100)
    async with calling(ground, tmp_path, token=token) as caller:
        before = (await caller.get("/features"))["credit_package"]
        arm(full_at_the_third)
        try:
            with pytest.raises(OSError, match="full"):
                await caller.post("/images/create", prompt="a fox", create_count=4)
        finally:
            arm(None)
        assert len(passed) == 3
        assert (await caller.get("/features"))["credit_package"] == before
        assert await caller.get("/scheduler") == []


async def test_pages(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        names = []
        for number in range(6):
            told = await caller.post("/images/create", prompt=f"fox {number}")
            names.append(told["image_id"])
            await caller.post("/videos/create", prompt="between them")
        page = await caller.get("/images/", limit=4, offset=0)
        assert list(page) == ["data", "next_offset", "total"]
        assert [row["image_id"] for row in page["data"]] == names[:1:-1]
        assert (page["next_offset"], page["total"]) == (4, 6)
        rest = await caller.get("/images", limit=4, offset=page["next_offset"])
        assert [row["image_id"] for row in rest["data"]] == names[1::-1]
        assert (rest["next_offset"], rest["total"]) == (8, 6)
        beyond = await caller.get("/images", limit=4, offset=10**14)
        assert beyond == {"data": [], "next_offset": 10**14 + 4, "total": 6}
        await caller.finished()
        default = await caller.get("/images")
        assert (len(default["data"]), default["next_offset"]) == (6, 50)
        assert [row["queue_data"] is None for row in default["data"]] == [False] * 5 + [True]
        videos = await caller.get("/videos/", limit=2)
        assert (len(videos["data"]), videos["next_offset"], videos["total"]) == (2, 2, 6)
        for query in ("limit=0", "limit=x", "offset=-1", "limit=1e9", "email=a@b.c"):
            answer = await caller.client.get(f"{PREFIX}/images?{query}")
            assert (answer.status_code, answer.json()["code"]) == (400, 400)


async def test_deleting(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        done = (await caller.post("/images/create", prompt="a fox"))["image_id"]
        await caller.finished()
        waiting = (await caller.post("/images/create", prompt="a fox"))["image_id"]
        blobs = ground.settings.data / "blobs"
        assert len(list(blobs.rglob("*.jpg"))) == 1
        for name in (done, waiting):
            answer = await caller.client.delete(f"{PREFIX}/images/{name}")
            assert (answer.status_code, answer.json()) == (200, {})
        await build_clear(ground)()
        assert list(blobs.rglob("*.jpg")) == []
        gone = await caller.client.get(f"{PREFIX}/images/{done}")
        sentence = "The original image has been deleted"
        assert (gone.status_code, gone.json()) == (404, {"error": sentence, "code": 404})
        assert (await caller.get(f"/images/{waiting}"))["image_status_name"] == "FAILED"
        assert (await caller.get("/images"))["total"] == 1
        again = await caller.client.delete(f"{PREFIX}/images/{done}")
        assert again.status_code == 404
        # The first call had it cancelled; what made nothing is taken off the list all the same.
        for status in (200, 404):
            answer = await caller.client.delete(f"{PREFIX}/images/{waiting}")
            assert answer.status_code == status
        assert (await caller.get("/images"))["total"] == 0


async def test_failed_and_moderated_rows_are_deleted(ground: Ground, tmp_path: Path) -> None:
    """For the other door they have been deleted too, and what was paid back stays so."""
    async with calling(ground, tmp_path) as caller:
        names = []
        for moderated in (False, True):
            names.append((await caller.post("/videos/create", prompt="a fox"))["video_id"])
            job = await caller.started()
            fail = FailJob(store=ground.store, clock=ground.clock)
            assert await (fail.moderated if moderated else fail)(job, reason="no")
        before = (await caller.get("/features"))["credit_package"]
        for name in names:
            answer = await caller.client.delete(f"{PREFIX}/videos/{name}")
            assert (answer.status_code, answer.json()) == (200, {})
            gone = await caller.client.get(f"{PREFIX}/videos/{name}")
            assert gone.status_code == 404
            outcome = await ground.store.view.jobs.outcome(JobId(number_in(name)))
            assert outcome is not None
            assert video_result(outcome, link="").status == 6
        assert (await caller.get("/videos"))["data"] == []
        assert (await caller.get("/features"))["credit_package"] == before
    assert await ground.store.view.ledger.discrepancies() == []


NOT_MINE = [
    ("user:2-pixverse:default@kinora.local-image:{foreign}", 404),
    (LANE + "-image:{foreign}", 404),
    (LANE + "-image:12345", 404),
    (LANE + "-image:99999999999999999999", 404),
    (LANE + "-image:{video}", 404),
    (LANE + "-video:{video}", 400),
    (LANE + "-music:1", 400),
    ("12345", 400),
    ("' or 1=1 --", 400),
    ("%00", 400),
]


async def test_names_that_are_not_of_ones_own_pictures(ground: Ground, tmp_path: Path) -> None:
    token = await other_account(ground)
    async with calling(ground, tmp_path, token=token) as caller:
        foreign = (await caller.post("/images/create", prompt="a fox"))["image_id"]
    async with calling(ground, tmp_path) as caller:
        video = (await caller.post("/videos/create", prompt="a fox"))["video_id"]
        known = {"foreign": number_in(foreign), "video": number_in(video)}
        for name, status in NOT_MINE:
            path = f"{PREFIX}/images/{name.format(**known)}"
            for answer in (await caller.client.get(path), await caller.client.delete(path)):
                assert (answer.status_code, answer.json()["code"]) == (status, status), name
                assert "error" in answer.json()
    found = await ground.store.view.jobs.get(JobId(number_in(foreign)))
    assert found is not None
    assert not found.state.final
