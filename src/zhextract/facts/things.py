"""Works, plants, lines, products and courses that a text names though they are no entity.

They are the grammatical subjects of many figures. A head noun tells that there is one; a number, a name in quotes, an
entity or a clause before the head tells that it is named. See `docs/facts.md`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final, NamedTuple

import ahocorasick_rs

from ..rules import pack as p
from .clauses import Longest, table, words
from .folding import ENTITIES, FOLDED, ORDINALS, PERSON, WORK

_NAME: Final = 14  # longest name in quotes
_BACK: Final = 320  # how far back a thing may be named that its head alone stands for
_BODY: Final = "".join(sorted(ENTITIES - {PERSON, WORK}))


class Thing(NamedTuple):
    """A thing that is named: its span in the folded text, its head; whether it is one, so that it cannot be counted."""

    start: int
    end: int
    head: str
    one: bool


class Heads:
    """Finds things. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        marks = table(pack, "mark")
        self.kinds = {word: row["kind"] or "" for word, row in table(pack, "head").items()}
        self.heads = tuple(self.kinds)
        longest = ahocorasick_rs.MatchKind.LeftmostLongest
        self.automaton = ahocorasick_rs.AhoCorasick(self.heads, longest) if self.kinds else None
        quotes = "".join(re.escape(sign) for sign, row in marks.items() if row["role"] == "quote")
        self.numbers = tuple(table(pack, "number"))
        self.classes = tuple(table(pack, "head_class"))
        # What stands before a head, or behind it, and makes a name of it.
        quoted = f"[{quotes}][^{quotes}\n]{{2,{_NAME}}}[{quotes}]"
        self.quoted = re.compile(f"{quoted}[^{FOLDED}{quotes}\\W]{{0,4}}\\Z")
        of = "".join(sign for sign, row in marks.items() if row["role"] == "of")
        self.owned = re.compile(f"[{_BODY}][^{FOLDED}\\W{of}]{{0,4}}\\Z")
        self.phase = re.compile(f"([{_BODY}]|[^{FOLDED}\\W]{{2,8}})[{''.join(sorted(ORDINALS))}]\\Z")
        located = words(table(pack, "located"))
        self.located = re.compile(f"(?:{located})[{_BODY}]{{1,2}}[{of}]([^{FOLDED}\\W]{{2,8}})\\Z")
        self.locatives = frozenset(table(pack, "located"))
        self.phases = frozenset(table(pack, "phase"))
        self.of_work = re.compile(f"([^{FOLDED}\\W{of}]{{3,12}})\\Z")
        self.built = re.compile(f"(?:{words(table(pack, 'built'))})([^{FOLDED}\\W]{{2,8}})\\Z")
        self.inner = re.compile(f"[{quotes}][^{quotes}\n]{{2,{_NAME}}}\\Z")
        self.closing = re.compile(f"[{quotes}]")
        self.name = re.compile(quoted)
        self.ends = tuple(word for word, kind in self.kinds.items() if kind == "work")
        self.works = Longest(self.ends)

    def of(self, text: str) -> list[Thing]:
        """The things that a folded text names, in order."""
        if self.automaton is None:
            return []
        found = []
        for i, _, end in self.automaton.find_matches_as_indexes(text):
            head = self.heads[i]
            found += self._named(text, end - len(head), end, head)
        return found

    def _named(self, text: str, at: int, end: int, head: str) -> list[Thing]:
        """The thing whose head stands at a place, if it is named."""
        kind = self.kinds[head]
        low = max(0, at - _NAME - 8)
        if kind == "goods":
            m = self.name.match(text, end)
            if m is not None:
                return [Thing(end, m.end(), head, True)]
        if kind == "inner" and self.closing.match(text, end):
            m = self.inner.search(text[low:at])
            if m is not None:
                return [Thing(low + m.start(), end + 1, head, False)]
        for mark in self.numbers:
            if text.endswith(mark, low, at):
                i = at - len(mark)
                start = i
                while (
                    start > low
                    and (text[start - 1].isnumeric() or text[start - 1].isascii())
                    and text[start - 1].isalnum()
                ):
                    start -= 1
                if start < i:
                    return [Thing(start, end, head, True)]
        before = text[low:at]
        m = self.quoted.search(before)
        if m is None and kind == "work" and (phase := self.phase.search(before)) is not None:
            # A phase of something: by the longest name that the text says once more.
            start, name = low + phase.start(1), phase.group(1)
            known = next((i for i in range(len(name) - 1) if text.count(name[i:]) > 1), 0)
            return [Thing(start + known, end, head, True)]
        if m is None and head in self.phases:
            m = self.of_work.search(before)
            if m is not None and before.endswith(self.ends):
                return [Thing(low + m.start(1), end, head, True)]
            m = None
        if m is None and kind != "goods" and not text.endswith(self.classes, low, end):
            m = self.owned.search(before) if kind == "work" else None
            if m is None:
                m = self.located.search(before)
                if m is not None and m.group(1) in self.phases:
                    return []  # a phase of something else
                m = m or self.built.search(before)
                if m is not None:
                    return [Thing(low + m.start(1), end, head, False)]
        return [] if m is None else [Thing(low + m.start(), end, head, False)]

    def last(self, things: list[Thing], word: str, at: int) -> Thing | None:
        """The thing that a word stands for at a place: the last one of its head, or, for no word, the last work."""
        for i in range(bisect_left(things, (at,)) - 1, -1, -1):
            thing = things[i]
            if thing.end < at - _BACK:
                break
            if thing.end > at:
                continue
            if (word.endswith(thing.head) or thing.head.endswith(word)) if word else self.kinds[thing.head] == "work":
                return thing
        return None
