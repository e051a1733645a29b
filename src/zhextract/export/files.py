"""Rows of facts to files: CSV and Excel that open right, Parquet and JSON Lines that keep every value as it is.

A file is written beside its place and renamed: it is complete or not there.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import IO, Final

import msgspec

from ..errors import UsageError
from ..extras import need
from ..rows import INTEGER, TABLES, names
from ..write import replacing
from .where import Fields

__all__ = ["COLUMNS", "FORMATS", "safe_cell", "write", "write_csv"]

COLUMNS: Final = (
    "source", "article", "title", "published", "subject", "indicator", "type", "value", "unit", "own_value", "own_unit",
    "lower", "upper", "mod", "basis", "whole", "time", "first", "last", "confidence", "reason", "rule", "sentence",
    "start", "end", "id",
)  # fmt: skip
"""The columns of a sheet of facts; Parquet has those of the table `facts`."""

_INTEGERS: Final = frozenset(column.name for column in TABLES["facts"] if column.type == INTEGER)
_NUMBERS: Final = frozenset({"value", "lower", "upper", "own_value"})
# What a spreadsheet reads as the number it is, exactly: at most 15 digits, no leading zeros, no exponent.
_NUMBER: Final = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_DIGITS: Final = 15
_GROUPED: Final = re.compile(r"-?[1-9][0-9]{0,2}(?:,[0-9]{3})+(?:\.[0-9]+)?")
_DAYS: Final = frozenset({"published", "first", "last", "time"})
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}|[0-9]{4}")
# What it takes for a formula, or reads as another number, a date or a time: 1/3, 2025-06, 007, 1E5, 5%.
_FORMULA: Final = re.compile(r"\s*[=+\-@\uff1d\uff0b\uff0d\uff20]|[\t\r\n]")
_MISREAD: Final = re.compile(r"[\s(]*[0-9][0-9\s./:,%eE\-]*\)?")
_YEARS: Final = re.compile(r"[0-9]{4}(?:-[0-9]{2}){0,2}/[0-9]{4}(?:-[0-9]{2}){0,2}")
_SHEET_ROWS: Final = 1_048_576
_CELL: Final = 32_767
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")


def plain_number(text: str) -> bool:
    """Whether a spreadsheet keeps this number exactly.

    >>> plain_number("24260000000"), plain_number("1/3"), plain_number("0.1234567890123456"), plain_number("-3.50")
    (True, False, False, True)
    """
    if not _NUMBER.fullmatch(text):
        return False
    return len(text.lstrip("-").replace(".", "").lstrip("0")) <= _DIGITS


def safe_cell(name: str, value: object) -> str:
    """A cell of a CSV file as Excel will show it: an apostrophe stands before what it would take for something else.

    >>> safe_cell("value", "-3.5"), safe_cell("value", "1/3"), safe_cell("subject", "=1+1")
    ('-3.5', "'1/3", "'=1+1")
    >>> safe_cell("time", "2025"), safe_cell("time", "2025-06"), safe_cell("time", "2024/2025")
    ('2025', "'2025-06", '2024/2025')
    """
    if value is None:
        return ""
    text = "|".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    if isinstance(value, int | float | Decimal) and (isinstance(value, float) or plain_number(text)):
        return text
    if name in _DAYS and _DAY.fullmatch(text):
        return text
    if name.removesuffix("_number") in _NUMBERS and (plain_number(text) or _GROUPED.fullmatch(text)):
        return text
    if _FORMULA.match(text) or (_MISREAD.fullmatch(text) and not _YEARS.fullmatch(text)):
        return f"'{text}"
    return text


def write_csv(rows: Iterable[Fields], out: IO[str], columns: Iterable[str] = COLUMNS) -> int:
    """Rows as CSV; how many."""
    heads = list(columns)
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(heads)
    count = 0
    for row in rows:
        writer.writerow([safe_cell(name, row[name]) for name in heads])
        count += 1
    return count


def check_format(path: str) -> None:
    """Raises UsageError when the suffix is of no format, its library is missing, or the folder is not there."""
    file = Path(path)
    if file.suffix.lower() not in FORMATS:
        raise UsageError(f"{path}: write a file of one of these kinds: {', '.join(FORMATS)}")
    if not file.parent.is_dir():
        raise UsageError(f"{path}: there is no folder {file.parent}")
    for module in _NEEDS.get(file.suffix.lower(), ()):
        need(module, f"a {file.suffix} file")


def write(rows: Iterable[Fields], path: str) -> int:
    """Rows to a file, its format by its suffix; how many. Raises UsageError as `check_format` does, and OSError."""
    check_format(path)
    return FORMATS[Path(path).suffix.lower()](rows, Path(path))


def _csv(rows: Iterable[Fields], path: Path) -> int:
    with replacing(path) as stream, io.TextIOWrapper(stream, "utf-8-sig", newline="", write_through=True) as out:
        count = write_csv(rows, out)
        out.flush()
    return count


def _jsonl(rows: Iterable[Fields], path: Path) -> int:
    count = 0
    with replacing(path) as stream:
        for row in rows:
            stream.write(msgspec.json.encode({name: row[name] for name in COLUMNS}) + b"\n")
            count += 1
    return count


def _parquet(rows: Iterable[Fields], path: Path) -> int:
    from pyarrow import parquet

    from ..arrow import batch, schema

    count = 0
    with replacing(path) as stream, parquet.ParquetWriter(stream, schema("facts"), compression="zstd") as out:
        for piece in pieces(rows, 20_000):
            out.write_batch(batch("facts", [tuple(row[name] for name in names("facts")) for row in piece]))
            count += len(piece)
    return count


def pieces(rows: Iterable[Fields], size: int) -> Iterator[list[Fields]]:
    """Rows in lists of at most `size`."""
    piece: list[Fields] = []
    for row in rows:
        piece.append(row)
        if len(piece) == size:
            yield piece
            piece = []
    if piece:
        yield piece


def _xlsx(rows: Iterable[Fields], path: Path) -> int:
    import xlsxwriter

    count = 0
    with replacing(path) as stream:
        options = {
            "constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
            "strings_to_numbers": False,
        }  # fmt: skip
        book = xlsxwriter.Workbook(stream, options)
        sheet = book.add_worksheet("facts")
        number, day = book.add_format({"num_format": "General"}), book.add_format({"num_format": "@"})
        bold = book.add_format({"bold": True})
        for at, name in enumerate(COLUMNS):
            sheet.write_string(0, at, name, bold)
        sheet.freeze_panes(1, 0)
        for row in rows:
            count += 1
            if count >= _SHEET_ROWS:
                raise UsageError(f"{path}: more rows than a sheet holds; narrow them with --where or write .csv")
            for at, name in enumerate(COLUMNS):
                value = row[name]
                if value is None:
                    continue
                text = str(value)
                if name in _INTEGERS or (name in _NUMBERS and plain_number(text)):
                    sheet.write_number(count, at, float(text), number)
                else:
                    sheet.write_string(count, at, _CONTROL.sub("\ufffd", text)[:_CELL], day)
        if count:
            sheet.autofilter(0, 0, count, len(COLUMNS) - 1)
        book.close()
    return count


FORMATS: Final[dict[str, Callable[[Iterable[Fields], Path], int]]] = {
    ".csv": _csv,
    ".xlsx": _xlsx,
    ".parquet": _parquet,
    ".jsonl": _jsonl,
}
"""How each kind of file is written."""

_NEEDS: Final = {".xlsx": ("xlsxwriter",), ".parquet": ("pyarrow",)}
