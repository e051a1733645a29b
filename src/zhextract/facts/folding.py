"""A text whose mentions are one private-use character each, by their kinds: what rules on mentions run on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, NamedTuple

from .. import records as r
from ..rules import pack as p

FIGURES: Final = frozenset(p.folded("figure") or "")
ENTITIES: Final = frozenset(p.folded("entity") or "")
TIME: Final = p.folded("time") or ""
PERSON: Final = p.folded("person") or ""
WORK: Final = p.folded("work") or ""
COUNT: Final = p.folded("count") or ""
DURATION: Final = p.folded("duration") or ""
GROUPING: Final = p.folded("grouping") or ""
ORDINALS: Final = frozenset(sign for kind in ("ordinal", "rank") for sign in p.folded(kind) or "")
FOLDED: Final = f"{chr(p.FOLD_BASE)}-{chr(p.FOLD_BASE + len(p.FOLDS) - 1)}"
"""All of them, as the inside of a regex class."""

_FOREIGN: Final = re.compile(f"[{FOLDED}]")  # private-use characters of the text itself
_UNSEEN: Final = "\ufffd"
_LINE: Final = 80
_GAP: Final = re.compile("(?<=[\u4e00-\u9fff0-9%]) (?=[\u4e00-\u9fff])")
_WIDE: Final = str.maketrans(",;:?!", "\uff0c\uff1b\uff1a\uff1f\uff01")  # an article may have narrow marks
_LABELS: Final = {label: p.folded(label) or _UNSEEN for label in ("person", "org", "place", "work")}
_KINDS: Final = {kind: p.folded(kind) or _UNSEEN for kind in p.FOLDS}


class Folded(NamedTuple):
    """The folded text. `at`: place in it -> index of the mention; `starts`, `ends`, `places`: each mention's places."""

    text: str
    at: dict[int, int]
    ends: list[int]
    places: list[int]

    def source(self, place: int) -> int:
        """Where in the unfolded text a place of this one is."""
        i = bisect_right(self.places, place - 1)
        return place if not i else self.ends[i - 1] + place - self.places[i - 1] - 1

    def place(self, at: int) -> int:
        """Where a place of the unfolded text is; one inside a mention is right behind it."""
        i = bisect_right(self.ends, at)
        found = at if not i else self.places[i - 1] + 1 + at - self.ends[i - 1]
        return min(found, self.places[i] + 1) if i < len(self.places) else found


class Folding:
    """Folds texts; `units` tells which units and rules are seen as a kind of their own."""

    def __init__(self, units: Mapping[str, str]) -> None:
        self.known = {name: _KINDS.get(kind, _UNSEEN) for name, kind in units.items()}

    def fold(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> Folded:
        """The text with its mentions folded; `spans` are their places in it, in order."""
        if _FOREIGN.search(text):
            text = _FOREIGN.sub(_UNSEEN, text)
        first = text.find("\n")
        if 0 < first < _LINE:  # the parts of a title
            text = _GAP.sub("\uff0c", text[:first]) + text[first:]
        text = text.translate(_WIDE)  # numbers, which hold narrow signs, are folded
        parts: list[str] = []
        at: dict[int, int] = {}
        ends: list[int] = []
        places: list[int] = []
        known = self.known
        done = saved = 0
        for i, (start, end) in enumerate(spans):
            if start < done or end <= start:
                continue
            m = mentions[i]
            if isinstance(m, r.EntityMention):
                sign = _LABELS[m.label]
            elif isinstance(m, r.Quantity):
                sign = known.get(m.rule) or known.get(m.unit) or _KINDS[m.kind]
            elif isinstance(m, r.Time):
                sign = TIME
            else:
                sign = known.get("#" + m.unit) or _KINDS["ordinal"]
            parts.append(text[done:start])
            parts.append(sign)
            place = start - saved
            at[place] = i
            places.append(place)
            ends.append(end)
            saved += end - start - 1
            done = end
        parts.append(text[done:])
        return Folded("".join(parts), at, ends, places)
