"""How fast zhextract is, how much memory it takes and how soon it answers, beside jieba in the same run.

    python benchmarks/throughput.py              all figures, as tables
    python benchmarks/throughput.py --quick      a tenth of the work, for a first look
    python benchmarks/throughput.py --json       the same as JSON
    python benchmarks/throughput.py --write      put the tables into docs/performance.md
    python benchmarks/throughput.py --pure       without compiled modules

Rivals run in turns (A B A B), so that a busy machine slows both. The best pass of each counts for throughput, the
median for the time to start. zhextract is measured as installed: a copy with compiled rules, modules and bytecode
(`tools/native.py` makes it), in a temporary folder, where jieba's cache lies too.
"""

from __future__ import annotations

import argparse
import gc
import importlib
import json
import os
import platform
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

os.environ["PYTHONWARNINGS"] = "ignore"  # those of jieba, in subprocesses
ROOT: Final = Path(__file__).resolve().parent.parent
SITE: Final = os.environ.get("ZHEXTRACT_SITE", "")
"""The folder of the installed package, which the first process makes for the second, the one that measures."""
sys.path[:0] = [SITE or str(ROOT / "src"), str(ROOT / "tools")]

from native import install  # noqa: E402
from pages import write_page  # noqa: E402

from zhextract import Extractor, engine  # noqa: E402
from zhextract.read import Article, read_articles  # noqa: E402
from zhextract.resolve import resolve  # noqa: E402
from zhextract.rules.build import load_pack  # noqa: E402
from zhextract.words import Words  # noqa: E402

CORPUS: Final = ROOT / "corpus"
PAGE: Final = ROOT / "docs" / "performance.md"
SEEDS: Final = ("000_", "004_")
MARK: Final = ("<!-- figures: python benchmarks/throughput.py --write -->", "<!-- end of figures -->")
EXTRA: Final = 10_000
FIGURES: Final = frozenset({"quantity", "ordinal", "time", "exclude", "context"})
"""Types of the rules that find figures and times; the others find names and facts."""
ALIEN: Final = [chr(code) for code in range(0xA000, 0xA400)]
"""Yi syllables, which no article and no rule holds: what is made of them never applies."""

Pass = Callable[[], object]
Clock = Callable[[], float]


@dataclass(frozen=True)
class Figure:
    """One measured value, and the bar it should keep: `sign` is `>=` or `<=`."""

    what: str
    value: float
    unit: str = ""
    sign: str = ""
    bar: float | None = None

    @property
    def kept(self) -> bool | None:
        if self.bar is None:
            return None
        return self.value >= self.bar if self.sign == ">=" else self.value <= self.bar


@dataclass
class Results:
    """All that one run measures."""

    machine: str
    python: str
    figures: list[Figure] = field(default_factory=list)
    stages: list[tuple[str, float]] = field(default_factory=list)  # milliseconds a million characters

    def add(self, what: str, value: float, unit: str = "", sign: str = "", bar: float | None = None) -> None:
        self.figures.append(Figure(what, value, unit, sign, bar))
        print(f"  {_cells(self.figures[-1])}", file=sys.stderr, flush=True)


def seconds(work: Pass, clock: Clock = time.perf_counter) -> float:
    """The time of one pass; garbage of the pass before is swept up first."""
    gc.collect()
    began = clock()
    work()
    return clock() - began


def in_turns(rounds: int, *rivals: Pass, clock: Clock = time.perf_counter) -> list[list[float]]:
    """The times of `rounds` passes of each of the rivals, which run one after another in every round."""
    times: list[list[float]] = [[] for _ in rivals]
    for _ in range(rounds):
        for place, rival in enumerate(rivals):
            times[place].append(seconds(rival, clock))
    return times


# ----------------------------------------------------------------------------------------------------------- throughput


def seeds() -> list[str]:
    return [str(path) for path in sorted(CORPUS.iterdir()) if path.name.startswith(SEEDS)]


