"""Normalization: width, script, blanks, page breaks, and the map back."""

from __future__ import annotations

import json
import pickle
import random
import re
from pathlib import Path
from typing import Any

import opencc  # type: ignore[import-untyped]
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhextract.errors import RuleError, UsageError, ZhextractError
from zhextract.normalize import CONFIGS, Normalizer, NormalizeTables, check_library, compile_tables, load_tables

ROOT = Path(__file__).resolve().parent.parent
TABLES = load_tables(ROOT / "rules" / "normalize")
N = Normalizer(compile_tables(TABLES))
SEEDS = {p.stem[:3]: p.read_text(encoding="utf-8") for p in sorted((ROOT / "corpus").glob("00*.txt"))}
PLAIN = {config: Normalizer(compile_tables(NormalizeTables(), config, plain=True)) for config in CONFIGS}
DICTIONARY = Path(opencc.__file__).parent / "dictionary"
FILES = {
    "t2s": ("TSPhrases", "TSCharacters"),
    "tw2sp": ("TWPhrasesRev", "TWVariantsRevPhrases", "TWVariantsRev", "TSPhrases", "TSCharacters"),
    "hk2s": ("HKVariantsRevPhrases", "HKVariantsRev", "TSPhrases", "TSCharacters"),
}


def entries(config: str) -> list[str]:
    lines = [line for f in FILES[config] for line in (DICTIONARY / f"{f}.txt").read_text(encoding="utf-8").splitlines()]
    return [part for line in lines for part in re.split(r"[\t ]", line.strip()) if part]


# ------------------------------------------------------------------------------------------ equal to the library


@pytest.mark.parametrize("config", CONFIGS)
def test_conversion_equals_the_library_on_every_entry_and_on_the_seeds(config: str) -> None:
    library = opencc.OpenCC(config)
    for text in ("\n".join(entries(config)), *SEEDS.values()):
        assert PLAIN[config].convert(text) == library.convert(text)


@pytest.mark.parametrize("config", CONFIGS)
def test_conversion_equals_the_library_where_entries_touch(config: str) -> None:
    library = opencc.OpenCC(config)
    rows = entries(config)
    random.Random(7).shuffle(rows)
    for start in range(0, len(rows), 40):
        text = "".join(rows[start : start + 40])
        assert PLAIN[config].convert(text) == library.convert(text)


@pytest.mark.parametrize("config", CONFIGS)
def test_conversion_equals_the_library_where_phrases_overlap(config: str) -> None:
    library = opencc.OpenCC(config)
    phrases = [entry for entry in entries(config) if len(entry) > 1]
    alphabet = sorted({c for phrase in phrases for c in phrase})
    rng = random.Random(11)
    for _ in range(400):
        parts = []
        for _ in range(rng.randint(1, 8)):
            phrase = rng.choice(phrases)
            cut = rng.randint(0, len(phrase) - 1)
            parts.append(rng.choice((phrase, phrase[cut:], phrase[: cut + 1], rng.choice(alphabet))))
        text = "".join(parts)
        assert PLAIN[config].convert(text) == library.convert(text)


def test_our_own_tables_change_the_library_only_where_they_say() -> None:
    for key, text in SEEDS.items():
        ours, theirs = N.normalize(text).text, opencc.OpenCC("t2s").convert(text)
        if key == "004":
            assert re.sub(r"\s", "", ours).replace("~", "～") == re.sub(r"\s", "", theirs).replace("~", "～")


# ------------------------------------------------------------------------------------------ script


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("乾安縣的乾燥設備", "乾安县的干燥设备"),
        ("乾隆年間與乾坤", "乾隆年间与乾坤"),
        ("引領著產業升級", "引领着产业升级"),
        ("著名學者的著作成效顯著", "著名学者的著作成效显著"),
        ("瞭望塔讓人瞭解風險", "瞭望塔让人了解风险"),
        ("企畫案與規畫書", "企划案与规划书"),
        ("答覆與反覆", "答复与反复"),
        ("公里、裡面、台灣、臺灣", "公里、里面、台湾、台湾"),
        ("⻓春市綠園", "长春市绿园"),
        ("⾞站", "车站"),
    ],
)
def test_traditional_text(source: str, text: str) -> None:
    assert N.normalize(source).text == text


