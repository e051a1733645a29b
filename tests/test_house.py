"""Rules of the house: Chinese lives in rules, not in code; rule files name what is there; all is documented."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))
RULES = sorted((ROOT / "rules").rglob("*.yml"))
# Han with its extensions, radicals, iteration marks, bopomofo, kana; not the signs, which code may well name.
CHINESE = re.compile(
    "[\u2e80-\u2fdf\u3005-\u3007\u3021-\u3029\u3040-\u30ff\u3100-\u312f\u31a0-\u31bf\u3400-\u9fff\uf900-\ufaff"
    "\U00020000-\U0003ffff]"
)
# What an editor is told of a file's schema: as a comment, or as a key.
SCHEMA = re.compile(r"""(?:\$schema\s*[=:]|^#\s*yaml-language-server:.*?schema=)\s*["']?([^\s"']+)""", re.MULTILINE)
ID = {"ids": lambda path: path.relative_to(ROOT).as_posix()}

Documented = ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef


def bare(node: Documented, name: str) -> Iterator[str]:
    """Names of what is public in a module or class, itself included, and has no docstring."""
    if not ast.get_docstring(node):
        yield name
    for inner in node.body if isinstance(node, ast.Module | ast.ClassDef) else ():
        if isinstance(inner, ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef) and not inner.name.startswith("_"):
            last = inner.body[-1]
            if isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...:
                continue  # a method of a protocol
            yield from bare(inner, f"{name}.{inner.name}")


def missing(path: Path, text: str) -> list[str]:
    """Schema files that a rule file names and that are not there."""
    named = [found for found in SCHEMA.findall(text) if "://" not in found]
    return [found for found in named if not (path.parent / found).is_file()]


def test_something_is_checked() -> None:
    assert len(SOURCES) > 30
    assert len(RULES) > 25


@pytest.mark.parametrize("path", SOURCES, **ID)
def test_no_chinese(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert [f"{number}: {line}" for number, line in enumerate(lines, 1) if CHINESE.search(line)] == []


@pytest.mark.parametrize("path", SOURCES, **ID)
def test_docstrings(path: Path) -> None:
    assert list(bare(ast.parse(path.read_text(encoding="utf-8")), path.stem)) == []


@pytest.mark.parametrize("path", RULES, **ID)
def test_rule_file(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert isinstance(yaml.load(text, Loader=yaml.BaseLoader), dict)
    assert missing(path, text) == []


def test_checks_find_faults() -> None:
    """The checks themselves: what they must see, and what they must let pass."""
    assert CHINESE.search("# 元")
    assert CHINESE.search("〇")
    assert not CHINESE.search("# 1–2 %‰ …。、（）")
    assert missing(RULES[0], "# yaml-language-server: $schema=../no.json\nrules: []") == ["../no.json"]
    assert missing(RULES[0], '$schema: "../no.json"') == ["../no.json"]
    assert missing(RULES[0], f"# $schema={RULES[0].name}\n# $schema=https://example.org/a.json") == []
    code = 'class A:\n    "a"\n    def b(self): return 1\n    def _c(self): return 1\n    def d(self): ...\n'
    code += "def e(): return 1"
    assert list(bare(ast.parse(code), "m")) == ["m", "m.A.b", "m.e"]
