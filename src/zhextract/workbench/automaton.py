"""Patterns as automata, to ask two things of them: whether one matches all that another does, and how many ways it has.

Sub-patterns are written out. A symbol of an automaton is a set of characters, or one thing whole: a numeral as a reader
reads it, an entry of a lexicon, a name, a look. Both answers are on the safe side: an inclusion that is told holds; an
ambiguity that is told can be built.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cached_property, lru_cache
from typing import Final

from ..rules.pattern import Alt, Class, Edge, Lit, Look, Mark, Node, Ref, Repeat, Seq
from .tree import written

Resolve = Callable[[Ref], "list[str] | Node | Whole"]

NUMBER: Final = "numeral"
"""The name of a numeral read as it is; those of other readings go on from it."""
_INLINE: Final = 60
"""Lexicons of at most so many words are written out."""
_STATES: Final = 4000
_LOOP: Final = 16
"""A repeat of so many rounds counts as one without end."""


class TooLarge(Exception):
    """A pattern with more states than are looked at."""


@dataclass(frozen=True)
class Whole:
    """A symbol that stands for no characters: what it is, and (a lexicon) which words it may be."""

    name: str
    words: frozenset[str] = frozenset()
    zero_width: bool = False

    def covers(self, other: Whole) -> bool:
        """Whether whatever the other matches, this does."""
        if self == other or (self.name == NUMBER and other.name.startswith(NUMBER)):
            return True
        return bool(other.words) and not other.zero_width and not self.zero_width and other.words <= self.words


@dataclass(frozen=True)
class Chars:
    """A set of characters: those listed, or a class as written, without those of another set."""

    listed: frozenset[str]
    source: str = ""
    minus: Chars | None = None

    def has(self, c: str) -> bool:
        """Whether a character is in it."""
        if self.minus is not None and self.minus.has(c):
            return False
        return c in self.listed if not self.source else _in_class(self.source, c)

    def meets(self, other: Chars) -> str | None:
        """A character of both, or None."""
        for c in (*self.sample(), *other.sample()):
            if self.has(c) and other.has(c):
                return c
        return None

    def sample(self) -> Iterable[str]:
        """Characters at which membership may change: the listed, and the edges of the class's ranges."""
        own = sorted(self.listed) if not self.source else _edges(self.source)
        return own if self.minus is None else (*own, *self.minus.sample())

    def covers(self, other: Chars) -> bool:
        """Whether it holds every character of another."""
        if self == other or (self.source == "." and self.minus is None):
            return True
        points = (*self.sample(), *other.sample())
        return all(self.has(c) for c in points if other.has(c))


@lru_cache(maxsize=100_000)
def _in_class(source: str, c: str) -> bool:
    return re.fullmatch(source, c) is not None


@lru_cache(maxsize=10_000)
def _edges(source: str) -> tuple[str, ...]:
    """The characters of a class as written and their neighbours, and some from outside."""
    points = {ord(c) for c in source} | {0x20, 0x41, 0x61, 0x30, 0x4E00, 0x9FFF, 0x3400, 0xE000, 0x10FFFF}
    return tuple(chr(p + d) for p in sorted(points) for d in (-1, 0, 1) if 0 <= p + d <= 0x10FFFF)


Symbol = Chars | Whole


@dataclass
class Nfa:
    """States are numbers; `steps[s]` are (symbol, next), `free[s]` the states reached by nothing."""

    steps: list[list[tuple[Symbol, int]]] = field(default_factory=list)
    free: list[list[int]] = field(default_factory=list)
    start: int = 0
    end: int = 0
    nested: bool = False
    """Whether a repeat without end stands in another so that each round may be empty or the whole."""

    loops: bool = False
    """Whether any repeat without end stands in it."""

    @cached_property
    def begin(self) -> frozenset[int]:
        """The start and all that is reached from it by nothing."""
        return self.closure([self.start])

    @cached_property
    def opening(self) -> tuple[frozenset[str], list[Symbol]]:
        """What it can begin with, to tell quickly what it can't: single characters, and all other symbols."""
        listed: set[str] = set()
        others: list[Symbol] = []
        waiting = list(self.begin)
        seen = set(waiting)
        while waiting:
            for symbol, to in self.steps[waiting.pop()]:
                if isinstance(symbol, Whole) and symbol.zero_width:
                    more = self.closure([to]) - seen
                    seen |= more
                    waiting += more
                elif isinstance(symbol, Chars) and not symbol.source:
                    listed |= symbol.listed
                else:
                    others.append(symbol)
        return frozenset(listed), list(dict.fromkeys(others))

    def may_begin(self, symbol: Symbol) -> bool:
        """Whether it can begin with a symbol that takes characters; some that can't pass."""
        listed, others = self.opening
        if isinstance(symbol, Chars) and symbol.listed and symbol.listed <= listed:
            return True
        return any(_covers(other, symbol) for other in others)

    def state(self) -> int:
        """A new state."""
        if len(self.steps) >= _STATES:
            raise TooLarge
        self.steps.append([])
        self.free.append([])
        return len(self.steps) - 1

    def closure(self, states: Iterable[int]) -> frozenset[int]:
        """The states and all that are reached from them by nothing."""
        seen = set(states)
        waiting = list(seen)
        while waiting:
            for s in self.free[waiting.pop()]:
                if s not in seen:
                    seen.add(s)
                    waiting.append(s)
        return frozenset(seen)


