"""The user's own names: CSV and YAML files to the rows of the table `user`, which one rule reads.

A CSV file has the columns `surface,label,name,aliases` (the last two may be missing; between aliases stands `|`), a
YAML file is a list of mappings with these keys. Surface, name and aliases all stand for one entity. Every fault is told
with its file and line; files may come from strangers, so their size is bounded.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple, get_args

import msgspec

from ..errors import RuleError
from ..records import Label
from . import pack as p
from .load import Entry, near, yaml_value

TABLE: Final = "user"
COLUMNS: Final = ("surface", "label", "name", "aliases")
LABELS: Final[tuple[str, ...]] = get_args(Label)
LARGEST: Final = 10_000_000
"""Bytes of a file."""
MOST: Final = 200_000
"""Names of a file: its rows and their aliases."""
LONGEST: Final = 200
"""Characters of a name."""

Rows = dict[str, dict[str, str | None]]
Forms = Callable[[str], Sequence[str]]
"""A name as written to how it may stand in normalized text; the first is the usual one."""


class _Entry(NamedTuple):
    """A row as written. `name` is "" where none is given."""

    line: int
    surface: str
    label: str
    name: str
    aliases: Sequence[str]


def with_names(pack: p.RulePack, paths: Sequence[Path], forms: Forms) -> p.RulePack:
    """The pack with the names of some files. Raises RuleError; also where its rules have no table for them."""
    p.table(pack, TABLE)
    rows = read_lexicons(paths, forms)
    said = [(form, row["label"], row["name"]) for form, row in rows.items()]
    digest = hashlib.sha256(pack.digest.encode() + msgspec.msgpack.encode(said)).hexdigest()
    return msgspec.structs.replace(pack, digest=digest, lexicons={**pack.lexicons, TABLE: rows})


def read_lexicons(paths: Iterable[Path], forms: Forms) -> Rows:
    """The rows of the table `user`, by normalized surface; of two files that hold a name the later wins.

    Raises RuleError with file and line.
    """
    rows: Rows = {}
    implied: Rows = {}
    names: dict[tuple[str, str], str] = {}
    for path in paths:
        own, more = _Reader(str(path), forms, names).rows(path)
        rows |= own
        implied |= more
    return {**implied, **rows}


class _Reader:
    """Reads one file. `names`: label and normalized name of each entity so far -> its name as first written."""

    def __init__(self, shown: str, forms: Forms, names: dict[tuple[str, str], str]) -> None:
        self.shown = shown
        self.forms = forms
        self.names = names
        self.count = 0

    def fault(self, line: int | None, message: str, hint: str = "") -> RuleError:
        return RuleError(message, file=self.shown, line=line, hint=hint)

    def rows(self, path: Path) -> tuple[Rows, Rows]:
        """What the file says, and what follows from it: an entity's name stands for it too, where no row says else."""
        text = self._text(path)
        suffix = path.suffix.lower()
        if suffix == ".csv":
            entries = self._csv(text)
        elif suffix in (".yml", ".yaml"):
            entries = self._yaml(text)
        else:
            raise self.fault(None, f"unknown kind of lexicon {path.suffix!r}", "name it .csv, .yml or .yaml")
        rows: Rows = {}
        lines: dict[str, int] = {}
        implied: Rows = {}
        for e in entries:
            if e.label not in LABELS:
                hint = near(e.label, LABELS) or f"one of {', '.join(LABELS)}"
                raise self.fault(e.line, f"unknown label {e.label!r}" if e.label else "no label", hint)
            surfaces = [(s, self._forms(e.line, s)) for s in (e.surface, *e.aliases)]
            usual = surfaces[0][1][0]
            written = e.name or usual
            named = self._forms(e.line, written, "name") if e.name else surfaces[0][1]
            name = self.names.setdefault((e.label, named[0]), written)
            for surface, found in surfaces:
                for form in found:
                    self._check(e, surface, name, rows.get(form), lines.get(form, 0))
                    rows.setdefault(form, self._row(form, e, name))
                    lines.setdefault(form, e.line)
            for form in named:
                implied.setdefault(form, self._row(form, e, name))
        return rows, implied

    def _row(self, form: str, e: _Entry, name: str) -> dict[str, str | None]:
        return {"surface": form, "label": e.label, "name": name, "from": f"{self.shown}:{e.line}"}

    def _check(self, e: _Entry, surface: str, name: str, there: dict[str, str | None] | None, line: int) -> None:
        """Raise when the name stands in the file already, for something else."""
        if there is None:
            return
        if there["label"] != e.label:
            raise self.fault(e.line, f"{surface!r} is {e.label} here, but {there['label']} in line {line}")
        if there["name"] != name:
            message = f"{surface!r} stands for {name!r} here, but for {there['name']!r} in line {line}"
            raise self.fault(e.line, message, "one name, one entity")

    def _forms(self, line: int, surface: str, what: str = "surface") -> Sequence[str]:
        self.count += what == "surface"
        if self.count > MOST:
            raise self.fault(line, f"more than {MOST:,} names", "split the file")
        if not surface:
            raise self.fault(line, f"empty {what}")
        if len(surface) > LONGEST:
            raise self.fault(line, f"{what} of {len(surface):,} characters", f"at most {LONGEST}")
        if len(surface.splitlines()) > 1 or any(c < " " for c in surface):
            raise self.fault(line, f"{surface!r} holds a line break or control character")
        found = self.forms(surface)
        if not all(found):
            raise self.fault(line, f"{surface!r} can never be found: nothing is left of it in normalized text")
        return found

    # ------------------------------------------------------------------------------------------------------- files

    def _text(self, path: Path) -> str:
        try:
            with path.open("rb") as stream:
                data = stream.read(LARGEST + 1)
        except OSError as fault:
            raise self.fault(None, f"can't be read: {fault.strerror}") from None
        if len(data) > LARGEST:
            raise self.fault(None, f"larger than {LARGEST:,} bytes", "split the file")
        try:
            return data.decode("utf-8-sig")
        except UnicodeDecodeError as fault:
            line = data.count(b"\n", 0, fault.start) + 1
            raise self.fault(line, f"not UTF-8: byte {fault.start}", "save it as UTF-8") from None

    def _csv(self, text: str) -> Iterator[_Entry]:
        reader = csv.reader(io.StringIO(text, newline=""), strict=True)
        columns: list[str] | None = None
        while True:
            line = reader.line_num + 1
            try:
                cells = next(reader, None)
            except csv.Error as fault:
                raise self.fault(line, f"not CSV: {fault}") from None
            if cells is None:
                break
            cells = [cell.strip() for cell in cells]
            if not any(cells):
                if len(cells) > 1 and columns is not None:
                    raise self.fault(line, "empty surface")
                continue
            if columns is None:
                columns = self._header(line, cells)
                continue
            if len(cells) > len(columns):
                hint = "a cell with a comma stands in double quotes"
                raise self.fault(line, f"{len(cells)} cells under {len(columns)} columns", hint)
            row = dict(zip(columns, cells, strict=False))
            aliases = [a for a in map(str.strip, row.get("aliases", "").split("|")) if a]
            yield _Entry(line, row["surface"], row.get("label", ""), row.get("name", ""), aliases)
        if columns is None:
            raise self.fault(1, "no header", f"first line: {','.join(COLUMNS)}")

    def _header(self, line: int, cells: list[str]) -> list[str]:
        hint = f"first line: {','.join(COLUMNS)}"
        for cell in cells:
            if ";" in cell or "\t" in cell:
                raise self.fault(line, f"bad header {cell!r}", "commas stand between the columns")
            if cell not in COLUMNS:
                raise self.fault(line, f"unknown column {cell!r}", near(cell, COLUMNS) or hint)
        if len(set(cells)) < len(cells) or not {"surface", "label"} <= set(cells):
            raise self.fault(line, f"bad header {','.join(cells)!r}", hint)
        return cells

    def _yaml(self, text: str) -> Iterator[_Entry]:
        value = yaml_value(text, self.shown)
        if value is None or value == "":
            return
        if not isinstance(value, list):
            raise self.fault(getattr(value, "line", 1), "expected a list of names", "- {surface: …, label: org}")
        for item in value:
            if not isinstance(item, Entry):
                hint = f"with the keys {', '.join(COLUMNS)}"
                raise self.fault(getattr(item, "line", None), "a name is a mapping", hint)
            for key in item:
                if key not in COLUMNS:
                    hint = near(key, COLUMNS) or f"keys here: {', '.join(COLUMNS)}"
                    raise self.fault(item.lines[key], f"unknown key {key!r}", hint)
            empty = [key for key in ("name", "aliases") if item.get(key) in ("null", "~")]
            given = {key: value for key, value in item.items() if key not in empty}
            aliases = given.get("aliases", [])
            if isinstance(aliases, str):
                aliases = [a for a in map(str.strip, aliases.split("|")) if a]
            if not isinstance(aliases, list):
                raise self.fault(item.lines["aliases"], "aliases is a list")
            surface, label, name = (self._cell(item, key, given.get(key, "")) for key in COLUMNS[:3])
            yield _Entry(item.line, surface, label, name, [self._cell(item, "aliases", a) for a in aliases])

    def _cell(self, item: Entry, key: str, value: Any) -> str:
        if not isinstance(value, str):
            raise self.fault(item.lines[key], f"{key} is text")
        return str(value).strip()
