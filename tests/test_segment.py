"""Sentences, kinds, words and days of publication, on the two seeds and on invented layouts."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhextract import RuleError, normalize
from zhextract.segment import (
    BOUND,
    JiebaWords,
    PublicationDate,
    RjiebaWords,
    Segmenter,
    Sentence,
    load_tables,
    make_words,
)

ROOT = Path(__file__).parent.parent
SOURCE = str(Path(normalize.__file__).parents[1])  # whichever package is tested
SEGMENTER = Segmenter(load_tables(ROOT / "rules" / "segment"))
NORMALIZER = normalize.Normalizer(normalize.compile_tables(normalize.load_tables(ROOT / "rules" / "normalize")))
JIEBA, RJIEBA = make_words("jieba"), make_words("rjieba")
SEEDS = sorted((ROOT / "corpus").glob("00*.txt"))


def simplified(path: Path) -> str:
    """A seed as the normalizer gives it."""
    return NORMALIZER.normalize(path.read_text(encoding="utf-8")).text


def kinds(text: str) -> list[tuple[str, str]]:
    return [(s.kind, text[s.start : s.end]) for s in SEGMENTER.sentences(text)]


def cut(text: str) -> list[str]:
    return [text[s.start : s.end] for s in SEGMENTER.sentences(text)]


def check(text: str, sentences: list[Sentence]) -> None:
    """Every promise of `sentences` that holds for any text."""
    at, paragraph = 0, 0
    for sentence in sentences:
        assert at <= sentence.start < sentence.end <= len(text)
        assert not text[at : sentence.start].strip()
        piece = text[sentence.start : sentence.end]
        assert piece == piece.strip()
        assert not set(piece) & set("\n\r\x0b\x0c\x85\u2028\u2029")
        assert sentence.kind in ("body", "title", "head", "byline", "caption")
        assert sentence.paragraph >= paragraph
        at, paragraph = sentence.end, sentence.paragraph
    assert not text[at:].strip()


# -- sentences -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("产值增长。出口下降！为何？", ["产值增长。", "出口下降！", "为何？"]),
        ("产值增长；出口下降。", ["产值增长；出口下降。"]),
        ("疫苗下线……据了解，项目获奖。", ["疫苗下线……", "据了解，项目获奖。"]),
        ("苹果、梨……等水果。", ["苹果、梨……等水果。"]),
        ("真的？！当然。", ["真的？！", "当然。"]),
        ("他说：“好。”随后离开。", ["他说：“好。”", "随后离开。"]),
        ("“订单很满。产能要扩。”林岚说。", ["“订单很满。产能要扩。”", "林岚说。"]),
        ("「訂單滿。產能擴。」林嵐說。", ["「訂單滿。產能擴。」", "林嵐說。"]),
        ("“我们来！”，他答道。完毕。", ["“我们来！”，他答道。", "完毕。"]),
        ("喊出“我能行！”的口号。再干。", ["喊出“我能行！”的口号。", "再干。"]),
        ("“谁来种？”“怎么种？”成了难题。", ["“谁来种？”", "“怎么种？”", "成了难题。"]),
        ("“谁来种？”、“怎么种？”成了难题。", ["“谁来种？”、“怎么种？”", "成了难题。"]),
        ("他说：“要‘快！准！’才行。还要省。”会散了。", ["他说：“要‘快！准！’才行。还要省。”", "会散了。"]),
        ("《你好！北麓》首映。满座。", ["《你好！北麓》首映。", "满座。"]),
        ("投资3亿元(含税。下同)。完。", ["投资3亿元(含税。下同)。", "完。"]),
        ("“没有合上。第二句。\n第三句。”完。", ["“没有合上。", "第二句。", "第三句。”", "完。"]),
        ('他说。"好的。"她走了。', ["他说。", '"好的。"', "她走了。"]),
        ('他说："好。行。"她走了。', ['他说："好。行。"', "她走了。"]),
        ("增长5%. 其中出口占1.5成. 完", ["增长5%.", "其中出口占1.5成.", "完"]),
        ("见第3. 节", ["见第3. 节"]),
        ("由Beilu Co. Ltd. 投资。", ["由Beilu Co. Ltd. 投资。"]),
        ("J. Smith来访。Yahoo!奇摩报道。", ["J. Smith来访。", "Yahoo!奇摩报道。"]),
        ("见http://a.example/?id=5的说明。", ["见http://a.example/?id=5的说明。"]),
        ("一。　　二。\u00a0三", ["一。", "二。", "三"]),
        ("  \n\n", []),
        ("", []),
        ("😀", ["😀"]),
        ("…。”", ["…。”"]),
        ("他笑:) 很好。再见。", ["他笑:) 很好。", "再见。"]),
    ],
)
def test_cut(text: str, expected: list[str]) -> None:
    check(text, SEGMENTER.sentences(text))
    assert cut(text) == expected


def test_long_quotation_is_cut_inside() -> None:
    sentence = "北麓材料今年新增产线三条。"
    assert len(cut(f"他说：“{sentence * 10}”")) == 1
    long = cut(f"他说：“{sentence * 100}”会散了。")
    assert long[1] == sentence
    assert long[-2:] == [sentence + "”", "会散了。"]
    unbalanced = cut(f"他说：“{sentence * 100}")
    assert len(unbalanced) == 100
    assert max(map(len, unbalanced)) <= BOUND


def test_paragraph_counts_lines() -> None:
    text = "\r\n标题在此\r\n\n第一句。第二句。\n第三句。"
    assert [s.paragraph for s in SEGMENTER.sentences(text)] == [1, 3, 3, 4]


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_seed_sentences_are_whole(path: Path) -> None:
    text = simplified(path)
    body = [text[s.start : s.end] for s in SEGMENTER.sentences(text) if s.kind == "body"]
    assert len(body) > 50
    assert [piece for piece in body if piece[-1] not in "。…”」"] == []
    assert [
        piece for piece in body if piece.count("“") != piece.count("”") or piece.count("「") != piece.count("」")
    ] == []


# -- kinds ---------------------------------------------------------------------------------------------------------

BODY = "临川云岭新材料公司今年产值达到12.5亿元，同比增长8.4%，订单排到明年，工人三班生产。公司还将扩产。"


def test_seed_lvyuan() -> None:
    text = simplified(SEEDS[1])
    found = SEGMENTER.sentences(text)
    check(text, found)
    other = [(s.kind, text[s.start : s.end]) for s in found if s.kind != "body"]
    assert other == [
        ("caption", "长春市绿园区景阳广场。"),
        ("title", "# 长春绿园：工业立区发展新质生产力"),
        ("byline", "文/冀文娴"),
        ("head", "## 支柱产业升级：夯实新质生产力根基"),
        ("head", "## 新兴产业崛起：激活新质生产力动能"),
        ("head", "## 创新生态构建：厚植新质生产力土壤"),
        ("head", "## 正视困难挑战：擘画新质生产力蓝图"),
        ("caption", "中车长客生产车间。"),
    ]


def test_seed_gaoxin() -> None:
    text = simplified(SEEDS[0])
    found = SEGMENTER.sentences(text)
    check(text, found)
    other = [(s.kind, text[s.start : s.end]) for s in found if s.kind != "body"]
    assert other == [
        ("title", "长春高新区：“三区叠加”书写高质量发展新篇章"),
        ("byline", "本报记者 李争粉 特约通讯员 樊晨"),
        ("caption", "书写高质量发展新篇章的长春高新区"),
        ("head", "主导产业攀“高”向“新” 筑牢发展硬核支撑"),
        ("head", "科技创新多点突破 培育发展新质生产力"),
        ("head", "营商环境持续优化 厚植高质量发展沃土"),
        ("caption", "长春高新区供图"),
    ]


@pytest.mark.parametrize(
    "line",
    [
        "本报记者 林岚",
        "本报记者林岚 通讯员周牧",
        "记者 林岚 周牧 北麓报道",
        "(记者 林岚)",
        "【记者林岚/台北报导】",
        "记者林岚/台北报导",
        "【记者林岚台北报导】",
        "(中央社记者林岚台北10日电)",
        "文/林岚 图/周牧",
        "文、图/林岚",
        "文：林岚",
        "撰文：林岚",
        "北麓日报记者 林岚 周牧",
        "北麓日报全媒体记者林岚",
        "责任编辑：林岚",
        "(责任编辑：林岚)",
        "编辑 林岚",
        "来源：北麓日报",
        "发布时间：2025-03-04 10:20",
        "2025年03月04日 10:20 来源：北麓日报 作者：林岚",
        "2025-03-04",
        "(2025年3月4日)",
        "□ 林岚 周牧",
    ],
)
def test_byline(line: str) -> None:
    assert [kind for kind, _ in kinds(f"云岭材料扩产提速\n{line}\n{BODY}\n")] == ["title", "byline", "body", "body"]


@pytest.mark.parametrize(
    "line",
    [
        "图为云岭材料的车间。",
        "图为3月4日，工人在车间忙碌，产线开足马力，订单排到明年。北麓社记者 林岚 摄",
        "▲云岭材料扩产",
        "(图)云岭材料扩产",
        "图1 产值走势",
        "云岭材料公司供图",
        "工人在车间忙碌。林岚摄",
        "工人在车间忙碌(资料图)",
        "工人在车间忙碌(林岚 摄)",
        "图/云岭材料提供",
    ],
)
def test_caption(line: str) -> None:
    assert kinds(f"云岭材料扩产提速\n{BODY}\n{line}\n{BODY}\n")[3][0] == "caption"


@pytest.mark.parametrize(
    "line",
    [
        "记者在车间看到，产线开足马力。",
        "记者从市统计局了解到，产值增长8.4%。",
        "来源于农业的收入增长8.4%。",
        "主要指标如下：",
        "粮食10万吨；",
        "指标 | 数值 | 增速",
        "视频由居民拍摄。",
        "这是公司第三次扩产！",
        "产能增了。订单也增了",
    ],
)
def test_body(line: str) -> None:
    assert {kind for kind, _ in kinds(f"云岭材料扩产提速\n{BODY}\n{line}\n{BODY}\n")[3:]} == {"body"}


@pytest.mark.parametrize("line", ["一、总体情况", "(一)工业稳步回升", "## 扩产", "记者手记", "稳中求进，以进促稳"])
def test_head(line: str) -> None:
    assert kinds(f"云岭材料扩产提速\n{BODY}\n{line}\n{BODY}\n")[3] == ("head", line)


def test_taiwan_layout() -> None:
    text = (
        f"云岭材料扩产 订单排到明年\n2025/03/10 10:20\n(中央社记者林岚台北10日电){BODY}\n{BODY}\n(编辑：周牧)1140310\n"
    )
    found = kinds(text)
    assert [kind for kind, _ in found] == ["title", "byline", "body", "body", "body", "body", "byline"]
    assert SEGMENTER.publication_date(text, SEGMENTER.sentences(text)) == ("2025-03-10", None)


def test_editor_behind_the_last_sentence() -> None:
    text = f"云岭材料扩产\n(中央社记者林岚台北10日电){BODY}\n{BODY}(编辑：周牧)1131210"
    found = SEGMENTER.sentences(text)
    assert [s.kind for s in found[-2:]] == ["body", "byline"]
    assert SEGMENTER.publication_date(text, found) == ("2024-12-10", None)


def test_announcement_layout() -> None:
    text = f"证券代码：605000 公告编号：2025-047\n公告日期：2025-08-22\n\n云岭材料分配方案公告\n\n{BODY}\n"
    assert [kind for kind, _ in kinds(text)][:3] == ["byline", "byline", "title"]


def test_hong_kong_layout() -> None:
    top = "云岭材料来港上市\n集资逾3亿元\n香港某报记者 林岚\n"
    text = f"{top}【本报讯】{BODY}\n\n扩产提速\n\n{BODY}\n\n图为云岭材料的车间\n"
    assert [kind for kind, _ in kinds(text)] == [
        *("title", "title", "byline", "body", "body", "head", "body", "body", "caption"),
    ]


def test_bulletin_layout() -> None:
    text = (
        "北麓市2024年国民经济和社会发展统计公报\n北麓市统计局\n2025年3月4日\n\n一、综合\n" + BODY + "\n表1 主要指标\n"
        "| 指标 | 数值 |\n| 产值 | 12.5亿元 |\n注：本公报为初步统计数。\n"
    )
    found = SEGMENTER.sentences(text)
    assert [s.kind for s in found[:4]] == ["title", "title", "byline", "head"]
    assert [text[s.start : s.end] for s in found if "|" in text[s.start : s.end]] == [
        "| 指标 | 数值 |",
        "| 产值 | 12.5亿元 |",
    ]
    assert {s.kind for s in found if "|" in text[s.start : s.end]} == {"body"}
    assert SEGMENTER.publication_date(text, found).iso == "2025-03-04"


def test_signature_over_date() -> None:
    text = f"关于扩产的通告\n{BODY}\n北麓市统计局\n二〇二五年三月四日\n"
    assert kinds(text)[-2:] == [("byline", "北麓市统计局"), ("byline", "二〇二五年三月四日")]
    assert SEGMENTER.publication_date(text, SEGMENTER.sentences(text)).iso == "2025-03-04"


def test_fragment_is_body() -> None:
    assert kinds("GDP：2.35万亿元") == [("body", "GDP：2.35万亿元")]


def test_list_of_short_lines_is_body() -> None:
    text = f"云岭材料扩产提速\n{BODY}\n" + "".join(f"第{n}车间\n" for n in "一二三四五") + BODY
    assert {kind for kind, _ in kinds(text)[3:]} == {"body"}


# -- the day of publication ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("top", "bottom", "expected"),
    [
        ("发布时间：2025-03-04", "", ("2025-03-04", None)),
        ("日期：2025年3月4日", "", ("2025-03-04", None)),
        ("来源：北麓日报 发布时间:2025/3/4 10:20", "", ("2025-03-04", None)),
        ("2025年03月04日 10:20 来源：北麓日报", "", ("2025-03-04", None)),
        ("2025-03-04 10:20:30", "", ("2025-03-04", None)),
        ("(2025年3月4日)", "", ("2025-03-04", None)),
        ("《北麓日报》(2025年03月04日 第01版)", "", ("2025-03-04", None)),
        ("北麓日报 2025年3月4日", "", ("2025-03-04", None)),
        ("【东湾时报】2025年3月4日", "", ("2025-03-04", None)),
        ("中华民国114年3月4日", "", ("2025-03-04", None)),
        ("民国一一四年三月四日", "", ("2025-03-04", None)),
        ("", "发布日期：2025年3月4日", ("2025-03-04", None)),
        ("2025年3月5日\n发布时间：2025年3月4日", "", ("2025-03-04", None)),
        ("2025年2月30日", "", (None, None)),
        ("2025年3月4日新闻发布会实录", "", (None, None)),
        ("园区晚报名截止2025年3月4日", "", (None, None)),
        ("2025年3月4日，云岭材料扩产。", "", (None, None)),
        ("", "", (None, None)),
    ],
)
def test_metadata_date(top: str, bottom: str, expected: tuple[str | None, str | None]) -> None:
    text = f"云岭材料扩产提速\n{top}\n{BODY}\n{BODY}\n{BODY}\n{bottom}"
    assert SEGMENTER.publication_date(text, SEGMENTER.sentences(text)) == expected


@pytest.mark.parametrize(
    ("top", "dateline", "expected"),
    [
        ("", "新华社武汉4月2日电 ", (None, "XXXX-04-02")),
        ("", "新华社武汉4月2日电(记者林岚)", (None, "XXXX-04-02")),
        ("", "新华社武汉2012年4月2日电 ", ("2012-04-02", None)),
        ("", "(中央社记者林岚台北10日电)", (None, None)),
        ("", "【中新网长春3月4日电】", (None, "XXXX-03-04")),
        ("", "据新华社武汉4月2日电 ", (None, "XXXX-04-02")),
        ("", "北麓日报武汉4月2日讯 ", (None, "XXXX-04-02")),
        ("", "新华社武汉2月30日电 ", (None, None)),
        ("", "本报讯(记者林岚)4月2日，", (None, None)),
        ("2012年4月3日", "新华社武汉4月2日电 ", ("2012-04-02", None)),
        ("2013-01-01 08:00", "新华社武汉12月31日电 ", ("2012-12-31", None)),
        ("2025-03-11 10:20", "(中央社记者林岚台北10日电)", ("2025-03-10", None)),
        ("2025-03-01 10:20", "(中央社记者林岚台北28日电)", ("2025-02-28", None)),
    ],
)
def test_dateline(top: str, dateline: str, expected: tuple[str | None, str | None]) -> None:
    text = f"云岭材料扩产提速\n{top}\n{dateline}{BODY}\n{BODY}\n"
    assert SEGMENTER.publication_date(text, SEGMENTER.sentences(text)) == PublicationDate(*expected)


# -- any text ------------------------------------------------------------------------------------------------------

ALPHABET = (
    "中国年月日记者电讯图文编辑来源发布时间2025103。！？!?.…，；：:“”‘’「」《》()\"'【】|#/-—"
    " \t\n\n\r\u3000\u2028\ud800😀aB"
)


@settings(max_examples=400, deadline=None)
@given(st.text(alphabet=ALPHABET, max_size=120) | st.text(max_size=60))
def test_any_text(text: str) -> None:
    found = SEGMENTER.sentences(text)
    check(text, found)
    assert found == SEGMENTER.sentences(text)
    iso, partial = SEGMENTER.publication_date(text, found)
    assert iso is None or partial is None


@settings(max_examples=200, deadline=None)
@given(st.text(alphabet=ALPHABET + "鿖鿿㐀㐁𠀀豈C++AT&T%_", max_size=60))
def test_any_words(text: str) -> None:
    found = RJIEBA.words(text)
    assert found == JIEBA.words(text)
    assert "".join(word for word, _, _ in found) == text
    assert all(text[start:end] == word for word, start, end in found)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "中" * 2_000_000,
            "“" * 300_000,
            "“。" * 150_000,
            "。”，" * 100_000,
            " " * 2_000_000,
            "(" * 31 + "。" * 300_000,
        ),
        *("短行\n" * 50_000, "." * 300_000, "a.)" * 100_000, '。"' * 100_000, "1" * 300_000, "年" * 300_000),
    ],
    ids=lambda text: repr(text[:3]),
)
def test_linear(text: str) -> None:
    """No clock: a quadratic step on these lengths would not end in hours, so that it ends is the test."""
    found = SEGMENTER.sentences(text)
    SEGMENTER.publication_date(text, found)
    assert "".join(text[s.start : s.end] for s in found).replace("\n", "") == text.replace("\n", "").strip()


def test_segmenter_pickles() -> None:
    text = f"云岭材料扩产提速\n{BODY}"
    assert pickle.loads(pickle.dumps(SEGMENTER)).sentences(text) == SEGMENTER.sentences(text)


def test_bad_table_is_located(tmp_path: Path) -> None:
    (tmp_path / "marks.tsv").write_text("surface\trole\n# note\n。\tender\textra\n", encoding="utf-8")
    with pytest.raises(RuleError, match=r"marks\.tsv:3: 3 cells"):
        load_tables(tmp_path)


# -- words ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SEEDS, ids=lambda path: path.stem)
def test_engines_agree(path: Path) -> None:
    for text in (path.read_text(encoding="utf-8"), simplified(path)):
        for sentence in SEGMENTER.sentences(text):
            words = RJIEBA.words(text, sentence.start, sentence.end)
            assert words == JIEBA.words(text, sentence.start, sentence.end)
            assert (words[0][1], words[-1][2]) == (sentence.start, sentence.end)
        assert RJIEBA.words(text) == JIEBA.words(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("(IL-1β)单抗", ["(", "IL", "-", "1", "β", ")", "单抗"]),  # rjieba alone: IL-1
        ("用C++写", ["用", "C++", "写"]),
        ("a_b.c\r\n", ["a", "_", "b", ".", "c", "\r\n"]),
        ("㐀㐁中国", ["㐀", "㐁", "中国"]),  # rjieba alone: 㐀㐁
        ("\ud800中国", ["\ud800", "中国"]),  # rjieba alone: UnicodeEncodeError
    ],
)
def test_known_differences(text: str, expected: list[str]) -> None:
    for engine in (JIEBA, RJIEBA):
        assert [word for word, _, _ in engine.words(text)] == expected


def test_fallback(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "rjieba", None)
    words = RjiebaWords()
    assert words.words("产值增长", 2, 4) == [("增长", 2, 4)]


def test_unknown_engine() -> None:
    with pytest.raises(ValueError, match="unknown word engine"):
        make_words("other")  # type: ignore[arg-type]


def test_words_pickle() -> None:
    for engine in (RJIEBA, JIEBA):
        engine.words("产值")
        assert type(pickle.loads(pickle.dumps(engine))) is type(engine)


def test_jieba_is_quiet(capfd: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    code = (
        "import warnings; warnings.simplefilter('error')\n"
        "import sys; from zhextract.segment import make_words\n"
        "assert 'jieba' not in sys.modules and 'rjieba' not in sys.modules\n"
        "words = make_words('jieba'); assert 'jieba' not in sys.modules\n"
        "assert len(words.words('产值增长')) == 2\n"
        "import jieba; assert not jieba.dt.initialized and not jieba.dt.FREQ\n"
    )
    env = {"TMPDIR": str(tmp_path), "PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", code], env=env, cwd=tmp_path, capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not list(tmp_path.iterdir())
    assert isinstance(JIEBA, JiebaWords)
    assert not logging.getLogger("zhextract").handlers
    assert capfd.readouterr() == ("", "")
