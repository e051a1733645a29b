"""Hostile bytes to documents: no crash, no hang, offsets always right, JSON always valid.

    fuzz.py generate --runs 1000000 --seed 1   random articles: shuffled pieces of the rules' own examples and lexicons,
                                               numerals, damage, any Unicode, raw bytes in several encodings
    fuzz.py guided --runs 100000               coverage-guided by atheris (pip install atheris), on the same check

Each prints what it ran as one JSON object; `--log FILE` appends it there, and `fuzz.py report FILE` adds the runs of a
log up (`--write`: into docs/fuzzing.md). An input that fails is kept in `--keep DIR` (default: fuzz-failures/) and the
run goes on; the exit code is then 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import sys
import time
import traceback
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, Final

from pages import write_page

from zhextract import Document, Extractor, ReadError
from zhextract.read import decode
from zhextract.rules.build import builtin_folder
from zhextract.rules.load import load

BUDGET, BUDGET_CHAR = 2.0, 0.002
"""Seconds of the processor that an input may take: so many, and so many a character; a hundred times what it takes."""
PUBLISHED: Final = (None, "2025-11-03", "0001-01-01", "9999-12-31")
ENCODINGS: Final = ("utf-8", "gb18030", "big5hkscs", "utf-16")
NUMERALS: Final = (
    "0123456789０１２３４５６７８９一二三四五六七八九十百千万萬亿億兆两兩零〇半几幾廿卅壹贰叁.,，/%-—~至到第年月日"
)
SIGNS: Final = "，。；、：！,.-—～（）()「」《》“”\n\r\t \u3000\x00\x1b\ufeff\u200b\u202e|"
REPORT: Final = Path(__file__).resolve().parent.parent / "docs" / "fuzzing.md"
MARK: Final = ("<!-- figures: python benchmarks/fuzz.py report LOG --write -->", "<!-- end of figures -->")


class Fault(AssertionError):
    """A promise that an input broke."""


@cache
def extractor() -> Extractor:
    """One for all runs: state that outlives an article would show."""
    return Extractor()


def check(data: bytes, published: str | None = None) -> int:
    """Bytes to a document, all promises looked at; how many mentions there were. Raises Fault and whatever escapes."""
    began = time.process_time()
    try:
        text, _ = decode(data)
    except ReadError:
        return 0
    return check_text(text, published, began)


def check_text(text: str, published: str | None, began: float) -> int:
    """The same from decoded text, which may hold lone surrogates."""
    document = extractor().extract(text, published)
    line = document.to_json()
    spent = time.process_time() - began
    if spent > BUDGET + BUDGET_CHAR * len(text):
        raise Fault(f"took {spent:.1f} s for {len(text)} characters")
    if Document.from_json(line) != document or "\n" in line:
        raise Fault("the JSON does not give the document back")
    for spans in (document.mentions, document.sentences):
        if not all(0 <= s.start < s.end <= len(text) for s in spans):
            raise Fault("a span lies outside the text")
        if any(a.end > b.start for a, b in pairwise(spans)):
            raise Fault("spans overlap or are out of order")
    ids = {m.id for m in document.mentions}
    places = {(s.start, s.end) for s in document.sentences}
    entities = {e.id for e in document.entities}
    for fact in document.facts:
        if fact.quantity not in ids or (fact.evidence.start, fact.evidence.end) not in places:
            raise Fault("a fact hangs on nothing")
        if fact.subject_entity is not None and fact.subject_entity not in entities:
            raise Fault("a fact names an entity that is not there")
    return len(document.mentions)


# ------------------------------------------------------------------------------------------------------------ generated


@cache
def pieces() -> list[str]:
    """What the rules are about: their examples and counterexamples, and every surface of their lexicons."""
    source = load([builtin_folder()])
    found = [e.text for rule in source.rules for e in (*rule.examples, *rule.counterexamples)]
    for lexicon in source.lexicons.values():
        found += list(lexicon.rows)
    return sorted(set(found))


def article(rng: random.Random) -> str:
    """A text of pieces and noise, mostly short; one in two thousand long, or one sign many times."""
    if rng.random() < 0.0005:
        return rng.choice((rng.choice(NUMERALS), rng.choice(SIGNS), rng.choice(pieces()))) * rng.randint(100, 3000)
    out = []
    for _ in range(rng.choice((1, 1, 2, 3, 4, 6))):
        kind = rng.random()
        if kind < 0.55:
            piece = rng.choice(pieces())
            if rng.random() < 0.3:
                a, b = sorted((rng.randint(0, len(piece)), rng.randint(0, len(piece))))
                piece = piece[a:b]
            out.append(piece)
        elif kind < 0.8:
            out.append("".join(rng.choices(NUMERALS, k=rng.randint(1, 8))))
        elif kind < 0.95:
            out.append(rng.choice(SIGNS))
        else:
            out.append("".join(chr(rng.randrange(*rng.choice(((0x3000, 0xA000), (0, 0x110000))))) for _ in range(3)))
    return "".join(out)


def run_generated(seed: int, runs: int, fail: Callable[[bytes, str], None]) -> Iterator[int]:
    """Check `runs` inputs of this seed; yields the mentions of each."""
    extractor()  # what it takes to load is no input's fault
    rng = random.Random(seed)
    for _ in range(runs):
        text = article(rng)
        published = rng.choice(PUBLISHED)
        data = b""
        try:
            if rng.random() < 0.85:
                data = text.encode("utf-8", "surrogatepass")
                yield check_text(text, published, time.process_time())
                continue
            data = bytearray(text.encode(rng.choice(ENCODINGS), "ignore"))
            for _ in range(rng.choice((0, 0, 1, 3))):
                if data:
                    data[rng.randrange(len(data))] = rng.randrange(256)
            data = bytes(data)
            yield check(data, published)
        except Exception:  # noqa: BLE001
            fail(data, traceback.format_exc())
            yield 0


# --------------------------------------------------------------------------------------------------------------- guided


def run_guided(runs: int, seed: int, fail: Callable[[bytes, str], None]) -> None:
    """Let atheris look for inputs that reach new code; it ends the process, so what follows goes to `atexit`."""
    import atheris

    extractor()
    atheris.instrument_all()

    def one(data: bytes) -> None:
        try:
            check(data, PUBLISHED[len(data) % len(PUBLISHED)])
        except Exception:  # noqa: BLE001
            fail(data, traceback.format_exc())

    atheris.Setup([sys.argv[0], f"-atheris_runs={runs}", f"-seed={seed}", "-max_len=600", "-verbosity=0"], one)
    atheris.Fuzz()


# ---------------------------------------------------------------------------------------------------------------- calls


class Log:
    """What a run did, told when it ends."""

    def __init__(self, mode: str, seed: int, keep: Path, log: Path | None) -> None:
        self.facts: dict[str, Any] = {"mode": mode, "seed": seed, "runs": 0, "mentions": 0, "failures": 0}
        self.keep, self.log, self.began = keep, log, time.perf_counter()

    def fail(self, data: bytes, trace: str) -> None:
        """Keep an input that broke a promise."""
        self.facts["failures"] += 1
        self.keep.mkdir(parents=True, exist_ok=True)
        name = hashlib.sha256(data).hexdigest()[:16]
        (self.keep / f"{name}.bin").write_bytes(data)
        (self.keep / f"{name}.txt").write_text(trace, encoding="utf-8")

    def close(self) -> None:
        """Print it, and append it to the log."""
        self.facts["seconds"] = round(time.perf_counter() - self.began, 1)
        line = json.dumps(self.facts)
        sys.stdout.write(line + "\n")
        if self.log is not None:
            with self.log.open("a", encoding="utf-8") as file:
                file.write(line + "\n")


def report(log: Path) -> str:
    """The runs of a log, added up by mode, as a Markdown table."""
    rows = [
        "| mode | processes | executions | mentions found | failures | hours of one core |",
        "|---|---|---|---|---|---|",
    ]
    records = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines() if line.strip()]
    for mode in sorted({record["mode"] for record in records}):
        own = [record for record in records if record["mode"] == mode]
        total = {key: sum(record[key] for record in own) for key in ("runs", "mentions", "failures", "seconds")}
        rows.append(
            f"| {mode} | {len(own)} | {total['runs']:,} | {total['mentions']:,} | {total['failures']:,} "
            f"| {total['seconds'] / 3600:.1f} |"
        )
    return "\n".join(rows)


def main() -> int:
    """Exit code 1: an input broke a promise."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(dest="mode", required=True)
    for mode, runs in (("generate", 100_000), ("guided", 20_000)):
        command = commands.add_parser(mode)
        command.add_argument("--runs", type=int, default=runs)
        command.add_argument("--seed", type=int, default=1)
        command.add_argument("--keep", type=Path, default=Path("fuzz-failures"))
        command.add_argument("--log", type=Path)
    command = commands.add_parser("report")
    command.add_argument("file", type=Path)
    command.add_argument("--write", action="store_true", help=f"put the table into docs/{REPORT.name}")
    args = parser.parse_args()
    if args.mode == "report":
        table = report(args.file)
        sys.stdout.write(table + "\n")
        if args.write:
            write_page(REPORT, MARK, table)
        return 0
    log = Log(args.mode, args.seed, args.keep, args.log)
    if args.mode == "guided":
        import atexit

        log.facts["runs"] = args.runs
        atexit.register(log.close)
        run_guided(args.runs, args.seed, log.fail)
    else:
        for mentions in run_generated(args.seed, args.runs, log.fail):
            log.facts["runs"] += 1
            log.facts["mentions"] += mentions
        log.close()
    return 1 if log.facts["failures"] else 0


if __name__ == "__main__":
    sys.exit(main())
