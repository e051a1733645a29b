"""From an article as written to the one alphabet that rules are written in, with a map of every place.

Width and look-alikes are folded, traditional characters become simplified, spaces inside numbers and page breaks inside
sentences go. The work is split in two: `compile_tables` reads the rule tables and the conversion library's dictionary
files (slow, at build time) and gives plain data fit for a rule pack; `Normalizer` runs from that data alone.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import Any, Final, Literal, Protocol

import ahocorasick_rs

from zhextract import regexes
from zhextract.errors import RuleError, UsageError, ZhextractError
from zhextract.gaps import CLASSES, Gaps
from zhextract.spans import Edit, TextMap

__all__ = [
    "CONFIGS",
    "Breaks",
    "NormalizeTables",
    "Normalized",
    "Normalizer",
    "Script",
    "check_library",
    "compile_tables",
    "load_tables",
]

Breaks = Literal["repair", "join", "keep"]
Script = Literal["hans", "hant", "mixed"]

CONFIGS: Final = ("t2s", "tw2sp", "hk2s")
"""Conversions a caller may ask for: general, Taiwan with phrases, Hong Kong."""

PACK_VERSION: Final = 1

_SIGN_KINDS: Final = ("always", "delete", "number", "thousand", "range", "zero", "power")
_CLASS_NAMES: Final = (
    "numeral", "digit", "year", "after_number", "before_number", "before_point", "range_after", "ambiguous",
    *CLASSES,
)  # fmt: skip
_BREAK_KINDS: Final = (
    "terminal", "full_stop", "comma", "closer", "opener", "bullet", "continuation", "ends", "starts", "credit", "list",
)  # fmt: skip


# ------------------------------------------------------------------------------------------ tables


class Folder(Protocol):
    """A folder or file of rules: `pathlib.Path` and package resources both are."""

    @property
    def name(self) -> str: ...
    def joinpath(self, child: str, /) -> Folder: ...
    def is_file(self) -> bool: ...
    def read_bytes(self) -> bytes: ...


@dataclass(frozen=True, slots=True)
class NormalizeTables:
    """The rows of `rules/normalize/`, as plain data.

    `compat` maps look-alikes; `signs` has one table for each kind of context; `protected` lists terms, as they read in
    simplified text, that conversion must not touch; `script` adds conversions; `classes` names sets of characters;
    `breaks` lists what page-break repair looks at.
    """

    compat: dict[str, str] = field(default_factory=dict)
    signs: dict[str, dict[str, str]] = field(default_factory=dict)
    protected: list[str] = field(default_factory=list)
    script: dict[str, str] = field(default_factory=dict)
    classes: dict[str, str] = field(default_factory=dict)
    breaks: dict[str, list[str]] = field(default_factory=dict)


def _rows(folder: Folder, name: str, columns: Sequence[str]) -> Iterator[tuple[str, int, list[str]]]:
    """Rows of one TSV file as (file, line, fields); nothing when the folder has no such file."""
    path = folder.joinpath(name)
    if not path.is_file():
        return
    file = f"{folder.name}/{name}"
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RuleError(f"not UTF-8 at byte {error.start}", file, hint="save the table as UTF-8") from None
    lines = text.split("\n")
    if lines[0].rstrip("\r").split("\t")[: len(columns)] != list(columns):
        raise RuleError(f"the first line must name the columns {' '.join(columns)}", file, 1, hint="separate by TAB")
    for number, raw in enumerate(lines[1:], 2):
        line = raw.rstrip("\r")
        if not line or line.startswith("# ") or line == "#":
            continue
        fields = line.split("\t")
        if len(fields) < len(columns) or not fields[0]:
            raise RuleError(
                f"expected {len(columns)} fields, found {len(fields)}", file, number, hint="separate by TAB"
            )
        yield file, number, fields


def _surface(text: str) -> str:
    """A surface as written in a table; invisible characters are written `U+200B`."""
    return chr(int(text.removeprefix("U+"), base=16)) if re.fullmatch(r"U\+[0-9A-F]{4,6}", text) else text


def load_tables(*folders: Folder) -> NormalizeTables:
    """Read the normalizer's tables from folders; a later folder adds rows to, and overrides rows of, an earlier one.

    Raises RuleError naming file and line.
    """
    tables = NormalizeTables(signs={kind: {} for kind in _SIGN_KINDS})
    for folder in folders:
        for file, line, row in _rows(folder, "compat.tsv", ("surface", "text")):
            if len(row[0]) != 1 or not row[1]:
                raise RuleError("a look-alike is one character with a text", file, line)
            tables.compat[row[0]] = row[1]
        for file, line, row in _rows(folder, "signs.tsv", ("surface", "text", "where")):
            kind, sign = row[2], _surface(row[0])
            if kind not in _SIGN_KINDS:
                raise RuleError(f"unknown context {kind!r}", file, line, hint=f"one of {', '.join(_SIGN_KINDS)}")
            if len(sign) != 1 or len(row[1]) != (kind != "delete"):
                raise RuleError("a sign is one character and so is its text (none to delete it)", file, line)
            tables.signs[kind][sign] = row[1]
        for _, _, row in _rows(folder, "protected.tsv", ("surface",)):
            if row[0] not in tables.protected:
                tables.protected.append(row[0])
        for file, line, row in _rows(folder, "script.tsv", ("surface", "text")):
            if len(row[0]) != len(row[1]):
                raise RuleError("a conversion keeps the number of characters", file, line)
            tables.script[row[0]] = row[1]
        for file, line, row in _rows(folder, "classes.tsv", ("name", "characters")):
            if row[0] not in _CLASS_NAMES:
                raise RuleError(f"unknown class {row[0]!r}", file, line, hint=f"one of {', '.join(_CLASS_NAMES)}")
            tables.classes[row[0]] = row[1]
        for file, line, row in _rows(folder, "breaks.tsv", ("kind", "surface")):
            if row[0] not in _BREAK_KINDS:
                raise RuleError(f"unknown kind {row[0]!r}", file, line, hint=f"one of {', '.join(_BREAK_KINDS)}")
            words = tables.breaks.setdefault(row[0], [])
            if row[1] not in words:
                words.append(row[1])
    return tables


# ------------------------------------------------------------------------------------------ the conversion files


def check_library() -> Any:
    """The folder of opencc-python-reimplemented (a Traversable); ZhextractError if `opencc` is another package."""
    from importlib import metadata, resources  # slow to import, and only building needs them

    hint = "pip uninstall opencc && pip install --force-reinstall opencc-python-reimplemented"
    try:
        root = resources.files("opencc")
    except ModuleNotFoundError:
        raise ZhextractError(f"the dictionaries of opencc-python-reimplemented are missing; {hint}") from None
    if (
        not root.joinpath("dictionary", "TSCharacters.txt").is_file()
        or not root.joinpath("config", "t2s.json").is_file()
    ):
        found = ", ".join(metadata.packages_distributions().get("opencc", [])) or "an unknown package"
        raise ZhextractError(f"the module opencc is {found}, not opencc-python-reimplemented; {hint}")
    return root


def _dictionary(root: Any, name: str) -> dict[str, str]:
    """One dictionary file of the library: key to its first value."""
    table: dict[str, str] = {}
    for line in root.joinpath("dictionary", name).read_text(encoding="utf-8").splitlines():
        key, _, values = line.strip().partition("\t")
        if key:
            table[key] = values.split(" ")[0]
    return table


def _chain(root: Any, config: str) -> list[list[dict[str, str]]]:
    """The conversion chain of a configuration: steps, each a row of dictionaries tried in order."""
    settings = json.loads(root.joinpath("config", f"{config}.json").read_text(encoding="utf-8"))

    def files(entry: Mapping[str, Any]) -> Iterator[str]:
        if entry["type"] == "group":
            for child in entry["dicts"]:
                yield from files(child)
        else:
            yield str(entry["file"])

    return [[_dictionary(root, name) for name in files(step["dict"])] for step in settings["conversion_chain"]]


def _compile_script(tables: NormalizeTables, config: str, plain: bool) -> tuple[list[dict[str, Any]], str, str]:
    """Conversion steps as plain data, and the characters that tell a traditional and a simplified text.

    The library takes, dictionary after dictionary of a step, the longest match anywhere in the text, leftmost first
    among equals, and never touches a match again. So each pattern gets a rank (dictionary, then length), and matches
    that overlap are settled by rank, then start. Characters of the step's last dictionary need no pattern.
    """
    root = check_library()
    chain = _chain(root, config)
    charwise: dict[str, str] = {}
    for character in sorted({key for step in chain for table in step for key in table if len(key) == 1}):
        result = character
        for step in chain:
            result = next((table[result] for table in step if result in table), result)
        charwise[character] = result
    if not plain:
        charwise |= {key: text for key, text in tables.script.items() if len(key) == 1}
    spellings: dict[str, list[str]] = {}
    for character, result in charwise.items():
        if character != result:
            spellings.setdefault(result, []).append(character)

    stages: list[dict[str, Any]] = []
    for number, step in enumerate(chain):
        chars = {key: text for key, text in step[-1].items() if len(key) == len(text) == 1}
        found: dict[str, tuple[int, int, str]] = {}  # pattern -> dictionary, length, value

        def add(order: int, key: str, value: str, found: dict[str, tuple[int, int, str]] = found) -> None:
            if key not in found:
                found[key] = (order, -len(key), value)

        if not plain:
            for term in tables.protected:
                ways = [[c, *spellings.get(c, [])] for c in term]
                for surface in product(*ways):
                    add(-1, "".join(surface), term)
            if number == 0:
                for key, text in tables.script.items():
                    if len(key) == 1:
                        chars.setdefault(key, text)
                    else:
                        add(-1, key, text)
        for order, table in enumerate(step):
            for key, value in table.items():
                if order < len(step) - 1 or key not in chars:
                    add(order, key, value)
        if not plain:
            # What a phrase gave must stand when it is seen again, or converting twice would differ from once.
            for value in sorted({value for _, _, value in found.values()}):
                if any(c in chars and chars[c] != c for c in value):
                    add(len(step), value, value)
        ordered = sorted(found.items(), key=lambda item: (item[1][:2], item[0]))
        ranks: list[int] = []
        seen: list[tuple[int, int]] = []
        for _, (order, length, _) in ordered:
            if not seen or seen[-1] != (order, length):
                seen.append((order, length))
            ranks.append(len(seen))
        changed = sorted(key for key, text in chars.items() if key != text)
        stages.append(
            {
                "chars": ["".join(changed), "".join(chars[key] for key in changed)],
                "patterns": [key for key, _ in ordered],
                "values": [entry[2] for _, entry in ordered],
                "ranks": ranks,
            }
        )
    results = set(charwise.values())
    ambiguous = set(tables.classes.get("ambiguous", ""))
    hant = {key for key, text in charwise.items() if key != text and key not in results} - ambiguous
    to_traditional: dict[str, set[str]] = {}
    for line in root.joinpath("dictionary", "STCharacters.txt").read_text(encoding="utf-8").splitlines():
        key, _, values = line.strip().partition("\t")
        to_traditional[key] = set(values.split(" "))
    hans = {key for key, values in to_traditional.items() if key not in values and key not in hant}
    return stages, "".join(sorted(hant)), "".join(sorted(hans))


# ------------------------------------------------------------------------------------------ compiling


def _fold_table(tables: NormalizeTables) -> tuple[dict[str, str], dict[str, str]]:
    """What one character becomes, whatever stands beside it: equally long, and longer or shorter ("wide")."""
    fold: dict[str, str] = {}
    for code in (*range(0xFF01, 0xFF5F), *range(0xFE30, 0xFE70), *range(0x2F00, 0x2FD6), *range(0x1D7CE, 0x1D800),
                 *range(0xF900, 0xFB00), *range(0x2F800, 0x2FA20)):  # fmt: skip
        text = unicodedata.normalize("NFKC", chr(code))
        if len(text) == 1:
            fold[chr(code)] = text
    for code in (0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x3164, 0x2800):
        fold[chr(code)] = " "
    for code in (*range(0x20), *range(0x7F, 0xA0)):
        fold[chr(code)] = " "
    for sign in "\t\n\r":
        del fold[sign]
    for sign in "\v\f\x85\u2028\u2029":
        fold[sign] = "\n"
    wide: dict[str, str] = {}
    for code in (*range(0x32C0, 0x32CC), *range(0x3358, 0x337F), *range(0x3380, 0x33FF)):
        text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", chr(code)))
        wide[chr(code)] = text.replace("\u2044", "/").replace("\u2215", "/")
    fold |= tables.signs.get("always", {})
    for key, text in tables.compat.items():
        (fold if len(text) == 1 else wide)[key] = text
    wide |= tables.signs.get("delete", {})
    for key in wide:
        fold.pop(key, None)
    # A fold may lead to a character that folds again (a compatibility form of a look-alike): follow it to the end.
    fold = {key: fold.get(text, text) for key, text in fold.items()}
    return {key: text for key, text in fold.items() if key != text}, wide


def compile_tables(tables: NormalizeTables, config: str | None = "t2s", *, plain: bool = False) -> dict[str, Any]:
    """Everything a Normalizer needs, as dicts, lists and strings only (fit for msgpack or JSON; no lone surrogates).

    `config` is one of CONFIGS or None for no conversion (UsageError otherwise). `plain` leaves out our own protected
    terms and conversions, so that conversion equals the library's: for tests.
    """
    if config is not None and config not in CONFIGS:
        raise UsageError(f"unknown conversion {config!r}; use one of {', '.join(CONFIGS)}")
    fold, wide = _fold_table(tables)
    # Detection of the script needs the dictionaries whether or not anything is converted.
    stages, hant, hans = _compile_script(tables, config or "t2s", plain)
    keys = sorted(fold)
    return {
        "version": PACK_VERSION,
        "config": config or "",
        "fold": ["".join(keys), "".join(fold[key] for key in keys)],
        "wide": dict(sorted(wide.items())),
        "signs": {kind: dict(tables.signs.get(kind, {})) for kind in _SIGN_KINDS[2:]},
        "classes": {name: tables.classes.get(name, "") for name in _CLASS_NAMES},
        "breaks": {kind: list(tables.breaks.get(kind, [])) for kind in _BREAK_KINDS},
        "stages": stages if config else [],
        "hant": hant,
        "hans": hans,
    }


# ------------------------------------------------------------------------------------------ converting

_PLANE: Final = 0x10000
_SURROGATES: Final = range(0xD800, 0xE000)
_BEYOND: Final = re.compile("[\U00010000-\U0010ffff]")
_FEW: Final = 16
"""So many characters are replaced one by one sooner than by a table of all."""


class _CharTable:
    """One-to-one character replacement; a list for the first plane, as misses of a dict are slow in `translate`."""

    __slots__ = ("_plane", "_whole")

    def __init__(self, keys: str, texts: str, plane: Sequence[int]) -> None:
        self._whole: dict[int, int] = str.maketrans(keys, texts)
        self._plane = list(plane)
        for key, text in self._whole.items():
            if key < _PLANE:
                self._plane[key] = text

    def __call__(self, text: str) -> str:
        if _BEYOND.search(text):
            return text.translate(self._whole)
        return text.translate(self._plane)  # a list answers by index, as translate asks


class _Stage:
    """One step of conversion: phrases by automaton, the rest by character."""

    __slots__ = ("_automaton", "_full", "_hant", "_ranks", "_restricted", "_values")

    def __init__(self, data: Mapping[str, Any], hant: frozenset[str], plane: Sequence[int]) -> None:
        keys, texts = data["chars"]
        self._hant = hant
        self._full = _CharTable(keys, texts, plane)
        few = [index for index, key in enumerate(keys) if key in hant]
        self._restricted = _CharTable("".join(keys[i] for i in few), "".join(texts[i] for i in few), plane)
        self._automaton = ahocorasick_rs.AhoCorasick(
            data["patterns"], implementation=ahocorasick_rs.Implementation.ContiguousNFA
        )
        self._values: list[str] = data["values"]
        self._ranks: list[int] = data["ranks"]

    def convert(self, text: str, full: bool) -> tuple[str, list[Edit]]:
        """The text character by character, and the edits that phrases make of it where they differ.

        Not `full`, only what holds a character that no simplified text has is converted: simplified text stays as it
        is, whatever stands beside it.
        """
        base = (self._full if full else self._restricted)(text)
        matches = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not matches:
            return base, []
        matches.sort(key=lambda match: match[1])
        edits: list[Edit] = []
        cluster: list[tuple[int, int, int]] = []
        reach = 0
        for index, start, end in matches:
            if start >= reach and cluster:
                self._settle(cluster, base, edits)
                cluster = []
            cluster.append((index, start, end))
            reach = max(reach, end)
        self._settle(cluster, base, edits)
        if not full:
            edits = [edit for edit in edits if not self._hant.isdisjoint(text[edit[0] : edit[1]])]
        return base, edits

    def _settle(self, cluster: list[tuple[int, int, int]], base: str, edits: list[Edit]) -> None:
        """Choose among overlapping matches: by rank, then start; what overlaps a chosen one is out."""
        if len(cluster) > 1:
            first = cluster[0][1]
            taken = bytearray(max(end for _, _, end in cluster) - first)
            chosen: list[tuple[int, int, int]] = []
            for match in sorted(cluster, key=lambda match: (self._ranks[match[0]], match[1])):
                low, high = match[1] - first, match[2] - first
                if not any(taken[low:high]):
                    taken[low:high] = b"\1" * (high - low)
                    chosen.append(match)
            cluster = sorted(chosen, key=lambda match: match[1])
        for index, start, end in cluster:
            value = self._values[index]
            if base[start:end] != value:
                edits.append((start, end, value))


@dataclass(frozen=True, slots=True)
class _Context:
    """Signs that change by their neighbours: `table` exchanges them where `pattern`, which begins with one, holds.

    `before`: what the character before a sign must be one of, if that is known.
    """

    pattern: re.Pattern[str]
    table: Mapping[str, str]
    before: frozenset[str] | None
    signs: frozenset[str]


def _in_context(text: str, context: _Context, signs: Iterable[str]) -> str:
    """The text with those of `signs` exchanged whose context tells so."""
    before = context.before
    places: list[int] = []
    for sign in signs:
        at = text.find(sign)
        while at >= 0:
            if before is None or text[at - 1 : at] in before:
                places.append(at)
            at = text.find(sign, at + 1)
    if not places:
        return text
    places.sort()
    pattern, table = context.pattern, context.table
    edits: list[Edit] = []
    done = 0
    for at in places:
        # Such signs are rare: to try the pattern at each costs less than to search with it.
        match = pattern.match(text, at) if at >= done else None
        if match is not None:
            done = match.end()
            edits.append((at, done, "".join(map(table.__getitem__, match[0]))))
    return _patch(text, edits) if edits else text


def _patch(text: str, edits: Iterable[Edit]) -> str:
    parts: list[str] = []
    done = 0
    for start, end, new in edits:
        parts += (text[done:start], new)
        done = end
    parts.append(text[done:])
    return "".join(parts)


# ------------------------------------------------------------------------------------------ page breaks


@dataclass(slots=True)
class _Line:
    """What is known of the running line, as far as it was read: stops and commas seen, brackets left open."""

    read: int = 0
    stops: int = 0
    commas: int = 0
    pauses: int = 0
    open: int = 0


class _Breaks:
    """Which line breaks stand inside a sentence.

    A break is repaired when the line before it is running text (it has a full stop inside, or several commas, or an
    open bracket or quote, or it is one line of a hard-wrapped block), does not end as a sentence ends, and the line
    after it is no head, list item, byline or caption. When in doubt the break stays.
    """

    HEAD: Final = 30
    """A line of at most so many characters without stop or comma may be a head or a caption."""
    CREDIT: Final = 40
    WRAP: Final = 24
    """Shortest line, in characters, of a block that counts as hard-wrapped."""
    _BREAK: Final = re.compile(r"\n[ \t\n]*")

    def __init__(self, words: Mapping[str, Sequence[str]]) -> None:
        self._terminal = frozenset(words["terminal"])
        self._stops = tuple(words["full_stop"])
        self._stop_class = frozenset(words["full_stop"])
        comma = [w for w in words["comma"] if w != "\u3001"]
        self._commas = tuple(comma)
        self._pauses = tuple(w for w in words["comma"] if w == "\u3001")
        self._comma_class = frozenset(words["comma"])
        self._opener = frozenset(words["opener"])
        self._closer = frozenset(words["closer"])
        self._pairs = tuple(w for w in words["opener"] if w not in "\u2018(")
        self._unpairs = tuple(w for w in words["closer"] if w in "\u300d\u300f\u201d\uff09\u300b\u3009\u3011\u3015")
        self._bullet = frozenset(words["bullet"])
        self._continuation = frozenset(words["continuation"])
        self._ends = tuple(words["ends"])
        self._starts = tuple(words["starts"])
        credit = "|".join(re.escape(w) for w in sorted(words["credit"], key=len, reverse=True) if len(w) > 1) or "(?!)"
        self._credit_starts = regexes.compile(rf".{{0,4}}(?:{credit})(?:[\uff1a:/ (\uff08]|(?<=[/\uff1a])|$)").match
        self._credit_ends = tuple(w + shut for w in words["credit"] for shut in ("", ")", "\uff09"))
        self._openers, self._closers = "".join(self._opener), "".join(self._closer)
        numbered = "|".join(re.escape(w) for w in words["list"]) or "(?!)"
        self._list = regexes.compile(
            rf"(?:{numbered}|[(\uff08]\w{{1,2}}[)\uff09]|[0-9]{{1,2}}[.\u3001\uff0e](?![0-9])|[\u2460-\u2473]|[-*+] )"
        )
        self._split = regexes.compile("[" + re.escape("".join(self._comma_class)) + "]") if self._comma_class else None

    def edits(self, text: str, join: bool) -> list[Edit]:
        """Deletions (or single spaces between Latin words) for breaks to repair; with `join`, for every inner break."""
        edits: list[Edit] = []
        runs: list[tuple[int, int]] = []
        for match in self._BREAK.finditer(text):
            start, end = match.span()
            while start and text[start - 1] in " \t":
                start -= 1
            runs.append((start, end))
        stops, closer = self._stop_class, self._closer
        line = _Line()
        begin = 0
        before = 0  # length of the physical line before the current one when a single break parts them, else 0
        heads = True  # no body line seen yet
        for number, (start, end) in enumerate(runs):
            if start <= begin or end >= len(text):
                if start > begin or begin == 0:
                    begin = end
                continue
            if not join and (text[start - 1] in stops or (text[start - 1] in closer and text[start - 2] in stops)):
                # The common case, a line that ends with its sentence, needs no reading.
                heads = False
                line = _Line(end)
                before = start - begin if text.count("\n", start, end) == 1 else 0
                begin = end
                continue
            current = text[begin:start]
            stop = runs[number + 1][0] if number + 1 < len(runs) else len(text)
            following = text[end:stop]
            last = stop >= len(text) or runs[number + 1][1] >= len(text)
            single = text.count("\n", start, end) == 1
            if join or self._inside(text, line, current, following, start, end, single, before, heads, last):
                glue = " " if _latin(text[start - 1]) and _latin(text[end]) else ""
                edits.append((start, end, glue))
            else:
                if heads and (current[0] == "#" or self._read(line, text, start).stops):
                    heads = False
                line = _Line(end)
            before = len(current) if single else 0
            begin = end
        return edits

    def _read(self, line: _Line, text: str, end: int) -> _Line:
        """Read the running line on to `end`."""
        current = text[line.read : end]
        if current:
            line.read = end
            line.stops += sum(map(current.count, self._stops))
            line.commas += sum(map(current.count, self._commas))
            line.pauses += sum(map(current.count, self._pauses))
            line.open += sum(map(current.count, self._pairs)) - sum(map(current.count, self._unpairs))
        return line

    def _credits(self, words: str) -> bool:
        """Whether a short line begins or ends as one that names its authors."""
        return words.endswith(self._credit_ends) or self._credit_starts(words) is not None

    def _ended(self, current: str) -> bool:
        """Whether the line ends as a sentence, a byline or a signature ends."""
        tail = current.rstrip(self._closers)
        if not tail or tail[-1] in self._terminal:
            return True
        if tail[-1] == "." and len(tail) > 1 and _latin(tail[-2]):
            return True
        cut = max(map(current.rfind, self._stops)) + 1
        rest = current[cut:].strip(" " + self._closers)
        if len(rest) <= self.CREDIT and self._credits(rest.lstrip(self._openers)):
            return True
        # A remark in brackets behind the last stop closes the paragraph.
        return cut > 0 and rest[:1] in "(\uff08[\u3014" and rest[:1] != "" and current[-1] in self._closer

    def _special(self, following: str) -> bool:
        """Whether a line starts something new whatever came before: head, list item, byline, caption."""
        if following[0] in self._bullet or self._list.match(following):
            return True
        return len(following) <= self.CREDIT and self._credits(following) and not any(map(following.count, self._stops))

    def _inside(
        self, text: str, line: _Line, current: str, following: str, start: int, end: int, single: bool, before: int,
        heads: bool, last: bool,
    ) -> bool:  # fmt: skip
        if current[0] in "#|>" or self._special(following) or self._ended(current):
            return False
        if following[0] in self._continuation:
            return True
        if current[-1] in self._comma_class or current[-1] in self._opener:
            return True
        if self._read(line, text, start).open > 0:
            return True
        indent = end - 1 - text.rfind("\n", start, end)
        if indent >= 2:
            return False
        if not self._running(line, current, following, single, before, heads):
            return False
        plain = len(following) <= self.HEAD and not (
            following[-1] in self._terminal or any(c in self._comma_class for c in following)
        )
        return last or not plain or single

    def _running(self, line: _Line, current: str, following: str, single: bool, before: int, heads: bool) -> bool:
        """Whether the line before the break is running text, not a head or a caption."""
        size = len(current)
        if line.stops:
            return True
        even = abs(len(following) - size) <= 2 or (before and abs(before - size) <= 2 and len(following) <= size + 2)
        if single and even and size >= self.WRAP and not re.search(r"  |\t|\|", current):
            return True
        signs = line.commas + line.pauses
        if line.commas >= 2 and (not heads or size >= 30):
            return True
        if heads:
            return line.commas >= 1 and (signs >= 3 or size >= 45)
        if line.commas and line.pauses and size >= 20:
            return True
        if signs and size >= 40:
            return True
        if signs and self._split is not None:
            pieces = self._split.split(current)
            if 2 * len(pieces[-1]) <= max(map(len, pieces[:-1]), default=0):
                return True
        return size >= 10 and (current.endswith(self._ends) or following.startswith(self._starts))


def _latin(character: str) -> bool:
    return character.isascii() and character.isalnum() and not character.isdigit()


# ------------------------------------------------------------------------------------------ normalizer


@dataclass(frozen=True, slots=True)
class Normalized:
    """A normalized text with its map to the source, and the script the source is written in."""

    map: TextMap
    script: Script

    def __reduce__(self) -> tuple[Any, ...]:
        return Normalized, (self.map, self.script)

    @property
    def text(self) -> str:
        """The normalized text."""
        return self.map.text


def _class(characters: Iterable[str]) -> str:
    return "".join(re.escape(c) for c in characters)


class Normalizer:
    """Rewrites texts by compiled tables (see `compile_tables`). Immutable after construction; threads may share it."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        if data.get("version") != PACK_VERSION:
            raise RuleError("the normalizer's tables come from another version", hint="compile the rules again")
        self._data = data
        plane = range(_PLANE)
        plane_list = list(plane)
        # Lone surrogates cannot be stored in a pack; no encoder and no automaton takes them.
        keys = data["fold"][0] + "".join(map(chr, _SURROGATES))
        texts = data["fold"][1] + "\ufffd" * len(_SURROGATES)
        self._folds = dict(zip(keys, texts, strict=True))
        self._fold_keys = frozenset(self._folds)
        self._fold = _CharTable(keys, texts, plane_list)
        self._wide: dict[str, str] = {**data["wide"], "\r": "\n"}
        self._wide_keys = frozenset(self._wide)
        self._wide_pattern = regexes.compile("\r\n|[" + _class(self._wide) + "]")
        self._hant = frozenset(data["hant"])
        self._hans = frozenset(data["hans"])
        self._stages = [_Stage(stage, self._hant, plane_list) for stage in data["stages"]]
        self._breaks = _Breaks(data["breaks"])
        self._contexts = self._compile_contexts(data["signs"], data["classes"])
        signs = frozenset(" ").union(*(context.signs for context in self._contexts))
        self._special = self._fold_keys | self._wide_keys | self._hant | signs
        # Takes out of a text what no table knows, so that few characters are left to look at.
        self._sieve: list[int | None] = [None] * _PLANE
        for code in map(ord, self._special):
            if code < _PLANE:
                self._sieve[code] = code
        classes = data["classes"]
        self._gaps = Gaps(classes)
        self._before_number = frozenset(classes["before_number"])
        self._after_number = frozenset(classes["after_number"])
        point = rf"\.(?<![^\W{_class(classes['before_point'])}].)(?<![).%\]].)(?=[0-9]{{1,6}}(?![0-9.A-Za-z]|,[0-9]))"
        self._bare_point = regexes.compile(point)

    def __reduce__(self) -> tuple[type[Normalizer], tuple[Mapping[str, Any]]]:
        return Normalizer, (self._data,)

    @staticmethod
    def _compile_contexts(signs: Mapping[str, Mapping[str, str]], classes: Mapping[str, str]) -> list[_Context]:
        digit, numeral = _class(classes["digit"]), _class(classes["numeral"])
        after, before = _class(classes["after_number"]), _class(classes["before_number"])
        lead = _class(classes["range_after"])
        found: list[_Context] = []
        for kind, table in signs.items():
            if not table:
                continue
            sign = "[" + _class(table) + "]"
            left = None
            if kind == "number":
                left = frozenset("0123456789")
                pattern = rf"{sign}(?<=[0-9].)(?=[0-9])"
            elif kind == "thousand":
                left = frozenset("0123456789")
                # At most three digits on the left, no figure that ends a word of letters (a unit, a code).
                word = "".join(rf"(?<![A-Za-z][0-9]{{{n}}}.)" for n in (1, 2, 3))
                pattern = rf"{sign}(?<=[0-9].)(?<![0-9]{{4}}.){word}(?=[0-9]{{3}}(?![0-9]))"
            elif kind == "range":
                # Left: a number, or at most three characters of unit behind one. Right: a number.
                any_number = f"[0-9{numeral}]"
                word = rf"[\w{after}]"
                behind = "|".join(rf"(?<={any_number}{word * n}.)" for n in range(4))
                pattern = rf"{sign}(?:{behind}|(?<=[{after}].))(?=[{lead}]?[{before}]?[0-9{numeral}])"
            elif kind == "zero":
                left = frozenset(classes["digit"])
                pattern = rf"(?<=[{digit}]){sign}{{1,3}}(?=[{digit}{_class(classes['year'])}])"
            else:
                left = frozenset("m")
                pattern = rf"{sign}(?<=m.)"
            found.append(_Context(regexes.compile(pattern), table, left, frozenset(table)))
        return found

    def normalize(self, source: str, *, breaks: Breaks = "repair", script: Script | None = None) -> Normalized:
        """Normalize one text. Never raises on text, whatever is in it.

        `breaks`: `repair` mends the breaks inside sentences, `join` takes out every inner one (for the slice of a
        mention), `keep` leaves them. `script` is what the text is written in, for a slice of a text whose script is
        known; by default the text itself tells.
        """
        unique = self._specials(source)
        text = source
        folds = unique & self._fold_keys
        if folds:
            if len(folds) <= _FEW:
                for sign in folds:
                    text = text.replace(sign, self._folds[sign])
            else:
                text = self._fold(text)
            unique -= folds
            unique.update(map(self._folds.__getitem__, folds))
        result: TextMap | None = None
        if not unique.isdisjoint(self._wide_keys):
            edits = [
                (match.start(), match.end(), "\n" if match[0] == "\r\n" else self._wide[match[0]])
                for match in self._wide_pattern.finditer(text)
            ]
            result = TextMap.from_edits(source, edits, text)
            text = result.text
            unique = self._specials(text)
        traditional = len(unique & self._hant)
        if script is None:
            simplified = len(self._hans.intersection(text)) if traditional else 0
            if traditional * 8 <= simplified or not traditional:
                script = "hans"
            else:
                script = "hant" if simplified * 8 <= traditional else "mixed"
        if self._stages and (script != "hans" or traditional):
            for stage in self._stages:
                base, edits = stage.convert(text, script != "hans")
                if all(len(new) == end - start for start, end, new in edits):
                    text = _patch(base, edits) if edits else base
                else:
                    step = TextMap.from_edits(text, edits, base)
                    result = self._follow(source, result, text, step)
                    text = result.text
        for context in self._contexts:
            signs = unique & context.signs
            if signs:
                text = _in_context(text, context, signs)
        edits = self._spaces(text) if " " in unique else []
        if "." in unique:
            # A decimal point without its zero.
            edits += [(match.start(), match.end(), "0.") for match in self._bare_point.finditer(text)]
            edits.sort()
        if breaks != "keep" and "\n" in text:
            edits += self._breaks.edits(text, breaks == "join")
            edits.sort()
        if edits:
            result = self._follow(source, result, text, TextMap.from_edits(text, edits))
        elif result is None:
            result = TextMap.identity(source, text)
        else:
            result = self._follow(source, result, text, TextMap.identity(text))
        return Normalized(result, script)

    def _specials(self, text: str) -> set[str]:
        """The characters of a text that are in some table, but for those that tell of simplified text only."""
        return set(text.translate(self._sieve)) & self._special

    def convert(self, text: str) -> str:
        """Conversion to simplified characters alone, whatever the script of the text; nothing else changes."""
        for stage in self._stages:
            base, edits = stage.convert(text, True)
            text = _patch(base, edits)
        return text

    @staticmethod
    def _follow(source: str, inner: TextMap | None, text: str, outer: TextMap) -> TextMap:
        """Put `outer`, made from `text`, behind `inner`, whose text has since changed character by character."""
        if inner is None:
            return TextMap.identity(source, text).compose(outer)
        return inner.retext(text).compose(outer)

    _BLANKS: Final = re.compile(" +")
    _GROUP: Final = re.compile(r" (?<=[0-9] )[0-9]{3}(?![0-9])")
    _GROUPS: Final = re.compile(r"(?<![0-9.,A-Za-z])[0-9]{1,3}(?: [0-9]{3})+(?![0-9])")

    def _spaces(self, text: str) -> list[Edit]:
        """Deletions of blanks inside a figure: between groups of three digits, and between a figure and its unit."""
        edits: list[Edit] = []
        size = len(text)
        grouped: set[int] = set()
        # The cheap search, which starts at a blank, mostly spares the dear one.
        for match in self._GROUPS.finditer(text) if self._GROUP.search(text) else ():
            start, end = match.span()
            after, before = text[end : end + 2], text[max(start - 2, 0) : start]
            if (after[:1] == " " and after[1:].isdigit()) or (before[1:] == " " and before[:1].isdigit()):
                continue  # one of a row of figures
            unit = after.lstrip(" ")[:1]
            if match[0].count(" ") > 1 or (unit and _han(unit)):
                grouped.update(place for place in range(start, end) if text[place] == " ")
        for match in self._BLANKS.finditer(text):
            start, end = match.span()
            if start in grouped:
                edits.append((start, end, ""))
                continue
            if not start or end == size:
                continue
            if self._gaps.inside(text, start, end):
                edits.append((start, end, ""))
                continue
            if end - start > 2:
                continue
            left, right = text[start - 1], text[end]
            left_digit, right_digit = "0" <= left <= "9", "0" <= right <= "9"
            if (left_digit and (_han(right) or right in self._after_number)) or (
                right_digit and (_han(left) or left in self._before_number)
            ):
                edits.append((start, end, ""))
        return edits


def _han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff" or character == "\u3007" or "\u3400" <= character <= "\u4dbf"
