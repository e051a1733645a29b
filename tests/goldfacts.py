"""Documents of the annotated articles, with the facts of their annotations."""

from __future__ import annotations

from functools import cache

import msgspec
from tests import scoring

from zhextract import Document, Extractor
from zhextract.records import Evidence, Fact


@cache
def documents() -> dict[str, tuple[Document, str]]:
    """A document and its text by the name of the golden file; facts without a mention of theirs are left out."""
    extractor = Extractor()
    found = {}
    for one in scoring.articles():
        document = scoring.extract(one, extractor)
        figures = {m.start: m for m in document.mentions}
        facts = []
        for gold in one.gold["facts"]:
            figure = figures.get(gold["q_start"])
            if figure is None:
                continue
            sentence = next(s for s in document.sentences if s.start <= figure.start < s.end)
            fields = {name: gold[name] for name in Fact.__struct_fields__ if name in gold}
            fields |= {
                "id": f"f{len(facts) + 1}", "subject_entity": None, "quantity": figure.id, "rule": "fact.gold",
                "evidence": Evidence(sentence.start, sentence.end), "confidence": "direct", "reason": "annotated",
            }  # fmt: skip
            facts.append(Fact(**fields))
        document = msgspec.structs.replace(document, id=one.id, facts=tuple(facts))
        source = msgspec.structs.replace(document.source, name=f"{one.id}.txt")
        found[one.id] = msgspec.structs.replace(document, source=source), one.text
    return found
