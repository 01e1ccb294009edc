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
SPANS = re.compile(r'"(ExpireTime|estimated_gen_time|queue_time)": \d+')
SIZES = re.compile(r'"size": \d+(?=,\s+"name")')
ELAPSED = re.compile(r'"elapsed": "\d+:\d\d"')


@dataclass(frozen=True)
class Exchange:
    """A request and its answer; `others` are paths that must give the same answer."""

    method: str
    path: str
    others: tuple[str, ...]
    headers: dict[str, str]
    body: str
    expected: str


def read(path: Path) -> Exchange:
    request, _, expected = path.read_text().partition(RULE + "\n")
    lines = [line for line in request.splitlines() if not line.startswith("#")]
    method, _, target = lines[0].partition(" ")
    blank = lines.index("") if "" in lines else len(lines)
    others = [line.removeprefix("or ") for line in lines[1:blank] if line.startswith("or ")]
    headers = dict(line.split(": ", 1) for line in lines[1 + len(others) : blank])
    body = "\n".join(lines[blank + 1 :]).strip()
    return Exchange(method, target, tuple(others), headers, body, expected)


async def play(
    exchange: Exchange, client: httpx.AsyncClient, names: dict[str, str], *, path: str = ""
) -> str:
    """Send a request, to its own path or to `path`; return its answer as a transcript has it."""
    headers = {name: fill(value, names) for name, value in exchange.headers.items()}
    answer = await client.request(
        exchange.method,
        fill(path or exchange.path, names),
        headers=headers,
        **sent(exchange.body, names),
    )
    return mask(answer)


def sent(body: str, names: dict[str, str]) -> dict[str, Any]:
    """Return a body as httpx takes it; its first word says what it is, JSON has none.

    `file` is a part of a multipart form from a file, `part` one from a text, `form` a field of an
    urlencoded form (a line for each), `raw` a file that is the body itself.
    """
    kind, _, _ = body.partition(" ")
    if kind not in ("file", "part", "form", "raw"):
        return {"content": fill(body, names)} if body else {}
    if kind == "raw":
        return {"content": Path(fill(f"{{{body.removeprefix('raw ')}}}", names)).read_bytes()}
    pairs = [line.partition(" ")[2].split("=", 1) for line in body.splitlines()]
    if kind == "form":
        return {"data": {field: fill(value, names) for field, value in pairs}}
    if kind == "part":
        return {"files": {field: (None, fill(value, names)) for field, value in pairs}}
    return {
        "files": {
            field: (value, Path(fill(f"{{{value}}}", names)).read_bytes()) for field, value in pairs
        }
    }


def mask(answer: httpx.Response) -> str:
    body = json.dumps(answer.json(), indent=2, ensure_ascii=False)
    body = SPANS.sub(r'"\1": <number>', body)
    body = SIZES.sub('"size": <number>', body)
    body = ELAPSED.sub('"elapsed": "<span>"', body)
    body = LINKS.sub("/media/<asset>/<token>/", body)
    body = FOLDERS.sub(r"\1/<folder>/", body)
    body = TIMES.sub("<time>", body)
    body = IDS.sub(lambda found: _mask_id(found.group()), body)
    head = f"{answer.status_code} {answer.headers['content-type']}\n"
    if "retry-after" in answer.headers:
        head += f"Retry-After: {answer.headers['retry-after']}\n"
    return f"{head}\n{body}\n"


def _mask_id(text: str) -> str:
    return text if text.startswith(("41000", "42000")) else "<id>"


def fill(text: str, names: dict[str, str]) -> str:
    for name, value in names.items():
        text = text.replace(f"{{{name}}}", value)
    return text
