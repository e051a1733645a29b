"""Words of the lexicons of facts, ready to be asked for at a place of a text, each question at the least cost."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Final

import ahocorasick_rs

from .. import regexes
from ..rules import pack as p
from ..rules.pattern import trie

Rows = Mapping[str, Mapping[str, str | None]]

TABLE: Final = 1 << 16  # how many characters a table of bytes knows

NOWHERE: Final = 1 << 60  # behind any text


def table(pack: p.RulePack, name: str) -> Rows:
    """A lexicon of facts; empty where the rule set has none."""
    return pack.lexicons.get(f"fact_{name}", {})


def in_role(rows: Rows, *roles: str) -> list[str]:
    """The words of a lexicon whose `role` is one of those, by role."""
    return [word for role in roles for word, row in rows.items() if row["role"] == role]


def words(rows: Iterable[str]) -> str:
    """A regex for the longest of some words."""
    return trie(sorted(rows))


def firsts(rows: Iterable[str]) -> str:
    """The characters that some words begin with."""
    return "".join(sorted({word[0] for word in rows}))


def marked(chars: Iterable[str]) -> bytes:
    """A table with a byte for each character that it knows: 1 for the given ones.

    Most questions of this module are answered by a look at one character: `table[ord(text[at])]` is the cheapest look
    that there is in compiled code. Rare characters, from `TABLE` on, which the table does not know, are looked up.
    """
    table = bytearray(TABLE)
    for c in chars:
        if ord(c) < TABLE:
            table[ord(c)] = 1
    return bytes(table)


class Longest:
    """Looks up the longest of some words at a place; a regex of many words would try their beginnings one by one."""

    __slots__ = ("alone", "by_two", "table", "words")

    def __init__(self, entries: Iterable[str]) -> None:
        self.words = frozenset(entries)
        self.table = marked(word[0] for word in self.words)
        self.alone = frozenset(word for word in self.words if len(word) == 1)
        lengths: dict[str, set[int]] = {}
        for word in self.words:
            if len(word) > 1:
                lengths.setdefault(word[:2], set()).add(len(word))
        # The lengths of the words that begin with two characters, longest first: hardly ever more than two or three.
        self.by_two = {two: sorted(found, reverse=True) for two, found in lengths.items()}

    def at(self, text: str, at: int, end: int) -> int:
        """Where the longest word that begins at `at` ends, or 0."""
        if at >= end:
            return 0
        c = ord(text[at])
        if c < TABLE and not self.table[c]:
            return 0
        lengths = self.by_two.get(text[at : at + 2])
        if lengths is not None:
            for n in lengths:
                if at + n <= end and (n == 2 or text[at : at + n] in self.words):
                    return at + n
        return at + 1 if text[at] in self.alone else 0


class Fillers:
    """Words that say nothing, one behind the other, but where one begins that is `kept` for what it says."""

    __slots__ = ("empty", "kept")

    def __init__(self, entries: Iterable[str], kept: Iterable[str]) -> None:
        self.empty, self.kept = Longest(entries), Longest(kept)

    def past(self, text: str, at: int, end: int, *, within: bool = False) -> int:
        """Where those that begin at a place end; the place itself if there are none.

        `within`: one of them ends where a kept word begins within it that reaches further.
        """
        empty, kept = self.empty, self.kept
        after = empty.at(text, at, end)
        while after and not kept.at(text, at, end):
            if within:
                for i in range(at + 1, after):
                    if kept.at(text, i, end) > after:
                        after = i
                        break
            at = after
            after = empty.at(text, at, end)
        return at


class Endings:
    """Tells whether a text ends with one of some words; asks only for those that end with its last character."""

    __slots__ = ("by_last", "table")

    def __init__(self, entries: Iterable[str]) -> None:
        by_last: dict[str, list[str]] = {}
        for word in entries:
            by_last.setdefault(word[-1], []).append(word)
        self.by_last = {last: tuple(found) for last, found in by_last.items()}
        self.table = marked(by_last)

    def of(self, text: str) -> bool:
        """Whether the text ends so."""
        return self.within(text, 0, len(text))

    def within(self, text: str, start: int, end: int) -> bool:
        """Whether a stretch of the text, which is not empty, ends so."""
        if start >= end:
            return False
        c = ord(text[end - 1])
        if c < TABLE and not self.table[c]:
            return False
        found = self.by_last.get(text[end - 1])
        return found is not None and text.endswith(found, start, end)


class Opening:
    """A regex that matches at a place, run only where one of the characters stands that it can begin with.

    It is compiled when it is first run: there are many, and a short article needs few.
    """

    __slots__ = ("match", "source", "table")

    def __init__(self, source: str, first: Iterable[str]) -> None:
        self.source = source
        regexes.foresee(source)
        self.match: Callable[[str, int, int], re.Match[str] | None] | None = None
        self.table = marked(first)

    def at(self, text: str, at: int, end: int) -> re.Match[str] | None:
        """The match that begins at a place and ends before another one."""
        if at >= end:
            return None
        c = ord(text[at])
        if c < TABLE and not self.table[c]:
            return None
        match = self.match
        if match is None:
            # Two threads may both compile: the result is the same, and the assignment is atomic.
            match = self.match = regexes.compile(self.source).match
        return match(text, at, end)

    def past(self, text: str, at: int, end: int) -> int:
        """Where that match ends; the place itself if there is none."""
        m = self.at(text, at, end)
        return at if m is None else m.end()


def opening(rows: Iterable[str]) -> Opening:
    """Some words, the longest of which may stand at a place."""
    entries = list(rows)
    return Opening(words(entries), firsts(entries))


class Ahead:
    """Ascending places, asked for mostly from left to right: the next is nearer to the last answer than a search is."""

    __slots__ = ("last", "places")

    def __init__(self, places: list[int]) -> None:
        self.places = places
        self.last = 0  # index of the last answer

    def at(self, start: int) -> int:
        """The first of them from a place on; far behind any text if there is none."""
        places, i = self.places, self.last
        while i and places[i - 1] >= start:
            i -= 1
        size = len(places)
        while i < size and places[i] < start:
            i += 1
        self.last = i
        return places[i] if i < size else NOWHERE


Spot = tuple[int, int, str]
"""Where a word stands, and the word."""


class Spotter:
    """Finds all words of some lists in one pass over a text."""

    __slots__ = ("automaton", "lists", "size", "words")

    def __init__(self, lists: Iterable[Iterable[str]]) -> None:
        in_lists: dict[str, list[int]] = {}
        self.size = 0
        for rows in lists:
            for word in rows:
                in_lists.setdefault(word, []).append(self.size)
            self.size += 1
        self.words = list(in_lists)
        self.lists = list(in_lists.values())
        kind = ahocorasick_rs.Implementation.ContiguousNFA
        self.automaton = ahocorasick_rs.AhoCorasick(self.words, implementation=kind) if self.words else None

    def find(self, text: str) -> list[list[Spot]]:
        """The words of each list, overlapping ones too, by their ends, of equal ends the longest first."""
        found: list[list[Spot]] = [[] for _ in range(self.size)]
        if self.automaton is not None:
            for which, start, end in self.automaton.find_matches_as_indexes(text, overlapping=True):
                spot = start, end, self.words[which]
                for i in self.lists[which]:
                    found[i].append(spot)
        return found


def apart(spots: Iterable[Spot]) -> list[Spot]:
    """Those that do not overlap, each the next in their order behind the one before it."""
    found: list[Spot] = []
    done = 0
    for spot in spots:
        if spot[0] >= done:
            found.append(spot)
            done = spot[1]
    return found


def longest_apart(spots: list[Spot]) -> list[Spot]:
    """Those that do not overlap, of those that begin at a place the longest."""
    return apart(sorted(spots, key=_first_longest)) if len(spots) > 1 else spots


def _first_longest(spot: Spot) -> tuple[int, int]:
    return spot[0], -spot[1]
