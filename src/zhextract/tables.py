"""Tables in running text: where their cells stand, and what the numbers in them count.

`find` sees structure only: lines with `|`, and runs of lines with tabs or with wide gaps. `Tables` joins the unit of a
head to the cells under or beside it; what a unit is, the rules say (a cell `238.6` in a column in hundred millions of
yuan is read as the rules read number and unit side by side). The module knows no word of any language: cues come from
the lexicons `table_label`, `table_code`, `table_rate` and `table_unit`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from typing import Final, NamedTuple

from . import regexes
from .numerals import Numerals, negate
from .quantities import Amount, times
from .rules import pack as p

SEPARATORS: Final = "|\u2502\u2503"
"""What parts cells besides the tab: the bar, and the bars of drawn frames."""

_EDGE: Final = " \t\u3000\u00a0\r\v\f*_`~"  # blanks, and Markdown's marks of emphasis
_BAR: Final = re.compile(f"[{SEPARATORS}]")
_TAB: Final = re.compile("\t")
_GAP: Final = re.compile(r"\S[ \u3000]{2,}\S")
_GAPS: Final = re.compile(r"[ \u3000]{2,}|[ \u3000](?=[+-]?\d)")
_PARTERS: Final = {"bar": _BAR, "tab": _TAB, "gap": _GAPS}
_ALIGNED: Final = 3  # fewest lines of a table whose columns only gaps part
_TABS: Final = re.compile("\t+")
_STROKES: Final = "-=_\u2013\u2014\u2015\u2500\u2501\u2550"  # what a line between rows is drawn with
_JOINTS: Final = _STROKES + SEPARATORS + " \t\r:+" + "".join(map(chr, range(0x2500, 0x2580)))
_PLAIN: Final = re.compile(r"[+-]?\d[\d,]*(?:\.\d+)?%?")
_OWN: Final = re.compile(r"[+-]?\d")  # how a figure with a unit of its own begins
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_ABOVE: Final = 2  # lines above a table that may tell its unit, and
_HEADS: Final = 4  # most heads over a column, and
_SPREAD: Final = 12  # how many columns one of them may spread over
_TITLE: Final = 40  # longest title that may end with a unit in brackets
_LONG: Final = 80  # how long one of them may be
_CELL: Final = 24  # longest cell that may hold a figure
_HEAD: Final = 80  # longest head that is searched for units


class Cell(NamedTuple):
    """A cell without the blanks around it: half-open offsets into the text; an empty one has no length."""

    start: int
    end: int


class Table(NamedTuple):
    """`rows` of cells, of which the first `heads` are heads of columns; `above`, nearest first, are lines before it."""

    rows: list[list[Cell]]
    heads: int
    above: list[Cell]

    @property
    def start(self) -> int:
        """Where its first cell begins."""
        return self.rows[0][0].start

    def column_head(self, column: int) -> list[Cell]:
        """The heads over a column from the top; an empty one over other heads is a part of its left neighbour."""
        out = []
        for i in range(max(self.heads - _HEADS, 0), self.heads):
            row = self.rows[i]
            if column < len(row):
                left = column
                while i < self.heads - 1 and max(column - _SPREAD, 1) < left and row[left].start == row[left].end:
                    left -= 1
                if row[left].start < row[left].end:
                    out.append(row[left])
        return out

    def row_head(self, text: str, row: int) -> list[Cell]:
        """The cells of a row that say what it is about: those before its first figure, a number of the row aside."""
        out: list[Cell] = []
        for i, cell in enumerate(self.rows[row]):
            words = text[cell.start : cell.end]
            if words and not _PLAIN.fullmatch(words) and (not out or not _OWN.match(words) or "(" in words):
                out.append(cell)
            elif i and words:
                break
        return out


def present(text: str) -> bool:
    """Whether a text can hold a table at all."""
    return "|" in text or "\t" in text or "\u2502" in text or "\u2503" in text or _gapped(text)


def _gapped(text: str) -> bool:
    return ("\u3000" in text or "  " in text) and _GAP.search(text) is not None


def find(text: str) -> list[Table]:
    """The tables of a normalized text, in order.

    >>> [table] = find("city | t\\n--- | ---\\nA | 5\\n")
    >>> table.heads, table.rows[1]
    (1, [Cell(start=19, end=20), Cell(start=23, end=24)])
    """
    tables: list[Table] = []
    if not present(text):
        return tables
    run = _Run(text)
    before: list[Cell] = []  # lines that belong to no table, nearest last
    start = 0
    for line in text.split("\n"):
        end = start + len(line)
        kind = _kind(line)
        if kind and not run.takes(kind, start, end):
            run.close(tables, before)
        if kind:
            run.add(kind, start, end, before)
        elif line.strip():
            run.close(tables, before)
            before.append(Cell(start, end))
        else:
            run.gap = True
        start = end + 1
    run.close(tables, before)
    return tables


def _kind(line: str) -> str:
    """`bar`, `tab`, `gap` or `rule` (a line that only parts rows) for a line of a table, else nothing."""
    if not line.strip(_JOINTS) and any(c in line for c in _STROKES):
        return "rule"
    if _BAR.search(line):
        return "bar"
    if "\t" in line.strip(" \r"):
        return "tab"
    return "gap" if _gapped(line) else ""


class _Run:
    """Lines of one kind on end, while they are collected."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.reset()

    def reset(self) -> None:
        self.kind = ""
        self.lines: list[Cell] = []
        self.rule = -1  # lines before the first rule that follows one
        self.above: list[Cell] = []
        self.gap = False

    def takes(self, kind: str, start: int, end: int) -> bool:
        """Whether a line goes on the run: of its kind, and after a blank line only with a number in it."""
        if not self.lines:
            return True
        if kind == "rule":
            return not self.gap
        if kind != self.kind:
            return False
        if not self.gap:
            return True
        cells = _cells(self.text, start, end, _PARTERS[kind])
        last = self.lines[-1]
        alike = len(cells) == len(_cells(self.text, last.start, last.end, _PARTERS[kind]))
        return alike and any(_PLAIN.fullmatch(self.text[c.start : c.end]) for c in cells[1:])

    def add(self, kind: str, start: int, end: int, before: list[Cell]) -> None:
        self.gap = False
        if kind == "rule":
            if self.lines and self.rule < 0:
                self.rule = len(self.lines)
            return
        if not self.lines:
            self.above = before[: -_ABOVE - 1 : -1]
        self.kind = kind
        self.lines.append(Cell(start, end))

    def close(self, tables: list[Table], before: list[Cell]) -> None:
        """Make a table of the run, if it is one; else its lines are lines like others."""
        if self.lines:
            rows = self._rows()
            if rows:
                tables.append(Table(rows, _heads(self.text, rows, self.rule), self.above))
                before.clear()
            else:
                before += self.lines
        self.reset()

    def _rows(self) -> list[list[Cell]]:
        text = self.text
        if self.kind == "bar":
            rows = _unframed([_cells(text, s, e, _BAR) for s, e in self.lines])
            return rows if any(len(row) > 1 for row in rows) else []
        if self.kind == "gap":
            rows = [_cells(text, s, e, _GAPS) for s, e in self.lines]
            return rows if _are_aligned(text, rows) else []
        rows = [_cells(text, s, e, _TAB) for s, e in self.lines]
        if len({len(row) for row in rows}) > 1:
            # Tabs may be doubled to line up what they part; an empty cell then can't be told.
            close = [_cells(text, s, e, _TABS) for s, e in self.lines]
            if len({len(row) for row in close}) == 1:
                rows = close
        wide = [row for row in rows if sum(c.start < c.end for c in row) > 1]
        return rows if len(wide) > 1 else []


