"""Explanations: the rule of a mention, what filled its pattern, what it beat, and why nothing is found in a span."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import zhextract
from zhextract import Extractor, UsageError
from zhextract.engine import Candidate
from zhextract.explain import Explanation, Loss
from zhextract.resolve import Policy, account, resolve
from zhextract.rules.build import builtin_folder

SOURCE = str(Path(zhextract.__file__).parents[1])  # whichever package is tested
TEXT = "云峦新材料有限公司2025年投资近3.5亿元，国庆活动由十一家企业赞助。"


@pytest.fixture(scope="module")
def built_in() -> Extractor:
    return Extractor()


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "names.csv"
    path.write_text("surface,label,name\n云峦,org,云峦能源集团\n三十,person,\n", encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def mine(names: Path) -> Extractor:
    return Extractor(lexicons=names)


def at(text: str, part: str) -> tuple[int, int]:
    start = text.index(part)
    return start, start + len(part)


def told(losses: tuple[Loss, ...]) -> set[tuple[str, str, str]]:
    return {(loss.claim.rule, loss.claim.text, loss.reason) for loss in losses}


# ----------------------------------------------------------------------------------------------------------- mentions


def test_every_mention_is_there_in_order(built_in: Extractor) -> None:
    explanation = built_in.explain(TEXT)
    assert [f.mention for f in explanation.findings] == list(built_in.extract(TEXT).mentions)
    assert (explanation.span, explanation.near) == (None, ())


def test_a_mention_by_its_id(built_in: Extractor) -> None:
    (money,) = [m for m in built_in.extract(TEXT).mentions if m.rule == "money.amount"]
    finding = built_in.explain(TEXT)[money.id]
    assert finding is not None
    assert built_in.explain(TEXT)[money] == finding
    with pytest.raises(KeyError):
        built_in.explain(TEXT)["m99"]


def test_rule_file_and_line(built_in: Extractor) -> None:
    for finding in built_in.explain(TEXT).findings:
        claim = finding.claim
        assert claim is not None
        line = (builtin_folder().parent / claim.file).read_text(encoding="utf-8").splitlines()[claim.line - 1]
        assert line == f"- id: {finding.mention.rule}"
        assert (claim.start, claim.end) == (finding.mention.start, finding.mention.end)


def test_parts(built_in: Extractor) -> None:
    (finding,) = [f for f in built_in.explain(TEXT).findings if f.mention.rule == "money.amount"]
    assert finding.claim is not None
    parts = {part.slot: (part.text, part.row) for part in finding.claim.parts}
    assert parts["value"] == ("3.5亿", {"value": "350000000"})
    assert parts["unit"] == ("元", {"code": "CNY", "kind": "money", "scale": "1"})


def test_longer(built_in: Extractor) -> None:
    text = "4月2日开工。"
    (finding,) = built_in.explain(text).findings
    assert ("time.month", "4月", "longer") in told(finding.beat)
    assert "    beat   time.month “4月” [0:2]: is longer" in str(finding).splitlines()


def test_a_conflict_with_the_users_name(mine: Extractor) -> None:
    explanation = mine.explain("云峦新材料有限公司有三十人。")
    name, number = explanation.findings
    assert name.claim is not None
    assert name.claim.parts[0].row is not None
    assert name.claim.parts[0].row["from"].endswith("names.csv:2")
    assert ("org.by_suffix", "云峦新材料有限公司", "first") in told(name.beat)
    assert ("count.amount", "三十人", "first") in told(number.beat)
    assert "stands before every rule" in str(explanation)


def test_names_that_are_derived(built_in: Extractor) -> None:
    """A chain, an item of a list, a name that is found again."""
    text = "项目落户长春市绿园区。\n北麓光电研究所与星翎、博远、岚图等车企合作，北麓光电研究所表示。"
    by_text = {f.mention.text: f for f in built_in.explain(text).findings}
    assert by_text["长春市绿园区"].how.startswith("joined to place.known “绿园区”")
    assert by_text["博远"].how.startswith("as a part of org.listed")
    text = "北麓云峦光电研究所(以下简称“北麓峦光”)承建，北麓峦光称已开工。"
    first, *_, last = [f for f in built_in.explain(text).findings if f.mention.text == "北麓峦光"]
    assert (first.how, last.claim) == ("", None)
    assert last.how.startswith("again")


def test_a_table(built_in: Extractor) -> None:
    """The figures of cells come from no rule file."""
    text = "表1 产值\n指标\t产值(亿元)\t增长(%)\n工业\t12.5\t3.2\n农业\t8.1\t2.4\n"
    cells = [f for f in built_in.explain(text).findings if f.mention.rule == "table.cell"]
    for finding in cells:
        assert finding.claim is not None
        assert finding.claim.where == "tables.py"


# -------------------------------------------------------------------------------------------------------------- spans


def test_a_span_without_a_mention(built_in: Extractor) -> None:
    span = at(TEXT, "国庆活动")
    explanation = built_in.explain(TEXT, span=span)
    assert (explanation.span, explanation.findings) == (span, ())
    near = next(n for n in explanation.near if n.rule.startswith("time.holiday"))
    assert (near.text, (near.start, near.end)) == ("国庆", at(TEXT, "国庆"))
    assert "活动" in near.missing
    assert f"no mention touches [{span[0]}:{span[1]}]" in str(explanation)


def test_a_span_that_is_excluded(built_in: Extractor) -> None:
    text = "引进一批设备。"
    explanation = built_in.explain(text, span=at(text, "一批"))
    assert explanation.findings == ()
    reasons = {loss.reason for loss in explanation.losses}
    assert {"excludes", "excluded"} <= reasons
    assert "excludes it" in str(explanation)


def test_a_span_holds_what_touches_it(built_in: Extractor) -> None:
    span = at(TEXT, "亿")
    explanation = built_in.explain(TEXT, span=span)
    assert [f.mention.text for f in explanation.findings] == ["3.5亿元"]
    assert all(loss.claim.start < span[1] and span[0] < loss.claim.end for loss in explanation.losses)


def test_what_speaks_of_the_article(built_in: Extractor) -> None:
    text = "新台幣3億元。"
    explanation = built_in.explain(text, span=(0, 3))
    assert any(loss.reason == "speaks" and "currency is TWD" in loss.why for loss in explanation.losses)


def test_a_name_that_lacks_its_beginning(built_in: Extractor) -> None:
    text = "有限公司登记办法"
    explanation = built_in.explain(text, span=(0, 4))
    assert any(n.rule == "org.by_suffix" and "a name that ends before" in n.missing for n in explanation.near)


def test_offsets_are_of_the_source(built_in: Extractor) -> None:
    """A page break inside: normalized text is shorter."""
    text = "昨日科技成果\n\n轉化94項，國慶活動開幕。"
    span = at(text, "國慶活動")
    explanation = built_in.explain(text, span=span)
    assert explanation.findings == ()
    assert any((n.start, n.end) == at(text, "國慶") for n in explanation.near)
    count = next(f for f in built_in.explain(text).findings if f.mention.text == "94项")
    assert count.claim is not None
    assert text[count.claim.start : count.claim.end] == "94項"


@pytest.mark.parametrize("span", [(0, 0), (5, 3), (-1, 2), (0, 99)])
def test_no_such_span(built_in: Extractor, span: tuple[int, int]) -> None:
    with pytest.raises(UsageError, match="no span of this article"):
        built_in.explain("投资3亿元。", span=span)


def test_published(built_in: Extractor) -> None:
    (finding,) = built_in.explain("去年投产。", "2025-04-02").findings
    assert getattr(finding.mention, "edtf", None) == "2024"


def test_rules_that_have_changed(tmp_path: Path) -> None:
    names = tmp_path / "names.csv"
    names.write_text("surface,label\n云峦,org\n", encoding="utf-8")
    extractor = Extractor(lexicons=names)
    names.write_text("surface,label\n拓石,org\n", encoding="utf-8")
    with pytest.raises(UsageError, match="have changed since they were loaded"):
        extractor.explain("云峦")


WORDS = """
云峦 新材料有限公司 北麓光电研究所 (以下简称“北光所”) 北光所 2025年 十一 家 三十 人 一批 第一 4月2日 3.5亿元 至 近
长春市 绿园区 与 、 等企业 国庆 假期 《办法》 记者 林宏远 说 ， 。 新台幣 億元 民国 114年 同比 增长 5% 1,000 星翎 博远
"""
PIECES = (*WORDS.split(), "\n", "\n\n")


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sampled_from(PIECES), max_size=14).map("".join), st.data())
def test_whatever_the_text(mine: Extractor, text: str, data: st.DataObject) -> None:
    """It explains each mention, loses no candidate without a reason, and never fails."""
    explanation = mine.explain(text)
    assert [f.mention for f in explanation.findings] == list(mine.extract(text).mentions)
    str(explanation)
    if text:
        start = data.draw(st.integers(0, len(text) - 1))
        part = mine.explain(text, span=(start, data.draw(st.integers(start + 1, len(text)))))
        assert isinstance(part, Explanation)
        assert str(part)


# --------------------------------------------------------------------------------------------------------- accounting

OUT, NAME, FIRST, LIST = 9, 7, 8, 6
POLICY = Policy([n == OUT for n in range(10)], [0, 0, 0, 0, 0, 2, 0, 0, 100, 0], {NAME, LIST}, {FIRST}, {LIST})
candidate = st.tuples(st.integers(0, 30), st.integers(1, 8), st.integers(0, 9)).map(lambda t: (t[0], t[0] + t[1], t[2]))


def c(start: int, end: int, rule: int = 0) -> Candidate:
    return (start, end, rule, [])


def reasons(*candidates: Candidate, numerals: dict[int, int] | None = None) -> list[tuple[tuple[int, int, int], str]]:
    _, lost = account(list(candidates), numerals or {}, POLICY)
    return [((x.candidate[0], x.candidate[1], x.candidate[2]), x.reason) for x in lost]


def test_reasons() -> None:
    assert reasons(c(0, 4), c(0, 3)) == [((0, 3, 0), "longer")]
    assert reasons(c(0, 4, 5), c(0, 4)) == [((0, 4, 0), "priority")]
    assert reasons(c(0, 4, 1), c(0, 4, 0)) == [((0, 4, 1), "order")]
    assert reasons(c(0, 4), c(2, 6)) == [((2, 6, 0), "earlier")]
    assert reasons(c(0, 4), c(0, 4)) == [((0, 4, 0), "same")]
    assert reasons(c(0, 4), c(2, 6, OUT)) == [((0, 4, 0), "excluded")]
    assert reasons(c(0, 4), c(2, 3, OUT)) == [((2, 3, OUT), "overruled")]
    assert reasons(c(2, 3, OUT), numerals={0: 3}) == [((2, 3, OUT), "void")]
    assert reasons(c(0, 9, 5), c(3, 4, FIRST)) == [((0, 9, 5), "first")]
    assert reasons(c(3, 5, FIRST), c(3, 4, FIRST)) == [((3, 4, FIRST), "longer")]
    assert reasons(c(0, 9, LIST), c(3, 4, FIRST)) == []
    assert reasons(c(2, 6, OUT), c(3, 4, FIRST), c(5, 8)) == [((2, 6, OUT), "first")]


@given(st.lists(candidate, max_size=14), st.dictionaries(st.integers(0, 30), st.integers(1, 4), max_size=3))
def test_it_accounts_for_all(spans: list[tuple[int, int, int]], sizes: dict[int, int]) -> None:
    """The winners are those of `resolve`; every other candidate is lost once, but for exclusions at work."""
    candidates = [c(*span) for span in spans]
    numerals = {start: start + size for start, size in sizes.items()}
    winners, lost = account(candidates, numerals, POLICY)
    assert winners == resolve(candidates, numerals, POLICY)
    seen = [id(x) for x in winners] + [id(x.candidate) for x in lost]
    assert len(seen) == len(set(seen))
    silent = [x for x in candidates if id(x) not in seen]
    assert all(POLICY.excludes[x[2]] for x in silent)
    assert all(x.by is None or (x.by[0] < x.candidate[1] and x.candidate[0] < x.by[1]) for x in lost)
    assert all(x.by is not None or x.reason == "void" for x in lost)
    leaders = [x for x in winners if x[2] == FIRST]
    others = [x for x in winners if x[2] not in (FIRST, LIST)]
    assert not any(a[0] < b[1] and b[0] < a[1] for a in leaders for b in others)


# ------------------------------------------------------------------------------------------------------- command line


def command(*args: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": SOURCE}
    line = [sys.executable, "-W", "error", "-m", "zhextract", "extract", *map(str, args)]
    return subprocess.run(line, capture_output=True, env=env, timeout=120, check=False, encoding="utf-8")


@pytest.fixture
def article(tmp_path: Path) -> Path:
    path = tmp_path / "a.txt"
    path.write_text(TEXT, encoding="utf-8")
    return path


def test_command(article: Path, names: Path, mine: Extractor) -> None:
    done = command(article, "--explain", "--lexicon", names)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert lines[:2] == ["m1 entity “云峦” [0:2]", f"    rule   user.name  {builtin_folder().name}/entity/user.yml:6"]
    assert any(line.startswith("    beat   org.by_suffix “云峦新材料有限公司” [0:9]: stands before") for line in lines)
    # Rows tell the lexicon's path as it was given.
    assert len(lines) == len(str(mine.explain(TEXT)).splitlines())


def test_command_with_a_span(article: Path, built_in: Extractor) -> None:
    start, end = at(TEXT, "国庆活动")
    done = command(article, "--explain", "--span", f"{start}:{end}")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{built_in.explain(TEXT, span=(start, end))}\n"
    assert "rules that came closest" in done.stdout


def test_command_with_two_articles(article: Path, tmp_path: Path) -> None:
    other = tmp_path / "b.txt"
    other.write_text("没有数字。", encoding="utf-8")
    done = command(article, other, "--explain")
    assert done.returncode == 0
    assert "==> a <==" in done.stdout
    assert done.stdout.endswith("==> b <==\nno mentions\n")


def test_wrong_calls(article: Path, tmp_path: Path) -> None:
    done = command(article, "--explain", "-o", tmp_path / "out")
    assert done.returncode == 2
    assert "--explain writes a report to standard output" in done.stderr
    done = command(article, "--span", "1:2")
    assert (done.returncode, done.stderr) == (2, "zhextract: --span goes with --explain\n")
    done = command(article, "--explain", "--span", "2")
    assert done.returncode == 2
    assert "write START:END" in done.stderr
    done = command(article, "--explain", "--span", "1:9999")
    assert done.returncode == 1
    assert "no span of this article" in done.stderr
