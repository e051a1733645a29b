"""What the rules over mentions say of an article: what kind of figure stands where, and where plans are told of."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final, Literal, NamedTuple, cast

import msgspec

from .. import records as r
from ..engine import Engine, Value
from ..numerals import Numerals
from ..rules import pack as p
from ..segment import Sentence
from ..templates import filler
from .folding import FIGURES, Folded, Folding
from .lookups import table

NUMERAL: Final = "numeral"
_BESIDE: Final = 2  # how many characters next to a sentence rules can see

Type = Literal["level", "change", "share", "target", "rank", "none", "plan", "pair"]


class Rule:
    """A rule over mentions, ready to say what kind of figure stands in its match."""

    __slots__ = ("basis", "id", "indicator", "moves", "note", "priority", "sign", "type", "unit", "whole")

    def __init__(self, rule: p.PackedRule) -> None:
        self.id = rule.id
        self.type = cast(Type, rule.type)
        self.moves = rule.type in ("change", "share", "rank", "pair")  # tells of no mere amount
        self.priority = rule.priority
        fields = rule.fields
        self.basis, self.sign = filler(fields.get("basis")), filler(fields.get("sign"))
        self.whole, self.indicator = filler(fields.get("whole")), filler(fields.get("indicator"))
        self.unit, self.note = filler(fields.get("unit")), filler(fields.get("note"))


class Phrase:
    """A match of a rule: where in the folded text, and what fills its slots."""

    __slots__ = ("end", "rule", "slots", "start")

    def __init__(self, start: int, end: int, rule: Rule, slots: list[Value]) -> None:
        self.start = start
        self.end = end
        self.rule = rule
        self.slots = slots

    def beats(self, other: Phrase) -> bool:
        """Whether it decides where another one matches, too: by priority, then by length, then if it begins first."""
        if self.rule.priority != other.rule.priority:
            return self.rule.priority > other.rule.priority
        size, others = self.end - self.start, other.end - other.start
        return size > others if size != others else self.start < other.start


class Plan(NamedTuple):
    """Where a plan is told of, how, and by which rule."""

    start: int
    note: str | None
    rule: str


class Spoken:
    """What the rules say of an article: the phrase of each figure, and the plans, by place."""

    __slots__ = ("folded", "phrases", "plans")

    def __init__(self, folded: Folded, phrases: dict[int, Phrase], plans: list[Plan]) -> None:
        self.folded = folded
        self.phrases = phrases
        self.plans = plans


def _no_numerals(string: str, pos: int = 0, endpos: int = 0) -> Iterator[re.Match[str]]:
    return iter(())


def _counts(variant: p.Variant) -> bool:
    """Whether it asks for a numeral; figures are folded, so that rules over mentions hardly ever do."""
    return variant.reader >= 0 or any(isinstance(step, p.Numeral) for step in variant.right)


class Voice:
    """The rules over mentions of a pack. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        self.rules = [Rule(rule) for rule in pack.fact_rules]
        over = msgspec.structs.replace(pack, rules=pack.fact_rules, variants=pack.fact_variants)
        rows = p.table(pack, NUMERAL, "role", "value")
        self.engine = Engine(over, Numerals([cast(dict[str, str], row) for row in rows.values()]))
        if not any(_counts(variant) for variant in pack.fact_variants):
            self.engine.scan = _no_numerals
        self.folding = Folding({name: row["value"] or "" for name, row in table(pack, "fold").items()})

    def heard(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> frozenset[str]:
        """The ids of all rules that match in a normalized text, whether or not they decide."""
        found = self.engine.find(self.folding.fold(text, mentions, spans).text).candidates
        return frozenset(self.rules[which].id for _, _, which, _ in found)

    def speak(
        self,
        text: str,
        mentions: Sequence[r.AnyMention],
        spans: Sequence[tuple[int, int]],
        sentences: Sequence[Sentence] = (),
    ) -> Spoken:
        """What the rules say of a normalized text; `spans` are the places of its mentions.

        With `sentences` they are asked of those with figures only, which costs less and tells the same of figures.

        Of the rules that match on one figure that of the highest priority decides, then the longest match, then the
        one that begins first.
        """
        folded = self.folding.fold(text, mentions, spans)
        phrases: dict[int, Phrase] = {}
        plans: list[Plan] = []
        signs = folded.text
        rules = self.rules
        for start, end, which, slots in self.engine.find(_with_figures(folded, sentences)).candidates:
            rule = rules[which]
            kind = rule.type
            if kind == "plan":
                plans.append(Plan(start, rule.note(slots), rule.id))
                continue
            phrase = Phrase(start, end, rule, slots)
            left = 2 if kind == "pair" else 1
            at = end
            while left and at > start:
                at -= 1
                if signs[at] in FIGURES:
                    left -= 1
                    known = phrases.get(at)
                    if known is None or phrase.beats(known):
                        phrases[at] = phrase
        plans.sort(key=lambda plan: (plan.start, plan.note or "", plan.rule))
        return Spoken(folded, phrases, plans)


def _with_figures(folded: Folded, sentences: Sequence[Sentence]) -> str:
    """The folded text without the words of sentences that hold no figure: nothing is asked of these.

    All places stay the same, and so does what stands next to a sentence with figures.
    """
    text, ends, figures = folded.text, folded.ends, folded.figures
    count, size = len(ends), len(figures)
    i = j = done = 0
    parts: list[str] = []
    for sentence in sentences:
        while i < count and ends[i] <= sentence.start:
            i += 1
        start = folded.behind(i, sentence.start) + _BESIDE
        while i < count and ends[i] <= sentence.end:
            i += 1
        end = folded.behind(i, sentence.end) - _BESIDE
        while j < size and figures[j] < start - _BESIDE:
            j += 1
        if start < end and (j == size or figures[j] >= end + _BESIDE):
            parts.append(text[done:start])
            parts.append("\n" * (end - start))
            done = end
    parts.append(text[done:])
    return "".join(parts)
