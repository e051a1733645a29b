"""`zhextract regress`, `rules coverage`, `rules profile`, `rules schema`, `watch`, and mutants."""

from __future__ import annotations

import importlib.util
import json
import os
import signal
import subprocess
import sys
import time
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml
from tests.commandline import Run, interruptible, runner
from tests.workbench import UNITS, committed, write

import zhextract
from zhextract.read import Article
from zhextract.rules.build import builtin_folder
from zhextract.workbench import regress
from zhextract.workbench.context import PLAIN
from zhextract.workbench.coverage import cover
from zhextract.workbench.golden import read
from zhextract.workbench.mutate import Ground, Mutant, mutants
from zhextract.workbench.profile import profile
from zhextract.workbench.ruleset import RuleSet
from zhextract.workbench.schema import rule_schema, schema_text
from zhextract.workbench.watching import Session

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfdbinary, monkeypatch)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return write(tmp_path / "mine", {"units.yml": UNITS})


# ------------------------------------------------------------------------------------------------------------- regress


def test_regress(run: Run, mine: Path, tmp_path: Path) -> None:
    committed(mine)
    corpus = write(tmp_path / "corpus", {"a.txt": "开垦12石田，投资3亿元。", "b.txt": "共5石田整。"})
    write(mine, {"units.yml": UNITS.replace("石田 >", "石田 [整]? >").replace("[石田]", "[田]")})
    call = ("regress", "--new", mine, "--folder", mine, corpus)
    code, out, _ = run(*call)
    assert code == 0
    (quantities,) = (line.split() for line in out.splitlines() if line.startswith("quantity"))
    assert quantities[4:] == ["0", "added", "0", "lost", "2", "changed"]
    assert "    - unit [石田]\n    + unit [田]\n" in out
    assert "[5石田整]" in out
    code, out, _ = run(*call, "--max-changed", 1, "--max-lost", 0, "--format", "markdown")
    assert code == 1
    assert "changed, at most 1 allowed**" in out
    assert "| `mine.mu` | 0 | 0 | 2 |" in out
    code, out, _ = run(*call, "--format", "json", "--differences", tmp_path / "all.jsonl")
    report = json.loads(out)
    assert (code, report["types"]["quantity"]["changed"], report["rules"]["mine.mu"]["changed"]) == (0, 2, 2)
    rows = [json.loads(line) for line in (tmp_path / "all.jsonl").read_text("utf-8").splitlines()]
    found = [(row["article"], row["what"], row["start"]) for row in rows if row["type"] == "quantity"]
    assert found == [("a", "changed", 2), ("b", "changed", 1)]
    assert run(*call, "--html", tmp_path / "page.html")[0] == 0
    page = (tmp_path / "page.html").read_text("utf-8")
    assert "<code>mine.mu</code>" in page
    assert "[石田]" in page
    assert "[田]" in page
    assert run(*call, "--html", tmp_path / "no" / "page.html")[0] == 2
    code, _, err = run("regress", "--old", "no-such", "--folder", mine, corpus)
    assert (code, "no revision 'no-such'" in err) == (2, True)


def test_memory_does_not_grow_with_the_corpus() -> None:
    """Eight times the records take no more room. Extraction, which is not at stake, is made up."""

    class Made:
        """In place of an extractor: two hundred records an article, each fifth of them other in the new version."""

        def __init__(self, version: int) -> None:
            self.version = version

        def extract(self, text: str, published: str | None) -> Any:
            return self

        def to_dict(self) -> dict[str, Any]:
            mentions = [
                {"type": "quantity", "id": f"m{i}", "start": i, "end": i + 1, "text": "1", "rule": f"r.{i % 7}",
                 "value": str(i * (self.version if i % 5 == 0 else 1))}
                for i in range(200)
            ]  # fmt: skip
            return {"entities": [], "mentions": mentions, "facts": []}

    def articles(count: int) -> Iterator[Article]:
        for i in range(count):
            yield Article(f"a{i}", "a.txt", "x" * 200, "utf-8", "")

    def peak(count: int) -> tuple[int, regress.Report]:
        tracemalloc.start()
        try:
            report = regress.run(articles(count), Made(1), Made(2), 1)  # type: ignore[arg-type]
            return tracemalloc.get_traced_memory()[1], report
        finally:
            tracemalloc.stop()

    few, _ = peak(60)
    many, report = peak(480)
    assert report.old.total() + report.new.total() == 192_000
    assert report.total("changed") == 480 * 39
    assert sum(map(len, report.samples.values())) == 7 * regress.SAMPLES
    assert many < 1.5 * few


