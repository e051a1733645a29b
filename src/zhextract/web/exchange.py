"""Gold in the forms of other annotation tools, and back: Label Studio, W3C Web Annotation, BIO columns.

Spans are code points of the source text in all of them, as Label Studio and W3C count. A record that comes back with
the span it had keeps its fields; one that was moved or is new comes with its span only (and the label of a name). BIO
knows neither fields, nor facts, nor names within names: of marks that overlap it keeps the longest.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from ..errors import UsageError
from .gold import FIELDS, LISTS, MENTIONS, Gold

LABELS: Final = ("quantity", "ordinal", "time", "person", "org", "place", "work")
"""What a mark can say: the type of a mention, of names what they are names of."""
_CONTEXT: Final = 16
"""Characters before and behind a quote."""


def label(kind: str, record: Mapping[str, Any]) -> str:
    """The label of a record of a list of gold."""
    return str(record["label"]) if kind == "entity" else kind


def _mentions(gold: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for kind in MENTIONS:
        for record in gold.get(kind, []):
            yield kind, record


def _empty() -> Gold:
    return {kind: [] for kind in LISTS}


def _place(found: Gold, name: Any, start: Any, end: Any, kept: Any, text: str, where: str) -> None:
    """Put a mark into its list: with the fields that it had, if it still is what it was."""
    if name not in LABELS:
        raise UsageError(f"{where}: no such label: {name!r}; one of {', '.join(LABELS)}")
    if not (isinstance(start, int) and isinstance(end, int) and 0 <= start < end <= len(text)):
        raise UsageError(f"{where}: no span of this article: {start}:{end}; it has {len(text)} characters")
    kind = name if name in MENTIONS else "entity"
    record: dict[str, Any] = {"start": start, "end": end}
    if kind == "entity":
        record["label"] = name
    if isinstance(kept, dict) and all(kept.get(field) == value for field, value in record.items()):
        record = {field: kept[field] for field in FIELDS[kind] if field in kept}
    if record not in found[kind]:
        found[kind].append(record)


# --------------------------------------------------------------------------------------------------------- Label Studio


def label_studio_config() -> str:
    """The labelling configuration of a project that takes our tasks."""
    labels = "".join(f'<Label value="{name}"/>' for name in LABELS)
    return f'<View><Labels name="label" toName="text">{labels}</Labels><Text name="text" value="$text"/></View>'


def to_label_studio(gold: Mapping[str, Any], text: str, ident: str) -> str:
    """A task with its annotation; a record's fields travel in the `meta` of its region, facts in the task's data."""
    regions = [
        {
            "id": f"r{number}", "from_name": "label", "to_name": "text", "type": "labels",
            "value": {
                "start": record["start"], "end": record["end"], "text": text[record["start"] : record["end"]],
                "labels": [label(kind, record)],
            },
            "meta": {"zhextract": dict(record)},
        }
        for number, (kind, record) in enumerate(_mentions(gold), 1)
    ]  # fmt: skip
    task = {
        "data": {"id": ident, "text": text, "published": gold.get("published"), "facts": gold.get("facts", [])},
        "annotations": [{"result": regions}],
    }
    return json.dumps([task], ensure_ascii=False, indent=1) + "\n"


def from_label_studio(content: str, text: str) -> Gold:
    """The records of an export (a list of tasks, or one): of the task with this text, its last annotation."""
    given = _json(content)
    tasks = given if isinstance(given, list) else [given]
    task = next((t for t in tasks if isinstance(t, dict) and _at(t, "data", "text") == text), None)
    if task is None:
        raise UsageError("Label Studio: no task has the text of this article")
    annotations = [a for a in task.get("annotations") or [] if isinstance(a, dict) and not a.get("was_cancelled")]
    found = _empty()
    for region in (annotations[-1].get("result") or []) if annotations else []:
        value = region.get("value") if isinstance(region, dict) else None
        if not isinstance(value, dict) or region.get("type") != "labels":
            continue
        for name in value.get("labels") or []:
            kept = _at(region, "meta", "zhextract")
            _place(found, name, value.get("start"), value.get("end"), kept, text, "Label Studio")
    found["facts"] = _facts(_at(task, "data", "facts"), found)
    return found


# ------------------------------------------------------------------------------------------------------- Web Annotation


def to_web_annotation(gold: Mapping[str, Any], text: str, ident: str) -> str:
    """An annotation page: a mention is a tag on its span, a fact a description of its figure's."""
    source = f"urn:sha256:{hashlib.sha256(text.encode('utf-8', 'surrogatepass')).hexdigest()}"
    items: list[dict[str, Any]] = []
    ends = {record["start"]: record["end"] for kind, record in _mentions(gold) if kind in ("quantity", "ordinal")}
    for kind, record in _mentions(gold):
        items.append(_annotation(len(items), label(kind, record), record, record["start"], record["end"], source, text))
    for fact in gold.get("facts", []):
        start = fact["q_start"]
        items.append(_annotation(len(items), "fact", fact, start, ends.get(start, start), source, text))
    page = {
        "@context": "http://www.w3.org/ns/anno.jsonld", "id": f"{source}#annotations", "type": "AnnotationPage",
        "label": ident, "items": items,
    }  # fmt: skip
    return json.dumps(page, ensure_ascii=False, indent=1) + "\n"


