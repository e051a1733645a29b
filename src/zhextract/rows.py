"""Documents as flat rows, for spreadsheets and databases: four tables, a row a record, the same columns everywhere.

`document` numbers the documents of an output; with a record's own `id` it is the key of a row.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from string import ascii_letters
from typing import Any, Final, NamedTuple

from . import edtf
from . import records as r
from .numerals import Numerals
from .rules.pack import RulePack, table

VERSION: Final = "1"
"""Of the columns below; it counts up when a column is removed or changes its meaning, not when one is added."""

STRING, INTEGER, STRINGS = "string", "int64", "list<string>"


class Column(NamedTuple):
    """A column: its name, type and meaning."""

    name: str
    type: str
    meaning: str


_KEY: Final = (Column("document", INTEGER, "number of the document in this output"),)
_RECORD: Final = (
    Column("id", STRING, "id of the record in its document"),
    Column("article", STRING, "id of the article"),
    Column("published", STRING, "ISO date of publication"),
)
_VALUE: Final = (
    Column("value", STRING, "exact decimal, or a fraction such as 1/3"),
    Column("lower", STRING, "lower bound of a range"),
    Column("upper", STRING, "upper bound of a range"),
    Column("unit", STRING, "UCUM, ISO 4217, or {classifier}"),
    Column("mod", STRING, "MORE_THAN, EQUAL_OR_MORE, LESS_THAN, EQUAL_OR_LESS, APPROX; of a time START, MID, END"),
)

TABLES: Final[Mapping[str, tuple[Column, ...]]] = {
    "documents": (
        *_KEY,
        Column("article", STRING, "id of the article"),
        Column("source", STRING, "name of the input it came from"),
        Column("sha256", STRING, "of the input's bytes, in tables and JSON lines of the text"),
        Column("encoding", STRING, "of the input"),
        Column("chars", INTEGER, "length of the source in code points"),
        Column("title", STRING, "title of the article"),
        Column("author", STRING, "who wrote it, where a page's or file's own data say so"),
        Column("published", STRING, "ISO date of publication"),
        Column("script", STRING, "hans, hant or mixed"),
        Column("sentences", INTEGER, "number of sentences"),
        Column("mentions", INTEGER, "number of mentions"),
        Column("entities", INTEGER, "number of entities"),
        Column("facts", INTEGER, "number of facts"),
    ),
    "mentions": (
        *_KEY,
        *_RECORD,
        Column("type", STRING, "quantity, ordinal, time or entity"),
        Column("start", INTEGER, "first code point in the source"),
        Column("end", INTEGER, "code point after the last"),
        Column("text", STRING, "the mention, normalized"),
        Column("rule", STRING, "id of the rule that found it"),
        *_VALUE,
        Column("kind", STRING, "kind of quantity"),
        Column("object", STRING, "noun that is counted"),
        Column("edtf", STRING, "a time in EDTF"),
        Column("first", STRING, "its first day"),
        Column("last", STRING, "its last day"),
        Column("label", STRING, "of a name: person, org, place, work"),
        Column("entity", STRING, "id of the entity that a name stands for"),
        Column("title", STRING, "post of a person"),
    ),
    "entities": (
        *_KEY,
        *_RECORD,
        Column("label", STRING, "person, org, place, work"),
        Column("name", STRING, "its fullest name in the article"),
        Column("aliases", STRINGS, "its other names"),
    ),
    "facts": (
        *_KEY,
        *_RECORD,
        Column("source", STRING, "name of the input"),
        Column("title", STRING, "title of the article"),
        Column("subject", STRING, "who or what the figure belongs to"),
        Column("indicator", STRING, "what is measured"),
        Column("type", STRING, "level, change, share, target or rank"),
        *_VALUE,
        Column("own_value", STRING, "the number as the article writes it"),
        Column("own_unit", STRING, "its unit, with scale words, as the article writes it"),
        Column("basis", STRING, "of a change: yoy, mom, cagr or the earlier time"),
        Column("whole", STRING, "of a share: what it is part of"),
        Column("time", STRING, "when the figure holds, in EDTF"),
        Column("first", STRING, "first day of that time"),
        Column("last", STRING, "last day of that time"),
        Column("confidence", STRING, "direct, inherited or guessed"),
        Column("reason", STRING, "why so"),
        Column("rule", STRING, "id of the rule"),
        Column("subject_entity", STRING, "id of the entity that the subject is"),
        Column("quantity", STRING, "id of the figure's mention"),
        Column("start", INTEGER, "first code point of the figure in the source"),
        Column("end", INTEGER, "code point after its last"),
        Column("sentence", STRING, "the sentence that says it, in one line; null where the article is not at hand"),
    ),
}
"""The columns of each table, in order. docs/tables.md is made of this."""

Row = tuple[Any, ...]
"""A row: a value a column, in their order."""


def names(table: str) -> list[str]:
    """The names of a table's columns."""
    return [column.name for column in TABLES[table]]


_BREAK: Final = re.compile(r"[\r\n\f\v\u2028\u2029]")
_BREAKS: Final = re.compile(rf"\s*{_BREAK.pattern}\s*")
_PLAIN: Final = re.compile(r"([0-9]+(?:[.,][0-9]+)*)([^0-9.,]*)")  # a number in digits alone, and what follows it
_SIDES: Final = re.compile("[0-9A-Za-z]")


