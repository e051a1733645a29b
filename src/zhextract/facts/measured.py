"""What a figure measures: the phrase that governs it, by the words before it, its counted noun, or what follows."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from typing import Final

from .. import records as r
from .. import regexes
from ..rules import pack as p
from .folding import COUNT, ENTITIES, FIGURES, FOLDED, TIME, Folded
from .lookups import Endings, Fillers, in_role, opening, table, words

_SHORT_VERB: Final = 12
"""Longest phrase before a figure that is joined to its counted noun."""
_RATE: Final = 2
"""Rates longer than this name what they are of."""
_LONG: Final = 30
"""Longest phrase behind a figure that is taken for what it measures."""

HAN: Final = "\u4e00-\u9fff"


class Phrases:
    """Words around figures. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        marks = table(pack, "mark")
        opens = "".join(map(re.escape, in_role(marks, "open")))
        closes = "".join(map(re.escape, in_role(marks, "close")))
        quotes = "".join(map(re.escape, in_role(marks, "quote")))
        self.light = Fillers(table(pack, "light"), table(pack, "light_block"))
        self.level = Fillers(_backwards(table(pack, "level")), _backwards(table(pack, "level_block")))
        self.plain = regexes.compile(f"[{opens}{quotes}{FOLDED}\n ]")
        self.aside = regexes.compile(f"[{opens}][^{opens}{closes}]*[{closes}]?|[{quotes}\n ]")
        parts = words(sign for sign in in_role(marks, "list") if not sign.isalpha())
        self.listing = regexes.compile(f"{parts}|(?:{words(table(pack, 'example'))})\\Z")
        self.joint = frozenset(table(pack, "joint"))
        signs = words(in_role(marks, "list"))
        near = words(table(pack, "near"))
        figures = "".join(sorted(FIGURES))
        self.next_item = regexes.compile(f"^{parts}|{signs}(?:{near})*[{figures}]|{parts}")
        of_signs = in_role(marks, "of")
        of = words(of_signs)
        self.of_signs = tuple(of_signs)
        # What is counted has a size that is told between its number and its noun.
        sized = words(table(pack, "property"))
        self.property = regexes.compile(f"({sized})(?:{near})*[{figures}](?:{near})?{of}([{HAN}]{{2,10}})")
        self.ties = frozenset(word[0] for word in table(pack, "about")) | set(of_signs)
        self.behind = regexes.compile(f"(?:{words(table(pack, 'about'))})?{of}([{HAN}]{{2,16}})")
        self.about = regexes.compile(f"(?:{words(table(pack, 'about'))})*")
        self.of = regexes.compile(of)
        self.means = regexes.compile(f".*(?:{words(table(pack, 'means'))})")
        self.gloss = regexes.compile(words(table(pack, "gloss")))
        self.ground = opening(table(pack, "ground"))
        self.among = opening(table(pack, "among"))
        self.inner = regexes.compile(words(table(pack, "inner")))
        self.wheres = frozenset(table(pack, "where"))
        etc = words(word for word in table(pack, "example") if len(word) == 1)
        names = "".join(sorted(ENTITIES))
        self.enumerated = regexes.compile(
            f"[{names}][^{FOLDED}]{{0,6}}?(?:[{names}][^{FOLDED}]{{0,3}}?)?{parts}.*(?:{etc})" if etc else "(?!)"
        )
        self.changes = frozenset(table(pack, "change"))
        self.sums = opening(table(pack, "sum"))
        self.relative = frozenset(table(pack, "relative"))
        self.those = Endings(table(pack, "those"))
        self.growth = frozenset(table(pack, "change_noun"))
        self.measure = regexes.compile(words(_backwards(self.relative)))
        self.signs = "".join(sign for sign, row in marks.items() if len(sign) == 1 and not sign.isalpha())
        lists = in_role(marks, "list")
        self.list_sign = regexes.compile(words(lists))
        self.lists_on = opening(lists)
        self.list_mark = regexes.compile(words(sign for sign in in_role(marks, "list") if sign != "/"))
        self.series = words(table(pack, "series"))
        self.tail_end = regexes.compile(f".*?({self.series})\\Z")
        # What there is now, with the particle behind it, may be what is to change.
        self.done = regexes.compile(f"(?:{words(table(pack, 'done'))})(?!{of})")
        ends = "".join(map(re.escape, in_role(marks, "break", "stop")))
        settle, budget = words(table(pack, "settle")), words(table(pack, "budget"))
        self.settled = regexes.compile(f"(?:{settle})[^{ends}]{{0,12}}?(?:{budget})")
        self.joined = regexes.compile(f"[^{FOLDED}]{{0,2}}(?:{signs})(?:{near})*\\Z")
        self.modifiers = frozenset(table(pack, "modifier"))
        self.dates = regexes.compile(f"{TIME}(?:{signs}){TIME}(?:(?:{signs}){TIME})*")
        self.bodies = regexes.compile(f"[{names}](?:(?:{signs})[{names}])+")
        self.dwellers = regexes.compile(f"{COUNT}(?:{parts})?{COUNT}")
        self.dwelt = {unit: row["value"] for unit, row in table(pack, "dweller").items()}
        self.pairs = regexes.compile(words(table(pack, "pair")))

    def said(
        self, folded: Folded, mentions: Sequence[r.AnyMention], start: int, end: int, *, times: bool = False
    ) -> str:
        """A stretch of folded text in words, without brackets, quotes and (unless `times`) times."""
        if start >= end:
            return ""
        text = folded.text[start:end]
        if self.plain.search(text) is None:
            return text
        places = folded.places
        i = bisect_left(places, start)
        if i < len(places) and places[i] < end:
            whole, at = folded.text, folded.at
            out: list[str] = []
            done = start
            while i < len(places) and places[i] < end:
                place = places[i]
                out.append(whole[done:place])
                if times or whole[place] != TIME:
                    out.append(mentions[at[place]].text)
                done = place + 1
                i += 1
            out.append(whole[done:end])
            text = "".join(out)
        return self.aside.sub("", text)

    def head(self, said: str) -> str:
        """A phrase without what says nothing at either end."""
        size = len(said)
        if not size:
            return said
        # A word that is kept may begin within one that says nothing: "about" and the end of "a day on average".
        end = size - self.level.past(said[::-1], 0, size, within=True)
        said = self.means.sub("", said[self.light.past(said, 0, end) : end])
        return self.inner.sub("", said).strip(self.signs)

    def measured(self, head: str) -> str:
        """The measure that a phrase ends with, or nothing."""
        m = self.measure.match(head[::-1])
        return "" if m is None else head[len(head) - m.end() :]

    def related(self, head: str, carried: str | None) -> str:
        """A measure that says nothing alone goes behind what was measured before."""
        if carried is None or head not in self.relative or head in carried or carried in self.wheres:
            return head
        if len(head) > _RATE and head[:-1] in carried:
            return head  # the rate of what was counted before
        m = None if head in self.growth else self.measure.match(carried[::-1])
        rest = carried if m is None else carried[: len(carried) - m.end()]
        return head if rest in self.modifiers or rest in self.changes else rest + head

    def lists(self, text: str, start: int, end: int) -> bool:
        """Whether what stands before a count lists what is counted."""
        return self.listing.search(text, start, end) is not None

    def items(self, head: str, count: int = 0) -> list[str]:
        """The items of a list, each with the end that only its last one has: two groups of people, with "income".

        Where there are not `count`, a stroke parts the names of one of them.
        """
        items = [item for item in self.list_sign.split(head) if item]
        if 1 < count < len(items):
            items = [item for item in self.list_mark.split(head) if item]
        if len(items) < 2:
            return items
        last, first = items[-1], items[0]
        tail = ""
        for n in range(len(first), 0, -1):
            i = last.rfind(first[-n:]) if n > 1 else last.find(first[-1], 1)
            if i >= 0 and i + n < len(last):
                tail = last[i + n :]
                break
        else:
            m = self.tail_end.match(last)
            if m is not None and not re.search(f"{self.series}\\Z", first):
                tail = m.group(1)
        return [self.head(item) if item.endswith(tail) else self.head(item) + tail for item in items]


def rest(
    phrases: Phrases, folded: Folded, mentions: Sequence[r.AnyMention], start: int, end: int, *, through: bool = False
) -> str:
    """What is said of a figure behind it: up to the next figure, or, `through` the next ones, to the next item."""
    figures = folded.figures
    i = bisect_left(figures, start)
    if through:
        m = phrases.next_item.search(folded.text, start, end)
        stop = end if m is None else m.start()
        said = ""
        while i < len(figures) and figures[i] < stop:
            said += phrases.said(folded, mentions, start, figures[i])
            start = figures[i] + 1
            i += 1
        said += phrases.said(folded, mentions, start, stop)
    else:
        said = phrases.said(folded, mentions, start, min(end, figures[i]) if i < len(figures) else end)
    found = phrases.head(said)
    return found if len(found) <= _LONG else ""


def _backwards(entries: Iterable[str]) -> list[str]:
    return [word[::-1] for word in entries]
