"""Records as Arrow tables: one schema for what is written, queried and exchanged."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Final

from .rows import INTEGER, STRING, STRINGS, TABLES, VERSION, Row

if TYPE_CHECKING:
    import pyarrow as pa

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
    given = list(zip(*rows, strict=True)) if rows else [()] * len(TABLES[name])
    columns = []
    for column, values in zip(TABLES[name], given, strict=True):
        columns.append(pa.array(values, kind.field(column.name).type))
        if column.name in NUMBERED:
            columns.append(numbers(columns[-1]))
    return pa.RecordBatch.from_arrays(columns, schema=kind)


def numbers(values: pa.Array) -> pa.Array:
    """Exact values as decimals; null where one does not fit without rounding."""
    import pyarrow as pa
    from pyarrow import compute

    fits = compute.match_substring_regex(values, _FITS)
    return compute.if_else(fits, values, None).cast(pa.decimal128(*NUMBER))
