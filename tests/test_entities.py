"""What names stand for, through the whole extractor: aliases, chains of places, ids and fullest names."""

from __future__ import annotations

from functools import cache
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from zhextract import Document, Extractor
from zhextract.records import EntityMention

CORPUS = sorted((Path(__file__).parent.parent / "corpus").glob("*.txt"))


@cache
def extractor() -> Extractor:
    return Extractor()


def extract(text: str) -> Document:
    return extractor().extract(text)


def names(document: Document) -> list[EntityMention]:
    return [m for m in document.mentions if isinstance(m, EntityMention)]


def surfaces(document: Document) -> dict[str, list[str]]:
    """The name of each entity and the texts of its mentions, in order."""
    of = {e.id: e.name for e in document.entities}
    out: dict[str, list[str]] = {}
    for m in names(document):
        out.setdefault(of[m.entity], []).append(m.text)
    return out


# ------------------------------------------------------------------------------------------------------------- aliases

FULL = "临川澜图新材料股份有限公司"
DEFINED = [
    (f"{FULL}（以下简称“澜图新材”）中标。", "澜图新材", FULL),
    (f"{FULL}（下称“澜图新材”）中标。", "澜图新材", FULL),
    (f"{FULL}（简称澜图新材）中标。", "澜图新材", FULL),
    (f"{FULL}（“澜图新材”）中标。", "澜图新材", FULL),
    ("北麓光電研究所（以下簡稱「北光所」）承建。", "北光所", "北麓光电研究所"),
    ("北麓光電研究所（「北光所」）承建。", "北光所", "北麓光电研究所"),
    ("临川市农业机械厂（原名红旗农机厂）改制。", "红旗农机厂", "临川市农业机械厂"),
    ("云湖高新技术产业开发区（简称“云湖高新区”）成立。", "云湖高新区", "云湖高新技术产业开发区"),
]
OTHER_FORMS = [
    (f"{FULL}（英文名Lantu Materials）中标，Lantu Materials盈利。", "Lantu Materials", FULL),
    (f"{FULL}（Lantu Materials）中标。", "Lantu Materials", FULL),
    ("北麓大学的前身是西川理工学院。", "西川理工学院", "北麓大学"),
    ("锦穗集团，前身为云岭红旗第一机械厂，去年上市。", "云岭红旗第一机械厂", "锦穗集团"),
    ("锦穗科技（002415.SZ）涨停，002415.SZ成交放大。", "002415.SZ", "锦穗科技"),
    ("錦穗科技（2399-TW）漲停。", "2399-TW", "锦穗科技"),
    ("锦穗科技（2399）涨停，指数收2399点。", "2399", "锦穗科技"),
    ("锦穗集团（港交所：0799）复牌。", "0799", "锦穗集团"),
]


@pytest.mark.parametrize(("text", "alias", "name"), OTHER_FORMS)
def test_former_names_foreign_names_and_codes_are_aliases(text: str, alias: str, name: str) -> None:
    (entity,) = [e for e in extract(text).entities if e.name == name]
    assert alias in entity.aliases


def test_digits_of_a_code_are_figures_elsewhere() -> None:
    document = extract("锦穗科技（2399）涨停，成交2399万元。")
    assert [m.text for m in document.mentions] == ["锦穗科技", "2399万元"]


PLACES_OF_USE = ["今年，{}盈利。", "记者走进{}的车间。", "与{}签约。", "“{}”增长3%。", "\n{}\n"]


@pytest.mark.parametrize(("definition", "alias", "name"), DEFINED)
@pytest.mark.parametrize("use", PLACES_OF_USE)
def test_an_alias_links_everywhere(definition: str, alias: str, name: str, use: str) -> None:
    document = extract(definition + use.format(alias))
    assert surfaces(document) == {name: [name, alias, alias]}
    (entity,) = document.entities
    assert (entity.name, entity.aliases) == (name, (alias,))


def test_an_alias_links_before_its_definition_and_in_the_title() -> None:
    document = extract(f"澜图新材扩产\n\n{FULL}（以下简称“澜图新材”）中标。\n\n澜图新材称，产能翻番。")
    assert surfaces(document) == {FULL: ["澜图新材", FULL, "澜图新材", "澜图新材"]}


def test_an_alias_links_in_the_other_script() -> None:
    document = extract("北麓光电研究所（简称“北光所”）承建。\n北麓光電研究所擴編。")
    assert surfaces(document) == {"北麓光电研究所": ["北麓光电研究所", "北光所", "北麓光电研究所"]}


def test_a_short_alias_is_not_part_of_another_word() -> None:
    document = extract(f"{FULL}（以下简称“澜图”）中标。澜图新区域调整，子公司盈利，澜图盈利。")
    assert surfaces(document)[FULL][-1] == "澜图"
    assert all(m.text in (FULL, "澜图") for m in names(document))


def test_a_company_that_is_the_company() -> None:
    """Where the article says so, the company is one; another company, a subsidiary, is not."""
    document = extract("星翎汽车有限公司（以下简称“公司”）扩产。公司去年盈利，子公司和该公司今年盈利。")
    assert surfaces(document) == {"星翎汽车有限公司": ["星翎汽车有限公司", "公司", "公司"]}


NO_ALIASES = ["工程简称“三横两纵”。", "三项改革（“一单五清”）推行。", "（简称“老三样”）", "简称问题"]


