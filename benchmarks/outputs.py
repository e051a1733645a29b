"""What differs between two outputs of a batch, told so that the cause can be found: files, lists, counts, articles."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pyarrow.parquet as pq

__all__ = ["compare"]

SHOWN: Final = 8
"""Lines, articles or shards that are named of each kind; the rest is counted."""


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder with its SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def compare(wanted: Path, found: Path) -> list[str]:
    """Lines on all that differs between two outputs; none when they are equal, byte by byte.

    The manifest and the lists come first, since they tell causes; then the files of each table with their articles.
    """
    old, new = digests(wanted), digests(found)
    names = sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name))
    if not names:
        return []
    told = [f"{len(names)} of {len(old.keys() | new.keys())} files"]
    folders: dict[str, list[str]] = {}
    for name in names:
        folder, _, last = name.rpartition("/")
        folders.setdefault(folder, []).append(last)
    for name in folders.pop("", []):
        told += [f"{name}: {line}" for line in _file(wanted / name, found / name)]
    for folder, parts in folders.items():
        told += [f"{folder}: {line}" for line in _folder(wanted / folder, found / folder, parts)]
    return told


def _file(wanted: Path, found: Path) -> Iterator[str]:
    """Of a file beside the tables."""
    if not wanted.exists() or not found.exists():
        yield f"only in the {'disturbed' if found.exists() else 'undisturbed'} output"
    if wanted.suffix == ".json" and wanted.exists() and found.exists():
        yield from _values(json.loads(wanted.read_bytes()), json.loads(found.read_bytes()))
    else:
        before, after = _lines(wanted), _lines(found)
        yield from _named("-", list((before - after).elements()))
        yield from _named("+", list((after - before).elements()))
        if before == after:
            yield "the same lines in another order"


def _values(wanted: Any, found: Any, where: str = "") -> Iterator[str]:
    """What differs in two JSON values, by path."""
    if isinstance(wanted, dict) and isinstance(found, dict):
        for key in sorted(wanted.keys() | found.keys()):
            yield from _values(wanted.get(key), found.get(key), f"{where}.{key}".lstrip("."))
    elif wanted != found:
        yield f"{where} {wanted} -> {found}"


def _lines(path: Path) -> Counter[str]:
    return Counter(path.read_text(encoding="utf-8").splitlines()) if path.exists() else Counter()


def _named(sign: str, lines: list[str]) -> Iterator[str]:
    for line in lines[:SHOWN]:
        yield f"{sign} {line}"
    if len(lines) > SHOWN:
        yield f"{sign} and {len(lines) - SHOWN} more"


def _folder(wanted: Path, found: Path, parts: list[str]) -> Iterator[str]:
    """Of the files of a table (or of keys, or of a run that was not ended)."""
    missing = [name for name in parts if not (found / name).exists()]
    added = [name for name in parts if not (wanted / name).exists()]
    both = [name for name in parts if name not in missing and name not in added]
    for names, what in ((missing, "missing"), (added, "additional"), (both, "with other bytes")):
        if names:
            rest = f" and {len(names) - SHOWN} more" if len(names) > SHOWN else ""
            yield f"{len(names)} {what}: {', '.join(names[:SHOWN])}{rest}"
    for name in both[:SHOWN]:
        if name.endswith(".parquet"):
            yield f"{name}: {_table(wanted / name, found / name)}"
        elif wanted.name == "_keys":
            before, after = _lines(wanted / name), _lines(found / name)
            gone, came = (before - after).total(), (after - before).total()
            yield f"{name}: {before.total()} -> {after.total()} keys, {gone} gone, {came} new"


def _table(wanted: Path, found: Path) -> str:
    """Rows and articles of two files of a table."""
    before, after = pq.read_table(wanted), pq.read_table(found)
    if before.equals(after):
        groups = pq.ParquetFile(wanted).num_row_groups, pq.ParquetFile(found).num_row_groups
        return f"equal rows, written otherwise ({groups[0]} and {groups[1]} row groups)"
    rows = [_rows(table.to_pylist()) for table in (before, after)]
    articles = [name for name in rows[0] | rows[1] if rows[0].get(name) != rows[1].get(name)]
    rest = f" and {len(articles) - SHOWN} more" if len(articles) > SHOWN else ""
    return f"{len(before)} -> {len(after)} rows, articles {', '.join(articles[:SHOWN])}{rest}"


def _rows(rows: list[dict[str, Any]]) -> dict[str, list[dict[str, Any]]]:
    """The rows by article."""
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(str(row["article"]), []).append(row)
    return found
