"""The report: what it writes, where it finds texts, what it says of those missing; no article is ever markup."""

from __future__ import annotations

import html.parser
import json
import re
from pathlib import Path
from typing import Any

import msgspec
import pytest
from tests import samples

from zhextract import Document, Extractor, cli
from zhextract.errors import UsageError
from zhextract.web.pages import POLICY, data
from zhextract.web.places import places
from zhextract.web.site import Shown, write_site
from zhextract.web.sources import Sources, read_documents

TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"
HOSTILE = (
    "</script><script>alert(1)</script><img src=x onerror=alert(2)>\n"
    "“><svg/onload=alert(3)> 产值5.4亿元&lt;b&gt; --><!-- <![CDATA[ ]]> {{7*7}} ${1}\n"
    "\x00\x07\x1b[31m投资3亿元\u202egnp.exe\u2066\u2028增长5%\ufeff 𠮷野家开店30家😀，员工12人"
)


class Page(html.parser.HTMLParser):
    """What a browser would make of a page: its elements, and the data it brings along."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._in_data = False
        self.raw = ""
        self.feed(path.read_text(encoding="utf-8"))
        self.data = json.loads(self.raw)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._in_data = dict(attrs).get("id") == "data"

    def handle_endtag(self, tag: str) -> None:
        self._in_data = False

    def handle_data(self, data: str) -> None:
        if self._in_data:
            self.raw += data


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


@pytest.fixture
def corpus(tmp_path: Path, extractor: Extractor) -> tuple[Path, Path]:
    """A folder of texts and one of their documents."""
    texts, output = tmp_path / "texts", tmp_path / "output"
    (texts / "sub").mkdir(parents=True)
    (texts / "a.txt").write_text(TEXT, encoding="utf-8")
    (texts / "sub" / "b.txt").write_bytes("园区投资2亿元，新建3个车间，企业40余家。\r\n增长5%。".encode("gb18030"))
    rows = [{"id": "x/1", "text": f"甲{TEXT}"}, {"id": "x_1", "text": f"乙{TEXT}"}]
    (texts / "c.jsonl").write_text("\n".join(json.dumps(r, ensure_ascii=False) for r in rows), encoding="utf-8")
    assert cli.main(["extract", str(texts), "-o", str(output)]) == 0
    return texts, output


def report(*args: object) -> int:
    return cli.main(["report", *map(str, args)])


def facts_of(document: Document, count: int) -> Document:
    """The document with facts of its first figure at `count` different times."""
    figure = next(m for m in document.mentions if m.rule.startswith(("money", "count", "measure", "percent")))
    gold = [
        {"subject": "云岭", "indicator": "产值", "type": "level", "value": str(n + 1), "lower": None, "upper": None,
         "unit": "CNY", "mod": None, "basis": None, "whole": None, "time": str(1500 + n), "q_start": figure.start}
        for n in range(count)
    ]  # fmt: skip
    return samples.with_facts(document, gold)


def test_report(corpus: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    texts, output = corpus
    site = tmp_path / "report"
    assert report(output, "-o", site, "--source", texts) == 0
    assert "4 articles" in capsys.readouterr().err
    index = Page(site / "index.html").data
    assert index["problems"] == []
    assert [a["id"] for a in index["articles"]] == ["a", "sub/b", "x/1", "x_1"]  # in the order of the names
    for article in index["articles"]:
        view = Page(site / article["href"]).data
        assert view["problem"] is None
        assert view["document"]["id"] == article["id"]
        assert len(view["text"]) == view["document"]["source"]["chars"]
        assert article["quantity"] == sum(m["type"] == "quantity" for m in view["document"]["mentions"]) > 0
    assert "\r\n" in Page(site / "articles/sub_b.html").data["text"]  # as it was
    used = json.loads((site / "data/rules.js").read_text(encoding="utf-8").split("=", 1)[1].rstrip(";\n"))
    place = used["money.amount"]
    line = Path("rules", place["file"].split("/", 1)[1]).read_text(encoding="utf-8").splitlines()[place["line"] - 1]
    assert line.strip() == "- id: money.amount" == place["source"].splitlines()[0]
    counts = {c["rule"]: c for c in Page(site / "rules.html").data["counts"]}
    assert counts["money.amount"]["articles"] == 4


def test_again_removes_what_is_gone(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    texts, output = corpus
    site = tmp_path / "report"
    assert report(output, "-o", site, "--source", texts) == 0
    (site / "articles" / "mine.html").write_text("<p>mine", encoding="utf-8")
    (output / "a.json").unlink()
    assert report(output, "-o", site, "--source", texts) == 0
    names = sorted(path.name for path in (site / "articles").iterdir())
    assert names == ["mine.html", "sub_b.html", "x_1-2.html", "x_1.html"]


def test_missing_and_changed_texts(
    corpus: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    texts, output = corpus
    (texts / "a.txt").write_text(TEXT + "改", encoding="utf-8")
    (texts / "sub" / "b.txt").rename(texts / "moved.txt")  # found by its content
    (texts / "c.jsonl").unlink()
    (output / "bad.json").write_text('{"schema": "other"}', encoding="utf-8")
    site = tmp_path / "report"
    assert report(output, "-o", site, "--source", texts) == 1
    said = capsys.readouterr().err
    assert "a.txt is not the text that was extracted" in said
    assert "x_1: the text of c.jsonl is not in the sources; name its folder or file with --source" in said
    assert "bad.json: no document of zhextract" in said
    assert "sub" not in said
    view = Page(site / "articles/a.html").data
    assert view["text"] is None
    assert "SHA-256 differs" in view["problem"]
    assert view["document"]["mentions"]
    assert len(Page(site / "index.html").data["problems"]) == 3


def test_wrong_calls(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    assert report("none", "-o", "x") == 2
    (tmp_path / "output").mkdir()
    assert report("output", "-o", "x") == 2
    assert "--source" in capsys.readouterr().err
    assert report("output", "-o", "x", "--source", "nowhere") == 2
    assert "no such file or folder: nowhere" in capsys.readouterr().err
    assert report("output", "-o", "x", "--source", "output") == 1
    assert "no document in this folder" in capsys.readouterr().err
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert report("output", "-o", "file", "--source", "output") == 2
    assert "cannot be written" in capsys.readouterr().err
    with pytest.raises(UsageError):
        Sources(["nowhere"])


def test_a_source_name_leads_nowhere_else(tmp_path: Path, extractor: Extractor) -> None:
    """A name in a document is looked up among the files of the sources, never opened."""
    (tmp_path / "texts").mkdir()
    (tmp_path / "secret.txt").write_text(TEXT, encoding="utf-8")
    document = extractor.extract(TEXT, id="a", name="../secret.txt", encoding="utf-8")
    assert Sources([tmp_path / "texts"]).find(document).text is None
    assert Sources([tmp_path]).find(document).text == TEXT


def test_hostile_article(tmp_path: Path, extractor: Extractor) -> None:
    """Whatever stands in an article, its page has our elements only, and the text arrives as it was."""
    document = extractor.extract(HOSTILE, id='"><script>alert(4)</script>', name="<b>.txt", encoding="utf-8")
    document = facts_of(document, 3)
    document = msgspec.structs.replace(document, title="</title><script>alert(5)</script>")
    write_site(tmp_path, [Shown("<i>'&", document, HOSTILE, None)], places())
    (path,) = (tmp_path / "articles").iterdir()
    calm = facts_of(extractor.extract(TEXT, id="a", name="a.txt", encoding="utf-8"), 3)
    write_site(tmp_path / "calm", [Shown("a", calm, TEXT, None)], places())
    pages = [path, *(tmp_path / name for name in ("index.html", "facts.html", "series.html", "rules.html"))]
    twins = [tmp_path / "calm" / "articles" / "a.html", *(tmp_path / "calm" / p.name for p in pages[1:])]
    for ours, twin in zip(pages, twins, strict=True):
        found = [tag for tag, _ in Page(ours).elements]
        wanted = [tag for tag, _ in Page(twin).elements]
        assert found == wanted
        assert all(not name.startswith("on") for _, given in Page(ours).elements for name in given)
    assert Page(path).data["text"] == HOSTILE
    assert "<" not in Page(path).raw
    for script in (tmp_path / "data").iterdir():
        assert "</" not in script.read_text(encoding="utf-8")


def test_policy(corpus: tuple[Path, Path], tmp_path: Path) -> None:
    """Every page has the policy, before anything that it governs; nothing is inline, nothing comes from elsewhere."""
    texts, output = corpus
    site = tmp_path / "report"
    assert report(output, "-o", site, "--source", texts) == 0
    assert "unsafe" not in POLICY
    assert "default-src 'none'" in POLICY
    pages = list(site.rglob("*.html"))
    assert len(pages) == 8
    for path in pages:
        elements = Page(path).elements
        metas = [given for tag, given in elements if tag == "meta" and given.get("http-equiv")]
        assert [given["content"] for given in metas] == [POLICY]
        tags = [tag for tag, _ in elements]
        assert tags.index("script") > tags.index("meta")
        for tag, given in elements:
            assert "style" not in given
            for name in ("src", "href"):
                value = given.get(name)
                assert value is None or value == "data:," or not re.match(r"[a-z]+:|//", value), value
                if tag in ("script", "link") and value and value != "data:,":
                    assert (path.parent / value).resolve().is_file()
            if tag == "script":
                assert given.get("src") or given.get("type") == "application/json"
    for script in (site / "static").iterdir():
        text = script.read_text(encoding="utf-8")
        assert not re.search(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|new Function", text)
        assert not [u for u in re.findall(r"https?://[^\s\"'`)]+", text) if u != "http://www.w3.org/2000/svg"]


def test_data_stays_data() -> None:
    assert json.loads(data(HOSTILE)) == HOSTILE
    assert json.loads(data("a\ud800b")) == "a\ufffdb"
    assert not set("<>&\u2028\u2029") & set(data(HOSTILE))


def test_over_time_and_chunks(tmp_path: Path, extractor: Extractor, monkeypatch: pytest.MonkeyPatch) -> None:
    from zhextract.web import site as module

    monkeypatch.setattr(module, "CHUNK", 4)
    document = facts_of(extractor.extract(TEXT, id="a", name="a.txt", encoding="utf-8"), 10)
    summary = write_site(tmp_path, [Shown("a", document, TEXT, None)], {})
    assert summary.facts == 10
    page = Page(tmp_path / "facts.html")
    loaded = [str(given["src"]) for tag, given in page.elements if tag == "script" and given.get("src")]
    chunks = [name for name in loaded if name.startswith("data/facts-")]
    assert len(chunks) == 3
    assert loaded[-1] == "static/report.js"
    (series,) = Page(tmp_path / "series.html").data["series"]
    assert [point[1] for point in series["points"]] == [str(1500 + n) for n in range(10)]


def test_many_articles(tmp_path: Path, extractor: Extractor) -> None:
    """A page holds what it shows: that of an article and that of the index don't grow with each other."""
    document = facts_of(extractor.extract(TEXT, id="a", name="a.txt", encoding="utf-8"), 20)
    summary = write_site(tmp_path, (Shown("a", document, TEXT, None) for _ in range(1000)), places())
    assert (summary.articles, summary.facts) == (1000, 20_000)
    assert len(list((tmp_path / "articles").iterdir())) == 1000
    assert (tmp_path / "articles" / "a-1000.html").stat().st_size < 30_000
    assert (tmp_path / "index.html").stat().st_size < 400_000
    assert (tmp_path / "rules.html").stat().st_size < 400_000
    assert len(list((tmp_path / "data").glob("facts-*.js"))) == 4


