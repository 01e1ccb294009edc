"""Transcripts: a request, a line of dashes, and the answer as it must be, ids and times masked."""

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

RULE = "-" * 40
IDS = re.compile(r"\b\d{12,}\b")
TIMES = re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d:\d\dZ?")
FOLDERS = re.compile(r"\b(given|made)/[0-9a-f]{2}/")
LINKS = re.compile(r"/media/[^/\"]+/[^/\"]+/")


@dataclass(frozen=True)
class Exchange:
    method: str
    path: str
    headers: dict[str, str]
    body: str
    expected: str


def read(path: Path) -> Exchange:
    request, _, expected = path.read_text().partition(RULE + "\n")
    lines = [line for line in request.splitlines() if not line.startswith("#")]
    method, _, target = lines[0].partition(" ")
    blank = lines.index("") if "" in lines else len(lines)
    headers = dict(line.split(": ", 1) for line in lines[1:blank])
    return Exchange(method, target, headers, "\n".join(lines[blank + 1 :]).strip(), expected)


async def play(exchange: Exchange, client: httpx.AsyncClient, names: dict[str, str]) -> str:
    """Send a request and return its answer as a transcript has it."""
    path = fill(exchange.path, names)
    headers = {name: fill(value, names) for name, value in exchange.headers.items()}
    sent: dict[str, Any] = {}
    if exchange.body.startswith("file "):
        field, _, value = exchange.body.removeprefix("file ").partition("=")
        sent["files"] = {field: (value, Path(fill(f"{{{value}}}", names)).read_bytes())}
    elif exchange.body.startswith("form "):
        field, _, value = exchange.body.removeprefix("form ").partition("=")
        sent["data"] = {field: fill(value, names)}
    elif exchange.body:
        sent["content"] = fill(exchange.body, names)
    answer = await client.request(exchange.method, path, headers=headers, **sent)
    return mask(answer)


def mask(answer: httpx.Response) -> str:
    body = json.dumps(answer.json(), indent=2, ensure_ascii=False)
    body = LINKS.sub("/media/<asset>/<token>/", body)
    body = FOLDERS.sub(r"\1/<folder>/", body)
    body = TIMES.sub("<time>", body)
    body = IDS.sub(lambda found: _mask_id(found.group()), body)
    return f"{answer.status_code} {answer.headers['content-type']}\n\n{body}\n"


def _mask_id(text: str) -> str:
    return text if text.startswith(("41000", "42000")) else "<id>"


def fill(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text
