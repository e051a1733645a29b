"""EDTF: bounds, validity, builders and calendar arithmetic."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhextract import edtf

YEARS = st.integers(1, 9999)

BOUNDS = {
    "2024": ("2024-01-01", "2024-12-31"),
    "0001": ("0001-01-01", "0001-12-31"),
    "2025-06": ("2025-06-01", "2025-06-30"),
    "2024-02": ("2024-02-01", "2024-02-29"),
    "2025-06-30": ("2025-06-30", "2025-06-30"),
    "2025-06-30T08:30:00": ("2025-06-30", "2025-06-30"),
    "2025-06-30T08:30:00+08:00": ("2025-06-30", "2025-06-30"),
    "2025-01/2025-09": ("2025-01-01", "2025-09-30"),
    "2026-40": ("2026-01-01", "2026-06-30"),
    "2026-41": ("2026-07-01", "2026-12-31"),
    "2025-33": ("2025-01-01", "2025-03-31"),
    "2025-35": ("2025-07-01", "2025-09-30"),
    "2025-38": ("2025-05-01", "2025-08-31"),
    "2025-21": ("2025-03-01", "2025-05-31"),
    "2023-24": ("2023-12-01", "2024-02-29"),
    "2025/..": ("2025-01-01", None),
    "../2025": (None, "2025-12-31"),
    "2021/2025": ("2021-01-01", "2025-12-31"),
    "2025-06/2025": ("2025-06-01", "2025-12-31"),
    "199X": ("1990-01-01", "1999-12-31"),
    "19XX": ("1900-01-01", "1999-12-31"),
    "000X": ("0001-01-01", "0009-12-31"),
    "2025-XX": ("2025-01-01", "2025-12-31"),
    "2025-02-XX": ("2025-02-01", "2025-02-28"),
    "2025-XX-05": ("2025-01-05", "2025-12-05"),
    "2025~": ("2025-01-01", "2025-12-31"),
    "2025-06?/2026%": ("2025-06-01", "2026-12-31"),
    "XXXX": (None, None),
    "XXXX-04": (None, None),
    "XXXX-04-02": (None, None),
    "XXXX-02-29": (None, None),
    "XXXX-XX-05": (None, None),
    "XXXX-35": (None, None),
    "XXXX-01/XXXX-09": (None, None),
    "2025/XXXX-04": (None, None),
}

INVALID = (
    "|2025-13|2025-00|2025-04-31|2025-02-29|2025-06-00|XXXX-02-30|XXXX-13|0000|9999-24|2025-20|2025-42|2025-35-01|20X5"
    "|199X-05|25|12025|-2025|Y2025|2025/|/2025|../..|2025/2024|2025/2026/2027|2025-6|2025-06-30T25:00:00"
    "|2025-06-XXT08:00:00|2025 |２０２５|2025-06-30 |..|2025/2025-13"
)


@pytest.mark.parametrize(("text", "pair"), BOUNDS.items())
def test_bounds(text: str, pair: tuple[str | None, str | None]) -> None:
    assert edtf.is_valid(text)
    assert edtf.bounds(text) == pair


@pytest.mark.parametrize("text", [*INVALID.split("|"), "2025" * 1000])
def test_invalid(text: str) -> None:
    assert not edtf.is_valid(text)
    assert edtf.bounds(text) == (None, None)


@given(st.text("0123456789X-/.T:~?", max_size=22))
def test_total(text: str) -> None:
    first, last = edtf.bounds(text)
    if first or last:
        assert edtf.is_valid(text)
    if first and last:
        assert date.fromisoformat(first) <= date.fromisoformat(last)


@given(YEARS, st.integers(-1, 60), YEARS)
def test_parts_and_intervals(year: int, number: int, other: int) -> None:
    text = f"{year:04d}-{number:02d}"
    first, last = edtf.bounds(text)
    assert edtf.is_valid(text) == (first is not None) == (last is not None)
    if first and last:
        assert first <= last
        assert edtf.bounds(edtf.interval(text, None)) == (first, None)
        assert edtf.bounds(edtf.interval(None, text)) == (None, last)
    low, high = sorted((year, other))
    both = edtf.interval(edtf.of_year(low), edtf.of_year(high))
    assert edtf.bounds(both) == (f"{low:04d}-01-01", f"{high:04d}-12-31")


@given(st.dates())
def test_days_round_trip(day: date) -> None:
    text = edtf.of_day(day.year, day.month, day.day)
    assert text == day.isoformat() == edtf.of_date(day.year, day.month, day.day)
    assert edtf.bounds(text) == (text, text)
    assert edtf.is_valid(edtf.of_date(None, day.month, day.day) or "")
    for part in (
        edtf.of_year(day.year),
        edtf.of_month(day.year, day.month),
        edtf.of_quarter(day.year, edtf.quarter_of(day.month)),
        edtf.of_semester(day.year, edtf.semester_of(day.month)),
        edtf.of_decade(day.year),
        edtf.of_century(day.year),
    ):
        assert part
        first, last = edtf.bounds(part)
        assert first
        assert last
        assert first <= text <= last


@given(st.dates(), st.integers(-(10**7), 10**7))
def test_days_shift(day: date, delta: int) -> None:
    there = edtf.shift_day(day.isoformat(), delta)
    if there is not None:
        assert edtf.shift_day(there, -delta) == day.isoformat()
    assert edtf.weekday(day.year, day.month, day.day) == day.isoweekday()
    week = edtf.week_of(day.isoformat())
    if week:
        assert week[0] <= day.isoformat() <= week[1]
        assert date.fromisoformat(week[1]) - date.fromisoformat(week[0]) == timedelta(days=6)


@given(YEARS, st.integers(1, 12), st.integers(-500, 500))
def test_months_shift(year: int, month: int, delta: int) -> None:
    there = edtf.shift_month(year, month, delta)
    assert 1 <= there[1] <= 12
    assert edtf.shift_month(*there, -delta) == (year, month)
    assert (there[0] - year) * 12 + there[1] - month == delta


def test_builders_refuse() -> None:
    assert edtf.of_year(0) is None
    assert edtf.of_year(10000) is None
    assert edtf.of_month(2025, 13) is None
    assert edtf.of_month(2025, 21) is None
    assert edtf.of_day(2025, 2, 29) is None
    assert edtf.of_quarter(2025, 5) is None
    assert edtf.of_semester(2025, 0) is None
    assert edtf.of_season(9999, 4) is None
    assert edtf.of_season(2025, 1) == "2025-21"
    assert edtf.of_decade(0) is None
    assert edtf.of_decade(1995) == "199X"
    assert edtf.of_century(1995) == "19XX"
    assert edtf.of_date(None, 4) == "XXXX-04"
    assert edtf.of_date(2025, None, 5) == "2025-XX-05"
    assert edtf.of_date(None, 2, 30) is None
    assert edtf.of_date(2025, 21) is None
    assert edtf.weekday(2025, 2, 30) is None
    assert edtf.week_of("2025-11-25", -1) == ("2025-11-17", "2025-11-23")
    assert edtf.week_of("9999-12-31") is None
    assert edtf.shift_day("2025-11-25", 10**10) is None
    assert edtf.shift_day("soon", 1) is None
    assert [edtf.month_end(2024, month) for month in (1, 2, 4, 12)] == [31, 29, 30, 31]
