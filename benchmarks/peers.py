"""zhextract on the Chinese test data of four public projects, scored by what each suite itself expects.

The data (Microsoft Recognizers-Text, Facebook Duckling, JioNLP, WeTextProcessing) is read in place from a folder
beside the checkout and is no part of it; where it is absent this says so and ends well. The suites differ from each
other and from the project's own scheme; what differs by convention only is mapped here:

- Spans never have to be equal: a mention that overlaps the peer's and has its value and unit is right.
- `A to B` of two amounts with modifiers (more than 10 and less than 20) may be two mentions; their bounds are joined.
- A floor or a range of one step for an indefinite (a few hundred) is met by bounds that lie within.
- The scheme keeps the whole period and a modifier where a peer narrows it (end of the year), and leaves open what a
  peer closes at the reference (since 2025); a clock time without a date is a mention without EDTF.
- What a peer counts from a running clock (two hours ago, within ten days) is a duration for the scheme, or a time
  without EDTF: an article is published on a day. A stretch beside the reference (the last three months) is told in
  whole units.
- "After" a named day or year leaves out that day or year for one peer and takes it in for another; a peer may leave
  one end open, or end a year at the reference. Seasons begin on the first of a month for the scheme, with a solar
  term for a peer.
- A holiday without a year lies in the future for Duckling, in the year of publication for the scheme: it is read as
  published on that day. Duckling and Recognizers multiply dozens and pairs out. JioNLP's money without a currency is
  in yuan.
- A locale that a peer is told (zh_TW) is told to zhextract as a caller would: the article's own currency.
- An entry is not counted when the scheme has no record for all that it expects (frequencies, lunar dates, a unit
  without a number).

A negative entry is right when nothing of the suite's type is found. Entries that the scheme or common reading
contradicts, and entries that lie outside press text, are listed with their reasons in `peers-disagreements.yaml`
and counted apart.

    python benchmarks/peers.py [--shared FOLDER] [--file PART] [--errors N] [--check]
"""

from __future__ import annotations

import argparse
import datetime
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import yaml
from msgspec import structs

from zhextract import Document, Extractor
from zhextract.edtf import bounds as days_of
from zhextract.records import Mention, Ordinal, Quantity, Time

Entry = dict[str, Any]
Wanted = dict[str, Any]

LISTED = Path(__file__).with_name("peers-disagreements.yaml")
CLASSES = ("contradiction", "outside")
BAR = Fraction(97, 100)

Scaled = tuple[str, str]  # a base unit and how many of them
LENGTH = {"km": "1000", "m": "1", "dm": "0.1", "cm": "0.01", "mm": "0.001", "[ft_i]": "0.3048", "[in_i]": "0.0254",
          "[mi_i]": "1609.344"}  # fmt: skip
TIME = {"s": "1", "min": "60", "h": "3600", "d": "86400", "wk": "604800", "mo": "2592000", "a": "31536000"}
VOLUME = {"mL": "1", "L": "1000", "m3": "1000000", "cm3": "1"}
MASS = {"ug": "0.000001", "mg": "0.001", "g": "1", "kg": "1000", "t": "1000000", "[斤]": "500", "[两]": "50"}
OURS: dict[str, Scaled] = {
    **{code: ("m", n) for code, n in LENGTH.items()},
    **{code: ("s", n) for code, n in TIME.items()},
    **{code: ("mL", n) for code, n in VOLUME.items()},
    **{code: ("g", n) for code, n in MASS.items()},
    "%": ("%", "1"),
    "{百分点}": ("%", "1"),
    "{岁}": ("s", TIME["a"]),
    "{周岁}": ("s", TIME["a"]),
}
"""UCUM codes of records as base units; others stand for themselves."""

