"""The main job, over HTTP, through real processes."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import av
import httpx
import pytest
from PIL import Image

from kinora_client import Kinora, KinoraRefused, Result, calls
from tests.acceptance.conftest import KEY, Server, until

SMALL = {"duration": 1, "quality": "360p"}


def cli(server: Server, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "kinora", "--data", str(server.data), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def test_films_and_pictures_are_made(
    server: Server, kinora: Kinora, photos: Path, tmp_path: Path
) -> None:
    before = kinora.balance().total
    image = kinora.upload_image(photos / "cat.jpg")
    other = kinora.upload_image(photos / "coffee.jpg")
    assert httpx.get(image.url).headers["content-type"] == "image/jpeg"
    effect = next(t for t in kinora.templates(1) if t.name == "Hologram")
    look = next(t for t in kinora.templates(2) if t.name == "Pop art")
    jobs = [
        kinora.submit(calls.text_to_video("an island", generate_audio_switch=True, **SMALL)),
        kinora.submit(calls.image_to_video(image.id, prompt="snow", **SMALL)),
        kinora.submit(calls.transition(image.id, other.id, prompt="ink", **SMALL)),
        kinora.submit(
            calls.image_to_video(image.id, prompt="", template_id=effect.id, quality="360p")
        ),
        kinora.submit(calls.image_template(look.id, [image.id])),
    ]
    seen: list[float] = []
    results = [kinora.wait(job, watch=lambda result: seen.append(result.progress)) for job in jobs]
    assert any(0 < done < 1 for done in seen)
    for number, result in enumerate(results):
        path = kinora.download(result, tmp_path / f"{number}")
        assert path.stat().st_size == result.size
        check_file(path, result, seconds=5 if number == 3 else 1, sound=number == 0)
    assert before - kinora.balance().total == sum(result.credits for result in results)
    assert [result.credits for result in results] == [7, 5, 5, 45, 30]
    assert cli(server, "credits", "reconcile").stdout.endswith("the books add up\n")


def check_file(path: Path, result: Result, *, seconds: int, sound: bool) -> None:
    if result.kind == "image":
        with Image.open(path) as opened:
            assert opened.size == (result.width, result.height)
        return
    with av.open(str(path)) as film:
        stream = film.streams.video[0]
        assert (stream.width, stream.height) == (result.width, result.height)
        assert len(film.streams.audio) == sound
        assert sum(1 for _ in film.decode(stream)) == 24 * seconds


def test_a_submit_that_comes_twice_makes_one_job(server: Server, kinora: Kinora) -> None:
    headers = {"API-KEY": KEY, "Ai-trace-id": "6f1b1f0e-66d1-4b52-9a4e-1d9a8f4b7f11"}
    address = server.address + "/openapi/v2/video/text/generate"
    body = calls.text_to_video("ink", **SMALL).body
    first = httpx.post(address, json=body, headers=headers).json()
    second = httpx.post(address, json=body, headers=headers).json()
    assert first["Resp"]["video_id"] == second["Resp"]["video_id"]
    other = httpx.post(address, json={**(body or {}), "prompt": "silk"}, headers=headers).json()
    assert other["ErrCode"] == 400017
    headers["Ai-trace-id"] = "always the same"
    ids = {
        httpx.post(address, json=body, headers=headers).json()["Resp"]["video_id"] for _ in range(2)
    }
    assert len(ids) == 2


def test_operator_commands(server: Server) -> None:
    created = json.loads(cli(server, "accounts", "create", "ada", "--json").stdout)
    number = str(created["account"])
    assert cli(server, "credits", "grant", number, "50").returncode == 0
    key = json.loads(cli(server, "keys", "create", "--account", number, "--json").stdout)
    with Kinora(server.address, key["secret"]) as ada:
        assert ada.balance().total == 50
        with pytest.raises(KinoraRefused) as refused:
            ada.submit(calls.text_to_video("x", duration=15, quality="1080p"))
        assert refused.value.code == 500090
        assert cli(server, "keys", "revoke", str(key["key"])).returncode == 0
        with pytest.raises(KinoraRefused) as refused:
            ada.balance()
        assert refused.value.code == 400012
    assert key["secret"] not in server.log
    taken = cli(server, "credits", "grant", number, "-51")
    assert (taken.returncode, "below zero" in taken.stderr) == (1, True)
    report = json.loads(cli(server, "doctor", "--json").stdout)
    assert all(row["well"] for row in report)
    twice = cli(server, "serve", "--port", "0")
    assert "another kinora already serves" in twice.stderr


@pytest.mark.parametrize("grace", ["0.1", "60"], ids=["cut short", "let finish"])
def test_a_stopped_server_goes_on_where_it_was(server: Server, kinora: Kinora, grace: str) -> None:
    server.stop()
    server.extra = {"KINORA_GRACE": grace}
    server.start()
    before = kinora.balance().total
    long = calls.text_to_video("an island", duration=4, quality="540p")
    jobs = [kinora.submit(long), kinora.submit(calls.text_to_video("red ink", **SMALL))]
    until(lambda: kinora.result(jobs[0]).progress > 0, what="the first job is at work")
    assert server.stop(signal.SIGTERM) == 0
    server.start()
    first = kinora.result(jobs[0])
    assert first.done is (grace == "60")
    results = [kinora.wait(job) for job in jobs]
    assert before - kinora.balance().total == sum(result.credits for result in results)
    shown = json.loads(cli(server, "jobs", "show", str(jobs[0].id), "--json").stdout)
    assert shown["breaks"] == 0
    assert (server.data / "secret").stat().st_mode & 0o777 == 0o600
