"""From a figure and what its clause says to a fact: values with their sign, basis, whole, time, and how sure it is."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, cast

import msgspec

from .. import records as r
from ..edtf import bounds
from .cells import RULE, CellFact
from .clauses import NOW, Clause, How
from .folding import FIGURES, TIME
from .lookups import Rows
from .reader import Reader
from .spoken import Phrase, Plan, Type
from .topics import Topic

PLAIN: Final = "level.plain"
"""The rule of a figure that no rule over mentions speaks of."""
SHARE: Final = "share"
"""The note of a rule whose pair is two shares, not levels."""
RANK: Final = "rank"
"""The note of a rule whose pair is two ranks."""
BASE: Final = "base"
"""The note of a rule for a level that is only compared with: its own time holds for nothing else."""
BESIDE: Final = "beside"
"""The note of a rule for a change beside something else, whose own measure stands between."""
_NAMED: Final = frozenset(("yoy", "mom"))


class Statements:
    """The facts of one article, while they are made."""

    def __init__(
        self, reader: Reader, mentions: Sequence[r.AnyMention], standards: Rows, published: str | None
    ) -> None:
        self.reader = reader
        self.text = reader.text
        self.at = reader.folded.at
        self.mentions = mentions
        self.standards = standards
        self.published = published
        self.made: list[tuple[int, r.Fact]] = []  # with the places of their figures
        self.ordered = True  # whether these places ascend
        self.basis: str | None = None  # against what the last change was
        self.settled = False  # whether the sentence tells of a budget that is passed: its year may be to come
        self.evidence = r.Evidence(0, 0)

    def facts(self) -> tuple[r.Fact, ...]:
        """All of them, numbered by the places of their figures."""
        made = self.made
        if not self.ordered:
            made.sort(key=lambda one: one[0])
            return tuple(
                [msgspec.structs.replace(fact, id=f"f{i}") for i, (_, fact) in enumerate(made, 1)]
            )  # fmt: skip
        return tuple([fact for _, fact in made])

    def add(
        self, at: int, phrase: Phrase | None, clause: Clause, plan: Plan | None, indicator: str | None, direct: bool,
        carried: str | None,
    ) -> None:  # fmt: skip
        """The fact of the figure at a place; `direct` tells whether the clause says what it measures."""
        m = self.mentions[self.at[at]]
        indicator = indicator or None
        reader, state = self.reader, self.reader.state
        if isinstance(m, r.Quantity):
            value, lower, upper, unit, mod = m.value, m.lower, m.upper, m.unit, m.mod
        elif isinstance(m, r.Ordinal):
            value, lower, upper, unit, mod = m.value, None, None, m.unit, None
        else:
            return
        kind: Type = "level"
        rule_id = PLAIN
        basis = whole = note = None
        time = state.time
        late = state.age != NOW
        moves_from = False
        if phrase is not None:
            rule, slots = phrase.rule, phrase.slots
            kind, rule_id = rule.type, rule.id
            note = rule.note(slots)
            if kind == "change":
                basis = self._basis(rule.basis(slots), phrase)
                if m.unit == "%":
                    if basis is None and not (self.basis == "mom" and state.age == NOW):
                        basis = self.basis
                    elif basis in _NAMED:
                        self.basis = basis
                if note == BASE:
                    own = self.text.find(TIME, phrase.start, at)
                    time, note = (time if own < 0 else reader.time(own)), None
                elif note == BESIDE:
                    note = None
                if rule.sign(slots) == "-":
                    value, lower, upper = negative(value), negative(upper), negative(lower)
            elif kind == "share":
                whole = self._words(rule.whole(slots), phrase)
                opens = not self.made or self.made[-1][1].evidence != self.evidence
                own = self.text.find(TIME, phrase.start, at) if opens and state.age != NOW else -1
                if own >= 0:
                    time = state.time = reader.time(own)  # of which time the whole is
                if whole is None and clause.part:
                    whole = carried
            elif note == BASE:
                own = self.text.find(TIME, phrase.start, at)
                time, note = (time if own < 0 else reader.time(own)), None
            elif kind == "rank":
                unit = rule.unit(slots) or unit
            elif kind == "pair":
                if note in (SHARE, RANK):
                    if note == SHARE:
                        whole = self._words(rule.whole(slots), phrase)
                    kind, note = cast(Type, note), None
                    unit = rule.unit(slots) or unit
                else:
                    kind = "level"
                moves_from = FIGURES.isdisjoint(self.text[phrase.start : at])
                time = self._moved(at, phrase, time, moves_from)
        reached = kind == "share" and phrase is not None and self.reader.words.moved.search(self.text, phrase.start, at)
        if kind in ("level", "change") or reached:
            if plan is not None:
                if not moves_from:
                    kind, note, basis = "target", plan.note or note, None
                    if late and self._is_past():
                        time = None
                elif late and time == state.time:
                    time = None  # where a plan begins, no time of the plan
            elif state.first is not None and not self.settled and self._is_coming(state.first):
                kind, basis = "target", None
        if kind == "level" and phrase is None and isinstance(m, r.Quantity) and m.unit == "%" and indicator:
            words = reader.words
            if words.tenths.of(m.text) and not words.rates.of(indicator):
                kind = "share"  # nobody counts anything but a part in tenths
        topic = state.topic
        how: How = state.topic_how
        if topic is None:
            topic, how = reader.home.main, "guessed"
        about: How = "guessed" if indicator is None else "direct" if direct else "inherited"
        late = late and time is not None
        sure: How = "direct"
        if how == "guessed" or about == "guessed":
            sure = "guessed"
        elif late or how != "direct" or about != "direct":
            sure = "inherited"
        when = "none" if time is None else "inherited" if late else "direct"
        reason = f"subject {how}, indicator {about}, time {when}"
        if note:
            reason = f"{reason}, {note}"
        name = None if topic is None else topic.text
        entity = None if topic is None else topic.entity
        fact = r.Fact(
            f"f{len(self.made) + 1}", name, entity, indicator, cast(r.FactType, kind), value, lower, upper, unit, mod,
            basis, whole, time, m.id, self.evidence, rule_id, sure, reason,
        )  # fmt: skip
        self._make(at, fact)

    def _is_coming(self, first: str) -> bool:
        """Whether the time that holds is to come; from when on something will be so needs no year."""
        state = self.reader.state
        return self.is_to_come(first, state.dated or (state.time or "").endswith("/.."))

    def is_to_come(self, first: str, dated: bool) -> bool:
        """Whether a time begins after the day of publication; a month without a year may be of the year before."""
        day = self.published
        return day is not None and first > day and (dated or first[:4] > day[:4])

    def _is_past(self) -> bool:
        """Whether the time that holds is over, so that no plan is of it."""
        time, day = self.reader.state.time, self.published
        if time is None or day is None:
            return False
        last = bounds(time)[1]
        return last is not None and last <= day

    def cell(self, place: int, cell: CellFact, evidence: r.Evidence) -> None:
        """The fact that a cell of a table tells."""
        m = self.mentions[cell.mention]
        if not isinstance(m, r.Quantity):
            return
        value, lower, upper = m.value, m.lower, m.upper
        if cell.falls:
            value, lower, upper = negative(value), negative(upper), negative(lower)
        topic = self.reader.home.main
        if cell.entity is not None:
            topic = Topic(cell.entity.text, cell.entity.entity, cell.entity.label)
        how: How = "guessed" if cell.entity is None else "direct"
        name, entity = (None, None) if topic is None else (topic.text, topic.entity)
        reason = f"subject {how}, indicator direct, time {'none' if cell.time is None else 'direct'}"
        fact = r.Fact(
            f"f{len(self.made) + 1}", name, entity, cell.indicator, cell.type, value, lower, upper, m.unit, m.mod,
            cell.basis, None, cell.time, m.id, evidence, RULE, how, reason,
        )  # fmt: skip
        self._make(place, fact)

    def _make(self, at: int, fact: r.Fact) -> None:
        if self.made and self.made[-1][0] > at:
            self.ordered = False
        self.made.append((at, fact))

    def _basis(self, basis: str | None, phrase: Phrase) -> str | None:
        """What a change is against: a word for it, or the time that fills the slot."""
        if basis != TIME:
            return basis
        at = self.text.find(TIME, phrase.start, phrase.end)
        if at < 0:  # the rule's mark stands behind it
            at = self.text.rfind(TIME, 0, phrase.start)
        m = self.mentions[self.at[at]] if at >= 0 else None
        if not isinstance(m, r.Time):
            return None
        row = self.standards.get(m.text)
        return m.edtf if row is None else row["value"]

    def _words(self, filled: str | None, phrase: Phrase) -> str | None:
        """What fills a slot, in words."""
        if filled is None:
            return None
        at = self.text.find(filled, phrase.start)
        return self.reader.said(at, at + len(filled), times=True) or None

    def _moved(self, at: int, phrase: Phrase, time: str | None, first: bool) -> str | None:
        """The time of one end of a move: what stands right before it, else the first or last year of the period."""
        low = phrase.start if first else next(i for i in range(phrase.start, at) if self.text[i] in FIGURES)
        own = self.text.rfind(TIME, low, at)
        if own >= 0:
            return self.reader.time(own)
        years = (time or "").split("/")
        if len(years) == 2 and all(len(year) == 4 and year.isdigit() for year in years):
            return years[0] if first else years[1]
        return time


def negative(value: str | None) -> str | None:
    """The value of a fall."""
    if value is None or value.startswith("-") or value == "0":
        return value
    return "-" + value
