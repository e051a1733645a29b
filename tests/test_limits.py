"""Texts at the limits end, in time linear in their length, with a sound document."""

from __future__ import annotations

import json
import random
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from zhextract import Document, Extractor, ReadError
from zhextract.cli import main
from zhextract.read import read_articles
from zhextract.records import json_schema

UNITS = [
    "年", "1年", "“", "(", "一批", "2025年1月至", "-1", "1/2/", "A1", "《", "百分之", "，1",
    "1元1角", "第1", "1 ", "\n1", "公司", "1至", "。”", "（。",
]  # fmt: skip
MORE = ["2024年产值12.5亿元，同比增长8%。", "、1", "国", "國", "“1", "\n\n", "新华社1月1日电"]
REPEATS = 20_000
MARKS = {"“", "(", "《", "-1", "A1", "，1", "1 ", "。”", "（。"}
"""Units of which any number says nothing."""
RUNS = [
    "0123456789", "０１２３４５６７８９", "9", "零一二三四五六七八九十百千万亿", "〇一二三四五六七八九",
    "壹贰叁肆伍陆柒捌玖拾佰仟", "兆億萬",
]  # fmt: skip
NOTHING = ["", " ", "\n", "\ufeff", "😀", "\ud83d", "\x00", "。", "1", "年", "\u3000\u3000"]


@cache
def extractor() -> Extractor:
    return Extractor()


@cache
def validator() -> Any:
    return Draft202012Validator(json_schema())


def sound(text: str) -> Document:
    """The document of a text, which is read back as it is, keeps its places and is valid."""
    document = extractor().extract(text, "2025-11-03")
    data = document.to_json()
    assert Document.from_json(data) == document
    end = 0
    for m in document.mentions:
        assert end <= m.start < m.end <= len(text)
        end = m.end
    # Reading back has checked every record; the validator takes a while for each, so it sees some.
    part = json.loads(data)
    for kind in ("mentions", "sentences", "facts"):
        part[kind] = part[kind][:100] + part[kind][-100:]
    validator().validate(part)
    return document


# ------------------------------------------------------------------------------------------------------------ they end


@pytest.mark.parametrize("unit", UNITS, ids=repr)
def test_a_unit_many_times(unit: str) -> None:
    document = sound(unit * REPEATS)
    if unit in MARKS:
        assert not [m for m in document.mentions if m.rule != "number.plain"] or unit == "-1"


def test_a_very_long_line() -> None:
    folder = Path(__file__).parent.parent / "corpus"
    text = "".join(path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.txt"))).replace("\n", "")
    line = (text * (300_000 // len(text) + 1))[:300_000]
    document = sound(line)
    found = sum(1 for m in document.mentions if m.end <= len(text))
    assert found > 100
    assert len(document.mentions) > 0.9 * found * (300_000 // len(text))


@pytest.mark.parametrize("characters", RUNS, ids=repr)
def test_a_numeral_of_a_hundred_thousand_characters(characters: str) -> None:
    numeral = "".join(random.Random(7).choices(characters, k=100_000))
    for text in (numeral, f"产值{numeral}元。", f"{numeral}年", f"增长{numeral}%，达{numeral}.{numeral}万吨"):
        sound(text)


@pytest.mark.parametrize("text", NOTHING, ids=repr)
def test_hardly_any_text(text: str) -> None:
    document = sound(text)
    assert document.source.chars == len(text)
    assert not [m for m in document.mentions if m.text != "1"]


# ------------------------------------------------------------------------------------------------------- through files


def outputs(folder: Path, name: str, data: bytes) -> tuple[int, list[dict[str, Any]]]:
    """Exit code and documents of the command line for a file of `data`."""
    (folder / name).write_bytes(data)
    code = main(["extract", str(folder / name), "-o", str(folder / "out")])
    found = [json.loads(path.read_bytes()) for path in sorted((folder / "out").glob("*.json"))]
    for document in found:
        validator().validate(document)
    return code, found


@pytest.mark.parametrize(("data", "characters"), [(b"", 0), ("😀".encode(), 1), (b"\xef\xbb\xbf", 0), (b"\n", 1)])
def test_files_that_hold_hardly_anything(tmp_path: Path, data: bytes, characters: int) -> None:
    code, (document,) = outputs(tmp_path, "a.txt", data)
    assert code == 0
    assert document["source"]["chars"] == characters
    assert document["mentions"] == []


def test_an_empty_file_of_lines(tmp_path: Path) -> None:
    assert outputs(tmp_path, "a.jsonl", b"\n\n") == (0, [])


def test_lone_surrogates_in_lines(tmp_path: Path) -> None:
    """They are text like any other for JSON; no output can hold them, so they come out as U+FFFD."""
    lines = [
        r'{"id": "a", "text": "\ud83d产值12亿元\udc00，\ud83d\ude00第3名"}',
        r'{"id": "\ud800b", "text": "2024年\ud800"}',
        r'{"id": "c", "text": "\udfff"}',
    ]
    code, found = outputs(tmp_path, "a.jsonl", "\n".join(lines).encode())
    assert code == 0
    assert len(found) == 3
    texts = {m["text"] for document in found for m in document["mentions"]}
    assert {"12亿元", "第3名", "2024年"} <= texts
    assert [document["source"]["chars"] for document in found if document["id"] == "a"] == [13]


def test_a_line_that_is_no_article_is_an_error_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"text": "1"}\n{"text": \n[' + "[" * 100_000 + '\n{"text": "2"}\n', encoding="utf-8")
    kinds = [type(found).__name__ for found in read_articles([str(path)])]
    assert kinds == ["Article", "ReadError", "ReadError", "Article"]
    assert [found.line for found in read_articles([str(path)]) if isinstance(found, ReadError)] == [2, 3]


# ------------------------------------------------------------------------------------------------------- linear in time


def work(task: Callable[[], object]) -> int:
    """How many functions a task calls, of Python and of C: what it costs, the same on every machine."""
    count = 0

    def tick(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(tick)
    try:
        task()
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("unit", [*UNITS, *MORE], ids=repr)
def test_work_grows_with_length_and_no_faster(unit: str) -> None:
    def cost(times: int) -> int:
        text = unit * times
        return work(lambda: extractor().extract(text, "2025-11-03").to_json())

    cost(10)  # compiles what is compiled when first needed
    once, fourfold = cost(500), cost(2000)
    assert fourfold < 5 * once, f"{once:,} calls for 500, {fourfold:,} for 2,000"