def _annotation(
    number: int, name: str, record: Mapping[str, Any], start: int, end: int, source: str, text: str
) -> dict[str, Any]:
    return {
        "id": f"{source}#a{number + 1}", "type": "Annotation",
        "motivation": "describing" if name == "fact" else "tagging",
        "body": [
            {"type": "TextualBody", "purpose": "tagging", "value": name},
            {
                "type": "TextualBody", "purpose": "describing", "format": "application/json",
                "value": json.dumps(record, ensure_ascii=False),
            },
        ],
        "target": {
            "source": source,
            "selector": [
                {"type": "TextPositionSelector", "start": start, "end": end},
                {
                    "type": "TextQuoteSelector", "exact": text[start:end],
                    "prefix": text[max(0, start - _CONTEXT) : start], "suffix": text[end : end + _CONTEXT],
                },
            ],
        },
    }  # fmt: skip


def from_web_annotation(content: str, text: str) -> Gold:
    """The records of a page or list of annotations; those of others are placed by position, else by their quote."""
    given = _json(content)
    items = given.get("items", [given]) if isinstance(given, dict) else given
    found = _empty()
    facts: list[Any] = []
    for item in items if isinstance(items, list) else []:
        bodies = _list(item.get("body")) if isinstance(item, dict) else []
        bodies = [b for b in bodies if isinstance(b, dict)]
        tags = [b.get("value") for b in bodies if b.get("purpose") == "tagging"]
        kept = next((b.get("value") for b in bodies if b.get("format") == "application/json"), None)
        record = _json(kept) if isinstance(kept, str) else None
        for name in tags:
            if name == "fact":
                facts.append(record)
                continue
            span = _selected(_list(_at(item, "target", "selector")), text)
            if span is None:
                raise UsageError(f"Web Annotation: {item.get('id')}: its target is not in this article")
            _place(found, name, *span, record, text, "Web Annotation")
    found["facts"] = _facts(facts, found)
    return found


def _selected(selectors: Sequence[Any], text: str) -> tuple[int, int] | None:
    """The span that selectors tell; a position counts only while it holds the quote, if there is one."""
    quote = next((s for s in selectors if isinstance(s, dict) and s.get("type") == "TextQuoteSelector"), None)
    position = next((s for s in selectors if isinstance(s, dict) and s.get("type") == "TextPositionSelector"), None)
    exact = str(quote.get("exact", "")) if quote else ""
    if position is not None:
        start, end = position.get("start"), position.get("end")
        if isinstance(start, int) and isinstance(end, int) and (not exact or text[start:end] == exact):
            return start, end
    if quote is None or not exact:
        return None
    prefix = str(quote.get("prefix", ""))
    at = text.find(prefix + exact + str(quote.get("suffix", "")))
    return None if at < 0 else (at + len(prefix), at + len(prefix) + len(exact))


# ------------------------------------------------------------------------------------------------------------------ BIO


def to_bio(gold: Mapping[str, Any], text: str, ident: str) -> str:
    """Columns: a character, its offset, its tag; blanks have no line, a line break ends a block."""
    tags = ["O"] * len(text)
    spans = sorted(_mentions(gold), key=lambda m: (m[1]["start"] - m[1]["end"], m[1]["start"]))
    for kind, record in spans:
        start, end = record["start"], record["end"]
        if any(tag != "O" for tag in tags[start:end]):
            continue
        name = label(kind, record)
        tags[start:end] = [f"B-{name}", *[f"I-{name}"] * (end - start - 1)]
    lines = [f"# id = {' '.join(ident.split())}"]
    for at, (character, tag) in enumerate(zip(text, tags, strict=True)):
        if not character.isspace():
            lines.append(f"{character}\t{at}\t{tag}")
        elif character == "\n" and tag == "O" and lines[-1]:
            lines.append("")
    return "\n".join(lines).rstrip("\n") + "\n"


def from_bio(content: str, text: str) -> Gold:
    """The spans of columns: a character, perhaps its offset, and its tag last; without offsets they are counted."""
    found = _empty()
    at, begun, open_ = 0, 0, ""
    end = 0

    def close() -> None:
        nonlocal open_
        if open_:
            _place(found, open_, begun, end, None, text, "BIO")
        open_ = ""

    for number, line in enumerate(content.split("\n"), 1):
        cells = line.rstrip("\r").split("\t")
        if len(cells) < 2:
            continue  # a blank line, or a remark
        if len(cells) > 2 and cells[1].isdecimal():
            at = int(cells[1])
        else:
            while at < len(text) and text[at].isspace():
                at += 1
        if text[at : at + 1] != cells[0]:
            raise UsageError(f"BIO: line {number}: {cells[0]!r} is not what stands at {at} of this article")
        prefix, _, name = cells[-1].partition("-")
        if prefix != "I" or name != open_:
            close()
            if prefix in ("B", "I"):
                begun, open_ = at, name
        at += 1
        end = at
    close()
    return found


# --------------------------------------------------------------------------------------------------------------- shared


def _json(content: str) -> Any:
    try:
        return json.loads(content)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"not JSON: {error}") from None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _at(value: Any, *keys: str) -> Any:
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value


def _facts(given: Any, found: Gold) -> list[Any]:
    """The facts whose figure is still there."""
    starts = {record["start"] for kind in ("quantity", "ordinal") for record in found[kind]}
    return [f for f in given or [] if isinstance(f, dict) and f.get("q_start") in starts]


class Form(NamedTuple):
    """A form of another tool: how gold is written in it (gold, text, id), how it is read (content, text)."""

    write: Callable[[Mapping[str, Any], str, str], str]
    read: Callable[[str, str], Gold]
    media: str
    suffix: str


FORMS: Final = {
    "label-studio": Form(to_label_studio, from_label_studio, "application/json", ".label-studio.json"),
    "web-annotation": Form(to_web_annotation, from_web_annotation, "application/ld+json", ".anno.jsonld"),
    "bio": Form(to_bio, from_bio, "text/plain", ".bio.tsv"),
}
