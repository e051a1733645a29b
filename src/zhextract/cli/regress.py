"""`zhextract regress`: what a change of rules does to a corpus."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Final

from ..errors import ReadError, UsageError
from .golden import paint
from .rules import add_jobs, jobs_of
from .terminal import FAILED, OK, encoded, put, save, say, show, utf8

if TYPE_CHECKING:
    from ..pipeline import Extractor
    from ..read import Article
    from ..workbench.regress import Delta

DESCRIPTION: Final = "Extract with two versions of the rules and tell what was added, lost and changed, by rule."
EXAMPLES: Final = """\
examples:
  zhextract regress corpus/                                  the last commit against what you have now
  zhextract regress --old v1.2 --new HEAD corpus/
  zhextract regress --old HEAD --new my-rules/ corpus/ --max-lost 0 --max-changed 20
  zhextract regress --old main --format markdown corpus/ > comment.md
  zhextract regress --old main --html before-after.html corpus/
  zhextract regress --old main --format json --differences all.jsonl corpus/

A version is a folder of rules (laid over the built-in ones, or with a core.yml complete), or a git revision of the
folder that --folder names. Both are run by this version of the program.

exit codes: 0 within the limits, 1 beyond one of them or articles that could not be read, 2 a wrong call
"""


MOST_ON_A_PAGE: Final = 500
"""Articles that a page of differences shows."""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="CORPUS", help="articles: files and folders, as for extract")
    parser.add_argument("--old", default="HEAD", metavar="REV|DIR", help="the version before (default: HEAD)")
    parser.add_argument("--new", metavar="REV|DIR", help="the version after (default: the folder as it is)")
    parser.add_argument("--folder", metavar="DIR", help="the rule folder that revisions are of (default: the built-in)")
    for what in ("lost", "added", "changed"):
        parser.add_argument(f"--max-{what}", type=int, metavar="N", help=f"fail when more records are {what}")
    parser.add_argument("--format", choices=("text", "markdown", "json"), default="text")
    parser.add_argument("--differences", metavar="FILE", help="write every difference there, a JSON line each")
    parser.add_argument("--html", metavar="FILE", help="also a page of before and after side by side, by rule")
    add_jobs(parser)


def run(args: argparse.Namespace) -> int:
    """Compare; the exit code."""
    from ..read import read_articles
    from ..rules.build import builtin_folder
    from ..workbench import regress

    folder = Path(args.folder).resolve() if args.folder else builtin_folder()
    failed = 0

    def articles() -> Iterable[Article]:
        nonlocal failed
        for found in read_articles(args.paths):
            if isinstance(found, ReadError):
                failed += 1
                say(str(found))
            else:
                yield found

    with ExitStack() as stack:
        old = stack.enter_context(regress.version(args.old, folder))
        new = stack.enter_context(regress.version(args.new or str(folder), folder))
        each = stack.enter_context(_listed(args.differences)) if args.differences else None
        changed: dict[str, None] = {}

        def seen(delta: Delta) -> None:
            if len(changed) < MOST_ON_A_PAGE:
                changed.setdefault(delta.article)
            if each is not None:
                each(delta)

        report = regress.run(articles(), old, new, jobs_of(args), seen if args.html else each)
        if args.html:
            chosen = [a for a in read_articles(args.paths) if not isinstance(a, ReadError) and a.id in changed]
            _write_page(args, chosen, old, new)
    verdict = report.beyond({what: getattr(args, f"max_{what}") for what in regress.WHATS})
    if args.format == "json":
        put(utf8(regress.as_json(report, verdict)).encode() + b"\n")
    else:
        markdown = args.format == "markdown"
        for line in regress.as_markdown(report, verdict) if markdown else regress.as_text(report, verdict, paint()):
            show(line)
    return FAILED if verdict or failed else OK


def _write_page(args: argparse.Namespace, articles: list[Article], old: Extractor, new: Extractor) -> None:
    """The articles that differ, before and after."""
    from ..web.compare import Compared, compare_page, records_of

    compared = []
    for article in articles:
        both = (records_of(x.extract(article.text, article.published).to_dict()) for x in (old, new))
        compared.append(Compared(article.id, article.text, *both))
    page = compare_page("Before and after", compared, before=args.old, after=args.new or "now")
    save(args.html, page)


@contextmanager
def _listed(file: str) -> Iterator[Callable[[Delta], None]]:
    """Writes differences to a file, which is complete or as it was."""
    from ..write import replacing

    try:
        with replacing(Path(file)) as stream:
            yield lambda delta: _put_line(stream, delta)
    except OSError as fault:
        raise UsageError(f"{file}: can't be written: {fault.strerror or fault}") from None


def _put_line(stream: BinaryIO, delta: Delta) -> None:
    """A difference as one line of JSON."""
    stream.write(encoded(delta._asdict()) + b"\n")
