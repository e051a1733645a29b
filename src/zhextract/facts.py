"""What the figures of an article say: mentions to facts.

The text is folded (every mention one private-use character by its kind) and the rules over mentions run on it, by the
same engine as the rules on text. They tell what kind of figure stands where. What no pattern can say is here: clauses,
who they are about, what is carried from one to the next. Which words are skipped, dropped or carried is in the lexicons
`fact_*`. Without these lexicons there are no facts.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal, NamedTuple, cast

import msgspec

from . import records as r
from .engine import Engine, Value
from .numerals import Numerals
from .rules import pack as p
from .segment import Sentence
from .spans import TextMap
from .templates import filler

NUMERAL: Final = "numeral"
_FIGURES: Final = frozenset(p.folded("figure") or "")
_TIME: Final = p.folded("time") or ""
_ENTITIES: Final = frozenset(p.folded("entity") or "")
_PERSON: Final = p.folded("person") or ""
_ORDINAL: Final = p.folded("ordinal") or ""
_FIRST, _LAST = chr(p.FOLD_BASE), chr(p.FOLD_BASE + len(p.FOLDS) - 1)
_FOREIGN: Final = re.compile(f"[{_FIRST}-{_LAST}]")  # private-use characters of the text itself
_UNSEEN: Final = "\ufffd"
_BRACKETS: Final = re.compile(r"\([^()]*\)")
_LABELS: Final = {label: p.folded(label) or "" for label in ("person", "org", "place", "work")}
_LONG_VERB, _LONG_HEAD, _LONG_REST = 8, 24, 24

Type = Literal["level", "change", "share", "target", "rank", "none", "plan", "pair"]
How = Literal["direct", "inherited", "guessed"]


class _Rule:
    """A rule over mentions, ready to say what kind of figure stands in its match."""

    __slots__ = ("basis", "id", "indicator", "priority", "sign", "type", "unit", "whole")

    def __init__(self, rule: p.PackedRule) -> None:
        self.id = rule.id
        self.type = cast(Type, rule.type)
        self.priority = rule.priority
        fields = rule.fields
        self.basis, self.sign, self.whole = (
            filler(fields.get("basis")),
            filler(fields.get("sign")),
            filler(fields.get("whole")),
        )
        self.indicator, self.unit = filler(fields.get("indicator")), filler(fields.get("unit"))


class Phrase(NamedTuple):
    """A match of a rule: where in the folded text, and what fills its slots."""

    start: int
    end: int
    rule: _Rule
    slots: list[Value]


class Words:
    """A set of words, to be taken off either end of a text, the longest first."""

    def __init__(self, words: Iterable[str]) -> None:
        self.words = frozenset(words)
        self.longest = max(map(len, self.words), default=0)

    def at_start(self, text: str, at: int = 0, end: int | None = None) -> int:
        """How long a word begins at `at`; 0: none."""
        stop = len(text) if end is None else end
        for n in range(min(self.longest, stop - at), 0, -1):
            if text[at : at + n] in self.words:
                return n
        return 0

    def at_end(self, text: str) -> int:
        """How long a word the text ends with; 0: none."""
        for n in range(min(self.longest, len(text)), 0, -1):
            if text[-n:] in self.words:
                return n
        return 0


class _Lexicons:
    """The tables that clauses are read with."""

    def __init__(self, pack: p.RulePack) -> None:
        def words(name: str) -> Words:
            return Words(pack.lexicons.get(f"fact_{name}", {}))

        def column(name: str, column: str) -> dict[str, str]:
            return {word: row.get(column) or "" for word, row in pack.lexicons.get(f"fact_{name}", {}).items()}

        self.light, self.block, self.level = words("light"), words("light_block"), words("level")
        self.tails, self.pairs = words("tail"), words("pair")
        self.relative, self.not_time, self.dateline = words("relative"), words("not_time"), words("dateline")
        self.bases, self.folds = column("basis", "value"), column("fold", "value")
        lead, topic, mark = column("lead", "role"), column("topic", "kind"), column("mark", "role")
        self.lead = Words(word for word, role in lead.items() if role != "time")
        self.before_time = Words(word for word, role in lead.items() if role == "time")
        self.part = frozenset(word for word, role in lead.items() if role == "part")
        self.topics, self.topic = topic, Words(topic)
        self.breaks = frozenset(sign for sign, role in mark.items() if role == "break" and len(sign) == 1)
        self.opens = frozenset(sign for sign, role in mark.items() if role == "open")
        self.closes = frozenset(sign for sign, role in mark.items() if role == "close")
        self.lists = [sign for sign, role in mark.items() if role == "list"]
        quotes = [sign for sign, role in mark.items() if role == "quote"]
        self.quotes = frozenset(quotes)
        self.no_quotes = str.maketrans(dict.fromkeys(quotes, ""))
        self.list_sign = re.compile("|".join(map(re.escape, sorted(self.lists, key=len, reverse=True))) or "(?!)")
        inner = sorted(pack.lexicons.get("fact_inner", {}), key=len, reverse=True)
        self.inner = re.compile("|".join(map(re.escape, inner)) or "(?!)")


class Folded(NamedTuple):
    """A text whose mentions are one character each. `at`: place in it -> index of the mention."""

    text: str
    map: TextMap
    at: dict[int, int]
    edits: list[tuple[int, int]]

    def place(self, at: int) -> int:
        """Where a place of the unfolded text is."""
        i = bisect_left(self.edits, (at, 0))
        return at - self._saved(i)

    def _saved(self, i: int) -> int:
        return sum(end - start - 1 for start, end in self.edits[:i])


class Topic(NamedTuple):
    """Who or what clauses are about."""

    text: str
    entity: str | None
    label: str


class Clause(NamedTuple):
    """A clause in the folded text: its span, where what it says of its topic begins, and how it opens."""

    start: int
    end: int
    body: int
    topic: Topic | None
    part: bool
    opens: bool  # it is about nobody told yet, or about who was spoken of


@dataclass
class _State:
    """What holds where a clause begins."""

    topic: Topic | None = None
    org: Topic | None = None
    time: str | None = None
    indicator: str | None = None
    paragraph: int = -1
    sentence: int = 0
    plan: bool = False
    recent: list[str | None] = field(default_factory=list)  # indicators of the sentence's levels, for pairing


class Facts:
    """Finds the facts of articles. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        self.words = _Lexicons(pack)
        self.rules = [_Rule(rule) for rule in pack.fact_rules]
        self.engine: Engine | None = None
        if self.rules:
            over = msgspec.structs.replace(pack, rules=pack.fact_rules, variants=pack.fact_variants)
            rows = p.table(pack, NUMERAL, "role", "value")
            self.engine = Engine(over, Numerals([cast(dict[str, str], row) for row in rows.values()]))

    def of(
        self,
        text: TextMap,
        sentences: Sequence[Sentence],
        mentions: Sequence[r.AnyMention],
        spans: Sequence[tuple[int, int]],
        entities: Sequence[r.Entity],
        published: str | None = None,
    ) -> tuple[r.Fact, ...]:
        """The facts of an article, by the places of their figures; `spans` are the mentions' in the normalized text."""
        if self.engine is None or not any(isinstance(m, (r.Quantity, r.Ordinal)) for m in mentions):
            return ()
        folded = self._fold(text.text, mentions, spans)
        phrases: dict[int, Phrase] = {}
        plans: list[int] = []
        for start, end, which, slots in self.engine.find(folded.text).candidates:
            rule = self.rules[which]
            if rule.type == "plan":
                plans.append(start)
                continue
            phrase = Phrase(start, end, rule, slots)
            for at in range(start, end):
                if folded.text[at] in _FIGURES:
                    known = phrases.get(at)
                    if known is None or _rank(phrase) > _rank(known):
                        phrases[at] = phrase
        return _Reading(self.words, text, folded, mentions, entities, phrases, sorted(plans), published).facts(
            sentences
        )

    def _fold(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> Folded:
        if _FOREIGN.search(text):
            text = _FOREIGN.sub(_UNSEEN, text)
        edits = []
        at: dict[int, int] = {}
        done = saved = 0
        for i, (start, end) in enumerate(spans):
            if start < done or end <= start:
                continue
            edits.append((start, end, self._sign(mentions[i])))
            at[start - saved] = i
            saved += end - start - 1
            done = end
        made = TextMap.from_edits(text, edits)
        return Folded(made.text, made, at, [(start, end) for start, end, _ in edits])

    def _sign(self, m: r.AnyMention) -> str:
        if isinstance(m, r.Quantity):
            return p.folded(self.words.folds.get(m.unit) or m.kind) or _UNSEEN
        if isinstance(m, r.EntityMention):
            return _LABELS[m.label]
        return _TIME if isinstance(m, r.Time) else _ORDINAL


def _rank(phrase: Phrase) -> tuple[int, int, int]:
    return phrase.rule.priority, phrase.end - phrase.start, -phrase.start


class _Reading:
    """One article being read."""

    def __init__(
        self,
        words: _Lexicons,
        text: TextMap,
        folded: Folded,
        mentions: Sequence[r.AnyMention],
        entities: Sequence[r.Entity],
        phrases: dict[int, Phrase],
        plans: list[int],
        published: str | None,
    ) -> None:
        self.words = words
        self.source = text
        self.folded = folded
        self.text = folded.text
        self.mentions = mentions
        self.phrases = phrases
        self.plans = plans
        self.published = published
        self.names = {e.id: e for e in entities}
        # Times inside a phrase (what is compared with, the two ends of a move) govern nothing outside it.
        self.inside = {at for x in phrases.values() for at in range(x.start, x.end) if folded.text[at] == _TIME}
        self.out: list[r.Fact] = []
        self.about: Topic | None = None
        self.place: Topic | None = None

    # ------------------------------------------------------------------------------------------------------ reading

    def facts(self, sentences: Sequence[Sentence]) -> tuple[r.Fact, ...]:
        bounds = self._bounds(sentences)
        self._find_topics(sentences, bounds)
        state = _State()
        for sentence, (start, end) in zip(sentences, bounds, strict=True):
            if sentence.kind == "byline":
                continue
            if sentence.paragraph != state.paragraph:
                state = _State(paragraph=sentence.paragraph)
            self._sentence(sentence, start, end, state)
        return tuple(self.out)

    def _bounds(self, sentences: Sequence[Sentence]) -> list[tuple[int, int]]:
        """The sentences in the folded text."""
        out = []
        edits = self.folded.edits
        i = saved = 0

        def place(at: int) -> int:
            nonlocal i, saved
            while i < len(edits) and edits[i][1] <= at:
                saved += edits[i][1] - edits[i][0] - 1
                i += 1
            if i < len(edits) and edits[i][0] < at:
                return edits[i][0] - saved + 1
            return at - saved

        for s in sentences:
            start = place(s.start)
            out.append((start, place(s.end)))
        return out

    def _find_topics(self, sentences: Sequence[Sentence], bounds: list[tuple[int, int]]) -> None:
        """The body and the place that the article is about: named in its title, and most often."""
        count: Counter[str] = Counter()
        labels: dict[str, str] = {}
        for sentence, (start, end) in zip(sentences, bounds, strict=True):
            if sentence.kind == "byline":
                continue
            weight = 6 if sentence.kind == "title" else 1
            for at in range(start, end):
                if self.text[at] in _ENTITIES:
                    m = self._entity(at)
                    if m is not None and m.label in ("org", "place"):
                        count[m.entity] += weight
                        labels[m.entity] = m.label
        ranked = sorted(count, key=lambda e: -count[e])
        self.about = self._named(ranked[0]) if ranked else None
        self.place = next((self._named(e) for e in ranked if labels[e] == "place"), self.about)

    def _named(self, entity: str) -> Topic:
        e = self.names[entity]
        return Topic(e.name, entity, e.label)

    def _entity(self, at: int) -> r.EntityMention | None:
        m = self.mentions[self.folded.at[at]]
        return m if isinstance(m, r.EntityMention) else None

    def _clauses(self, start: int, end: int) -> list[tuple[int, int]]:
        """A sentence cut at its signs; what stands in brackets is a clause of its own, after that which holds it."""
        out: list[tuple[int, int]] = []
        asides: list[tuple[int, int]] = []
        begin, opened, depth = start, start, 0
        for at in range(start, end):
            c = self.text[at]
            if c in self.words.opens:
                if not depth:
                    opened = at
                depth += 1
            elif c in self.words.closes and depth:
                depth -= 1
                if not depth:
                    asides.append((opened + 1, at))
            elif c in self.words.breaks and not depth:
                out.append((begin, at))
                out += asides
                asides = []
                begin = at + 1
        out.append((begin, end))
        return [(a, b) for a, b in out + asides if a < b]

    def _sentence(self, sentence: Sentence, start: int, end: int, state: _State) -> None:
        clauses = self._clauses(start, end)
        if not any(c in _FIGURES for c in self.text[start:end]):
            for a, b in clauses:  # for who is spoken of
                self._clause(a, b, state)
            return
        opening = self._opening(start, end)
        if not opening:
            state.time = None
            state.indicator = None
        state.plan = False
        state.recent = []
        evidence = r.Evidence(*self.source.to_source(sentence.start, sentence.end))
        for a, b in clauses:
            clause = self._clause(a, b, state)
            self._figures(clause, state, evidence)

    def _opening(self, start: int, end: int) -> bool:
        """Whether a sentence goes on with what the one before it said."""
        n = self.words.lead.at_start(self.text, start, end)
        return n > 0 and self.text[start : start + n] in self.words.part

    # ------------------------------------------------------------------------------------------------------- clauses

    def _clause(self, start: int, end: int, state: _State) -> Clause:
        """Read how a clause opens: time, connecting words, topic. Sets what holds from here on."""
        text, words = self.text, self.words
        at = start
        part = False
        topic: Topic | None = None
        while at < end:
            c = text[at]
            if c == " " or c in words.quotes:
                at += 1
                continue
            if c == _TIME:
                if self._governs(at, start):
                    state.time = self._time(at)
                at += 1
                continue
            n = words.before_time.at_start(text, at, end)
            if n and text[at + n : at + n + 1] == _TIME:
                at += n
                continue
            n = words.lead.at_start(text, at, end)
            if n and words.topic.at_start(text, at, end) <= n:
                part = part or text[at : at + n] in words.part
                at += n
                continue
            break
        found = self._topic(at, end, state)
        if found is not None:
            topic, at = found
            state.topic = topic
            if topic.label in ("org", "work"):
                state.org = topic
        return Clause(start, end, at, topic, part, topic is None)

    def _topic(self, at: int, end: int, state: _State) -> tuple[Topic, int] | None:
        """Who a clause is about and where its name ends."""
        text, words = self.text, self.words
        n = words.topic.at_start(text, at, end)
        if n:
            kind = words.topics[text[at : at + n]]
            held = (
                self.place
                if kind == "place"
                else state.org or state.topic or self.about
                if kind == "org"
                else state.topic
            )
            after = at + n
            if after < end and text[after] in _ENTITIES and kind == "org":  # a kind of body before its name
                at = after
            else:
                return None if held is None else (held, after)
        stop = at
        while stop < end and stop - at < 7 and text[stop] not in _ENTITIES and "\u4e00" <= text[stop] <= "\u9fff":
            stop += 1
        if stop < end and text[stop] in _ENTITIES:
            if stop > at and not self._names_kind(text[at:stop]):
                return None
            return self._chain(stop, end)
        return None

    def _names_kind(self, before: str) -> bool:
        """Whether the words before a name say what it is: "the leading firm A"."""
        return any(before.endswith(word) for word, kind in self.words.topics.items() if kind == "org")

    def _chain(self, at: int, end: int) -> tuple[Topic, int] | None:
        m = self._entity(at)
        if m is None or m.label == "person":
            return None
        after = at + 1
        text = self.text
        if (
            after < end and text[after] in self.words.opens
        ):  # the short form in brackets is what it is called from here on
            close = next((i for i in range(after, end) if text[i] in self.words.closes), None)
            if close is not None:
                for i in range(after, close):
                    if text[i] in _ENTITIES:
                        alias = self._entity(i)
                        if alias is not None and alias.entity == m.entity:
                            m = alias
                after = close + 1
        sign = self.words.list_sign.match(text, after, end)
        if sign is not None and after < end:
            return None
        return Topic(m.text, m.entity, m.label), after

    def _governs(self, at: int, start: int) -> bool:
        """Whether a time says when what follows it holds."""
        if at in self.inside:
            return False
        before = self.text[start:at].rstrip("".join(self.words.quotes))
        if self.words.not_time.at_end(before):
            return False
        return not self.words.dateline.at_start(self.text, at + 1)

    def _time(self, at: int) -> str | None:
        m = self.mentions[self.folded.at[at]]
        return m.edtf if isinstance(m, r.Time) else None

    # ------------------------------------------------------------------------------------------------------- figures

    def _figures(self, clause: Clause, state: _State, evidence: r.Evidence) -> None:
        text = self.text
        figures = [at for at in range(clause.start, clause.end) if text[at] in _FIGURES]
        if not figures:
            return
        paired = self._paired(clause, figures, state)
        recent: list[str | None] = []
        done = clause.body  # where what belongs to the next figure may begin
        previous: tuple[int, str | None] | None = None
        time = state.time
        at = clause.body
        for i, figure in enumerate(figures):
            while at < figure:
                if text[at] == _TIME and self._governs(at, clause.start):
                    time = state.time = self._time(at)
                at += 1
            phrase = self.phrases.get(figure)
            if phrase is not None and phrase.rule.type == "none":
                continue
            begin = figure if phrase is None else max(min(phrase.start, figure), done)
            indicator, how = self._indicator(clause, figure, begin, done, phrase, previous, state)
            if paired is not None and paired[i] is not None:
                indicator, how = paired[i], "direct"
            self._add(figure, phrase, clause, indicator, how, time, state, evidence)
            previous = (figure, indicator)
            done = figure + 1
            state.indicator = indicator
            recent.append(indicator)
        state.recent = recent if not paired else state.recent

    def _add(
        self, at: int, phrase: Phrase | None, clause: Clause, indicator: str | None, how: How, time: str | None,
        state: _State, evidence: r.Evidence,
    ) -> None:  # fmt: skip
        m = self.mentions[self.folded.at[at]]
        rule = None if phrase is None else phrase.rule
        kind: Type = "level" if rule is None or rule.type == "pair" else rule.type
        if isinstance(m, r.Ordinal):
            value: str | None = m.value
            lower = upper = mod = None
            unit = (rule and phrase and rule.unit(phrase.slots)) or m.unit
        elif isinstance(m, r.Quantity):
            value, lower, upper, unit, mod = m.value, m.lower, m.upper, m.unit, m.mod
        else:
            return
        basis = whole = None
        if phrase is not None and rule is not None:
            basis = self._basis(rule.basis(phrase.slots), phrase)
            whole = self._slot(rule.whole(phrase.slots), phrase)
            if rule.sign(phrase.slots) == "-":
                value, lower, upper = _negative(value), _negative(upper), _negative(lower)
            if rule.type == "pair":
                time = self._moved(at, phrase, time)
        if kind == "share" and whole is None and clause.part:
            whole = state.indicator
        if kind in ("level", "change") and self._planned(at, clause, state):
            if kind == "change" and value is not None and value.startswith("-"):
                pass
            kind = "target"
        topic, subject_how = state.topic, "direct" if clause.topic is not None else "inherited"
        if topic is None:
            topic, subject_how = self.about, "guessed"
        reasons = [f"subject {subject_how}", f"indicator {how}"]
        grade = {"direct": 0, "inherited": 1, "guessed": 2}
        worst = max(subject_how, how, key=lambda x: grade[x])
        self.out.append(
            r.Fact(
                f"f{len(self.out) + 1}",
                None if topic is None else topic.text,
                None if topic is None else topic.entity,
                indicator,
                cast(r.FactType, kind),
                value,
                lower,
                upper,
                unit,
                mod,
                basis,
                whole,
                time,
                m.id,
                evidence,
                "fact.level" if rule is None else rule.id,
                cast(r.Confidence, worst),
                ", ".join(reasons),
            )
        )

    def _planned(self, at: int, clause: Clause, state: _State) -> bool:
        """Whether a word of plans stands before a figure in its sentence."""
        if not state.plan:
            i = bisect_left(self.plans, at)
            state.plan = i > 0 and self.plans[i - 1] >= clause.start - 1
        return state.plan

    def _basis(self, basis: str | None, phrase: Phrase) -> str | None:
        if basis != _TIME:
            return basis
        at = self.text.find(_TIME, phrase.start, phrase.end)
        m = self.mentions[self.folded.at[at]]
        known = self.words.bases.get(m.text)
        return known or self._time(at)

    def _slot(self, text: str | None, phrase: Phrase) -> str | None:
        """What fills a slot, unfolded."""
        if text is None:
            return None
        at = self.text.find(text, phrase.start)
        return self._said(at, at + len(text), keep=True) or None

    def _moved(self, at: int, phrase: Phrase, time: str | None) -> str | None:
        """The time of one end of a move: what stands right before it, else the first or last year of the period."""
        figures = [i for i in range(phrase.start, phrase.end) if self.text[i] in _FIGURES]
        low = phrase.start if at == figures[0] else figures[0]
        own = self.text.rfind(_TIME, low, at)
        if own >= 0:
            return self._time(own)
        years = (time or "").split("/")
        if len(years) == 2 and all(len(y) == 4 and y.isdigit() for y in years):
            return years[0] if at == figures[0] else years[1]
        return time

    # ----------------------------------------------------------------------------------------------------- indicators

    def _indicator(
        self, clause: Clause, figure: int, begin: int, done: int, phrase: Phrase | None,
        previous: tuple[int, str | None] | None, state: _State,
    ) -> tuple[str | None, How]:  # fmt: skip
        """What a figure measures, and whether its clause says so."""
        m = self.mentions[self.folded.at[figure]]
        counted = m.object if isinstance(m, r.Quantity) else None
        given = None if phrase is None else self._slot_or_text(phrase)
        carried = state.indicator
        if given is not None:
            return self._related(given, carried if previous is None else previous[1]), "direct"
        low = done
        joined = ""
        if previous is not None:
            between = self._said(previous[0] + 1, begin)
            before = self.mentions[self.folded.at[previous[0]]]
            held = before.object if isinstance(before, r.Quantity) else None
            if held and between.startswith(held) and previous[1]:
                joined = previous[1]
                rest = self._head(between[len(held) :])
                if rest and not counted:
                    return joined + rest, "direct"
            parts = list(self.words.list_sign.finditer(self.text, low, begin))
            if parts:
                low = parts[-1].end()
        head = self._head(self._said(low, begin))
        moves = phrase is not None and phrase.rule.type in ("change", "share", "rank")
        if counted:
            clean = counted.translate(self.words.no_quotes)
            if head and len(head) <= _LONG_VERB:
                return head + clean, "direct"
            if not head and previous is None and not moves:
                rest = self._rest(figure + 1, clause.end, clean)
                return rest + clean if rest else clean, "direct"
            return clean, "direct"
        if head:
            return self._related(head, carried), "direct"
        if not moves and previous is None:
            rest = self._rest(figure + 1 if phrase is None else max(phrase.end, figure + 1), clause.end, "")
            if rest:
                return rest + (carried or "" if clause.part else ""), "direct"
        if phrase is not None and phrase.rule.type == "share" and previous is None:
            rest = self._rest(figure + 1, clause.end, "")
            if rest:
                return rest, "direct"
        if carried is not None:
            return carried, "inherited"
        return None, "guessed"

    def _slot_or_text(self, phrase: Phrase) -> str | None:
        given = phrase.rule.indicator(phrase.slots)
        if given is None:
            return None
        return self._slot(given, phrase) if given in self.text[phrase.start : phrase.end] else given

    def _related(self, head: str, carried: str | None) -> str:
        """A head that says little alone goes behind what was measured before."""
        if carried and head in self.words.relative.words and head not in carried:
            return carried + head
        return head

    def _said(self, start: int, end: int, *, keep: bool = False) -> str:
        """A stretch of the folded text in words: without brackets, quotes, figures and (unless `keep`) times."""
        out = []
        at = start
        text = self.text
        depth = 0
        for at in range(start, end):
            c = text[at]
            if c in self.words.opens:
                depth += 1
            elif c in self.words.closes:
                depth = max(0, depth - 1)
            elif depth or c in self.words.quotes or c == " ":
                continue
            elif _FIRST <= c <= _LAST:
                if c == _TIME and not keep:
                    continue
                if c in _FIGURES and c != _ORDINAL and not keep:
                    out.append(c)
                else:
                    out.append(self.mentions[self.folded.at[at]].text.translate(self.words.no_quotes))
            else:
                out.append(c)
        return "".join(out)

    def _head(self, said: str) -> str:
        """The phrase that governs a figure: what stands before it without light words at either end."""
        words = self.words
        for i in range(len(said) - 1, -1, -1):
            if said[i] in _FIGURES:
                said = said[i + 1 :]
                break
        while said:
            n = words.level.at_end(said)
            if not n:
                break
            said = said[:-n]
        while said:
            if words.block.at_start(said):
                break
            n = words.light.at_start(said)
            if not n:
                break
            said = said[n:]
        return words.inner.sub("", said)

    def _rest(self, start: int, end: int, counted: str) -> str:
        """What is said of a figure at the start of its clause."""
        for at in range(start, end):
            if self.text[at] in _FIGURES:
                end = at
                break
        said = self._said(start, end)
        if counted and counted in said:
            said = said[said.index(counted) + len(counted) :]
        said = self._head(said)
        return said if len(said) <= _LONG_REST else ""

    def _paired(self, clause: Clause, figures: list[int], state: _State) -> list[str | None] | None:
        """Indicators of a list that a clause pairs with its figures."""
        text, words = self.text, self.words
        mark = next((at for at in range(clause.body, clause.end) if words.pairs.at_start(text, at, clause.end)), None)
        if mark is None:
            return None
        behind = [at for at in figures if at > mark]
        if len(behind) < 2:
            return None
        head = self._said(clause.body, mark)
        items = [item for item in words.list_sign.split(head) if item]
        missing: list[str | None] = [None] * (len(figures) - len(behind))
        if len(items) == len(behind):
            return missing + [self._head(item) for item in _with_tail(items, words.tails)]
        if len(state.recent) >= len(behind) and not self._head(head):
            return missing + state.recent[-len(behind) :]
        return None


def _with_tail(items: list[str], tails: Words) -> list[str]:
    """The items of a list, each with what only the last of them has: two groups of people, with "income"."""
    last = items[-1]
    first = items[0]
    for n in range(len(first), 0, -1):
        i = last.rfind(first[-n:])
        if i >= 0 and i + n < len(last):
            tail = last[i + n :]
            break
    else:
        n = tails.at_end(last)
        tail = last[len(last) - n :] if n else ""
    return [item + tail for item in items[:-1]] + [last]


def _negative(value: str | None) -> str | None:
    if value is None or value.startswith("-"):
        return value
    return value if value == "0" else "-" + value


__all__ = ["Facts"]

_unused: Mapping[str, Any] = {}