def _are_aligned(text: str, rows: list[list[Cell]]) -> bool:
    """Whether gaps part columns: as many in each row, and nothing but figures beside what they are of."""
    return (
        len(rows) >= _ALIGNED
        and len({len(row) for row in rows}) == 1
        and len(rows[0]) > 1
        and all(
            not _PLAIN.fullmatch(text[row[0].start : row[0].end])
            and all(_PLAIN.fullmatch(text[c.start : c.end]) for c in row[1:])
            for row in rows[1:]
        )
    )


def _cells(text: str, start: int, end: int, parter: re.Pattern[str]) -> list[Cell]:
    """The cells of a line."""
    cells = []
    at = start
    for m in parter.finditer(text, start, end):
        cells.append(_trimmed(text, at, m.start()))
        at = m.end()
    cells.append(_trimmed(text, at, end))
    return cells


def _unframed(rows: list[list[Cell]]) -> list[list[Cell]]:
    """Rows without the empty cells outside of the bars of a frame, which stands around all rows or around none."""
    left = all(row[0].start == row[0].end for row in rows)
    right = all(row[-1].start == row[-1].end for row in rows)
    return [row[left : len(row) - right] or row[:1] for row in rows]


def _trimmed(text: str, start: int, end: int) -> Cell:
    while start < end and text[start] in _EDGE:
        start += 1
    while end > start and text[end - 1] in _EDGE:
        end -= 1
    return Cell(start, end)


