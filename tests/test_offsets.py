"""Whatever the text: mentions lie inside it, in order, apart; documents are sound; results depend on nothing else."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from zhextract import Document, Extractor, Quantity
from zhextract.records import json_schema

CORPUS = sorted((Path(__file__).parent.parent / "corpus").glob("*.txt"))
PUBLISHED = "2025-11-03"


def fragments(lines: str) -> list[str]:
    """The fragments of a block of lines, parted by strokes and line ends."""
    return [fragment for line in lines.strip().split("\n") for fragment in line.split("|")]


HANS = fragments("""
2024年前三季度|全市进出口总额1,260.5亿元|同比增长8.4%|比上年同期多98亿元|截至目前|园区已集聚631家高新技术企业
产值从299.3亿元跃升至391亿元|占全区三分之一|十四五期间|青澜生物招聘三四十名工程师|月薪8000元至1万元|第三批项目
临川云岭新材料股份有限公司|（简称“云岭新材”）|董事长周砚秋说|约5万吨/年|零下12℃|1-9月|2023/24年度|3小时20分
256元3角5分|两万零十五人次|壹佰贰拾万|由7%降至5.5%|去年底|4月2日上午9:30|“十五五”|一大批|301医院
新华社林州4月2日电|增长1.2个百分点|北麓光电研究所|3.2 万 平方米|20 000 套|２０２５年
""")
HANT = fragments("""
民國113年|全縣補助新臺幣3億元|受惠農戶四萬二千餘戶|114年起改為每戶5,000元|中標金額逾三千二百萬港元
較去年同期減少2成|臺南科學園區|聯禾電子股份有限公司|總經理林彥廷表示|預算四兆四千五百八十九億元|第十二屆
每坪32.8萬元|十月一日|科技成果轉化94項|乾安縣|佔地１２公頃|約百分之十二點五|半導體產業|廿五日
""")
BREAKS = ["", "\n", "\n\n", "\r\n", " ", "\u3000", *"，。；、：！,.-—～（）「」《》"]
NUMERALS = "0123456789０１２３４５６７８９一二三四五六七八九十百千万萬亿億兆两兩零〇半几幾"

press = st.sampled_from(HANS + HANT + BREAKS)
odd = st.text(max_size=6) | st.text(NUMERALS, max_size=8) | st.characters().map(lambda c: c * 2)
surrogate = st.sampled_from(["\ud800", "\udc00", "\udfff\ud800"])
anything = st.lists(press | press | press | odd | surrogate, max_size=14).map("".join)
article = st.lists(press, max_size=14).map("".join)
slow = settings(deadline=None, max_examples=200, suppress_health_check=[HealthCheck.too_slow])


@cache
def extractor() -> Extractor:
    return Extractor()


@cache
def validator() -> Any:
    return Draft202012Validator(json_schema())


def extract(text: str) -> Document:
    return extractor().extract(text, PUBLISHED)


@slow
@given(anything)
def test_places(text: str) -> None:
    """Mentions and sentences have places in the text, in order and apart from their like."""
    document = extract(text)
    for spans in (document.mentions, document.sentences):
        assert all(0 <= span.start < span.end <= len(text) for span in spans)
        for before, after in pairwise(spans):
            assert before.end <= after.start, (before, after)
    assert document.source.chars == len(text)
    assert [m.id for m in document.mentions] == [f"m{n}" for n in range(1, len(document.mentions) + 1)]


@slow
@given(article)
def test_slices_normalize_to_their_text(text: str) -> None:
    """Where a mention was found, its source alone, breaks joined and the script told, normalizes to its text.

    It holds for text made of words. It can't hold where what changes a sign or a character stands outside the mention:
    a long dash is a minus behind a number only, and lone signs and halves of words may be thrown together at random.
    """
    document = extract(text)
    for m in document.mentions:
        if m.text[0] == "-":
            continue
        alone = extractor().normalizer.normalize(text[m.start : m.end], breaks="join", script=document.script)
        assert alone.text == m.text, (m, text[m.start : m.end])


@slow
@given(anything)
def test_documents_are_sound(text: str) -> None:
    document = extractor().extract(text, id="a", name="b.txt", encoding="utf-8")
    line = document.to_json()
    assert Document.from_json(line) == document
    assert Document.from_json(document.to_json(pretty=True)) == document
    assert "\n" not in line
    validator().validate(json.loads(line))


@slow
@given(st.lists(anything, min_size=1, max_size=4))
def test_results_depend_on_the_text_alone(texts: list[str]) -> None:
    """The same bytes when extracted again, after other texts, from other threads."""
    expected = [extract(text).to_json() for text in texts]
    assert [extract(text).to_json() for text in reversed(texts)] == expected[::-1]
    with ThreadPoolExecutor(3) as pool:
        assert list(pool.map(lambda text: extract(text).to_json(), texts)) == expected


@slow
@given(article)
def test_a_neutral_paragraph_changes_nothing_before_it(text: str) -> None:
    """It holds where the text before ends with its sentence; the words added have no script of their own."""
    text += "。"
    before, after = extract(text), extract(text + "\n\n此文到此止。\n\n后文下月再出。")
    assert after.mentions[: len(before.mentions)] == before.mentions
    assert all(m.start >= len(text) for m in after.mentions[len(before.mentions) :])


def quantities(document: Document, start: int = 0, end: int | None = None) -> list[tuple[object, ...]]:
    """The quantities of a stretch of a document, with places within the stretch."""
    return [
        (m.start - start, m.end - start, m.text, m.rule, m.value, m.lower, m.upper, m.unit, m.kind, m.mod, m.object)
        for m in document.mentions
        if isinstance(m, Quantity) and start <= m.start and (end is None or m.end <= end)
    ]


# Each is complete and names no currency or calendar for the others.
SENTENCES = {
    "hans": fragments("""