NAMED = {
    "Metre": "m", "Meter": "m", "Centimetre": "cm", "Centimeter": "cm", "Kilometre": "km", "Kilometer": "km",
    "Inch": "[in_i]", "Foot": "[ft_i]", "Mile": "[mi_i]",
    "Second": "s", "Minute": "min", "Hour": "h", "Day": "d", "Week": "wk", "Month": "mo", "Year": "a",
    "second": "s", "minute": "min", "hour": "h", "day": "d", "week": "wk", "month": "mo", "year": "a",
    "workday": "{工作日}",
    "Gram": "g", "Kilogram": "kg", "Ton": "t", "Microgram": "ug", "Jin": "[斤]", "Liang": "[两]", "Mu": "[亩]",
    "Litre": "L", "Millilitre": "mL", "Gallon": "[gal_us]", "Kilocalorie": "kcal", "Kilowatt": "kW",
    "Celsius": "Cel", "C": "Cel", "Fahrenheit": "[degF]", "F": "[degF]", "Megahertz": "MHz", "Hertz": "Hz",
    "Kilobit": "kbit", "Bit": "bit", "Megabyte": "MBy", "Kilobyte": "kBy",
    "元": "CNY", "港元": "HKD", "日元": "JPY", "泰铢": "THB", "欧元": "EUR", "美元": "USD", "新台币": "TWD",
    "Bitcoin": "{个}", "卢布": "RUB", "澳元": "AUD", "韩元": "KRW",
}  # fmt: skip
"""What the peers call units, in the scheme's codes."""

ANY_OF = {
    "Degree": ("Cel", "deg", "{度}"),
    "[gal_us]": ("[gal_us]", "[gal_br]", "{加仑}", "[加仑]"),
    "{工作日}": ("{工作日}", "{交易日}", "{个工作日}", "{个交易日}", "d"),
    "kcal": ("kcal", "kcal_th", "{千卡}"),
}
"""Codes that fit a name of a peer equally."""

LOCALES = {"zh_TW": "TWD"}
"""Locales that a peer is told of, as what a caller of zhextract says of such an article: its own currency."""

MILLION_MILLIONTHS = Fraction(1, 10**11)
LOW = {"MORE_THAN", "EQUAL_OR_MORE"}
HIGH = {"LESS_THAN", "EQUAL_OR_LESS"}


class Score(NamedTuple):
    """One file: entries; those without a record, those listed by class; those right, and the others as (entry, found).

    `stale` are entries that are listed and agree.
    """

    entries: int
    unrecorded: int
    contradiction: int
    outside: int
    right: int
    wrong: list[tuple[Entry, str]]
    stale: list[str]

    @property
    def counted(self) -> int:
        return self.entries - self.unrecorded - self.contradiction - self.outside

    @property
    def share(self) -> Fraction:
        return Fraction(self.right, self.counted) if self.counted else Fraction(1)


def listed(path: Path = LISTED) -> dict[str, str]:
    """Entries that are listed as disagreements, with their class. Raises ValueError where one stands twice."""
    out: dict[str, str] = {}
    content = yaml.safe_load(path.read_text(encoding="utf-8"))
    for name in CLASSES:
        for group in content[name]:
            if not group["reason"]:
                raise ValueError(f"{path.name}: a group of {name} without a reason")
            for entry in group["ids"]:
                if entry in out:
                    raise ValueError(f"{path.name}: {entry} stands twice")
                out[entry] = name
    return out


# ------------------------------------------------------------------------------------------------------------- amounts


def base(value: str, unit: str) -> tuple[Fraction, str]:
    """A value of a record in the base unit of its dimension."""
    name, factor = OURS.get(unit, (unit, "1"))
    return Fraction(value) * Fraction(factor), name


def close(a: Fraction, b: Fraction, step: Fraction = Fraction(0)) -> bool:
    """Equal but for the fifteen digits (or `step`) to which peers round."""
    return abs(a - b) <= max(abs(b) * MILLION_MILLIONTHS, step)


def bounds(q: Quantity) -> tuple[Fraction | None, Fraction | None, str]:
    """What a quantity says as bounds: its own, or those that its modifier gives."""
    if q.value is None:
        if q.lower is None or q.upper is None:
            return None, None, q.unit
        (low, unit), (high, _) = base(q.lower, q.unit), base(q.upper, q.unit)
        return low, high, unit
    value, unit = base(q.value, q.unit)
    return (None if q.mod in HIGH else value), (None if q.mod in LOW else value), unit


