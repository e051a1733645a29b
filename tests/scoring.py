"""The golden files and how extractions are scored against them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final, NamedTuple

from zhextract import Document, Extractor
from zhextract.workbench import scorer
from zhextract.workbench.scorer import KEYS, TYPES, Record, Tally

TESTS: Final = Path(__file__).resolve().parent
GOLDEN: Final = TESTS / "golden"
CORPUS: Final = TESTS.parent / "corpus"
NAMES: Final = "sentences-entity.jsonl"
KINDS: Final = TYPES
"""All that is scored."""


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


def found(document: Document, kind: str) -> list[Record]:
    """The mentions of one type."""
    return [m for m in document.to_dict()["mentions"] if m["type"] == kind]


def tally(kind: str, gold: Iterable[Record], mentions: Iterable[Record]) -> Tally:
    """Match one to one by what decides."""
    return scorer.tally(kind, scorer.paired(gold, mentions, KEYS[kind]))


def score(documents: Iterable[tuple[Golden, Document]]) -> dict[str, Tally]:
    """The tally of each type over annotated texts and what was extracted from them."""
    return scorer.score((one.gold, document.to_dict()) for one, document in documents)


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
            # In sentences names are annotated alone, or all but names and facts.
            kinds = {"entity"} if file == NAMES else {"quantity", "ordinal", "time"}
            scores = {kind: tally for kind, tally in scores.items() if kind in kinds}
        out[file] = scores
    return out
