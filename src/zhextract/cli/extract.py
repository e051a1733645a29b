"""`zhextract extract`: articles to JSON documents, or to a report of why each mention is there."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING, Final

from ..errors import UsageError
from .inputs import Inputs, add_context, add_inputs, add_segmenter, check_context, extractor_of
from .progress import Report
from .terminal import put, show, utf8

if TYPE_CHECKING:
    from ..pipeline import Extractor
    from ..write import FolderWriter

DESCRIPTION: Final = "Extract from articles: one JSON document each."
EXAMPLES: Final = """\
examples:
  zhextract extract corpus/ -o output/              one output/NAME.json an article
  zhextract extract news.txt --pretty               one document, indented, to the terminal
  zhextract extract day.jsonl > day.out.jsonl       one document a line, in input order
  cat news.txt | zhextract extract - --date 2025-04-02
  zhextract extract corpus/ --rules my-rules/ -o output/
  zhextract extract corpus/ --lexicon names.csv -o output/
  zhextract extract news.txt --explain              why each mention is there, instead of JSON
  zhextract extract news.txt --explain --span 120:128

A lexicon of your own names is a CSV file with the columns surface,label,name,aliases (the last two may be
missing, between aliases stands |) or a YAML list with these keys; labels: person, org, place, work. Its names
stand before every rule, wherever they are written; the longest first.

An input .txt or .md file is one article; a .jsonl file holds one a line:
  {"id": "a1", "text": "...", "published": "2025-04-02"}

Names of output files come from the ids: characters that are unsafe in a file name become _, a name that is
taken goes on as NAME-2. The publication date is --date, else the input's "published", else what the article
itself says (dateline, metadata line), else unknown; it is never the clock's.

exit codes: 0 all went well, 1 some articles failed (named on standard error; the others are written),
2 a wrong call or a mistake in a rule file
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_inputs(parser)
    add_segmenter(parser)
    parser.add_argument("-o", "--output", metavar="DIR", help="write one NAME.json an article there, and a summary")
    add_context(parser)
    parser.add_argument("--pretty", action="store_true", help="indent the JSON")
    parser.add_argument(
        "--explain", action="store_true",
        help="instead of JSON: each mention with its rule, what filled its pattern, and what it beat",
    )  # fmt: skip
    parser.add_argument(
        "--span", metavar="START:END", type=_span,
        help="with --explain, a part of the article (offsets as in the JSON): also what fell there, what came close",
    )  # fmt: skip


def _span(text: str) -> tuple[int, int]:
    """`120:128` as two offsets."""
    start, colon, end = text.partition(":")
    if not (colon and start.isdecimal() and end.isdecimal() and int(start) < int(end)):
        raise argparse.ArgumentTypeError(f"no span: {text!r}; write START:END, such as 120:128")
    return int(start), int(end)


def run(args: argparse.Namespace) -> int:
    """Extract; the exit code."""
    check_context(args)
    date = args.date
    if args.span is not None and not args.explain:
        raise UsageError("--span goes with --explain")
    if args.explain and (args.output is not None or args.pretty):
        raise UsageError("--explain writes a report to standard output; leave out --output and --pretty")
    extractor = extractor_of(args)
    if args.explain:
        return _explain(args, extractor, date)
    writer = None if args.output is None else _writer(args.output)
    report = Report(args.paths) if writer is not None else None
    inputs = Inputs(args, report)
    for article in inputs:
        try:
            document = extractor.extract(
                article.text, date or article.published,
                id=utf8(article.id), name=utf8(article.name), encoding=article.encoding, sha256=article.sha256,
            )  # fmt: skip
            data = document.to_json(pretty=args.pretty).encode() + b"\n"
        except Exception as error:  # noqa: BLE001
            # Extraction is total, so this is a mistake of ours; it must not cost the other articles.
            inputs.failed(f"{article.id}: internal error, please report it: {type(error).__name__}: {error}")
            continue
        if writer is None:
            put(data)
            continue
        try:
            writer.write(article.id, data)
        except OSError as error:
            inputs.failed(f"{article.id}: cannot be written to {args.output}: {error.strerror or error}")
            continue
        if report is not None:
            report.add(document)
    if report is not None:
        report.close(inputs.failures)
    return inputs.code


def _explain(args: argparse.Namespace, extractor: Extractor, date: str | None) -> int:
    inputs = Inputs(args)
    for article in inputs:
        try:
            report = str(extractor.explain(article.text, date or article.published, args.span))
        except UsageError as error:
            inputs.failed(f"{article.id}: {error}")
            continue
        inputs.head(article)
        show(report)
    return inputs.code


def _writer(folder: str) -> FolderWriter:
    from ..write import FolderWriter

    try:
        return FolderWriter(folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be the output folder: {error.strerror or error}") from None
