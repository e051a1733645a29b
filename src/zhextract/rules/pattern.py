"""The pattern language of rule files: text to tree, tree to regular expressions.

Grammar (blanks mean nothing; README of `rules/` has it for linguists)::

    alt   := seq ('|' seq)*
    seq   := (atom quant?)*
    quant := '?' | '{m,n}' | '{n}'            each may be followed by '?' (lazy)
    atom  := '(' alt ')' | '(?=' … ')' | '(?!' … ')' | '(?<=' … ')' | '(?<!' … ')'
           | '{name}' | '{slot:name}' | '{slot:@type}' | '[' class ']' | '<' | '>' | '^' | '$' | '.' | character

`{name}` uses a sub-pattern, `{slot:name}` also captures it; `<` and `>` mark the mention's span. Every repeat is
bounded.

The tree is written out twice: forwards for what stands right of the anchor, and backwards (every sequence and literal
reversed, to be matched on the reversed text) for what stands left of it. So both parts start at the anchor and nothing
searches.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

import msgspec

from .. import regexes

MAX_REPEAT = 200
ANYTHING = r"[\s\S]"
"""The class of all characters: not followed by it is the end of the text, not preceded by it the start."""


class PatternError(ValueError):
    """A pattern that cannot be read; `column` is the 0-based place in the pattern."""

    def __init__(self, message: str, column: int) -> None:
        super().__init__(message)
        self.column = column


class Node(msgspec.Struct, frozen=True):
    """Base of all nodes, so that they can be told from other values."""


class Lit(Node, frozen=True):
    """Literal text."""

    text: str


class Class(Node, frozen=True):
    """One character of a class."""

    source: str  # as written, with its brackets, or '.'


class Edge(Node, frozen=True):
    """Start or end of a line."""

    start: bool  # True: start of a line; False: end of a line


class Mark(Node, frozen=True):
    """Start or end of the mention's span."""

    start: bool  # '<' or '>'


class Ref(Node, frozen=True):
    """A sub-pattern by its name, and the slot it fills."""

    name: str
    slot: str | None = None
    column: int = 0


class Seq(Node, frozen=True):
    """One after the other."""

    items: tuple[Node, ...]


class Alt(Node, frozen=True):
    """One of several, the first that matches."""

    items: tuple[Node, ...]


class Repeat(Node, frozen=True):
    """`low` to `high` times, as many as possible or (`lazy`) as few."""

    item: Node
    low: int
    high: int
    lazy: bool = False


class Look(Node, frozen=True):
    """What must, or must not, stand ahead or behind; it takes no character."""

    item: Node
    ahead: bool
    negative: bool


# ------------------------------------------------------------------------------------------------------------- parsing

_REF = re.compile(r"\{(?:([a-z][a-z0-9_]*):)?(@?[a-z][a-z0-9_]*)\}")
_COUNT = re.compile(r"\{(\d+)(?:,(\d+))?\}")
_CLASS = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]")
_AMBIGUOUS = re.compile(r"^\[\^?\[|--|&&|~~|\|\|")  # what later versions of `re` may read as sets of sets
_LOOKS = {"(?<=": (False, False), "(?<!": (False, True), "(?=": (True, False), "(?!": (True, True)}


@lru_cache(maxsize=8192)
def parse(source: str) -> Node:
    """Read a pattern; the same one is read once. Raises PatternError with the column of the fault."""
    node, at = _alt(source, 0, depth=0)
    if at < len(source):
        raise PatternError(f"unbalanced {source[at]!r}", at)
    return node


def _alt(s: str, at: int, depth: int) -> tuple[Node, int]:
    branches = []
    while True:
        node, at = _seq(s, at, depth)
        branches.append(node)
        if at < len(s) and s[at] == "|":
            at += 1
            continue
        return (branches[0] if len(branches) == 1 else Alt(tuple(branches))), at


