"""The command line: `zhextract extract`, `normalize`, `segment`, `schema`.

Results go to standard output (always UTF-8) or to files, everything else to standard error. Exit codes: 0; 1 when
articles failed; 2 for a wrong call, rule file or installation; 130 after Ctrl-C; 141 when the reader of the output went
away.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from .errors import ReadError, UsageError, ZhextractError

if TYPE_CHECKING:
    from .pipeline import Extractor
    from .read import Article
    from .records import Document
    from .spans import TextMap
    from .write import FolderWriter

__all__ = ["main"]

OK, FAILED, USAGE, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 130, 141

_EXTRACT_EXAMPLES: Final = """\
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
_NORMALIZE_EXAMPLES: Final = """\
examples:
  zhextract normalize news.txt                      the text that rules see
  zhextract normalize news.txt --json               with its script, and where its length changed
  zhextract normalize news.txt --script none        without conversion to simplified characters
"""
_SEGMENT_EXAMPLES: Final = """\
examples:
  zhextract segment news.txt                        kind, start, end (in the source) and text of each sentence
  zhextract segment news.txt --words                and its words
  zhextract segment news.txt --words --segmenter jieba

The columns are parted by tabs; words are parted by blanks.
"""


# ------------------------------------------------------------------------------------------------------------ arguments


def _parser() -> argparse.ArgumentParser:
    raw = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(
        prog="zhextract",
        description="Figures, units, times and names of Chinese press articles as JSON: exact, offline, traceable.",
        epilog="zhextract COMMAND --help tells more and has examples.",
    )
    parser.add_argument("--version", action=_Version, help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)

    inputs = argparse.ArgumentParser(add_help=False)
    inputs.add_argument(
        "paths", nargs="+", metavar="PATH", help="a file, a folder (read recursively), or - for standard input"
    )
    inputs.add_argument(
        "--encoding", metavar="ENC", help="encoding of the inputs; by default it is detected, or refused"
    )
    inputs.add_argument(
        "--rules", action="append", metavar="DIR",
        help="a folder laid over the built-in rules (or, with a core.yml, in their place); may be repeated",
    )  # fmt: skip
    inputs.add_argument(
        "--script", choices=("t2s", "tw2sp", "hk2s", "none"), default="t2s",
        help="conversion of traditional text: t2s (default), tw2sp (Taiwan, with its words), hk2s (Hong Kong), none",
    )  # fmt: skip

    engine = argparse.ArgumentParser(add_help=False)
    engine.add_argument(
        "--segmenter", choices=("rjieba", "jieba"), default="rjieba",
        help="who makes words where words are needed; the results are the same (default: rjieba, the faster one)",
    )  # fmt: skip

    extract = commands.add_parser(
        "extract", parents=[inputs, engine], formatter_class=raw, epilog=_EXTRACT_EXAMPLES,
        help="articles to JSON documents", description="Extract from articles: one JSON document each.",
    )  # fmt: skip
    extract.add_argument("-o", "--output", metavar="DIR", help="write one NAME.json an article there, and a summary")
    extract.add_argument("--date", metavar="YYYY-MM-DD", help="publication date of the articles, for relative times")
    extract.add_argument("--currency", metavar="CODE", help="ISO 4217 code of the bare yuan where the text names none")
    extract.add_argument("--pretty", action="store_true", help="indent the JSON")
    extract.add_argument(
        "--lexicon", action="append", metavar="FILE",
        help="CSV or YAML file with names of your own, which stand before every rule; may be repeated",
    )  # fmt: skip
    extract.add_argument(
        "--explain", action="store_true",
        help="instead of JSON: each mention with its rule, what filled its pattern, and what it beat",
    )  # fmt: skip
    extract.add_argument(
        "--span", metavar="START:END", type=_span,
        help="with --explain, a part of the article (offsets as in the JSON): also what fell there, what came close",
    )  # fmt: skip
    extract.set_defaults(run=_extract)

    normalize = commands.add_parser(
        "normalize", parents=[inputs], formatter_class=raw, epilog=_NORMALIZE_EXAMPLES,
        help="show the text as rules see it",
        description="Show normalized texts: simplified, half-width, page breaks repaired. For writers of rules.",
    )  # fmt: skip
    normalize.add_argument("--json", action="store_true", help="a JSON line an article: id, script, text, edits")
    normalize.set_defaults(run=_normalize, segmenter="rjieba")

    segment = commands.add_parser(
        "segment", parents=[inputs, engine], formatter_class=raw, epilog=_SEGMENT_EXAMPLES,
        help="show sentences and words",
        description="Show the sentences of articles, a line each. For writers of rules.",
    )  # fmt: skip
    segment.add_argument("--words", action="store_true", help="add the words of each sentence")
    segment.set_defaults(run=_segment)

    schema = commands.add_parser(
        "schema",
        help="print the JSON Schema of a document",
        description="Print the JSON Schema (2020-12) of a document.",
    )
    schema.set_defaults(run=_schema)
    return parser


