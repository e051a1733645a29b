"""Candidates of type time to EDTF: placeholders filled from the publication date and the paragraph, intervals opened.

A rule writes EDTF with placeholders in angle brackets, which this module fills:

===========  ==========================================================================================
`<+0>`       the year of publication plus a whole number (`<-1>`, `<-3+1>`: sums are worked out)
`<m+0>`      year and month of publication plus months; `<q+0>` quarter, `<h+0>` half-year, `<d+0>` day
`<w+0>`      the week (Monday/Sunday) of publication plus weeks; `<wd+0>` a day counted from its Monday
`<year>`     the year of a date without one: of the time before it in the paragraph when that has the
             same grain, of publication, of the paragraph, else `XXXX`
`<ctx>`      the nearest year before it in the paragraph, else of what the article reports on, else of publication
`<same>`     the nearest year before it in the paragraph only
`<period>`   the whole time before it in the paragraph; `<period-1>` a year earlier
`<in+2019>`  that period in another year; `<at-2>` in the one so many years from publication
`<month>`    year and month of the date before it in the paragraph, else of publication; `<day>` likewise
`<quarter-1>` the quarter before the one before it in the paragraph, else before that of publication
`<end>`      the last day of the month written just before it
`<nth+9>`    a day of that month: its second Wednesday (7 a week after the first, and the weekday from Monday)
`<last+0>`   a day of that month: its last Monday (the weekday from Monday); `<tail+5>` the first of its last five days
`<after+6>`  the date written just before the slash plus days
`<half-1>`   the month a number of years and six months before (`-`) or after publication
`<back+3>`   the month of a year from which on it has so many more: the third from its end
`<iso+20250630>`  a date written in eight digits; `<sum+1661+3>` the year that is a sum
`<ym+1999.08>`  a month written with a point
`<tri+3>`    the month three times as many months after publication; `<easter-2>` a day counted from Easter
`<pascha-2>` a day counted from the Easter of the Orthodox churches
`<lunar>`    the year of a lunar date that has none: of the date before it, else the one near publication (see lunar.py)
===========  ==========================================================================================

A week of a year is `2025-W07`, which is written out as its Monday and Sunday. The first begins on the first Monday.

A placeholder that can't be filled leaves the whole expression unresolved (`edtf` null).
"""

from __future__ import annotations

import datetime
import re
from functools import lru_cache
from typing import NamedTuple

from .edtf import bounds, checked
from .lunar import MARK, Calendar

_PLACE = re.compile(r"<([a-z]*)([-+\d]*|[+]\d{4}[.]\d{1,2})>")
_TERM = re.compile(r"[-+]?\d+")
_YEAR = re.compile(r"(?<![\dX-])(\d{4})(?!\d)")
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_WEEK = re.compile(r"(\d{4})-W(\d\d)")
_MONTHLY = re.compile(r"\d{4}-(?:0\d|1[0-2])(?![\d])")
_MONTHS = 12
_MONTH = re.compile(r"(\d{4})-(0[1-9]|1[0-2])")
_QUARTER = re.compile(r"(\d{4})-(3[3-6])")
_EARLIER = re.compile("<(?:(?:ctx|period|quarter)[-+]|in[+]|at-)[1-9]")
_BORROWED = re.compile("<(?:ctx|same|period|in|at|quarter|month|day)")


class Resolved(NamedTuple):
    """The fields of a time."""

    edtf: str | None
    first: str | None
    last: str | None


UNRESOLVED = Resolved(None, None, None)

_SHORT = 64  # longer than any EDTF that is valid
_AHEAD = 8  # a month without a year that is further ahead of publication is of the year before,
_SOON = 4  # as is one further ahead than this where last year was told of,
_BEHIND = 6  # and one that is further behind the month told last is of the year after that month's
_DUE = frozenset(("before", "by"))  # until when something is to be done, which is as a rule ahead
_LAST_QUARTER, _SPRING = "-36", 3
_NEXT_MONTH = re.compile(r"-(0[1-9]|1[0-2])")


class _Template(NamedTuple):
    """A template: before each placeholder its text, the placeholder's name and shift; the text behind the last."""

    places: tuple[tuple[str, str, int], ...]
    rest: str
    borrowed: bool  # it takes its year or more from a time before it
    earlier: bool  # it looks back from there


