"""The words of one article, made when first asked for: where they begin and end is all that name rules ask."""

from __future__ import annotations

from collections.abc import Collection

from .segment import JiebaWords, RjiebaWords


class Words:
    """Word boundaries of a text, made for all of it when a name rule first asks; articles without names pay nothing."""

    __slots__ = ("made", "maker", "marks", "text")

    def __init__(self, text: str, maker: JiebaWords | RjiebaWords) -> None:
        self.text = text
        self.maker = maker
        self.marks = b""  # a byte a place: 1 where a word begins or the text ends
        self.made = False

    def make(self) -> None:
        """Find the words. Every method but this one expects it to have been called."""
        self.made = True
        self.marks = self.maker.marks(self.text) + b"\1"

    def is_edge(self, at: int) -> bool:
        """Whether a word begins or ends at a place."""
        return at <= 0 or at >= len(self.text) or self.marks[at] == 1

    def cuts(self, at: int) -> bool:
        """Whether a place lies inside a word of the dictionary, not just inside one that the word maker guessed."""
        return not self.is_edge(at) and self.maker.has(self.text[self.start_of(at) : self.end_of(at)])

    def fit(self, where: Collection[str], start: int, end: int) -> bool:
        """Whether a span meets the conditions of a rule on its words."""
        return self.fits_end(where, end) and self.fits_start(where, start)

    def fits_start(self, where: Collection[str], start: int) -> bool:
        """Whether the start of a span meets the conditions of a rule."""
        if "word_free" in where or "word_end" in where:
            return not self.cuts(start)
        return self.is_edge(start)

    def fits_end(self, where: Collection[str], end: int) -> bool:
        """Whether the end of a span meets the conditions of a rule."""
        if "word_free" in where:
            return not self.cuts(end)
        return self.is_edge(end) if "word_end" in where or "word_edges" in where else True

    def start_of(self, end: int) -> int:
        """Start of the word that ends at `end`, or of the one that a cut there goes through."""
        marks = self.marks
        at = end - 1
        while at > 0 and marks[at] != 1:  # words are short: sooner than a search
            at -= 1
        return max(at, 0)

    def end_of(self, start: int) -> int:
        """End of the word that begins at `start`; of the one that a cut there goes through."""
        marks = self.marks
        size = len(marks) - 1
        at = start + 1
        while at < size and marks[at] != 1:
            at += 1
        return min(at, size)
