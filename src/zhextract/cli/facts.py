"""`zhextract facts`: figures as rows of a table."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from .grid import add_form, show_rows
from .inputs import add_context, add_inputs, add_segmenter, check_context
from .source import Source
from .terminal import say

if TYPE_CHECKING:
    from ..export.where import Fields

DESCRIPTION: Final = "Facts as rows: who, what, how much, when, how it compares; from articles or extracted documents."
EXAMPLES: Final = """\
examples:
  zhextract facts corpus/ -o facts.xlsx
  zhextract facts output/ -o facts.csv --where 'unit=CNY time=2024..2025'
  zhextract facts corpus/ --where 'type=change basis=yoy' --json
  zhextract facts output/ --articles corpus/ -o facts.csv     with the sentences, which documents do not hold

PATHs are articles, or what extract has written: a document, documents one a line, or a folder of them; also a
folder written by batch.

The kind of FILE is told by its suffix: .csv (UTF-8 with a mark, for Excel: what it would take for a formula or
another number has an apostrophe before it), .xlsx, .parquet, .jsonl (both with every value as it is).

--where keeps the rows for which all its terms, parted by blanks, hold:
  subject=X  is X                    subject~X  contains X       !=, !~  do not      X|Y  one of them
  fields: subject indicator type unit own_unit mod basis whole confidence rule source article title sentence
  time=2024 lies within 2024         time~2024  touches it       also 2024-06, 2024-06-30, 2024..2025, 2024..
  published= likewise                unit=CNY, unit={...} or the unit without its braces
  a value with blanks in double quotes; "" is what is null
"""

_SHOWN: Final = ("subject", "indicator", "type", "own_value", "own_unit", "mod", "basis", "time", "article")


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_inputs(parser)
    add_segmenter(parser)
    add_context(parser)
    add_form(parser)
    parser.add_argument("-o", "--output", metavar="FILE", help="write a file: .csv, .xlsx, .parquet or .jsonl")
    parser.add_argument("--where", metavar="FILTER", help="keep only these facts (below)")
    parser.add_argument(
        "--articles", action="append", metavar="PATH",
        help="the articles of the documents, for the sentences of their facts; may be repeated",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Write or show the rows; the exit code."""
    from ..export.files import COLUMNS, check_format, write
    from ..export.where import parse

    check_context(args)
    if args.output is not None:
        check_format(args.output)
    source = Source(args)
    keep = None if args.where is None else parse(args.where, source.normalize)

    def rows() -> Iterator[Fields]:
        return (row for row in source.facts() if keep is None or keep(row))

    if args.output is not None:
        count = write(rows(), args.output)
        say(f"{count:,} facts in {args.output}")
    else:
        columns = COLUMNS if args.json or args.csv else _SHOWN
        show_rows(args, columns, ([row[name] for name in columns] for row in rows()))
    return source.code
