"""Records as Arrow tables: one schema for what is written, queried and exchanged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from .extras import need
from .rows import INTEGER, STRING, STRINGS, TABLES, VERSION, Flattener, Row

if TYPE_CHECKING:
    import pyarrow as pa

    from .pipeline import Extractor

NUMBER: Final = (38, 9)
"""Precision and scale of the decimal128 beside an exact value; a value that does not fit is null there."""

NUMBERED: Final = frozenset({"value", "lower", "upper"})
"""The columns that have one."""

_FITS: Final = r"^-?[0-9]{1,29}(?:\.[0-9]{1,9})?$"


@cache
def schema(name: str) -> pa.Schema:
    """The schema of a table of `rows.TABLES`; `value_number` and so on stand beside the exact strings."""
    import pyarrow as pa

    types = {STRING: pa.string(), INTEGER: pa.int64(), STRINGS: pa.list_(pa.string())}
    fields = []
    for column in TABLES[name]:
        fields.append(pa.field(column.name, types[column.type], metadata={"meaning": column.meaning}))
        if column.name in NUMBERED:
            meaning = {"meaning": f"{column.name} as a number; null where it does not fit"}
            fields.append(pa.field(f"{column.name}_number", pa.decimal128(*NUMBER), metadata=meaning))
    return pa.schema(fields, metadata={"zhextract": f"{name}/{VERSION}"})


def batch(name: str, rows: Sequence[Row]) -> pa.RecordBatch:
    """Rows as one record batch of the table's schema."""
    import pyarrow as pa

    kind = schema(name)
    columns = []
    for at, column in enumerate(TABLES[name]):
        # A column at a time: to turn all of them at once would take longer, and hold them all.
        columns.append(pa.array(list(map(itemgetter(at), rows)), kind.field(column.name).type))
        if column.name in NUMBERED:
            columns.append(numbers(columns[-1]))
    return pa.RecordBatch.from_arrays(columns, schema=kind)


def numbers(values: pa.Array) -> pa.Array:
    """Exact values as decimals; null where one does not fit without rounding."""
    import pyarrow as pa
    from pyarrow import compute

    fits = compute.match_substring_regex(values, _FITS)
    return compute.if_else(fits, values, None).cast(pa.decimal128(*NUMBER))


def read_rows(files: Sequence[Path]) -> Iterator[dict[str, Any]]:
    """The rows of Parquet files that batch wrote, by the names of their columns, a few thousand in memory at a time."""
    need("pyarrow", "output of batch")
    from pyarrow import parquet

    for path in files:
        with parquet.ParquetFile(path) as file:
            for piece in file.iter_batches(4096):
                yield from piece.to_pylist()


def extract_batches(
    batches: Iterator[pa.RecordBatch],
    table: str = "facts",
    *,
    text: str = "text",
    id: str = "id",
    published: str = "published",
    extractor: Extractor | None = None,
) -> Iterator[pa.RecordBatch]:
    """Batches of articles to batches of one table's rows: what Spark's `mapInArrow` takes, or any stream of Arrow.

    The columns of articles are named by `text`, `id` and `published`; the last two may be missing. `document` counts
    the articles of this stream from 0; what joins tables of several streams is `article`. A text that is null gives
    no rows. See docs/scale.md.
    """
    from .pipeline import Extractor
    from .rules.build import load_pack

    ready = extractor or Extractor()
    flattener = Flattener(load_pack())
    number = 0
    for given in batches:
        columns = set(given.schema.names)
        texts = given.column(text).to_pylist()
        ids = given.column(id).to_pylist() if id in columns else [None] * len(texts)
        days = given.column(published).to_pylist() if published in columns else [None] * len(texts)
        rows: list[Row] = []
        for content, ident, day in zip(texts, ids, days, strict=True):
            if content is not None:
                name = str(number) if ident is None else str(ident)
                document = ready.extract(content, None if day is None else str(day)[:10], id=name)
                rows += flattener.rows(document, number, content)[table]
            number += 1
        yield batch(table, rows)