def _seq(s: str, at: int, depth: int) -> tuple[Node, int]:
    items: list[Node] = []
    while at < len(s) and s[at] not in "|)":
        if s[at].isspace():
            at += 1
            continue
        begin = at
        node, at = _atom(s, at, depth)
        while at < len(s) and s[at].isspace():
            at += 1
        node, at = _quantified(s, node, at, begin)
        if isinstance(node, Lit) and items and isinstance(items[-1], Lit):
            items[-1] = Lit(items[-1].text + node.text)
        else:
            items.append(node)
    return (items[0] if len(items) == 1 else Seq(tuple(items))), at


def _atom(s: str, at: int, depth: int) -> tuple[Node, int]:
    c = s[at]
    if c == "(":
        if depth > 20:
            raise PatternError("groups nested more than 20 deep", at)
        opener = next((o for o in _LOOKS if s.startswith(o, at)), "(")
        if opener == "(" and s.startswith("(?", at):
            found = s[at : at + 3]
            raise PatternError(f"{found!r} is not of this language: groups are (…), looks are (?= (?! (?<= (?<!", at)
        inner, end = _alt(s, at + len(opener), depth + 1)
        if end >= len(s) or s[end] != ")":
            raise PatternError("'(' is never closed", at)
        if opener != "(":
            ahead, negative = _LOOKS[opener]
            return Look(inner, ahead, negative), end + 1
        return inner, end + 1
    if c == "{":
        m = _REF.match(s, at)
        if m is None:
            raise PatternError("expected {name}, {slot:name} or a count after something", at)
        return Ref(m.group(2), m.group(1), at), m.end()
    if c == "[":
        m = _CLASS.match(s, at)
        if m is None:
            raise PatternError("'[' is never closed", at)
        if _AMBIGUOUS.search(re.sub(r"\\.", "x", m.group())):
            what = "bad character class: write '\\' before '[' at its start and before a doubled - & ~ |"
            raise PatternError(what, at)
        try:
            regexes.compile(m.group())
        except re.error as fault:
            raise PatternError(f"bad character class: {fault.msg}", at) from None
        return Class(m.group()), m.end()
    if c == "\\":
        if at + 1 >= len(s):
            raise PatternError("a lone '\\' at the end", at)
        if s[at + 1].isalnum():
            raise PatternError(f"'\\{s[at + 1]}' is not of this language: write a class such as [0-9]", at)
        return Lit(s[at + 1]), at + 2
    if c in "<>":
        return Mark(c == "<"), at + 1
    if c in "^$":
        return Edge(c == "^"), at + 1
    if c == ".":
        return Class("."), at + 1
    if c in "*+":
        raise PatternError(f"{c!r} has no bound: write {{0,n}} or {{1,n}}", at)
    if c in "?]}":
        raise PatternError(f"stray {c!r}", at)
    return Lit(c), at + 1


def _quantified(s: str, node: Node, at: int, begin: int) -> tuple[Node, int]:
    if at >= len(s):
        return node, at
    if s[at] == "?":
        low, high, end = 0, 1, at + 1
    elif m := _COUNT.match(s, at):
        low, high, end = int(m.group(1)), int(m.group(2) or m.group(1)), m.end()
        if high < low or high > MAX_REPEAT or high == 0:
            raise PatternError(f"a repeat goes from a lower to a higher count of at most {MAX_REPEAT}", at)
    elif s[at] in "*+":
        raise PatternError(f"{s[at]!r} has no bound: write {{0,n}} or {{1,n}}", at)
    else:
        return node, at
    if isinstance(node, (Mark, Edge, Look)):
        raise PatternError("a mark, an edge or a look can't be repeated", begin)
    lazy = end < len(s) and s[end] == "?"
    return Repeat(node, low, high, lazy), end + lazy


# ------------------------------------------------------------------------------------------------------------- reading


