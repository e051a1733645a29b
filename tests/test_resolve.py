"""Which candidates stand: the longest, then priority, then order; exclusions."""

from __future__ import annotations

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from zhextract.engine import Candidate
from zhextract.resolve import Policy, resolve, void

OUT = 9
"""The rule that excludes; rules 0 to 8 make mentions, rule 5 with priority 2, rule 6 with priority -1."""
POLICY = Policy([n == OUT for n in range(10)], [0, 0, 0, 0, 0, 2, -1, 0, 0, 0])


def c(start: int, end: int, rule: int = 0) -> Candidate:
    return (start, end, rule, [])


def standing(*candidates: Candidate, numerals: dict[int, int] | None = None) -> list[tuple[int, int, int]]:
    return [(s, e, r) for s, e, r, _ in resolve(list(candidates), numerals or {}, POLICY)]


def test_nothing() -> None:
    assert standing() == []


def test_apart_all_stand_by_start() -> None:
    assert standing(c(6, 9), c(0, 3), c(3, 6)) == [(0, 3, 0), (3, 6, 0), (6, 9, 0)]


def test_the_longest() -> None:
    assert standing(c(0, 3, 5), c(0, 4)) == [(0, 4, 0)]
    assert standing(c(2, 4, 5), c(0, 4)) == [(0, 4, 0)]


def test_then_the_priority() -> None:
    assert standing(c(0, 4, 0), c(0, 4, 5)) == [(0, 4, 5)]
    assert standing(c(0, 4, 6), c(0, 4, 8)) == [(0, 4, 8)]
    assert standing(c(0, 4, 0), c(2, 6, 5)) == [(2, 6, 5)]


def test_then_the_order_of_rules() -> None:
    assert standing(c(0, 4, 3), c(0, 4, 1)) == [(0, 4, 1)]
    assert standing(c(2, 6, 1), c(0, 4, 3)) == [(2, 6, 1)]


def test_then_the_first_in_the_text() -> None:
    assert standing(c(2, 6, 1), c(0, 4, 1)) == [(0, 4, 1)]


def test_a_chain() -> None:
    """The middle one overlaps both, is shorter than neither and loses to the longest only."""
    assert standing(c(0, 4), c(3, 8), c(7, 10)) == [(3, 8, 0)]
    assert standing(c(0, 5), c(4, 8), c(7, 13)) == [(0, 5, 0), (7, 13, 0)]


def test_exclusion_drops_what_it_touches() -> None:
    assert standing(c(2, 4), c(2, 4, OUT)) == []
    assert standing(c(2, 4), c(1, 5, OUT)) == []
    assert standing(c(2, 4), c(3, 6, OUT)) == []
    assert standing(c(2, 4), c(0, 3, OUT)) == []


def test_exclusion_beside_it_does_nothing() -> None:
    assert standing(c(2, 4), c(0, 2, OUT), c(4, 6, OUT)) == [(2, 4, 0)]


def test_what_contains_an_exclusion_stands() -> None:
    assert standing(c(2, 5), c(2, 4, OUT)) == [(2, 5, 0)]
    assert standing(c(2, 5), c(3, 4, OUT)) == [(2, 5, 0)]
    assert standing(c(2, 5), c(3, 4, OUT), c(4, 6, OUT)) == []


def test_a_dropped_candidate_does_not_compete() -> None:
    assert standing(c(0, 3), c(2, 6), c(5, 8, OUT)) == [(0, 3, 0)]


def test_a_long_exclusion_reaches_over_short_ones() -> None:
    assert standing(c(10, 12), c(0, 20, OUT), c(8, 9, OUT), c(9, 10, OUT)) == []


def test_an_exclusion_that_cuts_a_numeral_is_void() -> None:
    assert standing(c(0, 3), c(1, 3, OUT), numerals={0: 2}) == [(0, 3, 0)]
    assert standing(c(2, 5), c(0, 3, OUT), numerals={2: 4}) == [(2, 5, 0)]
    assert standing(c(2, 4), c(2, 4, OUT), numerals={2: 3}) == []


def test_void() -> None:
    assert void(c(1, 3, OUT), [0], {0: 2})
    assert not void(c(0, 2, OUT), [0], {0: 2})
    assert not void(c(0, 4, OUT), [1], {1: 3})


SPANS = st.builds(lambda s, n, r: c(s, s + n, r), st.integers(0, 12), st.integers(1, 5), st.integers(0, 9))


@given(st.lists(SPANS, max_size=12))
def test_properties(candidates: list[Candidate]) -> None:
    won = standing(*candidates)
    assert won == sorted(won)
    assert all(a[1] <= b[0] for a, b in pairwise(won))
    assert set(won) <= {(s, e, r) for s, e, r, _ in candidates}
    assert standing(*reversed(candidates)) == won
    assert standing(*(c(*w) for w in won), *(x for x in candidates if x[2] == OUT)) == won
    barred = [x for x in candidates if x[2] == OUT]
    for start, end, rule, _ in candidates:
        if rule == OUT:
            continue
        falls = any(
            b < end and start < e and not (start <= b and e <= end and end - start > e - b) for b, e, _, _ in barred
        )
        assert falls or any(s < end and start < e for s, e, _ in won)
