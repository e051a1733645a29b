"""Names that stand for one thing: chains of places, lists, aliases that the article defines, ids and fullest names.

The rules find names one by one. Here they are tied together, and what the article once named is found everywhere in it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import pairwise
from operator import attrgetter
from typing import NamedTuple, cast

from .engine import Row
from .names import BRAND, Names
from .records import Entity, Label
from .rules import pack as p
from .words import Words

_ITEM = 8
"""The longest item of a list that is a name for the names on both sides of it, in characters."""


class Named:
    """A name where it stands, in normalized text. `key` ties the names of one entity together.

    `given` is the entity's name where the user brought it: such a name stands whatever else there is.
    """

    __slots__ = ("end", "given", "key", "label", "rule", "start", "title")

    def __init__(
        self, start: int, end: int, label: str, key: str, title: str | None, rule: str, given: str | None = None
    ) -> None:
        self.start = start
        self.end = end
        self.label = label
        self.key = key
        self.title = title
        self.rule = rule
        self.given = given

    def labelled(self, label: str) -> Named:
        """The same name with another label."""
        return Named(self.start, self.end, label, self.key, self.title, self.rule, self.given)


class Definition(NamedTuple):
    """An alias that the article defines, where it is defined.

    The name that it stands for ends before the bracket that holds it, or before the defining word, `lead`. `kind`:
    `alias`, a name; `code`, an identifier that is an alias but no mention where it is defined; `link`, a word between
    two names that are of one entity. `owner`: `known` where the name before must have been found otherwise. `former`:
    the alias holds no more.
    """

    start: int
    end: int
    rule: str
    kind: str = "alias"
    owner: str | None = None
    lead: str = ""
    former: bool = False


class Linked(NamedTuple):
    """The names of an article, ordered and without overlaps, the id of each one's entity, and the entities."""

    names: list[Named]
    ids: list[str]
    entities: tuple[Entity, ...]


class _Group:
    """The names of one entity: where each surface stands first; identifiers that are aliases but no mentions."""

    __slots__ = ("codes", "label", "surfaces")

    def __init__(self, label: str) -> None:
        self.label = label
        self.surfaces: dict[str, int] = {}
        self.codes: dict[str, None] = {}


