"""A text whose mentions are one private-use character each, by their kinds: what rules on mentions run on."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from typing import Final, cast

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
_FOREIGN_BYTES: Final = chr(p.FOLD_BASE).encode()[:2]  # what they begin with in UTF-8
_UNSEEN: Final = "\ufffd"
_LINE: Final = 80
_GAP: Final = re.compile("(?<=[\u4e00-\u9fff0-9%]) (?=[\u4e00-\u9fff])")
_WIDE: Final = tuple(zip(",;:?!", "\uff0c\uff1b\uff1a\uff1f\uff01", strict=True))  # an article may have narrow marks
_LABELS: Final = {label: p.folded(label) or _UNSEEN for label in ("person", "org", "place", "work")}
_KINDS: Final = {kind: p.folded(kind) or _UNSEEN for kind in p.FOLDS}


class Folded:
    """The folded text. `at`: place in it -> index of the mention; `places`, `ends`: each mention's places.

    Of the places, `figures` are those of figures, `names` those of names, `marks` those of times and names but works.
    """

    __slots__ = ("at", "ends", "figures", "marks", "names", "places", "text")

    def __init__(
        self,
        text: str,
        at: dict[int, int],
        ends: list[int],
        places: list[int],
        figures: list[int],
        marks: list[int],
        names: list[int],
    ) -> None:
        self.text = text
        self.at = at
        self.ends = ends
        self.places = places
        self.figures = figures
        self.marks = marks
        self.names = names

    def source(self, place: int) -> int:
        """Where in the unfolded text a place of this one is."""
        i = bisect_right(self.places, place - 1)
        return place if not i else self.ends[i - 1] + place - self.places[i - 1] - 1

    def place(self, at: int) -> int:
        """Where a place of the unfolded text is; one inside a mention is right behind it."""
        return self.behind(bisect_right(self.ends, at), at)

    def behind(self, i: int, at: int) -> int:
        """The same for a place behind `i` mentions."""
        found = at if not i else self.places[i - 1] + 1 + at - self.ends[i - 1]
        return min(found, self.places[i] + 1) if i < len(self.places) else found


class Folding:
    """Folds texts; `units` tells which units and rules are seen as a kind of their own."""

    def __init__(self, units: Mapping[str, str]) -> None:
        self.known = {name: _KINDS.get(kind, _UNSEEN) for name, kind in units.items()}

    def fold(self, text: str, mentions: Sequence[r.AnyMention], spans: Sequence[tuple[int, int]]) -> Folded:
        """The text with its mentions folded; `spans` are their places in it, in order."""
        if _FOREIGN_BYTES in text.encode("utf-8", "surrogatepass"):  # many times quicker than to ask the regex
            text = _FOREIGN.sub(_UNSEEN, text)
        first = text.find("\n")
        if 0 < first < _LINE:  # the parts of a title
            text = _GAP.sub("\uff0c", text[:first]) + text[first:]
        for narrow, wide in _WIDE:  # numbers, which hold narrow signs, are folded
            text = text.replace(narrow, wide)
        parts: list[str] = []
        at: dict[int, int] = {}
        ends: list[int] = []
        places: list[int] = []
        figures: list[int] = []
        marks: list[int] = []
        names: list[int] = []
        known = self.known
        # Asked by identity: whether a record is an instance of a class is a long question.
        name, quantity, time = r.EntityMention, r.Quantity, r.Time
        done = saved = 0
        i = -1
        for start, end in spans:
            i += 1
            if start < done or end <= start:
                continue
            m = mentions[i]
            kind = type(m)
            place = start - saved
            if kind is name:
                sign = _LABELS[cast(r.EntityMention, m).label]
                names.append(place)
                if sign != WORK:
                    marks.append(place)
            elif kind is time:
                sign = TIME
                marks.append(place)
            else:
                if kind is quantity:
                    figure = cast(r.Quantity, m)
                    sign = known.get(m.rule) or known.get(figure.unit) or _KINDS[figure.kind]
                else:
                    sign = known.get("#" + cast(r.Ordinal, m).unit) or _KINDS["ordinal"]
                if sign in FIGURES:
                    figures.append(place)
            if start > done:
                parts.append(text[done:start])
            parts.append(sign)
            at[place] = i
            places.append(place)
            ends.append(end)
            saved += end - start - 1
            done = end
        parts.append(text[done:])
        return Folded("".join(parts), at, ends, places, figures, marks, names)
