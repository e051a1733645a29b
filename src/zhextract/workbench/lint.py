"""Mistakes in rules that no example shows: what can never match, adds nothing, is never used, is slow, is not tried.

Kinds of findings:

- `schema`: a file that can't be read or compiled (the first such mistake; nothing else is looked at then).
- `unreachable`: a rule that can't match, or whose every match falls to another rule.
- `overlap`: a rule, or a branch of an alternation, that finds nothing which another does not find just so.
- `unused`: a sub-pattern or lexicon that nothing names.
- `slow`: a pattern that can be tried in more ways than its text is long.
- `examples`: a rule without enough examples and counterexamples.
- `trigger`: a rule that is tried too often for what its anchor tells.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final, NamedTuple

import msgspec

from ..errors import RuleError
from ..examples import RECORDS
from ..pipeline import Extractor
from ..rules import pack as p
from ..rules.lexicon import TABLE as USER
from ..rules.pattern import Class, Look, Mark, Node, Ref, Repeat, Seq, flatten, parse, refs, walk
from ..rules.schema import FACT_EMITS, NAME_READERS, Def, Rule, RuleSource
from .automaton import NUMBER, Builder, Nfa, TooLarge, Whole, ambiguity, includes, shortest, walks
from .parallel import spread
from .ruleset import RuleSet
from .tree import alternations, written

KINDS: Final = ("schema", "unreachable", "overlap", "unused", "slow", "examples", "trigger")
EXAMPLES, COUNTEREXAMPLES = 2, 1
"""How many of each a rule needs that makes mentions or facts; any other needs one of either."""
COMMON: Final = 400
"""How often in 10,000 characters a rule may be tried without finding more than one time in ten."""
_PLACE: Final = 10_000
_EACH: Final = 15
_PARTS: Final = 4


class Finding(NamedTuple):
    """One mistake: where it is, what kind, and in words."""

    file: str
    line: int
    kind: str
    rule: str
    message: str
    hint: str = ""

    def __str__(self) -> str:
        rule = f"{self.rule}: " if self.rule else ""
        hint = f"; {self.hint}" if self.hint else ""
        return f"{self.file}:{self.line}: {self.kind}: {rule}{self.message}{hint}"


def lint(rules: RuleSet, texts: Sequence[str] = (), jobs: int = 1) -> list[Finding]:
    """All findings by file and line. `texts` are articles to count triggers in; without them that is left out."""
    try:
        source = rules.source
        pack = rules.pack
        rules.cases()
    except RuleError as fault:
        hint = fault.hint or ""
        return [Finding(fault.file or "", fault.line or 0, "schema", fault.rule or "", fault.message, hint)]
    patterns = Patterns(source)
    parts = [partial(patterns.covered, i, _PARTS) for i in range(_PARTS)]
    work: list[Callable[[], Iterator[Finding]]] = [
        lambda: _common(rules, texts) if texts else iter(()),
        lambda: _unused(source, pack), patterns.slow, patterns.branches, *parts,
        patterns.empty, lambda: _examples(source),
    ]  # fmt: skip
    found = [finding for part in spread(lambda one: list(one()), work, jobs, least=2) for finding in part]
    return sorted(set(found))


# ------------------------------------------------------------------------------------------------------------- examples


def _examples(source: RuleSource) -> Iterator[Finding]:
    for rule in source.rules:
        yes, no = len(rule.examples), len(rule.counterexamples)
        if rule.anchor and rule.emit["type"] in (*RECORDS, *FACT_EMITS):
            enough = yes >= EXAMPLES and no >= COUNTEREXAMPLES
            wanted = f"it needs {EXAMPLES} and {COUNTEREXAMPLES}"
        else:
            enough, wanted = yes + no > 0, "it needs one"
        if not enough and not _waits_for_names(source, rule):
            message = f"{yes} examples and {no} counterexamples"
            yield Finding(rule.file, rule.line, "examples", rule.id, message, wanted)


def _waits_for_names(source: RuleSource, rule: Rule) -> bool:
    """Whether a rule reads the table that is empty until a user brings names: no example of it can be written."""
    used = {name for ref in refs(parse(rule.pattern)) for name in _def(source, rule.file, ref.name).lexicons}
    return USER in used


def _def(source: RuleSource, file: str, name: str) -> Def:
    """The sub-pattern that a name means in a file."""
    if name.startswith("@"):
        return Def(name=name, pattern="", file=file, line=0)
    return source.defs.get(file, {}).get(name) or source.defs[""][name]


# --------------------------------------------------------------------------------------------------------------- unused


def _unused(source: RuleSource, pack: p.RulePack) -> Iterator[Finding]:
    used: set[tuple[str, str]] = set()
    for rule in source.rules:
        waiting = [rule.pattern]
        while waiting:
            for ref in refs(parse(waiting.pop())):
                d = _def(source, rule.file, ref.name)
                if (d.file, d.name) not in used:
                    used.add((d.file, d.name))
                    if d.pattern is not None:
                        waiting.append(d.pattern)
    lexicons: set[str] = set()
    for here in source.defs.values():
        for d in here.values():
            lexicons.update(d.lexicons)
            if (d.file, d.name) not in used:
                yield Finding(d.file, d.line, "unused", "", f"no rule uses the sub-pattern {{{d.name}}}", "take it out")
    for name in sorted(source.lexicons.keys() - lexicons - _read_by_code(source, pack)):
        yield Finding(source.lexicons[name].file, 1, "unused", "", f"nothing reads the lexicon {name}", "take it out")


class _Watched(dict[str, Any]):
    """The rows of a lexicon, which tell when anyone looks at them."""

    def __init__(self, name: str, rows: dict[str, Any], seen: set[str]) -> None:
        super().__init__(rows)
        self.name = name
        self.seen = seen

    def __iter__(self) -> Iterator[str]:
        self.seen.add(self.name)
        return super().__iter__()

    def __getitem__(self, key: str) -> Any:
        self.seen.add(self.name)
        return super().__getitem__(key)

    def __contains__(self, key: object) -> bool:
        self.seen.add(self.name)
        return super().__contains__(key)

    def keys(self) -> Any:
        """Seen."""
        self.seen.add(self.name)
        return super().keys()

    def items(self) -> Any:
        """Seen."""
        self.seen.add(self.name)
        return super().items()

    def values(self) -> Any:
        """Seen."""
        self.seen.add(self.name)
        return super().values()

    def get(self, key: str, default: Any = None) -> Any:
        """Seen."""
        self.seen.add(self.name)
        return super().get(key, default)


def _read_by_code(source: RuleSource, pack: p.RulePack) -> set[str]:
    """The lexicons that stages read by themselves: looked at while an extractor is made or runs, or kept by it."""
    seen = {USER}
    lexicons = {name: _Watched(name, rows, seen) for name, rows in pack.lexicons.items()}
    before = {name: sys.getrefcount(rows) for name, rows in lexicons.items()}
    watched = Extractor(pack=msgspec.structs.replace(pack, lexicons=lexicons))
    for rule in source.rules[::_EACH]:
        for example in rule.examples[:1]:
            watched.extract(example.text)  # some tables are read when they are first needed
    return seen | {name for name, rows in lexicons.items() if sys.getrefcount(rows) > before[name]}


# ------------------------------------------------------------------------------------------------------------- patterns


class Shape(NamedTuple):
    """A rule's pattern cut at the marks of its span: the span, and what stands around it, as text."""

    rule: Rule
    number: int
    span: Node
    around: tuple[str, str]
    idle: bool
    """Whether what stands around it asks for nothing: every part of it is optional."""


