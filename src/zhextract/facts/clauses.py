"""Clauses of folded text: where they begin and end, and the words by which `reader` reads them.

A clause ends at a comma as well as at a full stop; what stands in brackets is a clause of its own, after that which
holds it. It opens with words that say nothing, a time, and its topic, in any order; what is left says something of the
topic. Topics are names, words that stand for names told before, and bodies that are no entity. See `docs/facts.md`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, NamedTuple

import ahocorasick_rs

from ..engine import lengths_by_first
from ..rules import pack as p
from ..rules.pattern import trie
from .folding import DURATION, ENTITIES, FIGURES, FOLDED, PERSON, TIME, WORK
from .topics import Topic

NOW, HERE, OLD = range(3)
"""Since when a time holds: this clause, an earlier one of the sentence, an earlier sentence."""
Rows = Mapping[str, Mapping[str, str | None]]
How = Literal["direct", "inherited", "guessed"]

_NAMES: Final = "".join(sorted(ENTITIES))
_BODY: Final = "".join(sorted(ENTITIES - {PERSON, WORK}))
_FIGURE: Final = "".join(sorted(FIGURES))
_HAN: Final = "\u4e00-\u9fff"
SPEAKER: Final = 12  # how far behind a body the person may be named who speaks for it


def table(pack: p.RulePack, name: str) -> Rows:
    """A lexicon of facts; empty where the rule set has none."""
    return pack.lexicons.get(f"fact_{name}", {})


def words(rows: Iterable[str]) -> str:
    """A regex for the longest of some words."""
    return trie(sorted(rows))


class Longest:
    """Looks up the longest of some words at a place; a regex of many words would try their beginnings one by one."""

    def __init__(self, entries: Iterable[str]) -> None:
        self.words = frozenset(entries)
        self.lengths = lengths_by_first(dict.fromkeys(self.words))

    def at(self, text: str, at: int, end: int) -> int:
        """Where the longest word that begins at `at` ends, or 0."""
        for n in self.lengths.get(text[at : at + 1], ()):
            if at + n <= end and text[at : at + n] in self.words:
                return at + n
        return 0


class Clause(NamedTuple):
    """A clause: its span, where what it says of its topic begins, whether it tells a part of what was told."""

    start: int
    end: int
    body: int
    part: bool


class State:
    """What holds at a place of an article."""

    __slots__ = (
        "age",
        "alias",
        "body",
        "dated",
        "field",
        "first",
        "fresh",
        "held",
        "now",
        "part",
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
        self.dated = False  # whether that time tells its year in full
        self.now = False  # whether that time was told without a date, as one that goes on
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
        cuts = "".join(re.escape(sign) for sign in (*signs("break"), *signs("stop"), *self.opens, *closes))
        self.stops = frozenset(signs("stop"))  # what ends more than a clause and less than a sentence
        self.cuts = re.compile(f"[{cuts}]" if cuts else "(?!)")
        self.list_sign = re.compile(words(signs("list")))
        leads, topics = table(pack, "lead"), table(pack, "topic")
        self.roles = {word: row["role"] or "" for word, row in leads.items()}
        self.kinds = {word: row["kind"] or "" for word, row in topics.items()}
        blank = " \u3000" + "".join(re.escape(q) for q in quotes)
        by = words(word for word, role in self.roles.items() if role == "by")
        self.made = re.compile(f"{by}([{_BODY}])")
        self.blank = frozenset((" ", "\u3000", *quotes))
        self.kept = Longest([*table(pack, "light_block"), *table(pack, "basis")])
        self.opener = Longest([*leads, *topics])
        tails = words(table(pack, "tail"))
        level = words(table(pack, "level"))
        light = words(table(pack, "light"))
        measure = words(table(pack, "relative"))
        kept = words(table(pack, "light_block"))
        self.tail = re.compile(f"(?:[{blank}]|(?!{kept}){tails}(?![{_FIGURE}]))*")
        # A word for a body is none where it is what is counted, and a bare noun is one only before a verb.
        parts = words(sign for sign in signs("list") if not sign.isalpha())
        of = words(signs("of"))
        self.counted = re.compile(f"(?:{level})*[{_FIGURE}]|{parts}|{of}?$")
        self.figure = re.compile(f"[{_FIGURE}]")
        self.acts = re.compile(f"[{TIME}]|{light}|{measure}|{tails}|{words(table(pack, 'act'))}")
        kinds = words(word for word, kind in self.kinds.items() if kind in ("one", "bare", "org"))
        self.named = re.compile(f"[{_HAN}]{{0,8}}?(?:{kinds})(?=[{_BODY}])")
        etc = words(word for word in table(pack, "example") if len(word) == 1)
        breaks = "".join(map(re.escape, signs("break")))
        rest = f"|{parts}[^{FOLDED}\n{breaks}]{{2,16}}?(?:{etc})[{_FIGURE}]" if etc else ""
        self.listed = re.compile(f"{parts}[{_NAMES}]|{words(table(pack, 'example'))}{rest}")
        things = words(table(pack, "thing"))
        acts = words(table(pack, "act"))
        self.things = tuple(table(pack, "thing"))
        self.automaton = ahocorasick_rs.AhoCorasick(self.things) if self.things else None
        self.thing = re.compile(
            f"(?:[{_HAN}]{{1,8}}{of})?[{blank}]?((?!{acts})[^{FOLDED}{blank}]{{1,24}}[{blank}]?(?<=.){things})"
            f"[{blank}]?(?={light}|{acts}|{tails}|$)"
        )
        before = sorted(table(pack, "not_time"), key=lambda w: (-len(w), w))
        self.not_time = re.compile(f"(?:{'|'.join(map(re.escape, before))})[{blank}]?\\Z") if before else None
        self.dateline = re.compile(words(table(pack, "dateline")))
        self.datelines = re.compile(f"[{TIME}](?:{words(table(pack, 'dateline'))})")
        ends = "".join(map(re.escape, signs("break")))
        built = words(table(pack, "built"))
        self.attributive = re.compile(words([*table(pack, "attributive"), *table(pack, "built")]))
        self.built = re.compile(f"(?:{built})[^{FOLDED}]{{0,8}}\\Z")
        self.built_ends = tuple(table(pack, "built"))
        route = words(table(pack, "route"))
        self.route = re.compile(f"{route}[{_BODY}]")
        self.side = re.compile(words(table(pack, "side")))
        self.was = re.compile(words(table(pack, "was")))
        self.beside = re.compile(words(table(pack, "beside")))
        self.waters = tuple(table(pack, "water"))
        self.kind_of = re.compile(f"{of}[{_HAN}]{{2,12}}\\Z")
        self.visitor = re.compile(words(table(pack, "visitor")))
        self.member = re.compile(f"[{_HAN}]{{0,4}}?(?:{words(table(pack, 'member'))})[{PERSON}]?")
        self.visit = re.compile(
            f"(?:{words(table(pack, 'visit'))})([^\\n{ends}]{{1,30}}?)(?:{words(table(pack, 'post'))})"
            f"({PERSON}|[{_HAN}]{{2,4}})(?=[\\n{ends}]|$)"
        )
        self.doer = re.compile(
            f"(?:{words(table(pack, 'doer'))})({PERSON}|[{_HAN}]{{2,3}})"
            f"(?=[{TIME}]?[{_HAN}]{{0,2}}?(?:{words(table(pack, 'doing'))}))"
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
        self.owner = re.compile(words(table(pack, "owner")))
        self.ranks = frozenset(table(pack, "place_rank"))  # the last characters of divisions
        self.behind = re.compile(f"[^{FOLDED}]{{0,3}}{of}[^{FOLDED}]{{0,6}}([{_BODY}])")
        self.tied = re.compile(f"{of}[{blank}]?[{_BODY}{WORK}]")
        self.relative = re.compile(
            f"[^{_FIGURE.replace(DURATION, '')}]{{1,32}}?{of}[{blank}]?([{_BODY}{WORK}])(?!{of})"
        )
        self.described = re.compile(f"[{_HAN}]{{1,6}}?{of}[{blank}]?([{_BODY}{WORK}])(?!{of})")
        self.aspect = re.compile(f"[^{FOLDED}]{{1,10}}?(?:{words(table(pack, 'aspect'))})$")
        self.exemplar = re.compile(f"[^{_FIGURE}]{{1,20}}?(?:{words(table(pack, 'exemplar'))})")
        self.observes = re.compile(f"[{TIME}]?[^{FOLDED}]{{0,4}}?(?:{words(table(pack, 'observe'))})$")
        self.announces = re.compile(f"[{TIME}]?(?:{words(table(pack, 'announce'))}){of}?(?=[{TIME}])")
        self.says = re.compile(f"[{TIME}]?[^{FOLDED}]{{1,8}}$")
        self.blanks = re.compile(f"[{blank}]*")
        self.part = re.compile(words(word for word, role in self.roles.items() if role == "part"))
        self.cited = frozenset(table(pack, "cited"))
        self.span = re.compile(f"[{DURATION}](?:{words(table(pack, 'span'))})[{blank}]?")
        self.offices = tuple(table(pack, "office"))
        self.assesses = re.compile(f"[^{FOLDED}]{{0,4}}?(?:{words(table(pack, 'assess'))})$")
        self.work_act = re.compile(words(table(pack, "work_act")))
        quoted = words(table(pack, "quoted"))
        inner = "".join(re.escape(q) for q in quotes)
        self.named_so = re.compile(f"[{_HAN}]{{0,8}}[{inner}]([{_BODY}]?[^{FOLDED}\\W]{{2,10}})[{inner}](?={quoted})")
        self.quote = re.compile(f"[{blank}]+")
        self.observers = tuple(table(pack, "observer"))
        self.moved = re.compile(words(table(pack, "moved")))
        self.homes = table(pack, "home")
        # A section that tells what is planned, and where the next one begins.
        self.agenda = re.compile(f"(?:{words(table(pack, 'agenda'))})$")
        self.agenda_part = re.compile(words(table(pack, "agenda_part")))
        sized = words(table(pack, "sized"))
        begins = words(word for word in (*table(pack, "act"), *table(pack, "light")) if len(word) > 1)
        self.many = re.compile(words(table(pack, "many")))
        self.sized = re.compile(f"((?!{begins})[^{FOLDED}\\W]{{2,8}}?)(?:{sized})(?:{level})*[{_FIGURE}]")
        land = words(table(pack, "land"))
        self.lands = re.compile(f"[{_FIGURE}][^{FOLDED}]{{1,16}}?(?:{land})([{_BODY}])$")
        takes, rated = words(table(pack, "object_sign")), words(table(pack, "rated"))
        self.rated = re.compile(f"(?:{takes})([{_BODY}])(?:{rated})")
        opened, mark = words(table(pack, "opened")), words(table(pack, "opened_mark"))
        self.opened = re.compile(
            f"[^{FOLDED}]{{1,8}}[{_FIGURE}][^{FOLDED}]{{0,2}}?{of}([{_BODY}]?[^{FOLDED}\\W]{{2,16}}?)"
            f"(?=(?:(?:{mark})|[{_BODY}]|[{TIME}])*(?:{opened}))"
        )
        paces, verbs = words(table(pack, "pace")), words(table(pack, "change"))
        facets = table(pack, "facet")
        opens = words(word for word, row in facets.items() if row["role"] == "open")
        shuts = words(word for word, row in facets.items() if row["role"] == "close")
        self.facet = re.compile(f"(?:{opens})[{_HAN}]{{1,8}}?(?:{shuts})(?=[{cuts}])" if facets and cuts else "(?!)")
        self.here = re.compile(words(table(pack, "here")))
        self.settled = re.compile(words(table(pack, "reset")))
        publish, result = words(table(pack, "publish")), words(table(pack, "result"))
        self.results = re.compile(f"(?:{publish})[^{FOLDED}]{{0,4}}([{TIME}])[^{FOLDED}]{{0,4}}?(?:{result})")
        self.turn = re.compile(f"(?:{paces})+(?:{verbs})$")
        self.bulletin = re.compile(words(table(pack, "bulletin")))

    def cut(self, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """A sentence cut into clauses."""
        out: list[tuple[int, int]] = []
        asides: list[tuple[int, int]] = []
        begin, opened, depth = start, start, 0
        opens, closes = self.opens, self.closes
        for m in self.cuts.finditer(text, start, end):
            at = m.start()
            sign = text[at]
            if sign in opens:
                if not depth:
                    opened = at + 1
                depth += 1
            elif sign in closes:
                if depth:
                    depth -= 1
                    if not depth and opened < at:
                        asides.append((opened, at))
                        if opened == begin + 1:
                            begin = at + 1  # the clause begins behind it
            elif not depth:
                if begin < at:
                    out.append((begin, at))
                if asides:
                    out += asides
                    asides = []
                begin = at + 1
        if begin < end:
            out.append((begin, end))
        return out + asides if asides else out
