"""Taking differences over into golden fixtures, with the reason; and making new fixtures."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import msgspec

from ..errors import UsageError
from ..pipeline import Extractor
from ..read import Article
from ..write import write_file
from .golden import Difference, Fixture, Record, Verdict, history_of
from .plain import LISTS, assembled, plain

_HIDDEN: Final = ("rule", "confidence", "reason", "evidence", "subject_entity")
"""Fields of a record that annotations don't have."""


def known(chosen: Sequence[tuple[Fixture, Difference]], reason: str) -> None:
    """Let differences stand: the fixtures are right and stay as they are. Raises OSError."""
    _record((f.path, _entry("known", d, reason)) for f, d in chosen)


def accept(
    chosen: Sequence[tuple[Fixture, Difference]],
    documents: Mapping[tuple[Path, str], Record],
    reason: str,
    *,
    correct_gold: bool,
) -> None:
    """Change fixtures to what was found; all files are checked before the first is written.

    `documents` are those that the differences come from, by file and id. Raises UsageError for a fixture that was
    written by hand, unless `correct_gold`.
    """
    by_hand = next((f for f, _ in chosen if f.by_hand), None)
    if by_hand is not None and not correct_gold:
        raise UsageError(
            f"{by_hand.path}: was written by hand, output does not overwrite it; "
            "--correct-gold REASON changes it where it is wrong, --known REASON lets the difference stand"
        )
    changed: dict[Path, dict[int, dict[str, Any]]] = {}
    for fixture, ds in _by_fixture(chosen):
        document = documents[fixture.path, fixture.id]
        data = _corrected(fixture, ds) if fixture.by_hand else _merged(fixture, ds, document)
        changed.setdefault(fixture.path, {})[fixture.line] = data
    files = [(path, _text(path, rows)) for path, rows in changed.items()]
    for path, text in files:
        write_file(path, text.encode())
    _record((f.path, _entry("correct" if f.by_hand else "accept", d, reason)) for f, d in chosen)


def mended(gone: Iterable[tuple[Path, Mapping[str, Any]]]) -> None:
    """Write that known differences are gone, so that they are new when they come back. Raises OSError."""
    _record(
        (path, {"act": "mended", "mark": line["mark"], "fixture": line["difference"]["fixture"]}) for path, line in gone
    )


def _entry(act: str, d: Difference, reason: str) -> dict[str, Any]:
    today = datetime.datetime.now(datetime.UTC).date().isoformat()
    return {"act": act, "mark": d.mark, "rule": d.rule, "reason": reason, "on": today, "difference": d.said}


def _record(entries: Iterable[tuple[Path, dict[str, Any]]]) -> None:
    by_file: dict[Path, list[dict[str, Any]]] = {}
    for path, entry in entries:
        by_file.setdefault(path, []).append(entry)
    for path, lines in by_file.items():
        history = history_of(path)
        history.lines += lines
        history.write()


def _by_fixture(chosen: Iterable[tuple[Fixture, Difference]]) -> list[tuple[Fixture, list[Difference]]]:
    found: dict[tuple[Path, int], tuple[Fixture, list[Difference]]] = {}
    for fixture, d in chosen:
        found.setdefault((fixture.path, fixture.line), (fixture, []))[1].append(d)
    return list(found.values())


# ------------------------------------------------------------------------------------------------------------- changing


def _corrected(fixture: Fixture, ds: Iterable[Difference]) -> dict[str, Any]:
    """Annotations with differences taken over, records by place."""
    data = {k: list(v) if k in LISTS else v for k, v in fixture.data.items()}
    for d in ds:
        records: list[dict[str, Any]] = data.setdefault(d.type, [])
        made = None if d.found is None else _annotation(d, records)
        if d.gold is not None:
            records.remove(dict(d.gold))
        if made is not None:
            records.append(made)
        records.sort(key=lambda record: (record.get("start", record.get("q_start")) or 0, record.get("end") or 0))
    return data


