"""What a count counts: the noun phrase right after a classifier."""

from __future__ import annotations

import re
from collections.abc import Iterable
from string import ascii_uppercase

from . import regexes
from .engine import lengths_by_first
from .rules import pack as p
from .rules.pattern import trie

LONGEST = 30
"""Characters that a phrase may have at most, and a clause before it."""
JOINED = 4
"""How many attributives may be joined before one noun."""

NONE, UNKNOWN, KEEP, NOUN, EVENT, VERB, HEAD, ACTOR = range(8)
"""What the last word of a phrase is. VERB only stands before a noun, EVENT may also end a phrase, HEAD ends most."""
CLAUSE, STOP, JOINER, OF, TAIL, PASS, RESULT = range(8, 15)
"""What ends a phrase. A CLAUSE may run on to a particle with the noun behind it; a STOP never does."""

KINDS = {
    "verb": CLAUSE,
    "prep": CLAUSE,
    "measure": CLAUSE,
    "adverb": CLAUSE,
    "pred": STOP,
    "copula": STOP,
    "joiner": JOINER,
    "of": OF,
    "tail": TAIL,
    "pass": PASS,
    "result": RESULT,
}
ANY = -1
Rows = dict[str, dict[str, str | None]]


class Objects:
    """Finds counted nouns; safe to share between threads. The tables are made ready when first needed."""

    def __init__(self, pack: p.RulePack) -> None:
        self._pack = pack
        self._finder: _Finder | None = None

    def after(self, text: str, at: int) -> str | None:
        """The noun that the classifier ending at `at` counts, with its plain attributives; None if there is none.

        `text` is normalized. A clause before the noun is left out, so the phrase need not begin at `at`; it always
        stands within the sentence.
        """
        finder = self._finder
        if finder is None:
            # Two threads may both do this: they come to the same.
            finder = self._finder = _Finder(self._pack)
        return finder.after(text, at)


