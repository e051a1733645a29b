"""Readers of names: from an anchor (an ending, a title, a verb of saying) to where the name beside it begins or ends.

They are to names what `numerals` is to numbers: rules say where a name may stand, a reader tells how far it goes, by
the words of the line, its punctuation and the tables. No fixed windows; every walk is bounded by `REACH` characters.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from .engine import Row, Value, lengths_by_first
from .rules import pack as p
from .words import Words

REACH = 40
"""The longest name read, in characters before its ending."""

BRAND = 8
"""The longest short name of a firm, in characters."""

_WAY = 2  # longest ending of a street that may have a province's name
_BRAND = 4  # the longest coined brand
STOP, SOFT, GENERIC, NAME, TRADE, OTHER, COINED = range(7)


_NEEDS = {
    "named": frozenset({NAME, COINED}),
    "other": frozenset({NAME, COINED, OTHER}),
    "trade": frozenset({NAME, COINED, OTHER, TRADE}),
}


class _Piece:
    """A word on the way leftwards."""

    __slots__ = ("kind", "start", "text")

    def __init__(self, start: int, kind: int, text: str) -> None:
        self.start = start
        self.kind = kind
        self.text = text


class Names:
    """Reads names by the tables of a rule pack. Immutable; safe to share."""

    def __init__(self, pack: p.RulePack) -> None:
        # A rule set without names lacks these tables; then nothing is read.
        tables = defaultdict[str, dict[str, Row]](dict, pack.lexicons)
        kinds: dict[str, int] = {}

        def mark(kind: int, *names: str) -> None:
            for name in names:
                for surface in tables[name]:
                    kinds[surface] = kind

        # Later marks win: what may stand inside a name is the surest knowledge.
        mark(GENERIC, "object_keep", "object_head", "name_generic")
        mark(SOFT, "object_verb")
        mark(STOP, "object_stop", "titles", "verbs_say", "name_stop")
        mark(TRADE, "trade", "name_part")
        mark(SOFT, "name_verb")
        self.kinds = kinds
        self.never_given = frozenset().union(*(tables[name] for name in ("titles", "verbs_say", "name_stop")))
        self.firms = tuple(tables["name_firm"])
        self.plants = frozenset(tables["name_plant"])
        self.places = frozenset(surface for name in PLACES for surface in tables[name])
        self.known: set[str] = set()
        countries = {s for s, row in tables["countries_cities"].items() if row["kind"] == "country"}
        self.abroad = countries.difference(tables["home_country"])
        self.bodies = frozenset(tables["government"])
        self.provinces = {s for s, row in tables["divisions_cn"].items() if row["kind"] in PROVINCES}
        self.divisions = frozenset(tables["divisions_cn"]) | frozenset(tables["divisions_hk_mo_tw"])
        for name in GAZETTEERS:
            for surface, row in tables[name].items():
                if len(surface) < 2:
                    continue
                if row["use"] == "free":
                    kinds[surface] = NAME
                    self.known.add(surface)
                elif (
                    name in PLACES
                    and kinds.get(surface) not in (STOP, SOFT)  # such as the word for "new"
                    and surface not in tables["name_generic"]
                ):
                    kinds[surface] = NAME
        self.heads: dict[str, tuple[int, ...]] = _lengths(self.known, slice(0, 2))
        self.tails: dict[str, tuple[int, ...]] = _lengths(self.known, slice(-2, None))
        policies = {k: (row["policy"] or "full", row["needs"] or "named") for k, row in tables["name_policy"].items()}
        self.policy_of: dict[str, tuple[str, str]] = {}
        for name in ("place_suffix", "org_suffix"):
            for surface, row in tables[name].items():
                policy, needs = policies.get(surface) or policies.get(row["kind"] or "") or ("full", "named")
                if name == "org_suffix" and len(surface) == 1 and policy != "brand":
                    policy = "owner"
                self.policy_of[surface] = policy, needs
        self.conjunctions = frozenset(tables["name_conjunction"])
        self.openers = {s: row["close"] or "" for s, row in tables["name_bracket"].items()}
        self.closers = {close: s for s, close in self.openers.items()}
        self.inner = frozenset(tables["name_sign"])
        self.suffixes = tuple(
            s
            for s, row in tables["org_suffix"].items()
            if len(s) > 1 and row["kind"] in JOINED | {"legal_form", "bank"}
        )
        self.forms = tuple(
            sorted((s for s, row in tables["org_suffix"].items() if row["kind"] == "legal_form"), key=len, reverse=True)
        )
        self.short_ends = {s: (row["short"] or "").split("|") for s, row in tables["name_short_end"].items()}
        self.trades = tuple(s for s, row in tables["org_suffix"].items() if len(s) > 1 and row["kind"] == "company")
        self.trade_words = frozenset(self.trades)
        self.offices = tuple(s for s, row in tables["org_suffix"].items() if row["kind"] in ("government", "court"))
        self.zones = frozenset(tables["place_suffix"])
        self.division_endings = tuple(tables["division_ending"])
        self.one_sign = frozenset(s for s in self.division_endings if len(s) == 1)
        self.split = frozenset(s for s, row in tables["division_ending"].items() if row["split"])
        self.below = frozenset(s for s, row in tables["division_ending"].items() if row["below"])
        self.sections = frozenset(tables["name_section"])
        self.hills = frozenset(tables["name_hill"])
        self.towns = frozenset(s for s, row in tables["division_ending"].items() if row["town"])
        surnames = tables["surnames"]
        self.single = {s: row["rarity"] or "3" for s, row in surnames.items() if len(s) == 1}
        self.double = frozenset(s for s in surnames if len(s) > 1)
        self.given = {s: row["function"] for s, row in tables["name_given"].items()}
        self.saying = lengths_by_first(tables["verbs_say"])
        self.says = frozenset(tables["verbs_say"])
        self.not_given = frozenset(tables["name_not_given"])
        self.breakers = {s: row["unless"] for s, row in tables["name_breaker"].items()}
        digits = ("digit", "lead", "small", "big")
        self.numerals = frozenset(w for w, row in tables["numeral"].items() if row["role"] in digits)

    # ------------------------------------------------------------------------------------------------ left of an ending

    def name(self, words: Words, end: int, anchor: Value) -> int | None:
        """Where the name begins whose ending begins at `end`; None when there is none.

        `anchor` is the row of the ending (None: a name without one). Its kind has a policy in the tables:

        - `full`: all that can be part of a name; `needs` tells what must be in it: a `named` (or coined) part, any
          `other` word that is not generic, or `trade` words;
        - `owner`: from a known place or body on;
        - `brand`: a coined part right before the ending, and a known place right before that;
        - `coined`: the same without the place; `loose`: an ordinary word will do for the coined part;
        - `site`: from a known or coined part on; a division before it is a name of its own;
        - `press`: as `brand`, but a known place alone will do;
        - `never`: the ending makes no name.
        """
        row: Row = anchor if isinstance(anchor, dict) else {}
        policy, needs = self.policy_of.get(row.get("surface") or "", ("full", "named"))
        policy = row.get("policy") or policy
        longer = words.text[max(end - 1, 0) : end] + (row.get("surface") or "")
        if policy == "never" or (policy == "brand" and self.policy_of.get(longer, ("",))[0] == "owner"):
            return None  # a longer ending wants a known owner
        begin = words.start_of(end) if words.is_edge(end) else None
        if begin is None:
            whole = self._place_word(words, end, row)
            if whole is None:
                whole = self._body_word(words, end, row)
            if whole is not None:
                return whole
            if self._part_of_ending(words, end, row) or self._plain_word(words, end, policy):
                return None
            if (
                (len(row.get("surface") or "") == 1 or policy in ("brand", "press"))
                and words.cuts(end)
                and not self._division_word(words, end, row)
            ):
                return None  # the "garden" in the word for "campus" ends no name
        elif policy in ("brand", "coined", "press"):
            if policy == "coined" and row.get("surface") in self.split:
                first = self._unknown_division(words, end, max(0, end - REACH))
                if first is not None:
                    return first
            word = words.text[begin:end]
            if word in self.kinds and (policy == "brand" or len(word) > 1) and not self._press(word, policy):
                return None  # nothing coined before the ending, which is then just a word
        pieces = self._pieces(words, end, row, policy)
        if policy in ("brand", "coined", "loose", "press"):
            below = policy == "coined" and row.get("surface") in self.below
            at = self._brand(words.text, pieces, end, policy, below)
            whole_ending = at is not None and words.text[at:end] + (row.get("surface") or "") in self.policy_of
            return None if whole_ending else at
        while pieces and (pieces[-1].kind in (GENERIC, SOFT) or pieces[-1].text in self.conjunctions):
            pieces.pop()
        if policy in ("owner", "site"):
            wanted = (NAME,) if policy == "owner" else (NAME, COINED)
            # Right before the kind of something built (a square, a road) an ordinary word will do.
            nearest = pieces[0] if pieces and row.get("kind") in BUILT else None
            if pieces and row.get("kind") == "company" and pieces[0].kind == GENERIC:
                return None  # a "new plant" of a country's
            if len(pieces) == 1 and row.get("surface") in self.plants and pieces[0].text in self.abroad:
                return None  # some company's plant in a country
            long = row.get("kind") == "road" and len(row.get("surface") or "") > _WAY
            if long and len(pieces) == 1 and pieces[0].text in self.provinces:
                return None  # the motorways of a province
            firm = self._firm_before(pieces) if row.get("surface") in self.plants else None
            if firm is not None:
                return firm
            while pieces and pieces[-1].kind not in wanted:
                pieces.pop()
            if len(pieces) == 1 and pieces[0].text in self.zones:
                return None  # "the autonomous region's" government
            if not pieces and nearest is not None and nearest.kind == OTHER and len(nearest.text) > 1:
                pieces = [nearest]
        elif not any(x.kind in _NEEDS[needs] for x in pieces) or (
            needs == "trade" and len(pieces) < 2 and pieces[0].kind not in _NEEDS["named"]
        ):
            return None
        if not pieces or not pieces[-1].text[0].isalnum():
            return None
        start = pieces[-1].start
        if words.text[start - 1 : start] in self.numerals and not words.text[start - 1 : start].isdecimal():
            return None  # the numeral before it belongs to it, or to a word that goes on
        return start

    def _place_word(self, words: Words, end: int, row: Mapping[str, str | None]) -> int | None:
        """Start of a place that the dictionary holds as one word: a harbour after a known place, a town."""
        surface = row.get("surface") or ""
        start, stop = words.start_of(end), words.end_of(end)
        stem = words.text[start:end]
        if row.get("label") != "place" or len(surface) != 1 or stop != end + 1 or len(stem) < 2:
            return None
        # A hill, a lake; but many a word of four is a saying, and many of three a person.
        hill = surface in self.hills and len(stem) == 2 and self.single.get(stem[0]) != "1"
        if stem in self.known or ((hill or surface in self.towns) and stem not in self.kinds):
            return start if words.maker.has(words.text[start:stop]) else None
        return None

    def _body_word(self, words: Words, end: int, row: Mapping[str, str | None]) -> int | None:
        """Start of a body that the dictionary holds as one word: a court, a ministry of a known place."""
        start, stop = words.start_of(end), words.end_of(end)
        word = words.text[start:stop]
        if row.get("label") != "org" or stop != end + len(row.get("surface") or "") or len(word) < 5:
            return None
        named = any(word[:n] in self.known for n in self.heads.get(word[:1], ()) if n <= end - start)
        if not named or not words.maker.has(word):
            return None
        above = self._known_ending(words.text, start, max(0, start - REACH))
        return start - above if words.text[start - above : start] in self.bodies else start

    def _part_of_ending(self, words: Words, end: int, row: Mapping[str, str | None]) -> bool:
        """Whether an ending is the end of a longer one, which it is not for its own: "school" of "law school"."""
        stop = end + len(row.get("surface") or "")
        return words.text[words.start_of(end) : stop] in self.policy_of

    def _plain_word(self, words: Words, end: int, policy: str) -> bool:
        """Whether a place would be a word of the dictionary that names a kind: a "country road"."""
        start = words.start_of(end)
        stem = words.text[start:end]
        plain = policy == "site" and self.kinds.get(stem, NAME) != NAME
        return plain and words.maker.has(words.text[start : words.end_of(end)])

    def _division_word(self, words: Words, end: int, row: Mapping[str, str | None]) -> bool:
        """Whether a city, county or built place ends in a word of the dictionary by chance, after a lone character."""
        text = words.text
        start, stop = words.start_of(end), words.end_of(end)
        ending = row.get("surface") in self.split or row.get("kind") == "site"
        if not ending or start < 1 or stop - start != 2 or self.kinds.get(text[start:stop], NAME) != NAME:
            return False
        c = text[start - 1]
        first = words.start_of(start)
        alone = first == start - 1 or (
            # a function word and the first character, made one word
            first == start - 2 and text[first] in self.breakers and not words.maker.has(text[first:start])
        )
        return alone and c.isalpha() and c not in self.kinds and c not in self.breakers

    def _brand(self, text: str, pieces: list[_Piece], end: int, policy: str, below: bool) -> int | None:
        size = at = 0
        if pieces and self._press(pieces[0].text, policy):
            return pieces[0].start
        if policy == "press" and len(pieces) == 1 and pieces[0].kind == OTHER and len(pieces[0].text) > 1:
            begins = pieces[0].start == 0 or not text[pieces[0].start - 1].isalnum()
            return pieces[0].start if begins else None  # an ordinary word at the head of a line or clause
        for i, x in enumerate(pieces):
            ordinary = i == 0 and x.kind == OTHER and len(x.text) > 1
            # Right behind a division an ordinary word, too, names the town or village in it.
            loose = policy == "loose" or (below and ordinary and self._division_before(text, x.start))
            coined = x.kind == COINED or (loose and ordinary)
            if coined and size + len(x.text) <= 4:
                size += len(x.text)
                at = x.start
                continue
            if (
                policy in ("brand", "press")
                and size > 1
                and x.kind == NAME
                and len(x.text) <= 3
                and x.text not in self.abroad
            ):
                return x.start
            break
        return at if size > 1 else None

    def _firm_before(self, pieces: list[_Piece]) -> int | None:
        """Where a firm's brand and trade begin that stand before the place of its plant."""
        if len(pieces) < 3 or pieces[0].kind != NAME or pieces[1].text not in self.trades:
            return None
        size = 0
        first = None
        for x in pieces[2:]:
            if x.kind != COINED or size + len(x.text) > _BRAND:
                break
            size += len(x.text)
            first = x.start
        return first if size > 1 else None

    def _press(self, word: str, policy: str) -> bool:
        """Whether a word right before an ending makes a name with it as it is: the place of a newspaper."""
        return policy == "press" and self.kinds.get(word) == NAME and word not in self.abroad

    def _division_before(self, text: str, end: int) -> bool:
        """Whether the full name of a division ends at a place."""
        n = self._known_ending(text, end, max(0, end - REACH))
        return n > 2 and text[end - n : end] in self.divisions and text.endswith(self.division_endings, 0, end)

    def _pieces(self, words: Words, end: int, row: Row, policy: str) -> list[_Piece]:
        """The words that may be part of a name, from its ending leftwards."""
        text = words.text
        limit = max(0, end - REACH)
        at = end
        found: list[_Piece] = []
        while at > limit:
            c = text[at - 1]
            if c in self.closers:
                opened = text.rfind(self.closers[c], max(limit, at - 12), at - 1)
                if opened < 0 or opened + 1 == at - 1 or not text[opened + 1 : at - 1].isalnum() or policy != "full":
                    break
                found.append(_Piece(opened, TRADE, text[opened:at]))
                at = opened
                continue
            if not (c.isalnum() or (c in self.inner and text[at - 2 : at - 1] != c)):
                break  # a dash of two parts, it does not join
            start = max(words.start_of(at), limit)
            word = text[start:at]
            known = self._known_ending(text, at, limit) if len(word) < 4 and policy in ("full", "owner", "site") else 0
            if known > len(word):
                start, word = at - known, text[at - known : at]
            if len(word) == 2 and word[1] in self.split and self._division_word(words, at - 1, {"surface": word[1]}):
                found.append(_Piece(start - 1, NAME, text[start - 1 : at]))
                at = start - 1
                continue
            if policy in ("full", "owner", "site") and word in self.one_sign:
                first = self._unknown_division(words, start, limit)
                if first is not None:
                    if policy == "site" and found and row.get("kind") not in JOINED:
                        break
                    found.append(_Piece(first, NAME, text[first:at]))
                    at = first
                    continue
            if word in self.conjunctions:
                if not self._joins(text, start, at, row):
                    break
                found.append(_Piece(start, OTHER, word))
                at = start
                continue
            kind = self.kinds.get(word, -1)
            section = word in self.zones and row.get("surface") in self.sections
            if word[0].isdigit() and word.isdigit():
                break
            if kind == STOP:
                # In a company's name a lone function word right after a place may be part of the brand.
                place = words.start_of(start) if start > limit else start
                if at - start == 1 and (
                    (
                        row.get("kind") == "legal_form"
                        and found
                        and self.kinds.get(text[place:start]) == NAME
                        and self.breakers.get(word, "") is not None  # no brand begins with "of"
                    )
                    or (policy in ("coined", "loose") and word not in self.breakers and _lone(found))
                ):
                    kind = COINED
                else:
                    break
            if (
                policy in ("full", "brand")
                and found
                and found[-1].kind == COINED
                and text.endswith(self.firms, limit, at)
            ):
                break  # "the maker" before the name of one
            if (
                policy in ("full", "brand")
                and kind < 0
                and text.endswith(self.firms, 0, start + 1)
                and not words.maker.has(word)
            ):
                found.append(_Piece(start + 1, COINED, word[1:]))  # the two made one word
                break
            if kind in (SOFT, GENERIC) and not section and self._name_begins(words, at):
                break
            if (
                kind == GENERIC
                and found
                and not section
                and found[-1].kind in (NAME, COINED)
                and (policy != "full" or not self._known_ending(text, start, limit))
            ):
                break  # nothing generic begins a name, but behind a known part (of a group's company) it is within one
            if kind == SOFT and (policy not in ("full", "owner", "site") or not self._name_like(words, start, limit)):
                break
            if kind < 0:
                lone = at - start == 1 and (_lone(found) or (row.get("kind") == "line" and _coined(found)))
                county = policy in ("coined", "loose") and at == end and self._division_word(words, at, row)
                kind = COINED if county or (lone and word.isalpha()) else self._unlisted(words, word, start, at)
                if (
                    kind in (COINED, NAME)
                    and (len(word) > 1 or policy != "full")
                    and self._broken(text, word, start, policy)
                ):
                    rest = word[1:]
                    whole = len(word) > 2 or _lone(found) or (policy == "full" and rest not in self.kinds)
                    if rest and whole and word[0] in self.breakers and not any(c in self.breakers for c in rest):
                        found.append(_Piece(start + 1, kind, rest))  # "along" and an unknown river, made one word
                    break
                over = len(word) > 1 and word[0] in self.division_endings
                town = over and len(word) > 2 and word[0] in self.towns and text[start - 1 : start].isalpha()
                if town or (over and self._known_ending(text, start + 1, limit) > 2):
                    found.append(_Piece(start + 1, COINED, word[1:]))  # the district before it ends in this word
                    at = start + 1
                    if policy in ("coined", "loose"):
                        break
                    continue
                if word[0] in self.numerals and len(word) > 1 and not self._named_by_number(words, word, start, row):
                    break
            if policy == "site" and found:
                if kind == NAME and word.endswith(self.division_endings) and word in self.divisions:
                    break
                if word in self.zones and len(word) > 2 and not section and found[-1].kind in (NAME, COINED, OTHER):
                    break  # a zone before a park in it is a name of its own
            found.append(_Piece(start, kind, word))
            at = start
        return found

    def _unknown_division(self, words: Words, end: int, limit: int) -> int | None:
        """Where a division begins that no gazetteer holds, whose ending of one character begins at `end`.

        A word of the dictionary will do before a city's or county's where it begins a clause.
        """
        text = words.text
        start = words.start_of(end)
        word = text[start:end]
        if len(word) > 2 and word[0] in self.breakers and not words.maker.has(word):
            start, word = start + 1, word[1:]  # "from" and the place, made one word
        if not (limit <= start and 1 < len(word) < 4 and word.isalpha()) or not words.is_edge(end):
            return None
        named = self.kinds.get(word) == NAME and word not in self.abroad and word not in self.known
        if (word in self.kinds and not named) or any(c in self.breakers for c in word):
            return None
        if not words.maker.has(word) and not named:
            return start
        begins = start == 0 or not text[start - 1].isalnum()
        return start if begins and text[end] in self.split else None

    def _broken(self, text: str, word: str, start: int, policy: str) -> bool:
        """Whether an unknown word holds a character of another word, so that it is a slip of the word maker."""
        wrong = [c for i, c in enumerate(word) if c in self.breakers and not (i and self.breakers[c] == "first")]
        if not wrong or (policy == "full" and self._known_ending(text, start, max(0, start - 9))):
            return False  # right behind a place it is the brand's
        begins = start == 0 or not text[start - 1].isalnum()
        return not (begins and word[0] not in self.breakers and all(self.breakers[c] == "clause" for c in wrong))

    def _named_by_number(self, words: Words, word: str, start: int, row: Mapping[str, str | None]) -> bool:
        """Whether a word that begins with a numeral is a brand: before a legal form, right behind a place or known."""
        if row.get("kind") != "legal_form" or word[1:] in self.kinds:
            return False
        return words.maker.has(word) or bool(self._known_ending(words.text, start, max(0, start - 9)))

    def _unlisted(self, words: Words, word: str, start: int, end: int) -> int:
        """Coined: a word that no dictionary holds, or one of several lone characters; else an ordinary word."""
        if not words.is_edge(end):
            return NAME if words.text[start : words.end_of(end)] in self.known else COINED
        if len(word) > 1:
            if word.endswith(self.division_endings) and len(word) > 2 and word[-2] not in self.numerals:
                return NAME
            return OTHER if words.maker.has(word) else COINED
        text = words.text
        if not word.isalpha():
            return OTHER
        left = words.start_of(start) if start else start
        right = words.end_of(end) if end < len(text) else end
        near_left = start - left == 1 and text[left].isalpha() and text[left] not in self.kinds
        near_right = right - end == 1 and text[end : end + 1].isalpha() and text[end : end + 1] not in self.kinds
        return COINED if near_left or near_right else OTHER

    def _known_ending(self, text: str, end: int, limit: int) -> int:
        """Length of the longest known name that ends at a place, or 0."""
        for n in self.tails.get(text[max(end - 2, 0) : end], ()):
            if end - n >= limit and text[end - n : end] in self.known:
                return n
        return 0

    def name_right(self, words: Words, start: int, anchor: Value) -> int | None:
        """Names are read from their endings leftwards only."""
        return None

    def after_verb(self, words: Words, start: int, end: int) -> int | None:
        """Where a name may begin in a stretch: behind its first word of two or more characters, if that is a verb."""
        first = words.end_of(start)
        if first - start > 1 and end - first > 1 and self.kinds.get(words.text[start:first]) in (STOP, SOFT):
            if words.text[first] in self.breakers and end - first > 2:
                first += 1  # a verb and its particle before a coined name
            return first
        return None

    def short_brand(self, words: Words, name: str) -> str | None:
        """The coined brand that a firm's name begins with, without the place before it and the trade behind it."""
        if name.endswith(self.forms):
            return self._full_brand(words, name)
        trade = next((n for n in (4, 3, 2) if name[-n:] in self.trade_words), 0)
        brand = name[: len(name) - trade] if trade else ""
        place = next((n for n in (3, 2) if brand[:n] in self.places), 0)
        brand = brand[place:]
        plain = brand in self.kinds or words.maker.has(brand)
        return brand if 1 < len(brand) < 4 and brand.isalpha() and not brand.isascii() and not plain else None

    def _full_brand(self, words: Words, name: str) -> str | None:
        """The same of a full name, whose brand stands before its trades, all of them words."""
        core = self._without_form(name)
        core = core[next((n for n in (4, 3, 2) if core[:n] in self.places), 0) :]
        for size in (2, 3):
            brand, at = core[:size], size
            while at < len(core):
                step = next((n for n in (4, 3, 2) if self._is_word(words, core[at : at + n], n)), 0)
                if not step:
                    break
                at += step
            if at == len(core) > len(brand) and not self._is_word(words, brand, len(brand)):
                return brand if brand.isalpha() and not brand.isascii() else None
        return None

    def _without_form(self, name: str) -> str:
        """A company's name without its legal form, if it has one."""
        return next((name[: -len(form)] for form in self.forms if name.endswith(form)), name)

    def _is_word(self, words: Words, word: str, size: int) -> bool:
        """Whether a word of that length is one of the tables or the dictionary."""
        return len(word) == size and (word in self.kinds or words.maker.has(word))

    def short_endings(self, name: str) -> Iterable[str]:
        """What a name is shortened to that ends with a long word for a kind of body or zone, and one for its office."""
        core = self._without_form(name)
        forms = [core] if core != name else []
        for n in range(len(core) - 2, 2, -1):
            if core[-n:] in self.short_ends:
                forms += [core[:-n] + short for short in self.short_ends[core[-n:]]]
                break
        yield from forms
        for form in (name, *forms):
            # The place of an office may be told by its rank alone.
            if form.endswith(self.offices):
                yield from (form[i - 1 :] for i in range(3, min(6, len(form) - 2)) if form[i - 1] in self.one_sign)

    def short_firms(self, name: str) -> list[str]:
        """What a company's full name is shortened to: without the place before it and its legal form, up to a trade."""
        if not name.endswith(self.forms):
            return []
        core = self._without_form(name)
        # A county's short name is as often the brand itself.
        sure = (n for n in range(min(len(core), 4), 1, -1) if core[:n] in self.places)
        place = next((n for n in sure if core[:n] in self.known or core[:n].endswith(self.division_endings)), 0)
        core = core[place:]
        if not core.isalpha() or core.isascii():
            return []
        return [core[:n] for n in range(4, min(len(core), BRAND) + 1) if core[:n].endswith(self.trades)]

    def fits(self, words: Words, start: int, end: int) -> bool:
        """Whether a stretch between two signs can be a name: none of its words ends one, not all are generic."""
        at = start
        plain = True
        while at < end:
            stop = min(words.end_of(at), end)
            kind = self.kinds.get(words.text[at:stop], OTHER)
            if kind == STOP and stop - at > 1:
                return False
            plain = plain and kind in (GENERIC, TRADE, SOFT)
            at = stop
        return not plain

    def brand_start(self, words: Words, start: int, end: int) -> int | None:
        """Where the short name of a firm begins that ends a stretch, if one does: what leads to it stands before."""
        known = self._known_ending(words.text, end, start)
        if known and words.text[end - known : end] not in self.places:
            return end - known
        first: int | None = None
        at = start
        while at < end:
            stop = min(words.end_of(at), end)
            word = words.text[at:stop]
            slip = stop - at > 2 and word[0] in self.breakers and not words.maker.has(word)
            begin = at + 1 if slip else at
            if end - begin > 1 and end - begin <= BRAND:
                sure = self.branded(words, begin, end)
                if sure:
                    return begin
                if sure is not None:
                    first = begin  # words before it may be of the sentence; the last that is one will do
            at = stop
        return first

    def branded(self, words: Words, start: int, end: int) -> bool | None:
        """Whether a stretch is the short name of a firm by itself.

        True: it begins with a known or coined part. False: it has a trade behind an ordinary word. None: it is none.
        """
        text = words.text
        if text[start:end] in self.known:
            return None if text[start:end] in self.places else True
        kinds = []
        at = start
        while at < end:
            stop = words.end_of(at)
            word = text[at:stop]
            kind = self.kinds.get(word, -1)
            if stop > end or kind == STOP or (kind == SOFT and at == start) or word[0] in self.numerals:
                return None
            if kind < 0:
                kind = OTHER if words.maker.has(word) and stop - at > 1 else COINED
                if kind == COINED and any(c in self.breakers for c in word):
                    return None
            kinds.append(kind)
            at = stop
        if text[start:end] in self.places or text[start : words.end_of(start)] in self.firms:
            return None
        if text.endswith(self.offices, start, end):
            return None
        if kinds[0] in (COINED, NAME):
            return True
        return False if kinds[0] == OTHER and len(kinds) > 1 and kinds[-1] == TRADE and end - start > 3 else None

    def coined(self, words: Words, start: int, end: int) -> bool:
        """Whether a stretch between two signs can be a name of which no word is generic, a verb or a function word."""
        at = start
        while at < end:
            stop = words.end_of(at)
            if stop > end or self.kinds.get(words.text[at:stop]) in (STOP, SOFT, GENERIC):
                return False
            at = stop
        return words.is_edge(start) and self.kinds.get(words.text[start : words.end_of(start)]) != TRADE

    def _joins(self, text: str, start: int, at: int, row: Row) -> bool:
        """Whether a conjunction at [start, at) stands inside one name (of a laboratory, a society), not between two."""
        if (row.get("kind") or "") not in JOINED - SINGLE:
            return False
        if any(text[at : at + n] in self.known for n in self.heads.get(text[at : at + 2], ())):
            return False
        if self._known_ending(text, start, max(0, start - REACH)) > 2:
            return False  # a body or place of its own stands before it
        before = text[max(0, start - 8) : start]
        return bool(before) and before[-1].isalnum() and not before.endswith(self.suffixes)

    def _name_begins(self, words: Words, at: int) -> bool:
        """Whether a known place or body begins at a place."""
        text = words.text
        lengths = self.heads.get(text[at : at + 2], ())
        ends = words.end_of(at)
        # Of a long word, such as a university in the dictionary, the known beginning will do.
        return any(text[at : at + n] in self.known and (words.is_edge(at + n) or ends - at > 3) for n in lengths)

    def _name_like(self, words: Words, at: int, limit: int) -> bool:
        """Whether what stands before a verb that may be part of a name can be part of it too."""
        if at <= limit or not words.text[at - 1].isalnum():
            return False
        word = words.text[words.start_of(at) : at]
        if len(word) > 1 and (word in self.zones or word in self.suffixes):
            return False  # another name ends there
        return self.kinds.get(word) not in (STOP, SOFT, NAME) and word not in self.conjunctions

    # --------------------------------------------------------------------------------------------------------- persons

    def person_right(self, words: Words, start: int, anchor: Value) -> int | None:
        """Where the person's name ends that begins at `start`; None when none does."""
        text = words.text
        surname = self._surname(text, start)
        if not surname:
            return None
        given = start + surname
        first = words.end_of(start)
        second = words.end_of(given)
        if self.single.get(text[start]) == "3" and surname == 1 and first <= given and text[given:second] in self.kinds:
            return None  # a rare surname counts only where the word maker saw a name
        if first > given:
            if words.maker.has(text[start:first]) and not self._full_name(words, text[start:first], surname, True):
                return first + 1 if first - given == 1 and self._third(words, text[start:first], first) else None
            # The word maker took surname and given name together.
            if first - given == 1 and self._goes_on(words, first):
                return first + 1
            if first - given <= 2 and self._given(text, given, first):
                return first
            if first - given == 2 and text[given + 1] in self.not_given and self._given(text, given, given + 1):
                return given + 1
            if first - given == 3 and self._is_given(text[given + 1]) and self._given(text, given, given + 2):
                return given + 2  # the word maker took one more
            return None
        size = second - given
        if (
            self.kinds.get(text[given:second]) == STOP
            and not (size == 2 and self._closes(text, start, given, second))
            and (surname == 1 or text[second : second + 1] not in self.given)
        ):
            return None
        if size == 2 and self._given(text, given, second):
            return second
        if size == 1 and self._given(text, given, second):
            third = words.end_of(second)
            c = text[second:third]
            named = self.kinds.get(c) != STOP or self._is_given(c)
            if third - second == 1 and named and self._given(text, second, third):
                return third
            return second
        return None

    def _closes(self, text: str, start: int, given: int, end: int) -> bool:
        """Whether a verb can be a given name: behind a common surname, and nothing goes on after it but a saying."""
        if self.single.get(text[start]) not in ("1", "2") or text[given:end] in self.never_given:
            return False
        return not text[end : end + 1].isalnum() or self._says(text, end)

    def _goes_on(self, words: Words, at: int) -> bool:
        """Whether a lone character after a name of two is its third: most given names have two characters."""
        text = words.text
        if at >= len(text):
            return False
        end = words.end_of(at)
        plain = self._is_given(text[at])
        if text[at] in self.says and not plain:
            return False
        if (
            (end - at == 2 or (plain and end - at == 3))
            and (plain or self.kinds.get(text[at + 1 : end]) == STOP)
            and not words.maker.has(text[at:end])
        ):
            end = at + 1  # the third character and "says", made one word
        if self.kinds.get(text[at]) == STOP and text[end : end + 1].isalnum() and not plain:
            # A function word, unless it closes the stretch, stands before a verb of saying or (a noun) before a place.
            function = self.given.get(text[at])
            return bool(function) and (
                self._says(text, at + 1) or (function == "noun" and self._name_begins(words, at + 1))
            )
        return end - at == 1 and self._given(text, at, end)

    def _third(self, words: Words, word: str, at: int) -> bool:
        """Whether the character at a place is the third of a name whose first two are a word of the dictionary."""
        text = words.text
        says = self._says(text, at + 1)
        if (self.single.get(word[0]) not in ("1", "2") and not says) or not self._given(text, at, at + 1):
            return False
        c = text[at]
        end = words.end_of(at)
        if c in self.given and (not self.given[c] or says):
            follows = text[at + 1 : end]
            return not follows or says or (self.kinds.get(follows) == STOP and not words.maker.has(text[at:end]))
        return says and end == at + 1 and self.kinds.get(c) != STOP

    def _is_given(self, c: str) -> bool:
        """Whether a character often ends given names and is no function word."""
        return c in self.given and not self.given[c]

    def _says(self, text: str, at: int) -> bool:
        """Whether a verb of saying begins at a place."""
        return any(text[at : at + n] in self.says for n in self.saying.get(text[at : at + 1], ()))

    def person_left(self, words: Words, end: int, anchor: Value) -> int | None:
        """Where the person's name begins that ends at `end`; None when none does."""
        text = words.text
        for size in (3, 2, 4):
            start = end - size
            if start < 0 or not (text[start] in self.single or text[start : start + 2] in self.double):
                continue
            if not words.is_edge(start) or self.person_right(words, start, anchor) != end:
                continue
            word = text[start:end]
            if word in self.kinds:
                return None
            if words.end_of(start) == end and words.maker.has(word):
                return start if self._full_name(words, word, self._surname(text, start)) else None
            return start
        return None

    def _full_name(self, words: Words, word: str, surname: int, beside: bool = False) -> bool:
        """Whether a word of the dictionary is the name of a person: most of three characters with a surname are.

        `beside`: it stands right behind a post.
        """
        if len(word) - surname != 2 or word in self.kinds:
            return False
        # Not a word of two characters and a third: the word for "builder" begins with a surname.
        common = self.single.get(word[0]) in ("1", "2")
        return surname == 2 or (common and (not words.maker.has(word[:2]) or (beside and self._is_given(word[2]))))

    def _surname(self, text: str, at: int) -> int:
        """Length of the surname at a place, or 0."""
        if text[at : at + 2] in self.double:
            return 2
        return 1 if text[at : at + 1] in self.single else 0

    def _given(self, text: str, start: int, end: int) -> bool:
        given = text[start:end]
        return given.isalpha() and not given.isascii() and not any(c in self.not_given for c in given)


