"""What commands that read articles share: their options, the extractor they ask for, and the articles in order."""

from __future__ import annotations

import argparse
import contextlib
import os
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from ..errors import ReadError, UsageError
from .terminal import FAILED, OK, cell, say, show

if TYPE_CHECKING:
    from ..pipeline import Extractor
    from ..read import Article
    from ..segment import Engine
    from .progress import Report


def add_inputs(parser: argparse.ArgumentParser, default: list[str] | None = None) -> None:
    """The inputs and how they are read; where there is a `default` none need be named."""
    parser.add_argument(
        "paths", nargs="*" if default else "+", default=default, metavar="PATH",
        help="a file, a folder (read recursively), or - for standard input",
    )  # fmt: skip
    add_reading(parser)


def add_reading(parser: argparse.ArgumentParser) -> None:
    """How inputs are read, and by which rules."""
    parser.add_argument(
        "--encoding", metavar="ENC", help="encoding of the inputs; by default it is detected, or refused"
    )
    parser.add_argument(
        "--rules", action="append", metavar="DIR",
        help="a folder laid over the built-in rules (or, with a core.yml, in their place); may be repeated",
    )  # fmt: skip
    parser.add_argument(
        "--script", choices=("t2s", "tw2sp", "hk2s", "none"), default="t2s",
        help="conversion of traditional text: t2s (default), tw2sp (Taiwan, with its words), hk2s (Hong Kong), none",
    )  # fmt: skip


def add_segmenter(parser: argparse.ArgumentParser) -> None:
    """Who makes words."""
    parser.add_argument(
        "--segmenter", choices=("rjieba", "jieba"), default="rjieba",
        help="who makes words where words are needed; the results are the same (default: rjieba, the faster one)",
    )  # fmt: skip


def add_context(parser: argparse.ArgumentParser) -> None:
    """What the caller knows and the articles do not say."""
    parser.add_argument("--date", metavar="YYYY-MM-DD", help="publication date of the articles, for relative times")
    parser.add_argument("--currency", metavar="CODE", help="ISO 4217 code of the bare yuan where the text names none")
    parser.add_argument(
        "--lexicon", action="append", metavar="FILE",
        help="CSV or YAML file with names of your own, which stand before every rule; may be repeated",
    )  # fmt: skip


def check_context(args: argparse.Namespace) -> None:
    """Raises UsageError where --date or --currency is none."""
    from ..pipeline import check_date

    if args.date is not None:
        check_date(args.date)
    check_currency(args.currency)


def check_currency(code: str | None) -> None:
    """Raises UsageError unless it is none or looks like a code of ISO 4217."""
    if code is not None and not re.fullmatch("[A-Z]{3}", code):
        raise UsageError(f"no currency code: {code!r}; write an ISO 4217 code such as TWD")


def extractor_of(args: argparse.Namespace) -> Extractor:
    """The extractor of a run, loaded quickly: the word maker's dictionary is read meanwhile, no garbage collected."""
    import gc
    import threading

    gc.disable()
    if _segmenter(args) == "rjieba":
        threading.Thread(target=_preload, args=("rjieba",), daemon=True).start()
    try:
        return _made(args)
    finally:
        gc.freeze()  # what was loaded stays for good
        gc.enable()


def _segmenter(args: argparse.Namespace) -> Engine:
    """Commands that make no words have no such option."""
    chosen: Engine = getattr(args, "segmenter", "rjieba")
    return chosen


def _preload(name: str) -> None:
    import importlib

    with contextlib.suppress(ImportError):  # who needs it will say so
        importlib.import_module(name)


def _made(args: argparse.Namespace) -> Extractor:
    from ..pipeline import Extractor

    script = None if args.script == "none" else args.script
    currency = getattr(args, "currency", None)
    lexicons = getattr(args, "lexicon", None)
    return Extractor(args.rules, script=script, currency=currency, segmenter=_segmenter(args), lexicons=lexicons)


class Inputs:
    """The articles of a call in order; those that fail are named on standard error and counted."""

    def __init__(self, args: argparse.Namespace, report: Report | None = None) -> None:
        self.paths: list[str] = args.paths
        self.encoding: str | None = args.encoding
        self.report = report
        self.failures = 0
        self.heads = 0

    def __iter__(self) -> Iterator[Article]:
        from ..read import read_articles

        for found in read_articles(self.paths, encoding=self.encoding):
            if isinstance(found, ReadError):
                self.failed(str(found))
            else:
                yield found

    def failed(self, message: str) -> None:
        """Count a failure and tell it."""
        self.failures += 1
        if self.report is not None:
            self.report.clear()
        say(message)

    def head(self, article: Article) -> None:
        """Before each of several articles, a line with its id."""
        if self.heads or len(self.paths) > 1 or os.path.isdir(self.paths[0]) or self.paths[0].endswith(".jsonl"):
            show(f"{chr(10) if self.heads else ''}==> {cell(article.id)} <==")
        self.heads += 1

    @property
    def code(self) -> int:
        """The exit code of the call."""
        return FAILED if self.failures else OK
