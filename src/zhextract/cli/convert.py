"""`zhextract convert`: documents and gold to the forms of other annotation tools, and back to gold."""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import ReadError, UsageError
from .terminal import FAILED, OK, say

if TYPE_CHECKING:
    from ..read import Article
    from ..web.sources import Sources

FORMS: Final = ("label-studio", "web-annotation", "bio", "gold")
DESCRIPTION: Final = "Documents or gold to the forms of other annotation tools, or their files back to gold."
EXAMPLES: Final = """\
examples:
  zhextract convert output/ --to label-studio -o tasks/ --source corpus/
  zhextract convert articles/a.gold.json --to bio -o bio/ --source articles/
  zhextract convert output/ --to gold -o gold/ --source corpus/       what is found, for a hand to correct
  zhextract convert export.json --from label-studio --article articles/a.txt -o gold/

Documents and gold hold no text; it is found as for zhextract report. Spans count in code points. Label Studio and
Web Annotation keep every field and fact; BIO keeps spans and labels, of marks that overlap the longest. With
--from, records that were moved or are new have their span only: the fields they lack are filled as the rules
would, and everything is checked. The labelling configuration of a Label Studio project that takes these tasks:
  python -c "from zhextract.web.exchange import label_studio_config as c; print(c())"

exit codes: 0 all went well, 1 some inputs failed (the others are written), 2 a wrong call
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument(
        "paths", nargs="+", metavar="PATH", help="documents (.json, .jsonl, folders), gold, or files of a tool"
    )
    parser.add_argument("-o", "--output", metavar="DIR", required=True, help="where the files are written")
    way = parser.add_mutually_exclusive_group(required=True)
    way.add_argument("--to", choices=FORMS, help="the form to write")
    way.add_argument("--from", choices=FORMS[:-1], dest="given", help="the form of the files, which become gold")
    parser.add_argument(
        "--source", action="append", metavar="PATH", help="a file or folder with the texts of the articles"
    )
    parser.add_argument("--article", metavar="FILE", help="with --from: the article that the file is about")


def run(args: argparse.Namespace) -> int:
    """Convert; the exit code."""
    from ..write import FolderWriter

    if args.given and not args.article:
        raise UsageError("--from wants the article that the files are about: --article FILE")
    if args.to and not args.source:
        raise UsageError("documents hold no text: name the folder or file of the articles with --source")
    failed = 0
    writers: dict[str, FolderWriter] = {}
    for name, suffix, content in _back(args) if args.given else _out(args):
        if suffix is None:
            failed += 1
            say(content)
            continue
        try:
            writer = writers.setdefault(suffix, FolderWriter(args.output, suffix))
            writer.write(name, content.encode("utf-8", "replace"))
        except OSError as error:
            raise UsageError(f"{args.output}: cannot be written: {error.strerror or error}") from None
    return FAILED if failed else OK


Made = tuple[str, str | None, str]
"""A name, the suffix of its file and what goes in; without a suffix what went wrong."""


def _out(args: argparse.Namespace) -> Iterator[Made]:
    from ..web import exchange, gold
    from ..web.sources import Sources

    sources = Sources(args.source)
    for name, records, text in _records(args.paths, sources):
        if text is None:
            yield name, None, f"{name}: {records}"
        elif args.to == "gold":
            yield name, ".gold.json", gold.as_text(records)
        else:
            form = exchange.FORMS[args.to]
            yield name, form.suffix, form.write(records, text, name)


def _records(paths: list[str], sources: Sources) -> Iterator[tuple[str, Any, str | None]]:
    """Name, gold and text of each document or gold file; without a text, what went wrong instead of the gold."""
    from ..web import gold
    from ..web.sources import read_documents

    for path in paths:
        known = _gold(path)
        if known is not None:
            text = sources.named(str(known.get("text_file") or ""))
            faults = [] if text is None else gold.check(known, text)
            if text is None:
                yield path, f"its text_file {known.get('text_file')} is not in the sources", None
            elif faults:
                yield path, faults[0], None
            else:
                yield Path(path).name.removesuffix(".json").removesuffix(".gold"), known, text
            continue
        for found in read_documents([path]):
            if isinstance(found, ReadError):
                yield path, str(found), None
                continue
            name, document = found
            text, problem = sources.find(document)
            yield name, problem if text is None else gold.of_document(document.to_dict()), text


def _gold(path: str) -> dict[str, Any] | None:
    """The gold of a file, None when it is something else."""
    if not path.endswith(".json"):
        return None
    try:
        data = json.loads(Path(path).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None  # what reads documents will say so
    return data if isinstance(data, dict) and "mentions" not in data and "quantity" in data else None


def _back(args: argparse.Namespace) -> Iterator[Made]:
    from ..pipeline import Extractor
    from ..web import exchange, gold
    from ..web.suggest import filled

    article = _article(args.article)
    extractor = Extractor()
    for path in args.paths:
        try:
            found = exchange.FORMS[args.given].read(Path(path).read_text(encoding="utf-8"), article.text)
        except (UsageError, OSError, UnicodeDecodeError) as error:
            yield path, None, f"{path}: {error}"
            continue
        whole = filled(extractor, found, article.text, article.published)
        faults = gold.check(whole, article.text)
        if faults:
            yield path, None, f"{path}: {faults[0]}"
            continue
        published = extractor.extract(article.text, article.published).published
        yield article.id, ".gold.json", gold.as_text(gold.in_order(whole, Path(args.article).name, published))


def _article(path: str) -> Article:
    from ..read import read_articles

    found = next(iter(read_articles([path])))
    if isinstance(found, ReadError):
        raise UsageError(str(found))
    return found
