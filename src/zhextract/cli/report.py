"""`zhextract report`: documents to a static site that shows each article with what was found in it."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import ReadError, UsageError
from .terminal import FAILED, OK, say

if TYPE_CHECKING:
    from ..web.site import Shown
    from ..web.sources import Sources

DESCRIPTION: Final = "Documents to a report: pages that open from the disk, with no server and no network."
EXAMPLES: Final = """\
examples:
  zhextract extract corpus/ -o output/
  zhextract report output/ -o report/ --source corpus/      then open report/index.html
  zhextract report day.out.jsonl -o report/ --source day.jsonl

Documents hold no text. It is taken from the files and folders given by --source (without one: from corpus/, if
that is there): the file that has the document's name and SHA-256, or any with that SHA-256. An article whose
text is missing or has changed is named on standard error; its page shows the records without the text.

exit codes: 0 all went well, 1 some texts or documents are missing (the rest is written), 2 a wrong call
"""
_DEFAULT: Final = "corpus"


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="OUTPUT", help="documents: .json, .jsonl, or folders of these")
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="where the report is written")
    parser.add_argument(
        "--source", action="append", metavar="PATH",
        help="a file or folder with the texts of the articles; may be repeated (default: corpus/)",
    )  # fmt: skip
    parser.add_argument(
        "--rules", action="append", metavar="DIR",
        help="a folder that was laid over the built-in rules, for the places of its rules; may be repeated",
    )  # fmt: skip


def run(args: argparse.Namespace) -> int:
    """Write the report; the exit code."""
    from ..web.places import places
    from ..web.site import write_site
    from ..web.sources import Sources

    for path in args.paths:
        if not Path(path).exists():
            raise UsageError(f"no such file or folder: {path}; give what zhextract extract wrote")
    given = args.source or ([_DEFAULT] if Path(_DEFAULT).is_dir() else [])
    if not given:
        raise UsageError("documents hold no text: name the folder or file of the articles with --source")
    articles = _Articles(args.paths, Sources(given))
    try:
        summary = write_site(args.output, articles, places(args.rules or []))
    except OSError as error:
        raise UsageError(f"{args.output}: cannot be written: {error.strerror or error}") from None
    for problem in summary.problems:
        say(problem)
    say(f"{summary.articles} articles, {summary.facts} facts: {Path(args.output, 'index.html').as_posix()}")
    return FAILED if summary.problems or articles.failed else OK


class _Articles:
    """The documents of a call with their texts, in order; what is no document is told and counted."""

    def __init__(self, paths: list[str], sources: Sources) -> None:
        self.paths = paths
        self.sources = sources
        self.failed = 0

    def __iter__(self) -> Iterator[Shown]:
        from ..web.site import Shown
        from ..web.sources import read_documents

        for found in read_documents(self.paths):
            if isinstance(found, ReadError):
                self.failed += 1
                say(str(found))
                continue
            name, document = found
            yield Shown(name, document, *self.sources.find(document))
