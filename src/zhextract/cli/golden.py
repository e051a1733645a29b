"""`zhextract golden`: extractions against annotated texts."""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from ..errors import UsageError
from .rules import actions, add_jobs, jobs_of, rules_of
from .rules import run as run  # which subcommand is in the arguments
from .terminal import FAILED, OK, encoded, put, save, say, show

if TYPE_CHECKING:
    from ..workbench.context import Paint
    from ..workbench.golden import Difference, Fixture, Verdict
    from ..workbench.ruleset import RuleSet

DESCRIPTION: Final = "Extract from annotated texts and look at every difference; take over those that are right."
EXAMPLES: Final = """\
examples:
  zhextract golden check tests/golden/                      scores, and every difference that nobody accepted
  zhextract golden diff tests/golden/                       these in context, by the rule that caused them
  zhextract golden diff tests/golden/ --all                 and the known ones
  zhextract golden accept tests/golden/ 3fa9c01d --reason 'the new rule reads the unit'
  zhextract golden accept tests/golden/ --rule time.year --known 'not yet'
  zhextract golden accept tests/golden/ --rule time.year --correct-gold 'the span was one short'
  zhextract golden accept tests/golden/ --reason '…'        one by one, asked for each
  zhextract golden new corpus/news.txt -o tests/golden/     the document of an article as a fixture
  zhextract golden new corpus/news.txt -o tests/golden/ --by-hand

A fixture is a document as extract writes it, or lists of records written by hand (quantity, ordinal, time, entity,
facts), beside its article or in a line with it. What was written by hand is never overwritten by output, but with
--correct-gold. Reasons are kept in history/NAME.jsonl beside the fixtures.

exit codes: 0 no difference that is not accepted, 1 there are some, 2 a wrong call or a mistake in a file
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The subcommands and their arguments."""
    command = actions(parser)

    one = command("check", "score fixtures, and fail on any difference that is not accepted", _check)
    one.add_argument("paths", nargs="+", metavar="PATH", help="a fixture, or a folder of them")
    one.add_argument("--json", action="store_true", help="scores and differences as one JSON object")
    add_jobs(one)

    one = command("diff", "show each difference in context, by the rule that caused it", _diff)
    one.add_argument("paths", nargs="+", metavar="PATH")
    one.add_argument("--all", action="store_true", help="known ones, too")
    one.add_argument("--rule", action="append", default=[], metavar="ID", help="only those of this rule")
    one.add_argument("--json", action="store_true", help="a JSON line a difference")
    one.add_argument("--html", metavar="FILE", help="also a page of fixtures and extractions side by side, by rule")
    add_jobs(one)

    one = command("accept", "take differences over, with the reason", _accept)
    one.add_argument("paths", nargs="+", metavar="PATH|MARK", help="fixtures, then marks as golden diff shows them")
    one.add_argument("--rule", action="append", default=[], metavar="ID", help="all of this rule; '' those of none")
    one.add_argument("--all", action="store_true", help="all there are")
    why = one.add_mutually_exclusive_group(required=True)
    why.add_argument("--reason", help="the output is right: change the fixture (a document) to it")
    why.add_argument("--known", metavar="REASON", help="the fixture is right: let the difference stand until mended")
    why.add_argument("--correct-gold", metavar="REASON", help="the output is right, and what was written by hand wrong")
    why.add_argument("--mended", action="store_true", help="write down which known differences are gone")
    add_jobs(one)

    one = command("new", "make a fixture of an article", _new)
    one.add_argument("paths", nargs="+", metavar="ARTICLE")
    one.add_argument("-o", "--output", required=True, metavar="DIR", help="the folder of fixtures")
    one.add_argument("--by-hand", action="store_true", help="lists of records, to be corrected by hand")
    one.add_argument("--date", metavar="YYYY-MM-DD", help="publication date, where the article does not say it")


def paint() -> Paint:
    """Colours on a terminal, unless NO_COLOR is set."""
    from ..workbench.context import Paint

    return Paint(sys.stdout.isatty() and not os.environ.get("NO_COLOR"))


def judged(paths: list[str], args: argparse.Namespace) -> tuple[Verdict, dict[tuple[Path, str], Any]]:
    """The verdict on some fixtures, and the documents it is about."""
    from ..workbench.golden import read

    fixtures = list(read(map(Path, paths)))
    return verdict_on(fixtures, rules_of(args), jobs_of(args))


def verdict_on(fixtures: list[Fixture], rules: RuleSet, jobs: int) -> tuple[Verdict, dict[tuple[Path, str], Any]]:
    """The verdict of some rules on fixtures, and the documents by file and id."""
    from ..workbench.golden import judge
    from ..workbench.parallel import spread

    extractor = rules.extractor
    documents = list(spread(lambda fixture: fixture.extract(extractor), fixtures, jobs, least=12))
    keys = [(fixture.path, fixture.id) for fixture in fixtures]
    return judge(fixtures, documents), dict(zip(keys, documents, strict=True))


