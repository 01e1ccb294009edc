"""One server, two wires: what comes in through one door is seen and fetched through the other."""

from pathlib import Path
from typing import Any

import av
import httpx
import pytest

from tests.acceptance.conftest import KEY, Server, until

LANE = "user:1-pixverse:default@kinora.local"
BEARER = {"Authorization": f"Bearer user:1-{KEY}"}
CLIP = {"duration": 1, "quality": "360p", "seed": 7}


def useapi(server: Server, method: str, path: str, **sent: Any) -> Any:
    address = f"{server.address}/v2/pixverse{path}"
    answer = httpx.request(method, address, **{"headers": BEARER, "timeout": 60, **sent})
    assert answer.status_code == 200, answer.text
    return answer.json()


def pixverse(server: Server, method: str, path: str, **sent: Any) -> Any:
    address, headers = f"{server.address}/openapi/v2{path}", {"API-KEY": KEY}
    answer = httpx.request(method, address, headers=headers, timeout=60, **sent).json()
    assert answer["ErrCode"] == 0, answer
    return answer["Resp"]


def fetched(url: str) -> bytes:
    answer = httpx.get(url, timeout=60)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "video/mp4")
    return answer.content


def finished(server: Server, name: str) -> dict[str, Any]:
    """Return a film's row when it has ended, as the useapi.net dialect has it."""
    rows: list[dict[str, Any]] = []

    def ended() -> bool:
        rows.append(useapi(server, "GET", f"/videos/{name}"))
        return bool(rows[-1]["video_status_final"])

    until(ended, what=f"{name} has ended")
    assert rows[-1]["video_status_name"] == "COMPLETED", rows[-1]
    return rows[-1]


def test_a_house_with_two_doors(server: Server, photos: Path, tmp_path: Path) -> None:
    made = useapi(server, "POST", "/videos/create", json={"prompt": "an island", **CLIP})
    check_film(server, made["video_id"], cost=made["cost_credits"], folder=tmp_path)
    ask = {"prompt": "an island", "model": "v6", "aspect_ratio": "16:9", **CLIP}
    number = pixverse(server, "POST", "/video/text/generate", json=ask)["video_id"]
    check_film(server, f"{LANE}-video:{number}", cost=5, folder=tmp_path)
    check_files(server, (photos / "cat.jpg").read_bytes())


def check_film(server: Server, name: str, *, cost: int, folder: Path) -> None:
    """A film is the same through both doors, and when one has deleted it, gone for both."""
    number = int(name.rpartition(":")[2])
    ours = finished(server, name)
    theirs = pixverse(server, "GET", f"/video/result/{number}")
    assert (ours["video_id"], theirs["id"], theirs["status"]) == (name, number, 1)
    for one, other in (
        ("prompt", "prompt"),
        ("seed", "seed"),
        ("output_width", "outputWidth"),
        ("output_height", "outputHeight"),
    ):
        assert ours[one] == theirs[other], one
    film = fetched(ours["url"])
    assert film == fetched(theirs["url"])
    assert [row["video_id"] for row in useapi(server, "GET", "/videos/")["data"]] == [name]
    (folder / "film.mp4").write_bytes(film)
    with av.open(str(folder / "film.mp4")) as opened:
        assert sum(1 for _ in opened.decode(opened.streams.video[0])) == 24
    assert cost == ours["credits"] == theirs["credits"]
    purses = [useapi(server, "GET", "/features"), pixverse(server, "GET", "/account/balance")]
    assert purses[0]["credit_package"] == purses[1]["credit_package"] < 1_000_000
    gone = useapi(server, "DELETE", f"/videos/{name}")
    assert gone == {}
    assert pixverse(server, "GET", f"/video/result/{number}")["status"] != 1
    assert httpx.get(theirs["url"]).status_code in (404, 410)


def check_files(server: Server, photo: bytes) -> None:
    """What one door takes in or makes the other works on."""
    typed = {**BEARER, "Content-Type": "image/jpeg"}
    given = useapi(server, "POST", "/files/", content=photo, headers=typed)["result"][0]
    ask = {"prompt": "snow", "model": "v6", "img_id": given["id"], **CLIP}
    number = pixverse(server, "POST", "/video/img/generate", json=ask)["video_id"]
    row = finished(server, f"{LANE}-video:{number}")
    assert row["customer_paths"] == [given["path"]]
    longer = {"prompt": "rain", "video_id": row["video_id"], **CLIP}
    name = useapi(server, "POST", "/videos/extend", json=longer)["video_id"]
    whole = finished(server, name)
    assert (whole["original_video_id"], whole["extended"]) == (row["video_id"], 1)
    assert whole["video_duration"] == pytest.approx(2 * row["video_duration"], abs=0.1)
    found = pixverse(server, "GET", f"/video/result/{name.rpartition(':')[2]}")
    assert fetched(found["url"]) == fetched(whole["url"])
