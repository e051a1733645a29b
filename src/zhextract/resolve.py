"""Which candidates stand, where several claim the same characters: one pure function, the whole policy.

1. What a rule of priority `first` found stands (the longest, where several overlap), and all else that overlaps it
   falls, exclusions included. Lists and definitions of names don't: of what they hold, only what is free is taken.
2. An exclusion that starts or ends inside a numeral is void ("one batch" within "eleven batches").
3. A figure that touches an exclusion falls, unless it strictly contains it: "eleven firms" stands over the holiday that
   is written "eleven". Names are exempt: an excluded word may well be one.
4. Of candidates that overlap, the longest stands; of equals the one with the higher priority, then the earlier rule.

`account` tells of those that fall why they do.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Collection, Sequence
from operator import itemgetter
from typing import Literal, NamedTuple

from .engine import Candidate, inside_numeral


class Policy(NamedTuple):
    """What the rules of a set are in a conflict.

    `excludes[rule]` tells the rules that exclude, `priorities[rule]` their priority; `exempt` holds the rules that
    exclusions don't touch, `first` those that stand before all others, `holders` those of lists and definitions.
    """

    excludes: Sequence[bool]
    priorities: Sequence[int]
    exempt: Collection[int] = ()
    first: Collection[int] = ()
    holders: Collection[int] = ()


def resolve(candidates: Sequence[Candidate], numerals: dict[int, int], policy: Policy) -> list[Candidate]:
    """Settle conflicts; `numerals` maps the start of each numeral to its end.

    Returns the candidates that stand, ordered by start; only holders and what `first` found may overlap.
    """
    excludes, priorities, exempt, first, holders = policy
    candidates = sorted(candidates, key=_span)
    leaders: list[Candidate] = []
    if first:
        leaders = [c for c in candidates if c[2] in first]
        if leaders:
            leaders = _longest(leaders, priorities)
            candidates = _beside(candidates, leaders, first, holders)
    barred = [c for c in candidates if excludes[c[2]]]
    if barred:
        starts = sorted(numerals)
        barred = [c for c in barred if not void(c, starts, numerals)]
        candidates = _unbarred(candidates, barred, excludes, exempt)
    winners = _longest(candidates, priorities)
    if leaders:
        winners += leaders
        winners.sort(key=_span)
    return winners


Reason = Literal["first", "longer", "priority", "order", "earlier", "same", "void", "excluded", "overruled"]
"""Why a candidate falls. `first`, `longer`, `priority`, `order` (of rules), `earlier` (in the text): the other one is
that. `same`: the rule found the same words in another way. `void`: an exclusion that cuts a numeral. `excluded`: it
touches an exclusion. `overruled`: an exclusion within what stands all the same."""


class Lost(NamedTuple):
    """A candidate that fell, and before which other (None: for itself)."""

    candidate: Candidate
    reason: Reason
    by: Candidate | None


def account(
    candidates: Sequence[Candidate], numerals: dict[int, int], policy: Policy
) -> tuple[list[Candidate], list[Lost]]:
    """What `resolve` returns, and why each other fell; by start. Exclusions that do their work are in neither."""
    excludes, priorities, exempt, first, holders = policy
    winners = resolve(candidates, numerals, policy)
    stands = {id(c) for c in winners}
    starts = sorted(numerals)
    leaders = _Places([c for c in winners if c[2] in first])
    standing = _Places([c for c in winners if c[2] not in first])
    barred = _Places([
        c for c in candidates if excludes[c[2]] and not void(c, starts, numerals) and not leaders.touching(c)
    ])  # fmt: skip
    lost: list[Lost] = []
    for c in sorted(candidates, key=_span):
        if id(c) in stands:
            continue
        before = None if c[2] in holders else min(leaders.touching(c), key=lambda x: _rank(x, priorities), default=None)
        if before is not None:
            reason: Reason = _why(before, c, priorities) if c[2] in first else "first"
            lost.append(Lost(c, reason, before))
        elif excludes[c[2]]:
            over = next(iter(standing.touching(c)), None)
            if void(c, starts, numerals):
                lost.append(Lost(c, "void", None))
            elif over is not None:
                lost.append(Lost(c, "overruled", over))
        else:
            block = None if c[2] in exempt else next((x for x in barred.touching(c) if not _contains(c, x)), None)
            rivals = [] if block else standing.touching(c)
            by = block or min(rivals, key=lambda x: _rank(x, priorities), default=None)
            lost.append(Lost(c, "excluded" if block or by is None else _why(by, c, priorities), by))
    return winners, lost


class _Places:
    """Candidates by their places."""

    def __init__(self, candidates: list[Candidate]) -> None:
        self.candidates = sorted(candidates, key=_span)
        self.starts = [c[0] for c in self.candidates]
        self.longest = max((c[1] - c[0] for c in candidates), default=0)

    def touching(self, c: Candidate) -> list[Candidate]:
        """Those that overlap a candidate, by start."""
        low, high = bisect_left(self.starts, c[0] - self.longest), bisect_left(self.starts, c[1])
        return [x for x in self.candidates[low:high] if x[1] > c[0]]


def _rank(c: Candidate, priorities: Sequence[int]) -> tuple[int, int, int, int]:
    """The lower stands before the higher: length, priority, order of rules, place."""
    return c[0] - c[1], -priorities[c[2]], c[2], c[0]


def _why(by: Candidate, c: Candidate, priorities: Sequence[int]) -> Reason:
    """In what `by` is before `c`."""
    if by[:3] == c[:3]:
        return "same"
    reasons: tuple[Reason, ...] = ("longer", "priority", "order", "earlier")
    ranks = zip(reasons, _rank(by, priorities), _rank(c, priorities), strict=True)
    return next(reason for reason, a, b in ranks if a != b)


def _contains(c: Candidate, x: Candidate) -> bool:
    """Whether a candidate strictly contains an exclusion."""
    return bool(c[0] <= x[0] and x[1] <= c[1] and c[1] - c[0] > x[1] - x[0])


def _beside(
    candidates: Sequence[Candidate], leaders: list[Candidate], first: Collection[int], holders: Collection[int]
) -> list[Candidate]:
    """The candidates of other rules that no leader touches, and the holders. Leaders are by start and don't overlap."""
    starts = [c[0] for c in leaders]
    out = []
    for c in candidates:
        if c[2] in first:
            continue
        i = bisect_left(starts, c[1])  # those before it begin before the candidate ends
        if c[2] in holders or not i or leaders[i - 1][1] <= c[0]:
            out.append(c)
    return out


