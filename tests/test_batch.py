"""Batches: the same output whatever happens on the way; what fails is told; what has not changed is not done again."""

from __future__ import annotations

import hashlib
import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import msgspec
import polars as pl
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq
import pytest
import zstandard
from tests.commandline import Run, interruptible, runner

from zhextract import Extractor, cli
from zhextract.arrow import extract_batches, schema
from zhextract.batch.job import read_job
from zhextract.batch.plan import Plan
from zhextract.batch.store import store_of
from zhextract.batch.trouble import GivenUp
from zhextract.batch.work import hash_shard, run_shard
from zhextract.records import Document
from zhextract.rows import TABLES

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"
LATER = "园区今年新建3个车间，投资2亿元。"
COUNT = 30


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfdbinary, monkeypatch)


def digests(folder: Path) -> dict[str, str]:
    """Every file of a folder with its SHA-256."""
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return {str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def fill(folder: Path, count: int = COUNT) -> Path:
    """Articles a file each, and some lines, two of them bad."""
    (folder / "sub").mkdir(parents=True)
    for number in range(count):
        text = f"{TEXT}第{number}期工程投资{number + 2}亿元。\n\n{LATER}" * (1 + number % 3)
        (folder / ("sub" if number % 2 else ".") / f"a{number:03}.txt").write_text(text, encoding="utf-8")
    lines = [{"id": f"l{n}", "text": f"{LATER}共{n + 2}处。", "published": "2024-05-06"} for n in range(10)]
    rows = [json.dumps(line, ensure_ascii=False) for line in lines]
    (folder / "lines.jsonl").write_text("\n".join([*rows[:5], "{", *rows[5:], '{"text": 1}']), encoding="utf-8")
    return folder


SMALL = ("--shard-size", "2k")
"""About a dozen shards for what `fill` makes."""


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill(tmp_path_factory.mktemp("archive") / "in")


@pytest.fixture(scope="module")
def whole(archive: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The output of an undisturbed run."""
    out = tmp_path_factory.mktemp("whole") / "out"
    assert cli.main(["batch", str(archive), "-o", str(out), "--workers", "1", *SMALL]) == 1
    return out


def command(*args: object) -> list[str]:
    return [sys.executable, "-m", "zhextract", "batch", *map(str, args)]


ENV = {**os.environ, "PYTHONPATH": str(ROOT / "src")}


def start(*args: object, **more: object) -> subprocess.Popen[bytes]:
    return subprocess.Popen(command(*args), env=ENV, stderr=subprocess.PIPE, **more)  # type: ignore[call-overload,no-any-return]


def until(what: Callable[[], object], seconds: float = 600.0) -> None:
    """Wait for something to become true."""
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end
        time.sleep(0.01)


def done(out: Path) -> int:
    """How many shards are done."""
    folder = out / "_work" / "done"
    return len([name for name in os.listdir(folder) if name[0] != "."]) if folder.is_dir() else 0


# -------------------------------------------------------------------------------------------------------------- output


def test_output(archive: Path, whole: Path) -> None:
    manifest = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["articles"] == COUNT + 12
    assert manifest["documents"] == COUNT + 10
    assert manifest["failed"] == 2
    assert manifest["shards"] > 5
    assert manifest["articles"] == manifest["documents"] + manifest["failed"] + manifest["duplicates"]
    assert sum(manifest["failures"].values()) == 2
    failed = [json.loads(line) for line in (whole / "failed.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [(Path(one["place"]).name, one["line"]) for one in failed] == [("lines.jsonl", 6), ("lines.jsonl", 12)]
    assert {path.name for path in whole.iterdir()} == {
        "documents", "mentions", "entities", "facts", "_keys", "_shards.jsonl", "failed.jsonl", "manifest.json",
    }  # fmt: skip
    for name in TABLES:
        assert ds.dataset(whole / name).schema.equals(schema(name))
        assert ds.dataset(whole / name).count_rows() == manifest["rows"][name]


def test_records_are_those_of_extract(archive: Path, whole: Path) -> None:
    extractor = Extractor()
    documents = {row["article"]: row for row in pq.read_table(whole / "documents").to_pylist()}
    mentions = pq.read_table(whole / "mentions").to_pylist()
    for name in ("a000", "sub/a001", "a028"):
        path = archive / f"{name}.txt"
        document = extractor.extract(path.read_bytes().decode(), id=name, name=f"{name}.txt", encoding="utf-8")
        row = documents[name]
        assert (row["title"], row["published"]) == (document.title, document.published)
        assert row["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
        rows = [mention for mention in mentions if mention["document"] == row["document"]]
        for found, wanted in zip(rows, document.to_dict()["mentions"], strict=True):
            assert {key: found[key] for key in wanted} == wanted
    assert documents["l0"]["published"] == "2024-05-06"
    assert len({row["document"] for row in documents.values()}) == len(documents)


def test_others_read_it(whole: Path, run: Run) -> None:
    wanted = json.loads((whole / "manifest.json").read_text(encoding="utf-8"))["rows"]["mentions"]
    assert duckdb.sql(f"SELECT count(*) FROM '{whole}/mentions/*.parquet'").fetchall() == [(wanted,)]
    assert pl.read_parquet(whole / "mentions").height == wanted
    assert pq.read_table(whole / "mentions").num_rows == wanted
    code, out, _ = run("query", "SELECT count(*) AS n FROM mentions JOIN documents USING (document)", whole, "--json")
    assert (code, json.loads(out)["n"]) == (0, wanted)
    code, _, err = run("query", f"SELECT * FROM read_text('{ROOT}/README.md')", whole)
    assert code == 2
    assert "disabled" in err
    assert run("facts", whole, "--json")[0] == 0


def test_json_lines(archive: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    assert run("batch", archive, "-o", out, "--format", "jsonl", *SMALL)[0] == 1
    documents = []
    for path in sorted((out / "documents").iterdir()):
        with zstandard.open(path, "rt", encoding="utf-8") as stream:
            documents += [Document.from_json(line) for line in stream]
    assert len(documents) == COUNT + 10
    before = digests(out)
    code, _, err = run("batch", archive, "-o", out, "--format", "jsonl", *SMALL)
    assert code == 1
    assert f"{COUNT + 10} of them kept" in err
    assert digests(out) == before
    n = json.loads(run("query", "SELECT count(*) AS n FROM documents", out, "--json")[1])["n"]
    assert n == COUNT + 10


def test_any_number_of_workers_and_hash_seeds(archive: Path, whole: Path, tmp_path: Path) -> None:
    env = ENV | {"PYTHONHASHSEED": "7"}
    subprocess.run(command(archive, "-o", tmp_path / "out", "--workers", "2", *SMALL), env=env, check=False)
    assert digests(tmp_path / "out") == digests(whole)


def test_urls(archive: Path, whole: Path, tmp_path: Path, run: Run) -> None:
    assert run("batch", f"file://{archive}/", "-o", f"file://{tmp_path}/out", "--workers", "1", *SMALL)[0] == 1
    found = pq.read_table(tmp_path / "out" / "documents")
    assert sorted(found["sha256"].to_pylist()) == sorted(pq.read_table(whole / "documents")["sha256"].to_pylist())


# -------------------------------------------------------------------------------------------------------- interruption


@pytest.mark.parametrize("victim", ["parent", "worker", "both"])
def test_killed_and_resumed(archive: Path, whole: Path, tmp_path: Path, victim: str) -> None:
    out = tmp_path / "out"
    run = start(archive, "-o", out, "--workers", "2", *SMALL)
    until(lambda: done(out) >= 2 or run.poll() is not None)
    if victim != "parent":
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        for child in children[: 2 if victim == "both" else 1]:
            os.kill(int(child), signal.SIGKILL)
    if victim != "worker":
        run.kill()
    run.communicate()
    if victim != "worker":
        assert not (out / "manifest.json").exists()
        refused = subprocess.run(command(archive, "-o", out, *SMALL), env=ENV, capture_output=True, check=False)
        assert refused.returncode == 2
        assert b"--resume" in refused.stderr
        other = subprocess.run(command(archive, "-o", out, "--resume"), env=ENV, capture_output=True, check=False)
        assert other.returncode == 2
        assert b"shard_size" in other.stderr
        subprocess.run(command(archive, "-o", out, "--resume", *SMALL), env=ENV, check=False)
    assert digests(out) == digests(whole)


def test_interrupted(archive: Path, whole: Path, tmp_path: Path, run: Run) -> None:
    out = tmp_path / "out"
    with interruptible():
        first = start(archive, "-o", out, "--workers", "1", *SMALL)
    until(lambda: done(out) >= 1 or first.poll() is not None)
    first.send_signal(signal.SIGINT)
    _, err = first.communicate(timeout=600)
    assert first.returncode == 130
    assert b"--resume goes on" in err
    assert b"Traceback" not in err
    assert run("batch", archive, "-o", out, "--restart", *SMALL)[0] == 1
    assert digests(out) == digests(whole)


def _small_files() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))


def test_no_room(archive: Path, whole: Path, tmp_path: Path, run: Run) -> None:
    """A limit on the size of files stands for a full disk."""
    out = tmp_path / "out"
    full = start(archive, "-o", out, "--workers", "1", *SMALL, preexec_fn=_small_files)
    _, err = full.communicate(timeout=600)
    assert full.returncode == 3, err
    assert b"cannot be written: File too large" in err
    assert not list(out.rglob("*.part"))
    assert run("batch", archive, "-o", out, "--resume", *SMALL)[0] == 1
    assert digests(out) == digests(whole)


def test_unreadable_at_first(tmp_path: Path, run: Run) -> None:
    source, out = fill(tmp_path / "in", 6), tmp_path / "out"
    (source / "z.txt").symlink_to(tmp_path / "later.txt")
    code, _, err = run("batch", source, "-o", out, *SMALL)
    assert code == 1
    assert "cannot be read" in err
    (tmp_path / "later.txt").write_text(TEXT, encoding="utf-8")
    assert run("batch", source, "-o", out, "--resume", *SMALL)[0] == 1
    assert run("batch", source, "-o", tmp_path / "again", *SMALL)[0] == 1
    assert digests(out) == digests(tmp_path / "again")
    assert pq.read_table(out / "documents").num_rows == 17


DEADLY = """
import os, sys
import zhextract.pipeline as p
extract = p.Extractor.extract
def deadly(self, text, *args, **options):
    if "第3期" in text:
        os.kill(os.getpid(), 9)
    return extract(self, text, *args, **options)
p.Extractor.extract = deadly
"""


def patched(folder: Path, code: str) -> dict[str, str]:
    """An environment in which some code runs at the start of every process."""
    (folder / "sitecustomize.py").write_text(code, encoding="utf-8")
    return ENV | {"PYTHONPATH": f"{folder}{os.pathsep}{ROOT / 'src'}"}


def at_one_article(*what: str) -> str:
    """Code of a process that does something before it extracts the third article."""
    return DEADLY.replace("os.kill(os.getpid(), 9)", "\n        ".join(what))


@pytest.mark.parametrize(
    ("what", "more"),
    [
        (["os.kill(os.getpid(), 9)"], []),
        (["import time", "time.sleep(1e6)"], ["--max-seconds", "0.3"]),
        (["import ctypes", "ctypes.PyDLL(None).sleep(10 ** 6)"], ["--max-seconds", "0.3"]),
    ],
    ids=["killed", "blocked", "blocked and keeps the lock of the interpreter"],
)
def test_an_article_that_costs_its_workers(archive: Path, tmp_path: Path, what: list[str], more: list[str]) -> None:
    """It is found, told and passed over; the others of its shard are there."""
    env, out = patched(tmp_path, at_one_article(*what)), tmp_path / "out"
    run = subprocess.run(
        command(archive, "-o", out, "--workers", "1", *more), env=env, capture_output=True, check=False
    )
    assert run.returncode == 1, run.stderr
    failed = [json.loads(line) for line in (out / "failed.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [Path(one["place"]).name for one in failed if one["reason"] == "workers died of it"] == ["a003.txt"]
    assert pq.read_table(out / "documents").num_rows == COUNT + 9


def test_a_machine_that_keeps_an_article_waiting(archive: Path, whole: Path, tmp_path: Path) -> None:
    """A worker that is stopped for longer than the limit stands for a machine with better things to do."""
    work = ["import time", "os.kill(os.getpid(), 19)", "end = time.thread_time() + 0.5"]
    env = patched(tmp_path, at_one_article(*work, "while time.thread_time() < end: pass"))
    out = tmp_path / "out"
    call = command(archive, "-o", out, "--workers", "1", "--max-seconds", "2", *SMALL)
    run = subprocess.Popen(call, env=env, stderr=subprocess.PIPE)

    def stopped() -> list[str]:
        children = Path(f"/proc/{run.pid}/task/{run.pid}/children").read_text().split()
        return [pid for pid in children if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "T"]

    until(lambda: run.poll() is not None or stopped())
    (worker,) = stopped()
    time.sleep(2.5)
    os.kill(int(worker), signal.SIGCONT)
    run.communicate()
    made, wanted = digests(out), digests(whole)
    del made["manifest.json"], wanted["manifest.json"]  # which tells the limit
    assert made == wanted


def test_a_worker_with_other_rules(archive: Path, tmp_path: Path) -> None:
    """Of another machine, or started anew after an edit: nothing it makes gets into the output."""
    other = "import sys\nif '-c' in sys.orig_argv:\n    import zhextract.batch.job as job\n    job.code_digest = str"
    call = command(archive, "-o", tmp_path / "out", "--workers", "1", *SMALL)
    run = subprocess.run(call, env=patched(tmp_path, other), capture_output=True, check=False)
    assert run.returncode == 2, run.stderr
    assert b"other rules or code" in run.stderr
    assert not list((tmp_path / "out").rglob("*.parquet"))


def test_a_worker_that_outlives_its_run(archive: Path, whole: Path, tmp_path: Path, run: Run) -> None:
    """As tasks of a cluster do: what it ends too late is neither in a finished output nor in that of another run."""
    out = tmp_path / "out"
    first = start(archive, "-o", out, "--workers", "1", *SMALL)
    until(lambda: done(out) >= 1 or first.poll() is not None)
    first.kill()
    first.communicate()
    store = store_of(str(out))
    job, shard = read_job(store), Plan(store)[3]
    assert job is not None
    # The next run has taken the folder, but got nowhere yet.
    other = msgspec.json.encode(msgspec.structs.replace(job, run="other"))
    for state in (other, None):
        if state is None:
            assert run("batch", archive, "-o", out, "--restart", *SMALL)[0] == 1
        else:
            store.write("_work/job.json", state)
        before = digests(out)
        for late in (run_shard, hash_shard):
            with pytest.raises(GivenUp):
                late(job, shard)
        assert digests(out) == before
    assert before == digests(whole)


def test_limits(tmp_path: Path, run: Run) -> None:
    source = tmp_path / "in"
    source.mkdir()
    (source / "a.txt").write_text(TEXT, encoding="utf-8")
    (source / "long.txt").write_text(f"{TEXT}\n" * 150_000, encoding="utf-8")
    (source / "z.txt").write_text(LATER, encoding="utf-8")
    out = tmp_path / "out"
    code, _, err = run("batch", source, "-o", out, "--max-seconds", "4", "--max-size", "100M")
    assert code == 1
    assert "1 took longer than 4 seconds" in err
    assert pq.read_table(out / "documents")["article"].to_pylist() == ["a", "z"]
    assert run("batch", source, "-o", tmp_path / "other", "--max-size", "1k")[0] == 1
    assert pq.read_table(tmp_path / "other" / "documents")["article"].to_pylist() == ["a", "z"]


# --------------------------------------------------------------------------------------------------------- incremental


def test_only_what_changed_is_extracted(archive: Path, tmp_path: Path, run: Run) -> None:
    source, out = fill(tmp_path / "in"), tmp_path / "out"
    assert run("batch", source, "-o", out, *SMALL)[0] == 1
    (source / "a000.txt").write_text(LATER * 30, encoding="utf-8")
    (source / "a0005.txt").write_text(TEXT, encoding="utf-8")
    (source / "sub" / "a001.txt").unlink()
    with (source / "lines.jsonl").open("a", encoding="utf-8") as lines:
        lines.write("\n" + json.dumps({"id": "new", "text": TEXT}, ensure_ascii=False))
    code, _, err = run("batch", source, "-o", out, *SMALL)
    assert code == 1
    total = COUNT + 10 + 1 - 1 + 1
    assert f"{total} documents, {total - 3} of them kept" in err
    assert run("batch", source, "-o", tmp_path / "fresh", *SMALL)[0] == 1
    assert digests(out) == digests(tmp_path / "fresh")


def test_changed_rules_are_told(archive: Path, tmp_path: Path, run: Run) -> None:
    source, out = fill(tmp_path / "in", 6), tmp_path / "out"
    assert run("batch", source, "-o", out)[0] == 1
    rules = tmp_path / "rules" / "exclude"
    rules.mkdir(parents=True)
    lexicon = tmp_path / "names.csv"
    lexicon.write_text("surface,label\n园区,place\n", encoding="utf-8")
    changes = tmp_path / "changes.json"
    code, _, err = run("batch", source, "-o", out, "--lexicon", lexicon, "--changes", changes)
    assert code == 1
    assert "the rules have changed: 16 of 16 articles that were there before differ" in err
    found = json.loads(changes.read_text(encoding="utf-8"))
    assert sum(found["came"].values()) >= 16
    assert "kept" not in err
    assert run("batch", source, "-o", tmp_path / "fresh", "--lexicon", lexicon)[0] == 1
    assert digests(out) == digests(tmp_path / "fresh")


def test_duplicates(tmp_path: Path, run: Run) -> None:
    source = tmp_path / "in"
    source.mkdir()
    for number in range(6):
        (source / f"a{number}.txt").write_text(TEXT if number % 2 else LATER * 9, encoding="utf-8")
    code, _, err = run("batch", source, "-o", tmp_path / "out", "--dedupe", "--shard-size", "300")
    assert code == 0
    assert "4 duplicates" in err
    lines = (tmp_path / "out" / "duplicates.jsonl").read_text(encoding="utf-8").splitlines()
    told = [(one["article"], one["same_as"]) for one in map(json.loads, lines)]
    assert told == [("a2", "a0.txt (a0)"), ("a3", "a1.txt (a1)"), ("a4", "a0.txt (a0)"), ("a5", "a1.txt (a1)")]
    assert pq.read_table(tmp_path / "out" / "documents")["article"].to_pylist() == ["a0", "a1"]
    assert run("batch", source, "-o", tmp_path / "all")[0] == 0
    assert pq.read_table(tmp_path / "all" / "documents").num_rows == 6


# -------------------------------------------------------------------------------------------------------------- manners


def test_metrics_and_lines(archive: Path, tmp_path: Path, run: Run) -> None:
    code, out, err = run("batch", archive, "-o", tmp_path / "out", "--metrics", tmp_path / "m.prom", *SMALL)
    assert (code, out) == (1, "")
    assert err.startswith("extracting: ")
    text = (tmp_path / "m.prom").read_text(encoding="utf-8")
    assert f"\nzhextract_batch_documents_total {COUNT + 10}\n" in text
    assert "\nzhextract_batch_finished 1\n" in text
    for line in text.splitlines():
        assert line.startswith(("# HELP zhextract_batch_", "# TYPE zhextract_batch_", "zhextract_batch_"))


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--workers", "0"], "no number of processes"),
        (["--max-size", "much"], "no size"),
        (["--date", "yesterday"], "no date"),
        (["--encoding", "klingon"], "unknown encoding"),
        (["--resume", "--restart"], "not allowed with"),
    ],
)
def test_wrong_calls(archive: Path, tmp_path: Path, run: Run, args: list[str], message: str) -> None:
    code, _, err = run("batch", archive, "-o", tmp_path / "out", *args)
    assert code == 2
    assert message in err
    assert not (tmp_path / "out").exists()


def test_foreign_folders_are_left_alone(archive: Path, tmp_path: Path, run: Run) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "mine.txt").write_text("x")
    code, _, err = run("batch", archive, "-o", tmp_path / "out")
    assert code == 2
    assert "not of a batch" in err
    assert os.listdir(tmp_path / "out") == ["mine.txt"]


@pytest.mark.parametrize(
    ("module", "args", "extra"),
    [
        ("zstandard", [], "batch"),
        ("pyarrow", [], "batch"),
        ("distributed", ["--cluster", "local"], "dask"),
        ("fsspec", ["-o", "s3://b/"], "url"),
    ],
)
def test_missing_extras_are_told(
    archive: Path, tmp_path: Path, run: Run, monkeypatch: pytest.MonkeyPatch, module: str, args: list[str], extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    code, _, err = run("batch", archive, "-o", tmp_path / "out", *args)
    assert code == 2
    assert f"pip install 'zhextract[{extra}]'" in err


# -------------------------------------------------------------------------------------------------------------- engines


@pytest.fixture
def scheduler(tmp_path: Path) -> Iterator[str]:
    """A Dask scheduler, one worker with a nanny that replaces it, and the address."""
    quiet = {"env": ENV, "cwd": tmp_path, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    file = tmp_path / "scheduler.json"
    first = [sys.executable, "-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1", "--port", "0",
             "--no-dashboard", "--scheduler-file", str(file)]  # fmt: skip
    one = subprocess.Popen(first, **quiet)  # type: ignore[call-overload]
    until(file.exists)
    address = json.loads(file.read_text())["address"]
    second = [sys.executable, "-m", "distributed.cli.dask_worker", address, "--nthreads", "1", "--no-dashboard"]
    two = subprocess.Popen(second, **quiet)  # type: ignore[call-overload]
    (tmp_path / "nanny").write_text(str(two.pid))
    yield address
    for process in (two, one):
        process.terminate()
        process.wait(60)


def test_dask_loses_a_worker(archive: Path, whole: Path, tmp_path: Path, scheduler: str) -> None:
    out = tmp_path / "out"
    run = start(archive, "-o", out, "--cluster", scheduler, *SMALL)
    until(lambda: done(out) >= 1 or run.poll() is not None)
    nanny = (tmp_path / "nanny").read_text()
    for child in Path(f"/proc/{nanny}/task/{nanny}/children").read_text().split():
        os.kill(int(child), signal.SIGKILL)
    _, err = run.communicate(timeout=600)
    assert run.returncode == 1, err
    assert digests(out) == digests(whole)


def test_batches_for_other_engines() -> None:
    articles = pa.table({"id": [1, 2, 3], "text": [TEXT, None, LATER], "published": ["2024-05-06", None, None]})
    made = list(extract_batches(iter(articles.to_batches(max_chunksize=2)), "mentions"))
    assert [batch.schema for batch in made] == [schema("mentions")] * 2
    rows = pa.Table.from_batches(made).to_pylist()
    assert {row["article"] for row in rows} == {"1", "3"}
    assert {row["document"] for row in rows} == {0, 2}
    (row,) = [row for row in rows if row["text"] == "5.4亿元"]
    assert row["value"] == "540000000"
    assert row["published"] == "2024-05-06"
    names = list(extract_batches(iter(articles.select(["text"]).to_batches()), "documents"))
    assert pa.Table.from_batches(names)["article"].to_pylist() == ["0", "2"]


@pytest.mark.filterwarnings("ignore")
def test_spark(monkeypatch: pytest.MonkeyPatch) -> None:
    """The recipe of docs/scale.md."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT / "src"))
    monkeypatch.setenv("PYSPARK_PYTHON", sys.executable)
    sql = pytest.importorskip("pyspark.sql")
    if not (Path("/usr/bin/java").exists() or os.environ.get("JAVA_HOME")):
        pytest.skip("no Java")
    spark = sql.SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
    try:
        from pyspark.sql.pandas.types import from_arrow_schema

        articles = spark.createDataFrame(
            [("1", TEXT, "2024-05-06"), ("2", LATER, None)], "id string, text string, published string"
        )
        rows = articles.mapInArrow(
            lambda batches: extract_batches(batches, "mentions"), from_arrow_schema(schema("mentions"))
        )
        assert rows.where("unit = 'CNY'").count() == 2
    finally:
        spark.stop()