@pytest.mark.parametrize(
    "text",
    [
        "著名企业",
        "3台设备损坏",
        "都市圈建设",
        "乾坤湾景区",
        "李乾明、魏徵",
        "什么时候",
        "于是后来",
        "乾县",
        "文徵明",
        "计划",
        "瞭望",
    ],
)
def test_simplified_text_is_left_alone(text: str) -> None:
    normal = N.normalize(text)
    assert normal.text == text
    assert normal.script == "hans"
    assert normal.map.same


def test_simplified_text_stays_beside_one_traditional_word() -> None:
    text = "公司负责人李乾明介绍，这家设备厂开业时挂出的匾额写着「書香」，现已经营三年，产销两旺，员工达到120人。"
    normal = N.normalize(text)
    assert normal.script == "hans"
    assert normal.text == text.replace("書", "书")


@pytest.mark.parametrize(
    ("text", "script"),
    [("绿园区产业", "hans"), ("綠園區產業", "hant"), ("綠園區产业", "mixed"), ("", "hans"), ("123", "hans")],
)
def test_script(text: str, script: str) -> None:
    assert N.normalize(text).script == script


def test_script_of_the_seeds() -> None:
    assert {key: N.normalize(text).script for key, text in SEEDS.items()} == {"000": "hans", "004": "hant"}


@pytest.mark.parametrize("config", CONFIGS)
def test_converting_twice_is_converting_once(config: str) -> None:
    normalizer = Normalizer(compile_tables(TABLES, config))
    for text in ("。".join(entries(config)), *SEEDS.values()):
        once = normalizer.normalize(text, breaks="keep").text
        assert normalizer.normalize(once, breaks="keep").text == once


def test_taiwan_phrases_change_length_and_keep_places() -> None:
    normalizer = Normalizer(compile_tables(TABLES, "tw2sp"))
    source = "這個隨身碟賣300元，是網際網路的著名產品"
    normal = normalizer.normalize(source)
    assert normal.text == "这个U盘卖300元，是互联网的著名产品"
    start = normal.text.index("U盘")
    assert normal.map.to_source(start, start + 1) == (2, 5)
    start = normal.text.index("300元")
    assert source[slice(*normal.map.to_source(start, start + 4))] == "300元"


def test_no_conversion_on_request() -> None:
    assert Normalizer(compile_tables(TABLES, None)).normalize("綠園區１２").text == "綠園區12"
    with pytest.raises(UsageError, match="tw2s"):
        compile_tables(TABLES, "tw2s")


# ------------------------------------------------------------------------------------------ width, signs, blanks


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("２０２５年Ａ股（集团）增５％", "2025年A股(集团)增5%"),
        ("产值，利润：均升！？；", "产值，利润：均升！？；"),
        ("６，０００．５万元，１０：３０开会", "6,000.5万元，10:30开会"),
        ("分别为12，15，18台；2020，2021；CO2，500吨", "分别为12，15，18台；2020，2021；CO2，500吨"),
        ("１，２３４，５６７元", "1,234,567元"),
        ("约翰·史密斯与约翰‧史密斯", "约翰·史密斯与约翰·史密斯"),
        ("3～5年、3〜5年、3∼5年", "3~5年、3~5年、3~5年"),
        ("5%—10%", "5%-10%"),
        ("2019—2022年", "2019-2022年"),
        ("1–9月、6月─9月", "1-9月、6月-9月"),
        ("5万元—10万元", "5万元-10万元"),
        ("三—五年", "三-五年"),
        ("精准对接—上门服务——2025年", "精准对接—上门服务——2025年"),
        ("气温－5℃、−5℃", "气温-5℃、-5℃"),
        ("￥300", "¥300"),
        ("二○二五年、二〇二０年、二OO五年", "二〇二五年、二〇二〇年、二〇〇五年"),
        ("○○公司", "○○公司"),
        ("80㎡，3km²，5m³，10²", "80m2，3km2，5m3，10²"),
        ("1\u200b2\u200b3\ufeff万", "123万"),
        ("\ufeff标题", "标题"),
        ("甲\x00乙\x01丙\ud800丁", "甲 乙 丙\ufffd丁"),
        (".5万人、约．5万元、-.5%、报.50元", "0.5万人、约0.5万元、-0.5%、报0.50元"),
        ("1.5万、会议.5万人、No.5、v.5、1.2.3、..5、3%.5", "1.5万、会议.5万人、No.5、v.5、1.2.3、..5、3%.5"),
        ("甲\r\n乙\r丙\u2028丁", "甲\n乙\n丙\n丁"),
    ],
)
def test_signs(source: str, text: str) -> None:
    assert N.normalize(source).text == text


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("投资 15 万元", "投资15万元"),
        ("2025 年 6 月\u00a030 日", "2025年6月30日"),
        ("增长 18 %", "增长18%"),
        ("产量 1 234 567 吨", "产量1234567吨"),
        ("产量\u3000 12 345 吨", "产量12345吨"),
        ("收入 2023 2024 2025", "收入2023 2024 2025"),
        ("编号 12 3456 78", "编号12 3456 78"),
        ("标题 副题", "标题 副题"),
        ("GDP 增长 iPhone 15 Pro", "GDP 增长 iPhone 15 Pro"),
        ("共 三千 六 百户", "共 三千六百户"),
        ("占 百 分 之 七", "占 百分之七"),
        ("提高一百二十  个 百分 点", "提高一百二十个百分点"),
        ("五 又 四分 之 一", "五又四分之一"),
        ("三十 余 万", "三十余万"),
        ("二点 五个百分点", "二点五个百分点"),
        ("六 七 八 九 十 十一", "六 七 八 九 十 十一"),
        ("一百 三百 五百", "一百 三百 五百"),
        ("第二 百强企业", "第二 百强企业"),
        ("第二十 一、总则", "第二十 一、总则"),
        ("下午三点 五人", "下午三点 五人"),
    ],
)
def test_blanks(source: str, text: str) -> None:
    assert N.normalize(source).text == text


