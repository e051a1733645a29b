"""Documents for notebooks: as HTML for Jupyter, as data for displaCy, as a spaCy `Doc`. Works on plain dicts."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from typing import Any, Final

from .errors import UsageError

Document = Mapping[str, Any]
"""As `Document.to_dict` gives it."""

ROWS: Final = 50
"""Mentions, and facts, that are shown of a document."""
GROUP: Final = "zhextract"
"""The key of `Doc.spans` that holds all mentions."""

_SIGNS: Final = {
    "MORE_THAN": ">", "EQUAL_OR_MORE": "\u2265", "LESS_THAN": "<", "EQUAL_OR_LESS": "\u2264", "APPROX": "\u2248",
    "START": "start of", "MID": "middle of", "END": "end of",
}  # fmt: skip


def figure(record: Mapping[str, Any]) -> str:
    """What a quantity, an ordinal or a fact says, on one line.

    >>> figure({"value": None, "lower": "3000", "upper": "5000.5", "unit": "CNY", "mod": "APPROX"})
    '\u2248 3,000 to 5,000.5 CNY'
    """
    value = record.get("value")
    ends = (record.get("lower"), record.get("upper")) if value is None else (value,)
    number = " to ".join("?" if end is None else grouped(end) for end in ends)
    unit = "" if record["unit"] == "1" else record["unit"]
    return " ".join(part for part in (_SIGNS.get(record.get("mod") or ""), number, unit) if part)


def grouped(number: str) -> str:
    """A number with its thousands parted: `-1234.5` as `-1,234.5`."""
    whole, dot, rest = number.partition(".")
    sign, digits = ("-", whole[1:]) if whole.startswith("-") else ("", whole)
    return f"{sign}{int(digits):,}{dot}{rest}" if digits.isdecimal() else number


def _says(m: Mapping[str, Any]) -> str:
    if m["type"] == "time":
        return " ".join(part for part in (_SIGNS.get(m["mod"] or ""), m["edtf"] or "unresolved") if part)
    return str(m["label"]) if m["type"] == "entity" else figure(m)


def as_html(document: Document) -> str:
    """A document as tables, for Jupyter. Everything is escaped."""
    mentions, facts = document["mentions"], document["facts"]
    title = document["title"] or document["id"] or "article"
    parts = [f"<p><b>{html.escape(title)}</b> {html.escape(document['published'] or '')}</p>"]
    rows = [(m["type"], m["text"], _says(m), f"{m['start']}:{m['end']}", m["rule"]) for m in mentions]
    parts.append(_table(f"{len(mentions)} mentions", ("type", "text", "says", "place", "rule"), rows))
    if facts:
        said = [(f["subject"], f["indicator"], f["type"], figure(f), f["time"], f["basis"], f["whole"]) for f in facts]
        heads = ("subject", "indicator", "type", "says", "time", "basis", "share of")
        parts.append(_table(f"{len(facts)} facts", heads, said))
    return "".join(parts)


def _table(caption: str, heads: Sequence[str], rows: Sequence[Sequence[str | None]]) -> str:
    left = len(rows) - ROWS
    more = f", {left} of them not shown" if left > 0 else ""
    head = "".join(f"<th>{name}</th>" for name in heads)
    lines = ("".join(f"<td>{html.escape(cell or '')}</td>" for cell in row) for row in rows[:ROWS])
    body = "".join(f"<tr>{line}</tr>" for line in lines)
    return f"<table><caption>{caption}{more}</caption><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _label(m: Mapping[str, Any]) -> str:
    return str(m["label"] if m["type"] == "entity" else m["type"]).upper()


def _checked(document: Document, text: str) -> None:
    if len(text) != document["source"]["chars"]:
        raise UsageError(f"not the text of this document, which has {document['source']['chars']} characters")


def displacy(document: Document, text: str) -> dict[str, Any]:
    """For `displacy.render(…, manual=True)`: of mentions that overlap, which it cannot draw, the longest.

    Raises UsageError for another text.
    """
    _checked(document, text)
    ents: list[dict[str, Any]] = []
    for m in sorted(document["mentions"], key=lambda m: (m["start"] - m["end"], m["start"])):
        if all(m["end"] <= e["start"] or e["end"] <= m["start"] for e in ents):
            ents.append({"start": m["start"], "end": m["end"], "label": _label(m)})
    return {"text": text, "ents": sorted(ents, key=lambda e: e["start"]), "title": document["title"]}


def spacy_doc(document: Document, text: str, nlp: Any = None) -> Any:
    """A spaCy `Doc`: all mentions in `doc.spans["zhextract"]`, with their ids; those that don't overlap in `doc.ents`.

    Tokens are those of `nlp`, by default of a blank Chinese pipeline, whose tokens are characters; a mention that cuts
    a token is widened to it. Raises UsageError for another text, and where spaCy is not installed.
    """
    _checked(document, text)
    try:
        import spacy
        from spacy.util import filter_spans
    except ImportError:
        raise UsageError("spaCy is not installed; pip install spacy") from None
    doc = (nlp or spacy.blank("zh")).make_doc(text)
    found = [
        doc.char_span(m["start"], m["end"], label=_label(m), span_id=m["id"], alignment_mode="expand")
        for m in document["mentions"]
    ]
    spans = [span for span in found if span is not None]
    doc.spans[GROUP] = spans
    doc.ents = filter_spans(spans)
    return doc