class Builder:
    """Writes trees as automata. `loops`: long repeats become ones without end, so that ways can be counted."""

    def __init__(self, resolve: Resolve, *, loops: bool) -> None:
        self.resolve = resolve
        self.loops = loops
        self.nfa = Nfa()

    def build(self, node: Node) -> Nfa:
        """The automaton of a tree. Raises TooLarge."""
        nfa = self.nfa
        nfa.start = nfa.state()
        nfa.end = self._add(node, nfa.start)
        return nfa

    def _add(self, node: Node, at: int) -> int:
        nfa = self.nfa
        match node:
            case Lit(text):
                for c in text:
                    at = self._step(at, Chars(frozenset(c)))
                return at
            case Class(source):
                return self._step(at, Chars(frozenset(), source))
            case Edge(start):
                return self._step(at, Whole("^" if start else "$", zero_width=True))
            case Mark(start):
                return self._step(at, Whole("<" if start else ">", zero_width=True))
            case Seq(items):
                barred: Chars | None = None
                for item, following in zip(items, (*items[1:], None), strict=True):
                    if barred is not None and isinstance(item, Class):
                        at = self._step(at, Chars(frozenset(), item.source, barred))
                        barred = None
                        continue
                    barred = self._barred(item) if isinstance(following, Class) else None
                    if barred is None:
                        at = self._add(item, at)
                return at
            case Alt(items):
                end = nfa.state()
                for item in items:
                    nfa.free[self._add(item, self._free(at))].append(end)
                return end
            case Look():
                return self._step(at, Whole(written(node), zero_width=True))
            case Repeat(item, low, high):
                return self._repeat(item, low, high, at)
            case Ref():
                what = self.resolve(node)
                if isinstance(what, Whole):
                    return self._step(at, what)
                if isinstance(what, Node):
                    return self._add(what, at)
                if len(what) > _INLINE:
                    return self._step(at, Whole("", frozenset(what)))
                end = nfa.state()
                for word in what:
                    here = self._free(at)
                    for c in word:
                        here = self._step(here, Chars(frozenset(c)))
                    nfa.free[here].append(end)
                return end
        raise TypeError(node)

    def _barred(self, node: Node) -> Chars | None:
        """What must not follow, where that is told by one character."""
        if not isinstance(node, Look) or not node.ahead or not node.negative:
            return None
        inner: Node | list[str] | Whole = node.item
        while isinstance(inner, Ref):
            inner = self.resolve(inner)
        if isinstance(inner, Class):
            return Chars(frozenset(), inner.source)
        return Chars(frozenset(inner.text)) if isinstance(inner, Lit) and len(inner.text) == 1 else None

    def _repeat(self, item: Node, low: int, high: int, at: int) -> int:
        nfa = self.nfa
        if self.loops and high >= _LOOP:
            for _ in range(min(low, 3)):
                at = self._add(item, at)
            begin = self._free(at)
            end = self._add(item, begin)
            if _loops_on_empty(nfa, begin, end):
                nfa.nested = True
            nfa.free[end].append(begin)
            nfa.loops = True
            out = nfa.state()
            nfa.free[begin].append(out)
            return out
        for _ in range(low):
            at = self._add(item, at)
        out = nfa.state()
        for _ in range(high - low):
            nfa.free[at].append(out)
            at = self._add(item, at)
        nfa.free[at].append(out)
        return out

    def _free(self, at: int) -> int:
        made = self.nfa.state()
        self.nfa.free[at].append(made)
        return made

    def _step(self, at: int, symbol: Symbol) -> int:
        made = self.nfa.state()
        self.nfa.steps[at].append((symbol, made))
        return made


def _loops_on_empty(nfa: Nfa, begin: int, end: int) -> bool:
    """Whether a round may match nothing: then a repeat of it has ways without end."""
    return end in nfa.closure([begin])


# ----------------------------------------------------------------------------------------------------------- inclusion


