"""From normalized text to candidates: one pass for triggers, then anchored matches of the rules that can start there.

Two kinds of trigger: numeral expressions, found by one regular expression, and the literals of all other anchors, found by
one Aho-Corasick automaton. A rule is tried only where its anchor stands, so that the cost does not grow with the number of
rules that don't apply. The engine knows no word of any language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import NamedTuple

import ahocorasick_rs

from .numerals import Number, Numerals
from .rules import pack as p

Row = Mapping[str, str | None]


class Reading(NamedTuple):
    """A numeral as it stands and what it says."""

    text: str
    number: Number


Value = Row | Reading | str | None
"""What fills a slot: the row of a lexicon, a numeral, plain text (also a whole number read by `int`), or nothing."""


class Candidate(NamedTuple):
    """A possible mention: half-open span in normalized text, the rule's index, what fills the slots of the rule."""

    start: int
    end: int
    rule: int
    slots: list[Value]


class Found(NamedTuple):
    """Candidates in the order of their triggers, and the spans of all numerals (start -> end)."""

    candidates: list[Candidate]
    numerals: dict[int, int]


class Union:
    """Lexicons read as one table; finds the longest entry at a place."""

    __slots__ = ("lengths", "rows")

    def __init__(self, tables: list[Mapping[str, Row]]) -> None:
        self.rows: dict[str, Row] = {}
        for table in reversed(tables):  # the first lexicon named wins
            self.rows.update(table)
        self.lengths = lengths_by_first(self.rows)

    def longest(self, text: str, at: int) -> tuple[str, Row] | None:
        for n in self.lengths.get(text[at : at + 1], ()):
            row = self.rows.get(text[at : at + n])
            if row is not None:
                return text[at : at + n], row
        return None


def lengths_by_first(words: Mapping[str, object]) -> dict[str, tuple[int, ...]]:
    """First character -> the lengths of the words that begin with it, longest first."""
    found: dict[str, set[int]] = {}
    for word in words:
        found.setdefault(word[0], set()).add(len(word))
    return {c: tuple(sorted(lengths, reverse=True)) for c, lengths in found.items()}


RE, NUM, LEX, END = range(4)


class _Step:
    """A step of a variant, ready to run; its regex is compiled when it is first tried."""

    __slots__ = ("first", "groups", "kind", "match", "nullable", "optional", "reader", "slot", "union")

    def __init__(self, step: p.Step, engine: Engine) -> None:
        self.kind = END
        self.nullable = False
        self.optional = False
        self.first: frozenset[str] | None = None
        self.groups: tuple[int, ...] = ()
        self.slot = p.NOTHING
        self.match: Callable[[str, int], re.Match[str] | None]
        match step:
            case p.Regex():
                self.kind = RE
                self.first = None if step.first is None else frozenset(step.first)
                self.groups = step.groups
                self.nullable = step.nullable
                self.match = _lazy(self, step.source)
            case p.Numeral():
                self.kind = NUM
                self.reader = engine.readers[step.reader]
                self.slot = step.slot
                self.optional = step.optional
            case p.Lookup():
                self.kind = LEX
                self.union = engine.unions[step.union]
                self.slot = step.slot
                self.optional = step.optional


def _lazy(step: _Step, source: str) -> Callable[[str, int], re.Match[str] | None]:
    def first_call(text: str, at: int) -> re.Match[str] | None:
        # Two threads may both compile: the result is the same, and the assignment is atomic.
        step.match = re.compile(source, re.MULTILINE).match
        return step.match(text, at)

    return first_call


class _Variant:
    """A variant of a rule, ready to run."""

    __slots__ = ("anchor_slot", "left", "marked", "reader", "rule", "size", "steps", "unions")

    def __init__(self, v: p.Variant, engine: Engine) -> None:
        self.rule = v.rule
        self.anchor_slot = v.anchor_slot
        self.reader = engine.readers[v.reader] if v.reader >= 0 else None
        self.left = _Step(v.left, engine) if v.left else None
        self.steps = [_Step(s, engine) for s in v.right]
        self.marked = v.marked
        self.size = len(v.slots)
        self.unions = [engine.unions[u].rows if u >= 0 else None for u in v.unions]


