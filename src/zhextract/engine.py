"""From normalized text to candidates: one pass for triggers, then anchored matches of the rules that can start there.

Two kinds of trigger: numeral expressions, found by one regular expression, and the literals of all other anchors, found by
one Aho-Corasick automaton. A rule is tried only where its anchor stands, so that the cost does not grow with the number of
rules that don't apply. The engine knows no word of any language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

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


Candidate = tuple[int, int, int, list[Value]]
"""A possible mention: start and end (half-open, in normalized text), the rule's index, what fills the slots of the rule.

A plain tuple, since most of them are made to be thrown away.
"""


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


RE, NUM, LEX, END, START = range(5)


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
            case p.SpanMark(True):
                self.kind = START
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

    __slots__ = ("anchor_slot", "gate", "left", "marked", "reader", "rule", "size", "steps", "unions")

    def __init__(self, v: p.Variant, engine: Engine) -> None:
        self.rule = v.rule
        self.anchor_slot = v.anchor_slot
        self.reader = engine.readers[v.reader] if v.reader >= 0 else None
        self.left = _Step(v.left, engine) if v.left else None
        # The character before the anchor must be one of these (None: any, or none needed).
        self.gate = self.left.first if self.left is not None and not self.left.nullable else None
        self.steps = [_Step(s, engine) for s in v.right]
        self.marked = v.marked
        self.size = len(v.slots)
        self.unions = [engine.unions[u].rows if u >= 0 else None for u in v.unions]


class _Follower:
    """What may come of a numeral that a lexicon entry follows: variants to try always, and by the next character."""

    __slots__ = ("always", "by_next", "rows")

    def __init__(self) -> None:
        self.always: list[tuple[_Variant, Row]] = []
        self.by_next: dict[str, list[tuple[_Variant, Row]]] = {}


class Engine:
    """Runs a rule pack. Immutable after construction but for regexes compiled when first needed; safe to share."""

    def __init__(self, pack: p.RulePack, numerals: Numerals) -> None:
        self.scan = re.compile(numerals.run).finditer

        def read(raw: str) -> Reading | None:
            number = numerals.read(raw)
            return None if number is None else Reading(raw, number)

        reading = _Known(read).__getitem__
        self.readers = [_reader(r, reading) for r in pack.readers]
        lexicons: dict[str, dict[str, Row]] = {name: dict(rows) for name, rows in pack.lexicons.items()}
        self.unions = [Union([lexicons[name] for name in u.lexicons]) for u in pack.unions]
        digits = frozenset(numerals.first)
        by_word: dict[str, list[_Variant]] = {}
        # Numeral-anchored variants are found by what stands next to the numeral: an entry of a lexicon after it, a
        # character after it, a character before it.
        self.followers: dict[str, _Follower] = {}
        self.after: dict[str, list[_Variant]] = {}
        self.before: dict[str, list[_Variant]] = {}
        self.always: list[_Variant] = []
        for v in pack.variants:
            live = _Variant(v, self)
            if v.reader < 0:
                for word in v.literals or self.unions[v.union].rows:
                    by_word.setdefault(word, []).append(live)
                continue
            # A '>' right after the numeral does not matter for finding the variant.
            steps = [s for s in v.right if not isinstance(s, p.SpanMark)]
            head = steps[0] if steps else None
            if isinstance(head, p.Lookup) and not head.optional and v.right[0] is head:
                following = _first(steps[1:], digits)
                for word, row in self.unions[head.union].rows.items():
                    follower = self.followers.setdefault(word, _Follower())
                    if following is None:
                        follower.always.append((live, row))
                    else:
                        for c in following:
                            follower.by_next.setdefault(c, []).append((live, row))
                continue
            following = _first(steps, digits)
            if following is not None:
                for c in following:
                    self.after.setdefault(c, []).append(live)
            elif live.gate is not None:
                for c in live.gate:
                    self.before.setdefault(c, []).append(live)
            else:
                self.always.append(live)
        self.follower_lengths = lengths_by_first(self.followers)
        self.words = list(by_word)
        self.triggers = [
            [(v, word if (rows := v.unions[v.anchor_slot]) is None else rows[word]) for v in by_word[word]]
            for word in self.words
        ]
        self.automaton = ahocorasick_rs.AhoCorasick(self.words) if self.words else None

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
            triggers = self.triggers
            for which, s, e in self.automaton.find_matches_as_indexes(text, overlapping=True):
                before = text[s - 1 : s]
                for v, value in triggers[which]:
                    if v.gate is None or before in v.gate:
                        attempt(v, s, e, value, 0, e, text, back, ends, out)
        after, by_before, always = self.after, self.before, self.always
        followers, lengths = self.followers, self.follower_lengths
        nothing: tuple[_Variant, ...] = ()
        for s, e in ends.items():
            raw = text[s:e]
            before = text[s - 1 : s]
            c = text[e : e + 1]
            for n in lengths.get(c, nothing):
                word = text[e : e + n]  # type: ignore[operator]
                follower = followers.get(word)
                if follower is None:
                    continue
                pos = e + len(word)  # shorter than n at the end of the text
                for v, row in follower.always:
                    if v.gate is None or before in v.gate:
                        value = v.reader(raw)  # type: ignore[misc]
                        if value is not None:
                            attempt(v, s, e, value, 1, pos, text, back, ends, out, row)
                if follower.by_next:
                    for v, row in follower.by_next.get(text[pos : pos + 1], nothing):  # type: ignore[misc]
                        if v.gate is None or before in v.gate:
                            value = v.reader(raw)
                            if value is not None:
                                attempt(v, s, e, value, 1, pos, text, back, ends, out, row)
                break
            for group in (after.get(c, nothing), by_before.get(before, nothing), always):
                for v in group:
                    if v.gate is None or before in v.gate:
                        value = v.reader(raw)  # type: ignore[misc]
                        if value is not None:
                            attempt(v, s, e, value, 0, e, text, back, ends, out)
        return Found(out, ends)

    def _attempt(
        self,
        v: _Variant,
        s: int,
        e: int,
        value: Value,
        done: int,
        pos: int,
        text: str,
        back: str,
        ends: dict[int, int],
        out: list[Candidate],
        row: Row | None = None,
    ) -> None:
        """Match a variant whose anchor stands at [s, e); its first `done` steps are matched up to `pos`, by `row`."""
        slots: list[Value] = [None] * v.size
        begin = start = s
        end = -1
        left = v.left
        if left is not None and (left.first is None or text[s - 1 : s] in left.first):
            at = len(text) - s
            m = left.match(back, at)
            if m is None:
                return
            begin = s - (m.end() - at)
            i = 0
            for slot in left.groups:
                i += 1
                group = m.group(i)
                if group is None:
                    continue
                if slot >= 0:
                    group = group[::-1]
                    rows = v.unions[slot]
                    slots[slot] = group if rows is None else rows[group]
                elif slot == p.START:
                    start = len(text) - m.start(i)
        steps = v.steps
        if done:
            slot = steps[0].slot
            if slot >= 0:
                slots[slot] = row
            steps = steps[1:]
        for step in steps:
            kind = step.kind
            if kind == RE:
                if step.first is None or text[pos : pos + 1] in step.first:
                    m = step.match(text, pos)
                    if m is None:
                        return
                    i = 0
                    for slot in step.groups:
                        i += 1
                        group = m.group(i)
                        if group is None:
                            continue
                        if slot >= 0:
                            rows = v.unions[slot]
                            slots[slot] = group if rows is None else rows[group]
                        elif slot == p.END:
                            end = m.start(i)
                        elif slot == p.START:
                            start = m.start(i)
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
            elif kind == END:
                end = pos
            else:
                start = pos
        if v.anchor_slot >= 0:
            slots[v.anchor_slot] = value
        out.append((start if v.marked else begin, end if end >= 0 else pos, v.rule, slots))


def _first(steps: list[p.Step], digits: frozenset[str]) -> frozenset[str] | None:
    """Characters that the steps can begin with; None when they may match nothing, or anything may come."""
    found: set[str] = set()
    for step in steps:
        if isinstance(step, p.Regex):
            if step.first is None:
                return None
            found.update(step.first)
            if not step.nullable:
                return frozenset(found)
        elif isinstance(step, p.Numeral):
            found |= digits
            if not step.optional:
                return frozenset(found)
        elif isinstance(step, p.Lookup):
            return None
    return None


def inside_numeral(at: int, starts: list[int], ends: dict[int, int]) -> bool:
    """Whether a place lies strictly inside a numeral; `starts` are the numerals' sorted starts."""
    i = bisect_right(starts, at) - 1
    return i >= 0 and starts[i] < at < ends[starts[i]]


