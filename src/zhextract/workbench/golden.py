"""Golden fixtures: annotated texts, how an extraction differs from them, and taking a difference over.

A fixture is a `.json` file for an article, or a line of a `.jsonl` file with its text inside. Either it is a document
as `extract` writes it, or it holds lists of records by type (`quantity`, `ordinal`, `time`, `entity`, `facts`) that
someone wrote by hand; then only the types it lists are compared, and of a record only the fields it gives.

What was decided about a fixture is kept beside it, in `history/NAME.jsonl`, a line each: `known` (the fixture is right
and the difference stands until it is mended), `accept` and `correct` (the fixture was changed), `mended`, `scope` (only
these types are annotated). So what is written by hand stays as it was written.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from ..errors import UsageError
from ..pipeline import Extractor
from ..write import write_file
from . import scorer
from .plain import LISTS, MENTIONS, Plain, plain

HISTORY: Final = "history"
OWN: Final = ("title", "published", "script")
"""Fields of a document itself that are compared."""
_ASIDE: Final = frozenset({"id", "evidence", "quantity", "entity", "note", "reason"})
"""Fields that are never compared."""
_BY_HAND: Final = frozenset({"rule", "text", "confidence", "subject_entity"})
"""Fields that are compared with documents only."""

Record = Mapping[str, Any]
Kind = Literal["missed", "false", "changed"]


class Difference(NamedTuple):
    """One record that is not as the fixture says: `gold` (None: it is not in the fixture), `found` (None: not found).

    `fields` are those that differ, of a changed one; `rule` is the rule that found it, or what stands in its place ("":
    nothing does).
    """

    fixture: str
    kind: Kind
    type: str
    gold: Record | None
    found: Record | None
    fields: tuple[str, ...]
    rule: str

    @property
    def span(self) -> tuple[int, int]:
        """Where it stands; a fact where its figure begins."""
        one = self.gold or self.found or {}
        start = one.get("start", one.get("q_start")) or 0
        return start, one.get("end", start)

    @property
    def said(self) -> dict[str, Any]:
        """What makes it this difference and no other."""
        return {
            "fixture": self.fixture, "kind": self.kind, "type": self.type,
            "gold": _said(self.gold, self.fields), "found": _said(self.found, self.fields),
        }  # fmt: skip

    @property
    def mark(self) -> str:
        """A short name for it, the same as long as it says the same."""
        text = json.dumps(self.said, ensure_ascii=False, sort_keys=True)
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:8]


def _said(record: Record | None, fields: Sequence[str]) -> dict[str, Any] | None:
    """Of a record where it stands, its text, and the fields in question, or those that decide."""
    if record is None:
        return None
    deciding = ("value", "lower", "upper", "unit", "edtf", "label", "type", "time", "subject", "indicator", *OWN)
    names = ("q_start", "start", "end", "text", *(fields or deciding))
    return {name: record[name] for name in dict.fromkeys(names) if record.get(name) is not None}


@dataclass(frozen=True)
class Fixture:
    """One annotated text. `line` is that of a `.jsonl` file, else 0; `data` is what was written."""

    path: Path
    line: int
    id: str
    text: str
    published: str | None
    data: Record
    scope: tuple[str, ...]

    @property
    def by_hand(self) -> bool:
        """Whether it was written by hand; else it is a document."""
        return "mentions" not in self.data

    def extract(self, extractor: Extractor) -> dict[str, Any]:
        """The document of its text."""
        return extractor.extract(self.text, self.published, id=self.id).to_dict()


@dataclass
class History:
    """What was decided about the fixtures of one file."""

    path: Path
    lines: list[dict[str, Any]] = field(default_factory=list)

    @property
    def known(self) -> dict[str, dict[str, Any]]:
        """Differences that stand, by their marks."""
        out: dict[str, dict[str, Any]] = {}
        for line in self.lines:
            if line["act"] == "known":
                out[line["mark"]] = line
            elif line["act"] == "mended":
                out.pop(line["mark"], None)
        return out

    @property
    def scope(self) -> tuple[str, ...] | None:
        """The types that are annotated, where that is said."""
        said = [line["types"] for line in self.lines if line["act"] == "scope"]
        return tuple(said[-1]) if said else None

    def write(self) -> None:
        """Put it beside the fixtures. Raises OSError."""
        self.path.parent.mkdir(exist_ok=True)
        rows = [json.dumps(line, ensure_ascii=False) + "\n" for line in self.lines]
        write_file(self.path, "".join(rows).encode())


# -------------------------------------------------------------------------------------------------------------- reading


def read(paths: Iterable[Path]) -> Iterator[Fixture]:
    """The fixtures of some files and folders. Raises UsageError for what is none, or whose text is not there."""
    for path in paths:
        if path.is_dir():
            files = sorted(p for p in path.rglob("*.json*") if p.parent.name != HISTORY and p.suffix in SUFFIXES)
            found = [fixture for file in files for fixture in _file(file, named=False)]
            if not found:
                raise UsageError(f"{path}: no golden fixtures there")
            yield from found
        elif path.is_file() and path.suffix in SUFFIXES:
            yield from _file(path, named=True)
        else:
            raise UsageError(f"{path}: no golden fixture; name a .json or .jsonl file, or a folder")


SUFFIXES: Final = (".json", ".jsonl")


def history_of(path: Path) -> History:
    """What was decided about a file of fixtures. Raises UsageError."""
    beside = path.parent / HISTORY / f"{path.stem}.jsonl"
    lines = []
    if beside.is_file():
        for number, line in enumerate(beside.read_text(encoding="utf-8").splitlines(), 1):
            if line.strip():
                lines.append(_json(line, beside, number))
                if "act" not in lines[-1]:
                    raise UsageError(f"{beside}:{number}: no act")
    return History(beside, lines)


def _json(text: str, path: Path, line: int = 0) -> dict[str, Any]:
    where = f"{path}:{line}" if line else str(path)
    try:
        found = json.loads(text)
    except ValueError as fault:
        raise UsageError(f"{where}: not JSON: {fault}") from None
    if not isinstance(found, dict):
        raise UsageError(f"{where}: not an object")
    return found


def _file(path: Path, *, named: bool) -> Iterator[Fixture]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as fault:
        raise UsageError(f"{path}: can't be read: {fault}") from None
    scope = history_of(path).scope
    rows = list(enumerate(text.splitlines(), 1)) if path.suffix == ".jsonl" else [(0, text)]
    for number, row in rows:
        if not row.strip():
            continue
        data = _json(row, path, number)
        types = tuple(kind for kind in LISTS if kind in data or "mentions" in data)
        if not types or (number and "text" not in data):
            if named:
                raise UsageError(f"{path}:{number}: no fixture: neither a document nor lists of records")
            continue
        source = data["text"] if number else _article(path, data)
        published = data.get("published")
        name = str(data.get("id") or path.stem) if number else path.stem
        wanted = tuple(kind for kind in types if scope is None or kind in scope)
        yield Fixture(path, number, name, source, published, data, wanted)


def _article(path: Path, data: Record) -> str:
    """The text of an article's fixture: beside it, or in a folder `corpus` of one that holds it."""
    named = data.get("text_file") or (data.get("source") or {}).get("name")
    if not named:
        raise UsageError(f"{path}: text_file is missing: where the article lies")
    for folder in path.resolve().parents:
        for candidate in (folder / named, folder / "corpus" / Path(named).name):
            if candidate.is_file():
                from ..read import read_articles

                for article in read_articles([str(candidate)]):
                    if isinstance(article, Exception):
                        raise article
                    return article.text
    raise UsageError(f"{path}: the article {named} is not there")


