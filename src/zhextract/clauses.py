"""Clauses of folded text: where they begin and end, and the words by which `reader` reads them.

A clause ends at a comma as well as at a full stop; what stands in brackets is a clause of its own, after that which
holds it. It opens with words that say nothing, a time, and its topic, in any order; what is left says something of the
topic. Topics are names, words that stand for names told before, and bodies that are no entity. See `docs/facts.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Final, Literal

from .folding import ENTITIES, FIGURES, FOLDED, PERSON, TIME, WORK
from .lookups import TABLE, Endings, Longest, Opening, firsts, marked, table, words
from .rules import pack as p
from .topics import Topic

NOW, HERE, OLD = range(3)
"""Since when a time holds: this clause, an earlier one of the sentence, an earlier sentence."""
How = Literal["direct", "inherited", "guessed"]

_NAMES: Final = "".join(sorted(ENTITIES))
_BODY: Final = "".join(sorted(ENTITIES - {PERSON, WORK}))
_FIGURE: Final = "".join(sorted(FIGURES))
_HAN: Final = "\u4e00-\u9fff"
SPEAKER: Final = 12  # how far behind a body the person may be named who speaks for it


class Clause:
    """A clause: its span, where what it says of its topic begins, whether it tells a part of what was told."""

    __slots__ = ("body", "end", "part", "start")

    def __init__(self, start: int, end: int, body: int, part: bool) -> None:
        self.start = start
        self.end = end
        self.body = body
        self.part = part


class State:
    """What holds at a place of an article."""

    __slots__ = (
        "age",
        "alias",
        "body",
        "field",
        "first",
        "fresh",
        "held",
        "part",
        "said",
        "time",
        "told",
        "topic",
        "topic_how",
    )

    def __init__(self) -> None:
        self.topic: Topic | None = None
        self.topic_how: How = "inherited"
        self.alias: Topic | None = None  # what the topic is called from the next sentence on
        self.body: Topic | None = None  # the organization last spoken of
        self.time: str | None = None
        self.first: str | None = None  # the first day of that time
        self.said = ""  # that time in words
        self.held: tuple[str | None, str | None, int] | None = None  # the time that holds again after this clause
        self.age = OLD  # since when it holds
        self.fresh = False  # whether the clause itself names its topic
        self.field = False  # whether the clause before only named a field
        self.part = False  # whether the clause tells a part of what was told
        self.told = False  # whether a clause of this sentence has named it


class Clauses:
    """Reads clauses. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        marks = table(pack, "mark")

        def signs(role: str) -> list[str]:
            return [sign for sign, row in marks.items() if row["role"] == role]

        self.opens, closes, quotes = frozenset(signs("open")), frozenset(signs("close")), signs("quote")
        self.closes, self.quotes = closes, frozenset(quotes)
        cuts = "".join((*signs("break"), *signs("stop"), *self.opens, *closes))
        self.stops = frozenset(signs("stop"))  # what ends more than a clause and less than a sentence
        self.cut_signs = frozenset(cuts)
        self.brackets = marked((*self.opens, *closes))
        self.cuts = re.compile(f"[{re.escape(cuts)}]" if cuts else "(?!)")
        self.list_sign = re.compile(words(signs("list")))
        leads, topics = table(pack, "lead"), table(pack, "topic")
        self.roles = {word: row["role"] or "" for word, row in leads.items()}
        self.kinds = {word: row["kind"] or "" for word, row in topics.items()}
        blank = " \u3000" + "".join(re.escape(q) for q in quotes)
        self.blank = frozenset((" ", "\u3000", *quotes))
        self.by = Endings(word for word, role in self.roles.items() if role == "by")
        self.kept = Longest([*table(pack, "light_block"), *table(pack, "basis")])
        self.opener = Longest([*leads, *topics])
        tails = words(table(pack, "tail"))
        level = words(table(pack, "level"))
        light = words(table(pack, "light"))
        measure = words(table(pack, "relative"))
        self.tail = Opening(f"(?:[{blank}]|{tails}(?![{_FIGURE}]))*", (*self.blank, *firsts(table(pack, "tail"))))
        # A word for a body is none where it is what is counted, and a bare noun is one only before a verb.
        parts = words(sign for sign in signs("list") if not sign.isalpha())
        of = words(signs("of"))
        self.counted = re.compile(f"(?:{level})*[{_FIGURE}]|{parts}|{of}?$")
        self.figure = re.compile(f"[{_FIGURE}]")
        self.acts = re.compile(f"[{TIME}]|{light}|{measure}|{tails}|{words(table(pack, 'act'))}")
        kinds = [word for word, kind in self.kinds.items() if kind in ("one", "bare", "org")]
        self.named = re.compile(f"[{_HAN}]{{0,8}}?(?:{words(kinds)})(?=[{_BODY}])")
        self.named_ends = frozenset(word[-1] for word in kinds)  # what stands right before that name
        examples = table(pack, "example")
        self.listed = Opening(f"{parts}[{_NAMES}]|{words(examples)}", firsts((*signs("list"), *examples)))
        things = words(table(pack, "thing"))
        acts = words(table(pack, "act"))
        self.thing = re.compile(
            f"(?:[{_HAN}]{{1,8}}{of})?[{blank}]?((?!{acts})[^{FOLDED}{blank}]{{1,24}}[{blank}]?(?<=.){things})"
            f"[{blank}]?(?={light}|{acts}|{tails}|$)"
        )
        self.not_time = Endings(table(pack, "not_time"))
        self.dateline = _opening(table(pack, "dateline"))
        ends = "".join(map(re.escape, signs("break")))
        built = words(table(pack, "built"))
        self.attributive = _opening([*table(pack, "attributive"), *table(pack, "built")])
        self.built = re.compile(f"(?:{built})[^{FOLDED}]{{0,8}}\\Z")
        self.built_ends = Endings(table(pack, "built"))
        routes = table(pack, "route")
        self.route = Opening(f"{words(routes)}[{_BODY}]", firsts(routes))
        self.side = _opening(table(pack, "side"))
        members = table(pack, "member")
        self.member = Opening(
            f"[{_HAN}]{{0,4}}?(?:{words(members)})[{PERSON}]?", (*map(chr, range(0x4E00, 0xA000)), *firsts(members))
        )
        self.visit = re.compile(
            f"(?:{words(table(pack, 'visit'))})([^\\n{ends}]{{1,30}}?)(?:{words(table(pack, 'post'))})"
            f"({PERSON}|[{_HAN}]{{2,4}})(?=[\\n{ends}]|$)"
        )
        self.doer = Opening(
            f"(?:{words(table(pack, 'doer'))})({PERSON}|[{_HAN}]{{2,3}})"
            f"(?=[{TIME}]?[{_HAN}]{{0,2}}?(?:{words(table(pack, 'doing'))}))",
            firsts(table(pack, "doer")),
        )
        self.priced = re.compile(f"([^{FOLDED}\\W]{{2,8}}?){of}?(?:{words(table(pack, 'price'))})")
        decrees, lays = words(table(pack, "decree")), words(table(pack, "lay_down"))
        self.decree = re.compile(f"[{_HAN}]{{0,3}}?(?:{decrees})[{_HAN}]{{0,2}}?(?:{lays})")
        self.before = re.compile(f"[{_BODY}]?[^{FOLDED}\\W]{{1,12}}\\Z")
        self.pointers = frozenset(table(pack, "pointer"))
        self.bodies = frozenset(table(pack, "body"))
        self.of_signs = tuple(signs("of"))
        self.speaker = re.compile(f"[{_BODY}][^{FOLDED}{ends}]{{0,{SPEAKER}}}{PERSON}")
        self.standards = table(pack, "standard")
        self.topical = frozenset(word[0] for word, kind in self.kinds.items() if kind != "one")
        self.owner = _opening(table(pack, "owner"))
        self.ranks = frozenset(table(pack, "place_rank"))  # the last characters of divisions
        self.behind = re.compile(f"[^{FOLDED}]{{0,3}}{of}[^{FOLDED}]{{0,6}}([{_BODY}])")
        self.relative = re.compile(f"[^{_FIGURE}]{{1,32}}?{of}[{blank}]?([{_BODY}{WORK}])(?!{of})")
        self.described = re.compile(f"[{_HAN}]{{1,6}}?{of}[{blank}]?([{_BODY}{WORK}])(?!{of})")
        aspects = table(pack, "aspect")
        self.aspect = re.compile(f"[^{FOLDED}]{{1,10}}?(?:{words(aspects)})\\Z")
        self.aspects = Endings(aspects)
        self.exemplar = re.compile(f"[^{_FIGURE}]{{1,20}}?(?:{words(table(pack, 'exemplar'))})")
        self.observes = re.compile(f"[^{FOLDED}]{{0,4}}?(?:{words(table(pack, 'observe'))})$")
        self.offices = Endings(table(pack, "office"))
        self.assesses = re.compile(f"[^{FOLDED}]{{0,4}}?(?:{words(table(pack, 'assess'))})$")
        self.work_act = _opening(table(pack, "work_act"))
        self.quote = Opening(f"[{blank}]+", self.blank)
        self.observers = Endings(table(pack, "observer"))

    def cut(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """A sentence cut into clauses."""
        out: list[tuple[int, int]] = []
        asides: list[tuple[int, int]] = []
        begin, opened, depth = start, start, 0
        opens, closes, brackets = self.opens, self.closes, self.brackets
        at = start - 1
        pieces = self.cuts.split(text[start:end])  # quicker than to look for the signs one by one
        for i in range(len(pieces) - 1):
            at += len(pieces[i]) + 1
            c = ord(text[at])
            if c < TABLE and not brackets[c]:
                if depth:
                    continue
                if begin < at:
                    out.append((begin, at))
                if asides:
                    out += asides
                    asides = []
                begin = at + 1
            elif text[at] in opens:
                if not depth:
                    opened = at + 1
                depth += 1
            elif depth and text[at] in closes:
                depth -= 1
                if not depth and opened < at:
                    asides.append((opened, at))
                    if opened == begin + 1:
                        begin = at + 1  # the clause begins behind it
        if begin < end:
            out.append((begin, end))
        return out + asides if asides else out


def _opening(rows: Iterable[str]) -> Opening:
    """Some words, the longest of which may stand at a place."""
    return Opening(words(rows), firsts(rows))
