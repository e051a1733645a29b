"""`zhextract golden`: check, diff, accept, new; the scorer; the pytest plugin."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from tests import scoring
from tests.commandline import Run, runner
from tests.workbench import UNITS, write

import zhextract
from zhextract.workbench import scorer
from zhextract.workbench.accepting import annotation_text

SCORER = scoring.TESTS.parent.parent / "shared" / "tools" / "score.py"
TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%，新增企业12家。"


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfdbinary, monkeypatch)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """An article and its golden text, which is wrong in three places: a value, a missing and an invented record."""
    gold: dict[str, Any] = {
        "text_file": "news.txt", "published": None,
        "quantity": [
            {"start": 12, "end": 17, "text": "5.4亿元", "value": "540000001", "unit": "CNY", "kind": "money"},
            {"start": 22, "end": 24, "text": "3%", "value": "3", "unit": "%", "kind": "percent", "mod": None},
        ],
        "ordinal": [{"start": 0, "end": 2, "text": "云岭", "value": "1", "unit": "1"}],
        "time": [{"start": 4, "end": 9, "text": "2024年", "edtf": "2024"}],
    }  # fmt: skip
    return write(tmp_path / "golden", {"news.txt": TEXT, "a.json": annotation_text(gold)})


def marks(run: Run, *paths: object) -> dict[tuple[str, str], str]:
    code, out, _ = run("golden", "diff", *paths, "--json")
    assert code == bool(out)
    return {(row["kind"], row["type"]): row["mark"] for row in map(json.loads, out.splitlines())}


def test_check_and_diff(run: Run, folder: Path) -> None:
    code, out, err = run("golden", "check", folder)
    assert code == 1
    assert "3 new differences, 0 known" in err
    assert out.splitlines()[1].split()[:5] == ["quantity", "2", "3", "33.3%", "50.0%"]
    code, out, _ = run("golden", "diff", folder)
    assert code == 1
    assert "\x1b[" not in out
    groups = [line for line in out.splitlines() if not line.startswith(" ")]
    assert [group.split()[0] for group in groups] == ["(no", "count.amount", "money.amount"] or len(groups) == 3
    assert "…年产值达[5.4亿元]，同比增长3%…" in out or "[5.4亿元]" in out
    assert "    - value 540000001\n    + value 540000000\n" in out
    run("golden", "diff", folder, "--html", folder / "page.html")
    page = (folder / "page.html").read_text(encoding="utf-8")
    assert "540000001" in page
    assert "<dd>540000000</dd>" in page
    assert "Nothing has changed" not in page


def test_known_differences_stand(run: Run, folder: Path) -> None:
    before = (folder / "a.json").read_bytes()
    found = marks(run, folder)
    mark = found["changed", "quantity"]
    code, _, _ = run("golden", "accept", folder, mark, "--known", "the gold is right")
    assert code == 0
    assert set(marks(run, folder).values()) == set(found.values()) - {mark}
    assert (folder / "a.json").read_bytes() == before
    (line,) = (folder / "history" / "a.jsonl").read_text("utf-8").splitlines()
    entry = json.loads(line)
    assert (entry["act"], entry["reason"], entry["rule"]) == ("known", "the gold is right", "money.amount")
    code, _, _ = run("golden", "accept", folder, "--all", "--known", "so it is")
    assert run("golden", "check", folder)[0] == 0
    # What is mended and comes back is new.
    write(folder, {"news.txt": TEXT.replace("5.4亿元", "五点四亿")})
    _, _, err = run("golden", "check", folder)
    assert "known ones are gone" in err
    assert run("golden", "accept", folder, "--mended")[0] == 0
    write(folder, {"news.txt": TEXT})
    assert mark in marks(run, folder).values()


def test_hand_made_gold_is_not_overwritten(run: Run, folder: Path) -> None:
    before = (folder / "a.json").read_bytes()
    mark = marks(run, folder)["changed", "quantity"]
    code, _, err = run("golden", "accept", folder, mark, "--reason", "looks right")
    assert code == 2
    assert "written by hand" in err
    assert (folder / "a.json").read_bytes() == before
    assert not (folder / "history").exists()
    code, _, err = run("golden", "accept", folder, mark, "--correct-gold", "  ")
    assert (code, "reason is empty" in err) == (2, True)
    code, _, _ = run("golden", "accept", folder, mark, "--correct-gold", "a slip of the pen")
    assert code == 0
    changed = [line for line in (folder / "a.json").read_text("utf-8").splitlines() if line.encode() not in before]
    assert len(changed) == 1
    assert '"value": "540000000"' in changed[0]
    assert mark not in marks(run, folder).values()
    code, _, _ = run("golden", "accept", folder, "--all", "--correct-gold", "the rest, too")
    assert run("golden", "check", folder)[0] == 0
    gold = json.loads((folder / "a.json").read_text("utf-8"))
    assert [m["text"] for m in gold["quantity"]] == ["5.4亿元", "3%", "12家"]
    assert gold["ordinal"] == []


def test_accept_asks_only_on_a_terminal(run: Run, folder: Path) -> None:
    code, _, err = run("golden", "accept", folder, "--reason", "x", stdin=b"y\ny\n")
    assert code == 2
    assert "--all" in err
    assert run("golden", "accept", folder)[0] == 2
    assert run("golden", "accept", folder, "no-mark", "--known", "x")[0] == 2


def test_documents_are_taken_over_one_by_one(run: Run, folder: Path) -> None:
    docs = folder / "docs"
    code, _, _ = run("golden", "new", folder / "news.txt", "-o", docs)
    assert code == 0
    assert run("golden", "check", docs)[0] == 0
    assert run("golden", "new", folder / "news.txt", "-o", docs)[0] == 2
    file = docs / "news.json"
    document = json.loads(file.read_text("utf-8"))
    kept = json.loads(file.read_text("utf-8"))
    document["mentions"] = [m for m in document["mentions"] if m["text"] not in ("12家", "2024年")]
    document["facts"] = []
    document["mentions"][0] |= {"text": "changed"}
    file.write_text(json.dumps(document), encoding="utf-8")
    rules = [m["rule"] for m in kept["mentions"] if m["text"] == "12家"]
    code, _, _ = run("golden", "accept", docs, "--rule", rules[0], "--reason", "counts are back")
    assert code == 0
    now = json.loads(file.read_text("utf-8"))
    texts = [m["text"] for m in now["mentions"]]
    assert "12家" in texts
    assert "2024年" not in texts
    assert [m["id"] for m in now["mentions"]] == [f"m{i + 1}" for i in range(len(texts))]
    code, _, _ = run("golden", "accept", docs, "--all", "--reason", "all of it")
    assert code == 0
    assert json.loads(file.read_text("utf-8")) == kept
    acts = [json.loads(line)["act"] for line in (docs / "history" / "news.jsonl").read_text("utf-8").splitlines()]
    assert set(acts) == {"accept"}


def test_by_hand(run: Run, folder: Path) -> None:
    code, _, _ = run("golden", "new", folder / "news.txt", "-o", folder / "hand", "--by-hand")
    assert code == 0
    gold = json.loads((folder / "hand" / "news.json").read_text("utf-8"))
    assert [m["text"] for m in gold["quantity"]] == ["5.4亿元", "3%", "12家"]
    assert all("rule" not in m and "id" not in m for m in gold["quantity"])
    shutil.move(folder / "hand" / "news.json", folder / "b.json")
    assert run("golden", "check", folder / "b.json")[0] == 0


def test_faults_are_told(run: Run, tmp_path: Path) -> None:
    for files, says in (
        ({"a.json": '{"quantity": []}'}, "text_file is missing"),
        ({"a.json": '{"quantity": [], "text_file": "no.txt"}'}, "the article no.txt is not there"),
        ({"a.json": "{"}, "not JSON"),
        ({"b.jsonl": '{"a": 1}\n'}, "no golden fixtures there"),
    ):
        folder = write(tmp_path / says.replace(" ", "-"), files)
        code, _, err = run("golden", "check", folder)
        assert (code, says in err) == (2, True), err


def test_annotations_are_written_as_they_were() -> None:
    for path in sorted(scoring.GOLDEN.glob("*.json")):
        text = path.read_text("utf-8")
        assert annotation_text(json.loads(text)) == text, path


# -------------------------------------------------------------------------------------------------------------- scorer


def lone(unit: str) -> dict[str, Any]:
    return {"start": 3, "end": 4, "unit": unit}


def facts_of(*values: dict[str, Any]) -> list[dict[str, Any]]:
    base = {
        "q_start": 0,
        "type": "level",
        "value": "1",
        "unit": "t",
        "time": "2024",
        "subject": "临川市",
        "indicator": "粮食产量",
    }
    return [{**base, **one} for one in values]


@pytest.mark.skipif(not SCORER.is_file(), reason="the project's scorer is not beside this checkout")
def test_scores_as_the_scorer_does_with_facts(tmp_path: Path) -> None:
    """Side columns, doubles, likeness of subjects, missing fields: to the digit."""
    gold = {
        "quantity": [{"start": 0, "end": 2, "value": "1.50", "unit": "t", "kind": "mass"}, lone("1")],
        "time": [{"start": 5, "end": 9, "edtf": None, "mod": "END"}] * 2,
        "ordinal": [],
        "entity": [{"start": 9, "end": 12, "label": "org", "name": "甲"}],
        "facts": facts_of(
            {}, {"q_start": 1, "subject": "“临川”市", "basis": "yoy"}, {"q_start": 2, "indicator": None},
            {"q_start": 3, "subject": "北麓县"}, {"q_start": 4, "indicator": "全市粮食总产量"},
            {"q_start": 5, "time": None}, {},
        ),
    }  # fmt: skip
    found = {
        "quantity": [{"start": 0, "end": 2, "value": "1.5", "unit": "t", "kind": "other"}, lone("2")],
        "time": [{"start": 5, "end": 9, "edtf": None, "mod": "END"}, {"start": 5, "end": 9, "edtf": None}],
        "ordinal": [{"start": 1, "end": 2, "value": "1"}],
        "entity": [{"start": 9, "end": 12, "label": "org", "name": "乙"}],
        "facts": facts_of(
            {}, {"q_start": 1}, {"q_start": 2}, {"q_start": 3, "subject": "南麓县"}, {"q_start": 4}, {"q_start": 5},
            {"q_start": 6},
        ),
    }  # fmt: skip
    for name, data in (("gold", gold), ("doc", found)):
        (tmp_path / f"{name}.json").write_text(json.dumps(data), encoding="utf-8")
    command = [sys.executable, str(SCORER), str(tmp_path / "gold.json"), str(tmp_path / "doc.json"), "--json"]
    theirs = json.loads(subprocess.run(command, capture_output=True, check=True, encoding="utf-8").stdout)
    assert {kind: one.row() for kind, one in scorer.score([(gold, found)]).items()} == theirs


# -------------------------------------------------------------------------------------------------------------- plugin


def pytested(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    source = str(Path(zhextract.__file__).parent.parent)
    call = [sys.executable, "-m", "pytest", "-p", "zhextract_pytest", "-p", "no:cacheprovider", "-q", *args]
    env = {"PATH": "/usr/bin:/bin", "PYTHONPATH": source}
    return subprocess.run(call, cwd=folder, env=env, capture_output=True, text=True, check=False)


def test_plugin(folder: Path) -> None:
    write(folder / "mine", {"units.yml": UNITS.replace("value: 3,", "value: 4,")})
    done = pytested(folder, "--zhextract", "mine", "a.json")
    assert done.returncode == 1
    assert "2 failed, 2 passed" in done.stdout
    assert "mine/units.yml:9: mine.mu: example '共<3石田>以上': expected {rule: mine.mu, value: 4" in done.stdout
    assert "+ value 540000000" in done.stdout
    done = pytested(folder, "--zhextract", "mine", "a.json", "-k", "mine.mu and 开垦")
    assert (done.returncode, "1 passed, 3 deselected" in done.stdout) == (0, True)


def test_plugin_costs_nothing_unasked(folder: Path) -> None:
    write(folder, {"test_it.py": "import sys\ndef test_it():\n    assert 'zhextract' not in sys.modules\n"})
    done = pytested(folder, "test_it.py")
    assert done.returncode == 0, done.stdout
