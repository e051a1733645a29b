"""The list of disagreements with the peers: every entry of it exists, and none of them agrees by now."""

from __future__ import annotations

import importlib.util
import json
import sys
from pathlib import Path
from types import ModuleType

import pytest

from zhextract import Extractor

ROOT = Path(__file__).resolve().parent.parent
DATA = ROOT.parent / "shared" / "peers"

pytestmark = pytest.mark.skipif(not DATA.is_dir(), reason=f"the peers' data is no part of the repository: no {DATA}")


@pytest.fixture(scope="module")
def peers() -> ModuleType:
    """The benchmark as a module; it lies outside the package."""
    spec = importlib.util.spec_from_file_location("peers", ROOT / "benchmarks" / "peers.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules["peers"] = module
    spec.loader.exec_module(module)
    return module


def test_every_listed_entry_exists(peers: ModuleType) -> None:
    ids = {
        json.loads(line)["id"]
        for path in DATA.glob("*.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip()
    }
    assert set(peers.listed()) <= ids


def test_no_listed_entry_agrees_and_every_file_keeps_its_bar(peers: ModuleType) -> None:
    extractor, known = Extractor(), peers.listed()
    scores = {path.stem: peers.score(path, extractor, known) for path in sorted(DATA.glob("*.jsonl"))}
    assert [entry for s in scores.values() for entry in s.stale] == []
    assert {file: float(s.share) for file, s in scores.items() if s.share < peers.BAR} == {}