def _heads(text: str, rows: list[list[Cell]], rule: int) -> int:
    """How many rows are heads: those above the first rule, else those above the first number that is no year."""
    texts = [[text[c.start : c.end] for c in row] for row in rows]
    if 0 < rule < len(rows) and not any(_goes_on(row) for row in texts[:rule]):
        return rule
    for i, row in enumerate(texts):
        figures = [w for w in row if _PLAIN.fullmatch(w)]
        if figures:
            if not (i + 1 < len(texts) and _are_years(row, figures) and _goes_on(texts[i + 1])):
                return i
        elif i and row[0] and _is_filled(row[1:]):
            return i
    return 0


def _is_filled(cells: list[str]) -> bool:
    """Whether cells hold figures with something around them, and no years or units as heads do."""
    return any(_OWN.match(w) and not _YEAR.match(w) for w in cells) and not any("(" in w for w in cells)


def _are_years(row: list[str], figures: list[str]) -> bool:
    """Whether a row heads its columns with bare years."""
    if not all(map(_YEAR.fullmatch, figures)) or _PLAIN.fullmatch(row[0]):
        return False
    if len(figures) == 1:
        return "(" not in row[0]
    return figures == sorted(set(figures)) or figures == sorted(set(figures), reverse=True)


def _goes_on(row: list[str]) -> bool:
    """Whether a row holds numbers that are not all years."""
    figures = [w for w in row if _PLAIN.fullmatch(w)]
    return bool(figures) and not all(map(_YEAR.fullmatch, figures))


# -- figures -----------------------------------------------------------------------------------------------------

_PARTS: Final = re.compile(r"[\w%‰/.·°²³\u2103\u2109$€£¥^-]+")
_BRACKET: Final = re.compile(r"[(\[\u3010]([^()\[\]\u3010\u3011]*)[)\]\u3011]")
_DIGIT: Final = re.compile(r"(?<![A-Za-z])\d")  # of a number, not of m2
_SIGN: Final = re.compile(r"(?<=[^\d.,\s])\s*([%‰])\Z")
_BREAK: Final = re.compile(r"[^\w%‰.·°²³()\[\]\u3010\u3011-]")
_SPACED: Final = re.compile(r"\d{1,3}(?: \d{3})+(?:\.\d+)?")
_NUMBER: Final = re.compile(r"([+-]?)(\d.*)")
_RELATIVE: Final = ("percent", "percentage_point")
_DIGITS: Final = 10  # most digits of a whole number without a unit
_NEARLY: Final = 3  # longest word before the number of a cell


class Unit(NamedTuple):
    """A unit as a head gives it: the fields of an amount of one, and what stands before and after its number."""

    code: str
    kind: str
    factor: str
    before: str
    after: str
    whole: bool = True  # nothing else stands beside it

    @property
    def relative(self) -> bool:
        """Whether it is a percentage or percentage points."""
        return self.kind in _RELATIVE


class Figure(NamedTuple):
    """A number of a cell: its span, its amount, and where it stands in the table."""

    start: int
    end: int
    amount: Amount
    row: int
    column: int


Amounts = Callable[[str], list[tuple[int, int, Amount]]]
"""The quantities that the rules find in a short text: start, end, amount."""

NO_UNIT: Final = Unit("1", "number", "1", "", "")