def joined(mentions: list[Quantity]) -> tuple[Fraction | None, Fraction | None, str]:
    """The bounds that all of several quantities keep."""
    found = [bounds(q) for q in mentions]
    lows = [low for low, _, _ in found if low is not None]
    highs = [high for _, high, _ in found if high is not None]
    return max(lows, default=None), min(highs, default=None), found[0][2]


def targets(unit: str | None) -> list[tuple[str, Fraction]] | None:
    """A peer's unit as base units with factors; None when any unit fits."""
    if unit is None or unit == "Dollar":
        return None
    code = NAMED.get(unit, unit)
    return [(OURS.get(c, (c, "1"))[0], Fraction(OURS.get(c, (c, "1"))[1])) for c in ANY_OF.get(code, (code,))]


def has_amount(found: list[Quantity], want: Wanted, step: Fraction = Fraction(0)) -> bool:
    """Whether quantities at the place of a peer's mention say the same."""
    if not found:
        return False
    fitting = targets(want.get("iso_currency") or want["unit"])
    factors = [Fraction(1)]
    if want["unit"] == "Cent":
        fitting, factors = None, [Fraction(1, 100)]
    if fitting is not None:
        units = {unit for unit, _ in fitting}
        found = [q for q in found if base("1", q.unit)[1] in units]
        factors = [factor for _, factor in fitting]
    return any(_same(found, want, factor, step) for factor in factors) if found else False


def _same(found: list[Quantity], want: Wanted, factor: Fraction, step: Fraction) -> bool:
    if want["value"] is not None:
        value = Fraction(want["value"]) * factor
        return any(_has_value(q, value, step) for q in found)
    low = None if want.get("lower") is None else Fraction(want["lower"]) * factor
    high = None if want.get("upper") is None else Fraction(want["upper"]) * factor
    if low is None and high is None:
        return True
    if any(_within(q, low, high) for q in found):
        return True
    our_low, our_high, _ = joined(found)
    if low == 0 and our_low is None:
        low = None
    return _same_bound(our_low, low) and _same_bound(our_high, high)


def _has_value(q: Quantity, value: Fraction, step: Fraction) -> bool:
    if q.value is not None:
        return close(base(q.value, q.unit)[0], value, step)
    low, high, _ = bounds(q)
    # an indefinite, of which the peer gives the floor
    return low is not None and high is not None and 0 < value <= low and high < 10 * value


def _within(q: Quantity, low: Fraction | None, high: Fraction | None) -> bool:
    """An indefinite as a range of one step: several tens as 10..100, 3000 odd as 3000..4000."""
    if low is None or high is None:
        return False
    if q.value is not None:
        return q.mod == "MORE_THAN" and base(q.value, q.unit)[0] == low
    our_low, our_high, _ = bounds(q)
    if our_low is None or our_high is None or not low <= our_low <= our_high <= high:
        return False
    return (our_high - our_low) * 10 >= (high - low) * 7


def _same_bound(ours: Fraction | None, theirs: Fraction | None) -> bool:
    return ours is theirs if ours is None or theirs is None else close(ours, theirs)


