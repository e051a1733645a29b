"""Candidates of type quantity and ordinal to the fields of their records: values, bounds, units, modifiers.

Slots speak by their names: `value`; `low` and `high` of a range; `value2`, `value3` with `unit2`, `unit3` of a sum
(yuan, jiao and fen); `minus` when the number is negative. Units are rows with `code` and `scale`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from .engine import Reading, Row, Value
from .numerals import Numerals, add, compare, negate, ratio, scale
from .rules import pack as p
from .templates import Filler, slots_of
from .units import Units


class Amount(NamedTuple):
    """The fields of a quantity."""

    value: str | None
    lower: str | None
    upper: str | None
    unit: str
    kind: str
    mod: str | None


class QuantityRule:
    """How one rule's candidates become amounts."""

    def __init__(self, rule: p.PackedRule, slots: Sequence[str]) -> None:
        def slot(name: str) -> int:
            return slots.index(name) if name in slots else -1

        self.value, self.low, self.high, self.minus = slot("value"), slot("low"), slot("high"), slot("minus")
        self.unit_slot, self.unit_low = slot("unit"), slot("unit_low")
        self.terms = rule.terms
        fields = rule.fields
        self.unit = Filler(fields.get("unit"))
        self.kind, self.mod = Filler(fields.get("kind")), Filler(fields.get("mod"))
        self.scale = Filler(fields.get("scale"))
        self.written = Filler(fields["value"]) if "value" in fields else None
        # One number with one unit, and nothing but the unit's row decides what is made of it: the commonest case.
        heads = [fields[f] for f in ("unit", "kind", "scale") if f in fields]
        self.plain = (self.low < 0 and self.written is None and len(self.terms) == 1 and self.unit_slot >= 0) and all(
            slots_of(t) <= {self.unit_slot} for t in heads
        )
        # Two numbers may not fit together: whether they do is asked before conflicts are settled.
        self.fallible = self.low >= 0 or len(self.terms) > 1
        self.known: dict[str | None, tuple[str, str, str]] = {}
        self.mod_slots = sorted(slots_of(fields["mod"])) if "mod" in fields else []
        self.mod_given = "mod" in fields and not self.mod_slots

    def head(self, row: Row, slots: Sequence[Value]) -> tuple[str, str, str]:
        """Unit, kind and scale that a plain rule gives a row of the unit lexicon."""
        surface = row["surface"]
        found = self.known.get(surface)
        if found is None:
            found = self.unit(slots) or "1", self.kind(slots) or "other", self.scale(slots) or "1"
            self.known[surface] = found
        return found