@pytest.mark.parametrize("text", NO_ALIASES)
def test_an_alias_of_no_name_is_none(text: str) -> None:
    assert not extract(text).entities


# -------------------------------------------------------------------------------------------------------------- places


def test_a_chain_is_one_name() -> None:
    document = extract("吉林省长春市绿园区的企业。长春市绿园区增长，绿园区扩容，绿园升级。")
    full = "吉林省长春市绿园区"
    assert surfaces(document) == {full: [full, "长春市绿园区", "绿园区", "绿园"]}


def test_neighbours_are_no_chain() -> None:
    assert list(surfaces(extract("中国东北、长春和四平"))) == ["中国", "东北", "长春", "四平"]


def test_districts_of_one_name_are_two() -> None:
    document = extract("江苏省南京市鼓楼区和福建省福州市鼓楼区。")
    assert list(surfaces(document)) == ["江苏省南京市鼓楼区", "福建省福州市鼓楼区"]


@pytest.mark.parametrize("chain", ["长春市朝阳区", "北京市朝阳区", "南京市鼓楼区", "徐州市鼓楼区"])
def test_a_district_follows_its_city(chain: str) -> None:
    document = extract(f"{chain}的企业增长。{chain[3:]}扩容。")
    assert surfaces(document) == {chain: [chain, chain[3:]]}


def test_an_ambiguous_word_is_no_place() -> None:
    assert not extract("朝阳产业兴起，合作共赢，资源整合，和平发展").entities


def test_the_seat_is_not_its_office() -> None:
    document = extract("云湖高新区扩容，云湖高新区管委会表示。云湖高新区增长。")
    assert surfaces(document) == {"云湖高新区": ["云湖高新区"] * 2, "云湖高新区管委会": ["云湖高新区管委会"]}


# ----------------------------------------------------------------------------------------------------- ids, run to run


def test_a_person_is_one() -> None:
    document = extract("总经理林宏远介绍，订单排到明年。“还要扩产。”林宏远说。\n图为林宏远在车间。")
    assert surfaces(document) == {"林宏远": ["林宏远"] * 3}
    assert names(document)[0].title == "总经理"


def test_ids_are_in_the_order_of_the_text() -> None:
    document = extract("临川大学、北麓大学和澜江学院。北麓大学和临川大学。")
    assert [m.entity for m in names(document)] == ["e1", "e2", "e3", "e2", "e1"]
    assert [e.id for e in document.entities] == ["e1", "e2", "e3"]


@pytest.mark.parametrize("path", CORPUS, ids=lambda path: path.stem)
def test_the_corpus_is_sound(path: Path) -> None:
    text = path.read_bytes().decode("utf-8")
    document = sound(text)
    assert document == Extractor().extract(text) == extractor().extract(text)


# ---------------------------------------------------------------------------------------------------- whatever the text

NAMED = """
临川澜图新材料股份有限公司|（以下简称“澜图新材”）|澜图新材|该公司|北麓光电研究所|（简称北光所）|北光所|（「北光所」）
总经理林宏远|林宏远说|林宏遠|記者方若瀾|、陶七贤|文/冀文澜|约翰·卡特|长春市|绿园区|长春市绿园区|吉林省长春市|绿园
鼓楼区|南京市鼓楼区|福州市鼓楼区|台南市|新市區|临樟市|澜溪镇|桐坞村|云湖高新区|云湖高新区管委会|临川大学|联合实验室
三一重工|一汽|六安市|九江|第一财经|7-Eleven|C919|《云湖区促进条例》|（以下简称“条例”）|3家企业|2025年|增长5%
培育了云峦、锦穗、拓石等一批骨干企业|星翎、博远等车企|北麓大学和临川大学|公司|集团|市|區|的|和|说|表示
，|。|、|（|）|“|”|(|)| |·
"""
PARTS = [*NAMED.strip("\n").replace("\n", "|").split("|"), "\n", "\n\n"]
press = st.lists(st.sampled_from(PARTS) | st.text(max_size=2), max_size=16).map("".join)


def sound(text: str) -> Document:
    """The document of a text, whose names and entities fit together."""
    document = extract(text)
    mentions = names(document)
    assert all(a.end <= b.start for a, b in pairwise(document.mentions))
    clean = extractor().normalize(text).text
    of: dict[str, str] = {}
    for m in mentions:
        assert of.setdefault(m.text, m.entity) == m.entity, f"{m.text} is two things"
    assert [e.id for e in document.entities] == [f"e{i}" for i in range(1, len(document.entities) + 1)]
    assert list(dict.fromkeys(m.entity for m in mentions)) == [e.id for e in document.entities]
    for e in document.entities:
        own = {m.text for m in mentions if m.entity == e.id}
        assert own
        assert e.name in own or (e.name in clean and any(e.name.startswith(s) for s in own))
        codes = set(e.aliases) - own  # of a company on an exchange: no mentions
        assert set(e.aliases) - codes == own - {e.name}
        assert all(code in clean and not code.isalpha() for code in codes)
        assert len(set(e.aliases)) == len(e.aliases)
        assert {m.label for m in mentions if m.entity == e.id} == {e.label}
    return document


@given(press)
@settings(deadline=None, max_examples=300, suppress_health_check=[HealthCheck.too_slow])
def test_names_and_entities_fit(text: str) -> None:
    document = sound(text)
    assert Document.from_json(document.to_json()) == document
