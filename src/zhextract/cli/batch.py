"""`zhextract batch`: whole archives."""

from __future__ import annotations

import argparse
import json
import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from ..errors import UsageError
from .inputs import add_context, add_reading, add_segmenter, check_context
from .terminal import FAILED, OK, UNFINISHED, say

if TYPE_CHECKING:
    from ..batch.job import Job
    from ..batch.run import Total

DESCRIPTION: Final = "Extract from whole archives: by several processes or a cluster, resumable, to sharded files."
EXAMPLES: Final = """\
examples:
  zhextract batch archive/ -o out/                      all processors, Parquet
  zhextract batch 'news-*.jsonl.zst' pages.zip -o out/ --format jsonl --workers 4
  zhextract batch archive/ -o out/ --resume             go on after anything: Ctrl-C, kill -9, a full disk
  zhextract batch archive/ -o out/                      again: only what is new or changed is extracted
  zhextract batch s3://bucket/news/ -o s3://bucket/out/ --cluster tcp://scheduler:8786
  zhextract query "SELECT count(*) FROM facts" out/

Inputs are files, folders (read recursively), globs and URLs (by fsspec): .txt .md .html .jsonl .csv .tsv .parquet
.docx .pdf; the text formats also with .gz .bz2 .xz .zst; members of .zip .tar .tar.gz .tgz ... Each file is an
article; .jsonl holds one a line, as extract has it; tables one a row, in columns that are found by their names.

DIR gets documents/, mentions/, entities/ and facts/ (or with --format jsonl documents/ alone), manifest.json,
failed.jsonl (place and reason of each article that failed) and duplicates.jsonl. Equal inputs, rules and options
give equal bytes, however many workers there are and whatever happens to them on the way.

exit codes: 0 all went well, 1 some articles failed (the others are there), 2 a wrong call or a mistake in a rule
file, 3 the run could not be finished (a full disk, a lost cluster) and --resume goes on, 130 after Ctrl-C
"""

_ROLES: Final = ("text", "id", "title", "published", "author")
_UNITS: Final = {"": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30}


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    parser.add_argument("paths", nargs="+", metavar="INPUT", help="a file, folder, glob or URL")
    parser.add_argument("-o", "--output", required=True, metavar="DIR", help="folder or URL of the output")
    parser.add_argument("--workers", type=_count, default=0, metavar="N", help="processes (default: one a processor)")
    parser.add_argument("--cluster", metavar="ADDRESS", help="a Dask scheduler (tcp://host:8786), or local")
    parser.add_argument("--format", choices=("parquet", "jsonl"), default="parquet", help="of the output")
    begin = parser.add_mutually_exclusive_group()
    begin.add_argument("--resume", action="store_true", help="go on with a run that was not finished")
    begin.add_argument("--restart", action="store_true", help="give up a run that was not finished, begin again")
    parser.add_argument("--dedupe", action="store_true", help="of articles with the same text take the first alone")
    parser.add_argument("--max-size", type=_size, default=16 << 20, metavar="SIZE", help="of an article (default: 16M)")
    parser.add_argument(
        "--max-seconds", type=float, default=60.0, metavar="S", help="of the processor, for an article (default: 60)"
    )
    parser.add_argument("--shard-size", type=_size, default=8 << 20, metavar="SIZE", help="input a shard (default: 8M)")
    parser.add_argument("--metrics", metavar="FILE", help="keep counts there in Prometheus' text format")
    parser.add_argument("--changes", metavar="FILE", help="where rules changed: what changed in the output, as JSON")
    others = "of tables; likewise --id-column, --title-column, --published-column, --author-column"
    for role in _ROLES:
        told = others if role == "text" else argparse.SUPPRESS
        parser.add_argument(f"--{role}-column", metavar="NAME", help=told)
    add_reading(parser)
    add_segmenter(parser)
    add_context(parser)


def _count(text: str) -> int:
    if not text.isdecimal() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"no number of processes: {text!r}")
    return int(text)


