"""Gold: what a reviewer says stands in an article, in the form of the record scheme; checked, saved, with its history.

Beside an article `NAME.txt` lie `NAME.gold.json`, which is replaced as a whole, and `NAME.gold.history`, a line of JSON
for every save. A gold file holds the lists `quantity`, `ordinal`, `time`, `entity` and `facts`; records have no ids and
no rules, an entity has its `name`, a fact the start of its figure as `q_start`.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO, Final

import msgspec

from .. import edtf
from .. import records as r
from ..write import replacing

MENTIONS: Final = ("quantity", "ordinal", "time", "entity")
LISTS: Final = (*MENTIONS, "facts")
FIELDS: Final = {
    "quantity": ("start", "end", "text", "value", "lower", "upper", "unit", "kind", "mod", "object"),
    "ordinal": ("start", "end", "text", "value", "unit"),
    "time": ("start", "end", "text", "edtf", "first", "last", "mod"),
    "entity": ("start", "end", "text", "label", "name", "title"),
    "facts": (
        "subject", "indicator", "type", "value", "lower", "upper", "unit", "mod", "basis", "whole", "time", "q_start",
    ),
}  # fmt: skip
"""The fields of each list's records, in their order."""

_NUMBER: Final = re.compile(r"-?[0-9]+(?:\.[0-9]+)?(?:/[1-9][0-9]*)?")

Gold = dict[str, Any]


class _Entity(r.Mention, frozen=True, tag_field="type", tag="entity"):
    """A name as gold has it."""

    label: r.Label
    name: str
    title: str | None = None


class _Fact(msgspec.Struct, frozen=True):
    """A fact as gold has it."""

    subject: str | None
    indicator: str | None
    type: r.FactType
    value: str | None
    lower: str | None
    upper: str | None
    unit: str
    mod: r.Mod | None
    basis: str | None
    whole: str | None
    time: str | None
    q_start: int


_TYPES: Final = {"quantity": r.Quantity, "ordinal": r.Ordinal, "time": r.Time, "entity": _Entity, "facts": _Fact}


def of_document(document: Mapping[str, Any], text_file: str | None = None) -> Gold:
    """The records of a document (as a dict) as gold has them."""
    names = {entity["id"]: entity["name"] for entity in document["entities"]}
    starts = {m["id"]: m["start"] for m in document["mentions"]}
    gold: Gold = {"text_file": text_file or document["source"]["name"], "published": document["published"]}
    for kind in MENTIONS:
        found = [m for m in document["mentions"] if m["type"] == kind]
        if kind == "entity":
            found = [{**m, "name": names.get(m["entity"], m["text"])} for m in found]
        gold[kind] = [_plain(kind, m) for m in found]
    gold["facts"] = [_plain("facts", {**f, "q_start": starts.get(f["quantity"])}) for f in document["facts"]]
    return gold


