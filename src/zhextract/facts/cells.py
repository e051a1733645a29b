"""Facts of tables: what a cell says by the heads of its row and column and by the lines above the table."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final, NamedTuple

from .. import records as r
from .. import regexes
from ..rules import pack as p
from ..tables import Cell, Table, find, present
from .lookups import table, words

RULE: Final = "table.cell"
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_BRACKET: Final = re.compile(r"\([^()]*\)")
_CELL: Final = 24
"""Longest cell that holds a figure and no sentence."""
_EDGES: Final = " \u3000\t*_`~#:\uff1a"


class CellFact(NamedTuple):
    """What a cell says: the index of its figure among the mentions, and the fields that heads tell."""

    mention: int
    at: int
    indicator: str | None
    type: r.FactType
    falls: bool
    basis: str | None
    time: str | None
    entity: r.EntityMention | None


class Cells:
    """Reads facts off tables. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        change = {**table(pack, "change"), **table(pack, "change_noun")}
        self.falls = {word: row["sign"] == "-" for word, row in change.items()}
        self.change = regexes.compile(words(change))
        self.bases = {word: row["value"] for word, row in table(pack, "basis").items()}
        self.basis = regexes.compile(words(self.bases))
        self.standards = {word: row["value"] for word, row in table(pack, "standard").items()}
        self.standard = regexes.compile(words(self.standards))
        self.share = regexes.compile(words(table(pack, "column_share")))
        self.plain = frozenset(table(pack, "column"))
        self.lead = regexes.compile(f"(?:{words(table(pack, 'row_lead'))})[{re.escape(_EDGES)}、,，]*")

    def read(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> list[CellFact]:
        """The facts of the tables of a normalized text; `spans` are the places of its mentions."""
        found: list[CellFact] = []
        if present(text):
            starts = [start for start, _ in spans]
            for one in find(text):
                if len(one.rows) > 1 and max(map(len, one.rows)) > 1:
                    found += self._table(text, one, mentions, starts)
        return found

    def _table(
        self, text: str, one: Table, mentions: Sequence[r.AnyMention], starts: Sequence[int]
    ) -> Iterator[CellFact]:
        def inside(cell: Cell) -> range:
            return range(bisect_left(starts, cell.start), bisect_left(starts, cell.end))

        def time_of(cells: Sequence[Cell]) -> str | None:
            for cell in cells:
                for i in inside(cell):
                    m = mentions[i]
                    if isinstance(m, r.Time) and m.text not in self.standards:
                        return m.edtf
                words_ = text[cell.start : cell.end].strip(_EDGES)
                if _YEAR.fullmatch(words_):
                    return words_
            return None

        def name_of(cells: Sequence[Cell]) -> r.EntityMention | None:
            for cell in cells:
                for i in inside(cell):
                    m = mentions[i]
                    if isinstance(m, r.EntityMention) and m.label in ("org", "place"):
                        return m
            return None

        above = time_of(one.above)
        about = name_of(one.above)
        for i in range(one.heads, len(one.rows)):
            row = one.rows[i]
            firsts = one.row_head(text, i)[:1]
            said = self._bare(text, firsts[0]) if firsts else ""
            own = name_of(firsts)
            if own is not None and len(own.text) * 2 < len(said):
                own = None
            row_time = time_of(firsts)
            for j, cell in enumerate(row):
                figures = [k for k in inside(cell) if isinstance(mentions[k], r.Quantity)]
                if len(figures) != 1 or cell.end - cell.start > _CELL or (firsts and cell.start <= firsts[0].start):
                    continue
                heads = one.column_head(j)
                raw = "".join(text[c.start : c.end] for c in heads)
                head = "".join(self._bare(text, c) for c in heads)
                column_time = time_of(heads)
                kind, falls, basis = self._kind(raw, heads, one)
                if kind != "level" or head in self.plain or (column_time is not None and head == raw.strip(_EDGES)):
                    head = head if kind == "level" and column_time is None and head not in self.plain else ""
                label = "" if own is not None or (row_time is not None and firsts) else said
                indicator = label if not head or head == label else f"{label}{head}"
                yield CellFact(
                    figures[0], starts[figures[0]], indicator or said or None, kind, falls, basis,
                    column_time or row_time or above, own or about,
                )  # fmt: skip

    def _bare(self, text: str, cell: Cell) -> str:
        """A head without its unit in brackets and without words that only part the rows."""
        said = _BRACKET.sub("", text[cell.start : cell.end]).strip(_EDGES)
        m = self.lead.match(said)
        return said if m is None else said[m.end() :]

    def _kind(self, raw: str, heads: Sequence[Cell], one: Table) -> tuple[r.FactType, bool, str | None]:
        """What kind of figures stand under a head: growth, a part, or an amount."""
        if self.share.search(raw):
            return "share", False, None
        m = self.change.search(raw)
        named = self.basis.search(raw)
        if m is None and named is None:
            return "level", False, None
        if m is None and "%" not in raw:
            return "level", False, None
        standard = self.standard.search(raw)
        basis = self.bases[named.group()] if named else self.standards[standard.group()] if standard else None
        return "change", m is not None and self.falls[m.group()], basis
