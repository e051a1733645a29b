"""Sentences with their kinds, words with offsets, and the day an article was published.

Everything here reads the *normalized* text; offsets are half-open code points into it. The module knows no Chinese
word and no Chinese sign: cues, signs and date words come from the tables of ``rules/segment``.

Sentences
    A line end always ends a sentence. Inside a line an ender does, unless it stands inside a quotation or a bracket
    that closes on the same line: such a span is kept whole as long as the sentence stays within `BOUND` characters.
    An ender directly followed by closing marks ends the sentence after them, unless a ``continues`` row (comma,
    dash, possessive …) follows. A bracket that never closes on its line keeps nothing together.

Kinds
    They are decided line by line: cues first (byline, caption), then shape and place (title, head), else body.
    A text of a single line is body unless it is marked as a heading or carries a cue: it is a fragment.

Words
    jieba is the reference. rjieba is the default; where it is known to differ, its answer is repaired (see
    `RjiebaWords`).
"""

from __future__ import annotations

import datetime
import importlib
import re
import threading
import warnings
from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Literal, NamedTuple

from . import regexes
from .errors import RuleError

Kind = Literal["body", "title", "head", "byline", "caption"]
Row = Mapping[str, str]
Tables = Mapping[str, Iterable[Row]]
Word = tuple[str, int, int]

BOUND: Final = 500
"""A quotation or bracket is not kept whole once its sentence is longer than this many characters."""

_DEPTH: Final = 32  # deeper openers are ignored, so that a run of openers costs no more than any other text
_TITLE: Final = 60  # longest title, in characters
_HEAD: Final = 40  # longest head, and longest caption told by its place
_BYLINE: Final = 90  # longest byline
_CUED: Final = 200  # longest line that is looked at for cues; longer ones are body
_RUN: Final = 3  # more bare lines than this in a row are a list or a table, not heads
_TOP: Final = 8  # lines at the top, and
_BOTTOM: Final = 5  # at the bottom, that may carry the day of publication
_NEAR: Final = 31  # days between a dateline and the day of publication

_BREAKS: Final = "\n\r\x0b\x0c\x85\u2028\u2029"
_BREAK: Final = re.compile("\r\n|[" + _BREAKS + "]")
_SERIAL: Final = re.compile(r"(\W)\s?([0-9]{3})([0-9]{2})([0-9]{2})\Z")  # year of an era, month, day, as agencies sign
_MARKDOWN: Final = re.compile(r"(#{1,6})\s+\S")


class Sentence(NamedTuple):
    """One sentence: half-open offsets into the normalized text, blanks trimmed, and the index of its line."""

    start: int
    end: int
    kind: Kind
    paragraph: int


class PublicationDate(NamedTuple):
    """The day of publication: an ISO date, or, if its year is not told, EDTF such as ``XXXX-04-02``, or neither."""

    iso: str | None
    partial: str | None


class _Line(NamedTuple):
    """A line that is not blank, trimmed; `gap` is the number of line ends before it."""

    start: int
    end: int
    number: int
    gap: int


def load_tables(directory: Path) -> dict[str, list[dict[str, str]]]:
    """Read every ``*.tsv`` of `directory`: file stem → its rows, column → cell, in file order.

    A directory that is not there has none. Raises RuleError for a row with more or fewer cells than the header.
    """
    tables: dict[str, list[dict[str, str]]] = {}
    for path in sorted(directory.glob("*.tsv")):
        shown = f"{directory.parent.name}/{directory.name}/{path.name}"
        try:
            lines = path.read_text(encoding="utf-8-sig").split("\n")
        except UnicodeDecodeError as fault:
            raise RuleError(f"not UTF-8: byte {fault.start}", file=shown, hint="save it as UTF-8") from None
        header = lines[0].split("\t")
        rows: list[dict[str, str]] = []
        for number, line in enumerate(lines[1:], 2):
            if not line or line.startswith("# "):
                continue
            cells = line.split("\t")
            if len(cells) != len(header):
                message = f"{len(cells)} cells where the header names {len(header)}"
                raise RuleError(message, file=shown, line=number)
            rows.append(dict(zip(header, cells, strict=True)))
        tables[path.stem] = rows
    return tables


def _surfaces(rows: Iterable[Row], *roles: str) -> list[str]:
    return [row["surface"] for row in rows if row["role"] in roles]


def _any_of(surfaces: Iterable[str]) -> str:
    """An alternation of literals, the longest first, as a group; a pattern that never matches if there are none."""
    ordered = sorted(set(surfaces), key=lambda surface: (-len(surface), surface))
    return "(?:" + "|".join(map(re.escape, ordered)) + ")" if ordered else "(?!)"