2024年前三季度，全市进出口总额1,260.5亿元，同比增长8.4%。|园区已集聚631家高新技术企业，占全区三分之一！
（记者周砚秋）项目总投资约5.6亿元，占地3.2 万 平方米。|他说：“今年要再增加两万人次。”
时速350公里的列车每天开行40多列。|票价256元5角，全程3小时20分；|产值从299.3亿元跃升至391亿元。
第三批12个项目开工，十几家企业到场。|气温降至零下12℃。|亩均产出由7万元提高到9.5万元，提高两成多。
每吨3000元至3500元。|“十四五”期间翻了一番。|301医院新增床位1200张。
"""),
    "hant": fragments("""
受惠農戶四萬二千餘戶，較去年同期減少2成。|科技成果轉化94項，成交額不足五百億元。
佔地１２公頃，約百分之十二點五為綠地。|半導體產業產值達3.2兆元！|「今年要增聘兩百名工程師。」他說。
每坪32.8萬元，漲了一成五。|共有60餘個國家、3,500家廠商參展。
"""),
}


@pytest.mark.parametrize("script", ["hans", "hant"])
@given(data=st.data())
@slow
def test_sentences_alone_give_the_same_quantities(script: str, data: st.DataObject) -> None:
    chosen = data.draw(st.lists(st.sampled_from(SENTENCES[script]), min_size=1, max_size=8))
    gap = data.draw(st.sampled_from(["", "\n", "\n\n", "\r\n\u3000\u3000"]))
    text = gap.join(chosen)
    whole = extract(text)
    at = 0
    for sentence in chosen:
        assert quantities(whole, at, at + len(sentence)) == quantities(extract(sentence))
        at += len(sentence) + len(gap)


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_sentences_of_the_corpus_alone_give_the_same_quantities(path: Path) -> None:
    """Units aside, since an article tells which yuan it means, and years of an era aside, which it must name, too."""
    text = path.read_text(encoding="utf-8")
    whole = extract(text)
    for s in whole.sentences:
        words = text[s.start : s.end]
        if any(m.rule.startswith("table.") and s.start <= m.start < s.end for m in whole.mentions):
            continue  # a row of a table has its units in the head
        here, alone = quantities(whole, s.start, s.end), quantities(extract(words))
        assert [_no_currency(q) for q in here] == [_no_currency(q) for q in alone if q in here or not _era(q)]


def _no_currency(q: tuple[object, ...]) -> tuple[object, ...]:
    return tuple("XXX" if q[8] == "money" and n == 7 else cell for n, cell in enumerate(q))


def _era(q: tuple[object, ...]) -> bool:
    return q[8] == "duration" and str(q[2]).endswith("年")
