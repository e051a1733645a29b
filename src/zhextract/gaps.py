"""Blanks inside a figure in words, as text layers of scanned pages have them: which of them are to go.

A blank goes only between places that make one number together (a digit and its scale word, a scale word and a smaller
place), and within a fraction or a percentage. Rows of numbers keep theirs. The characters come from the classes of the
normalizer; see `CLASSES`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

CLASSES: Final = (
    "place_digit",
    "place_ten",
    "place_hundred",
    "place_thousand",
    "place_big",
    "place_odd",
    "place_point",
    "ordinal",
    "fraction",
    "and",
    "points",
    "tenths",
)
"""Digits; words for 10, 100, 1000 and more; odd: infixes of the indefinite; the decimal point; what
makes a rank of a number, whose name may follow; the two characters of a
fraction and the one that joins it to a whole; the four of a percentage point; units of a tenth."""

_LONGEST: Final = 4
_WINDOW: Final = 12


class Gaps:
    """Tells whether a blank stands inside a figure. Immutable; without its classes it finds none."""

    def __init__(self, classes: Mapping[str, str]) -> None:
        self._pairs: list[tuple[re.Pattern[str], re.Pattern[str]]] = []
        self._left: frozenset[str] = frozenset()
        if not all(classes.get(name) for name in CLASSES):
            return
        digit, ten, hundred, thousand, big, odd, point, rank, _, joint, _, tenths = (
            re.escape(classes[name]) for name in CLASSES
        )
        over, under = map(re.escape, classes["fraction"])
        points = [re.escape(c) for c in classes["points"]]
        some = " {0,4}"
        scale = f"{ten}{hundred}{thousand}"
        any_place = f"[0-9{digit}{scale}{big}]"
        alone = "(?![\u4e00-\u9fff\u3001.])"  # a digit before a word is an article or a mark of a list
        share, opened = some.join(points), f"{some}{points[0]}{some}{points[1]}"
        pairs = [
            (f"(?<![0-9{digit}] )(?<!{rank})[{digit}]", f"[{scale}{big}]"),
            (f"(?<!{rank})[{ten}]", f"[{digit}](?:{alone}|{some}(?:[{big}{joint}]|{over}{some}{under}))"),
            (f"[{hundred}]", f"[{digit}](?:{some}[{ten}]|{alone}(?!{some}[{hundred}{thousand}]))"),
            (f"[{hundred}]", f"[{digit}]{some}{joint}"),
            (f"[{thousand}]", f"[{digit}](?:{some}[{ten}{hundred}]|{alone}(?!{some}[{hundred}{thousand}]))"),
            (f"[{big}]", f"[{digit}]{some}[{scale}]"),
            (f"[{scale}]", f"[{odd}]?{some}[{big}]"),
            (f"[{odd}]", f"[{big}]"),
            (f"[{scale}]", f"[{odd}][{big}]"),
            (any_place, f"{point}{some}[{digit}]"),
            (f"{any_place}{some}{point}", f"[{digit}]{{1,9}}(?:{alone}|[{tenths}{big}]|{opened})"),
            (any_place, f"{over}{some}{under}"),
            (f"{any_place}{some}{over}", f"{under}{some}[^ ]"),
            (f"{over}{some}{under}", any_place),
            (any_place, f"{joint}{some}{any_place}"),
            (f"{any_place}{some}{joint}", any_place),
            (any_place, share),
            (points[0], some.join(points[1:])),
            (points[1], some.join(points[2:])),
            (points[2], points[3]),
            (any_place, f"[{tenths}]{alone}"),
            (f"{any_place}{some}[{tenths}]", f"[{digit}]{alone}"),
        ]  # fmt: skip
        self._left = frozenset("".join(classes[name] for name in CLASSES) + "0123456789")
        self._pairs = [(re.compile(rf"(?:{left})\Z"), re.compile(right)) for left, right in pairs]

    def inside(self, text: str, start: int, end: int) -> bool:
        """Whether the blanks of `text[start:end]`, which is neither its start nor its end, are inside a figure."""
        if text[start - 1] not in self._left or end - start > _LONGEST:
            return False
        before = text[max(0, start - _WINDOW) : start]
        return any(right.match(text, end) and left.search(before) for left, right in self._pairs)
