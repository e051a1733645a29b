"""Scores of documents against gold: precision, recall and F1 a type of record, and every record that is not as it is.

What decides: a quantity has the right start, end, value, bounds and unit; an ordinal start, end and value; a time
start, end and EDTF; a name start, end and label. A `figure` is a fact with the right quantity (by its start), type,
value, bounds and unit; a `fact` a figure with the right time whose subject and indicator are like gold's. Fields that
do not decide are counted beside.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any, Final, NamedTuple

Record = Mapping[str, Any]
Key = tuple[Any, ...]

ALIKE: Final = 0.6
"""How alike subjects and indicators of a fact must be."""
_ASIDE: Final = re.compile("[\\s\"'\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\u300a\u300b]")


def number(value: object) -> str | None:
    """A value as comparable text.

    >>> number("1.50"), number("1/3"), number("")
    ('1.5', '1/3', None)
    """
    if value is None or value == "":
        return None
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        return str(value)


def alike(a: str | None, b: str | None) -> float:
    """How alike two phrases are, from 0 to 1: one when either holds the other, else Dice's measure of their bigrams.

    >>> alike("abcd", "bc"), round(alike("abcd", "abce"), 2), alike(None, "a")
    (1.0, 0.67, 0.0)
    """
    a, b = _ASIDE.sub("", a or ""), _ASIDE.sub("", b or "")
    if a == b or (a and b and (a in b or b in a)):
        return 1.0
    x, y = _bigrams(a), _bigrams(b)
    total = x.total() + y.total()
    return 2 * (x & y).total() / total if total else 1.0


def _bigrams(text: str) -> Counter[str]:
    return Counter(text[i : i + 2] for i in range(len(text) - 1)) or Counter(text)


def _amount(m: Record) -> Key:
    return number(m.get("value")), number(m.get("lower")), number(m.get("upper")), m.get("unit")


KEYS: Final[Mapping[str, Callable[[Record], Key]]] = {
    "quantity": lambda m: (m["start"], m["end"], *_amount(m)),
    "ordinal": lambda m: (m["start"], m["end"], number(m.get("value"))),
    "time": lambda m: (m["start"], m["end"], m.get("edtf")),
    "entity": lambda m: (m["start"], m["end"], m.get("label")),
}
"""What decides, a type of mention."""
FACTS: Final = ("figure", "fact")
TYPES: Final = (*KEYS, *FACTS)
SIDE: Final[Mapping[str, tuple[str, ...]]] = {
    "quantity": ("kind", "mod", "object"), "ordinal": ("unit",), "time": ("first", "last", "mod"), "entity": ("name",),
    "figure": ("mod", "basis", "time"), "fact": (),
}  # fmt: skip
"""Fields that are counted beside."""


def figure_key(fact: Record) -> Key:
    """What decides of a figure."""
    return fact.get("q_start"), fact.get("type"), *_amount(fact)


def mentions(document: Record, kind: str) -> list[Record]:
    """The mentions of one type, of a document or of gold, which has a list a type; names with that of their entity."""
    if "mentions" not in document:
        return list(document.get(kind, ()))
    found = [m for m in document["mentions"] if m["type"] == kind]
    if kind == "entity":
        names = {e["id"]: e["name"] for e in document.get("entities", ())}
        found = [{**m, "name": names.get(m.get("entity"))} for m in found]
    return found


def facts(document: Record) -> list[Record]:
    """The facts of a document or of gold, each with the start of its quantity as `q_start`."""
    starts = {m.get("id"): m["start"] for m in document.get("mentions", ())}
    return [
        fact if "q_start" in fact else {**fact, "q_start": starts.get(fact.get("quantity"))}
        for fact in document.get("facts", ())
    ]


class Paired(NamedTuple):
    """Records matched one to one (gold, found), gold that was not found, and what was found beside."""

    matched: list[tuple[Record, Record]]
    missed: list[Record]
    false: list[Record]


def paired(gold: Iterable[Record], found: Iterable[Record], key: Callable[[Record], Key]) -> Paired:
    """Match on a key; of several that are equal the later found goes first."""
    waiting: dict[Key, list[Record]] = {}
    for item in found:
        waiting.setdefault(key(item), []).append(item)
    out = Paired([], [], [])
    for item in gold:
        here = waiting.get(key(item))
        if here:
            out.matched.append((item, here.pop()))
        else:
            out.missed.append(item)
    out.false.extend(item for items in waiting.values() for item in items)
    return out


def compared(gold: Record, document: Record) -> dict[str, Paired]:
    """All records of a text, matched by type; a figure that is no right fact is missed and false as a `fact`."""
    out = {kind: paired(mentions(gold, kind), mentions(document, kind), key) for kind, key in KEYS.items()}
    figures = out["figure"] = paired(facts(gold), facts(document), figure_key)
    full: list[tuple[Record, Record]] = []
    half: list[tuple[Record, Record]] = []
    for a, b in figures.matched:
        right = a.get("time") == b.get("time") and all(
            alike(a.get(name), b.get(name)) >= ALIKE for name in ("subject", "indicator")
        )
        (full if right else half).append((a, b))
    out["fact"] = Paired(full, figures.missed + [a for a, _ in half], figures.false + [b for _, b in half])
    return out


@dataclass
class Tally:
    """Records of gold that were found, that were not, and records found that are not in gold.

    `side` counts, of those found, how many have each field right that does not decide.
    """

    hit: int = 0
    miss: int = 0
    alarm: int = 0
    side: Counter[str] = field(default_factory=Counter)

    def __add__(self, other: Tally) -> Tally:
        side = Counter(self.side)
        side.update(other.side)
        return Tally(self.hit + other.hit, self.miss + other.miss, self.alarm + other.alarm, side)

    @property
    def gold(self) -> int:
        """How many there are in gold."""
        return self.hit + self.miss

    @property
    def found(self) -> int:
        """How many were found."""
        return self.hit + self.alarm

    @property
    def p(self) -> float:
        """Precision."""
        return self.hit / self.found if self.found else 1.0

    @property
    def r(self) -> float:
        """Recall."""
        return self.hit / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        """Their harmonic mean."""
        return 2 * self.p * self.r / (self.p + self.r) if self.p + self.r else 0.0

    def row(self) -> dict[str, Any]:
        """As a table prints it: ratios to four digits, those of side fields to three."""
        side = {name: round(right / self.hit, 3) for name, right in self.side.items()} if self.hit else {}
        ratios = {"p": round(self.p, 4), "r": round(self.r, 4), "f1": round(self.f1, 4)}
        return {"gold": self.gold, "found": self.found, **ratios, "side": side}


def tally(kind: str, records: Paired) -> Tally:
    """Count what was matched."""
    side: Counter[str] = Counter()
    for name in SIDE[kind]:
        side[name] = sum(a.get(name) == b.get(name) for a, b in records.matched)
    return Tally(len(records.matched), len(records.missed), len(records.false), side)


def score(pairs: Iterable[tuple[Record, Record]]) -> dict[str, Tally]:
    """The tallies of each type over (gold, document)."""
    tallies = {kind: Tally() for kind in TYPES}
    for gold, document in pairs:
        for kind, records in compared(gold, document).items():
            tallies[kind] += tally(kind, records)
    return tallies


def table(tallies: Mapping[str, Tally]) -> str:
    """The tallies as text."""
    lines = [f"{'type':9} {'gold':>5} {'found':>5} {'P':>7} {'R':>7} {'F1':>7}  fields right among matched"]
    for kind, one in tallies.items():
        side = ", ".join(f"{name} {share:.0%}" for name, share in one.row()["side"].items())
        lines.append(f"{kind:9} {one.gold:5} {one.found:5} {one.p:7.1%} {one.r:7.1%} {one.f1:7.1%}  {side}".rstrip())
    return "\n".join(lines)
