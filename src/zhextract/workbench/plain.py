"""Documents as lists of records that name each other by what they are, not by ids: what can be compared and edited."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

Plain = dict[str, list[dict[str, Any]]]
"""The records of a text by type: quantity, ordinal, time, entity, facts."""

MENTIONS: Final = ("quantity", "ordinal", "time", "entity")
LISTS: Final = (*MENTIONS, "facts")


def plain(document: Mapping[str, Any]) -> Plain:
    """The records of a document: names carry that of their entity, facts the start of their quantity (`q_start`)."""
    names = {e["id"]: e["name"] for e in document["entities"]}
    starts = {m["id"]: m["start"] for m in document["mentions"]}
    out: Plain = {kind: [] for kind in LISTS}
    for mention in document["mentions"]:
        record = {k: v for k, v in mention.items() if k not in ("id", "type", "entity")}
        if mention["type"] == "entity":
            record["name"] = names[mention["entity"]]
        out[mention["type"]].append(record)
    for fact in document["facts"]:
        record = {k: v for k, v in fact.items() if k not in ("id", "quantity", "subject_entity")}
        owner = fact["subject_entity"]
        out["facts"].append(
            {**record, "subject_entity": None if owner is None else names[owner], "q_start": starts[fact["quantity"]]}
        )
    return out


def assembled(document: Mapping[str, Any], records: Plain) -> dict[str, Any]:
    """The document with other records: ids are given anew, entities are those that the names are of.

    `document` tells all else, and the aliases of entities that it knows.
    """
    aliases = {(e["label"], e["name"]): e["aliases"] for e in document["entities"]}
    rows = [(kind, record) for kind in MENTIONS for record in records[kind]]
    rows.sort(key=lambda row: (row[1]["start"], row[1]["end"]))
    entities: dict[tuple[str, str], str] = {}
    mentions = []
    for number, (kind, record) in enumerate(rows, 1):
        mention = {"type": kind, "id": f"m{number}", **record}
        if kind == "entity":
            key = record["label"], record.get("name") or record["text"]
            mention.pop("name", None)
            mention["entity"] = entities.setdefault(key, f"e{len(entities) + 1}")
        mentions.append(mention)
    ids = {m["start"]: m["id"] for m in mentions if m["type"] in ("quantity", "ordinal")}
    named = {name: ident for (_, name), ident in entities.items()}
    facts: list[dict[str, Any]] = []
    for fact in sorted(records["facts"], key=lambda f: f["q_start"]):
        if fact["q_start"] in ids:
            kept = {k: v for k, v in fact.items() if k != "q_start"}
            owner = named.get(fact.get("subject_entity") or "")
            facts.append(
                {"id": f"f{len(facts) + 1}", **kept, "subject_entity": owner, "quantity": ids[fact["q_start"]]}
            )
    made = [
        {"id": ident, "label": label, "name": name, "aliases": aliases.get((label, name), [])}
        for (label, name), ident in entities.items()
    ]
    return {**document, "mentions": mentions, "entities": made, "facts": facts}
