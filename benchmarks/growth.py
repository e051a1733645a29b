"""What ten times the articles, the text, the rules or the lexicon costs: the time a character as each of them grows.

    python benchmarks/growth.py           as a table
    python benchmarks/growth.py --write   the table and its plot into docs/performance.md
    python benchmarks/growth.py --pure    without compiled modules

Rules and entries that are added never apply: what is asked is what the others cost. Each size is measured in turns
with the package as it is (A B A B); 1.00 is the time a character of that. What is measured is the package as installed,
as in `throughput.py`.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

import throughput as t

from zhextract import Extractor
from zhextract.rules.build import load_pack

FACTORS: Final = (2, 5, 10)
ROUNDS: Final = 5
PAGE: Final = t.PAGE
MARK: Final = ("<!-- figures: python benchmarks/growth.py --write -->", "<!-- end of growth -->")

Curve = list[float]
"""The time a character at each of FACTORS, as a multiple of that at 1."""


def beside(one: t.Pass, more: t.Pass, factor: int = 1) -> float:
    """How long `more` takes beside `one`, by the best of their passes, where it does `factor` times the work."""
    plain, grown = t.in_turns(ROUNDS, one, more, clock=time.process_time)  # other processes count less so
    return min(grown) / min(plain) / factor


def more_articles(extractor: Extractor) -> Curve:
    paths = [str(t.CORPUS)]
    return [
        beside(
            lambda: t.whole_run(extractor, paths, 1),
            lambda factor=factor: t.whole_run(extractor, paths, factor),  # type: ignore[misc]
            factor,
        )
        for factor in FACTORS
    ]


def longer_article(extractor: Extractor) -> Curve:
    text = "\n\n".join(article.text for article in t.articles([str(t.CORPUS)])) + "\n\n"
    return [
        beside(
            lambda: extractor.extract(text).to_json(),
            lambda factor=factor: extractor.extract(text * factor).to_json(),  # type: ignore[misc]
            factor,
        )
        for factor in FACTORS
    ]


def more_rules(extractor: Extractor, folder: Path, rules: bool, now: int) -> Curve:
    """Of rules, or of the entries of lexicons; `now` is how many there are. One size is in memory at a time."""

    def at(factor: int) -> float:
        added = now * (factor - 1)
        grown = Extractor(t.overlay(folder / f"{rules}-{factor}", rules, added if rules else added // 2))
        return beside(lambda: t.whole_run(extractor, paths, 2), lambda: t.whole_run(grown, paths, 2))

    paths = [str(t.CORPUS)]
    return [at(factor) for factor in FACTORS]


def measured(folder: Path) -> dict[str, Curve]:
    pack = load_pack()
    rules = len(pack.rules) + len(pack.fact_rules)
    entries = sum(len(table) for table in pack.lexicons.values())
    extractor = Extractor()
    t.whole_run(extractor, [str(t.CORPUS)], 1)
    return {
        "articles": more_articles(extractor),
        "one article, longer": longer_article(extractor),
        f"rules, from {rules:,}": more_rules(extractor, folder, True, rules),
        f"entries of lexicons, from {entries:,}": more_rules(extractor, folder, False, entries),
    }


def page(curves: dict[str, Curve]) -> str:
    """A table, and a plot of the same that Markdown viewers draw."""
    lines = [f"{t.machine()}; {t.kind_of_package()}; {t.interpreter()}.", ""]
    lines += ["| what grows | " + " | ".join(f"{factor} times" for factor in FACTORS) + " |"]
    lines += ["|---|" + "---|" * len(FACTORS)]
    lines += [f"| {name} | " + " | ".join(f"{value:.2f}" for value in curve) + " |" for name, curve in curves.items()]
    for name, curve in curves.items():
        top = max(2.0, *curve)
        lines += ["", "```mermaid", "xychart-beta", f'    title "{name}"']
        lines += [f'    x-axis "times as much" [1, {", ".join(map(str, FACTORS))}]']
        lines += [f'    y-axis "time a character" 0 --> {top:.1f}']
        lines += [f"    line [1.00, {', '.join(f'{value:.2f}' for value in curve)}]", "```"]
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help=f"put table and plots into {PAGE.relative_to(t.ROOT)}")
    parser.add_argument("--pure", action="store_true", help="without compiled modules")
    args = parser.parse_args()
    if not t.SITE:
        return t.installed(Path(__file__), args.pure)
    with tempfile.TemporaryDirectory(prefix="zhextract-growth-") as folder:
        text = page(measured(Path(folder)))
    if args.write:
        t.write_page(PAGE, MARK, text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
