"""Connections with limits: uvicorn itself lets a slow or silent one last for ever.

- A request's head must come within some seconds, and be of a bounded size.
- What comes beside a body (sizes of chunks, their extensions, trailers) is of a bounded size, and
  trailers are no headers: a proxy that takes care of headers lets them through.
- A connection whose answer is not taken, or whose body goes on after the answer, is cut.
- An address holds so many connections and no more; when all are taken, the one that has waited
  longest without a whole head goes.

What is slow *within* a body is `kinora.web.pace`'s affair.
"""

import asyncio
import fcntl
import os
import socket as sockets
import struct
import termios
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import ClassVar, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

from kinora.web.addresses import house_of

LONGEST_HEAD = 64 * 1024
"""Bytes of a head: the address asked for and all headers."""

TOO_LONG = b"HTTP/1.1 431 Request Header Fields Too Large\r\n"
TOO_SLOW = b"HTTP/1.1 408 Request Timeout\r\n"
TOO_MANY = b"HTTP/1.1 503 Service Unavailable\r\nretry-after: 10\r\n"
NOT_LONGER = struct.pack("ii", 1, 0)
END = b"connection: close\r\ncontent-length: 0\r\n\r\n"


class HeadTooLong(Exception):
    """A head is larger than is read."""


@dataclass(slots=True, kw_only=True)
class Exchange:
    """What the connections of a process share: their limits and their numbers."""

    most: int
    most_of_address: int
    head_seconds: float
    body_seconds: float
    body_rate: float
    is_proxy: Callable[[str], bool]
    held: Counter[str] = field(default_factory=Counter)
    number: int = 0
    headless: dict["Line", None] = field(default_factory=dict)

    def take(self, line: "Line", peer: str) -> bool:
        """Count a connection; False when there is no place for it."""
        address = house_of(peer)
        if self.held[address] >= self.most_of_address and not self.is_proxy(peer):
            return False
        if self.number >= self.most:
            oldest = next(iter(self.headless), None)
            if oldest is None:
                return False
            oldest.cut(TOO_MANY)
        self.held[address] += 1
        self.number += 1
        self.headless[line] = None
        return True

    def let_go(self, line: "Line", peer: str) -> None:
        """Count a connection less."""
        address = house_of(peer)
        self.headless.pop(line, None)
        self.number -= 1
        self.held[address] -= 1
        if not self.held[address]:
            del self.held[address]


