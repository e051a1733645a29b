"""Clauses of folded text: where they begin and end, and the words by which `reader` reads them.

A clause ends at a comma as well as at a full stop; what stands in brackets is a clause of its own, after that which
holds it. It opens with words that say nothing, a time, and its topic, in any order; what is left says something of the
topic. Topics are names, words that stand for names told before, and bodies that are no entity. See `docs/facts.md`.
"""

from __future__ import annotations

import re
from functools import partial
from typing import Final, Literal

from .. import regexes
from ..rules import pack as p
from .folding import DURATION, ENTITIES, FIGURES, FOLDED, ORDINALS, PARTS, PERSON, TIME, WORK
from .lookups import TABLE, Endings, Longest, Opening, firsts, in_role, marked, opening, table, words
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
        "dated",
        "field",
        "first",
        "fresh",
        "held",
        "now",
        "part",
        "split",
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
        self.split = False  # whether a clause of this sentence has told one
        self.told = False  # whether a clause of this sentence has named it


class Clauses:
    """Reads clauses. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        marks = table(pack, "mark")
        signs = partial(in_role, marks)
        self.opens, closes, quotes = frozenset(signs("open")), frozenset(signs("close")), signs("quote")
        self.closes, self.quotes = closes, frozenset(quotes)
        quote, ends = "".join(map(re.escape, quotes)), "".join(map(re.escape, signs("break")))
        signs_of_cuts = "".join((*signs("break"), *signs("stop"), *self.opens, *closes))
        self.cut_signs = frozenset(signs_of_cuts)
        self.brackets = marked((*self.opens, *closes))
        cuts = re.escape(signs_of_cuts)
        self.stops = frozenset(signs("stop"))  # what ends more than a clause and less than a sentence
        self.cuts = regexes.compile(f"[{cuts}]" if cuts else "(?!)")
        self.list_sign = regexes.compile(words(signs("list")))
        leads, topics = table(pack, "lead"), table(pack, "topic")
        self.roles = {word: row["role"] or "" for word, row in leads.items()}
        self.kinds = {word: row["kind"] or "" for word, row in topics.items()}
        blank = f" \u3000{quote}"
        self.by = Endings(word for word, role in self.roles.items() if role == "by")
        self.blank = frozenset((" ", "\u3000", *quotes))
        self.kept = Longest([*table(pack, "light_block"), *table(pack, "basis")])
        self.opener = Longest([*leads, *topics])
        tails = words(table(pack, "tail"))
        level = words(table(pack, "level"))
        light = words(table(pack, "light"))
        measure = words(table(pack, "relative"))
        kept = words(table(pack, "light_block"))
        self.tail = Opening(
            f"(?:[{blank}]|(?!{kept}){tails}(?![{_FIGURE}]))*", (*self.blank, *firsts(table(pack, "tail")))
        )
        # A word for a body is none where it is what is counted, and a bare noun is one only before a verb.
        parts = words(sign for sign in signs("list") if not sign.isalpha())
        of = words(signs("of"))
        self.counted = regexes.compile(f"(?:{level})*[{_FIGURE}]|{parts}|{of}?$")
        self.figure = regexes.compile(f"[{_FIGURE}]")
        self.acts = regexes.compile(f"[{TIME}]|{light}|{measure}|{tails}|{words(table(pack, 'act'))}")
        kinds = [word for word, kind in self.kinds.items() if kind in ("one", "bare", "org")]
        self.named = regexes.compile(f"[{_HAN}]{{0,8}}?(?:{words(kinds)})[{quote}]?(?=[{_BODY}])")
        self.named_ends = frozenset(word[-1] for word in kinds)  # what stands right before that name
        etc = words(word for word in table(pack, "example") if len(word) == 1)
        rest = f"|{parts}[^{FOLDED}\n{ends}]{{2,16}}?(?:{etc})[{_FIGURE}]" if etc else ""
        examples = table(pack, "example")
        self.listed = Opening(f"{parts}[{_NAMES}]|{words(examples)}{rest}", firsts((*signs("list"), *examples)))
        things = words(table(pack, "thing"))
        acts = words(table(pack, "act"))
        self.thing = regexes.compile(
            f"(?:[{_HAN}]{{1,8}}{of})?[{blank}]?((?!{acts})[^{FOLDED}{blank}]{{1,24}}[{blank}]?(?<=.){things})"
            f"[{blank}]?(?={light}|{acts}|{tails}|$)"
        )
        self.not_time = Endings(table(pack, "not_time"))
        self.dateline = opening(table(pack, "dateline"))
        self.datelines = regexes.compile(f"[{TIME}](?:{words(table(pack, 'dateline'))})")
        built = words(table(pack, "built"))
        self.attributive = opening([*table(pack, "attributive"), *table(pack, "built")])
        self.built = regexes.compile(f"(?:{built})[^{FOLDED}]{{0,8}}\\Z")
        self.built_ends = Endings(table(pack, "built"))
        routes = table(pack, "route")
        self.route = Opening(f"{words(routes)}[{_BODY}]", firsts(routes))
        self.side = opening(table(pack, "side"))
        self.was = opening(table(pack, "was"))
        self.paced = opening(table(pack, "paced"))
        self.unpriced = Endings(table(pack, "price_block"))
        self.beside = opening(table(pack, "beside"))
        self.waters = Endings(table(pack, "water"))
        self.kind_of = regexes.compile(f"{of}[{_HAN}]{{2,12}}\\Z")
        self.visitor = opening(table(pack, "visitor"))
        self.fellows = regexes.compile(f"(?:(?:{words(signs('list'))})[{_BODY}])*")
        members = table(pack, "member")
        self.member = Opening(
            f"[{_HAN}]{{0,4}}?(?:{words(members)})[{PERSON}]?", (*map(chr, range(0x4E00, 0xA000)), *firsts(members))
        )
        self.visit = regexes.compile(
            f"(?:{words(table(pack, 'visit'))})([^\\n{ends}]{{1,30}}?)(?:{words(table(pack, 'post'))})"
            f"({PERSON}|[{_HAN}]{{2,4}})(?=[\\n{ends}]|$)"
        )
        doers, doing = table(pack, "doer"), words(table(pack, "doing"))
        self.doer = Opening(
            f"(?:[{_FIGURE}]{of}?)?(?:{words(doers)})"
            f"(?:({PERSON})(?=[{TIME}]?[{_HAN}]{{0,8}}?(?:{doing}))|([{_HAN}]{{2,3}})(?=[{TIME}]?[{_HAN}]{{0,2}}?(?:{doing})))",
            (*firsts(doers), *_FIGURE),
        )
        self.priced = regexes.compile(f"([^{FOLDED}\\W]{{2,8}}?){of}?(?:{words(table(pack, 'price'))})")
        decrees, lays = words(table(pack, "decree")), words(table(pack, "lay_down"))
        self.decree = regexes.compile(f"[{_HAN}]{{0,3}}?(?:{decrees})[{_HAN}]{{0,2}}?(?:{lays})")
        self.before = regexes.compile(f"[{_BODY}]?[^{FOLDED}\\W]{{1,12}}\\Z")
        self.pointers = frozenset(table(pack, "pointer"))
        self.bodies = frozenset(table(pack, "body"))
        # What a body may end with that is pointed to by one character.
        heads: dict[str, list[str]] = {}
        for ending, row in table(pack, "short_head").items():
            for head in row["head"] or "":
                heads.setdefault(head, []).append(ending)
        self.short_heads = {head: tuple(endings) for head, endings in heads.items()}
        self.tenths = Endings(table(pack, "tenth"))
        self.rates = Endings(table(pack, "rate_end"))
        self.scoped = regexes.compile(f"(?:{words(table(pack, 'contest'))})")
        self.objects = opening(table(pack, "object_sign"))
        self.no_maker = opening(table(pack, "no_maker"))
        self.events = opening(table(pack, "event"))
        self.planning = regexes.compile(words([*table(pack, "plan"), *table(pack, "mean")]))
        self.unquoted = regexes.compile(f"[{ends}][{quote}]")
        self.presently = regexes.compile(f"(?:{words(table(pack, 'presently'))})(?!{of})")
        self.deeds = regexes.compile(f"(?:{words((*table(pack, 'act'), *table(pack, 'light')))})+")
        self.residents = Endings(table(pack, "resident"))
        self.of_signs = tuple(signs("of"))
        self.own_words = regexes.compile(f"[{quote}](?:{words(table(pack, 'doer'))})({PERSON})")
        partners = words(table(pack, "partner"))
        self.partner = regexes.compile(f"[^{FOLDED}]{{0,8}}(?:[{_BODY}][^{FOLDED}]{{0,8}})?(?:{partners})")
        self.founds = opening(table(pack, "founder"))
        self.afterwards = Endings(table(pack, "afterwards"))
        self.anonymous = regexes.compile(words(table(pack, "anonymous")))
        self.extremes = Endings(table(pack, "extreme"))
        self.extreme = regexes.compile(f"(?:{words(table(pack, 'extreme'))})$")
        self.expert = Endings(table(pack, "expert"))
        self.beyond = opening(table(pack, "beyond"))
        unnamed = words(table(pack, "spoken_by"))
        self.speaker = regexes.compile(f"[{_BODY}](?:[^{FOLDED}{ends}]{{0,{SPEAKER}}}{PERSON}|(?:{unnamed}))")
        self.standards = table(pack, "standard")
        self.topical = frozenset(word[0] for word, kind in self.kinds.items() if kind != "one")
        self.owner = opening(table(pack, "owner"))
        self.villages = frozenset(s for s, row in table(pack, "place_rank").items() if row.get("kind") == "low")
        self.within = frozenset(s for s, row in table(pack, "place_rank").items() if row.get("kind") == "one")
        self.divisions = frozenset(s for s, row in table(pack, "place_rank").items() if row.get("kind"))
        self.ranks = frozenset(table(pack, "place_rank"))  # the last characters of divisions
        self.behind = regexes.compile(f"[^{FOLDED}]{{0,3}}{of}[^{FOLDED}]{{0,6}}([{_BODY}])")
        self.relative = regexes.compile(
            f"[^{_FIGURE.replace(DURATION, '')}]{{1,32}}?{of}[{blank}]?([{_BODY}{WORK}])(?!{of})"
        )
        self.described = regexes.compile(f"[{_HAN}]{{1,6}}?{of}[{blank}]?([{_BODY}{WORK}])(?!{of})")
        aspects = table(pack, "aspect")
        self.aspect = regexes.compile(f"[^{FOLDED}]{{1,10}}?(?:{words(aspects)})$")
        self.aspects = Endings(aspects)
        self.exemplar = regexes.compile(f"[^{_FIGURE}]{{1,20}}?(?:{words(table(pack, 'exemplar'))})")
        self.observes = regexes.compile(f"[{TIME}]?[^{FOLDED}]{{0,4}}?(?:{words(table(pack, 'observe'))})$")
        self.announces = regexes.compile(f"[{TIME}]?(?:{words(table(pack, 'announce'))}){of}?(?=[{TIME}])")
        self.says = regexes.compile(f"[{TIME}]?[^{FOLDED}]{{1,8}}$")
        self.blanks = regexes.compile(f"[{blank}]*")
        self.part = regexes.compile(words(word for word, role in self.roles.items() if role == "part"))
        self.cited = frozenset(table(pack, "cited"))
        self.span = regexes.compile(f"[{DURATION}](?:{words(table(pack, 'span'))})[{blank}]?")
        self.offices = Endings(table(pack, "office"))
        self.assesses = regexes.compile(f"[^{FOLDED}]{{0,4}}?(?:{words(table(pack, 'assess'))})$")
        self.work_act = opening(table(pack, "work_act"))
        quoted = words(table(pack, "quoted"))
        self.quoted = regexes.compile(f"[{quote}](?={quoted})")
        self.named_so = regexes.compile(
            f"[{_HAN}]{{0,8}}[{quote}]([{_BODY}]?[^{FOLDED}\\W]{{2,10}})[{quote}](?={quoted})"
        )
        self.quote = Opening(f"[{blank}]+", self.blank)
        self.observers = Endings(table(pack, "observer"))
        self.moved = regexes.compile(words(table(pack, "moved")))
        self.homes = table(pack, "home")
        placing, ranked = table(pack, "placing"), table(pack, "rank_verb")
        self.placing = Opening(
            f"{words(placing)}|{words(ranked)}[{''.join(sorted(ORDINALS))}]", firsts((*placing, *ranked))
        )
        self.under = opening(table(pack, "under"))
        self.divisions = frozenset(pack.lexicons.get("division_ending", {}))
        # A word for a business stands for no centre or association; some measures only a firm has, not its plant.
        self.businesses, self.no_firms = frozenset(table(pack, "business")), Endings(table(pack, "no_firm"))
        self.of_firms = regexes.compile(words(table(pack, "firm_measure")))
        launches, goods = words(table(pack, "launch")), words(table(pack, "launched"))
        self.launched = regexes.compile(
            f"(?:{launches})[^\\n{ends}]{{0,16}}?(?:{goods})[{quote}]([^{FOLDED}\\s]{{2,12}})[{quote}]$"
        )
        self.wholes = {word: row["place"] for word, row in table(pack, "home_whole").items()}
        self.sure_wholes = frozenset(word for word, row in table(pack, "home_whole").items() if row["sure"])
        # A section that tells what is planned, and where the next one begins.
        self.agenda = regexes.compile(f"(?:{words(table(pack, 'agenda'))})$")
        self.agenda_part = regexes.compile(words(table(pack, "agenda_part")))
        sized = words(table(pack, "sized"))
        begins = words(word for word in (*table(pack, "act"), *table(pack, "light")) if len(word) > 1)
        self.many = regexes.compile(words(table(pack, "many")))
        self.sized_ends = frozenset(word[-1] for word in (*table(pack, "sized"), *table(pack, "level")))
        self.sized = regexes.compile(f"((?!{begins})[^{FOLDED}\\W]{{2,8}}?)(?:{sized})(?:{level})*[{_FIGURE}]")
        land = words(table(pack, "land"))
        self.lands = regexes.compile(f"[{_FIGURE}][^{FOLDED}]{{1,16}}?(?:{land})([{_BODY}])$")
        takes, rated = words(table(pack, "object_sign")), words(table(pack, "rated"))
        self.rated = regexes.compile(f"(?:{takes})([{_BODY}])(?:{rated})")
        sizes = "".join(sorted(FIGURES - PARTS))
        opened, mark = words(table(pack, "opened")), words(table(pack, "opened_mark"))
        self.opened = regexes.compile(
            f"[^{FOLDED}]{{1,8}}[{sizes}][^{FOLDED}]{{0,2}}?{of}([{_BODY}]?[^{FOLDED}\\W]{{2,16}}?)"
            f"(?=(?:(?:{mark})|[{_BODY}]|[{TIME}])*(?:{opened}))"
        )
        paces, verbs = words(table(pack, "pace")), words(table(pack, "change"))
        facets = table(pack, "facet")
        opens = words(in_role(facets, "open"))
        shuts = words(in_role(facets, "close"))
        self.facet = regexes.compile(
            f"(?:{opens})[{_HAN}]{{1,8}}?(?:{shuts})(?=[{cuts}])" if facets and cuts else "(?!)"
        )
        self.here = regexes.compile(words(table(pack, "here")))
        self.settled = regexes.compile(words(table(pack, "reset")))
        publish, result = words(table(pack, "publish")), words(table(pack, "result"))
        self.results = regexes.compile(f"(?:{publish})[^{FOLDED}]{{0,4}}([{TIME}])[^{FOLDED}]{{0,4}}?(?:{result})")
        self.turn = regexes.compile(f"(?:{paces})+(?:{verbs})$")
        self.turns = Endings(table(pack, "change"))
        self.bulletin = regexes.compile(words(table(pack, "bulletin")))

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