def number(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    """A bare number: a quantity or an ordinal with this value, or a time that is written with it."""
    if entry.get("ignore_value"):
        return bool(found)
    for m in found:
        if isinstance(m, Ordinal) and Fraction(m.value) == Fraction(want["value"]):
            return True
        digits = rf"(?<!\d)0*{re.escape(want['value'])}(?!\d)"
        if isinstance(m, Time) and re.search(digits, m.text + " " + (m.edtf or "")):
            return True
    return any(_same([q], {**want, "unit": None}, Fraction(1), Fraction(0)) for q in _unscaled(found))


MULTIPLIED = {"recognizers-number": {"{打}": "12"}, "duckling-numeral": {"{打}": "12", "{对}": "2", "{双}": "2"}}


def multiplied(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    """As `number`, but dozens and pairs count what is in them."""
    factors = MULTIPLIED[entry["id"].partition("/")[0]]
    scaled = [
        m if not isinstance(m, Quantity) or m.value is None or m.unit not in factors
        else structs.replace(m, value=str(Fraction(m.value) * Fraction(factors[m.unit])))
        for m in found
    ]  # fmt: skip
    return number(scaled, want, entry)


def _unscaled(found: Sequence[Mention]) -> list[Quantity]:
    """Quantities with their numbers as written: their units do not count."""
    return [
        Quantity(q.id, q.start, q.end, q.text, q.rule, q.value, q.lower, q.upper, "1", "number", q.mod, None)
        for q in found
        if isinstance(q, Quantity)
    ]


def number_range(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    plain = _unscaled(found)
    if want.get("upper") is None and want.get("lower") is not None:  # the floor of an indefinite
        low = Fraction(want["lower"])
        if any(q.lower and q.upper and 0 < low <= Fraction(q.lower) and Fraction(q.upper) < 10 * low for q in plain):
            return True
    return _has_range(plain, want)


def _has_range(found: list[Quantity], want: Wanted) -> bool:
    return bool(found) and _same(found, want, Fraction(1), Fraction(0))


def ordinal(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    return any(isinstance(m, Ordinal) and m.value == want["value"] for m in found)


def percent(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    """Percentages; 折 as tenths, other fractions as percentages."""
    value = Fraction(want["value"])
    for q in found:
        if not isinstance(q, Quantity) or q.value is None:
            continue
        ours, unit = base(q.value, q.unit)
        if unit == "{折}":
            ours *= 1 if ours >= 10 else 10
        elif unit == "1":
            ours *= 100
        elif unit == "[ppth]" or unit == "‰":
            ours /= 10
        elif unit != "%":
            continue
        if close(ours, value):
            return True
    return False


def amount(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    return has_amount([q for q in found if isinstance(q, Quantity)], want)


def cents(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    """JioNLP's money, rounded to two decimals; in yuan where the text names no currency."""
    if want["unit"] == "元" and not re.search("[元块角毛分]", entry["text"]):
        want = {**want, "unit": None}
    return has_amount([q for q in found if isinstance(q, Quantity)], want, Fraction(1, 100))


def place(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    """A suite that gives spans only."""
    return bool(found)


# --------------------------------------------------------------------------------------------------------------- times


def day(value: str | None) -> datetime.date | None:
    return None if value is None else datetime.date.fromisoformat(value[:10])


def last_day(value: str | None) -> datetime.date | None:
    """The day of a last moment; midnight is the end of the day before it."""
    found = day(value)
    return found - datetime.timedelta(days=1) if found and value and value.endswith("T00:00:00") else found


def reference(entry: Entry) -> str | None:
    """The date of reference; one known to the year or month begins there."""
    value = entry.get("reference")
    return None if value is None else (value + "-01-01"[len(value) - 4 :] if len(value) < 10 else value[:10])


def moment(found: Sequence[Mention], want: Wanted, entry: Entry) -> bool:
    """A time, a duration (of seconds, or by unit), or a range of durations."""
    if want["type"].endswith(("duration", "delta")):
        return _duration([q for q in found if isinstance(q, Quantity)], want)
    today = day(reference(entry))
    candidates = want.get("values") or [want]
    for m in found:
        for c in candidates:
            if isinstance(m, Time) and _same_time(m, c, want, today):
                return True
            if isinstance(m, (Time, Quantity)) and _by_clock(m, c, want, entry):
                return True
    return False


_CLOCK_UNIT = re.compile("小时|小時|钟头|鐘頭|分钟|分鐘|分半|秒|刻钟|刻鐘")
_COUNTED = re.compile("^再?过|^再?過|^还剩|^還剩|[内內]$")


def _by_clock(m: Time | Quantity, c: Wanted, want: Wanted, entry: Entry) -> bool:
    """Whether what a peer counts from the running clock is a time without EDTF, or a duration as long."""
    finer = _CLOCK_UNIT.search(want["text"]) is not None
    if isinstance(m, Time):
        return finer and m.edtf is None
    if m.kind != "duration" or not (finer or _COUNTED.search(want["text"])) or entry.get("reference") is None:
        return False
    value = m.value or m.upper
    seconds = {**TIME, "{工作日}": "120960", "{交易日}": "120960"}.get(m.unit)  # five of seven days
    if value is None or seconds is None:
        return False
    length, step = Fraction(value) * Fraction(seconds), max(Fraction(seconds), Fraction(3600))
    start = _moment(entry["reference"])
    ends = [_moment(c[name]) for name in ("first", "last") if c[name]]
    return any(abs(Fraction(int(abs((end - start).total_seconds()))) - length) <= step for end in ends)


def _moment(text: str) -> datetime.datetime:
    text = re.sub(r"(?<=:\d\d)[-+]\d\d:\d\d$", "", text)  # local times
    full = text + "2000-01-01T00:00:00"[len(text) :]
    return datetime.datetime.fromisoformat(full)


def _duration(found: list[Quantity], want: Wanted) -> bool:
    delta = want.get("delta")
    if isinstance(delta, dict) and set(delta) == {"year", "month"}:
        months = str(Fraction(delta["year"]) * 12 + Fraction(delta["month"]))
        return has_amount(found, {**want, "value": months, "unit": "month"})
    if isinstance(delta, dict) and want["value"] is None:
        total = sum((Fraction(n) * Fraction(OURS[NAMED[unit]][1]) for unit, n in delta.items()), Fraction(0))
        return any(_has_value(q, total, Fraction(0)) for q in found)
    return has_amount(found, want if want.get("unit") else {**want, "unit": "Second"})


def _same_time(t: Time, c: Wanted, want: Wanted, today: datetime.date | None) -> bool:
    if c["first"] is None and c["last"] is None:
        return True  # a clock time, or a part of the day: that it is found is all there is to say
    first, last = day(c["first"]), last_day(c["last"]) if c["first"] != c["last"] else day(c["last"])
    our_first, our_last = day(t.first), day(t.last)
    if t.edtf is None:
        if not _within_day(c) or None in (first, last, today):
            return False
        return all(-1 <= (moment - today).days <= 1 for moment in (first, last))  # type: ignore[operator]
    if our_first == first and our_last == last:
        return True
    named = day(days_of(t.edtf.partition("/")[0])[1])
    if last is None and t.edtf.endswith("/..") and first and named and (first - named).days == 1:
        return True  # after the named day or year, which we take in
    one_end = (first is None and our_last == last) or (last is None and our_first == first)
    if one_end and ("definition" in want or _within_day(c)):
        return True
    if want.get("ends_before_named_end") and our_first == first and our_last and last and our_last > last:
        return True
    if t.edtf.endswith("/..") and our_first == first and last and today and 0 <= (last - today).days < 31:
        return True  # the peer's reference may be known to the month
    if t.edtf.startswith("../") and first == today and our_last and last:
        return 0 <= (last - our_last).days <= 366
    if our_first is None or our_last is None or first is None or last is None or today is None:
        return False
    if t.mod:  # narrowed: the end of the year
        return our_first <= first and last <= our_last
    if our_first == first and 0 <= (today - last).days <= 1 and our_last >= today:
        return True  # a year that the peer ends at the reference
    if first == last and our_first <= first <= our_last and (first.month, first.day) == (today.month, today.day):
        return True  # years ago, to the day
    off = max(abs((our_first - first).days), abs((our_last - last).days))
    if re.search("-2[1-4]$", t.edtf) and off <= 31:
        return True  # a season
    if min(abs((first - today).days), abs((last - today).days)) <= 1 and off <= _unit(t.edtf):
        return True  # a stretch beside the reference
    if "grain" in want:
        # Duckling means the whole stretch up to the point, and the next week or year where this one is meant, too
        point = (our_first == first and last < today) or (our_last == last and first > today)
        return (point and our_last - our_first < last - first) or _put_off(our_first, our_last, first, last, today)
    return False


def _unit(edtf: str) -> int:
    """The days of the finest unit that EDTF tells."""
    return {4: 366, 7: 31}.get(max(map(len, edtf.split("/"))), 1)


def _put_off(
    our_first: datetime.date, our_last: datetime.date, first: datetime.date, last: datetime.date, today: datetime.date
) -> bool:
    """Whether theirs is ours a week or a year later, and ours is of the reference's own week or year."""
    if first - our_first == last - our_last == datetime.timedelta(days=7):
        return our_first.isocalendar()[:2] == today.isocalendar()[:2]
    return our_first.year == today.year == first.year - 1 and (our_first.month, our_first.day) == (
        first.month,
        first.day,
    )


def _within_day(c: Wanted) -> bool:
    """Whether a mention has an hour."""
    first, last = c["first"] or "", c["last"] or ""
    return len(first) > 10 and not (first.endswith("00:00:00") and last.endswith("23:59:59"))


# ------------------------------------------------------------------------------------------------------------- written

_SIGNS = {"万": 10**4, "亿": 10**8, "兆": 10**12}
_PART = r"\d+(?:\.\d+)?[万亿兆]?"
_WRITTEN = re.compile(rf"(?P<a>(?<!\d)-?(?:{_PART})+)(?:(?P<sign>[-~])(?P<b>(?:{_PART})+))?(?:块(?P<dime>\d)毛)?")


def written(entry: Entry, file: str) -> list[Wanted]:
    """What WeTextProcessing writes in digits, as values and ranges (`15-6` is 15 to 16)."""
    text = re.sub(r"(?<=\d)W(?=v)", "万", entry["written"])  # ten thousand volts
    out: list[Wanted] = []
    if file == "wetext-fraction":
        return [{"value": m} for m in re.findall(r"-?\d+/\d+", text)]
    if file == "wetext-math":
        text = re.sub(r"[+=]", " ", text)
    for m in _WRITTEN.finditer(text):
        low = _read(m["a"])
        if m["dime"]:
            low += Fraction(int(m["dime"]), 10)
        if m["b"] is None:
            out.append({"value": str(low)})
            continue
        high = _read(m["b"])
        scale = _scale(m["b"])
        if m["sign"] == "-":
            digits, rest = m["a"], m["b"].rstrip("".join(_SIGNS))
            low, high = Fraction(digits) * scale, Fraction(digits[: -len(rest)] + rest) * scale
        elif scale > 1 and _scale(m["a"]) == 1:
            low *= scale
        out.append({"value": None, "lower": str(low), "upper": str(high)})
    return out


def _scale(text: str) -> int:
    return _SIGNS.get(text[-1], 1)


def _read(text: str) -> Fraction:
    negative = text.startswith("-")
    total = sum((Fraction(p.rstrip("".join(_SIGNS))) * _scale(p) for p in re.findall(_PART, text)), Fraction(0))
    return -total if negative else total


def has_written(document: Document, entry: Entry, file: str) -> bool:
    """Whether all that is written in digits is found; a number within a time need not be one of its own."""
    if file == "wetext-time":
        return any(isinstance(m, Time) for m in document.mentions)
    if file == "wetext-date":
        return _has_dates(document, entry["written"])
    amounts = _unscaled(document.mentions)
    numbers = [Fraction(m.value) for m in document.mentions if isinstance(m, Ordinal)]
    times = sum(isinstance(m, Time) for m in document.mentions)
    missing = 0
    for want in written(entry, file):
        plain = want["value"] is not None
        fitting = (q for q in amounts if (q.value is not None) == plain and _has_range([q], want))
        hit = next(fitting, None)
        if hit is not None:
            amounts.remove(hit)
        elif not (plain and Fraction(want["value"]) in numbers):
            missing += 1
    return missing <= times


def _has_dates(document: Document, text: str) -> bool:
    """Dates by their parts; years of two digits are met by their last two."""
    ours = [[p.lstrip("0") for p in m.edtf.split("-")] for m in document.mentions if isinstance(m, Time) and m.edtf]
    for date in re.findall(r"\d+(?:[/年]\d+)*", text):
        parts = [p.lstrip("0") for p in re.split("[/年]", date)]
        if not any(_ends_alike(o[-len(parts) :], parts) for o in ours):
            return False
    return True


def _ends_alike(ours: list[str], theirs: list[str]) -> bool:
    return len(ours) == len(theirs) and all(a.endswith(b) for a, b in zip(ours, theirs, strict=True))


# --------------------------------------------------------------------------------------------------------------- suites

Match = Callable[[Sequence[Mention], Wanted, Entry], bool]


class Suite(NamedTuple):
    """How a file is scored: what matches a mention, and what may not be found in a negative entry."""

    match: Match
    barred: Callable[[Mention], bool]
    whole: bool = False  # the mentions are all that there are: others of the type are wrong


def of_kinds(*kinds: str) -> Callable[[Mention], bool]:
    return lambda m: isinstance(m, Quantity) and m.kind in kinds


PHYSICAL = of_kinds("length", "area", "volume", "mass", "speed", "power", "energy", "temperature", "data")
SUITES = {
    "recognizers-numberrange": Suite(number_range, of_kinds("number", "count")),
    "recognizers-number": Suite(multiplied, of_kinds("number", "count", "ratio")),
    "recognizers-ordinal": Suite(ordinal, lambda m: isinstance(m, Ordinal)),
    "recognizers-percent": Suite(percent, of_kinds("percent", "percentage_point")),
    "recognizers-currency": Suite(amount, of_kinds("money")),
    "recognizers-dimension": Suite(amount, PHYSICAL),
    "recognizers-temperature": Suite(amount, of_kinds("temperature")),
    "recognizers-age": Suite(amount, of_kinds("count")),
    "recognizers-datetime": Suite(moment, lambda m: isinstance(m, Time)),
    "duckling-numeral": Suite(multiplied, of_kinds("number", "count")),
    "duckling-ordinal": Suite(ordinal, lambda m: isinstance(m, Ordinal)),
    "duckling-time": Suite(moment, lambda m: isinstance(m, Time)),
    "duckling-": Suite(amount, PHYSICAL),
    "jionlp-money-extract": Suite(place, of_kinds("money"), whole=True),
    "jionlp-money": Suite(cents, of_kinds("money")),
    "jionlp-time-extract": Suite(place, lambda m: isinstance(m, Time), whole=True),
    "jionlp-time": Suite(moment, lambda m: isinstance(m, Time)),
}
"""By the beginning of the file's name; the first that fits."""


def has_record(want: Wanted) -> bool:
    """Whether the scheme has a record for a peer's mention: for frequencies, lunar dates, bare units it has none."""
    kind = want["type"]
    if kind.endswith((".set", "time_period")) or want.get("is_lunar"):
        return False
    if any(v.get("is_lunar") for v in want.get("values") or ()):
        return False
    bare = want["value"] is None and want.get("lower") is None
    return not (bare and kind in ("currency", "temperature", "dimension"))


def right(document: Document, entry: Entry, suite: Suite) -> bool:
    """Whether a document has what an entry expects."""
    wanted = [w for w in entry["expected"] if has_record(w)]
    for want in wanted:
        found = [m for m in document.mentions if m.start < want["end"] and want["start"] < m.end]
        if suite.whole:
            found = [m for m in found if suite.barred(m)]
        if not suite.match(found, want, entry):
            return False
    others = [m for m in document.mentions if suite.barred(m)]
    if not entry["expected"]:
        return not others
    return not suite.whole or all(any(m.start < w["end"] and w["start"] < m.end for w in wanted) for m in others)


def score(path: Path, extractor: Extractor, known: Mapping[str, str] | None = None) -> Score:
    """One file of the data; `known` are the entries that are listed, with their class."""
    known = listed() if known is None else known
    file = path.stem
    entries = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]
    suite = next((s for name, s in SUITES.items() if file.startswith(name)), None)
    unrecorded = good = 0
    apart = dict.fromkeys(CLASSES, 0)
    wrong: list[tuple[Entry, str]] = []
    stale: list[str] = []
    for entry in entries:
        where = known.get(entry["id"])
        if suite is not None and entry["expected"] and not any(map(has_record, entry["expected"])):
            unrecorded += 1
            if where:
                stale.append(entry["id"])
            continue
        told = extractor if entry.get("locale") not in LOCALES else _of_currency(LOCALES[entry["locale"]])
        document = told.extract(entry["text"], reference(entry))
        agrees = has_written(document, entry, file) if suite is None else right(document, entry, suite)
        if not agrees and suite is not None:
            agrees = _on_the_day(entry, suite, told)
        if where:
            apart[where] += 1
            if agrees:
                stale.append(entry["id"])
        elif agrees:
            good += 1
        else:
            wrong.append((entry, "; ".join(map(shown, document.mentions))))
    return Score(len(entries), unrecorded, apart["contradiction"], apart["outside"], good, wrong, stale)


@cache
def _of_currency(code: str) -> Extractor:
    return Extractor(currency=code)


def _on_the_day(entry: Entry, suite: Suite, extractor: Extractor) -> bool:
    """Whether a holiday without a year is right as published on that day."""
    if len(entry["expected"]) != 1 or not entry["expected"][0].get("holiday") or re.search(r"\d", entry["text"]):
        return False
    return right(extractor.extract(entry["text"], entry["expected"][0]["first"][:10]), entry, suite)


def shown(m: Mention) -> str:
    """A mention on one line."""
    match m:
        case Quantity():
            value = m.value if m.value is not None else f"{m.lower}..{m.upper}"
            return f"{m.text} = {value} {m.unit}" + (f" {m.mod}" if m.mod else "")
        case Ordinal():
            return f"{m.text} = no. {m.value}"
        case Time():
            return f"{m.text} = {m.edtf}" + (f" {m.mod}" if m.mod else "")
    return m.text


def expected(entry: Entry) -> Iterator[str]:
    """What a peer expects, on one line each."""
    if "written" in entry:
        yield entry["written"]
    for w in entry.get("expected", ()):
        fields = ("value", "unit", "lower", "upper", "first", "last", "delta")
        said = " ".join(f"{f}={w[f]}" for f in fields if w.get(f) is not None)
        more = " | ".join(f"{v['first']}..{v['last']}" for v in w.get("values") or () if len(w["values"]) > 1)
        yield f"{w['text']}: {said} {more}".rstrip()


def main() -> int:
    parser = argparse.ArgumentParser(description="zhextract on the peers' own test data")
    default = Path(__file__).resolve().parents[2] / "shared"
    parser.add_argument(
        "--shared", type=Path, default=default, help="the folder of peers/ (default: beside the checkout)"
    )
    parser.add_argument("--file", default="", help="only files whose name holds this")
    parser.add_argument("--errors", type=int, default=0, metavar="N", help="list up to N disagreements a file")
    parser.add_argument("--check", action="store_true", help="exit with 1 where a file is under the bar")
    args = parser.parse_args()
    folder = args.shared / "peers"
    files = sorted(p for p in folder.glob("*.jsonl") if args.file in p.stem) if folder.is_dir() else []
    if not files:
        print(f"No data of the peers in {folder}: nothing to score.")
        return 0
    extractor = Extractor()
    known = listed()
    sums = [0] * 6
    low = []
    head = f"{'entries':>9}{'no record':>11}{'contradict':>12}{'outside':>9}{'remain':>8}{'agree':>7}{'share':>8}"
    print(f"{'file':26}{head}")
    for path in files:
        s = score(path, extractor, known)
        row = [s.entries, s.unrecorded, s.contradiction, s.outside, s.counted, s.right]
        print(f"{path.stem:26}{_row(row)}")
        sums = [a + b for a, b in zip(sums, row, strict=True)]
        if s.share < BAR or s.stale:
            low.append(path.stem)
        for entry in s.stale:
            print(f"    {entry} is listed, but agrees or has no record: take it out of {LISTED.name}")
        for entry, found in s.wrong[: args.errors]:
            at = f" ({entry['reference'][:10]})" if entry.get("reference") else ""
            print(f"    {entry['id']} {entry['text']}{at}")
            print(f"        peer: {' / '.join(expected(entry))}\n        ours: {found}")
    print(f"{'all':26}{_row(sums)}")
    if args.check and low:
        print(f"under {float(BAR):.0%}, or with entries listed in vain: {', '.join(low)}")
        return 1
    return 0


def _row(row: Sequence[int]) -> str:
    widths = (9, 11, 12, 9, 8, 7)
    cells = "".join(f"{n:{width}}" for n, width in zip(row, widths, strict=True))
    return cells + (f"{row[5] / row[4]:8.1%}" if row[4] else f"{'-':>8}")


if __name__ == "__main__":
    raise SystemExit(main())