def _class(characters: Iterable[str]) -> str:
    """A character class of all characters of `characters`; a pattern that never matches if there are none."""
    inside = "".join(re.escape(character) for character in sorted(set("".join(characters))))
    return f"[{inside}]" if inside else "(?!)"


def _breaks(blank: str) -> int:
    """How many line ends `blank` holds."""
    return len(blank) if not blank.strip("\n") else len(_BREAK.findall(blank))


def _usual_gap(lines: list[_Line]) -> int:
    """The most common number of line ends between two lines, the smaller one of a tie."""
    counts = Counter(line.gap for line in lines[1:])
    return min(counts, key=lambda gap: (-counts[gap], gap), default=1)


# What the shape of a line says by itself; other shapes are settled by place, and are body unless they are.
_SHAPE_KINDS: Final[dict[str, Kind]] = {"title": "head", "head": "head", "byline": "byline", "caption": "caption"}

# What a mark of the trigger class does.
_LINE, _END, _OPEN, _CLOSE, _STRAIGHT = range(5)


class Segmenter:
    """Cuts normalized text into sentences and finds its day of publication. Immutable once built, picklable.

    `tables` maps the file stems of ``rules/segment`` to their rows, as `load_tables` gives them.
    """

    def __init__(self, tables: Tables) -> None:
        rows = {name: list(table) for name, table in tables.items()}
        self._rows = rows
        self._init_marks(rows["marks"], rows["abbreviation"])
        self._init_kinds(rows["marks"], rows["byline"], rows["caption"])
        self._init_dates(rows["marks"], rows["publication"], rows["dateline"])

    def __reduce__(self) -> tuple[Any, ...]:
        return Segmenter, (self._rows,)

    # -- building ------------------------------------------------------------------------------------------------

    def _init_marks(self, marks: list[Row], abbreviations: list[Row]) -> None:
        enders, ascii_enders = _surfaces(marks, "ender"), _surfaces(marks, "ascii_ender")
        ellipses, periods = _surfaces(marks, "ellipsis"), _surfaces(marks, "period")
        self._pairs = {row["surface"]: row["pair"] for row in marks if row["role"] == "open"}
        self._straight = frozenset(_surfaces(marks, "straight_quote"))
        self._soft = frozenset(ellipses)
        self._checked = frozenset(periods + ascii_enders)
        closers = set(self._pairs.values())
        self._codes = {
            **dict.fromkeys(_BREAKS, _LINE),
            **dict.fromkeys(enders + ascii_enders + ellipses + periods, _END),
            **dict.fromkeys(self._straight, _STRAIGHT),
            **dict.fromkeys(self._pairs, _OPEN),
            **dict.fromkeys(closers, _CLOSE),
        }
        shut = _class([*closers, *self._straight])
        # One class comes first, so that `re` runs from mark to mark at full speed; lookbehinds tell what the mark is.
        # Group 1 is the closing marks right after an ender, behind it the blanks up to the next sentence.
        self._marks = regexes.compile(
            rf"{_class(self._codes)}(?:"
            rf"(?<=[{_BREAKS}])\s*"
            rf"|(?:(?<={_class(enders + ellipses)})"
            rf"|(?<={_class(ascii_enders)})(?![A-Za-z0-9=&/_])"
            rf"|(?<=[^0-9]{_class(periods)})(?={shut}{{0,4}}(?:\s|\Z)))"
            rf"{_class(enders + ascii_enders + ellipses)}*({shut}*)[^\S{_BREAKS}]*"
            rf"|(?<={_class([*self._pairs, *closers, *self._straight])})"
            rf")"
        )
        self._continues = regexes.compile(_any_of(_surfaces(marks, "continues")))
        short, names = _surfaces(abbreviations, "abbreviation"), _surfaces(abbreviations, "no_end")
        self._no_end = regexes.compile(
            rf"(?:(?<![A-Za-z])(?:{_any_of(short)}|(?<![^\s.(])[A-Za-z]){_class(periods)}|{_any_of(names)})\Z"
        )
        self._no_end_reach = 2 + max(map(len, short + names), default=1)

    def _init_kinds(self, marks: list[Row], byline: list[Row], caption: list[Row]) -> None:
        stops, calls = _surfaces(marks, "ender"), _surfaces(marks, "ender", "ascii_ender")
        self._stops, self._calls = tuple(stops), tuple(calls)
        self._unfinished = tuple(_surfaces(marks, "unfinished"))
        self._pause = regexes.compile(_class(set(self._unfinished) - set(_surfaces(marks, "colon"))))
        self._stop = regexes.compile(_class(calls))
        self._cell = regexes.compile(_class([*_surfaces(marks, "cell"), "\t"]))
        self._subtitle = tuple(_surfaces(marks, "subtitle"))
        self._shut = "".join(sorted({*self._pairs.values(), *self._straight}))

        person, tail = _any_of(_surfaces(byline, "person")), _any_of(_surfaces(byline, "tail"))
        slash, credit = _any_of(_surfaces(byline, "slash")), _any_of(_surfaces(byline, "credit"))
        stroke = _class(_surfaces(marks, "colon", "slash"))
        joiner = rf"(?:\s|{_any_of(_surfaces(byline, 'joiner'))})"
        opens, shuts = _class(self._pairs), _class(self._pairs.values())
        name = r"[^\W\d_]{2,4}"
        names = rf"{name}(?:{joiner}{{1,3}}(?:{person}{joiner}{{0,3}})?{name}){{0,8}}"
        edge = rf"(?={joiner}|{stroke}|{opens}|{shuts}|{person}|{slash}{stroke}|\Z)"
        self._byline = regexes.compile(
            rf"(?:{opens}\s?)?(?!{_any_of(_surfaces(byline, 'not_byline'))})(?:"
            # a label; a credit before a stroke; people, parted from the cue or up to an edge
            rf"{credit}(?:\s?{stroke}|\s)"
            rf"|{slash}(?:{joiner}?{slash}){{0,2}}\s?{stroke}"
            rf"|{person}\s?(?:{stroke}|{joiner}|{opens}|{name}{edge})"
            # people, perhaps a place, and a closing word; the paper, then people and no more; a sign, then people
            rf"|\S{{0,12}}?{person}\S{{2,20}}?{tail}\s?{shuts}?\Z"
            rf"|\S{{1,12}}?{person}\s?{stroke}?\s?{names}\s?{shuts}?\Z"
            rf"|{_any_of(_surfaces(byline, 'mark'))}\s?(?:{person}{joiner}{{0,3}})?{names}\Z"
            rf")"
        )
        figure = _any_of(_surfaces(caption, "figure"))
        self._caption = regexes.compile(
            rf"(?:{opens}\s?)?(?:{_any_of(_surfaces(caption, 'start'))}"
            rf"|{figure}\s?(?:[0-9]{{1,3}}|[\u2460-\u2473])(?:\s|{stroke}|{shuts}))"
        )
        self._caption_ends = tuple(_surfaces(caption, "end"))
        self._not_caption_ends = tuple(_surfaces(caption, "not_end"))

    def _init_dates(self, marks: list[Row], publication: list[Row], dateline: list[Row]) -> None:
        def words(role: str) -> str:
            return _any_of(_surfaces(publication, role))

        self._digits = {row["surface"]: row["value"] for row in publication if row["role"] == "digit"}
        self._tens = frozenset(_surfaces(publication, "ten"))
        self._eras = {row["surface"]: int(row["value"]) for row in publication if row["role"] == "era"}
        digit, numeral = _class(self._digits), _class([*self._digits, *self._tens])
        opens, shuts = _class(self._pairs), _class(self._pairs.values())
        year, month, day = words("year"), words("month"), words("day")
        small = rf"(?:(?<![0-9])[0-9]{{1,2}}|{numeral}{{1,3}})"
        sign = r"\s?[-./\u2010-\u2015]\s?"
        self._date = regexes.compile(
            rf"(?:(?P<era>{words('era')})\s?)?(?P<y>(?<![0-9])[0-9]{{1,4}}|{numeral}{{1,4}})\s?{year}"
            rf"\s?(?P<m>{small})\s?{month}\s?(?P<d>{small})\s?{day}"
            rf"|(?<![0-9])(?P<y2>[0-9]{{4}}){sign}(?P<m2>[0-9]{{1,2}}){sign}(?P<d2>[0-9]{{1,2}})(?![0-9])"
        )
        self._label = regexes.compile(rf"{words('label')}\W{{0,4}}\Z")
        self._weak_label = regexes.compile(rf"(?:\A|\s){words('weak_label')}\W{{0,4}}\Z")
        edition = rf"{words('edition_before')}\s?\w{{1,5}}\s?{words('edition_after')}"
        source = words("source")
        # What may follow the date on a metadata line, and what may stand anywhere on one.
        stroke = _class(_surfaces(marks, "colon", "slash"))
        self._after_date = regexes.compile(
            rf"(?:\s|{shuts})*(?:{words('weekday')}\w(?:\s|{shuts})*)?"
            rf"(?:T?[0-9]{{1,2}}{stroke}[0-9]{{2}}|{source}|{edition}|{opens}|{stroke}|\Z)"
        )
        self._metadata = regexes.compile(rf"{source}|{edition}")
        agency, suffix = (_any_of(_surfaces(dateline, role)) for role in ("agency", "agency_suffix"))
        self._masthead = regexes.compile(rf"\W*(?:{agency}|\w{{1,8}}?{suffix})\W*")
        self._dateline = regexes.compile(
            rf"(?:\s|{opens}){{0,3}}(?:{_any_of(_surfaces(dateline, 'prefix'))})?(?:{agency}|\w{{1,8}}?{suffix})"
            rf"(?:(?!{_class([*self._calls, *self._unfinished])})\D){{0,20}}?"
            rf"(?:(?P<y>(?<![0-9])[0-9]{{4}}|{digit}{{4}})\s?{year}\s?)?(?:(?P<m>{small})\s?{month}\s?)?"
            rf"(?P<d>{small})\s?{day}\s?{_any_of(_surfaces(dateline, 'despatch'))}"
        )

    # -- sentences -----------------------------------------------------------------------------------------------

    def sentences(self, text: str) -> list[Sentence]:
        """The sentences of normalized `text`: in order, apart, trimmed, covering every character that is not blank.

        Total and linear: any string has an answer, none takes more than a few passes over it.
        """
        lines, cuts = self._cut(text)
        kinds = self._kinds(text, lines)
        index = [line.number for line in lines]
        found = [Sentence(start, end, kinds[line], index[line]) for start, end, line in cuts]
        for place, (start, end, kind, _) in enumerate(found):
            # Who wrote or edited it, in brackets at the end of a paragraph.
            if text[start] in self._pairs and kind == "body" and end - start <= _HEAD and self._signs(text, start, end):
                found[place] = found[place]._replace(kind="byline")
        return found

    def _signs(self, text: str, start: int, end: int) -> bool:
        """Whether a sentence in brackets, perhaps with the digits of a day behind them, is a byline."""
        words = _SERIAL.sub(r"\1", text[start:end])
        return words.endswith(self._pairs[words[0]]) and self._byline.match(words) is not None

    def _cut(self, text: str) -> tuple[list[_Line], list[tuple[int, int, int]]]:
        """The lines that are not blank, and the sentences as (start, end, position of the line in that list)."""
        lines: list[_Line] = []
        cuts: list[tuple[int, int, int]] = []
        codes, pairs, soft, checked = self._codes, self._pairs, self._soft, self._checked
        goes_on = self._continues.match
        add = cuts.append
        stack: list[tuple[str, int]] = []  # what is open: (the mark that closes it, how many ends were held before)
        held: list[tuple[int, int]] = []  # ends inside what is open: (end of the sentence, start of the next)
        size = len(text)
        blank = len(text) - len(text.lstrip())
        gap = number = _breaks(text[:blank])
        start = first = blank  # of the sentence, of the line
        line = 0

        for mark in self._marks.finditer(text, blank):
            at = mark.start()
            code = codes[text[at]]
            if code == _END:
                cut, then = mark.end(1), mark.end()
                closed = mark.start(1)
                if text[at] in checked and self._no_end.search(text, max(start, at - self._no_end_reach), at + 1):
                    continue
                reopened = False
                for place in range(closed, cut):
                    shut = text[place]
                    if shut in self._straight and all(shut != close for close, _ in stack):
                        cut = then = place  # a straight quote with nothing to close opens the next sentence
                        reopened = True
                        break
                    self._close(stack, held, shut, place - start > BOUND)
                if stack:
                    held.append((cut, then))
                    if reopened:
                        stack.append((text[cut], len(held)))
                    if cut - start <= BOUND:
                        continue
                    stack.clear()
                elif (
                    (cut > closed or text[at] in soft) and not reopened and cut - start <= BOUND and goes_on(text, then)
                ):
                    continue
                else:
                    held.append((cut, then))
                    if reopened:
                        stack.append((text[cut], 1))
                for cut, then in held:
                    add((start, cut, line))
                    start = then
                held.clear()
                if reopened and stack:
                    stack[:] = [(close, 0) for close, _ in stack]
            elif code == _LINE:
                if held:
                    for cut, then in held:
                        add((start, cut, line))
                        start = then
                    held.clear()
                stack.clear()
                end = at
                if end > first and text[end - 1].isspace():
                    end = first + len(text[first:end].rstrip())
                if start < end:
                    add((start, end, line))
                lines.append(_Line(first, end, number, gap))
                line += 1
                start = first = mark.end()
                gap = _breaks(mark.group())
                number += gap
            elif code == _OPEN:
                if len(stack) < _DEPTH:
                    stack.append((pairs[text[at]], len(held)))
            elif code == _CLOSE or any(text[at] == close for close, _ in stack):
                if stack:
                    self._close(stack, held, text[at], at - start > BOUND)
                    if held and not stack:
                        for cut, then in held:
                            add((start, cut, line))
                            start = then
                        held.clear()
            elif len(stack) < _DEPTH:
                stack.append((text[at], len(held)))

        for cut, then in held:
            add((start, cut, line))
            start = then
        if first < size:
            end = first + len(text[first:].rstrip())
            if start < end:
                add((start, end, line))
            if first < end:
                lines.append(_Line(first, end, number, gap))
        return lines, cuts

    @staticmethod
    def _close(stack: list[tuple[str, int]], held: list[tuple[int, int]], mark: str, long: bool) -> None:
        """Close what `mark` closes, and what is open inside it; the ends held since are dropped unless `long`."""
        for depth in range(len(stack) - 1, -1, -1):
            if stack[depth][0] == mark:
                if not long:
                    del held[stack[depth][1] :]
                del stack[depth:]
                return

    # -- kinds ---------------------------------------------------------------------------------------------------

    def _kinds(self, text: str, lines: list[_Line]) -> list[Kind]:
        """The kind of every line, from its cues, its shape and its place."""
        shapes = [self._shape(text, line) for line in lines]
        kinds: list[Kind] = [_SHAPE_KINDS.get(shape, "body") for shape in shapes]
        for place in {*range(min(_TOP, len(lines))), *range(max(0, len(lines) - _BOTTOM), len(lines))}:
            # A date at the top or the bottom, with no more than a time or a source.
            if shapes[place] in ("bare", "long") and self._is_metadata(text[lines[place].start : lines[place].end]):
                shapes[place], kinds[place] = "byline", "byline"
        title = self._title(lines, shapes)
        if title is not None:
            kinds[title] = "title"
            shapes[title] = "title"
            if title and shapes[title - 1] == "short":
                kinds[title - 1], shapes[title - 1] = "caption", "caption"
            after = title + 1
            if after < len(lines) and shapes[after] == "bare":
                subtitle = text.startswith(self._subtitle, lines[after].start)
                if subtitle or (after + 1 < len(lines) and shapes[after + 1] == "byline"):
                    kinds[after], shapes[after] = "title", "title"
        self._heads(lines, shapes, kinds, title)
        last = len(lines) - 1
        if last > 1 and shapes[last] == "short":
            usual = _usual_gap(lines)
            if lines[last].gap > usual or lines[last].end - lines[last].start <= _HEAD // 2:
                kinds[last] = "caption"
        return kinds

    def _shape(self, text: str, line: _Line) -> str:
        """What a line looks like by itself: a kind that its cues tell, or ``bare`` (short, no final mark), ``long``
        (as bare, but too long for a head), ``short`` (one short sentence without a pause), ``call`` or ``body``."""
        start, end = line.start, line.end
        size = end - start
        if size > _CUED:
            return "body"
        words = text[start:end]
        heading = _MARKDOWN.match(words)
        if heading is not None:
            return "title" if len(heading[1]) == 1 else "head"
        if self._cell.search(words):
            return "byline" if size <= _BYLINE and self._byline.match(words) else "body"
        core = words.rstrip(self._shut)
        stopped = core.endswith(self._stops)
        if self._caption.match(words):
            return "caption"
        tail = (core[:-1].rstrip(self._shut) if stopped else core).rstrip()
        if tail.endswith(self._caption_ends) and (not stopped or size <= _HEAD) and self._is_caption_end(tail):
            return "caption"
        if stopped or core.endswith(self._calls):
            if size > _HEAD or self._stop.search(core, 0, len(core) - 1) or self._pause.search(core):
                return "body"
            return "short" if stopped else "call"
        if size <= _BYLINE and self._byline.match(words):
            return "byline"
        if size > _BYLINE or core.endswith(self._unfinished) or self._stop.search(core):
            return "body"
        return "bare" if size <= _HEAD else "long"

    def _is_caption_end(self, tail: str) -> bool:
        for surface in self._not_caption_ends:
            if tail.endswith(surface):
                return tail[: -len(surface)].endswith((" ", "\u3000", "\u00a0"))
        return True

    @staticmethod
    def _title(lines: list[_Line], shapes: list[str]) -> int | None:
        """Where the title stands among `lines`, if there is one."""
        top = range(min(_TOP, len(lines)))
        for place in top:
            if shapes[place] == "title":
                return place
        for place in top[: len(lines) - 1]:
            shape, line = shapes[place], lines[place]
            if shape in ("byline", "caption"):
                continue
            if shape in ("bare", "long", "call"):
                return place if line.end - line.start <= _TITLE else None
            # A caption of one short sentence may stand over the title.
            if shape != "short" or place + 2 >= len(lines) or shapes[place + 1] not in ("bare", "long"):
                return None
        return None

    @staticmethod
    def _heads(lines: list[_Line], shapes: list[str], kinds: list[Kind], title: int | None) -> None:
        """Settle the bare lines: heads, captions where a picture left a gap, signatures; the others stay body."""
        bare = [place for place, shape in enumerate(shapes) if shape == "bare"]
        if not bare:
            return
        usual = _usual_gap(lines)
        apart = {place for place in bare if place and lines[place].gap > max(usual, 2)}
        if len(apart) >= _RUN and 2 * len(apart) > len(bare):
            apart = set()  # the habit of this article, no trace of pictures
        for place in apart:
            kinds[place], shapes[place] = "caption", "caption"
        at = 0
        while at < len(bare):
            run = [bare[at]]
            while at + len(run) < len(bare) and bare[at + len(run)] == run[-1] + 1:
                run.append(bare[at + len(run)])
            at += len(run)
            run = [place for place in run if place not in apart]
            if not run or len(run) > _RUN:
                continue
            rest = set(shapes[run[-1] + 1 :]) if run[-1] + 1 >= len(lines) - _BOTTOM else {"body"}
            if rest - {"byline", "caption"}:
                kind: Kind = "head"
            elif "byline" in rest and len(run) == 1 and title is not None:
                kind = "byline"  # who signs, over the date
            else:
                continue
            for place in run:
                kinds[place] = kind

    # -- the day of publication ----------------------------------------------------------------------------------

    def publication_date(self, text: str, sentences: list[Sentence]) -> PublicationDate:
        """The day `text` was published: from its metadata lines or its dateline, never from elsewhere.

        A dateline without year (or month) takes them from a metadata line at most `_NEAR` days off; alone, it gives
        a partial date (or nothing). `sentences` are those of `text`.
        """
        lines = _spans(sentences)
        tail = max(_TOP, len(lines) - _BOTTOM)
        posted: tuple[int, datetime.date] | None = None
        for place, (start, end, kind) in [*enumerate(lines[:_TOP]), *enumerate(lines[tail:], tail)]:
            if end - start > _BYLINE or kind in ("title", "head"):
                continue
            found = self._posted(text[start:end], place)
            if found is not None and (posted is None or found[0] < posted[0]):
                posted = found
        if posted is None and sentences and sentences[-1].kind == "byline":
            signed = _SERIAL.search(text, sentences[-1].start, sentences[-1].end)
            for era in self._eras.values() if signed is not None else ():
                serial = _calendar(int(signed[2]) + era, int(signed[3]), int(signed[4])) if signed else None
                posted = posted if serial is None else (4, serial)
        day = None if posted is None else posted[1]
        for start, end, kind in lines[:_TOP]:
            match = None if kind in ("title", "head") else self._dateline.match(text, start, min(end, start + _BYLINE))
            if match is not None:
                return self._dated(match, day)
        return PublicationDate(None if day is None else day.isoformat(), None)

    def _is_metadata(self, words: str) -> bool:
        """Whether a short line tells a date and no more than where and when it was published."""
        return self._posted(words, 0) is not None or self._dateline.fullmatch(words.rstrip(self._shut)) is not None

    def _posted(self, words: str, place: int) -> tuple[int, datetime.date] | None:
        """The date on a metadata line, and how far it is to be trusted: 0 best."""
        plain = self._pause.search(words) is None and self._stop.search(words) is None
        for match in self._date.finditer(words):
            day = self._day(match)
            if day is None:
                continue
            before = words[: match.start()]
            if self._label.search(before):
                return 0, day
            if place < 3 and self._weak_label.search(before):
                return 1, day
            if plain and self._after_date.match(words, match.end()):
                if not any(map(str.isalnum, before)):
                    return 2, day
                if self._metadata.search(words) or self._masthead.fullmatch(before):
                    return 3, day
        return None

    def _dated(self, match: re.Match[str], posted: datetime.date | None) -> PublicationDate:
        """The date of a dateline, completed by the day it was `posted`."""
        month = None if match["m"] is None else self._number(match["m"])
        number = self._number(match["d"])
        if match["y"] is not None and month is not None:
            full = _calendar(self._number(match["y"]), month, number)
            if full is not None:
                return PublicationDate(full.isoformat(), None)
        if posted is not None:
            for back in range(-1, _NEAR):  # a day ahead: datelines keep another clock than web sites
                near = posted - datetime.timedelta(days=back) if posted.toordinal() > _NEAR else posted
                if near.day == number and month in (None, near.month):
                    return PublicationDate(near.isoformat(), None)
            return PublicationDate(posted.isoformat(), None)
        if month is None or _calendar(2000, month, number) is None:  # a leap year: 29 February is a day
            return PublicationDate(None, None)
        return PublicationDate(None, f"XXXX-{month:02}-{number:02}")

    def _day(self, match: re.Match[str]) -> datetime.date | None:
        if match["y"] is None:
            year = int(match["y2"])
            return _calendar(year, int(match["m2"]), int(match["d2"])) if 1900 <= year < 2100 else None
        year = self._number(match["y"]) + (self._eras[match["era"]] if match["era"] else 0)
        return _calendar(year, self._number(match["m"]), self._number(match["d"])) if 1900 <= year < 2100 else None

    def _number(self, words: str) -> int:
        """The number below 100, or the row of digits, that `words` says in ASCII digits or in numerals."""
        if words.isascii():
            return int(words)
        total, digits = 0, ""
        for character in words:
            if character in self._tens:
                total += 10 * int(digits or "1")
                digits = ""
            else:
                digits += self._digits[character]
        return total + int(digits or "0")