# ------------------------------------------------------------------------------------------ page breaks


def repaired(text: str) -> list[str]:
    """The four characters round every repaired break."""
    normal = N.normalize(text)
    found = []
    for i in range(1, len(normal.text)):
        low, high = normal.map.to_source(i - 1, i)[1], normal.map.to_source(i, i + 1)[0]
        if "\n" in text[low:high]:
            found.append(normal.text[i - 2 : i + 2])
    return found


def test_all_page_breaks_of_the_seeds_and_no_others() -> None:
    assert repaired(SEEDS["000"]) == ["金赛药业", "、座椅安", "型中小企"]
    assert repaired(SEEDS["004"]) == [
        "成果转化",
        "从核心部",
        "统配套向",
        "储能系统",
        "深入企业",
        "田车科技",
        "深化「放",
    ]


BODY = "岭北新区今年动工项目多。新区在光电、装备等领域落地重点项"
JOINED = [
    BODY + "\n\n目94个，总投资5亿元。",
    BODY + " \n\u3000\n目94个，总投资5亿元。",
    BODY + "\r\n\r\n目94个",
    "岭北新区产业兴旺。\n\n岭北新区光电研究所、云岭\n\n药业仅是产业发展的典型。目前已有多家。",
    "# 标题\n\n据了解，云岭股份业务涵盖光学镜头、传感器、座\n\n椅和相关零件的开发。",
    "创新是基因。\n\n这里已构建起“科技型中\n\n小企业—龙头企业”的体系。",
    "新区产业兴旺。企业产值达到\n\n5.4亿元，增长3%。",
    "新区产业兴旺。企业产值达到5.4亿元\n\n，增长3%。",
    "新区产业兴旺。他说，\n\n今年要做成三件事。",
    "新区产业兴旺。项目进入深化\n\n「放管服」阶段，多个部门参与。",
]
KEPT = [
    "岭北新区：“三链叠加”书写新篇章\n\n本报记者 赵小溪 特约通讯员 钱多\n\n历经34年积淀，新区产业兴旺。",
    "写下新篇章的岭北新区\n\n在时代浪潮中，新区锚定任务，多点突破。",
    "主导产业攀“高”向“新” 筑牢发展支撑\n\n走进云岭光电研究所，只见人们忙碌。",
    "聚焦主业，做强做优\n\n新区今年新增企业30家，产值5亿元。",
    "新区产业兴旺。\n\n聚焦主业，做强做优\n\n新区今年新增企业30家，产值5亿元。",
    "新区产业兴旺。\n\n强链条、优环境\n\n新区今年新增企业30家。",
    BODY + "\n\n# 一个小标题",
    BODY + "\n\n图为工人在装配镜头\n\n目94个，总投资5亿元。",
    BODY + "\n\n本报记者 赵小溪",
    BODY + "\n\n（一）主要做法",
    BODY + "\n\n一、主要做法",
    BODY + "\n\n• 第一条",
    "新区产业兴旺。（赵小溪）\n\n新区今年新增企业30家，产值5亿元。",
    "新区产业兴旺。本报记者 赵小溪\n\n新区今年新增企业30家，产值5亿元。",
    "新区产业兴旺，做法如下：\n\n新区今年新增企业30家，产值5亿元。",
    "甲说：“新区产业兴旺。”\n\n乙说，新区今年新增企业30家，产值5亿元。",
    "文/赵小溪\n\n新区今年新增企业30家，产值5亿元。",
    "甲\n乙\n丙",
    "第一章\n第二章",
]