class Engine:
    """Runs a rule pack. Immutable after construction but for regexes compiled when first needed; safe to share."""

    def __init__(self, pack: p.RulePack, numerals: Numerals) -> None:
        self.numerals = numerals
        self.scan = re.compile(numerals.run).finditer
        self.readers = [_reader(r, numerals) for r in pack.readers]
        lexicons: dict[str, dict[str, Row]] = {name: dict(rows) for name, rows in pack.lexicons.items()}
        self.unions = [Union([lexicons[name] for name in u.lexicons]) for u in pack.unions]
        by_union: dict[int, list[_Variant]] = {}
        by_word: dict[str, list[_Variant]] = {}
        self.after: dict[str, list[_Variant]] = {}
        self.always: list[_Variant] = []
        for v in pack.variants:
            live = _Variant(v, self)
            if v.reader < 0:
                for word in v.literals or self.unions[v.union].rows:
                    by_word.setdefault(word, []).append(live)
                continue
            head = next((s for s in v.right if not isinstance(s, p.SpanEnd)), None)
            if isinstance(head, p.Lookup) and not head.optional:
                by_union.setdefault(head.union, []).append(live)
            elif isinstance(head, p.Regex) and head.first is not None and not head.nullable:
                for c in head.first:
                    self.after.setdefault(c, []).append(live)
            else:
                self.always.append(live)
        # What a numeral can be followed by, in all lexicons at once: the longest entry decides which rules are tried.
        self.followers: dict[str, list[_Variant]] = {}
        for union, variants in by_union.items():
            for word in self.unions[union].rows:
                self.followers.setdefault(word, []).extend(variants)
        self.follower_lengths = lengths_by_first(self.followers)
        words = list(by_word)
        self.triggers = [by_word[w] for w in words]
        self.words = words
        self.automaton = ahocorasick_rs.AhoCorasick(words) if words else None

    def find(self, text: str) -> Found:
        """All candidates of a normalized text, in no promised order."""
        out: list[Candidate] = []
        ends: dict[int, int] = {}
        for m in self.scan(text):
            s, e = m.span()
            ends[s] = e
        back = text[::-1]
        attempt = self._attempt
        if self.automaton is not None:
            triggers, words = self.triggers, self.words
            for which, s, e in self.automaton.find_matches_as_indexes(text, overlapping=True):
                for v in triggers[which]:
                    rows = v.unions[v.anchor_slot]
                    word = words[which]
                    attempt(v, s, e, word if rows is None else rows[word], text, back, ends, out)
        after, always, followers, lengths = self.after, self.always, self.followers, self.follower_lengths
        for s, e in ends.items():
            raw = text[s:e]
            c = text[e : e + 1]
            for n in lengths.get(c, ()):
                variants = followers.get(text[e : e + n])
                if variants is not None:
                    for v in variants:
                        self._numeral(v, raw, s, e, text, back, ends, out)
                    break
            for v in after.get(c, ()):
                self._numeral(v, raw, s, e, text, back, ends, out)
            for v in always:
                self._numeral(v, raw, s, e, text, back, ends, out)
        return Found(out, ends)

    def _numeral(
        self, v: _Variant, raw: str, s: int, e: int, text: str, back: str, ends: dict[int, int], out: list[Candidate]
    ) -> None:
        left = v.left
        if left is not None and not left.nullable and left.first is not None and text[s - 1 : s] not in left.first:
            return
        value = v.reader(raw)  # type: ignore[misc]
        if value is not None:
            self._attempt(v, s, e, value, text, back, ends, out)

    def _attempt(
        self, v: _Variant, s: int, e: int, value: Value, text: str, back: str, ends: dict[int, int], out: list[Candidate]
    ) -> None:
        """Match a variant whose anchor stands at [s, e)."""
        slots: list[Value] = [None] * v.size
        begin = start = s
        end = -1
        left = v.left
        if left is not None:
            if left.first is None or text[s - 1 : s] in left.first:
                at = len(text) - s
                m = left.match(back, at)
                if m is None:
                    return
                begin = s - (m.end() - at)
                for i, slot in enumerate(left.groups, 1):
                    group = m.group(i)
                    if group is None:
                        continue
                    if slot >= 0:
                        group = group[::-1]
                        rows = v.unions[slot]
                        slots[slot] = group if rows is None else rows[group]
                    elif slot == p.START:
                        start = len(text) - m.start(i)
            elif not left.nullable:
                return
        pos = e
        for step in v.steps:
            kind = step.kind
            if kind == RE:
                if step.first is None or text[pos : pos + 1] in step.first:
                    m = step.match(text, pos)
                    if m is None:
                        return
                    for i, slot in enumerate(step.groups, 1):
                        group = m.group(i)
                        if group is None:
                            continue
                        if slot >= 0:
                            rows = v.unions[slot]
                            slots[slot] = group if rows is None else rows[group]
                        elif slot == p.END:
                            end = m.start(i)
                    pos = m.end()
                elif not step.nullable:
                    return
            elif kind == NUM:
                stop = ends.get(pos)
                read = None if stop is None else step.reader(text[pos:stop])
                if read is not None:
                    if step.slot >= 0:
                        slots[step.slot] = read
                    pos = stop  # type: ignore[assignment]
                elif not step.optional:
                    return
            elif kind == LEX:
                found = step.union.longest(text, pos)
                if found is not None:
                    if step.slot >= 0:
                        slots[step.slot] = found[1]
                    pos += len(found[0])
                elif not step.optional:
                    return
            else:
                end = pos
        if v.anchor_slot >= 0:
            slots[v.anchor_slot] = value
        out.append(Candidate(start if v.marked else begin, end if end >= 0 else pos, v.rule, slots))


def inside_numeral(at: int, starts: list[int], ends: dict[int, int]) -> bool:
    """Whether a place lies strictly inside a numeral; `starts` are the numerals' sorted starts."""
    i = bisect_right(starts, at) - 1
    return i >= 0 and starts[i] < at < ends[starts[i]]


def _reader(r: p.Reader, numerals: Numerals) -> Callable[[str], Reading | str | None]:
    read = numerals.read
    if r.read == "number":

        def number(raw: str) -> Reading | None:
            found = read(raw)
            return None if found is None else Reading(raw, found)

        return number
    low = r.low if r.low is not None else 0
    high = r.high if r.high is not None else 10**6

    def whole(raw: str) -> str | None:
        if len(raw) > 8 or (r.length and len(raw) != r.length):
            return None
        found = read(raw)
        if found is None or found.value is None or found.mod is not None or not found.value.isdigit():
            return None
        n = int(found.value)
        return str(n + r.add).zfill(r.pad) if low <= n <= high else None

    return whole