def _spans(sentences: list[Sentence]) -> list[tuple[int, int, Kind]]:
    """The lines that `sentences` stand on."""
    lines: list[tuple[int, int, Kind]] = []
    paragraph = -1
    for sentence in sentences:
        if sentence.paragraph == paragraph:
            lines[-1] = (lines[-1][0], sentence.end, sentence.kind)
        else:
            lines.append((sentence.start, sentence.end, sentence.kind))
            paragraph = sentence.paragraph
    return lines


def _calendar(year: int, month: int, day: int) -> datetime.date | None:
    try:
        return datetime.date(year, month, day)
    except ValueError:
        return None


# -- words -------------------------------------------------------------------------------------------------------

Engine = Literal["jieba", "rjieba"]

_WINDOW: Final = 2000
"""Words are made in windows of at most this many characters: jieba's Viterbi search is quadratic in a run."""

# The characters that jieba joins to words; both engines part words at any other.
_JOINED: Final = r"\u4e00-\u9fd5A-Za-z0-9+#&._%\-"
_JOINT: Final = re.compile(f"[^{_JOINED}](?=[{_JOINED}]*\\Z)")
# jieba takes ideographs beyond its first block, and surrogates, for signs; rjieba joins the first and refuses the last.
_SIGNS: Final = re.compile("[\u3400-\u4dbf\u9fd6-\u9fff\uf900-\ufaff\U00020000-\U0003ffff\\ud800-\\udfff]")
# jieba parts an ASCII run that is no word of its dictionary so; rjieba leaves it whole.
_ASCII_MIX: Final = re.compile(r"[A-Za-z0-9+#&._%\-]*(?:[A-Za-z0-9][+#&._%\-]|[+#&._%\-][+#&._%\-A-Za-z0-9])")
_ASCII_SIGN: Final = re.compile(r"[+#&._%\-]")
_ASCII_PARTS: Final = re.compile(r"[A-Za-z0-9]+(?:\.[0-9]+)?%?|[^A-Za-z0-9]+")