def walk(node: Node) -> Iterator[Node]:
    """The node and everything below it."""
    yield node
    match node:
        case Seq(items) | Alt(items):
            for item in items:
                yield from walk(item)
        case Repeat(item) | Look(item):
            yield from walk(item)


def refs(node: Node) -> list[Ref]:
    """References of a tree in order."""
    return [n for n in walk(node) if isinstance(n, Ref)]


def literals(node: Node, limit: int = 500) -> list[str] | None:
    """Every string the tree can match, or None when they are not few literals (classes, looks, slots)."""
    match node:
        case Lit(text):
            return [text]
        case Alt(items):
            out: list[str] = []
            for item in items:
                found = literals(item, limit)
                if found is None:
                    return None
                out += found
            return out if len(out) <= limit else None
        case Seq(items):
            out = [""]
            for item in items:
                found = literals(item, limit)
                if found is None or len(out) * len(found) > limit:
                    return None
                out = [a + b for a in out for b in found]
            return out
        case Repeat(item, 0, 1):
            found = literals(item, limit)
            return None if found is None else [*found, ""]
    return None


def flatten(node: Node) -> tuple[Node, ...]:
    """The node as a sequence of items."""
    if isinstance(node, Seq):
        return tuple(x for item in node.items for x in flatten(item))
    return (node,)


def split_at(node: Node, slot: str) -> list[tuple[tuple[Node, ...], Ref, tuple[Node, ...]]]:
    """Cut a tree at the anchor slot: (left items, the anchor, right items), one a branch that holds the anchor.

    An anchor inside an alternation gives one cut a branch. Returns [] when the slot does not occur, or stands where it
    can't be the start of a match (inside a repeat or a look).
    """
    match node:
        case Ref(_, name) if name == slot:
            return [((), node, ())]
        case Alt(items):
            return [cut for item in items for cut in split_at(item, slot)]
        case Seq(items):
            for i, item in enumerate(items):
                cuts = split_at(item, slot)
                if cuts:
                    before = tuple(x for n in items[:i] for x in flatten(n))
                    after = tuple(x for n in items[i + 1 :] for x in flatten(n))
                    return [(before + left, ref, right + after) for left, ref, right in cuts]
    return []


# ------------------------------------------------------------------------------------------------------------- writing


def trie(words: Iterable[str]) -> str:
    """A regex that matches the longest of `words`, shaped as a trie: its cost does not grow with their number."""
    return _trie(tuple(words))


@lru_cache(maxsize=1024)
def _trie(words: tuple[str, ...]) -> str:
    root: dict[str, dict[str, object]] = {}
    for word in words:
        here: dict[str, object] = root  # type: ignore[assignment]
        for c in word:
            here = here.setdefault(c, {})  # type: ignore[assignment]
        here[""] = {}
    if not root:
        return "(?!)"

    def write(here: dict[str, object]) -> str:
        ends = "" in here
        kids = [(c, sub) for c, sub in here.items() if c]
        leaves = [c for c, sub in kids if sub == {"": {}}]
        parts = [re.escape(c) + write(sub) for c, sub in kids if sub != {"": {}}]  # type: ignore[arg-type]
        if len(leaves) == 1:
            parts.append(re.escape(leaves[0]))
        elif leaves:
            parts.append("[" + "".join(re.escape(c) for c in leaves) + "]")
        if not parts:
            return ""
        body = parts[0] if len(parts) == 1 and not ends else "(?:" + "|".join(parts) + ")"
        return body + "?" if ends else body

    return write(root)  # type: ignore[arg-type]


