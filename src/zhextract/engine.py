"""From normalized text to candidates: one pass for triggers, then anchored matches of the rules that can start there.

Two kinds of trigger: numeral expressions, found by one regular expression, and the literals of all other anchors, found
by one Aho-Corasick automaton. A rule is tried only where its anchor stands, so that the cost does not grow with the
number of rules that don't apply. The engine knows no word of any language.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, NamedTuple

import ahocorasick_rs

from . import regexes
from .numerals import Number, Numerals
from .rules import pack as p
from .words import Words

Row = dict[str, str | None]


class Reading:
    """A numeral as it stands and what it says."""

    __slots__ = ("number", "text")

    def __init__(self, text: str, number: Number) -> None:
        self.text = text
        self.number = number


Value = Row | Reading | str | None
"""What fills a slot: the row of a lexicon, a numeral, plain text (also a whole number read by `int`), or nothing."""


NameReader = Callable[[Words, int, Value], "int | None"]
"""From a place and what stands at the anchor to where the name beside it begins or ends."""

Candidate = tuple[Any, ...]
"""A possible mention: start and end (half-open, in normalized text), the rule's index, what fills the rule's slots (a
list).

A plain tuple, since most of them are made to be thrown away; of four fields, though its type does not say so: compiled
code would take a tuple of known fields apart and make a new one at each touch.
"""


class Found(NamedTuple):
    """Candidates in the order of their triggers, and the spans of all numerals (start -> end)."""

    candidates: list[Candidate]
    numerals: dict[int, int]


class Union:
    """Lexicons read as one table; finds the longest entry at a place."""

    __slots__ = ("_firsts", "_lengths", "_seconds", "rows")

    def __init__(self, tables: Sequence[Mapping[str, Row]], only: tuple[str, str] | None = None) -> None:
        self.rows: dict[str, Row] = {}
        for table in reversed(tables):  # the first lexicon named wins
            if only is None:
                self.rows.update(table)
            else:
                column, value = only
                self.rows.update({word: row for word, row in table.items() if row[column] == value})
        self._lengths: dict[str, tuple[int, ...]] | None = None
        self._firsts: frozenset[str] | None = None
        self._seconds: frozenset[str] | None = None

    @property
    def lengths(self) -> dict[str, tuple[int, ...]]:
        """First character -> lengths of entries; made when first asked for, as most tables are only triggers."""
        if self._lengths is None:
            self._lengths = lengths_by_first(self.rows)
        return self._lengths

    @property
    def firsts(self) -> frozenset[str]:
        """First characters of entries."""
        if self._firsts is None:
            self._firsts = frozenset([word[0] for word in self.rows])
        return self._firsts

    @property
    def seconds(self) -> frozenset[str]:
        """Second characters of entries; an empty string where an entry has only one."""
        if self._seconds is None:
            self._seconds = frozenset([word[1:2] for word in self.rows])
        return self._seconds

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
        lengths = found.get(word[0])
        if lengths is None:
            found[word[0]] = {len(word)}
        else:
            lengths.add(len(word))
    return {c: tuple(sorted(lengths, reverse=True)) for c, lengths in found.items()}


RE, NUM, LEX, END, START, NAME = range(6)


class _Step:
    """A step of a variant, ready to run; its regex is compiled when it is first tried."""

    __slots__ = (
        "begins", "ends", "fills", "first", "kind", "match", "name", "nullable", "optional", "reader", "slot", "union",
    )  # fmt: skip

    def __init__(self, step: p.Step, engine: Engine) -> None:
        self.kind = END
        self.nullable = False
        self.optional = False
        self.first: frozenset[str] | None = None
        # Of a regex: its groups that fill slots, each with the slot; those that are the marks `<` and `>`.
        self.fills: list[tuple[int, int]] = []
        self.begins: list[int] = []
        self.ends: list[int] = []
        self.slot = p.NOTHING
        self.match: Callable[[str, int], re.Match[str] | None]
        match step:
            case p.Regex():
                self.kind = RE
                self.first = _characters(step.first)
                self.fills = [(i, slot) for i, slot in enumerate(step.groups, 1) if slot >= 0]
                self.begins = [i for i, slot in enumerate(step.groups, 1) if slot == p.START]
                self.ends = [i for i, slot in enumerate(step.groups, 1) if slot == p.END]
                self.nullable = step.nullable
                self.match = _lazy(self, step.source)
            case p.Numeral():
                self.kind = NUM
                self.reader = step.reader
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
        step.match = regexes.compile(source, re.MULTILINE).match
        return step.match(text, at)

    regexes.foresee(source, re.MULTILINE)
    return first_call


class _Variant:
    """A variant of a rule, ready to run."""

    __slots__ = (
        "anchor_rows", "anchor_slot", "beyond", "edges", "gate", "head_slot", "left", "left_first", "marked",
        "name_left", "name_slot", "reader", "rest", "rule", "short", "size", "steps", "stops", "tail_first", "then",
        "unions",
    )  # fmt: skip

    def __init__(self, v: p.Variant, engine: Engine) -> None:
        self.rule = v.rule
        self.anchor_slot = v.anchor_slot
        self.reader = v.reader
        self.anchor_rows = engine.unions[v.union].rows if v.union >= 0 else None
        self.left = _Step(v.left, engine) if v.left else None
        self.name_left = engine.names[v.name_left.reader + "_left"] if v.name_left else None
        self.name_slot = v.name_left.slot if v.name_left else p.NOTHING
        self.edges = frozenset(v.where)
        # The character before the anchor must be one of these (None: any, or none needed).
        self.gate = self.left.first if self.left is not None and not self.left.nullable and not v.name_left else None
        # The one before that must be one of these.
        self.beyond = _characters(v.left.second) if v.left is not None and self.gate and not v.left.single else None
        # The second character from where matching goes on must be one of these; set where the variant is placed.
        self.then: frozenset[str] | None = None
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
        nothing = frozenset[str]()
        self.left_first = nothing if self.left is None else self.left.first or nothing
        self.tail_first = nothing if not tail else tail[0].first or nothing
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

    `left` tells whether one of them asks for the character before its anchor. What stands behind which character is
    found out when it is first asked for: an article has few of all that there are.
    """

    __slots__ = ("always", "first", "left", "near", "some")

    def __init__(self) -> None:
        self.always: list[_Variant] = []
        self.some: list[tuple[frozenset[str], _Variant]] = []
        self.left = False
        self.first: frozenset[str] | None = None  # the characters that some ask for, when that was asked
        self.near: dict[str, list[_Variant]] = {}

    def add(self, v: _Variant, following: frozenset[str] | None) -> None:
        self.left = self.left or v.left is not None
        if following is None:
            self.always.append(v)
        else:
            self.some.append((following, v))

    def begins(self) -> frozenset[str]:
        if self.first is None:
            self.first = frozenset[str]().union(*[following for following, _ in self.some])
        return self.first

    def at(self, c: str) -> list[_Variant]:
        """Those that want a character, one of `begins`."""
        found = self.near.get(c)
        if found is None:
            # Two threads may both look: they find the same, and the assignment is atomic.
            found = self.near[c] = [v for following, v in self.some if c in following]
        return found