class _Finder:
    """The words of the tables, ready to be looked up; without tables nothing is found.

    Words are looked up from left to right, longest first; characters between them belong to the
    phrase until a noun is complete. Sorts of nouns (org, person …) are bits, so that a classifier tells which it takes.
    """

    def __init__(self, pack: p.RulePack) -> None:
        tables = {name: rows for name, rows in pack.lexicons.items() if name.startswith("object_")}
        sorts: dict[str, int] = {}

        known: dict[str | None, int] = {None: 0}

        def bits(names: str | None) -> int:
            if names not in known:
                known[names] = sum({sorts.setdefault(name, 1 << len(sorts)) for name in (names or "").split()})
            return known[names]

        self.act = bits("act")
        self.done = bits("act team")
        words: dict[str, tuple[int, int]] = {}
        stops = tables.get("object_stop", {})
        for name, row in stops.items():
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
        of, copula = _of_kind(stops, "of"), _of_kind(stops, "copula")
        signs = "".join(re.escape(c) for c in [*quotes, *(row["close"] or "" for row in quotes.values())])
        joiners = "".join(re.escape(c) for c, (kind, _) in words.items() if kind == JOINER and not c.isalnum())
        self.quoted = _quoted(quotes, joiners)
        numerals = pack.lexicons.get("numeral", {})
        self.counted = _counted(numerals, tables.get("object_figure", {}))
        self.counting = frozenset(name[0] for name in numerals) | frozenset(ascii_uppercase)
        self.clause = regexes.compile(rf"(?:(?!{copula})[\w%.~+/(){signs}{joiners}-]){{0,{LONGEST}}}?{of}")

    def after(self, text: str, at: int) -> str | None:
        """See Objects."""
        c = text[at : at + 1]
        if not (c.isalnum() or (c and c in self.opens)) or not self.words:
            return None
        mask, rule = self.classifiers.get(text[at - 2 : at]) or self.classifiers.get(text[at - 1 : at]) or (ANY, None)
        if rule == "never":
            return None
        kind, _, length = self._word(text, at)
        if kind == PASS or (kind == OF and mask != ANY):
            at += length
        begin, end, headed, _ = self._phrase(text, at, mask, rule is None)
        return text[begin:end] if end > begin and (headed or (rule is None and kind != OF)) else None

    def _word(self, text: str, at: int) -> tuple[int, int, int]:
        """The longest listed word that stands here: its class, its sorts, its length."""
        for n in self.lengths.get(text[at : at + 1], ()):
            entry = self.words.get(text[at : at + n])
            if entry is not None:
                # At the end of the text a longer slice gives the same word.
                return entry[0], entry[1], min(n, len(text) - at)
        return UNKNOWN, 0, 0

    def _phrase(self, text: str, at: int, mask: int, clauses: bool, joined: int = 0) -> tuple[int, int, bool, int]:
        """The phrase that begins at `at`: begin, end, whether a known noun ends it, class of its last word."""
        begin = i = full = at  # `full`: the end of the last word that may end a phrase
        head = 0
        last = kind = NONE
        bare = True  # nothing but attributives so far
        size = len(text)
        limit = min(size, at + LONGEST)
        words, lengths = self.words, self.lengths
        while i < limit:
            c = text[i]
            sort = n = 0
            kind = UNKNOWN
            for n in lengths.get(c, ()):
                entry = words.get(text[i : i + n])
                if entry is not None:
                    kind, sort = entry
                    n = min(n, size - i)
                    break
            if kind == HEAD:
                full = i = i + n
                bare = False
                if sort & mask:
                    head, last = i, HEAD
                else:
                    last = NOUN
            elif kind == KEEP:
                i += n
                last = KEEP
                if n == 1 and not bare:
                    full = i
            elif kind in (NOUN, ACTOR):
                full = i = i + n
                last, bare = kind, False
            elif kind in (EVENT, VERB):
                closed = last in (HEAD, ACTOR) or (last == UNKNOWN and text[i - 1] in self.suffixes)
                end = self._compound(text, i, mask, closed)
                if end:
                    head = i = end
                    last, bare = HEAD, False
                    continue
                if kind == EVENT and not closed and mask & self.act:
                    end = self._events(text, i)
                    if end and (last != UNKNOWN or (i == begin + 2 and not text[end : end + 1].isalnum())):
                        full = i = end
                        last, bare = EVENT, False
                        continue
                    end = self._coined(text, i + n) if last != UNKNOWN else 0
                    if end:
                        full = i = end
                        last, bare = UNKNOWN, False
                        continue
                kind = CLAUSE
                break
            elif kind == OF:
                if last not in (KEEP, EVENT):
                    break
                begin = full = i = i + n
                last, bare = NONE, True
            elif kind == JOINER:
                end = self._joined(text, i + n, mask, joined) if joined < JOINED else 0
                if end and last not in (NONE, HEAD, ACTOR) and not (last == UNKNOWN and text[i - 1] in self.suffixes):
                    head = end
                break
            elif kind == UNKNOWN or (kind == TAIL and not self._ends(text, i + n)) or (kind == RESULT and i == begin):
                if i > begin and not c.isdecimal() and self._opens_verb(text, i):
                    kind = CLAUSE
                    break
                end = self._other(text, i, begin, head)
                if not end:
                    break
                if head == i:
                    head = end
                if "0" <= c <= "9":
                    i, last = end, KEEP
                    continue
                full = i = end
                last, bare = KEEP if c in self.opens else UNKNOWN, False
            else:
                if kind == CLAUSE and i == begin and n > 1:
                    end = self._compound(text, i, mask, False, n) if mask != ANY else self._place(text, i + n)
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
        return begin, full, last == EVENT, last

    def _joined(self, text: str, at: int, mask: int, joined: int) -> int:
        """The end of the noun that what stands before a conjunction shares with what stands behind it, or 0."""
        if self.counted.match(text, at):
            return 0
        begin, end, headed, last = self._phrase(text, at, mask, False, joined + 1)
        return end if headed and last == HEAD and begin == at else 0

    def _opens_verb(self, text: str, at: int) -> bool:
        """Whether an unlisted verb or a next count begins here."""
        if text[at] in self.counting and self.counted.match(text, at):
            return True
        return self._word(text, at + 1)[0] == RESULT

    def _coined(self, text: str, at: int) -> int:
        """The end of an unlisted noun made of the verb that ends here and one or two characters, or 0."""
        for end in (at + 1, at + 2):
            if not _han(text[end - 1 : end]) or self._word(text, end - 1)[0] != UNKNOWN:
                return 0
            if self._ends(text, end):
                return end
        return 0

    def _place(self, text: str, at: int) -> int:
        """The end of an unlisted noun made of the verb that ends here and the last character of nouns, or 0."""
        return at + 1 if text[at : at + 1] in self.suffixes and self._ends(text, at + 1) else 0

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

        After a complete noun (`closed`) only an act can follow, with verbs alone before it: otherwise the verb is the
        predicate of that noun. `first` is the length of a verb that needs its noun right behind.
        """
        plain = False
        i = at + first
        for k in range(6):
            kind, sort, n = self._word(text, i)
            if k == 0 and not first:
                plain = kind == EVENT and not closed
            elif kind == HEAD and sort & mask:
                return 0 if closed and not sort & self.done else i + n
            elif kind == UNKNOWN and k and not closed and self.suffixes.get(text[i : i + 1], 0) & mask:
                # The verb makes a noun with a character that is no word by itself.
                return i + 1 if self._ends(text, i + 1) or self._word(text, i + 1)[0] in (EVENT, VERB) else 0
            elif not (kind in (EVENT, VERB) or (plain and kind in (NOUN, KEEP, HEAD)) or (kind == KEEP and not closed)):
                return 0
            i += n
        return 0

    def _other(self, text: str, at: int, begin: int, head: int) -> int:
        """The end of what is no listed word: a character, a quotation, a figure, a foreign word; or 0."""
        c = text[at]
        if _han(c):
            if head != at:
                return at + 1
            # A noun is complete; a short word that is known as a noun by its last character may still belong to it.
            if c in self.suffixes and (self._ends(text, at + 1) or self._word(text, at + 1)[0] in (EVENT, VERB)):
                return at + 1
            if text[at + 1 : at + 2] in self.suffixes and not text[at + 2 : at + 3].isalnum():
                return at + 2
            return 0
        if head == at:
            return 0
        if c in self.opens:
            m = self.quoted.match(text, at)
            return m.end() if m else 0
        m = self.figure.match(text, at) if c.isalnum() else None
        if m is None or (c.isdecimal() and not (m.group(2) or (at == begin and m.group(1)))):
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


def _of_kind(rows: Rows, kind: str) -> str:
    return _either(name for name, row in rows.items() if row["kind"] == kind)


def _han(c: str) -> bool:
    return "\u3400" <= c <= "\u9fff" or c >= "\U00020000"


def _counted(numerals: Rows, rows: Rows) -> re.Pattern[str]:
    """What begins the next count: figures, or numerals (or a letter for them) and a classifier."""
    return regexes.compile(f"[0-9]|(?:[A-Z]|{_either(numerals)}{{1,6}}){_of_kind(rows, 'count')}")


def _figure(rows: Rows) -> re.Pattern[str]:
    """A figure with its unit (group 1) and what closes it (group 2), or a foreign word."""
    number = r"[0-9][0-9.,]*(?:[-~][0-9][0-9.]*)?"
    scale, unit, after = (_of_kind(rows, kind) for kind in ("scale", "unit", "after"))
    return regexes.compile(
        rf"{number}(?:(?=[A-Za-z])|({scale}?{unit}|{scale}+)?(?={after}|(?![A-Za-z])))({after}|[A-Za-z]+[0-9]*{after}?)?"
        r"|[^\W\u3400-\u9fff]+(?:[-+./][^\W\u3400-\u9fff]+)*"
    )


def _quoted(rows: Rows, joiners: str) -> re.Pattern[str]:
    """A quotation of one line."""
    inside = rf"[\w()+/.&%~{joiners}-]{{1,{LONGEST}}}"
    pairs = [f"{re.escape(mark)}{inside}{re.escape(row['close'] or mark)}" for mark, row in rows.items()]
    return regexes.compile("|".join(pairs) or "(?!)")
