"""A pack of changed rules, made of the pack that there is: what did not change is not compiled again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgspec

from ..rules import pack as p
from ..rules.build import builtin_folder, digest, shipped
from ..rules.compile import compile_rules, slim
from .change import Change, part, readers_of
from .ruleset import RuleSet


def prepare(rules: RuleSet, change: Change) -> None:
    """Give the rules their pack, made of the shipped one, where that is of the files before the change.

    Raises RuleError.
    """
    if rules.folders == (builtin_folder(),) and change and not change.everything:
        before = shipped(change.past)
        if before is not None:
            rules.take(spliced(before, change, digest(rules.folders)))


def spliced(pack: p.RulePack, change: Change, digest: str = "") -> p.RulePack:
    """The pack of the new rules, of that of the old ones. Raises RuleError.

    `change` must tell all that differs; what stages before the rules read is as it was.
    """
    wanted = change.rules | readers_of(change.new, {name for name, _ in change.rows})
    new = compile_rules(part(change.new, wanted), "")
    numbers = _Numbers(pack, new)
    rules, variants = _layer(change, wanted, "text", numbers, (pack.rules, pack.variants), (new.rules, new.variants))
    fact_rules, fact_variants = _layer(
        change, wanted, "mentions", numbers, (pack.fact_rules, pack.fact_variants), (new.fact_rules, new.fact_variants)
    )
    lexicons = dict(pack.lexicons)
    for name in {name for name, _ in change.rows}:
        lexicon = change.new.lexicons.get(name)
        lexicons.pop(name, None)
        if lexicon is not None:
            lexicons[name] = slim(lexicon.rows)
    return msgspec.structs.replace(
        pack, digest=digest, lexicons=lexicons, unions=tuple(numbers.unions), readers=tuple(numbers.readers),
        rules=rules, variants=variants, fact_rules=fact_rules, fact_variants=fact_variants,
    )  # fmt: skip


class _Numbers:
    """Unions and readers of the old pack and behind them those that are new, and what a new variant calls them."""

    def __init__(self, pack: p.RulePack, new: p.RulePack) -> None:
        self.unions, self.readers = list(pack.unions), list(pack.readers)
        self.union, self.reader = _numbered(self.unions, new.unions), _numbered(self.readers, new.readers)

    def step(self, s: Any) -> Any:
        """A step of a new variant."""
        if isinstance(s, p.Lookup):
            return p.Lookup(self.union[s.union], s.slot, s.optional)
        return p.Numeral(self.reader[s.reader], s.slot, s.optional) if isinstance(s, p.Numeral) else s

    def variant(self, v: p.Variant, rule: int) -> p.Variant:
        """A new variant, of a rule by its number."""
        return msgspec.structs.replace(
            v, rule=rule, right=tuple(map(self.step, v.right)),
            union=self.union[v.union] if v.union >= 0 else -1, reader=self.reader[v.reader] if v.reader >= 0 else -1,
            unions=tuple(self.union[u] if u >= 0 else -1 for u in v.unions),
        )  # fmt: skip


def _numbered(things: list[Any], wanted: Sequence[Any]) -> list[int]:
    for one in wanted:
        if one not in things:
            things.append(one)
    return [things.index(one) for one in wanted]


_Compiled = tuple[Sequence[p.PackedRule], Sequence[p.Variant]]


def _layer(
    change: Change, wanted: frozenset[str], layer: str, numbers: _Numbers, old: _Compiled, new: _Compiled
) -> tuple[tuple[p.PackedRule, ...], tuple[p.Variant, ...]]:
    """The rules of a layer in their order, each with its variants."""
    before, fresh = _by_rule(*old), _by_rule(*new)
    rules: list[p.PackedRule] = []
    variants: list[p.Variant] = []
    for rule in change.new.rules:
        if change.new.layers[rule.id] != layer:
            continue
        if rule.id in wanted:
            packed, own = fresh[rule.id]
            variants += [numbers.variant(v, len(rules)) for v in own]
        else:
            packed, own = before[rule.id]
            variants += [v if v.rule == len(rules) else msgspec.structs.replace(v, rule=len(rules)) for v in own]
        if packed.line != rule.line:  # something above it has changed
            packed = msgspec.structs.replace(packed, line=rule.line)
        rules.append(packed)
    return tuple(rules), tuple(variants)


def _by_rule(
    rules: Sequence[p.PackedRule], variants: Sequence[p.Variant]
) -> dict[str, tuple[p.PackedRule, list[p.Variant]]]:
    found: dict[str, tuple[p.PackedRule, list[p.Variant]]] = {rule.id: (rule, []) for rule in rules}
    for v in variants:
        found[rules[v.rule].id][1].append(v)
    return found
