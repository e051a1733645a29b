"""Whom an article is about: its names by weight, and what words such as "the whole city" stand for in it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final, cast

from .. import records as r
from .folding import FOLDED, PERSON, WORK, Folded
from .lookups import Endings

_IN_TITLE: Final = 6
"""How many mentions a name in the title is worth, if it stands elsewhere too."""
_OFTEN: Final = 3
"""How often a name stands in an article that is about it, where the title does not have it."""
_WORD: Final = 2
"""Names of central bodies no longer than this are words that other names hold, too: the government of a city."""
IN_TITLE: Final = "title"
"""What says in the table of central bodies that one counts only if the title names it."""
_NO_BODY: Final = frozenset((PERSON, WORK))
_HAN: Final = "\u4e00-\u9fff"


class Topic:
    """Whom or what clauses are about. `label` is that of the entity, or `thing`."""

    __slots__ = ("entity", "label", "text")

    def __init__(self, text: str, entity: str | None, label: str) -> None:
        self.text = text
        self.entity = entity
        self.label = label

    @staticmethod
    def of(name: r.EntityMention) -> Topic:
        """Whom a name names, by that name."""
        return Topic(name.text, name.entity, name.label)

    def same(self, other: Topic | None) -> bool:
        """Whether another one says the same."""
        return (
            other is not None and self.text == other.text and self.entity == other.entity and self.label == other.label
        )


class Home:
    """The bodies and places of an article, the weightiest first."""

    def __init__(
        self,
        folded: Folded,
        mentions: Sequence[r.AnyMention],
        title: tuple[int, int],
        observers: Endings,
        homes: Mapping[str, Mapping[str, str | None]],
        anonymous: re.Pattern[str],
    ) -> None:
        forms: dict[str, dict[str, int]] = {}
        last: dict[str, r.EntityMention] = {}
        titled: set[str] = set()
        text, at = folded.text, folded.at
        low, high = self.span = title
        for place in folded.names:
            if text[place] in _NO_BODY:
                continue
            m = cast(r.EntityMention, mentions[at[place]])
            entity, form = m.entity, m.text
            if low <= place < high:
                titled.add(entity)
            last[entity] = m
            known = forms.get(entity)
            if known is None:
                forms[entity] = {form: 1}
            else:
                known[form] = known.get(form, 0) + 1
        count = {entity: sum(known.values()) for entity, known in forms.items()}
        if anonymous.search(text, low, high):  # a place is only where the one is whom the title does not name
            titled = {entity for entity in titled if last[entity].label != "place"}
            for entity in forms:
                if last[entity].label == "place":
                    count[entity] = 0
        for entity in titled:
            if count[entity] > 1:
                count[entity] += _IN_TITLE
        ranked = sorted(count, key=count.__getitem__, reverse=True)  # stable: of equals the first named
        self.title = text[low:high]
        self.topics = [Topic(_most(forms[e]), e, last[e].label) for e in ranked]
        self.counts = forms
        self.forms = {e: tuple(forms[e]) for e in ranked}
        # One name among many is not what an article is about.
        own = next((topic for topic in self.topics if not observers.of(topic.text)), None)
        first = "" if own is None else own.entity or ""
        self.about = own if first in titled or count.get(first, 0) >= _OFTEN else None
        # The place whose central bodies the article cites: what they tell is of it.
        self.region: Topic | None = None
        self.central = self.silent = frozenset[str]()
        sure = self._sure(homes, titled)
        if sure is not None:
            self.region = self.place(sure)
            self.central = frozenset([word for word, row in homes.items() if row["place"] == sure])
            self.silent = frozenset([word for word in self.central if homes[word]["figures"]])
            if self.about is not None and self.about.text in self.silent:
                self.about = None
        self.main = self.about or self.region  # whom a figure is about where nothing tells
        self._known: dict[str, Topic | None] = {}

    def _sure(self, homes: Mapping[str, Mapping[str, str | None]], titled: set[str]) -> str | None:
        """The place of the first name that only a central body of one place has; of some only if the title names it."""
        for entity, forms in self.forms.items():
            for form in forms:
                row = homes.get(form)
                if row is None or (row["sure"] == IN_TITLE and entity not in titled):
                    continue
                if row["sure"] and row["place"] is not None:
                    return row["place"]
        return None

    def tells(self, name: str, of: frozenset[str] | None = None) -> bool:
        """Whether a name is that of a central body, or of a part of one."""
        words = self.central if of is None else of
        return name in words or any(len(word) > _WORD and word in name for word in words)

    def inner(self, end: str) -> Topic | None:
        """The place that ends so inside the name of a body, such as a branch of a bank."""
        for topic in self.topics:
            for form in self.forms[topic.entity or ""]:
                m = re.search(f"[{_HAN}]{{2}}{re.escape(end)}(?=[{_HAN}]{{2}})", form)
                if m is not None:
                    return Topic(m.group(), None, "place")
        return None

    def usual(self, form: str, entity: str) -> str:
        """What somebody is called by: the given form, or the commonest where neither of the two holds the other."""
        known = self.forms.get(entity, ())
        most = _most(self.counts[entity]) if len(known) > 1 else form
        return form if most in form or form in most or self.counts[entity][most] == 1 else most

    def place(self, name: str) -> Topic:
        """A place by its name, whether it is named in the article or not."""
        return next((t for t in self.topics if t.label == "place" and t.text == name), Topic(name, None, "place"))

    def ending(self, end: str, label: str = "place") -> Topic | None:
        """The weightiest name that ends so, or one that only the title tells; None if there is none."""
        if end not in self._known:
            self._known[end] = self._find(end, label)
        return self._known[end]

    def place_of(self, name: str) -> Topic | None:
        """The place that the name of a body begins with, if it is named by itself."""
        found = [t for t in self.topics if t.label == "place" and name.startswith(t.text)]
        return max(found, key=lambda t: len(t.text), default=None)

    def _find(self, end: str, label: str) -> Topic | None:
        for topic in self.topics:
            if topic.label == label:
                fit = [form for form in self.forms[topic.entity or ""] if form.endswith(end)]
                if fit:
                    return topic if topic.text.endswith(end) else Topic(fit[-1], topic.entity, label)
        begins = re.compile(f"[{_HAN}]{{2,4}}?{re.escape(end)}")
        for topic in self.topics:
            for form in self.forms[topic.entity or ""]:
                m = begins.match(form)
                if m is not None:  # told only within a longer name
                    return Topic(m.group(), None, label)
        m = re.search(f"(?:^|[{FOLDED}\\W])([{_HAN}]{{2,4}}?{re.escape(end)})(?![{_HAN}]?{re.escape(end)})", self.title)
        return None if m is None else Topic(m.group(1), None, label)


def _most(forms: dict[str, int]) -> str:
    """The form that is used most, of several the first."""
    return max(forms, key=forms.__getitem__) if len(forms) > 1 else next(iter(forms))
