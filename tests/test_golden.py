"""The golden files: scores above their floors, valid documents, the same records whoever makes the words."""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator
from tests import floors, scoring
from tests.scoring import Golden

from zhextract import Document, Extractor
from zhextract.records import json_schema

SCORER = scoring.TESTS.parent.parent / "shared" / "tools" / "score.py"
ARTICLES = scoring.articles()
SENTENCES = scoring.sentences()
TEXTS = [*ARTICLES, *SENTENCES]
FILES = sorted({one.file for one in TEXTS})
VALIDATOR = Draft202012Validator(json_schema())


@cache
def documents() -> list[tuple[Golden, Document]]:
    extractor = Extractor()
    return [(one, scoring.extract(one, extractor)) for one in TEXTS]


@cache
def now() -> floors.Pins:
    return floors.pins(Extractor())


def of_file(file: str) -> list[tuple[Golden, Document]]:
    return [(one, document) for one, document in documents() if one.file == file]


def test_there_are_enough() -> None:
    assert len(ARTICLES) >= 8
    assert len(SENTENCES) >= 250


@pytest.mark.parametrize("file", FILES)
def test_above_its_floors(file: str) -> None:
    """A floor is the F1 once reached."""
    kept = {"digest": "", "files": {file: floors.read()["files"].get(file, {})}}
    assert kept["files"][file], f"no floors yet: {floors.AGAIN}"
    below = floors.regressions(kept, now())
    assert not below, "\n".join(below)


def test_floors_are_of_these_files() -> None:
    changed = floors.changes(floors.read(), now())
    assert not changed, "\n".join([*changed, f"pin the floors anew: {floors.AGAIN}"])


def test_floors_are_not_lowered_unasked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    high = json.loads(json.dumps(now()))
    high["files"][FILES[0]]["quantity"]["f1"] = 1.5
    monkeypatch.setattr(floors, "FLOORS", tmp_path / "floors.json")
    floors.write(high)
    assert floors.read() == high
    assert floors.main([]) == 1
    assert floors.main(["--update"]) == 1
    assert floors.read() == high
    assert floors.main(["--update", "--allow-regression"]) == 0
    assert floors.read() == now()
    assert floors.main([]) == 0


@pytest.mark.parametrize("one", ARTICLES, ids=lambda one: one.id)
def test_annotations_lie_in_their_text(one: Golden) -> None:
    """What gold marks is there, once a span."""
    for kind in scoring.KEYS:
        spans = [(m["start"], m["end"]) for m in one.gold[kind]]
        assert all(0 <= start < end <= len(one.text) for start, end in spans)
        assert len(set(spans)) == len(spans)


@pytest.mark.parametrize("file", FILES)
def test_documents_are_valid(file: str) -> None:
    for _, document in of_file(file):
        data = document.to_json()
        assert Document.from_json(data) == document
        VALIDATOR.validate(json.loads(data))


@pytest.mark.parametrize("one", ARTICLES, ids=lambda one: one.id)
def test_published(one: Golden) -> None:
    """The article says itself when it was published."""
    (document,) = [d for o, d in documents() if o is one]
    assert document.published == one.published


def test_same_records_by_either_segmenter() -> None:
    jieba = Extractor(segmenter="jieba")
    for one, document in documents():
        assert scoring.extract(one, jieba) == document, one.id


@pytest.mark.skipif(not SCORER.is_file(), reason="the project's scorer is not beside this checkout")
@pytest.mark.parametrize("file", FILES)
def test_scores_as_the_scorer_does(file: str, tmp_path: Path) -> None:
    gold, doc = scoring.GOLDEN / file, tmp_path / file
    lines = [document.to_json() for _, document in of_file(file)]
    doc.write_text("\n".join(lines), encoding="utf-8")
    command = [sys.executable, str(SCORER), str(gold), str(doc), "--json"]
    run = subprocess.run(command, capture_output=True, check=True, encoding="utf-8")
    theirs = json.loads(run.stdout)
    for kind, tally in scoring.score(of_file(file)).items():
        assert tally.row() == {field: theirs[kind][field] for field in tally.row()}, kind
