"""The command that converts: documents and gold out, files of other tools back to gold."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from tests import scoring

from zhextract import cli
from zhextract.web import exchange, gold

TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"


def convert(*args: object) -> int:
    return cli.main(["convert", *map(str, args)])


@pytest.mark.parametrize("form", ["label-studio", "web-annotation", "bio"])
def test_gold_there_and_back(form: str, tmp_path: Path) -> None:
    """A golden file to another tool and back is the same gold, but for what BIO cannot hold."""
    one = next(one for one in scoring.articles() if one.id == "bulletin-linzhou")
    article = scoring.text_of(one.gold["text_file"])
    tool = tmp_path / "tool"
    assert convert(scoring.GOLDEN / one.file, "--to", form, "-o", tool, "--source", scoring.CORPUS) == 0
    (file,) = tool.iterdir()
    assert file.name == f"bulletin-linzhou{exchange.FORMS[form].suffix}"
    assert convert(file, "--from", form, "--article", article, "-o", tmp_path / "back") == 0
    back = json.loads((tmp_path / "back" / "bulletin-linzhou.gold.json").read_text(encoding="utf-8"))
    assert back["published"] == one.published
    if form != "bio":
        assert back == gold.in_order(one.gold, article.name, one.published)
    else:
        assert [r["start"] for r in back["time"]] == [r["start"] for r in one.gold["time"]]
        assert gold.check(back, one.text) == []


def test_documents(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Folders of documents; what fails is told, the rest is written."""
    texts, output = tmp_path / "texts", tmp_path / "output"
    texts.mkdir()
    for name in "ab":
        (texts / f"{name}.txt").write_text(TEXT + name, encoding="utf-8")
    assert cli.main(["extract", str(texts), "-o", str(output)]) == 0
    assert convert(output, "--to", "gold", "-o", tmp_path / "gold", "--source", texts) == 0
    made = json.loads((tmp_path / "gold" / "a.gold.json").read_text(encoding="utf-8"))
    assert made["text_file"] == "a.txt"
    assert gold.check(made, TEXT + "a") == []
    shutil.copy(tmp_path / "gold" / "a.gold.json", texts)
    (texts / "b.txt").unlink()
    (output / "c.json").write_text("{}", encoding="utf-8")
    capsys.readouterr()
    assert convert(output, "--to", "bio", "-o", tmp_path / "bio", "--source", texts) == 1
    said = capsys.readouterr().err
    assert "b: the text of b.txt is not in the sources" in said
    assert "c.json: no document" in said
    assert [path.name for path in (tmp_path / "bio").iterdir()] == ["a.bio.tsv"]
    assert convert(texts / "a.gold.json", "--to", "bio", "-o", tmp_path / "x", "--source", texts) == 0
    (texts / "a.txt").write_text("短", encoding="utf-8")
    assert convert(texts / "a.gold.json", "--to", "bio", "-o", tmp_path / "x", "--source", texts) == 1
    assert "no span of this article" in capsys.readouterr().err


def test_wrong_calls(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert convert("x", "--from", "bio", "-o", tmp_path) == 2
    assert "--article" in capsys.readouterr().err
    assert convert("x", "--to", "bio", "-o", tmp_path) == 2
    assert "--source" in capsys.readouterr().err
    assert convert("x", "--from", "bio", "--article", "none.txt", "-o", tmp_path) == 2
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "a.tsv").write_text("海\tO\n", encoding="utf-8")
    assert convert(tmp_path / "a.tsv", "--from", "bio", "--article", tmp_path / "a.txt", "-o", tmp_path / "o") == 1
    assert "a.tsv: BIO: line 1" in capsys.readouterr().err
    with pytest.raises(SystemExit):
        convert("x", "-o", tmp_path)