def _shift(terms: str) -> int:
    """A sum worked out; `199910` of a year and a month with a point between, whose zero at the end may be gone."""
    whole, point, month = terms.partition(".")
    return int(whole + month.ljust(2, "0")) if point else sum(int(t) for t in _TERM.findall(terms))


def _parse(template: str) -> _Template:
    places = []
    at = 0
    for m in _PLACE.finditer(template):
        places.append((template[at : m.start()], m.group(1), _shift(m.group(2))))
        at = m.end()
    borrowed, earlier = _BORROWED.search(template) is not None, _EARLIER.search(template) is not None
    return _Template(tuple(places), template[at:], borrowed, earlier)


_parsed = lru_cache(maxsize=1 << 12)(_parse)


@lru_cache(maxsize=1 << 12)
def _lone_year(edtf: str) -> int | None:
    """The one year that an expression names, however often."""
    years = set(_YEAR.findall(edtf))
    return int(years.pop()) if len(years) == 1 else None


class Context:
    """What times before this one in the article say. One object an article; `enter` at each paragraph."""

    def __init__(self, published: str | None, calendar: Calendar | None = None, reported: int | None = None) -> None:
        self.calendar = calendar
        self.reported = reported  # the year that the article reports on, as a yearly bulletin does
        self.published = datetime.date.fromisoformat(published) if published else None
        self.year: int | None = None
        self.period: str | None = None

    def enter(self) -> None:
        """A new paragraph begins: what earlier ones said is forgotten."""
        self.year = self.period = None

    def resolve(self, template: str | None, opening: str | None, *, standard: bool = False) -> Resolved:
        """Fill a rule's EDTF template, and remember it for what follows.

        `opening`: `since`, `until`, `before`, `by` (before its end) or None. `standard`: the time is only what
        something is compared with; it governs nothing that follows.
        """
        if template is None:
            return UNRESOLVED
        edtf: str | None = template
        borrowed = False
        if "<" in template:
            parsed = _parsed(template) if len(template) <= _SHORT else _parse(template)
            edtf = self._filled(parsed, due=opening in _DUE, over=standard)
            if edtf is None:
                if not standard and not parsed.borrowed:
                    self.year = self.period = None  # of a year that nobody knows
                return UNRESOLVED
            borrowed = parsed.borrowed
            standard = standard or parsed.earlier
        assert edtf is not None
        if "-W" in edtf:
            edtf = _WEEK.sub(_week, edtf)
        if self.calendar is not None and MARK.search(edtf):
            edtf = self.calendar.plain(edtf, self.published)
            if edtf is None:
                return UNRESOLVED
        whole = edtf = _plain(edtf)
        if opening is not None:
            opened = _opened(edtf, opening)
            if opened is None:
                return UNRESOLVED
            edtf = opened
        valid, first, last = checked(edtf)
        if not valid:
            return UNRESOLVED
        if not standard:
            if not borrowed:
                year = _lone_year(whole) if len(whole) <= _SHORT else None
                if year is not None and not (opening == "since" and self._long_ago(year)):
                    self.year = year
            if "X" not in whole:
                self.period = whole
        return Resolved(edtf, first, last)

    def _filled(self, template: _Template, *, due: bool, over: bool) -> str | None:
        out = ""
        for i, (before, name, shift) in enumerate(template.places):
            out += before
            found = self._place(name, shift, out)
            if found is None:
                return None
            if name in ("year", "ctx") and self.published is not None and not due:
                behind = template.places[i + 1][0] if i + 1 < len(template.places) else template.rest
                found = self._year_of(found, behind, over) if name == "year" else self._year_of_quarter(found, behind)
            out += found
        return out + template.rest

    def _year_of(self, year: str, behind: str, over: bool) -> str:
        """The year of a month that names none: not of one that is far ahead, nor of one long before the last told.

        `over`: it is compared with, so that it lies behind; where last year was told of, one months ahead does as well.
        """
        m = _NEXT_MONTH.match(behind)
        today = self.published
        if m is None or today is None:
            return year
        month = int(m.group(1))
        ahead = month - today.month if int(year) == today.year else 0
        if ahead > _AHEAD or (over and ahead > 0) or (ahead > _SOON and self.year == today.year - 1):
            return _year(today.year - 1) or year
        told = _MONTHLY.match(self.period) if self.period is not None else None
        if told and told.group()[:4] == year and int(year) < today.year:
            return _year(int(year) + 1) or year if int(told.group()[5:]) - month > _BEHIND else year
        return year

    def _year_of_quarter(self, year: str, behind: str) -> str:
        """The year of a quarter that names none: in the first weeks of a year the last quarter is over."""
        today = self.published
        over = behind == _LAST_QUARTER and today is not None and today.month < _SPRING and self.year is None
        return _year(today.year - 1) or year if over and today is not None and int(year) == today.year else year

    def _long_ago(self, year: int) -> bool:
        """Whether what has gone on since a year says nothing of the year that is spoken of."""
        return self.published is not None and year < self.published.year - 1

    def _place(self, name: str, shift: int, before: str) -> str | None:
        today = self.published
        match name:
            case "same":
                return None if self.year is None else _year(self.year + shift)
            case "ctx":
                year = self.year if self.year is not None else self.reported
                if year is None and today is not None:
                    year = today.year
                return None if year is None else _year(year + shift)
            case "year":
                if self.year is not None and self.period is not None and _MONTHLY.match(self.period):
                    return _year(self.year)
                if today is not None:
                    return _year(today.year)
                return "XXXX" if self.year is None else _year(self.year)
            case "lunar":
                if self.year is not None and self.period is not None and _MONTHLY.match(self.period):
                    return _year(self.year)
                return "near"
            case "period":
                if self.period is not None:
                    return _earlier(self.period, shift)
                return self._place("ctx", shift, before)
            case "at":
                if today is None:
                    return self._place("period", shift, before)
                return self._place("in", today.year + shift, before)
            case "in":
                told = None if self.period is None else _YEAR.search(self.period)
                if self.period is None or told is None:
                    return _year(shift)
                return _earlier(self.period, shift - int(told.group(1)))
            case "month":
                known = _MONTHLY.match(self.period) if self.period is not None else None
                if known:
                    return _month(int(known.group()[:4]) * 12 + int(known.group()[5:]) - 1 + shift)
                return self._place("m", shift, before)
            case "quarter":
                told = _QUARTER.fullmatch(self.period) or _MONTH.fullmatch(self.period) if self.period else None
                if told is None:
                    return self._place("q", shift, before)
                n = int(told.group(2))
                return _quarter(int(told.group(1)) * 4 + (n - 33 if n > _MONTHS else (n - 1) // 3) + shift)
            case "day":
                if self.period is not None and _DAY.fullmatch(self.period):
                    return _shifted(datetime.date.fromisoformat(self.period), shift)
                return self._place("d", shift, before)
            case "end":
                last = bounds(before[-8:-1])[1]
                return None if last is None else last[-2:]
            case "back":
                return f"{13 - shift:02d}" if 1 <= shift <= 12 else None
            case "iso":
                return f"{shift // 10000:04d}-{shift // 100 % 100:02d}-{shift % 100:02d}"
            case "ym":
                return f"{shift // 100:04d}-{shift % 100:02d}"
            case "sum":
                return _year(shift)
            case "easter":
                return _easter(before[-5:-1], shift)
            case "pascha":
                return _pascha(before[-5:-1], shift)
            case "nth":
                return _nth(before[-8:-1], shift)
            case "last":
                return _last(before[-8:-1], shift)
            case "tail":
                return _tail(before[-8:-1], shift)
            case "after":
                start = before[-11:-1]
                return _shifted(datetime.date.fromisoformat(start), shift) if _DAY.fullmatch(start) else None
        if today is None:
            return None
        match name:
            case "":
                return _year(today.year + shift)
            case "m":
                return _month(today.year * 12 + today.month - 1 + shift)
            case "tri":
                return _month(today.year * 12 + today.month - 1 + 3 * shift)
            case "half":
                return _month(today.year * 12 + today.month - 1 + shift * 12 + (6 if shift > 0 else -6))
            case "q":
                return _quarter(today.year * 4 + (today.month - 1) // 3 + shift)
            case "h":
                n = today.year * 2 + (today.month - 1) // 6 + shift
                return f"{n // 2:04d}-{40 + n % 2}"
            case "d":
                return _shifted(today, shift)
            case "wd":
                return _shifted(today, shift - today.weekday())
            case "w":
                monday = today - datetime.timedelta(days=today.weekday())
                a, b = _shifted(monday, 7 * shift), _shifted(monday, 7 * shift + 6)
                return None if a is None or b is None else f"{a}/{b}"
        return None


def _year(n: int) -> str | None:
    return f"{n:04d}" if 1 <= n <= 9999 else None


def _month(n: int) -> str | None:
    return f"{n // 12:04d}-{n % 12 + 1:02d}" if 12 <= n < 120000 else None


def _quarter(n: int) -> str:
    """A quarter by its number from the first of the year 0."""
    return f"{n // 4:04d}-{33 + n % 4}"


def _week(m: re.Match[str]) -> str:
    """The Monday and Sunday of a week of a year."""
    first = datetime.date(int(m[1]), 1, 1)
    days = -first.weekday() % 7 + 7 * int(m[2]) - 7
    return f"{_shifted(first, days)}/{_shifted(first, days + 6)}"


def _easter(year: str, shift: int) -> str | None:
    """Month and day of Easter Sunday of a year plus days, by the rule of Gauss."""
    if not year.isdecimal():
        return None
    n = int(year)
    century, golden = n // 100, n % 19
    skipped = century - century // 4
    epact = (skipped - (8 * century + 13) // 25 + 19 * golden + 15) % 30
    epact -= epact // 28 * (1 - epact // 28 * (29 // (epact + 1)) * ((21 - golden) // 11))
    sunday = epact - (n + n // 4 + epact + 2 - skipped) % 7
    day = datetime.date(n, 3, 28) + datetime.timedelta(days=sunday + shift)
    return day.isoformat()[5:]


def _pascha(year: str, shift: int) -> str | None:
    """Month and day of the Orthodox Easter Sunday of a year plus days, by the rule of Gauss in the old calendar."""
    if not year.isdecimal():
        return None
    n = int(year)
    moon = (19 * (n % 19) + 15) % 30
    sunday = (2 * (n % 4) + 4 * (n % 7) - moon + 34) % 7
    behind = n // 100 - n // 400 - 2  # days that the old calendar is behind
    day = datetime.date(n, 3, 22) + datetime.timedelta(days=moon + sunday + behind + shift)
    return day.isoformat()[5:]


def _nth(month: str, shift: int) -> str | None:
    """The day of a month (`2025-05`) that is its first weekday `shift % 7` and `shift // 7` weeks on, or None."""
    first, last = bounds(month)
    if first is None or last is None:
        return None
    day = 1 + (shift - datetime.date.fromisoformat(first).weekday()) % 7 + shift // 7 * 7
    return f"{day:02d}" if day <= int(last[-2:]) else None


def _last(month: str, weekday: int) -> str | None:
    """The day of a month (`2025-05`) that is its last Monday (0) to Sunday (6)."""
    last = bounds(month)[1]
    if last is None:
        return None
    end = datetime.date.fromisoformat(last)
    return f"{end.day - (end.weekday() - weekday) % 7:02d}"


def _tail(month: str, days: int) -> str | None:
    """The first of the last days of a month (`2025-05`), however many they are."""
    last = bounds(month)[1]
    return None if last is None or not 1 <= days <= int(last[-2:]) else f"{int(last[-2:]) + 1 - days:02d}"


def _shifted(day: datetime.date, days: int) -> str | None:
    try:
        return (day + datetime.timedelta(days=days)).isoformat()
    except OverflowError:
        return None


def _earlier(edtf: str, shift: int) -> str:
    """An expression with all its years moved."""
    return _YEAR.sub(lambda m: f"{int(m.group(1)) + shift:04d}", edtf) if shift else edtf


def _opened(edtf: str, opening: str) -> str | None:
    """`2025` since -> `2025/..`; until, by -> `../2025`; before -> `../2024`; of an interval its first or last part."""
    first, _, last = edtf.partition("/")
    last = last or first
    if opening == "since":
        return f"{first}/.."
    if opening in ("until", "by"):
        return f"../{last}"
    if opening == "before":
        begin = bounds(first)[0]
        if begin is None or begin == datetime.date.min.isoformat():
            return None  # nothing that a date can say lies before
        if re.fullmatch(r"\d{4}", first):
            return f"../{int(first) - 1:04d}"
        day = datetime.date.fromisoformat(begin) - datetime.timedelta(days=1)
        if re.fullmatch(r"\d{4}-(0\d|1[0-2])", first):
            return f"../{day.year:04d}-{day.month:02d}"
        return f"../{day.isoformat()}"
    raise ValueError(opening)


def _plain(edtf: str) -> str:
    """An interval of intervals (a period filled into a range) as one: its outermost ends."""
    if edtf.count("/") > 1:
        parts = edtf.split("/")
        return f"{parts[0]}/{parts[-1]}"
    return edtf
