"""What a count counts: the noun phrase right after a classifier."""

from __future__ import annotations

import re
from collections.abc import Iterable

from .engine import lengths_by_first
from .rules import pack as p
from .rules.pattern import trie

LONGEST = 30
"""Characters that a phrase may have at most, and a clause before it."""
JOINED = 4
"""How many attributives may be joined before one noun."""

NONE, UNKNOWN, KEEP, NOUN, EVENT, VERB, HEAD, ACTOR = range(8)
"""What the last word of a phrase is. VERB only stands before a noun, EVENT may also end a phrase, HEAD ends most."""
CLAUSE, STOP, JOINER, OF, TAIL, PASS = range(8, 14)
"""What ends a phrase. A CLAUSE may run on to a particle with the noun behind it; a STOP never does."""

KINDS = {"verb": CLAUSE, "prep": CLAUSE, "measure": CLAUSE, "pred": STOP, "joiner": JOINER, "of": OF, "tail": TAIL, "pass": PASS}
ANY = -1
Rows = dict[str, dict[str, str | None]]


class Objects:
    """Finds counted nouns. Immutable; safe to share between threads.

    The words of the tables are looked up from left to right, longest first; characters between them belong to the phrase
    until a noun is complete. Sorts of nouns (org, person …) are bits, so that a classifier can tell which it takes.
    """

    def __init__(self, pack: p.RulePack) -> None:
        tables = {name: rows for name, rows in pack.lexicons.items() if name.startswith("object_")}
        sorts: dict[str, int] = {}

        def bits(names: str | None) -> int:
            return sum({sorts.setdefault(name, 1 << len(sorts)) for name in (names or "").split()})

        self.act = bits("act")
        words: dict[str, tuple[int, int]] = {}
        for name, row in tables.get("object_stop", {}).items():
            words[name] = (KINDS[row["kind"] or ""], 0)
        for name, row in tables.get("object_verb", {}).items():
            words[name] = (EVENT if row["kind"] == "event" else VERB, 0)
        for name in tables.get("object_keep", {}):
            words[name] = (KEEP, 0)
        for name, row in tables.get("object_noun", {}).items():
            words[name] = (ACTOR if row["sort"] else NOUN, 0)
        for name, row in tables.get("object_head", {}).items():
            words[name] = (HEAD, bits(row["sort"]))
        self.words = words
        self.lengths = lengths_by_first(words)
        self.suffixes = {name: bits(row["sort"]) for name, row in tables.get("object_suffix", {}).items()}
        self.classifiers = {
            name: (bits(row["sorts"]) or ANY, row["rule"]) for name, row in tables.get("object_classifier", {}).items()
        }
        quotes = tables.get("object_quote", {})
        self.opens = frozenset(quotes)
        self.figure = _figure(tables.get("object_figure", {}))
        of = _either(name for name, (kind, _) in words.items() if kind == OF)
        signs = "".join(re.escape(c) for c in [*quotes, *(row["close"] or "" for row in quotes.values())])
        joiners = "".join(re.escape(c) for c, (kind, _) in words.items() if kind == JOINER and not c.isalnum())
        self.quoted = _quoted(quotes, joiners)
        self.clause = re.compile(rf"[\w%.~+/(){signs}{joiners}-]{{0,{LONGEST}}}?{of}")

    def after(self, text: str, at: int) -> str | None:
        """The noun that the classifier ending at `at` counts, with its plain attributives; None if there is none.

        `text` is normalized. A clause before the noun is left out, so the phrase need not begin at `at`; it always stands
        within the sentence.
        """
        c = text[at : at + 1]
        if not (c.isalnum() or (c and c in self.opens)):
            return None
        mask, rule = self.classifiers.get(text[at - 2 : at]) or self.classifiers.get(text[at - 1 : at]) or (ANY, None)
        if rule == "never":
            return None
        kind, _, length = self._word(text, at)
        if kind == PASS:
            at += length
        begin, end, headed, _ = self._phrase(text, at, mask, rule is None)
        return text[begin:end] if end > begin and (headed or rule is None) else None

    def _word(self, text: str, at: int) -> tuple[int, int, int]:
        """The longest listed word that stands here: its class, its sorts, its length."""
        for n in self.lengths.get(text[at : at + 1], ()):
            entry = self.words.get(text[at : at + n])
            if entry is not None:
                return entry[0], entry[1], n
        return UNKNOWN, 0, 0

    def _phrase(self, text: str, at: int, mask: int, clauses: bool, joined: int = 0) -> tuple[int, int, bool, int]:
        """The phrase that begins at `at`: begin, end, whether a known noun ends it, class of its last word."""
        begin = i = at
        head = 0
        last = kind = NONE
        bare = True
        limit = min(len(text), at + LONGEST)
        words, lengths = self.words, self.lengths
        while i < limit:
            c = text[i]
            sort = n = 0
            kind = UNKNOWN
            for n in lengths.get(c, ()):
                entry = words.get(text[i : i + n])
                if entry is not None:
                    kind, sort = entry
                    break
            if kind == HEAD:
                i += n
                bare = False
                if sort & mask:
                    head, last = i, HEAD
                else:
                    last = NOUN
            elif kind == UNKNOWN:
                end = self._other(text, i, begin, head)
                if not end:
                    break
                if head == i:
                    head = end
                i, last, bare = end, KEEP if c in self.opens else UNKNOWN, False
            elif kind == KEEP:
                i += n
                last = KEEP
            elif kind == NOUN or kind == ACTOR:
                i += n
                last, bare = kind, False
            elif kind == EVENT or kind == VERB:
                closed = last == HEAD or last == ACTOR or (last == UNKNOWN and text[i - 1] in self.suffixes)
                end = self._compound(text, i, mask, closed)
                if end:
                    head = i = end
                    last, bare = HEAD, False
                    continue
                end = self._events(text, i) if mask & self.act and not closed and last != UNKNOWN else 0
                if not end:
                    kind = CLAUSE
                    break
                i, last, bare = end, EVENT, False
            elif kind == TAIL:
                if self._ends(text, i + n):
                    break
                i += n
                last, bare = UNKNOWN, False
            elif kind == OF:
                if last == KEEP or last == EVENT:
                    begin = i = i + n
                    last, bare = NONE, True
                    continue
                break
            elif kind == JOINER:
                if last in (NONE, HEAD, ACTOR) or (last == UNKNOWN and text[i - 1] in self.suffixes) or joined >= JOINED:
                    break
                _, end, headed, final = self._phrase(text, i + n, mask, False, joined + 1)
                if not headed or final != HEAD:
                    break
                head = i = end
                last = HEAD
                bare = False
                break
            else:
                if kind == CLAUSE and i == begin and mask != ANY:
                    end = self._compound(text, i, mask, False, n)
                    if end:
                        head = i = end
                        last, bare = HEAD, False
                        continue
                break
        if head:
            return begin, head, True, HEAD
        if clauses and kind == CLAUSE and (mask != ANY or last != UNKNOWN):
            found = self._behind(text, i, mask)
            if found:
                return found
        if bare:
            return begin, begin, False, NONE
        return begin, i, last == EVENT, last

    def _behind(self, text: str, at: int, mask: int) -> tuple[int, int, bool, int] | None:
        """The phrase behind the clause that begins at `at`, if a known noun ends it."""
        for _ in range(2):
            m = self.clause.match(text, at)
            if m is None:
                return None
            at = m.end()
            begin, end, headed, last = self._phrase(text, at, mask, False)
            if headed or (end > begin and mask != ANY and self.suffixes.get(text[end - 1], 0) & mask):
                return begin, end, True, last
        return None

    def _compound(self, text: str, at: int, mask: int, closed: bool, first: int = 0) -> int:
        """The end of the noun that a verb at `at` is the attribute of, or 0.

        After a complete noun (`closed`) only an act can follow with verbs alone before it: otherwise the verb is the
        predicate of that noun. `first` is the length of a verb that needs its noun right behind.
        """
        plain = False
        i = at + first
        for k in range(6):
            kind, sort, n = self._word(text, i)
            if k == 0 and not first:
                plain = kind == EVENT and not closed
            elif kind == HEAD and sort & mask:
                return 0 if closed and not sort & self.act else i + n
            elif kind == UNKNOWN and k and not closed and self.suffixes.get(text[i : i + 1], 0) & mask:
                # The verb makes a noun with a character that is no word by itself.
                return i + 1 if self._ends(text, i + 1) or self._word(text, i + 1)[0] in (EVENT, VERB) else 0
            elif kind == EVENT or kind == VERB or (plain and kind in (NOUN, KEEP, HEAD)) or (kind == KEEP and not closed):
                pass
            else:
                return 0
            i += n
        return 0

    def _other(self, text: str, at: int, begin: int, head: int) -> int:
        """The end of what stands here and is no listed word: a character, a quotation, a figure, a foreign word; or 0."""
        c = text[at]
        if "\u3400" <= c <= "\u9fff" or c >= "\U00020000":
            if head != at:
                return at + 1
            # A noun is complete; a short word that is known as a noun by its last character may still belong to it.
            for end in (at + 1, at + 2):
                if text[end - 1 : end] in self.suffixes and not text[end : end + 1].isalnum():
                    return end
            return 0
        if head == at:
            return 0
        if c in self.opens:
            m = self.quoted.match(text, at)
            return m.end() if m else 0
        if not c.isalnum():
            return 0
        m = self.figure.match(text, at)
        if m is None:
            return 0
        if c.isdecimal() and not (m.group(2) or (at == begin and m.group(1))):
            return 0
        return m.end()

    def _events(self, text: str, at: int) -> int:
        """The end of the words for events that stand here, if nothing of a phrase follows them; else 0."""
        kind, _, n = self._word(text, at)
        while kind == EVENT:
            at += n
            kind, _, n = self._word(text, at)
        return at if self._ends(text, at) else 0

    def _ends(self, text: str, at: int) -> bool:
        """Whether nothing that belongs to a phrase stands here."""
        c = text[at : at + 1]
        if not c.isalnum():
            return c not in self.opens
        return c.isdecimal() or self._word(text, at)[0] >= CLAUSE