def includes(wide: Nfa, narrow: Nfa, ignore: Callable[[Whole], bool] = lambda symbol: False) -> bool:
    """Whether `wide` matches all that `narrow` does.

    What `narrow` looks at may be passed over (it only forbids); what `wide` looks at must be looked at by `narrow`.
    Symbols to `ignore` (marks of the span) cost nothing on either side.
    """

    def wide_free(states: Iterable[int]) -> frozenset[int]:
        seen = set(wide.closure(states))
        waiting = list(seen)
        while waiting:
            for symbol, s in wide.steps[waiting.pop()]:
                if isinstance(symbol, Whole) and symbol.zero_width and ignore(symbol) and s not in seen:
                    more = wide.closure([s]) - seen
                    seen |= more
                    waiting += more
        return frozenset(seen)

    begin = (narrow.start, wide_free([wide.start]))
    seen: dict[int, list[frozenset[int]]] = {}
    waiting = deque([begin])
    count = 0
    while waiting:
        s, held = waiting.popleft()
        if any(known <= held for known in seen.get(s, ())):
            continue
        seen.setdefault(s, []).append(held)
        count += 1
        if count > 20_000:
            raise TooLarge
        if not held or (s == narrow.end and wide.end not in held):
            return False
        for to in narrow.free[s]:
            waiting.append((to, held))
        for symbol, to in narrow.steps[s]:
            if isinstance(symbol, Whole) and symbol.zero_width:
                more = {t for h in held for other, t in wide.steps[h] if other == symbol}
                waiting.append((to, wide_free([*held, *more])))
                continue
            for part in _parts(symbol, [other for h in held for other, _ in wide.steps[h]]):
                after = {t for h in held for other, t in wide.steps[h] if _covers(other, part)}
                waiting.append((to, wide_free(after)))
    return True


def shortest(nfa: Nfa) -> list[Symbol]:
    """The symbols of a shortest way from start to end: a text that the pattern matches."""
    before: dict[int, tuple[int, Symbol | None] | None] = {nfa.start: None}
    waiting = [nfa.start]
    for s in waiting:
        if s == nfa.end:
            break
        steps: list[tuple[Symbol | None, int]] = [(None, to) for to in nfa.free[s]]
        for symbol, to in (*steps, *nfa.steps[s]):
            if to not in before:
                before[to] = (s, symbol)
                waiting.append(to)
    path: list[Symbol] = []
    at = nfa.end
    while (step := before.get(at)) is not None:
        at, symbol = step
        if symbol is not None:
            path.append(symbol)
    return path[::-1]


def walks(nfa: Nfa, path: list[Symbol]) -> bool:
    """Whether a pattern matches one text: what usually tells two patterns apart, at little cost."""
    first = next((symbol for symbol in path if not (isinstance(symbol, Whole) and symbol.zero_width)), None)
    if first is not None and not nfa.may_begin(first):
        return False
    held = nfa.begin
    for symbol in path:
        zero = isinstance(symbol, Whole) and symbol.zero_width
        after = {t for h in held for other, t in nfa.steps[h] if (other == symbol if zero else _covers(other, symbol))}
        if not after and not zero:
            return False
        held = nfa.closure([*(held if zero else ()), *after])
    return nfa.end in held


def _covers(wide: Symbol, narrow: Symbol) -> bool:
    if isinstance(wide, Chars) and isinstance(narrow, Chars):
        return wide.covers(narrow)
    return isinstance(wide, Whole) and isinstance(narrow, Whole) and wide.covers(narrow)


def _parts(symbol: Symbol, others: list[Symbol]) -> list[Symbol]:
    """The symbol cut up where the others tell its characters apart."""
    if not isinstance(symbol, Chars):
        return [symbol]
    sets = [other for other in others if isinstance(other, Chars)]
    if len(symbol.listed) == 1 or not sets:
        return [symbol]
    groups: dict[tuple[bool, ...], set[str]] = {}
    points = {*symbol.sample(), *(c for other in sets for c in other.sample())}
    for c in sorted(points):
        if symbol.has(c):
            groups.setdefault(tuple(other.has(c) for other in sets), set()).add(c)
    return [Chars(frozenset(group)) for group in groups.values()]


# ----------------------------------------------------------------------------------------------------------- ambiguity


