"""Why a mention is there, what it beat, and why nothing was found in a span.

The article is run once more, and what extraction throws away is kept: candidates that fell with the reason, rules whose
anchor stands in a span but whose pattern goes on differently. Nothing here is on the way of an extraction.
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from . import records as r
from . import resolve as conflict
from .engine import Candidate, Reading, Row, Value
from .errors import UsageError
from .facts import Facts
from .mentions import Mentions, Settled
from .normalize import Normalized
from .rules import pack as p
from .words import Words

CLOSEST: Final = 5
"""How many of the rules that came close are told."""
_SHOWN: Final = 12
"""Characters of context in a message."""


_WHY: Final[Mapping[conflict.Reason, str]] = {
    "first": "stands before every rule",
    "longer": "is longer",
    "priority": "is as long and of higher priority",
    "order": "is as long and its rule comes earlier",
    "earlier": "is as long and begins earlier",
    "same": "is the same, found in another way",
    "void": "it would cut a numeral",
    "excluded": "excludes it",
    "overruled": "stands over this exclusion",
}


class Part(NamedTuple):
    """What filled a slot of a pattern: its text, and the row where it stands in a lexicon (without empty cells)."""

    slot: str
    text: str
    row: Mapping[str, str] | None

    def __str__(self) -> str:
        cells = "" if not self.row else f" ({', '.join(f'{column} {cell}' for column, cell in self.row.items())})"
        return f"{self.slot} = {self.text}{cells}"


@dataclass(frozen=True)
class Claim:
    """What a rule found: `start` and `end` in the source, `text` normalized, `type` what the rule emits."""

    rule: str
    file: str
    line: int
    type: str
    start: int
    end: int
    text: str
    parts: tuple[Part, ...]

    @property
    def where(self) -> str:
        """File and line of the rule."""
        return f"{self.file}:{self.line}" if self.line else self.file

    def __str__(self) -> str:
        return f"{self.rule} \u201c{_line(self.text)}\u201d [{self.start}:{self.end}]"


@dataclass(frozen=True)
class Loss:
    """A claim that made no mention: the reason in a word and in words, and what stood before it (None: nothing did).

    `why` says it of `by` where there is one (`is longer`), else of the claim. `reason` is one of `resolve.Reason`;
    `context` (what it needs is not said in the article), `empty` (its parts make no value), `inside` (a name holds it),
    `unlinked` (an alias with nothing it stands for, a list that is none); of rules that make no mentions `excludes` and
    `speaks`.
    """

    claim: Claim
    reason: str
    why: str
    by: Claim | r.AnyMention | None

    def __str__(self) -> str:
        match self.by:
            case None:
                return self.why
            case Claim():
                return f"{self.by} {self.why}"
        return f"\u201c{_line(self.by.text)}\u201d ({self.by.id}) {self.why}"


@dataclass(frozen=True)
class Finding:
    """A mention, the claim it was made from (None: it was not found by a pattern), how it was found, what it beat."""

    mention: r.AnyMention
    claim: Claim | None
    how: str
    beat: tuple[Loss, ...]

    def __str__(self) -> str:
        m = self.mention
        kind = str(type(m).__struct_config__.tag)
        lines = [f"{m.id} {kind} \u201c{_line(m.text)}\u201d [{m.start}:{m.end}]"]
        where = f"  {self.claim.where}" if self.claim else ""
        lines.append(f"    rule   {m.rule}{where}")
        if self.how:
            lines.append(f"    found  {self.how}")
        if self.claim:
            lines += [f"    part   {part}" for part in self.claim.parts]
        lines += [f"    beat   {loss.claim}: {loss.why}" for loss in self.beat]
        return "\n".join(lines)


@dataclass(frozen=True)
class Near:
    """A rule whose anchor stands in the span but which did not match: what did, and what was missing."""

    rule: str
    file: str
    line: int
    start: int
    end: int
    text: str
    missing: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}"
        has = f"\u201c{_line(self.text)}\u201d [{self.start}:{self.end}]"
        return f"{self.rule}  {where}\n    has    {has}\n    lacks  {self.missing}"


@dataclass(frozen=True)
class FactFinding:
    """A fact, its figure, and the claim of the rule over mentions that told its kind (None: no rule speaks of it).

    `plan` is the rule that made a target of it, if one did. Texts of a claim over mentions are those of the article.
    """

    fact: r.Fact
    figure: r.AnyMention
    claim: Claim | None
    plan: str | None

    def __str__(self) -> str:
        f = self.fact
        value = f.value if f.value is not None else f"{f.lower}..{f.upper}"
        lines = [f"{f.id} {f.type} {value} {f.unit} \u201c{_line(self.figure.text)}\u201d ({self.figure.id})"]
        lines.append(f"    rule   {f.rule}{'' if self.claim is None else f'  {self.claim.where}'}")
        if self.claim is not None:
            lines.append(f"    found  {self.claim}")
            lines += [f"    part   {part}" for part in self.claim.parts]
        if self.plan is not None:
            lines.append(f"    plan   {self.plan}")
        said = {"subject": f.subject, "indicator": f.indicator, "time": f.time, "basis": f.basis, "whole": f.whole}
        lines += [f"    {name:9} {_line(value)}" for name, value in said.items() if value is not None]
        lines.append(f"    {f.confidence}: {f.reason}")
        return "\n".join(lines)


@dataclass(frozen=True)
class Explanation:
    """What was found in an article and why, or of the part of it that touches `span`.

    `findings` are the mentions in order, `losses` the claims that made none, by place; `near` the rules that came
    closest, best first (only with a span); `facts` the facts in order. `explanation["m3"]` is the finding of a mention,
    `explanation.fact("f1")` that of a fact; `str()` is a report to read.
    """

    span: tuple[int, int] | None
    findings: tuple[Finding, ...]
    losses: tuple[Loss, ...]
    near: tuple[Near, ...]
    facts: tuple[FactFinding, ...] = ()

    def fact(self, fact: str | r.Fact) -> FactFinding:
        """The finding of a fact, by id or the fact itself. Raises KeyError."""
        key = fact if isinstance(fact, str) else fact.id
        for finding in self.facts:
            if finding.fact.id == key:
                return finding
        raise KeyError(key)

    def __getitem__(self, mention: str | r.Mention) -> Finding:
        """The finding of a mention, by id or the mention itself. Raises KeyError."""
        key = mention if isinstance(mention, str) else mention.id
        for finding in self.findings:
            if finding.mention.id == key:
                return finding
        raise KeyError(key)

    def __str__(self) -> str:
        blocks = [str(finding) for finding in self.findings]
        blocks += [str(finding) for finding in self.facts]
        if self.span is None:
            return "\n".join(blocks) or "no mentions"
        if not blocks:
            blocks.append(f"no mention touches [{self.span[0]}:{self.span[1]}]")
        of_mentions = {id(loss) for finding in self.findings for loss in finding.beat}
        others = [loss for loss in self.losses if id(loss) not in of_mentions]
        if others:
            blocks.append("candidates without a mention")
        blocks += [f"  {loss.claim}  {loss.claim.where}\n    why    {loss}" for loss in others]
        blocks.append("rules that came closest" if self.near else "no other rule came close")
        blocks += [f"  {near}" for near in self.near]
        return "\n".join(blocks)


class Explainer:
    """Explains what an extractor does, by its rule pack and its `Mentions`. Immutable; safe to share."""

    def __init__(self, pack: p.RulePack, mentions: Mentions, facts: Facts) -> None:
        self.pack = pack
        self.mentions = mentions
        self.facts = facts
        self.fact_slots: dict[int, Sequence[str]] = {v.rule: v.slots for v in pack.fact_variants}
        self.slots: dict[int, Sequence[str]] = {v.rule: v.slots for v in pack.variants}

    def explain(
        self, text: Normalized, document: r.Document, currency: str | None, span: tuple[int, int] | None = None
    ) -> Explanation:
        """Explain a document that was made from `text`; `span` in the source. Raises UsageError for one outside it."""
        size = len(text.map.source)
        if span is not None and not 0 <= span[0] < span[1] <= size:
            raise UsageError(f"no span of this article: {span[0]}:{span[1]}; it has {size} characters")
        return _Article(self, text, document, currency).explanation(span)


class _Article:
    """One article under explanation."""

    def __init__(self, explainer: Explainer, text: Normalized, document: r.Document, currency: str | None) -> None:
        self.explainer = explainer
        self.built = explainer.mentions
        self.map = text.map
        self.text = text.text
        self.document = document
        self.currency, self.script = currency, text.script
        self.settled = self.built.settle(self.text, currency, text.script)
        self.claims: dict[int, Claim] = {}  # id of a candidate -> its claim

    def claim(self, c: Candidate) -> Claim:
        """The claim of a candidate; the same object each time."""
        found = self.claims.get(id(c))
        if found is None:
            found = self.claims[id(c)] = self._claim(c)
        return found

    def _claim(self, c: Candidate) -> Claim:
        start, end, which, slots = c
        rules = self.explainer.pack.rules
        rule = self.built.rules[which]
        file, line = (rules[which].file, rules[which].line) if which < len(rules) else ("tables.py", 0)
        names = self.explainer.slots.get(which, ("amount",))
        parts = tuple(_part(name, value) for name, value in zip(names, slots, strict=False) if value is not None)
        return Claim(rule.id, file, line, rule.type, *self.map.to_source(start, end), self.text[start:end], parts)

    def explanation(self, span: tuple[int, int] | None) -> Explanation:
        origins = self._origins()
        by_claim: dict[int, r.AnyMention] = {id(claim): m for m, claim, _ in origins if claim is not None}
        losses = list(self._losses(by_claim))
        losses.sort(key=lambda loss: (loss.claim.start, loss.claim.end))
        beat: dict[int, list[Loss]] = {}
        for loss in losses:
            if loss.by is not None and loss.reason not in ("same", "inside"):
                beat.setdefault(id(loss.by), []).append(loss)
        findings = [
            Finding(m, claim, how, tuple(beat.get(id(claim), ()) if claim is not None else ()))
            for m, claim, how in origins
            if span is None or _touches(m, span)
        ]
        losses = [loss for loss in losses if loss.reason != "same"]
        facts = tuple(self._facts(span))
        if span is None:
            return Explanation(None, tuple(findings), tuple(losses), (), facts)
        losses = [loss for loss in losses if _touches(loss.claim, span)]
        return Explanation(span, tuple(findings), tuple(losses), tuple(self._near(span)), facts)

    # -------------------------------------------------------------------------------------------------------- facts

    def _facts(self, span: tuple[int, int] | None) -> Iterator[FactFinding]:
        """The facts of the article, or of what touches a span, each with the rule that told its kind."""
        voice = self.explainer.facts.voice
        if voice is None or not self.document.facts:
            return
        mentions, spans, _ = self.built.of(self.map, self.document.published, self.currency, self.script)
        spoken = voice.speak(self.text, mentions, spans)
        place = {mentions[i].id: at for at, i in spoken.folded.at.items()}
        figures = {m.id: m for m in mentions}
        for fact in self.document.facts:
            figure = figures[fact.quantity]
            if span is not None and not _touches(figure, span):
                continue
            at = place[fact.quantity]
            phrase = spoken.phrases.get(at)
            claim = None
            if phrase is not None and phrase.rule.id == fact.rule:
                which = voice.rules.index(phrase.rule)
                rule = self.explainer.pack.fact_rules[which]
                inside = [spans[i] for p_, i in spoken.folded.at.items() if phrase.start <= p_ < phrase.end]
                start = spoken.folded.source(phrase.start)
                end = max(spoken.folded.source(phrase.end), *(stop for _, stop in inside))
                names = self.explainer.fact_slots.get(which, ())
                parts = tuple(
                    _part(name, value)
                    for name, value in zip(names, phrase.slots, strict=False)
                    if value is not None and not (isinstance(value, str) and _folds(value))
                )
                said = self.text[start:end]
                claim = Claim(rule.id, rule.file, rule.line, rule.type, *self.map.to_source(start, end), said, parts)
            plan = None
            if fact.type == "target" and (phrase is None or phrase.rule.type != "target"):
                before = [one for one in spoken.plans if one.start < at]
                plan = before[-1].rule if before else None
            yield FactFinding(fact, figure, claim, plan)

    # ----------------------------------------------------------------------------------------------------- mentions

    def _origins(self) -> list[tuple[r.AnyMention, Claim | None, str]]:
        """Each mention, the claim it was made from, and how it came from it if not as it stands."""
        standing: dict[tuple[str, int, int], Candidate] = {}
        by_rule: dict[str, list[Candidate]] = {}
        for c in self.settled.standing:
            rule = self.built.rules[c[2]]
            standing[rule.id, *self.map.to_source(c[0], c[1])] = c
            by_rule.setdefault(rule.id, []).append(c)
        out: list[tuple[r.AnyMention, Claim | None, str]] = []
        for m in self.document.mentions:
            source = standing.get((m.rule, m.start, m.end))
            if source is not None:
                out.append((m, self.claim(source), ""))
                continue
            out.append((m, *self._derived(m, by_rule.get(m.rule, ()))))
        return out

    def _derived(self, m: r.AnyMention, candidates: Iterable[Candidate]) -> tuple[Claim | None, str]:
        """Whence a name comes that no candidate is equal to."""
        claims = [self.claim(c) for c in candidates]
        for claim in claims:
            if claim.start <= m.start and m.end <= claim.end:
                return claim, f"as a part of {claim}"
        parts = [claim for claim in claims if m.start <= claim.start and claim.end <= m.end]
        if parts:
            return parts[-1], f"joined to {parts[-1]}, which belongs to it"
        after = next((claim for claim in claims if claim.type == "alias" and 0 <= claim.start - m.end < _SHOWN), None)
        if after is not None:
            return after, f"as that which {after} stands for"
        return None, "again: a name that stands elsewhere in the article, or a short form of it"

    # ------------------------------------------------------------------------------------------------------- losses

    def _losses(self, made: Mapping[int, r.AnyMention]) -> Iterator[Loss]:
        """Everything found that made no mention. `made`: id of a claim -> the mention made from it."""
        settled, built = self.settled, self.built
        kept = {id(c) for c in settled.candidates}
        for c in settled.found.candidates:
            if id(c) not in kept:
                yield self._without_context(c)
        _, lost = conflict.account(settled.candidates, settled.found.numerals, built.policy)
        fallen = {id(x.candidate) for x in lost}
        for x in lost:
            by = None if x.by is None else self.claim(x.by)
            yield Loss(self.claim(x.candidate), x.reason, self._why(x), by)
        standing = {id(c) for c in settled.standing}
        for c in settled.candidates:
            if built.policy.excludes[c[2]] and id(c) not in fallen:
                yield Loss(self.claim(c), "excludes", "it excludes: what it touches is no figure", None)
            elif id(c) in standing and id(self.claim(c)) not in made:
                loss = self._unmade(c)
                if loss is not None:
                    yield loss

    def _without_context(self, c: Candidate) -> Loss:
        claim = self.claim(c)
        rule = self.built.rules[c[2]]
        if rule.type == "context":
            key, value = rule.key(c[3]), rule.setting(c[3])
            return Loss(claim, "speaks", f"it says of the article: {key} is {value}", None)
        if rule.needs is not None:
            return Loss(claim, "context", f"it needs {' '.join(rule.needs)}, which nothing in the article says", None)
        return Loss(claim, "empty", "its parts make no value together", None)

    def _unmade(self, c: Candidate) -> Loss | None:
        """Why what stood after all conflicts made no mention; None for a name that went into another one."""
        claim = self.claim(c)
        holder = next((m for m in self.document.mentions if m.start <= claim.start and claim.end <= m.end), None)
        inside = [m for m in self.document.mentions if claim.start <= m.start and m.end <= claim.end]
        if claim.type == "list" and any(m.rule == claim.rule for m in inside):
            return None
        if isinstance(holder, r.EntityMention):
            return Loss(claim, "inside", "is a name that holds it", holder)
        crossing = [m for m in self.document.mentions if m.start < claim.end and claim.start < m.end]
        if claim.type in ("code", "link") and self._tied(claim):
            return None
        if claim.type in ("alias", "code", "link"):
            return Loss(claim, "unlinked", "no name stands before it that it could be another form of", None)
        if claim.type == "list":
            return Loss(claim, "unlinked", "not all of its items can be names", None)
        if crossing:
            return Loss(claim, "inside", "takes a part of it", crossing[0])
        return Loss(claim, "empty", "its parts make no value together", None)

    def _tied(self, claim: Claim) -> bool:
        """Whether a code has become an alias, or the names on both sides of a link are of one entity."""
        if claim.type == "code":
            return any(claim.text in entity.aliases for entity in self.document.entities)
        names = [m for m in self.document.mentions if isinstance(m, r.EntityMention)]
        after = next((m for m in names if m.start == claim.end), None)
        return after is not None and any(m.entity == after.entity for m in names if m.end <= claim.start)

    def _why(self, x: conflict.Lost) -> str:
        if x.reason == "priority" and x.by is not None:
            above, below = (self.built.policy.priorities[c[2]] for c in (x.by, x.candidate))
            return f"is as long and of higher priority ({above} over {below})"
        return _WHY[x.reason]

    # --------------------------------------------------------------------------------------------------------- near

    def _near(self, span: tuple[int, int]) -> list[Near]:
        """The rules that came closest to matching in a span: one try a rule, the one that got farthest."""
        size = len(self.text)
        places = range(size)
        low = bisect_right(places, span[0], key=lambda i: self.map.to_source(i, i + 1)[1])
        high = bisect_left(places, span[1], key=self.map.to_source_start)
        matched = {c[2] for c in self.settled.found.candidates if c[0] < high and low < c[1]}
        best: dict[int, _Try] = {}
        for found in _Tracer(self.explainer.pack, self.built, self.text, self.settled).tries(low, high):
            if found.rule not in matched and (found.rule not in best or best[found.rule].score < found.score):
                best[found.rule] = found
        rules = self.explainer.pack.rules
        out = []
        for t in sorted(best.values(), key=lambda t: (-t.score, t.rule))[:CLOSEST]:
            rule = rules[t.rule]
            start, end = self.map.to_source(t.start, t.end)
            out.append(Near(rule.id, rule.file, rule.line, start, end, self.text[t.start : t.end], t.missing))
        return out


class _Try(NamedTuple):
    """How far a variant got: the stretch that matched, how much of it lies beyond a lone numeral, what was missing."""

    rule: int
    start: int
    end: int
    score: int
    missing: str


class _Tracer:
    """Matches variants as the engine does, but slowly, and tells where they fail."""

    def __init__(self, pack: p.RulePack, built: Mentions, text: str, settled: Settled) -> None:
        self.pack = pack
        self.engine = built.engine
        self.text = text
        self.back = text[::-1]
        self.ends = settled.found.numerals
        self.words = Words(text, built.maker)
        self.words.make()

    def tries(self, low: int, high: int) -> Iterator[_Try]:
        """All that failed of the variants whose anchor lies at least partly in [low, high)."""
        by_numeral = [v for v in self.pack.variants if v.reader >= 0]
        by_word = [v for v in self.pack.variants if v.reader < 0]
        # Every rule of figures gets as far as a lone numeral: that is worth telling of one that is asked about alone.
        least = 0 if len({v.rule for v in self.pack.variants}) == 1 else 1
        for start, end in self.ends.items():
            if start < high and low < end:
                raw = self.text[start:end]
                for v in by_numeral:
                    number = self.engine.read(v.reader, raw)
                    # A numeral that the rule doesn't read is no anchor of it.
                    found = None if number is None else self._tried(v, start, end, number)
                    if found is not None and found.score >= least:
                        yield found
        if self.engine.automaton is None:
            return
        for which, start, end in self.engine.automaton.find_matches_as_indexes(self.text, overlapping=True):
            if start >= high or end <= low:
                continue
            word = self.engine.words[which]
            for v in by_word:
                value = word if v.union < 0 else self.engine.unions[v.union].rows.get(word)
                if value is not None and (v.union >= 0 or word in v.literals):
                    found = self._tried(v, start, end, value)
                    if found is not None:
                        yield found

    def _tried(self, v: p.Variant, start: int, end: int, value: Value) -> _Try | None:
        """What was missing, or None when the variant matches."""
        anchor = end - start if v.reader < 0 else 0
        begin, pos = start, end
        missing = ""
        if v.name_left is not None:
            found = self.engine.names[v.name_left.reader + "_left"](self.words, start, value)
            if found is None:
                missing = f"a name that ends before \u201c{self._after(start)}\u201d"
            else:
                begin = found
        if not missing and v.left is not None:
            m = re.compile(v.left.source, re.MULTILINE).match(self.back, len(self.text) - begin)
            if m is None:
                missing = f"what must stand before it; there stands {self._shown_before(begin)}"
            else:
                begin = len(self.text) - m.end()
        for step in () if missing else v.right:
            stop = self._step(step, pos, value)
            if stop is None:
                missing = f"{self._wanted(step)}; there stands {self._shown_after(pos)}"
                break
            pos = stop
        if not missing:
            # The marks of the span are not traced; the whole match is near enough to tell of its words.
            if not v.where or self.words.fit(v.where, begin, pos):
                return None
            cut = next((at for at in (begin, pos) if not self.words.is_edge(at)), begin)
            at, to = self.words.start_of(cut), self.words.end_of(cut)
            missing = f"the edge of a word: the word \u201c{_line(self.text[at:to])}\u201d would be cut"
        return _Try(v.rule, begin, pos, pos - end + start - begin + anchor, missing)

    def _step(self, step: p.Step, pos: int, value: Value) -> int | None:
        """Where a step ends that begins at `pos`, or None when it does not match."""
        match step:
            case p.Regex():
                m = re.compile(step.source, re.MULTILINE).match(self.text, pos)
                return None if m is None else m.end()
            case p.Numeral():
                stop = self.ends.get(pos)
                if stop is not None and self.engine.read(step.reader, self.text[pos:stop]) is not None:
                    return stop
                return pos if step.optional else None
            case p.Lookup():
                entry = self.engine.unions[step.union].longest(self.text, pos)
                return pos + len(entry[0]) if entry is not None else pos if step.optional else None
            case p.Name():
                stop = self.engine.names[step.reader + "_right"](self.words, pos, value)
                return stop if stop is not None else pos if step.optional else None
        return pos

    def _wanted(self, step: p.Step) -> str:
        match step:
            case p.Regex():
                if step.first is not None and 0 < len(step.first) <= _SHOWN:
                    return f"what follows, which begins with one of {' '.join(map(_line, step.first))}"
                return "what must follow"
            case p.Numeral():
                return "a numeral that the rule can read"
            case p.Lookup():
                return f"an entry of {' or '.join(self.pack.unions[step.union].lexicons)}"
        return "a name"

    def _after(self, at: int) -> str:
        return _line(self.text[at : at + _SHOWN])

    def _shown_after(self, at: int) -> str:
        return f"\u201c{self._after(at)}\u201d" if at < len(self.text) else "nothing"

    def _shown_before(self, at: int) -> str:
        return f"\u201c{_line(self.text[max(0, at - _SHOWN) : at])}\u201d" if at else "nothing"


def _part(slot: str, value: Value) -> Part:
    if isinstance(value, Reading):
        said = value.number.value
        return Part(slot, value.text, {"value": said} if said is not None and said != value.text else None)
    if value is None or isinstance(value, str):
        return Part(slot, value or "", None)
    return _row(slot, value)


def _folds(text: str) -> bool:
    """Whether a text holds folded mentions, which can't be shown."""
    return any(p.FOLD_BASE <= ord(c) < p.FOLD_BASE + len(p.FOLDS) for c in text)


def _row(slot: str, row: Row) -> Part:
    cells = {column: cell for column, cell in row.items() if cell is not None and column != "surface"}
    return Part(slot, row.get("surface") or "", cells)


def _touches(x: Claim | r.Mention, span: tuple[int, int]) -> bool:
    return x.start < span[1] and span[0] < x.end


def _line(text: str) -> str:
    """A text on one line."""
    return text.replace("\n", "\\n").replace("\t", "\\t")