class Writer:
    """Writes trees as stdlib `re` source, forwards or backwards, and numbers the groups it opens.

    `resolve(ref)` gives the words of a lexicon (list) or the tree of a sub-pattern. `groups` lists, for each capturing
    group in order, the slot it fills; '<' and '>' stand for the span marks.
    """

    def __init__(self, resolve: Callable[[Ref], list[str] | Node], *, backwards: bool) -> None:
        self.resolve = resolve
        self.backwards = backwards
        self.groups: list[str] = []
        self.looks_back: list[str] = []
        """The looks back as they were written: what `re` may refuse, as it wants them of one width."""

    def write(self, node: Node) -> str:
        """The regex source of a tree; the groups it opens are added to `groups`."""
        if isinstance(node, Alt | Seq):
            one = single(node, self.resolve)
            if one is not None:
                return _class(*one)
        match node:
            case Lit(text):
                return "".join(re.escape(c) for c in (reversed(text) if self.backwards else text))
            case Class(source):
                return source
            case Edge(start):
                return "^" if start != self.backwards else "$"
            case Mark(start):
                self.groups.append("<" if start else ">")
                return "()"
            case Seq(items):
                items = _merged(items, self.resolve)
                return "".join(self.write(n) for n in (reversed(items) if self.backwards else items))
            case Alt(items):
                return "(?:" + "|".join(self.write(n) for n in items) + ")"
            case Repeat(item, low, high, lazy):
                body = self.write(item)
                if not (isinstance(item, Class) or (body.startswith("(?:") and _closes_at_end(body))):
                    body = f"(?:{body})"
                count = "?" if (low, high) == (0, 1) else f"{{{low},{high}}}"
                return body + count + ("?" if lazy else "")
            case Look(item, ahead, negative):
                sign = ("?" if ahead != self.backwards else "?<") + ("!" if negative else "=")
                look = f"({sign}{self.write(item)})"
                if ahead == self.backwards:
                    self.looks_back.append(look)
                return look
            case Ref(_, slot):
                if slot:
                    self.groups.append(slot)
                what = self.resolve(node)
                if isinstance(what, Node):
                    body = self.write(what)
                    return f"({body})" if slot else f"(?:{body})"
                words = [w[::-1] for w in what] if self.backwards else what
                return f"({trie(words)})" if slot else f"(?:{trie(words)})"
        raise TypeError(node)


def _closes_at_end(body: str) -> bool:
    """Whether the group that opens at the start of `body` closes at its end."""
    depth, i = 0, 0
    in_class = False
    while i < len(body):
        c = body[i]
        if c == "\\":
            i += 2
            continue
        if in_class:
            in_class = c != "]"
        elif c == "[":
            in_class = True
            if body[i + 1 : i + 2] == "^":
                i += 1
            if body[i + 1 : i + 2] == "]":
                i += 1
        elif c == "(":
            depth += 1
        elif c == ")":
            depth -= 1
            if depth == 0:
                return i == len(body) - 1
        i += 1
    return False


# ------------------------------------------------------------------------------------------------- single characters

Single = tuple[bool, frozenset[str]]
"""What matches one character: whether it is any but these, and these."""


def single(node: Node, resolve: Callable[[Ref], list[str] | Node]) -> Single | None:
    """What a tree matches that always takes exactly one character and opens no group; None: it is another one.

    A class of its own costs `re` a fraction of what a choice, or a look ahead before each character of a stretch, does.
    """
    match node:
        case Lit(text) if len(text) == 1:
            return False, frozenset(text)
        case Class(source):
            negated = source.startswith("[^")
            found = _class_starts(f"[{source[2:]}" if negated else source)
            return None if found is None else (negated, found)
        case Ref(_, slot) if not slot:
            what = resolve(node)
            if isinstance(what, Node):
                return single(what, resolve)
            return (False, frozenset(what)) if what and all(len(word) == 1 for word in what) else None
        case Alt(items):
            return _any([single(item, resolve) for item in items])
        case Seq(items) if items:
            merged = _merged(items, resolve)
            return single(merged[0], resolve) if len(merged) == 1 else None
    return None


def _any(singles: list[Single | None]) -> Single | None:
    """One of several."""
    negated, chars = False, frozenset[str]()
    for one in singles:
        if one is None:
            return None
        if one[0]:
            negated, chars = True, (chars & one[1] if negated else one[1] - chars)
        else:
            chars = chars - one[1] if negated else chars | one[1]
    return (negated, chars) if chars else None


