"""README.md and README.zh.md: what they show is what happens, what they name is there, and both say the same.

Code blocks with `file=NAME` are files; in `console` the lines behind `$` are run and what is shown below them compared
(`…` stands for lines left out); `sh` is run; `python` is run, and what it prints compared with the comments at the
beginnings of lines. What needs a network, or more than the package, is only read: see LEFT.
"""

from __future__ import annotations

import contextlib
import importlib.util
import io
import re
import shlex
import shutil
import tomllib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from tests.commandline import Run, runner

import zhextract
from zhextract.cli import COMMANDS

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "README.zh.md")
LEFT = ("zhextract serve", "zhextract batch archive/", 'FROM facts" out/', "pip install", "make ")
"""Parts of commands that are not run here."""
ARTICLES = ("interview-optics-valley.txt", "tw-science-park.txt")
"""Of the corpus, which would take long."""
NEEDS = {".xlsx": "xlsxwriter", "zhextract query": "duckdb"}
"""Parts of commands, and the module of an extra that they need."""

_BLOCK = re.compile(r"^```(\w*)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"(!?)\[[^\]]*\]\(([^)\s]+)\)|<(https?://[^>]+)>")
_SPAN = re.compile(r"`([^`\n]+)`")
_HEADING = re.compile(r"^(#+) ", re.MULTILINE)
_REMARK = re.compile(r" {2,}# .*$", re.MULTILINE)
_OPTION = re.compile(r"(?<![\w-])--?[a-z][a-z-]*")
_EXTRAS = re.compile(r"'?zhextract\[([a-z,0-9]+)\]")


class Block(NamedTuple):
    """A code block: its language, the file it is (""), its text."""

    language: str
    file: str
    text: str


class Page:
    """A README, taken apart: `prose` is what is outside of the code blocks."""

    def __init__(self, name: str) -> None:
        self.text = (ROOT / name).read_text(encoding="utf-8")
        self.blocks = [Block(m[1], m[2] or "", m[3]) for m in _BLOCK.finditer(self.text)]
        self.prose = _BLOCK.sub("", self.text)
        self.headings = _HEADING.findall(self.prose)
        self.links = [m[2] or m[3] for m in _LINK.finditer(self.prose) if m[2] not in PAGES]
        self.sections = [Counter(_SPAN.findall(part)) for part in re.split(r"^#+ ", self.prose, flags=re.MULTILINE)]

    def of(self, *languages: str) -> Iterator[Block]:
        return (block for block in self.blocks if block.language in languages)


@pytest.fixture(params=PAGES)
def page(request: pytest.FixtureRequest) -> Page:
    return Page(request.param)


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfdbinary, monkeypatch)


