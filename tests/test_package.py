"""A good library to live with: quiet, offline, no files written, no state shared, its dependencies checked."""

from __future__ import annotations

import ast
import os
import pickle
import re
import subprocess
import sys
import threading
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import zhextract
from zhextract import Extractor, ZhextractError

ROOT = Path(__file__).resolve().parent.parent
SOURCE = str(Path(zhextract.__file__).parents[1])  # whichever package is tested
TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"
HANT = "雲嶺新區2024年產值達5.4億元，同比增長3%。"

# First calls of everything, with what a careless library would do made impossible or seen.
FIRST_CALLS = f"""
import logging, socket, sys, threading
sockets = []
class NoSocket:
    def __init__(self, *args, **kwargs):
        raise AssertionError("a socket was opened")
socket.socket = NoSocket
opened = []
def watch(event, args):
    if event == "open" and isinstance(args[1], str) and set(args[1]) & set("wax+"):
        opened.append(args[0])
    elif event in ("os.mkdir", "os.remove", "os.rename", "tempfile.mkstemp", "tempfile.mkdtemp", "subprocess.Popen"):
        opened.append((event, args))
sys.addaudithook(watch)
handlers = list(logging.root.handlers)
threads = threading.active_count()
import zhextract
for engine in ("rjieba", "jieba"):
    extractor = zhextract.Extractor(segmenter=engine)
    assert extractor.extract({TEXT!r}).mentions
    assert extractor.words.words({TEXT!r})
assert zhextract.extract({HANT!r}).mentions
assert zhextract.Extractor(script="tw2sp").extract({HANT!r}).mentions
assert not opened, opened
assert logging.root.handlers == handlers
assert threading.active_count() == threads
import jieba
assert not jieba.dt.initialized
"""


ENV = {"PYTHONPATH": SOURCE, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONIOENCODING": "utf-8"}


def python(code: str, *options: str, **env: str) -> subprocess.CompletedProcess[str]:
    """Run code in a fresh interpreter that takes every warning for an error."""
    return subprocess.run(
        [sys.executable, "-W", "error", *options, "-c", code],
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={**os.environ, **ENV, **env},
        timeout=120,
        check=False,
    )


def test_import_and_first_calls_are_quiet(tmp_path: Path) -> None:
    # jieba's cache would go to the temporary folder.
    done = python(FIRST_CALLS, TMPDIR=str(tmp_path), TEMP=str(tmp_path), HOME=str(tmp_path))
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert list(tmp_path.iterdir()) == []


def test_import_loads_no_dictionary() -> None:
    heavy = {"jieba", "rjieba", "opencc", "yaml", "regex", "rich"}
    code = f"import sys, zhextract; print(sorted({heavy!r} & set(sys.modules)))"
    assert python(code).stdout == "[]\n"


def test_public_names() -> None:
    assert all(getattr(zhextract, name) is not None for name in zhextract.__all__)
    assert sorted(zhextract.__all__) == zhextract.__all__
    assert (ROOT / "src" / "zhextract" / "py.typed").is_file()


def test_no_code_knows_chinese() -> None:
    """Words of the language live in `rules/`: no string of the code holds any (docstrings may show an example)."""
    han = re.compile(r"[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
    ranges = {"\u4e00", "\u9fff", "\u3400", "\u4dbf", "\u3007"}  # edges of blocks, for classes of characters
    found = []
    for path in sorted((ROOT / "src").rglob("*.py")):
        code = path.read_text(encoding="utf-8")
        tree = ast.parse(code)
        texts = {id(n.value) for n in ast.walk(tree) if isinstance(n, ast.Expr)}
        for node in ast.walk(tree):
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in texts:
                if set(han.findall(node.value)) <= ranges:
                    continue
                if han.search(ast.get_source_segment(code, node) or ""):
                    found.append(f"{path.relative_to(ROOT)}:{node.lineno}: {node.value}")
    assert found == []


def test_every_dependency_is_used_and_declared() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = {re.split("[<>=]", line)[0] for line in project["dependencies"]}
    modules = {
        "ahocorasick-rs": "ahocorasick_rs", "jieba": "jieba", "msgspec": "msgspec", "rjieba": "rjieba",
        "PyYAML": "yaml",
        "opencc-python-reimplemented": "opencc", "regex": "regex", "charset-normalizer": "charset_normalizer",
    }  # fmt: skip
    source = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "src").rglob("*.py"))
    used = {
        name
        for name, module in modules.items()
        if re.search(rf"^\s*(?:import|from) {module}\b", source, re.MULTILINE)
        or re.search(rf'(?:import_module|files)\("{module}"\)', source)
    }
    assert used == declared