def _span(text: str) -> tuple[int, int]:
    """`120:128` as two offsets."""
    start, colon, end = text.partition(":")
    if not (colon and start.isdecimal() and end.isdecimal() and int(start) < int(end)):
        raise argparse.ArgumentTypeError(f"no span: {text!r}; write START:END, such as 120:128")
    return int(start), int(end)


class _Version(argparse.Action):
    """`--version`, which asks for the version only when it is wanted."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *unused: object) -> None:
        from importlib import metadata

        try:
            version = metadata.version("zhextract")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        _print(f"zhextract {version}")
        parser.exit()


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code. Wrong arguments raise SystemExit(2), as argparse does."""
    try:
        args = _parser().parse_args(argv)
        code: int = args.run(args)
        sys.stdout.flush()
    except ZhextractError as error:
        _say(f"zhextract: {error}" if isinstance(error, UsageError) else str(error))
        return USAGE
    except KeyboardInterrupt:
        _say("zhextract: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more at its end; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


# ------------------------------------------------------------------------------------------------------------- commands


def _extract(args: argparse.Namespace) -> int:
    from .pipeline import check_date

    date = None if args.date is None else check_date(args.date)
    if args.currency is not None and not re.fullmatch("[A-Z]{3}", args.currency):
        raise UsageError(f"no currency code: {args.currency!r}; write an ISO 4217 code such as TWD")
    if args.span is not None and not args.explain:
        raise UsageError("--span goes with --explain")
    if args.explain and (args.output is not None or args.pretty):
        raise UsageError("--explain writes a report to standard output; leave out --output and --pretty")
    extractor = _extractor(args)
    if args.explain:
        return _explain(args, extractor, date)
    writer = None if args.output is None else _writer(args.output)
    report = _Report(args.paths) if writer is not None else None
    inputs = _Inputs(args, report)
    for article in inputs:
        try:
            document = extractor.extract(
                article.text, date or article.published,
                id=_utf8(article.id), name=_utf8(article.name), encoding=article.encoding, sha256=article.sha256,
            )  # fmt: skip
            data = document.to_json(pretty=args.pretty).encode() + b"\n"
        except Exception as error:  # noqa: BLE001
            # Extraction is total, so this is a mistake of ours; it must not cost the other articles.
            inputs.failed(f"{article.id}: internal error, please report it: {type(error).__name__}: {error}")
            continue
        if writer is None:
            _put(data)
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
    inputs = _Inputs(args)
    for article in inputs:
        try:
            report = str(extractor.explain(article.text, date or article.published, args.span))
        except UsageError as error:
            inputs.failed(f"{article.id}: {error}")
            continue
        inputs.head(article)
        _print(report)
    return inputs.code


def _normalize(args: argparse.Namespace) -> int:
    extractor = _extractor(args)
    inputs = _Inputs(args)
    for article in inputs:
        found = extractor.normalize(article.text)
        if args.json:
            edits = [
                {"start": start, "end": end, "source": _utf8(found.map.source[start:end]), "text": text}
                for start, end, text in _edits(found.map)
            ]
            _put(_json({"id": _utf8(article.id), "script": found.script, "text": found.text, "edits": edits}) + b"\n")
            continue
        inputs.head(article)
        _print(found.text)
    return inputs.code


def _segment(args: argparse.Namespace) -> int:
    extractor = _extractor(args)
    inputs = _Inputs(args)
    for article in inputs:
        inputs.head(article)
        found = extractor.normalize(article.text)
        for sentence in extractor.sentences(found.text):
            start, end = found.map.to_source(sentence.start, sentence.end)
            row = [sentence.kind, str(start), str(end), _cell(found.text[sentence.start : sentence.end])]
            if args.words:
                words = extractor.words.words(found.text, sentence.start, sentence.end)
                row.append(" ".join(word for word, _, _ in words if not word.isspace()))
            _print("\t".join(row))
    return inputs.code


def _schema(args: argparse.Namespace) -> int:
    import json

    from .records import json_schema

    _print(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return OK


# -------------------------------------------------------------------------------------------------------------- helpers


def _extractor(args: argparse.Namespace) -> Extractor:
    """The extractor of a run, loaded quickly: the word maker's dictionary is read meanwhile, no garbage collected."""
    import gc
    import threading

    gc.disable()
    if args.segmenter == "rjieba":
        threading.Thread(target=_preload, args=("rjieba",), daemon=True).start()
    try:
        return _made(args)
    finally:
        gc.freeze()  # what was loaded stays for good
        gc.enable()


def _preload(name: str) -> None:
    import importlib

    with contextlib.suppress(ImportError):  # who needs it will say so
        importlib.import_module(name)


def _made(args: argparse.Namespace) -> Extractor:
    from .pipeline import Extractor

    script = None if args.script == "none" else args.script
    currency = getattr(args, "currency", None)
    lexicons = getattr(args, "lexicon", None)
    return Extractor(args.rules, script=script, currency=currency, segmenter=args.segmenter, lexicons=lexicons)


def _writer(folder: str) -> FolderWriter:
    from .write import FolderWriter

    try:
        return FolderWriter(folder)
    except OSError as error:
        raise UsageError(f"{folder}: cannot be the output folder: {error.strerror or error}") from None


class _Inputs:
    """The articles of a call in order; those that fail are named on standard error and counted."""

    def __init__(self, args: argparse.Namespace, report: _Report | None = None) -> None:
        self.paths: list[str] = args.paths
        self.encoding: str | None = args.encoding
        self.report = report
        self.failures = 0
        self.heads = 0

    def __iter__(self) -> Iterator[Article]:
        from .read import read_articles

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
        _say(message)

    def head(self, article: Article) -> None:
        """Before each of several articles, a line with its id."""
        if self.heads or len(self.paths) > 1 or os.path.isdir(self.paths[0]) or self.paths[0].endswith(".jsonl"):
            _print(f"{chr(10) if self.heads else ''}==> {_cell(article.id)} <==")
        self.heads += 1

    @property
    def code(self) -> int:
        return FAILED if self.failures else OK


class _Report:
    """What was done, on standard error: a bar while it is a terminal and the work is long, a summary at the end."""

    PATIENCE: Final = 1.0
    """Seconds before there is a bar."""
    PACE: Final = 0.1
    """Seconds between two states of the bar."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.began = time.perf_counter()
        self.shown = self.began + self.PATIENCE - self.PACE if sys.stderr.isatty() else float("inf")
        self.total: int | None = -1
        self.drawn = False
        self.articles = self.characters = 0
        self.records: Counter[str] = Counter()

    def add(self, document: Document) -> None:
        self.articles += 1
        self.characters += document.source.chars
        self.records.update(str(type(m).__struct_config__.tag) for m in document.mentions)
        now = time.perf_counter()
        if now - self.shown >= self.PACE:
            self.shown = now
            self._draw(now)

    def _draw(self, now: float) -> None:
        import shutil

        if self.total == -1:
            self.total = _count(self.paths)
        rate = f"{self.characters / (now - self.began):,.0f} characters a second"
        text = f"{self.articles:,} articles, {rate}"
        if self.total:
            share = min(self.articles / self.total, 1.0)
            bar = "#" * int(share * 30)
            text = f"[{bar:<30}] {share:4.0%} {self.articles:,} of {self.total:,} articles, {rate}"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{text[:width]:<{width}}")
        sys.stderr.flush()
        self.drawn = True

    def clear(self) -> None:
        """Take the bar off the terminal."""
        if self.drawn:
            sys.stderr.write("\r\x1b[K")
            self.drawn = False

    def close(self, failures: int) -> None:
        self.clear()
        seconds = time.perf_counter() - self.began
        rate = self.characters / seconds if seconds else 0.0
        failed = f", {failures:,} failed" if failures else ""
        _say(f"{self.articles:,} articles{failed}")
        _say(", ".join(f"{kind} {count:,}" for kind, count in sorted(self.records.items())) or "no records")
        _say(f"{self.characters:,} characters in {seconds:.2f} s, {rate:,.0f} characters a second")


def _count(paths: Sequence[str]) -> int | None:
    """How many articles there are to come, or None when that can't be told (standard input)."""
    from pathlib import Path

    from .read import LINES_SUFFIX, article_files

    total = 0
    for path in paths:
        if path == "-":
            return None
        for file in article_files(Path(path)) if os.path.isdir(path) else [Path(path)]:
            if file.suffix.lower() != LINES_SUFFIX:
                total += 1
                continue
            try:
                with file.open("rb") as stream:
                    total += sum(1 for line in stream if line.strip())
            except OSError:
                pass  # told when its turn comes
    return total


def _edits(text: TextMap) -> Iterator[tuple[int, int, str]]:
    """Where a text's length changed: (start and end in the source, what stands there now), in order."""
    if text.same:
        return
    place = done = 0
    while place < len(text.text):
        start, end = text.to_source(place, place + 1)
        stop = place + 1
        while stop < len(text.text) and text.to_source(stop, stop + 1)[0] < end:
            stop += 1
        if start > done:
            yield done, start, ""
        if stop - place != end - start:
            yield start, end, text.text[place:stop]
        place, done = stop, end
    if done < len(text.source):
        yield done, len(text.source), ""


_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CELL: Final = {ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}


def _utf8(text: str) -> str:
    """The text with lone surrogates, which no UTF-8 can hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def _cell(text: str) -> str:
    """The text as one cell of a table."""
    return text.translate(_CELL)


def _json(value: object) -> bytes:
    import msgspec

    return msgspec.json.encode(value)


def _put(data: bytes) -> None:
    """Bytes to standard output at once, so that who reads them need not wait."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def _print(text: str) -> None:
    """A line to standard output, in UTF-8 whatever the locale says."""
    _put(_utf8(text).encode() + b"\n")


def _say(text: str) -> None:
    """A line to standard error; what its encoding lacks is escaped."""
    sys.stderr.write(f"{text}\n")
