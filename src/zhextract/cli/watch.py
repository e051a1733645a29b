"""`zhextract watch`: what each edit of a rule or an article changes."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Final

from ..errors import UsageError
from .golden import paint
from .rules import add_rules
from .terminal import OK, say, show

DESCRIPTION: Final = "Extract again whenever a rule or an article changes, and show what is otherwise."
EXAMPLES: Final = """\
examples:
  zhextract watch corpus/                           while you edit the rules of a checkout
  zhextract watch news.txt --rules my-rules/        while you edit rules of your own

Failing examples that the edit can touch are told, too. Ctrl-C ends it. Needs watchfiles: pip install 'zhextract[watch]'
"""
_LOOK: Final = 200
"""Milliseconds until the watcher first tells that it watches."""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="PATH", help="articles: files and folders")
    add_rules(parser)


def run(args: argparse.Namespace) -> int:
    """Watch until interrupted; the exit code."""
    try:
        from watchfiles import watch
    except ImportError:
        raise UsageError("watchfiles is missing; pip install 'zhextract[watch]'") from None
    from ..workbench.watching import Session

    folders = [Path(folder).resolve() for folder in args.rules or ()]
    for path in (*args.paths, *folders):
        if not Path(path).exists():
            raise UsageError(f"{path}: not there")
    session = Session(args.paths, folders)
    waiting = False
    for changes in watch(
        *session.watched, raise_interrupt=True, debounce=200, step=50, rust_timeout=_LOOK, yield_on_timeout=True
    ):
        if not waiting:
            waiting = True
            say(f"{len(session.articles)} articles; waiting for changes")  # not before it sees them
        if changes:
            for line in session.edited([Path(name) for _, name in sorted(changes)], paint()):
                show(line)
            say("--")
    return OK
