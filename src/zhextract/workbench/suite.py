"""Which examples to run, and running them."""

from __future__ import annotations

from collections.abc import Sequence
from fnmatch import fnmatchcase

from ..errors import UsageError
from ..examples import Case, Failure, check
from ..pipeline import Extractor
from ..rules.load import near
from .parallel import spread


def select(cases: Sequence[Case], wanted: Sequence[str]) -> list[Case]:
    """The cases of some rules: ids, `lexicon` or `lexicon/surface`, with `*` for any characters. None named: all.

    Raises UsageError for a name that nothing has.
    """
    if not wanted:
        return list(cases)
    chosen: set[int] = set()
    for name in wanted:
        found = {i for i, case in enumerate(cases) if case.rule == name or _named(case.rule, name)}
        if not found:
            hint = near(name, {case.rule for case in cases})
            raise UsageError(f"no examples of {name!r}; {hint or 'zhextract rules list names the rules'}")
        chosen |= found
    return [case for i, case in enumerate(cases) if i in chosen]


def _named(rule: str, name: str) -> bool:
    return fnmatchcase(rule, name) or rule.partition("/")[0] == name


def failures(cases: Sequence[Case], extractor: Extractor, jobs: int) -> list[Failure]:
    """The cases that do not come out as they say, in order."""

    def tried(case: Case) -> Failure | None:
        return check(case, extractor)

    return [failure for failure in spread(tried, cases, jobs, least=200) if failure is not None]
