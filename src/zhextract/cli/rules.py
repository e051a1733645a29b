"""`zhextract rules`: look at rules, try them, test them, check them, measure them."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Final

from ..errors import ReadError, UsageError
from .terminal import FAILED, OK, encoded, put, say, show

if TYPE_CHECKING:
    from ..workbench.golden import Fixture
    from ..workbench.ruleset import RuleSet

DESCRIPTION: Final = "The workbench of rule authors: look at rules, try, test, check and measure them."
EXAMPLES: Final = """\
examples:
  zhextract rules list 'time.*'                     the rules on times
  zhextract rules show time.year                    a rule, and all that it is made of
  zhextract rules try time.year TEXT                what it finds in a text, or what it lacks
  zhextract rules test                              every example of every rule and row
  zhextract rules test money.amount measure/km      some
  zhextract rules test --changed                    those that what you changed since the last commit can touch
  zhextract rules test --changed --golden tests/golden/
  zhextract rules lint                              mistakes that no example shows
  zhextract rules new time.harvest --type time -o my-rules/time/harvest.yml
  zhextract rules list --rules my-rules/            with rules of your own laid over the built-in ones

docs/rules.md leads from nothing to a tested rule.

exit codes: 0 all is well, 1 an example failed or lint found something, 2 a wrong call or a mistake in a rule file
"""

Run = Callable[[argparse.Namespace], int]


def actions(parser: argparse.ArgumentParser) -> Callable[[str, str, Run], argparse.ArgumentParser]:
    """Makes subcommands of a command that works with rules: from name, purpose and what it runs to its parser."""
    commands = parser.add_subparsers(dest="action", metavar="ACTION", required=True)

    def command(name: str, purpose: str, work: Run) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=purpose, description=purpose[0].upper() + purpose[1:] + ".")
        made.set_defaults(work=work)
        add_rules(made)
        return made

    return command


def add(parser: argparse.ArgumentParser) -> None:
    """The subcommands and their arguments."""
    command = actions(parser)

    one = command("list", "name the rules", _list)
    one.add_argument("ids", nargs="?", default="*", metavar="ID", help="only these; * stands for any characters")
    one.add_argument("--type", help="only rules that emit this")
    one.add_argument("--json", action="store_true", help="a JSON line a rule")

    one = command("show", "show a rule and all that it is made of", _show)
    one.add_argument("id", metavar="ID")

    one = command("try", "show what a rule makes of a text, or what it lacks", _try)
    one.add_argument("id", metavar="ID")
    one.add_argument("text", metavar="TEXT", help="- reads it from standard input")
    one.add_argument("--date", metavar="YYYY-MM-DD", help="publication date of the text")

    one = command("test", "run the examples of rules and rows", _test)
    one.add_argument("ids", nargs="*", metavar="ID", help="a rule, a lexicon, lexicon/surface; * for any characters")
    one.add_argument(
        "--changed", nargs="?", const="HEAD", metavar="REV",
        help="only those that a change since the last commit (or since REV) can touch",
    )  # fmt: skip
    one.add_argument(
        "--golden", action="append", default=[], metavar="PATH",
        help="golden texts to look at, too (with --changed those that it can touch); may be repeated",
    )  # fmt: skip
    add_jobs(one)

    one = command("lint", "look for mistakes that no example shows", _lint)
    one.add_argument(
        "--corpus", metavar="PATH", action="append", default=[],
        help="articles to count triggers in, which tells rules that are tried too often (default: the folder corpus/ "
        "beside the rules, if there is one); may be repeated",
    )  # fmt: skip
    one.add_argument("--json", action="store_true", help="a JSON line a finding")
    add_jobs(one)

    one = command("coverage", "tell which rules, branches and rows ever fire", _coverage)
    one.add_argument("paths", nargs="*", metavar="CORPUS", help="articles")
    one.add_argument("--examples", action="store_true", help="the examples of the rules are read, too")
    one.add_argument("--rows", action="store_true", help="name the rows that never fire")
    one.add_argument("--json", action="store_true", help="all counts as one JSON object")

    one = command("profile", "tell how often each rule is tried and matches, and what that costs", _profile)
    one.add_argument("paths", nargs="+", metavar="CORPUS", help="articles")
    one.add_argument("--top", type=int, default=40, metavar="N", help="only the dearest rules (default: 40; 0: all)")
    one.add_argument("--json", action="store_true", help="a JSON line a rule")

    one = command("schema", "print the JSON Schema of a rule file, for editors", _schema)
    one.add_argument(
        "--mark", metavar="DIR", help="put the line that tells editors the schema into each rule file of a folder"
    )
    one.add_argument(
        "--at", default="../schema/rules.json", metavar="PATH",
        help="with --mark: where the schema lies, from that folder (default: ../schema/rules.json), or its address",
    )  # fmt: skip

    one = command("new", "write the skeleton of a rule", _new)
    one.add_argument("id", metavar="ID", help="family.name, lower case")
    one.add_argument("--type", required=True, help="what it emits: quantity, time, entity …")
    one.add_argument("--pattern")
    one.add_argument("--anchor", help="the slot of the pattern where matching starts")
    one.add_argument("--doc", help="what it is for")
    one.add_argument("--example", action="append", default=[], metavar="TEXT", help="'a<b>c: {field: value}'")
    one.add_argument("--not", dest="counter", action="append", default=[], metavar="TEXT")
    one.add_argument("-o", "--output", metavar="FILE", help="append it to this rule file, which is made when missing")


def run(args: argparse.Namespace) -> int:
    """Run the subcommand; the exit code."""
    import gc

    gc.disable()  # what is loaded stays until the end
    try:
        work: Run = args.work
        return work(args)
    finally:
        gc.enable()  # who called this in a process of theirs goes on


def rules_of(args: argparse.Namespace) -> RuleSet:
    """The rules that a call is about."""
    from pathlib import Path

    from ..workbench.ruleset import RuleSet

    return RuleSet([Path(folder).resolve() for folder in args.rules or ()])


def add_rules(parser: argparse.ArgumentParser) -> None:
    """The rules that a call is about."""
    parser.add_argument(
        "--rules", action="append", metavar="DIR",
        help="a folder laid over the built-in rules (or, with a core.yml, in their place); may be repeated",
    )  # fmt: skip


def add_jobs(parser: argparse.ArgumentParser) -> None:
    """How many processes work."""
    parser.add_argument("--jobs", type=int, metavar="N", help="processes to use (default: as many as processors)")


def jobs_of(args: argparse.Namespace) -> int:
    """How many processes are to work."""
    from ..workbench.parallel import processors

    return args.jobs or processors()


def _list(args: argparse.Namespace) -> int:
    from ..workbench.listing import entries

    found = entries(rules_of(args), args.ids, args.type)
    if not found:
        raise UsageError(f"no rule {args.ids!r}" + (f" of type {args.type}" if args.type else ""))
    if args.json:
        for row in found:
            put(encoded(row) + b"\n")
        return OK
    wide = max(len(str(row["id"])) for row in found)
    for row in found:
        show(f"{row['id']!s:{wide}}  {row['type']!s:8}  {row['file']}:{row['line']}  {row['doc']}")
    return OK


def _show(args: argparse.Namespace) -> int:
    from ..workbench.listing import shown

    show(shown(rules_of(args), args.id))
    return OK


def _try(args: argparse.Namespace) -> int:
    from ..workbench.trying import attempt

    text = sys.stdin.buffer.read().decode("utf-8", "replace").rstrip("\n") if args.text == "-" else args.text
    found = attempt(rules_of(args), args.id, text, args.date)
    show(str(found))
    return OK if found.fired else FAILED


def _test(args: argparse.Namespace) -> int:
    from time import perf_counter

    from ..workbench import suite

    began = perf_counter()
    rules = rules_of(args)
    cases = suite.select(rules.cases(), args.ids)
    fixtures = _fixtures(args.golden)
    if args.changed is not None:
        from ..workbench import change, splice

        differs = change.since(rules, args.changed)
        splice.prepare(rules, differs)
        everything = len(cases)
        probe = change.Probe(differs, rules.extractor) if differs else None
        cases = [] if probe is None else probe.cases(cases)
        fixtures = [] if probe is None else probe.fixtures(fixtures)
        say(f"{differs}: {len(cases)} of {everything} examples can be touched")
    failed = suite.failures(cases, rules.extractor, jobs_of(args)) if cases else []
    for failure in failed:
        show(str(failure))
    verdict = f"{len(failed)} failed" if failed else "all right"
    differences = _differences(fixtures, rules, jobs_of(args)) if fixtures else 0
    say(f"{len(cases)} examples: {verdict} ({perf_counter() - began:.1f} s)")
    return FAILED if failed or differences else OK


def _fixtures(paths: list[str]) -> list[Fixture]:
    from pathlib import Path

    from ..workbench.golden import read

    return list(read(map(Path, paths))) if paths else []


def _differences(fixtures: list[Fixture], rules: RuleSet, jobs: int) -> int:
    """Show how golden texts differ; how many differences nobody accepted."""
    from ..workbench.showing import report, summary
    from .golden import paint, verdict_on

    verdict, _ = verdict_on(fixtures, rules, jobs)
    for line in report(verdict.new, paint()):
        show(line)
    say(summary(verdict))
    return len(verdict.new)


def _lint(args: argparse.Namespace) -> int:
    from ..workbench.lint import lint

    rules = rules_of(args)
    beside = str(rules.folders[0].parent / "corpus")
    paths = args.corpus or ([beside] if os.path.isdir(beside) else [])
    found = lint(rules, [text for _, text in corpus(paths)], jobs_of(args))
    for finding in found:
        if args.json:
            put(encoded(finding._asdict()) + b"\n")
        else:
            show(str(finding))
    say(f"{len(found)} findings" if found else "nothing found")
    return FAILED if found else OK


def corpus(paths: list[str]) -> Iterator[tuple[str, str]]:
    """The id and text of each article of some files and folders. Raises ReadError for one that can't be read."""
    from ..read import read_articles

    for found in read_articles(paths):
        if isinstance(found, ReadError):
            raise found
        yield found.id, found.text


