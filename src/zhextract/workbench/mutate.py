"""Rules broken on purpose: does an example or a golden text notice?

Three kinds of mutants: a rule that is gone, an alternation without one of its branches, a unit with another scale. For
each only what it can touch is run, and only until something comes out otherwise.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any, Final, Literal, NamedTuple

import msgspec

from ..errors import RuleError
from ..examples import check
from ..facts import Facts
from ..mentions import Mentions
from ..numerals import scale
from ..pipeline import Extractor
from ..rules import pack as p
from ..rules.pattern import parse
from ..rules.schema import RuleSource
from .change import Change, Probe, difference
from .golden import Fixture, differences
from .parallel import spread
from .ruleset import RuleSet
from .splice import spliced
from .tree import alternations, without, written

Kind = Literal["rule", "branch", "scale"]
SCALE: Final = "scale"
_FACTOR: Final = "7"


class Mutant(NamedTuple):
    """One way to break the rules; `number` is that of the alternation and branch."""

    kind: Kind
    file: str
    line: int
    name: str
    what: str
    number: tuple[int, int] = (0, 0)
    where: str = ""

    def __str__(self) -> str:
        return f"{self.file}:{self.line}: {self.name}: {self.what}"


class Fate(NamedTuple):
    """What noticed a mutant: `example`, `golden`, `compiler`, or "" (it survived)."""

    mutant: Mutant
    noticed: str


def mutants(source: RuleSource) -> Iterator[Mutant]:
    """All mutants of a source, in the order of its files."""
    for rule in source.rules:
        yield Mutant("rule", rule.file, rule.line, rule.id, "gone")
    for rule in source.rules:
        yield from _branches(rule.pattern, rule.file, rule.pattern_line, rule.id, "")
    for where, here in source.defs.items():
        for d in here.values():
            if d.pattern is not None:
                yield from _branches(d.pattern, d.file, d.line, d.name, f"{where}:")
    for name, lexicon in sorted(source.lexicons.items()):
        if SCALE in lexicon.columns:
            for surface, row in lexicon.rows.items():
                if row.get("example") is not None:
                    yield Mutant(
                        "scale", lexicon.file, lexicon.lines[surface], name, f"{surface} times {_FACTOR}", where=surface
                    )


def _branches(pattern: str, file: str, line: int, name: str, where: str) -> Iterator[Mutant]:
    for i, alt in enumerate(alternations(parse(pattern))):
        for j, branch in enumerate(alt.items):
            yield Mutant("branch", file, line, name, f"without \u201c{written(branch)}\u201d", (i, j), where)


class Seen(NamedTuple):
    """A text as rules see it: normalized, and with its mentions folded."""

    text: str
    folded: str


class Ground:
    """What mutants are judged against: the rules as they are, their examples, golden texts and how these come out."""

    def __init__(self, rules: RuleSet, fixtures: Sequence[Fixture]) -> None:
        self.rules = rules
        self.extractor = rules.extractor
        self.cases = [case for case in rules.cases() if check(case, self.extractor) is None]
        self.texts = [self._seen(case.text, case.published) for case in self.cases]
        self.fixtures = list(fixtures)
        self.fixture_texts = [self._seen(fixture.text, fixture.published) for fixture in fixtures]
        self.marks = [self._marks(fixture, self.extractor) for fixture in fixtures]

    def _seen(self, text: str, published: str | None) -> Seen:
        clean = self.extractor.normalize(text)
        voice = self.extractor.facts.voice
        if voice is None:
            return Seen(clean.text, "")
        mentions, spans, _ = self.extractor.mentions.of(clean.map, published, self.extractor.currency, clean.script)
        return Seen(clean.text, voice.folding.fold(clean.text, mentions, spans).text)

    def _marks(self, fixture: Fixture, extractor: Extractor) -> list[str]:
        return [d.mark for d in differences(fixture, fixture.extract(extractor))]

    def fates(self, chosen: Sequence[Mutant], jobs: int) -> Iterator[Fate]:
        """The fate of each mutant, in order."""
        return spread(self.fate, chosen, jobs, least=2)

    def fate(self, mutant: Mutant) -> Fate:
        """What notices a mutant."""
        if mutant.kind == "scale":
            return Fate(mutant, self._scaled(mutant))
        try:
            differs = difference(self.rules.source, self._source(mutant))
            probe = Probe(differs, self.extractor)
            pack = spliced(self.rules.pack, differs)
        except RuleError:
            return Fate(mutant, "compiler")
        # It costs more than all else, and is not always asked for.
        extractor = cache(lambda: self._extractor(differs, pack))
        return Fate(mutant, self._noticed(mutant.name, extractor, lambda seen: probe.touches(*seen)))

    def _noticed(self, owner: str, extractor: Callable[[], Extractor], touches: Callable[[Seen], bool]) -> str:
        """The first thing that comes out otherwise; the owner's own examples are tried first."""
        for i in sorted(range(len(self.cases)), key=lambda i: self.cases[i].rule != owner):
            if touches(self.texts[i]) and check(self.cases[i], extractor()) is not None:
                return "example"
        for fixture, seen, marks in zip(self.fixtures, self.fixture_texts, self.marks, strict=True):
            if touches(seen) and self._marks(fixture, extractor()) != marks:
                return "golden"
        return ""

    # ----------------------------------------------------------------------------------------------------- mutants

    def _source(self, mutant: Mutant) -> RuleSource:
        source = self.rules.source
        if mutant.kind == "rule":
            rules = tuple(rule for rule in source.rules if rule.id != mutant.name)
            return msgspec.structs.replace(source, rules=rules)
        if mutant.where:
            file = mutant.where[:-1]
            d = source.defs[file][mutant.name]
            made = msgspec.structs.replace(d, pattern=_cut(d.pattern or "", mutant.number))
            defs = {**source.defs, file: {**source.defs[file], mutant.name: made}}
            return msgspec.structs.replace(source, defs=defs)
        rules = tuple(
            msgspec.structs.replace(rule, pattern=_cut(rule.pattern, mutant.number)) if rule.id == mutant.name else rule
            for rule in source.rules
        )
        return msgspec.structs.replace(source, rules=rules)

    def _extractor(self, change: Change, pack: p.RulePack) -> Extractor:
        """An extractor of the changed rules, made of the one there is."""
        made = copy.copy(self.extractor)
        layers = {source.layers[r] for r in change.rules for source in (change.old, change.new) if r in source.layers}
        made.__dict__["given"] = pack
        if "text" in layers:
            made.mentions = Mentions(pack, self.extractor.words)
        if "mentions" in layers:
            made.facts = Facts(pack)
        return made

    def _scaled(self, mutant: Mutant) -> str:
        """Change the row where every table that reads it has it, and back."""
        row: dict[str, Any] = self.rules.pack.lexicons[mutant.name][mutant.where]
        before = row[SCALE]
        row[SCALE] = _FACTOR if before is None else scale(before, _FACTOR)
        self._forget()
        try:
            owner = f"{mutant.name}/{mutant.where}"
            return self._noticed(owner, lambda: self.extractor, lambda seen: mutant.where in seen.text)
        finally:
            row[SCALE] = before
            self._forget()

    def _forget(self) -> None:
        """Rules remember what rows said."""
        for rule in self.extractor.mentions.rules:
            rule.quantity.known.clear()


def _cut(pattern: str, number: tuple[int, int]) -> str:
    return written(without(parse(pattern), *number))
