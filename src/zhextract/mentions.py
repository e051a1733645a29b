"""Candidates to the mentions of an article: what rules said of the article as a whole, conflicts, values, times."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter
from collections.abc import Sequence
from functools import partial
from operator import itemgetter
from typing import Any, NamedTuple, cast

from . import records as r
from . import tables
from .engine import Candidate, Engine, Found, Value
from .entities import Definition, Linked, Linker, Named
from .errors import RuleError
from .lunar import Calendar
from .names import Names
from .numerals import Numerals
from .objects import Objects
from .quantities import Amount, Quantities, QuantityRule, ordinal_value
from .resolve import Policy, resolve
from .rules import pack as p
from .segment import JiebaWords, RjiebaWords
from .spans import TextMap
from .templates import Filler
from .times import Context
from .units import Units
from .words import Words

HOME_CURRENCY = "home_currency"
UNIT_BASE = "unit_base"
NUMERAL = "numeral"
OWN = "own_currency"
"""Of traditional text: what its first amount is in, if that comes before any that names no currency. As a setting that
rules ask for: the article's own currency, from the caller or from traditional text."""
HOME_CODE = "CNY"  # what a bare money word is where nothing tells
HOME, _SIGNS = "home", 3
"""Of traditional text: words that tell whose press it is, as a currency and a word; how many of them are enough."""
REGION, HONG_KONG = "region", "hk"
NO_CURRENCY = "XXX"  # ISO 4217
STANDARD = "time_standard"
DEFINING = ("alias", "code", "link")
HOLDERS = (*DEFINING, "list")
"""Types of rules that hold or tie together the names that others find."""
LUNAR_YEAR = "lunar_year"
SOLAR_TERM_DAY = "solar_term_day"
CELL_PRIORITY = 5
"""Of equal spans the cell of a table stands over the bare number of a sentence."""


class _Rule:
    """A packed rule, ready to build mentions."""

    __slots__ = (
        "edtf",
        "id",
        "key",
        "label",
        "mod",
        "name",
        "needs",
        "opening",
        "owner",
        "quantity",
        "setting",
        "title",
        "type",
    )

    def __init__(self, rule: p.PackedRule, slots: Sequence[str]) -> None:
        self.id = rule.id
        self.type = rule.type
        self.quantity = QuantityRule(rule, slots)
        fields = rule.fields
        self.edtf, self.mod, self.opening = (
            Filler(fields.get("edtf")),
            Filler(fields.get("mod")),
            Filler(fields.get("open")),
        )
        self.key, self.setting = Filler(fields.get("key")), Filler(fields.get("value"))
        self.label, self.name, self.title = (
            Filler(fields.get("label")),
            Filler(fields.get("name")),
            Filler(fields.get("title")),
        )
        self.owner = Filler(fields.get("owner"))(())
        needs = Filler(fields.get("within"))(())
        self.needs = None if needs is None else tuple(needs.split("=", 1))


class Article:
    """What rules of type `context` say of an article: settings that hold from a place on, or within one bracket."""

    def __init__(
        self, text: str, settings: list[tuple[int, str, str]], currency: str | None, first_holds: bool
    ) -> None:
        self.settings = {(key, value) for _, key, value in settings}
        # The year that it reports on, if it is a bulletin of one.
        self.year = next(
            (int(value) for _, key, value in sorted(settings) if key == "year" and value.isdecimal()), None
        )
        self.places: list[int] = []
        self.currencies: list[str] = []
        self.asides: list[tuple[int, int, str]] = []
        for at, key, value in sorted(settings):
            if key != "currency":
                continue
            closes = _aside(text, at)
            if closes:
                self.asides.append((at, closes, value))
            else:
                self.places.append(at)
                self.currencies.append(value)
        # In traditional text the currency that the article names is its own from the start; elsewhere from there on.
        self.given = currency or (self.currencies[0] if first_holds and self.currencies else None)
        if self.given:
            self.settings.add((OWN, self.given))

    def currency(self, at: int) -> str | None:
        """The currency that a bare money word stands for here; None: what its own row says."""
        for start, end, code in self.asides:
            if start <= at < end:
                return code
        i = bisect_right(self.places, at)
        return self.currencies[i - 1] if i else self.given

    def holds(self, needs: tuple[str, ...] | None) -> bool:
        """Whether the article says what a rule needs (key and value); None needs nothing."""
        return needs is None or needs in self.settings


