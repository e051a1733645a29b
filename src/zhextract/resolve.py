"""Which candidates stand, where several claim the same characters: one pure function, the whole policy.

1. An exclusion that starts or ends inside a numeral is void (`一批` within `十一批`).
2. A figure that touches an exclusion falls, unless it strictly contains it (`十一家` stands over the holiday `十一`).
   Names are exempt: an excluded word may well be one.
3. Of candidates that overlap, the longest stands; of equals the one with the higher priority, then the earlier rule.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from operator import itemgetter

from .engine import Candidate, inside_numeral


def resolve(
    candidates: Sequence[Candidate],
    excludes: Sequence[bool],
    priorities: Sequence[int],
    numerals: dict[int, int],
    exempt: Collection[int] = (),
) -> list[Candidate]:
    """Settle conflicts.

    `excludes[rule]` tells the rules that exclude, `priorities[rule]` their priority, `numerals` maps the start of each
    numeral to its end, `exempt` holds the rules that exclusions don't touch. Returns the candidates that stand,
    ordered by start; they don't overlap.
    """
    barred: list[Candidate] = []
    free: list[Candidate] = []
    names: list[Candidate] = []
    for c in candidates:
        (barred if excludes[c[2]] else names if c[2] in exempt else free).append(c)
    if barred:
        starts = sorted(numerals)
        barred = [c for c in barred if not void(c, starts, numerals)]
        barred.sort(key=_span)
        free.sort(key=_span)
        free = _unbarred(free, barred)
    free += names
    free.sort(key=_span)
    winners: list[Candidate] = []
    cluster: list[Candidate] = []
    reach = -1
    for c in free:
        if c[0] >= reach:
            if len(cluster) > 1:
                _settle(cluster, winners, priorities)
            else:
                winners += cluster
            cluster = [c]
            reach = c[1]
        else:
            cluster.append(c)
            if c[1] > reach:
                reach = c[1]
    _settle(cluster, winners, priorities)
    return winners


def void(exclusion: Candidate, starts: list[int], numerals: dict[int, int]) -> bool:
    """Whether an exclusion would cut a numeral; `starts` are the numerals' sorted starts."""
    return inside_numeral(exclusion[0], starts, numerals) or inside_numeral(exclusion[1], starts, numerals)


def _unbarred(free: list[Candidate], barred: list[Candidate]) -> list[Candidate]:
    """Drop what touches an exclusion without strictly containing it. Both sorted by start."""
    # Exclusions may nest, so look back as far as the longest of them reaches.
    longest = max((end - start for start, end, _, _ in barred), default=0)
    out = []
    low = 0
    for c in free:
        start, end = c[0], c[1]
        while low < len(barred) and barred[low][0] < start - longest:
            low += 1
        i = low
        falls = False
        while i < len(barred) and barred[i][0] < end:
            x_start, x_end = barred[i][0], barred[i][1]
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
    chosen: list[Candidate] = []
    first = cluster[0][0]
    # A map of the characters taken, not a list of the chosen: a chain may be as long as the text.
    taken = bytearray(max([c[1] for c in cluster]) - first)
    for c in sorted(cluster, key=lambda c: (c[0] - c[1], -priorities[c[2]], c[2], c[0])):
        low, high = c[0] - first, c[1] - first
        if taken.find(1, low, high) < 0:
            taken[low:high] = b"\1" * (high - low)
            chosen.append(c)
    chosen.sort(key=_span)
    winners += chosen


_span = itemgetter(0, 1)