def _longest(free: list[Candidate], priorities: Sequence[int]) -> list[Candidate]:
    """The choice among candidates that are sorted by start."""
    winners: list[Candidate] = []
    cluster: list[Candidate] = []
    reach = -1
    for c in free:
        start: int = c[0]
        end: int = c[1]
        if start >= reach:
            if len(cluster) == 1:
                winners.append(cluster[0])
            else:
                _settle(cluster, winners, priorities)
            cluster = [c]
            reach = end
        else:
            cluster.append(c)
            if end > reach:
                reach = end
    _settle(cluster, winners, priorities)
    return winners


def void(exclusion: Candidate, starts: list[int], numerals: dict[int, int]) -> bool:
    """Whether an exclusion would cut a numeral; `starts` are the numerals' sorted starts."""
    return inside_numeral(exclusion[0], starts, numerals) or inside_numeral(exclusion[1], starts, numerals)


def _unbarred(
    candidates: list[Candidate], barred: list[Candidate], excludes: Sequence[bool], exempt: Collection[int]
) -> list[Candidate]:
    """The candidates that exclude nothing, without those that touch an exclusion and don't strictly contain it.

    Both are sorted by start.
    """
    # Exclusions may nest, so look back as far as the longest of them reaches.
    longest = max((end - start for start, end, _, _ in barred), default=0)
    out = []
    low = 0
    for c in candidates:
        if excludes[c[2]]:
            continue
        if c[2] in exempt:
            out.append(c)
            continue
        start: int = c[0]
        end: int = c[1]
        while low < len(barred) and barred[low][0] < start - longest:
            low += 1
        i = low
        falls = False
        while i < len(barred) and barred[i][0] < end:
            x_start: int = barred[i][0]
            x_end: int = barred[i][1]
            if x_end > start and not (start <= x_start and x_end <= end and end - start > x_end - x_start):
                falls = True
                break
            i += 1
        if not falls:
            out.append(c)
    return out


def _settle(cluster: list[Candidate], winners: list[Candidate], priorities: Sequence[int]) -> None:
    """Choose within a run of candidates that overlap in a chain; appends the choice by start."""
    if len(cluster) <= 1:
        winners += cluster
        return
    best = cluster[0]
    first: int = best[0]
    last: int = best[1]
    for c in cluster:
        end: int = c[1]
        last = max(last, end)
        if end - c[0] >= best[1] - best[0] and _rank(c, priorities) < _rank(best, priorities):
            best = c
    if len(cluster) == 2 or (best[0] == first and best[1] == last):
        winners.append(best)  # it leaves nothing to the others
        return
    chosen: list[Candidate] = []
    # A map of the characters taken, not a list of the chosen: a chain may be as long as the text.
    taken = bytearray(last - first)
    for c in sorted(cluster, key=lambda c: _rank(c, priorities)):
        low, high = c[0] - first, c[1] - first
        if taken.find(1, low, high) < 0:
            taken[low:high] = b"\1" * (high - low)
            chosen.append(c)
    chosen.sort(key=_span)
    winners += chosen


_span = itemgetter(0, 1)