@pytest.fixture
def folder(page: Page, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working folder of a reader: the files that the page shows, and a small corpus."""
    monkeypatch.chdir(tmp_path)
    for block in page.blocks:
        if block.file:
            Path(block.file).write_text(block.text, encoding="utf-8")
    Path("corpus").mkdir()
    for name in ARTICLES:
        shutil.copy(ROOT / "corpus" / name, "corpus")
    return tmp_path


def shown(text: str) -> Iterator[tuple[str, list[str]]]:
    """The commands of a console, each with the lines below it."""
    for part in re.split(r"^\$ ", text, flags=re.MULTILINE)[1:]:
        command, *lines = part.splitlines()
        yield command, lines


def as_pattern(lines: list[str]) -> str:
    return "".join("(?:.*\n)*?" if line == "…" else f"{re.escape(line)} *\n" for line in lines)


# ------------------------------------------------------------------------------------------------------ what is shown


def test_commands(page: Page, folder: Path, run: Run) -> None:
    """`make run` comes first, as on the page, by the commands that the Makefile has for it."""
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    recipe = re.search(r"^run: .*\n((?:\t.*\n)+)", makefile, re.MULTILINE)
    assert recipe is not None
    commands = [(line.strip().removeprefix("$(BIN)/"), None) for line in recipe[1].splitlines()]
    for block in page.of("sh", "console"):
        if block.language == "console":
            commands += shown(block.text)
        else:
            commands += [(line, None) for line in block.text.splitlines()]
    done = 0
    for command, lines in commands:
        missing = [module for part, module in NEEDS.items() if part in command and not importlib.util.find_spec(module)]
        if missing or any(part in command for part in LEFT):
            continue
        program, *words = shlex.split(command, comments=True)
        assert program == "zhextract", command
        code, out, err = run(*words)
        assert code == 0, f"{command}\n{err}"
        assert lines is None or re.fullmatch(as_pattern(lines), out), f"{command}\n{out}"
        done += 1
    assert done >= 6
    assert Path("report/index.html").is_file()


def test_python(page: Page, folder: Path) -> None:
    code = "".join(block.text for block in page.of("python"))
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(code, "README", "exec"), {})
    assert printed.getvalue().splitlines() == [line[2:] for line in code.splitlines() if line.startswith("# ")]


def test_first_example(page: Page) -> None:
    """The table of mentions below the first text is complete and right."""
    article = next(block for block in page.blocks if block.file == "news.txt").text
    table = re.search(r"^\|---\|---\|---\|---\|\n((?:\|.*\n)+)", page.prose, re.MULTILINE)
    assert table is not None
    rows = [[cell.strip() for cell in row.strip("|").split("|")] for row in table[1].splitlines()]
    found = zhextract.extract(article).mentions
    assert [(text, kind, rule.strip("`")) for text, kind, _, rule in rows] == [
        (m.text, m.__struct_config__.tag, m.rule) for m in found
    ]
    for (_, _, says, _), mention in zip(rows, found, strict=True):
        fields: dict[str, Any] = {name: getattr(mention, name) for name in mention.__struct_fields__}
        assert _SPAN.findall(says)
        assert set(_SPAN.findall(says)) <= set(fields.values())


def test_names_of_your_own(page: Page, folder: Path) -> None:
    """The CSV file of the page and the YAML file that it leaves to docs/ are the same."""
    (block,) = Page("docs/entities.md").of("yaml")
    Path(block.file).write_text(block.text, encoding="utf-8")
    for file in (*(block.file for block in page.of("csv")), block.file):
        document = zhextract.Extractor(lexicons=[file]).extract("雲巒能源与十一家科技签约。")
        assert {e.name for e in document.entities} == {"云峦能源集团", "十一家科技"}


# ------------------------------------------------------------------------------------------------------ what is named


def test_synopsis(page: Page, run: Run) -> None:
    """Every command is there, with options that it has."""
    synopsis = next(block.text for block in page.of("text") if block.text.startswith("zhextract extract PATH"))
    parts = re.split(r"^zhextract ", _REMARK.sub("", synopsis), flags=re.MULTILINE)[1:]
    assert {part.split()[0] for part in parts} == set(COMMANDS)
    for part in parts:
        name, *rest = part.split()
        code, told, _ = run(name, "--help")
        assert code == 0
        assert set(_OPTION.findall(part)) <= set(_OPTION.findall(told)), name
        if rest and "|" in rest[0] and name in ("rules", "golden"):
            assert all(re.search(rf"^    {action}\b", told, re.MULTILINE) for action in rest[0].split("|")), name


def test_options_elsewhere(page: Page, folder: Path, run: Run) -> None:
    """Also commands that are not run have options that are there."""
    for block in page.of("sh"):
        for line in block.text.splitlines():
            words = shlex.split(line, comments=True)
            if words[0] == "zhextract":
                _, told, _ = run(words[1], "--help")
                assert {w for w in words if re.fullmatch(_OPTION, w)} <= set(_OPTION.findall(told)), line


def test_links(page: Page) -> None:
    for target in page.links:
        assert "://" in target or (ROOT / target).exists(), target


def test_files(page: Page) -> None:
    """Files of the project that are named in passing."""
    named = [s for part in page.sections for s in part if re.match(r"(rules|tests|benchmarks|docs|\.ci)/\S*$", s)]
    named += [f"rules/lexicon/{s}" for part in page.sections for s in part if re.fullmatch(r"\w+\.tsv", s)]
    assert len(named) > 10
    assert [path for path in named if not any(ROOT.glob(path))] == []


def test_targets_and_extras(page: Page) -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"\bmake ([a-z-]+)", "\n".join(_SPAN.findall(page.prose))):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    named = {extra for part in _EXTRAS.findall(page.text) for extra in part.split(",")}
    assert {"web", "query", "batch"} <= named <= set(extras)


def test_pictures(page: Page) -> None:
    for path in (ROOT / "docs" / "screenshots").glob("*.png"):
        assert path.stat().st_size < 250_000, path.name
        assert f"docs/screenshots/{path.name}" in page.links


# -------------------------------------------------------------------------------------------------- both say the same


def test_both_show_the_same() -> None:
    """Who changes one has to change the other: blocks (but for remarks), links, what stands as code in a section."""
    one, other = map(Page, PAGES)
    assert [b._replace(text=_REMARK.sub("", b.text)) for b in one.blocks] == [
        b._replace(text=_REMARK.sub("", b.text)) for b in other.blocks
    ]
    assert one.links == other.links
    assert one.headings == other.headings
    assert one.sections == other.sections
    remarks = [[len(_REMARK.findall(b.text)) for b in page.blocks] for page in (one, other)]
    assert remarks[0] == remarks[1]


def test_each_leads_to_the_other() -> None:
    for name, other in (PAGES, PAGES[::-1]):
        assert f"]({other})" in "\n".join((ROOT / name).read_text(encoding="utf-8").splitlines()[:5])
    included = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["hatch"]["build"]["targets"]
    assert {f"/{name}" for name in PAGES} <= set(included["sdist"]["include"])


def test_blocks_are_fenced(page: Page) -> None:
    """A block that is only indented would go unread."""
    assert not re.search(r"\n\n {4}", page.prose)
    assert all(block.language for block in page.blocks)