class Flattener:
    """Documents to rows. It takes the words for numbers from a rule pack, to tell an amount from its unit."""

    def __init__(self, pack: RulePack) -> None:
        rows = [{key: value or "" for key, value in row.items()} for row in table(pack, "numeral").values()]
        self._run = re.compile(Numerals(rows).run)
        self._numeral_signs = {char for row in rows for char in row["surface"]}
        self._scale = {row["surface"] for row in rows if row["role"] in ("big", "more", "approx")}

    def rows(
        self, document: r.Document, number: int, text: str | None = None, author: str | None = None
    ) -> dict[str, list[Row]]:
        """The rows of a document by table; `text` is the source, for the sentences of facts."""
        d, source = document, document.source
        head = (
            number, d.id, source.name, source.sha256, source.encoding, source.chars, d.title, author, d.published,
            d.script, len(d.sentences), len(d.mentions), len(d.entities), len(d.facts),
        )  # fmt: skip
        entities: list[Row] = [(number, e.id, d.id, d.published, e.label, e.name, e.aliases) for e in d.entities]
        return {
            "documents": [head],
            "mentions": self._mentions(d, number),
            "entities": entities,
            "facts": self._facts(d, number, text) if d.facts else [],
        }

    def _mentions(self, d: r.Document, number: int) -> list[Row]:
        """Built in one go, without a name for each part: there are many of them."""
        article, day = d.id, d.published
        rows: list[Row] = []
        add = rows.append
        for m in d.mentions:
            if isinstance(m, r.Quantity):
                add((number, m.id, article, day, "quantity", m.start, m.end, m.text, m.rule, m.value, m.lower, m.upper,
                     m.unit, m.mod, m.kind, m.object, None, None, None, None, None, None))  # fmt: skip
            elif isinstance(m, r.EntityMention):
                add((number, m.id, article, day, "entity", m.start, m.end, m.text, m.rule, None, None, None, None, None,
                     None, None, None, None, None, m.label, m.entity, m.title))  # fmt: skip
            elif isinstance(m, r.Time):
                add((number, m.id, article, day, "time", m.start, m.end, m.text, m.rule, None, None, None, None, m.mod,
                     None, None, m.edtf, m.first, m.last, None, None, None))  # fmt: skip
            else:
                add((number, m.id, article, day, "ordinal", m.start, m.end, m.text, m.rule, m.value, None, None, m.unit,
                     None, None, None, None, None, None, None, None, None))  # fmt: skip
        return rows

    def _facts(self, d: r.Document, number: int, text: str | None) -> list[Row]:
        figures = {mention.id: mention for mention in d.mentions}
        rows: list[Row] = []
        # Facts of one sentence, and of one time, follow one another.
        bounds: dict[str | None, tuple[str | None, str | None]] = {None: (None, None)}
        sentences: dict[tuple[int, int], str] = {}
        for f in d.facts:
            figure = figures.get(f.quantity)
            own_value, own_unit = self.own(figure) if figure is not None else (None, None)
            if f.time not in bounds:
                bounds[f.time] = edtf.bounds(f.time) if f.time and edtf.is_valid(f.time) else (None, None)
            first, last = bounds[f.time]
            start, end = (figure.start, figure.end) if figure is not None else (None, None)
            sentence = None
            if text is not None:
                span = f.evidence.start, f.evidence.end
                sentence = sentences.get(span)
                if sentence is None:
                    sentence = sentences[span] = one_line(text[span[0] : span[1]])
            rows.append((
                number, f.id, d.id, d.published, d.source.name, d.title, f.subject, f.indicator, f.type, f.value,
                f.lower, f.upper, f.unit, f.mod, own_value, own_unit, f.basis, f.whole, f.time, first, last,
                f.confidence, f.reason, f.rule, f.subject_entity, f.quantity, start, end, sentence,
            ))  # fmt: skip
        return rows

    def own(self, figure: r.Mention) -> tuple[str, str]:
        """A figure as it is written, cut where its number ends and its unit, with scale words, begins."""
        text = figure.text
        plain = _PLAIN.fullmatch(text)
        if plain is not None and (not plain[2] or plain[2][-1] not in self._numeral_signs):
            return plain[1], plain[2]
        # The 2 of km2 is no number.
        runs = [m.span() for m in self._run.finditer(text) if not m.start() or text[m.start() - 1] not in ascii_letters]
        if not runs or (runs[-1][1] == len(text) and len(runs) > 1):  # no number, or a fraction in words
            return text, ""
        ranged = getattr(figure, "value", None) is None and getattr(figure, "lower", None) is not None
        start, end = runs[0][0], runs[-1 if ranged else 0][1]
        digits = next((at for at in range(end, start, -1) if text[at - 1].isascii() and text[at - 1].isdigit()), 0)
        if digits:
            end = digits
        else:
            while end > start + 1 and text[end - 1] in self._scale:
                end -= 1
        return text[:end], text[end:]


def one_line(text: str) -> str:
    """A stretch of source in one line: breaks inside go, a blank stays between letters or digits.

    >>> one_line("GDP grew\\n\\nby 5%")
    'GDP grew by 5%'
    """
    text = text.strip()
    if not _BREAK.search(text):
        return text
    parts: Sequence[str] = [part for part in _BREAKS.split(text) if part]
    joined = ""
    for part in parts:
        if joined and _SIDES.match(joined[-1]) and _SIDES.match(part[0]):
            joined += " "
        joined += part
    return joined
