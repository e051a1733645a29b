"""The words of one article, made when first asked for: where they begin and end is all that the name rules want to know."""

from __future__ import annotations

from .segment import JiebaWords, RjiebaWords


class Words:
    """Word boundaries of a text. Each line is cut when a place in it is first asked for, so that lines without names cost nothing."""

    __slots__ = ("_done", "begins", "ends", "maker", "text")

    def __init__(self, text: str, maker: JiebaWords | RjiebaWords) -> None:
        self.text = text
        self.maker = maker
        self.begins: dict[int, int] = {}  # start of a word -> its end
        self.ends: dict[int, int] = {}  # end of a word -> its start
        self._done: set[int] = set()

    def line(self, at: int) -> None:
        """Cut the line that holds a place, unless it is cut already."""
        text = self.text
        start = text.rfind("\n", 0, at) + 1
        if start in self._done:
            return
        self._done.add(start)
        end = text.find("\n", at)
        begins, ends = self.begins, self.ends
        for _, s, e in self.maker.words(text, start, len(text) if end < 0 else end):
            begins[s] = e
            ends[e] = s

    def is_edge(self, at: int) -> bool:
        """Whether a word begins or ends at a place (line ends count)."""
        self.line(at if at < len(self.text) else at - 1 if at else 0)
        if at in self.begins or at in self.ends:
            return True
        return at == 0 or at >= len(self.text) or self.text[at] == "\n" or self.text[at - 1] == "\n"

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
