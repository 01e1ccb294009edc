"""Films that are made from films, over HTTP, through real processes."""

from pathlib import Path

import av
import httpx
import numpy as np
from PIL import Image

from kinora_client import Kinora, calls
from tests.acceptance.conftest import KEY, Server


def ask(server: Server, call: calls.Call) -> dict[str, object]:
    """Send a call whose answer is all there is."""
    headers = {"API-KEY": KEY, "Ai-trace-id": "test"}
    answer = httpx.post(server.address + call.path, json=call.body, headers=headers, timeout=120)
    told = answer.json()
    assert told["ErrCode"] == 0, told
    resp: dict[str, object] = told["Resp"]
    return resp


def test_a_cat_becomes_a_cup_and_is_heard(
    server: Server, kinora: Kinora, photos: Path, tmp_path: Path
) -> None:
    before = kinora.balance().total
    cat = kinora.submit(
        calls.text_to_video("a cat walking in a meadow", duration=1, quality="360p")
    )
    kinora.wait(cat)
    masks = ask(server, calls.select_masks(cat.id))
    infos = masks["mask_info"]
    assert isinstance(infos, list)
    names = [info["mask_name"] for info in infos]
    assert names == ["object", "background"]
    pictures = {}
    for info in infos:
        path = tmp_path / "mask.png"
        path.write_bytes(httpx.get(info["mask_url"]).content)
        pictures[info["mask_name"]] = np.asarray(Image.open(path).convert("L"), int)
    assert 0.005 < (pictures["object"] > 127).mean() < 0.5
    assert np.abs(pictures["object"] + pictures["background"] - 255).max() <= 2
    cup = kinora.upload_image(photos / "coffee.jpg")
    swapped = kinora.submit(calls.swap(cat.id, infos[0]["mask_id"], cup.id, quality="360p"))
    result = kinora.wait(swapped)
    heard = kinora.wait(kinora.submit(calls.sound_effect(swapped.id)))
    with av.open(str(kinora.download(heard, tmp_path / "heard.mp4"))) as film:
        assert len(film.streams.audio) == 1
        assert sum(1 for _ in film.decode(video=0)) == 24
    assert (result.width, result.height) == (640, 360)
    spent = before - kinora.balance().total
    assert spent == 5 + 2 + 45 + 2
    rows = ask(
        server,
        calls.Call("POST", "/openapi/v2/account/billing/usage-detail", {"creation_type": ["swap"]}),
    )["items"]
    assert isinstance(rows, list)
    assert [(row["video_id"], row["credits"]) for row in rows] == [(swapped.id, 45)]
