"""What a record on a span would say: the fields that the rules would give if the span were all there is."""

from __future__ import annotations

from typing import Any, Final

from ..errors import UsageError
from ..pipeline import Extractor
from .gold import FIELDS as IN_GOLD
from .gold import MENTIONS, Gold

FIELDS: Final[dict[str, dict[str, Any]]] = {
    "quantity": {
        "value": None, "lower": None, "upper": None, "unit": "1", "kind": "number", "mod": None, "object": None,
    },
    "ordinal": {"value": "1", "unit": "1"},
    "time": {"edtf": None, "first": None, "last": None, "mod": None},
    "entity": {"label": "org", "name": "", "title": None},
}  # fmt: skip
"""The fields of each type of mention besides its span, and what they are where nothing tells."""


def suggest(extractor: Extractor, text: str, start: int, end: int, kind: str, published: str | None) -> dict[str, Any]:
    """A record of a type on `text[start:end]`, filled as far as the rules can.

    Raises UsageError when there is no such span or type.

    >>> suggest(Extractor(), "km 1,260.50 km", 3, 14, "quantity", None)["value"]
    '1260.5'
    """
    if kind not in FIELDS:
        raise UsageError(f"no type of mention: {kind!r}; one of {', '.join(FIELDS)}")
    if not 0 <= start < end <= len(text):
        raise UsageError(f"no span of this article: {start}:{end}; it has {len(text)} characters")
    part = text[start:end]
    script = extractor.normalize(text).script
    clean = extractor.normalizer.normalize(part, breaks="join", script=script).text.strip()
    record = {"type": kind, "start": start, "end": end, "text": clean, **FIELDS[kind]}
    document = extractor.extract(part, published).to_dict()
    names = {e["id"]: e["name"] for e in document["entities"]}
    found = [m for m in document["mentions"] if m["type"] == kind]
    best = max(found, key=lambda m: m["end"] - m["start"], default=None)
    if best is not None:
        record |= {field: best[field] for field in FIELDS[kind] if field in best}
    if kind == "entity":
        record["name"] = names[best["entity"]] if best is not None else clean
    return record


def filled(extractor: Extractor, gold: Gold, text: str, published: str | None) -> Gold:
    """The gold with every mention whole: those that have their span only get what the rules suggest."""
    out = dict(gold)
    for kind in MENTIONS:
        out[kind] = [_whole(extractor, record, text, kind, published) for record in gold[kind]]
    return out


def _whole(extractor: Extractor, record: dict[str, Any], text: str, kind: str, published: str | None) -> dict[str, Any]:
    if set(IN_GOLD[kind]) - {"title"} <= set(record):
        return record
    made = suggest(extractor, text, record["start"], record["end"], kind, published)
    return {field: value for field, value in made.items() if field in IN_GOLD[kind]} | record
