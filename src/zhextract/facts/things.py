"""Works, plants, lines, products and courses that a text names though they are no entity.

They are the grammatical subjects of many figures. A head noun tells that there is one; a number, a name in quotes, an
entity or a clause before the head tells that it is named. See `docs/facts.md`.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from typing import Final

from .. import regexes
from ..rules import pack as p
from .folding import ENTITIES, FOLDED, ORDINALS, PERSON, WORK
from .lookups import Endings, Longest, Spotter, apart, in_role, longest_apart, table, words

_NAME: Final = 14  # longest name in quotes
_BETWEEN: Final = 4  # how far from its head an owner may stand,
_QUOTED: Final = 10  # and a name in quotes
_BACK: Final = 480  # how far back a thing may be named that its head alone stands for
_BODY: Final = "".join(sorted(ENTITIES - {PERSON, WORK}))


class Thing:
    """A thing that is named: its span in the folded text, its head; whether it is one, so that it cannot be counted."""

    __slots__ = ("end", "head", "one", "start")

    def __init__(self, start: int, end: int, head: str, one: bool) -> None:
        self.start = start
        self.end = end
        self.head = head
        self.one = one


class Seen:
    """What one pass over a folded text sees: the things it names, in order, and the places of words that matter.

    `bodies`: words that end the names of bodies that are no entity; `settled`: words that say that a budget was passed.
    """

    __slots__ = ("bodies", "settled", "things")

    def __init__(self, things: list[Thing], bodies: list[int], settled: list[int]) -> None:
        self.things = things
        self.bodies = bodies
        self.settled = settled


class Heads:
    """Finds things. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        marks = table(pack, "mark")
        self.kinds = {word: row["kind"] or "" for word, row in table(pack, "head").items()}
        built, located = table(pack, "built"), table(pack, "located")
        # Words for building and for where something stands: what makes a name of what follows them.
        self.spotter = Spotter([self.kinds, table(pack, "thing"), (*built, *located), table(pack, "settle")])
        quotes = "".join(map(re.escape, in_role(marks, "quote")))
        self.numbers = tuple(table(pack, "number"))
        self.classes = Endings(table(pack, "head_class"))
        self.posts = tuple(table(pack, "head_post"))  # who runs a work is none
        # What stands before a head, or behind it, and makes a name of it.
        of = "".join(in_role(marks, "of"))
        quoted = f"[{quotes}][^{quotes}\n]{{2,{_NAME}}}[{quotes}]"
        self.quoted = regexes.compile(f"{quoted}[^{FOLDED}{quotes}{of}\\W]{{0,{_QUOTED}}}\\Z")
        self.closed = regexes.compile(f"[{quotes}][^{FOLDED}{quotes}{of}\\W]{{0,{_QUOTED}}}\\Z")  # how such a name ends
        self.owned = regexes.compile(f"[{_BODY}][^{FOLDED}\\W{of}]{{0,{_BETWEEN}}}\\Z")
        self.phase = regexes.compile(f"([{_BODY}]|[^{FOLDED}\\W]{{2,8}})[{''.join(sorted(ORDINALS))}]\\Z")
        self.located = regexes.compile(f"(?:{words(located)})[{_BODY}]{{1,2}}[{of}]([^{FOLDED}\\W]{{2,8}})\\Z")
        self.locatives = frozenset(located)
        self.phases = frozenset(table(pack, "phase"))
        self.of_work = regexes.compile(f"([^{FOLDED}\\W{of}]{{3,12}})\\Z")
        self.built = regexes.compile(f"(?:{words(built)})([^{FOLDED}\\W]{{2,8}})\\Z")
        # goods that are shown or told of for the first time
        self.new = regexes.compile(f"(?:{words(table(pack, 'new'))})([^{FOLDED}{of}\\W]{{1,12}})\\Z")
        self.inner = regexes.compile(f"[{quotes}][^{quotes}\n]{{2,{_NAME}}}\\Z")
        self.quotes = frozenset(in_role(marks, "quote"))
        self.name = regexes.compile(quoted)
        works = [word for word, kind in self.kinds.items() if kind == "work"]
        self.ends, self.works = Endings(works), Longest(works)

    def of(self, text: str) -> Seen:
        """What a folded text says of things."""
        heads, bodies, before, settled = self.spotter.find(text)
        makers = [start for start, _, _ in before]
        makers.sort()
        named: list[Thing] = []
        for at, end, head in longest_apart(heads):
            thing = self._named(text, at, end, head, makers)
            if thing is not None:
                named.append(thing)
        return Seen(named, [start for start, _, _ in apart(bodies)], sorted([start for start, _, _ in settled]))

    def _named(self, text: str, at: int, end: int, head: str, makers: list[int]) -> Thing | None:
        """The thing whose head stands at a place, if it is named; `makers`: where words for building it may stand."""
        kind = self.kinds[head]
        low = max(0, at - _NAME - 8)
        if kind == "goods":
            m = self.name.match(text, end) if text[end : end + 1] in self.quotes else None
            if m is not None:
                return Thing(end, m.end(), head, True)
        if kind == "inner" and text[end : end + 1] in self.quotes:
            m = self.inner.search(text, low, at)
            if m is not None:
                return Thing(m.start(), end + 1, head, False)
        if not at or text.startswith(self.posts, end):
            return None
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
                    return Thing(start, end, head, True)
        near = max(low, at - _BETWEEN - 1)
        m = self.quoted.search(text, max(0, low - _QUOTED), at) if self.closed.search(text, low, at) else None
        if m is not None:
            return Thing(m.start(), end, head, False)
        if kind == "work" and text[at - 1] in ORDINALS:
            m = self.phase.search(text, low, at)
            if m is not None:
                # A phase of something: by the longest name that the text says once more.
                start, name = m.start(1), m.group(1)
                known = next((i for i in range(len(name) - 1) if text.count(name[i:]) > 1), 0)
                return Thing(start + known, end, head, True)
        if head in self.phases and self.ends.within(text, low, at):
            m = self.of_work.search(text, low, at)
            if m is not None:
                return Thing(m.start(1), end, head, True)
        if kind == "goods":
            plain = text[end : end + 1]  # a noun that goes on is another one's
            m = None if plain.isalpha() and plain not in ENTITIES else self.new.search(text, low, at)
            return None if m is None else Thing(m.start(1), end, head, False)
        if self.classes.within(text, low, end):
            return None
        m = self.owned.search(text, near, at) if kind == "work" else None
        if m is not None:
            return Thing(m.start(), end, head, False)
        i = bisect_left(makers, low)
        if i == len(makers) or makers[i] >= at:
            return None
        m = self.located.search(text, low, at)
        if m is not None and m.group(1) in self.phases:
            return None  # a phase of something else
        m = m or self.built.search(text, low, at)
        return None if m is None else Thing(m.start(1), end, head, False)

    def last(self, things: list[Thing], starts: list[int], word: str, at: int) -> Thing | None:
        """The thing that a word stands for at a place: the last one of its head, or, for no word, the last work."""
        for i in range(bisect_left(starts, at) - 1, -1, -1):
            thing = things[i]
            if thing.end < at - _BACK:
                break
            if thing.end > at:
                continue
            if (word.endswith(thing.head) or thing.head.endswith(word)) if word else self.kinds[thing.head] == "work":
                return thing
        return None
