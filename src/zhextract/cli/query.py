"""`zhextract query`: SQL over extracted documents."""

from __future__ import annotations

import argparse
from typing import Final

from .grid import add_form, show_rows
from .inputs import add_context, add_inputs, add_segmenter, check_context
from .source import Source

DESCRIPTION: Final = "Ask SQL (DuckDB) of the views facts, mentions, entities and documents. It only reads."
EXAMPLES: Final = """\
examples:
  zhextract query "SELECT subject, indicator, time, own_value, own_unit FROM facts WHERE unit = 'CNY'" output/
  zhextract query "SELECT indicator, count(*) AS n FROM facts GROUP BY 1 ORDER BY n DESC LIMIT 20" output/
  zhextract query "DESCRIBE facts" output/
  zhextract query "SELECT rule, count(*) FROM mentions GROUP BY 1 ORDER BY 2 DESC" corpus/ --csv

PATHs are a folder of documents (by default output/), one written by batch, or articles. Values are exact strings;
value_number, lower_number and upper_number are the same as decimals, null where they do not fit. The views join on
document. Nothing outside of the named folders can be read, nothing written, no network used.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("sql", metavar="SQL", help="a SELECT; also DESCRIBE, SHOW TABLES, EXPLAIN")
    add_inputs(parser, default=["output"])
    add_segmenter(parser)
    add_context(parser)
    add_form(parser)
    parser.add_argument(
        "--articles", action="append", metavar="PATH",
        help="the articles of the documents, for the sentences of their facts; may be repeated",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Ask and show; the exit code."""
    from ..export.query import Database

    check_context(args)
    database = Database()
    database.check(args.sql)  # a slip is told before the documents are read
    source = Source(args)
    source.fill(database)
    answer = database.ask(args.sql)
    show_rows(args, answer.columns, answer.rows)
    return source.code