class Line(HttpToolsProtocol):
    """One connection."""

    exchange: ClassVar[Exchange]
    _peer = ""
    _taken = False
    _in_head = True
    _head_size = 0
    _beside = 0
    _had_body = False
    _too_long = False
    _whole = True
    _answering = False
    _queued = 0
    _head_timer: asyncio.TimerHandle | None = None
    _rest_timer: asyncio.TimerHandle | None = None
    _write_timer: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take a place, or say that there is none."""
        # uvloop's transports are none of asyncio's, but have all that they have.
        super().connection_made(cast("asyncio.Transport", transport))
        self._peer = self.client[0] if self.client else ""
        self._taken = self.exchange.take(self, self._peer)
        if self._taken:
            self._time_head()
        else:
            self.cut(TOO_MANY)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give the place back."""
        super().connection_lost(exc)
        for timer in (self._head_timer, self._rest_timer, self._write_timer):
            if timer is not None:
                timer.cancel()
        if self._taken:
            self.exchange.let_go(self, self._peer)

    def data_received(self, data: bytes) -> None:
        """Read on; a head that has not come whole is timed from its first byte."""
        self._had_body = False
        super().data_received(data)
        if not self._whole and not self._in_head:
            self._count_beside(len(data))
        if self._in_head:
            self._head_size += len(data)
            if self._head_size > LONGEST_HEAD:
                self.cut(TOO_LONG)
            elif self._head_timer is None:
                self._time_head()
        elif self._head_timer is not None:
            self._head_timer.cancel()
            self._head_timer = None

    def on_message_begin(self) -> None:
        """Begin a head."""
        super().on_message_begin()
        self._in_head, self._whole = True, False
        self._head_size = self._beside = 0

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; a trailer is let go."""
        if self._in_head:
            super().on_header(name, value)

    def on_body(self, body: bytes) -> None:
        """Take a piece of a body."""
        self._had_body = True
        super().on_body(body)

    def on_headers_complete(self) -> None:
        """End a head; raises HeadTooLong, which the parser hands on."""
        size = len(self.url) + sum([len(name) + len(value) + 4 for name, value in self.headers])
        if size > LONGEST_HEAD:
            self._too_long = True
            raise HeadTooLong
        self._in_head, self._answering = False, True
        self.exchange.headless.pop(self, None)
        super().on_headers_complete()

    def send_400_response(self, msg: str) -> None:
        """Refuse what cannot be read."""
        if self._too_long:
            self.cut(TOO_LONG)
        else:
            super().send_400_response(msg)

    def on_message_complete(self) -> None:
        """End a body."""
        super().on_message_complete()
        self._whole = True
        if self._rest_timer is not None:
            self._rest_timer.cancel()
            self._rest_timer = None

    def on_response_complete(self) -> None:
        """Let a sender who was answered early finish, within bounds."""
        self._answering = bool(self.pipeline)
        super().on_response_complete()
        if not self._whole and self._rest_timer is None:
            self._rest_timer = self.loop.call_later(self.exchange.head_seconds, self._abort)

    def pause_writing(self) -> None:
        """Time a caller who does not take the answer."""
        super().pause_writing()
        if self._write_timer is None:
            self._queued = self._unread()
            self._time_write()

    def cut(self, status: bytes) -> None:
        """Answer with a status and end the connection."""
        if not self.transport.is_closing():
            self.transport.write(status + END)
            self.transport.close()

    def _count_beside(self, size: int) -> None:
        """Count what came without a byte of the body; a trailer's parser keeps what is unended."""
        self._beside = 0 if self._had_body else self._beside + size
        if self._beside > LONGEST_HEAD:
            self.cut(TOO_LONG)

    def _time_head(self) -> None:
        wait = self.exchange.head_seconds
        self._head_timer = self.loop.call_later(wait, self._head_is_late)

    def _head_is_late(self) -> None:
        if self._answering:
            # The next head began before the answer to the last one has ended.
            self._time_head()
        else:
            self.cut(TOO_SLOW)

    def _time_write(self) -> None:
        wait = self.exchange.body_seconds
        self._write_timer = self.loop.call_later(wait, self._write_is_late)

    def _write_is_late(self) -> None:
        self._write_timer = None
        if not self.flow.write_paused:
            return
        queued = self._unread()
        taken, self._queued = self._queued - queued, queued
        if taken < self.exchange.body_rate * self.exchange.body_seconds:
            self._abort()
        else:
            self._time_write()

    def _unread(self) -> int:
        """Return how many bytes wait for the caller, here and in the system."""
        size = self.transport.get_write_buffer_size()
        socket = self.transport.get_extra_info("socket")
        try:
            told = fcntl.ioctl(socket.fileno(), termios.TIOCOUTQ, bytes(4))
        except (OSError, AttributeError):
            return size
        queued: int = struct.unpack("i", told)[0]
        return size + queued

    def _abort(self) -> None:
        """End the connection; what is not sent yet goes, here and in the system."""
        handle = self.transport.get_extra_info("socket")
        with suppress(OSError, AttributeError):
            copy = sockets.socket(fileno=os.dup(handle.fileno()))
            with copy:
                copy.setsockopt(sockets.SOL_SOCKET, sockets.SO_LINGER, NOT_LONGER)
        self.transport.abort()


def lines_of(exchange: Exchange) -> type[Line]:
    """Return the kind of connection that keeps an exchange's limits."""
    return type("LimitedLine", (Line,), {"exchange": exchange})
