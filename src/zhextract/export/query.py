"""SQL over an output folder: DuckDB, in memory, shut off from all files and networks once the records are loaded."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple

from ..errors import ReadError, UsageError
from ..extras import need
from ..rows import TABLES, Flattener, Row
from .documents import Found

__all__ = ["Answer", "Database"]

_READS: Final = frozenset({"SELECT", "EXPLAIN"})
_PIECE: Final = 20_000


class Answer(NamedTuple):
    """What a query gives: the names of its columns, and its rows."""

    columns: list[str]
    rows: Iterator[tuple[Any, ...]]


class Database:
    """The views `facts`, `mentions`, `entities` and `documents`, to be read only.

    Raises UsageError when DuckDB is missing.
    """

    def __init__(self) -> None:
        self._duckdb = need("duckdb", "query")
        need("pyarrow", "query", "query")
        need("pyarrow", "query")
        self._base = self._duckdb.connect(":memory:", config={"autoinstall_known_extensions": False})
        # No variable of ours is a table, and no progress bar is drawn.
        self._base.execute("SET python_enable_replacements = false")

    def load(self, found: Iterable[Found | ReadError], flattener: Flattener) -> list[ReadError]:
        """Fill the views with documents; what could not be read."""
        from .. import arrow

        failures: list[ReadError] = []
        waiting: dict[str, list[Row]] = {name: [] for name in TABLES}

        def put(name: str) -> None:
            self._base.register("piece", arrow.batch(name, waiting[name]))
            self._base.execute(f"INSERT INTO {name} SELECT * FROM piece")
            self._base.unregister("piece")
            waiting[name].clear()

        for name in TABLES:
            self._base.register("piece", arrow.batch(name, ()))
            self._base.execute(f"CREATE TABLE {name} AS SELECT * FROM piece")
            self._base.unregister("piece")
        number = 0
        for one in found:
            if isinstance(one, ReadError):
                failures.append(one)
                continue
            for name, rows in flattener.rows(one.document, number, one.text).items():
                waiting[name] += rows
                if len(waiting[name]) >= _PIECE:
                    put(name)
            number += 1
        for name in TABLES:
            put(name)
        self._lock([])
        return failures

    def attach(self, files: Mapping[str, list[Path]]) -> None:
        """Make the views of Parquet files, which are read as they are asked for; nothing else can be."""
        folders = sorted({path.resolve().parent for paths in files.values() for path in paths})
        for name, paths in files.items():
            listed = ", ".join(_quoted(str(path.resolve())) for path in paths)
            self._base.execute(f"CREATE VIEW {name} AS SELECT * FROM read_parquet([{listed}], union_by_name = true)")
        self._lock(folders)

    def _lock(self, folders: list[Path]) -> None:
        if folders:
            listed = ", ".join(_quoted(f"{folder}/") for folder in folders)
            self._base.execute(f"SET allowed_directories = [{listed}]")
        self._base.execute("SET enable_external_access = false")
        self._base.execute("SET lock_configuration = true")

    def check(self, sql: str) -> Any:
        """A SELECT (or EXPLAIN, DESCRIBE, SHOW) as a statement. Raises UsageError for bad SQL and all other kinds."""
        try:
            statements = self._duckdb.extract_statements(sql)
        except self._duckdb.Error as error:
            raise UsageError(f"bad SQL: {_first(error)}") from None
        if len(statements) != 1:
            raise UsageError("bad SQL: write one statement")
        if statements[0].type.name not in _READS:
            raise UsageError(f"query only reads: write a SELECT, not {statements[0].type.name}")
        return statements[0]

    def ask(self, sql: str) -> Answer:
        """The answer to a statement that `check` lets pass. Raises UsageError."""
        statement = self.check(sql)
        try:
            cursor = self._base.execute(statement)
        except self._duckdb.Error as error:
            raise UsageError(f"bad SQL: {_first(error)}") from None
        return Answer([column[0] for column in cursor.description or ()], self._rows(cursor))

    def _rows(self, cursor: Any) -> Iterator[tuple[Any, ...]]:
        try:
            while rows := cursor.fetchmany(_PIECE):
                yield from rows
        except self._duckdb.Error as error:
            raise UsageError(f"bad SQL: {_first(error)}") from None


def _first(error: Exception) -> str:
    """The message of an error with its hint and without the picture of the query."""
    lines = [line.strip() for line in str(error).split("\n\nLINE")[0].splitlines()]
    return "; ".join(line for line in lines if line)


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
