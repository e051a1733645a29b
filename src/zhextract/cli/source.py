"""Where the rows of `facts` and `query` come from: articles, documents, or what batch wrote."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ..errors import ReadError, UsageError
from .inputs import extractor_of
from .terminal import FAILED, OK, say, utf8

if TYPE_CHECKING:
    from ..export.documents import Found
    from ..export.query import Database
    from ..pipeline import Extractor
    from ..read import Article
    from ..records import Document
    from ..rows import Flattener


class Source:
    """The inputs of a call. The rules are loaded only for what needs them."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.args = args
        self.failures = 0

    @cached_property
    def _extractor(self) -> Extractor:
        return extractor_of(self.args)

    @cached_property
    def _flattener(self) -> Flattener:
        from ..rows import Flattener
        from ..rules.build import load_pack

        return Flattener(load_pack())

    def normalize(self, text: str) -> str:
        """A word as it stands in normalized text."""
        from ..normalize import Normalizer
        from ..rules.build import load_pack

        return Normalizer(load_pack().tables["normalize"]).normalize(text, script="hant").text

    def _extract(self, article: Article) -> Document:
        return self._extractor.extract(
            article.text, self.args.date or article.published,
            id=utf8(article.id), name=utf8(article.name), encoding=article.encoding, sha256=article.sha256,
        )  # fmt: skip

    def _found(self) -> Iterator[Found | ReadError]:
        from ..export.documents import read_documents, texts_of

        texts = texts_of(self.args.articles, self.args.encoding) if self.args.articles else {}
        for one in read_documents(self.args.paths, self._extract, self.args.encoding):
            if isinstance(one, ReadError) or one.text is not None or not texts:
                yield one
            else:
                yield one._replace(text=texts.get(one.document.source.sha256))

    def facts(self) -> Iterator[dict[str, Any]]:
        """The rows of all facts; what fails is told and counted."""
        from ..rows import names

        columns = names("facts")
        tables = self._tables()
        if tables is not None:
            from ..arrow import read_rows

            yield from read_rows(tables["facts"])
            return
        for number, one in enumerate(self._found()):
            if isinstance(one, ReadError):
                self._failed(one)
                continue
            for row in self._flattener.rows(one.document, number, one.text)["facts"]:
                yield dict(zip(columns, row, strict=True))

    def _tables(self) -> dict[str, list[Path]] | None:
        """The Parquet files, when all that is named was written by batch in this format."""
        from ..export.documents import batch_tables

        found = [batch_tables(Path(path)) for path in self.args.paths]
        if any(one is None for one in found):
            if any(found):
                raise UsageError("name folders of batch alone, not together with other inputs")
            return None
        return {name: [path for one in found if one for path in one[name]] for name in found[0] or ()}

    def fill(self, database: Database) -> None:
        """Put all records into a database."""
        tables = self._tables()
        if tables is not None:
            database.attach(tables)
            return
        for error in database.load(self._found(), self._flattener):
            self._failed(error)

    def _failed(self, error: ReadError) -> None:
        self.failures += 1
        say(str(error))

    @property
    def code(self) -> int:
        """The exit code of the call."""
        return FAILED if self.failures else OK