class Patterns:
    """The patterns of a source, looked at as automata."""

    def __init__(self, source: RuleSource) -> None:
        self.source = source

    def _resolver(self, file: str, *, exact: bool = True) -> Any:
        def resolve(ref: Ref) -> list[str] | Node | Whole:
            if ref.name.startswith("@"):
                return Class(f"[{p.folded(ref.name[1:])}]")
            d = _def(self.source, file, ref.name)
            if d.pattern is not None:
                return parse(d.pattern)
            if d.read in NAME_READERS:
                return Whole(str(d.read))
            if d.read is not None:
                options = " ".join(f"{k}={v}" for k, v in sorted(d.options.items()))
                return Whole(NUMBER if d.read == "number" and not options else f"{NUMBER} {d.read} {options}")
            return self.words(d)

        return resolve

    def words(self, d: Def) -> list[str]:
        """The words of a lexicon sub-pattern."""
        column, _, value = d.options.get("only", "").partition("=")
        tables = (self.source.lexicons[name].rows for name in d.lexicons)
        return [w for rows in tables for w, row in rows.items() if not column or row.get(column) == value]

    # -------------------------------------------------------------------------------------------------- unreachable

    def empty(self) -> Iterator[Finding]:
        """Sub-patterns that match nothing, and the rules that want one."""
        for here in self.source.defs.values():
            for d in here.values():
                low, high = d.options.get("min"), d.options.get("max")
                if low is not None and high is not None and int(low) > int(high):
                    yield Finding(d.file, d.line, "unreachable", "", f"{{{d.name}}}: min {low} is more than max {high}")
        for rule in self.source.rules:
            for ref in flatten(parse(rule.pattern)):
                if isinstance(ref, Ref) and not ref.name.startswith("@"):
                    d = _def(self.source, rule.file, ref.name)
                    if d.lexicons and not self.words(d) and USER not in d.lexicons:
                        message = f"{{{ref.name}}} has no words: {', '.join(d.lexicons)}"
                        yield Finding(rule.file, rule.pattern_line, "unreachable", rule.id, message)

    def covered(self, part: int, parts: int) -> Iterator[Finding]:
        """Rules all of whose matches another rule has too; of all rules one part of several."""
        shapes = [s for i, rule in enumerate(self.source.rules) if (s := self._shape(i, rule)) is not None]
        spans = {s.number: self._nfa(s.span, s.rule.file) for s in shapes}
        for narrow in shapes[part::parts]:
            a = spans[narrow.number]
            path = [] if a is None else shortest(a)
            for wide in shapes:
                b = spans[wide.number]
                if a is None or b is None or wide is narrow or not (wide.idle or wide.around == narrow.around):
                    continue
                if not self._comparable(narrow, wide) or not walks(b, path):
                    continue
                try:
                    held = includes(b, a)
                except TooLarge:
                    continue
                if held:
                    yield from self._verdict(narrow, wide, mutual=_safe(a, b))

    def _verdict(self, narrow: Shape, wide: Shape, *, mutual: bool) -> Iterator[Finding]:
        a, b = narrow.rule, wide.rule
        where = f"{b.id} ({b.file}:{b.line})"
        if b.emit["type"] == "exclude" and a.emit["type"] != "exclude":
            message = f"every match is excluded by {where}"
        elif (b.priority, -wide.number) > (a.priority, -narrow.number):
            message = f"every match falls to {where}"
        elif a.emit == b.emit and not (mutual and wide.around == narrow.around):
            message = f"{where} finds all that it does and says the same"
            yield Finding(a.file, a.pattern_line, "overlap", a.id, message, "take it out, or narrow the other")
            return
        else:
            return
        hint = "raise its priority, or take it out"
        yield Finding(a.file, a.pattern_line, "unreachable", a.id, message, hint)

    def _comparable(self, narrow: Shape, wide: Shape) -> bool:
        """Whether a match of `wide` can make one of `narrow` fall."""
        a, b = narrow.rule, wide.rule
        if self.source.layers[a.id] != self.source.layers[b.id] or not set(b.where) <= set(a.where):
            return False
        if "within" in b.emit or b.emit["type"] in ("context", "alias", "list"):
            return False
        if self.source.layers[a.id] == "mentions":
            return a.priority <= b.priority or a.emit == b.emit
        if b.emit["type"] == "exclude":
            return a.emit["type"] in ("quantity", "ordinal", "time", "exclude")
        return a.emit["type"] in ("quantity", "ordinal", "time", "entity")

    def _shape(self, number: int, rule: Rule) -> Shape | None:
        """The pattern cut at its marks; None where they stand inside groups."""
        items = flatten(parse(rule.pattern))
        starts = [i for i, n in enumerate(items) if n == Mark(True)]
        ends = [i for i, n in enumerate(items) if n == Mark(False)]
        marks = sum(isinstance(n, Mark) for n in walk(Seq(items)))
        if marks != len(starts) + len(ends):
            return None
        start, end = starts[0] + 1 if starts else 0, ends[0] if ends else len(items)
        before, after = items[: max(0, start - 1)], items[end + 1 :]
        idle = all(isinstance(item, Repeat) and item.low == 0 for item in (*before, *after))
        return Shape(rule, number, Seq(items[start:end]), (written(Seq(before)), written(Seq(after))), idle)

    def _nfa(self, node: Node, file: str) -> Nfa | None:
        try:
            return Builder(self._resolver(file), loops=False).build(node)
        except TooLarge:
            return None

    # ------------------------------------------------------------------------------------------------------ branches

    def branches(self) -> Iterator[Finding]:
        """Branches that an earlier one of the same alternation covers."""
        for file, line, rule_id, tree in self._trees():
            for alt in alternations(tree):
                made = [self._nfa(item, file) for item in alt.items]
                for i, narrow in enumerate(made):
                    path = [] if narrow is None else shortest(narrow)
                    for j in range(i):
                        wide = made[j]
                        if narrow is None or wide is None or not walks(wide, path):
                            continue
                        try:
                            held = includes(wide, narrow)
                        except TooLarge:
                            continue
                        if held:
                            message = f"the branch \u201c{written(alt.items[i])}\u201d finds nothing that "
                            message += f"\u201c{written(alt.items[j])}\u201d before it does not find"
                            yield Finding(file or "rules/core.yml", line, "overlap", rule_id, message, "take it out")
                            break

    def _trees(self) -> Iterator[tuple[str, int, str, Node]]:
        """Every pattern as written: its file, line, rule (or sub-pattern), tree."""
        for rule in self.source.rules:
            yield rule.file, rule.pattern_line, rule.id, parse(rule.pattern)
        for here in self.source.defs.values():
            for d in here.values():
                if d.pattern is not None:
                    yield d.file, d.line, f"{{{d.name}}}", parse(d.pattern)

    # ---------------------------------------------------------------------------------------------------------- slow

    def slow(self) -> Iterator[Finding]:
        """Patterns with repeats that can be gone round in several ways."""
        for rule in self.source.rules:
            tree = parse(rule.pattern)
            for part in (tree, *(n.item for n in self._looks(tree, rule.file))):
                try:
                    nfa = Builder(self._resolver(rule.file), loops=True).build(part)
                    ways = ambiguity(nfa)
                except TooLarge:
                    continue
                if ways is not None:
                    hint = "let the repeats not take the same characters, or lower their bounds"
                    yield Finding(rule.file, rule.pattern_line, "slow", rule.id, f"can be tried in {ways}", hint)
                    break

    def _looks(self, tree: Node, file: str, above: tuple[str, ...] = ()) -> Iterator[Look]:
        for node in walk(tree):
            if isinstance(node, Look):
                yield node
            elif isinstance(node, Ref) and not node.name.startswith("@") and node.name not in above:
                d = _def(self.source, file, node.name)
                if d.pattern is not None:
                    yield from self._looks(parse(d.pattern), file, (*above, node.name))


def _safe(a: Nfa, b: Nfa) -> bool:
    try:
        return includes(a, b)
    except TooLarge:
        return False


# ------------------------------------------------------------------------------------------------------------- triggers


def _common(rules: RuleSet, texts: Iterable[str]) -> Iterator[Finding]:
    """Rules that are tried too often."""
    from .profile import tries

    texts = list(texts)
    characters = sum(map(len, texts))
    for row in tries(rules, texts):
        often = row.tries * _PLACE // max(1, characters)
        if often > COMMON and row.hits * 10 < row.tries:
            rule = rules.rule(row.rule)
            message = f"tried {often} times in {_PLACE:,} characters and found {row.hits} times of {row.tries}"
            yield Finding(rule.file, rule.pattern_line, "trigger", rule.id, message, "anchor it on a rarer part")
