"""Documents as the annotated articles tell them: mentions, names and facts as gold has them, whatever is extracted."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import msgspec
from tests import scoring

from zhextract import Document, Extractor


def documents(extractor: Extractor) -> Iterator[tuple[str, Document]]:
    """Each annotated article's text, and its document with the facts of gold."""
    for one in scoring.articles():
        name = scoring.text_of(one.gold["text_file"]).name
        document = extractor.extract(one.text, id=one.id, name=name, encoding="utf-8")
        yield one.text, with_facts(document, one.gold["facts"])


def with_facts(document: Document, gold: list[dict[str, Any]]) -> Document:
    """The document with facts of gold, those whose figure was found."""
    figures = {m.start: m for m in document.mentions}
    facts = []
    for fact in gold:
        figure = figures.get(fact["q_start"])
        if figure is None:
            continue
        sentence = next(s for s in document.sentences if s.start <= figure.start < s.end)
        facts.append({
            "id": f"f{len(facts) + 1}", "subject_entity": None, **fact, "quantity": figure.id,
            "evidence": {"start": sentence.start, "end": sentence.end},
            "rule": "fact.gold", "confidence": "direct", "reason": "it was annotated",
        })  # fmt: skip
    return msgspec.convert({**document.to_dict(), "facts": facts}, Document)
