"""The JSON Schema of rule files, for editors: from the same constants and types that the loader goes by."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final, get_args

import msgspec

from ..examples import RECORDS
from ..records import Fact, Label, Mod, QuantityKind, TimeMod
from ..rules import load
from ..rules.schema import EMITS, FACT_EMITS, LAYERS, READERS, WHERE

LINE: Final = "# yaml-language-server: $schema="
"""What tells an editor the schema of a file, before its path."""
_TEXT: Final = {"type": ["string", "number", "boolean", "null"]}
"""A scalar: editors see numbers, dates and null where the loader sees text."""
_WHOLE: Final = {"type": ["integer", "string"], "pattern": "^-?[0-9]+$"}
_DOC: Final = {
    "layer": "text (the default): rules on text; mentions: rules over mentions, for facts.",
    "defs": "Sub-patterns of this file: name to definition. They hide those of the same name in core.yml.",
    "rules": "The rules, in the order in which equals win.",
    "disable": "Ids of rules to switch off, in a folder laid over the built-in rules.",
    "id": "family.name, lower case, unique; every record carries it.",
    "doc": "What it is for.",
    "pattern": "What it matches: {sub-pattern}, {slot:sub-pattern}, ( a | b ), x?, x{0,3}, looks; <…> is the span.",
    "anchor": "The slot where matching starts: the rarest part.",
    "emit": "The type of record and its fields, templates with {slot} and {slot.column}.",
    "priority": "Decides between equally long candidates; first: before all other rules.",
    "where": "Conditions on the span.",
    "examples": "Texts that must give the record: a<b>c, or a<b>c: {field: value}; (a|b)<c> is two.",
    "not": "Texts in which this rule must find nothing; with a mark, in which nothing of its type touches the mark.",
    "lexicon": "One lexicon, or several that are read as one.",
    "only": "column=value: only rows that have it.",
    "read": "How a numeral, or a name, is read.",
    "like": "A regular expression for the whole numeral.",
    "min": "The least number.", "max": "The greatest number.", "pad": "Zeros up to so many characters.",
    "add": "Added to the number.", "length": "How many characters the numeral has.",
    "published": "The date of publication of the example.",
    "status": "known_miss: it does not work yet.",
}  # fmt: skip
_VALUES: Final[dict[str, tuple[str, ...]]] = {
    "kind": get_args(QuantityKind), "mod": (*get_args(Mod), *get_args(TimeMod)), "open": ("since", "until", "before"),
    "label": get_args(Label),
}  # fmt: skip
"""Closed lists of values, offered beside templates."""


def rule_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a rule file."""
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "zhextract rule file",
        **_object(
            load.FILE_KEYS,
            {
                "layer": {"enum": list(LAYERS)},
                "defs": {"type": ["object", "null"], "additionalProperties": {"$ref": "#/$defs/sub-pattern"}},
                "rules": {"type": ["array", "null"], "items": {"$ref": "#/$defs/rule"}},
                "disable": {"type": "array", "items": {"type": "string"}},
            },
        ),
        "$defs": {
            "rule": {
                **_object(
                    load.RULE_KEYS,
                    {
                        "id": {"type": "string", "pattern": f"^{_plain(load.ID)}$"},
                        "doc": _TEXT,
                        "pattern": {"type": "string"},
                        "anchor": {"type": "string", "pattern": f"^{_plain(load.NAME)}$"},
                        "emit": {"$ref": "#/$defs/emit"},
                        "priority": {"anyOf": [_WHOLE, {"enum": ["first"]}]},
                        "where": {"type": "array", "items": {"enum": list(WHERE)}},
                        "examples": {"type": ["array", "null"], "items": {"$ref": "#/$defs/example"}},
                        "not": {"type": ["array", "null"], "items": {"$ref": "#/$defs/example"}},
                    },
                ),
                "required": ["id", "pattern", "anchor", "emit"],
            },
            "sub-pattern": {"anyOf": [{"type": "string"}, *_definitions()]},
            "emit": {
                "type": "object",
                "required": ["type"],
                "properties": {"type": {"enum": [*EMITS, *FACT_EMITS]}},
                "oneOf": [_emit(name, fields) for name, fields in (EMITS | FACT_EMITS).items()],
            },
            "example": _example(),
        },
    }


def _object(keys: Iterable[str], properties: dict[str, Any]) -> dict[str, Any]:
    """An object with these keys only, each with what it is for."""
    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: {"description": _DOC[key], **properties[key]} for key in keys},
    }


def _plain(pattern: re.Pattern[str]) -> str:
    return pattern.pattern


def _definitions() -> list[dict[str, Any]]:
    """What a sub-pattern can be that is no pattern."""
    options = dict.fromkeys(("min", "max", "pad", "add", "length"), _WHOLE) | {"like": {"type": "string"}}
    lexicon = {
        "lexicon": {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]},
        "only": {"type": "string", "pattern": "^[a-z_]+=.+$"},
    }
    reading = {"read": {"enum": list(READERS)}, **options}
    keys = [[key for key in load.DEF_KEYS if key in properties] for properties in (lexicon, reading)]
    return [
        {**_object(keys[0], lexicon), "required": ["lexicon"]},
        {**_object(keys[1], reading), "required": ["read"]},
    ]


def _emit(name: str, fields: Iterable[str]) -> dict[str, Any]:
    properties: dict[str, Any] = {"type": {"const": name}}
    for field in sorted(fields):
        one: dict[str, Any] = {"type": ["string", "number"]}
        if field in _VALUES:
            one = {"anyOf": [{"enum": list(_VALUES[field])}, one]}
        properties[field] = {"anyOf": [one, {"type": "array", "items": one}]}
    return {"type": "object", "additionalProperties": False, "properties": properties, "required": ["type"]}


def _example() -> dict[str, Any]:
    records: list[type[msgspec.Struct]] = [*RECORDS.values(), Fact]
    fields = {name for record in records for name in record.__struct_fields__} | {"rule", "name"}
    known: dict[str, Any] = dict.fromkeys(sorted(fields), _TEXT)
    known["published"] = {**_TEXT, "description": _DOC["published"]}
    known["status"] = {"enum": ["known_miss"], "description": _DOC["status"]}
    expected = {"type": ["object"], "properties": known, "additionalProperties": False}
    return {
        "anyOf": [
            {"type": ["string", "number"]},
            {"type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": expected},
        ]
    }


def schema_text() -> str:
    """The schema as the file that editors read."""
    return json.dumps(rule_schema(), indent=1, ensure_ascii=False) + "\n"


def mark(folder: Path, schema: str) -> list[Path]:
    """Put the line for editors at the head of each rule file of a folder that has none; the files that were changed.

    `schema` is the schema's path from the folder on, or an address. Raises OSError.
    """
    from ..write import write_file

    changed = []
    for path in sorted(folder.rglob("*.yml")):
        text = path.read_text(encoding="utf-8")
        if LINE in text:
            continue
        depth = len(path.relative_to(folder).parts) - 1
        where = schema if "://" in schema else "../" * depth + schema
        write_file(path, f"{LINE}{where}\n{text}".encode())
        changed.append(path)
    return changed
