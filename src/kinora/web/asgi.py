"""The outermost layer: trace ids, one log line a request, metrics, and a last resort."""

import secrets
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass

import structlog
from prometheus_client import Counter, Histogram
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kinora.domain.errors import KinoraError, TooOften
from kinora.web.addresses import Addresses
from kinora.web.pace import Pace

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
READS = {"GET", "HEAD", "OPTIONS"}
UNLIMITED = ("/healthz", "/readyz")
"""What is answered however often it is asked: who watches the server must not be sent away."""

CSP = b"content-security-policy"
CORP = b"cross-origin-resource-policy"
ALWAYS = (
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
    (b"referrer-policy", b"no-referrer"),
    (CORP, b"same-origin"),
)
MEDIA = "/media/"
MEDIA_ALWAYS = (*ALWAYS[:-1], (CORP, b"cross-origin"))
"""Media may be shown by pages of others: whoever holds a link may fetch."""

CLOSED = (CSP, b"default-src 'none'; frame-ancestors 'none'")
"""For what has no policy of its own: no answer of an API shows or runs anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """How a door speaks when it is not asked: when it breaks, and when it sends someone away."""

    crash: Callable[[], Response]
    refuse: Callable[[KinoraError], Response]

    def own_up(self, excuse: KinoraError | None) -> Response:
        """Answer a call that broke: with an excuse when there is one."""
        return self.crash() if excuse is None else self.refuse(excuse)


class Kit:
    """Wraps an application: limits, trace ids, security headers, metrics, and a last resort."""

    def __init__(
        self,
        app: ASGIApp,
        *,
        manners: dict[str, Manner],
        excuse: Callable[[Exception], KinoraError | None] = lambda _: None,
        enter: Callable[[str], None] = lambda _: None,
        addresses: Addresses | None = None,
        pace: Pace | None = None,
    ) -> None:
        """Serve `app`.

        `manners` maps path prefixes to how their doors speak, the empty prefix to the rest.
        `excuse` returns what to say of an exception that is no fault of the program.
        `enter` is told each call's address and raises TooOften.
        """
        self.app = app
        self._manners = sorted(manners.items(), key=lambda pair: -len(pair[0]))
        self._excuse = excuse
        self._enter = enter
        self._address = addresses or Addresses()
        self._pace = pace or Pace()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        trace, address = _trace_of(scope), self._address(scope)
        scope["state"] = {"trace": trace, "address": address}
        encoded = trace.encode()
        traced = ((b"ai-trace-id", encoded), (b"x-request-id", encoded))
        always = MEDIA_ALWAYS if scope["path"].startswith(MEDIA) else ALWAYS
        status = 0

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                headers = message["headers"]
                headers.extend(always if _has_policy(headers) else (CLOSED, *always))
                headers.extend(traced)
            await send(message)

        try:
            await self._entered(scope, address)(scope, self._pace.of(receive), send_marked)
        except Exception as error:  # noqa: BLE001 - the last resort: whatever broke is answered
            excuse = self._excuse(error)
            _log_broken(scope, trace, error, excuse)
            if not status:
                answer = self._manner(scope["path"]).own_up(excuse)
                await answer(scope, receive, send_marked)
        self._note(scope, status or SERVER_ERROR, trace, time.perf_counter() - began)

    def _entered(self, scope: Scope, address: str) -> ASGIApp:
        """Return what answers a call: the application, or a refusal."""
        if scope["path"] in UNLIMITED:
            return self.app
        try:
            self._enter(address)
        except TooOften as error:
            return self._manner(scope["path"]).refuse(error)
        return self.app

    def _manner(self, path: str) -> Manner:
        return next(manner for prefix, manner in self._manners if path.startswith(prefix))

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


def _log_broken(scope: Scope, trace: str, error: Exception, excuse: KinoraError | None) -> None:
    told = {"method": scope["method"], "path": _unsigned(scope["path"]), "trace": trace}
    if excuse is None:
        log.error("http.crash", exc_info=error, **told)
    else:
        log.warning("http.unable", reason=str(excuse), **told)


def _has_policy(headers: Iterable[tuple[bytes, bytes]]) -> bool:
    for name, _ in headers:  # noqa: SIM110 - a generator takes three times as long
        if name == CSP:
            return True
    return False


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
