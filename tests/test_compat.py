"""Documents of earlier releases stay valid and readable. A new release adds its own to `compat/`, none is changed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from zhextract import Document
from zhextract.records import json_schema

OLD = sorted((Path(__file__).parent / "compat").glob("*.json"))


@pytest.mark.parametrize("path", OLD, ids=lambda path: path.stem)
def test_old_documents(path: Path) -> None:
    data = json.loads(path.read_text(encoding="utf-8"))
    Draft202012Validator(json_schema()).validate(data)
    document = Document.from_json(path.read_bytes())
    again = json.loads(document.to_json())
    for key, value in data.items():  # fields may have been added since, none lost or changed
        if isinstance(value, list) and value and isinstance(value[0], dict):
            for old, new in zip(value, again[key], strict=True):
                assert old.items() <= new.items()
        else:
            assert again[key] == value


def test_they_hold_every_kind_of_record() -> None:
    kinds = {m["type"] for path in OLD for m in json.loads(path.read_text(encoding="utf-8"))["mentions"]}
    assert kinds == {"quantity", "ordinal", "time", "entity"}
    assert all(json.loads(path.read_text(encoding="utf-8"))["facts"] for path in OLD)
