"""Filters over rows of facts: `indicator~output unit=CNY time=2024..2025`.

Terms are parted by blanks and must all hold. A term is FIELD, a sign, VALUE:

- `=` equals, `!=` does not; `~` contains, `!~` does not. `a|b` as a value: one of them. Letter case does not count.
- `time` and `published` take EDTF days, months or years, or a range of them: `2024`, `2024-06`, `2024..2025`, `2024..`.
  `time=2024` keeps facts whose time lies within 2024, `time~2024` those that touch it; a fact without time is neither.
- `unit=` takes the code (`CNY`, `{...}`) or what stands in its brackets or, as a part of it, in the article.
- A value with blanks stands in double quotes: `subject="New Area"`. An empty one, `""`, is what is null.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Final

from .. import edtf
from ..errors import UsageError

__all__ = ["FIELDS", "parse"]

_TEXTS: Final = (
    "subject", "indicator", "type", "unit", "own_unit", "mod", "basis", "whole", "confidence", "rule", "source",
    "article", "title", "sentence",
)  # fmt: skip
_CLOSED: Final[Mapping[str, tuple[str, ...]]] = {
    "type": ("level", "change", "share", "target", "rank"),
    "confidence": ("direct", "inherited", "guessed"),
}
FIELDS: Final = (*_TEXTS, "time", "published")
"""What a filter can name."""

_TERM: Final = re.compile(r'\s*(?P<field>\w*)\s*(?P<sign>!?[=~])\s*(?P<value>"[^"]*"|[^\s"]+)(?=\s|\Z)')
_SYNTAX: Final = 'write FIELD=VALUE or FIELD~PART, such as: unit=CNY time=2024..2025 subject~"New Area"'

Fields = Mapping[str, Any]
"""A row of facts by the names of its columns."""

Test = Callable[[Fields], bool]


def parse(text: str, normalize: Callable[[str], str] = str) -> Test:
    """The test that a filter means; `normalize` makes its words what normalized text holds. Raises UsageError.

    >>> keep = parse("type=level time=2024..2025")
    >>> keep({"type": "level", "first": "2024-01-01", "last": "2024-12-31"})
    True
    >>> keep({"type": "level", "first": "2021-01-01", "last": "2025-12-31"})
    False
    """
    tests: list[Test] = []
    at = 0
    while text[at:].strip():
        term = _TERM.match(text, at)
        if term is None:
            raise UsageError(f"--where: cannot read {text[at:].strip()!r}; {_SYNTAX}")
        field, sign, value = term["field"], term["sign"], term["value"].strip('"')
        if field not in FIELDS:
            raise UsageError(f"--where: no field {field!r}; fields are {', '.join(FIELDS)}")
        make = _dates if field in ("time", "published") else _words
        tests.append(_negated(make(field, sign[-1], normalize(value))) if sign[0] == "!" else
                     make(field, sign[-1], normalize(value)))  # fmt: skip
        at = term.end()
    if not tests:
        raise UsageError(f"--where: an empty filter; {_SYNTAX}")
    return lambda row: all(test(row) for test in tests)


def _negated(test: Test) -> Test:
    return lambda row: not test(row)


def _words(field: str, sign: str, value: str) -> Test:
    wanted = [one.casefold() for one in value.split("|")]
    if sign == "=" and field in _CLOSED:
        unknown = [one for one in wanted if one not in _CLOSED[field]]
        if unknown:
            raise UsageError(f"--where: no {field} {unknown[0]!r}; one of {', '.join(_CLOSED[field])}")

    def test(row: Fields) -> bool:
        found = str(row[field] or "").casefold()
        if field == "unit":
            forms = {found, re.sub(r"[{}\[\]]", "", found), str(row["own_unit"] or "").casefold()}
        else:
            forms = {found}
        if sign == "=":
            return any(one in forms for one in wanted)
        return any(one in form for one in wanted for form in forms)

    return test


def _dates(field: str, sign: str, value: str) -> Test:
    low, dots, high = value.partition("..")
    first, last = _bound(field, low)[0], _bound(field, high if dots else low)[1]
    if not value.strip(".") or (first and last and first > last):
        raise UsageError(f"--where: no range of time: {value!r}; write 2024, 2024-06, 2024..2025, 2024.. or ..2024")

    def test(row: Fields) -> bool:
        begin, end = (row["first"], row["last"]) if field == "time" else (row["published"], row["published"])
        if begin is None and end is None:
            return False
        if sign == "=":
            return (not first or (begin or "") >= first) and (not last or (end or "9999-99") <= last)
        return (not first or (end or "9999-99") >= first) and (not last or (begin or "") <= last)

    return test


def _bound(field: str, written: str) -> tuple[str | None, str | None]:
    if not written:
        return None, None
    found: tuple[Any, Any] = edtf.bounds(written) if edtf.is_valid(written) else (None, None)
    if None in found:
        raise UsageError(f"--where: {field}: no time {written!r}; write 2024, 2024-06, 2024-06-30, or 2024..2025")
    return found
