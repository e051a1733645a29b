"""What the figures of an article say: mentions to facts.

Mentions are folded to a character each (`folding`); the rules over mentions run on that and tell what kind of figure
stands where. Clauses, whom they are about and what is carried are read by `clauses`, what a figure measures by
`measured`, tables by `cells`. This module joins them. Without the lexicons `fact_*` and rules over mentions there are
no facts. `docs/facts.md` explains the whole.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal, NamedTuple, cast

import msgspec

from . import records as r
from .cells import RULE, CellFact, Cells
from .clauses import NOW, OLD, Clause, Clauses, How, Reader, table, words
from .engine import Engine, Value
from .folding import DURATION, FIGURES, FOLDED, GROUPING, ORDINALS, TIME, Folded, Folding
from .measured import Phrases, rest
from .numerals import Numerals
from .rules import pack as p
from .segment import Sentence
from .spans import TextMap
from .tables import present
from .templates import filler
from .topics import Home, Topic

NUMERAL: Final = "numeral"
PLAIN: Final = "level.plain"
"""The rule of a figure that no rule over mentions speaks of."""
_SILENT: Final = ORDINALS | {GROUPING, DURATION}  # figures that are facts only where a rule says so
_GRADE: Final[dict[How, int]] = {"direct": 0, "inherited": 1, "guessed": 2}

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
    """Where a plan is told of, and how."""

    start: int
    note: str | None
    rule: str


class Spoken(NamedTuple):
    """What the rules over mentions say of an article: the phrase of each figure, and the plans, by place."""

    folded: Folded
    phrases: dict[int, Phrase]
    plans: list[Plan]


class Facts:
    """Finds the facts of articles. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        self.rules = [Rule(rule) for rule in pack.fact_rules]
        self.engine: Engine | None = None
        if not self.rules:
            return
        over = msgspec.structs.replace(pack, rules=pack.fact_rules, variants=pack.fact_variants)
        rows = p.table(pack, NUMERAL, "role", "value")
        self.engine = Engine(over, Numerals([cast(dict[str, str], row) for row in rows.values()]))
        self.folding = Folding({name: row["value"] or "" for name, row in table(pack, "fold").items()})
        self.clauses = Clauses(pack)
        self.wording = Phrases(pack)
        self.cells = Cells(pack)
        self.standards = {name: row["value"] for name, row in table(pack, "standard").items()}
        near = words(table(pack, "near"))
        self.joined = re.compile(f"[^{FOLDED}]{{0,2}}(?:{self.clauses.list_sign.pattern})(?:{near})*\\Z")
        self.done = re.compile(words(table(pack, "done")))

    def of(
        self,
        text: TextMap,
        sentences: Sequence[Sentence],
        mentions: Sequence[r.AnyMention],
        spans: Sequence[tuple[int, int]],
        published: str | None = None,
    ) -> tuple[r.Fact, ...]:
        """The facts of an article, by the places of their figures; `spans` are the mentions' in the normalized text."""
        if self.engine is None or not any(isinstance(m, (r.Quantity, r.Ordinal)) for m in mentions):
            return ()
        article = _Article(self, text, self.spoken(text.text, mentions, spans), sentences, mentions, published)
        if present(text.text):
            article.tables(text.text, spans)
        return article.facts()

    def heard(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> frozenset[str]:
        """The ids of all rules over mentions that match in a normalized text, whether or not they decide."""
        if self.engine is None:
            return frozenset()
        found = self.engine.find(self.folding.fold(text, mentions, spans).text).candidates
        return frozenset(self.rules[which].id for _, _, which, _ in found)

    def spoken(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> Spoken:
        """What the rules over mentions say of a normalized text."""
        assert self.engine is not None
        folded = self.folding.fold(text, mentions, spans)
        phrases: dict[int, Phrase] = {}
        plans: list[Plan] = []
        signs = folded.text
        for start, end, which, slots in self.engine.find(signs).candidates:
            rule = self.rules[which]
            if rule.type == "plan":
                plans.append(Plan(start, rule.note(slots), rule.id))
                continue
            phrase = Phrase(start, end, rule, slots)
            for at in range(end - 1, start - 1, -1):
                if signs[at] in FIGURES:
                    known = phrases.get(at)
                    if known is None or _rank(phrase) > _rank(known):
                        phrases[at] = phrase
                    if rule.type != "pair":
                        break
        plans.sort(key=lambda plan: plan.start)
        return Spoken(folded, phrases, plans)


def _rank(phrase: Phrase) -> tuple[int, int, int]:
    return phrase.rule.priority, phrase.end - phrase.start, -phrase.start


class _Article:
    """One article while its facts are read."""

    def __init__(
        self,
        given: Facts,
        text: TextMap,
        spoken: Spoken,
        sentences: Sequence[Sentence],
        mentions: Sequence[r.AnyMention],
        published: str | None,
    ) -> None:
        self.given = given
        self.source = text
        self.folded, self.phrases, self.plans = spoken
        self.text = self.folded.text
        self.sentences = sentences
        self.mentions = mentions
        self.published = published
        self.places = self.folded.places
        self.figures = [at for at in self.places if self.text[at] in FIGURES]
        # Times inside a phrase (what is compared with, the ends of a move) govern nothing outside it.
        inside = frozenset(
            at for x in self.phrases.values() for at in range(x.start, x.end) if self.text[at] == TIME
        )  # fmt: skip
        title = next((s for s in sentences if s.kind == "title"), None)
        place = self.folded.place
        span = (0, 0) if title is None else (place(title.start), place(title.end))
        home = Home(self.folded, mentions, span, given.clauses.observers)
        self.reader = Reader(given.clauses, self.folded, mentions, inside, home)
        self.out: list[tuple[int, tuple[Any, ...]]] = []  # place, and the fields of a fact but its id
        self.carried: str | None = None  # what was measured last, in this sentence
        self.last: str | None = None  # and in an earlier one of the paragraph
        self.basis: str | None = None  # against what the last change was
        self.series: list[str | None] = []  # what the sentence's levels measure, for pairs
        self.told: list[CellFact] = []
        self.planned: list[Plan] = []  # the sentence's
        self.evidence = r.Evidence(0, 0)
        self.listed = 0, 0  # where the clause before may list what is paired

    def facts(self) -> tuple[r.Fact, ...]:
        figures, state, place = self.figures, self.reader.state, self.folded.place
        paragraph = -1
        for sentence in self.sentences:
            if sentence.kind == "byline":
                continue
            start, end = place(sentence.start), place(sentence.end)
            low, high = bisect_left(figures, start), bisect_left(figures, end)
            if sentence.paragraph != paragraph:
                paragraph = sentence.paragraph
                held = state.topic
                state.topic, state.topic_how, state.time, state.first = None, "guessed", None, None
                if self.text[start] in self.given.clauses.quotes:
                    state.topic, state.topic_how = held, "inherited"
                    line = self.text.find("\n", start)
                    self.reader.quoted(start, len(self.text) if line < 0 else line)
                self.carried = self.basis = self.last = None
            else:
                state.topic_how = "inherited"
            state.age, state.told = OLD, False
            if low == high:
                if self.reader.marked(start, end):
                    for a, b in self.given.clauses.cut(self.text, start, end):
                        if self.reader.marked(a, b):
                            self.reader.open(a, b)
                            self.reader.close()
                continue
            self._sentence(sentence, start, end, figures[low:high])
        self.out += self._of_cells()
        self.out.sort(key=lambda one: one[0])
        return tuple([r.Fact(f"f{i}", *fields) for i, (_, fields) in enumerate(self.out, 1)])

    def tables(self, text: str, spans: Sequence[tuple[int, int]]) -> None:
        """Take what the cells of tables say; their figures are no part of sentences."""
        self.told = list(self.given.cells.read(text, self.mentions, spans))
        taken = {cell.mention for cell in self.told}
        at = self.folded.at
        self.figures = [place for place in self.figures if at[place] not in taken]

    def _of_cells(self) -> Iterator[tuple[int, tuple[Any, ...]]]:
        """The facts that the cells of tables tell."""
        starts = [s.start for s in self.sentences]
        places = {i: place for place, i in self.folded.at.items()} if self.told else {}
        home = self.reader.home
        for cell in self.told:
            m = self.mentions[cell.mention]
            if not isinstance(m, r.Quantity) or cell.mention not in places:
                continue
            sentence = self.sentences[max(0, bisect_right(starts, cell.at) - 1)]
            value, lower, upper = m.value, m.lower, m.upper
            if cell.falls:
                value, lower, upper = _negative(value), _negative(upper), _negative(lower)
            topic = home.main
            if cell.entity is not None:
                topic = Topic(cell.entity.text, cell.entity.entity, cell.entity.label)
            how: How = "guessed" if cell.entity is None else "direct"
            yield (
                places[cell.mention],
                (
                    None if topic is None else topic.text, None if topic is None else topic.entity, cell.indicator,
                    cell.type, value, lower, upper, m.unit, m.mod, cell.basis, None, cell.time, m.id,
                    r.Evidence(*self.source.to_source(sentence.start, sentence.end)), RULE, how,
                    f"subject {how}, indicator direct, time {'none' if cell.time is None else 'direct'}",
                ),
            )  # fmt: skip

    def _sentence(self, sentence: Sentence, start: int, end: int, figures: list[int]) -> None:
        state = self.reader.state
        self.evidence = r.Evidence(*self.source.to_source(sentence.start, sentence.end))
        self.planned = [plan for plan in self.plans if start <= plan.start < end] if self.plans else []
        self.series, self.listed = [], (start, start)
        first = True
        for a, b in self.given.clauses.cut(self.text, start, end):
            clause = self.reader.open(a, b)
            if self.planned and self.text[a - 1 : a] in self.given.clauses.stops and self._resets():
                self.planned = [plan for plan in self.planned if plan.start >= a]
            if first and not clause.part:
                self.last = self.carried or self.last
                self.carried = self.basis = None
            first = False
            own = [at for at in figures if a <= at < b]
            if own:
                self._clause(clause, own)
            else:
                at = self.text.find(TIME, clause.body, b)
                while at >= 0:
                    self.reader.see_time(at, a)
                    at = self.text.find(TIME, at + 1, b)
                self.listed = clause.body, b
                if state.topic is None and clause.body > clause.start and self.carried is None and b - clause.body < 16:
                    self.carried = self._said(clause.body, b)
            self.reader.close()

    def _resets(self) -> bool:
        """Whether a clause behind a semicolon speaks of somebody else, or of a time that has come."""
        state = self.reader.state
        past = self.published is not None and state.first is not None and state.first <= self.published
        return state.fresh or (state.age == NOW and past)

    def _said(self, start: int, end: int, *, times: bool = False) -> str:
        return self.given.wording.said(self.folded, self.mentions, start, end, times=times)

    # ------------------------------------------------------------------------------------------------------- figures

    def _clause(self, clause: Clause, figures: list[int]) -> None:
        text = self.text
        paired = self._paired(clause, figures)
        series: list[str | None] = []
        done = clause.body  # where what belongs to the next figure may begin
        before: tuple[int, Phrase | None, str | None] | None = None
        seen = clause.body
        for i, figure in enumerate(figures):
            at = text.find(TIME, seen, figure)
            while at >= 0:
                self.reader.see_time(at, clause.start)
                at = text.find(TIME, at + 1, figure)
            seen = figure
            phrase = self.phrases.get(figure)
            if phrase is None and before is not None and self.given.joined.match(text, before[0] + 1, figure):
                phrase = before[1]
            if phrase is None:
                if text[figure] in _SILENT:
                    continue
            elif phrase.rule.type == "none":
                continue
            begin = figure
            if phrase is not None and done <= phrase.start < figure:
                begin = phrase.start
            if phrase is None:
                self.reader.of_figure(figure, clause.end)
            direct = True
            if paired is not None and paired[i] is not None:
                indicator = paired[i]
            elif phrase is not None and phrase.rule.type == "pair" and before is not None and before[1] is phrase:
                indicator = before[2]
            else:
                indicator, direct = self._indicator(clause, figure, begin, done, phrase, before)
            self._add(figure, phrase, clause, indicator, direct)
            before = figure, phrase, indicator
            done = figure + 1
            self.carried = indicator
            if phrase is None or phrase.rule.type == "level":
                series.append(indicator)
        self.series += series
        self.listed = clause.body, figures[0]

    def _indicator(
        self, clause: Clause, figure: int, begin: int, done: int, phrase: Phrase | None,
        before: tuple[int, Phrase | None, str | None] | None,
    ) -> tuple[str | None, bool]:  # fmt: skip
        """What a figure measures, and whether its clause says so."""
        wording, text = self.given.wording, self.text
        m = self.mentions[self.folded.at[figure]]
        counted = m.object if isinstance(m, r.Quantity) else None
        moves = phrase is not None and phrase.rule.type in ("change", "share", "rank", "pair")
        low = done
        joined = None
        if before is not None:
            # What the figure before counted stands between; the list goes on behind its last sign.
            held = self.mentions[self.folded.at[before[0]]]
            object_ = held.object if isinstance(held, r.Quantity) else None
            if object_ and text.startswith(object_, low):
                low += len(object_)
                joined = before[2]
            for sign in wording.list_sign.finditer(text, low, begin):
                if sign.end() <= begin:
                    low, joined = sign.end(), None
        head = wording.head(self._said(low, begin))
        if phrase is None or phrase.rule.type == "level":
            noun = wording.behind.match(text, figure + 1, clause.end)
            if noun is not None:
                measure = wording.measured(head)
                if measure or not head:
                    return self._said(noun.start(1), noun.end(1)) + measure, True
        given = None if phrase is None else self._given(phrase)
        if given is not None and phrase is not None and phrase.rule.type in ("level", "share"):
            return given, True
        if counted:
            counted = counted.translate(_NO_QUOTES)
            if head and wording.lists(self.text, low, begin):
                return counted, True
            if head in wording.joint and before is None:
                start = text.find(counted, figure + 1, clause.end)
                if start >= 0:
                    return head + self._rest(start + len(counted), clause.end, through=True) + counted, True
            if head:
                return head + counted, True
            if before is None and not moves:
                start = text.find(counted, figure + 1, clause.end)
                found = self._rest(figure + 1 if start < 0 else start + len(counted), clause.end, through=True)
                return found + counted if found and start >= 0 else counted, True
            return counted, True
        if head:
            if joined and not moves:
                return joined + head, True
            return wording.related(head, self.carried if before is None else before[2]), True
        if not moves or (before is None and self.carried is None):
            found = self._rest(figure + 1 if phrase is None else max(phrase.end, figure + 1), clause.end)
            if found:
                return found, True
        if joined:
            return joined, True
        if given is not None and (self.carried is None or (before is None and self.reader.state.fresh)):
            return given, True
        return self.carried or self.last, before is not None

    def _given(self, phrase: Phrase) -> str | None:
        """What a rule itself says is measured; of the text, in words."""
        said = phrase.rule.indicator(phrase.slots)
        if said is None:
            return None
        at = self.text.find(said, phrase.start)
        return (said if at < 0 else self._said(at, at + len(said))) or None

    def _rest(self, start: int, end: int, *, through: bool = False) -> str:
        return rest(self.given.wording, self.folded, self.mentions, start, end, through=through)

    def _paired(self, clause: Clause, figures: list[int]) -> list[str | None] | None:
        """What the figures measure that a clause pairs, in order, with a list."""
        text, wording = self.text, self.given.wording
        mark = wording.pairs.search(text, clause.body, figures[-1])
        if mark is None:
            return None
        behind = [at for at in figures if at > mark.start()]
        if len(behind) < 2:
            return None
        missing: list[str | None] = [None] * (len(figures) - len(behind))
        items = wording.items(self._said(clause.body, mark.start()))
        phrase = self.phrases.get(behind[0])
        begin = behind[0] if phrase is None else max(min(phrase.start, behind[0]), mark.end())
        middle = wording.head(self._said(mark.end(), begin)) if mark.end() < begin else ""
        if len(items) == len(behind):
            return missing + [item + middle for item in items]
        if len(items) < 2:
            if not wording.head(self._said(clause.body, mark.start())):
                items = wording.items(self._said(*self.listed))
                if len(items) == len(behind):
                    return missing + [item + middle for item in items]
            if len(self.series) >= len(behind):
                return missing + self.series[-len(behind) :]
        return None

    def _add(self, at: int, phrase: Phrase | None, clause: Clause, indicator: str | None, direct: bool) -> None:
        m = self.mentions[self.folded.at[at]]
        state = self.reader.state
        if isinstance(m, r.Quantity):
            value, lower, upper, unit, mod = m.value, m.lower, m.upper, m.unit, m.mod
        elif isinstance(m, r.Ordinal):
            value, lower, upper, unit, mod = m.value, None, None, m.unit, None
        else:
            return
        kind: Type = "level"
        basis = whole = note = None
        time = state.time
        if phrase is not None:
            rule, slots = phrase.rule, phrase.slots
            kind = rule.type
            unit = rule.unit(slots) or unit
            note = rule.note(slots)
            if kind == "change":
                basis = self._basis(rule.basis(slots), phrase)
                if rule.sign(slots) == "-":
                    value, lower, upper = _negative(value), _negative(upper), _negative(lower)
            elif kind == "share":
                whole = self._whole(rule.whole(slots), phrase)
                if whole is None and clause.part:
                    whole = self.carried
            elif kind == "pair":
                kind, time = "level", self._moved(at, phrase, time)
        if kind == "change":
            if basis is None and self.basis is not None and m.unit == "%":
                basis = self.basis
            elif basis in _NAMED and m.unit == "%":
                self.basis = basis
        if kind in ("level", "change"):
            plan = self._planned(at, clause)
            if plan is not None and not (
                phrase is not None and phrase.rule.type == "pair" and self._is_first(at, phrase)
            ):
                kind, note, basis = "target", plan.note or note, None
            elif self.published is not None and state.first is not None and state.first > self.published:
                kind, basis = "target", None
        topic, how = state.topic, state.topic_how
        if state.fresh and how == "direct":
            how = "direct"
        if topic is None:
            topic, how = self.reader.home.main, "guessed"
        about: How = "direct" if direct else "inherited"
        if indicator is None:
            about = "guessed"
        worst = max(how, about, key=_GRADE.__getitem__)
        if worst == "direct" and time is not None and state.age != NOW:
            worst = "inherited"
        reason = f"subject {how}, indicator {about}, time {'none' if time is None else _AGES[state.age]}"
        if note:
            reason += f", {note}"
        self.out.append((
            at,
            (
                None if topic is None else topic.text, None if topic is None else topic.entity,
                indicator or None, cast(r.FactType, kind), value, lower, upper, unit, mod, basis, whole, time, m.id,
                self.evidence, PLAIN if phrase is None else phrase.rule.id, worst, reason,
            ),
        ))  # fmt: skip

    def _planned(self, at: int, clause: Clause) -> Plan | None:
        """The plan that a figure is in: told before it in its sentence."""
        found = None
        for plan in self.planned:
            if plan.start < at:
                if not self.given.done.search(self.text, plan.start, at):
                    found = plan if found is None or found.note is None else found
            elif clause.start <= plan.start < clause.end and plan.note is None:
                found = found or plan
        return found

    def _basis(self, basis: str | None, phrase: Phrase) -> str | None:
        if basis != TIME:
            return basis
        m = self.mentions[self.folded.at[self.text.find(TIME, phrase.start, phrase.end)]]
        if not isinstance(m, r.Time):
            return None
        return self.given.standards.get(m.text) or m.edtf

    def _whole(self, whole: str | None, phrase: Phrase) -> str | None:
        """What fills a slot, in words."""
        if whole is None:
            return None
        at = self.text.find(whole, phrase.start)
        return self._said(at, at + len(whole), times=True) or None

    def _is_first(self, at: int, phrase: Phrase) -> bool:
        """Whether a figure is where a move starts from."""
        return FIGURES.isdisjoint(self.text[phrase.start : at])

    def _moved(self, at: int, phrase: Phrase, time: str | None) -> str | None:
        """The time of one end of a move: what stands right before it, else the first or last year of the period."""
        first = self._is_first(at, phrase)
        low = phrase.start if first else next(i for i in range(phrase.start, at) if self.text[i] in FIGURES)
        own = self.text.rfind(TIME, low, at)
        if own >= 0:
            return self.reader.time(own)
        years = (time or "").split("/")
        if len(years) == 2 and all(len(year) == 4 and year.isdigit() for year in years):
            return years[0] if first else years[1]
        return time


_NAMED: Final = frozenset(("yoy", "mom"))
_AGES: Final = ("direct", "inherited", "inherited")
_NO_QUOTES: Final = str.maketrans(dict.fromkeys("\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\u300a\u300b\"'"))


def _negative(value: str | None) -> str | None:
    if value is None or value.startswith("-") or value == "0":
        return value
    return "-" + value
