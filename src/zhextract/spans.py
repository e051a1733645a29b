"""A rewritten text and its map back to the text it was made from.

Every later stage works on the rewritten `text` and asks the map for places in the `source`. Maps compose, so that
source <- normalized <- folded is one map again.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any, Final, final

__all__ = ["Edit", "TextMap"]

_CODE: Final = "q"
_LINEAR: Final = -1
"""Stands in `_ends` for a piece whose characters map one to one."""

Edit = tuple[int, int, str]
"""`(start, end, replacement)`: the stretch `source[start:end]` gives way to `replacement`."""


def _none() -> array[int]:
    return array(_CODE)


@final
@dataclass(frozen=True, slots=True, eq=False)
class TextMap:
    """`text`, made from `source` by a few edits, with a map of places back to `source`.

    The map is a row of pieces. A piece is linear (one character of text for one of source) or a block (each character
    of its text stands for the whole stretch of its source). Source that no piece covers was deleted. Offsets are code
    points, spans half-open. `same` tells that places are the same on both sides (only then are the arrays empty).

    >>> m = TextMap.from_edits("15 km2", [(2, 3, "")])
    >>> m.text, m.to_source(0, 2), m.to_source(1, 3)
    ('15km2', (0, 2), (1, 4))
    """

    source: str = field(repr=False)
    text: str
    same: bool = True
    _texts: array[int] = field(default_factory=_none, repr=False)
    _starts: array[int] = field(default_factory=_none, repr=False)
    _ends: array[int] = field(default_factory=_none, repr=False)

    def __reduce__(self) -> tuple[Any, ...]:
        return TextMap, (self.source, self.text, self.same, self._texts, self._starts, self._ends)

    @classmethod
    def identity(cls, source: str, text: str | None = None) -> TextMap:
        """The map of a text to itself, or to an equally long `text` that differs only character by character."""
        if text is None:
            return cls(source, source)
        if len(text) != len(source):
            raise ValueError(f"identity needs equal lengths, got {len(source)} and {len(text)}")
        return cls(source, text)

    @classmethod
    def from_edits(cls, source: str, edits: Iterable[Edit], base: str | None = None) -> TextMap:
        """Apply `edits` to `base`, a text as long as `source` and aligned with it (by default `source` itself).

        Edits come in order, do not overlap and insert nothing out of nothing (ValueError otherwise). A replacement as
        long as what it replaces stays linear; any other maps each of its characters to the whole replaced stretch; an
        empty one deletes.
        """
        if base is None:
            base = source
        elif len(base) != len(source):
            raise ValueError(f"base must be as long as source, got {len(base)} and {len(source)}")
        parts: list[str] = []
        texts, starts, ends = array(_CODE), array(_CODE), array(_CODE)
        done = made = 0
        linear_from = -1  # source start of the linear piece being grown, or -1
        same = True
        for start, end, new in edits:
            if start < done or end < start or end > len(base) or (new and start == end):
                raise ValueError(f"edit ({start}, {end}) overlaps, leaves the text or has no source")
            if start > done:
                if linear_from < 0:
                    linear_from = done
                    texts.append(made)
                    starts.append(done)
                    ends.append(_LINEAR)
                parts.append(base[done:start])
                made += start - done
            size = len(new)
            parts.append(new)
            if size == end - start:
                if size and linear_from < 0:
                    linear_from = start
                    texts.append(made)
                    starts.append(start)
                    ends.append(_LINEAR)
            else:
                same = False
                linear_from = -1
                if size:
                    texts.append(made)
                    starts.append(start)
                    ends.append(end)
            made += size
            done = end
        if done < len(base):
            if linear_from < 0:
                texts.append(made)
                starts.append(done)
                ends.append(_LINEAR)
            parts.append(base[done:])
        text = "".join(parts)
        if same:
            return cls(source, text)
        return cls(source, text, False, texts, starts, ends)

    def retext(self, text: str) -> TextMap:
        """The same map for a `text` as long as this map's, changed character by character."""
        if len(text) != len(self.text):
            raise ValueError(f"retext needs equal lengths, got {len(self.text)} and {len(text)}")
        return TextMap(self.source, text, self.same, self._texts, self._starts, self._ends)

    def to_source(self, start: int, end: int) -> tuple[int, int]:
        """The source span of `text[start:end]`: from the first character's source to the end of the last one's.

        What was deleted at the edges stays outside, what was deleted inside is inside. An empty span gives an empty
        span. Raises ValueError unless 0 <= start <= end <= len(text).
        """
        if not 0 <= start <= end <= len(self.text):
            raise ValueError(f"no span ({start}, {end}) in a text of {len(self.text)} characters")
        if self.same:
            return start, end
        if start == end:
            place = self.to_source_start(start)
            return place, place
        texts = self._texts
        first = bisect_right(texts, start) - 1
        last = first if end == start + 1 else bisect_right(texts, end - 1, first) - 1
        source_start = self._starts[first]
        if self._ends[first] == _LINEAR:
            source_start += start - texts[first]
        source_end = self._ends[last]
        if source_end == _LINEAR:
            source_end = self._starts[last] + end - texts[last]
        return source_start, source_end

    def to_source_start(self, index: int) -> int:
        """Where the source of character `index` begins; for `len(text)`, where the source of the last one ends."""
        if self.same:
            return index
        if index == len(self.text):
            return self.to_source(index - 1, index)[1] if index else 0
        piece = bisect_right(self._texts, index) - 1
        if self._ends[piece] == _LINEAR:
            return self._starts[piece] + index - self._texts[piece]
        return self._starts[piece]

    def compose(self, outer: TextMap) -> TextMap:
        """The map from `outer.text` to this map's source; `outer` was made from this map's text (ValueError if not)."""
        if len(outer.source) != len(self.text) or outer.source != self.text:
            raise ValueError("compose needs a map made from this map's text")
        if self.same:
            return TextMap(self.source, outer.text, outer.same, outer._texts, outer._starts, outer._ends)
        if outer.same:
            return TextMap(self.source, outer.text, False, self._texts, self._starts, self._ends)
        texts, starts, ends = array(_CODE), array(_CODE), array(_CODE)
        count = len(outer._texts)
        for piece in range(count):
            made = outer._texts[piece]
            size = (outer._texts[piece + 1] if piece + 1 < count else len(outer.text)) - made
            low, high = outer._starts[piece], outer._ends[piece]
            if high != _LINEAR:
                begin, finish = self.to_source(low, high)
                texts.append(made)
                starts.append(begin)
                ends.append(finish)
                continue
            high = low + size
            inner = bisect_right(self._texts, low) - 1
            while inner < len(self._texts) and self._texts[inner] < high:
                skip = max(low - self._texts[inner], 0)
                texts.append(made + self._texts[inner] + skip - low)
                if self._ends[inner] == _LINEAR:
                    starts.append(self._starts[inner] + skip)
                    ends.append(_LINEAR)
                else:
                    starts.append(self._starts[inner])
                    ends.append(self._ends[inner])
                inner += 1
        return TextMap(self.source, outer.text, False, texts, starts, ends)
