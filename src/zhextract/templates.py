"""Templates of `emit:`: from what fills a rule's slots to the text of a field."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from .engine import Reading, Value
from .rules import pack as p

Filler = Callable[[Sequence[Value]], str | None]
"""Slots to a field's text; None when a reference is empty."""


def filler(template: p.Template | None) -> Filler:
    """Compile a template; no template gives None always. Of its rows the first whose references are all filled wins."""
    if template is None:
        return _nothing
    rows = [_row(row) for row in template.rows]
    if len(rows) == 1:
        return rows[0]

    def first(slots: Sequence[Value]) -> str | None:
        for row in rows:
            found = row(slots)
            if found is not None:
                return found
        return None

    return first


def _nothing(slots: Sequence[Value]) -> str | None:
    return None


def _row(pieces: tuple[p.Piece, ...]) -> Filler:
    if len(pieces) == 1:
        return _piece(pieces[0])
    parts = [_piece(piece) for piece in pieces]

    def joined(slots: Sequence[Value]) -> str | None:
        out = ""
        for part in parts:
            found = part(slots)
            if found is None:
                return None
            out += found
        return out

    return joined


def _piece(piece: p.Piece) -> Filler:
    if isinstance(piece, str):
        return lambda slots: piece
    if len(piece) == 1:
        ((slot, column),) = piece
        return lambda slots: text_of(slots[slot], column)

    def first(slots: Sequence[Value]) -> str | None:
        for slot, column in piece:
            found = text_of(slots[slot], column)
            if found is not None:
                return found
        return None

    return first


def text_of(value: Value, column: str | None) -> str | None:
    """A slot as text: a cell of its row, a numeral's value, or the text itself."""
    if value is None or isinstance(value, str):
        return value or None
    if isinstance(value, Reading):
        return value.number.value
    return value.get(column or "surface")  # a slot filled by a numeral in one branch, by a row in another


def slots_of(template: p.Template) -> set[int]:
    """The slots that a template reads."""
    return {slot for row in template.rows for piece in row if not isinstance(piece, str) for slot, _ in piece}