def _coverage(args: argparse.Namespace) -> int:
    from ..workbench.coverage import cover, report

    rules = rules_of(args)
    texts: list[tuple[str, str | None]] = [(text, None) for _, text in corpus(args.paths)]
    if args.examples:
        texts += [(case.text, case.published) for case in rules.cases()]
    if not texts:
        raise UsageError("nothing to read: name articles, or give --examples")
    found = cover(rules, texts)
    if args.json:
        put(encoded({**found._asdict(), "dead": found.dead}) + b"\n")
        return OK
    for line in report(found, rows=args.rows):
        show(line)
    return OK


def _profile(args: argparse.Namespace) -> int:
    from ..workbench.profile import profile

    found = profile(rules_of(args), [text for _, text in corpus(args.paths)])
    rows = found.rows[: args.top] if args.top else found.rows
    if args.json:
        for row in rows:
            put(encoded(row._asdict()) + b"\n")
        return OK
    show(f"{'rule':32} {'tries':>8} {'hits':>8} {'ms':>9} {'us a try':>9}")
    for row in rows:
        each = row.nanoseconds / 1000 / row.tries if row.tries else 0
        show(f"{row.rule:32} {row.tries:8} {row.hits:8} {row.nanoseconds / 1e6:9.2f} {each:9.2f}")
    say(
        f"{found.articles} articles, {found.characters} characters in {found.seconds:.2f} s "
        f"({found.with_clocks:.2f} s with the clocks)"
    )
    return OK


def _schema(args: argparse.Namespace) -> int:
    from pathlib import Path

    from ..workbench.schema import mark, schema_text

    if args.mark is None:
        put(schema_text().encode())
        return OK
    if not os.path.isdir(args.mark):
        raise UsageError(f"{args.mark}: no such folder")
    for path in mark(Path(args.mark), args.at):
        say(str(path))
    return OK


def _new(args: argparse.Namespace) -> int:
    from ..workbench.listing import append, skeleton

    text = skeleton(
        args.id, args.type, pattern=args.pattern, anchor=args.anchor, doc=args.doc,
        examples=tuple(args.example), counterexamples=tuple(args.counter),
    )  # fmt: skip
    if args.output is None:
        show(text)
        return OK
    append(args.output, args.id, text)
    say(f"{args.id} is in {args.output}")
    return OK