def ambiguity(nfa: Nfa) -> str | None:
    """Which text makes a backtracking matcher try many ways: `exponential …` or `polynomial …` with it, or None.

    Looked for are a repeat that can go round in two ways with one text, and two repeats after one another that can both
    take a text which leads from one to the other.
    """
    if nfa.nested:
        return "exponentially many ways: a repeat of what may be empty"
    if not nfa.loops:
        return None
    # States that take a symbol, and those that can come next; looks and marks take nothing.
    following: dict[int, list[tuple[Symbol, int]]] = {}

    def onward(s: int) -> list[tuple[Symbol, int]]:
        if s not in following:
            out: list[tuple[Symbol, int]] = []
            seen = set()
            waiting = [s]
            while waiting:
                here = waiting.pop()
                if here in seen:
                    continue
                seen.add(here)
                waiting += nfa.free[here]
                for symbol, to in nfa.steps[here]:
                    if isinstance(symbol, Whole) and symbol.zero_width:
                        waiting.append(to)
                    else:
                        out.append((symbol, to))
            following[s] = out
        return following[s]

    # Where a match may end at any time nothing is tried twice.
    final = {s for s in range(len(nfa.steps)) if nfa.end in nfa.closure([s])}
    loops = [members for members in _in_loops(nfa, onward) if not members <= final]
    group = {s: i for i, members in enumerate(loops) for s in members}
    for p in sorted(group):
        text = _two_ways(onward, group, p)
        if text is not None:
            return f"exponentially many ways for texts like \u201c{text}\u201d over and over"
    for i, members in enumerate(loops):
        p = min(members)
        for j, others in enumerate(loops):
            if i != j:
                text = _handed_on(onward, group, p, i, j, sorted(others))
                if text is not None:
                    return f"ways that grow with the square for texts like \u201c{text}\u201d over and over"
    return None


def _meet(a: Symbol, b: Symbol) -> str | None:
    if isinstance(a, Chars) and isinstance(b, Chars):
        return a.meets(b)
    if isinstance(a, Whole) and isinstance(b, Whole):
        if a.name and a == b:
            return f"[{a.name}]"
        common = a.words & b.words
        return min(common) if common else None
    return None


def _in_loops(nfa: Nfa, onward: Callable[[int], list[tuple[Symbol, int]]]) -> list[frozenset[int]]:
    """The groups of states that lead back to themselves."""
    reach: dict[int, set[int]] = {}
    states = list(range(len(nfa.steps)))
    for s in states:
        seen: set[int] = set()
        waiting = [to for _, to in onward(s)]
        while waiting:
            here = waiting.pop()
            if here not in seen:
                seen.add(here)
                waiting += [to for _, to in onward(here)]
        reach[s] = seen
    entered = {to for s in states for _, to in onward(s)}
    found: dict[int, frozenset[int]] = {}
    for s in entered:
        if s in reach[s] and s not in found:
            members = frozenset(t for t in reach[s] if s in reach[t])
            for t in members:
                found[t] = members
    return list(dict.fromkeys(found[s] for s in sorted(found)))


def _two_ways(onward: Callable[[int], list[tuple[Symbol, int]]], group: dict[int, int], p: int) -> str | None:
    """A text that leads from a state back to it in two ways."""
    here = group[p]
    waiting = deque([((p, p), "", False)])
    seen = {((p, p), False)}
    while waiting:
        (a, b), text, apart = waiting.popleft()
        steps = [(x, s) for x, s in onward(a) if group.get(s) == here]
        others = [(y, t) for y, t in onward(b) if group.get(t) == here]
        for i, (x, s) in enumerate(steps):
            for j, (y, t) in enumerate(others):
                c = _meet(x, y)
                if c is None:
                    continue
                split = apart or s != t or (a == b and i != j)
                if split and s == t == p:
                    return text + c
                if ((s, t), split) not in seen and len(text) < 12:
                    seen.add(((s, t), split))
                    waiting.append(((s, t), text + c, split))
    return None


def _handed_on(
    onward: Callable[[int], list[tuple[Symbol, int]]], group: dict[int, int], p: int, i: int, j: int, others: list[int]
) -> str | None:
    """A text that leads from `p` to itself, from `p` to a state of the other loop, and from that state to itself."""
    for q in others:
        begin = (p, p, q)
        waiting = deque([(begin, "")])
        seen = {begin}
        while waiting:
            (a, m, b), text = waiting.popleft()
            for x, s in onward(a):
                if group.get(s) != i:
                    continue
                for z, u in onward(b):
                    if group.get(u) != j or _meet(x, z) is None:
                        continue
                    for y, t in onward(m):
                        c = _meet3(x, y, z)
                        if c is None:
                            continue
                        after = (s, t, u)
                        if after == (p, q, q):
                            return text + c
                        if after not in seen and len(text) < 8 and len(seen) < 3000:
                            seen.add(after)
                            waiting.append((after, text + c))
    return None


def _meet3(x: Symbol, y: Symbol, z: Symbol) -> str | None:
    if isinstance(x, Chars) and isinstance(y, Chars) and isinstance(z, Chars):
        for c in (*x.sample(), *y.sample(), *z.sample()):
            if x.has(c) and y.has(c) and z.has(c):
                return c
        return None
    return _meet(x, y) if _meet(x, y) is not None and _meet(y, z) is not None and _meet(x, z) is not None else None