class _Follower:
    """A fan behind an entry of a lexicon: each variant with the entry's row in its union."""

    __slots__ = ("always", "first", "near", "some")

    def __init__(self) -> None:
        self.always: list[tuple[_Variant, Row]] = []
        self.some: list[tuple[frozenset[str], _Variant, Row]] = []
        self.first: frozenset[str] | None = None
        self.near: dict[str, list[tuple[_Variant, Row]]] = {}

    def add(self, v: _Variant, row: Row, following: frozenset[str] | None) -> None:
        if following is None:
            self.always.append((v, row))
        else:
            self.some.append((following, v, row))

    def begins(self) -> frozenset[str]:
        if self.first is None:
            self.first = frozenset[str]().union(*[following for following, _, _ in self.some])
        return self.first

    def at(self, c: str) -> list[tuple[_Variant, Row]]:
        """Those that want a character, one of `begins`."""
        found = self.near.get(c)
        if found is None:
            found = self.near[c] = [(v, row) for following, v, row in self.some if c in following]
        return found


class _Head:
    """A regex after a numeral, run once for all variants that begin with it, and the fan behind it.

    `then`: what the second character must be one of (None: any, or none needed).
    """

    __slots__ = ("fan", "literal", "single", "step", "then")

    def __init__(self, step: _Step, regex: p.Regex) -> None:
        self.step = step
        self.literal = len(regex.source) == 1 and regex.source not in _SPECIAL  # then there is nothing to run
        self.single = regex.single
        self.then = _characters(regex.second)
        self.fan = _Fan()

    def narrow(self) -> None:
        """Where one character may be all that it matches, the next must be one that its variants go on with."""
        if self.single:
            self.then = None if self.fan.always else _either(self.then, self.fan.begins())


