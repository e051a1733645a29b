"""`RuleSource` to `RulePack`: patterns cut at their anchors and written as regexes, templates checked and parsed."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import lru_cache
from typing import Any, get_args

import msgspec

from .. import regexes
from ..errors import RuleError
from ..records import Mod, QuantityKind, TimeMod
from . import pack as p
from .load import near
from .pattern import (
    Alt,
    Mark,
    Node,
    PatternError,
    Ref,
    Repeat,
    Seq,
    Writer,
    flatten,
    literals,
    opening,
    parse,
    refs,
    split_at,
    starts,
)
from .schema import NAME_READERS, Def, Rule, RuleSource

_REFERENCE = re.compile(r"\{([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?(?:\|[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)?)*)\}")

_DECIMAL = re.compile(r"\d+(\.\d+)?")
_FOR_READERS = ("note", "example")
_DEEPEST, _LARGEST = 30, 5000
_NEEDED = {"quantity": ("unit",), "context": ("key", "value")}
_WORDS: dict[str, dict[str, tuple[str, ...]]] = {
    "kind": {"quantity": get_args(QuantityKind)},
    "mod": {"quantity": get_args(Mod), "time": get_args(TimeMod)},
    "open": {"time": ("since", "until", "before")},
    "scale": {},
}
"""Fields whose values are a closed list, by type of mention; a scale is a number."""


def compile_rules(source: RuleSource, digest: str, tables: dict[str, Any] | None = None) -> p.RulePack:
    """Compile what `load` read. Raises RuleError naming file, line and rule."""
    job = _Compiler(source)
    for rule in source.rules:
        if source.layers[rule.id] == "text":
            job.add(rule)
    rules, variants = tuple(job.rules), tuple(job.variants)
    job.rules, job.variants = [], []
    for rule in source.rules:
        if source.layers[rule.id] == "mentions":
            job.add(rule)
    return p.RulePack(
        format=p.FORMAT,
        digest=digest,
        lexicons={name: slim(lexicon.rows) for name, lexicon in source.lexicons.items()},
        unions=tuple(job.unions),
        readers=tuple(job.readers),
        rules=rules,
        variants=variants,
        tables=tables or {},
        fact_rules=tuple(job.rules),
        fact_variants=tuple(job.variants),
    )


class _Compiler:
    def __init__(self, source: RuleSource) -> None:
        self.source = source
        self.unions: dict[p.Union, int] = {}
        self.readers: dict[p.Reader, int] = {}
        self.rules: list[p.PackedRule] = []
        self.variants: list[p.Variant] = []
        self.trees: dict[tuple[str, str], Node] = {}
        self.sizes: dict[tuple[str, str], int] = {}
        for name in source.defs:
            for d in source.defs[name].values():
                self._check_def(d)

    # ------------------------------------------------------------------------------------------------------ names

    def _check_def(self, d: Def) -> None:
        for lexicon in d.lexicons:
            if lexicon not in self.source.lexicons:
                hint = near(lexicon, self.source.lexicons)
                raise RuleError(f"{d.name}: unknown lexicon {lexicon!r}", file=d.file, line=d.line, hint=hint)
            column = d.options.get("only", "surface=").partition("=")[0]
            if column not in self.source.lexicons[lexicon].columns:
                raise RuleError(f"{d.name}: only: {lexicon} has no column {column!r}", file=d.file, line=d.line)

    def find(self, file: str, ref: Ref, rule: Rule) -> Def:
        if ref.name.startswith("@"):
            return self._fold(ref, rule)
        here = self.source.defs.get(file, {})
        found = here.get(ref.name) or self.source.defs[""].get(ref.name)
        if found is None:
            raise self.fault(
                rule, f"unknown sub-pattern {{{ref.name}}}", near(ref.name, [*here, *self.source.defs[""]])
            )
        return found

    def _fold(self, ref: Ref, rule: Rule) -> Def:
        """What `{slot:@kind}` is: a class of the characters that mentions are folded to."""
        signs = p.folded(ref.name[1:])
        if self.source.layers[rule.id] != "mentions":
            raise self.fault(
                rule, f"{{{ref.name}}} in a rule on text", "mentions are seen in files with layer: mentions"
            )
        if signs is None:
            raise self.fault(rule, f"unknown kind {{{ref.name}}}", near(ref.name[1:], [*p.FOLDS, *p.FOLD_CLASSES]))
        return Def(name=ref.name, pattern=signs if len(signs) == 1 else f"[{signs}]", file="", line=0)

    def fault(self, rule: Rule, message: str, hint: str = "") -> RuleError:
        return RuleError(message, file=rule.file, line=rule.pattern_line, rule=rule.id, hint=hint)

    def tree(self, d: Def, rule: Rule) -> Node:
        key = (d.file, d.name)
        if key not in self.trees:
            try:
                self.trees[key] = parse(d.pattern or "")
            except PatternError as fault:
                raise RuleError(f"{d.name}: {fault}", file=d.file, line=d.line, column=fault.column + 1) from None
        return self.trees[key]

    def union(self, d: Def) -> int:
        return self.unions.setdefault(p.Union(d.lexicons, self.only(d)), len(self.unions))

    def only(self, d: Def) -> tuple[str, str] | None:
        column, _, value = d.options.get("only", "").partition("=")
        return (column, value) if column else None

    def words(self, d: Def) -> list[str]:
        only = self.only(d)
        tables = (self.source.lexicons[name].rows for name in d.lexicons)
        return [w for rows in tables for w, row in rows.items() if only is None or row.get(only[0]) == only[1]]

    def reader(self, d: Def) -> int:
        def option(key: str) -> int | None:
            return int(d.options[key]) if key in d.options else None

        made = p.Reader(
            d.read or "",
            option("min"),
            option("max"),
            option("pad") or 0,
            option("add") or 0,
            option("length") or 0,
            d.options.get("like"),
        )
        return self.readers.setdefault(made, len(self.readers))

    # ------------------------------------------------------------------------------------------------------- rules

    def add(self, rule: Rule) -> None:
        try:
            tree = parse(rule.pattern)
        except PatternError as fault:
            raise RuleError(
                str(fault), file=rule.file, line=rule.pattern_line, column=fault.column + 1, rule=rule.id
            ) from None
        self._size(tree, rule, ())
        self._check_emit(rule, {r.slot for r in self._all_refs(tree, rule) if r.slot})
        cuts = split_at(self._unfolded(tree, rule), rule.anchor)
        if not cuts:
            names = [r.slot for r in refs(tree) if r.slot]
            raise self.fault(
                rule, f"the anchor {rule.anchor!r} is no slot outside repeats of the pattern", near(rule.anchor, names)
            )
        number = len(self.rules)
        variants = [self._variant(rule, number, left, ref, right) for left, ref, right in cuts]
        slots = {slot for v in variants for slot in v.slots}
        # Slots are numbered a rule, not a variant, so that templates hold for all its variants.
        order = sorted(slots)
        fields = {k: self._template(v, order, rule, k, slots) for k, v in rule.emit.items() if k != "type"}
        terms = tuple(
            (order.index(a), order.index(u) if u in slots else -1)
            for a, u in (("value", "unit"), ("value2", "unit2"), ("value3", "unit3"))
            if a in slots
        )
        self.rules.append(p.PackedRule(rule.id, rule.file, rule.line, rule.emit["type"], rule.priority, fields, terms))
        for v in variants:
            self.variants.append(self._renumber(v, order))

    def _size(self, tree: Node, rule: Rule, above: tuple[str, ...]) -> int:
        """How many references the tree has, sub-patterns written out; refuses what holds itself or grows too large."""
        total = 0
        for ref in refs(tree):
            if ref.name in above:
                raise self.fault(rule, f"sub-pattern {{{ref.name}}} holds itself")
            d = self.find(rule.file, ref, rule)
            key = (rule.file, ref.name)
            if d.pattern is not None and key not in self.sizes:
                if len(above) >= _DEEPEST:
                    raise self.fault(rule, f"sub-patterns nested more than {_DEEPEST} deep")
                self.sizes[key] = self._size(self.tree(d, rule), rule, (*above, ref.name))
            total += 1 + self.sizes.get(key, 0)
        if total > _LARGEST:
            raise self.fault(rule, f"with its sub-patterns written out the pattern has more than {_LARGEST} references")
        return total

    def _check_emit(self, rule: Rule, slots: set[str]) -> None:
        def fault(message: str, hint: str = "") -> RuleError:
            return RuleError(message, file=rule.file, line=rule.line, rule=rule.id, hint=hint)

        emit = rule.emit
        for key in _NEEDED.get(emit["type"], ()):
            if key not in emit:
                raise fault(f"emit: no {key}:")
        given = "value" in emit or "value" in slots or (emit["type"] == "quantity" and {"low", "high"} <= slots)
        if emit["type"] in ("quantity", "ordinal") and not given:
            raise fault("nothing gives the value", "a slot value, slots low and high, or value: in emit:")
        for field in _WORDS.keys() & emit.keys():
            for row in emit[field] if isinstance(emit[field], list) else [emit[field]]:
                wrong = None if _REFERENCE.search(row) else _wrong(field, row, emit["type"])
                if wrong:
                    raise fault(*wrong)

    def _unfolded(self, node: Node, rule: Rule) -> Node:
        """The tree with the sub-patterns written out that hold the anchor, so that it can be cut there."""
        match node:
            case Ref(_, None):
                d = self.find(rule.file, node, rule)
                if d.pattern is not None and any(
                    r.slot == rule.anchor for r in self._all_refs(self.tree(d, rule), rule)
                ):
                    return self._unfolded(self.tree(d, rule), rule)
            case Seq(items):
                return Seq(tuple(self._unfolded(n, rule) for n in items))
            case Alt(items):
                return Alt(tuple(self._unfolded(n, rule) for n in items))
        return node

    def _variant(
        self, rule: Rule, number: int, left: tuple[Node, ...], anchor: Ref, right: tuple[Node, ...]
    ) -> p.Variant:
        slots: list[str] = []
        unions: list[int] = []

        def slot(name: str | None, union: int = -1) -> int:
            if name is None:
                return p.NOTHING
            if name not in slots:
                slots.append(name)
                unions.append(union)
            elif unions[slots.index(name)] != union:
                hint = "make it one sub-pattern with lexicon: [a, b]"
                raise self.fault(rule, f"slot {name!r} is filled by two things at once", hint)
            return slots.index(name)

        def resolve(ref: Ref) -> list[str] | Node:
            d = self.find(rule.file, ref, rule)
            if d.read is not None:
                what = "name" if d.read in NAME_READERS else "numeral"
                raise self.fault(
                    rule,
                    f"the {what} {{{ref.slot or ref.name}}} stands inside a group or left of the anchor",
                    "write one rule a branch, anchor on the first numeral; a name may stand right before the anchor",
                )
            if d.pattern is not None:
                slot(ref.slot)
                return self.tree(d, rule)
            if ref.slot:
                slot(ref.slot, self.union(d))
            return self.words(d)

        def regex(nodes: tuple[Node, ...], *, backwards: bool) -> p.Regex:
            writer = Writer(resolve, backwards=backwards)
            text = writer.write(Seq(nodes))
            try:
                # Only a look back can be wrong: classes were checked when they were read, repeats have bounds.
                for look in writer.looks_back:
                    _compiled(look)
            except re.error as fault:
                side = "left of the anchor, read backwards," if backwards else ""
                raise self.fault(
                    rule, f"the pattern {side} can't be compiled: {fault.msg}", "a look back needs a fixed width"
                ) from None
            groups = tuple({"<": p.START, ">": p.END}.get(g) or slots.index(g) for g in writer.groups)
            first, nullable = starts(nodes, resolve, backwards=backwards)
            opens = opening(nodes, resolve, backwards=backwards)
            if not nullable:
                first = opens.first
            return p.Regex(text, groups, _packed(first), nullable, _packed(opens.second), opens.single)

        d = self.find(rule.file, anchor, rule)
        reader, union, words = -1, -1, tuple[str, ...]()
        if d.read in NAME_READERS:
            raise self.fault(rule, f"the anchor {{{anchor.name}}} is a name", "anchor on what stands beside it")
        if d.read is not None:
            reader = self.reader(d)
            anchor_slot = slot(anchor.slot)
        elif d.lexicons:
            union = self.union(d)
            anchor_slot = slot(anchor.slot, union)
        else:
            signs = p.folded(anchor.name[1:]) if anchor.name.startswith("@") else None
            found = list(signs) if signs else literals(self.tree(d, rule))
            if not found or "" in found:
                raise self.fault(
                    rule, f"the anchor {{{anchor.name}}} is neither a numeral, nor a lexicon, nor plain words"
                )
            words = tuple(found)
            anchor_slot = slot(anchor.slot)
        marked = any(isinstance(n, Mark) and n.start for n in (*left, *right))
        stops = bool(left) and left[-1] == Mark(False)
        if stops:
            left = left[:-1]
        name_left = None
        if left and isinstance(left[-1], Ref):
            step = self._lone_step(rule, left[-1], slot)
            if isinstance(step, p.Name):
                name_left, left = step, left[:-1]
        if left and left[-1] == Mark(True):
            left = left[:-1]
        variant_left = regex(left, backwards=True) if left else None
        steps = tuple(self._steps(rule, right, regex, slot))
        return p.Variant(
            rule=number,
            anchor_slot=anchor_slot,
            reader=reader,
            union=union,
            literals=words,
            name_left=name_left,
            left=variant_left,
            right=steps,
            stops=stops,
            marked=marked,
            slots=tuple(slots),
            where=rule.where,
            unions=tuple(unions),
        )

    def _steps(
        self, rule: Rule, nodes: tuple[Node, ...], regex: Callable[..., p.Regex], slot: Callable[..., int]
    ) -> Iterator[p.Step]:
        run: list[Node] = []
        for node in (x for n in nodes for x in flatten(n)):
            step = self._lone_step(rule, node, slot)
            if step is None and isinstance(node, Mark) and not run:
                step = p.SpanMark(node.start)
            if step is None:
                run.append(node)
                continue
            if run:
                yield regex(tuple(run), backwards=False)
                run = []
            yield step
        if run:
            yield regex(tuple(run), backwards=False)

    def _lone_step(self, rule: Rule, node: Node, slot: Callable[..., int]) -> p.Step | None:
        """A numeral or a lexicon outside groups is a step of its own; everything else becomes part of a regex."""
        optional = isinstance(node, Repeat) and (node.low, node.high) == (0, 1)
        ref = node.item if isinstance(node, Repeat) and optional else node
        if not isinstance(ref, Ref):
            return None
        d = self.find(rule.file, ref, rule)
        if d.read in NAME_READERS:
            return p.Name(d.read, slot(ref.slot), optional)
        if d.read is not None:
            return p.Numeral(self.reader(d), slot(ref.slot), optional)
        if d.lexicons:
            union = self.union(d)
            return p.Lookup(union, slot(ref.slot, union), optional)
        return None

    # --------------------------------------------------------------------------------------------------- templates

    def _template(self, value: object, order: list[str], rule: Rule, field: str, slots: set[str]) -> p.Template:
        rows = value if isinstance(value, list) else [value]
        return p.Template(tuple(tuple(self._pieces(str(row), order, rule, field, slots)) for row in rows))

    def _pieces(self, text: str, order: list[str], rule: Rule, field: str, slots: set[str]) -> Iterator[p.Piece]:
        at = 0
        for m in _REFERENCE.finditer(text):
            if m.start() > at:
                yield text[at : m.start()]
            at = m.end()
            alternatives = []
            for name in m.group(1).split("|"):
                slot, _, column = name.partition(".")
                if slot not in slots:
                    raise self.fault(rule, f"{field}: the pattern has no slot {slot!r}", near(slot, slots))
                if column:
                    self._check_column(rule, field, slot, column)
                elif self._has_value(rule, slot):
                    column = "value"
                alternatives.append((order.index(slot), column or None))
            yield tuple(alternatives)
        if at < len(text):
            yield text[at:]

    def _check_column(self, rule: Rule, field: str, slot: str, column: str) -> None:
        for ref in self._all_refs(parse(rule.pattern), rule):
            if ref.slot == slot:
                d = self.find(rule.file, ref, rule)
                columns = {c for name in d.lexicons for c in self.source.lexicons[name].columns}
                if d.lexicons and column not in columns:
                    raise self.fault(
                        rule, f"{field}: {' and '.join(d.lexicons)} has no column {column!r}", near(column, columns)
                    )
                if not d.lexicons:
                    raise self.fault(rule, f"{field}: {slot} is no lexicon, it has no column {column!r}")
                for lexicon in (self.source.lexicons[name] for name in d.lexicons if field in _WORDS):
                    for surface, row in lexicon.rows.items():
                        cell = row.get(column)
                        wrong = None if cell is None else _wrong(field, cell, rule.emit["type"])
                        if wrong:
                            raise RuleError(wrong[0], file=lexicon.file, line=lexicon.lines[surface], hint=wrong[1])

    def _has_value(self, rule: Rule, slot: str) -> bool:
        """Whether the slot is a lexicon with a column `value`: that is what `{slot}` alone means then."""
        for ref in self._all_refs(parse(rule.pattern), rule):
            if ref.slot == slot:
                d = self.find(rule.file, ref, rule)
                if d.lexicons and all("value" in self.source.lexicons[n].columns for n in d.lexicons):
                    return True
        return False

    def _all_refs(self, tree: Node, rule: Rule) -> Iterator[Ref]:
        for ref in refs(tree):
            yield ref
            d = self.find(rule.file, ref, rule)
            if d.pattern is not None:
                yield from self._all_refs(self.tree(d, rule), rule)

    def _renumber(self, v: p.Variant, order: list[str]) -> p.Variant:
        to = [order.index(s) for s in v.slots]

        def new(slot: int) -> int:
            return slot if slot < 0 else to[slot]

        def step(s: p.Step) -> p.Step:
            match s:
                case p.Regex():
                    return msgspec.structs.replace(s, groups=tuple(new(g) for g in s.groups))
                case p.Lookup():
                    return p.Lookup(s.union, new(s.slot), s.optional)
                case p.Numeral():
                    return p.Numeral(s.reader, new(s.slot), s.optional)
                case p.Name():
                    return p.Name(s.reader, new(s.slot), s.optional)
            return s

        unions = [-1] * len(order)
        for old, u in enumerate(v.unions):
            unions[to[old]] = u
        left = step(v.left) if v.left else None
        assert left is None or isinstance(left, p.Regex)
        name_left = step(v.name_left) if v.name_left else None
        assert name_left is None or isinstance(name_left, p.Name)
        return p.Variant(
            rule=v.rule,
            anchor_slot=new(v.anchor_slot),
            reader=v.reader,
            union=v.union,
            literals=v.literals,
            name_left=name_left,
            left=left,
            right=tuple(step(s) for s in v.right),
            stops=v.stops,
            marked=v.marked,
            slots=tuple(order),
            where=v.where,
            unions=tuple(unions),
        )


@lru_cache(maxsize=4096)
def _compiled(source: str) -> re.Pattern[str]:
    """A part of a pattern as a regular expression; many patterns share their parts. Raises re.error."""
    return regexes.compile(source, re.MULTILINE)


def _packed(characters: frozenset[str] | None) -> str | None:
    """Characters that a regex can begin with as a pack has them."""
    return None if characters is None else "".join(sorted(c or p.EDGE for c in characters))


def slim(rows: dict[str, dict[str, str | None]]) -> dict[str, dict[str, str | None]]:
    """Rows without what only a reader of the file wants."""
    return {w: {c: v for c, v in row.items() if c not in _FOR_READERS} for w, row in rows.items()}


def _wrong(field: str, cell: str, emits: str) -> tuple[str, str] | None:
    """What is wrong with a value of a field of `_WORDS`: the message and a hint."""
    if field == "scale":
        return None if _DECIMAL.fullmatch(cell) else (f"scale: {cell!r} is no number", "")
    known = _WORDS[field].get(emits, ())
    return None if cell in known else (f"{field}: unknown {cell!r}", near(cell, known) or f"one of {', '.join(known)}")
