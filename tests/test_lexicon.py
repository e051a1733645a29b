"""Names of the user's own: files, mistakes in them, and that they stand before every rule."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import zhextract
from zhextract import Document, Extractor, RuleError
from zhextract.records import EntityMention
from zhextract.rules.lexicon import LARGEST, LONGEST, MOST, read_lexicons

SOURCE = str(Path(zhextract.__file__).parents[1])  # whichever package is tested
NAMES = """\
surface,label,name,aliases
云峦,org,云峦能源集团,云峦集团|雲巒能源
十一家科技,org,,
2025年新区,place,,
三十,person,,
"沈, 百川",person,,
北麓 Labs,org,,
“四海”,work,,
锦穗,org,,
锦穗股份,org,锦穗股份有限公司,
頭髮研究所,org,,
IL-7β-X,org,,
第一批发,org,,
"""
MORE = """\
- {surface: 云峦, label: org, name: 云峦控股}
- surface: 拓石
  label: org
  aliases: [拓石科技, 拓石集团]
- surface: 岚图
  label: place
  name: null
  aliases: 岚图镇|岚图乡
"""

Write = Callable[[str, str], Path]


@pytest.fixture(scope="module")
def built_in() -> Extractor:
    return Extractor()


@pytest.fixture(scope="module")
def names(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("names") / "names.csv"
    path.write_text(NAMES, encoding="utf-8-sig")
    return path


@pytest.fixture(scope="module")
def mine(names: Path) -> Extractor:
    return Extractor(lexicons=names)


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def call(name: str, text: str) -> Path:
        path = tmp_path / name
        path.write_text(text, encoding="utf-8")
        return path

    return call


def entities(document: Document) -> list[tuple[str, str, str, str]]:
    """Text, label, rule of each name and the name of its entity."""
    known = {e.id: e.name for e in document.entities}
    return [(m.text, m.label, m.rule, known[m.entity]) for m in document.mentions if isinstance(m, EntityMention)]


def own(document: Document) -> list[tuple[str, str]]:
    """The user's names and their entities'."""
    return [(text, name) for text, _, rule, name in entities(document) if rule == "user.name"]


def figures(document: Document) -> list[str]:
    return [m.text for m in document.mentions if not isinstance(m, EntityMention)]


# ----------------------------------------------------------------------------------------------------------- matching


def test_an_entity_has_the_given_name(mine: Extractor) -> None:
    document = mine.extract("云峦在北方投资，云峦能源集团表示看好。云峦集团随后开工。")
    assert own(document) == [("云峦", "云峦能源集团"), ("云峦能源集团", "云峦能源集团"), ("云峦集团", "云峦能源集团")]
    (entity,) = [e for e in document.entities if e.name == "云峦能源集团"]
    assert (entity.label, entity.aliases) == ("org", ("云峦", "云峦集团"))


def test_the_given_name_need_not_stand_in_the_article(mine: Extractor) -> None:
    (entity,) = mine.extract("云峦开工。").entities
    assert (entity.name, entity.aliases) == ("云峦能源集团", ("云峦",))


def test_traditional_and_simplified(mine: Extractor) -> None:
    assert own(mine.extract("雲巒能源與頭髮研究所簽約。")) == [
        ("云峦能源", "云峦能源集团"), ("头发研究所", "头发研究所")
    ]  # fmt: skip
    assert own(mine.extract("云峦能源与头发研究所签约。")) == [
        ("云峦能源", "云峦能源集团"), ("头发研究所", "头发研究所")
    ]  # fmt: skip


def test_offsets_are_of_the_source(mine: Extractor) -> None:
    text = "昨日，雲巒能源簽約。"
    (m,) = [m for m in mine.extract(text).mentions if m.rule == "user.name"]
    assert text[m.start : m.end] == "雲巒能源"


def test_inside_words_and_numbers(mine: Extractor, built_in: Extractor) -> None:
    text = "十一家科技与三十人，2025年新区。"
    assert figures(built_in.extract(text)) == ["十一家", "三十人", "2025年"]
    document = mine.extract(text)
    assert own(document) == [("十一家科技", "十一家科技"), ("三十", "三十"), ("2025年新区", "2025年新区")]
    assert figures(document) == []


def test_it_stands_before_longer_rules(mine: Extractor, built_in: Extractor) -> None:
    text = "走进云峦新材料股份有限公司的车间。"
    assert [text for text, *_ in entities(built_in.extract(text))] == ["云峦新材料股份有限公司"]
    assert [text for text, *_ in entities(mine.extract(text))] == ["云峦"]


def test_it_stands_before_exclusions(mine: Extractor) -> None:
    assert own(mine.extract("产品由第一批发销售。")) == [("第一批发", "第一批发")]


def test_signs_and_blanks(mine: Extractor) -> None:
    text = "IL-7β-X与北麓 Labs、沈, 百川合作出版“四海”。"
    assert [name for name, _ in own(mine.extract(text))] == ["IL-7β-X", "北麓 Labs", "沈, 百川", "“四海”"]


def test_the_longest_first(mine: Extractor) -> None:
    text = "锦穗股份有限公司、锦穗股份和锦穗。"
    assert own(mine.extract(text)) == [
        ("锦穗股份有限公司", "锦穗股份有限公司"), ("锦穗股份", "锦穗股份有限公司"), ("锦穗", "锦穗")
    ]  # fmt: skip


def test_the_rest_of_a_list_is_kept(mine: Extractor) -> None:
    found = entities(mine.extract("与星翎、云峦、博远等车企合作。"))
    assert [(text, rule) for text, _, rule, _ in found] == [
        ("星翎", "org.listed"), ("云峦", "user.name"), ("博远", "org.listed")
    ]  # fmt: skip


def test_an_alias_that_the_article_defines(mine: Extractor) -> None:
    """What the article says of a user's name, and the user's name of what the article says."""
    document = mine.extract("北麓光电研究所(以下简称“云峦”)承建。")
    assert [(text, name) for text, _, _, name in entities(document)] == [
        ("北麓光电研究所", "云峦能源集团"), ("云峦", "云峦能源集团")
    ]  # fmt: skip
    document = mine.extract("云峦集团(以下简称“北方峦团”)承建，北方峦团称已开工。")
    assert {name for *_, name in entities(document)} == {"云峦能源集团"}
    assert [text for text, *_ in entities(document)] == ["云峦集团", "北方峦团", "北方峦团"]


def test_places_do_not_swallow_it(write: Write) -> None:
    extractor = Extractor(lexicons=[write("n.csv", "surface,label,name\n绿园区,place,绿园片区\n")])
    assert own(extractor.extract("项目落户长春市绿园区。")) == [("绿园区", "绿园片区")]


def test_without_it_nothing_changes(mine: Extractor, built_in: Extractor) -> None:
    text = "吉林省2025年投资3.5亿元，总经理林宏远介绍说，北麓光电研究所有十一家。"
    assert mine.extract(text) == built_in.extract(text)


def test_settings(mine: Extractor, built_in: Extractor) -> None:
    other = pickle.loads(pickle.dumps(mine))
    assert other.digest == mine.digest != built_in.digest
    assert own(other.extract("云峦开工。")) == [("云峦", "云峦能源集团")]


def test_script_none_matches_as_written(write: Write) -> None:
    extractor = Extractor(lexicons=[write("n.csv", "surface,label\n雲巒,org\n")], script=None)
    assert [name for name, _ in own(extractor.extract("雲巒與云峦。"))] == ["雲巒"]


def test_later_files_win(names: Path, write: Write) -> None:
    extractor = Extractor(lexicons=[names, write("more.yml", MORE)])
    document = extractor.extract("云峦与云峦集团、拓石集团、岚图乡签约。")
    assert own(document) == [
        ("云峦", "云峦控股"), ("云峦集团", "云峦能源集团"), ("拓石集团", "拓石"), ("岚图乡", "岚图")
    ]  # fmt: skip


def test_the_same_name_with_two_labels(write: Write) -> None:
    """Two entities; a name that is implied does not fight with a row."""
    extractor = Extractor(lexicons=[write("n.csv", "surface,label,name\n云岭队,org,云岭\n云岭,place,\n")])
    document = extractor.extract("云岭队回到云岭。")
    assert [(e.label, e.name) for e in document.entities] == [("org", "云岭"), ("place", "云岭")]


# ----------------------------------------------------------------------------------------------------------- mistakes

HEAD = "surface,label,name,aliases\n"
MISTAKES = {
    "unknown label": ("n.csv", HEAD + "云峦,org\n拓石,orgs\n", 3, "unknown label 'orgs'; did you mean org?"),
    "far label": ("n.csv", HEAD + "云峦,x\n", 2, "unknown label 'x'; one of person, org, place, work"),
    "no label": ("n.csv", HEAD + "云峦\n", 2, "no label"),
    "empty surface": ("n.csv", HEAD + "云峦,org\n,org\n", 3, "empty surface"),
    "blank surface": ("n.csv", HEAD + " ,org\n", 2, "empty surface"),
    "another label": ("n.csv", HEAD + "云峦,org\n拓石,org,,雲巒\n雲巒,place\n", 3, "'雲巒' stands for '拓石' here"),
    "another label, alias": ("n.csv", HEAD + "云峦,org,,拓石\n拓石,place\n", 3, "'拓石' is place here, but org in"),
    "another entity": ("n.csv", HEAD + "云峦,org,甲\n云峦,org,乙\n", 3, "'云峦' stands for '乙' here, but for '甲'"),
    "nothing left": ("n.csv", HEAD + "\u200b\u200b,org\n", 2, "can never be found"),
    "line break": ("n.csv", HEAD + '云峦,org\n"拓\n石",org\n', 3, "holds a line break"),
    "line after a break": ("n.csv", HEAD + '"a\nb",org\n', 2, "holds a line break"),
    "too long": ("n.csv", HEAD + "云" * (LONGEST + 1) + ",org\n", 2, f"surface of {LONGEST + 1} characters; at most"),
    "too many cells": ("n.csv", HEAD + "云峦,org,,,x\n", 2, "5 cells under 4 columns"),
    "unknown column": ("n.csv", "surface,lable\n", 1, "unknown column 'lable'; did you mean label?"),
    "other separator": ("n.csv", "surface;label\n", 1, "bad header 'surface;label'; commas stand between the columns"),
    "no header": ("n.csv", "\n\n", 1, "no header"),
    "no label column": ("n.csv", "surface,name\n", 1, "bad header"),
    "open quote": ("n.csv", HEAD + '云峦,org\n"拓石,org\n', 3, "not CSV"),
    "too many": ("n.csv", HEAD + "云峦,org\n" * (MOST + 1), MOST + 2, "more than 200,000 names"),
    "other kind of file": ("n.txt", HEAD, None, "unknown kind of lexicon '.txt'; name it .csv, .yml or .yaml"),
    "no list": ("n.yml", "surface: 云峦\n", 1, "expected a list of names"),
    "no mapping": ("n.yml", "- 云峦\n", 1, "a name is a mapping"),
    "unknown key": ("n.yml", "- surface: 云峦\n  lable: org\n", 2, "unknown key 'lable'; did you mean label?"),
    "label that is no text": ("n.yml", "- surface: 云峦\n  label: [org]\n", 2, "label is text"),
    "aliases that are none": ("n.yml", "- surface: 云峦\n  label: org\n  aliases: {a: b}\n", 3, "aliases is a list"),
    "no surface": ("n.yml", "- label: org\n", 1, "empty surface"),
    "no YAML": ("n.yml", "- [\n", 2, "not YAML"),
    "deep": ("n.yml", "[" * 50_000, 1, "not YAML"),
}


@pytest.mark.parametrize(("name", "text", "line", "message"), MISTAKES.values(), ids=MISTAKES)
def test_mistake(built_in: Extractor, write: Write, name: str, text: str, line: int | None, message: str) -> None:
    path = write(name, text)
    with pytest.raises(RuleError) as caught:
        read_lexicons([path], lambda s: [built_in.normalize(s).text.strip()])
    assert message in str(caught.value)
    assert (caught.value.file, caught.value.line) == (str(path), line)


def test_the_same_row_twice_is_none(built_in: Extractor, write: Write) -> None:
    path = write("n.csv", HEAD + "云峦,org,,雲巒|云峦||\n雲巒,org\n\n")
    rows = read_lexicons([path], lambda s: [built_in.normalize(s).text])
    assert rows == {"云峦": {"surface": "云峦", "label": "org", "name": "云峦", "from": f"{path}:2"}}


def test_windows_file(built_in: Extractor, tmp_path: Path) -> None:
    path = tmp_path / "n.CSV"
    path.write_bytes(b"\xef\xbb\xbf" + (HEAD + "云峦,org\n拓石,person\n").replace("\n", "\r\n").encode())
    assert list(read_lexicons([path], lambda s: [s])) == ["云峦", "拓石"]


def test_not_utf8(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_bytes((HEAD + "云峦,org\n").encode("gb18030"))
    with pytest.raises(RuleError, match=r"n\.csv:2: not UTF-8: byte \d+; save it as UTF-8"):
        read_lexicons([path], lambda s: [s])


def test_too_large(tmp_path: Path) -> None:
    path = tmp_path / "n.csv"
    path.write_bytes(b"x" * (LARGEST + 1))
    with pytest.raises(RuleError, match="larger than 10,000,000 bytes"):
        read_lexicons([path], lambda s: [s])


def test_no_file(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="can't be read"):
        Extractor(lexicons=tmp_path / "none.csv")


def test_empty_files(built_in: Extractor, write: Write) -> None:
    assert read_lexicons([write("n.csv", HEAD), write("n.yml", "\n")], lambda s: [s]) == {}


# ------------------------------------------------------------------------------------------------------- command line


def command(*args: object) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": SOURCE}
    line = [sys.executable, "-W", "error", "-m", "zhextract", "extract", *map(str, args)]
    return subprocess.run(line, capture_output=True, env=env, timeout=120, check=False, encoding="utf-8")


def test_command(names: Path, write: Write) -> None:
    article = write("a.txt", "云峦与拓石集团签约，投资3亿元。")
    done = command(article, "--lexicon", names, "--lexicon", write("more.yml", MORE))
    assert (done.returncode, done.stderr) == (0, "")
    document = json.loads(done.stdout)
    assert [(m["text"], m["rule"]) for m in document["mentions"]] == [
        ("云峦", "user.name"), ("拓石集团", "user.name"), ("3亿元", "money.amount")
    ]  # fmt: skip
    assert [e["name"] for e in document["entities"]] == ["云峦控股", "拓石"]


def test_command_with_a_mistake(write: Write) -> None:
    path = write("n.csv", HEAD + "云峦,firm\n")
    done = command(write("a.txt", "云峦"), "--lexicon", path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{path}:2: unknown label 'firm'; one of person, org, place, work\n"
