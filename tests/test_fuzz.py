"""What the fuzzer found (benchmarks/fuzz.py), each text for good; and that the fuzzer itself runs and can fail."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import zhextract

FUZZ = Path(__file__).resolve().parent.parent / "benchmarks" / "fuzz.py"
FAULTS = [
    "卅一第教育街",  # a lone character that no name holds, left of the ending of a road: an empty piece of a name
]


@pytest.mark.parametrize("text", FAULTS)
def test_once_a_fault(text: str) -> None:
    document = zhextract.extract(text)
    assert zhextract.Document.from_json(document.to_json()) == document


def fuzz(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(FUZZ), *args]
    return subprocess.run(command, cwd=folder, capture_output=True, encoding="utf-8", check=False)


def test_generated_inputs_break_nothing(tmp_path: Path) -> None:
    run = fuzz(tmp_path, "generate", "--runs", "2000", "--seed", "7", "--log", "log.jsonl")
    assert run.returncode == 0, run.stdout + run.stderr
    told = json.loads((tmp_path / "log.jsonl").read_text(encoding="utf-8"))
    assert told["runs"] == 2000
    assert told["mentions"] > 500
    assert "| generate | 1 | 2,000 |" in fuzz(tmp_path, "report", "log.jsonl").stdout


def test_a_broken_promise_is_kept(tmp_path: Path) -> None:
    """With no time at all, every input is late."""
    code = "import sys, fuzz; fuzz.BUDGET = fuzz.BUDGET_CHAR = -1.0; sys.exit(fuzz.main())"
    command = [sys.executable, "-c", code, "generate", "--runs", "3"]
    run = subprocess.run(command, cwd=tmp_path, env={"PYTHONPATH": str(FUZZ.parent)}, capture_output=True, check=False)
    assert run.returncode == 1
    assert len(list((tmp_path / "fuzz-failures").glob("*.bin"))) == 3
