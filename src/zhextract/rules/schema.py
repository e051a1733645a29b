"""The shape of rule files, as `load` reads them and `compile` takes them."""

from __future__ import annotations

from typing import Any

import msgspec

LAYERS = ("text", "mentions")
READERS = ("number", "int", "name", "person")
NAME_READERS = ("name", "person")
WHERE = ("word_edges", "word_start", "word_end", "word_free")
"""Conditions on the span of a mention: `word_edges`, that words begin and end at its edges; `word_start`, that a word
begins at its start; `word_end`, that a word ends at its end and its start cuts no word of the dictionary; `word_free`,
that neither does."""
EMITS = {
    "quantity": frozenset({"kind", "unit", "scale", "mod", "value", "times", "object"}),
    "ordinal": frozenset({"unit", "value"}),
    "time": frozenset({"edtf", "mod", "open", "within"}),
    "entity": frozenset({"label", "name", "title", "within"}),
    "alias": frozenset({"owner"}),
    "code": frozenset({"owner"}),
    "link": frozenset(),
    "list": frozenset({"label", "owner"}),
    "exclude": frozenset(),
    "context": frozenset({"key", "value"}),
}
"""What a rule on text can emit: the fields it may set, a type each."""
_FACT = frozenset({"basis", "sign", "whole", "indicator", "unit", "note"})
FACT_EMITS = {
    "level": _FACT, "change": _FACT, "share": _FACT, "target": _FACT, "rank": _FACT,
    "none": frozenset(), "plan": frozenset({"note"}), "pair": frozenset({"note", "unit", "whole"}),
}  # fmt: skip
"""What a rule on mentions can emit; see `facts`."""


class Example(msgspec.Struct, frozen=True, kw_only=True):
    """A text with its marked span; `expect` holds the fields to find there (None: the field is null)."""

    text: str
    start: int | None
    end: int | None
    expect: dict[str, str | None]
    published: str | None
    known_miss: bool
    line: int


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One rule as written."""

    id: str
    doc: str
    pattern: str
    anchor: str
    emit: dict[str, Any]
    priority: int
    where: tuple[str, ...]
    examples: tuple[Example, ...]
    counterexamples: tuple[Example, ...]
    file: str
    line: int
    pattern_line: int


class Def(msgspec.Struct, frozen=True, kw_only=True):
    """A named sub-pattern: a pattern, one or more lexicons, or a typed reading of a number."""

    name: str
    pattern: str | None = None
    lexicons: tuple[str, ...] = ()
    read: str | None = None
    options: dict[str, str] = {}
    file: str
    line: int


class Lexicon(msgspec.Struct, frozen=True, kw_only=True):
    """A table: surface to its row (column to cell, None where the cell is empty)."""

    name: str
    columns: tuple[str, ...]
    rows: dict[str, dict[str, str | None]]
    lines: dict[str, int]
    file: str


class RuleSource(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that was read from one or more rule folders, not yet compiled."""

    rules: tuple[Rule, ...]
    defs: dict[str, dict[str, Def]]  # file -> name -> Def; the shared ones under ""
    lexicons: dict[str, Lexicon]
    layers: dict[str, str]  # rule id -> layer
