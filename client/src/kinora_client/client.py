"""The two clients: the same calls, sent now or awaited."""

import asyncio
import math
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Self

import httpx

from kinora_client import answers, calls
from kinora_client.answers import Balance, Result, Submitted, Template, Uploaded, UploadedMedia
from kinora_client.calls import Call
from kinora_client.errors import JobFailed, KinoraRefused

Watch = Callable[[Result], None]
LONGEST_PAUSE = 3.0
FIRST_PAUSE = 0.2
GROWTH = 1.3


def _request(client: httpx.Client | httpx.AsyncClient, call: Call, key: str) -> httpx.Request:
    """Return a call as a request. Only here the key is sent: links may lead to other hosts."""
    return client.build_request(
        call.method,
        call.path,
        params=call.query or None,
        json=call.body,
        files={call.file_field: call.file} if call.file else None,
        headers={"API-KEY": key, "Ai-trace-id": str(uuid.uuid4())},
    )


def _opened(answer: httpx.Response) -> Any:
    """Return what an answer holds; raise KinoraRefused, also when a proxy answered."""
    try:
        body = answer.json()
    except ValueError:
        body = None
    if not isinstance(body, dict) or "ErrCode" not in body:
        raise KinoraRefused(answer.status_code, "this is not a Kinora server's answer")
    return answers.open_envelope(body)


@contextmanager
def _whole(path: Path) -> Iterator[BinaryIO]:
    """Open a file that appears at `path` when the block ends well, and otherwise not at all."""
    part = path.with_name(f".{path.name}.part")
    try:
        with part.open("wb") as file:
            yield file
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


def _look(result: Result, watch: Watch | None) -> bool:
    """Show a result to whoever watches; tell whether it is final; raise JobFailed."""
    if watch is not None:
        watch(result)
    if result.running:
        return False
    if not result.done:
        raise JobFailed(result.reason or f"the job ended with status {result.status}")
    return True


class Kinora:
    """A client that sends each call and waits for its answer.

    Use it as a context manager, or call `close`.
    """

    def __init__(self, base_url: str, api_key: str, *, timeout: float = 30.0) -> None:
        """Connect to a server; `timeout` is in seconds, for each call."""
        self._http = httpx.Client(base_url=base_url, timeout=timeout)
        self._key = api_key

    def send(self, call: Call) -> Any:
        """Send any call and return what its answer holds; raise KinoraRefused."""
        return _opened(self._http.send(_request(self._http, call, self._key)))

    def balance(self) -> Balance:
        """Return what the account can spend."""
        return answers.balance(self.send(calls.read_balance()))

    def upload_image(self, path: Path) -> Uploaded:
        """Send a picture."""
        return answers.uploaded(self.send(calls.upload_image(path)))

    def upload_media(self, path: Path) -> UploadedMedia:
        """Send a film or a sound."""
        return answers.uploaded_media(self.send(calls.upload_media(path)))

    def templates(self, kind: int) -> list[Template]:
        """Return the effects for films (1) or pictures (2)."""
        return answers.templates(self.send(calls.list_templates(kind)))

    def submit(self, call: Call) -> Submitted:
        """Send a submit, such as `calls.text_to_video("a lighthouse at dusk")`."""
        return answers.submitted(self.send(call))

    def result(self, job: Submitted) -> Result:
        """Return how a job stands."""
        return answers.result(self.send(calls.read_result(job.kind, job.id)))

    def wait(
        self, job: Submitted, *, watch: Watch | None = None, at_most: float = math.inf
    ) -> Result:
        """Poll until a job is done and return its result.

        Raises JobFailed, and TimeoutError after `at_most` seconds; the job then goes on.
        """
        pause, ends = FIRST_PAUSE, time.monotonic() + at_most
        while not _look(result := self.result(job), watch):
            if time.monotonic() + pause > ends:
                raise TimeoutError(f"the job is not done after {at_most:.0f} s")
            time.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * GROWTH)
        return result

    def download(self, result: Result, path: Path) -> Path:
        """Save a done job's file, whole or not at all, and return where."""
        with self._http.stream("GET", result.url) as answer, _whole(path) as file:
            answer.raise_for_status()
            for chunk in answer.iter_bytes():
                file.write(chunk)
        return path

    def close(self) -> None:
        """Let go of the connections."""
        self._http.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class AsyncKinora:
    """A client whose calls are awaited. Use it as an async context manager, or call `close`."""

    def __init__(self, base_url: str, api_key: str, *, timeout: float = 30.0) -> None:
        """Connect to a server; `timeout` is in seconds, for each call."""
        self._http = httpx.AsyncClient(base_url=base_url, timeout=timeout)
        self._key = api_key

    async def send(self, call: Call) -> Any:
        """Send any call and return what its answer holds; raise KinoraRefused."""
        return _opened(await self._http.send(_request(self._http, call, self._key)))

    async def balance(self) -> Balance:
        """Return what the account can spend."""
        return answers.balance(await self.send(calls.read_balance()))

    async def upload_image(self, path: Path) -> Uploaded:
        """Send a picture."""
        call = await asyncio.to_thread(calls.upload_image, path)
        return answers.uploaded(await self.send(call))

    async def upload_media(self, path: Path) -> UploadedMedia:
        """Send a film or a sound."""
        call = await asyncio.to_thread(calls.upload_media, path)
        return answers.uploaded_media(await self.send(call))

    async def templates(self, kind: int) -> list[Template]:
        """Return the effects for films (1) or pictures (2)."""
        return answers.templates(await self.send(calls.list_templates(kind)))

    async def submit(self, call: Call) -> Submitted:
        """Send a submit, such as `calls.text_to_video("a lighthouse at dusk")`."""
        return answers.submitted(await self.send(call))

    async def result(self, job: Submitted) -> Result:
        """Return how a job stands."""
        return answers.result(await self.send(calls.read_result(job.kind, job.id)))

    async def wait(
        self, job: Submitted, *, watch: Watch | None = None, at_most: float = math.inf
    ) -> Result:
        """Poll until a job is done and return its result.

        Raises JobFailed, and TimeoutError after `at_most` seconds; the job then goes on.
        """
        pause, ends = FIRST_PAUSE, time.monotonic() + at_most
        while not _look(result := await self.result(job), watch):
            if time.monotonic() + pause > ends:
                raise TimeoutError(f"the job is not done after {at_most:.0f} s")
            await asyncio.sleep(pause)
            pause = min(LONGEST_PAUSE, pause * GROWTH)
        return result

    async def download(self, result: Result, path: Path) -> Path:
        """Save a done job's file, whole or not at all, and return where."""
        with _whole(path) as file:
            async with self._http.stream("GET", result.url) as answer:
                answer.raise_for_status()
                async for chunk in answer.aiter_bytes():
                    file.write(chunk)
        return path

    async def close(self) -> None:
        """Let go of the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()
