"""Where each rule stands: its file and line, and its own text out of that file."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final, TypedDict

from ..rules.build import builtin_folder, load_pack

_LONGEST: Final = 60
"""Lines of a rule that are shown; a rule with many examples has more."""
_CODE: Final = {"table.cell": "tables.py"}
"""Rules that are code, since no pattern can say them, and their file."""


class Place(TypedDict):
    """File as messages name it, line (0: none), and the rule as it is written there (empty: not to be read)."""

    file: str
    line: int
    source: str


def places(folders: Sequence[str | Path] = ()) -> dict[str, Place]:
    """The place of every rule by its id, with `folders` laid over the built-in rules. Raises RuleError."""
    pack = load_pack([Path(folder) for folder in folders])
    roots = [*(Path(folder).resolve() for folder in reversed(folders)), builtin_folder()]

    @cache
    def lines(file: str) -> list[str]:
        for root in roots:
            path = root.parent / file
            if path.is_relative_to(root) and path.is_file():
                return path.read_text(encoding="utf-8").splitlines()
        return []

    found = {
        rule.id: Place(file=rule.file, line=rule.line, source=_source(lines(rule.file), rule.line))
        for rule in (*pack.rules, *pack.fact_rules)
    }
    return found | {rule: Place(file=file, line=0, source="") for rule, file in _CODE.items()}


def _source(lines: Sequence[str], line: int) -> str:
    """The rule that begins on a 1-based line: as far as what follows is indented deeper than its dash."""
    if not 0 < line <= len(lines):
        return ""
    first = lines[line - 1]
    dash = len(first) - len(first.lstrip())
    out = [first[dash:]]
    for text in lines[line:]:
        if text.strip() and len(text) - len(text.lstrip()) <= dash and not text[dash:].startswith("  "):
            break
        out.append(text[dash:])
    while out and (not out[-1].strip() or out[-1].lstrip().startswith("#")):
        out.pop()
    if len(out) > _LONGEST:
        out[_LONGEST:] = [f"  \u2026 {len(out) - _LONGEST} lines more"]
    return "\n".join(out)