# -------------------------------------------------------------------------------------------------- coverage, profile


def test_coverage(mine: Path) -> None:
    write(mine, {"units.yml": UNITS.replace("石田 >", "石田 ( [整] | 左右 )? >")})
    found = cover(RuleSet([mine]), [("开垦12石田整，来访", None), ("2023年建成《某法》，同比增长3%。", None)])
    rules = {one.name: one.times for one in found.rules}
    assert rules["mine.mu"] == 1
    assert rules["time.year"] == 1
    assert rules["time.year_range"] == 0
    branches = {one.name: one.times for one in found.branches}
    assert (branches["mine.mu: [整]"], branches["mine.mu: 左右"]) == (1, 0)
    rows = {one.name: one for used in found.lexicons.values() for one in used}
    assert rows["measure/%"].times == 1
    assert rows["measure/亩"].times == 0
    assert rows["measure/亩"].line > 1
    assert "mine.mu: 左右" in {one.name for one in found.dead["branches"]}


def test_marks_change_nothing() -> None:
    """With the marks that coverage puts in, the same is found."""
    from zhextract.workbench.coverage import _Marked

    rules = RuleSet()
    marked = rules.with_source(_Marked(rules.source).source)
    for path in sorted((ROOT / "corpus").glob("*.txt"))[::4]:
        text = path.read_text("utf-8")
        assert marked.extractor.extract(text) == rules.extractor.extract(text)


def test_profile() -> None:
    rules = RuleSet()
    found = profile(rules, ["2023年产值5亿元，增长3%。" * 3])
    rows = {row.rule: row for row in found.rows}
    assert rows["time.year"].hits == 3
    assert rows["time.year"].tries >= 3
    assert rows["time.year"].nanoseconds > 0
    assert rows["money.amount"].hits == 3
    assert (found.articles, found.characters) == (1, 48)


# -------------------------------------------------------------------------------------------------------------- schema


def test_schema_is_that_of_the_code() -> None:
    assert (ROOT / "schema" / "rules.json").read_text("utf-8") == schema_text(), (
        "zhextract rules schema > schema/rules.json"
    )


def test_rule_files_name_and_keep_the_schema() -> None:
    """As the loader reads them, and as an editor does, which sees numbers and dates."""
    jsonschema.Draft202012Validator.check_schema(rule_schema())
    validator = jsonschema.Draft202012Validator(rule_schema())
    for path in sorted(builtin_folder().rglob("*.yml")):
        text = path.read_text("utf-8")
        assert text.startswith("# yaml-language-server: $schema="), f"{path}: zhextract rules schema --mark rules"
        validator.validate(yaml.load(text, Loader=yaml.BaseLoader))
        validator.validate(json.loads(json.dumps(yaml.safe_load(text), default=str)))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("  anchor:", "  ankor:"),
        ("kind: area", "kinds: area"),
        ("type: quantity", "type: quantty"),
        ("value: 12", "valu: 12"),
    ],
)
def test_schema_refuses(old: str, new: str) -> None:
    validator = jsonschema.Draft202012Validator(rule_schema())
    assert validator.is_valid(yaml.load(UNITS, Loader=yaml.BaseLoader))
    assert not validator.is_valid(yaml.load(UNITS.replace(old, new, 1), Loader=yaml.BaseLoader))


