"""How a batch scales on this machine, and what memory it takes.

    python benchmarks/batch.py                 10,000 and 100,000 articles for memory, 20,000 for speed
    python benchmarks/batch.py --share 20      a twentieth of it, for a first look
    python benchmarks/batch.py --write         put the table into docs/scale.md

One worker and two run in turns. Beside the time on the wall stands that of processors, which other programs of a
shared machine disturb less: the same work by two workers should not take more of it. The load average of each stretch
is told, since with one far above that of the run itself the times on the wall mean little.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Final, NamedTuple

import generator

ROOT: Final = Path(__file__).resolve().parent.parent
PAGE: Final = ROOT / "docs" / "scale.md"
MARK: Final = ("<!-- figures: python benchmarks/batch.py --write -->", "<!-- end of figures -->")
ENV: Final = {**os.environ, "PYTHONPATH": str(ROOT / "src")}
SINGLE: Final = """
import sys, time, gc
from zhextract import Extractor
from zhextract.read import read_articles, Article
extractor = Extractor()
gc.freeze()
began, characters = time.process_time(), 0
for article in read_articles([sys.argv[1]]):
    if isinstance(article, Article):
        text = article.text.encode("utf-8", "replace").decode()
        extractor.extract(text, article.published, id=article.id, sha256=article.sha256).to_json()
        characters += len(text)
print(characters, time.process_time() - began)
"""


class Figures(NamedTuple):
    """Of one run: seconds on the wall and of processors, peak memory in MB of the parent and of the largest worker."""

    wall: float
    cpu: float
    parent: float
    worker: float
    load: float


def peak(pid: int | str) -> float:
    """The most memory that a process has had, in MB; 0 when it is gone."""
    try:
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("VmHWM"):
                return int(line.split()[1]) / 1024
    except OSError:
        pass
    return 0.0


def batch(source: Path, out: Path, workers: int) -> Figures:
    """One run, watched."""
    began = time.monotonic()
    call = [sys.executable, "-m", "zhextract", "batch", str(source), "-o", str(out), "--workers", str(workers)]
    run = subprocess.Popen(call, env=ENV, stderr=subprocess.DEVNULL)
    parent = worker = 0.0
    loads = []
    while run.poll() is None:
        parent = max(parent, peak(run.pid))
        try:
            children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        except OSError:
            children = []
        worker = max([worker, *map(peak, children)])
        loads.append(os.getloadavg()[0])
        time.sleep(0.2)
    wall = time.monotonic() - began
    # The run has waited for its workers, so that their time is in its own; what it took is the growth of ours.
    times = os.times()
    cpu = times.children_user + times.children_system
    shutil.rmtree(out)
    return Figures(wall, cpu, parent, worker, sum(loads) / max(len(loads), 1))


def single(source: Path) -> tuple[int, float]:
    """Characters, and seconds of the processor, of plain extraction to JSON in one process."""
    run = subprocess.run(
        [sys.executable, "-c", SINGLE, str(source)], env=ENV, capture_output=True, text=True, check=True
    )
    characters, seconds = run.stdout.split()
    return int(characters), float(seconds)


def spent() -> float:
    times = os.times()
    return times.children_user + times.children_system


def timed(source: Path, out: Path, workers: int) -> Figures:
    before = spent()
    figures = batch(source, out, workers)
    return figures._replace(cpu=spent() - before)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--share", type=int, default=1, metavar="N", help="an N-th of the articles")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--skip", choices=("speed", "memory"), action="append", default=[])
    parser.add_argument("--write", action="store_true")
    args = parser.parse_args()
    share = args.share
    rows: list[tuple[str, str, str]] = []

    def tell(what: str, value: str, bar: str = "") -> None:
        rows.append((what, value, bar))
        print(f"  {what}: {value} {bar}", file=sys.stderr, flush=True)

    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        if "speed" not in args.skip:
            speed(folder, 20_000 // share, args.rounds, tell)
        if "memory" not in args.skip:
            memory(folder, 10_000 // share, 100_000 // share, tell)
    table = "\n".join(["| | measured | bar |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows)])
    print(table)
    if args.write:
        page = PAGE.read_text(encoding="utf-8")
        head, tail = page.partition(MARK[0])[0], page.partition(MARK[1])[2]
        PAGE.write_text(f"{head}{MARK[0]}\n\n{table}\n\n{MARK[1]}{tail}", encoding="utf-8")


def speed(folder: Path, count: int, rounds: int, tell: object) -> None:
    """One worker, two workers and one plain process in turns."""
    assert callable(tell)
    source = folder / "speed"
    generator.write(source, count)
    runs: dict[int, list[Figures]] = {1: [], 2: []}
    plain = []
    for _ in range(rounds):
        plain.append(single(source))
        for workers, figures in runs.items():
            figures.append(timed(source, folder / "out", workers))
    characters = plain[0][0]
    seconds = min(seconds for _, seconds in plain)
    best = {workers: min(found, key=lambda one: one.wall) for workers, found in runs.items()}
    cpu = {workers: min(one.cpu for one in found) for workers, found in runs.items()}
    load = sum(one.load for found in runs.values() for one in found) / (2 * rounds)
    tell(f"{count:,} articles, {characters:,} characters; load average meanwhile", f"{load:.1f}")
    for workers, one in best.items():
        tell(
            f"{workers} worker{'s' * (workers > 1)}, best of {rounds}",
            f"{one.wall:.1f} s, {count / one.wall:,.0f} articles/s",
        )
    tell("two workers: times one, on the wall", f"{best[1].wall / best[2].wall:.2f} x", "at least 1.85")
    tell("two workers: processor time beside one", f"{cpu[2] / cpu[1]:.2f} x")
    tell("one plain process, characters a second of processor", f"{characters / seconds:,.0f}")
    tell("one worker, parent and start included, likewise", f"{characters / cpu[1]:,.0f}")
    tell("worker beside plain process", f"{seconds / cpu[1]:.2f} x", "at least 0.9")
    shutil.rmtree(source)


def memory(folder: Path, small: int, large: int, tell: object) -> None:
    """Peaks with a tenth of the articles and with all."""
    assert callable(tell)
    found = []
    for count in (small, large):
        source = folder / f"memory-{count}"
        generator.write(source, count)
        one = timed(source, folder / "out", 2)
        found.append(one)
        tell(f"{count:,} articles: peak of the parent, of a worker", f"{one.parent:.0f} MB, {one.worker:.0f} MB")
        shutil.rmtree(source)
    tell("parent: growth", f"{found[1].parent / found[0].parent - 1:+.1%}", "within 10%")
    tell("worker: growth", f"{found[1].worker / found[0].worker - 1:+.1%}", "within 10%")


if __name__ == "__main__":
    main()
