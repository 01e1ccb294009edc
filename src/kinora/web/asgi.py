"""The outermost layer: trace ids, one log line a request, metrics, and a last resort."""

import secrets
import time
from collections.abc import Callable

import structlog
from prometheus_client import Counter, Histogram
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

log = structlog.get_logger()

REQUESTS = Counter("kinora_http_requests", "HTTP requests answered.", ["method", "route", "status"])
SECONDS = Histogram(
    "kinora_http_seconds",
    "Seconds from a request's arrival to the end of its answer.",
    ["route"],
    buckets=(0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30),
)
TRACE_HEADERS = (b"ai-trace-id", b"x-request-id")
LONGEST_TRACE = 128
SERVER_ERROR = 500
NO_SNIFFING = (b"x-content-type-options", b"nosniff")
READS = {"GET", "HEAD", "OPTIONS"}

Crash = Callable[[], Response]


class Kit:
    """Wraps an application; `crash` makes the answer when it fails, in the form of its prefix."""

    def __init__(self, app: ASGIApp, *, crash: dict[str, Crash]) -> None:
        """Serve `app`; `crash` maps path prefixes to answers, the empty prefix to the rest."""
        self._app = app
        self._crash = sorted(crash.items(), key=lambda item: -len(item[0]))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        began = time.perf_counter()
        trace = _trace_of(scope)
        scope["state"] = {"trace": trace}
        marks = ((b"ai-trace-id", trace.encode()), (b"x-request-id", trace.encode()), NO_SNIFFING)
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"].extend(marks)
            await send(message)

        try:
            await self._app(scope, receive, send_marked)
        except Exception:
            log.exception(
                "http.crash", method=scope["method"], path=_unsigned(scope["path"]), trace=trace
            )
            if not status:
                await self._crash_answer(scope["path"])(scope, receive, send_marked)
        self._note(scope, status or SERVER_ERROR, trace, time.perf_counter() - began)

    def _crash_answer(self, path: str) -> Response:
        return next(make for prefix, make in self._crash if path.startswith(prefix))()

    def _note(self, scope: Scope, status: int, trace: str, seconds: float) -> None:
        route = getattr(scope.get("route"), "path", "none")
        REQUESTS.labels(scope["method"], route, status).inc()
        SECONDS.labels(route).observe(seconds)
        # Polls are many and alike: at the usual level only what asks for work or fails is told.
        quiet = scope["method"] in READS and status < SERVER_ERROR
        tell = log.debug if quiet else log.info
        tell(
            "http.request",
            method=scope["method"],
            path=_unsigned(scope["path"]),
            status=status,
            ms=round(seconds * 1000, 2),
            trace=trace,
        )


def _unsigned(path: str) -> str:
    """Leave out a media link's signature: whoever reads it in a log could use it."""
    return "/".join(path.split("/")[:3]) if path.startswith("/media/") else path


def _trace_of(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name in TRACE_HEADERS:
            text: str = value.decode("latin-1")[:LONGEST_TRACE].strip()
            if text.isprintable() and text:
                return text
    return secrets.token_hex(8)