class Tables:
    """Reads the figures of tables. Immutable; safe to share between threads. Every lexicon may be missing."""

    def __init__(self, pack: p.RulePack, numerals: Numerals) -> None:
        self.numerals = numerals
        self.labels = frozenset(pack.lexicons.get("table_label", {}))
        codes = pack.lexicons.get("table_code", {})
        self.codes = frozenset(codes)
        self.code_ends = tuple(word for word, row in codes.items() if row.get("match") == "end")
        self.units = pack.lexicons.get("table_unit", {})
        self.rates = {word: row.get("kind") == "rate" for word, row in pack.lexicons.get("table_rate", {}).items()}
        self.money = tuple(sorted(pack.lexicons.get("currency_word", {}), key=lambda w: (-len(w), w)))
        labels = "|".join(map(re.escape, sorted(self.labels, key=lambda w: (-len(w), w)))) or "(?!)"
        self.label = regexes.compile(rf"(?:{labels})\s*[^\w\s|()]\s*|(?:{labels})\s+|(?:{labels})(?=\()")
        self.labelled = regexes.compile(rf"(?:{labels})\s*[^\w\s|()]\s*")

    def read(self, text: str, table: Table, amounts: Amounts) -> tuple[list[Figure], list[Cell]]:
        """The figures in cells that have no unit of their own, and the units in heads, which are no amounts."""
        return _Sheet(self, text, table, amounts).read()

    def is_code(self, head: str) -> bool:
        """Whether a head says that what stands under it or beside it is no figure."""
        words = _bare(head)
        return words in self.codes or words.endswith(self.code_ends)

    def is_rate(self, head: str) -> bool:
        """Whether a head ends like one of rates; the longest ending that is known tells."""
        words = _bare(head)
        for at in range(len(words)):
            kind = self.rates.get(words[at:])
            if kind is not None:
                return kind
        return False


def _bare(head: str) -> str:
    """A head without brackets, and without blanks and signs at its end."""
    words = _BRACKET.sub("", head[-_HEAD:])
    end = len(words)
    while end and not words[end - 1].isalnum() and words[end - 1] not in ".#":
        end -= 1
    return words[:end]


