"""Sends stored media: HEAD, ETag, single and multiple ranges, a good file name."""

import secrets
from collections.abc import AsyncIterator
from urllib.parse import quote

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from kinora.domain.asset import Asset
from kinora.ports.blobs import Blobs
from kinora.web.ranges import Span, Unsatisfiable, parse_ranges

SECONDS_TO_KEEP = 86_400


async def send_asset(request: Request, asset: Asset, *, blobs: Blobs) -> Response:
    """Answer a GET or HEAD for an asset's bytes."""
    headers = _headers(asset)
    if _matches(request.headers.get("if-none-match", ""), headers["etag"]):
        return Response(status_code=304, headers=headers)
    try:
        spans = _spans(request, asset, headers["etag"])
    except Unsatisfiable:
        headers["content-range"] = f"bytes */{asset.size}"
        return Response(status_code=416, headers=headers)
    if len(spans) > 1:
        return _send_parts(request, asset, spans, headers, blobs)
    headers["content-type"] = asset.mime
    if not spans:
        return _send(request, asset, Span(0, asset.size - 1), headers, blobs)
    span = spans[0]
    headers["content-range"] = f"bytes {span.start}-{span.end}/{asset.size}"
    return _send(request, asset, span, headers, blobs)


def _headers(asset: Asset) -> dict[str, str]:
    plain = asset.filename.encode("ascii", "replace").decode().replace('"', "'")
    return {
        "accept-ranges": "bytes",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "content-length, content-range, etag",
        "cache-control": f"private, max-age={SECONDS_TO_KEEP}, immutable",
        "content-disposition": f"inline; filename=\"{plain}\"; filename*=UTF-8''"
        + quote(asset.filename, safe=""),
        "etag": f'"{asset.sha256[:32]}"',
        "content-security-policy": "default-src 'none'; media-src 'self'; img-src 'self'; sandbox",
    }


def _matches(header: str, etag: str) -> bool:
    tags = [tag.strip().removeprefix("W/") for tag in header.split(",")]
    return etag in tags or "*" in tags


def _spans(request: Request, asset: Asset, etag: str) -> list[Span]:
    header = request.headers.get("range")
    condition = request.headers.get("if-range")
    if header is None or (condition is not None and condition != etag):
        return []
    return parse_ranges(header, size=asset.size)


def _send(
    request: Request, asset: Asset, span: Span, headers: dict[str, str], blobs: Blobs
) -> Response:
    headers["content-length"] = str(span.length)
    status = 206 if "content-range" in headers else 200
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers)
    chunks = blobs.read(asset.place, start=span.start, length=span.length)
    return StreamingResponse(chunks, status_code=status, headers=headers)


def _send_parts(
    request: Request, asset: Asset, spans: list[Span], headers: dict[str, str], blobs: Blobs
) -> Response:
    boundary = secrets.token_hex(12)
    heads = [
        f"--{boundary}\r\ncontent-type: {asset.mime}\r\n"
        f"content-range: bytes {span.start}-{span.end}/{asset.size}\r\n\r\n".encode()
        for span in spans
    ]
    tail = f"--{boundary}--\r\n".encode()
    length = sum(len(head) + span.length + 2 for head, span in zip(heads, spans, strict=True))
    headers["content-type"] = f"multipart/byteranges; boundary={boundary}"
    headers["content-length"] = str(length + len(tail))
    if request.method == "HEAD":
        return Response(status_code=206, headers=headers)

    async def parts() -> AsyncIterator[bytes]:
        for head, span in zip(heads, spans, strict=True):
            yield head
            async for chunk in blobs.read(asset.place, start=span.start, length=span.length):
                yield chunk
            yield b"\r\n"
        yield tail

    return StreamingResponse(parts(), status_code=206, headers=headers)
