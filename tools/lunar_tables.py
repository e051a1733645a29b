"""Writes the tables of the Chinese calendar, `rules/lexicon/lunar_year.tsv` and `solar_term_day.tsv`, from astronomy.

Months begin on the day of the new moon, terms on the day on which the sun reaches a multiple of fifteen degrees,
both by the time of Beijing: that of its meridian until 1928, then eight hours before Greenwich. The month of the
winter solstice is the eleventh; of thirteen months between two of them the first without a principal term is a leap
month.

Needs the package `ephem`, which the product does not: `python tools/lunar_tables.py`.
"""

from __future__ import annotations

import datetime
import math
from pathlib import Path

import ephem  # type: ignore[import-not-found]

FIRST, LAST = 1901, 2100
LEXICON = Path(__file__).resolve().parent.parent / "rules" / "lexicon"
BEIJING = datetime.timedelta(hours=8)
MERIDIAN = datetime.timedelta(hours=7, minutes=45, seconds=40)


def local_day(moment: ephem.Date) -> datetime.date:
    at = moment.datetime()
    return (at + (BEIJING if at.year > 1928 else MERIDIAN)).date()


def longitude(at: float) -> float:
    """The sun's apparent longitude in degrees, equinox of date."""
    sun = ephem.Sun(at)
    return math.degrees(ephem.Ecliptic(ephem.Equatorial(sun.g_ra, sun.g_dec, epoch=at), epoch=at).lon)


def reaches(degrees: float, start: float) -> ephem.Date:
    """The first moment after `start` at which the sun stands at a longitude."""
    at = start + ((degrees - longitude(start)) % 360) / 360 * 365.2422
    for _ in range(12):
        at += (((degrees - longitude(at)) + 180) % 360 - 180) / 360 * 365.2422
    return ephem.Date(at)


def terms(year: int) -> list[datetime.date]:
    """The days of the 24 terms of a solar year, the first of which is the lesser cold (285 degrees) in January."""
    start = float(ephem.Date(f"{year}/1/1")) - 0.5
    return [local_day(reaches((285 + 15 * i) % 360, start + (i * 15.2 - 3 if i else 0))) for i in range(24)]


def new_moons(first: datetime.date, last: datetime.date) -> list[datetime.date]:
    found = []
    at = ephem.Date(first.isoformat().replace("-", "/"))
    while True:
        at = ephem.next_new_moon(at)
        day = local_day(at)
        if day > last:
            return found
        found.append(day)
        at = ephem.Date(at + 1)


def months_between(a: int, all_terms: dict[int, list[datetime.date]]) -> list[tuple[int, bool, datetime.date, int]]:
    """Month number, leap, first day, length: from the eleventh month of year `a` up to the next eleventh."""
    solstices = [all_terms[y][23] for y in (a, a + 1)]
    moons = new_moons(solstices[0] - datetime.timedelta(days=40), solstices[1] + datetime.timedelta(days=40))
    begin = max(i for i, day in enumerate(moons) if day <= solstices[0])
    end = max(i for i, day in enumerate(moons) if day <= solstices[1])
    principal = {t for y in (a, a + 1) for t in all_terms[y][1::2]}
    out: list[tuple[int, bool, datetime.date, int]] = []
    number, leap_due = 11, end - begin == 13
    for i in range(begin, end):
        days = (moons[i + 1] - moons[i]).days
        has_term = any(moons[i] <= t < moons[i + 1] for t in principal)
        leap = leap_due and not has_term and i > begin
        if leap:
            leap_due = False
        elif i > begin:
            number = number % 12 + 1
        out.append((number, leap, moons[i], days))
    return out


def main() -> None:
    all_terms = {year: terms(year) for year in range(FIRST - 1, LAST + 3)}
    months = [m for a in range(FIRST - 1, LAST + 2) for m in months_between(a, all_terms)]
    rows = []
    for i, (number, leap, start, _) in enumerate(months):
        if number != 1 or leap or not FIRST <= start.year <= LAST:
            continue
        stop = next(k for k in range(i + 1, len(months)) if months[k][0] == 1 and not months[k][1])
        mine = months[i:stop]
        lengths = "".join("1" if days == 30 else "0" for *_, days in mine)
        leaps = [n for n, is_leap, *_ in mine if is_leap]
        rows.append(f"{start.year}\t{start:%m-%d}\t{lengths}\t{leaps[0] if leaps else 0}")
    head = (
        "surface\tstart\tmonths\tleap\n"
        "# Years of the Chinese calendar: the first day, 1 for each month of 30 days and 0\n"
        "# for each of 29, and which month is followed by a leap month of its number; by tools/lunar_tables.py\n"
    )
    (LEXICON / "lunar_year.tsv").write_text(head + "\n".join(rows) + "\n", encoding="utf-8")
    head = (
        "surface\tdays\n# The days of the month of the 24 terms, from the lesser cold in January, two a month; "
        "by tools/lunar_tables.py\n"
    )
    lines = [f"{y}\t{' '.join(f'{d.day:02d}' for d in all_terms[y])}" for y in range(FIRST, LAST + 1)]
    (LEXICON / "solar_term_day.tsv").write_text(head + "\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
