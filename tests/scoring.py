"""The golden files and how extractions are scored against them: quantity, ordinal, time and entity.

What counts as right, as the record scheme says: a quantity with its start, end, value, bounds and unit; an ordinal with
start, end and value; a time with start, end and EDTF; a name with start, end and label.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, Final, NamedTuple

from zhextract import Document, Extractor

TESTS: Final = Path(__file__).resolve().parent
GOLDEN: Final = TESTS / "golden"
CORPUS: Final = TESTS.parent / "corpus"
NAMES: Final = "sentences-entity.jsonl"

Record = Mapping[str, Any]
Key = tuple[Any, ...]


class Golden(NamedTuple):
    """One annotated text. `gold` maps the type of a record to its list."""

    file: str
    id: str
    text: str
    published: str | None
    gold: Record

    @property
    def article(self) -> bool:
        """Whether it is a whole article, not a sentence or two."""
        return self.file.endswith(".json")


def articles() -> list[Golden]:
    """The annotated articles. Their texts lie in the corpus, whatever folder a golden file names."""
    found = []
    for path in sorted(GOLDEN.glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        text = text_of(gold["text_file"]).read_bytes().decode("utf-8")  # line breaks as they are
        found.append(Golden(path.name, path.stem, text, gold["published"], gold))
    return found


def sentences() -> list[Golden]:
    """The annotated short texts."""
    found = []
    for path in sorted(GOLDEN.glob("sentences-*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            if line.strip():
                gold = json.loads(line)
                found.append(Golden(path.name, gold["id"], gold["text"], gold["published"], gold))
    return found


def text_of(text_file: str) -> Path:
    """Where the text of an article lies."""
    return CORPUS / Path(text_file).name


def digest() -> str:
    """SHA-256 over the golden texts and their annotations, in the order of their names."""
    total = hashlib.sha256()
    for one in (*articles(), *sentences()):
        total.update(json.dumps([one.file, one.text, one.gold], ensure_ascii=False, sort_keys=True).encode())
    return total.hexdigest()


# -------------------------------------------------------------------------------------------------------------- scores


def number(value: object) -> str | None:
    """A value as comparable text: `1.50` is `1.5`, `1/3` stays."""
    if value is None or value == "":
        return None
    try:
        return format(Decimal(str(value)).normalize(), "f")
    except InvalidOperation:
        return str(value)


def _quantity(m: Record) -> Key:
    return m["start"], m["end"], number(m.get("value")), number(m.get("lower")), number(m.get("upper")), m.get("unit")


def _ordinal(m: Record) -> Key:
    return m["start"], m["end"], number(m.get("value"))


def _time(m: Record) -> Key:
    return m["start"], m["end"], m.get("edtf")


def _entity(m: Record) -> Key:
    return m["start"], m["end"], m.get("label")


KEYS: Final = {"quantity": _quantity, "ordinal": _ordinal, "time": _time, "entity": _entity}
"""What decides, a type of record."""


@dataclass
class Tally:
    """Records of gold that were found, that were not, and records found that are not in gold."""

    hit: int = 0
    miss: int = 0
    alarm: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(self.hit + other.hit, self.miss + other.miss, self.alarm + other.alarm)

    @property
    def gold(self) -> int:
        return self.hit + self.miss

    @property
    def found(self) -> int:
        return self.hit + self.alarm

    @property
    def p(self) -> float:
        return self.hit / self.found if self.found else 1.0

    @property
    def r(self) -> float:
        return self.hit / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        return 2 * self.p * self.r / (self.p + self.r) if self.p + self.r else 0.0

    def row(self) -> dict[str, float]:
        """As the scorer of the record scheme prints it."""
        ratios = {"p": round(self.p, 4), "r": round(self.r, 4), "f1": round(self.f1, 4)}
        return {"gold": self.gold, "found": self.found, **ratios}


def found(document: Document, kind: str) -> list[Record]:
    """The mentions of one type."""
    return [m for m in document.to_dict()["mentions"] if m["type"] == kind]


def tally(kind: str, gold: Iterable[Record], mentions: Iterable[Record]) -> Tally:
    """Match one to one by what decides."""
    key = KEYS[kind]
    wanted = Counter(map(key, gold))
    got = Counter(map(key, mentions))
    hit = (wanted & got).total()
    return Tally(hit, wanted.total() - hit, got.total() - hit)


def score(documents: Iterable[tuple[Golden, Document]]) -> dict[str, Tally]:
    """The tally of each type over annotated texts and what was extracted from them."""
    tallies = {kind: Tally() for kind in KEYS}
    for one, document in documents:
        for kind in KEYS:
            tallies[kind] += tally(kind, one.gold[kind], found(document, kind))
    return tallies


def extract(one: Golden, extractor: Extractor) -> Document:
    """The document of an annotated text. An article says itself when it was published; of a sentence gold says it."""
    return extractor.extract(one.text, None if one.article else one.published, id=one.id)


def by_file(documents: Iterable[tuple[Golden, Document]]) -> dict[str, dict[str, Tally]]:
    """The tallies of each golden file, of the types that it annotates."""
    files: dict[str, list[tuple[Golden, Document]]] = {}
    for one, document in documents:
        files.setdefault(one.file, []).append((one, document))
    out = {}
    for file, pairs in sorted(files.items()):
        scores = score(pairs)
        if not pairs[0][0].article:
            # In sentences names are annotated alone, or all but the names.
            names = file == NAMES
            scores = {kind: tally for kind, tally in scores.items() if (kind == "entity") == names}
        out[file] = scores
    return out