def _either(words: Iterable[str]) -> str:
    """A regex for one of the words; never matches if there are none."""
    return f"(?:{trie(words) or '(?!)'})"


def _figure(rows: Rows) -> re.Pattern[str]:
    """A figure with its unit (group 1) and what closes it (group 2), or a word of letters (group 2 too)."""

    def some(kind: str) -> str:
        return _either(name for name, row in rows.items() if row["kind"] == kind)

    number = r"[0-9][0-9.,]*(?:[-~][0-9][0-9.]*)?"
    scale, unit, after = some("scale"), some("unit"), some("after")
    return re.compile(
        rf"{number}(?:(?=[A-Za-z])|({scale}?{unit}|{scale}+)?(?={after}|(?![A-Za-z])))({after}|[A-Za-z]+[0-9]*{after}?)?"
        r"|([^\W\u3400-\u9fff]+(?:[-+./][^\W\u3400-\u9fff]+)*)"
    )


def _quoted(rows: Rows, joiners: str) -> re.Pattern[str]:
    """A quotation of one line."""
    pairs = [f"{re.escape(a)}[\\w()+/.&%~{joiners}-]{{1,{LONGEST}}}{re.escape(row['close'] or a)}" for a, row in rows.items()]
    return re.compile("|".join(pairs) or "(?!)")
