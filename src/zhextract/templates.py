"""Templates of `emit:`: from what fills a rule's slots to the text of a field."""

from __future__ import annotations

from collections.abc import Sequence

from .engine import Reading, Value
from .rules import pack as p


class Filler:
    """A template, ready to be filled: call it with slots for a field's text; None when a reference is empty."""

    __slots__ = ("column", "constant", "rows", "slot")

    def __init__(self, template: p.Template | None) -> None:
        self.rows = [] if template is None else list(template.rows)
        self.constant: str | None = None
        self.slot = -1  # of a template that is one reference
        self.column: str | None = None
        if len(self.rows) == 1 and len(self.rows[0]) == 1:
            piece = self.rows[0][0]
            if isinstance(piece, str):
                self.constant = piece
                self.rows = []
            elif len(piece) == 1:
                self.slot, self.column = piece[0]

    def __call__(self, slots: Sequence[Value]) -> str | None:
        if self.slot >= 0:
            return text_of(slots[self.slot], self.column)
        for row in self.rows:
            out: str | None = ""
            for piece in row:
                found = piece if isinstance(piece, str) else _first(piece, slots)
                if found is None or out is None:
                    out = None
                    break
                out += found
            if out is not None:
                return out
        return self.constant


def filler(template: p.Template | None) -> Filler:
    """Compile a template; no template gives None always. Of its rows the first whose references are all filled wins."""
    return Filler(template)


def _first(references: tuple[tuple[int, str | None], ...], slots: Sequence[Value]) -> str | None:
    """The first of a piece's alternatives that is not empty."""
    for slot, column in references:
        found = text_of(slots[slot], column)
        if found is not None:
            return found
    return None


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
