"""Logs: one event a line, JSON for machines, colour for people at a terminal."""

import logging
import sys
from collections.abc import Mapping
from typing import Any

import structlog

from kinora.web.secrets import hidden, without_secrets


def configure_logs(*, form: str, level: str) -> None:
    """Write events to standard error; `form` is `auto`, `human` or `json`."""
    human = form == "human" or (form == "auto" and sys.stderr.isatty())
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback)
        if human
        else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            # Before secrets are taken out: an exception's text may hold one.
            structlog.processors.format_exc_info,
            without_secrets,
            harmless,
            renderer,
        ],
        wrapper_class=structlog.make_filtering_bound_logger(
            logging.getLevelNamesMapping()[level.upper()]
        ),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
        cache_logger_on_first_use=True,
    )
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, force=True)
    for each in logging.getLogger().handlers:
        each.setFormatter(Discreet())


def harmless(_logger: object, _method: str, event: Mapping[str, Any]) -> dict[str, Any]:
    """Return an event whose texts give a terminal no commands: paths are strangers' words.

    A step of structlog's. Lines of an exception stay lines.
    """
    return {name: _spelled(value) for name, value in event.items()}


def _spelled(value: Any) -> Any:
    if not isinstance(value, str) or value.isprintable():
        return value
    return "".join(
        sign if sign.isprintable() or sign == "\n" else repr(sign)[1:-1] for sign in value
    )


class Discreet(logging.Formatter):
    """Writes what other libraries log, without secrets."""

    def format(self, record: logging.LogRecord) -> str:
        """Return a line."""
        return str(_spelled(hidden(f"{record.levelname}:{record.name}:{super().format(record)}")))
