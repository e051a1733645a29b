"""Break each rule in turn: how many of the mutants do examples and golden texts notice?

    python benchmarks/mutation.py                 all mutants; fails below 95 %
    python benchmarks/mutation.py --sample 60     so many of each kind, for a quick look
    python benchmarks/mutation.py --log FILE      all, noting each in FILE; begun again, it goes on behind those
    python benchmarks/mutation.py --write         into docs/mutation.md, survivors by name

Mutants: a rule that is gone, an alternation without one of its branches, a unit whose scale is another. One that the
compiler refuses counts as noticed. They are tried in random order, so that those of a log that is not complete are a
fair sample of all: Ctrl-C ends a run, and the table then tells of those.
"""

from __future__ import annotations

import argparse
import json
import random
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from pages import write_page  # noqa: E402

from zhextract.workbench.golden import read  # noqa: E402
from zhextract.workbench.mutate import Fate, Ground, Mutant, mutants  # noqa: E402
from zhextract.workbench.parallel import processors  # noqa: E402
from zhextract.workbench.ruleset import RuleSet  # noqa: E402

PAGE: Final = ROOT / "docs" / "mutation.md"
MARK: Final = ("<!-- figures: python benchmarks/mutation.py --write -->", "<!-- end of figures -->")
KINDS: Final = {
    "rule": "a rule is gone",
    "branch": "a branch of an alternation is gone",
    "scale": "a unit's scale is another",
}
WANTED: Final = 0.95


def chosen(everything: Sequence[Mutant], sample: int | None, seed: int) -> list[Mutant]:
    """All mutants, or some of each kind."""
    if sample is None:
        return list(everything)
    pick = random.Random(seed)
    out: list[Mutant] = []
    for kind in KINDS:
        own = [mutant for mutant in everything if mutant.kind == kind]
        out += sorted(pick.sample(own, min(sample, len(own))), key=own.index)
    return out


def key(mutant: Mutant) -> str:
    """What tells a mutant from every other of the same rules."""
    return " ".join(map(str, mutant))


class Log:
    """The fates of mutants in a file, a line each; those of other rules are passed over."""

    def __init__(self, path: Path | None, digest: str) -> None:
        self.path = path
        self.digest = digest
        self.known: dict[str, str] = {}
        if path is not None and path.exists():
            for line in path.read_text(encoding="utf-8").splitlines():
                rules, mutant, noticed = json.loads(line)
                if rules == digest:
                    self.known[mutant] = noticed

    def add(self, fate: Fate) -> None:
        self.known[key(fate.mutant)] = fate.noticed
        if self.path is not None:
            with self.path.open("a", encoding="utf-8") as lines:
                lines.write(json.dumps([self.digest, key(fate.mutant), fate.noticed], ensure_ascii=False) + "\n")


def tried(ground: Ground, everything: Sequence[Mutant], log: Log, seed: int, jobs: int) -> list[Fate]:
    """The fates of mutants in their order; of some of them, where Ctrl-C ends it."""
    waiting = [mutant for mutant in everything if key(mutant) not in log.known]
    random.Random(seed).shuffle(waiting)
    try:
        for fate in ground.fates(waiting, jobs):
            log.add(fate)
    except KeyboardInterrupt:
        print("ended before all were tried", file=sys.stderr)
    return [Fate(mutant, log.known[key(mutant)]) for mutant in everything if key(mutant) in log.known]


def table(fates: Sequence[Fate], total: int) -> Iterator[str]:
    """The counts as a table, then each survivor; `total` is how many mutants there are."""
    if len(fates) < total:
        yield f"{len(fates):,} of {total:,} mutants, drawn at random."
        yield ""
    counts = Counter((fate.mutant.kind, fate.noticed) for fate in fates)
    yield "| mutant | of | by examples | by golden texts | by the compiler | survived | noticed |"
    yield "|---|--:|--:|--:|--:|--:|--:|"
    totals: Counter[str] = Counter()
    for kind, says in KINDS.items():
        own = {noticed: counts[kind, noticed] for noticed in ("example", "golden", "compiler", "")}
        totals.update(own)
        yield _row(says, own)
    yield _row("all", totals)
    survivors = [fate.mutant for fate in fates if not fate.noticed]
    if survivors:
        yield ""
        yield f"Survivors ({len(survivors)}):"
        yield ""
        yield from (f"- `{mutant.file}:{mutant.line}` {mutant.name}: {mutant.what}" for mutant in survivors)


def _row(says: str, counts: dict[str, int] | Counter[str]) -> str:
    total = sum(counts.values())
    share = (total - counts[""]) / total if total else 1.0
    cells = [total, counts["example"], counts["golden"], counts["compiler"], counts[""]]
    return f"| {says} | {' | '.join(map(str, cells))} | {share:.1%} |"


def main(argv: Sequence[str] | None = None) -> int:
    """Exit code: 1 where too few are noticed."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants of each kind")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--jobs", type=int, default=processors())
    parser.add_argument("--log", type=Path, metavar="FILE", help="note each fate in FILE, pass over those noted there")
    parser.add_argument("--write", action="store_true", help="put the table into docs/mutation.md")
    parser.add_argument("--min", type=float, default=WANTED, metavar="SHARE", help="fail below (default: 0.95)")
    args = parser.parse_args(argv)
    began = time.perf_counter()
    rules = RuleSet()
    ground = Ground(rules, list(read([ROOT / "tests" / "golden"])))
    everything = list(mutants(rules.source))
    log = Log(args.log, rules.extractor.digest)
    fates = tried(ground, chosen(everything, args.sample, args.seed), log, args.seed, args.jobs)
    lines = list(table(fates, len(everything)))
    print("\n".join(lines))
    print(f"{time.perf_counter() - began:.0f} s", file=sys.stderr)
    if args.write:
        write_page(PAGE, MARK, "\n".join(lines))
    noticed = sum(bool(fate.noticed) for fate in fates) / len(fates)
    return 0 if noticed >= args.min else 1


if __name__ == "__main__":
    sys.exit(main())
