"""What each gazetteer table and each rule adds to the finding of names: scores over the golden articles without it.

    python benchmarks/entities.py             the scores, as tables
    python benchmarks/entities.py --write     put them into docs/entities.md

A rule is switched off by a folder laid over the built-in rules; a table is emptied in a copy of all of them, its head
line kept. Figures are the quantities, ordinals and times of articles and sentences: names with numbers in them stop the
rules of these.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]

from pages import write_page  # noqa: E402
from tests.scoring import Golden, Tally, articles, extract, found, sentences, tally  # noqa: E402

from zhextract import Extractor  # noqa: E402
from zhextract.rules.build import builtin_folder  # noqa: E402
from zhextract.rules.load import load  # noqa: E402

PAGE: Final = ROOT / "docs" / "entities.md"
MARK: Final = ("<!-- figures: python benchmarks/entities.py --write -->", "<!-- end of figures -->")
NAMES: Final = frozenset({"entity", "alias", "list"})
FIGURES: Final = ("quantity", "ordinal", "time")
FIRST: Final = {
    "announcement-hengyuan": (0.727, 0.727, 0.727),
    "bulletin-linzhou": (0.235, 1.000, 0.381),
    "changchun-gaoxin": (0.610, 0.743, 0.670),
    "changchun-lvyuan": (0.538, 0.747, 0.626),
    "feature-county-tw": (0.641, 0.797, 0.711),
    "feature-county": (0.524, 0.694, 0.597),
    "feature-district-hant": (0.607, 0.806, 0.692),
    "feature-medical": (0.722, 0.814, 0.765),
    "feature-port": (0.621, 0.750, 0.679),
    "feature-software": (0.629, 0.698, 0.662),
    "hk-budget": (0.720, 0.857, 0.783),
    "interview-optics-valley": (0.550, 0.478, 0.512),
    "tw-jianan-economy": (0.864, 0.826, 0.844),
    "tw-science-park": (0.537, 0.710, 0.611),
}
"""Precision, recall and F1 of names that were seen first, before anything was tuned."""
FIRST_ALL: Final = (0.607, 0.751, 0.672)


class Scores(NamedTuple):
    """One run: the names of each article, and all figures."""

    names: dict[str, Tally]
    figures: Tally

    @property
    def all(self) -> Tally:
        return sum(self.names.values(), Tally())


def run(extractor: Extractor, texts: list[Golden]) -> Scores:
    """Score an extractor on the golden texts."""
    names: dict[str, Tally] = {}
    figures = Tally()
    for one in texts:
        document = extract(one, extractor)
        if one.article:
            names[one.id] = tally("entity", one.gold["entity"], found(document, "entity"))
        for kind in FIGURES:
            figures += tally(kind, one.gold[kind], found(document, kind))
    return Scores(names, figures)


# ------------------------------------------------------------------------------------------------------------ ablations


def rules_off(folder: Path, ids: list[str]) -> Path:
    """A folder that switches rules off."""
    folder.mkdir(parents=True)
    (folder / "off.yml").write_text("disable:\n" + "".join(f"- {rule}\n" for rule in ids), encoding="utf-8")
    return folder


def table_empty(folder: Path, table: str) -> Path:
    """A copy of the built-in rules in which a gazetteer table has no rows."""
    shutil.copytree(builtin_folder(), folder)
    path = folder / "gazetteer" / f"{table}.tsv"
    head = path.read_text(encoding="utf-8").split("\n")[0]
    path.write_text(head + "\n", encoding="utf-8")
    return folder


def ablations(folder: Path) -> Iterator[tuple[str, str, Path]]:
    """What is taken away: its kind, its name, and the folder to load."""
    source = load([builtin_folder()])
    for path in sorted((builtin_folder() / "gazetteer").glob("*.tsv")):
        yield "gazetteer table", path.stem, table_empty(folder / f"table-{path.stem}", path.stem)
    ids = [rule.id for rule in source.rules if rule.emit["type"] in NAMES]
    families: dict[str, list[str]] = {}
    for rule in ids:
        families.setdefault(rule.split(".")[0], []).append(rule)
    for family, own in families.items():
        yield "rule family", f"{family} ({len(own)})", rules_off(folder / f"family-{family}", own)
    for rule in ids:
        yield "rule", rule, rules_off(folder / f"rule-{rule}", [rule])


# --------------------------------------------------------------------------------------------------------------- output


def cells(*parts: str) -> str:
    return "| " + " | ".join(parts) + " |"


def ratios(t: Tally) -> tuple[str, str, str]:
    return f"{t.p:.3f}", f"{t.r:.3f}", f"{t.f1:.3f}"


def firsts(full: Scores) -> list[str]:
    """The first scores beside those of now."""
    head = cells("article", "P first", "R first", "F1 first", "P now", "R now", "F1 now")
    lines = [head, "|---|---|---|---|---|---|---|"]
    for article, t in full.names.items():
        first = [f"{value:.3f}" for value in FIRST[article]] if article in FIRST else ["", "", ""]
        lines.append(cells(article, *first, *ratios(t)))
    lines.append(cells("**all**", *(f"{value:.3f}" for value in FIRST_ALL), *ratios(full.all)))
    return lines


def losses(full: Scores, runs: list[tuple[str, str, Scores]]) -> list[str]:
    """A table for each kind of ablation: what went with the part."""
    lines = []
    for kind in dict.fromkeys(kind for kind, _, _ in runs):
        head = cells(f"without the {kind}", "P", "R", "F1", "F1 lost", "figures: F1 lost")
        lines += ["", head, "|---|---|---|---|---|---|", cells("(with all)", *ratios(full.all), "", "")]
        own = [(name, scores) for k, name, scores in runs if k == kind]
        for name, scores in sorted(own, key=lambda pair: pair[1].all.f1):
            lost = (full.all.f1 - scores.all.f1, full.figures.f1 - scores.figures.f1)
            shown = [f"{value:.4f}" if abs(value) >= 5e-5 else "0" for value in lost]
            lines.append(cells(name, *ratios(scores.all), *shown))
    return lines


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.relative_to(ROOT)}")
    args = parser.parse_args()
    texts = [*articles(), *sentences()]
    full = run(Extractor(), texts)
    runs = []
    with tempfile.TemporaryDirectory(prefix="zhextract-ablation-") as name:
        for kind, part, folder in ablations(Path(name)):
            runs.append((kind, part, run(Extractor(folder), texts)))
            print(f"  {kind} {part}: F1 {runs[-1][2].all.f1:.3f}", file=sys.stderr, flush=True)
    text = "\n".join([*firsts(full), *losses(full, runs)])
    if args.write:
        write_page(PAGE, MARK, text)
    print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