def _annotation(d: Difference, neighbours: Sequence[Record]) -> dict[str, Any]:
    """What was found as an annotation: with the fields of those beside it; of a changed one with what differs."""
    found = d.found or {}
    if d.gold is None:
        fields = list(neighbours[0] if neighbours else found)
        return {k: found[k] for k in fields if k in found and k not in _HIDDEN}
    taken = {*d.fields, "text"} if {"start", "end"} & {*d.fields} else {*d.fields}
    return {k: found.get(k, v) if k in taken else v for k, v in d.gold.items()}


def _merged(fixture: Fixture, ds: Iterable[Difference], document: Record) -> dict[str, Any]:
    """A document with differences taken over."""
    records = plain(fixture.data)
    old, new = fixture.data, document
    entities = {(e["label"], e["name"]): e for e in (*old["entities"], *new["entities"])}
    data: dict[str, Any] = {**old, "entities": list(entities.values())}
    for d in ds:
        if d.type == "document":
            data |= {name: new[name] for name in d.fields}
            continue
        if d.gold is not None:
            records[d.type] = [record for record in records[d.type] if record != d.gold]
        if d.found is not None:
            records[d.type].append(dict(d.found))
    return assembled(data, records)


# -------------------------------------------------------------------------------------------------------------- writing


def _text(path: Path, rows: Mapping[int, dict[str, Any]]) -> str:
    """The file with some of its fixtures replaced."""
    if path.suffix == ".json":
        (data,) = rows.values()
        return document_text(data) if "mentions" in data else annotation_text(data)
    lines = path.read_text(encoding="utf-8").split("\n")
    for number, data in rows.items():
        lines[number - 1] = json.dumps(data, ensure_ascii=False)
    return "\n".join(lines)


def document_text(data: Mapping[str, Any]) -> str:
    """A document as a file, indented."""
    return msgspec.json.format(msgspec.json.encode(data), indent=2).decode() + "\n"


def annotation_text(data: Mapping[str, Any]) -> str:
    """Annotations as a file: a line a record, so that a change shows as one.

    >>> print(annotation_text({"text_file": "a.txt", "published": None, "time": [{"start": 0}], "facts": []}), end="")
    {"text_file": "a.txt", "published": null,
    "time": [
     {"start": 0}
    ],
    "facts": []}
    """
    head = [f"{json.dumps(k)}: {_line(v)}" for k, v in data.items() if k not in LISTS]
    blocks = [", ".join(head)] if head else []
    for kind in LISTS:
        if kind in data:
            rows = ",\n ".join(_line(record) for record in data[kind])
            blocks.append(f'"{kind}": [\n {rows}\n]' if rows else f'"{kind}": []')
    return "{" + ",\n".join(blocks) + "}\n"


def _line(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def new_fixture(article: Article, source: Path, extractor: Extractor, published: str | None, *, by_hand: bool) -> str:
    """The text of a fixture for an article: its document, or the same as annotations for a hand to correct."""
    document = extractor.extract(
        article.text, published or article.published, id=article.id, name=source.name,
        encoding=article.encoding, sha256=article.sha256,
    ).to_dict()  # fmt: skip
    head = {"text_file": source.name, "published": document["published"]}
    if not by_hand:
        return document_text({**head, **document})
    records = plain(document)
    lists = {kind: [{k: v for k, v in r.items() if k not in _HIDDEN} for r in records[kind]] for kind in LISTS}
    return annotation_text({**head, **lists})


def pick(
    verdict: Verdict, marks: Sequence[str], rules: Sequence[str], *, everything: bool
) -> list[tuple[Fixture, Difference]]:
    """The new differences that are named by mark or rule. Raises UsageError for a name that none has."""
    if everything:
        return list(verdict.new)
    chosen = [(f, d) for f, d in verdict.new if d.mark in marks or d.rule in rules]
    seen = {d.mark for _, d in chosen} | {d.rule for _, d in chosen}
    lost = [name for name in (*marks, *rules) if name not in seen]
    if lost:
        raise UsageError(f"no new difference {lost[0]!r}; zhextract golden diff shows their marks")
    return chosen