def _home(signs: set[str]) -> list[str]:
    """The currency of whose press several words are, and at most half as many are of another's."""
    (first, most), *others = Counter(sign.partition(":")[0] for sign in signs).most_common()
    return [first] if most >= _SIGNS and all(2 * n <= most for _, n in others) else []


def _aside(text: str, at: int) -> int:
    """Where the bracket that holds a place closes, or 0: a currency named in passing governs nothing after it."""
    opened = text.rfind("(", max(0, at - 100), at)
    if opened < 0 or text.find(")", opened, at) >= 0 or "\n" in text[opened:at]:
        return 0
    closed = text.find(")", at, at + 100)
    return max(0, closed)


class Settled(NamedTuple):
    """An article before its mentions are built: what `explain` wants to know too.

    `candidates` are those that hold in the article, `standing` those that stood after conflicts were settled; `article`
    is what rules said of it, `linked` its names.
    """

    found: Found
    candidates: list[Candidate]
    article: Article
    standing: list[Candidate]
    linked: Linked


class Mentions:
    """Builds the mentions of articles. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack, maker: JiebaWords | RjiebaWords) -> None:
        self.maker = maker
        words = p.table(pack, NUMERAL, "role", "value")
        try:
            numerals = Numerals([cast(dict[str, str], row) for row in words.values()])
        except ValueError as fault:
            raise RuleError(str(fault), file=f"{NUMERAL}.tsv") from None
        slots: dict[int, Sequence[str]] = {v.rule: v.slots for v in pack.variants}
        names = Names(pack)
        readers = {
            "name_left": names.name, "name_right": names.name_right,
            "person_left": names.person_left, "person_right": names.person_right,
        }  # fmt: skip
        self.engine = Engine(pack, numerals, readers)
        self.names = names
        self.rules = [_Rule(rule, slots[i]) for i, rule in enumerate(pack.rules)]
        # What tables say comes as candidates of two rules more: the figures of cells, and the units in heads.
        cell = p.PackedRule("table.cell", "tables.py", 0, "quantity", CELL_PRIORITY, {}, ())
        head = p.PackedRule("table.head", "tables.py", 0, "exclude", 0, {}, ())
        self.cell, self.head = len(self.rules), len(self.rules) + 1
        self.rules += [_Rule(cell, ()), _Rule(head, ())]
        self.tables = tables.Tables(pack, numerals)
        self.linker = Linker(pack, names)
        self.name_rules = frozenset(
            i for i, rule in enumerate(pack.rules) if rule.type == "entity" or rule.type in HOLDERS
        )
        # Lists and definitions hold names of others; rules without a word (no names of the user's) lead nothing.
        self.brands = frozenset(
            i for i, rule in enumerate(self.rules) if rule.type == "list" and rule.owner == "branded"
        )
        holders = frozenset(i for i, rule in enumerate(pack.rules) if rule.type in HOLDERS)
        idle = {v.rule for v in pack.variants if v.union >= 0 and not self.engine.unions[v.union].rows}
        self.first = frozenset(i for i, rule in enumerate(pack.rules) if rule.priority >= p.FIRST and i not in idle)
        excludes = [rule.type == "exclude" for rule in self.rules]
        priorities = [*(rule.priority for rule in pack.rules), cell.priority, head.priority]
        self.policy = Policy(excludes, priorities, self.name_rules, self.first, holders)
        self.policy_of_cells = Policy(excludes, priorities)
        self.quantities = Quantities(
            numerals, words, Units(p.table(pack, UNIT_BASE, "base", "factor")), p.table(pack, HOME_CURRENCY)
        )
        self.objects = Objects(pack)
        self.standards = tuple(p.table(pack, STANDARD))
        self.calendar = Calendar(pack.lexicons.get(LUNAR_YEAR, {}), pack.lexicons.get(SOLAR_TERM_DAY, {}))
        self.special = [
            rule.type == "context" or rule.needs is not None or (rule.type == "quantity" and rule.quantity.fallible)
            for rule in self.rules
        ]

    def of(
        self, text: TextMap, published: str | None, currency: str | None, script: r.Script
    ) -> tuple[list[r.AnyMention], list[tuple[int, int]], tuple[r.Entity, ...]]:
        """The mentions of a normalized article, by start, their spans in its text, and the entities that they name."""
        source = text.text
        _, _, article, standing, linked = self.settle(source, currency, script)
        standing = self._figures(standing, linked.names)
        times = Context(published, self.calendar, article.year)
        out: list[r.AnyMention] = []
        spans: list[tuple[int, int]] = []
        names = linked.names
        line_end = -1
        at = 0
        for c in standing:
            c_start, c_end, which, slots = c
            while at < len(names) and names[at].start < c_start:
                out.append(self._name(linked, at, text, len(out)))
                spans.append((names[at].start, names[at].end))
                at += 1
            rule = self.rules[which]
            kind = rule.type
            if kind == "quantity":
                made: r.AnyMention | None = self._quantity(c, rule, text, article, len(out))
            elif kind == "time":
                if c_start > line_end:
                    times.enter()
                    line_end = source.find("\n", c_start)
                    if line_end < 0:
                        line_end = len(source)
                standard = source.endswith(self.standards, max(0, c_start - 4), c_start)
                mod, opening = rule.mod(slots), rule.opening(slots)
                if mod == "END" and opening == "before":
                    opening = "by"
                resolved = times.resolve(rule.edtf(slots), opening, standard=standard)
                start, end = text.to_source(c_start, c_end)
                made = r.Time(
                    f"m{len(out) + 1}", start, end, source[c_start:c_end], rule.id,
                    resolved.edtf, resolved.first, resolved.last, cast("r.TimeMod | None", mod),
                )  # fmt: skip
            elif kind == "ordinal":
                made = self._ordinal(c, rule, text, len(out))
            else:
                continue
            if made is not None:
                out.append(made)
                spans.append((c_start, c_end))
        for i in range(at, len(names)):
            out.append(self._name(linked, i, text, len(out)))
            spans.append((names[i].start, names[i].end))
        return out, spans, linked.entities

    def settle(self, text: str, currency: str | None, script: r.Script) -> Settled:
        """What rules find in a normalized article, and what of it stands."""
        words = Words(text, self.maker)
        found = self.engine.find(text, words)
        candidates, article = self._in_context(text, found.candidates, currency, script == "hant")
        candidates = self._lists_of_brands(text, words, candidates)
        if tables.present(text):
            candidates += self._cells(text, article)
        standing = resolve(candidates, found.numerals, self.policy)
        return Settled(found, candidates, article, standing, self._linked(text, words, candidates, standing))

    def _lists_of_brands(self, text: str, words: Words, candidates: list[Candidate]) -> list[Candidate]:
        """Lists of short names of firms begin with the first name, and are none where an item is none."""
        if not any(c[2] in self.brands for c in candidates):
            return candidates
        if not words.made:
            words.make()
        kept = []
        for c in candidates:
            if c[2] in self.brands:
                first = self.linker.brands(words, text, c[0], c[1])
                if not first:
                    continue
                c = (first[0][0], *c[1:])
            kept.append(c)
        return kept

    def _linked(self, text: str, words: Words, candidates: list[Candidate], standing: list[Candidate]) -> Linked:
        """The names among what stands, tied together."""
        names: list[Named] = []
        aliases: list[Definition] = []
        by_start: list[Candidate] = []
        for c in standing:
            start, end, which, slots = c
            if which not in self.name_rules:
                continue
            rule = self.rules[which]
            if rule.type in DEFINING:
                aliases.append(Definition(start, end, rule.id, rule.type, rule.owner, *_lead(slots)))
            elif rule.type == "list":
                if not words.made:
                    words.make()
                label = rule.label(slots) or "org"
                if which in self.brands:
                    names += [
                        Named(a, b, label, text[a:b], None, rule.id)
                        for a, b in self.linker.brands(words, text, start, end)
                    ]
                    continue
                items = self.linker.listed(text, words, start, end, label, rule.id)
                # The names before its first item, or in what is no list after all, fell before the list.
                free = items[0].start if items else end
                by_start = by_start or sorted(
                    (x for x in candidates if self.rules[x[2]].type == "entity"), key=itemgetter(0, 1)
                )
                i, j = (bisect_left(by_start, at, key=itemgetter(0)) for at in (start, free))
                inner = [x for x in by_start[i:j] if x[1] <= free]
                names += [self._named(text, x) for x in resolve(inner, {}, self.policy)]
                names += items
            else:
                names.append(self._named(text, c))
        if (names or aliases) and not words.made:
            words.make()
        return self.linker.link(text, words, names, aliases)

    def _named(self, text: str, c: Candidate) -> Named:
        """The name that a rule found."""
        start, end, which, slots = c
        rule = self.rules[which]
        label = rule.label(slots) or "org"
        name = rule.name(slots) or text[start:end]
        if which in self.first:
            return Named(start, end, label, f"{label}\0{name}", rule.title(slots), rule.id, name)
        return Named(start, end, label, name, rule.title(slots), rule.id)

    def _figures(self, standing: list[Candidate], names: list[Named]) -> list[Candidate]:
        """What stands beside the names: a figure inside a name that was found by repetition is none."""
        figures = [c for c in standing if c[2] not in self.name_rules]
        out = []
        i = 0
        for c in figures:
            while i < len(names) and names[i].end <= c[0]:
                i += 1
            if i == len(names) or names[i].start >= c[1]:
                out.append(c)
        return out

    def _name(self, linked: Linked, i: int, text: TextMap, count: int) -> r.EntityMention:
        n = linked.names[i]
        start, end = text.to_source(n.start, n.end)
        return r.EntityMention(
            f"m{count + 1}",
            start,
            end,
            text.text[n.start : n.end],
            n.rule,
            cast(r.Label, n.label),
            linked.ids[i],
            n.title,
        )

    def _in_context(
        self, text: str, candidates: list[Candidate], currency: str | None, first_holds: bool
    ) -> tuple[list[Candidate], Article]:
        """Take out what speaks of the article, and what does not hold in it."""
        special = self.special
        kept: list[Candidate] = []
        settings: list[tuple[int, str, str]] = []
        conditional: list[Candidate] = []
        owned: list[tuple[int, str, str]] = []
        signs: set[str] = set()
        for c in candidates:
            if not special[c[2]]:
                kept.append(c)
                continue
            rule = self.rules[c[2]]
            if rule.type == "context":
                key, value = rule.key(c[3]), rule.setting(c[3])
                if key == OWN and value:
                    if first_holds:
                        owned.append((c[0], "currency", value))
                elif key == HOME and value:
                    if first_holds and currency is None:
                        signs.add(value)
                elif key and value:
                    settings.append((c[0], key, value))
            elif rule.type != "quantity" or self.quantities.amount(rule.quantity, c[3], None) is not None:
                conditional.append(c)
        if owned and not any(key == "currency" for _, key, _ in settings):
            bare = min((c[0] for c in candidates if self._is_bare(c)), default=len(text))
            if (REGION, HONG_KONG) in {(key, value) for _, key, value in settings}:
                bare = len(text)  # there the currency that the article names anywhere is its own
                owned = [(0, key, value) for _, key, value in owned]
            settings += [one for one in owned if one[0] < bare][:1]
        if signs:
            named = min((one for one in settings if one[1] == "currency"), default=None)
            # Before another's is named, it is that of the place.
            settings += [(0, "currency", code) for code in _home(signs) if named is None or code != HOME_CODE]
        article = Article(text, settings, currency, first_holds)
        kept += [c for c in conditional if article.holds(self.rules[c[2]].needs)]
        return kept, article

    def _is_bare(self, c: Candidate) -> bool:
        """Whether it is an amount of money whose word names no currency."""
        rule = self.rules[c[2]]
        amount = self.quantities.amount(rule.quantity, c[3], NO_CURRENCY) if rule.type == "quantity" else None
        return amount is not None and amount.unit == NO_CURRENCY

    def _cells(self, text: str, article: Article) -> list[Candidate]:
        """Candidates from the tables of a text; a cell's one slot holds the fields of its amount."""
        out: list[Candidate] = []
        for table in tables.find(text):
            currency = article.currency(table.start)
            figures, units = self.tables.read(text, table, partial(self._amounts, currency))
            out += [(f.start, f.end, self.cell, [f.amount._asdict()]) for f in figures]
            out += [(u.start, u.end, self.head, []) for u in units]
        return out

    def _amounts(self, currency: str | None, text: str) -> list[tuple[int, int, Amount]]:
        """The quantities that stand in a few words by themselves."""
        found = self.engine.find(text, Words(text, self.maker))
        candidates, article = self._in_context(text, found.candidates, currency, False)
        candidates = [c for c in candidates if c[2] not in self.name_rules]
        out = []
        for c in resolve(candidates, found.numerals, self.policy_of_cells):
            rule = self.rules[c[2]]
            if rule.type == "quantity":
                amount = self.quantities.amount(rule.quantity, c[3], article.currency(c[0]))
                if amount is not None:
                    out.append((c[0], c[1], amount))
        return out

    def _quantity(self, c: Candidate, rule: _Rule, text: TextMap, article: Article, count: int) -> r.Quantity | None:
        c_start, c_end, _, slots = c
        source = text.text
        told = c[2] == self.cell
        amount = _told(slots[0]) if told else self.quantities.amount(rule.quantity, slots, article.currency(c_start))
        if amount is None:
            return None
        start, end = text.to_source(c_start, c_end)
        counted = self.objects.after(source, c_end) if amount.kind == "count" and not told else None
        return r.Quantity(
            f"m{count + 1}", start, end, source[c_start:c_end], rule.id,
            amount.value, amount.lower, amount.upper, amount.unit, cast(r.QuantityKind, amount.kind),
            cast("r.Mod | None", amount.mod), counted,
        )  # fmt: skip

    def _ordinal(self, c: Candidate, rule: _Rule, text: TextMap, count: int) -> r.Ordinal | None:
        c_start, c_end, _, slots = c
        value = ordinal_value(rule.quantity, slots)
        if value is None:
            return None
        start, end = text.to_source(c_start, c_end)
        unit = rule.quantity.unit(slots) or "1"
        return r.Ordinal(f"m{count + 1}", start, end, text.text[c_start:c_end], rule.id, value, unit)


def _lead(slots: Sequence[Value]) -> tuple[str, bool]:
    """The word that defines an alias, where its rule has one, and whether it says that the alias holds no more."""
    row = next((row for row in slots if isinstance(row, dict) and row.get("surface")), {})
    return row.get("surface") or "", row.get("form") == "former"


def _told(row: Value) -> Amount:
    """The amount that a table's cell brought with it."""
    return Amount(**cast(dict[str, Any], row))
