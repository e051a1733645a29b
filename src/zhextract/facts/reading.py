"""An article read sentence by sentence, clause by clause, figure by figure: what each measures, what is carried on."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from .. import records as r
from ..segment import Sentence
from ..spans import TextMap
from .cells import CellFact
from .clauses import HERE, NOW, OLD, Clause, Clauses, How
from .folding import COUNT, DURATION, ENTITIES, FIGURES, GROUPING, ORDINALS, TIME
from .measured import Phrases, rest
from .reader import Reader
from .spoken import Phrase, Plan, Spoken
from .statements import BASE, BESIDE, Statements
from .things import Heads
from .topics import Home, Topic

_SILENT = ORDINALS | {GROUPING, DURATION}  # figures that are facts only where a rule says so
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_FAR = 300  # how far a plan reaches, and
_NEAR = 60  # how far behind a figure words may stand that say what it measures, in characters of folded text
_LIMIT = 8  # how far before its end a phrase for those above or below a bound has it
_YEAR = 4  # length of the EDTF of a year
_SHORT = 16  # longest clause that is taken for what the next one measures

OWN = "own"  # the mark of a plan that is only of the figure right behind it
BY = "target.by"  # the rule of what will be by a time
AGENDA = "fact_agenda"  # what made a plan of what a section tells
_SIZES = frozenset(("area", "length", "mass", "volume", "power", "energy"))

Before = tuple[int, Phrase | None, str | None]
"""The figure before in a clause: its place, its phrase, what it measures."""


class Reading:
    """One article while it is read."""

    def __init__(
        self,
        clauses: Clauses,
        wording: Phrases,
        heads: Heads,
        text: TextMap,
        spoken: Spoken,
        sentences: Sequence[Sentence],
        mentions: Sequence[r.AnyMention],
        published: str | None,
    ) -> None:
        self.clauses, self.wording = clauses, wording
        self.source = text
        self.folded, self.phrases, self.plans = spoken.folded, spoken.phrases, spoken.plans
        signs = self.text = self.folded.text
        self.sentences = sentences
        self.mentions = mentions
        self.published = published
        self.figures = self.folded.figures
        self.plan_starts = [plan.start for plan in self.plans]
        # Times inside a phrase (what is compared with, the ends of a move) govern nothing outside it.
        inside: set[int] = set()
        for x in self.phrases.values():
            at = signs.find(TIME, x.start, x.end)
            while at >= 0:
                inside.add(at)
                at = signs.find(TIME, at + 1, x.end)
        titles = [s for s in sentences if s.kind == "title"]
        place = self.folded.place
        span = (0, 0)
        for one in titles:  # all that stands in its line
            if span != (0, 0) and "\n" in signs[span[1] : place(one.start)]:
                break
            span = (place(one.start) if span == (0, 0) else span[0], place(one.end))
        home = Home(self.folded, mentions, span, clauses.observers, clauses.homes, clauses.anonymous)
        self.reported = self._reported(*span)
        self.reader = Reader(clauses, self.folded, mentions, inside, home, wording, heads)
        self.statements = Statements(self.reader, mentions, clauses.standards, published)
        self.carried: str | None = None  # what was measured last, in this sentence
        self.last: str | None = None  # and in an earlier one of the paragraph
        self.series: list[str | None] = []  # what the sentence's levels measure, for pairs
        self.plans_from = 0  # where plans begin that reach to what is read
        self.whole: tuple[Topic | None, How] | None = None  # whom a sentence was about before it told of a part
        self.planned: r.Time | None = None  # the time of the head of a section that tells what is planned
        self.agenda = False  # whether the section tells what is planned
        self.former = 0, 0  # the clause before
        self.listed = 0, 0  # where the clause before may list what is paired

    def facts(self, cells: Sequence[CellFact]) -> tuple[r.Fact, ...]:
        """The facts of the article; `cells` are those of its tables, whose figures are no part of sentences."""
        if cells:
            taken = {cell.mention for cell in cells}
            at = self.folded.at
            self.figures = [place for place in self.figures if at[place] not in taken]
        figures, reader, folded, text = self.figures, self.reader, self.folded, self.text
        state, statements, made = reader.state, self.statements, self.statements.made
        ends = folded.ends
        count, size = len(ends), len(figures)
        titled, before = False, ""
        i = j = 0  # the first mention and the first figure that are not read yet
        paragraph, opening = -1, -1  # where a paragraph begins of which nothing is read yet
        for sentence in self.sentences:
            kind = sentence.kind
            if kind == "byline":
                continue
            begin, finish = sentence.start, sentence.end
            titled, before = before == "title", kind  # a title goes on in its second line
            if kind == "head":
                self._section(folded.place(begin), folded.place(finish))
            if sentence.paragraph != paragraph:
                paragraph, opening = sentence.paragraph, begin
            while i < count and ends[i] <= begin:
                i += 1
            if i == count:
                break
            if ends[i] > finish:
                continue  # it mentions nothing
            start = folded.behind(i, begin)
            while j < size and figures[j] < start:
                j += 1
            if j == size and not cells:
                break  # the rest tells nothing of any figure
            if opening >= 0:
                if kind != "title" or not titled:
                    self._paragraph(folded.place(opening))
                opening = -1
            elif state.topic is not None:
                state.topic_how = "inherited"
            if (
                (made and made[-1][1].type == "target" and made[-1][1].time == state.time)
                or (state.now and state.time == self.published)
                or (state.first is not None and statements.is_to_come(state.first, state.dated))
            ) and self.clauses.part.match(text, start) is None:
                state.time = state.first = None  # the day of a plan ends with its sentence
                self._planned()
            if 0 <= reader.guest <= start:
                pointed = text[start : start + 1] in self.clauses.pointers
                state.topic, reader.guest = reader.host if pointed else None, -1
                state.topic_how = "inherited" if pointed else "guessed"
            reader.begin()
            if self.whole is not None:
                state.topic = self.whole[0]
                state.topic_how, self.whole = "guessed" if state.topic is None else "inherited", None
            self._report()
            if self.text[start : start + 1] in self.clauses.quotes:
                reader.own_words(start)
                reader.said_by(start)
            end = folded.place(finish)
            if j < size and figures[j] < end:
                self._sentence(sentence, start, end, j)
            elif reader.marked(start, end):
                for a, b in self.clauses.cut(text, start, end):
                    if reader.marked(a, b):
                        reader.open(a, b)
                        result = self.clauses.results.search(text, a, b)
                        if result is not None:
                            reader.see_time(result.start(1), a)
                        reader.close()
                if state.age != OLD and state.time is not None and _DAY.fullmatch(state.time):
                    state.time = state.first = None  # what happened on a day, and no figure is of it
        if cells:
            self._cells(cells)
        return statements.facts()

    def _reported(self, start: int, end: int) -> r.Time | None:
        """The time that an article reports on, where its title says that it is a bulletin of one."""
        at = self.text.find(TIME, start, end)
        m = self.mentions[self.folded.at[at]] if at >= 0 else None
        if not isinstance(m, r.Time) or self.clauses.bulletin.search(self.text, at, end) is None:
            return None
        return m

    def _report(self) -> None:
        """Begin a sentence of a bulletin: it is about the whole, and of the whole time, unless it tells otherwise."""
        state, told = self.reader.state, self.reported
        if told is not None:
            state.topic, state.topic_how = None, "guessed"
            if state.time is None:
                state.time, state.first = told.edtf, told.first
            state.age = HERE  # it holds whomever the sentence is about

    def _paragraph(self, start: int) -> None:
        """Begin a paragraph: nothing is carried into it, but into somebody's words."""
        state = self.reader.state
        held = state.topic
        state.topic, state.topic_how = None, "guessed"
        if self.clauses.facet.match(self.text, start) is None:
            state.time = state.first = None
            self._planned()
        if self.text[start : start + 1] in self.clauses.quotes:
            state.topic, state.topic_how = held, "inherited"
            line = self.text.find("\n", start)
            self.reader.quoted(start, len(self.text) if line < 0 else line)
        self.reader.speaks(start)
        self.carried = self.last = self.statements.basis = self.whole = None

    def _planned(self) -> None:
        """In a section that tells what is planned, its head's time holds where none is told."""
        state, told = self.reader.state, self.planned
        if told is not None and state.time is None:
            state.time, state.first, state.dated = told.edtf, told.first, True

    def _section(self, start: int, end: int) -> None:
        """Begin a section: of what is planned, or, if its head is of the same rank, of something else."""
        if self.clauses.agenda.search(self.text, start, end):
            self.agenda = True
            at = self.text.find(TIME, start, end)
            m = self.mentions[self.folded.at[at]] if at >= 0 else None
            self.planned = m if isinstance(m, r.Time) else None
        elif self.clauses.agenda_part.match(self.text, start, end):
            self.agenda, self.planned = False, None

    def _cells(self, cells: Sequence[CellFact]) -> None:
        starts = [s.start for s in self.sentences]
        places = {i: place for place, i in self.folded.at.items()}
        for cell in cells:
            if cell.mention in places:
                sentence = self.sentences[max(0, bisect_right(starts, cell.at) - 1)]
                evidence = r.Evidence(*self.source.to_source(sentence.start, sentence.end))
                self.statements.cell(places[cell.mention], cell, evidence)

    def _sentence(self, sentence: Sentence, start: int, end: int, low: int) -> None:
        """Read a sentence with figures, of which the one at index `low` is the first."""
        text, reader, clauses, figures = self.text, self.reader, self.clauses, self.figures
        state, count = reader.state, len(self.figures)
        opens, stops, topical = clauses.opens, clauses.stops, clauses.topical
        self.statements.evidence = r.Evidence(*self.source.to_source(sentence.start, sentence.end))
        self.plans_from = start
        self.series, self.listed = [], (start, start)
        self.statements.settled = (
            reader.settles(start, end) and self.wording.settled.search(text, start, end) is not None
        )
        first = True
        for a, b in clauses.cut(text, start, end):
            while low and figures[low - 1] >= a:
                low -= 1  # what stands in brackets is read behind what holds it
            while low < count and figures[low] < a:
                low += 1
            high = low
            while high < count and figures[high] < b:
                high += 1
            own = figures[low:high]
            if own and not opens.isdisjoint(text[a : own[-1]]):
                own = [at for at in own if not self._bracketed(a, at)]
            if not (own or first or text[a] in topical or reader.marked(a, b) or reader.thing(a, b)):
                self.listed = a, b
                reader.turns(a, b)
                self._turned(a, b)
                continue
            sign = text[a - 1 : a]
            bracketed = sign in opens
            if bracketed and (self.wording.gloss.match(text, a, b) or clauses.datelines.search(text, a, b + 1)):
                continue
            about, carried = (state.topic, state.topic_how), self.carried
            clause = reader.open(a, b)
            if clause.part and state.fresh and (about[0] is None or about[0].label == "org"):
                self.whole = about
            if own:
                reader.within(clause.body, b)
            if sign in stops:
                if self._resets(a, b):
                    self.plans_from = a
                coming = state.age != NOW and state.first is not None and not self.agenda
                if coming and self.statements.is_to_come(state.first or "", state.dated):
                    state.time = state.first = None  # the day of a plan ends with what is said of it
            if first and not clause.part:
                self.last = self.carried or self.last
                self.carried = self.statements.basis = None
                if not own and state.age != NOW and clauses.afterwards.within(text, a, b):
                    state.time = state.first = None
            first = False
            if own:
                self._clause(clause, own)
                state.field = False
            else:
                reader.turns(a, b)
                reader.maker(clause.body, b)
                self._times(clause.body, b, a)
                self.listed = clause.body, b
                if state.topic is None and self.carried is None and a < clause.body and b - clause.body < _SHORT:
                    said = reader.said(clause.body, b)
                    self.carried = said if self.wording.list_sign.sub("", said) else None  # times in a list say nothing
                self._turned(clause.body, b)
            self.former = clause.body, b
            reader.launched(clause.body, b)
            if bracketed:  # it only explains what it stands behind
                state.topic, state.topic_how = about
                self.carried = carried
            reader.close()

    def _bracketed(self, start: int, at: int) -> bool:
        """Whether a place of a clause stands in brackets, which are read as a clause of their own."""
        depth = 0
        for c in self.text[start:at]:
            if c in self.clauses.opens:
                depth += 1
            elif depth and c in self.clauses.closes:
                depth -= 1
        return depth > 0

    def _turned(self, start: int, end: int) -> None:
        """Carry what a clause without figures says to rise or fall: a rate behind it is of that."""
        if self.clauses.turns.within(self.text, start, end):
            turn = self.clauses.turn.search(self.text, start, end)
        elif self.clauses.extremes.within(self.text, start, end):
            turn = self.clauses.extreme.search(self.text, start, end)
        else:
            return
        if turn is not None and turn.start() > start:
            self.carried = self.wording.head(self.reader.said(start, turn.start())) or self.carried

    def _times(self, start: int, end: int, clause: int) -> None:
        """Take the times of a stretch, as far as they govern what follows."""
        at = self.text.find(TIME, start, end)
        while at >= 0:
            self.reader.see_time(at, clause)
            at = self.text.find(TIME, at + 1, end)

    def _resets(self, start: int, end: int) -> bool:
        """Whether a clause behind a semicolon speaks of somebody else, or of a time that has come."""
        if self.reader.state.fresh or self.clauses.settled.match(self.text, start, end):
            return True
        at = self.text.find(TIME, start, end)
        if at < 0 or self.published is None:
            return False
        m = self.mentions[self.folded.at[at]]
        if not isinstance(m, r.Time) or m.first is None or m.first > self.published:
            return False
        # A quarter or a month that is not over may be of the plan.
        return m.last is None or m.last <= self.published or len(m.edtf or "") == _YEAR

    def _between(self, start: int, end: int) -> bool:
        """Whether a figure stands in a stretch."""
        i = bisect_left(self.figures, start)
        return i < len(self.figures) and self.figures[i] < end

    def _over(self, at: int) -> bool:
        """Whether a time stands at a place that is over on the day of publication."""
        if self.text[at : at + 1] != TIME or self.published is None:
            return False
        m = self.mentions[self.folded.at[at]]
        return isinstance(m, r.Time) and m.last is not None and m.last <= self.published

    def _plan(self, at: int, clause: Clause) -> Plan | None:
        """The plan that a figure is in: told before it in its sentence, or behind it in its clause."""
        found: Plan | None = None
        for i in range(bisect_left(self.plan_starts, max(self.plans_from, at - _FAR)), len(self.plans)):
            plan = self.plans[i]
            if plan.rule == BY and self._over(plan.start + 1):
                continue
            if plan.note == OWN:
                if plan.start < at and not self._between(plan.start, at):
                    return Plan(plan.start, None, plan.rule)
                continue
            if plan.start < at:
                if not self.wording.done.search(self.text, plan.start, at):
                    found = plan if found is None or found.note is None else found
            elif plan.start >= min(clause.end, at + _FAR):
                break
            elif plan.start >= clause.start and plan.note is None:
                found = found or plan
        if found is None and self.agenda and not self.wording.done.search(self.text, self.plans_from, at):
            return Plan(self.plans_from, None, AGENDA)
        return found

    # ------------------------------------------------------------------------------------------------------- figures

    def _clause(self, clause: Clause, figures: list[int]) -> None:
        text, state = self.text, self.reader.state
        if (
            state.age != NOW
            and state.time is not None
            and self.clauses.presently.search(text, clause.start, figures[0])
        ):
            state.time = state.first = None  # what there is now is not of a time told before
        paired = self._paired(clause, figures)
        owners = self._owners(clause, figures)
        topics: list[Topic | None] = []
        if owners is not None:
            paired, topics = owners
        dates = self._dated(clause, figures)
        opened = self.carried
        period: str | None = None  # whose years the figures are paired with
        series: list[str | None] = []
        done = clause.body  # where what belongs to the next figure may begin
        before: Before | None = None
        seen = clause.body
        for i, figure in enumerate(figures):
            self._times(seen, figure, clause.start)
            seen = figure
            phrase = self.phrases.get(figure)
            if phrase is None and before is not None and self.wording.joined.match(text, before[0] + 1, figure):
                phrase = before[1]
            if phrase is None:
                if text[figure] in _SILENT:
                    continue
            elif phrase.rule.type == "none":
                continue
            begin = figure
            if phrase is not None and phrase.start < figure:
                if done <= phrase.start:
                    begin = phrase.start
                elif before is None and phrase.start >= clause.start:
                    begin = done  # its first words opened the clause
            told = before[2] if before is not None else self.carried
            own = (
                None
                if topics or told is None or (phrase is not None and phrase.rule.moves)
                else self._own(done, figure)
            )
            owner = topics[i] if topics else own
            if owner is not None:
                state.topic, state.topic_how = owner, "direct"
            if phrase is None or (phrase.rule.type == "level" and phrase.end == figure + 1):
                self.reader.of_figure(figure, clause.end)
            direct = True
            if paired is not None and paired[i] is not None:
                indicator = paired[i]
            elif own is None and owner is None and (alike := self._alike(before, done, figure)) is not None:
                indicator = alike
            elif own is not None:
                indicator = told
                self.whole = self.whole or (None, "guessed")
            elif phrase is not None and phrase.rule.type == "pair" and before is not None and before[1] is phrase:
                indicator = before[2]
            elif phrase is not None and self.carried and phrase.rule.note(phrase.slots) == BASE:
                indicator, direct = self.carried, before is not None
            elif phrase is not None and opened and phrase.rule.note(phrase.slots) == BESIDE:
                indicator, direct = opened, False
            else:
                indicator, direct = self._indicator(clause, figure, begin, done, phrase, before)
            if dates is not None and dates[i] is not None:
                if period is None and state.time is not None and "/" in state.time:
                    period = state.time
                state.time = dates[i]
            if indicator is not None and state.topic is not None and state.topic.label == "thing":
                self.reader.of_firm(indicator)
            plan = self._plan(figure, clause) if self.plans or self.agenda else None
            if (
                plan is not None
                and plan.start > figure
                and state.age != NOW
                and text[figure + 1 : plan.start].isalpha()
            ):
                self._times(figure + 1, clause.end, clause.start)  # when it will be is told behind it
            self.statements.add(figure, phrase, clause, plan, indicator, direct, self.carried)
            before = figure, phrase, indicator
            done = figure + 1
            self.carried = indicator
            if phrase is None or phrase.rule.type == "level":
                series.append(indicator)
        if period is not None:
            state.time = period  # what follows is told of all of it again
        if owners is not None:
            state.topic, state.topic_how = None, "guessed"
        self.series += series
        self.listed = clause.body, figures[0]

    def _alike(self, before: Before | None, start: int, figure: int) -> str | None:
        """What the figure before measures of one name, of the name that alone stands before this one."""
        text = self.text
        if before is None or before[2] is None or text[figure - 1] not in ENTITIES:
            return None
        for sign in self.wording.list_sign.finditer(text, start, figure - 1):
            start = sign.end()
        if start < before[0] + 2 or start != figure - 1:
            return None
        other = next((i for i in range(before[0] - 1, -1, -1) if text[i] in ENTITIES or text[i] in FIGURES), -1)
        if other < 0 or text[other] not in ENTITIES:
            return None
        known, name = self.reader.entity(other), self.reader.entity(figure - 1)
        if known.label != name.label or known.text not in before[2]:
            return None
        return before[2].replace(known.text, name.text)

    def _own(self, start: int, figure: int) -> Topic | None:
        """The next of several names that a sentence tells the same of, where nothing but it stands before a figure."""
        text, state, held = self.text, self.reader.state, self.reader.state.topic
        if held is None or not state.told or held.entity is None or text[figure - 1] not in ENTITIES:
            return None
        name = self.reader.entity(figure - 1)
        if name.label != held.label or name.entity == held.entity or held.same(self.reader.home.region):
            return None
        for sign in self.wording.list_sign.finditer(text, start, figure - 1):
            start = sign.end()
        if text[start - 1 : start] in FIGURES or self.wording.head(self.reader.said(start, figure - 1)):
            return None
        return Topic.of(name)

    def _indicator(
        self, clause: Clause, figure: int, begin: int, done: int, phrase: Phrase | None,
        before: Before | None,
    ) -> tuple[str | None, bool]:  # fmt: skip
        """What a figure measures, and whether its clause says so."""
        wording, text = self.wording, self.text
        m = self.mentions[self.folded.at[figure]]
        counted = m.object if isinstance(m, r.Quantity) else None
        moves = phrase is not None and phrase.rule.moves
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
        if before is None and phrase is not None and self.former[0] < phrase.start < self.former[1] <= clause.start:
            told = wording.head(self.reader.said(self.former[0], phrase.start))
            if told:
                return told, True  # it is told before the comma
        # Who is counted by name is not what is counted.
        names = wording.enumerated.search(text, low, begin) if self.reader.next_name.at(low) < begin else None
        said = self.reader.said(low, begin)
        if names is None:
            head = wording.head(said)
        else:
            head = wording.head(self.reader.said(low, names.start()) + self.reader.said(names.end(), begin))
        if text[low : low + 1] == DURATION:
            measure = wording.head(self.reader.said(low + 1, begin))
            head = measure if measure in wording.relative else head  # over how many years
        # What is counted may have its size told between its number and its noun.
        if text[figure] == COUNT and not moves:
            nested = wording.property.match(text, figure + 1, clause.end)
            if nested is not None:
                return head + nested.group(2), True
        if before is not None and text[before[0]] == COUNT and not moves:
            nested = wording.property.match(text, before[0] + 1, clause.end)
            if nested is not None and nested.start(2) > figure:
                return nested.group(2) + nested.group(1), True
        given = self._dwellers(figure) if phrase is None else self._given(phrase)
        if given is None and (phrase is None or phrase.rule.type == "level"):
            tied = text[figure + 1 : figure + 2] in wording.ties
            noun = wording.behind.match(text, figure + 1, clause.end) if tied else None
            if noun is not None:
                measure = wording.measured(head)
                topic = self.reader.state.topic if self.reader.state.fresh else None
                if head and topic is not None and topic.label == "thing" and text.startswith(topic.text, noun.start(1)):
                    return head, True  # of what is spoken of anyway
                if head and measure != head and wording.ground.at(text, noun.start(1), noun.end(1)):
                    return head, True
                if measure or not head:
                    return self.reader.said(noun.start(1), noun.end(1)) + measure, True
                if isinstance(m, r.Quantity) and m.kind == "money" and noun.end() == clause.end:
                    return head + self.reader.said(noun.start(1), noun.end(1)), True  # what is spent, and on what
        if given is not None and (phrase is None or phrase.rule.type in ("level", "share", "target")):
            return given, True
        if counted:
            counted = counted.translate(_NO_QUOTES)
            if head and wording.lists(self.text, low, begin):
                return counted, True
            if head in wording.joint and before is None:
                start = text.find(counted, figure + 1, min(clause.end, figure + _NEAR))
                if start >= 0:
                    return head + self._rest(start + len(counted), clause.end, through=True) + counted, True
            if head:
                return head if moves else head + counted, True
            if before is None and not moves:
                start = text.find(counted, figure + 1, min(clause.end, figure + _NEAR))
                if start >= 0 and wording.among.at(text, start + len(counted), clause.end):
                    return counted, True  # of which a part is told behind it
                found = self._rest(figure + 1 if start < 0 else start + len(counted), clause.end, through=True)
                return found + counted if found and start >= 0 else counted, True
            return counted, True
        if counted is None and self.carried and wording.those.of(head):
            digit = max([i for i, c in enumerate(head) if c.isdigit()], default=-_LIMIT)
            if digit >= len(head) - _LIMIT and wording.of.search(head, digit) is None:
                return head[:-1] + self.carried, True  # those of what was told that are so
        if head in wording.changes and self.carried:
            return self.carried, before is not None  # what is to grow was told
        if head:
            if joined and not moves:
                return joined + head, True
            listed = wording.lists_on.at(text, figure + 1, len(text)) is not None
            if phrase is None and not listed and isinstance(m, r.Quantity) and m.kind in _SIZES:
                stop = text.find(TIME, figure + 2, clause.end)
                return head + self._rest(figure + 1, clause.end if stop < 0 else stop), True  # as a count its noun
            if wording.sums.at(said, 0, len(said)):
                return head, True
            own_time = before is None and self.reader.state.age == NOW and head not in wording.growth
            return wording.related(head, None if own_time else self.carried if before is None else before[2]), True
        if before is None and phrase is not None and phrase.rule.type == "pair" and phrase.start < figure:
            at = max(phrase.start, text.rfind(TIME, phrase.start, figure)) + 1
            inner = wording.head(self.reader.said(at, figure))
            if inner and not (inner.startswith(wording.of_signs) or inner.endswith(wording.of_signs)):
                return inner, True
        if given is not None and (self.carried is None or (before is None and self.reader.state.fresh)):
            return given, True
        if not moves or (before is None and self.carried is None):
            found = self._rest(figure + 1 if phrase is None else max(phrase.end, figure + 1), clause.end)
            if found:
                return found, True
        if joined:
            return joined, True
        state = self.reader.state
        if moves and before is None and state.fresh and state.topic is not None and state.topic.label == "thing":
            return self.carried, False  # what was measured before was somebody else's
        if phrase is not None and phrase.rule.type == "rank":
            return self.carried, before is not None
        return self.carried or self.last, before is not None

    def _dwellers(self, figure: int) -> str | None:
        """What those who live in a place are counted by, where households and heads stand side by side."""
        wording = self.wording
        if self.text[figure] != COUNT:
            return None
        for at in (figure, figure - 1, figure - 2):
            m = wording.dwellers.match(self.text, at)
            if m is None or figure not in (m.start(), m.end() - 1):
                continue
            units = [self.mentions[self.folded.at[i]] for i in (m.start(), m.end() - 1)]
            known = [wording.dwelt.get(u.unit) for u in units if isinstance(u, r.Quantity)]
            if len(known) == 2 and known[0] and known[1] and known[0] != known[1]:
                return known[figure != m.start()]
        return None

    def _given(self, phrase: Phrase) -> str | None:
        """What a rule itself says is measured; of the text, in words."""
        said = phrase.rule.indicator(phrase.slots)
        if said is None:
            return None
        at = self.text.find(said, phrase.start)
        return (said if at < 0 else self.reader.said(at, at + len(said))) or None

    def _rest(self, start: int, end: int, *, through: bool = False) -> str:
        """What is said of a figure behind it; nothing where that is only tied to it."""
        end = min(end, start + _NEAR)
        m = self.wording.about.match(self.text, start, end)
        start = start if m is None else m.end()
        if through:
            # What is said of a count leads to another count, or is the beginning of what an amount behind it measures.
            i = bisect_left(self.figures, start)
            amount = i < len(self.figures) and self.figures[i] < end and self.text[self.figures[i]] != COUNT
            if amount or self.wording.of.match(self.text, start, end):
                return ""
        return rest(self.wording, self.folded, self.mentions, start, end, through=through)

    def _dated(self, clause: Clause, figures: list[int]) -> list[str | None] | None:
        """The times of figures that a clause pairs, in order, with a list of times before it."""
        mark = self.wording.pairs.search(self.text, clause.start, figures[-1]) if len(figures) > 1 else None
        if mark is None:
            return None
        low = min(clause.start, self.plans_from)
        runs = list(self.wording.dates.finditer(self.text, low, mark.start()))
        behind = [at for at in figures if at > mark.start()]
        places = [i for i in range(*runs[-1].span()) if self.text[i] == TIME] if runs else []
        if any(self.mentions[self.folded.at[i]].text in self.clauses.standards for i in places):
            return None  # a time and what it is compared with
        missing: list[str | None] = [None] * (len(figures) - len(behind))
        if len(places) == len(behind):
            return missing + [self.reader.time(i) for i in places]
        years = self._years(low, mark.start())
        return None if len(years) != len(behind) else missing + years

    def _years(self, start: int, end: int) -> list[str | None]:
        """The years of the period that a stretch tells last, where it is one of whole years."""
        at = self.text.rfind(TIME, start, end)
        first, _, last = ((self.reader.time(at) if at >= 0 else None) or "").partition("/")
        if not (len(first) == len(last) == 4 and first.isdecimal() and last.isdecimal()):
            return []
        return [f"{year:04d}" for year in range(int(first), int(last) + 1)]

    def _middle(self, clause: Clause, figures: list[int]) -> str:
        """What stands between the word that pairs and the first figure behind it."""
        mark = self.wording.pairs.search(self.text, clause.body, figures[-1])
        if mark is None:
            return ""
        first = next(at for at in figures if at > mark.start())
        phrase = self.phrases.get(first)
        begin = first if phrase is None else max(min(phrase.start, first), mark.end())
        return self.wording.head(self.reader.said(mark.end(), begin))

    def _owners(self, clause: Clause, figures: list[int]) -> tuple[list[str | None], list[Topic | None]] | None:
        """What the figures measure, and of whom each is, where a clause pairs them in order with a list of names."""
        if len(figures) < 2:
            return None
        text, wording = self.text, self.wording
        mark = wording.pairs.search(text, clause.start, figures[-1])
        run = None if mark is None else wording.bodies.search(text, clause.start, mark.start())
        if mark is None or run is None:
            return None
        before = text[run.start() - 1 : run.start()]
        if run.start() != clause.start and before != TIME and before.isalpha():
            return None  # to or with whom something is done
        held = self.reader.home.about
        if held is not None and held.label == "place" and self.clauses.visitor.at(text, run.end(), clause.end):
            return None  # whom visitors are by the place that they come from
        named = [i for i in range(*run.span()) if text[i] in ENTITIES]
        behind = [at for at in figures if at > mark.start()]
        if len(named) != len(behind):
            return None
        phrase = self.phrases.get(behind[0])
        begin = behind[0] if phrase is None else max(min(phrase.start, behind[0]), mark.end())
        said = self.reader.said(run.end(), mark.start()) + self.reader.said(mark.end(), begin)
        last = self.mentions[self.folded.at[behind[-1]]]
        counted = last.object if isinstance(last, r.Quantity) else None
        indicator = wording.head(said) or counted or self.carried
        names = [self.reader.entity(i) for i in named]
        none: list[None] = [None] * (len(figures) - len(behind))
        owners = [Topic.of(name) for name in names]
        return [*none, *[indicator] * len(behind)], [*none, *owners]

    def _paired(self, clause: Clause, figures: list[int]) -> list[str | None] | None:
        """What the figures measure that a clause pairs, in order, with a list."""
        if len(figures) < 2:
            return None
        text, wording = self.text, self.wording
        mark = wording.pairs.search(text, clause.body, figures[-1])
        if mark is None:
            return None
        behind = [at for at in figures if at > mark.start()]
        if len(behind) < 2:
            return None
        missing: list[str | None] = [None] * (len(figures) - len(behind))
        items = wording.items(self.reader.said(clause.body, mark.start()), len(behind))
        middle = self._middle(clause, figures)
        if len(items) == len(behind):
            return missing + [item + middle for item in items]
        if len(items) < 2:
            told = text[self.listed[1] : self.listed[1] + 1] in FIGURES and len(self.series) >= len(behind)
            if not told and not wording.head(self.reader.said(clause.body, mark.start())):
                items = wording.items(wording.head(self.reader.said(*self.listed)))
                if len(items) == len(behind):
                    return missing + [item + middle for item in items]
            if len(self.series) >= len(behind):
                return missing + self.series[-len(behind) :]
        return None


_NO_QUOTES = str.maketrans(dict.fromkeys("\u201c\u201d\u2018\u2019\u300c\u300d\u300e\u300f\u300a\u300b\"'"))
