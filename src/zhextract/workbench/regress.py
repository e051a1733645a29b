"""What two versions of the rules make of the same articles: records added, lost and changed, by rule and by type.

Articles are read, extracted by both and compared a few at a time. What is kept of them are counts and, for each rule,
a few samples, so that memory does not grow with the corpus.
"""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from ..pipeline import Extractor
from ..read import Article
from . import git
from .context import PLAIN, Paint, in_context
from .parallel import spread
from .plain import LISTS, plain
from .ruleset import RuleSet

Record = Mapping[str, Any]
What = Literal["added", "lost", "changed"]
WHATS: Final[tuple[What, ...]] = ("added", "lost", "changed")
SAMPLES: Final = 3
"""Samples that are kept of each rule and of each of added, lost and changed."""
_BATCH: Final = 256
_ASIDE: Final = frozenset({"evidence"})


class Delta(NamedTuple):
    """One record that differs: `rule` found it, or found it before; `context` is the place in its article."""

    what: What
    type: str
    rule: str
    article: str
    start: int
    context: str
    old: Record | None
    new: Record | None


class Compared(NamedTuple):
    """One article: how many records of each type each version found, and what differs."""

    old: Counter[str]
    new: Counter[str]
    deltas: list[Delta]


@dataclass
class Report:
    """The sums over a corpus. Both `rules` and `types` count by name and by added, lost, changed."""

    articles: int = 0
    old: Counter[str] = field(default_factory=Counter)
    new: Counter[str] = field(default_factory=Counter)
    rules: Counter[tuple[str, What]] = field(default_factory=Counter)
    types: Counter[tuple[str, What]] = field(default_factory=Counter)
    samples: dict[tuple[str, What], list[Delta]] = field(default_factory=dict)

    def add(self, one: Compared) -> None:
        """Count an article."""
        self.articles += 1
        self.old.update(one.old)
        self.new.update(one.new)
        for delta in one.deltas:
            self.rules[delta.rule, delta.what] += 1
            self.types[delta.type, delta.what] += 1
            kept = self.samples.setdefault((delta.rule, delta.what), [])
            if len(kept) < SAMPLES:
                kept.append(delta)

    def total(self, what: What) -> int:
        """How many records were added, lost or changed."""
        return sum(n for (_, w), n in self.types.items() if w == what)

    def beyond(self, limits: Mapping[What, int | None]) -> list[str]:
        """Which limits are passed, in words."""
        return [
            f"{self.total(what)} {what}, at most {limit} allowed"
            for what, limit in limits.items()
            if limit is not None and self.total(what) > limit
        ]


# ------------------------------------------------------------------------------------------------------------ comparing