def _windows(text: str, start: int, end: int) -> Iterable[tuple[int, int]]:
    """Cut a span into windows, each after a character that no word goes over, if it has one."""
    while end - start > _WINDOW:
        joint = _JOINT.search(text, start + _WINDOW // 2, start + _WINDOW)
        cut = start + _WINDOW if joint is None else joint.end()
        yield start, cut
        start = cut
    if start < end:
        yield start, end


_PIECES: Final = [b"", *[b"\1" + b"\0" * n for n in range(64)]]
"""The marks of a word of each length."""


def _marks(words: Iterable[str]) -> bytes:
    """Words as marks: 1 where one begins, 0 inside."""
    lengths = list(map(len, words))
    try:
        return b"".join(map(_PIECES.__getitem__, lengths))
    except IndexError:  # a long one
        return b"".join([b"\1" + b"\0" * (n - 1) for n in lengths])


class JiebaWords:
    """Words by jieba, with a tokenizer of its own: ``jieba.dt``, jieba's cache file and its logger are left alone.

    The dictionary is read from the package (about a second) at the first call and nothing is written.
    """

    engine: Engine = "jieba"

    def __init__(self) -> None:
        self._tokenizer: Any = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[JiebaWords], tuple[()]]:
        return type(self), ()

    def _load(self) -> Any:
        with self._lock:
            if self._tokenizer is None:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")  # jieba's own: old escapes, pkg_resources
                    jieba = importlib.import_module("jieba")
                    tokenizer = jieba.Tokenizer()
                    # What Tokenizer.initialize does, without its log lines and its cache in the temporary folder.
                    tokenizer.FREQ, tokenizer.total = tokenizer.gen_pfdict(tokenizer.get_dict_file())
                tokenizer.initialized = True
                self._tokenizer = tokenizer
        return self._tokenizer

    def marks(self, text: str) -> bytes:
        """A byte a character: 1 where a word begins, 0 inside."""
        return _marks(word for word, _, _ in self.words(text))

    def has(self, word: str) -> bool:
        """Whether the dictionary holds the word."""
        return bool((self._tokenizer or self._load()).FREQ.get(word))

    def words(self, text: str, start: int = 0, end: int | None = None) -> list[Word]:
        """The words of ``text[start:end]`` as (word, start, end), offsets into `text`; they cover it gaplessly."""
        cut = (self._tokenizer or self._load()).cut
        found: list[Word] = []
        for at, stop in _windows(text, start, len(text) if end is None else end):
            for word in cut(text[at:stop]):
                found.append((word, at, at + len(word)))
                at += len(word)
        return found