def _size(text: str) -> int:
    """`16M` as bytes."""
    found = re.fullmatch(r"(\d+)([kmg]?)i?b?", text.lower(), re.ASCII)
    if found is None or not int(found[1]):
        raise argparse.ArgumentTypeError(f"no size: {text!r}; write 500k, 16M or 2G")
    return int(found[1]) * _UNITS[found[2]]


def run(args: argparse.Namespace) -> int:
    """Run it; the exit code."""
    from ..batch.run import run_batch
    from ..batch.trouble import Crash, Unwritten
    from ..batch.watch import Watch

    check_context(args)
    watch = Watch(say, args.metrics)
    try:
        total = run_batch(
            _job(args), watch, workers=args.workers, cluster=args.cluster, resume=args.resume, restart=args.restart
        )
    except Unwritten as error:
        say(f"zhextract: {args.output}: cannot be written: {error}; what is done stays, --resume goes on")
        return UNFINISHED
    except Crash as error:
        say(f"zhextract: {error}; what is done stays, --resume goes on")
        return UNFINISHED
    except KeyboardInterrupt:
        say("zhextract: what is done stays, --resume goes on")
        raise
    _tell(args, total)
    return FAILED if total.failed else OK


def _job(args: argparse.Namespace) -> Job:
    from ..batch.inputs import Options
    from ..batch.job import Job, Settings
    from ..batch.store import is_url

    script = None if args.script == "none" else args.script
    rules, lexicons = (tuple(str(Path(one).resolve()) for one in given or ()) for given in (args.rules, args.lexicon))
    settings = Settings(rules, lexicons, script, args.currency, args.segmenter, args.date)
    columns = {role: name for role in _ROLES if (name := getattr(args, f"{role}_column")) is not None}
    if args.encoding is not None:
        from ..read import decode

        decode(b"", encoding=args.encoding)
    for path in args.paths:
        if path == "-":
            raise UsageError("batch reads no standard input; name files, folders or URLs")
    if args.metrics and not Path(args.metrics).parent.is_dir():
        raise UsageError(f"{args.metrics}: there is no folder {Path(args.metrics).parent}")
    output = args.output if is_url(args.output) else os.path.abspath(args.output)
    inputs = args.paths
    if args.cluster is not None:  # its workers stand in folders of their own
        inputs = [path if is_url(path) else os.path.abspath(path) for path in inputs]
    return Job(
        output, tuple(inputs), settings, Options(args.encoding, columns, args.max_size), args.format,
        settings.digest(), args.shard_size, args.max_seconds, args.dedupe,
    )  # fmt: skip


def _tell(args: argparse.Namespace, total: Total) -> None:
    kept = f", {total.reused:,} of them kept from the last run" if total.reused else ""
    say(f"{total.documents:,} documents{kept}, {total.characters:,} characters, {total.shards:,} shards")
    if len(total.rows) > 1:
        say(", ".join(f"{name} {count:,}" for name, count in total.rows.items() if name != "documents"))
    if total.twins:
        say(f"{total.twins:,} duplicates passed over, in {args.output}/duplicates.jsonl")
    if total.failed:
        say(f"{total.failed:,} failed, in {args.output}/failed.jsonl: "
            + "; ".join(f"{count:,} {reason}" for reason, count in total.reasons.items()))  # fmt: skip
    if total.changes is not None:
        changes = total.changes
        say(
            f"the rules have changed: {changes.differ:,} of {changes.compared:,} articles that were there before differ"
        )
        for sign, records in (("+", changes.came), ("-", changes.went)):
            for rule, count in sorted(records.items(), key=lambda item: (-item[1], item[0]))[:10]:
                say(f"  {sign}{count:,} {rule}")
    if args.changes:
        import msgspec

        found = {} if total.changes is None else msgspec.to_builtins(total.changes)
        Path(args.changes).write_text(json.dumps(found, indent=2, sort_keys=True) + "\n", encoding="utf-8")
