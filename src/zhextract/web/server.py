"""The service on a port: checks what it is given, binds, and runs until it is told to end."""

from __future__ import annotations

import contextlib
import ipaddress
import logging
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

import uvicorn

from ..errors import UsageError
from .app import application
from .gate import Limits, protocol
from .places import places
from .pool import CrashedError, Pool, Settings
from .review import Shelf

_CONNECTIONS = 500
"""Open connections, beyond which uvicorn answers 503 by itself."""


class Server:
    """A service, bound to its port when it is made. `port` 0 takes a free one; `address` tells which.

    Raises RuleError for a mistake in a rule file or lexicon, UsageError for an address that cannot be had.
    """

    def __init__(
        self,
        settings: Settings,
        limits: Limits,
        *,
        host: str = "127.0.0.1",
        port: int = 8000,
        workers: int = 1,
        hosts: Sequence[str] = (),
        review: str | Path | None = None,
    ) -> None:
        settings.extractor()  # mistakes in rules and lexicons are told here, not by every worker
        rules = places(settings.rules)
        shelf = None if review is None else Shelf(review)
        self.socket = _bind(host, port)
        bound, number = self.socket.getsockname()[:2]
        shown = f"[{bound}]" if ":" in bound else bound
        self.address = f"http://{shown}:{number}/"
        known = [*hosts, host, shown] if _is_name(host) else [*hosts, shown]
        pool = Pool(settings, workers, limits.seconds)
        app = application(pool, limits, rules, hosts=known, shelf=shelf)
        self.server = _Uvicorn(
            uvicorn.Config(
                app, http=protocol(limits), ws="none", lifespan="on", access_log=False, log_config=None,
                server_header=False, limit_concurrency=_CONNECTIONS, timeout_keep_alive=15,
                h11_max_incomplete_event_size=16_384, timeout_graceful_shutdown=5, proxy_headers=False,
            )
        )  # fmt: skip
        logging.getLogger("uvicorn.error").setLevel(logging.ERROR)

    def __enter__(self) -> Server:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.socket.close()

    def run(self, ready: Callable[[], None] = lambda: None) -> None:
        """Serve until a signal, or `stop`. `ready` is called once requests are answered. Raises CrashedError."""
        self.server.ready = ready
        self.server.run(sockets=[self.socket])
        if not self.server.started:
            raise CrashedError("the service could not start: its workers ended")

    def stop(self) -> None:
        """End it soon; from any thread."""
        self.server.should_exit = True


class _Uvicorn(uvicorn.Server):
    """uvicorn, which tells when it is ready."""

    ready: Callable[[], None]

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """The first SIGINT or SIGTERM ends the service in good order, and is not raised again after that."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return
        kept = {number: signal.signal(number, self.handle_exit) for number in (signal.SIGINT, signal.SIGTERM)}
        try:
            yield
        finally:
            for number, handler in kept.items():
                signal.signal(number, handler)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            self.ready()


def _bind(host: str, port: int) -> socket.socket:
    bound = None
    try:
        family, kind, number, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        bound = socket.socket(family, kind, number)
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
    except (OSError, OverflowError) as error:
        if bound is not None:
            bound.close()
        what = getattr(error, "strerror", None) or error
        raise UsageError(f"{host}:{port}: cannot be listened on: {what}; pass another --host or --port") from None
    return bound


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return True
    return False