_SPECIAL: Final = frozenset("\\.^$*+?{}[]()|")


class _After:
    """What to try where a character follows a numeral.

    `follower` is what the character alone is an entry for, `longer` the longer entries that begin with it, longest
    first by `lengths`; then the variants behind regexes that they share, and the others.
    """

    __slots__ = ("alone", "follower", "heads", "lengths", "longer")

    def __init__(self) -> None:
        self.follower: _Follower | None = None
        self.longer: dict[str, _Follower] = {}
        self.lengths: tuple[int, ...] = ()
        self.heads: list[_Head] = []
        self.alone: list[_Variant] = []

    def follow(self, text: str, at: int) -> tuple[_Follower | None, int]:
        """The longest entry of a lexicon that stands at a place, and where it ends."""
        for n in self.lengths:
            word = text[at : at + n]
            found = self.longer.get(word)
            if found is not None:
                return found, at + len(word)  # shorter than n at the end of the text
        return self.follower, at + 1


class Engine:
    """Runs a rule pack. Immutable after construction but for regexes compiled when first needed; safe to share."""

    def __init__(self, pack: p.RulePack, numerals: Numerals, names: Mapping[str, NameReader] | None = None) -> None:
        self.names = names or {}
        self.matcher = Matcher  # a profiler puts its own in its place
        self.scan = regexes.compile(numerals.run).finditer
        self.numerals = numerals
        self.readers = [_Reader(r) for r in pack.readers]
        self.known: dict[str, _Readings] = {}
        used = {name for u in pack.unions for name in u.lexicons}
        lexicons: dict[str, dict[str, Row]] = {name: dict(pack.lexicons[name]) for name in used}
        self.unions = [Union([lexicons[name] for name in u.lexicons], u.only) for u in pack.unions]
        self.digits = frozenset(numerals.first)
        # Numeral-anchored variants are found by what stands next to the numeral: an entry of a lexicon after it, a
        # plain regex after it (run once for all variants that share it), a character before or after it.
        self.after: dict[str, _After] = {}
        self.before: dict[str, list[_Variant]] = {}
        self.alone: list[_Variant] = []
        words: dict[str, tuple[int, ...]] = {}  # trigger -> the sources it is in: a union, or the words of one variant
        triggered: dict[int, list[_Variant]] = {}
        heads: dict[str, _Head] = {}
        firsts: dict[_Variant, frozenset[str] | None] = {}  # what can stand right of the anchor
        for v in pack.variants:
            live = _Variant(v, self)
            if v.reader >= 0:
                self._place(v, live, heads)
                continue
            source = v.union if v.union >= 0 else len(self.unions) + len(triggered)
            if source not in triggered:
                alone = (source,)
                for word in v.literals or self.unions[source].rows:
                    known = words.get(word)
                    words[word] = alone if known is None else (*known, source)
            triggered.setdefault(source, []).append(live)
            firsts[live], live.then = self._opening(v.right)
        for shared in heads.values():
            shared.narrow()
        for near in self.after.values():
            near.lengths = tuple(sorted({len(word) for word in near.longer}, reverse=True))
        self.words = list(words)
        # Thousands of triggers share few sets of variants.
        fans: dict[tuple[int, ...], _Fan] = {}
        for sources in set(words.values()):
            fan = fans[sources] = _Fan()
            for source in sources:
                for live in triggered[source]:
                    fan.add(live, firsts[live])
        self.triggers = [fans[sources] for sources in words.values()]
        # The quickest to match of those that are quick to build.
        kind = ahocorasick_rs.Implementation.ContiguousNFA
        self.automaton = ahocorasick_rs.AhoCorasick(self.words, implementation=kind) if self.words else None

    def _place(self, v: p.Variant, live: _Variant, heads: dict[str, _Head]) -> None:
        """Put a numeral-anchored variant where it will be found."""
        head = v.right[0] if v.right else None
        if isinstance(head, p.Lookup) and not head.optional:
            following, live.then = self._opening(v.right[1:])
            for word, row in self.unions[head.union].rows.items():
                self._follower(word).add(live, row, following)
            return
        if isinstance(head, p.Regex) and not head.groups and not head.nullable and head.first is not None:
            shared = heads.get(head.source)
            if shared is None:
                shared = heads[head.source] = _Head(live.steps[0], head)
                for c in _characters(head.first) or ():
                    self.after.setdefault(c, _After()).heads.append(shared)
            following, live.then = self._opening(v.right[1:])
            shared.fan.add(live, following)
            return
        following, live.then = self._opening(v.right)
        if following is not None:
            for c in following:
                self.after.setdefault(c, _After()).alone.append(live)
        elif live.gate is not None:
            for c in live.gate:
                self.before.setdefault(c, []).append(live)
        else:
            self.alone.append(live)

    def _opening(self, steps: Sequence[p.Step]) -> tuple[frozenset[str] | None, frozenset[str] | None]:
        """The characters that can stand first and second where the steps match; None: any, or none need stand there."""
        first: frozenset[str] | None = frozenset()
        second: frozenset[str] | None = frozenset()
        empty, single = True, False  # whether the steps so far may match nothing, or one character
        for step in steps:
            match step:
                case p.Regex():
                    a, b = _characters(step.first), _characters(step.second)
                    none, lone = step.nullable, step.single
                case p.Numeral():
                    a, b, none, lone = self.digits, None, step.optional, True
                case p.Lookup():
                    union = self.unions[step.union]
                    a, b = union.firsts, union.seconds
                    none, lone = step.optional, "" in b
                case p.Name():
                    a, b, none, lone = None, None, True, True
                case _:
                    continue
            if single:
                second = _either(second, a)
            if empty:
                first, second = _either(first, a), _either(second, b)
            empty, single = empty and none, (empty and lone) or (single and none)
            if not empty and not single:
                return first, second
        return (None, None) if empty else (first, None)

    def _follower(self, word: str) -> _Follower:
        near = self.after.setdefault(word[0], _After())
        if len(word) > 1:
            return near.longer.setdefault(word, _Follower())
        if near.follower is None:
            near.follower = _Follower()
        return near.follower

    def read(self, reader: int, raw: str) -> Any:
        """What one of the readers makes of a numeral; None when it does not read it."""
        return self._readings(raw).value(reader)

    def _readings(self, raw: str) -> _Readings:
        """A numeral for all readers, remembered while there is room: press text repeats its numbers.

        Safe to share: what is remembered depends on the numeral only, and a dict's operations are atomic.
        """
        found = self.known.get(raw)
        if found is None:
            number = self.numerals.read(raw)
            found = _Readings(raw, None if number is None else Reading(raw, number), self.readers)
            if len(raw) <= _LONGEST:
                if len(self.known) >= _ROOM:
                    self.known.clear()
                self.known[raw] = found
        return found

    def find(self, text: str, words: Words | None = None) -> Found:
        """All candidates of a normalized text, in no promised order. `words` are its words, for name rules."""
        ends = dict([m.span() for m in self.scan(text)])
        matcher = self.matcher(self, text, ends, words)
        if self.automaton is not None:
            self._by_words(text, self.automaton.find_matches_as_indexes(text, overlapping=True), matcher)
        self._by_numerals(text, ends, matcher)
        return Found(matcher.out, ends)

    def _by_words(self, text: str, matches: list[tuple[int, int, int]], matcher: Matcher) -> None:
        """Try what the literals in a text start: `matches` are which literal, from where to where."""
        triggers, literals = self.triggers, self.words
        for which, s, e in matches:
            fan = triggers[which]
            before = text[s - 1 : s] if fan.left else ""
            word = literals[which]
            for v in fan.always:
                if v.gate is None or before in v.gate:
                    value: Value = word if v.anchor_rows is None else v.anchor_rows[word]
                    matcher.attempt(v, s, value, v.steps, e, before, None)
            if fan.some:
                c = text[e : e + 1]
                if c in fan.begins():
                    then = text[e + 1 : e + 2]
                    for v in fan.at(c):
                        if (v.then is None or then in v.then) and (v.gate is None or before in v.gate):
                            value = word if v.anchor_rows is None else v.anchor_rows[word]
                            matcher.attempt(v, s, value, v.steps, e, before, None)

    def _by_numerals(self, text: str, ends: dict[int, int], matcher: Matcher) -> None:
        """Try what the numerals of a text start."""
        after, by_before, alone = self.after, self.before, self.alone
        for s, e in ends.items():
            readings = self._readings(text[s:e])
            before = text[s - 1 : s]
            follower = None
            near = after.get(text[e : e + 1])
            if near is not None:
                follower, pos = near.follow(text, e)
                if follower is not None:
                    c = text[pos : pos + 1]
                    for v, row in follower.always:
                        if v.gate is not None and before not in v.gate:
                            continue
                        value = readings.value(v.reader)
                        if value is None:
                            continue
                        if v.short and before not in v.left_first and c not in v.tail_first:
                            # Nothing more to match on either side.
                            slots: list[Value] = [None] * v.size
                            slots[v.head_slot] = row
                            slots[v.anchor_slot] = value
                            matcher.out.append((s, pos, v.rule, slots))
                        else:
                            matcher.attempt(v, s, value, v.rest, pos, before, row)
                    if follower.some and c in follower.begins():
                        then = text[pos + 1 : pos + 2]
                        for v, row in follower.at(c):
                            if (v.then is None or then in v.then) and (v.gate is None or before in v.gate):
                                value = readings.value(v.reader)
                                if value is not None:
                                    matcher.attempt(v, s, value, v.rest, pos, before, row)
                second = text[e + 1 : e + 2]
                for head in near.heads:
                    if head.then is not None and second not in head.then:
                        continue
                    if head.literal:
                        pos = e + 1
                    else:
                        m = head.step.match(text, e)
                        if m is None:
                            continue
                        pos = m.end()
                    for v in head.fan.always:
                        if v.gate is None or before in v.gate:
                            value = readings.value(v.reader)
                            if value is not None:
                                matcher.attempt(v, s, value, v.rest, pos, before, None)
                    c = text[pos : pos + 1]
                    if head.fan.some and c in head.fan.begins():
                        then = text[pos + 1 : pos + 2]
                        for v in head.fan.at(c):
                            if (v.then is None or then in v.then) and (v.gate is None or before in v.gate):
                                value = readings.value(v.reader)
                                if value is not None:
                                    matcher.attempt(v, s, value, v.rest, pos, before, None)
                for v in near.alone:
                    if (v.then is None or second in v.then) and (v.gate is None or before in v.gate):
                        value = readings.value(v.reader)
                        if value is not None:
                            matcher.attempt(v, s, value, v.steps, e, before, None)
            for v in by_before.get(before, _NONE):
                value = readings.value(v.reader)
                if value is not None:
                    matcher.attempt(v, s, value, v.steps, e, before, None)
            if follower is None:
                # Where an entry of a lexicon follows, a longer match than that of the lone numeral exists.
                for v in alone:
                    if v.gate is None or before in v.gate:
                        value = readings.value(v.reader)
                        if value is not None:
                            matcher.attempt(v, s, value, v.steps, e, before, None)


