"""The service: the pages to paste a text into and to review articles, and the same by HTTP for programs.

No path of a request is a path of the file system: static files are held by name in memory, articles under review by a
key that the service has given them.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Iterable, Mapping
from importlib import metadata
from typing import Any, Final

import msgspec
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from ..errors import ReadError, UsageError
from ..read import Article, decode, read_line
from .exchange import FORMS
from .gate import Gate, Limits, Refusal, body, lines
from .metrics import Metrics
from .openapi import openapi
from .pages import data, page, static_files
from .places import Place
from .pool import Pool
from .review import Review, Shelf
from .service import Service

_AHEAD: Final = 256
"""Articles of a stream that are read before the documents of earlier ones have been taken."""
_LINES: Final = ("application/x-ndjson", "application/jsonl", "application/x-jsonlines", "application/jsonlines")

Endpoint = Callable[[Request], Awaitable[Response]]


class _Given(msgspec.Struct, forbid_unknown_fields=True):
    """An article as JSON."""

    text: str
    id: str | None = None
    published: str | None = None


def application(
    pool: Pool,
    limits: Limits,
    rules: Mapping[str, Place],
    *,
    hosts: Iterable[str] = (),
    shelf: Shelf | None = None,
) -> ASGIApp:
    """The ASGI application. `hosts` are names besides loopback's that requests may use, `shelf` articles to review.

    `pool` is started and stopped with the application.
    """
    metrics = Metrics()
    service = Service(pool, limits, rules, metrics)
    description = openapi(limits, version(), review=shelf is not None)
    head = {"Extract": "", **({} if shelf is None else {"Review": "review"}), "API": "docs"}
    static = {
        name: (content, "text/css; charset=utf-8" if name.endswith(".css") else "text/javascript; charset=utf-8")
        for name, content in static_files().items()
    }

    async def home(request: Request) -> Response:
        return html_page("Extract", "serve", {"limits": limits.size}, head, "serve.js")

    async def review(request: Request) -> Response:
        return html_page("Review", "review", {"forms": list(FORMS)}, head, "review.js", current="review")

    async def docs(request: Request) -> Response:
        return html_page("API", "docs", description, head, "docs.js", current="docs")

    async def asset(request: Request) -> Response:
        found = static.get(request.path_params["name"])
        if found is None:
            raise Refusal(404, "nothing here")
        return Response(found[0], media_type=found[1], headers={"cache-control": "no-cache"})

    async def describe(request: Request) -> Response:
        return JSONResponse(description)

    async def health(request: Request) -> Response:
        return JSONResponse({"status": "ok", "version": version(), "workers": pool.count})

    async def counts(request: Request) -> Response:
        return PlainTextResponse(metrics.text(), media_type="text/plain; version=0.0.4")

    async def extract(request: Request) -> Response:
        if _type(request) in _LINES:
            return _Lines(service, request)
        return Response(await service.document(await _article(request, limits)), media_type="application/json")

    async def view(request: Request) -> Response:
        article = await _article(request, limits)
        document = json.loads(await service.document(article))
        return Response(data(service.view(document, article.text)), media_type="application/json")

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await pool.start()
        try:
            yield
        finally:
            pool.stop()

    routes = [
        Route("/", home),
        Route("/docs", docs),
        Route("/openapi.json", describe),
        Route("/static/{name}", asset),
        Route("/health", health),
        Route("/metrics", counts),
        Route("/v1/extract", extract, methods=["POST"]),
        Route("/v1/view", view, methods=["POST"]),
        *([] if shelf is None else [Route("/review", review), *Review(service, shelf).routes()]),
    ]
    app = Starlette(
        routes=routes, lifespan=lifespan, exception_handlers={Refusal: _refused, HTTPException: _missing, 500: _failed}
    )
    return Gate(app, limits, metrics, hosts)


def version() -> str:
    """The version of the package."""
    try:
        return metadata.version("zhextract")
    except metadata.PackageNotFoundError:
        return "0"


def html_page(
    title: str, kind: str, value: Any, links: Mapping[str, str], script: str, *, current: str = "", root: str = "/"
) -> Response:
    """A page of the service."""
    scripts = [f"static/{name}" for name in ("core.js", "charts.js", "article.js", script)]
    return HTMLResponse(page(title, kind, value, scripts=scripts, links=links, root=root, current=current))


def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refusal)
    return error.response()


def _missing(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    answer = Refusal(error.status_code, error.detail).response()
    answer.headers.update(error.headers or {})
    return answer


def _failed(request: Request, error: Exception) -> Response:
    return Refusal(500, "a mistake of ours", "please report it").response()


def _type(request: Request) -> str:
    return request.headers.get("content-type", "").split(";")[0].strip().lower()


async def _article(request: Request, limits: Limits) -> Article:
    """The article of a request. Raises Refusal."""
    kind = _type(request)
    if kind not in ("application/json", "text/plain", "application/octet-stream"):
        raise Refusal(415, f"content type {kind or '(none)'} is not taken", "send application/json or text/plain")
    raw = await body(request, limits)
    ask = request.query_params
    ident, name, published = ask.get("id", ""), ask.get("name", ""), ask.get("published") or None
    try:
        if kind == "application/json":
            given = msgspec.json.decode(raw, type=_Given)
            return Article(given.id or "", name, given.text, "utf-8", "", given.published or None)
        named = request.headers.get("content-type", "").partition("charset=")[2].strip(' "') or "utf-8"
        text, used = decode(raw, name or "the body", named if kind == "text/plain" else None)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise Refusal(400, f"not the JSON of an article: {error}", '{"text": …, "id": …, "published": …}') from None
    except RecursionError:
        raise Refusal(400, "not the JSON of an article: nested too deep") from None
    except (ReadError, UsageError) as error:
        raise Refusal(400, str(error)) from None
    return Article(ident, name, text, used, "", published)


class _Lines(Response):
    """Documents for JSON lines while these still come in.

    Not Starlette's streaming response, which listens for the end of the connection and so would eat the body.
    """

    media_type = "application/x-ndjson"

    def __init__(self, service: Service, request: Request) -> None:
        super().__init__(media_type=self.media_type)
        del self.headers["content-length"]
        self.service = service
        self.request = request

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer. Ends the connection when nobody takes the documents."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        try:
            async with contextlib.aclosing(_stream(self.service, self.request)) as documents:
                async for document in documents:
                    async with asyncio.timeout(self.service.limits.seconds):
                        await send({"type": "http.response.body", "body": document, "more_body": True})
        except TimeoutError:
            return  # unfinished, so the server cuts the connection
        await send({"type": "http.response.body", "body": b"", "more_body": False})


async def _stream(service: Service, request: Request) -> AsyncGenerator[bytes, None]:
    """Documents for JSON lines, in order; reading goes on while earlier ones are extracted."""
    queue: asyncio.Queue[asyncio.Task[bytes] | None] = asyncio.Queue(_AHEAD)

    async def one(number: int, raw: bytes) -> bytes:
        try:
            article = read_line(raw, number)
            return await service.document(article) + b"\n"
        except (ReadError, Refusal) as error:
            what = error.what
            return msgspec.json.encode({"error": what, "line": number}) + b"\n"

    async def read() -> None:
        number = 0
        try:
            async for raw in lines(request, service.limits):
                number += 1
                if raw.strip():
                    await queue.put(asyncio.create_task(one(number, raw)))
        except Refusal as refusal:
            await queue.put(asyncio.create_task(_said(refusal, number + 1)))
        except ClientDisconnect:
            pass  # nobody is there to be told
        finally:
            await queue.put(None)

    reader = asyncio.create_task(read())
    try:
        while (task := await queue.get()) is not None:
            yield await task
    finally:
        reader.cancel()
        while not queue.empty():
            left = queue.get_nowait()
            if left is not None:
                left.cancel()


async def _said(refusal: Refusal, number: int) -> bytes:
    return msgspec.json.encode({"error": refusal.what, "line": number}) + b"\n"
