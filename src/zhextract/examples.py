"""The examples of rules and lexicons as cases that run through the whole extractor.

What a case demands depends on what its rule emits:

- A mention (`quantity`, `ordinal`, `time`, `entity`). An example `a<b>c: {field: value}` passes when this rule found a
  mention of this type at exactly the marked span, and each field given is equal as text (`null`: the field is null).
  A name has one field more, `name`: the name of its entity. `rule:` among the fields names another rule that must win
  instead. A counterexample passes when this rule found nothing in the text, and, where a span is marked, nothing of
  this type touches it, whichever rule would have found it.
- `alias`. As a mention, and the name nearest before the mark must be one of the same entity.
- `code`, `link`. The rule finds the mark, and the name nearest before it (with the given fields) has the marked code
  among its entity's aliases, or is of the same entity as the name that follows. A counterexample passes when nothing is
  tied so.
- `list`. The mark holds one item or several, with the signs that part them; each of them must be a mention as above.
- `exclude`. An example `a<b>c` passes when the rule excludes exactly the marked span and no figure touches it (names
  are exempt from exclusions); with `rule:` among its fields, when the marked span is a mention by that rule all the
  same (eleven shops, over the holiday that is written like eleven). A counterexample says of a whole text that no
  figure is found in it: it passes when the rule excludes something and there is no figure, or none that touches the
  mark.
- `context`. An example passes when the rule speaks in the text and the marked span is a mention with the given fields,
  found by the rule that `rule:` names. A counterexample passes when the rule does not speak in the text.

- A fact (rules over mentions: `level`, `change`, `share`, `target`, `rank`, `pair`). The mark is the figure. An example
  passes when its fact was made by this rule (or by that which `rule:` names) and has the fields given. A counterexample
  passes when this rule made no fact, and, where a figure is marked, no fact of this type is made of it.
- `plan`. An example passes when the rule speaks and the marked figure is a target; a counterexample when it does not
  speak.
- `none`. An example passes when the rule speaks and the marked figure makes no fact; a counterexample when it does not
  speak, and, where a figure is marked, a fact is made of it.

A row of a lexicon with an `example` passes when the marked span is a mention with the row's unit, kind and modifier.

A case that is a known miss passes while it fails: as soon as it does what it says, `check` reports it, so that its mark
goes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from typing import Literal, NamedTuple

import msgspec

from . import records as r
from .entities import list_items
from .errors import RuleError
from .pipeline import Extractor
from .resolve import void
from .rules.load import near, unmark
from .rules.schema import FACT_EMITS, Lexicon, Rule, RuleSource
from .words import Words

__all__ = ["Case", "Failure", "cases", "check", "lexicon_cases"]

RECORDS: dict[str, type[r.Mention]] = {
    "quantity": r.Quantity, "ordinal": r.Ordinal, "time": r.Time,
    "entity": r.EntityMention, "alias": r.EntityMention, "list": r.EntityMention,
    "code": r.EntityMention, "link": r.EntityMention,
}  # fmt: skip
"""What rules emit, and the record that comes of it."""
ROW_FIELDS = (("code", "unit"), ("kind", "kind"), ("mod", "mod"))
"""Columns of a lexicon and the fields of a quantity that show them."""


class Case(NamedTuple):
    """One text to try. `rule` is the rule it belongs to, or `lexicon/surface`; `expect` maps fields to their text."""

    kind: Literal["example", "counterexample", "row"]
    rule: str
    emits: str
    text: str
    span: tuple[int, int] | None
    expect: dict[str, str | None]
    published: str | None
    known_miss: bool
    file: str
    line: int

    @property
    def marked(self) -> str:
        """The text with its mark, as in the rule file."""
        if self.span is None:
            return self.text
        start, end = self.span
        return f"{self.text[:start]}<{self.text[start:end]}>{self.text[end:]}"


class Failure(NamedTuple):
    """A case that did not come out as it says."""

    case: Case
    expected: str
    found: str

    def __str__(self) -> str:
        return str(self.error())

    def error(self) -> RuleError:
        """The failure as the error of a rule file."""
        c = self.case
        published = f" (published {c.published})" if c.published else ""
        message = f"{c.kind} {c.marked!r}{published}: expected {self.expected}, found {self.found}"
        return RuleError(message, file=c.file, line=c.line, rule=c.rule)


def cases(source: RuleSource) -> list[Case]:
    """All examples and counterexamples of the rules, in the order of the files.

    Raises RuleError where one cannot be tried: no mark, or a field that the record does not have.
    """
    types = {rule.id: str(rule.emit["type"]) for rule in source.rules}
    return [case for rule in source.rules for case in _of_rule(rule, types)]


def _of_rule(rule: Rule, types: dict[str, str]) -> Iterator[Case]:
    emits = str(rule.emit["type"])
    for positive, examples in ((True, rule.examples), (False, rule.counterexamples)):
        for e in examples:
            case = Case(
                "example" if positive else "counterexample", rule.id, emits, e.text,
                None if e.start is None or e.end is None else (e.start, e.end),
                e.expect, e.published, e.known_miss, rule.file, e.line,
            )  # fmt: skip
            _check_shape(case, types)
            yield case


def _check_shape(case: Case, types: dict[str, str]) -> None:
    def fault(message: str, hint: str = "") -> RuleError:
        return RuleError(f"{message} in {case.marked!r}", file=case.file, line=case.line, rule=case.rule, hint=hint)

    if case.kind == "counterexample":
        if case.expect:
            raise fault("a counterexample expects no fields", "say what must not be found with <…>")
        return
    if case.span is None:
        raise fault("an example without its mark", "put <…> around what the rule finds")
    winner = case.expect.get("rule", case.rule)
    if winner not in types:
        raise fault(f"unknown rule {winner!r}", near(str(winner), types))
    if types[winner] in FACT_EMITS:
        _check_fields(case, () if case.emits == "none" else ("rule", *r.Fact.__struct_fields__), fault)
        return
    record = RECORDS.get(types[winner])
    if record is None and (case.emits == "context" or case.expect):
        raise fault(f"{winner} makes no mention", "name, in rule:, the rule that finds the marked span")
    known = ["rule", *(() if record is None else record.__struct_fields__)]
    if record is r.EntityMention:
        known.append("name")
    _check_fields(case, known, fault)


def _check_fields(case: Case, known: Sequence[str], fault: Callable[[str, str], RuleError]) -> None:
    for field in case.expect:
        if field not in known:
            raise fault(f"unknown field {field!r}", near(field, known) or f"fields: {', '.join(known)}")


def lexicon_cases(source: RuleSource) -> list[Case]:
    """The examples of lexicon rows, in the order of the files. Raises RuleError where one has no mark."""
    return [case for name in sorted(source.lexicons) for case in _of_lexicon(source.lexicons[name])]


def _of_lexicon(lexicon: Lexicon) -> Iterator[Case]:
    for surface, row in lexicon.rows.items():
        example = row.get("example")
        if example is None:
            continue
        line = lexicon.lines[surface]
        try:
            text, start, end = unmark(example)
        except ValueError as fault:
            raise RuleError(f"{fault} in {example!r}", file=lexicon.file, line=line) from None
        if start is None or end is None:
            raise RuleError(f"an example without its mark: {example!r}", file=lexicon.file, line=line)
        expect = {field: row[column] for column, field in ROW_FIELDS if row.get(column) is not None}
        yield Case(
            "row", f"{lexicon.name}/{surface}", "quantity", text, (start, end), expect, None, False, lexicon.file, line
        )


def check(case: Case, extractor: Extractor) -> Failure | None:
    """Run a case; None when it comes out as it says (or, a known miss, when it still does not)."""
    failure = _tried(case, extractor)
    if not case.known_miss:
        return failure
    return None if failure is not None else Failure(case, "a known miss", "that it passes: take its status away")


def _tried(case: Case, extractor: Extractor) -> Failure | None:
    if case.emits in FACT_EMITS:
        return _fact(case, extractor)
    found = _Found(extractor.extract(case.text, case.published))
    if case.emits in ("code", "link"):
        return _tied(case, found, _spoken(case, extractor))
    if case.emits in RECORDS:
        if case.kind == "counterexample":
            return _not_found(case, found)
        if case.emits == "list":
            return _items(case, found, extractor.mentions.linker.separators)
        return _at_mark(case, found) or (_shared(case, found) if case.emits == "alias" else None)
    spoken = _spoken(case, extractor)
    if case.emits == "context":
        if case.kind == "counterexample":
            return Failure(case, "nothing said of the article", _texts(case, spoken)) if spoken else None
        return _at_mark(case, found) if spoken else Failure(case, f"{case.rule} to speak", found.shown(found.mentions))
    if "rule" in case.expect:
        return _at_mark(case, found)
    figures = [m for m in found.mentions if not isinstance(m, r.EntityMention)]
    touching = figures if case.span is None else _touching(case.span, figures)
    excluded = case.span in spoken if case.kind == "example" else bool(spoken)
    if excluded and not touching:
        return None
    wanted = "the mark excluded" if case.kind == "example" else "an exclusion and no figure"
    return Failure(case, wanted, f"excluded {_texts(case, spoken)}; figures {found.shown(touching)}")


class _Found:
    """What was found in a text: its mentions, and their fields as examples name them."""

    def __init__(self, document: r.Document) -> None:
        self.mentions = document.mentions
        self.names = {e.id: e.name for e in document.entities}
        self.aliases = {e.id: e.aliases for e in document.entities}

    def field(self, mention: r.AnyMention, field: str) -> str | None:
        """A field of a mention as text, or the name of its entity; None when null or absent."""
        if field == "name" and isinstance(mention, r.EntityMention):
            return self.names[mention.entity]
        value: str | int | None = msgspec.structs.asdict(mention).get(field)
        return None if value is None else str(value)

    def shown(self, mentions: Iterable[r.AnyMention], expect: Iterable[str] = ()) -> str:
        """Mentions for a message: the text, then the rule and the fields asked for."""
        fields = dict.fromkeys(["rule", *expect])
        return "; ".join(f"<{m.text}> {_fields({f: self.field(m, f) for f in fields})}" for m in mentions) or "nothing"


def _at_mark(case: Case, found: _Found, span: tuple[int, int] | None = None) -> Failure | None:
    """A mention at the mark (or at a part of it), by the right rule, with the right fields."""
    span = span or case.span
    touching = [] if span is None else _touching(span, found.mentions)
    expect = case.expect if case.kind == "row" else {"rule": case.rule, **case.expect}
    for m in touching:
        if (m.start, m.end) == span and all(found.field(m, field) == value for field, value in expect.items()):
            return None
    return Failure(case, _fields(expect), found.shown(touching, expect))


def _not_found(case: Case, found: _Found) -> Failure | None:
    wrong = [m for m in found.mentions if m.rule == case.rule]
    if case.span is not None:
        wrong += [m for m in _touching(case.span, found.mentions) if isinstance(m, RECORDS[case.emits])]
    return Failure(case, f"no {case.emits}", found.shown(wrong)) if wrong else None


def _shared(case: Case, found: _Found) -> Failure | None:
    """The alias at the mark and the name before it are of one entity."""
    start = case.span[0] if case.span else 0
    names = [m for m in found.mentions if isinstance(m, r.EntityMention)]
    alias = [m for m in names if m.start == start]
    before = [m for m in names if m.end <= start][-1:]
    if alias and before and alias[0].entity == before[0].entity:
        return None
    return Failure(case, "the entity of the name before it", found.shown(before, ["name"]))


def _tied(case: Case, found: _Found, spoken: Collection[tuple[int, int]]) -> Failure | None:
    """Where the rule speaks, the name before it has the code, or is of one entity with the name after it."""
    names = [m for m in found.mentions if isinstance(m, r.EntityMention)]
    tied = []
    for start, end in spoken:
        after = next((m for m in names if m.start == end), None)
        for m in names:
            coded = case.emits == "code" and case.text[start:end] in found.aliases[m.entity]
            if m.end <= start and (coded or (after is not None and m.entity == after.entity)):
                tied.append((start, end, m))
    if case.kind == "counterexample":
        return Failure(case, f"no {case.emits}", _texts(case, [x[:2] for x in tied])) if tied else None
    owners = [m for start, end, m in tied if (start, end) == case.span]
    if any(all(found.field(m, field) == value for field, value in case.expect.items()) for m in owners):
        return None
    return Failure(case, _fields(case.expect), f"spoken {_texts(case, spoken)}; {found.shown(names)}")


def _items(case: Case, found: _Found, separators: Collection[str]) -> Failure | None:
    """Each item of the mark is a mention."""
    failures = (_at_mark(case, found, item) for item in list_items(case.text, *(case.span or (0, 0)), separators))
    return next((failure for failure in failures if failure is not None), None)


def _touching(span: tuple[int, int], mentions: Iterable[r.AnyMention]) -> list[r.AnyMention]:
    start, end = span
    return [m for m in mentions if m.start < end and start < m.end]


def _fact(case: Case, extractor: Extractor) -> Failure | None:
    """What a rule over mentions says of the figure at the mark."""
    document = extractor.extract(case.text, case.published)
    marked = {m.id for m in document.mentions if case.span == (m.start, m.end)}
    made = [fact for fact in document.facts if fact.quantity in marked]
    texts = {m.id: m.text for m in document.mentions}

    def speaks() -> bool:
        clean = extractor.normalize(case.text)
        mentions, spans, _ = extractor.mentions.of(clean.map, document.published, extractor.currency, clean.script)
        voice = extractor.facts.voice
        return voice is not None and case.rule in voice.heard(clean.text, mentions, spans)

    def shown(facts: Iterable[r.Fact], fields: Iterable[str] = ()) -> str:
        asked = dict.fromkeys(["rule", "type", *fields])
        said = [f"<{texts[f.quantity]}> {_fields({name: _field(f, name) for name in asked})}" for f in facts]
        return ("" if speaks() else f"{case.rule} is silent; ") + ("; ".join(said) or "no fact")

    if case.kind == "counterexample":
        if case.emits in ("plan", "none"):
            wrong = speaks() or (case.emits == "none" and case.span is not None and not made)
            return Failure(case, f"{case.rule} to be silent", shown(made or document.facts)) if wrong else None
        found = [f for f in document.facts if f.rule == case.rule] + [f for f in made if f.type == case.emits]
        return Failure(case, f"no {case.emits}", shown(found)) if found else None
    if case.emits == "none":
        return None if marked and not made and speaks() else Failure(case, "a figure that is no fact", shown(made))
    expect: dict[str, str | None] = {"type": "target"} if case.emits == "plan" else {"rule": case.rule}
    expect |= case.expect
    fits = [fact for fact in made if all(_field(fact, name) == value for name, value in expect.items())]
    # Who made a fact has spoken.
    if fits and (expect.get("rule") is not None or speaks()):
        return None
    return Failure(case, _fields(expect), shown(made, expect))


def _field(fact: r.Fact, name: str) -> str | None:
    value = getattr(fact, name)
    return None if value is None else str(value)


def _spoken(case: Case, extractor: Extractor) -> list[tuple[int, int]]:
    """Where the case's own rule matches, for rules that make no mentions; source offsets."""
    clean = extractor.normalize(case.text)
    built = extractor.mentions
    found = built.engine.find(clean.text, Words(clean.text, built.maker))
    numerals = sorted(found.numerals)
    return [
        clean.map.to_source(c[0], c[1])
        for c in found.candidates
        if built.rules[c[2]].id == case.rule and not (case.emits == "exclude" and void(c, numerals, found.numerals))
    ]


def _fields(fields: dict[str, str | None]) -> str:
    return "{" + ", ".join(f"{k}: {'null' if v is None else v}" for k, v in fields.items()) + "}"


def _texts(case: Case, spans: Iterable[tuple[int, int]]) -> str:
    return ", ".join(f"<{case.text[start:end]}>" for start, end in spans) or "nothing"
