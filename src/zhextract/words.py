"""The words of one article, made when first asked for: where they begin and end is all that the name rules want to know."""

from __future__ import annotations

from .segment import JiebaWords, RjiebaWords


class Words:
    """Word boundaries of a text, made for the whole of it when a name rule first asks; articles without names pay nothing."""

    __slots__ = ("begins", "ends", "maker", "made", "text")

    def __init__(self, text: str, maker: JiebaWords | RjiebaWords) -> None:
        self.text = text
        self.maker = maker
        self.begins: dict[int, int] = {}  # start of a word -> its end
        self.ends: dict[int, int] = {}  # end of a word -> its start
        self.made = False

    def make(self) -> None:
        """Find the words. Every method but this one expects it to have been called."""
        self.made = True
        spans = self.maker.spans(self.text)
        self.begins = dict(spans)
        self.ends = {e: s for s, e in spans}

    def is_edge(self, at: int) -> bool:
        """Whether a word begins or ends at a place (line ends count)."""
        return at in self.begins or at in self.ends or at <= 0 or at >= len(self.text)

    def start_of(self, end: int) -> int:
        """Start of the word that ends at `end`, or of the one that a cut there goes through."""
        found = self.ends.get(end)
        if found is not None:
            return found
        at = end - 1
        while at > 0 and at not in self.begins and self.text[at - 1] != "\n":
            at -= 1
        return at

    def end_of(self, start: int) -> int:
        """End of the word that begins at `start`; of the one that a cut there goes through."""
        found = self.begins.get(start)
        if found is not None:
            return found
        at = start + 1
        while at < len(self.text) and at not in self.ends and self.text[at] != "\n":
            at += 1
        return at
