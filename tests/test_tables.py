"""Tables: their structure, and the units that heads, unit columns and captions give to numbers."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from typing import NamedTuple

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhextract import Extractor, tables
from zhextract.records import Quantity


@cache
def extractor() -> Extractor:
    return Extractor()


def quantities(text: str) -> list[Quantity]:
    return [m for m in extractor().extract(text).mentions if isinstance(m, Quantity)]


def cells(text: str) -> list[tuple[str, str | None, str]]:
    """The source, value and unit of each figure that a table told."""
    return [(text[q.start : q.end], q.value, q.unit) for q in quantities(text) if q.rule == "table.cell"]


def grid(text: str) -> list[list[list[str]]]:
    return [[[text[c.start : c.end] for c in row] for row in table.rows] for table in tables.find(text)]


# -- structure ---------------------------------------------------------------------------------------------------


def test_no_table_without_separators() -> None:
    assert not tables.present("全市实现产值12.5亿元。\n增长3%。\n")
    assert tables.find("全市实现产值12.5亿元。\n增长3%。\n") == []


def test_plain_bars() -> None:
    text = "前言。\n指标 | 数值\n产值 | 12\n后记。\n"
    assert grid(text) == [[["指标", "数值"], ["产值", "12"]]]
    [table] = tables.find(text)
    assert table.heads == 1
    assert [text[c.start : c.end] for c in table.above] == ["前言。"]
    assert [text[c.start : c.end] for c in table.column_head(1)] == ["数值"]
    assert [text[c.start : c.end] for c in table.row_head(text, 1)] == ["产值"]


def test_markdown() -> None:
    text = "| 指标 | 数值 |\n| :-- | --: |\n| 产值 | **12** |\n|  | 3 |\n"
    assert grid(text) == [[["指标", "数值"], ["产值", "12"], ["", "3"]]]
    assert tables.find(text)[0].heads == 1


def test_frame_is_one_of_all_rows() -> None:
    assert grid(" | 甲 | 乙\n丙 | 1 | 2\n") == [[["", "甲", "乙"], ["丙", "1", "2"]]]


def test_drawn_grid() -> None:
    assert grid("+---+---+\n| 甲 | 乙 |\n+---+---+\n| 丙 | 1 |\n+---+---+\n") == [[["甲", "乙"], ["丙", "1"]]]


def test_tabs_need_two_rows() -> None:
    assert tables.find("甲\t1\n") == []
    assert tables.find("\t段首缩进。\n\t又一段。\n") == []
    assert grid("甲\t1\n乙\t2\n") == [[["甲", "1"], ["乙", "2"]]]


def test_doubled_tabs_only_line_up() -> None:
    assert grid("甲\t\t1\n乙丙\t2\n") == [[["甲", "1"], ["乙丙", "2"]]]
    assert grid("甲\t\t1\n乙\t5\t2\n") == [[["甲", "", "1"], ["乙", "5", "2"]]]


def test_gaps_part_columns_of_figures() -> None:
    text = "指标　　　绝对数　　比上年增长（%）\n产值（亿元）　　38.4　　5.2\n工资（元）　45210　　-2.3\n"
    assert cells(text) == [
        ("38.4", "3840000000", "CNY"), ("5.2", "5.2", "%"), ("45210", "45210", "CNY"), ("-2.3", "-2.3", "%")
    ]  # fmt: skip
    assert tables.find("　　段首缩进。\n　　又一段  有空隙。\n　　第三段。\n") == []
    assert tables.find("新品上市  欢迎选购\n本店电话  12345\n") == []


def test_two_tables_after_one_another() -> None:
    text = "户数（户） | 甲\n乙 | 1\n\n产值（元） | 甲\n乙 | 2\n"
    assert len(tables.find(text)) == 2


def test_blank_line_between_rows() -> None:
    assert len(tables.find("项目 | 数\n甲 | 1\n\n乙 | 2\n")) == 1


def test_heads_over_heads() -> None:
    text = "指标 | 2024年 | | 2023年 |\n | 产值 | 增速 | 产值 | 增速\n甲 | 1 | 2 | 3 | 4\n"
    [table] = tables.find(text)
    assert table.heads == 2
    assert [text[c.start : c.end] for c in table.column_head(2)] == ["2024年", "增速"]


def test_years_as_heads() -> None:
    assert tables.find("地区\t2023\t2024\n东岭\t12\t15\n")[0].heads == 1
    assert tables.find("产量(吨) | 2012\n销量(吨) | 1856\n")[0].heads == 0


# -- figures -----------------------------------------------------------------------------------------------------


class Case(NamedTuple):
    text: str
    found: list[tuple[str, str | None, str]]


CASES = {
    "column heads": Case(
        "指标 | 绝对量（亿元） | 同比增长（%）\n预算收入 | 238.6 | 4.1\n预算支出 | 397.2 | -1.8\n",
        [
            ("238.6", "23860000000", "CNY"),
            ("4.1", "4.1", "%"),
            ("397.2", "39720000000", "CNY"),
            ("-1.8", "-1.8", "%"),
        ],
    ),
    "row heads": Case(
        "企业数（个） | 28338 | 32857\n从业人员（万人） | 12.5 | 13.1\n",
        [
            ("28338", "28338", "{个}"),
            ("32857", "32857", "{个}"),
            ("12.5", "125000", "{人}"),
            ("13.1", "131000", "{人}"),
        ],
    ),
    "one line": Case(
        "进口额（亿元） | 856.3\n",
        [
            ("856.3", "85630000000", "CNY"),
        ],
    ),
    "one line without a unit": Case(
        "云岭要闻 | 2024 | 35\n",
        [],
    ),
    "row and column heads": Case(
        "指标 | 总量 | 增速（%）\n营业收入（万元） | 3,860 | 5.2\n失业率（%） | 4.9 | -0.1\n",
        [
            ("3,860", "38600000", "CNY"),
            ("5.2", "5.2", "%"),
            ("4.9", "4.9", "%"),
            ("-0.1", "-0.1", "%"),
        ],
    ),
    "rate without a unit": Case(
        "指标 | 总量 | 增速\n营业收入（万元） | 3,860 | 5.2\n",
        [
            ("3,860", "38600000", "CNY"),
            ("5.2", "5.2", "1"),
        ],
    ),
    "markdown, full width, traditional": Case(
        "單位：億元、％\n"
        "| 項目 | 金額 | 占比 | 增速 |\n"
        "|---|---:|---:|---|\n"
        "| 稅收 | １,２３４.５ | 71.2 | −3.4 |\n"
        "| 規費 | 499 |  | — |\n",
        [
            ("１,２３４.５", "123450000000", "CNY"),
            ("71.2", "71.2", "%"),
            ("−3.4", "-3.4", "%"),
            ("499", "49900000000", "CNY"),
        ],
    ),
    "full-width bars, currency": Case(
        "單位：港幣百萬元\n｜項目｜2023年｜2024年｜\n｜收入｜1,234｜8.5｜\n｜撥備｜-12｜－｜\n",
        [
            ("1,234", "1234000000", "HKD"),
            ("8.5", "8500000", "HKD"),
            ("-12", "-12000000", "HKD"),
        ],
    ),
    "title with a unit": Case(
        "表2　规上工业企业（亿元）\n\n行业\t营业收入\t同比±%\n采矿\t12.5\t-3\n制造\t256.8\t4.5\n",
        [
            ("12.5", "1250000000", "CNY"),
            ("-3", "-3", "%"),
            ("256.8", "25680000000", "CNY"),
            ("4.5", "4.5", "%"),
        ],
    ),
    "numbers, codes and ranks of rows": Case(
        "序号 | 股票代码 | 公司 | 市值（亿元） | 排名\n"
        "1 | 600123 | 甲川重工 | 356.7 | 1\n"
        "2 | 000456 | 乙岭药业 | 12.5 | 2\n",
        [
            ("356.7", "35670000000", "CNY"),
            ("12.5", "1250000000", "CNY"),
        ],
    ),
    "ranks as a row": Case(
        "排名 | 1 | 2\n得分 | 98.5 | 97\n",
        [
            ("98.5", "98.5", "1"),
            ("97", "97", "1"),
        ],
    ),
    "column of units": Case(
        "指标 | 单位 | 2024年 | 同比增长（%）\n"
        "粮食 | 万吨 | 356.2 | 1.9\n"
        "企业 | 个 | 3,120 | -0.5\n"
        "电价 | 元/千瓦时 | 0.42 | —\n",
        [
            ("356.2", "3562000", "t"),
            ("1.9", "1.9", "%"),
            ("3,120", "3120", "{个}"),
            ("-0.5", "-0.5", "%"),
            ("0.42", "0.42", "CNY/(kW.h)"),
        ],
    ),
    "column of units without a head": Case(
        "发电量 | 亿千瓦时 | 128.6\n",
        [
            ("128.6", "12860000000", "kW.h"),
        ],
    ),
    "no unit": Case(
        "地区\t得分\n东岭\t12\n西岭\t16.5\n",
        [
            ("12", "12", "1"),
            ("16.5", "16.5", "1"),
        ],
    ),
    "units after a sign": Case(
        "| 产品 | 产量/万吨 | 出口额，亿美元 | 单价 元/吨 | 比重% |\n"
        "|:-:|:-:|:-:|:-:|:-:|\n"
        "| 钢材 | **1200** | 3.5 | 3860 | 12 |\n",
        [
            ("1200", "12000000", "t"),
            ("3.5", "350000000", "USD"),
            ("3860", "3860", "CNY/t"),
            ("12", "12", "%"),
        ],
    ),
    "heads that are units": Case(
        "项目 | 户数 | 金额\n | 户 | 万元\n甲 | 35 | 12.5\n",
        [
            ("35", "35", "{户}"),
            ("12.5", "125000", "CNY"),
        ],
    ),
    "scale word in the cell": Case(
        "城市 | 人口（人）\n东岭 | 2.3万\n西岭 | 9万余\n",
        [
            ("2.3万", "23000", "{人}"),
            ("9万余", "90000", "{人}"),
        ],
    ),
    "year column": Case(
        "年份\t产值（亿元）\n2021\t33\n2022\t34.5\n",
        [
            ("33", "3300000000", "CNY"),
            ("34.5", "3450000000", "CNY"),
        ],
    ),
    "year column without a head": Case(
        " | 产值（亿元）\n2021 | 33\n2022 | 34.5\n",
        [
            ("33", "3300000000", "CNY"),
            ("34.5", "3450000000", "CNY"),
        ],
    ),
    "corner": Case(
        "项目（万元） | 2023年 | 2024年\n甲桥 | 12 | 13\n",
        [
            ("12", "120000", "CNY"),
            ("13", "130000", "CNY"),
        ],
    ),
    "physical units": Case(
        "月份 | 气温（℃） | 降水（毫米）\n1月 | -12.5 | 3\n",
        [
            ("-12.5", "-12.5", "Cel"),
            ("3", "3", "mm"),
        ],
    ),
    "signs": Case(
        "指标 | 增减（个百分点）\n甲 | +2.1\n乙 | －0.3\n",
        [
            ("+2.1", "2.1", "{百分点}"),
            ("－0.3", "-0.3", "{百分点}"),
        ],
    ),
    "unit of no scheme": Case(
        "单位：万元\n姓名 | 奖金 | 得分（分）\n沈川 | 2 | 98.5\n",
        [
            ("2", "20000", "CNY"),
            ("98.5", "98.5", "1"),
        ],
    ),
    "no figures": Case(
        "项目 | 数（个）\n甲 | —\n乙 | …\n丙 | N/A\n丁 | \n戊 | 00123\n己 | 2024-05-01\n",
        [],
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_cells(name: str) -> None:
    case = CASES[name]
    assert cells(case.text) == case.found


@pytest.mark.parametrize("name", CASES)
def test_heads_are_no_amounts(name: str) -> None:
    text = CASES[name].text
    assert [q.text for q in quantities(text) if q.rule != "table.cell"] == []


def test_own_unit_stays() -> None:
    text = "指标 | 数值（亿元）\n产值 | 12\n产量 | 12万吨\n增速 | 5.6%\n户数 | 35户\n"
    found = [(q.text, q.value, q.unit, q.rule) for q in quantities(text)]
    assert found == [
        ("12", "1200000000", "CNY", "table.cell"),
        ("12万吨", "120000", "t", "measure.amount"),
        ("5.6%", "5.6", "%", "measure.amount"),
        ("35户", "35", "{户}", "count.amount"),
    ]


def test_ranges_and_modifiers() -> None:
    text = "路段 | 造价（万元）\n甲 | 10-15\n乙 | 约12.3\n丙 | 300余\n"
    found = [(text[q.start : q.end], q.value, q.lower, q.upper, q.mod) for q in quantities(text)]
    assert found == [
        ("10-15", None, "100000", "150000", None),
        ("12.3", "123000", None, None, "APPROX"),
        ("300余", "3000000", None, None, "MORE_THAN"),
    ]


def test_kinds_and_objects() -> None:
    text = "企业数（家） | 户均（元/户）\n35 | 12\n总部企业 | 8\n"
    assert [(q.kind, q.object) for q in quantities(text)][:2] == [("count", None), ("money", None)]


def test_currency_of_the_caller() -> None:
    found = Extractor(currency="TWD").extract("項目 | 金額（億元）\n橋梁 | 3\n").mentions
    assert [q.unit for q in found if isinstance(q, Quantity)] == ["TWD"]


def test_article_around_a_table() -> None:
    table = "附表：签约项目\n单位：万元\n名称 | 投资 | 工期（月）\n甲桥 | 120 | 18\n"
    text = f"全市签约35个项目。\n{table}\n其中2个已开工，投资3亿元。"
    found = [(q.text, q.value, q.unit) for q in quantities(text)]
    assert found == [
        ("35个", "35", "{个}"),
        ("120", "1200000", "CNY"),
        ("18", "18", "mo"),
        ("2个", "2", "{个}"),
        ("3亿元", "300000000", "CNY"),
    ]


# -- anything ----------------------------------------------------------------------------------------------------

SIGNS = (
    "|",
    "｜",
    "│",
    "|---|",
    "---",
    "├──┤",
    "\t",
    "\n",
    "\n\n",
    "\r\n",
    " ",
    "\u3000",
    "*",
    ":",
    "(",
    ")",
    "+",
    "-",
    "—",
)
HEADS = (
    "（亿元）",
    "(%)",
    "单位：",
    "单位",
    "万吨",
    "个",
    "元/吨",
    "亿元",
    "%",
    "人民币",
    "序号",
    "排名",
    "增速",
    "指标",
    "甲",
)
NUMBERS = ("2023", "2024年", "12.5", "-1.8", "1,234", "１２", "0", "约", "3-5", "12万", "35户", "第一")
PIECES = st.sampled_from(SIGNS + HEADS + NUMBERS)
TEXTS = st.lists(PIECES, max_size=40).map("".join)


@given(TEXTS | st.text(alphabet="|\t\n -:1.a%()甲亿元", max_size=60))
@settings(max_examples=300, deadline=None)
def test_spans_lie_in_cells(text: str) -> None:
    clean = extractor().normalize(text)
    found = tables.find(clean.text)
    spans = [clean.map.to_source(*c) for t in found for row in t.rows for c in row if c.start < c.end]
    for table in found:
        assert all(table.rows)
        assert 0 <= table.heads < len(table.rows)
        flat = [c for row in table.rows for c in row]
        assert all(a.end <= b.start for a, b in pairwise(flat))
        assert not any("\n" in clean.text[c.start : c.end] for c in flat)
    for q in quantities(text):
        if q.rule == "table.cell":
            assert any(start <= q.start < q.end <= end for start, end in spans)
            assert q.text.strip() == q.text


@given(st.text(max_size=80))
@settings(max_examples=100, deadline=None)
def test_find_takes_anything(text: str) -> None:
    for table in tables.find(text):
        assert all(c.start <= c.end for row in table.rows for c in row)
