"""The texts of documents, which hold none: found by name and SHA-256 in files and folders that the caller names."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from ..errors import ReadError, UsageError
from ..read import LINES_SUFFIX, Article, article_files, decode, read_articles
from ..records import Document, Source


class Found(NamedTuple):
    """The text of a document, or why there is none."""

    text: str | None
    problem: str | None


class Sources:
    """Files and folders that hold article texts. A document's text is one whose SHA-256 is the document's.

    Raises UsageError for a path that is not there.
    """

    def __init__(self, paths: Sequence[str | Path]) -> None:
        self.files: dict[str, list[Path]] = {}  # a name as documents have it -> where that may lie
        for given in map(Path, paths):
            if given.is_dir():
                for path in article_files(given):
                    self.files.setdefault(path.relative_to(given).as_posix(), []).append(path)
            elif given.is_file():
                self.files.setdefault(given.name, []).append(given)
            else:
                raise UsageError(f"no such file or folder: {given}; name what holds the texts of the articles")
        self._lines: tuple[Path, dict[str, str]] | None = None

    def find(self, document: Document) -> Found:
        """The text of a document; with none, what is wrong and what to do about it."""
        source = document.source
        named = self.files.get(source.name or "", [])
        for path in [*named, *self._elsewhere(source)]:
            text = self._text(path, source)
            if text is not None:
                return Found(text, None)
        if named:
            return Found(
                None, f"{named[0].as_posix()} is not the text that was extracted: its SHA-256 differs; extract it again"
            )
        name = source.name or document.id or "the article"
        return Found(None, f"the text of {name} is not in the sources; name its folder or file with --source")

    def named(self, name: str) -> str | None:
        """The text of the file of a name, which may be the end of a longer path; None: there is none."""
        for known in (name, name.rsplit("/", 1)[-1]):
            for path in self.files.get(known, []):
                for found in read_articles([str(path)]):
                    if isinstance(found, Article):
                        return found.text
        return None

    def _elsewhere(self, source: Source) -> Iterator[Path]:
        """Files of any name with the content; a generator, so that they are read only when a name did not tell."""
        path = self._by_content.get(source.sha256)
        if path is not None:
            yield path

    @cached_property
    def _by_content(self) -> dict[str, Path]:
        out: dict[str, Path] = {}
        for path in dict.fromkeys(path for paths in self.files.values() for path in paths):
            if path.suffix.lower() == LINES_SUFFIX:
                out |= dict.fromkeys(self._articles(path), path)
                continue
            try:
                out[hashlib.sha256(path.read_bytes()).hexdigest()] = path
            except OSError:
                continue  # as good as not there: the document says what it lacks
        return out

    def _text(self, path: Path, source: Source) -> str | None:
        if path.suffix.lower() == LINES_SUFFIX:
            return self._articles(path).get(source.sha256)
        try:
            raw = path.read_bytes()
            if hashlib.sha256(raw).hexdigest() != source.sha256:
                return None
            return decode(raw, path.as_posix(), source.encoding)[0]
        except (OSError, ReadError, UsageError):
            return None

    def _articles(self, path: Path) -> dict[str, str]:
        """Texts of a JSON Lines file by their SHA-256; the last file is kept, since documents come in its order."""
        if self._lines is None or self._lines[0] != path:
            found = read_articles([str(path)])
            self._lines = path, {article.sha256: article.text for article in found if isinstance(article, Article)}
        return self._lines[1]


def read_documents(paths: Iterable[str | Path]) -> Iterator[tuple[str, Document] | ReadError]:
    """Documents as `zhextract extract` wrote them, each with a name: from `.json`, `.jsonl` and folders of these.

    What is no document gives a ReadError in its place.
    """
    for given in map(Path, paths):
        if given.is_dir():
            found = (path for path in given.rglob("*.json*") if path.suffix in (".json", LINES_SUFFIX))
            files = sorted(found, key=lambda path: (path.parent, path.stem, path.suffix))
            if not files:
                yield ReadError(given.as_posix(), "no document in this folder", "zhextract extract -o writes them")
        else:
            files = [given]
        for path in files:
            yield from _read(path)


def _read(path: Path) -> Iterator[tuple[str, Document] | ReadError]:
    shown = path.as_posix()
    try:
        if path.suffix == LINES_SUFFIX:
            with path.open("rb") as stream:
                for number, line in enumerate(stream, 1):
                    if line.strip():
                        yield _document(line, f"{path.stem}-{number}", shown, number)
        else:
            yield _document(path.read_bytes(), path.stem, shown, None)
    except OSError as error:
        yield ReadError(shown, f"cannot be read: {error.strerror or error}", "check the path and its permissions")


def _document(data: bytes, name: str, path: str, line: int | None) -> tuple[str, Document] | ReadError:
    try:
        return name, Document.from_json(data)
    except (ValueError, RecursionError) as error:  # msgspec's errors are ValueErrors
        return ReadError(path, f"no document of zhextract: {error}", "give what zhextract extract wrote", line)