class Linker:
    """Ties names together by the tables of a rule pack. Immutable; safe to share."""

    def __init__(self, pack: p.RulePack, names: Names) -> None:
        self.names = names
        self.ranks = {kind: int(row["rank"] or 0) for kind, row in pack.lexicons.get("division_rank", {}).items()}
        self.divisions: dict[str, Row] = {}
        for table in ("divisions_hk_mo_tw", "divisions_cn"):
            for surface, row in pack.lexicons.get(table, {}).items():
                other = self.divisions.get(surface)
                if other is None:
                    self.divisions[surface] = row
                else:  # a district here and one there
                    parents = "|".join(filter(None, (other["parent"], row["parent"])))
                    self.divisions[surface] = {**row, "parent": parents}
        self.endings = tuple(sorted(pack.lexicons.get("division_ending", {}), key=len, reverse=True))
        self.separators = frozenset(pack.lexicons.get("list_separator", {}))
        self.dates = frozenset(pack.lexicons.get("date_sign", {}))
        self.not_before = tuple(pack.lexicons.get("alias_not_after", {}))
        self.forms = tuple(sorted(pack.lexicons.get("legal_form", {}), key=len, reverse=True))
        # What has a code on an exchange is read as a company's full name is.
        self.listed_company: Row = {"surface": next(iter(self.forms), "")}

    def link(self, text: str, words: Words, names: list[Named], aliases: Sequence[Definition]) -> Linked:
        """`names` as the rules found them, by start; `aliases` as defined. Nothing comes from outside the article."""
        given = [n for n in names if n.given is not None]
        names = self._chained(text, [n for n in names if n.given is None] if given else names)
        names = self._with(names, given)
        names, same, codes, former = self._defined(text, words, names, aliases)
        names = self._between(text, words, names)
        names = self._repeated(text, words, names, same, codes)
        own = {n.key: n for n in given}
        for key in own:
            same.pop(key, None)
        brought = {(n.given, n.label): n.key for n in given}
        of: dict[str, str] = {}
        for n in names:
            # One surface is one thing, whichever rule found it where.
            mine, first = self._key(same, n.key), self._key(same, of.setdefault(text[n.start : n.end], n.key))
            if mine != first:
                same[mine] = first
        keys = [self._key(same, n.key) for n in names]
        if brought:
            keys = [brought.get((key, n.label), key) for n, key in zip(names, keys, strict=True)]
        groups: dict[str, _Group] = {}
        for n, key in zip(names, keys, strict=True):
            group = groups.get(key)
            if group is None:
                group = groups[key] = _Group(n.label)
            group.surfaces.setdefault(text[n.start : n.end], n.start)
        for code, (owner, _) in codes.items():
            key = self._key(same, owner.key)
            if key in groups:
                groups[key].codes.setdefault(code)
        # Two owners of one alias have one label.
        names = [
            n if n.label == groups[key].label else n.labelled(groups[key].label)
            for n, key in zip(names, keys, strict=True)
        ]
        ids = {key: f"e{i}" for i, key in enumerate(groups, 1)}
        entities = []
        for key, group in groups.items():
            # The fullest, but no foreign name, no code and no former name, unless there is no other.
            name = max(group.surfaces, key=lambda s: (not s.isascii(), s not in former, len(s), -group.surfaces[s]))
            if group.label == "place" and len(key) > len(name) and key.startswith(name) and key in text:
                name = key  # the full form stands only inside other names
            if key in own:
                name = own[key].given or name
            others = tuple(s for s in {**group.surfaces, **group.codes} if s != name)
            entities.append(Entity(ids[key], cast(Label, group.label), name, others))
        return Linked(names, [ids[key] for key in keys], tuple(entities))

    @staticmethod
    def _key(same: dict[str, str], key: str) -> str:
        if key not in same:
            return key
        seen: set[str] = set()
        while key in same and key not in seen:
            seen.add(key)
            key = same[key]
        return key

    # ------------------------------------------------------------------------------------------------------- chains

    def _chained(self, text: str, names: list[Named]) -> list[Named]:
        """Neighbouring divisions, each inside the one before, are one name: a city and its district."""
        out: list[Named] = []
        bodies = {n.start: n for n in names if n.label == "org"}
        for n in names:
            if out and out[-1].start <= n.start < out[-1].end:
                continue  # taken up by the chain before it
            body = bodies.get(n.end) if n.label == "place" else None
            if body is not None and self._below(text, n, body):
                out.append(Named(n.start, body.end, "org", text[n.start : body.end], None, body.rule))
                continue
            n = n if body is not None else self._lengthened(text, n)
            if out and out[-1].end == n.start and self._inside(text, out[-1], n):
                key = n.key
                if "|" in ((self.divisions.get(key) or {}).get("parent") or ""):
                    key = out[-1].key + key  # one of several of this name: a district that many cities have
                out[-1] = Named(out[-1].start, n.end, "place", key, None, n.rule)
            else:
                out.append(n)
        return out

    def _below(self, text: str, outer: Named, body: Named) -> bool:
        """Whether a body's name begins with a division that lies in the one right before it: its office's full name."""
        if outer.key not in self.divisions:
            return False
        for size in (5, 4, 3):
            row = self.divisions.get(text[body.start : min(body.start + size, body.end)])
            if row is not None and outer.key in (row["parent"] or ""):
                return text.endswith(self.endings, body.start, body.start + size)
        return False

    def _lengthened(self, text: str, n: Named) -> Named:
        """A division with the one inside it that follows, where that alone is ambiguous (a name of common words)."""
        if n.label != "place" or n.key not in self.divisions:
            return n
        for size in (5, 4, 3, 2):
            surface = text[n.end : n.end + size]
            row = self.divisions.get(surface) if len(surface) == size else None
            if row is not None and n.key in (row["parent"] or "") and surface.endswith(self.endings):
                return Named(n.start, n.end + size, "place", surface, None, n.rule)
        return n

    def _inside(self, text: str, outer: Named, inner: Named) -> bool:
        if outer.label != "place" or inner.label != "place":
            return False
        a, b = self._division(text, outer), self._division(text, inner)
        if a is None or b is None:
            return False
        rank_a, rank_b = self.ranks.get(a["kind"] or "", 0), self.ranks.get(b["kind"] or "", 0)
        if not rank_a or not rank_b or rank_a >= rank_b:
            return False
        parent = b.get("parent")
        return not parent or (a["name"] or "") in parent or rank_b - rank_a == 1

    def _division(self, text: str, n: Named) -> Row | None:
        surface = text[n.start : n.end]
        row = self.divisions.get(surface) or self.divisions.get(n.key)
        if row is not None:
            return row
        for ending in self.endings:
            if surface.endswith(ending) and len(surface) > len(ending):
                return {"kind": ending, "parent": None, "name": surface}
        return None

    # ------------------------------------------------------------------------------------------------------- aliases

    def _defined(
        self, text: str, words: Words, names: list[Named], aliases: Sequence[Definition]
    ) -> tuple[list[Named], dict[str, str], dict[str, tuple[Named, set[int]]], set[str]]:
        """Tie each defined alias to the name that it stands for.

        Gives the names; key -> key of the same entity; each code, its owner and the places where it is defined; the
        aliases that hold no more.
        """
        same: dict[str, str] = {}
        codes: dict[str, tuple[Named, set[int]]] = {}
        former: set[str] = set()
        ends = {n.end: n for n in names}
        starts = {n.start: n for n in names}
        added: list[Named] = []
        for a in aliases:
            at = self._before(text, a)
            owner = next((ends[i] for i in (at, at - 1) if i in ends), None)
            if owner is None and at > 0 and text[at] == "(" and a.kind != "link" and a.owner != "known":
                begin = self.names.name(words, at, self.listed_company if a.kind == "code" else None)
                if begin is not None and at - begin > 1:
                    owner = Named(begin, at, "org", text[begin:at], None, a.rule)
                    added.append(owner)
                    ends[at] = owner
            if owner is None or (a.kind == "code" and owner.label != "org"):
                continue
            if a.kind == "link":
                other = starts.get(a.end)
                if other is not None and other.label == owner.label and other.given is None:
                    same.setdefault(other.key, owner.key)
                    if a.former:
                        former.add(text[other.start : other.end])
                continue
            alias = text[a.start : a.end]
            if a.kind == "code":
                codes.setdefault(alias, (owner, set()))[1].add(a.start)
                continue
            brought = ends.get(a.end)
            if brought is not None and brought.given is not None and brought.start == a.start:
                if owner.given is None and owner.label == brought.label:
                    same[owner.key] = brought.key
                continue
            if alias != owner.key:
                same.setdefault(alias, owner.key)
            if a.former:
                former.add(alias)
            added.append(Named(a.start, a.end, owner.label, alias, None, a.rule))
        return self._with(names, added), same, codes, former

    @staticmethod
    def _before(text: str, a: Definition) -> int:
        """Where what an alias stands for must have ended: before the bracket, else before the word that defines it."""
        opened = text.rfind("(", max(0, a.start - 30), a.start)
        if opened >= 0 and text.find(")", opened, a.start) < 0:
            return opened
        if a.kind == "link":
            return a.start
        led = text.rfind(a.lead, max(0, a.start - len(a.lead) - 2), a.start) if a.lead else -1
        return led if led >= 0 else a.start

    # --------------------------------------------------------------------------------------------------- other places

    def _between(self, text: str, words: Words, names: list[Named]) -> list[Named]:
        """In a list, what stands between two bodies, or two places, is one, too."""
        added = []
        for a, b in pairwise(names):
            start, end = a.end + 1, b.start - 1
            if not (a.label == b.label and a.label in ("org", "place") and 1 < end - start <= _ITEM):
                continue
            parted = text[a.end] in self.separators and text[end] in self.separators and text[start:end].isalnum()
            if parted and self.names.coined(words, start, end):
                added.append(Named(start, end, a.label, text[start:end], None, a.rule))
        return self._with(names, added)

    def _repeated(
        self,
        text: str,
        words: Words,
        names: list[Named],
        same: dict[str, str],
        codes: Mapping[str, tuple[Named, Collection[int]]],
    ) -> list[Named]:
        """Find every other place where a name of the article stands."""
        known: dict[str, Named] = {}
        for n in names:
            known.setdefault(text[n.start : n.end], n)
        derived: dict[str, Named] = {}
        brands: set[str] = set()
        seats: set[str] = set()
        for surface, n in known.items():
            if n.label == "org" and n.given is None:
                brand = self.names.short_brand(words, surface)
                if brand is not None:
                    brands.add(n.key)
                for short in (*self.names.short_firms(surface), *([brand] if brand else ())):
                    if short not in known:
                        derived.setdefault(short, n)
            for short in self.names.short_endings(surface) if n.label in ("org", "place") and n.given is None else ():
                if short not in known:
                    derived.setdefault(short, n)
                elif known[short].label == n.label and known[short].key != n.key:
                    same.setdefault(known[short].key, n.key)
            if n.label == "org" and n.given is None:
                seat = self._seat(surface)
                if seat is not None:
                    held = known.get(seat) or Named(n.start, n.start + len(seat), "place", seat, None, n.rule)
                    for short in (seat, *self._short_forms(seat, held)):
                        if short not in known:
                            derived.setdefault(short, held)
                            seats.add(short)
            for short in self._short_forms(surface, n):
                if short not in known:
                    derived.setdefault(short, n)
                elif known[short].label == "place" and known[short].key != n.key and len(self._parts(surface)) > 1:
                    same.setdefault(known[short].key, n.key)
        for surface, n in known.items():
            # A harbour with its city before it and without are one, where the city is a place.
            for at in range(2, len(surface) - 2):
                inner = known.get(surface[at:])
                if inner is None or inner.key == n.key or not inner.label == n.label == "place":
                    continue
                if self._parts(surface[:at]):
                    same.setdefault(inner.key, n.key)
        added: list[Named] = []
        taken = {n.start: n.end for n in names}
        for code, (owner, places) in codes.items():
            if not code.isdigit():  # digits alone may be anything elsewhere
                derived.setdefault(code, owner)
                taken.update((at, at + len(code)) for at in places)
        for surface, n in (*known.items(), *derived.items()):
            if len(surface) < 2 or (n.given is not None and surface in known):
                continue  # the user's own names are all found
            if n.label == "work" and n.key == surface and surface not in same:
                continue  # a work is one within its marks; elsewhere its name may be what it is about
            loose = surface in known and (len(surface) > 3 or n.label == "person")
            at = text.find(surface)
            while at >= 0:
                end = at + len(surface)
                alone = loose or self._alone(text, words, at, end) or (n.key in brands and self._cut(words, at, end))
                if not alone and n.label == "place" and surface not in self.divisions:
                    alone = self._led(words, at, end) or (surface in seats and surface.endswith(self.endings))
                if alone and surface not in known and n.label == "org":
                    alone = not self._marked(text, at, end)  # a product or a ship that is called so
                if taken.get(at, 0) < end and alone:
                    key = n.key if surface not in same else surface
                    added.append(Named(at, end, n.label, key, None, n.rule))
                at = text.find(surface, end)
        return self._with(names, added)

    def _alone(self, text: str, words: Words, start: int, end: int) -> bool:
        """Whether a short name stands as words of its own, and no word before it makes it another (this, our)."""
        return words.is_edge(start) and words.is_edge(end) and not text.endswith(self.not_before, 0, start)

    def _cut(self, words: Words, start: int, end: int) -> bool:
        """Whether what runs a brand into its neighbours is no word of the dictionary."""
        before = start if words.is_edge(start) else words.start_of(start)
        behind = end if words.is_edge(end) else words.end_of(end)
        text = words.text
        unknown = before == start or not words.maker.has(text[before : words.end_of(start)])
        stop = words.start_of(end) if not words.is_edge(end) else end
        return unknown and (behind == end or not words.maker.has(text[stop:behind]))

    def _led(self, words: Words, start: int, end: int) -> bool:
        """Whether only function words run a place into its neighbours: what is no word of the dictionary."""
        text, breakers = words.text, self.names.breakers
        before = words.is_edge(start) or text[start - 1] in breakers
        behind = words.is_edge(end) or text[end] in breakers
        return before and behind and self._cut(words, start, end)

    def _seat(self, body: str) -> str | None:
        """The county or city that the name of its office begins with, if no gazetteer holds it."""
        at = next((i for i in range(2, min(5, len(body) - 1)) if body[i] in self.names.split), 0)
        if not at or not body.endswith(self.names.offices) or body[: at + 1] in self.divisions:
            return None
        return body[: at + 1]

    def _marked(self, text: str, start: int, end: int) -> bool:
        """Whether a brand stands in quotes or before a number that is no date, as the name of something else."""
        stop = end
        while text[stop : stop + 1].isdigit():
            stop += 1
        numbered = stop > end and text[stop : stop + 1] not in self.dates
        return text[start - 1 : start] in self.names.openers or numbered

    def _short_forms(self, surface: str, n: Named) -> Iterable[str]:
        """Short forms that are safe once the full one stands in the article: of divisions, their parts and stems."""
        if n.label != "place":
            return
        parts = self._parts(surface)
        if not parts:
            return
        last = parts[-1]
        stem = self._stem(last)
        if len(parts) > 1:
            yield last
            before = self._stem(parts[-2])
            yield before + stem
            yield before + last
        if len(stem) > 1 and stem != last:
            yield stem

    def _parts(self, surface: str) -> list[str]:
        """A chain of divisions cut into its links; [] when it is none."""
        parts, rest = [], surface
        while rest:
            if rest in self.names.zones:
                return []
            size = next((i for i in range(len(rest), 1, -1) if rest[:i] in self.divisions), 0)
            if not size:
                size = next((len(rest) for e in self.endings if rest.endswith(e) and len(rest) > len(e)), 0)
            if not size:
                return []
            parts.append(rest[:size])
            rest = rest[size:]
        return parts

    def _stem(self, division: str) -> str:
        for ending in self.endings:
            if division.endswith(ending) and len(division) - len(ending) >= 2:
                return division[: -len(ending)]
        return division

    @staticmethod
    def _with(names: list[Named], added: list[Named]) -> list[Named]:
        """Add names; where two overlap the user's own stands, then the longer, of equals the one that was there."""
        if not added:
            return names
        chosen: list[Named] = []
        both = names + added
        order = [(n.given is None, n.start - n.end, i) for i, n in enumerate(both)]
        order.sort()
        covered = bytearray(max([n.end for n in both]))  # a byte a character: taken or not
        for _, _, i in order:
            n = both[i]
            if covered.find(1, n.start, n.end) < 0:
                covered[n.start : n.end] = b"\1" * (n.end - n.start)
                chosen.append(n)
        chosen.sort(key=_start)
        return chosen

    # --------------------------------------------------------------------------------------------------------- lists

    def brands(self, words: Words, text: str, start: int, end: int) -> list[tuple[int, int]]:
        """The items of a list that are short names of firms, what leads to the first left out; [] when one is none."""
        start += text[start] in self.separators  # "with", not "and"
        (a, b), *rest = list_items(text, start, end, self.separators)
        first = self.names.brand_start(words, a, b)
        if first is None or not rest:
            return []
        if any(not 1 < b - a <= BRAND or self.names.branded(words, a, b) is None for a, b in rest):
            return []
        return [(first, b), *rest]

    def listed(self, text: str, words: Words, start: int, end: int, label: str, rule: str) -> list[Named]:
        """The items of a list as names; [] when one of them can't be a name."""
        items = list_items(text, start, end, self.separators)
        if len(items) < 2:
            return []
        out = []
        for i, (a, b) in enumerate(items):
            if i == 0:
                begin = self.names.name(words, b, None)
                if begin is None:
                    begin = self.names.after_verb(words, a, b)
                if begin is None and label == "org":
                    begin = self.names.brand_start(words, a, b)
                if begin is not None:
                    out.append(Named(max(a, begin), b, label, text[max(a, begin) : b], None, rule))
            elif self.names.fits(words, a, b):
                out.append(Named(a, b, label, text[a:b], None, rule))
            else:
                return []
        return out


_start = attrgetter("start")


def list_items(text: str, start: int, end: int, separators: Collection[str]) -> list[tuple[int, int]]:
    """The spans in [start, end) between the signs that part a list."""
    items = []
    at = start
    for i in range(start, end):
        if text[i] in separators:
            items.append((at, i))
            at = i + 1
    return [*items, (at, end)]