@pytest.mark.parametrize("text", JOINED)
def test_breaks_inside_a_sentence_are_repaired(text: str) -> None:
    assert len(repaired(text)) == 1


@pytest.mark.parametrize("text", KEPT)
def test_breaks_between_lines_are_kept(text: str) -> None:
    assert repaired(text) == []
    assert N.normalize(text).text.count("\n") == text.count("\n")


def test_hard_wrapped_lines_are_one_sentence() -> None:
    body = (
        "岭北新区今年动工项目多起来以后道路和管网同步铺开装备企业陆续投产"
        "带动了周边县城的就业和消费并且吸引了返乡的青年回来开店办厂"
    )
    wrapped = "\n".join(body[i : i + 28] for i in range(0, len(body), 28))
    assert N.normalize(wrapped).text == body


def test_a_head_after_a_mended_line_stays() -> None:
    # The running line has a comma, its last physical line has none.
    text = N.normalize("说明如下。\n\n临川厂，\n新建厂房二期\n施工进展情况介绍").text
    assert text == "说明如下。\n\n临川厂，新建厂房二期\n施工进展情况介绍"


def test_latin_words_keep_a_blank() -> None:
    text = "新区产业兴旺。他说，项目由 Cloud\n\nRidge 公司承建，分三期。"
    assert "Cloud Ridge" in N.normalize(text).text


def test_modes() -> None:
    assert N.normalize("金赛\n\n药业", breaks="join").text == "金赛药业"
    assert N.normalize("金赛\n\n药业").text == "金赛\n\n药业"
    text = JOINED[0]
    assert N.normalize(text, breaks="keep").text == text


# ------------------------------------------------------------------------------------------ properties

ODD = st.sampled_from(
    "0123456789０９一二三十百万亿元年月%％—–-～，．,.:： \u3000\t\n\r\u200b○O"
    "乾隆著名坤於期後書㎡²m「」“”（）#、。\ud800😀"
)
ANY = st.text(st.characters(exclude_categories=()) | ODD, max_size=60)


def check_map(source: str, normal: Any) -> None:
    place = 0
    for i in range(len(normal.text)):
        start, end = normal.map.to_source(i, i + 1)
        assert 0 <= start < end <= len(source)
        if start < place:  # a character that became several
            assert i > 0
            assert normal.map.to_source(i - 1, i) == (start, end)
        else:
            assert set(source[place:start]) <= DELETED
        place = end
    assert set(source[place:]) <= DELETED


FOLDS_TO_BLANK = {
    chr(c) for c in range(0x110000) if N.normalize(f"甲{chr(c)}乙", breaks="keep").text in ("甲 乙", "甲\n乙")
}
DELETED = FOLDS_TO_BLANK | set(TABLES.signs["delete"]) | set(" \t\n\r")


@settings(max_examples=300, deadline=None)
@given(ANY, st.sampled_from(["repair", "join", "keep"]))
def test_the_map_covers_the_source(source: str, breaks: Any) -> None:
    normal = N.normalize(source, breaks=breaks)
    check_map(source, normal)
    assert not any("\ud800" <= c <= "\udfff" for c in normal.text)


@settings(max_examples=300, deadline=None)
@given(st.lists(ANY, max_size=4))
def test_a_stretch_between_stops_normalizes_by_itself(parts: list[str]) -> None:
    """For a span of text that lies between full stops and has no blank at its edges: the slice of the source, with
    breaks joined and the script told, normalizes to the span."""
    normal = N.normalize("。".join(parts), breaks="join")
    start = 0
    for part in normal.text.split("。"):
        span = normal.map.to_source(start, start + len(part))
        if part and part == part.strip(" \t\n"):
            again = N.normalize(normal.map.source[slice(*span)], breaks="join", script=normal.script)
            assert again.text == part
        start += len(part) + 1


@pytest.mark.parametrize("key", ["000", "004"])
def test_every_run_of_the_seeds_normalizes_by_itself(key: str) -> None:
    """Every run of Chinese characters, letters, digits and signs of numbers: the same from its slice."""
    normal = N.normalize(SEEDS[key])
    for match in re.finditer(r"[\w%.—]+", normal.text):
        start, end = normal.map.to_source(*match.span())
        assert N.normalize(SEEDS[key][start:end], breaks="join", script=normal.script).text == match[0]


