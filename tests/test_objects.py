"""What counts count: sentences of our own with the noun that follows a classifier, and promises for any text."""

from __future__ import annotations

import json
from itertools import combinations
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhextract import Extractor
from zhextract.objects import Objects
from zhextract.records import Quantity
from zhextract.rules.build import load_pack

ROOT = Path(__file__).parent.parent
EXTRACTOR = Extractor()
PACK = load_pack([], "t2s")
OBJECTS = Objects(PACK)
GOLD = (ROOT / "tests" / "golden" / "objects.jsonl").read_text("utf-8")
CASES = [json.loads(line) for line in GOLD.splitlines() if line]
WORDS = ("stop", "verb", "head", "noun", "keep")
PIECES = """
3家 12个 三大 7名 5项 两次 100人次 20人 9户 N个 企业 项目 专家 的 和 、 与 以上 国家级 云杉 “小巨人” “ ” 《 》 5G 1类
220千伏 500强 服务 建设 培训 实现 位于 通过验收 在 将 已 中 后 出 了 总投资 ， 。 ； ( ) ! ? A股 x 𠮷 á
"""
PIECES_AND_BLANKS = [*PIECES.split(), " ", "\n", "\u3000"]


@pytest.mark.parametrize("case", CASES, ids=lambda c: c["text"])
def test_sentence(case: dict[str, str | None]) -> None:
    marked = case["text"] or ""
    start, end = marked.index("<"), marked.index(">") - 1
    document = EXTRACTOR.extract(marked.replace("<", "").replace(">", ""))
    found = {(m.start, m.end): m for m in document.mentions if isinstance(m, Quantity)}
    assert (start, end) in found
    assert found[start, end].object == case["object"]


def test_enough_sentences() -> None:
    assert len(CASES) >= 120
    assert sum(case["object"] is None for case in CASES) >= 15


@pytest.mark.parametrize(("one", "other"), list(combinations(WORDS, 2)))
def test_no_word_stands_in_two_tables(one: str, other: str) -> None:
    assert not PACK.lexicons[f"object_{one}"].keys() & PACK.lexicons[f"object_{other}"].keys()


@given(st.lists(st.sampled_from(PIECES_AND_BLANKS), max_size=25).map("".join))
@settings(max_examples=400, deadline=None)
def test_object_stands_right_of_its_mention_in_the_sentence(text: str) -> None:
    normalized = EXTRACTOR.normalize(text)
    clean = normalized.text
    sentences = EXTRACTOR.sentences(clean)
    ends = {normalized.map.to_source(s.start, s.end)[1]: s.end for s in sentences}
    document = EXTRACTOR.extract(text)
    for m in document.mentions:
        if not isinstance(m, Quantity) or m.object is None:
            continue
        assert m.kind == "count"
        sentence = next(s for s in document.sentences if s.start <= m.start < s.end)
        last = ends[sentence.end]
        first = next(s.start for s in sentences if s.end == last)
        places = [i for i in range(first, last) if clean.startswith(m.text, i)]
        assert any(m.object in clean[i + len(m.text) : last] for i in places)


@given(st.text(max_size=60), st.integers(0, 60))
@settings(deadline=None)
def test_any_text(text: str, at: int) -> None:
    found = OBJECTS.after(text, min(at, len(text)))
    assert found is None or found in text[at:]


@given(st.lists(st.sampled_from(PIECES_AND_BLANKS), max_size=25).map("".join), st.integers(0, 40))
@settings(max_examples=400, deadline=None)
def test_pieces(text: str, at: int) -> None:
    found = OBJECTS.after(text, min(at, len(text)))
    if found is not None:
        assert found
        assert found in text[at:].split("\n")[0]
        assert not set(found) & set("，。；！？!?;\n")


def test_word_at_the_end_of_the_text() -> None:
    assert OBJECTS.after("3家服务的专家", 2) is None
    assert OBJECTS.after("3名服务的专家", 2) == "专家"
    assert OBJECTS.after("3家", 2) is None


def test_without_tables() -> None:
    bare = msgspec.structs.replace(PACK, lexicons={})
    assert Objects(bare).after("3家企业。", 2) is None


@pytest.mark.parametrize("word", ["企业", "服务", "和企业", "、项目", "“a”", "的", "总投资", "5G", "一个", "国家级"])
def test_only_what_is_near_is_read(word: str) -> None:
    """However long the text: what stands a hundred characters away changes nothing."""
    text = "3家" + word * 20_000
    assert OBJECTS.after(text, 2) == OBJECTS.after(text[:120], 2)
