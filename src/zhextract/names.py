"""Readers of names: from an anchor (an ending, a title, a verb of saying) to where the name beside it begins or ends.

They are to names what `numerals` is to numbers: rules say where a name may stand, a reader tells how far it goes, by the
words of the line, its punctuation and the tables. No fixed windows; every walk is bounded by `REACH` characters.
"""

from __future__ import annotations

from collections.abc import Mapping

from .engine import Row, Value
from .rules import pack as p
from .words import Words

REACH = 40
"""The longest name read, in characters before its ending."""

STOP, SOFT, GENERIC, NAME, TRADE, OTHER = range(6)


class Names:
    """Reads names by the tables of a rule pack. Immutable; safe to share."""

    def __init__(self, pack: p.RulePack) -> None:
        tables = pack.lexicons
        kinds: dict[str, int] = {}

        def mark(kind: int, *names: str) -> None:
            for name in names:
                for surface in tables[name]:
                    kinds[surface] = kind

        mark(GENERIC, "object_keep", "object_head", "name_generic")
        mark(SOFT, "object_verb")
        mark(STOP, "object_stop", "titles", "verbs_say", "name_stop")
        mark(TRADE, "trade", "name_part")
        self.kinds = kinds
        self.known: dict[str, Row] = {}
        for name in GAZETTEERS:
            for surface, row in tables[name].items():
                if row["use"] == "free":
                    self.known.setdefault(surface, row)
                    kinds[surface] = NAME
        self.places = {s for name in PLACES for s, row in tables[name].items() if row["kind"] != "abbr"}
        self.conjunctions = frozenset(tables["name_conjunction"])
        self.openers = {s: row["close"] or "" for s, row in tables["name_bracket"].items()}
        self.closers = {close: s for s, close in self.openers.items()}
        self.inner = frozenset(tables["name_sign"])
        self.suffixes = frozenset(tables["org_suffix"]) | frozenset(tables["place_suffix"])
        surnames = tables["surnames"]
        self.single = {s: row["rarity"] or "3" for s, row in surnames.items() if len(s) == 1}
        self.double = frozenset(s for s in surnames if len(s) > 1)
        self.not_given = frozenset(tables["name_not_given"])

    # ------------------------------------------------------------------------------------------------ left of an ending

    def name(self, words: Words, end: int, anchor: Value) -> int | None:
        """Where the name begins whose ending begins at `end`; None when there is none. `anchor` is the row of the ending."""
        row: Mapping[str, str | None] = anchor if isinstance(anchor, Mapping) else {}
        text = words.text
        words.line(end)
        limit = max(0, end - REACH)
        at = end
        named = informative = False
        while at > limit:
            c = text[at - 1]
            if c in self.closers:
                opened = text.rfind(self.closers[c], max(limit, at - 14), at - 1)
                if opened < 0 or opened + 1 == at - 1:
                    break
                at = opened
                continue
            if not (c.isalnum() or c in self.inner):
                break
            start = max(words.start_of(at), limit)
            word = text[start:at]
            kind = self.kinds.get(word)
            if word in self.conjunctions:
                if not self._joins(words, start, at, row):
                    break
                at = start
                continue
            if kind is None:
                # A longer known name may end here, cut otherwise by the word maker.
                kind = NAME if word in self.places else OTHER
            if kind == STOP or word.isdigit():
                break
            if kind == SOFT and (self._name_begins(words, at) or not self._name_like(words, start, limit)):
                break
            if kind == GENERIC and self._name_begins(words, at):
                break
            if kind == NAME:
                named = True
            if kind in (NAME, OTHER) or word.isascii():
                informative = True
            at = start
        at = self._trimmed(words, at, end)
        if at >= end:
            return None
        strength = row.get("strength") or "strong"
        if strength == "weak" and not named:
            return None
        if not informative:
            return None
        if strength == "medium" and not named and not self._coined(words, at, end):
            return None
        return at

    def name_right(self, words: Words, start: int, anchor: Value) -> int | None:
        """Names are read from their endings leftwards only."""
        return None

    def _joins(self, words: Words, start: int, at: int, row: Mapping[str, str | None]) -> bool:
        """Whether a conjunction at [start, at) stands inside one name (of a laboratory, an association), not between two."""
        if (row.get("kind") or "") not in JOINED:
            return False
        if self._name_begins(words, at):
            return False
        before = words.text[max(0, start - 8) : start]
        return bool(before) and before[-1].isalnum() and not any(before.endswith(s) for s in self.suffixes if len(s) > 1)

    def _name_begins(self, words: Words, at: int) -> bool:
        """Whether a known place or body begins at a place."""
        text = words.text
        end = words.end_of(at)
        if text[at:end] in self.known or text[at:end] in self.places:
            return True
        return any(text[at : at + n] in self.known for n in (8, 7, 6, 5, 4, 3))

    def _name_like(self, words: Words, at: int, limit: int) -> bool:
        """Whether what stands before a verb that may be part of a name can be part of it too."""
        if at <= limit:
            return False
        c = words.text[at - 1]
        if not c.isalnum():
            return False
        word = words.text[words.start_of(at) : at]
        return self.kinds.get(word) not in (STOP, SOFT) and word not in self.conjunctions

    def _trimmed(self, words: Words, at: int, end: int) -> int:
        """Drop generic words from the front of a name: `一批重点企业` is none."""
        text = words.text
        while at < end:
            stop = min(words.end_of(at), end)
            word = text[at:stop]
            kind = self.kinds.get(word)
            if kind in (GENERIC, SOFT) or word in self.conjunctions or (not word[0].isalnum() and word not in self.openers):
                at = stop
                continue
            break
        return at

    def _coined(self, words: Words, at: int, end: int) -> bool:
        """Whether the name holds a coined part: what the word maker cuts to single characters or does not know."""
        text = words.text
        while at < end:
            stop = min(words.end_of(at), end)
            word = text[at:stop]
            if len(word) == 1 and word not in self.kinds and word.isalpha():
                return True
            if len(word) > 1 and word not in self.kinds and not words.maker.has(word):
                return True
            at = stop
        return False

    # --------------------------------------------------------------------------------------------------------- persons

    def person_right(self, words: Words, start: int, anchor: Value) -> int | None:
        """Where the person's name ends that begins at `start`; None when none does."""
        text = words.text
        words.line(start)
        surname = self._surname(text, start)
        if not surname:
            return None
        given = start + surname
        first = words.end_of(start)
        if first > given:
            # The word maker took surname and given name together.
            if first - given <= 2 and self._given(text, given, first):
                return first
            return None
        second = words.end_of(given)
        size = second - given
        if size == 2 and self._given(text, given, second):
            return second
        if size == 1 and self._given(text, given, second):
            third = words.end_of(second)
            if third - second == 1 and self._given(text, second, third):
                return third
            return second
        return None

    def person_left(self, words: Words, end: int, anchor: Value) -> int | None:
        """Where the person's name begins that ends at `end`; None when none does."""
        text = words.text
        words.line(end)
        for size in (3, 2, 4):
            start = end - size
            if start < 0 or not words.is_edge(start) or self.person_right(words, start, anchor) != end:
                continue
            word = text[start:end]
            if word in self.kinds or (words.begins.get(start) == end and words.maker.has(word)):
                return None
            return start
        return None

    def _surname(self, text: str, at: int) -> int:
        """Length of the surname at a place, or 0."""
        if text[at : at + 2] in self.double:
            return 2
        return 1 if text[at : at + 1] in self.single else 0

    def _given(self, text: str, start: int, end: int) -> bool:
        given = text[start:end]
        return given.isalpha() and not given.isascii() and not any(c in self.not_given for c in given)


GAZETTEERS = (
    "government", "companies", "universities", "media", "divisions_cn", "divisions_hk_mo_tw", "countries_cities", "regions",
)  # fmt: skip
PLACES = ("divisions_cn", "divisions_hk_mo_tw", "countries_cities", "regions")
JOINED = frozenset({"laboratory", "institute", "association", "school", "university", "department", "government", "hospital"})
"""Kinds of endings whose names may hold a conjunction."""