class Quantities:
    """Builds amounts. `home` lists the money words that take the article's currency, `units` the conversions."""

    def __init__(self, numerals: Numerals, words: Mapping[str, Row], units: Units, home: Mapping[str, Row]) -> None:
        self.numerals = numerals
        roles = ("small", "big", "formal")
        values = {w: row["value"] or "1" for w, row in words.items() if row["role"] in roles}
        self.scales = {w: value for w, value in values.items() if len(value) > 1}
        self.bigs = {w: row["value"] or "1" for w, row in words.items() if row["role"] == "big"}
        self.infixes = {w for w, row in words.items() if row["role"] in ("more", "approx")}
        self.units = units
        self.home = home

    def amount(self, rule: QuantityRule, slots: Sequence[Value], currency: str | None) -> Amount | None:
        """The fields of a candidate, or None when its parts don't make a quantity (a falling range, two units at odds).

        `currency` is the article's own at this place; it stands in for the unit where the money word names none.
        """
        if rule.plain:
            return self._plain(rule, slots, currency)
        unit = rule.unit(slots)
        if unit is None:
            return None
        if currency is not None and rule.unit_slot >= 0:
            row = slots[rule.unit_slot]
            if isinstance(row, dict) and row["surface"] in self.home and row.get("code"):
                unit = unit.replace(row["code"] or "", currency, 1)
        factor = rule.scale(slots) or "1"
        mod = rule.mod(slots)
        kind = rule.kind(slots) or "other"
        if rule.low >= 0:
            return self._range(rule, slots, unit, kind, factor, mod, currency)
        if rule.written is not None:
            written = rule.written(slots)
            if written is not None and ".." in written:
                low, high = (canonical(part) for part in written.split("..", 1))
                if low is None or high is None or compare(low, high) > 0:
                    return None
                return Amount(None, times(low, factor), times(high, factor), unit, kind, mod)
            value = None if written is None else canonical(written)
            if value is None:
                return None
            return Amount(self._signed(rule, slots, times(value, factor)), None, None, unit, kind, mod)
        if len(rule.terms) > 1:
            total = self._sum(rule, slots)
            return None if total is None else Amount(total, None, None, unit, kind, mod)
        reading = slots[rule.value]
        if not isinstance(reading, Reading):
            return None
        number = reading.number
        mod = number.mod or mod
        if number.value is not None:
            return Amount(self._signed(rule, slots, times(number.value, factor)), None, None, unit, kind, mod)
        if number.lower is None or number.upper is None:
            return None
        return Amount(None, times(number.lower, factor), times(number.upper, factor), unit, kind, mod)

    def _plain(self, rule: QuantityRule, slots: Sequence[Value], currency: str | None) -> Amount | None:
        """The same as `amount` for one number and one unit, with what its row says remembered."""
        row: Any = slots[rule.unit_slot]
        unit, kind, factor = rule.head(row, slots)
        if currency is not None and row["surface"] in self.home:
            unit = unit.replace(row["code"] or "", currency, 1)
        reading: Any = slots[rule.value]
        value, lower, upper, mod = reading.number
        if mod is None:
            if rule.mod_given:
                mod = rule.mod(slots)
            else:
                for slot in rule.mod_slots:
                    if slots[slot]:
                        mod = rule.mod(slots)
                        break
        if factor != "1":
            if value is not None:
                value = scale(value, factor)
            else:
                lower, upper = scale(lower, factor), scale(upper, factor)
        if rule.minus >= 0 and value is not None:
            value = self._signed(rule, slots, value)
        return Amount(value, lower, upper, unit, kind, mod)

    def _signed(self, rule: QuantityRule, slots: Sequence[Value], value: str) -> str:
        return negate(value) if rule.minus >= 0 and slots[rule.minus] is not None else value

    def _range(
        self,
        rule: QuantityRule,
        slots: Sequence[Value],
        unit: str,
        kind: str,
        factor: str,
        mod: str | None,
        currency: str | None,
    ) -> Amount | None:
        low, high = slots[rule.low], slots[rule.high]
        if not isinstance(low, Reading) or not isinstance(high, Reading):
            return None
        a = low.number.value if low.number.value is not None else low.number.lower
        b = high.number.value if high.number.value is not None else high.number.upper
        if a is None or b is None or "/" in a or "/" in b:
            return None
        own = slots[rule.unit_low] if rule.unit_low >= 0 else None
        if isinstance(own, dict):
            a = times(a, own["scale"] or "1")
            code = own["code"] or ""
            if currency is not None and own["surface"] in self.home:
                code = currency
            converted = self.units.convert(a, code, unit)
            if converted is None:
                return None
            b = times(b, factor)
            a = converted
        else:
            # In "3 to 5 hundred-million", the first number takes the scale word of the second, unless it is the larger
            # figure ("500 to 1 ten-thousand"). Where it has a small scale word of its own, or is larger than what is
            # left of the second without all its scale words, it takes the big one only ("18 to thirty ten-thousand").
            for words in (self.scales, self.bigs):
                mantissa, word = self.split_scale(high.text, words)
                if mantissa is not None and self.split_scale(low.text, words)[1] == "1" and compare(a, mantissa) <= 0:
                    a = times(a, word)
                    break
            a, b = times(a, factor), times(b, factor)
        if rule.minus >= 0 and slots[rule.minus] is not None:
            a = negate(a)
        if compare(a, b) > 0:
            return None
        return Amount(None, a, b, unit, kind, mod)

    def split_scale(self, text: str, words: Mapping[str, str]) -> tuple[str | None, str]:
        """A numeral as the value before its last scale words, and their product: 5000 and 10000."""
        end = len(text)
        while end and text[end - 1] in self.infixes:
            end -= 1
        factor = "1"
        while end and text[end - 1] in words:
            factor = scale(factor, words[text[end - 1]])
            end -= 1
        number = self.numerals.read(text[:end]) if end and factor != "1" else None
        return (None, factor) if number is None else (number.value or number.upper, factor)

    def _sum(self, rule: QuantityRule, slots: Sequence[Value]) -> str | None:
        """The sum of terms in the unit of the last term that is there."""
        total: str | None = None
        last = ""
        for number, unit in rule.terms:
            reading, row = slots[number], slots[unit]
            if reading is None and row is None:
                continue
            if not isinstance(reading, Reading) or not isinstance(row, dict) or reading.number.value is None:
                return None
            code = row["code"] or ""
            value = times(reading.number.value, row["scale"] or "1")
            if total is None:
                total = value
            else:
                converted = self.units.convert(total, last, code)
                if converted is None:
                    return None
                total = add(converted, value)
            last = code
        return total


def times(value: str, factor: str) -> str:
    """`scale`, short-cut for the commonest factor."""
    return value if factor == "1" else scale(value, factor)


def canonical(written: str) -> str | None:
    """A value written by a template (`1.8`, `2/5`, `3+1/2`) in canonical form; None when it is no number."""
    whole, plus, part = written.partition("+")
    num, slash, den = (part if plus else whole).partition("/")
    try:
        value = ratio(num, den) if slash else scale(num, "1")
        return add(whole, value) if plus else value
    except (ValueError, ArithmeticError):
        return None


def ordinal_value(rule: QuantityRule, slots: Sequence[Value]) -> str | None:
    """The whole number of an ordinal, or None when it is not one."""
    if rule.written is not None:
        return rule.written(slots)
    reading = slots[rule.value]
    if isinstance(reading, str):
        return reading
    return None
