"""docs/rules.md, followed step by step: its files are written, its commands run, in a folder of their own."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest
import yaml

import zhextract

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parent.parent
PAGE = ROOT / "docs" / "rules.md"
_BLOCK = re.compile(r"^```(\w+)(?: file=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)


class Block(NamedTuple):
    """A code block: its line, language, the file it is (""), its text."""

    line: int
    language: str
    file: str
    text: str


def blocks() -> Iterator[Block]:
    page = PAGE.read_text(encoding="utf-8")
    for m in _BLOCK.finditer(page):
        yield Block(page.count("\n", 0, m.start()) + 1, m.group(1), m.group(2) or "", m.group(3))


def programs(folder: Path) -> dict[str, str]:
    """An environment in which `zhextract` and `python` are those of this checkout."""
    bin_folder = folder / "bin"
    bin_folder.mkdir()
    for name, call in {"zhextract": "-m zhextract", "python": ""}.items():
        script = bin_folder / name
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" {call} "$@"\n', encoding="utf-8")
        script.chmod(0o755)
    source = str(Path(zhextract.__file__).parent.parent)
    return {
        **os.environ, "PATH": f"{bin_folder}{os.pathsep}{os.environ['PATH']}", "PYTHONPATH": source,
        "PYTEST_ADDOPTS": "-p zhextract_pytest -p no:cacheprovider", "PYTEST_XDIST_WORKER": "",
    }  # fmt: skip


def test_follow_it(tmp_path: Path) -> None:
    work = tmp_path / "work"
    work.mkdir()
    env = programs(tmp_path)
    env.pop("PYTEST_CURRENT_TEST", None)
    done = []
    for block in blocks():
        if block.file:
            target = work / block.file
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(block.text, encoding="utf-8")
        elif block.language == "bash":
            run = subprocess.run(
                ["bash", "-euo", "pipefail", "-c", block.text], cwd=work, env=env, capture_output=True, check=False
            )
            said = f"{run.stdout.decode()}\n{run.stderr.decode()}"
            assert run.returncode == 0, f"docs/rules.md:{block.line}:\n{block.text}\n{said}"
            done.append(said)
    assert len(done) > 12
    everything = "\n".join(done)
    for expected in (
        "an entry of measure; there stands", "value: 4800", "lower: 45", "edtf: 2025-23", "nothing found",
        "whole: 全区出口", "0 new differences", "+ edtf 2025-36", "1 changed", "2 accepted, 0 left",
    ):  # fmt: skip
        assert expected in everything, expected
    history = (work / "golden" / "history" / "harvest.jsonl").read_text("utf-8")
    assert "the harvest lasts until winter" in history


def test_files_beside_it_are_yaml() -> None:
    for name in (".pre-commit-hooks.yaml", "docs/rules-workflow.yml"):
        assert yaml.safe_load((ROOT / name).read_text("utf-8"))
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text("utf-8"))
    page = PAGE.read_text("utf-8")
    assert all(hook["entry"].startswith("zhextract ") for hook in hooks)
    assert {"zhextract-lint", "zhextract-test"} <= {hook["id"] for hook in hooks}
    assert "id: zhextract-lint" in page