def test_schema_lines(run: Run, mine: Path) -> None:
    write(mine, {"deep/er/x.yml": "rules: []\n"})
    assert run("rules", "schema", "--mark", mine)[0] == 0
    assert (mine / "units.yml").read_text("utf-8").startswith("# yaml-language-server: $schema=../schema/rules.json\n")
    assert "$schema=../../../schema/rules.json\n" in (mine / "deep/er/x.yml").read_text("utf-8")
    code, _, err = run("rules", "schema", "--mark", mine)
    assert (code, err) == (0, "")


# --------------------------------------------------------------------------------------------------------------- watch


def test_an_edit_shows_what_it_changes(mine: Path, tmp_path: Path) -> None:
    article = write(tmp_path / "in", {"a.txt": "开垦12石田。"}) / "a.txt"
    session = Session([str(article.parent)], [mine])

    def edited(path: Path, text: str) -> str:
        path.write_text(text, encoding="utf-8")
        return "\n".join(session.edited([path], PLAIN))

    rules = mine / "units.yml"
    said = edited(rules, UNITS.replace('unit: "[石田]", mod', 'unit: "[田]", mod'))
    assert "    - unit [石田]\n    + unit [田]" in said
    assert "expected {rule: mine.mu, value: 12, unit: [石田]}" in said
    assert "mine/units.yml:5: mine.mu: unknown key" not in said
    assert "unknown key 'ankor'" in edited(rules, UNITS.replace("anchor", "ankor"))
    assert "1 articles, nothing changed" in edited(article, "开垦12石田。")
    assert "a: 2 mentions" in edited(article, "开垦12石田，又3石田。")
    article.unlink()
    assert "a: gone" in "\n".join(session.edited([article], PLAIN))


@pytest.mark.skipif(importlib.util.find_spec("watchfiles") is None, reason="watchfiles is not installed")
def test_watch(mine: Path, tmp_path: Path) -> None:
    corpus = write(tmp_path / "in", {"a.txt": "开垦12石田。"})
    env = {**os.environ, "PYTHONPATH": str(Path(zhextract.__file__).parent.parent)}
    call = [sys.executable, "-m", "zhextract", "watch", str(corpus), "--rules", str(mine)]
    with interruptible():
        watching = subprocess.Popen(call, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    with watching as child:
        assert child.stderr is not None
        assert b"waiting" in child.stderr.readline()
        time.sleep(0.5)
        write(mine, {"units.yml": UNITS.replace('unit: "[石田]", mod', 'unit: "[田]", mod')})
        assert child.stderr.readline() == b"--\n"
        child.send_signal(signal.SIGINT)
        out, _ = child.communicate()
    assert "+ unit [田]" in out.decode()
    assert child.returncode == 130


# ------------------------------------------------------------------------------------------------------------- mutants


def test_mutants_are_noticed_or_not(tmp_path: Path) -> None:
    """Of a rule with examples each mutant is noticed but the branch that none of them has; golden texts notice, too."""
    rules = UNITS.replace("石田 >", "石田 ( 整 | 左右 | 上下 )? >").replace(
        "  not:", "  - 共<7石田整>: {value: 7}\n  not:"
    )
    mine = write(tmp_path / "mine", {"units.yml": rules})
    fixture = {"id": "a", "text": "约9石田上下", "quantity": [{"start": 1, "end": 6, "value": "9", "unit": "[石田]"}]}
    golden = write(tmp_path / "golden", {"a.jsonl": json.dumps(fixture) + "\n"})
    made = RuleSet([mine])
    ground = Ground(made, list(read([golden])))
    own = [m for m in mutants(made.source) if m.name == "mine.mu"]
    assert [m.what for m in own] == ["gone", "without “整”", "without “左右”", "without “上下”"]
    assert [ground.fate(m).noticed for m in own] == ["example", "example", "", "golden"]
    scales = {m.where: m for m in mutants(made.source) if m.kind == "scale" and m.name == "measure"}
    assert ground.fate(scales["千米"]).noticed == "example"
    assert ground.fate(scales["千米"]).noticed == "example"  # the row was put back
    assert isinstance(scales["千米"], Mutant)