# ------------------------------------------------------------------------------------------------------------ comparing


def differences(fixture: Fixture, document: Mapping[str, Any]) -> list[Difference]:
    """How a document differs from a fixture, by place."""
    found = plain(document)
    gold = lists_of(fixture)
    rules = [m for kind in MENTIONS for m in found[kind]]
    out: list[Difference] = []
    for kind in fixture.scope:
        out += _of_type(fixture, kind, gold[kind], found[kind], () if kind == "facts" else rules)
    if not fixture.by_hand:
        fields = tuple(name for name in OWN if fixture.data.get(name) != document.get(name))
        if fields:
            out.append(Difference(fixture.id, "changed", "document", fixture.data, document, fields, ""))
    return sorted(out, key=lambda d: (d.span, d.type))


def lists_of(fixture: Fixture) -> Plain:
    """What a fixture says, by type."""
    if not fixture.by_hand:
        return plain(fixture.data)
    return {kind: list(fixture.data.get(kind, ())) for kind in LISTS}


def _of_type(
    fixture: Fixture, kind: str, gold: Sequence[Record], found: Sequence[Record], everything: Sequence[Record]
) -> Iterator[Difference]:
    key = scorer.figure_key if kind == "facts" else scorer.KEYS[kind]
    matched, missed, false = scorer.paired(gold, found, key)
    for a, b in matched:
        fields = tuple(name for name in _compared(fixture, a, b) if not _equal(kind, fixture, name, a, b))
        if fields:
            yield Difference(fixture.id, "changed", kind, a, b, fields, b.get("rule", ""))
    for a in missed:
        other = next((b for b in false if _meet(a, b)), None)
        if other is None:
            yield Difference(fixture.id, "missed", kind, a, None, (), _stands_there(a, everything))
            continue
        false.remove(other)
        names = dict.fromkeys((*_SPAN, *_compared(fixture, a, other)))
        fields = tuple(name for name in names if a.get(name) != other.get(name) and name in a and name in other)
        yield Difference(fixture.id, "changed", kind, a, other, fields, other.get("rule", ""))
    for b in false:
        yield Difference(fixture.id, "false", kind, None, b, (), b.get("rule", ""))


