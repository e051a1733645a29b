"""Records as Arrow tables: one schema for what is written, queried and exchanged."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any, Final

from .rows import INTEGER, STRING, STRINGS, TABLES, VERSION, Row

if TYPE_CHECKING:
    import pyarrow as pa

NUMBER: Final = (38, 9)
"""Precision and scale of the decimal128 beside an exact value; a value that does not fit is null there."""


def schema(name: str) -> pa.Schema:
    """The schema of a table of `rows.TABLES`; `value_number` and so on stand beside the exact strings."""
    import pyarrow as pa

    types = {STRING: pa.string(), INTEGER: pa.int64(), STRINGS: pa.list_(pa.string())}
    fields = []
    for column in TABLES[name]:
        fields.append(pa.field(column.name, types[column.type], metadata={"meaning": column.meaning}))
        if column.name in ("value", "lower", "upper"):
            meaning = {"meaning": f"{column.name} as a number; null where it does not fit"}
            fields.append(pa.field(f"{column.name}_number", pa.decimal128(*NUMBER), metadata=meaning))
    return pa.schema(fields, metadata={"zhextract": f"{name}/{VERSION}"})


def batch(name: str, rows: Iterable[Row]) -> pa.RecordBatch:
    """Rows as one record batch of the table's schema."""
    import pyarrow as pa

    kind = schema(name)
    given = list(rows)
    columns = []
    for field in kind:
        if field.name.endswith("_number"):
            values: list[Any] = [number(row[field.name.removesuffix("_number")]) for row in given]
        else:
            values = [row[field.name] for row in given]
        columns.append(pa.array(values, field.type))
    return pa.RecordBatch.from_arrays(columns, schema=kind)


def number(value: str | None) -> Any:
    """An exact value as a Decimal that fits `NUMBER` without rounding, else None.

    >>> number("12.50"), number("1/3"), number("1" + "0" * 40), number(None)
    (Decimal('12.50'), None, None, None)
    """
    if value is None or "/" in value:
        return None
    from decimal import Decimal

    whole, _, rest = value.lstrip("-").partition(".")
    precision, scale = NUMBER
    return Decimal(value) if len(whole) <= precision - scale and len(rest) <= scale else None


def tables(rows: Mapping[str, Iterable[Row]]) -> dict[str, pa.Table]:
    """All four tables; one that has no rows is there, empty."""
    import pyarrow as pa

    return {name: pa.Table.from_batches([batch(name, rows.get(name, ()))]) for name in TABLES}
