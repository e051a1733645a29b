"""Review to gold without a browser: the form of gold, what is refused, saves with their history, other tools' forms."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import samples, scoring

from zhextract import Extractor, UsageError
from zhextract.web import exchange, gold

TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%，居全省第2位，长春市人民政府发布。"
TASK = '[{"data": {"text": "TEXT"}, "annotations": [{"result": [{"type": "labels", "value": %s}]}]}]'
SCORER = scoring.TESTS.parent.parent / "shared" / "tools" / "score.py"


@pytest.fixture(scope="module")
def sample() -> gold.Gold:
    """Gold of TEXT, a fact in it."""
    made = gold.of_document(Extractor().extract(TEXT, id="a", name="a.txt").to_dict())
    figure = made["quantity"][0]
    made["facts"] = [
        {"subject": "云岭新区", "indicator": "产值", "type": "level", "value": figure["value"], "lower": None,
         "upper": None, "unit": "CNY", "mod": None, "basis": None, "whole": None, "time": "2024",
         "q_start": figure["start"]}
    ]  # fmt: skip
    return made


def changed(sample: gold.Gold, kind: str, fields: dict[str, Any]) -> gold.Gold:
    """The gold with one record changed."""
    copy: gold.Gold = json.loads(json.dumps(sample))
    copy[kind][0] |= fields
    return copy


def test_gold_is_as_the_scheme_says(sample: gold.Gold) -> None:
    """Records have the fields of the golden files, which follow the scheme."""
    assert gold.check(sample, TEXT) == []
    for one in scoring.articles():
        assert gold.check(one.gold, one.text) == [], one.id
        assert gold.in_order(one.gold, one.gold["text_file"], one.published).keys() == one.gold.keys()
        for kind in gold.LISTS:
            for record in one.gold[kind]:
                assert set(record) <= set(gold.FIELDS[kind])
                assert set(gold.FIELDS[kind]) - set(record) <= {"title"}


@pytest.mark.parametrize(
    ("kind", "fields", "says"),
    [
        ("quantity", {"start": -1}, "no span of this article"),
        ("quantity", {"end": 99}, "no span of this article"),
        ("quantity", {"start": 1.5}, "int"),
        ("quantity", {"value": 5}, "str"),
        ("quantity", {"value": "5,4"}, "value is no number"),
        ("quantity", {"kind": "wealth"}, "Invalid enum value"),
        ("quantity", {"mod": "ABOUT"}, "Invalid enum value"),
        ("quantity", {"id": "m1"}, "no such field: id"),
        ("time", {"edtf": "2024-13"}, "no EDTF: 2024-13"),
        ("entity", {"label": "thing"}, "Invalid enum value"),
        ("facts", {"q_start": 3}, "no figure begins at 3"),
        ("facts", {"time": "lately"}, "no EDTF"),
        ("facts", {"type": "wish"}, "Invalid enum value"),
    ],
)
def test_what_is_refused(sample: gold.Gold, kind: str, fields: dict[str, Any], says: str) -> None:
    faults = gold.check(changed(sample, kind, fields), TEXT)
    assert faults
    assert says in faults[0]


def test_more_that_is_refused(sample: gold.Gold) -> None:
    assert "stands here twice" in gold.check({**sample, "time": sample["time"] * 2}, TEXT)[0]
    assert gold.check({"time": {}}, TEXT) == ["time: not a list"]
    assert gold.check({"time": [1]}, TEXT) == ["time ?: not an object"]


def test_save(tmp_path: Path, sample: gold.Gold) -> None:
    """A save replaces the gold as a whole and goes into the history; the history is no article."""
    article = tmp_path / "a.txt"
    article.write_text(TEXT, encoding="utf-8")
    assert gold.read(article) == (None, "")
    assert gold.last(article) == {}
    first = gold.save(article, gold.in_order(sample, "a.txt", None), [{"key": "x", "verdict": "rejected"}])
    second = gold.save(article, gold.in_order({}, "a.txt", "2025-01-02"), [])
    assert first != second
    assert gold.read(article) == (gold.in_order({}, "a.txt", "2025-01-02"), second)
    lines = [json.loads(line) for line in gold.history_file(article).read_text(encoding="utf-8").splitlines()]
    assert [line["version"] for line in lines] == [first, second]
    assert lines[0]["gold"]["facts"] == sample["facts"]
    with gold.history_file(article).open("a", encoding="utf-8") as history:
        history.write('{"at": "cut sho')  # the machine stopped here
    assert gold.last(article)["version"] == second
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gold.history", "a.gold.json", "a.txt"]
    run = subprocess.run(
        [sys.executable, "-m", "zhextract", "extract", str(tmp_path)], capture_output=True, check=True,
        env={**os.environ, "PYTHONPATH": str(scoring.TESTS.parent / "src")},
    )  # fmt: skip
    assert len(run.stdout.splitlines()) == 1


def test_a_save_that_fails_changes_nothing(tmp_path: Path, sample: gold.Gold, monkeypatch: pytest.MonkeyPatch) -> None:
    article = tmp_path / "a.txt"
    gold.save(article, sample, [])
    before = gold.gold_file(article).read_bytes()

    def fail(number: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="No space"):
        gold.save(article, gold.in_order({}, "a.txt", None), [])
    assert gold.gold_file(article).read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.gold.history", "a.gold.json"]


@pytest.mark.skipif(not SCORER.is_file(), reason="the project's scorer is not beside this checkout")
def test_gold_of_a_document_scores_one(tmp_path: Path) -> None:
    for _, document in samples.documents(Extractor()):
        made = gold.of_document(document.to_dict())
        (tmp_path / "gold.json").write_text(gold.as_text(made), encoding="utf-8")
        (tmp_path / "doc.json").write_text(document.to_json(), encoding="utf-8")
        line = [sys.executable, str(SCORER), str(tmp_path / "gold.json"), str(tmp_path / "doc.json"), "--json"]
        scores = json.loads(subprocess.run(line, capture_output=True, check=True, encoding="utf-8").stdout)
        assert {kind: row["f1"] for kind, row in scores.items()} == dict.fromkeys(scores, 1.0)


# ---------------------------------------------------------------------------------------------- forms of other tools


@pytest.mark.parametrize("form", ["label-studio", "web-annotation"])
@pytest.mark.parametrize("one", scoring.articles(), ids=lambda one: one.id)
def test_there_and_back(form: str, one: scoring.Golden) -> None:
    """Nothing is lost on the way to another tool and back."""
    ours = gold.in_order(one.gold, "a.txt", one.published)
    tool = exchange.FORMS[form]
    back = gold.in_order(tool.read(tool.write(ours, one.text, one.id), one.text), "a.txt", one.published)
    assert back == ours


@pytest.mark.parametrize("one", scoring.articles(), ids=lambda one: one.id)
def test_bio_there_and_back(one: scoring.Golden) -> None:
    """BIO keeps the spans: of those that overlap the longest, with the breaks in them."""
    back = exchange.from_bio(exchange.to_bio(one.gold, one.text, one.id), one.text)
    wanted = {(kind, r["start"], r["end"]) for kind in gold.MENTIONS for r in one.gold[kind]}
    found = {(kind, r["start"], r["end"]) for kind in gold.MENTIONS for r in back[kind]}
    assert found <= wanted
    for kind, start, end in wanted - found:
        assert any(s < end and start < e and e - s >= end - start for k, s, e in found), (kind, start, end)
    plain = "\n".join("\t".join(line.split("\t")[::2]) for line in exchange.to_bio(one.gold, one.text, "a").split("\n"))
    assert exchange.from_bio(plain, one.text) == back  # without the offsets


def test_code_points() -> None:
    """Signs beyond the first plane count as one."""
    text = "𠮷野家😀开店30家"
    ours = gold.of_document(Extractor().extract(text, name="a.txt").to_dict())
    assert ours["quantity"]
    for form in exchange.FORMS.values():
        found = form.read(form.write(ours, text, "a"), text)["quantity"]
        assert [(r["start"], text[r["start"] : r["end"]]) for r in found] == [(6, "30家")]
    task = json.loads(exchange.to_label_studio(ours, text, "a"))[0]
    assert task["annotations"][0]["result"][0]["value"] == {
        "start": 6,
        "end": 9,
        "text": "30家",
        "labels": ["quantity"],
    }


def test_what_another_tool_changes(sample: gold.Gold) -> None:
    """A record that was moved or relabelled loses the fields it had; one that was deleted takes its facts with it."""
    task = json.loads(exchange.to_label_studio(sample, TEXT, "a"))[0]
    regions = task["annotations"][0]["result"]
    figure = next(r for r in regions if r["value"]["labels"] == ["quantity"])
    figure["value"]["end"] -= 1
    regions.append({"type": "labels", "value": {"start": 0, "end": 2, "labels": ["place"]}})
    regions.append({"type": "choices", "value": {"choices": ["ok"]}})
    found = exchange.from_label_studio(json.dumps([{"data": {"text": "another"}}, task]), TEXT)
    start = figure["value"]["start"]
    assert {"start": start, "end": figure["value"]["end"]} in found["quantity"]
    assert {"start": 0, "end": 2, "label": "place"} in found["entity"]
    assert found["facts"] == sample["facts"]
    regions.remove(figure)
    assert exchange.from_label_studio(json.dumps(task), TEXT)["facts"] == []


def test_annotations_of_others() -> None:
    """They are placed by position while it holds the quote, else by the quote."""
    item = {
        "type": "Annotation", "body": {"type": "TextualBody", "purpose": "tagging", "value": "time"},
        "target": {"selector": {"type": "TextQuoteSelector", "exact": "2024年", "prefix": "新区"}},
    }  # fmt: skip
    assert exchange.from_web_annotation(json.dumps([item]), TEXT)["time"] == [{"start": 4, "end": 9}]
    item["target"] = {
        "selector": [
            {"type": "TextPositionSelector", "start": 0, "end": 5},
            {"type": "TextQuoteSelector", "exact": "2024年"},
        ]
    }
    assert exchange.from_web_annotation(json.dumps(item), TEXT)["time"] == [{"start": 4, "end": 9}]


@pytest.mark.parametrize(
    ("form", "content", "says"),
    [
        ("label-studio", "no", "not JSON"),
        ("label-studio", "[" * 100_000, "not JSON"),
        ("label-studio", "[]", "no task has the text"),
        ("label-studio", TASK % '{"start": 0, "end": 99, "labels": ["time"]}', "no span of this article"),
        ("label-studio", TASK % '{"start": 0, "end": 9, "labels": ["thing"]}', "no such label: 'thing'"),
        ("label-studio", TASK % '{"start": "0", "end": 9, "labels": ["time"]}', "no span of this article"),
        ("web-annotation", '[{"body": {"purpose": "tagging", "value": "time"}, "target": "y"}]', "not in this article"),
        ("bio", "云\tO\n海\tO", "line 2: '海' is not what stands at 1"),
    ],
)  # fmt: skip
def test_bad_files_of_others(form: str, content: str, says: str) -> None:
    with pytest.raises(UsageError, match=says):
        exchange.FORMS[form].read(content.replace("TEXT", TEXT), TEXT)
