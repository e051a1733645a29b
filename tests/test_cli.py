"""The command line: what goes in, what comes out and where, exit codes, names of files, manners."""

from __future__ import annotations

import io
import json
import os
import re
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from tests.commandline import Run, interruptible, runner

from zhextract import Extractor, cli, read, write
from zhextract.cli import progress
from zhextract.records import json_schema
from zhextract.write import FolderWriter, safe_name

ROOT = Path(__file__).resolve().parent.parent
SOURCE = str(Path(cli.__file__).parents[1])  # whichever package is tested
CORPUS = ROOT / "corpus"
TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"
LATER = "园区今年新建3个车间，投资2亿元。"
VALIDATOR = jsonschema.Draft202012Validator(json_schema())


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfdbinary, monkeypatch)


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    """A folder with five articles, one of them nested, and one that cannot be read."""
    folder = tmp_path / "inbox"
    (folder / "sub").mkdir(parents=True)
    (folder / "a.txt").write_text(TEXT, encoding="utf-8")
    (folder / "b.md").write_text(f"# {TEXT}\n\n{LATER}\n", encoding="utf-8")
    (folder / "bad.txt").write_bytes(b"\xff\x80\x81 \xe4\xb8")
    rows = [{"id": "x/1", "text": TEXT}, {"id": "x_1", "text": LATER, "published": "2023-05-06"}]
    (folder / "c.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    (folder / "sub" / "a.txt").write_text(LATER, encoding="utf-8")
    return folder


def command(*args: object, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Runs the command in a process of its own."""
    env = {**os.environ, "PYTHONPATH": SOURCE, **options.pop("env", {})}
    line = [sys.executable, "-W", "error", "-m", "zhextract", *map(str, args)]
    return subprocess.run(line, capture_output=True, env=env, timeout=60, check=False, **options)


def documents(out: str) -> list[dict[str, Any]]:
    """The documents of an output, each valid by the schema."""
    found = [json.loads(line) for line in out.splitlines()]
    for document in found:
        VALIDATOR.validate(document)
    return found


# ------------------------------------------------------------------------------------------------- to standard output


def test_documents_in_input_order_with_their_ids(run: Run, inbox: Path) -> None:
    code, out, err = run("extract", inbox / "sub", inbox / "c.jsonl", inbox / "a.txt")
    assert (code, err) == (0, "")
    assert [d["id"] for d in documents(out)] == ["a", "x/1", "x_1", "a.txt"]


def test_corpus_is_valid_and_traceable(run: Run) -> None:
    code, out, _ = run("extract", CORPUS)
    assert code == 0
    found = documents(out)
    assert len(found) == len(list(CORPUS.glob("*.txt")))
    keys = ["schema", "id", "source", "title", "published", "script", "sentences", "mentions", "entities", "facts"]
    for document in found:
        assert list(document) == keys
        assert document["mentions"]
        starts = [m["start"] for m in document["mentions"]]
        assert starts == sorted(starts)
        chars = document["source"]["chars"]
        assert all(m["rule"] and 0 <= m["start"] < m["end"] <= chars for m in document["mentions"])


def test_same_as_the_library(run: Run, inbox: Path) -> None:
    _, out, _ = run("extract", inbox / "a.txt")
    (document,) = documents(out)
    made = Extractor().extract(TEXT).to_dict()
    assert document["mentions"] == json.loads(json.dumps(made["mentions"]))


def test_pretty(run: Run, inbox: Path) -> None:
    plain, pretty = run("extract", inbox / "a.txt")[1], run("extract", inbox / "a.txt", "--pretty")[1]
    assert pretty.startswith('{\n  "schema"')
    assert plain.count("\n") == 1
    assert json.loads(plain) == json.loads(pretty)


def test_standard_input(run: Run) -> None:
    (document,) = documents(run("extract", "-", stdin=TEXT.encode())[1])
    assert (document["id"], document["source"]["name"]) == ("stdin", "-")
    lines = json.dumps({"id": "甲", "text": TEXT}) + "\n" + json.dumps({"text": LATER}) + "\n"
    assert [d["id"] for d in documents(run("extract", "-", stdin=lines.encode())[1])] == ["甲", "stdin-2"]


@pytest.mark.parametrize(
    ("text", "date", "published"),
    [
        ({"text": LATER}, None, None),
        ({"text": LATER, "published": "2023-05-06"}, None, "2023-05-06"),
        ({"text": LATER, "published": "2023-05-06"}, "2022-02-03", "2022-02-03"),
        ({"text": f"新华社武汉4月2日电\n{LATER}", "published": "2012-04-03"}, None, "2012-04-03"),
    ],
)
def test_date(run: Run, text: dict[str, str], date: str | None, published: str | None) -> None:
    """`--date` goes before the input's own date."""
    code, out, _ = run("extract", "-", *(["--date", date] if date else []), stdin=json.dumps(text).encode())
    (document,) = documents(out)
    assert (code, document["published"]) == (0, published)
    (this_year,) = (m for m in document["mentions"] if m["text"] == "今年")
    assert this_year["edtf"] == (published and published[:4])


def test_currency(run: Run) -> None:
    out = run("extract", "-", "--currency", "TWD", stdin=TEXT.encode())[1]
    assert [m["unit"] for m in documents(out)[0]["mentions"] if m["type"] == "quantity"] == ["TWD", "%"]


def test_encoding(run: Run) -> None:
    data = TEXT.encode("utf-16-le")[:12]
    (document,) = documents(run("extract", "-", "--encoding", "utf-16-le", stdin=data)[1])
    assert (document["source"]["chars"], document["source"]["encoding"]) == (6, "utf-16-le")


def test_rules_are_laid_over(run: Run, inbox: Path, tmp_path: Path) -> None:
    for name, unit in (("one", "{架次}"), ("two", "{架}")):
        lexicon = tmp_path / name / "lexicon"
        lexicon.mkdir(parents=True)
        columns = (ROOT / "rules/lexicon/classifier.tsv").read_text(encoding="utf-8").split("\n")[0]
        row = {"surface": "飞次", "code": unit, "kind": "count", "scale": "1"}
        cells = "\t".join(row.get(c, "") for c in columns.split("\t"))
        (lexicon / "classifier.tsv").write_text(f"{columns}\n{cells}\n", encoding="utf-8")
    data = "机场保障12飞次。".encode()

    def units(*rules: str) -> list[str]:
        options = [x for name in rules for x in ("--rules", str(tmp_path / name))]
        return [m["unit"] for m in documents(run("extract", "-", *options, stdin=data)[1])[0]["mentions"]]

    assert units("one") == ["{架次}"]
    assert units("one", "two") == ["{架}"]
    assert "{架}" not in units()


@pytest.mark.parametrize("script", ["tw2sp", "hk2s", "none"])
def test_scripts(run: Run, script: str) -> None:
    code, out, _ = run("extract", "-", "--script", script, stdin="園區產值3億元。".encode())
    assert code == 0
    assert ("3亿元" in out) == (script != "none")


@pytest.mark.parametrize(
    "data", [b"", "😀".encode(), b"\x00", b"\n\n\n", b'{"text": "\\ud800 3\\u4ebf\\u5143", "id": "\\udfff"}']
)
def test_odd_inputs(run: Run, data: bytes) -> None:
    code, out, err = run("extract", "-", stdin=data)
    assert (code, err) == (0, "")
    assert len(documents(out)) == 1


# -------------------------------------------------------------------------------------------------------- to a folder


def test_one_file_an_article(run: Run, inbox: Path, tmp_path: Path) -> None:
    target = tmp_path / "new" / "out"
    code, out, err = run("extract", inbox, "-o", target)
    assert (code, out) == (1, "")
    names = {"a.json": "a", "b.json": "b", "x_1.json": "x/1", "x_1-2.json": "x_1", "sub_a.json": "sub/a"}
    assert sorted(p.name for p in target.iterdir()) == sorted(names)
    for name, ident in names.items():
        text = (target / name).read_text(encoding="utf-8")
        assert [d["id"] for d in documents(text)] == [ident]
    first, *summary = err.splitlines()
    assert first.startswith(f"{inbox.as_posix()}/bad.txt: ")
    assert summary[0] == "5 articles, 1 failed"
    assert "quantity " in summary[1]
    assert summary[2].endswith("characters a second")


def test_files_and_lines_hold_the_same(run: Run, inbox: Path, tmp_path: Path) -> None:
    out = run("extract", inbox)[1]
    run("extract", inbox, "-o", tmp_path / "out")
    files = {p.read_text(encoding="utf-8") for p in (tmp_path / "out").iterdir()}
    assert files == {line + "\n" for line in out.splitlines()}


def test_runs_are_alike_under_any_hash_seed(tmp_path: Path) -> None:
    outputs = set()
    for seed, segmenter in (("0", "rjieba"), ("1", "rjieba"), ("4711", "jieba")):
        done = command("extract", CORPUS, "--segmenter", segmenter, env={"PYTHONHASHSEED": seed})
        assert done.returncode == 0, done.stderr
        outputs.add(done.stdout)
    assert len(outputs) == 1


def test_folder_is_written_again(run: Run, inbox: Path, tmp_path: Path) -> None:
    assert run("extract", inbox / "a.txt", "-o", tmp_path)[0] == 0
    before = (tmp_path / "a.json").read_bytes()
    (inbox / "a.txt").write_text(LATER, encoding="utf-8")
    assert run("extract", inbox / "a.txt", "-o", tmp_path)[0] == 0
    assert (tmp_path / "a.json").read_bytes() != before
    assert not [p for p in tmp_path.iterdir() if p.suffix == ".tmp"]


def test_what_cannot_be_written_is_named(run: Run, inbox: Path, tmp_path: Path) -> None:
    (tmp_path / "out" / "a.json").mkdir(parents=True)
    code, _, err = run("extract", inbox / "a.txt", inbox / "b.md", "-o", tmp_path / "out")
    assert code == 1
    assert err.startswith("a: cannot be written to ")
    assert (tmp_path / "out" / "b.json").is_file()
    assert not list((tmp_path / "out").glob(".*"))


def test_a_mistake_of_ours_costs_one_article(run: Run, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = Extractor.extract

    def flawed(self: Extractor, text: str, *args: Any, **kwargs: Any) -> Any:
        if text == TEXT:
            raise ZeroDivisionError("a flaw")
        return whole(self, text, *args, **kwargs)

    monkeypatch.setattr(Extractor, "extract", flawed)
    code, out, err = run("extract", inbox / "a.txt", inbox / "b.md")
    assert code == 1
    assert [d["id"] for d in documents(out)] == ["b"]
    assert err == "a: internal error, please report it: ZeroDivisionError: a flaw\n"


# ----------------------------------------------------------------------------------------------- names and atomicity


@pytest.mark.parametrize(
    ("ident", "name"),
    [
        ("news-1", "news-1"),
        ("要闻 三", "要闻 三"),
        ("a/b\\c", "a_b_c"),
        ("..", "__"),
        ("../../etc/passwd", "___.._etc_passwd"),
        (".hidden", "_hidden"),
        ("a. ", "a__"),
        ("", "article"),
        ("\x00\n\t", "___"),
        ("a\ud800b", "a_b"),
        ("NUL", "_NUL"),
        ("com1.x", "_com1.x"),
        ("console", "console"),
        ("e\u0301", "\u00e9"),
    ],
)
def test_safe_names(ident: str, name: str) -> None:
    assert safe_name(ident) == name


def test_long_names_are_cut_and_differ() -> None:
    one, two = safe_name("长" * 300), safe_name("长" * 301)
    assert one != two
    assert len(f"{one}-99999.json".encode()) < 255


def test_names_are_unique(tmp_path: Path) -> None:
    writer = FolderWriter(tmp_path)
    idents = ["a", "A", "a", "a-2", "a/", "a_", "", "", "article", "a" * 300, "a" * 300]
    paths = [writer.write(ident, ident.encode()) for ident in idents]
    assert len({p.name.casefold() for p in paths}) == len(idents)
    assert [p.read_text() for p in paths] == idents
    assert {p.parent for p in paths} == {tmp_path}


def test_many_equal_ids(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(write, "write_file", lambda path, content: None)
    writer = FolderWriter(tmp_path)
    names = {writer.write("same", b"").name for _ in range(20_000)}
    assert len(names) == 20_000


@pytest.mark.parametrize("stop", [KeyboardInterrupt, OSError(28, "No space left on device")])
def test_nothing_half_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stop: type[BaseException]) -> None:
    (tmp_path / "a.json").write_text("old")

    class Half(io.FileIO):
        def write(self, data: Any) -> int:
            super().write(data[: len(data) // 2])
            raise stop

    writer = FolderWriter(tmp_path)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "open", Half)
        with pytest.raises((KeyboardInterrupt, OSError)):
            writer.write("a", b"new and longer")
    assert [(p.name, p.read_text()) for p in tmp_path.iterdir()] == [("a.json", "old")]


@pytest.mark.skipif(sys.platform == "win32", reason="permissions of Unix")
def test_permissions_are_the_users(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.write_text("")
    made = FolderWriter(tmp_path).write("a", b"")
    assert stat.S_IMODE(made.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_interrupted(run: Run, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written: list[str] = []

    def write_one(self: FolderWriter, ident: str, content: bytes) -> Path:
        if written:
            raise KeyboardInterrupt
        written.append(ident)
        return Path(ident)

    monkeypatch.setattr(write.FolderWriter, "write", write_one)
    code, _, err = run("extract", inbox, "-o", tmp_path / "out")
    assert code == 130
    assert "Traceback" not in err


@pytest.mark.skipif(sys.platform == "win32", reason="signals of Unix")
def test_interrupted_by_signal(tmp_path: Path) -> None:
    source = tmp_path / "many.jsonl"
    line = json.dumps({"text": TEXT * 200})
    source.write_text("".join(f"{line}\n" for _ in range(3000)))
    target = tmp_path / "out"
    args = [sys.executable, "-m", "zhextract", "extract", str(source), "-o", str(target)]
    env = {**os.environ, "PYTHONPATH": SOURCE}
    with interruptible():
        process = subprocess.Popen(args, env=env, stderr=subprocess.PIPE)
    with process:
        while not (target.is_dir() and any(target.glob("*.json"))):
            time.sleep(0.02)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert b"Traceback" not in err
    left = list(target.iterdir())
    assert len(left) < 3000
    assert all(p.suffix == ".json" for p in left)
    for path in left:
        VALIDATOR.validate(json.loads(path.read_bytes()))


@pytest.mark.skipif(sys.platform == "win32", reason="pipes of Unix")
def test_broken_pipe_is_quiet(tmp_path: Path) -> None:
    call = f"{sys.executable} -W error -m zhextract extract {' '.join([str(CORPUS)] * 30)}"
    line = f"{call} | head -c 100 > {tmp_path / 'head'}"
    env = {**os.environ, "PYTHONPATH": SOURCE}
    done = subprocess.run(
        ["bash", "-c", f"{line}; exit ${{PIPESTATUS[0]}}"], capture_output=True, env=env, timeout=60, check=False
    )
    assert (tmp_path / "head").read_bytes().startswith(b'{"schema"')
    assert done.stderr == b""
    assert done.returncode == 141


# --------------------------------------------------------------------------------------------------------- exit codes


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ([], "COMMAND"),
        (["extract"], "PATH"),
        (["fetch", "x"], "invalid choice"),
        (["extract", "a.txt", "--script", "x"], "invalid choice"),
        (["extract", "a.txt", "--segmenter", "x"], "invalid choice"),
        (["extract", "a.txt", "--date", "2025-02-30"], "no date: '2025-02-30'; write YYYY-MM-DD"),
        (["extract", "a.txt", "--date", "20250203"], "write YYYY-MM-DD"),
        (["extract", "a.txt", "--date", "yesterday"], "write YYYY-MM-DD"),
        (["extract", "a.txt", "--currency", "yuan"], "write an ISO 4217 code"),
        (["extract", "a.txt", "--encoding", "klingon"], "unknown encoding 'klingon'"),
        (["extract", "a.txt", "-o", "a.txt"], "a.txt: cannot be the output folder"),
        (["extract", "a.txt", "--rules", "nowhere"], "nowhere: no such rule folder"),
    ],
)
def test_usage(run: Run, inbox: Path, monkeypatch: pytest.MonkeyPatch, args: list[str], message: str) -> None:
    monkeypatch.chdir(inbox)
    code, out, err = run(*args)
    assert (code, out) == (2, "")
    assert message in err
    assert "Traceback" not in err


def test_mistake_in_a_rule_file(run: Run, inbox: Path, tmp_path: Path) -> None:
    rules = tmp_path / "mine"
    rules.mkdir()
    rule = 'rules:\n- id: x.y\n  pattern: "{value:numbr} a"\n  anchor: value\n  emit: {type: ordinal}\n'
    (rules / "x.yml").write_text(rule)
    code, out, err = run("extract", inbox / "a.txt", "--rules", rules)
    assert (code, out) == (2, "")
    assert err.startswith("mine/x.yml:3: x.y: unknown sub-pattern {numbr}; did you mean ")


def test_failures_are_named_and_the_rest_goes_on(run: Run, inbox: Path) -> None:
    lines = inbox / "d.jsonl"
    rows = [f'{{"text": "{TEXT}"}}', "not json", '{"id": 7}', f'{{"id": "last", "text": "{LATER}"}}']
    lines.write_text("\n".join(rows), encoding="utf-8")
    code, out, err = run("extract", inbox / "nowhere.txt", lines, inbox / "a.txt")
    assert code == 1
    assert [d["id"] for d in documents(out)] == ["d-1", "last", "a"]
    missing, second, third = err.splitlines()
    assert missing.startswith(f"{inbox.as_posix()}/nowhere.txt: cannot be read: No such file or directory")
    assert second.startswith(f"{lines.as_posix()}:2: not JSON")
    assert third.startswith(f"{lines.as_posix()}:3: no text")


def test_undecodable_input_names_the_byte(run: Run, inbox: Path) -> None:
    code, _, err = run("extract", inbox / "bad.txt")
    assert code == 1
    assert "at byte 0" in err


def test_empty_folder(run: Run, tmp_path: Path) -> None:
    code, _, err = run("extract", tmp_path)
    assert code == 1
    assert "no article in this folder" in err


# ------------------------------------------------------------------------------------------------------ other commands


def test_normalize(run: Run) -> None:
    assert run("normalize", "-", stdin="產值達１２億元。".encode()) == (0, "产值达12亿元。\n", "")


def test_normalize_json(run: Run) -> None:
    source = (
        "雲嶺新區今年以來加快產業升級步伐，一批項目落地見效，全年新增科技成果\n\n轉化９４項，新路長 3 公里，"
        "帶動產值增長12億元，居全省第一。"
    )
    out = run("normalize", "-", "--json", stdin=source.encode())[1]
    found = json.loads(out)
    assert list(found) == ["id", "script", "text", "edits"]
    assert (found["id"], found["script"]) == ("stdin", "hant")
    # The edits, put into the source, give a text as long as the normalized one, place by place.
    text, done = "", 0
    for edit in found["edits"]:
        assert source[edit["start"] : edit["end"]] == edit["source"]
        assert len(edit["source"]) != len(edit["text"])
        text += source[done : edit["start"]] + edit["text"]
        done = edit["end"]
    text += source[done:]
    assert len(text) == len(found["text"])
    assert {e["source"] for e in found["edits"]} >= {"\n\n"}


def test_normalize_script_none(run: Run) -> None:
    assert run("normalize", "-", "--script", "none", stdin="產值達１２億".encode())[1] == "產值達12億\n"


def test_segment(run: Run, inbox: Path) -> None:
    out = run("segment", inbox / "b.md")[1]
    source = (inbox / "b.md").read_text(encoding="utf-8")
    rows = [line.split("\t") for line in out.splitlines()]
    assert [row[0] for row in rows] == ["title", "body"]
    assert [source[int(start) : int(end)] for _, start, end, _ in rows] == [text for _, _, _, text in rows]


@pytest.mark.parametrize("segmenter", ["rjieba", "jieba"])
def test_segment_words(run: Run, segmenter: str) -> None:
    out = run("segment", "-", "--words", "--segmenter", segmenter, stdin=LATER.encode())[1]
    assert out == f"body\t0\t{len(LATER)}\t{LATER}\t园区 今年 新建 3 个 车间 ， 投资 2 亿元 。\n"


@pytest.mark.parametrize("name", ["normalize", "segment"])
def test_several_articles_have_heads(run: Run, inbox: Path, name: str) -> None:
    lines = run(name, inbox / "a.txt", inbox / "c.jsonl")[1].splitlines()
    assert [line for line in lines if line.startswith("==>")] == ["==> a <==", "==> x/1 <==", "==> x_1 <=="]


@pytest.mark.parametrize("name", ["normalize", "segment"])
def test_failures_of_other_commands(run: Run, inbox: Path, name: str) -> None:
    code, out, err = run(name, inbox / "bad.txt", inbox / "a.txt")
    assert code == 1
    assert TEXT in out
    assert "bad.txt: " in err


def test_schema(run: Run) -> None:
    code, out, _ = run("schema")
    schema = json.loads(out)
    assert code == 0
    assert schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema == json.loads(json.dumps(json_schema()))


def test_schema_refuses_what_is_no_document() -> None:
    document = Extractor().extract(TEXT).to_dict()
    document["mentions"][0]["start"] = "0"
    with pytest.raises(jsonschema.ValidationError):
        VALIDATOR.validate(json.loads(json.dumps(document)))


def test_version_and_help(run: Run) -> None:
    code, out, err = run("--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(r"zhextract \S.*, documents zhextract/1, rules \d+\.\d+\.\d+\n", out)
    for name in ("extract", "normalize", "segment"):
        code, out, _ = run(name, "--help")
        assert code == 0
        assert "examples:" in out


# ------------------------------------------------------------------------------------------------------------- manners


@pytest.mark.parametrize(
    "locale", [{"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}, {"PYTHONIOENCODING": "ascii"}]
)
def test_output_is_utf8_in_any_locale(locale: dict[str, str]) -> None:
    for args in (["extract", "-"], ["normalize", "-"], ["segment", "-", "--words"]):
        done = command(*args, input=TEXT.encode(), env=locale)
        assert (done.returncode, done.stderr) == (0, b"")
        assert "亿元" in done.stdout.decode("utf-8")


def test_bar_on_a_terminal_when_it_takes_long(
    run: Run, inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.StringIO()
    monkeypatch.setattr(terminal, "isatty", lambda: True)
    monkeypatch.setattr(sys, "stderr", terminal)
    run("extract", inbox, "-o", tmp_path / "short")
    assert "\r" not in terminal.getvalue()
    monkeypatch.setattr(progress.Report, "PATIENCE", 0.0)
    monkeypatch.setattr(progress.Report, "PACE", 0.0)
    run("extract", inbox, "-o", tmp_path / "long")
    shown = terminal.getvalue()
    assert "of 6 articles" in shown
    # Gone before the summary, and before an error is told.
    assert "\r\x1b[K5 articles, 1 failed\n" in shown
    assert f"\r\x1b[K{inbox.as_posix()}/bad.txt: " in shown


def test_no_total_for_standard_input(inbox: Path) -> None:
    assert progress.count([str(inbox), str(inbox / "c.jsonl")]) == 8
    assert progress.count(["-"]) is None
    assert read.LINES_SUFFIX == ".jsonl"


def test_no_bar_into_a_file(inbox: Path, tmp_path: Path) -> None:
    done = command("extract", inbox, "-o", tmp_path / "out")
    assert done.returncode == 1
    assert b"\r" not in done.stderr
    assert done.stdout == b""
