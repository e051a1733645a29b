"""The Chinese calendar: lunar dates and solar terms to Gregorian dates, by tables.

In the EDTF that rules write, a lunar month is `2025-L08`, a day of it `2025-L08-15`, a leap month `2025-R06`, the
eve of the year `2025-L00-30`, a term `2025-S07` (1 to 24, from January on); `near` in place of the year is the one
that is meant beside a day of publication. `Calendar.plain` writes them out."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Final

_PART: Final = re.compile(r"([0-9]{4}|near)-(?:([LR])([0-9]{2})(?:-([0-9]{2}))?|S([0-9]{2}))")
MARK: Final = re.compile("-[LRS]")
_TURN: Final = ("00", "01", "12")
"""Months beside the turn of the year: of the one before and the one to come that is meant which is nearer."""
_TURNING_TERMS: Final = (1, 2, 24)

Row = Mapping[str, str | None]
_Span = tuple[date, date]


class Calendar:
    """Lunar years by their first day and the lengths of their months, terms by their days. Immutable.

    >>> years = {"2025": {"start": "01-29", "months": "1010010101110", "leap": "6"}}
    >>> Calendar(years, {}).plain("2025-L08-15", None)
    '2025-10-06'
    """

    def __init__(self, years: Mapping[str, Row], terms: Mapping[str, Row]) -> None:
        self._years = years
        self._terms = terms

    def plain(self, edtf: str, today: date | None) -> str | None:
        """EDTF with its lunar parts written out; None where one has no date."""
        out, at = "", 0
        for m in _PART.finditer(edtf):
            found = self._span(m, today)
            if found is None:
                return None
            first, last = found
            out += edtf[at : m.start()] + (first.isoformat() if first == last else f"{first}/{last}")
            at = m.end()
        out += edtf[at:]
        return None if MARK.search(out) else out

    def _span(self, m: re.Match[str], today: date | None) -> _Span | None:
        year, kind, month, day, term = m.groups()
        if year != "near":
            return self._of(int(year), kind, month, day, term)
        if today is None:
            return None
        found = [s for y in (today.year - 1, today.year, today.year + 1) if (s := self._of(y, kind, month, day, term))]
        if (term and int(term) not in _TURNING_TERMS) or (month and month not in _TURN):
            return next((s for s in found if s[0].year == today.year), None)
        return min(found, key=lambda s: abs((s[0] - today).days), default=None)

    def _of(self, year: int, kind: str | None, month: str, day: str | None, term: str | None) -> _Span | None:
        if term:
            return self._term(year, int(term))
        row = self._years.get(str(year))
        if row is None:
            return None
        lengths, leap = row["months"] or "", int(row["leap"] or 0)
        start = date.fromisoformat(f"{year}-{row['start']}")
        number = int(month)
        if number == 0:
            return (start - timedelta(days=1),) * 2
        if kind == "R" and number != leap:
            return None
        index = number - 1 + (kind == "R" or 0 < leap < number)
        if index >= len(lengths):
            return None
        first = start + timedelta(days=sum(29 + int(c) for c in lengths[:index]))
        days = 29 + int(lengths[index])
        if day is None:
            return first, first + timedelta(days=days - 1)
        return (first + timedelta(days=int(day) - 1),) * 2 if 1 <= int(day) <= days else None

    def _term(self, year: int, term: int) -> _Span | None:
        row = self._terms.get(str(year))
        days = (row["days"] or "").split() if row is not None else []
        return (date(year, (term + 1) // 2, int(days[term - 1])),) * 2 if 1 <= term <= len(days) else None