def articles(paths: Sequence[str]) -> list[Article]:
    return [found for found in read_articles(paths) if isinstance(found, Article)]


def whole_run(extractor: Extractor, paths: Sequence[str], repeats: int) -> None:
    """From files to JSON, as the command line does it."""
    for _ in range(repeats):
        for article in articles(paths):
            extractor.extract(
                article.text, article.published,
                id=article.id, name=article.name, encoding=article.encoding, sha256=article.sha256,
            ).to_json().encode()  # fmt: skip


def figures_only(folder: Path) -> Path:
    """A rule folder that switches off all but the rules of figures and times."""
    pack = load_pack()
    off = [rule.id for rule in (*pack.rules, *pack.fact_rules) if rule.type not in FIGURES]
    folder.mkdir()
    (folder / "off.yml").write_text(f"disable: [{', '.join(off)}]\n", encoding="utf-8")
    return folder


def throughput(results: Results, extractor: Extractor, folder: Path, characters: int, rounds: int) -> None:
    """The whole run beside jieba's: the corpus, the two seeds, and the corpus as one long text."""
    jieba = quiet_jieba()
    jieba.initialize()
    figures = Extractor(figures_only(folder / "figures"))
    runs: list[tuple[str, list[str], Extractor, float | None]] = [
        ("corpus", [str(CORPUS)], extractor, 3.5),
        ("corpus, figures and times only", [str(CORPUS)], figures, 6.0),
        ("two seeds", seeds(), extractor, None),
        ("two seeds, figures and times only", seeds(), figures, None),
    ]
    for name, paths, chosen, bar in runs:
        texts = [article.text for article in articles(paths)]
        size = sum(map(len, texts))
        repeats = max(1, round(characters / size))

        def ours(chosen: Extractor = chosen, paths: list[str] = paths, repeats: int = repeats) -> None:
            whole_run(chosen, paths, repeats)

        def theirs(texts: list[str] = texts, repeats: int = repeats) -> None:
            for _ in range(repeats):
                for text in texts:
                    list(jieba.tokenize(text))

        compare(results, name, size * repeats, rounds, ours, theirs, bar)
    text = "\n\n".join(article.text for article in articles([str(CORPUS)]))
    text = (text + "\n\n") * max(1, characters // len(text))
    compare(
        results, "corpus as one text", len(text), max(1, rounds // 2),
        lambda: extractor.extract(text).to_json(), lambda: list(jieba.tokenize(text)), None,
    )  # fmt: skip


def compare(results: Results, name: str, size: int, rounds: int, ours: Pass, theirs: Pass, bar: float | None) -> None:
    mine, other = in_turns(rounds, ours, theirs)
    results.add(f"{name}: zhextract, best of {rounds}", size / min(mine) / 1000, "thousand characters/s")
    results.add(f"{name}: jieba, best of {rounds}", size / min(other) / 1000, "thousand characters/s")
    results.add(f"{name}: ratio of the best", min(other) / min(mine), "x", ">=" if bar else "", bar)
    results.add(f"{name}: ratio of the medians", statistics.median(other) / statistics.median(mine), "x")


def quiet_jieba() -> Any:
    """jieba, with its cache in the run's temporary folder and without its log."""
    import warnings

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        jieba = importlib.import_module("jieba")
    jieba.setLogLevel(60)
    jieba.dt.tmp_dir = tempfile.gettempdir()
    return jieba


def long_line(results: Results, extractor: Extractor, characters: int) -> None:
    """One line of a tenth of `characters` and one of all: the time a character must not grow."""
    text = "".join(article.text for article in articles([str(CORPUS)])).replace("\n", "")
    text *= characters // len(text) + 1
    took = []
    for size in (characters // 10, characters):
        line = text[:size]
        took.append(seconds(lambda line=line: extractor.extract(line).to_json()) / size)  # type: ignore[misc]
    results.add(f"one line of {characters:,} characters", characters * took[1], "s")
    results.add("its time a character, beside a tenth of it", took[1] / took[0], "x", "<=", 1.5)


# -------------------------------------------------------------------------------------------------- start-up and memory


def environment_of(folder: Path) -> dict[str, str]:
    """The environment of a command that finds the package and nothing else of this process."""
    own = {name: value for name, value in os.environ.items() if not name.startswith("ZHEXTRACT")}
    return {**own, "PYTHONPATH": SITE, "TMPDIR": str(folder)}


def command(*args: str) -> list[str]:
    return [sys.executable, "-m", "zhextract", *args]


def run(arguments: Sequence[str], environment: dict[str, str]) -> None:
    subprocess.run(
        arguments, env=environment, check=True, cwd=environment["TMPDIR"],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip


def start_up(results: Results, environment: dict[str, str], rounds: int) -> None:
    """One article through the command line beside jieba's start with a warm cache."""
    ours = command("extract", seeds()[0])
    theirs = [sys.executable, "-c", "import jieba; jieba.initialize()"]
    bare = [sys.executable, "-c", "pass"]
    for arguments in (ours, theirs):
        run(arguments, environment)  # warms jieba's cache and the files
    mine, other, nothing = in_turns(rounds, *(lambda a=a: run(a, environment) for a in (ours, theirs, bare)))
    middle = statistics.median
    results.add(f"first result of `zhextract extract FILE`, median of {rounds}", 1000 * middle(mine), "ms")
    results.add(f"`import jieba; jieba.initialize()`, median of {rounds}", 1000 * middle(other), "ms")
    results.add("first result: ratio", middle(mine) / middle(other), "x", "<=", 0.6)
    results.add("of both, the interpreter alone", 1000 * middle(nothing), "ms")


_PEAK: Final = """\
import resource, subprocess, sys
subprocess.run(sys.argv[1:], check=True, stdout=subprocess.DEVNULL)
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
"""


def peak(arguments: Sequence[str], environment: dict[str, str]) -> float:
    """Peak memory of a command in MB; a process of its own asks, so that no other child counts."""
    asked = subprocess.run(
        [sys.executable, "-c", _PEAK, *arguments], env=environment, check=True, capture_output=True, text=True
    )
    return int(asked.stdout) / (1024**2 if sys.platform == "darwin" else 1024)


def memory(results: Results, environment: dict[str, str], folder: Path) -> None:
    out = str(folder / "out")
    ours = peak(command("extract", str(CORPUS), "-o", out), environment)
    results.add("peak memory, the corpus to files", ours, "MB", "<=", 150)
    jieba = [sys.executable, "-c", "import jieba; jieba.initialize()"]
    results.add("peak memory, jieba started", peak(jieba, environment), "MB")


# ---------------------------------------------------------------------------------------------------------- extra rules


def overlay(folder: Path, rules: bool, count: int = EXTRA) -> Path:
    """A rule folder of `count` rules, or of one rule with a lexicon of `count` rows and as many classifiers, none of
    which ever applies."""
    dice = random.Random(7)
    made: set[str] = set()
    while len(made) < count:
        made.add("".join(dice.choices(ALIEN, k=3)))
    words = sorted(made)
    folder.mkdir()
    emit = "  emit: {type: quantity, kind: number, unit: '1', value: '7'}"
    if not rules:
        (folder / "lexicon").mkdir()
        header = (ROOT / "rules" / "lexicon" / "classifier.tsv").read_text(encoding="utf-8").split("\n")[0]
        blanks = "\t" * (header.count("\t") - 3)
        rows = "".join(f"{word}\t{{{word}}}\tcount\t1{blanks}\n" for word in words)
        (folder / "lexicon" / "classifier.tsv").write_text(f"{header}\n{rows}", encoding="utf-8")
        rows = "".join(f"{word}{word[0]}\n" for word in words)
        (folder / "lexicon" / "alien.tsv").write_text(f"surface\n{rows}", encoding="utf-8")
        body = ["defs:", "  alien: {lexicon: alien}", "rules:"]
        body += ["- id: alien.word", "  pattern: '< {w:alien} >'", "  anchor: w", emit]
    else:
        body = ["defs:", *(f"  word{n}: {word}" for n, word in enumerate(words) if n % 2), "rules:"]
        for n, word in enumerate(words):
            # Half of them start at a word of their own, half stand behind a number.
            pattern = f"{word[0]}? < {{w:word{n}}} {word[1]} >" if n % 2 else f"< {{value:number}} {word} >"
            body += [f"- id: alien.r{n}", f"  pattern: {pattern!r}", f"  anchor: {'w' if n % 2 else 'value'}", emit]
    (folder / "alien.yml").write_text("\n".join(body) + "\n", encoding="utf-8")
    return folder


def extra_rules(results: Results, extractor: Extractor, folder: Path, repeats: int, rounds: int) -> None:
    paths = [str(CORPUS)]
    for name, rules in (("rules", True), ("rows of a lexicon and of the classifiers each", False)):
        more = Extractor(overlay(folder / f"extra-{rules}", rules))
        plain, loaded = in_turns(
            rounds,
            lambda: whole_run(extractor, paths, repeats),
            lambda more=more: whole_run(more, paths, repeats),  # type: ignore[misc]
        )
        loss = 100 * (1 - min(plain) / min(loaded))
        results.add(f"{EXTRA:,} unrelated {name}: throughput lost", loss, "%", "<=", 15)


# --------------------------------------------------------------------------------------------------------------- stages


def best_of(rounds: int, work: Pass) -> float:
    """The least time of a short piece of work."""
    best = float("inf")
    for _ in range(rounds):
        began = time.perf_counter()
        work()
        best = min(best, time.perf_counter() - began)
    return best


def stages_of(extractor: Extractor, source: str, rounds: int) -> dict[str, float]:
    """Seconds of each stage of one article, each run by itself on what the stages before it gave."""
    built = extractor.mentions
    normalized = extractor.normalize(source)
    text, script = normalized.text, normalized.script
    sentences = extractor.sentences(text)
    words = Words(text, built.maker)
    found = built.engine.find(text, words)
    document = extractor.extract(source)
    best = {
        "normalize": best_of(rounds, lambda: extractor.normalize(source)),
        "sentences": best_of(rounds, lambda: extractor.sentences(text)),
        "publication date": best_of(rounds, lambda: extractor.segmenter.publication_date(text, sentences)),
        "mentions: words": best_of(rounds, lambda: Words(text, built.maker).make()),
        "mentions: candidates": best_of(rounds, lambda: built.engine.find(text, words)),
        "mentions: conflicts": best_of(rounds, lambda: resolve(found.candidates, found.numerals, built.policy)),
    }
    # These hold the ones before them.
    inside = sum(took for name, took in best.items() if name.startswith("mentions"))
    settled = best_of(rounds, lambda: built.settle(text, None, script))
    whole = best_of(rounds, lambda: built.of(normalized.map, None, None, script))
    best["mentions: names"] = settled - inside
    best["mentions: values, units, times, objects"] = whole - settled
    best["facts, checksum, records of sentences"] = best_of(rounds, lambda: extractor.extract(source)) - sum(
        best.values()
    )
    best["JSON"] = best_of(rounds, lambda: document.to_json().encode())
    return best


def stages(results: Results, rounds: int) -> None:
    """Where the time of the corpus goes."""
    extractor = Extractor()
    spent: dict[str, float] = {}
    texts = [article.text for article in articles([str(CORPUS)])]
    for text in texts:
        for name, took in stages_of(extractor, text, rounds).items():
            spent[name] = spent.get(name, 0.0) + max(took, 0.0)
    spent["read files"] = best_of(rounds, lambda: articles([str(CORPUS)]))
    size = sum(map(len, texts))
    results.stages = [(name, 1e9 * spent[name] / size) for name in sorted(spent, key=spent.__getitem__, reverse=True)]
    results.stages.append(("whole run", 1e9 * sum(spent.values()) / size))


# --------------------------------------------------------------------------------------------------------------- output


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.1f}" if abs(value) >= 10 else f"{value:.2f}"


def _cells(figure: Figure) -> str:
    bar = ""
    if figure.bar is not None:
        bar = f"{'at least' if figure.sign == '>=' else 'at most'} {figure.bar:g}{'' if figure.kept else ': MISSED'}"
    return f"| {figure.what} | {_number(figure.value)} {figure.unit} | {bar} |"


def tables(results: Results) -> str:
    """The results as Markdown."""
    lines = [f"{results.machine}; {results.python}.", "", "| | measured | bar |", "|---|---|---|"]
    lines += map(_cells, results.figures)
    if results.stages:
        whole = results.stages[-1][1]
        lines += ["", "| stage | ms a million characters | share |", "|---|---|---|"]
        lines += [f"| {name} | {_number(took)} | {took / whole:.0%} |" for name, took in results.stages]
    return "\n".join(lines)


def machine() -> str:
    name = platform.processor() or platform.machine()
    try:
        with open("/proc/cpuinfo", encoding="utf-8") as lines:
            name = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), name)
    except OSError:
        pass  # another system than Linux
    return f"{name}, {os.cpu_count()} processors, {platform.system()}"


def kind_of_package() -> str:
    return "compiled modules" if Path(engine.__file__).suffix != ".py" else "pure Python"


def interpreter() -> str:
    return f"{platform.python_implementation()} {platform.python_version()}"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--json", action="store_true", help="print JSON instead of tables")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.relative_to(ROOT)}")
    parser.add_argument("--quick", action="store_true", help="a tenth of the work")
    parser.add_argument("--only", choices=("throughput", "start", "extra", "line", "stages"), help="one part of it")
    parser.add_argument("--pure", action="store_true", help="without compiled modules")
    args = parser.parse_args()
    if not SITE:
        return installed(Path(__file__), args.pure)
    scale = 10 if args.quick else 1
    rounds = 3 if args.quick else 5

    def wanted(part: str) -> bool:
        return args.only in (None, part)

    results = Results(f"{machine()}; {kind_of_package()}", interpreter())
    with tempfile.TemporaryDirectory(prefix="zhextract-bench-") as name:
        tempfile.tempdir = name
        folder = Path(name)
        if wanted("start"):
            environment = environment_of(folder)
            start_up(results, environment, 5 if args.quick else 15)
            memory(results, environment, folder)
        extractor = Extractor()
        if wanted("throughput"):
            throughput(results, extractor, folder, 2_000_000 // scale, rounds)
        if wanted("stages"):
            stages(results, 10 * rounds)
        if wanted("extra"):
            extra_rules(results, extractor, folder, max(1, 40 // scale), rounds)
        if wanted("line"):
            long_line(results, extractor, 10_000_000 // scale)
        tempfile.tempdir = None
    text = tables(results)
    if args.write:
        write_page(PAGE, MARK, text)
    if args.json:
        kept = [{**asdict(figure), "kept": figure.kept} for figure in results.figures]
        print(json.dumps({**asdict(results), "figures": kept}, ensure_ascii=False, indent=2))
    else:
        print(text)
    return 0 if args.quick or all(figure.kept is not False for figure in results.figures) else 1


def installed(script: Path, pure: bool) -> int:
    """Install the package into a temporary folder and run a script that measures that, in a process that knows no
    other; its exit code."""
    with tempfile.TemporaryDirectory(prefix="zhextract-bench-") as name:
        site = Path(name, "site")
        if not install(site, compiled=not pure) and not pure:
            print("no modules could be compiled here: pure Python is measured", file=sys.stderr)
        arguments = [sys.executable, str(script.resolve()), *sys.argv[1:]]
        return subprocess.call(arguments, env={**os.environ, "ZHEXTRACT_SITE": str(site), "PYTHONPATH": str(site)})


if __name__ == "__main__":
    sys.exit(main())
