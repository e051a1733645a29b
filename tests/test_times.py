"""Times told from the publication date and the paragraph: what placeholders fill, what is remembered or opened."""

from __future__ import annotations

import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhextract.edtf import is_valid
from zhextract.times import UNRESOLVED, Context, Resolved

WEDNESDAY = "2025-03-12"

FILLED = {
    "a year": ("<-1>", "2024"),
    "a sum of years": ("<-3+1>-06", "2023-06"),
    "a month over the turn of the year": ("<m-3>", "2024-12"),
    "a quarter": ("<q-1>", "2024-36"),
    "a half-year": ("<h+1>", "2025-41"),
    "a day": ("<d-12>", "2025-02-28"),
    "a week": ("<w-1>", "2025-03-03/2025-03-09"),
    "weeks as one interval": ("<w-2>/<w-1>", "2025-02-24/2025-03-09"),
    "a weekday of this week": ("<wd+0+4>", "2025-03-14"),
    "a weekday of last week": ("<wd-7+4>", "2025-03-07"),
    "a weekday of next week": ("<wd+7+6>", "2025-03-23"),
    "the last day of a month": ("2024-02-21/2024-02-<end>", "2024-02-21/2024-02-29"),
    "the first Monday of a month": ("2024-10-<nth+0+0>", "2024-10-07"),
    "the second Sunday of a month": ("2025-05-<nth+7+6>", "2025-05-11"),
    "a fifth Saturday": ("2025-03-<nth+28+5>", "2025-03-29"),
    "the last Friday of a month": ("2025-05-<last+4>", "2025-05-30"),
    "a last weekday that ends the month": ("2025-02-<last+4>", "2025-02-28"),
    "the last days of a month": ("2024-02-<tail+3>/2024-02-<end>", "2024-02-27/2024-02-29"),
    "the Orthodox Easter": ("2024-<pascha+0>", "2024-05-05"),
    "the Orthodox Easter where it falls together with the other": ("2025-<pascha-2>", "2025-04-18"),
    "months with a point": ("<ym+1999.08>/<ym+2002.02>", "1999-08/2002-02"),
    "a month with a point that lost its zero": ("<ym+2001.1>/..", "2001-10/.."),
    "the third week of a month": ("2025-06-<nth+14>/<after+6>", "2025-06-16/2025-06-22"),
    "a week over the end of a month": ("2024-07-<nth+28>/<after+6>", "2024-07-29/2024-08-04"),
    "a month of publication before a week": ("<m-1>-<nth+0>/<after+6>", "2025-02-03/2025-02-09"),
}


@pytest.mark.parametrize(("template", "edtf"), FILLED.values(), ids=FILLED)
def test_placeholder(template: str, edtf: str) -> None:
    assert Context(WEDNESDAY).resolve(template, None).edtf == edtf


UNFILLED = {
    "a fifth Sunday that the month lacks": "2025-05-<nth+28+6>/<after+6>",
    "a day of a month that is none": "2025-13-<nth+0>",
    "days after what is no date": "2025-05/<after+6>",
    "a day before the calendar": "<d-999999999>",
    "a year that no paragraph names": "<same+0>",
    "a placeholder that is none": "<x+1>",
    "last days of no month": "2025-<tail+3>",
    "more last days than a month has": "2025-02-<tail+30>",
    "a last weekday of no month": "2025-<last+3>",
}


@pytest.mark.parametrize("template", UNFILLED.values(), ids=UNFILLED)
def test_unfilled(template: str) -> None:
    assert Context(WEDNESDAY).resolve(template, None) == UNRESOLVED


@pytest.mark.parametrize(
    "template", ["<+0>", "<m+0>", "<q+0>", "<h+0>", "<d+0>", "<w+0>", "<wd+0>", "<month>", "<day>"]
)
def test_nothing_is_known_without_a_date(template: str) -> None:
    assert Context(None).resolve(template, None) == UNRESOLVED


def test_bounds() -> None:
    assert Context(WEDNESDAY).resolve("<wd-7+4>", None) == Resolved("2025-03-07", "2025-03-07", "2025-03-07")


