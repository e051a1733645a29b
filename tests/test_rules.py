"""Every example and counterexample of the built-in rules and lexicons, one item each: try `-k money.amount`."""

from __future__ import annotations

from collections import Counter
from functools import cache

import pytest

from zhextract import Extractor
from zhextract.examples import RECORDS, Case, cases, check, lexicon_cases
from zhextract.rules.build import builtin_folder
from zhextract.rules.load import load

KNOWN_MISSES = builtin_folder() / "known_misses.tsv"
SOURCE = load([builtin_folder()])
CASES = cases(SOURCE)
ROWS = lexicon_cases(SOURCE)


@cache
def extractor() -> Extractor:
    return Extractor()


@cache
def known_misses() -> dict[str, str]:
    """`lexicon/surface` to the reason why its example is not found yet."""
    lines = KNOWN_MISSES.read_text(encoding="utf-8").splitlines()[1:]
    return dict(line.split("\t") for line in lines if line and not line.startswith("# "))


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
    reason = known_misses().get(case.rule)
    failure = check(case._replace(known_miss=reason is not None), extractor())
    assert failure is None, str(failure)
    if reason is not None:
        pytest.xfail(reason)


def test_known_misses_are_rows() -> None:
    assert set(known_misses()) <= {case.rule for case in ROWS}


def test_there_are_enough() -> None:
    assert len(CASES) >= 300


def test_every_rule_has_its_examples() -> None:
    """Two examples and one counterexample a rule that makes mentions, one text any other."""
    count = Counter((case.rule, case.kind) for case in CASES)
    poor = []
    for rule in SOURCE.rules:
        if SOURCE.layers[rule.id] != "text":
            continue
        if rule.id == "user.name":
            continue  # its table is empty until a user brings names
        yes, no = count[rule.id, "example"], count[rule.id, "counterexample"]
        enough = yes >= 2 and no >= 1 if rule.emit["type"] in RECORDS else yes + no >= 1
        if not enough:
            poor.append(f"{rule.file}:{rule.line}: {rule.id}: {yes} examples, {no} counterexamples")
    assert not poor, "\n".join(poor)


def test_ids_are_unique() -> None:
    """The same text twice under one rule is a slip."""
    twice = [f"{key}" for key, n in Counter((c.rule, c.kind, c.marked, c.published) for c in CASES).items() if n > 1]
    assert not twice
