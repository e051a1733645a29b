"""What one rule makes of one text, and why it makes nothing of it."""

from __future__ import annotations

from dataclasses import dataclass

import msgspec

from ..explain import Explainer, Loss, Near
from ..records import AnyMention, Fact
from .ruleset import RuleSet


@dataclass(frozen=True)
class Trial:
    """A rule on a text: the mentions and facts it made, what it found in vain and why, where it came close."""

    rule: str
    text: str
    mentions: tuple[AnyMention, ...]
    facts: tuple[Fact, ...]
    losses: tuple[Loss, ...]
    near: tuple[Near, ...]
    others: tuple[AnyMention, ...]

    @property
    def fired(self) -> bool:
        """Whether the rule made something, or excluded or said something."""
        return bool(self.mentions or self.facts or any(loss.reason in ("excludes", "speaks") for loss in self.losses))

    def __str__(self) -> str:
        starts = {m.id: m for m in (*self.mentions, *self.others)}
        lines = [f"{self._marked(m.start, m.end)}\n    {fields(m)}" for m in self.mentions]
        for fact in self.facts:
            figure = starts[fact.quantity]
            lines.append(f"{self._marked(figure.start, figure.end)}\n    {fields(fact)}")
        for loss in self.losses:
            claim = loss.claim
            what = "found, but" if loss.reason not in ("excludes", "speaks") else "found:"
            lines.append(f"{self._marked(claim.start, claim.end)}\n    {what} {loss}")
        if not lines:
            lines.append(f"{self.rule} finds nothing")
            lines += [f"  {near}" for near in self.near] or ["  its anchor does not stand in the text"]
        if self.others:
            lines.append("found by other rules")
            lines += [f"  {self._marked(m.start, m.end)}  {m.rule}" for m in self.others]
        return "\n".join(lines)

    def _marked(self, start: int, end: int) -> str:
        return f"{self.text[:start]}<{self.text[start:end]}>{self.text[end:]}".replace("\n", "\\n")


def fields(record: msgspec.Struct, hidden: tuple[str, ...] = ("id", "start", "end", "text", "rule")) -> str:
    """What a record says, as in an example: null fields left out."""
    values = msgspec.to_builtins(record)
    shown = {k: v for k, v in values.items() if k not in hidden and v is not None}
    return "{" + ", ".join(f"{k}: {v}" for k, v in shown.items()) + "}"


def attempt(rules: RuleSet, rule_id: str, text: str, published: str | None) -> Trial:
    """Try a rule on a text. Raises UsageError for an unknown rule or date."""
    rule = rules.rule(rule_id)
    extractor = rules.extractor
    document = extractor.extract(text, published)
    near: tuple[Near, ...] = ()
    losses: tuple[Loss, ...] = ()
    if text:
        # All other rules out of the way, so that what this one lacks is told however far the others get.
        numbers = {i for i, packed in enumerate(rules.pack.rules) if packed.id == rule.id}
        variants = tuple(v for v in rules.pack.variants if v.rule in numbers)
        explainer = Explainer(rules.pack, extractor.mentions, extractor.facts)
        found = explainer.explain(extractor.normalize(text), document, None)
        losses = tuple(loss for loss in found.losses if loss.claim.rule == rule.id)
        alone = Explainer(msgspec.structs.replace(rules.pack, variants=variants), extractor.mentions, extractor.facts)
        alone.slots = explainer.slots
        near = alone.explain(extractor.normalize(text), document, None, (0, len(text))).near
    return Trial(
        rule.id,
        text,
        tuple(m for m in document.mentions if m.rule == rule.id),
        tuple(fact for fact in document.facts if fact.rule == rule.id),
        losses,
        near,
        tuple(m for m in document.mentions if m.rule != rule.id),
    )
