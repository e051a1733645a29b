"""Facts of articles, by the public API: what figures say, of whom, when, and how sure that is."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zhextract import Document, Extractor
from zhextract.errors import RuleError
from zhextract.records import Fact, Quantity, json_schema

VALIDATOR = Draft202012Validator(json_schema())
PIECES = [
    "2025年前三季度", "“十四五”期间", "，", "。", "；", "\n", "\n\n", "（", "）", "、", "“", "”", "和", "分别", "其中",
    "同比", "环比", "较上年", "占", "的", "增长", "下降", "由", "从", "至", "到", "达", "为", "力争", "预计", "若",
    "居全国", "第5位", "18%", "1.6个百分点", "5亿元", "20家", "3倍", "翻番", "三大", "36个月", "800米", "长春市",
    "全市", "该公司", "其", "华兴电子有限公司", "产值", "企业", "有效期", "每", "级", "以上项目", "|", " | ",
    "指标 | 数值（亿元）\n", "\t", "\ue000", "\ue016", "abc", "🚢",
]  # fmt: skip


@cache
def extractor() -> Extractor:
    return Extractor()


@cache
def another() -> Extractor:
    """One that has read other texts than the first."""
    return Extractor()


def facts(text: str, published: str | None = None) -> list[Fact]:
    return list(extractor().extract(text, published).facts)


def rows(text: str, *fields: str, published: str | None = None) -> list[tuple[str | None, ...]]:
    return [tuple(getattr(fact, field) for field in fields) for fact in facts(text, published)]


def check(document: Document, text: str) -> None:
    """What holds of every document: its facts have a figure, a sentence and an order."""
    figures = {m.id: m for m in document.mentions}
    order = [figures[fact.quantity].start for fact in document.facts]
    assert order == sorted(order)
    assert [fact.id for fact in document.facts] == [f"f{i}" for i in range(1, len(document.facts) + 1)]
    entities = {e.id for e in document.entities}
    for fact in document.facts:
        figure = figures[fact.quantity]
        assert 0 <= fact.evidence.start <= figure.start < figure.end <= fact.evidence.end <= len(text)
        assert fact.subject_entity is None or fact.subject_entity in entities
        assert "" not in (fact.subject, fact.indicator, fact.whole)
        if isinstance(figure, Quantity):
            assert {fact.value, fact.lower, fact.upper} - {None}
            assert (fact.value or "").lstrip("-") == (figure.value or "").lstrip("-")
            assert fact.unit in (figure.unit, "位")
        assert fact.reason


# ----------------------------------------------------------------------------------------------------------- properties


@settings(max_examples=150, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_total_on_pieces(text: str) -> None:
    document = extractor().extract(text)
    check(document, text)
    VALIDATOR.validate(json.loads(document.to_json()))


@settings(max_examples=100, deadline=None)
@given(st.text(max_size=80))
def test_total_on_any_text(text: str) -> None:
    check(extractor().extract(text), text)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
def test_same_each_time(text: str) -> None:
    assert another().extract(text).facts == extractor().extract(text).facts


@pytest.mark.parametrize("path", sorted((Path(__file__).parent.parent / "corpus").glob("*.txt")), ids=lambda p: p.stem)
def test_articles(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    check(extractor().extract(text), text)


# ------------------------------------------------------------------------------------------------------------ subjects


def test_topic_goes_through_commas_and_sentences() -> None:
    text = "2024年，长春市绿园区有企业300家，工业产值达56亿元。新增就业2万人。"
    assert rows(text, "subject", "time") == [("长春市绿园区", "2024")] * 3


def test_pronoun_stands_for_the_company() -> None:
    text = "深圳华兴电子有限公司去年营收3亿元。该公司有员工500人。"
    assert {fact.subject for fact in facts(text)} == {"深圳华兴电子有限公司"}
    assert facts(text)[1].confidence == "inherited"


def test_whole_city_is_the_place_in_the_title() -> None:
    text = "2024年临溪市经济运行情况\n\n全市实现地区生产总值120亿元，同比增长5%。\n"
    assert rows(text, "subject") == [("临溪市",), ("临溪市",)]


def test_nothing_is_invented() -> None:
    (fact,) = facts("达300家。")
    assert (fact.subject, fact.indicator, fact.time, fact.confidence) == (None, None, None, "guessed")


def test_speaker_is_not_what_is_spoken_of_by_observers() -> None:
    text = "长春市统计局统计，今年新增企业300家。"
    assert facts(text)[0].subject != "长春市统计局"


# ----------------------------------------------------------------------------------------------------------------- time


def test_time_ends_with_its_topic() -> None:
    text = "2024年，长春市绿园区有企业300家。深圳华兴电子有限公司有员工500人。"
    assert rows(text, "time") == [("2024",), (None,)]


def test_dateline_governs_nothing() -> None:
    assert facts("本报长春4月2日电（记者王明）全区企业达300家。", "2024-04-02")[0].time is None


def test_time_of_comparison_governs_its_clause_only() -> None:
    text = "2025年1—6月，公司净利润1.98亿元，上年同期为2.04亿元；总资产57亿元。"
    assert rows(text, "time", published="2025-08-22") == [
        ("2025-01/2025-06",),
        ("2024-01/2024-06",),
        ("2025-01/2025-06",),
    ]


def test_ends_of_a_move_have_their_times() -> None:
    text = "“十四五”期间，产值从299.3亿元跃升至391亿元。"
    assert rows(text, "time", "indicator") == [("2021", "产值"), ("2025", "产值")]


# ---------------------------------------------------------------------------------------------------------------- basis


def test_bare_growth_shares_the_basis_before_it() -> None:
    text = "全市生产总值同比增长5.6%。其中，第一产业增长3.7%，第二产业增长6.1%。"
    assert rows(text, "basis") == [("yoy",)] * 3


def test_basis_in_points_is_not_shared() -> None:
    text = "增速比上半年加快0.2个百分点，工业增长3%。"
    assert rows(text, "basis", published="2025-10-24") == [("2025-40",), (None,)]


# ---------------------------------------------------------------------------------------------------------------- pairs


def test_pairs_by_a_list() -> None:
    text = "城镇居民、农村居民人均可支配收入分别为4.02万元和2.1万元。"
    assert rows(text, "indicator") == [("城镇居民人均可支配收入",), ("农村居民人均可支配收入",)]


def test_pairs_with_what_was_told_before() -> None:
    text = "全港完成货物吞吐量8436万吨、集装箱吞吐量126.5万标准箱，分别增长4.4%和13.8%。"
    assert rows(text, "type", "indicator")[2:] == [("change", "货物吞吐量"), ("change", "集装箱吞吐量")]


def test_pairs_end_with_what_the_last_item_has() -> None:
    text = "新能源汽车、工业机器人、锂离子电池产量分别增长31.5%、24.8%和19.6%。"
    assert rows(text, "indicator") == [("新能源汽车产量",), ("工业机器人产量",), ("锂离子电池产量",)]


# ---------------------------------------------------------------------------------------------------------------- kinds


def test_plan_reaches_to_the_end_of_its_sentence() -> None:
    text = "2030年，园区力争产值达300亿元，新增企业20家。现有企业60家。"
    assert rows(text, "type") == [("target",), ("target",), ("level",)]


def test_plan_ends_where_something_has_come_about() -> None:
    assert rows("预计产值达5亿元，目前已有企业20家。", "type") == [("target",), ("level",)]


def test_hypothesis_is_marked() -> None:
    (fact,) = facts("如果电价再涨，成本将多出300万元。")
    assert fact.type == "target"
    assert "hypothetical" in fact.reason


def test_denial_is_marked() -> None:
    (fact,) = facts("全年营收未达1000万元。")
    assert (fact.type, fact.mod) == ("level", "LESS_THAN")
    assert "negated" in fact.reason


def test_no_facts() -> None:
    assert not facts("历经34年积淀，三大产业协同发力，第一批项目获批，连续七年获评先进。")


# --------------------------------------------------------------------------------------------------------------- tables


def test_table_with_bars() -> None:
    text = (
        "2024年临溪市财政主要指标\n\n指标 | 绝对量（亿元） | 同比增长（%）\n"
        "一般公共预算收入 | 238.6 | 4.1\n住户存款余额 | 4,105.9 | -1.8\n"
    )
    assert rows(text, "indicator", "type", "value", "basis", "time") == [
        ("一般公共预算收入", "level", "23860000000", None, "2024"),
        ("一般公共预算收入", "change", "4.1", "yoy", "2024"),
        ("住户存款余额", "level", "410590000000", None, "2024"),
        ("住户存款余额", "change", "-1.8", "yoy", "2024"),
    ]


def test_table_of_years() -> None:
    text = "指标 | 2023 | 2024\n--- | --- | ---\n企业数（个） | 28338 | 32857\n"
    assert rows(text, "indicator", "time", "value", "unit") == [
        ("企业数", "2023", "28338", "{个}"),
        ("企业数", "2024", "32857", "{个}"),
    ]


# ---------------------------------------------------------------------------------------------------- rules and reasons


def test_explains_facts() -> None:
    explanation = extractor().explain("全区产值同比增长18%。")
    finding = explanation.fact("f1")
    assert finding.claim is not None
    assert finding.claim.rule == "change.verb"
    assert finding.claim.file == "rules/facts/change.yml"
    assert finding.claim.text == "同比增长18%"
    assert "change.verb" in str(explanation)
    with pytest.raises(KeyError):
        explanation.fact("f2")


def test_a_rule_of_ones_own(tmp_path: Path) -> None:
    (tmp_path / "facts").mkdir()
    (tmp_path / "facts" / "mine.yml").write_text(
        'layer: mentions\ndefs: {word: 蹿}\nrules:\n- id: mine.leap\n  pattern: "< {w:word} {q:@rate} >"\n  anchor: w\n'
        '  emit: {type: change, sign: "+", basis: yoy}\n',
        encoding="utf-8",
    )
    assert facts("销量蹿18%。")[0].type == "level"
    (fact,) = Extractor(tmp_path).extract("销量蹿18%。").facts
    assert (fact.type, fact.basis, fact.rule, fact.indicator) == ("change", "yoy", "mine.leap", "销量")


@pytest.mark.parametrize(
    ("pattern", "told"),
    [("< {w:word} {q:@rat} >", "unknown kind"), ("< {w:word} {q:rate} >", "unknown sub-pattern")],
)
def test_mistakes_are_told_with_their_place(tmp_path: Path, pattern: str, told: str) -> None:
    (tmp_path / "mine.yml").write_text(
        f'layer: mentions\ndefs: {{word: 蹿}}\nrules:\n- id: mine.leap\n  pattern: "{pattern}"\n  anchor: w\n'
        "  emit: {type: change}\n",
        encoding="utf-8",
    )
    with pytest.raises(RuleError, match=told) as caught:
        Extractor(tmp_path)
    assert "mine.yml:5" in str(caught.value)


def test_without_the_rules_there_are_no_facts(tmp_path: Path) -> None:
    ids = sorted(_ids())
    (tmp_path / "off.yml").write_text(f"disable: [{', '.join(ids)}]\n", encoding="utf-8")
    assert Extractor(tmp_path).extract("企业300家。").facts == ()


def _ids() -> list[str]:
    from zhextract.rules.build import builtin_folder
    from zhextract.rules.load import load

    source = load([builtin_folder()])
    return [rule for rule, layer in source.layers.items() if layer == "mentions"]


# -------------------------------------------------------------------------------------------------------------- things


THINGS = [
    ("新投用的5号泊位岸线长420米，前沿水深18米。", ["5号泊位", "5号泊位"]),
    ("第二代早熟品种“岭麦6号”生育期仅220天，亩产达610公斤。", ["岭麦6号", "岭麦6号"]),
    ("恒岭能源的“牧光互补”电站建成并网。该项目占地800亩。", ["牧光互补电站"]),
    ("全昌电子、海拓科技合建的云麓产业园，占地260亩。", ["云麓产业园"]),
    ("2022年动工的临溪支线全长9公里，设5个车站。", ["临溪支线", "临溪支线"]),
    ("台股上市公司总市值达70兆元。新台币第1季升值5%。", ["台股上市公司", "新台币"]),
    ("原材料方面，今年纸浆价格上涨4%。", ["纸浆"]),
    ("种粮大户刘广田今年种了320亩，亩均产量1100斤。", ["刘广田", "刘广田"]),
    ("“揭榜挂帅”项目31个，新增生产线5条。", [None, None]),
    ("投资6000万元的脐橙分选中心在石桥镇投用，日处理鲜果120吨。", ["脐橙分选中心", "脐橙分选中心"]),
    ("兴建中的“青禾苑”是全市首座青年社宅，基地面积1200坪，可提供280户。", ["青禾苑", "青禾苑"]),
    ("公司上月获批合约。缆车系统全长2.6公里，设3个车站。", ["缆车系统", "缆车系统"]),
    ("农村公路全长1200公里。", [None]),
    ("拓元科技、云峦精工等38家供应商落户云湖高新区，配套率达50%。", ["云湖高新区", "云湖高新区"]),
    ("华岚证券将拓元科技目标价由85元上调至102元。", ["拓元科技", "拓元科技"]),
    ("62岁的村民马长河说。今年，他家的水稻亩产1300斤。", ["马长河"]),
    ("南浦国际机场开通航线120条。海峡航空、星宇航空等8家公司在此运营。", ["南浦国际机场", "南浦国际机场"]),
]


@pytest.mark.parametrize(("text", "subjects"), THINGS, ids=[text[:8] for text, _ in THINGS])
def test_things_that_are_named_are_subjects(text: str, subjects: list[str | None]) -> None:
    assert [fact.subject for fact in facts(text)] == subjects


def test_heads_stand_for_what_was_named() -> None:
    text = "当局拟展开云塘新市镇第二期工程。文件指，工程涉及土地310公顷。云塘新市镇位于北岸。"
    assert rows(text, "subject") == [("云塘新市镇第二期工程",)]


def test_interviews_are_about_the_body_of_who_is_asked() -> None:
    text = "——专访锦江纺织商会会长林志远\n\n林志远：我们2011年只有三十来家会员。会员企业研发强度只有1.4%。"
    assert len({fact.subject for fact in facts(text)} - {"会员企业"}) == 1
    assert all("锦江纺织商会" in (fact.subject or "") for fact in facts(text)[:1])


def test_sides_of_a_business_are_no_subjects() -> None:
    text = "恒远科技股份有限公司上半年营收8亿元，美国客户占40%。其中华南市场收入增长两倍。第二季度营业收入5亿元。"
    assert {fact.subject for fact in facts(text, "2025-10-20")} == {"恒远科技股份有限公司"}


def test_a_time_of_comparison_holds_for_its_clause() -> None:
    text = "2025年上半年，现金流净额3亿元，上年同期为1.2亿元。基本每股收益0.5元。"
    assert [fact.time for fact in facts(text)] == ["2025-40", "2024-40", "2025-40"]


def test_a_section_on_what_is_planned_has_targets() -> None:
    text = (
        "云岭县政府工作报告\n\n一、2025年工作回顾\n\n全年新建学校5所。\n\n二、2026年工作安排\n\n"
        "新建学校6所，已开工2所。\n\n三、自身建设\n\n办结提案120件。"
    )
    assert rows(text, "value", "type") == [("5", "level"), ("6", "target"), ("2", "level"), ("120", "level")]


def test_pairs_with_times() -> None:
    text = "2022年、2023年和2024年，云岭县产值分别为86亿元、104亿元和131亿元。"
    assert rows(text, "indicator", "time") == [("产值", "2022"), ("产值", "2023"), ("产值", "2024")]


def test_results_that_are_made_public_are_of_their_time() -> None:
    text = "拓元科技6日公布第三季财报。出货放量，单季营收48亿元，毛利率30%，较上季提升1个百分点。"
    found = [("2025-35", None), ("2025-35", None), ("2025-35", "mom")]
    assert rows(text, "time", "basis", published="2025-11-06") == found


def test_paragraphs_that_part_figures_go_on_with_the_time() -> None:
    text = "2025年上半年，全省出口16亿元。\n\n从市场看，对欧洲出口5亿元。\n\n跨境电商进出口3亿元。"
    assert [fact.time for fact in facts(text)] == ["2025-40", "2025-40", None]


def test_a_turn_tells_what_a_rate_is_of() -> None:
    assert rows("加工贸易则有所回落，同比下降3.2%。", "indicator", "value") == [("加工贸易", "-3.2")]


def test_households_and_heads() -> None:
    assert [fact.indicator for fact in facts("云岭村有3个组，全村312户、1186人。")][1:] == ["户数", "人口"]
