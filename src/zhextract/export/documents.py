"""Documents from what a user points at: articles, which are extracted, or the output of an extraction."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import IO, Final, NamedTuple

import msgspec

from ..errors import ReadError
from ..extras import need
from ..read import Article, article_files, read_articles
from ..records import SCHEMA, Document

__all__ = ["Found", "batch_tables", "read_documents", "texts_of"]

_WRITTEN: Final = (".json", ".jsonl", ".jsonl.zst")


class Found(NamedTuple):
    """A document, and its article's text where that is at hand."""

    document: Document
    text: str | None


_MANIFEST: Final = "zhextract-batch/1"
_TABLES: Final = ("documents", "mentions", "entities", "facts")
_HEAD: Final = re.compile(rb'\s*{\s*"schema"\s*:\s*"' + SCHEMA.encode() + rb'"')


def _open(path: Path) -> IO[bytes]:
    """A file, decompressed where batch compressed it."""
    if path.suffix.lower() != ".zst":
        return path.open("rb")
    zstandard = need("zstandard", "a .zst input")
    return io.BufferedReader(zstandard.ZstdDecompressor().stream_reader(path.open("rb"), closefd=True))


def holds_documents(path: Path) -> bool:
    """Whether a file is output of an extraction: a document, or one a line."""
    if not path.name.lower().endswith(_WRITTEN):
        return False
    try:
        with _open(path) as stream:
            return _HEAD.match(stream.read(200)) is not None
    except OSError:
        return False  # told by who reads it


def batch_tables(folder: Path) -> dict[str, list[Path]] | None:
    """The Parquet files of a batch by table; None where the folder is no output of one, or one of JSON lines."""
    try:
        manifest = msgspec.json.decode((folder / "manifest.json").read_bytes())
    except (OSError, msgspec.MsgspecError):
        return None
    if not isinstance(manifest, dict) or (manifest.get("schema"), manifest.get("format")) != (_MANIFEST, "parquet"):
        return None
    return {name: sorted((folder / name).glob("part-*.parquet")) for name in _TABLES}


def _file(path: Path) -> Iterator[Document | ReadError]:
    shown = path.as_posix()
    try:
        with _open(path) as stream:
            if path.suffix.lower() == ".json":
                yield _document(stream.read(), shown, None)
                return
            for number, line in enumerate(stream, 1):
                if line.strip():
                    yield _document(line, shown, number)
    except OSError as error:
        yield ReadError(shown, f"cannot be read: {error.strerror or error}", "check the path and its permissions")


def _document(data: bytes, path: str, line: int | None) -> Document | ReadError:
    if not _HEAD.match(data):
        return ReadError(path, "no document of zhextract", f'it has no "schema": "{SCHEMA}"', line)
    try:
        return Document.from_json(data)
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        return ReadError(path, f"a broken document: {error}", "extract it again", line)


def document_files(folder: Path) -> Iterator[Path]:
    """The files of a folder that hold documents, in sorted order."""
    for where, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "_")))
        for name in sorted(files):
            path = Path(where, name)
            if not name.startswith((".", "_")) and holds_documents(path):
                yield path


def read_documents(
    paths: Sequence[str], extract: Callable[[Article], Document], encoding: str | None = None
) -> Iterator[Found | ReadError]:
    """The documents of `paths` in order, a ReadError in place of each that cannot be read.

    A path is an article or a folder of articles, as `read.read_articles` has it, which `extract` makes documents; or a
    document (`NAME.json`), a file of documents one a line, or a folder of them: where a folder holds documents, its
    articles are left alone.
    """
    for given in paths:
        path = Path(given)
        folder = path.is_dir()
        files = document_files(path) if folder else iter([path] if given != "-" and holds_documents(path) else [])
        any_file = False
        for file in files:
            any_file = True
            for document in _file(file):
                yield document if isinstance(document, ReadError) else Found(document, None)
        if any_file:
            continue
        if folder and next(article_files(path), None) is None:
            yield ReadError(given, "neither documents nor articles in this folder", "name an input or output folder")
            continue
        for article in read_articles([given], encoding=encoding):
            yield article if isinstance(article, ReadError) else Found(extract(article), article.text)


def texts_of(paths: Sequence[str], encoding: str | None = None) -> dict[str, str]:
    """The texts of articles by their SHA-256, as documents name it. Articles that cannot be read are passed over."""
    found = (article for article in read_articles(paths, encoding=encoding) if isinstance(article, Article))
    return {article.sha256: article.text for article in found}
