"""The clauses of an article as they are read: what time holds in them, whom they are about, what is carried on."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from typing import Final

from .. import records as r
from .clauses import HERE, NOW, OLD, SPEAKER, Clause, Clauses, How, State
from .folding import COUNT, DURATION, ENTITIES, FIGURES, ORDINALS, PERSON, TIME, WORK, Folded
from .lookups import NOWHERE, Ahead
from .measured import Phrases
from .things import Heads, Thing
from .topics import Home, Topic

_DATED: Final = re.compile(r"\d{4}")
_BODY: Final = ENTITIES - {PERSON, WORK}
_COLON: Final = "\uff1a"
_BACK: Final = 40  # how far back the person may be named that a pronoun stands for
_SAME_TIME: Final = 4  # such a time of comparison is none that an article is told in
_HERE: Final = 90  # how far back a work may be named that a word for the place stands for
_FAR: Final = 240  # how far back a body may be named that is pointed to by the end of its name
_TITLE: Final = 400  # how far into an article its title may reach
_OPENED: Final = 8  # how far into a clause the size of what was opened may stand
_DESCRIBED: Final = 6  # how far behind a name one may be tied to it
_NAMED: Final = 8  # longest kind of body between the place where it is and its name
_KINDS: Final = 16
_SAID: Final = 36  # how far behind what somebody says it may stand who says it
_OFTEN: Final = 2  # how often a thing is told of that an article is about,
_COINED: Final = 4  # and how long the word for its kind is, where it has no other name
_THING: Final = 34  # how far into a clause a name after its kind, or the end of a thing's name, may stand


class Reader:
    """Reads the clauses of one article and keeps what is carried from one to the next."""

    def __init__(
        self,
        clauses: Clauses,
        folded: Folded,
        mentions: Sequence[r.AnyMention],
        inside: set[int],
        home: Home,
        phrases: Phrases,
        heads: Heads,
    ) -> None:
        self.words = clauses
        self.heads = heads
        self.seen = heads.of(folded.text)
        self.named = self.seen.things
        self.named_at = [thing.start for thing in self.named]
        self.last_named = max(self.named_at, default=-1)
        self.folded = folded
        self.text = folded.text
        self.mentions = mentions
        self.inside = inside  # places of times that rules have taken: they govern nothing
        self.home = home
        self.phrases = phrases
        self.state = State()
        self.guest = -1  # where the words end of somebody who only speaks of what is their own,
        self.host: Topic | None = None  # and where that is
        self.speaker: tuple[str, Topic] | None = None  # whom an interview is with, and the body spoken for
        self.announced = -1  # the time that a body tells figures of
        self._of_title(home)
        self.marks = folded.marks
        self.next_mark = Ahead(folded.marks)  # the first name (but of works) or time from a place on
        self.next_name = Ahead(folded.names)
        self.next_figure = Ahead(folded.figures)
        work = folded.text.find(WORK)
        self.quoted_names = [m.start() for m in clauses.quoted.finditer(folded.text)]  # where names in quotes end
        self.figure = NOWHERE  # the first figure from where the clause begins
        self.first_work = work if work >= 0 else NOWHERE
        self.ties: list[int] = []  # where a name or work is tied to what stands before it,
        self.tied_ends: list[int] = []  # where it ends,
        self.built_ties: list[int] = []  # and those of these names before which stands who built something:
        self.built_ends: list[int] = []
        self._find_ties()
        self.interview()

    def _of_title(self, home: Home) -> None:
        """Where no body or place is what the article is about, that is the thing which its title names and repeats."""
        low, high = home.span
        thing = self._first(low, high) if home.about is None and low < high else None
        if thing is None:
            return
        start = thing.start
        while start < thing.end and self.text[start] in ENTITIES:
            start += 1
        said = self.text[start : thing.end]
        if said != thing.head or len(said) < _COINED or self.text.count(said) < _OFTEN or not said.isalpha():
            return
        home.main = Topic(self.said(start, thing.end), None, "thing")

    def _find_ties(self) -> None:
        """Find where what stands before a name says something of it."""
        text, of_signs, blank = self.text, self.words.of_signs, self.words.blank
        for place in self.folded.names:
            at = place - 1 if place and text[place - 1] in blank else place
            if text[place] == PERSON or not text.endswith(of_signs, 0, at):
                continue
            start = at - max([len(of) for of in of_signs if text.endswith(of, 0, at)])
            if text[place] != WORK and self.words.built_ends.within(text, 0, start + 1):
                self.built_ties.append(start)
                self.built_ends.append(place + 1)
            self.ties.append(start)
            self.tied_ends.append(place + 1)

    def _tie(self, start: int, end: int) -> int:
        """Where the first name in a stretch that is tied to what stands before it is so, or -1."""
        if not self.ties or start > self.ties[-1]:
            return -1
        i = bisect_left(self.ties, start)
        return self.ties[i] if self.tied_ends[i] <= end else -1

    def thing(self, start: int, end: int) -> bool:
        """Whether a clause may open with a body that is no entity."""
        if self._first(start, end) is not None:
            return True
        bodies = self.seen.bodies
        if not bodies or start > bodies[-1]:
            return False
        return bodies[bisect_left(bodies, start)] < min(end, start + _THING)

    def settles(self, start: int, end: int) -> bool:
        """Whether a stretch holds a word that says that something was passed."""
        settled = self.seen.settled
        i = bisect_left(settled, start)
        return i < len(settled) and settled[i] < end

    def _first(self, start: int, end: int) -> Thing | None:
        """The first thing that a stretch names."""
        if start > self.last_named:
            return None
        i = bisect_left(self.named_at, start)
        return self.named[i] if i < len(self.named) and self.named[i].end <= end else None

    def _takes(self, thing: Thing, end: int, how: How = "direct") -> int:
        """Take a thing as the topic unless it is what is counted; where what follows it begins, or 0."""
        text, words = self.text, self.words
        after = thing.end
        if how == "direct" and (
            text[after : after + 1] in FIGURES if thing.one else words.counted.match(text, after, end)
        ):
            return 0
        step = after + 1 if text[after : after + 1] in words.quotes else end
        if step < end and text[step] in _BODY:
            name = self.entity(step)
            self._take(Topic.of(name), how)
            return words.tail.past(text, step + 1, end)
        self._take(Topic(self.said(thing.start, thing.end), None, "thing"), how)
        return words.tail.past(text, after, end)

    def _sized(self, at: int, end: int) -> int:
        """Take the one thing whose length a clause tells where it opens; where that begins, or 0."""
        figure = self.figure
        if figure >= end or (at < figure and self.text[figure - 1] not in self.words.sized_ends):
            return 0
        m = self.words.sized.match(self.text, at, end)
        if m is None or self.words.many.search(m.group(1)):
            return 0
        self._take(self._called(m.group(1), at) or Topic(m.group(1), None, "thing"))
        return m.end(1)

    def _called(self, word: str, at: int) -> Topic | None:
        """The built place named last whose name ends with a word for its kind."""
        for _, name in self._names_before(at, at - _FAR):
            if name.label == "place" and name.text.endswith(word):
                return Topic.of(name)
        return None

    def _names_before(self, at: int, low: int = 0) -> Iterator[tuple[int, r.EntityMention]]:
        """The names before a place, and where they stand, the nearest first, back to another place."""
        for i in range(bisect_left(self.marks, at) - 1, -1, -1):
            mark = self.marks[i]
            if mark < low:
                return
            if self.text[mark] in ENTITIES:
                yield mark, self.entity(mark)

    def within(self, start: int, end: int) -> None:
        """Take the place that firms settle in, or the firm that is rated, which a clause names behind its beginning."""
        if not self.marked(start, end):
            return
        m = self.words.rated.search(self.text, start, end)
        if m is None and not self.state.fresh:
            m = self.words.lands.search(self.text, start, end)
        if m is not None:
            name = self.entity(m.start(1))
            if name.label in ("org", "place"):
                self._take(Topic.of(name))

    def _thing(self, at: int, end: int) -> int:
        """Take the thing that a clause names where it opens, or whose head it opens with."""
        if not self.named:
            return 0
        text, words, heads = self.text, self.words, self.heads
        thing = None if self.state.part else self._first(at, end)
        if thing is not None:
            between = text[at : thing.start]
            if not between or (
                (heads.kinds[thing.head] != "goods" or not ENTITIES.intersection(between))
                and (len(between) < _THING and between.endswith((*words.of_signs, thing.head)))
            ):
                found = self._takes(thing, end)
                if found:
                    # A figure that describes it stands before it.
                    return at if at and not FIGURES.isdisjoint(between) else found
        after = heads.works.at(text, at, end)
        if after and text[after : after + 1] not in ENTITIES and not words.counted.match(text, after, end):
            thing = heads.last(self.named, self.named_at, text[at:after], at)
            if thing is not None:
                self._takes(thing, end, "inherited")
                return words.tail.past(text, after, end)
            place = None if self.state.part else self._called(text[at:after], at)
            if place is not None:
                self._take(place, "inherited")
                return words.tail.past(text, after, end)
        return 0

    def _is_made(self, at: int, end: int) -> bool:
        """Whether a clause only tells who made a place or thing that the sentence is about."""
        topic = self.state.topic
        return (
            self.state.told
            and topic is not None
            and topic.label in ("place", "thing")
            and self.text[at : at + 1] in ENTITIES
            and self.words.figure.search(self.text, at, end) is None
        )

    def _points_back(self, start: int, end: int) -> bool:
        """Whether a clause only says what kind of thing that is of which the sentence before spoke."""
        text, words = self.text, self.words
        return (
            text[start : start + 1] in words.pointers
            and self.state.topic is not None
            and words.figure.search(text, start, end) is None
            and words.kind_of.search(text, start, end) is not None
        )

    def _built(self, start: int, end: int) -> int:
        """Take what stands behind a clause that tells who built it; where what follows it begins, or 0."""
        words = self.words
        near = start < self.figure <= start + _OPENED
        opened = words.opened.match(self.text, start, end) if near else None
        if opened is not None:
            self._take(Topic(self.phrases.head(self.said(*opened.span(1))), None, "thing"))
            return start
        thing = self._first(start, end)
        between = "" if thing is None else self.text[start : thing.start]
        if thing is not None and words.built.search(between):
            return self._takes(thing, end)
        named = words.named_so.match(self.text, start, end) if self.quoted_names else None
        if named is not None:
            self._take(Topic(self.said(*named.span(1)), None, "thing"))
            return named.end()
        for i in range(bisect_left(self.built_ties, start), len(self.built_ties)):
            after = self.built_ends[i]
            if after > end:
                break
            if words.built_ends.within(self.text, start, self.built_ties[i] + 1):
                found = self._topic(after - 1, end)
                return found if self.state.fresh else 0
        return 0

    def said(self, start: int, end: int, *, times: bool = False) -> str:
        """A stretch of the folded text in words."""
        return self.phrases.said(self.folded, self.mentions, start, end, times=times)

    def marked(self, start: int, end: int) -> bool:
        """Whether a name or a time stands in a stretch: all else that is of interest where there are no figures."""
        return self.next_mark.at(start) < end

    def entity(self, at: int) -> r.EntityMention:
        """The name at a place."""
        m = self.mentions[self.folded.at[at]]
        assert isinstance(m, r.EntityMention)
        return m

    def time(self, at: int) -> str | None:
        """The EDTF of the time at a place."""
        m = self.mentions[self.folded.at[at]]
        return m.edtf if isinstance(m, r.Time) else None

    def see_time(self, at: int, start: int) -> None:
        """Take the time at a place if it governs what follows; `start` is where its clause begins."""
        if at in self.inside:
            return
        words, text, size = self.words, self.text, len(self.text)
        if at != self.announced:
            low = max(start, at - 6)
            if words.not_time.within(text, low, at):
                return
            if low < at and text[at - 1] in words.blank and words.not_time.within(text, low, at - 1):
                return
        if words.dateline.at(text, at + 1, size) or words.attributive.at(text, at + 1, size):
            return
        if words.events.at(text, at + 1, size) and words.planning.search(text, start, at) is None:
            return
        m = self.mentions[self.folded.at[at]]
        state = self.state
        if isinstance(m, r.Time):
            said = m.text
            if (
                said in words.standards
                and (len(said) >= _SAME_TIME or (state.time is not None and words.was.at(text, at + 1, size)))
                and (
                    state.age == HERE or (state.age == OLD and (at + 1 >= size or text[at + 1] not in words.cut_signs))
                )
            ) or (state.time is not None and state.age == HERE and words.paced.at(text, at + 1, size)):
                # It is told for comparison, and holds no longer than its clause.
                state.held = state.time, state.first, state.age
            state.time, state.first, state.dated = m.edtf, m.first, _DATED.search(said) is not None
            state.age, state.now = NOW, not any(map(str.isdigit, said))

    def begin(self) -> None:
        """Begin a sentence."""
        state = self.state
        state.age, state.told, state.split = OLD, False, False
        if state.alias is not None:
            if state.topic is not None and state.topic.entity == state.alias.entity:
                state.topic = state.alias
            state.alias = None

    def close(self) -> None:
        """End a clause."""
        state = self.state
        if state.held is not None:
            state.time, state.first, state.age = state.held
            state.held = None
        state.topic_how = "inherited" if state.topic is not None else "guessed"
        state.age = max(state.age, HERE)

    def open(self, start: int, end: int) -> Clause:
        """Read how a clause opens: sets the time and the topic that hold from here on."""
        self.figure = self.next_figure.at(start)
        text, words, state = self.text, self.words, self.state
        opener, kept, blank = words.opener, words.kept, words.blank
        roles, kinds = words.roles, words.kinds
        at = start
        part = False
        state.fresh = state.part = False
        if self._points_back(start, end):
            return Clause(start, end, end, part)
        found = self._built(start, end)
        if found:
            return Clause(start, end, found, part)
        while at < end:
            c = text[at]
            if c == TIME:
                self.see_time(at, start)
                at += 1
                continue
            if c in ENTITIES:
                break
            if c in blank:
                at += 1
                continue
            if c == DURATION and (m := words.span.match(text, at, end)) is not None:
                at = m.end()
                continue
            after = opener.at(text, at, end)
            if not after:
                break
            word = text[at:after]
            kind = kinds.get(word)
            if kind != "self" and kind != "does" and kept.at(text, at, end):
                break
            if kind is not None and kind != "one":
                found = self._stands(word, kind, after, end)
                if found:
                    return Clause(start, end, found, part)
            role = roles.get(word)
            if kind is not None and role is None and (kind != "one" or text[after : after + 1] not in ENTITIES):
                break
            if role == "time":
                if text[after : after + 1] != TIME and word not in kinds:
                    break
            elif role == "part":
                part = state.part = state.split = True
            elif role == "at" and state.told and text[after : after + 1] in ENTITIES:
                return Clause(start, end, at, part)  # whom the sentence is about is told: this is only where
            elif role == "at" and (behind := self._where(after, end)):
                return Clause(start, end, behind, part)  # among how many somebody does or is something
            elif role == "at" and text[after : after + 1] in ENTITIES and words.side.at(text, after + 1, end):
                return Clause(start, end, at, part)  # in whose market
            elif role == "by" and self._is_made(after, end):
                return Clause(start, end, end, part)
            elif role == "by" and text[after : after + 1] in ENTITIES and words.no_maker.at(text, after + 1, end):
                return Clause(start, end, after + 1, part)  # who only gives money or a name to what others do
            elif role == "by" and text[after : after + 1] in ENTITIES:
                return Clause(start, end, self._topic(after, end), part)  # who made it
            elif role in ("with", "by"):  # what follows is not whom the clause is about
                m = words.exemplar.match(text, at, end)
                if m is not None:
                    state.topic, state.topic_how = None, "guessed"
                    return Clause(start, end, m.end(), part)
                thing = self._thing(at, end) if word in self.heads.locatives else 0
                return Clause(start, end, thing or self._described(at, end) or after, part)
            elif role == "link" and text[after : after + 1] in FIGURES:
                break
            at = after
        if at >= end:
            return Clause(start, end, at, part)
        return Clause(start, end, self._topic(at, end), part)

    def _topic(self, at: int, end: int) -> int:
        """Take the topic that a clause names at a place; where what follows it begins."""
        text, words, state = self.text, self.words, self.state
        found = self._thing(at, end) or self._sized(at, end) or self._priced(at, end) or self._decree(at, end)
        if found:
            return found
        place = at
        if text[at] not in ENTITIES:
            mark = self.next_mark.at(at)
            m = doer = None
            if mark < min(end, at + _KINDS):
                kind = mark - 1 if mark > at and text[mark - 1] in words.quotes else mark
                if kind > at and text[mark] in _BODY and text[kind - 1] in words.named_ends:
                    m = words.named.match(text, at, end)
                doer = words.doer.at(text, at, end)
            if doer is not None:
                own = None if doer.group(1) is None else self.entity(doer.start(1))
                said = doer.group(2) if own is None else own.text
                self._take(Topic(said, None if own is None else own.entity, "person"))
                return doer.end()
            if m is None:
                if self.thing(at, end):
                    m = words.thing.match(text, at, end)
                if m is None:
                    return self._described(at, end) or at
                self._take(Topic(m.group(1), None, "thing"))
                return m.end()
            place = m.end()
        name = self.entity(place)
        after = place + 1
        label = name.label
        if text[at - 1 : at] in words.opens and words.dateline.at(text, after, len(text)):
            return at
        if label == "org" or label == "place":
            if words.route.at(text, after, end):
                return at
            held = state.topic or self.home.about or self.home.region
            if label == "place":
                m = words.beside.at(text, after, end)
                if m is not None:
                    return self._described(at, end) or m.end()
            if label == "place" and held is not None:
                if held.label in ("org", "thing") and words.side.at(text, after, end):
                    return at
                if held.entity != name.entity and held.label == "place":
                    m = words.fellows.match(text, after, end)
                    behind = after if m is None else m.end()
                    home = held.same(self.home.region) and words.side.at(text, behind, end)
                    if words.visitor.at(text, behind, end) or home:
                        return at
            m = words.member.at(text, after, end)
            if m is not None:
                return m.end()
            m = words.partner.match(text, after, end)
            if m is not None and (held is None or held.entity != name.entity):
                return m.end()
        if label == "work":
            after = words.quote.past(text, after, end)
            if words.work_act.at(text, after, end):
                self._take(Topic.of(name))
                return after
            return at
        if label == "person":
            if words.owner.at(text, after, end):
                self._take(Topic.of(name))
                return after
            if words.founds.at(text, after, end):
                self._take(Topic.of(name))
                return after
            return at
        if text[after : after + 1] in words.opens:  # the short form in brackets is what it is called from here on
            m = words.cuts.search(text, after + 1)
            while m is not None and m.group() not in words.closes and m.end() < end:
                m = words.cuts.search(text, m.end())
            if m is not None and m.group() in words.closes:
                for i in range(after + 1, m.start()):
                    if text[i] in ENTITIES:
                        alias = self.entity(i)
                        if alias.entity != name.entity:
                            continue
                        if name.label == "org":
                            name = alias
                        else:
                            state.alias = Topic(alias.text, alias.entity, alias.label)
                after = m.end()
        said = self.home.usual(name.text, name.entity) if name.label == "org" else name.text
        topic = Topic(said, name.entity, name.label)
        if name.label == "place" and state.told and self._is_other(topic) and text[at - 1 : at] not in words.stops:
            # A place in a later clause of a sentence says whose companies are counted, unless it does something.
            figure = words.figure.search(text, after, end)
            if (
                figure is not None
                and words.tail.past(text, after, end) == after
                and not words.acts.search(text, after, figure.start())
            ):
                return at
        if words.listed.at(text, after, end):
            found = self._described(at, end)
            if found:
                return found
            if words.here.search(text, after, end) is None:
                state.topic, state.topic_how = None, "guessed"
            return at
        tie = self._tie(after, end)
        m = words.described.match(text, after, end) if 0 <= tie <= after + _DESCRIBED else None
        if m is not None:
            found = self._topic(m.start(1), end)
            if state.fresh:
                return found
        speaker = text.find(PERSON, after, min(end, after + SPEAKER))
        if speaker >= 0 and not FIGURES.intersection(text[after:speaker]):
            if self._tells(name.text):
                state.topic, state.topic_how = None, "guessed"
            else:
                self._take(topic)
            return speaker + 1
        observer = self._tells(name.text)
        cited = text[place - 1 : place] in words.cited
        office = words.offices.of(name.text)
        tells = words.observes if observer or cited else words.assesses if office else None
        if cited and (observer or office):
            tells = words.says  # whatever it is called
        told = None if tells is None else tells.match(text, after, end) or words.announces.match(text, after, end)
        if told is None and tells is not None and after == end and text[end : end + 1] == _COLON:
            told = words.blanks.match(text, after, end)
        if told is not None:
            state.body = topic if name.label == "org" and not cited else state.body
            state.topic, state.topic_how = self.home.place_of(name.text), "guessed"
            self.announced = told.end()
            return told.end()
        self._take(topic)
        if label == "place":
            m = words.named.match(text, after, min(end, after + _NAMED + 1))
            if m is not None and m.end() > after and self.entity(m.end()).label == "place":
                return self._topic(m.end(), end)  # what is named in it, behind the word for its kind
        while after < end:
            step = after
            while step < end and text[step] in words.blank:
                step += 1
            if text[step : step + 1] not in ENTITIES or step == end:
                break
            inner = self.entity(step)  # a body of a place: its own name says it fuller
            if inner.label == "org" or (inner.label == "place" and step > after and text[step - 1] in words.quotes):
                self._take(Topic(inner.text, inner.entity, inner.label))
            elif inner.label != "place" or step > after:
                break
            after = step + 1
        behind = words.tail.past(text, after, end)
        thing = self._first(after, end)
        if thing is not None and thing.start <= after + 1:
            return self._takes(thing, end) or behind
        return behind

    def launched(self, start: int, end: int) -> None:
        """Take the product in quotes that a clause ends with, where it tells that it is launched."""
        m = self.words.launched.search(self.text, start, end) if self.text[end - 1] in self.words.quotes else None
        if m is not None:
            self._take(Topic(self.said(*m.span(1)), None, "thing"))

    def _tells(self, name: str) -> bool:
        """Whether a body tells figures of others rather than its own."""
        return self.words.observers.of(name) or self.home.tells(name)

    def maker(self, start: int, end: int) -> None:
        """Take the maker of what a clause without figures is about, where it names one: made by somebody."""
        text, by = self.text, self.words.by
        at = self.next_mark.at(start)
        while at < end:
            if text[at] in _BODY and by.within(text, start, at):
                if not self.state.fresh and self.entity(at).label == "org":
                    self._topic(at, end)
                return
            at = self.next_mark.at(at + 1)

    def turns(self, start: int, end: int) -> None:
        """Leave a place where a clause only names the field of what follows."""
        state, words = self.state, self.words
        state.field = (
            words.aspects.within(self.text, start, end) and words.aspect.match(self.text, start, end) is not None
        )
        if state.field and state.topic is not None and state.topic.label == "place":
            state.topic, state.topic_how = None, "guessed"

    def _priced(self, at: int, end: int) -> int:
        """Take the goods whose price a clause tells behind one that names a field; where the price begins, or 0."""
        m = self.words.priced.match(self.text, at, end) if self.state.field else None
        if m is None or self.words.unpriced.of(m.group()):
            return 0
        self._take(Topic(m.group(1), None, "thing"))
        return m.end(1)

    def _decree(self, at: int, end: int) -> int:
        """Take the document last named where a clause says what it lays down; where that begins, or 0."""
        if at <= self.first_work:
            return 0
        found = self.text.rfind(WORK, max(0, at - _FAR), at)
        m = self.words.decree.match(self.text, at, end) if found >= 0 else None
        if m is None:
            return 0
        name = self.entity(found)
        self._take(Topic.of(name), "inherited")
        return m.end()

    def _is_other(self, topic: Topic) -> bool:
        """Whether a name is neither the topic nor what the article is about."""
        return all(held is None or held.entity != topic.entity for held in (self.state.topic, self.home.about))

    def _described(self, at: int, end: int) -> int:
        """Take the name behind a clause that describes it; where what follows begins, or 0."""
        if self._tie(at, end) < 0:
            return 0
        m = self.words.relative.match(self.text, at, end)
        return 0 if m is None else self._topic(m.end() - 1, end)

    def quoted(self, start: int, end: int) -> None:
        """Where a paragraph begins with somebody's words, the topic is the speaker's body, named behind them."""
        m = self.words.speaker.search(self.text, start, end) if self.marked(start, end) else None
        if m is not None:
            name = self.entity(m.start())
            person = self.entity(m.end() - 1) if self.text[m.end() - 1] == PERSON else None
            if person is not None and self.words.residents.within(self.text, m.start(), m.end() - 1):
                self.guest, self.host = m.end(), Topic.of(name)
                self.state.topic = Topic.of(person)
                self.state.topic_how = "inherited"
            elif self.words.expert.within(self.text, m.start(), m.end() - 1):
                self.state.topic, self.state.topic_how = None, "guessed"
            elif not self._tells(name.text):
                self.state.topic, self.state.topic_how = Topic.of(name), "inherited"
                if name.label == "org":
                    self.state.body = self.state.topic

    def said_by(self, start: int) -> None:
        """Take the body of the speaker told behind words in quotes, unless a place or thing is spoken of."""
        line = self.text.find("\n", start)
        line = len(self.text) if line < 0 else line
        m = self.words.unquoted.search(self.text, start, line)
        held = self.state.topic
        if m is not None and (held is None or held.label == "org"):
            self.quoted(m.end(), min(m.end() + _SAID, line))

    def own_words(self, start: int) -> None:
        """Where a sentence begins with the words of somebody who speaks of their own, named behind them, take them."""
        end = self.text.find("\n", start)
        m = self.words.own_words.search(self.text, start, len(self.text) if end < 0 else end)
        if m is not None:
            name = self.entity(m.start(1))
            self._take(Topic.of(name), "inherited")

    def interview(self) -> None:
        """Learn whom an interview is with, and of which body, from a line of its title."""
        m = self.words.visit.search(self.text, 0, _TITLE)
        if m is None:
            return
        at = next((i for i in range(*m.span(1)) if self.text[i] in ENTITIES and self.entity(i).label == "org"), None)
        body = Topic(self.said(*m.span(1)), None, "org")
        if at is not None:
            name = self.entity(at)
            body = Topic.of(name)
        self.speaker = self.said(*m.span(2)), body

    def speaks(self, start: int) -> bool:
        """Take the body of the one who speaks in an interview, where a paragraph begins with the name and a colon."""
        if self.speaker is None:
            return False
        m = self.words.cuts.search(self.text, start, start + SPEAKER)
        if m is None or not (said := self.said(start, m.start())) or not self.speaker[0].startswith(said):
            return False
        self.state.topic, self.state.topic_how, self.state.body = self.speaker[1], "inherited", self.speaker[1]
        return True

    def of_figure(self, at: int, end: int) -> None:
        """Take the name that a figure describes, which stands right behind it."""
        mark = self.next_mark.at(at + 1)
        if mark >= min(end, at + _KINDS) or self.text[mark] not in _BODY:
            return
        m = self.words.behind.match(self.text, at + 1, end)
        if m is not None:
            name = self.entity(m.start(1))
            self._take(Topic.of(name))

    def _take(self, topic: Topic, how: How = "direct") -> None:
        """Make it the topic; a time of an earlier sentence does not hold for another one."""
        state = self.state
        if (
            self.home.region is not None
            and topic.label in ("org", "thing")
            and self.home.tells(topic.text, self.home.silent)
        ):
            main = self.home.main
            topic, how = main if main is not None and main.label == "thing" else self.home.region, "guessed"
        if state.age == OLD and state.time is not None and not state.split:
            held = state.topic or self.home.about
            if held is not None and (held.entity or held.text) != (topic.entity or topic.text):
                state.time = state.first = None
        state.topic, state.topic_how, state.fresh, state.told = topic, how, True, True
        if self.home.main is None and topic.label == "place" and not self.words.waters.of(topic.text):
            self.home.main = topic  # an article about nobody is about the place that it names first
        if topic.label == "org" and not self.heads.ends.of(topic.text):
            state.body = topic  # a plant is not what its company is

    def _body(self, word: str, at: int) -> Topic | None:
        """The body that a word points back to by the end of its name, if the body last spoken of has another one."""
        head, body = word[1:], self.state.body
        if word[0] in self.words.pointers and head in self.words.short_heads:
            return self._ends_so(self.words.short_heads[head], at)
        if word[0] not in self.words.pointers or len(head) < 2 or head in self.words.bodies:
            return None
        if body is not None and body.text.endswith(head):
            return None
        found = self.text.rfind(head, max(0, at - _FAR), at)
        m = self.words.before.search(self.text, max(0, found - _KINDS), found) if found >= 0 else None
        return None if m is None else Topic(self.said(m.start(), found + len(head)), None, "org")

    def _ends_so(self, ends: tuple[str, ...], at: int) -> Topic | None:
        """The body named last before a place that has one of some endings, if the one last spoken of has none."""
        body = self.state.body
        if body is not None and any(end in body.text for end in ends):
            return None
        for _, name in self._names_before(at):
            if name.label == "org" and any(end in name.text for end in ends):
                return Topic(self.home.usual(name.text, name.entity), name.entity, "org")
        return None

    def _ending(self, word: str, at: int) -> Topic | None:
        """The body named last before a place whose name ends with a bare word for it, if the one spoken of does not."""
        body = self.state.body
        if self.words.kinds[word] != "bare" or word in self.words.bodies:
            return None
        if body is None or body.text.endswith(word):
            return None
        for _, name in self._names_before(at):
            if name.label == "org" and name.text.endswith(word):
                return Topic(self.home.usual(name.text, name.entity), name.entity, "org")
        return None

    def _firm(self, word: str) -> Topic | None:
        """What the article is about, where a word for a business cannot stand for the body last spoken of."""
        words, body, about = self.words, self.state.body, self.home.about
        teller = body is not None and self._tells(body.text)
        said = word[1:] if word[0] in words.pointers else word
        if body is not None and said in words.businesses and words.no_firms.of(body.text):
            return about if about is not None and about.label == "org" and not words.no_firms.of(about.text) else None
        if body is None or said not in self.words.bodies or not (teller or self.words.offices.of(body.text)):
            return None
        return about if about is not None and about.label == "org" else None

    def _counts(self, start: int, end: int) -> bool:
        """Whether it is counted how many there are of the members of whom the sentence speaks."""
        figure = self.words.figure.search(self.text, start, end) if self.state.told else None
        if figure is None or figure.group() != COUNT:
            return False
        m = self.mentions[self.folded.at[figure.start()]]
        return isinstance(m, r.Quantity) and m.object is None

    def _here(self, at: int) -> Topic | None:
        """The work that was named last before a word for where one is, if it was just now and no place since."""
        thing = self.heads.last(self.named, self.named_at, "", at)
        if thing is None or thing.one or thing.end < at - _HERE or not ENTITIES.isdisjoint(self.text[thing.end : at]):
            return None
        return Topic(self.said(thing.start, thing.end), None, "thing")

    def _where(self, at: int, end: int) -> int:
        """Where what follows a word for a whole place begins that is only where many are; 0 if there is none."""
        after = self.words.opener.at(self.text, at, end)
        if not after or self.words.kinds.get(self.text[at:after]) not in ("place", "zone"):
            return 0
        return after if self.text[after : after + 1] == COUNT and (self.state.told or self._scoped(after, end)) else 0

    def _scoped(self, at: int, end: int) -> bool:
        """Whether what is counted at a place is only among whom somebody is ranked or rated."""
        return self.words.scoped.search(self.text, at, end) is not None

    def _does(self, kind: str, after: int, end: int) -> bool:
        """Whether the word for a body or zone before a figure is who does something, not what is counted."""
        if kind not in ("org", "bare", "zone"):
            return False
        if self.text[after : after + 1] in ORDINALS or self.words.objects.at(self.text, after, end):
            return True
        return end > after + 1 and self.text[end - 1] in FIGURES and self.text[end - 1] != COUNT

    def _near(self, word: str, kind: str, at: int) -> Topic | None:
        """The village or zone named last before a word for one: of a zone in its paragraph, of the same kind."""
        low = 0
        if kind == "zone":
            tail = word[1:] if word[0] in self.words.pointers else word
            ends: tuple[str, ...] = (tail, tail[:-1]) if len(tail) > 2 else (tail,)
            low = self.text.rfind("\n", 0, at) + 1
        else:
            rank = self._rank(word)
            if rank not in self.words.villages:
                return None
            ends = (rank,)
        for _, name in self._names_before(at, low):
            if name.label == "place" and name.text.endswith(ends):
                return Topic.of(name)
        return None

    def _phrase(self, word: str, at: int) -> Topic | None:
        """What no rule has found a name of, by the words before the head that a word points back to."""
        head = word[1:]
        if word[0] not in self.words.pointers or len(head) < 2 or head not in self.heads.kinds:
            return None
        low = max(self.text.rfind("\n", 0, at) + 1, at - _FAR)
        found = self.text.rfind(head, low, at)
        m = self.words.before.search(self.text, max(low, found - _KINDS), found) if found >= 0 else None
        if m is None:
            return None
        said = self.phrases.head(self.said(m.start(), found + len(head)))
        verb = self.words.deeds.match(said)
        if verb is not None and len(said) - verb.end() > len(head) + 1:
            said = said[verb.end() :]
        return Topic(said, None, "thing") if len(head) + 1 < len(said) <= _KINDS else None

    def _rank(self, word: str) -> str:
        """The ending of the places that a word may stand for; "within the district" stands for the district."""
        if word[-1] in self.words.ranks or word[-2] not in self.words.divisions:
            return word[-1]
        return word[-2]

    def of_firm(self, indicator: str) -> None:
        """Leave a plant for its firm where only a firm has what is measured."""
        state = self.state
        firm = state.body or self.home.about
        if (
            firm is not None
            and firm.label == "org"
            and state.topic is not None
            and self.heads.ends.of(state.topic.text)
            and self.words.of_firms.search(indicator)
        ):
            state.topic, state.topic_how = firm, "inherited"

    def _site(self, at: int) -> int:
        """Where the built place stands that was named last before a word for a work, if it was just now, or -1."""
        for place, name in self._names_before(at, at - _HERE):
            if name.label == "place" and self.heads.ends.of(name.text):
                return place
        return -1

    def _stands(self, word: str, kind: str, after: int, end: int) -> int:
        """Take what a word stands for, if it does here; where what follows it begins, or 0."""
        text, words, state = self.text, self.words, self.state
        if after < end and text[after] in ENTITIES and kind not in ("any", "work", "self", "person"):
            return 0
        m = words.counted.match(text, after, end)
        if (
            m is not None
            and (kind not in ("any", "work", "place", "here", "person") or m.end() == after)
            and not self._does(kind, after, m.end())
        ):
            return 0
        if kind in ("place", "zone") and (
            words.beyond.at(text, after, end) or (after < end and text[after] in ORDINALS)
        ):
            return 0  # only among whom somebody has a rank
        if kind in ("place", "zone"):
            if word[0] not in words.pointers and words.placing.at(text, after, end):
                return 0  # among whom somebody has a rank
            if word[-1] not in words.ranks and words.side.at(text, after, end):
                return 0  # a market, which only a figure of somebody else is told of
            m = words.named.match(text, after, end)
            if m is not None and m.end() - after < _NAMED:
                return self._topic(after, end)  # who is named stands in the place
        if kind == "org" and words.under.at(text, after, end):
            m = words.named.match(text, after, end)
            if m is not None:
                return self._topic(after, end)  # what is named is its own
        if kind in ("self", "does") and self._counts(after, end):
            return 0
        if kind == "self" and word in self.home.central:
            speaker = text.find(PERSON, after, min(end, after + SPEAKER))
            if speaker >= 0 or words.observes.match(text, after, end):
                state.topic, state.topic_how = None, "guessed"
                return speaker + 1 if speaker >= 0 else end
        if kind in ("bare", "does") and not words.acts.match(text, after, end):
            return 0
        held = state.topic
        here = self._here(after - len(word)) if kind in ("here", "place") and word[-1] not in words.ranks else None
        if here is not None:
            found: Topic | None = here
        elif kind in ("any", "work"):
            found = state.topic
            plant = found is not None and found.label == "thing" and self.heads.ends.of(found.text)
            speaks = plant and kind == "any" and words.observes.match(text, after, end) is not None
            if speaks:  # for a body, not for its plant
                found = state.body or self.home.about or found
            thing = self.heads.last(self.named, self.named_at, "" if kind == "work" else word, after - len(word))
            site = self._site(after - len(word)) if kind == "work" else -1
            if site >= 0 and (thing is None or thing.end < site):
                name = self.entity(site)
                found = Topic.of(name)
            elif thing is not None and not speaks:
                found = Topic(self.said(thing.start, thing.end), None, "thing")
            person = text.rfind(PERSON, max(0, after - _BACK), after) if words.owner.at(text, after, end) else -1
            if person >= 0:
                name = self.entity(person)
                found = Topic.of(name)
        elif kind == "person":
            person = text.rfind(PERSON, max(0, after - _FAR), after)
            if person < 0:
                return 0
            name = self.entity(person)
            found = Topic.of(name)
        elif kind in ("self", "does"):
            found = Topic(word, None, "thing")
        elif kind == "here":
            known = (state.topic, self.home.about, *self.home.topics)
            found = next((topic for topic in known if topic is not None and topic.label == "place"), self.home.about)
        elif kind.startswith("="):
            found = self.home.ending(kind[1:], "org") or Topic(word, None, "org")
        elif kind == "zone" and held is not None and held.label == "place" and held.text[-1] not in words.ranks:
            found = held  # a built place that was spoken of
        elif kind in ("place", "zone"):
            region = self.home.region
            whole = words.wholes.get(word)
            if whole is not None and ((region is not None and whole == region.text) or word in words.sure_wholes):
                found = region if region is not None and whole == region.text else self.home.place(whole)
            else:
                rank, start = self._rank(word), after - len(word)
                found = self._near(word, kind, start) or self._phrase(word, start) or self.home.ending(rank)
                if found is None and rank in self.words.within:
                    found = self.home.inner(rank)
            if found is not None and kind == "place":
                self.home.main = found  # an article that speaks of the whole of a place is about it
            if found is None and kind == "zone":
                found = self.home.about
            if found is None:
                found = Topic(word, None, "place") if word[-1] in words.ranks else self.home.about
        else:
            found = (
                self._body(word, after - len(word))
                or self._ending(word, after - len(word))
                or self._firm(word)
                or state.body
                or state.topic
            )
        if found is not None:
            if held is not None and held.entity is not None and held.entity == found.entity:
                found = held  # by the name that it had last
            self._take(found, "inherited")
        elif kind == "bare":
            return 0
        return words.tail.past(text, after, end)