def _merged(items: tuple[Node, ...], resolve: Callable[[Ref], list[str] | Node]) -> tuple[Node, ...]:
    """A sequence, of which each character that must not be one of some is a single class."""
    if not any(isinstance(item, Look) for item in items):
        return items
    out: list[Node] = []
    for item in items:
        while out and isinstance(look := out[-1], Look) and look.ahead and look.negative:
            one, barred = single(item, resolve), single(look.item, resolve)
            if one is None or barred is None or barred[0]:
                break
            chars = one[1] | barred[1] if one[0] else one[1] - barred[1]
            if not chars:
                break
            out.pop()
            item = Class(_class(one[0], chars))
        out.append(item)
    return tuple(out)


def _class(negated: bool, chars: frozenset[str]) -> str:
    return f"[{'^' if negated else ''}{''.join(re.escape(c) for c in sorted(chars))}]"


# ------------------------------------------------------------------------------------------------------------- starts

Starts = tuple[frozenset[str] | None, bool]
"""Characters a pattern can start with (None: any; an empty string: the edge of the text) and whether it can match
nothing."""


def starts(items: tuple[Node, ...], resolve: Callable[[Ref], list[str] | Node], *, backwards: bool) -> Starts:
    """First characters of a sequence, seen from the anchor. Conservative: None means that anything may come.

    Where the sequence can match nothing and a character outside the set follows, it does match (so that it need not be
    tried).
    """
    first: frozenset[str] | None = frozenset()
    conditional = False
    for node in reversed(items) if backwards else items:
        if (isinstance(node, Edge) and node.start != backwards) or (isinstance(node, Look) and node.ahead == backwards):
            # It takes no character, but may fail on what stands behind.
            conditional = True
            continue
        more, empty = _starts(node, resolve, backwards)
        first = None if first is None or more is None else first | more
        if not empty:
            return first, False
    return None if conditional else first, True


def _starts(node: Node, resolve: Callable[[Ref], list[str] | Node], backwards: bool) -> Starts:
    match node:
        case Lit(text):
            return frozenset(text[-1] if backwards else text[0]), False
        case Mark():
            return frozenset(), True
        case Class():
            return _class_starts(node.source), False
        case Look(Class(source), ahead, True) if ahead != backwards and source == ANYTHING:
            return frozenset({""}), False  # the edge of the text
        case Look(item, ahead, negative) if ahead != backwards:
            # A look onwards. Where the next character cannot begin it, a negative one holds without being tried; a
            # positive one fails, unless it can hold on nothing.
            more, none = _starts(item, resolve, backwards)
            return (None, True) if none else (more, negative)
        case Edge(start) if start == backwards:
            return _LINE_EDGE, False
        case Look() | Edge():
            return None, True
        case Seq(items):
            return starts(items, resolve, backwards=backwards)
        case Alt(items):
            first: frozenset[str] | None = frozenset()
            empty = False
            for item in items:
                more, none = _starts(item, resolve, backwards)
                first = None if first is None or more is None else first | more
                empty = empty or none
            return first, empty
        case Repeat(item, low):
            more, none = _starts(item, resolve, backwards)
            return more, none or low == 0
        case Ref():
            what = resolve(node)
            if isinstance(what, Node):
                return _starts(what, resolve, backwards)
            return frozenset(w[-1] if backwards else w[0] for w in what), False
    return None, True


class Opening(NamedTuple):
    """What every match of a pattern begins with, seen from the anchor.

    Characters that can stand first and second (None: any; an empty string: the edge of the text), and whether it can
    match nothing, or one character, so that what follows it tells the next.
    """

    first: frozenset[str] | None
    second: frozenset[str] | None
    empty: bool
    single: bool


_NOTHING = Opening(frozenset(), frozenset(), True, False)


