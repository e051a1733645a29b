"""The kept code of regexes: the same regexes as `re` compiles, and none the worse without it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhextract import Extractor, regexes
from zhextract.prepare import prepare
from zhextract.rules.build import builtin_folder

TEXT = "澜溪市去年前三季度实现产值3.6亿元，同比增长12.5%，占全省的三成。市长何岚青说，力争到2027年超过5亿元。"


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with the code of all regexes of the built-in rules."""
    return prepare(tmp_path_factory.mktemp("ready"), [builtin_folder()])[1]


@pytest.fixture(autouse=True)
def afresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each test reads its own file, and none is left for others."""
    monkeypatch.setattr(regexes, "_ready", None)
    yield
    monkeypatch.undo()


def use(monkeypatch: pytest.MonkeyPatch, path: Path) -> None:
    monkeypatch.setattr(regexes, "KEPT", path)


def test_all_regexes_of_the_rules_are_kept_and_equal(kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, kept)
    with regexes.watched() as found:
        Extractor()
    assert len(found) > 400
    compiled = []
    monkeypatch.setattr(re, "compile", lambda source, flags=0: compiled.append(source))
    made = {(source, flags): regexes.compile(source, flags) for source, flags in found}
    monkeypatch.undo()
    assert compiled == []  # not one had to be compiled
    assert [source for (source, flags), regex in made.items() if regex != re.compile(source, flags)] == []


@pytest.mark.parametrize("damage", ["missing", "empty", "torn", "other python", "other code"])
def test_a_file_that_does_not_serve_changes_nothing(
    kept: Path, damage: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    expected = Extractor().extract(TEXT).to_json()
    path = tmp_path / "codes"
    data = kept.read_bytes()
    content = msgspec.msgpack.decode(data)
    if damage == "empty":
        path.write_bytes(b"")
    elif damage == "torn":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "other python":
        path.write_bytes(msgspec.msgpack.encode({**content, "python": "none"}))
    elif damage == "other code":
        codes = {key: [*code[:3], code[3][::-1]] for key, code in content["codes"].items()}
        path.write_bytes(msgspec.msgpack.encode({**content, "codes": codes}))
    use(monkeypatch, path)
    monkeypatch.setattr(regexes, "_ready", None)
    assert Extractor().extract(TEXT).to_json() == expected


@given(
    source=st.sampled_from(["a(?P<x>b)|c", "(?i)[ä-ü]+", "\ud800?", "(?<=x)y{2,3}$"]),
    flags=st.sampled_from([0, re.MULTILINE, re.DOTALL]),
)
def test_a_kept_regex_matches_as_a_fresh_one(source: str, flags: int) -> None:
    with pytest.MonkeyPatch.context() as patch:
        made = msgspec.msgpack.decode(regexes.packed([(source, flags)]), type=regexes._Kept)
        patch.setattr(regexes, "_ready", made.codes)
        assert regexes.compile(source, flags) == re.compile(source, flags)
        assert regexes.compile(source, flags).groupindex == re.compile(source, flags).groupindex


def test_a_wrong_regex_is_an_error_as_ever() -> None:
    with pytest.raises(re.error):
        regexes.compile("(")
