"""The output of the run before: rows of articles that have not changed, and what has changed in those that differ."""

from __future__ import annotations

import io
from collections import Counter
from typing import Any, Final

import msgspec

from ..extras import need
from ..records import Document
from .job import Job, data_file, key_file
from .store import Store

__all__ = ["Changes", "Kept", "Old"]

_TABLES: Final = ("documents", "mentions", "entities", "facts")


class Kept:
    """What the last output says of an article: slices of its tables, or its line."""

    __slots__ = ("line", "tables")

    def __init__(self, tables: dict[str, Any], line: bytes = b"") -> None:
        self.tables = tables
        self.line = line

    def mentions(self) -> Counter[tuple[Any, ...]]:
        """Its mentions by what makes them the same: rule, place and what they say."""
        if self.line:
            return _told(Document.from_json(self.line))
        columns = ("rule", "start", "end", "value", "lower", "upper", "unit", "edtf", "label")
        return Counter(zip(*(self.tables["mentions"].column(name).to_pylist() for name in columns), strict=True))

    def facts(self) -> Counter[tuple[Any, ...]]:
        """Its facts likewise."""
        if self.line:
            return _facts(Document.from_json(self.line))
        columns = ("rule", "subject", "indicator", "type", "value", "lower", "upper", "unit", "time", "quantity")
        return Counter(zip(*(self.tables["facts"].column(name).to_pylist() for name in columns), strict=True))


def _told(document: Document) -> Counter[tuple[Any, ...]]:
    names = ("rule", "start", "end", "value", "lower", "upper", "unit", "edtf", "label")
    return Counter(tuple(getattr(m, name, None) for name in names) for m in document.mentions)


def _facts(document: Document) -> Counter[tuple[Any, ...]]:
    names = ("rule", "subject", "indicator", "type", "value", "lower", "upper", "unit", "time", "quantity")
    return Counter(tuple(getattr(f, name) for name in names) for f in document.facts)


class Changes(msgspec.Struct):
    """What changed when rules did: articles compared and those that differ, records that came and went by rule."""

    compared: int = 0
    differ: int = 0
    came: dict[str, int] = {}
    went: dict[str, int] = {}

    def compare(self, kept: Kept, document: Document) -> None:
        """Count one article."""
        self.compared += 1
        differs = False
        for old, new in ((kept.mentions(), _told(document)), (kept.facts(), _facts(document))):
            for gone, total in ((new - old, self.came), (old - new, self.went)):
                for record, count in gone.items():
                    differs = True
                    total[record[0]] = total.get(record[0], 0) + count
        self.differ += differs

    def add(self, other: Changes) -> None:
        """Count what another shard counted."""
        self.compared += other.compared
        self.differ += other.differ
        for mine, theirs in ((self.came, other.came), (self.went, other.went)):
            for rule, count in theirs.items():
                mine[rule] = mine.get(rule, 0) + count


class Old:
    """The articles of some shards of the last output, by key. A shard is opened when its turn comes, and one stays."""

    def __init__(self, store: Store, job: Job, shards: tuple[int, ...]) -> None:
        self._store = store
        self._format = job.format
        self._shards: dict[str, tuple[int, int]] = {}
        for number in shards:
            for at, key in enumerate((store.read(key_file(number)) or b"").decode().split()):
                self._shards.setdefault(key, (number, at))
        self._open = -1
        self._tables: dict[str, Any] = {}
        self._starts: dict[str, list[int]] = {}
        self._lines: list[bytes] = []

    def find(self, key: str) -> Kept | None:
        """What is kept of an article; None: nothing."""
        place = self._shards.get(key)
        if place is None:
            return None
        number, at = place
        if self._open != number:
            self._load(number)
        if self._format == "jsonl":
            return Kept({}, self._lines[at])
        tables = {}
        for name, starts in self._starts.items():
            tables[name] = self._tables[name].slice(starts[at], starts[at + 1] - starts[at])
        return Kept(tables)

    def _load(self, number: int) -> None:
        self._open = number
        if self._format == "jsonl":
            zstandard = need("zstandard", "a batch")
            data = self._store.read(data_file("documents", number, "jsonl")) or b""
            with zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)) as stream:
                self._lines = stream.read().splitlines(keepends=True)
            return
        parquet = need("pyarrow.parquet", "a batch")
        for name in _TABLES:
            with self._store.open(data_file(name, number, "parquet")) as stream:
                self._tables[name] = parquet.read_table(stream).combine_chunks()
        heads = self._tables["documents"]
        self._starts = {"documents": list(range(len(heads) + 1))}
        for name in _TABLES[1:]:
            starts = [0]
            for count in heads.column(name).to_pylist():
                starts.append(starts[-1] + count)
            self._starts[name] = starts
