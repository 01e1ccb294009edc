"""Films by every operation: what is ordered, what it costs, how it is read."""

from dataclasses import replace
from pathlib import Path

import httpx

from kinora.apis.useapi.routes import PREFIX
from kinora.bootstrap.api import Draining, build_api
from kinora.bootstrap.ground import Ground
from kinora.domain.asset import AssetKind
from kinora.domain.ids import JobId
from kinora.domain.job import Job
from kinora.domain.order import (
    Ask,
    Extend,
    Fusion,
    ImageToVideo,
    LipSync,
    Mimic,
    Modify,
    MultiTransition,
    Restyle,
    Role,
    Sound,
    Speech,
    TextToVideo,
    Transition,
    Upscale,
    VideoEffect,
    Words,
)
from tests.assets import asset as asset_on_paper
from tests.conftest import KEY
from tests.unit.apis.useapi import LANE, TOKEN, Caller, calling, number_in, other_account


async def ordered(caller: Caller, told: dict[str, object]) -> tuple[Job, Ask]:
    found = await caller.ground.store.view.jobs.get(JobId(number_in(str(told["video_id"]))))
    assert found is not None
    assert told["cost_credits"] == found.cost
    return found, found.order.ask


async def test_from_words(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        told = await caller.post("/videos/create", prompt=" a paper boat ", audio="true")
        job, ask = await ordered(caller, told)
    assert str(told["video_id"]).startswith(f"{LANE}-video:")
    assert ask == TextToVideo(words=Words(prompt="a paper boat"), sound=Sound())
    assert (job.order.model, job.order.quality, job.order.aspect_ratio) == ("v6", "720p", "16:9")
    assert (job.shape.width, job.shape.height, job.shape.seconds) == (1280, 720, 5.0)
    assert job.cost == 60


MODELS: list[tuple[dict[str, object], tuple[int, int], int]] = [
    ({"model": "v5.5", "quality": "360p"}, (640, 360), 20),
    ({"model": "v5.5", "quality": "360p", "audio": True}, (640, 360), 25),
    ({"model": "v5.5", "duration": 8}, (1024, 576), 60),
    ({"model": "v5.5", "duration": 10, "audio": 1, "quality": "360p"}, (640, 360), 50),
    ({"model": "v5-fast", "duration": 1}, (1024, 576), 30),
    ({"model": "pixverse-c1", "aspect_ratio": "2:3"}, (800, 1200), 50),
    ({"model": "seedance-2.0", "quality": "480p"}, (854, 480), 35),
    ({"model": "seedance-2.0", "aspect_ratio": "9:16"}, (720, 1280), 50),
    ({"model": "sora-2", "duration": 12}, (1280, 720), 120),
    ({"model": "minimax-h3"}, (1366, 768), 70),
]


async def test_models(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for asked, size, cost in MODELS:
            told = await caller.post("/videos/create", prompt="a paper boat", **asked)
            job, _ = await ordered(caller, told)
            row = await caller.get(f"/videos/{told['video_id']}")
            assert ((job.shape.width, job.shape.height), job.cost) == (size, cost), asked
            assert (row["model"], row["output_width"], row["url"]) == (asked["model"], 0, "")


async def test_from_a_picture(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        path = await caller.picture(600, 600)
        told = await caller.post("/videos/create", frame_1_path=path, multi_shot="true")
        job, ask = await ordered(caller, told)
        row = await caller.get(f"/videos/{told['video_id']}")
    assert isinstance(ask, ImageToVideo)
    assert (ask.multi_clip, job.shape.width, job.shape.height) == (True, 960, 960)
    assert (row["aspect_ratio"], row["customer_paths"]) == ("", [path])
    assert row["img_id"] == ask.image
    assert row["img_url"].startswith("http://kinora.test/media/")


async def test_frames_and_transitions(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        one, two, three = [await caller.picture() for _ in range(3)]
        frames = {"first_frame_path": one, "last_frame_path": two}
        job, ask = await ordered(caller, await caller.post("/videos/create-frames", **frames))
        assert isinstance(ask, Transition)
        assert (job.order.model, job.order.quality) == ("v5.6", "540p")
        ways = {"frame_1_path": one, "frame_2_path": two, "duration_1_to_2": "8"}
        told = await caller.post("/videos/create-transition", **ways, prompt_1_to_2="melt")
        job, ask = await ordered(caller, told)
        assert isinstance(ask, Transition)
        assert (ask.words.prompt, job.shape.seconds, job.cost) == ("melt", 8.0, 60)
        ways |= {"duration_1_to_2": "3", "frame_3_path": three, "prompt_2_to_3": "fly"}
        job, ask = await ordered(caller, await caller.post("/videos/create-transition", **ways))
    assert isinstance(ask, MultiTransition)
    assert [(way.seconds, way.prompt) for way in ask.segments] == [(3, ""), (5, "fly")]
    assert (job.shape.seconds, job.order.model) == (8.0, "v5")


async def test_fusion(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        one, two, film = await caller.picture(), await caller.picture(), await caller.film(3.0)
        told = await caller.post(
            "/videos/create-fusion", frame_1_path=one, frame_2_path=two, prompt="@pic2 on @image1"
        )
        job, ask = await ordered(caller, told)
        assert isinstance(ask, Fusion)
        assert (ask.words.prompt, job.order.model) == ("@image2 on @image1", "pixverse-c1")
        told = await caller.post(
            "/videos/create-fusion",
            model="seedance-2.0",
            frame_1_path=one,
            video_1_path=film,
            prompt="they meet",
            quality="1080p",
        )
        job, ask = await ordered(caller, told)
    assert isinstance(ask, Fusion)
    assert ask.words.prompt == "they meet @image1 @video1"
    assert [each.role for each in ask.references] == [Role.SUBJECT, Role.FILM]
    assert (job.shape.seconds, job.cost) == (3.0, 108)


async def test_what_works_on_a_film(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        path, picture = await caller.film(), await caller.picture()
        sound = await caller.paper(replace(asset_on_paper(0, 0, 3.0), kind=AssetKind.AUDIO))
        on = {"video_path": path}
        asks = [
            (await ordered(caller, await caller.post(f"/videos/{name}", **body)))[1]
            for name, body in (
                ("extend", on | {"duration": 2, "prompt": "on and on"}),
                ("modify", on | {"prompt": "make it night"}),
                ("restyle-v4", on | {"restyle_id": "106", "prompt": "x"}),
                ("restyle", on | {"prompt": "as a pencil sketch"}),
                ("motion-control", {"frame_1_path": picture, "video_1_path": path}),
                ("upscale", on),
                ("lipsync", on | {"prompt": "hello", "speaker_id": 8}),
                ("lipsync", on | {"audio_path": sound}),
            )
        ]
    kinds = [Extend, Modify, Restyle, Restyle, Mimic, Upscale, LipSync, LipSync]
    assert [type(ask) for ask in asks] == kinds
    assert [ask.style for ask in asks if isinstance(ask, Restyle)] == ["oil", "pencil"]
    assert isinstance(asks[6], LipSync)
    assert asks[6].speech == Speech(text="hello", speaker="8")


async def test_on_a_film_made_here(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        made = (await caller.post("/videos/create", prompt="a boat", model="v5"))["video_id"]
        sentence = await caller.refused(404, "/videos/upscale", video_id=made)
        assert "the job is queued" in sentence
        await caller.finished()
        told = await caller.post("/videos/upscale/", video_id=made)
        row = await caller.get(f"/videos/{told['video_id']}")
        assert (row["original_video_id"], row["upscaled"], row["model"]) == (made, 1, "v5")
        path = (await caller.get(f"/videos/{made}"))["path"]
        told = await caller.post("/videos/extend", video_path=path, model="v5.5")
        row = await caller.get(f"/videos/{told['video_id']}")
    assert (row["original_video_id"], row["extended"]) == (made, 1)


async def test_a_films_life(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        name = (await caller.post("/videos/create", prompt="a boat", seed=3))["video_id"]
        row = await caller.get(f"/videos/{name}")
        assert (row["video_status"], row["video_status_name"]) == (5, "QUEUED")
        assert (row["video_status_final"], row["url"], row["path"]) == (False, "", "")
        job = await caller.started()
        row = await caller.get(f"/videos/{name}")
        assert (row["video_status"], row["video_status_name"]) == (9, "GENERATING")
        assert row["video_status_final"] is False
        async with ground.store.transaction() as tx:
            await tx.jobs.save(
                job.put_back(at=ground.clock.now()), state=job.state, attempt=job.attempt
            )
        await caller.finished()
        row = await caller.get(f"/videos/{name}")
    assert (row["video_status"], row["video_status_final"]) == (1, True)
    assert row["url"].startswith("http://kinora.test/media/")
    assert (row["output_width"], row["output_height"], row["video_duration"]) == (1280, 720, 5.0)
    assert (row["account_id"], row["seed"], row["prompt"]) == (1, 3, "a boat")
    assert "error" not in row


async def test_a_film_that_failed(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        name = (await caller.post("/videos/create", prompt="a boat"))["video_id"]
        await caller.failed()
        row = await caller.get(f"/videos/{name}")
    assert (row["video_status"], row["video_status_name"]) == (8, "FAILED")
    assert (row["video_status_final"], row["url"]) == (True, "")
    assert row["error"] == "no person can be seen in the picture"


async def test_templates(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        items = {
            each["template_id"]: each for each in (await caller.get("/videos/effects"))["items"]
        }
        film = next(each for each in items.values() if each["template_type"] == 1)
        still = next(each for each in items.values() if each["template_type"] == 2)
        assert (film["effect_type"], still["qualities"]) == ("1", [])
        path = await caller.picture()
        told = await caller.post(
            "/videos/create", template_id=str(film["template_id"]), first_frame_path=path
        )
        job, ask = await ordered(caller, told)
        assert isinstance(ask, VideoEffect)
        assert (job.order.quality, job.shape.seconds) == (film["qualities"][0], film["duration"])
        row = await caller.get(f"/videos/{told['video_id']}")
        assert (row["template_id"], row["template_name"]) == (
            film["template_id"],
            film["display_name"],
        )
        asked = {"template_id": still["template_id"], "frame_1_path": path}
        told = await caller.post("/videos/create", **asked)
        assert "-image:" in told["image_id"]
        assert told["success_ids"] == [told["image_id"]]
        row = await caller.get(f"/videos/{told['image_id']}")
        assert (row["image_id"], "video_id" in row) == (told["image_id"], False)
        assert (await caller.get(f"/images/{told['image_id']}"))["create_mode"] == "i2i"


BAD: list[tuple[str, dict[str, object], str]] = [
    ("create", {}, "prompt is required"),
    ("create", {"prompt": "  "}, "prompt is required"),
    ("create", {"prompt": "a", "model": "v9"}, "model of create must be v6, v5.6"),
    ("create", {"prompt": "a", "quality": "4k"}, "quality of model v6 must be 360p"),
    ("create", {"prompt": "a", "duration": 16}, "duration must be 1 to 15 for model v6"),
    ("create", {"prompt": "a", "duration": "ten"}, "duration must be a whole number"),
    ("create", {"prompt": "a", "aspect_ratio": "7:1"}, "aspect_ratio of model v6 must be"),
    ("create", {"prompt": "a", "seed": 2**31}, "seed must be 1 to 2147483647"),
    ("create", {"prompt": ["a"]}, "prompt must be a string"),
    ("create", {"prompt": "a" * 5001}, "prompt must have at most 5000 characters"),
    ("create", {"prompt": "a", "maxJobs": 9}, "maxJobs must be 1 to 8"),
    ("create", {"prompt": "a", "email": "x@y.z"}, "email: there is no account x@y.z"),
    ("create", {"prompt": "a", "replyUrl": "ftp://a.b"}, "replyUrl must be an http or https URL"),
    ("create", {"prompt": "a", "off_peak_mode": "often"}, "off_peak_mode must be true or false"),
    ("create", {"prompt": "a", "replyRef": "r" * 1025}, "replyRef"),
    ("create", {"prompt": "a", "model": "v5", "audio": True}, "audio is not accepted by"),
    ("create", {"prompt": "a", "model": "sora-2", "seed": 5}, "seed is not accepted by model"),
    ("create", {"prompt": "a", "model": "minimax-h3", "audio": True}, "always have sound"),
    ("create", {"prompt": "a", "model": "grok-imagine-1.5"}, "films from pictures only"),
    ("create", {"prompt": "a", "model": "v5", "multi_shot": 1}, "multi_shot is not accepted"),
    ("create", {"first_frame_path": "x"}, "first_frame_path must be a path from files"),
    ("create", {"template_id": 7}, "there is no template with id 7"),
    ("create", {"template_id": 7, "model": "v6"}, "model is not accepted with template_id"),
    ("create-frames", {"last_frame_path": "x"}, "first_frame_path is required"),
    ("create-transition", {"frame_1_path": ""}, "frame_1_path is required"),
    ("create-transition", {"frame_3_path": "upload/1"}, "frame_1_path is missing"),
    ("create-fusion", {"prompt": "a"}, "frame_1_path is required"),
    ("extend", {"prompt": "a"}, "send exactly one of video_id and video_path"),
    ("extend", {"video_id": "x"}, "the id must have the form user:"),
    ("extend", {"video_id": f"{LANE}-image:1"}, "must be the id of a video, not of image"),
    ("modify", {"video_id": f"{LANE}-video:1", "video_path": "b"}, "send exactly one of"),
    ("motion-control", {"frame_1_path": "x"}, "video_1_path is required"),
]


async def test_bad_requests(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        for path, body, sentence in BAD:
            assert sentence in await caller.refused(400, f"/videos/{path}", **body)
        assert await caller.get("/scheduler") == []


async def test_wrong_files(ground: Ground, tmp_path: Path) -> None:
    async with calling(ground, tmp_path) as caller:
        picture, film = await caller.picture(), await caller.film()
        foreign = await caller.paper(asset_on_paper(64, 64), account=await second(ground))
        for status, body, sentence in (
            (400, {"first_frame_path": film}, "first_frame_path must be a picture, not a video"),
            (404, {"first_frame_path": foreign}, "there is no file with this path"),
            (404, {"first_frame_path": "upload/12.png"}, "there is no file with this path"),
            (400, {"first_frame_path": picture, "frame_1_path": picture}, "send either"),
            (400, {"first_frame_path": picture, "aspect_ratio": "1:1"}, "aspect_ratio is not"),
            (400, {"frame_1_path": picture, "frame_2_path": picture}, "needs a template_id"),
        ):
            assert sentence in await caller.refused(status, "/videos/create", **body)
        assert "must be a video" in await caller.refused(400, "/videos/extend", video_path=picture)


async def second(ground: Ground) -> int:
    await other_account(ground)
    return 2


async def test_no_credits_and_no_places(ground: Ground, tmp_path: Path) -> None:
    token = await other_account(ground, purse=100, max_jobs=1)
    async with calling(ground, tmp_path, token=token) as caller:
        dear = {"prompt": "a", "quality": "1080p", "duration": 15}
        assert (await caller.refused(412, "/videos/create", **dear)).startswith("All Credits")
        await caller.post("/videos/create", prompt="a", quality="360p")
        assert "no account has a free place" in await caller.refused(
            429, "/videos/create", prompt="a", quality="360p"
        )
    async with calling(ground, tmp_path, token=TOKEN) as caller:
        await caller.post("/videos/create", prompt="a", maxJobs=1)
        await caller.refused(429, "/videos/create", prompt="a", maxJobs="1")
        await caller.post("/videos/create", prompt="a")


async def test_both_doors_show_the_same_film(ground: Ground, tmp_path: Path) -> None:
    app = build_api(ground, wake=lambda: None, draining=Draining())
    platform = httpx.AsyncClient(
        transport=httpx.ASGITransport(app=app),
        base_url="http://kinora.test",
        headers={"api-key": KEY},
    )
    async with calling(ground, tmp_path) as caller, platform:
        name = (await caller.post("/videos/create", prompt="a boat", model="v5"))["video_id"]
        await caller.finished()
        row = await caller.get(f"/videos/{name}")
        told = (await platform.get(f"/openapi/v2/video/result/{number_in(name)}")).json()["Resp"]
        assert (told["status"], told["credits"]) == (1, row["credits"])
        assert (told["outputWidth"], told["seed"]) == (row["output_width"], row["seed"])
        body = {"model": "v5", "prompt": "b", "duration": 5, "quality": "360p"}
        made = await platform.post(
            "/openapi/v2/video/text/generate", json=body | {"aspect_ratio": "1:1"}
        )
        here = await caller.get(f"/videos/{LANE}-video:{made.json()['Resp']['video_id']}")
        assert (here["prompt"], here["credits"]) == ("b", 45)
        assert PREFIX == "/v2/pixverse"