def opening(items: tuple[Node, ...], resolve: Callable[[Ref], list[str] | Node], *, backwards: bool) -> Opening:
    """The opening of a sequence. Of one that can't match nothing it tells more than `starts`: not what may not come."""
    found = _opening(Seq(items), resolve, backwards)
    return found._replace(second=None) if found.second and len(found.second) > _MANY else found


def _opening(node: Node, resolve: Callable[[Ref], list[str] | Node], backwards: bool) -> Opening:
    match node:
        case Lit(text):
            return _worded([text], backwards)
        case Class(source):
            return Opening(_class_starts(source), frozenset(), False, True)
        case Look(Class(source), ahead, True) if ahead != backwards and source == ANYTHING:
            return Opening(frozenset({""}), frozenset({""}), False, False)
        case Edge(start) if start == backwards:
            return Opening(_LINE_EDGE, None, False, False)
        case Look(item, ahead, False) if ahead != backwards:
            # What it looks at stands there, whatever else is asked of the same characters.
            seen = _opening(item, resolve, backwards)
            return _NOTHING if seen.empty else Opening(seen.first, None if seen.single else seen.second, False, False)
        case Seq(items):
            found = _NOTHING
            for item in reversed(items) if backwards else items:
                found = _followed(found, _opening(item, resolve, backwards))
                if not (found.empty or found.single):
                    break
            return found
        case Alt(items):
            branches = [_opening(item, resolve, backwards) for item in items]
            return Opening(
                _either(*(x.first for x in branches)),
                _either(*(x.second for x in branches)),
                any(x.empty for x in branches),
                any(x.single for x in branches),
            )
        case Repeat(item, low, high):
            once = _opening(item, resolve, backwards)
            more = once if high == 1 else _followed(once, once)
            empty = once.empty or low == 0
            return Opening(once.first, more.second, empty, once.single and (once.empty or low <= 1))
        case Ref():
            what = resolve(node)
            return _opening(what, resolve, backwards) if isinstance(what, Node) else _worded(what, backwards)
    return _NOTHING


def _worded(words: Iterable[str], backwards: bool) -> Opening:
    """The opening of one of some words."""
    words = [word[::-1] for word in words] if backwards else list(words)
    second = frozenset(word[1] for word in words if len(word) > 1)
    return Opening(frozenset(word[0] for word in words), second, False, any(len(word) == 1 for word in words))


def _followed(a: Opening, b: Opening) -> Opening:
    """The opening of one pattern and another behind it."""
    nothing = frozenset[str]()
    return Opening(
        _either(a.first, b.first if a.empty else nothing),
        _either(a.second, b.second if a.empty else nothing, b.first if a.single else nothing),
        a.empty and b.empty,
        (a.single and b.empty) or (a.empty and b.single),
    )


def _either(*sets: frozenset[str] | None) -> frozenset[str] | None:
    """The union of sets of characters, where None is all there are."""
    found: frozenset[str] = frozenset()
    for one in sets:
        if one is None:
            return None
        found |= one
    return found


_MANY = 200
_LINE_EDGE = frozenset({"\n", ""})  # what stands beyond the edge of a line


def _class_starts(source: str) -> frozenset[str] | None:
    """The characters of a plain class that are not too many, or None."""
    body = source[1:-1]
    if source == "." or body.startswith("^"):
        return None
    found: set[str] = set()
    i = 0
    while i < len(body):
        if body[i] == "\\":
            i += 1
            if body[i] == "n" and body[i + 1 : i + 2] != "-":
                found.add("\n")
                i += 1
                continue
            if body[i].isalnum():
                return None
        if body[i + 1 : i + 2] == "-" and i + 2 < len(body):
            low, high = ord(body[i]), ord(body[i + 2])
            if body[i + 2] == "\\" or high - low > _MANY:
                return None
            found.update(map(chr, range(low, high + 1)))
            i += 3
        else:
            found.add(body[i])
            i += 1
    return frozenset(found)
