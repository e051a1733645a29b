"""Every example and counterexample of the built-in rules and lexicons, one item each: try `-k money.amount`."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from zhextract import Extractor
from zhextract.examples import RECORDS, Case, check
from zhextract.rules.schema import FACT_EMITS
from zhextract.workbench.ruleset import RuleSet

RULES = RuleSet()
SOURCE = RULES.source
CASES = [case for case in RULES.cases() if case.kind != "row"]
ROWS = [case for case in RULES.cases() if case.kind == "row"]


@cache
def extractor() -> Extractor:
    return Extractor()


def name(case: Case) -> str:
    return f"{case.rule}-{case.marked}"


@pytest.mark.parametrize("case", CASES, ids=name)
def test_example(case: Case) -> None:
    failure = check(case, extractor())
    assert failure is None, str(failure)
    if case.known_miss:
        pytest.xfail("known miss")


@pytest.mark.parametrize("case", ROWS, ids=name)
def test_lexicon_row(case: Case) -> None:
    failure = check(case, extractor())
    assert failure is None, str(failure)
    if case.known_miss:
        pytest.xfail(RULES.known_misses[case.rule])


def test_tables_beside_the_lexicons_name_rows() -> None:
    rows = {case.rule for case in ROWS}
    assert set(RULES.known_misses) <= rows
    assert {case.rule for case in ROWS if "value" in case.expect} == set(RULES.row_values)


def test_there_are_enough() -> None:
    assert len(CASES) >= 300
    assert sum(SOURCE.layers[case.rule] == "mentions" for case in CASES) >= 150


def test_every_rule_has_its_examples() -> None:
    """Two examples and one counterexample a rule that makes mentions, one text any other."""
    count = Counter((case.rule, case.kind) for case in CASES)
    poor = []
    for rule in SOURCE.rules:
        if rule.id == "user.name":
            continue  # its table is empty until a user brings names
        yes, no = count[rule.id, "example"], count[rule.id, "counterexample"]
        enough = yes >= 2 and no >= 1 if rule.emit["type"] in (*RECORDS, *FACT_EMITS) else yes + no >= 1
        if not enough:
            poor.append(f"{rule.file}:{rule.line}: {rule.id}: {yes} examples, {no} counterexamples")
    assert not poor, "\n".join(poor)


def test_ids_are_unique() -> None:
    """The same text twice under one rule is a slip."""
    twice = [f"{key}" for key, n in Counter((c.rule, c.kind, c.marked, c.published) for c in CASES).items() if n > 1]
    assert not twice
