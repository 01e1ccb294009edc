"""Submits and polls over HTTP, each as a ratio to a bare ASGI server that runs the same statements.

Server and load generator share this machine's cores. The bare server parses nothing, checks
nothing and writes a fixed answer around the same SQL.
"""

import asyncio
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path

KEY = "sk-bench-0123456789"
SECONDS = 4.0
CONNECTIONS = 64
BODY = json.dumps(
    {
        "model": "v6",
        "prompt": "a paper boat on a rainy street",
        "aspect_ratio": "16:9",
        "duration": 5,
        "quality": "540p",
    }
).encode()
Handler = Callable[[], Awaitable[bytes]]


def call(method: str, path: str, body: bytes = b"") -> bytes:
    head = f"{method} {path} HTTP/1.1\r\nhost: x\r\napi-key: {KEY}\r\n"
    return f"{head}content-length: {len(body)}\r\n\r\n".encode() + body


async def load(port: int, asked: bytes) -> float:
    """Return answers a second over some connections, each with one call under way."""
    deadline = time.perf_counter() + SECONDS
    counts = await asyncio.gather(*[_one(port, asked, deadline) for _ in range(CONNECTIONS)])
    return sum(counts) / SECONDS


async def _one(port: int, asked: bytes, deadline: float) -> int:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    count = 0
    while time.perf_counter() < deadline:
        writer.write(asked)
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 200"), head
        length = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
        body = await reader.readexactly(length)
        assert b'"ErrCode":0' in body, body
        count += 1
    writer.close()
    return count


async def serve(kind: str, data: Path, port: int) -> None:
    import uvicorn  # noqa: PLC0415 - only in the server's process

    from kinora.bootstrap.api import Draining, build_api  # noqa: PLC0415
    from kinora.bootstrap.ground import prepare, stand  # noqa: PLC0415
    from kinora.domain.ids import AccountId  # noqa: PLC0415
    from kinora.settings import Settings  # noqa: PLC0415
    from kinora.web.logs import configure_logs  # noqa: PLC0415

    configure_logs(form="json", level="info")
    # One key asks for more than a caller may: the limits are on, and far away.
    far = {"rate_per_key": 1e9, "rate_per_address": 1e9}
    settings = Settings(data=data, bootstrap_key=KEY, **far)
    await prepare(settings)
    ground = await stand(settings, process=0)
    async with ground.store.transaction() as tx:
        await tx.accounts.change(AccountId(1), name="bench", plan="bench", max_jobs=10**9)
        await tx.ledger.grant(
            AccountId(1), monthly=0, package=10**12, note="", at=ground.clock.now()
        )
    whole = build_api(ground, wake=lambda: None, draining=Draining())
    app = whole if kind == "kinora" else await bare(ground)
    from kinora.cli.lines import lines_of  # noqa: PLC0415
    from kinora.cli.run_api import exchange_of  # noqa: PLC0415

    http = lines_of(exchange_of(settings)) if kind == "kinora" else "httptools"
    config = uvicorn.Config(
        app, port=port, loop="uvloop", http=http, log_level="warning", access_log=False
    )
    await uvicorn.Server(config).serve()


async def bare(ground):
    from kinora.catalog.book import load as catalog  # noqa: PLC0415
    from kinora.domain.ids import AccountId, JobId  # noqa: PLC0415
    from kinora.domain.moderation import FREE  # noqa: PLC0415
    from kinora.domain.order import Order, TextToVideo, Words  # noqa: PLC0415
    from kinora.usecases.submit_job import SubmitJob  # noqa: PLC0415

    async def free(_order):
        return FREE

    submit = SubmitJob(
        store=ground.store,
        catalog=catalog(),
        clock=ground.clock,
        mint=ground.mint,
        wake=lambda: None,
        judge=free,
    )
    digest = ground.pepper.digest(KEY)
    order = Order(
        account=AccountId(1),
        ask=TextToVideo(words=Words(prompt="a paper boat on a rainy street")),
        model="v6",
        quality="540p",
        aspect_ratio="16:9",
        seconds=5,
    )

    async def app(scope, receive, send) -> None:
        if scope["type"] != "http":
            return
        await receive()
        await ground.store.view.keys.open(digest, at=ground.clock.now())
        if scope["method"] == "POST":
            job = (await submit(order)).id
        else:
            job = int(scope["path"].rpartition("/")[2])
            await ground.store.view.jobs.outcome(JobId(job))
        body = b'{"ErrCode":0,"ErrMsg":"success","Resp":{"video_id":%d}}' % job
        length = str(len(body)).encode()
        headers = [(b"content-type", b"application/json"), (b"content-length", length)]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    return app


def start(kind: str, folder: str, port: int) -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, __file__, kind, folder, str(port)])


async def measure(kind: str, port: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        server = start(kind, folder, port)
        try:
            for _ in range(200):
                try:
                    _, writer = await asyncio.open_connection("127.0.0.1", port)
                    writer.close()
                    break
                except OSError:
                    await asyncio.sleep(0.05)
            path = "/openapi/v2/video/text/generate"
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(call("POST", path, BODY))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].split()[0])
            told = await reader.readexactly(length)
            job = json.loads(told)["Resp"]["video_id"]
            writer.close()
            polls = await load(port, call("GET", f"/openapi/v2/video/result/{job}"))
            submits = await load(port, call("POST", path, BODY))
        finally:
            server.terminate()
            server.wait()
    return {"submits": submits, "polls": polls}


async def main() -> None:
    rounds = []
    for turn in range(2):
        ours = await measure("kinora", 18080 + 2 * turn)
        floor = await measure("bare", 18081 + 2 * turn)
        rounds.append((ours, floor))
    results = {}
    for name in ("submits", "polls"):
        ours = max(pair[0][name] for pair in rounds)
        floor = max(pair[1][name] for pair in rounds)
        results[name] = {
            "kinora": round(ours),
            "bare": round(floor),
            "ratio": round(ours / floor, 2),
        }
        print(f"{name:<8} {ours:8,.0f}/s   bare {floor:8,.0f}/s   ratio {ours / floor:.2f}")
    out = Path(__file__).parent / "results" / "http.json"
    out.write_text(json.dumps(results, indent=2) + "\n")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        asyncio.run(serve(sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])))
    else:
        asyncio.run(main())
