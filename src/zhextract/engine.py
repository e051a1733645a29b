"""From normalized text to candidates: one pass for triggers, then anchored matches of the rules that can start there.

Two kinds of trigger: numeral expressions, found by one regular expression, and the literals of all other anchors, found
by one Aho-Corasick automaton. A rule is tried only where its anchor stands, so that the cost does not grow with the
number of rules that don't apply. The engine knows no word of any language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import ahocorasick_rs

from .numerals import Number, Numerals
from .rules import pack as p
from .words import Words

Row = Mapping[str, str | None]


class Reading(NamedTuple):
    """A numeral as it stands and what it says."""

    text: str
    number: Number


Value = Row | Reading | str | None
"""What fills a slot: the row of a lexicon, a numeral, plain text (also a whole number read by `int`), or nothing."""


NameReader = Callable[[Words, int, Value], "int | None"]
"""From a place and what stands at the anchor to where the name beside it begins or ends."""

Candidate = tuple[int, int, int, list[Value]]
"""A possible mention: start and end (half-open, in normalized text), the rule's index, what fills the rule's slots.

A plain tuple, since most of them are made to be thrown away.
"""


class Found(NamedTuple):
    """Candidates in the order of their triggers, and the spans of all numerals (start -> end)."""

    candidates: list[Candidate]
    numerals: dict[int, int]


class Union:
    """Lexicons read as one table; finds the longest entry at a place."""

    __slots__ = ("_lengths", "rows")

    def __init__(self, tables: list[Mapping[str, Row]], only: tuple[str, str] | None = None) -> None:
        self.rows: dict[str, Row] = {}
        for table in reversed(tables):  # the first lexicon named wins
            if only is None:
                self.rows.update(table)
            else:
                column, value = only
                self.rows.update({word: row for word, row in table.items() if row[column] == value})
        self._lengths: dict[str, tuple[int, ...]] | None = None

    @property
    def lengths(self) -> dict[str, tuple[int, ...]]:
        """First character -> lengths of entries; made when first asked for, as most tables are only triggers."""
        if self._lengths is None:
            self._lengths = lengths_by_first(self.rows)
        return self._lengths

    def longest(self, text: str, at: int) -> tuple[str, Row] | None:
        """The longest entry that begins at `at`, and its row; None when none does."""
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


RE, NUM, LEX, END, START, NAME = range(6)


class _Step:
    """A step of a variant, ready to run; its regex is compiled when it is first tried."""

    __slots__ = ("first", "groups", "kind", "marks", "match", "name", "nullable", "optional", "reader", "slot", "union")

    def __init__(self, step: p.Step, engine: Engine) -> None:
        self.kind = END
        self.nullable = False
        self.optional = False
        self.first: frozenset[str] | None = None
        self.groups: tuple[int, ...] = ()
        self.marks = False  # a regex that holds `<` or `>`
        self.slot = p.NOTHING
        self.match: Callable[[str, int], re.Match[str] | None]
        match step:
            case p.Regex():
                self.kind = RE
                self.first = None if step.first is None else frozenset(_characters(step.first))
                self.groups = step.groups
                self.marks = p.END in step.groups or p.START in step.groups
                self.nullable = step.nullable
                self.match = _lazy(self, step.source)
            case p.Numeral():
                self.kind = NUM
                self.reader = engine.readers[step.reader]
                self.slot = step.slot
                self.optional = step.optional
            case p.Name():
                self.kind = NAME
                self.name = engine.names[step.reader + "_right"]
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

    __slots__ = (
        "anchor_rows", "anchor_slot", "edges", "gate", "head_slot", "left", "left_first", "marked", "name_left",
        "name_slot", "reader", "rest", "rule", "short", "size", "steps", "stops", "tail_first", "unions",
    )  # fmt: skip

    def __init__(self, v: p.Variant, engine: Engine) -> None:
        self.rule = v.rule
        self.anchor_slot = v.anchor_slot
        self.reader = engine.readers[v.reader] if v.reader >= 0 else _unread
        self.anchor_rows = engine.unions[v.union].rows if v.union >= 0 else None
        self.left = _Step(v.left, engine) if v.left else None
        self.name_left = engine.names[v.name_left.reader + "_left"] if v.name_left else None
        self.name_slot = v.name_left.slot if v.name_left else p.NOTHING
        self.edges = "word_edges" in v.where
        # The character before the anchor must be one of these (None: any, or none needed).
        self.gate = self.left.first if self.left is not None and not self.left.nullable and not v.name_left else None
        self.steps = [_Step(s, engine) for s in v.right]
        self.marked = v.marked
        self.stops = v.stops
        self.size = len(v.slots)
        self.unions = [engine.unions[u].rows if u >= 0 else None for u in v.unions]
        self.rest = self.steps[1:]
        self.head_slot = self.steps[0].slot if self.steps and self.steps[0].kind == LEX else p.NOTHING
        # Short: after the first step only '>' and at most one optional regex are left. Where that regex and the left
        # part can't begin, there is nothing more to match.
        tail = [step for step in self.rest if step.kind != END]
        self.left_first = frozenset() if self.left is None else self.left.first or frozenset()
        self.tail_first = frozenset() if not tail else tail[0].first or frozenset()
        self.short = (
            (self.left is None or (self.left.nullable and self.left.first is not None))
            and len(tail) <= 1
            and all(step.kind == RE and step.nullable and step.first is not None for step in tail)
            and v.anchor_slot >= 0
            and self.head_slot >= 0
            and not (self.edges or self.stops)
            and self.name_left is None
        )


class _Fan:
    """Variants to try at one place: some always, the others by the character that stands there.

    `reader` and `head` are those of a regex after the numeral that all of them share.
    """

    __slots__ = ("always", "by_next", "head", "reader")

    def __init__(self) -> None:
        self.always: list[tuple[_Variant, Any]] = []
        self.by_next: dict[str, list[tuple[_Variant, Any]]] = {}
        self.reader: Callable[[str], Any] = _unread
        self.head: _Step | None = None

    def add(self, v: _Variant, extra: Any, following: frozenset[str] | None) -> None:
        if following is None:
            self.always.append((v, extra))
        else:
            for c in following:
                self.by_next.setdefault(c, []).append((v, extra))


class Engine:
    """Runs a rule pack. Immutable after construction but for regexes compiled when first needed; safe to share."""

    def __init__(self, pack: p.RulePack, numerals: Numerals, names: Mapping[str, NameReader] | None = None) -> None:
        self.names = names or {}
        self.scan = re.compile(numerals.run).finditer

        def read(raw: str) -> Reading | None:
            number = numerals.read(raw)
            return None if number is None else Reading(raw, number)

        reading = _Known(read).__getitem__
        self.readers = [_reader(r, reading) for r in pack.readers]
        lexicons: dict[str, dict[str, Row]] = {name: dict(rows) for name, rows in pack.lexicons.items()}
        self.unions = [Union([lexicons[name] for name in u.lexicons], u.only) for u in pack.unions]
        self.digits = frozenset(numerals.first)
        # Numeral-anchored variants are found by what stands next to the numeral: an entry of a lexicon after it, a
        # plain regex after it (run once for all variants that share it), a character before or after it.
        self.followers: dict[str, _Fan] = {}
        self.after: dict[str, list[_Fan]] = {}
        self.before: dict[str, list[_Variant]] = {}
        self.alone: list[_Variant] = []
        words: dict[str, tuple[int, ...]] = {}  # trigger -> the sources it is in: a union, or the words of one variant
        triggered: dict[int, list[_Variant]] = {}
        heads: dict[tuple[int, str], _Fan] = {}
        firsts: dict[_Variant, frozenset[str] | None] = {}
        for v in pack.variants:
            live = _Variant(v, self)
            if v.reader >= 0:
                self._place(v, live, heads)
                continue
            source = v.union if v.union >= 0 else len(self.unions) + len(triggered)
            if source not in triggered:
                for word in v.literals or self.unions[source].rows:
                    words[word] = (*words.get(word, ()), source)
            triggered.setdefault(source, []).append(live)
            firsts[live] = _first(v.right, self.digits, self.unions)
        self.follower_lengths = lengths_by_first(self.followers)
        self.words = list(words)
        # Thousands of triggers share few sets of variants.
        fans: dict[tuple[int, ...], _Fan] = {}
        for sources in set(words.values()):
            fan = fans[sources] = _Fan()
            for source in sources:
                for live in triggered[source]:
                    fan.add(live, None, firsts[live])
        self.triggers = [fans[sources] for sources in words.values()]
        self.automaton = ahocorasick_rs.AhoCorasick(self.words) if self.words else None

    def _place(self, v: p.Variant, live: _Variant, heads: dict[tuple[int, str], _Fan]) -> None:
        """Put a numeral-anchored variant where it will be found."""
        head = v.right[0] if v.right else None
        if isinstance(head, p.Lookup) and not head.optional:
            following = _first(v.right[1:], self.digits, self.unions)
            for word, row in self.unions[head.union].rows.items():
                self.followers.setdefault(word, _Fan()).add(live, row, following)
            return
        if isinstance(head, p.Regex) and not head.groups and not head.nullable and head.first is not None:
            key = (v.reader, head.source)
            fan = heads.get(key)
            if fan is None:
                fan = heads[key] = _Fan()
                fan.reader, fan.head = live.reader, live.steps[0]
                for c in head.first:
                    self.after.setdefault(c, []).append(fan)
            fan.add(live, None, _first(v.right[1:], self.digits, self.unions))
            return
        following = _first(v.right, self.digits, self.unions)
        if following is not None:
            fan = _Fan()
            fan.reader = live.reader
            fan.always.append((live, None))
            for c in following:
                self.after.setdefault(c, []).append(fan)
        elif live.gate is not None:
            for c in live.gate:
                self.before.setdefault(c, []).append(live)
        else:
            self.alone.append(live)

    def find(self, text: str, words: Words | None = None) -> Found:
        """All candidates of a normalized text, in no promised order. `words` are its words, for name rules."""
        out: list[Candidate] = []
        ends = dict([m.span() for m in self.scan(text)])
        attempt = _matcher(text, ends, words, out)
        nothing: tuple[Any, ...] = ()
        if self.automaton is not None:
            triggers, literals = self.triggers, self.words
            for which, s, e in self.automaton.find_matches_as_indexes(text, overlapping=True):
                fan = triggers[which]
                before = text[s - 1 : s]
                word = literals[which]
                for v, _ in fan.always:
                    if v.gate is None or before in v.gate:
                        attempt(v, s, word if v.anchor_rows is None else v.anchor_rows[word], v.steps, e, before, None)
                if fan.by_next:
                    for v, _ in fan.by_next.get(text[e : e + 1], nothing):
                        if v.gate is None or before in v.gate:
                            attempt(
                                v, s, word if v.anchor_rows is None else v.anchor_rows[word], v.steps, e, before, None
                            )
        after, by_before, alone = self.after, self.before, self.alone
        followers, lengths = self.followers, self.follower_lengths
        for s, e in ends.items():
            raw = text[s:e]
            before = text[s - 1 : s]
            c = text[e : e + 1]
            follower = None
            for n in lengths.get(c, nothing):
                word = text[e : e + n]
                follower = followers.get(word)
                if follower is not None:
                    pos = e + len(word)  # shorter than n at the end of the text
                    c = text[pos : pos + 1]
                    for v, row in follower.always:
                        if v.gate is not None and before not in v.gate:
                            continue
                        value = v.reader(raw)
                        if value is None:
                            continue
                        if v.short and before not in v.left_first and c not in v.tail_first:
                            # Nothing more to match on either side.
                            slots: list[Value] = [None] * v.size
                            slots[v.head_slot] = row
                            slots[v.anchor_slot] = value
                            out.append((s, pos, v.rule, slots))
                        else:
                            attempt(v, s, value, v.rest, pos, before, row)
                    if follower.by_next:
                        for v, row in follower.by_next.get(c, nothing):
                            if v.gate is None or before in v.gate:
                                value = v.reader(raw)
                                if value is not None:
                                    attempt(v, s, value, v.rest, pos, before, row)
                    c = text[e : e + 1]
                    break
            for fan in after.get(c, nothing):
                value = fan.reader(raw)
                if value is None:
                    continue
                if fan.head is None:
                    for v, _ in fan.always:
                        if v.gate is None or before in v.gate:
                            attempt(v, s, value, v.steps, e, before, None)
                    continue
                m = fan.head.match(text, e)
                if m is not None:
                    pos = m.end()
                    for v, _ in fan.always:
                        if v.gate is None or before in v.gate:
                            attempt(v, s, value, v.rest, pos, before, None)
                    if fan.by_next:
                        for v, _ in fan.by_next.get(text[pos : pos + 1], nothing):
                            if v.gate is None or before in v.gate:
                                attempt(v, s, value, v.rest, pos, before, None)
            for v in by_before.get(before, nothing):
                value = v.reader(raw)
                if value is not None:
                    attempt(v, s, value, v.steps, e, before, None)
            if follower is None:
                # Where an entry of a lexicon follows, a longer match than that of the lone numeral exists.
                for v in alone:
                    if v.gate is None or before in v.gate:
                        value = v.reader(raw)
                        if value is not None:
                            attempt(v, s, value, v.steps, e, before, None)
        return Found(out, ends)


Attempt = Callable[[_Variant, int, Value, "list[_Step]", int, str, "Row | None"], None]


def _matcher(text: str, ends: dict[int, int], words: Words | None, out: list[Candidate]) -> Attempt:
    """A function that matches a variant in `text` and appends the candidate to `out`; `ends` are the numerals."""
    back = text[::-1]
    size = len(text)
    # Where a name was read from its ending, the shorter endings that end there too need not be tried: they come later.
    read_to: set[int] = set()

    def attempt(v: _Variant, s: int, value: Value, steps: list[_Step], pos: int, before: str, row: Row | None) -> None:
        """The anchor starts at `s`; all up to `pos` is matched, `steps` are left; `row` filled the first step."""
        slots: list[Value] = [None] * v.size
        begin = start = s
        end = s if v.stops else -1
        left = v.left
        if v.name_left is not None:
            if pos in read_to:
                return
            assert words is not None  # who has name rules brings words
            if not words.made:
                words.make()
            found = v.name_left(words, s, value)
            if found is None:
                return
            read_to.add(pos)
            begin = start = found
            if v.name_slot >= 0:
                slots[v.name_slot] = text[found:s]
            before = text[begin - 1 : begin]
            if left is not None and not left.nullable and left.first is not None and before not in left.first:
                return
        if left is not None and (left.first is None or before in left.first):
            m = left.match(back, size - begin)
            if m is None:
                return
            begin = size - m.end()
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
                    start = size - m.start(i)
        if row is not None and v.head_slot >= 0:
            slots[v.head_slot] = row
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
                elif step.marks:
                    # It matches nothing here, and so do the marks in it.
                    if p.START in step.groups:
                        start = pos
                    if p.END in step.groups:
                        end = pos
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
                entry = step.union.longest(text, pos)
                if entry is not None:
                    if step.slot >= 0:
                        slots[step.slot] = entry[1]
                    pos += len(entry[0])
                elif not step.optional:
                    return
            elif kind == NAME:
                assert words is not None
                if not words.made:
                    words.make()
                stop = step.name(words, pos, value)
                if stop is not None:
                    if step.slot >= 0:
                        slots[step.slot] = text[pos:stop]
                    pos = stop
                elif not step.optional:
                    return
            elif kind == END:
                end = pos
            else:
                start = pos
        if v.anchor_slot >= 0:
            slots[v.anchor_slot] = value
        first, last = start if v.marked else begin, end if end >= 0 else pos
        if v.edges:
            assert words is not None
            if not words.made:
                words.make()
            if not (words.is_edge(first) and words.is_edge(last)):
                return
            read_to.add(last)
        out.append((first, last, v.rule, slots))

    return attempt


def _characters(first: str) -> list[str]:
    """What a regex can begin with; an empty string is the edge of the text."""
    return ["" if c == p.EDGE else c for c in first]


def _first(steps: Sequence[p.Step], digits: frozenset[str], unions: Sequence[Union]) -> frozenset[str] | None:
    """Characters that the steps can begin with; None when they may match nothing, or anything may come."""
    found: set[str] = set()
    for step in steps:
        if isinstance(step, p.Regex):
            if step.first is None:
                return None
            found.update(_characters(step.first))
            if not step.nullable:
                return frozenset(found)
        elif isinstance(step, p.Numeral):
            found |= digits
            if not step.optional:
                return frozenset(found)
        elif isinstance(step, p.Name):
            return None
        elif isinstance(step, p.Lookup):
            found.update(unions[step.union].lengths)
            if not step.optional:
                return frozenset(found)
    return None


def _unread(raw: str) -> None:
    """The reader of what is no numeral."""


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
