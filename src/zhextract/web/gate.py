"""What every request passes: who may ask, how much at once, how long it may take; and the headers of every answer."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass
from typing import Any, Final

import h11
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from .metrics import Metrics
from .pages import POLICY

LOOPBACK: Final = ("localhost", "127.0.0.1", "[::1]")
"""Host names that mean this machine, whoever asks."""

_HEADERS: Final = {
    b"content-security-policy": f"{POLICY}; frame-ancestors 'none'".encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"cache-control": b"no-store",
}


@dataclass(frozen=True)
class Limits:
    """How much a request may be: bytes of a body or of a line of a stream, seconds, requests at once."""

    size: int = 2_000_000
    seconds: float = 30.0
    requests: int = 64


class Refusal(Exception):
    """An answer that says no: a status, what is wrong and what to do about it."""

    def __init__(self, status: int, what: str, hint: str = "") -> None:
        super().__init__(status, what, hint)
        self.status = status
        self.what = what
        self.hint = hint

    def response(self) -> Response:
        """As a problem document (RFC 9457)."""
        body = {"title": self.what, "status": self.status, "detail": self.hint}
        headers = {"retry-after": "1"} if self.status in (429, 503) else {}
        return Response(json.dumps(body), self.status, headers, "application/problem+json")


class Gate:
    """Middleware around the application. `hosts` are those that a request may name, without port."""

    def __init__(self, app: ASGIApp, limits: Limits, metrics: Metrics, hosts: Iterable[str]) -> None:
        self.app = app
        self.limits = limits
        self.metrics = metrics
        self.hosts = frozenset(host.lower() for host in (*LOOPBACK, *hosts))

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began = time.perf_counter()
        status = 500
        started = False

        async def sending(message: Message) -> None:
            nonlocal status, started
            if message["type"] == "http.response.start":
                status, started = message["status"], True
                given = {name for name, _ in message["headers"]}
                message["headers"] = [*message["headers"], *(h for h in _HEADERS.items() if h[0] not in given)]
            await send(message)

        self.metrics.active += 1
        try:
            self._admit(Request(scope))
            await self.app(scope, receive, sending)
        except Refusal as refusal:
            if started:
                raise  # too late to say it: the connection is cut, so that nobody takes the answer for whole
            await refusal.response()(scope, receive, sending)
        except ClientDisconnect:
            status = 499
        finally:
            self.metrics.active -= 1
            route = scope.get("route")
            self.metrics.answered(getattr(route, "path", "(none)"), status, time.perf_counter() - began)

    def _admit(self, request: Request) -> None:
        """Raises Refusal."""
        host = request.headers.get("host", "")
        if _name(host) not in self.hosts:
            # A page from elsewhere can make a name of its own mean this machine (DNS rebinding), but not hide the name.
            raise Refusal(421, "this service is not known by that host name", "start it with --allow-host NAME")
        origin = request.headers.get("origin")
        other = origin is not None and origin.lower() not in (f"http://{host.lower()}", f"https://{host.lower()}")
        if request.method not in ("GET", "HEAD") and (other or request.headers.get("sec-fetch-site") == "cross-site"):
            raise Refusal(403, "a page of another site may not ask this", "ask from the service's own pages")
        quick = request.url.path in ("/health", "/metrics")
        if self.metrics.active > self.limits.requests and not quick:
            raise Refusal(429, f"more than {self.limits.requests} requests at once", "try again in a second")


def _name(host: str) -> str:
    """A host without its port."""
    name, colon, port = host.lower().rpartition(":")
    return name if colon and port.isdecimal() else host.lower()


async def body(request: Request, limits: Limits) -> bytes:
    """The whole body. Raises Refusal: 413 when it is too large, 408 when it is too slow."""
    length = request.headers.get("content-length", "")
    if length.isdecimal() and int(length) > limits.size:
        raise _large(limits)
    parts: list[bytes] = []
    size = 0
    try:
        async with asyncio.timeout(limits.seconds):
            async for part in request.stream():
                size += len(part)
                if size > limits.size:
                    raise _large(limits)
                parts.append(part)
    except TimeoutError:
        raise _slow(limits) from None
    return b"".join(parts)


async def lines(request: Request, limits: Limits) -> AsyncIterator[bytes]:
    """The lines of a body, of any number, as they come. Raises Refusal for one too large, or when nothing comes."""
    rest = bytearray()
    stream = request.stream()
    while True:
        try:
            async with asyncio.timeout(limits.seconds):
                part = await anext(stream, None)
        except TimeoutError:
            raise _slow(limits) from None
        if part is None:
            break
        rest += part
        *whole, last = bytes(rest).split(b"\n") if b"\n" in part else [bytes(rest)]
        for line in whole:
            if len(line) > limits.size:
                raise _large(limits)
            yield line
        rest = bytearray(last)
        if len(rest) > limits.size:
            raise _large(limits)
    if rest:
        yield bytes(rest)


def _large(limits: Limits) -> Refusal:
    return Refusal(413, f"more than {limits.size} bytes", "send less, or start the service with --max-bytes N")


def _slow(limits: Limits) -> Refusal:
    return Refusal(408, f"the request did not come within {limits.seconds:g} seconds", "send it faster")


def protocol(limits: Limits) -> type[H11Protocol]:
    """uvicorn's HTTP, which also ends connections that are slow with a head, or whose body nobody has read."""

    class Protocol(H11Protocol):
        """A connection. A timer runs while no request is being answered and a head is due or half there."""

        _timer: asyncio.TimerHandle | None = None

        def connection_made(self, transport: Any) -> None:
            super().connection_made(transport)
            self._arm()

        def data_received(self, data: bytes) -> None:
            super().data_received(data)
            if self.cycle is not None and not self.cycle.response_complete:
                self._disarm()
            else:
                self._arm()

        def on_response_complete(self) -> None:
            super().on_response_complete()
            if self.conn.their_state is h11.SEND_BODY:
                self.transport.close()  # there is more of the body, which nobody will read

        def connection_lost(self, exc: Exception | None) -> None:
            self._disarm()
            super().connection_lost(exc)

        def _arm(self) -> None:
            if self._timer is None:
                self._timer = self.loop.call_later(limits.seconds, self._late)

        def _disarm(self) -> None:
            if self._timer is not None:
                self._timer.cancel()
                self._timer = None

        def _late(self) -> None:
            if not self.transport.is_closing():
                self.transport.write(b"HTTP/1.1 408 Request Timeout\r\nconnection: close\r\ncontent-length: 0\r\n\r\n")
                self.transport.close()

    return Protocol
