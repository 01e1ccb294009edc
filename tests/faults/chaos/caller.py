"""A caller that never gives up: what was not answered is sent again, as the same call."""

import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

from tests.acceptance.conftest import KEY

PICTURE = Path(__file__).parents[3] / "src/kinora/cli/pictures/cat.jpg"

PATIENCE = 300.0
"""Seconds; a machine that is busy, with engines that rest after crashes, may need most of them."""
PAUSE = 0.05
CANCELLED = 200
FILM = {"model": "v6", "quality": "360p", "duration": 1, "aspect_ratio": "1:1"}


class Gave(AssertionError):
    """The server did not come round in time."""


@dataclass
class Caller:
    """Sends one sequence's jobs and remembers what was promised."""

    address: str
    callback: str
    accepted: dict[int, str] = field(default_factory=dict)
    deleted: set[int] = field(default_factory=set)
    repeats: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def play(self, kind: str) -> None:
        """Send one job of a kind, and see it through."""
        {
            "film": lambda: self._film("a title"),
            "cannot": lambda: self._film("cannot"),
            "break": lambda: self._film("break"),
            "picture": self._picture,
            "photo": self._photo,
            "cancel": self._cancel,
            "delete": self._delete,
            "twins": self._twins,
        }[kind]()

    def _film(self, prompt: str, trace: str | None = None) -> int:
        trace = trace or str(uuid.uuid4())
        body = FILM | {"prompt": prompt}
        answer = self._pixverse("video/text/generate", trace, json=body)
        job = int(answer["video_id"])
        with self.lock:
            assert self.accepted.setdefault(job, trace) == trace
        return job

    def _photo(self) -> None:
        picture = {"image": ("cat.jpg", PICTURE.read_bytes())}
        uploaded = self._pixverse("image/upload", str(uuid.uuid4()), files=picture)
        trace = str(uuid.uuid4())
        body = FILM | {"prompt": "snow", "img_id": uploaded["img_id"]}
        answer = self._pixverse("video/img/generate", trace, json=body)
        with self.lock:
            self.accepted[int(answer["video_id"])] = trace

    def _picture(self) -> int:
        """Ask for a picture through the other door, with a callback; it knows no repeats."""
        body = {"prompt": "a card", "model": "qwen-image", "replyUrl": self.callback}
        answer = self._until(lambda: self._useapi("POST", "images/create", json=body))
        job = int(answer["image_id"].rpartition(":")[2])
        with self.lock:
            self.accepted[job] = ""
        return job

    def _cancel(self) -> None:
        """Cancel a film; one that has ended before, after a restart say, is not the one."""
        self._until(self._cancelled)

    def _cancelled(self) -> bool | None:
        job = self._film("a title")
        place = f"scheduler/user:1-pixverse:default@kinora.local-video:{job}"
        return self._until(lambda: self._ended_by(place)) == CANCELLED or None

    def _delete(self) -> None:
        job = self._film("a title")
        place = f"videos/user:1-pixverse:default@kinora.local-video:{job}"
        self._until(lambda: self._final(place))
        self._until(lambda: self._ended_by(place))
        self.deleted.add(job)

    def _twins(self) -> None:
        """Send the same call twice at once: they are one job."""
        trace, made = str(uuid.uuid4()), []
        twins = [
            threading.Thread(target=lambda: made.append(self._film("a title", trace)))
            for _ in range(2)
        ]
        for twin in twins:
            twin.start()
        for twin in twins:
            twin.join()
        assert len(set(made)) == 1, f"one call made the jobs {made}"

    def _pixverse(self, path: str, trace: str, **content: Any) -> dict[str, Any]:
        def send() -> dict[str, Any] | None:
            answer = self._send(
                "POST", f"/openapi/v2/{path}", {"API-KEY": KEY, "Ai-trace-id": trace}, **content
            )
            told = answer.json()
            resp: dict[str, Any] | None = told["Resp"]
            return resp if told["ErrCode"] == 0 else None

        answer: dict[str, Any] = self._until(send)
        return answer

    def _useapi(self, method: str, path: str, **content: Any) -> dict[str, Any] | None:
        token = {"Authorization": f"Bearer user:1-{KEY}"}
        answer = self._send(method, f"/v2/pixverse/{path}", token, **content)
        told: dict[str, Any] = answer.json()
        return told if answer.status_code == 200 else None

    def _final(self, place: str) -> bool | None:
        row = self._useapi("GET", place)
        return row["video_status_final"] or None if row else None

    def _ended_by(self, place: str) -> int | None:
        """Send a DELETE; return its status when it is clear that it happened, now or before."""
        token = {"Authorization": f"Bearer user:1-{KEY}"}
        answer = self._send("DELETE", f"/v2/pixverse/{place}", token)
        return answer.status_code if answer.status_code in (CANCELLED, 400, 404) else None

    def _send(
        self, method: str, path: str, headers: dict[str, str], **content: Any
    ) -> httpx.Response:
        return httpx.request(
            method, self.address + path, headers=headers, timeout=20, trust_env=False, **content
        )

    def _until(self, attempt: Callable[[], Any | None]) -> Any:
        """Repeat a call until it is answered well; dead servers and faults are waited out."""
        ends = time.monotonic() + PATIENCE
        while time.monotonic() < ends:
            try:
                answer = attempt()
            except (httpx.TransportError, ValueError):
                answer = None
            if answer is not None:
                return answer
            with self.lock:
                self.repeats += 1
            time.sleep(PAUSE)
        raise Gave("a call was not answered in time")
