"""Before and after: what counts as a change, how it is grouped, that nothing of an article is markup."""

from __future__ import annotations

from pathlib import Path

import pytest
from tests import samples
from tests.test_report import HOSTILE

from zhextract import Extractor
from zhextract.web.compare import Compared, compare_page, records_of

TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


def test_changes(extractor: Extractor) -> None:
    now = extractor.extract(TEXT).to_dict()["mentions"]
    year, money, percent = now[:3]
    before = [
        {**year, "rule": "time.other"},  # the same by another rule is no change
        {**money, "value": "54000000", "rule": "money.old"},
        {**percent, "start": percent["start"] - 2},
    ]
    found = Compared("a", TEXT, before, now).changes()
    assert [(c.before is not None, c.after is not None, c.rule, c.fields) for c in found] == [
        (True, True, "money.amount", ["value"]),
        (True, False, percent["rule"], []),
        (False, True, percent["rule"], []),
    ]
    assert Compared("a", TEXT, now, now).changes() == []


def test_facts(extractor: Extractor) -> None:
    text, document = next(samples.documents(extractor))
    now = records_of(document.to_dict())
    facts = [record for record in now if record["type"].startswith("fact ")]
    assert len(facts) == len(document.facts)
    before = [{**record, "subject": "别处"} if record is facts[0] else record for record in now]
    (change,) = Compared("a", text, before, now).changes()
    assert (change.fields, change.rule) == (["subject"], "fact.gold")


def test_page(extractor: Extractor, tmp_path: Path) -> None:
    text, document = next(samples.documents(extractor))
    now = records_of(document.to_dict())
    page = compare_page("Rules of today", [Compared("a", text, now[10:], now), Compared("b", text, now, now[:-5])])
    assert "15 changes by" in page
    assert page.count('<div class="sides">') == 15
    assert page.index("<h2>") < page.index("<h3>a</h3>")
    assert "<script" not in page
    assert "Nothing has changed." in compare_page("Same", [Compared("a", text, now, now)])


def test_hostile(extractor: Extractor) -> None:
    now = records_of(extractor.extract(HOSTILE).to_dict())
    page = compare_page("<script>", [Compared("<img src=x>", HOSTILE, [], now)], before="<b>", after="<i>", note="<u>")
    for wrong in ("<script", "<img", "<svg", "<b>", "<i>", "<u>", "\u202e", "\x00", "\x1b"):
        assert wrong not in page.replace("<style>", "")
    assert "[U+202E]" in page
    assert "default-src 'none'; style-src 'sha256-" in page
