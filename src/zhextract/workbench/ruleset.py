"""A set of rules under work: as written, compiled, ready to extract, each made when it is first asked for."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from pathlib import Path

import msgspec

from ..errors import RuleError, UsageError
from ..examples import Case, cases, lexicon_cases
from ..pipeline import Extractor
from ..rules import build
from ..rules.compile import compile_rules
from ..rules.load import SHARED, load, near, read_table
from ..rules.pack import RulePack
from ..rules.schema import Rule, RuleSource

KNOWN_MISSES = "known_misses.tsv"
"""A file of a rule folder: rows of its lexicons (`lexicon/surface`) whose example is not found yet, and why."""

ROW_VALUES = "row_values.tsv"
"""A file of a rule folder: rows of its lexicons, and the value that their example has: a unit's scale, said twice."""


class RuleSet:
    """The built-in rules with `folders` laid over them (or, with a `core.yml`, in their place)."""

    def __init__(self, folders: Sequence[Path] = ()) -> None:
        base = build.builtin_folder()
        complete = [i for i, folder in enumerate(folders) if (folder / SHARED).is_file()]
        self.folders = (*folders[complete[-1] :],) if complete else (base, *folders)

    @cached_property
    def source(self) -> RuleSource:
        """The rules as written. Raises RuleError."""
        return load(self.folders)

    @cached_property
    def tables(self) -> dict[str, object]:
        """What the stages before the rules read, compiled."""
        return build.stage_tables(self.folders)

    @cached_property
    def pack(self) -> RulePack:
        """The rules compiled; the shipped pack where it is of these files. Raises RuleError."""
        shipped = build.shipped() if self.folders == (build.builtin_folder(),) else None
        return shipped or compile_rules(self.source, build.digest(self.folders), self.tables)

    def take(self, pack: RulePack) -> None:
        """A pack of these rules that was made elsewhere, before one is compiled."""
        self.__dict__.setdefault("pack", pack)

    @cached_property
    def extractor(self) -> Extractor:
        """An extractor that runs them."""
        return Extractor(pack=self.pack)

    @cached_property
    def known_misses(self) -> dict[str, str]:
        """`lexicon/surface` to the reason why the example of this row is not found yet."""
        return self._beside(KNOWN_MISSES, "reason")

    @cached_property
    def row_values(self) -> dict[str, str]:
        """`lexicon/surface` to the value of the example of this row."""
        return self._beside(ROW_VALUES, "value")

    def _beside(self, file: str, column: str) -> dict[str, str]:
        """What a table of the folders says of rows."""
        found: dict[str, str] = {}
        for folder in self.folders:
            path = folder / file
            if path.is_file():
                found |= {surface: row.get(column) or "" for surface, row in read_table(path, folder).rows.items()}
        return found

    def cases(self) -> list[Case]:
        """All examples, of rules and of rows. Raises RuleError where one cannot be tried."""
        rows = []
        for case in lexicon_cases(self.source):
            expect = (
                {**case.expect, "value": self.row_values[case.rule]} if case.rule in self.row_values else case.expect
            )
            rows.append(case._replace(expect=expect, known_miss=case.rule in self.known_misses))
        return [*cases(self.source), *rows]

    def rule(self, rule_id: str) -> Rule:
        """A rule by its id. Raises UsageError."""
        for rule in self.source.rules:
            if rule.id == rule_id:
                return rule
        hint = near(rule_id, [rule.id for rule in self.source.rules])
        raise UsageError(f"no rule {rule_id!r}; {hint or 'zhextract rules list names them'}")

    def path(self, shown: str) -> Path:
        """Where a file lies that a message names. Raises RuleError when it is gone."""
        folder, _, name = shown.partition("/")
        for candidate in reversed(self.folders):
            if candidate.name == folder and (candidate / name).is_file():
                return candidate / name
        raise RuleError("the file is gone", file=shown)

    def with_source(self, source: RuleSource) -> RuleSet:
        """The same folders with rules that were changed in memory."""
        made = RuleSet.__new__(RuleSet)
        made.folders = self.folders
        made.__dict__["source"] = source
        made.__dict__["tables"] = self.tables
        made.__dict__["pack"] = compile_rules(source, "", self.tables)
        return made


def replaced(source: RuleSource, rule: Rule) -> RuleSource:
    """The rules with one of them in place of that of the same id."""
    rules = tuple(rule if other.id == rule.id else other for other in source.rules)
    return msgspec.structs.replace(source, rules=rules)
