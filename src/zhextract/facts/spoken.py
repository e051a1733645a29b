"""What the rules over mentions say of an article: what kind of figure stands where, and where plans are told of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Literal, NamedTuple, cast

import msgspec

from .. import records as r
from ..engine import Engine, Value
from ..numerals import Numerals
from ..rules import pack as p
from ..templates import filler
from .clauses import table
from .folding import FIGURES, Folded, Folding

NUMERAL: Final = "numeral"

Type = Literal["level", "change", "share", "target", "rank", "none", "plan", "pair"]


class Rule:
    """A rule over mentions, ready to say what kind of figure stands in its match."""

    __slots__ = ("basis", "id", "indicator", "note", "priority", "sign", "type", "unit", "whole")

    def __init__(self, rule: p.PackedRule) -> None:
        self.id = rule.id
        self.type = cast(Type, rule.type)
        self.priority = rule.priority
        fields = rule.fields
        self.basis, self.sign = filler(fields.get("basis")), filler(fields.get("sign"))
        self.whole, self.indicator = filler(fields.get("whole")), filler(fields.get("indicator"))
        self.unit, self.note = filler(fields.get("unit")), filler(fields.get("note"))


class Phrase(NamedTuple):
    """A match of a rule: where in the folded text, and what fills its slots."""

    start: int
    end: int
    rule: Rule
    slots: list[Value]


class Plan(NamedTuple):
    """Where a plan is told of, how, and by which rule."""

    start: int
    note: str | None
    rule: str


class Spoken(NamedTuple):
    """What the rules say of an article: the phrase of each figure, and the plans, by place."""

    folded: Folded
    phrases: dict[int, Phrase]
    plans: list[Plan]


class Voice:
    """The rules over mentions of a pack. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        self.rules = [Rule(rule) for rule in pack.fact_rules]
        over = msgspec.structs.replace(pack, rules=pack.fact_rules, variants=pack.fact_variants)
        rows = p.table(pack, NUMERAL, "role", "value")
        self.engine = Engine(over, Numerals([cast(dict[str, str], row) for row in rows.values()]))
        self.folding = Folding({name: row["value"] or "" for name, row in table(pack, "fold").items()})

    def heard(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> frozenset[str]:
        """The ids of all rules that match in a normalized text, whether or not they decide."""
        found = self.engine.find(self.folding.fold(text, mentions, spans).text).candidates
        return frozenset(self.rules[which].id for _, _, which, _ in found)

    def speak(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> Spoken:
        """What the rules say of a normalized text; `spans` are the places of its mentions.

        Of the rules that match on one figure that of the highest priority decides, then the longest match, then the
        one that begins first.
        """
        folded = self.folding.fold(text, mentions, spans)
        phrases: dict[int, Phrase] = {}
        plans: list[Plan] = []
        signs = folded.text
        rules = self.rules
        for start, end, which, slots in self.engine.find(signs).candidates:
            rule = rules[which]
            if rule.type == "plan":
                plans.append(Plan(start, rule.note(slots), rule.id))
                continue
            phrase = Phrase(start, end, rule, slots)
            left = 2 if rule.type == "pair" else 1
            at = end
            while left and at > start:
                at -= 1
                if signs[at] in FIGURES:
                    left -= 1
                    known = phrases.get(at)
                    if known is None or _rank(phrase) > _rank(known):
                        phrases[at] = phrase
        plans.sort()
        return Spoken(folded, phrases, plans)


def _rank(phrase: Phrase) -> tuple[int, int, int]:
    return phrase.rule.priority, phrase.end - phrase.start, -phrase.start
