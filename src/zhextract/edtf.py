"""EDTF (Library of Congress, the subset of levels 0 to 2 that press articles need): build it, check it, bound it.

Read: `2025`, `2025-06`, `2025-06-30`, `2025-06-30T08:30:00` (the date part counts), seasons `2025-21` to `-24`,
quarters `-33` to `-36`, four-month periods `-37` to `-39`, semesters `-40` and `-41`, unknown digits at the right of a
year (`199X`, `19XX`) or in place of a year, month or day (`XXXX-04-02`, `2025-XX`), the marks `?` `~` `%` at the end of
a part, and intervals of two of these, either of which may be open (`..`).

Years run from 1 to 9999; everything else is not valid. Seasons are those of the northern temperate zone by whole
months: spring March to May, summer June to August, autumn September to November, winter December to February of the
next year. All dates are proleptic Gregorian; nothing here asks the clock.
"""

from __future__ import annotations

import re
from datetime import date, timedelta
from functools import lru_cache
from typing import Final

__all__ = [
    "bounds",
    "checked",
    "interval",
    "is_valid",
    "month_end",
    "of_century",
    "of_date",
    "of_day",
    "of_decade",
    "of_month",
    "of_quarter",
    "of_season",
    "of_semester",
    "of_year",
    "quarter_of",
    "semester_of",
    "shift_day",
    "shift_month",
    "week_of",
    "weekday",
]

_CACHE_SIZE: Final = 1 << 14
# The longest form is an interval of two zoned times with marks.
_LONGEST: Final = 64
_MIN_YEAR: Final = 1
_MAX_YEAR: Final = 9999

_PART: Final = re.compile(
    r"(?P<year>[0-9]{4}|[0-9]{3}X|[0-9]{2}XX|[0-9]XXX|XXXX)"
    r"(?:-(?P<month>[0-9]{2}|XX)(?:-(?P<day>[0-9]{2}|XX)"
    r"(?P<time>T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:Z|[+-](?:[01][0-9]|2[0-3])(?::[0-5][0-9])?)?)?)?)?"
    r"[?~%]?",
    re.ASCII,
)

# Number in the place of the month: first month and length in months.
_PERIODS: Final = {
    **{21 + i: (3 + 3 * i, 3) for i in range(4)},
    **{33 + i: (1 + 3 * i, 3) for i in range(4)},
    **{37 + i: (1 + 4 * i, 4) for i in range(3)},
    **{40 + i: (1 + 6 * i, 6) for i in range(2)},
}

_Bounds = tuple[date | None, date | None]


def bounds(edtf: str) -> tuple[str | None, str | None]:
    """First and last day of an EDTF string as ISO dates, inclusive.

    Both None if it is not valid or its year is unknown; one None for an open end. Never raises.

    >>> bounds("2025-35")
    ('2025-07-01', '2025-09-30')
    >>> bounds("2025/..")
    ('2025-01-01', None)
    """
    return _bounds(edtf)[1:] if len(edtf) <= _LONGEST else (None, None)


def is_valid(edtf: str) -> bool:
    """Whether the string is EDTF of the subset and every date in it exists."""
    return len(edtf) <= _LONGEST and _bounds(edtf)[0]


def checked(edtf: str) -> tuple[bool, str | None, str | None]:
    """What `is_valid` and `bounds` tell, at once."""
    return _bounds(edtf) if len(edtf) <= _LONGEST else (False, None, None)


def interval(a: str | None, b: str | None) -> str:
    """`a/b`; None is an open end. The parts are not checked."""
    return f"{a or '..'}/{b or '..'}"


# --- builders: None where the result would not be valid ---------------------------------------------------------------


def of_year(year: int) -> str | None:
    """`2025`."""
    return f"{year:04d}" if _MIN_YEAR <= year <= _MAX_YEAR else None


def of_month(year: int, month: int) -> str | None:
    """`2025-06`."""
    return _checked(year, month) if 1 <= month <= 12 else None


def of_day(year: int, month: int, day: int) -> str | None:
    """`2025-06-30`."""
    made = _date(year, month, day)
    return made.isoformat() if made else None


def of_date(year: int | None, month: int | None = None, day: int | None = None) -> str | None:
    """Year, month or day, with X for an unknown year or month: `XXXX-04-02`, `XXXX-04`, `XXXX-XX-05`."""
    if (year is not None and not 0 < year <= _MAX_YEAR) or (month is not None and not 0 < month <= 12):
        return None
    text = "XXXX" if year is None else f"{year:04d}"
    if month is not None or day is not None:
        text += "-XX" if month is None else f"-{month:02d}"
    if day is not None:
        text += f"-{day:02d}"
    return text if is_valid(text) else None


def of_quarter(year: int, quarter: int) -> str | None:
    """Quarter 1 to 4: `2025-33` to `2025-36`."""
    return _checked(year, 32 + quarter) if 1 <= quarter <= 4 else None


def of_semester(year: int, half: int) -> str | None:
    """Half-year 1 or 2: `2025-40`, `2025-41`."""
    return _checked(year, 39 + half) if 1 <= half <= 2 else None


