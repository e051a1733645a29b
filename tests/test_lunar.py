"""Lunar dates, festivals and solar terms, through the extractor; and that the tables hold together."""

from __future__ import annotations

import itertools
from datetime import date, timedelta
from pathlib import Path

import pytest

from zhextract import Extractor
from zhextract.lunar import Calendar
from zhextract.records import Time

LEXICON = Path(__file__).resolve().parent.parent / "rules" / "lexicon"


def table(name: str) -> dict[str, dict[str, str | None]]:
    lines = [line for line in (LEXICON / name).read_text(encoding="utf-8").splitlines() if not line.startswith("# ")]
    head = lines[0].split("\t")
    return {cells[0]: dict(zip(head, cells, strict=True)) for cells in (line.split("\t") for line in lines[1:])}


YEARS, TERMS = table("lunar_year.tsv"), table("solar_term_day.tsv")
CALENDAR = Calendar(YEARS, TERMS)


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


def test_each_year_ends_where_the_next_begins() -> None:
    for name, row in YEARS.items():
        following = YEARS.get(str(int(name) + 1))
        if following is None:
            continue
        days = sum(29 + int(c) for c in row["months"] or "")
        end = date.fromisoformat(f"{name}-{row['start']}") + timedelta(days=days)
        assert end == date.fromisoformat(f"{int(name) + 1}-{following['start']}"), name
        assert len(row["months"] or "") == 12 + (row["leap"] != "0"), name


def test_terms_keep_their_fortnight() -> None:
    for name, row in TERMS.items():
        days = [date(int(name), i // 2 + 1, int(d)) for i, d in enumerate((row["days"] or "").split())]
        assert len(days) == 24, name
        assert all(14 <= (b - a).days <= 17 for a, b in itertools.pairwise(days)), name


@pytest.mark.parametrize(
    ("code", "edtf"),
    [
        ("2033-R11", "2033-12-22/2034-01-19"),
        ("2020-R04-01", "2020-05-23"),
        ("2024-L09-09", "2024-10-11"),
        ("2025-L00-30", "2025-01-28"),
        ("2025-S07", "2025-04-04"),
        ("../2024-L12-08", "../2025-01-07"),
        ("2025-L08-15/2025-S24", "2025-10-06/2025-12-21"),
        ("2024-R05", None),
        ("2024-L01-30", None),
        ("1800-L01-01", None),
        ("XXXX-L01-01", None),
    ],
)
def test_calendar(code: str, edtf: str | None) -> None:
    assert CALENDAR.plain(code, None) == edtf


@pytest.mark.parametrize(
    ("published", "edtf"),
    [("2024-12-20", "2025-01-29"), ("2025-02-10", "2025-01-29"), ("2025-11-20", "2026-02-17"), (None, None)],
)
def test_a_festival_without_a_year_is_the_one_nearby(
    extractor: Extractor, published: str | None, edtf: str | None
) -> None:
    (time,) = extractor.extract("春节期间，云岭古城夜游开放。", published).mentions[:1]
    assert isinstance(time, Time)
    assert time.edtf == edtf


def test_the_date_before_it_gives_the_year(extractor: Extractor) -> None:
    document = extractor.extract("2019年9月1日立项，中秋节前夕开工。", "2025-03-01")
    assert [m.edtf for m in document.mentions if isinstance(m, Time)] == ["2019-09-01", "2019-09-13"]
