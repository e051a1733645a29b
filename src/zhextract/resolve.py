"""Which candidates stand, where several claim the same characters: one pure function, the whole policy.

1. An exclusion that starts or ends inside a numeral is void (`一批` within `十一批`).
2. A candidate that touches an exclusion falls, unless it strictly contains it (`十一家` stands over the holiday `十一`).
3. Of candidates that overlap, the longest stands; of equals the one with the higher priority, then the earlier rule.
"""

from __future__ import annotations

from collections.abc import Sequence

from .engine import Candidate, inside_numeral


def resolve(
    candidates: Sequence[Candidate], excludes: Sequence[bool], priorities: Sequence[int], numerals: dict[int, int]
) -> list[Candidate]:
    """Settle conflicts.

    `excludes[rule]` tells the rules that exclude, `priorities[rule]` their priority, `numerals` maps the start of each numeral
    to its end. Returns the candidates that stand, ordered by start; they don't overlap.
    """
    barred: list[Candidate] = []
    free: list[Candidate] = []
    for c in candidates:
        (barred if excludes[c.rule] else free).append(c)
    if barred:
        starts = sorted(numerals)
        barred = [c for c in barred if not void(c, starts, numerals)]
        barred.sort(key=lambda c: (c.start, c.end))
        free = _unbarred(sorted(free, key=lambda c: (c.start, c.end)), barred)
    else:
        free.sort(key=lambda c: (c.start, c.end))
    winners: list[Candidate] = []
    cluster: list[Candidate] = []
    reach = -1
    for c in free:
        if c.start >= reach:
            _settle(cluster, winners, priorities)
            cluster = [c]
            reach = c.end
        else:
            cluster.append(c)
            if c.end > reach:
                reach = c.end
    _settle(cluster, winners, priorities)
    return winners


def void(exclusion: Candidate, starts: list[int], numerals: dict[int, int]) -> bool:
    """Whether an exclusion would cut a numeral; `starts` are the numerals' sorted starts."""
    return inside_numeral(exclusion.start, starts, numerals) or inside_numeral(exclusion.end, starts, numerals)


def _unbarred(free: list[Candidate], barred: list[Candidate]) -> list[Candidate]:
    """Drop what touches an exclusion without strictly containing it. Both sorted by start."""
    # Exclusions may nest, so look back as far as the longest of them reaches.
    longest = max((c.end - c.start for c in barred), default=0)
    out = []
    low = 0
    for c in free:
        while low < len(barred) and barred[low].start < c.start - longest:
            low += 1
        i = low
        falls = False
        while i < len(barred) and barred[i].start < c.end:
            x = barred[i]
            if x.end > c.start and not (c.start <= x.start and x.end <= c.end and c.end - c.start > x.end - x.start):
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
    for c in sorted(cluster, key=lambda c: (c.start - c.end, -priorities[c.rule], c.rule, c.start)):
        if all(c.end <= w.start or w.end <= c.start for w in chosen):
            chosen.append(c)
    chosen.sort(key=lambda c: c.start)
    winners += chosen