_NONE: Final[list[_Variant]] = []


class Matcher:
    """Matches variants in one text; `out` are the candidates so far, `ends` the numerals."""

    __slots__ = ("back", "ends", "engine", "nameless", "out", "read_to", "size", "text", "words")

    def __init__(self, engine: Engine, text: str, ends: dict[int, int], words: Words | None) -> None:
        self.engine = engine
        self.text = text
        self.back = text[::-1]
        self.size = len(text)
        self.ends = ends
        self.words = words
        self.out: list[Candidate] = []
        # Where a name was read from its ending, the shorter endings that end there too need not be tried: they come
        # later.
        self.read_to: set[int] = set()
        # An ending before which no name was found; rules that share it need not read again.
        self.nameless: set[tuple[int, int, int]] = set()

    def made(self) -> Words:
        """The words of the text; who has name rules brings them."""
        words = self.words
        assert words is not None
        if not words.made:
            words.make()
        return words

    def attempt(
        self, v: _Variant, s: int, value: Value, steps: list[_Step], pos: int, before: str, row: Row | None
    ) -> None:
        """The anchor starts at `s`; all up to `pos` is matched, `steps` are left; `row` filled the first step.

        What stands right of the anchor is matched first: it fails most, and to read a name costs most.
        """
        text = self.text
        if v.beyond is not None and (text[s - 2 : s - 1] if s > 1 else "") not in v.beyond:
            return
        if v.name_left is not None and (pos in self.read_to or (s, id(value), id(v.name_left)) in self.nameless):
            return
        slots: list[Value] = [None] * v.size
        start = -1
        end = s if v.stops else -1
        if row is not None and v.head_slot >= 0:
            slots[v.head_slot] = row
        for step in steps:
            kind = step.kind
            if kind == RE:
                if step.first is None or text[pos : pos + 1] in step.first:
                    m = step.match(text, pos)
                    if m is None:
                        return
                    for i, slot in step.fills:
                        group: str | None = m.group(i)
                        if group is not None:
                            rows = v.unions[slot]
                            slots[slot] = group if rows is None else rows[group]
                    for i in step.begins:
                        place = m.start(i)
                        start = place if place >= 0 else start
                    for i in step.ends:
                        place = m.start(i)
                        end = place if place >= 0 else end
                    pos = m.end()
                elif not step.nullable:
                    return
                else:
                    # It matches nothing here, and so do the marks in it.
                    start = pos if step.begins else start
                    end = pos if step.ends else end
            elif kind == NUM:
                stop = self.ends.get(pos)
                read = None if stop is None else self.engine.read(step.reader, text[pos:stop])
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
                stop = step.name(self.made(), pos, value)
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
        last = end if end >= 0 else pos
        begin = s
        if v.name_left is not None:
            if v.edges and not self.made().fits_end(v.edges, last):
                return
            found = v.name_left(self.made(), s, value)
            if found is None:
                self.nameless.add((s, id(value), id(v.name_left)))
                return
            if v.name_slot >= 0:
                slots[v.name_slot] = text[found:s]
            begin = found
            before = text[begin - 1 : begin]
        left = v.left
        mark = begin
        if left is not None:
            if left.first is None or before in left.first:
                m = left.match(self.back, self.size - begin)
                if m is None:
                    return
                for i, slot in left.fills:
                    group = m.group(i)
                    if group is not None and slots[slot] is None:
                        group = group[::-1]
                        rows = v.unions[slot]
                        slots[slot] = group if rows is None else rows[group]
                for i in left.begins:
                    place = m.start(i)
                    mark = self.size - place if place >= 0 else mark
                begin = self.size - m.end()
            elif not left.nullable:
                return
        if v.anchor_slot >= 0:
            slots[v.anchor_slot] = value
        first = begin if not v.marked else start if start >= 0 else mark
        if v.edges:
            if not self.made().fit(v.edges, first, last):
                return
            if v.name_left is not None:
                self.read_to.add(last)
        self.out.append((first, last, v.rule, slots))