def of_season(year: int, season: int) -> str | None:
    """Season 1 (spring) to 4 (winter, which ends in the next year): `2025-21` to `2025-24`."""
    return _checked(year, 20 + season) if 1 <= season <= 4 else None


def of_decade(year: int) -> str | None:
    """The ten years that hold `year`: `199X`."""
    return f"{year // 10:03d}X" if _MIN_YEAR <= year <= _MAX_YEAR else None


def of_century(year: int) -> str | None:
    """The hundred years with the first two digits of `year`: `19XX`."""
    return f"{year // 100:02d}XX" if _MIN_YEAR <= year <= _MAX_YEAR else None


# --- arithmetic on years, months, days --------------------------------------------------------------------------------


def shift_month(year: int, month: int, delta: int) -> tuple[int, int]:
    """Year and month `delta` months later (earlier if negative); the year may leave 1..9999."""
    year, month = divmod(year * 12 + month - 1 + delta, 12)
    return year, month + 1


def shift_day(iso: str, delta: int) -> str | None:
    """The ISO date `delta` days after `iso`; None if either is not a date of the years 1 to 9999."""
    try:
        return (date.fromisoformat(iso) + timedelta(days=delta)).isoformat()
    except (ValueError, OverflowError):
        return None


def month_end(year: int, month: int) -> int:
    """The number of days of a month. Raises ValueError for a month that is none."""
    if month == 12:
        return 31
    return (date(year, month + 1, 1) - timedelta(days=1)).day


def quarter_of(month: int) -> int:
    """The quarter, 1 to 4, of a month."""
    return (month + 2) // 3


def semester_of(month: int) -> int:
    """The half-year, 1 or 2, of a month."""
    return (month + 5) // 6


def weekday(year: int, month: int, day: int) -> int | None:
    """Day of the week, Monday 1 to Sunday 7; None if there is no such day."""
    made = _date(year, month, day)
    return made.isoweekday() if made else None


def week_of(iso: str, delta: int = 0) -> tuple[str, str] | None:
    """Monday and Sunday of the week `delta` weeks after that of ISO date `iso`; None outside the calendar."""
    try:
        day = date.fromisoformat(iso)
        monday = day + timedelta(days=7 * delta - day.weekday())
        return monday.isoformat(), (monday + timedelta(days=6)).isoformat()
    except (ValueError, OverflowError):
        return None


# --- inside -----------------------------------------------------------------------------------------------------------


@lru_cache(maxsize=_CACHE_SIZE)
def _bounds(edtf: str) -> tuple[bool, str | None, str | None]:
    """Validity, first, last."""
    found = _read(edtf)
    if found is None:
        return False, None, None
    first, last = found
    return True, first.isoformat() if first else None, last.isoformat() if last else None


def _read(edtf: str) -> _Bounds | None:
    left, slash, right = edtf.partition("/")
    if not slash:
        return _part(left)
    if left == right == "..":
        return None
    start = (None, None) if left == ".." else _part(left)
    end = (None, None) if right == ".." else _part(right)
    if start is None or end is None:
        return None
    first, last = start[0], end[1]
    if first and last and first > last:
        return None
    # With one end unknown (not open), the period cannot be placed.
    if (left != ".." and first is None) or (right != ".." and last is None):
        return None, None
    return first, last


def _part(text: str) -> _Bounds | None:
    """First and last day of one part; both None for an unknown year; None if it is not valid."""
    match = _PART.fullmatch(text)
    if match is None:
        return None
    year, month, day = match["year"], match["month"], match["day"]
    if day == "XX" and match["time"]:
        return None
    if year == "XXXX":
        # A leap year has every day that some year has.
        return (None, None) if _span(2000, 2000, month, day) else None
    low, high = max(int(year.replace("X", "0")), _MIN_YEAR), int(year.replace("X", "9"))
    if high < _MIN_YEAR or (low != high and month):
        return None
    return _span(low, high, month, day)


def _span(low: int, high: int, month: str | None, day: str | None) -> tuple[date, date] | None:
    """First and last day of years `low` to `high`, or of the month, period or day in them (then they are the same)."""
    months = (1, 12)
    if month and month != "XX":
        number = int(month)
        if number in _PERIODS and not day:
            start, length = _PERIODS[number]
            months = (start, start + length - 1)
        elif 1 <= number <= 12:
            months = (number, number)
        else:
            return None
    if day and day != "XX":
        # January and December, the ends of an unknown month, have every day there is.
        first, last = _date(low, months[0], int(day)), _date(high, months[1], int(day))
        return (first, last) if first and last else None
    end_year, end_month = shift_month(high, months[1], 0)
    if end_year > _MAX_YEAR:
        return None
    return date(low, months[0], 1), date(end_year, end_month, month_end(end_year, end_month))


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def _checked(year: int, number: int) -> str | None:
    text = f"{year:04d}-{number:02d}"
    return text if is_valid(text) else None
