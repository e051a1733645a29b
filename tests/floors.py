"""The floors under the scores of the golden files: what was reached is kept.

    python -m tests.floors                                  the scores beside their floors
    python -m tests.floors --update                         raise the floors to the scores, and take in new files
    python -m tests.floors --update --allow-regression      the same, and lower them or drop files where need be

`floors.json` holds the F1 of each file and type, how much each file holds, and a digest of all golden texts and
annotations, so that a change of these shows.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any, Final

from tests import scoring

from zhextract import Extractor

FLOORS: Final = scoring.TESTS / "floors.json"
AGAIN: Final = "python -m tests.floors --update"

Pins = dict[str, Any]


def pins(extractor: Extractor) -> Pins:
    """The scores as `floors.json` keeps them."""
    texts = [*scoring.articles(), *scoring.sentences()]
    scores = scoring.by_file([(one, scoring.extract(one, extractor)) for one in texts])
    files: dict[str, Any] = {}
    for file, tallies in scores.items():
        own = [one for one in texts if one.file == file]
        files[file] = {"texts": len(own), "chars": sum(len(one.text) for one in own)}
        for kind, tally in tallies.items():
            files[file][kind] = {"gold": tally.gold, "f1": round(tally.f1, 4)}
    return {"digest": scoring.digest(), "files": files}


def read() -> Pins:
    """The floors; without the file, none."""
    if not FLOORS.is_file():
        return {"digest": "", "files": {}}
    kept: Pins = json.loads(FLOORS.read_text(encoding="utf-8"))
    return kept


def regressions(floors: Pins, now: Pins) -> list[str]:
    """What fell below its floor or is gone, a line each."""
    out = []
    for file, kept in floors["files"].items():
        here = now["files"].get(file)
        if here is None:
            out.append(f"{file}: is gone")
            continue
        for kind, floor in kinds(kept).items():
            reached = here[kind]["f1"] if kind in here else None
            if reached is None or reached < floor["f1"]:
                out.append(f"{file}: {kind} F1 {reached} is below its floor {floor['f1']}")
    return out


def changes(floors: Pins, now: Pins) -> list[str]:
    """What of the golden files is not as it was when the floors were pinned, a line each."""
    out = []
    for file in sorted({*floors["files"], *now["files"]}):
        a, b = _counts(floors["files"].get(file)), _counts(now["files"].get(file))
        if a != b:
            out.append(f"{file}: was {a}, is {b}")
    if not out and floors["digest"] != now["digest"]:
        out.append("the golden files differ in texts or annotations")
    return out


def kinds(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The scored types of a file."""
    return {kind: entry[kind] for kind in scoring.KINDS if kind in entry}


def _counts(entry: Mapping[str, Any] | None) -> dict[str, int]:
    if entry is None:
        return {}
    golds = {kind: pin["gold"] for kind, pin in kinds(entry).items()}
    return {"texts": entry["texts"], "chars": entry["chars"], **golds}


def write(now: Pins) -> None:
    """Pin the scores: a line a file, so that a change shows as one."""
    lines = [f"  {json.dumps(file)}: {json.dumps(entry)}" for file, entry in now["files"].items()]
    body = ",\n".join(lines)
    FLOORS.write_text(f'{{"digest": "{now["digest"]}",\n "files": {{\n{body}\n }}\n}}\n', encoding="utf-8")


def table(floors: Pins, now: Pins) -> str:
    """The scores beside their floors, as text."""
    lines = [f"{'file':32}" + "".join(f"{kind:>17}" for kind in scoring.KINDS)]
    for file, entry in now["files"].items():
        cells = []
        for kind in scoring.KINDS:
            reached = entry.get(kind, {}).get("f1")
            floor = floors["files"].get(file, {}).get(kind, {}).get("f1")
            cells.append("-" if reached is None else f"{reached:.4f} ({'none' if floor is None else f'{floor:.4f}'})")
        lines.append(f"{file:32}" + "".join(f"{cell:>17}" for cell in cells))
    return "\n".join(lines)


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 1 where a score is below its floor and that is not allowed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--update", action="store_true", help="raise the floors to the scores")
    parser.add_argument("--allow-regression", action="store_true", help="with --update: lower them, too")
    args = parser.parse_args(argv)
    floors, now = read(), pins(Extractor())
    say = sys.stdout.write
    say(table(floors, now) + "\n")
    for line in changes(floors, now):
        say(f"changed: {line}\n")
    below = regressions(floors, now)
    for line in below:
        say(f"regression: {line}\n")
    if below and not (args.update and args.allow_regression):
        say(f"Nothing pinned. {AGAIN} --allow-regression pins it all the same.\n" if args.update else "")
        return 1
    if args.update:
        write(now)
        say(f"pinned in {FLOORS.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
