"""The command line: `zhextract COMMAND`, a module a command.

Results go to standard output (always UTF-8) or to files, everything else to standard error. Exit codes: 0; 1 when
articles failed; 2 for a wrong call, rule file or installation; 3 when a batch has to be resumed; 130 after Ctrl-C; 141
when the reader of the output went away.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

from ..errors import UsageError, ZhextractError
from .terminal import BROKEN_PIPE, INTERRUPTED, USAGE, say, show

__all__ = ["main"]

COMMANDS: Final = {
    "extract": "articles to JSON documents",
    "convert": "to and from the forms of other annotation tools",
    "normalize": "show the text as rules see it",
    "segment": "show sentences and words",
    "batch": "whole archives: parallel, resumable, to Parquet or JSON lines",
    "facts": "figures as rows: CSV, Excel, Parquet, JSON lines",
    "query": "SQL over extracted documents",
    "report": "documents to pages to look at",
    "serve": "a local web page and HTTP service",
    "schema": "print the JSON Schema of a document",
    "rules": "look at rules, try, test, check and measure them",
    "golden": "extractions against annotated texts: check, differences, accept",
    "regress": "what a change of rules does to a corpus",
    "watch": "extract again whenever a rule or an article changes",
}
"""Each command and what it is for. `cli/COMMAND.py` has its DESCRIPTION, EXAMPLES, `add` (its arguments) and `run`."""


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code. Wrong arguments raise SystemExit(2), as argparse does."""
    given = sys.argv[1:] if argv is None else argv
    try:
        args = _parser(given[0] if given else "").parse_args(given)
        code: int = args.run(args)
        sys.stdout.flush()
    except ZhextractError as error:
        say(f"zhextract: {error}" if isinstance(error, UsageError) else str(error))
        return USAGE
    except KeyboardInterrupt:
        say("zhextract: interrupted")
        return INTERRUPTED
    except BrokenPipeError:
        # The interpreter flushes once more at its end; let that go nowhere.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return BROKEN_PIPE
    return code


def _parser(wanted: str) -> argparse.ArgumentParser:
    """The parser of a call whose first word is `wanted`: only this command's module is imported."""
    parser = argparse.ArgumentParser(
        prog="zhextract",
        description="Figures, units, times and names of Chinese press articles as JSON: exact, offline, traceable.",
        epilog="zhextract COMMAND --help tells more and has examples.",
    )
    parser.add_argument("--version", action=_Version, help="print the version and exit")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", required=True)
    for name, purpose in COMMANDS.items():
        if name != wanted:
            commands.add_parser(name, help=purpose)
            continue
        module = import_module(f".{name}", __name__)
        command = commands.add_parser(
            name, help=purpose, description=module.DESCRIPTION, epilog=module.EXAMPLES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )  # fmt: skip
        module.add(command)
        command.set_defaults(run=module.run)
    return parser


class _Version(argparse.Action):
    """`--version`: of the package, of the documents and of the rules, which are asked for only when wanted."""

    def __init__(self, option_strings: Sequence[str], dest: str, help: str | None = None) -> None:
        super().__init__(option_strings, dest, nargs=0, help=help)

    def __call__(self, parser: argparse.ArgumentParser, *unused: object) -> None:
        from importlib import metadata

        try:
            version = metadata.version("zhextract")
        except metadata.PackageNotFoundError:
            version = "(not installed)"
        from ..records import SCHEMA
        from ..rules.build import version as rules_version

        show(f"zhextract {version}, documents {SCHEMA}, rules {rules_version()}")
        parser.exit()