def compare(article: str, text: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Compared:
    """Two documents of one text. Records at the same place are one; of others those of one type that overlap."""
    before, after = plain(old), plain(new)
    out = Compared(Counter(), Counter(), [])
    for kind in LISTS:
        out.old[kind] += len(before[kind])
        out.new[kind] += len(after[kind])
        if before[kind] != after[kind]:
            out.deltas.extend(_of_type(article, text, kind, before[kind], after[kind]))
    return out


def _of_type(article: str, text: str, kind: str, before: list[Any], after: list[Any]) -> Iterator[Delta]:
    def delta(what: What, a: Record | None, b: Record | None) -> Delta:
        one = b or a or {}
        start = one.get("start", one.get("q_start", 0))
        end = one.get("end", start + 1)
        return Delta(what, kind, one["rule"], article, start, in_context(text, start, end), a, b)

    places: dict[Any, list[Record]] = {}
    for b in after:
        places.setdefault(_place(b), []).append(b)
    lost = []
    for a in before:
        here = places.get(_place(a))
        if not here:
            lost.append(a)
            continue
        b = here.pop(0)
        if _said(a) != _said(b):
            yield delta("changed", a, b)
    added = [b for here in places.values() for b in here]
    for a in lost:
        other = next((b for b in added if _overlap(a, b)), None)
        if other is None:
            yield delta("lost", a, None)
        else:
            added.remove(other)
            yield delta("changed", a, other)
    for b in added:
        yield delta("added", None, b)


def _place(record: Record) -> tuple[Any, ...]:
    return (record["start"], record["end"]) if "start" in record else (record["q_start"], record["type"])


def _overlap(a: Record, b: Record) -> bool:
    if "start" not in a:
        return bool(a["q_start"] == b["q_start"])
    return bool(a["start"] < b["end"] and b["start"] < a["end"])


def _said(record: Record) -> dict[str, Any]:
    return {k: v for k, v in record.items() if k not in _ASIDE}


def run(
    articles: Iterable[Article],
    old: Extractor,
    new: Extractor,
    jobs: int,
    each: Callable[[Delta], None] | None = None,
) -> Report:
    """Extract all articles by both versions and compare; `each`, where given, sees every difference, in order."""

    def work(article: Article) -> Compared:
        before, after = (x.extract(article.text, article.published).to_dict() for x in (old, new))
        return compare(article.id, article.text, before, after)

    report = Report()
    stream = iter(articles)
    while batch := list(islice(stream, _BATCH)):
        for one in spread(work, batch, jobs, least=8):
            report.add(one)
            if each is not None:
                for delta in one.deltas:
                    each(delta)
    return report


@contextmanager
def version(name: str, folder: Path) -> Iterator[Extractor]:
    """The extractor of a version: a rule folder, or `folder` at a git revision. Raises UsageError and RuleError."""
    if Path(name).is_dir():
        yield RuleSet([Path(name).resolve()]).extractor
        return
    with tempfile.TemporaryDirectory(prefix="zhextract-") as scratch:
        past = Path(scratch, folder.name)
        past.mkdir()
        git.export(folder, name, past)
        yield RuleSet([past]).extractor


# -------------------------------------------------------------------------------------------------------------- telling


def as_text(report: Report, verdict: list[str], paint: Paint = PLAIN) -> Iterator[str]:
    """Lines for a terminal."""
    yield _headline(report)
    for kind in LISTS:
        counts = " ".join(f"{report.types[kind, what]:6} {what}" for what in WHATS)
        yield f"{kind:9} {report.old[kind]:7} -> {report.new[kind]:7}  {counts}"
    for rule in _rules(report):
        counts = ", ".join(f"{report.rules[rule, what]} {what}" for what in WHATS if report.rules[rule, what])
        yield paint("head", f"{rule}  {counts}")
        for what in WHATS:
            for delta in report.samples.get((rule, what), ()):
                yield f"  {paint('faint', f'{what:8}')}{delta.article}:{delta.start}  {delta.context}"
                if delta.old is not None:
                    yield paint("minus", f"    - {_shown(delta.old, delta.new)}")
                if delta.new is not None:
                    yield paint("plus", f"    + {_shown(delta.new, delta.old)}")
    yield "verdict: " + ("; ".join(verdict) if verdict else "within the limits")


def as_markdown(report: Report, verdict: list[str]) -> Iterator[str]:
    """Markdown for a pull request."""
    yield f"### {_headline(report)}"
    yield ""
    yield f"**{'; '.join(verdict) if verdict else 'Within the limits.'}**"
    yield ""
    yield "| type | before | after | added | lost | changed |"
    yield "|---|--:|--:|--:|--:|--:|"
    for kind in LISTS:
        counts = " | ".join(str(report.types[kind, what]) for what in WHATS)
        yield f"| {kind} | {report.old[kind]} | {report.new[kind]} | {counts} |"
    if not report.rules:
        return
    yield ""
    yield "| rule | added | lost | changed |"
    yield "|---|--:|--:|--:|"
    for rule in _rules(report):
        yield f"| `{rule}` | {' | '.join(str(report.rules[rule, what]) for what in WHATS)} |"
    yield ""
    yield "<details><summary>Samples</summary>"
    yield ""
    yield "```diff"
    for rule in _rules(report):
        yield f"@@ {rule} @@"
        for what in WHATS:
            for delta in report.samples.get((rule, what), ()):
                yield f"  {delta.article}:{delta.start}  {delta.context}"
                if delta.old is not None:
                    yield f"- {_shown(delta.old, delta.new)}"
                if delta.new is not None:
                    yield f"+ {_shown(delta.new, delta.old)}"
    yield "```"
    yield ""
    yield "</details>"


def as_json(report: Report, verdict: list[str]) -> str:
    """One JSON object."""
    rules: dict[str, dict[str, Any]] = {}
    for rule in _rules(report):
        samples = [d._asdict() for what in WHATS for d in report.samples.get((rule, what), ())]
        rules[rule] = dict(_counts(report.rules, rule), samples=samples)
    types = {kind: dict(_counts(report.types, kind), old=report.old[kind], new=report.new[kind]) for kind in LISTS}
    totals: dict[str, int] = {what: report.total(what) for what in WHATS}
    out = {"articles": report.articles, **totals, "verdict": verdict, "types": types, "rules": rules}
    return json.dumps(out, ensure_ascii=False)


def _counts(counts: Counter[tuple[str, What]], name: str) -> dict[str, Any]:
    return {what: counts[name, what] for what in WHATS}


def _headline(report: Report) -> str:
    counts = ", ".join(f"{report.total(what)} {what}" for what in WHATS)
    return f"{report.articles} articles, {report.old.total()} -> {report.new.total()} records: {counts}"


def _rules(report: Report) -> list[str]:
    """The rules with most differences first."""
    totals: Counter[str] = Counter()
    for (rule, _), n in report.rules.items():
        totals[rule] += n
    return sorted(totals, key=lambda rule: (-totals[rule], rule))


def _shown(record: Record, other: Record | None) -> str:
    """What a record says; beside another one only what differs."""
    names = [k for k in record if k not in _ASIDE]
    if other is not None:
        names = [k for k in names if record[k] != other.get(k)]
    else:
        names = [k for k in names if record[k] is not None and k not in ("start", "end", "q_start", "rule")]
    return ", ".join(f"{k} {'null' if record[k] is None else record[k]}" for k in names).replace("\n", "\\n")
