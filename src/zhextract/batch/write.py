"""The files of a shard: Parquet, a file a table, or one of JSON lines; all of them complete or none there."""

from __future__ import annotations

from contextlib import ExitStack
from functools import lru_cache
from types import TracebackType
from typing import Any, BinaryIO, Final, Protocol

from .. import arrow
from ..extras import need
from ..records import Document
from ..rows import Flattener, Row
from ..rules.build import load_pack
from .job import TABLE_NAMES, Job, data_file, key_file
from .reuse import Kept
from .store import Store

__all__ = ["ShardWriter"]

GROUP: Final = 500_000
"""Code points of articles whose rows wait in memory to be written together."""
LEVEL: Final = 3
"""Of zstd: beyond it, time grows and size hardly falls."""


class _Format(Protocol):
    """How one format is written."""

    def add(self, document: Document, number: int, text: str, author: str | None) -> None: ...

    def copy(self, kept: Kept, number: int) -> None: ...

    def flush(self) -> None: ...

    def close(self) -> None: ...


class ShardWriter:
    """Takes the documents of a shard in their order. Nothing is there until the block has ended well."""

    def __init__(self, store: Store, job: Job, number: int) -> None:
        self._files = ExitStack()
        self.counts = dict.fromkeys(TABLE_NAMES[job.format], 0)
        prefix = f"{job.stage}/" if job.stage else ""
        try:
            streams = {
                name: self._files.enter_context(store.writing(prefix + data_file(name, number, job.format)))
                for name in self.counts
            }
            self._keys = self._files.enter_context(store.writing(prefix + key_file(number)))
            make = _Parquet if job.format == "parquet" else _Lines
            self._format: _Format = make(streams, self.counts)
        except BaseException as error:
            self._files.__exit__(type(error), error, error.__traceback__)
            raise
        self._waiting = 0

    def __enter__(self) -> ShardWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._files.__exit__(kind, error, trace)

    def add(self, document: Document, number: int, key: str, text: str, author: str | None) -> None:
        """A document that was extracted."""
        self._format.add(document, number, text, author)
        self._next(key, len(text))

    def copy(self, kept: Kept, number: int, key: str, size: int) -> None:
        """The rows of one that an earlier run extracted."""
        self._format.copy(kept, number)
        self._next(key, size)

    def _next(self, key: str, size: int) -> None:
        self._keys.write(f"{key}\n".encode())
        self._waiting += size
        if self._waiting >= GROUP:
            self._format.flush()
            self._waiting = 0

    def close(self) -> None:
        """Write what waits."""
        self._format.flush()
        self._format.close()


@lru_cache(maxsize=1)
def _flattener() -> Flattener:
    return Flattener(load_pack())


class _Parquet:
    """Four files, a row group in each for the articles that waited together."""

    def __init__(self, streams: dict[str, BinaryIO], counts: dict[str, int]) -> None:
        self._parquet = need("pyarrow.parquet", "a batch")
        self._counts = counts
        self._writers = {
            name: self._parquet.ParquetWriter(
                stream, arrow.schema(name), compression="zstd", compression_level=LEVEL, write_page_index=False
            )
            for name, stream in streams.items()
        }
        self._rows: dict[str, list[Row]] = {name: [] for name in counts}
        self._tables: dict[str, list[Any]] = {name: [] for name in counts}

    def add(self, document: Document, number: int, text: str, author: str | None) -> None:
        for name, rows in _flattener().rows(document, number, text, author).items():
            self._rows[name] += rows

    def copy(self, kept: Kept, number: int) -> None:
        pyarrow = need("pyarrow", "a batch")
        self._settle()
        for name, table in kept.tables.items():
            numbers = pyarrow.chunked_array([[number] * len(table)], pyarrow.int64())
            columns = [numbers, *table.columns[1:]]
            self._tables[name].append(pyarrow.Table.from_arrays(columns, schema=arrow.schema(name)))

    def _settle(self) -> None:
        """Rows to Arrow, before a table that follows them."""
        pyarrow = need("pyarrow", "a batch")
        for name, rows in self._rows.items():
            if rows:
                self._tables[name].append(pyarrow.Table.from_batches([arrow.batch(name, rows)]))
                rows.clear()

    def flush(self) -> None:
        pyarrow = need("pyarrow", "a batch")
        self._settle()
        for name, tables in self._tables.items():
            # In one piece, none where there are no rows: the bytes must not tell which rows are new, which copied.
            count = sum(map(len, tables))
            if count:
                whole = pyarrow.concat_tables(tables).combine_chunks()
                self._writers[name].write_table(whole, row_group_size=count)
                self._counts[name] += count
            tables.clear()

    def close(self) -> None:
        for writer in self._writers.values():
            writer.close()


class _Lines:
    """A document a line."""

    def __init__(self, streams: dict[str, BinaryIO], counts: dict[str, int]) -> None:
        zstandard = need("zstandard", "a batch with --format jsonl")
        self._counts = counts
        self._out = zstandard.ZstdCompressor(level=LEVEL).stream_writer(streams["documents"], closefd=False)

    def add(self, document: Document, number: int, text: str, author: str | None) -> None:
        self._out.write(document.to_json().encode() + b"\n")
        self._counts["documents"] += 1

    def copy(self, kept: Kept, number: int) -> None:
        self._out.write(kept.line)
        self._counts["documents"] += 1

    def flush(self) -> None:
        """Blocks are as the compressor likes them."""

    def close(self) -> None:
        self._out.close()
