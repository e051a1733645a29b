"""Documents in notebooks: HTML that is escaped, data for displaCy, a spaCy Doc."""

from __future__ import annotations

import sys

import msgspec
import pytest
from tests import samples

import zhextract
from zhextract import UsageError
from zhextract.notebook import ROWS

TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%，长春市人民政府2025年6月发布。"


@pytest.fixture(scope="module")
def document() -> zhextract.Document:
    return zhextract.extract(TEXT)


def test_html(document: zhextract.Document) -> None:
    fact = {
        "subject": "<b>", "indicator": "产值", "type": "level", "value": "540000000", "lower": None, "upper": None,
        "unit": "CNY", "mod": "APPROX", "basis": None, "whole": None, "time": "2024", "q_start": TEXT.index("5.4"),
    }  # fmt: skip
    shown = samples.with_facts(msgspec.structs.replace(document, title="<script>"), [fact])._repr_html_()
    assert "<script>" not in shown
    assert "<b>&lt;script&gt;</b>" in shown
    for cell in ("&lt;b&gt;", "≈ 540,000,000 CNY", "2025-06", "org", "money.amount", "12:17", "1 facts"):
        assert f"{cell}<" in shown
    many = zhextract.extract("投资5亿元。" * (ROWS + 2))._repr_html_()
    assert "52 mentions, 2 of them not shown" in many
    assert many.split("</table>")[0].count("<tr>") == ROWS + 1


def test_displacy(document: zhextract.Document) -> None:
    data = document.to_displacy(TEXT)
    assert data["text"] == TEXT
    found = [(TEXT[e["start"] : e["end"]], e["label"]) for e in data["ents"]]
    assert found == [
        ("2024年", "TIME"), ("5.4亿元", "QUANTITY"), ("3%", "QUANTITY"), ("长春市人民政府", "ORG"),
        ("2025年6月", "TIME"),
    ]  # fmt: skip
    first = document.mentions[0]
    inner = msgspec.structs.replace(first, id="x", start=first.start + 1)
    nested = msgspec.structs.replace(document, mentions=(*document.mentions, inner))
    assert nested.to_displacy(TEXT) == data  # it cannot draw what overlaps


def test_another_text(document: zhextract.Document) -> None:
    with pytest.raises(UsageError, match="not the text of this document"):
        document.to_displacy(TEXT + "。")
    with pytest.raises(UsageError, match="not the text of this document"):
        document.to_spacy("")


def test_without_spacy(document: zhextract.Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "spacy", None)
    with pytest.raises(UsageError, match="pip install spacy"):
        document.to_spacy(TEXT)


def test_spacy(document: zhextract.Document) -> None:
    spacy = pytest.importorskip("spacy", reason="spaCy is not installed")
    doc = document.to_spacy(TEXT)
    assert doc.text == TEXT
    spans = [(span.text, span.id_) for span in doc.spans["zhextract"]]
    assert spans == [(TEXT[m.start : m.end], m.id) for m in document.mentions]
    assert [e.text for e in doc.ents] == [text for text, _ in spans]
    assert (
        spacy.displacy.render(document.to_displacy(TEXT), style="ent", manual=True, jupyter=False).count("<mark") == 5
    )
