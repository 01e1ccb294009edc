"""A receiver of posts on 127.0.0.1 that does as a test tells it."""

import asyncio
import ipaddress
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import msgspec

LOOPBACK = ipaddress.ip_network("127.0.0.0/8")


@dataclass(frozen=True)
class Got:
    """One post as it came."""

    head: str
    raw: bytes

    @property
    def body(self) -> Any:
        return msgspec.json.decode(self.raw)

    @property
    def headers(self) -> dict[str, str]:
        lines = self.head.strip().split("\r\n")[1:]
        return {name.lower(): value for name, value in (line.split(": ", 1) for line in lines)}


@dataclass
class Receiver:
    """Takes posts; `manner` says how it answers, `statuses` with what, the last one for ever."""

    statuses: list[int] = field(default_factory=lambda: [200])
    manner: str = ""
    retry_after: str = ""
    port: int = 0
    got: list[Got] = field(default_factory=list)
    now: int = 0
    most_at_once: int = 0
    let_go: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?a=1"

    @property
    def heads(self) -> list[str]:
        return [got.head for got in self.got]

    @property
    def bodies(self) -> list[Any]:
        return [got.body for got in self.got]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = int(head.lower().partition("content-length:")[2].split()[0])
        self.got.append(Got(head, await reader.readexactly(length)))
        self.now += 1
        self.most_at_once = max(self.most_at_once, self.now)
        try:
            await self.answer(reader, writer)
        except ConnectionError:
            return
        finally:
            self.now -= 1
            writer.close()

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        status = self.statuses[0] if len(self.statuses) == 1 else self.statuses.pop(0)
        match self.manner:
            case "":
                pass
            case "silent":
                await reader.read()
            case "held":
                await self.let_go.wait()
            case "drip":
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 100000\r\n\r\n")
                while not reader.at_eof():
                    writer.write(b".")
                    await writer.drain()
                    await asyncio.wait([asyncio.ensure_future(reader.read(1))], timeout=0.02)
            case _:
                writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
                while True:
                    writer.write(b"x" * (1 << 16))
                    await writer.drain()
        extra = f"retry-after: {self.retry_after}\r\n" if self.retry_after else ""
        if 300 <= status < 400:
            extra += "location: http://169.254.169.254/latest/meta-data/\r\n"
        writer.write(f"HTTP/1.1 {status} x\r\n{extra}content-length: 2\r\n\r\nok".encode())
        await writer.drain()


@asynccontextmanager
async def receiving(*statuses: int, manner: str = "") -> AsyncIterator[Receiver]:
    receiver = Receiver(list(statuses) or [200], manner)
    server = await asyncio.start_server(receiver.serve, "127.0.0.1", 0)
    receiver.port = server.sockets[0].getsockname()[1]
    try:
        yield receiver
    finally:
        receiver.let_go.set()
        server.close()


@dataclass
class Later:
    """A clock that goes when it is told to."""

    at: datetime

    def now(self) -> datetime:
        return self.at
