"""Review to gold: the articles of one folder, opened by keys that are given out here, their gold and its history."""

from __future__ import annotations

import asyncio
import hashlib
import json
from pathlib import Path
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .. import edtf
from ..errors import ReadError, UsageError
from ..read import LINES_SUFFIX, Article, article_files, read_articles
from . import exchange, gold
from .gate import Refusal, body
from .pages import data
from .service import Service
from .suggest import FIELDS


class _Span(msgspec.Struct, forbid_unknown_fields=True):
    """Where a record is wanted, and of what type."""

    start: int
    end: int
    type: str


class _Save(msgspec.Struct, forbid_unknown_fields=True):
    """A gold to save over `version`, with what the reviewer said of each record."""

    version: str
    gold: dict[str, Any]
    verdicts: list[dict[str, Any]] = []


class Shelf:
    """The articles of a folder that can be reviewed (`.txt` and `.md`), by key."""

    def __init__(self, folder: str | Path) -> None:
        self.folder = Path(folder)
        if not self.folder.is_dir():
            raise UsageError(f"no such folder: {folder}; --review takes a folder of articles")

    def files(self) -> dict[str, Path]:
        """The articles that are there now. A key is a digest of the path below the folder, so none is a path."""
        paths = [path for path in article_files(self.folder) if path.suffix.lower() != LINES_SUFFIX]
        return {hashlib.sha256(self.name(path).encode()).hexdigest()[:16]: path for path in paths}

    def name(self, path: Path) -> str:
        """The path below the folder."""
        return path.relative_to(self.folder).as_posix()

    def path(self, key: str) -> Path:
        """The article of a key. Raises Refusal."""
        found = self.files().get(key)
        if found is None:
            raise Refusal(404, "no such article", "it may have been moved; load the list again")
        return found


class Review:
    """What is asked about the articles of a shelf."""

    def __init__(self, service: Service, shelf: Shelf) -> None:
        self.service = service
        self.shelf = shelf
        self.saving = asyncio.Lock()

    def routes(self) -> list[Route]:
        """The routes of review."""
        base = "/v1/articles/{key}"
        return [
            Route("/v1/articles", self.listing),
            Route(base, self.article),
            Route(f"{base}/gold", self.save, methods=["PUT"]),
            Route(f"{base}/suggest", self.suggest, methods=["POST"]),
            Route(f"{base}/export/{{form}}", self.export),
            Route(f"{base}/import/{{form}}", self.read_in, methods=["POST"]),
            Route("/v1/bounds", self.bounds),
        ]

    async def listing(self, request: Request) -> Response:
        """The articles, and which have gold."""
        rows = []
        for key, path in self.shelf.files().items():
            entry = gold.last(path) if gold.gold_file(path).is_file() else {}
            rows.append(
                {
                    "key": key,
                    "name": self.shelf.name(path),
                    "gold": gold.gold_file(path).is_file(),
                    "saved": entry.get("at"),
                }
            )
        return Response(data(rows), media_type="application/json")

    async def article(self, request: Request) -> Response:
        """An article as pages show it, its gold, and what was said of its records when it was last saved."""
        path = self.shelf.path(request.path_params["key"])
        article = _read(path)
        known, version = _gold(path)
        document = json.loads(await self.service.document(article))
        view = self.service.view(document, article.text)
        answer = {
            **view, "gold": known, "version": version, "verdicts": gold.last(path).get("verdicts", []),
            "found": gold.of_document(document, path.name), "fields": FIELDS,
        }  # fmt: skip
        return Response(data(answer), media_type="application/json")

    async def save(self, request: Request) -> Response:
        """Save a gold, unless someone else has saved one since it was opened."""
        path = self.shelf.path(request.path_params["key"])
        given = await self._json(request, _Save)
        article = _read(path)
        faults = gold.check(given.gold, article.text)
        if faults:
            raise Refusal(400, "the gold is not sound", "; ".join(faults[:10]))
        published = given.gold.get("published")
        whole = gold.in_order(given.gold, path.name, published if isinstance(published, str) else None)
        async with self.saving:
            if _gold(path)[1] != given.version:
                raise Refusal(409, "the gold has changed since it was opened", "load the article again")
            try:
                version = gold.save(path, whole, given.verdicts)
            except OSError as error:
                raise Refusal(500, f"the gold cannot be written: {error.strerror or error}") from None
        return JSONResponse({"version": version})

    async def suggest(self, request: Request) -> Response:
        """The record that the rules would make of a span."""
        path = self.shelf.path(request.path_params["key"])
        given = await self._json(request, _Span)
        article = _read(path)
        try:
            found = await self.service.pool.run(
                "suggest", article.text, given.start, given.end, given.type, article.published
            )
        except UsageError as error:
            raise Refusal(400, str(error)) from None
        return Response(data(found), media_type="application/json")

    async def bounds(self, request: Request) -> Response:
        """First and last day of an EDTF."""
        when = request.query_params.get("edtf", "")
        if not edtf.is_valid(when):
            raise Refusal(400, f"no EDTF: {when}", "write 2025-06 or 2021/2025")
        first, last = edtf.bounds(when)
        return JSONResponse({"first": first, "last": last})

    async def export(self, request: Request) -> Response:
        """The gold, or what is found where there is none, in a form of another tool."""
        path = self.shelf.path(request.path_params["key"])
        form = exchange.FORMS.get(request.path_params["form"])
        if form is None:
            raise Refusal(404, "no such form", f"one of {', '.join(exchange.FORMS)}")
        article = _read(path)
        known, _ = _gold(path)
        if known is None:
            known = gold.of_document(json.loads(await self.service.document(article)), path.name)
        return Response(
            form.write(known, article.text, article.id), media_type=f"{form.media}; charset=utf-8",
            headers={"content-disposition": f'attachment; filename="article{form.suffix}"'},
        )  # fmt: skip

    async def read_in(self, request: Request) -> Response:
        """The records that a file of another tool has for this article; nothing is saved."""
        path = self.shelf.path(request.path_params["key"])
        form = exchange.FORMS.get(request.path_params["form"])
        if form is None:
            raise Refusal(404, "no such form", f"one of {', '.join(exchange.FORMS)}")
        raw = await body(request, self.service.limits)
        article = _read(path)
        try:
            found = form.read(raw.decode("utf-8"), article.text)
        except (UsageError, UnicodeDecodeError) as error:
            raise Refusal(400, str(error)) from None
        whole = await self.service.pool.run("filled", found, article.text, article.published)
        return Response(data(whole), media_type="application/json")

    async def _json(self, request: Request, kind: type[Any]) -> Any:
        raw = await body(request, self.service.limits)
        try:
            return msgspec.json.decode(raw, type=kind)
        except (msgspec.DecodeError, RecursionError) as error:
            raise Refusal(400, f"not what is expected: {error}") from None


def _read(path: Path) -> Article:
    (found,) = read_articles([str(path)])
    if isinstance(found, ReadError):
        raise Refusal(400, found.what, found.hint)
    return found


def _gold(path: Path) -> tuple[gold.Gold | None, str]:
    try:
        return gold.read(path)
    except (OSError, ValueError) as error:
        raise Refusal(400, f"{gold.gold_file(path).name} cannot be read: {error}", "mend it or move it away") from None