class RjiebaWords:
    """Words by rjieba: jieba's dictionary and algorithm, about thirty times as fast, the same words.

    Three differences are made good: ASCII runs with signs that are no dictionary word (rjieba keeps them whole, jieba
    parts them), ideographs beyond U+9FD5 (rjieba joins them, to jieba they are signs), lone surrogates (rjieba raises).
    Where rjieba cannot be imported, jieba answers.
    """

    engine: Engine = "rjieba"

    def __init__(self) -> None:
        self._jieba: Any = None
        self._lock = threading.Lock()

    def __reduce__(self) -> tuple[type[RjiebaWords], tuple[()]]:
        return type(self), ()

    def _load(self) -> Any:
        with self._lock:
            if self._jieba is None:
                try:
                    # The package makes an instance of its own when imported; a second one would double the start-up.
                    self._jieba = importlib.import_module("rjieba")
                except ImportError:
                    self._jieba = JiebaWords()
        return self._jieba

    def marks(self, text: str) -> bytes:
        """A byte a character: 1 where a word begins, 0 inside."""
        jieba = self._jieba or self._load()
        if isinstance(jieba, JiebaWords):
            return jieba.marks(text)
        cut = jieba.cut
        safe = _SIGNS.sub("\ufffd", text)
        marks = b"".join([_marks(cut(safe[at:stop])) for at, stop in _windows(safe, 0, len(safe))])
        parted = bytearray(marks)
        stop = 0
        for sign in _ASCII_SIGN.finditer(safe):
            if sign.start() < stop:
                continue
            at = marks.rfind(1, 0, sign.start() + 1)
            stop = marks.find(1, sign.end())
            if stop < 0:
                stop = len(safe)
            word = safe[at:stop]
            if stop - at > 1 and word.isascii() and _ASCII_PARTS.fullmatch(word) is None:
                for piece in self._parted(word):
                    parted[at] = 1
                    at += len(piece)
        return bytes(parted)

    def _parted(self, word: str) -> list[str]:
        """An ASCII run with signs as jieba parts it; a word of the dictionary whole."""
        return [word] if self._jieba.has_word(word) else _ASCII_PARTS.findall(word)

    def has(self, word: str) -> bool:
        """Whether the dictionary holds the word."""
        jieba = self._jieba or self._load()
        return jieba.has(word) if isinstance(jieba, JiebaWords) else bool(jieba.has_word(word))

    def words(self, text: str, start: int = 0, end: int | None = None) -> list[Word]:
        """The words of ``text[start:end]`` as (word, start, end), offsets into `text`; they cover it gaplessly."""
        jieba = self._jieba or self._load()
        end = len(text) if end is None else end
        if isinstance(jieba, JiebaWords):
            return jieba.words(text, start, end)
        found: list[Word] = []
        for at, stop in _windows(text, start, end):
            part = text[at:stop]
            safe = _SIGNS.sub("\ufffd", part)
            mixed = _ASCII_MIX.search(part) is not None
            if not at and not mixed and safe is part:
                found += jieba.tokenize(part)
                continue
            for word in jieba.cut(safe):
                size = len(word)
                if mixed and size > 1 and word.isascii() and not word.isalnum() and not jieba.has_word(word):
                    for piece in _ASCII_PARTS.findall(word):
                        found.append((piece, at, at + len(piece)))
                        at += len(piece)
                else:
                    found.append((text[at : at + size], at, at + size))
                    at += size
        return found


def make_words(engine: Engine = "rjieba") -> JiebaWords | RjiebaWords:
    """A word maker; its library is imported and its dictionary read at its first call. Both give the same words."""
    if engine == "jieba":
        return JiebaWords()
    if engine == "rjieba":
        return RjiebaWords()
    raise ValueError(f"unknown word engine {engine!r}: use 'jieba' or 'rjieba'")