def test_places() -> None:
    """Every rule has a file and a line where it begins, and its own text only."""
    found = places()
    assert len(found) > 200
    for rule, place in found.items():
        if place["line"]:
            lines = place["source"].splitlines()
            assert re.fullmatch(rf"- id: {re.escape(rule)}", lines[0].strip()), rule
            assert sum(line.startswith("- ") for line in lines) == 1


def test_places_of_own_rules(tmp_path: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    rule = (
        "defs: {coin: 甲乙元}\nrules:\n- id: money.mine\n  doc: Mine.\n  pattern: '< {a:coin} >'\n  anchor: a\n"
        "  emit: {type: quantity, kind: money, unit: CNY, value: '1'}\n"
    )
    (folder / "mine.yml").write_text(rule, encoding="utf-8")
    place = places([folder])["money.mine"]
    assert (place["file"], place["line"]) == ("mine/mine.yml", 3)
    assert "{a:coin}" in place["source"]


def test_read_documents(tmp_path: Path, extractor: Extractor) -> None:
    lines = [extractor.extract(TEXT, id=name).to_json() for name in "ab"]
    (tmp_path / "many.jsonl").write_text("\n".join([*lines, "", "{}"]), encoding="utf-8")
    found: list[Any] = list(read_documents([tmp_path]))
    assert [f[0] for f in found[:2]] == ["many-1", "many-2"]
    assert str(found[2]).startswith(f"{(tmp_path / 'many.jsonl').as_posix()}:4: no document of zhextract")
