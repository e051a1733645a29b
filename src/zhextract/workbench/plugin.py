"""The pytest plugin: each example of a rule or row, and each golden text, is a test item.

    pytest --zhextract rules/ tests/golden/

An item's name begins with its rule, so that `-k` finds it. A folder that is named on the command line and holds rule
files is a rule set: complete with a `core.yml`, else laid over the built-in rules.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from pathlib import Path
from typing import Any

import pytest

from ..errors import UsageError, ZhextractError
from ..examples import Case, check
from ..rules import build
from ..rules.load import SHARED, TABLE_FOLDERS
from .context import PLAIN
from .golden import HISTORY, SUFFIXES, Fixture, differences, history_of, read
from .ruleset import RuleSet
from .showing import report


class Plugin:
    """Collects; knows which rules the run is about."""

    def __init__(self, config: pytest.Config) -> None:
        self.root = config.rootpath
        given = [Path(str(arg).split("::")[0]) for arg in config.args]
        self.named = [path if path.is_absolute() else config.invocation_params.dir / path for path in given]
        self.options = [Path(folder).resolve() for folder in config.getoption("--zhextract-rules")]

    @cached_property
    def folders(self) -> list[Path]:
        """The rule folders of the run, besides the built-in ones."""
        found = [folder for path in self.named if (folder := _rule_folder(path)) is not None]
        extra = [folder.resolve() for folder in dict.fromkeys(found)]
        return self.options or [folder for folder in extra if folder != build.builtin_folder()]

    @cached_property
    def rules(self) -> RuleSet:
        """The rules of the run."""
        return RuleSet(self.folders)

    @cached_property
    def cases(self) -> dict[Path, list[Case]]:
        """The examples by the file that they stand in."""
        found: dict[Path, list[Case]] = {}
        paths: dict[str, Path] = {}
        for case in self.rules.cases():
            if case.file not in paths:
                paths[case.file] = self.rules.path(case.file).resolve()
            found.setdefault(paths[case.file], []).append(case)
        return found

    def pytest_collect_file(self, file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
        """Rule files, lexicons and golden fixtures."""
        if file_path.suffix in (".yml", ".tsv"):
            made: Any = ExampleFile.from_parent(parent, path=file_path)
        elif file_path.suffix in SUFFIXES and file_path.parent.name != HISTORY:
            made = GoldenFile.from_parent(parent, path=file_path)
        else:
            return None
        made.plugin = self
        collector: pytest.Collector = made
        return collector


def _rule_folder(path: Path) -> Path | None:
    """The rule folder that a path of the command line is, or lies in: the outermost that looks like one."""
    for folder in (path, *path.parents):
        if folder.is_dir() and (folder / SHARED).is_file():
            return folder
    if path.is_dir() and any(path.rglob("*.yml")):
        return path
    if path.is_dir() and any((path / name).is_dir() for name in TABLE_FOLDERS):
        return path
    return None


class ExampleFile(pytest.File):
    """A rule file or lexicon."""

    plugin: Plugin

    def collect(self) -> Iterator[pytest.Item]:
        """An item an example."""
        try:
            cases = self.plugin.cases.get(self.path.resolve(), ())
        except ZhextractError as fault:
            raise self.CollectError(str(fault)) from None
        for case in cases:
            name = f"{case.rule}-{case.marked}".replace("\n", "\\n").replace("::", ": :")
            item = ExampleItem.from_parent(self, name=f"{name}@{case.published}" if case.published else name)
            item.case, item.plugin = case, self.plugin
            yield item


class ExampleItem(pytest.Item):
    """One example."""

    case: Case
    plugin: Plugin

    def runtest(self) -> None:
        """Try it."""
        failure = check(self.case, self.plugin.rules.extractor)
        if failure is not None:
            raise Wrong(str(failure))
        if self.case.known_miss:
            pytest.xfail("known miss")

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What was expected and what was found."""
        return str(excinfo.value) if isinstance(excinfo.value, Wrong) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the example."""
        return self.path, self.case.line - 1, self.name


class GoldenFile(pytest.File):
    """A file of golden fixtures; any other JSON holds none."""

    plugin: Plugin

    def collect(self) -> Iterator[pytest.Item]:
        """An item a text."""
        try:
            fixtures = list(read([self.path]))
        except UsageError as fault:
            if "no fixture" in str(fault) or "text_file is missing" in str(fault):
                return
            raise self.CollectError(str(fault)) from None
        for fixture in fixtures:
            item = GoldenItem.from_parent(self, name=fixture.id)
            item.fixture, item.plugin = fixture, self.plugin
            yield item


class GoldenItem(pytest.Item):
    """One golden text."""

    fixture: Fixture
    plugin: Plugin

    def runtest(self) -> None:
        """Extract and compare."""
        known = history_of(self.fixture.path).known
        document = self.fixture.extract(self.plugin.rules.extractor)
        new = [(self.fixture, d) for d in differences(self.fixture, document) if d.mark not in known]
        if new:
            raise Wrong("\n".join(report(new, PLAIN)))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """The differences in context."""
        return str(excinfo.value) if isinstance(excinfo.value, Wrong) else super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int, str]:
        """The line of the fixture."""
        return self.path, max(0, self.fixture.line - 1), self.name


class Wrong(Exception):
    """An item that did not come out as it says."""
