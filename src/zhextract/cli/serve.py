"""`zhextract serve`: the local web application and its HTTP interface."""

from __future__ import annotations

import argparse
import os
from typing import Final

from ..errors import UsageError
from .inputs import check_currency
from .terminal import OK, say

DESCRIPTION: Final = "Paste a text or drop a file in the browser and see what is found; the same by HTTP for programs."
EXAMPLES: Final = """\
examples:
  zhextract serve                                   then open http://127.0.0.1:8000/
  zhextract serve --rules my-rules/ --port 9000
  zhextract serve --review articles/                review what is found in them to gold
  curl --data-binary @news.txt -H 'Content-Type: application/octet-stream' http://127.0.0.1:8000/v1/extract
  curl -T day.jsonl -X POST -H 'Content-Type: application/x-ndjson' http://127.0.0.1:8000/v1/extract

The description of the interface is at /docs. The service is reached from this machine only, unless --host says
otherwise; whoever reaches it may use it. It needs the extra: pip install 'zhextract[web]'.

exit codes: 0 after Ctrl-C, 2 a wrong call, a mistake in a rule file, or a port that is taken
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1, this machine)")
    parser.add_argument("--port", type=_port, default=8000, help="port (default: 8000)")
    parser.add_argument(
        "--allow-host", action="append", metavar="NAME", default=[],
        help="a host name by which requests may address the service, besides localhost; may be repeated",
    )  # fmt: skip
    parser.add_argument("--rules", action="append", metavar="DIR", help="a folder laid over the built-in rules")
    parser.add_argument("--lexicon", action="append", metavar="FILE", help="CSV or YAML file with names of your own")
    parser.add_argument("--script", choices=("t2s", "tw2sp", "hk2s", "none"), default="t2s", help="as for extract")
    parser.add_argument("--currency", metavar="CODE", help="as for extract")
    parser.add_argument("--review", metavar="DIR", help="a folder of articles to review to gold")
    parser.add_argument(
        "--workers", type=_positive, default=min(os.cpu_count() or 1, 4), metavar="N",
        help="processes that extract (default: one a core, at most 4)",
    )  # fmt: skip
    parser.add_argument(
        "--max-bytes", type=_positive, default=2_000_000, metavar="N", help="of a body (default: 2000000)"
    )
    parser.add_argument("--max-seconds", type=_positive, default=30, metavar="N", help="of a request (default: 30)")
    parser.add_argument("--max-requests", type=_positive, default=64, metavar="N", help="at once (default: 64)")


def _positive(text: str) -> int:
    if not (text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"not a number above 0: {text!r}")
    return int(text)


def _port(text: str) -> int:
    if not (text.isdecimal() and int(text) < 65536):
        raise argparse.ArgumentTypeError(f"not a port: {text!r}")
    return int(text)


def run(args: argparse.Namespace) -> int:
    """Serve until Ctrl-C; the exit code."""
    try:
        from ..web.server import Server
    except ImportError as error:
        raise UsageError(f"{error.name} is not installed; pip install 'zhextract[web]'") from None
    from ..web.gate import Limits
    from ..web.pool import Settings

    check_currency(args.currency)
    settings = Settings(
        tuple(args.rules or ()),
        tuple(args.lexicon or ()),
        None if args.script == "none" else args.script,
        args.currency,
    )
    limits = Limits(args.max_bytes, args.max_seconds, args.max_requests)
    with Server(
        settings,
        limits,
        host=args.host,
        port=args.port,
        workers=args.workers,
        hosts=args.allow_host,
        review=args.review,
    ) as server:
        server.run(lambda: say(f"zhextract: {server.address} (Ctrl-C ends it)"))
    return OK