def _check(args: argparse.Namespace) -> int:
    from ..workbench import showing
    from ..workbench.scorer import table

    verdict, _ = judged(args.paths, args)
    if args.json:
        scores = {kind: tally.row() for kind, tally in verdict.scores.items()}
        rows = [{"file": str(f.path), "mark": d.mark, "rule": d.rule, **d.said} for f, d in verdict.new]
        put(
            encoded({"scores": scores, "new": rows, "known": len(verdict.known), "mended": len(verdict.mended)}) + b"\n"
        )
    else:
        show(table(verdict.scores))
        for rule, group in showing.by_rule(verdict.new).items():
            show(f"{len(group):5} new  {rule or showing.NOTHING}")
    say(showing.summary(verdict))
    return FAILED if verdict.new else OK


def _diff(args: argparse.Namespace) -> int:
    from ..workbench import showing

    verdict, documents = judged(args.paths, args)
    if args.html:
        _write_page(args, documents)
    found = verdict.new + (verdict.known if args.all else [])
    if args.rule:
        found = [(f, d) for f, d in found if d.rule in args.rule]
    if args.json:
        for fixture, d in found:
            put(encoded({"file": str(fixture.path), "mark": d.mark, "rule": d.rule, **d.said}) + b"\n")
    else:
        for line in showing.report(found, paint()):
            show(line)
    say(showing.summary(verdict))
    return FAILED if verdict.new else OK


def _write_page(args: argparse.Namespace, documents: dict[tuple[Path, str], Any]) -> None:
    """All fixtures beside what is extracted, known differences too, as a page."""
    from ..web.compare import Compared, compare_page, records_of_lists
    from ..workbench.golden import lists_of, read
    from ..workbench.plain import plain

    compared = []
    for fixture in read(map(Path, args.paths)):
        found = plain(documents[fixture.path, fixture.id])
        both = lists_of(fixture), {kind: found[kind] for kind in fixture.scope if kind in found}
        compared.append(Compared(fixture.id, fixture.text, *map(records_of_lists, both)))
    page = compare_page("Fixtures and extractions", compared, before="fixture", after="extracted")
    save(args.html, page)


def _accept(args: argparse.Namespace) -> int:
    from ..workbench import accepting

    paths = [path for path in args.paths if os.path.exists(path)]
    marks = [name for name in args.paths if not os.path.exists(name)]
    if not paths:
        raise UsageError(f"{args.paths[0]}: no golden fixture")
    verdict, documents = judged(paths, args)
    if args.mended:
        accepting.mended(verdict.mended)
        say(f"{len(verdict.mended)} known differences are gone")
        return OK
    chosen = accepting.pick(verdict, marks, args.rule, everything=args.all)
    if not (marks or args.rule or args.all):
        chosen = _asked(verdict)
    if args.known is not None:
        accepting.known(chosen, _reason(args.known))
    else:
        correct = args.correct_gold is not None
        reason = _reason(args.correct_gold if correct else args.reason)
        accepting.accept(chosen, documents, reason, correct_gold=correct)
    say(f"{len(chosen)} accepted, {len(verdict.new) - len(chosen)} left")
    return OK


def _reason(text: str) -> str:
    if not text.strip():
        raise UsageError("the reason is empty; say why")
    return text.strip()


def _asked(verdict: Verdict) -> list[tuple[Fixture, Difference]]:
    """Ask for each difference; only on a terminal."""
    from ..workbench import showing

    if not sys.stdin.isatty():
        raise UsageError("name marks, --rule or --all; one by one is asked only on a terminal")
    chosen = []
    for one in verdict.new:
        for line in showing.report([one], paint()):
            show(line)
        say("accept it? [y]es, [n]o, [q]uit")
        answer = sys.stdin.readline().strip().lower()[:1]
        if answer == "q":
            break
        if answer == "y":
            chosen.append(one)
    return chosen


def _new(args: argparse.Namespace) -> int:
    from ..pipeline import check_date
    from ..read import read_articles
    from ..workbench.accepting import new_fixture
    from ..write import safe_name, write_file

    date = None if args.date is None else check_date(args.date)
    extractor = rules_of(args).extractor
    folder = Path(args.output)
    folder.mkdir(parents=True, exist_ok=True)
    for path in map(Path, args.paths):
        if not path.is_file() or path.suffix == ".jsonl":
            raise UsageError(f"{path}: no article; name a .txt or .md file")
        target = folder / f"{safe_name(path.stem)}.json"
        if target.exists():
            raise UsageError(f"{target} is there already; golden accept changes it")
        for article in read_articles([str(path)]):
            if isinstance(article, Exception):
                raise article
            write_file(target, new_fixture(article, path, extractor, date, by_hand=args.by_hand).encode())
            say(str(target))
    return OK