@pytest.mark.parametrize("name", ["changchun-gaoxin", "changchun-lvyuan"])
def test_every_gold_mention_normalizes_to_its_text(name: str) -> None:
    gold = json.loads((ROOT / "tests" / "golden" / f"{name}.json").read_text(encoding="utf-8"))
    source = SEEDS[Path(gold["text_file"]).name[:3]]
    normal = N.normalize(source)
    for kind in ("quantity", "ordinal", "time", "entity"):
        for mention in gold[kind]:
            piece = source[mention["start"] : mention["end"]]
            assert N.normalize(piece, breaks="join", script=normal.script).text == mention["text"]


# ------------------------------------------------------------------------------------------ tables and errors


def test_tables_survive_json_and_the_normalizer_pickles() -> None:
    data = compile_tables(TABLES)
    again = Normalizer(json.loads(json.dumps(data)))
    for normalizer in (again, pickle.loads(pickle.dumps(N))):
        assert normalizer.normalize(SEEDS["004"]).text == N.normalize(SEEDS["004"]).text


def test_normalized_texts_pickle() -> None:
    found = N.normalize("綠園區 １２ 家")
    again = pickle.loads(pickle.dumps(found))
    assert (again.text, again.script, again.map.to_source(0, 3)) == (
        found.text,
        found.script,
        found.map.to_source(0, 3),
    )


def test_tables_of_another_version_are_refused() -> None:
    with pytest.raises(RuleError, match="another version"):
        Normalizer({"version": 0})


@pytest.mark.parametrize(
    ("file", "content", "message"),
    [
        ("signs.tsv", "surface\ttext\twhere\n☆\t*\tsometimes\n", "normalize/signs.tsv:2: unknown context 'sometimes'"),
        ("signs.tsv", "surface\ttext\twhere\n☆\t**\talways\n", "normalize/signs.tsv:2: a sign is one character"),
        ("signs.tsv", "sign\ttext\n", "normalize/signs.tsv:1: the first line must name"),
        ("compat.tsv", "surface\ttext\n\n# rows\nab\tc\n", "normalize/compat.tsv:4: a look-alike"),
        ("compat.tsv", "surface\ttext\nab\n", "normalize/compat.tsv:2: expected 2 fields, found 1"),
        ("script.tsv", "surface\ttext\n規畫\t规\n", "normalize/script.tsv:2: a conversion keeps"),
        ("classes.tsv", "name\tcharacters\ndigits\t一\n", "normalize/classes.tsv:2: unknown class 'digits'"),
        ("breaks.tsv", "kind\tsurface\nstart\t的\n", "normalize/breaks.tsv:2: unknown kind 'start'"),
    ],
)
def test_mistakes_name_file_and_line(tmp_path: Path, file: str, content: str, message: str) -> None:
    folder = tmp_path / "normalize"
    folder.mkdir()
    (folder / file).write_text(content, encoding="utf-8")
    with pytest.raises(RuleError) as caught:
        load_tables(folder)
    assert str(caught.value).startswith(message)


def test_a_table_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "compat.tsv").write_bytes(b"surface\ttext\n\xff\t\n")
    with pytest.raises(RuleError, match="not UTF-8 at byte 13"):
        load_tables(tmp_path)


def test_a_later_folder_overlays(tmp_path: Path) -> None:
    (tmp_path / "protected.tsv").write_text("surface\n乾峰\n", encoding="utf-8")
    normalizer = Normalizer(compile_tables(load_tables(ROOT / "rules" / "normalize", tmp_path)))
    assert N.normalize("乾峰鎮").text == "干峰镇"
    assert normalizer.normalize("乾峰鎮").text == "乾峰镇"


def test_another_opencc_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "opencc").mkdir()
    (tmp_path / "opencc" / "__init__.py").touch()
    monkeypatch.syspath_prepend(str(tmp_path))
    for name in ("opencc", "opencc.opencc"):
        monkeypatch.delitem(__import__("sys").modules, name, raising=False)
    with pytest.raises(ZhextractError, match="not opencc-python-reimplemented; pip uninstall"):
        check_library()


@pytest.mark.parametrize("unit", [" ", "\n", "1 ", " 123", "乾", "「", "—", "1\n", "2○", "\r\n", "。\n\n", "後"])
def test_long_runs_end(unit: str) -> None:
    N.normalize(unit * (200_000 // len(unit)))