_ROOM = 1 << 14
_LONGEST = 32


class _Known(dict[str, Any]):
    """What numerals read to, remembered while there is room: press text repeats its numbers.

    Safe to share: entries depend on their key only, and a dict's operations are atomic.
    """

    def __init__(self, read: Callable[[str], Any]) -> None:
        super().__init__()
        self.read = read

    def __missing__(self, raw: str) -> Any:
        found = self.read(raw)
        if len(raw) <= _LONGEST:
            if len(self) >= _ROOM:
                self.clear()
            self[raw] = found
        return found


def _reader(r: p.Reader, reading: Callable[[str], Reading | None]) -> Callable[[str], Reading | str | None]:
    like = re.compile(r.like).fullmatch if r.like is not None else None
    if r.read == "number":
        if like is None:
            return reading
        return _Known(lambda raw: reading(raw) if like(raw) else None).__getitem__
    low = r.low if r.low is not None else 0
    high = r.high if r.high is not None else 10**6

    def whole(raw: str) -> str | None:
        if len(raw) > 8 or (r.length and len(raw) != r.length) or (like is not None and not like(raw)):
            return None
        found = reading(raw)
        if found is None:
            return None
        number = found.number
        if number.value is None or number.mod is not None or not number.value.isdigit():
            return None
        n = int(number.value)
        return str(n + r.add).zfill(r.pad) if low <= n <= high else None

    return _Known(whole).__getitem__