# ------------------------------------------------------------------------------------------------------------ opencc


def test_other_opencc_is_refused(tmp_path: Path) -> None:
    """Two packages own the module name `opencc`; the other one has no dictionaries as text."""
    impostor = tmp_path / "opencc"
    impostor.mkdir()
    (impostor / "__init__.py").write_text("")
    code = """
from zhextract import Extractor, ZhextractError
try:
    Extractor(script="tw2sp")
except ZhextractError as error:
    print(error)
"""
    done = python(code, PYTHONPATH=f"{tmp_path}{os.pathsep}{SOURCE}")
    assert done.returncode == 0, done.stderr
    assert "not opencc-python-reimplemented" in done.stdout or "are missing" in done.stdout
    assert "pip install --force-reinstall opencc-python-reimplemented" in done.stdout


def test_opencc_is_the_package_we_expect() -> None:
    assert "opencc-python-reimplemented" in metadata.packages_distributions()["opencc"]


# --------------------------------------------------------------------------------------------------------- extractors


def test_pickle_holds_settings_only() -> None:
    extractor = Extractor(currency="HKD", segmenter="jieba")
    data = pickle.dumps(extractor)
    assert len(data) < 1000
    again = pickle.loads(data)
    assert again.extract(TEXT) == extractor.extract(TEXT)
    assert (again.currency, again.words.engine) == ("HKD", "jieba")


def test_errors_pickle() -> None:
    rule, read = zhextract.RuleError("m", "f", 1, 2, "r", "h"), zhextract.ReadError("p", "w", "h", 1, 2)
    for error in (rule, read, ZhextractError("x")):
        assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_extractors_do_not_mix() -> None:
    """Each has its own settings, whatever the order of calls."""
    plain, dollars = Extractor(), Extractor(currency="HKD")
    expected = {"CNY": plain, "HKD": dollars}
    for code in ("CNY", "HKD", "HKD", "CNY"):
        document = expected[code].extract(TEXT)
        assert code in [m.unit for m in document.mentions if isinstance(m, zhextract.Quantity)]


def test_a_callers_currency_tells_whose_holidays_are_meant() -> None:
    text = "國慶當天，新館啟用。"
    days = [
        extractor.extract(text, "2025-11-03").mentions[0].edtf  # type: ignore[union-attr]
        for extractor in (Extractor(), Extractor(currency="HKD"), Extractor(currency="TWD"))
    ]
    assert days == ["2025-10-01", "2025-10-01", "2025-10-10"]


def test_threads_share_an_extractor() -> None:
    extractor = Extractor()
    texts = [f"云岭新区{year}年产值达{year - 2000}.5亿元。" for year in range(2001, 2025)]
    alone = [Extractor().extract(texts[0]), *(extractor.extract(t) for t in texts[1:])]
    results: list[list[object]] = [[] for _ in range(4)]
    fresh = Extractor()
    start = threading.Barrier(4)

    def work(mine: list[object]) -> None:
        start.wait()
        mine.extend(fresh.extract(t) for t in texts)

    workers = [threading.Thread(target=work, args=(mine,)) for mine in results]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert all(mine == alone for mine in results)


@pytest.mark.parametrize("published", ["2025-2-3", "20250203", "2025-W05-1", "2025-02-30", "", "today"])
def test_published_is_checked(published: str) -> None:
    with pytest.raises(zhextract.UsageError, match="write YYYY-MM-DD"):
        zhextract.extract(TEXT, published)


def test_documents_read_back() -> None:
    document = zhextract.extract(TEXT, "2025-02-03")
    assert zhextract.Document.from_json(document.to_json()) == document
    assert zhextract.Document.from_json(document.to_json(pretty=True)) == document
