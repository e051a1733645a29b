"""How often each rule is tried, how often it matches, and what that costs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from time import perf_counter, perf_counter_ns
from typing import Any, NamedTuple

from ..engine import Engine, Matcher
from ..pipeline import Extractor
from ..words import Words
from .ruleset import RuleSet


class Row(NamedTuple):
    """One rule: tries at its anchors, those that matched, nanoseconds in both."""

    rule: str
    tries: int
    hits: int
    nanoseconds: int


class Profile(NamedTuple):
    """The rules, dearest first; how much was read, and seconds for all of it, as it was and with the clocks running."""

    rows: list[Row]
    articles: int
    characters: int
    seconds: float
    with_clocks: float


def profile(rules: RuleSet, texts: Iterable[str]) -> Profile:
    """Extract from texts and account for the time of each rule on text. Finding the anchors is in no rule's account."""
    texts = list(texts)
    plain = rules.extractor
    for text in texts[:1]:
        plain.extract(text)  # patterns are compiled at their first use
    seconds = _timed(plain, texts)
    clocked = Extractor(pack=rules.pack)
    clocked.extract("".join(texts[:1]))
    accounts = _clocks(clocked.mentions.engine, len(rules.pack.rules))
    with_clocks = _timed(clocked, texts)
    rows = _rows(rules, accounts, Counter(which for text in texts for which in _matches(plain, text)))
    return Profile(rows, len(texts), sum(map(len, texts)), seconds, with_clocks)


def tries(rules: RuleSet, texts: Iterable[str]) -> list[Row]:
    """As `profile`, but nothing is extracted, which is sooner done: the tries and hits alone can be relied on."""
    extractor = rules.extractor
    engine = extractor.mentions.engine
    unclocked, accounts = engine.matcher, _clocks(engine, len(rules.pack.rules))
    try:
        return _rows(rules, accounts, Counter(which for text in texts for which in _matches(extractor, text)))
    finally:
        engine.matcher = unclocked


def _rows(rules: RuleSet, accounts: list[list[int]], found: Counter[int]) -> list[Row]:
    """The accounts with the rules' names. What matches by its anchor and the unit behind it alone was not tried."""
    for which, account in enumerate(accounts):
        account[0] += found[which] - account[1]
        account[1] = found[which]
    rows = [Row(rule.id, *account) for rule, account in zip(rules.pack.rules, accounts, strict=True)]
    return sorted(rows, key=lambda row: (-row.nanoseconds, row.rule))


def _matches(extractor: Extractor, text: str) -> list[int]:
    """The rule of each match in a text."""
    clean = extractor.normalize(text).text
    built = extractor.mentions
    return [c[2] for c in built.engine.find(clean, Words(clean, built.maker)).candidates]


def _timed(extractor: Extractor, texts: Iterable[str]) -> float:
    began = perf_counter()
    for text in texts:
        extractor.extract(text)
    return perf_counter() - began


def _clocks(engine: Engine, rules: int) -> list[list[int]]:
    """Put a clock around every try of an engine; the accounts by rule: tries, hits, nanoseconds."""
    accounts = [[0, 0, 0] for _ in range(rules)]

    class Clocked(Matcher):
        def attempt(self, v: Any, *rest: Any) -> None:
            account = accounts[v.rule]
            before = len(self.out)
            began = perf_counter_ns()
            super().attempt(v, *rest)
            account[2] += perf_counter_ns() - began
            account[0] += 1
            account[1] += len(self.out) - before

    engine.matcher = Clocked
    return accounts