def _plain(kind: str, record: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that gold has; a title only where there is one."""
    return {f: record.get(f) for f in FIELDS[kind] if f != "title" or record.get(f) is not None}


def check(gold: Mapping[str, Any], text: str) -> list[str]:
    """What is wrong with the records of a gold, each as a line to read; nothing: it can be saved."""
    faults: list[str] = []
    figures: set[int] = set()
    for kind in LISTS:
        rows = gold.get(kind, [])
        if not isinstance(rows, list):
            faults.append(f"{kind}: not a list")
            continue
        seen: set[tuple[int, int]] = set()
        for record in rows:
            fault = _fault(kind, record, text)
            if fault is not None:
                faults.append(f"{kind} {_name(record)}: {fault}")
            elif kind != "facts":
                span = (record["start"], record["end"])
                if span in seen:
                    faults.append(f"{kind} {_name(record)}: stands here twice")
                seen.add(span)
                if kind in ("quantity", "ordinal"):
                    figures.add(record["start"])
            elif record["q_start"] not in figures:
                faults.append(f"{kind} {_name(record)}: no figure begins at {record['q_start']}")
    return faults


def _fault(kind: str, record: Any, text: str) -> str | None:
    if not isinstance(record, dict):
        return "not an object"
    extra = set(record) - set(FIELDS[kind])
    if extra:
        return f"no such field: {min(extra)}"
    hidden = {"id": "", "rule": "", "type": kind} if kind != "facts" else {}
    try:
        msgspec.convert({**hidden, **record}, _TYPES[kind], strict=True)
    except msgspec.ValidationError as error:
        return str(error)
    if kind != "facts" and not 0 <= record["start"] < record["end"] <= len(text):
        return f"no span of this article, which has {len(text)} characters"
    for field in ("value", "lower", "upper"):
        value = record.get(field)
        if value is not None and not _NUMBER.fullmatch(value):
            return f"{field} is no number: {value}; write 1234.5, or 1/3"
    when = record.get("edtf") if kind == "time" else record.get("time")
    if when is not None and not edtf.is_valid(when):
        return f"no EDTF: {when}; write 2025-06 or 2021/2025"
    return None


def _name(record: Any) -> str:
    if not isinstance(record, dict):
        return "?"
    said = record.get("text") or record.get("indicator") or ""
    return f"\u201c{said}\u201d at {record.get('start', record.get('q_start'))}"


def in_order(gold: Mapping[str, Any], text_file: str, published: str | None) -> Gold:
    """The gold of an article with its records by place and its keys in their order."""
    out: Gold = {"text_file": text_file, "published": published}
    for kind in LISTS:
        rows = [_plain(kind, record) for record in gold.get(kind, [])]
        out[kind] = sorted(rows, key=_place)
    return out


def _place(record: Mapping[str, Any]) -> tuple[int, int, str]:
    if "q_start" in record:
        return record["q_start"], 0, json.dumps(record, ensure_ascii=False)
    return record["start"], -record["end"], ""


def as_text(gold: Mapping[str, Any]) -> str:
    """A gold file: a line a record, so that a change shows as one.

    >>> print(as_text({"text_file": "a.txt", "published": None, "time": [{"start": 0}], "facts": []}), end="")
    {"text_file": "a.txt", "published": null,
    "time": [
     {"start": 0}
    ],
    "facts": []}
    """
    head = ", ".join(f"{json.dumps(k)}: {_line(v)}" for k, v in gold.items() if k not in LISTS)
    blocks = [head]
    for kind in LISTS:
        if kind in gold:
            rows = ",\n ".join(map(_line, gold[kind]))
            blocks.append(f'"{kind}": [\n {rows}\n]' if rows else f'"{kind}": []')
    return "{" + ",\n".join(blocks) + "}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


# ---------------------------------------------------------------------------------------------------------------- files


def gold_file(article: Path) -> Path:
    """Where the gold of an article lies."""
    return article.with_name(f"{article.stem}.gold.json")


def history_file(article: Path) -> Path:
    """Where its history lies; not `.jsonl`, since it holds no articles."""
    return article.with_name(f"{article.stem}.gold.history")


def read(article: Path) -> tuple[Gold | None, str]:
    """The gold of an article (None: there is none) and its version. Raises OSError, and ValueError for no JSON."""
    try:
        raw = gold_file(article).read_bytes()
    except FileNotFoundError:
        return None, ""
    return json.loads(raw), hashlib.sha256(raw).hexdigest()


def last(article: Path) -> dict[str, Any]:
    """The last entry of the history that is whole; empty when there is none."""
    try:
        lines = history_file(article).read_bytes().splitlines()
    except FileNotFoundError:
        return {}
    for line in reversed(lines):
        try:
            entry: dict[str, Any] = json.loads(line)
        except ValueError:
            continue  # cut short when the machine stopped
        return entry
    return {}


def save(article: Path, gold: Mapping[str, Any], verdicts: Iterable[Mapping[str, Any]]) -> str:
    """Save a gold and note it in the history; the version. Either whole or as before. Raises OSError."""
    content = as_text(gold).encode()
    version = hashlib.sha256(content).hexdigest()
    now = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
    entry = {"at": now, "version": version, "gold": gold, "verdicts": list(verdicts)}
    path = gold_file(article)
    with replacing(path) as file:
        _to_disk(file, content)
        with history_file(article).open("ab") as history:
            _to_disk(history, _line(entry).encode() + b"\n")
    return version


def _to_disk(file: BinaryIO, content: bytes) -> None:
    """Write, and wait until it is on the disk."""
    file.write(content)
    file.flush()
    os.fsync(file.fileno())
