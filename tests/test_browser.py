"""The pages in a real Chromium: what a reader, a reviewer and someone with a text to paste would do.

Passed over where there is no Chromium (`apt install chromium`) or no axe-core (`npm install axe-core`, its `axe.min.js`
named by AXE). With SCREENSHOTS=1 the pictures of the README are made anew.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from tests import samples, scoring

from zhextract import Document, Extractor
from zhextract.web import gold
from zhextract.web.places import places
from zhextract.web.site import Shown, write_site

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium here: apt install chromium"),
]

if CHROMIUM is not None:
    pytest.importorskip("starlette", reason="the extra `web` is not installed")
    from tests.services import Service, running

ROOT = Path(__file__).resolve().parent.parent
PICTURES = ROOT / "docs" / "screenshots"
SCORER = ROOT.parent / "shared" / "tools" / "score.py"
AXE = Path(os.environ.get("AXE", ROOT / "node_modules" / "axe-core" / "axe.min.js"))
ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
]  # fmt: skip
HOSTILE = (
    "<script>window.pwned=1</script><img src=x onerror=window.pwned=2>产值5.4亿元\n"
    "“><svg/onload=window.pwned=3> </script></style><!-- {{7*7}} javascript:alert(1)\n"
    "\x00\x07\x1b[31m投资3亿元\u202egnp.exe\u2066 增长5%\ufeff 𠮷野家😀开店30家，员工12人。"
)
ARTICLE = "云岭新区2024年产值达5.4亿元，同比增长3%。\n园区集聚企业40余家，员工1200人，面积2.5平方公里。"

Page = Any  # playwright has types of its own, but may not be here
NewPage = Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with playwright.sync_playwright() as tools:
        chromium = tools.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
        yield chromium
        chromium.close()


@pytest.fixture
def new_page(browser: Any) -> Iterator[NewPage]:
    """Makes pages; at the end none of them may have complained, or asked for anything of another place."""
    contexts: list[Any] = []
    complaints: list[str] = []
    expected: list[int] = []  # the one refusal that a test brings about; Chromium logs it as an error

    def make(**options: Any) -> Page:
        options.setdefault("viewport", {"width": 1280, "height": 900})
        contexts.append(browser.new_context(**options))
        page = contexts[-1].new_page()
        page.set_default_timeout(60_000)
        page.on("console", lambda m: complaints.append(m.text) if m.type in ("error", "warning") else None)
        page.on("response", lambda answer: expected.append(answer.status) if answer.status == 409 else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", lambda r: None if _near(r.url) else complaints.append(f"asked for {r.url}"))
        return page

    yield make
    for context in contexts:
        context.close()
    assert [text for text in complaints if not (expected and "409" in text)] == []


def _near(url: str) -> bool:
    return url.startswith(("file://", "http://127.0.0.1:", "data:"))


@pytest.fixture(scope="module")
def extractor() -> Extractor:
    return Extractor()


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory, extractor: Extractor) -> Path:
    """A report of the annotated articles, with their facts."""
    folder = tmp_path_factory.mktemp("site") / "report"
    shown = [Shown(document.id or "", document, text, None) for text, document in samples.documents(extractor)]
    write_site(folder, shown, places())
    return folder


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("shelf")
    (folder / "a.txt").write_text(ARTICLE, encoding="utf-8")
    (folder / "b.txt").write_text(HOSTILE, encoding="utf-8")
    return folder


@pytest.fixture(scope="module")
def service(shelf: Path) -> Iterator[Service]:
    with running(review=shelf, workers=1) as found:
        yield found


def url(path: Path) -> str:
    return path.as_uri()


def where(rule: str) -> str:
    """File and line of a rule, as pages show them."""
    place = places()[rule]
    return f"{place['file']}:{place['line']}"


def picture(page: Page, name: str) -> None:
    """A screenshot for the README, when asked for."""
    if os.environ.get("SCREENSHOTS"):
        PICTURES.mkdir(parents=True, exist_ok=True)
        before = page.viewport_size
        if before["width"] > 1000:
            page.set_viewport_size({"width": 1000, "height": 640})
        page.wait_for_timeout(300)  # what scrolls comes to rest
        page.screenshot(path=PICTURES / f"{name}.png")
        page.set_viewport_size(before)


# -------------------------------------------------------------------------------------------------------------- report


def test_from_the_index_to_a_record(report: Path, new_page: NewPage) -> None:
    page = new_page()
    page.goto(url(report / "index.html"))
    assert page.locator("#articles-count").inner_text() == "14 articles"
    picture(page, "index")
    page.fill("#articles-filter", "临州市")
    assert page.locator("#articles-count").inner_text() == "1 of 14 articles"
    page.click("tbody a")
    page.wait_for_selector("mark")
    page.locator("mark", has_text="3186.42亿元").click()
    panel = page.locator("#record")
    said = panel.inner_text()
    for part in ("318,642,000,000 CNY", "318642000000", "money.amount", where("money.amount"), "97–106"):
        assert part in said
    panel.locator("summary").click()
    assert "- id: money.amount" in panel.locator("pre").inner_text()
    assert page.evaluate("location.hash").startswith("#m")
    page.reload()  # the link leads back to it
    assert page.locator("mark.on").inner_text() == "3186.42亿元"


def test_the_text_is_as_it_was(report: Path, new_page: NewPage) -> None:
    page = new_page()
    for one in scoring.articles():
        page.goto(url(report / "articles" / f"{one.id}.html"))
        lines = page.eval_on_selector_all(".text .line", "nodes => nodes.map(node => node.textContent)")
        assert "\n".join(lines) == one.text.replace("\r\n", "\n").replace("\r", "")


def test_by_keyboard(report: Path, new_page: NewPage) -> None:
    page = new_page()
    page.goto(url(report / "articles" / "bulletin-linzhou.html"))
    page.wait_for_selector("mark")
    page.keyboard.press("k")
    first = page.locator("mark.on").inner_text()
    page.keyboard.press("ArrowRight")
    assert page.locator("mark.on").inner_text() != first
    page.keyboard.press("ArrowLeft")
    assert page.locator("mark.on").inner_text() == first
    assert page.evaluate("document.activeElement.tagName") == "MARK"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "record"
    page.keyboard.press("Escape")
    assert page.locator("mark.on").count() == 0
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "facts-filter"
    page.keyboard.type("kj")  # letters in a field are no commands
    assert page.locator("mark.on").count() == 0


def test_filter_facts_and_jump_to_evidence(report: Path, new_page: NewPage) -> None:
    page = new_page()
    page.goto(url(report / "articles" / "bulletin-linzhou.html"))
    facts = page.locator("#facts ~ .table")
    assert page.locator("#facts-count").inner_text() == "70 facts"
    facts.locator('select[aria-label="type"]').select_option("change")
    page.fill("#facts-filter", "居民消费价格")
    assert page.locator("#facts-count").inner_text() == "2 of 70 facts"
    facts.get_by_role("button", name="value").click()
    assert facts.locator('th[aria-sort="ascending"]').inner_text().startswith("value")
    assert facts.locator("tbody tr").first.locator("td").nth(3).inner_text() == "-0.2 %"
    row = facts.locator("tbody button").first
    row.focus()
    page.keyboard.press("Enter")
    assert page.locator("mark.on").inner_text() == "0.2%"
    assert page.evaluate("[...CSS.highlights.get('evidence')][0].toString()").startswith("９月份，居民消费价格")
    assert page.locator("mark.on").bounding_box()["y"] < 900
    assert "fact: change" in page.locator("#record").inner_text()
    picture(page, "article")
    page.keyboard.press("b")
    assert page.evaluate("document.activeElement.innerText") == "居民消费价格"
    facts.locator("tbody tr").nth(1).locator("td").first.click()  # anywhere on the row will do
    assert page.locator("mark.on").inner_text() == "0.1%"


def test_kinds_can_be_hidden(report: Path, new_page: NewPage) -> None:
    page = new_page()
    page.goto(url(report / "articles" / "bulletin-linzhou.html"))
    page.get_by_label("times").uncheck()
    assert page.locator("mark.time:not(.off)").count() == 0
    assert page.locator("mark.quantity.off").count() == 0


def test_nested_and_crossing_mentions(tmp_path: Path, extractor: Extractor, new_page: NewPage) -> None:
    """All marks are there with their whole text; one inside another, and one that crosses goes on behind."""
    text = "一二三四五六七八九十\n甲乙丙丁"
    base = extractor.extract(text, id="a", name="a.txt", encoding="utf-8").to_dict()
    spans = [(0, 6), (1, 4), (2, 3), (4, 8), (9, 13), (9, 13)]
    common = {"rule": "a.b", "value": "1", "lower": None, "upper": None, "unit": "1", "kind": "number", "mod": None}
    base["mentions"] = [
        {"type": "quantity", "id": f"m{n}", "start": s, "end": e, "text": text[s:e], "object": None, **common}
        for n, (s, e) in enumerate(spans)
    ]
    document = Document.from_json(json.dumps(base))
    write_site(tmp_path, [Shown("a", document, text, None)], places())
    page = new_page()
    page.goto(url(tmp_path / "articles" / "a.html"))
    for n, (start, end) in enumerate(spans):
        found = page.eval_on_selector_all(
            f'mark[data-id="m{n}"]', "nodes => nodes.map(node => node.textContent).join('')"
        )
        assert found == text[start:end].replace("\n", "")
    assert page.locator('mark[data-id="m0"] mark[data-id="m1"] mark[data-id="m2"]').count() == 1
    assert page.locator('mark[data-id="m0"].h2').count() == 1
    assert page.locator('mark[data-id="m3"]').count() == 2
    page.locator('mark[data-id="m2"]').click()
    assert page.evaluate("location.hash") == "#m2"


def test_all_facts_series_and_rules(report: Path, new_page: NewPage) -> None:
    page = new_page()
    page.goto(url(report / "facts.html"))
    assert page.locator("tbody tr").count() == 100  # a page of them
    page.fill("#facts-filter", "居民消费价格 change")
    page.locator("tbody a").first.click()
    page.wait_for_selector("mark.on")
    page.goto(url(report / "series.html"))
    assert page.locator("svg.plot circle").count() >= 2
    page.fill("#series-filter", "绿园区 地区生产总值")
    page.locator("tbody button").first.click()
    assert "绿园区" in page.locator("figcaption").inner_text()
    picture(page, "series")
    page.goto(url(report / "rules.html"))
    page.get_by_role("button", name="money.amount").click()
    assert where("money.amount") in page.locator("#rule").inner_text()
    page.locator("#rule a").first.click()
    page.wait_for_selector("mark.on")


def test_a_thousand_articles(tmp_path: Path, extractor: Extractor, new_page: NewPage) -> None:
    """The index shows a page of them and still finds the last."""
    document = extractor.extract(ARTICLE, id="a", name="a.txt", encoding="utf-8")
    write_site(tmp_path, (Shown(f"a{n}", document, ARTICLE, None) for n in range(1000)), places())
    page = new_page()
    page.goto(url(tmp_path / "index.html"))
    assert page.locator("#articles-count").inner_text() == "1000 articles"
    assert page.locator("tbody tr").count() == 100
    page.get_by_role("button", name="Show all").click()
    assert page.locator("tbody tr").count() == 1000


def test_hostile_article(tmp_path: Path, extractor: Extractor, new_page: NewPage) -> None:
    """Nothing of it runs, nothing of it is markup, all of it can be read."""
    document = extractor.extract(HOSTILE, id="<b>", name='"><img src=x onerror=window.pwned=4>', encoding="utf-8")
    write_site(tmp_path, [Shown("a", document, HOSTILE, None)], places())
    page = new_page()
    page.on("dialog", lambda dialog: pytest.fail(dialog.message))
    page.goto(url(tmp_path / "articles" / "a.html"))
    page.wait_for_selector("mark")
    assert page.evaluate("window.pwned") is None
    assert page.locator("main img, main script, main svg:not(.plot), main style").count() == 0
    seen = page.eval_on_selector_all(".text .line", "nodes => nodes.map(node => node.textContent).join('\\n')")
    assert seen == "".join(c for c in HOSTILE if c not in "\x00\x07\x1b\u202e\u2066\ufeff")
    codes = page.eval_on_selector_all(".control", "nodes => nodes.map(node => node.dataset.code)")
    assert codes == ["U+0000", "U+0007", "U+001B", "U+202E", "U+2066", "U+FEFF"]
    assert page.locator("mark", has_text="30家").count() == 1
    page.locator("mark", has_text="30家").click()  # its offsets hold behind signs beyond the first plane
    assert "30家" in page.locator("#record .name").inner_text()
    page.goto(url(tmp_path / "index.html"))
    assert page.evaluate("window.pwned") is None


def test_the_policy_holds(report: Path, browser: Any) -> None:
    """Were a script of ours wrong, the browser would still set no HTML and load nothing."""
    page = browser.new_page()
    page.goto(url(report / "index.html"))
    for wrong in (
        "document.body.innerHTML = '<b>x</b>'",
        "fetch('http://127.0.0.1:9/')",
        "document.createElement('script').src = 'x.js'",
    ):
        assert page.evaluate(
            f"async () => {{ try {{ await ({wrong}); return false }} catch (e) {{ return true }} }}"
        ), wrong
    page.close()


def test_dark_phone_and_print(report: Path, new_page: NewPage) -> None:
    page = new_page(viewport={"width": 390, "height": 800}, color_scheme="dark", has_touch=True)
    page.goto(url(report / "articles" / "feature-port.html"))
    wide = "document.documentElement.scrollWidth <= document.documentElement.clientWidth"
    assert page.evaluate(wide)
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    page.locator("mark.quantity").first.tap()
    assert page.locator("#record").is_visible()
    assert page.evaluate(wide)
    picture(page, "phone")
    page.get_by_role("button", name="Colours").click()
    assert page.evaluate("document.documentElement.dataset.theme") == "light"
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") != dark
    page.emulate_media(media="print")
    assert not page.locator("#record").is_visible()
    assert not page.locator("body > header").is_visible()
    assert page.locator("#text").is_visible()


# ------------------------------------------------------------------------------------------------------------- service


def test_paste_a_text(service: Service, new_page: NewPage) -> None:
    page = new_page()
    page.goto(service.address)
    page.fill("#paste", ARTICLE)
    page.fill("#published", "2025-03-04")
    page.keyboard.press("Control+Enter")
    page.focus("#paste")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("mark")
    assert page.locator("#text").inner_text().startswith("云岭新区2024年")
    page.locator("mark", has_text="5.4亿元").click()
    assert "540,000,000 CNY" in page.locator("#record").inner_text()
    assert "2025-03-04" in page.locator("#result .meta").inner_text()
    picture(page, "paste")


def test_choose_and_drop_a_file(service: Service, new_page: NewPage, tmp_path: Path) -> None:
    page = new_page()
    page.goto(service.address)
    (tmp_path / "big5.txt").write_bytes("雲嶺新區產值達5.4億元，員工1200人，園區廠房已經完工。".encode("big5"))
    page.set_input_files("#file", tmp_path / "big5.txt")
    page.wait_for_selector("mark")
    assert "雲嶺新區" in page.locator("#text").inner_text()
    page.evaluate(
        """() => {
            const data = new DataTransfer();
            data.items.add(new File(["投资7亿元。"], "dropped.txt", {type: "text/plain"}));
            document.dispatchEvent(new DragEvent("drop", {dataTransfer: data, bubbles: true, cancelable: true}));
        }"""
    )
    page.wait_for_selector("mark >> text=7亿元")
    assert "dropped.txt" in page.locator("#result .meta").inner_text()


def test_what_is_refused_is_said(service: Service, new_page: NewPage, tmp_path: Path) -> None:
    page = new_page()
    page.goto(service.address)
    (tmp_path / "large.txt").write_bytes(b"x" * 2_000_001)
    page.set_input_files("#file", tmp_path / "large.txt")
    page.wait_for_selector("#status.problem")
    assert "too much" in page.locator("#status").inner_text()


def test_docs(service: Service, new_page: NewPage) -> None:
    page = new_page()
    page.goto(f"{service.address}docs")
    page.get_by_text("Try it").first.click()
    page.get_by_role("button", name="Send").first.click()
    page.wait_for_selector("pre >> text=200 OK")


# -------------------------------------------------------------------------------------------------------------- review


def test_review_to_gold(service: Service, shelf: Path, new_page: NewPage, tmp_path: Path) -> None:
    """By keys alone: accept, reject, correct, add; what is saved is what was entered, and scores so."""
    page = new_page()
    page.goto(f"{service.address}review")
    page.get_by_role("button", name="a.txt").press("Enter")
    page.wait_for_selector("#review-bar")
    keys = page.keyboard
    fields = page.locator("form.fields")

    keys.press("o")  # 2024: right
    assert page.locator("mark.on").inner_text() == "2024年"
    keys.press("a")
    assert page.locator("mark.on").inner_text() == "5.4亿元"
    keys.press("e")  # its modifier is wrong, say
    fields.get_by_label("mod").select_option("APPROX")
    fields.get_by_label("value").press("Enter")
    assert page.locator("mark.corrected").inner_text() == "5.4亿元"
    keys.press("o")
    assert page.locator("mark.on").inner_text() == "3%"
    keys.press("x")
    assert page.locator("mark.rejected").inner_text() == "3%"
    keys.press("Shift+A")
    keys.press("n")  # a name that was missed
    keys.type("园区")
    fields.get_by_label("type").select_option("entity")
    fields.get_by_label("label").select_option("place")
    fields.get_by_label("name").fill("云岭园区")
    fields.get_by_label("name").press("Enter")
    page.wait_for_selector("mark.added >> text=园区")
    found = page.locator("#facts ~ .table tbody tr", has_text="40 {家}")
    for number in range(found.count()):  # whatever is said of this figure is wrong, say
        found.nth(number).locator("button").press("Enter")
        keys.press("x")
    page.locator("mark", has_text="40余家").press("Enter")
    keys.press("g")  # a fact
    fields.get_by_label("subject").fill("园区的人")
    fields.get_by_label("indicator").fill("企业")
    fields.get_by_label("time").fill("2024")
    fields.get_by_label("time").press("Enter")
    picture(page, "review")
    keys.press("s")
    page.wait_for_selector("#status >> text=Saved")

    saved = json.loads((shelf / "a.gold.json").read_text(encoding="utf-8"))
    assert gold.check(saved, ARTICLE) == []
    assert list(saved) == ["text_file", "published", "quantity", "ordinal", "time", "entity", "facts"]
    assert (saved["text_file"], saved["published"]) == ("a.txt", None)
    assert [r["text"] for r in saved["time"]] == ["2024年"]
    assert [(r["text"], r["mod"]) for r in saved["quantity"]] == [
        ("5.4亿元", "APPROX"), ("40余家", "MORE_THAN"), ("1200人", None), ("2.5平方公里", None),
    ]  # fmt: skip
    at = ARTICLE.index("园区")
    assert {"start": at, "end": at + 2, "text": "园区", "label": "place", "name": "云岭园区"} in saved["entity"]
    assert ARTICLE.index("3%") not in {fact["q_start"] for fact in saved["facts"]}  # rejected with their figure
    (fact,) = [fact for fact in saved["facts"] if fact["subject"] == "园区的人"]
    assert (fact["indicator"], fact["value"], fact["q_start"]) == ("企业", "40", ARTICLE.index("40余家"))
    assert (fact["time"], fact["mod"], fact["unit"]) == ("2024", "MORE_THAN", "{家}")
    (line,) = (shelf / "a.gold.history").read_text(encoding="utf-8").splitlines()
    assert {v["verdict"] for v in json.loads(line)["verdicts"]} == {"accepted", "corrected", "rejected", "added"}
    if SCORER.is_file():  # what was entered, as a document
        entered = {
            "mentions": [{"type": k, "id": f"{k}{n}", **r} for k in gold.MENTIONS for n, r in enumerate(saved[k])],
            "facts": saved["facts"],
        }
        (tmp_path / "doc.json").write_text(json.dumps(entered), encoding="utf-8")
        line = [sys.executable, str(SCORER), str(shelf / "a.gold.json"), str(tmp_path / "doc.json"), "--json"]
        scores = json.loads(subprocess.run(line, capture_output=True, check=True, encoding="utf-8").stdout)
        assert {row["f1"] for row in scores.values()} == {1.0}

    page.reload()  # opened again, it is as it was left
    page.get_by_role("button", name="a.txt").click()
    page.wait_for_selector("#review-bar")
    assert page.locator("#progress").inner_text().startswith("0 open")
    assert page.locator("mark.rejected").inner_text() == "3%"
    assert page.locator("mark.corrected").inner_text() == "5.4亿元"
    assert page.locator("#facts ~ .table .verdict.added").count() == 1

    other = json.loads((shelf / "a.gold.json").read_text(encoding="utf-8"))
    other["time"] = []
    gold.save(shelf / "a.txt", other, [])  # meanwhile somebody else saves
    page.keyboard.press("s")
    page.wait_for_selector("#status.problem >> text=changed since it was opened")
    assert json.loads((shelf / "a.gold.json").read_text(encoding="utf-8")) == other


def test_add_by_selecting(service: Service, new_page: NewPage) -> None:
    """A selection is told in code points, whatever stands before it."""
    page = new_page()
    page.goto(f"{service.address}review")
    page.get_by_role("button", name="b.txt").click()
    page.wait_for_selector("mark")
    assert page.evaluate("window.pwned") is None
    page.evaluate(
        """() => {
            const node = [...document.querySelectorAll(".text [data-at]")].find((n) => n.textContent.includes("野家"));
            const at = node.textContent.indexOf("野家");
            getSelection().setBaseAndExtent(node.firstChild, at, node.firstChild, at + 2);
        }"""
    )
    page.keyboard.press("n")
    start = HOSTILE.index("野家")
    assert page.get_by_label("start").input_value() == str(start)
    assert page.get_by_label("end").input_value() == str(start + 2)
    page.wait_for_selector(".fields-of-type")
    page.get_by_role("button", name="Cancel").click()


def test_export_and_import(service: Service, new_page: NewPage, tmp_path: Path) -> None:
    page = new_page()
    page.goto(f"{service.address}review")
    page.get_by_role("button", name="b.txt").click()
    page.wait_for_selector("mark")
    for form in ("label-studio", "web-annotation", "bio"):
        page.get_by_label("Form of other tools").select_option(form)
        with page.expect_download() as download:
            page.get_by_role("button", name="Export").click()
        download.value.save_as(tmp_path / form)
        page.get_by_label("File to import").set_input_files(tmp_path / form)
        page.wait_for_selector("#status >> text=Imported")
        if form != "bio":  # which holds no facts, so that these are open again
            assert page.locator("#progress").inner_text().startswith("0 open")
    (tmp_path / "bad").write_text("{", encoding="utf-8")
    page.get_by_label("Form of other tools").select_option("label-studio")
    page.once("console", lambda m: None)
    answer = service.ask("GET", "/v1/articles").json
    key = next(a["key"] for a in answer if a["name"] == "b.txt")
    refused = service.ask("POST", f"/v1/articles/{key}/import/label-studio", b"{")
    assert (refused.status, refused.json["title"][:8]) == (400, "not JSON")


def test_review_by_http(service: Service) -> None:
    """No key is a path; what is not sound is not saved; all of it is described."""
    described = service.ask("GET", "/openapi.json").json["paths"]
    assert set(described["/v1/articles/{key}/gold"]["put"]["responses"]) >= {"200", "400", "403", "404", "409"}
    (first, *_) = service.ask("GET", "/v1/articles").json
    for key in ("..", "a.txt", "%2e%2e", "..%2fa.txt", "0" * 16):
        assert service.ask("GET", f"/v1/articles/{key}").status in (404, 307)
        assert service.ask("PUT", f"/v1/articles/{key}/gold", {"version": "", "gold": {}}).status in (404, 307)
    path = f"/v1/articles/{first['key']}"
    version = service.ask("GET", path).json["version"]
    wrong = {"version": version, "gold": {"time": [{"start": 0, "end": 999}]}}
    answer = service.ask("PUT", f"{path}/gold", wrong)
    assert (answer.status, answer.json["title"]) == (400, "the gold is not sound")
    assert service.ask("PUT", f"{path}/gold", {"gold": {}}).status == 400
    assert service.ask("PUT", f"{path}/gold", wrong, origin="http://evil.example").status == 403
    assert service.ask("POST", f"{path}/suggest", {"start": 0, "end": 0, "type": "time"}).status == 400
    assert service.ask("GET", f"{path}/export/word").status == 404
    assert service.ask("GET", "/v1/bounds?edtf=2024").json == {"first": "2024-01-01", "last": "2024-12-31"}
    assert service.ask("GET", "/v1/bounds?edtf=x").status == 400


# ------------------------------------------------------------------------------------------------------- accessibility


@pytest.mark.skipif(not AXE.is_file(), reason="no axe-core here: npm install axe-core, and AXE names its axe.min.js")
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_accessible(report: Path, service: Service, browser: Any, scheme: str) -> None:
    """axe-core finds nothing serious, on any page, in either colours."""
    context = browser.new_context(bypass_csp=True, color_scheme=scheme)  # the policy would keep axe out, too
    page = context.new_page()
    found = []
    places_ = [
        url(report / "index.html"), url(report / "facts.html"), url(report / "series.html"), url(report / "rules.html"),
        url(report / "articles" / "bulletin-linzhou.html") + "#f3",
        url(report / "articles" / "feature-district-hant.html") + "#m9",
        service.address, f"{service.address}docs", f"{service.address}review",
    ]  # fmt: skip
    for place in places_:
        page.goto("about:blank")
        page.goto(place)
        if place.endswith("review"):
            page.get_by_role("button", name="b.txt").click()
            page.wait_for_selector("mark")
            page.keyboard.press("o")
            page.keyboard.press("e")
        elif place == service.address:
            page.fill("#paste", ARTICLE)
            page.locator("form.paste button").click()
            page.wait_for_selector("mark")
        page.add_script_tag(content=AXE.read_text(encoding="utf-8"))
        result = page.evaluate("axe.run({resultTypes: ['violations']})")
        for violation in result["violations"]:
            if violation["impact"] in ("serious", "critical"):
                nodes = [node["html"][:120] for node in violation["nodes"][:3]]
                found.append(f"{place}: {violation['id']}: {violation['help']}: {nodes}")
    context.close()
    assert found == []