class _Sheet:
    """One table while it is read: every unit is asked for once."""

    def __init__(self, tables: Tables, text: str, table: Table, amounts: Amounts) -> None:
        self.tables = tables
        self.text = text
        self.table = table
        self.amounts = amounts
        self.known: dict[str, Unit | None] = {}
        self.told: set[Cell] = set()  # spans of units that were read

    def read(self) -> tuple[list[Figure], list[Cell]]:
        table, text, tables = self.table, self.text, self.tables
        width = max(map(len, table.rows))
        heads = [[text[c.start : c.end] for c in table.column_head(j)] for j in range(width)]
        columns = [self._column(j) for j in range(width)]
        for_all = self._caption()
        corner = [unit for cell in reversed(table.column_head(0)) for unit in self._units(cell)]
        names_units = {j: True for j in range(width) if self._names_units(heads[j], j)}
        coded = [not columns[j] and any(map(tables.is_code, heads[j])) for j in range(width)]
        coded[0] = coded[0] or self._counts_rows(heads[0])
        rates = [any(map(tables.is_rate, heads[j])) for j in range(width)]
        figures = []
        for i in range(table.heads, len(table.rows)):
            row = table.rows[i]
            named = dict.fromkeys(_at(row, names_units))
            row_head = [c for c in table.row_head(text, i) if c not in named]
            words = [text[c.start : c.end] for c in row_head]
            own: list[Unit] = []
            for c in reversed(row_head):
                own = own or self._units(c)
            for c in named:
                own = own or self._units(c, whole=True)
            if not own and any(map(tables.is_code, words)):
                continue
            row_rate = any(map(tables.is_rate, words))
            for j, cell in enumerate(row):
                if coded[j] or j in names_units or not 0 < cell.end - cell.start <= _CELL:
                    continue
                unit = self._choose(columns[j], own, rates[j], row_rate)
                if unit is None and not columns[j] and not own:
                    rate = rates[j] or row_rate
                    unit = _pick(for_all, rate, strict=True) or (_pick(corner, rate, strict=True) if j else None)
                if unit is None and len(table.rows) == 1:
                    continue  # a line with a bar in it is not yet a table
                figure = self._figure(cell, unit or NO_UNIT, i, j)
                if figure is not None:
                    figures.append(figure)
        return figures, sorted(self.told)

    def _choose(self, column: list[Unit], row: list[Unit], column_rate: bool, row_rate: bool) -> Unit | None:
        """The unit of a cell by the heads of its column and row: a percentage that either tells, else the column's."""
        down = _pick(column, column_rate or row_rate)
        across = _pick(row, column_rate or row_rate)
        if down is None:
            # An amount's unit at the head of a row is not that of its growth.
            return None if across is not None and column_rate and not across.relative else across
        if across is None:
            return None if row_rate and not down.relative else down
        return across if across.relative and not down.relative else down

    def _column(self, column: int) -> list[Unit]:
        """The units that the heads over a column tell, the lowest head first."""
        for head in reversed(self.table.column_head(column)):
            units = self._units(head, whole=True)
            if units:
                return units
        return []

    def _caption(self) -> list[Unit]:
        """The units told for the whole table: above it, or in a head."""
        cells = [c for row in self.table.rows[: max(self.table.heads, 1)] for c in row]
        for places, label in ((cells, self.tables.labelled), (self.table.above, self.tables.label)):
            for place in places:
                if place.end - place.start > _LONG:
                    continue
                m = label.search(self.text, place.start, place.end)
                units = [] if m is None else self._parts(m.end(), place.end, listed=True)
                if units:
                    return units
        # The title of a table may end with its unit.
        title = self.table.above[0] if self.table.above else Cell(0, 0)
        if 0 < title.end - title.start <= _TITLE:
            title = _trimmed(self.text, *title)
            m = _BRACKET.search(self.text, title.start, title.end)
            while m is not None and m.end() < title.end:
                m = _BRACKET.search(self.text, m.end(), title.end)
            if m is not None:
                return self._parts(m.start(1), m.end(1))
        return []

    def _counts_rows(self, heads: list[str]) -> bool:
        """Whether the first column, under no head, numbers the rows or names their years."""
        if any(heads):
            return False
        firsts = [self.text[row[0].start : row[0].end] for row in self.table.rows[self.table.heads :] if row]
        if len(firsts) < 2:
            return False
        return all(map(_YEAR.fullmatch, firsts)) or firsts == [str(i) for i in range(1, len(firsts) + 1)]

    def _names_units(self, heads: list[str], column: int) -> bool:
        """Whether a column holds the units of the rows: its head says so, or all its cells are units."""
        if any("".join(head.split()) in self.tables.labels for head in heads):
            return True
        if not column:
            return False
        cells = [c for row in self.table.rows[self.table.heads :] for c in _at(row, (column,)) if c.start < c.end]
        return bool(cells) and all(self._known(self.text[c.start : c.end]) is not None for c in cells)

    # -- units ---------------------------------------------------------------------------------------------------

    def _units(self, cell: Cell, *, whole: bool = False) -> list[Unit]:
        """The units that a head tells: in its last bracket, after a sign, or (`whole`) being nothing but one."""
        if not 0 < cell.end - cell.start <= _HEAD:
            return []
        for m in reversed(list(_BRACKET.finditer(self.text, cell.start, cell.end))):
            start = m.start(1)
            label = self.tables.labelled.match(self.text, start, m.end(1))
            units = self._parts(label.end() if label else start, m.end(1))
            if units:
                return units
        if whole:
            unit = self._unit(cell.start, cell.end)
            if unit is not None:
                return [unit]
        sign = _SIGN.search(self.text, cell.start, cell.end)
        if sign is not None:
            unit = self._unit(sign.start(1), sign.end(1))
            return [] if unit is None else [unit]
        for m in _BREAK.finditer(self.text, cell.start, cell.end):
            unit = self._unit(m.end(), cell.end)
            if unit is not None:
                return [unit]
        return []

    def _parts(self, start: int, end: int, *, listed: bool = False) -> list[Unit]:
        """The units of a list such as stands in brackets; `listed`: up to the first word that is none."""
        units = []
        for m in _PARTS.finditer(self.text, start, end):
            at = m.start()
            while at < m.end() and self.text[at] in "/-":
                at += 1
            unit = self._unit(at, m.end(), loose=True)
            if unit is not None:
                units.append(unit)
            elif listed and at < m.end():
                break
        return units

    def _unit(self, start: int, end: int, *, loose: bool = False) -> Unit | None:
        """The unit that a span says, `loose`ly if words may follow it there: kinds of coal, say, after tonnes."""
        cell = _trimmed(self.text, start, end)
        unit = self._known(self.text[cell.start : cell.end], loose=loose)
        if unit is not None:
            self.told.add(cell)
        return unit

    def _known(self, words: str, *, loose: bool = False) -> Unit | None:
        if not words or len(words) > _CELL or _DIGIT.search(words):
            return None
        if words not in self.known:
            self.known[words] = self._probe(words)
        unit = self.known[words]
        return unit if unit is not None and (loose or unit.whole) else None

    def _probe(self, words: str) -> Unit | None:
        """What the rules make of one such unit."""
        row = self.tables.units.get(words)
        if row is not None and row.get("unit") is None:
            return NO_UNIT
        words = row["unit"] or "" if row is not None else words
        tries = [("", words)]
        tries += [(w, words[len(w) :]) for w in self.tables.money if words.startswith(w) and w != words][:1]
        found = [(before, after, self.amounts(f"{before}1{after}")) for before, after in tries]
        for loose in (False, True):
            for before, after, amounts in found:
                for start, end, amount in amounts:
                    used = end - len(before) - 1
                    if start != len(before) or amount.value is None or amount.mod is not None:
                        continue
                    # A unit of one character before others is more likely the beginning of a word.
                    if used == len(after) or (loose and used > 1 and after[used].isalnum()):
                        return Unit(amount.unit, amount.kind, amount.value, before, after[:used], used == len(after))
        return None

    # -- cells ---------------------------------------------------------------------------------------------------

    def _figure(self, cell: Cell, unit: Unit, row: int, column: int) -> Figure | None:
        words = self.text[cell.start : cell.end]
        m = _NUMBER.fullmatch(words)
        number = None
        if m is not None:
            raw = m[2].replace(" ", "") if _SPACED.fullmatch(m[2]) else m[2]
            if not _is_code(raw, unit):
                number = self.tables.numerals.read(raw)
        if number is None or m is None:
            return self._joined(cell, words, unit, row, column) if unit is not NO_UNIT else None
        value, lower, upper = number.value, number.lower, number.upper
        if _YEAR.fullmatch(words) and (unit.code == "a" or (unit is NO_UNIT and not self.table.heads)):
            return None
        if value is not None:
            value = times(negate(value) if m[1] == "-" else value, unit.factor)
        elif lower is None or upper is None or m[1] == "-":
            return None
        else:
            lower, upper = times(lower, unit.factor), times(upper, unit.factor)
        amount = Amount(value, lower, upper, unit.code, unit.kind, number.mod)
        return Figure(cell.start, cell.end, amount, row, column)

    def _joined(self, cell: Cell, words: str, unit: Unit, row: int, column: int) -> Figure | None:
        """A range, or a number with a word before it, read as if the unit stood behind."""
        if not any(c.isdigit() for c in words) or any(a.unit != NO_UNIT.code for _, _, a in self.amounts(words)):
            return None
        joined = unit.before + words + unit.after
        at = len(unit.before)
        for start, end, amount in self.amounts(joined):
            if end != len(joined) or not at <= start < at + len(words):
                continue
            lead = joined[at:start]
            if lead and (amount.mod is None or len(lead) > _NEARLY or any(c.isdigit() for c in lead)):
                continue
            return Figure(cell.start + start - at, cell.end, amount, row, column)
        return None


def _is_code(raw: str, unit: Unit) -> bool:
    """Whether digits are those of a code: a zero before others, or more of them than a figure without unit has."""
    return (raw[0] == "0" and raw[1:2].isdigit()) or (unit is NO_UNIT and len(raw) > _DIGITS and raw.isdigit())


def _pick(units: list[Unit], rate: bool, *, strict: bool = False) -> Unit | None:
    """Of several units the one for a rate or for an amount; `strict`: a rate takes no unit of amounts."""
    fitting = [u for u in units if u.relative == rate]
    if fitting:
        return fitting[0]
    return None if not units or (strict and rate) else units[0]


def _at(row: list[Cell], columns: Iterable[int]) -> list[Cell]:
    return [row[j] for j in columns if j < len(row)]