_SPAN: Final = ("start", "end")


def _compared(fixture: Fixture, a: Record, b: Record) -> list[str]:
    """The fields of a record that are compared."""
    aside = _ASIDE | _BY_HAND if fixture.by_hand else _ASIDE
    return [name for name in a if name in b and name not in aside]


def _equal(kind: str, fixture: Fixture, name: str, a: Record, b: Record) -> bool:
    if kind == "facts" and fixture.by_hand and name in ("subject", "indicator"):
        return scorer.alike(a.get(name), b.get(name)) >= scorer.ALIKE
    if name in ("value", "lower", "upper"):
        return scorer.number(a.get(name)) == scorer.number(b.get(name))
    return bool(a.get(name) == b.get(name))


def _meet(a: Record, b: Record) -> bool:
    if "start" not in a:
        return bool(a.get("q_start") == b.get("q_start"))
    return bool(a["start"] < b["end"] and b["start"] < a["end"])


def _stands_there(record: Record, found: Iterable[Record]) -> str:
    """The rule of what stands in the place of a record that is missing."""
    start = record.get("start", record.get("q_start"))
    end = record.get("end", (start or 0) + 1)
    for m in found:
        if start is not None and m["start"] < end and start < m["end"]:
            return str(m["rule"])
    return ""


# -------------------------------------------------------------------------------------------------------------- verdict


class Verdict(NamedTuple):
    """How all fixtures of a call came out.

    `new` are the differences that nobody accepted, `known` those that stand accepted, `mended` the accepted ones that
    are gone (file, what was written of them).
    """

    fixtures: list[Fixture]
    new: list[tuple[Fixture, Difference]]
    known: list[tuple[Fixture, Difference]]
    mended: list[tuple[Path, dict[str, Any]]]
    scores: dict[str, scorer.Tally]


def judge(fixtures: Sequence[Fixture], documents: Iterable[Mapping[str, Any]]) -> Verdict:
    """Compare fixtures with their documents and with what was decided about them."""
    known = {path: history_of(path).known for path in dict.fromkeys(f.path for f in fixtures)}
    left = {path: dict(marks) for path, marks in known.items()}
    out = Verdict(list(fixtures), [], [], [], {kind: scorer.Tally() for kind in scorer.TYPES})
    for fixture, document in zip(fixtures, documents, strict=True):
        for d in differences(fixture, document):
            stands = d.mark in known[fixture.path]
            (out.known if stands else out.new).append((fixture, d))
            left[fixture.path].pop(d.mark, None)
        for kind, records in scorer.compared(fixture.data, document).items():
            if kind in fixture.scope or (kind in scorer.FACTS and "facts" in fixture.scope):
                out.scores[kind] += scorer.tally(kind, records)
    seen = {(f.path, f.id) for f in fixtures}
    for path, rest in left.items():
        out.mended.extend((path, line) for line in rest.values() if (path, line["difference"]["fixture"]) in seen)
    return out