def _lengths(names: Iterable[str], part: slice) -> dict[str, tuple[int, ...]]:
    """Two characters -> the lengths of the names that have them at that part, longest first."""
    found: dict[str, tuple[int, ...]] = {}
    for name in names:
        pair, size = name[part], len(name)
        known = found.get(pair)
        if known is None:
            found[pair] = _ALONE[size] if size < len(_ALONE) else (size,)
        elif size not in known:
            found[pair] = tuple(sorted((*known, size), reverse=True))
    return found


_ALONE = tuple((n,) for n in range(REACH))


def _coined(found: list[_Piece]) -> bool:
    """Whether the piece read last is coined: places that a line joins stand in it by a character each."""
    return bool(found) and found[-1].kind == COINED


def _lone(found: list[_Piece]) -> bool:
    """Whether the piece read last is a lone coined character: the word maker cut a name it does not know."""
    return bool(found) and found[-1].kind == COINED and len(found[-1].text) == 1


PROVINCES = frozenset(("province", "autonomous_region"))
GAZETTEERS = (
    "government", "companies", "universities", "media",
    "divisions_cn", "divisions_hk_mo_tw", "countries_cities", "regions",
)  # fmt: skip
PLACES = ("divisions_cn", "divisions_hk_mo_tw", "countries_cities", "regions")
BUILT = frozenset({"building", "road", "culture"})
JOINED = frozenset(
    {"laboratory", "institute", "association", "school", "university", "department", "government", "hospital"}
)
"""Kinds of endings whose names may hold a conjunction."""
SINGLE = frozenset({"university", "hospital", "school"})
"""Of these the ones whose names hold none between bodies, whatever else stands in them."""
