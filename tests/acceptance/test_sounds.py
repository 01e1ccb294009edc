"""Music and speech from a real server: asked for, followed, fetched, listened to."""

from pathlib import Path
from typing import Any

import av
import httpx
import numpy as np

from tests.acceptance.conftest import KEY, Server, until

BEARER = {"Authorization": f"Bearer user:1-{KEY}"}


def call(server: Server, method: str, path: str, **sent: Any) -> Any:
    address = f"{server.address}/v2/pixverse{path}"
    answer = httpx.request(method, address, headers=BEARER, timeout=60, **sent)
    assert answer.status_code == 200, answer.text
    return answer.json()


def finished(server: Server, path: str) -> dict[str, Any]:
    """Return a sound's row when it has ended."""
    rows: list[dict[str, Any]] = []

    def ended() -> bool:
        rows.append(call(server, "GET", path))
        return bool(rows[-1]["audio_status_final"])

    until(ended, what=f"{path} has ended")
    assert rows[-1]["audio_status_name"] == "COMPLETED", rows[-1]
    return rows[-1]


def test_sounds(server: Server, tmp_path: Path) -> None:
    song = {"prompt": "lofi beats", "lyrics": "one two\nthree four", "duration": 30, "seed": 7}
    music = call(server, "POST", "/music/create", json=song)["audio_id"]
    text = {"text": "Good morning. The harbour is open.", "voice_id": "2"}
    speech = call(server, "POST", "/speech/create", json=text)["audio_id"]
    for path, least, most in ((f"/music/{music}", 29.9, 30.1), (f"/speech/{speech}", 1.5, 6.0)):
        row = finished(server, path)
        answer = httpx.get(row["url"], timeout=60)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "audio/mpeg")
        kept = tmp_path / "sound.mp3"
        kept.write_bytes(answer.content)
        with av.open(str(kept)) as file:
            planes = [frame.to_ndarray() for frame in file.decode(audio=0)]
        waves = np.concatenate(planes, 1)
        assert least < waves.shape[1] / 48_000 < most
        assert 0.05 < float(waves.std()) < 0.4
        assert abs(row["duration"] - waves.shape[1] / 48_000) < 0.1
        assert [each["audio_id"] for each in call(server, "GET", path.rpartition("/")[0])["data"]]
        number = row["audio_id"].rpartition(":")[2]
        other = f"{server.address}/openapi/v2/video/result/{number}"
        told = httpx.get(other, headers={"API-KEY": KEY}, timeout=60).json()
        assert (told["ErrCode"], told["Resp"]) == (500008, None)