def test_a_week_is_remembered_as_a_period() -> None:
    times = Context(WEDNESDAY)
    times.resolve("2024-06-<nth+14>/<after+6>", None)
    assert times.resolve("<ctx>-09", None).edtf == "2024-09"


def test_a_paragraph_forgets() -> None:
    times = Context(WEDNESDAY)
    times.resolve("2018", None)
    assert times.resolve("<ctx+2>", None).edtf == "2020"
    times.enter()
    assert times.resolve("<ctx+2>", None).edtf == "2027"


def test_days_are_counted_from_the_date_before() -> None:
    times = Context(WEDNESDAY)
    times.resolve("2025-02-27", None)
    assert times.resolve("<day+3>", None).edtf == "2025-03-02"


@pytest.mark.parametrize(
    ("opening", "edtf"),
    [("since", "2025-03-07/.."), ("until", "../2025-03-07"), ("before", "../2025-03-06"), ("by", "../2025-03-07")],
)
def test_opened(opening: str, edtf: str) -> None:
    assert Context(WEDNESDAY).resolve("<wd-7+4>", opening).edtf == edtf


def test_until_when_something_is_due_is_ahead() -> None:
    assert Context("2026-01-15").resolve("<year>-10", None).edtf == "2025-10"
    assert Context("2026-01-15").resolve("<year>-10", "by").edtf == "../2026-10"


def test_a_last_quarter_is_over_in_the_first_weeks_of_a_year() -> None:
    assert Context("2026-01-30").resolve("<ctx>-36", None).edtf == "2025-36"
    assert Context("2026-01-30").resolve("<ctx>-35", None).edtf == "2026-35"


@pytest.mark.parametrize(
    ("template", "edtf"), [("<in+2019>", "2019-36"), ("<at-2>", "2024-36"), ("<quarter-1>", "2025-35")]
)
def test_a_period_of_another_year(template: str, edtf: str) -> None:
    times = Context("2026-02-11")
    times.resolve("2025-36", None)
    assert times.resolve(template, None).edtf == edtf


def test_the_quarter_before_that_of_a_month() -> None:
    times = Context("2026-01-30")
    times.resolve("2025-12", None)
    assert times.resolve("<quarter-1>", None).edtf == "2025-35"


@pytest.mark.parametrize("first", ["0001", "0001-01", "0001-01-01"])
def test_nothing_lies_before_the_calendar(first: str) -> None:
    assert Context(None).resolve(first, "before").edtf is None


@given(
    published=st.dates(datetime.date(2, 1, 1), datetime.date(9998, 12, 31)).map(str),
    weeks=st.integers(-2, 2),
    weekday=st.integers(0, 6),
)
def test_weekday_is_in_its_week(published: str, weeks: int, weekday: int) -> None:
    day = Context(published).resolve(f"<wd{7 * weeks:+}+{weekday}>", None).edtf
    week = Context(published).resolve(f"<w{weeks:+}>", None).edtf
    assert day is not None
    assert week is not None
    assert datetime.date.fromisoformat(day).weekday() == weekday
    assert week[:10] <= day <= week[11:]


@given(year=st.integers(1, 9999), month=st.integers(1, 12), weeks=st.integers(0, 4), weekday=st.integers(0, 6))
def test_nth_weekday(year: int, month: int, weeks: int, weekday: int) -> None:
    edtf = Context(None).resolve(f"{year:04d}-{month:02d}-<nth+{7 * weeks}+{weekday}>", None).edtf
    if edtf is None:
        assert weeks == 4
        return
    day = datetime.date.fromisoformat(edtf)
    assert is_valid(edtf)
    assert (day.weekday(), (day.day - 1) // 7) == (weekday, weeks)


@pytest.mark.parametrize(
    ("published", "month", "edtf"),
    [
        ("2026-01-31", "10", "2025-10"),
        ("2026-03-01", "12", "2025-12"),
        ("2026-02-12", "10", "2026-10"),
        ("2026-09-01", "12", "2026-12"),
    ],
)
def test_a_month_far_ahead_is_of_the_year_before(published: str, month: str, edtf: str) -> None:
    assert Context(published).resolve(f"<year>-{month}", None).edtf == edtf
