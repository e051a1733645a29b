"""The compiled rule pack: what `compile` makes, what is shipped, what the engine runs. Plain data, stored as msgpack.

msgpack and not pickle, since packs and rules may come from strangers.
"""

from __future__ import annotations

from typing import Any

import msgspec

from ..errors import RuleError

FORMAT = "zhextract-pack/2"

START, END, NOTHING = -1, -2, -3
"""Where a capturing group goes that fills no slot: the span marks `<` and `>`, or nowhere."""

FIRST = 1_000_000_000
"""The priority that `priority: first` means: before all other rules, however long what they match. See `resolve`."""


FOLDS = (
    "money", "percent", "percentage_point", "count", "ratio", "length", "area", "volume", "mass", "speed", "power",
    "energy", "temperature", "duration", "data", "number", "other", "multiple", "doubling", "grouping", "ordinal",
    "rank", "time", "person", "org", "place", "work",
)  # fmt: skip
"""What rules on mentions see of a mention: its kind, as one private-use character from `FOLD_BASE` on."""
FOLD_BASE = 0xE000
FOLD_CLASSES = {
    "quantity": FOLDS[:19],
    "figure": FOLDS[:22],
    "rate": ("percent", "percentage_point", "ratio", "multiple", "doubling"),
    "part": ("percent", "ratio"),
    "size": ("length", "area", "volume", "mass", "speed", "power", "energy", "data", "other"),
    "actor": ("person", "org", "place"),
    "entity": FOLDS[23:],
}
"""Classes that rules may name besides the kinds themselves (`{q:@rate}`)."""


def folded(name: str) -> str | None:
    """The characters that `@name` stands for; None: there is no such kind or class."""
    kinds = FOLD_CLASSES.get(name) or ((name,) if name in FOLDS else None)
    return None if kinds is None else "".join(chr(FOLD_BASE + FOLDS.index(kind)) for kind in kinds)


EDGE = "\0"
"""In the characters that a regex can begin with: the edge of the text."""


class Regex(msgspec.Struct, frozen=True, array_like=True, tag="re"):
    """A stretch of pattern as stdlib `re` source. `groups[i]` is the slot that group i+1 fills (or START, END)."""

    source: str
    groups: tuple[int, ...]
    first: str | None  # characters it can begin with, EDGE for that of the text; None: any
    nullable: bool
    second: str | None  # characters that can stand second in a match, as `first`
    single: bool  # a match may have one character


class Lookup(msgspec.Struct, frozen=True, array_like=True, tag="lex"):
    """The longest entry of a lexicon that stands here."""

    union: int
    slot: int
    optional: bool


class Numeral(msgspec.Struct, frozen=True, array_like=True, tag="num"):
    """The numeral expression that stands here, read by a reader."""

    reader: int
    slot: int
    optional: bool


class SpanMark(msgspec.Struct, frozen=True, array_like=True, tag="mark"):
    """The mark `<` (start) or `>` between two steps."""

    start: bool


class Name(msgspec.Struct, frozen=True, array_like=True, tag="name"):
    """The name that begins here, read by one of the readers of names."""

    reader: str
    slot: int
    optional: bool


Step = Regex | Lookup | Numeral | Name | SpanMark


class Reader(msgspec.Struct, frozen=True, array_like=True):
    """How a numeral is read: `number` as it is; `int` within bounds, with something added, padded with zeros.

    `like`: what its characters must look like, a stdlib `re` for the whole of them.
    """

    read: str
    low: int | None
    high: int | None
    pad: int
    add: int
    length: int
    like: str | None


class Variant(msgspec.Struct, frozen=True, array_like=True):
    """A rule, cut at its anchor (one variant a branch that holds the anchor)."""

    rule: int
    anchor_slot: int
    reader: int  # of a numeral anchor; -1 for a literal anchor
    union: int  # of a lexicon anchor; -1 when the anchor is plain literals
    literals: tuple[str, ...]
    name_left: Name | None  # the name that ends at the anchor
    left: Regex | None
    right: tuple[Step, ...]
    stops: bool  # the span ends where the anchor begins
    marked: bool  # the pattern holds '<': the span starts there, else at the match's start
    slots: tuple[str, ...]
    where: tuple[str, ...]
    unions: tuple[int, ...]  # a slot each: the union its text is looked up in, -1 for plain text or a numeral


Piece = tuple[tuple[int, str | None], ...] | str
"""Of a template: literal text, or the alternatives (slot, column) of a reference; the first that is not null wins."""


class Template(msgspec.Struct, frozen=True, array_like=True):
    """Alternatives, each a row of pieces; the first whose references are all filled is the value."""

    rows: tuple[tuple[Piece, ...], ...]


class PackedRule(msgspec.Struct, frozen=True, array_like=True):
    """What is kept of a rule besides its variants: where it stands, what it emits."""

    id: str
    file: str
    line: int
    type: str
    priority: int
    fields: dict[str, Template]
    terms: tuple[tuple[int, int], ...]  # quantity: (number slot, unit slot) a term


class Union(msgspec.Struct, frozen=True, array_like=True):
    """Lexicons read as one; the first named wins. `only`: column and value that their rows must have."""

    lexicons: tuple[str, ...]
    only: tuple[str, str] | None


class RulePack(msgspec.Struct, frozen=True):
    """A compiled rule set: all that the extractor needs of the rule files."""

    format: str
    digest: str  # of the rule files
    lexicons: dict[str, dict[str, dict[str, str | None]]]
    unions: tuple[Union, ...]
    readers: tuple[Reader, ...]
    rules: tuple[PackedRule, ...]
    variants: tuple[Variant, ...]
    tables: dict[str, Any]  # what normalize and segment read
    fact_rules: tuple[PackedRule, ...] = ()  # those over mentions; their variants count rules from 0
    fact_variants: tuple[Variant, ...] = ()


def table(pack: RulePack, name: str, *columns: str) -> dict[str, dict[str, str | None]]:
    """The rows of a table that the code itself reads. Raises RuleError where it or one of its columns is missing."""
    rows = pack.lexicons.get(name)
    if rows is None:
        raise RuleError(f"the rule set has no table {name}", file=f"{name}.tsv", hint="copy it from the built-in rules")
    for column in columns:
        if any(column not in row for row in rows.values()):
            raise RuleError(f"no column {column!r}", file=f"{name}.tsv", line=1)
    return rows