@lru_cache(maxsize=2048)
def _characters(packed: str | None) -> frozenset[str] | None:
    """What a regex can begin with; an empty string is the edge of the text."""
    return None if packed is None else frozenset(["" if c == p.EDGE else c for c in packed])


def _either(a: frozenset[str] | None, b: frozenset[str] | None) -> frozenset[str] | None:
    """The characters of both, where None is all there are."""
    return None if a is None or b is None else a | b


def inside_numeral(at: int, starts: list[int], ends: dict[int, int]) -> bool:
    """Whether a place lies strictly inside a numeral; `starts` are the numerals' sorted starts."""
    i = bisect_right(starts, at) - 1
    return i >= 0 and starts[i] < at < ends[starts[i]]


_ROOM: Final = 1 << 12
_LONGEST: Final = 32
_UNREAD: Final = object()


class _Readings:
    """A numeral as the readers of a rule set read it, each when first asked."""

    __slots__ = ("raw", "readers", "reading", "values")

    def __init__(self, raw: str, reading: Reading | None, readers: list[_Reader]) -> None:
        self.raw = raw
        self.reading = reading
        self.readers = readers
        self.values: list[Any] = [_UNREAD] * len(readers)

    def value(self, reader: int) -> Any:
        """What one of the readers makes of it."""
        found = self.values[reader]
        if found is _UNREAD:
            found = self.values[reader] = None if self.reading is None else self.readers[reader].value(self.reading)
        return found


class _Reader:
    """A reader of numerals, see `pack.Reader`."""

    __slots__ = ("add", "high", "length", "like", "low", "pad", "whole")

    def __init__(self, r: p.Reader) -> None:
        self.whole = r.read != "number"
        self.low = r.low if r.low is not None else 0
        self.high = r.high if r.high is not None else 10**6
        self.pad = r.pad
        self.add = r.add
        self.length = r.length
        self.like = regexes.compile(r.like).fullmatch if r.like is not None else None

    def value(self, reading: Reading) -> Reading | str | None:
        """What it makes of a numeral: the numeral, a whole number as text, or None."""
        raw = reading.text
        if self.whole and (len(raw) > 8 or (self.length and len(raw) != self.length)):
            return None
        if self.like is not None and self.like(raw) is None:
            return None
        if not self.whole:
            return reading
        number = reading.number
        if number.value is None or number.mod is not None or not number.value.isdigit():
            return None
        n = int(number.value)
        return str(n + self.add).zfill(self.pad) if self.low <= n <= self.high else None
