"""A service in a thread of the test, and the smallest of HTTP clients."""

from __future__ import annotations

import contextlib
import http.client
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from zhextract.web.gate import Limits
from zhextract.web.pool import Settings
from zhextract.web.server import Server


class Answer(NamedTuple):
    """What came back."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Service(NamedTuple):
    """A running service."""

    address: str

    @property
    def port(self) -> int:
        port = urlsplit(self.address).port
        assert port is not None
        return port

    def ask(self, method: str, path: str, body: Any = None, kind: str = "application/json", **headers: str) -> Answer:
        """Send a request as it is given (no path is mended), and take the answer."""
        if body is not None and not isinstance(body, bytes):
            body = json.dumps(body).encode()
        head = {name.replace("_", "-"): value for name, value in headers.items()}
        if body is not None:
            head.setdefault("content-type", kind)
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        with contextlib.closing(connection):
            connection.request(method, path, body, head)
            answer = connection.getresponse()
            return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


@contextlib.contextmanager
def running(limits: Limits | None = None, review: Path | None = None, workers: int = 1) -> Iterator[Service]:
    """A service on a free port, ended at the end."""
    ready = threading.Event()
    with Server(Settings(), limits or Limits(), port=0, workers=workers, review=review) as server:
        thread = threading.Thread(target=server.run, args=(ready.set,))
        thread.start()
        try:
            assert ready.wait(60)
            yield Service(server.address)
        finally:
            server.stop()
            thread.join(30)
