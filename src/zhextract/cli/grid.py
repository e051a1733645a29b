"""Rows on standard output: an aligned table for eyes, CSV or JSON lines for programs."""

from __future__ import annotations

import argparse
import io
import sys
import unicodedata
from collections.abc import Iterable, Sequence
from decimal import Decimal
from itertools import chain, islice
from typing import Any, Final

from .terminal import cell, encoded, put, show

_WIDEST: Final = 60
_ALIGNED: Final = 2_000
"""Rows that the widths of an aligned table are made for; those that follow are put under it as they fit."""


def add_form(parser: argparse.ArgumentParser) -> None:
    """How the rows are shown."""
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--csv", action="store_true", help="CSV instead of an aligned table")
    form.add_argument("--json", action="store_true", help="a JSON object a line instead of an aligned table")


def show_rows(args: argparse.Namespace, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Show rows as the call asks for."""
    rows = (list(map(_plain, row)) for row in rows)
    if args.json:
        for row in rows:
            put(encoded(dict(zip(columns, row, strict=True))) + b"\n")
    elif args.csv:
        _csv(columns, rows)
    else:
        _table(columns, rows)


def _plain(value: Any) -> Any:
    """Decimals without the zeros that their column's scale puts behind them."""
    return format(value.normalize(), "f") if isinstance(value, Decimal) else value


def _csv(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    from ..export.files import write_csv

    out = io.TextIOWrapper(sys.stdout.buffer, "utf-8", "replace", newline="")
    try:
        write_csv((dict(zip(columns, row, strict=True)) for row in rows), out, columns)
    finally:
        out.flush()
        out.detach()  # standard output stays open


def _table(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    stream = iter(rows)
    head = [_cells(row) for row in islice(stream, _ALIGNED)]
    widths = [max(map(width, column)) for column in zip(columns, *head, strict=True)]
    show(_line(list(columns), widths))
    show("  ".join("-" * one for one in widths))
    for cells in chain(head, map(_cells, stream)):
        show(_line(cells, widths))


def _cells(row: Sequence[Any]) -> list[str]:
    return [_clipped(cell("" if value is None else str(value))) for value in row]


def _clipped(text: str) -> str:
    if width(text) <= _WIDEST:
        return text
    kept = ""
    for character in text:
        if width(kept + character) >= _WIDEST:
            break
        kept += character
    return f"{kept}\u2026"


def width(text: str) -> int:
    """Columns of a terminal that a text takes: two a wide character."""
    wide = sum(unicodedata.east_asian_width(character) in "WF" for character in text)
    return len(text) + wide - sum(map(bool, map(unicodedata.combining, text)))


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    padded = (text + " " * (room - width(text)) for text, room in zip(cells, widths, strict=True))
    return "  ".join(padded).rstrip()
