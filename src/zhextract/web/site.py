"""The report: a folder of pages that opens from the disk, with no server and no network.

index.html            the articles         articles/NAME.html   one each
facts.html            all their facts      series.html          indicators over time
rules.html            records by rule      static/, data/       what the pages load
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, Final, NamedTuple
from urllib.parse import quote

import msgspec

from .. import edtf
from ..notebook import figure
from ..records import Document, Fact
from ..write import FolderWriter, write_file
from .pages import GENERATOR, data, page, static_files
from .places import Place

LINKS: Final = {
    "Articles": "index.html", "Facts": "facts.html", "Indicators over time": "series.html", "Rules": "rules.html",
}  # fmt: skip
CHUNK: Final = 5_000
"""Facts in one data file; only the page of facts loads them."""
_SHOWN: Final = 50
"""Places that are named of a rule."""


class Shown(NamedTuple):
    """An article of the report; `problem` says why `text` is None."""

    name: str
    document: Document
    text: str | None
    problem: str | None


@dataclass
class Summary:
    """What was written, and each article whose text is missing."""

    articles: int = 0
    facts: int = 0
    problems: list[str] = field(default_factory=list)


def write_site(folder: str | Path, articles: Iterable[Shown], rules: Mapping[str, Place]) -> Summary:
    """Write the report, over an earlier one where there is one. Articles are taken one by one. Raises OSError."""
    root = Path(folder)
    for part in ("static", "data"):
        (root / part).mkdir(parents=True, exist_ok=True)
    for name, content in static_files().items():
        write_file(root / "static" / name, content)
    site = _Site()
    writer = FolderWriter(root / "articles", ".html")
    kept = set()
    for shown in articles:
        value = view(shown.document, shown.text, shown.problem)
        title = shown.document.title or shown.document.id or shown.name
        text = page(
            title, "article", value, root="../", links=LINKS,
            scripts=["static/core.js", "data/rules.js", "static/charts.js", "static/article.js", "static/report.js"],
        )  # fmt: skip
        path = writer.write(shown.name, text.encode())
        kept.add(path.name)
        site.add(shown, title, f"articles/{quote(path.name)}")
    _sweep(root / "articles", kept)
    used = {rule: rules[rule] for rule in sorted(site.rules) if rule in rules}
    write_file(root / "data" / "rules.js", f"zhextract.rules = {data(used)};\n".encode())
    chunks = []
    for number in range(0, len(site.facts), CHUNK):
        chunks.append(f"data/facts-{number // CHUNK}.js")
        rows = data(site.facts[number : number + CHUNK])
        write_file(root / chunks[-1], f"(zhextract.chunks ??= []).push({rows});\n".encode())
    base = ["static/core.js", "static/charts.js"]
    titles = {"articles": [{"title": a["title"], "href": a["href"]} for a in site.articles]}
    for name, kind, value, scripts in (
        ("Facts", "facts", titles, [*base, *chunks]),
        ("Indicators over time", "series", titles | {"series": site.over_time()}, base),
        ("Rules", "rules", titles | site.by_rule(), [*base, "data/rules.js"]),
        ("Articles", "index", {"articles": site.articles, "problems": site.problems}, base),
    ):
        scripts = [*scripts, "static/article.js", "static/report.js"]
        text = page(name, kind, value, scripts=scripts, links=LINKS, current=LINKS[name])
        write_file(root / LINKS[name], text.encode())
    return Summary(len(site.articles), len(site.facts), site.problems)


def view(document: Document, text: str | None, problem: str | None = None) -> dict[str, Any]:
    """What the page of an article shows."""
    return {"document": document.to_dict(), "text": text, "problem": problem}


def _sweep(folder: Path, kept: set[str]) -> None:
    """Remove pages of ours that an earlier report left and this one has not."""
    for path in folder.glob("*.html"):
        if path.name not in kept:
            with path.open("rb") as file:
                ours = GENERATOR.encode() in file.read(1024)
            if ours:
                path.unlink()


class _Site:
    """What the pages over all articles tell, gathered article by article."""

    def __init__(self) -> None:
        self.articles: list[dict[str, Any]] = []
        self.problems: list[str] = []
        self.facts: list[list[Any]] = []
        self.rules: dict[str, _Rule] = {}
        self.points: dict[tuple[str | None, ...], dict[tuple[str, str], list[Any]]] = {}

    def add(self, shown: Shown, title: str, href: str) -> None:
        """Count an article in."""
        number, document = len(self.articles), shown.document
        counts = dict.fromkeys(("quantity", "ordinal", "time", "entity"), 0)
        for m in document.mentions:
            kind = str(type(m).__struct_config__.tag)
            counts[kind] += 1
            self.rules.setdefault(m.rule, _Rule(kind)).add(number, m.id, m.text)
        for f in document.facts:
            said = figure(msgspec.structs.asdict(f))
            self.rules.setdefault(f.rule, _Rule("fact")).add(number, f.id, f.indicator or said)
            self.facts.append([
                number, f.id, f.subject, f.indicator, f.type, said, _size(f), f.unit, f.time,
                f.basis, f.whole,
            ])  # fmt: skip
            self._point(number, f, said)
        self.articles.append(
            {"id": document.id, "title": title, "href": href, "name": document.source.name, "script": document.script,
             "published": document.published, "chars": document.source.chars, "facts": len(document.facts), **counts}
        )  # fmt: skip
        if shown.problem:
            self.problems.append(f"{shown.name}: {shown.problem}")

    def _point(self, number: int, f: Fact, said: str) -> None:
        """A value with its time; of equal ones the first article's is kept."""
        size = _size(f)
        first, last = edtf.bounds(f.time) if f.time else (None, None)
        day = last or first
        if size is None or day is None or f.indicator is None or f.type not in ("level", "change", "share"):
            return
        key = (f.subject, f.indicator, f.type, f.unit, f.basis)
        self.points.setdefault(key, {}).setdefault((day, f.time or ""), [day, f.time, size, said, number, f.id])

    def over_time(self) -> list[dict[str, Any]]:
        """Indicators with more than one time, those with the most first."""
        names = ("subject", "indicator", "type", "unit", "basis")
        out: list[dict[str, Any]] = []
        for key, points in self.points.items():
            rows = [points[time] for time in sorted(points)]
            if len({row[0] for row in rows}) > 1:
                out.append({**dict(zip(names, key, strict=True)), "points": rows})
        return sorted(out, key=lambda s: (-len(s["points"]), s["indicator"], s["subject"] or ""))

    def by_rule(self) -> dict[str, Any]:
        """How often each rule found something, and where."""
        counts = [
            {"rule": rule, "type": r.type, "count": r.count, "articles": len(r.articles), "where": r.where}
            for rule, r in sorted(self.rules.items(), key=lambda item: (-item[1].count, item[0]))
        ]
        return {"counts": counts, "total": sum(r.count for r in self.rules.values())}


@dataclass
class _Rule:
    """The records of one rule."""

    type: str
    count: int = 0
    articles: set[int] = field(default_factory=set)
    where: list[list[Any]] = field(default_factory=list)

    def add(self, article: int, ident: str, text: str) -> None:
        self.count += 1
        self.articles.add(article)
        if len(self.where) < _SHOWN:
            self.where.append([article, ident, text])


def _size(f: Fact) -> float | None:
    """The value as far as a plot and the order of a table need it."""
    try:
        return float(Fraction(f.value or f.lower or f.upper or ""))
    except (ValueError, ZeroDivisionError, OverflowError):
        return None
