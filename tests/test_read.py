"""Reading: encodings, files, folders, JSON Lines, errors in place."""

from __future__ import annotations

import hashlib
import io
import json
import pickle
from pathlib import Path

import pytest

from zhextract.errors import ReadError, UsageError
from zhextract.normalize import Normalizer, compile_tables, load_tables
from zhextract.read import Article, decode, read_articles

ROOT = Path(__file__).resolve().parent.parent
HANS = "岭北新区光电产业产值达5.4亿元，同比增长3%。新区还将建设两个园区。"
HANT = "嶺北新區光電產業產值達5.4億元，同比增長3%。新區還將建設兩個園區。"


def articles(*paths: Path | str, stdin: bytes | None = None, encoding: str | None = None) -> list[Article | ReadError]:
    stream = None if stdin is None else io.BytesIO(stdin)
    return list(read_articles([str(p) for p in paths], stream, encoding=encoding))


def only(found: list[Article | ReadError]) -> Article:
    assert len(found) == 1
    assert isinstance(found[0], Article), found[0]
    return found[0]


# ------------------------------------------------------------------------------------------ encodings


@pytest.mark.parametrize("text", [HANS, HANT, HANS[:6], HANT[:6], "ABC", "", "😀", "甲\x00乙"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32", "gb18030"])
def test_marked_and_unicode_encodings(text: str, encoding: str) -> None:
    if encoding == "gb18030" and text == "😀":
        pytest.skip("four bytes alone tell nothing")
    assert decode(text.encode(encoding))[0] == text


@pytest.mark.parametrize(
    ("text", "encoding", "name"),
    [
        (HANS, "gb2312", "gb18030"),
        (HANS, "gbk", "gb18030"),
        (HANT, "gbk", "gb18030"),
        (HANT, "big5", "big5"),
        (HANT + "喺嘅", "big5hkscs", "big5hkscs"),
        (HANS, "utf-16-le", "utf-16-le"),
        (HANT, "utf-16-be", "utf-16-be"),
        ("plain ASCII", "utf-16-le", "utf-16-le"),
    ],
)
def test_unmarked_encodings(text: str, encoding: str, name: str) -> None:
    assert decode(text.encode(encoding)) == (text, name)


SHORT = [
    "临岚港三期开工，年吞吐量将达到1200万标箱。",
    "全县两万余户农民用上了自来水",
    "云岭新材去年研发投入同比增长百分之八点五，新产品有36种",
    "記者林沐青台北報導，訂單回溫，第三季營收年增兩成",
    "港府昨日公布最新失業率，環比下跌百分之零點一",
    "會上通過了預算案並決定增設三個委員會",
]


@pytest.mark.parametrize("text", SHORT)
@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5hkscs", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("size", [8, 12, 16, 20, 99])
def test_short_texts(text: str, encoding: str, size: int) -> None:
    """Right or refused; from 16 characters on right."""
    for start in range(0, max(1, len(text) - size + 1), 3):
        piece = text[start : start + size]
        try:
            data = piece.encode(encoding)
        except UnicodeEncodeError:
            continue
        try:
            found = decode(data)[0]
        except ReadError:
            found = None
        assert found == piece or (found is None and len(piece) < 16)


@pytest.mark.parametrize("file", sorted((ROOT / "corpus").glob("*.txt")), ids=lambda p: p.stem)
def test_every_article_of_the_corpus_in_every_encoding(file: Path) -> None:
    text = file.read_text(encoding="utf-8")
    for encoding in ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be"):
        try:
            data = text.encode(encoding)
        except UnicodeEncodeError:
            continue
        assert decode(data)[0] == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ("서울의 새로운 산업 단지는 올해 매출이 크게 늘었다고 밝혔다", "euc-kr"),
        ("東京の新しい工場では今年から生産をはじめたと発表した", "shift_jis"),
        ("東京の新しい工場では今年から生産をはじめたと発表した", "euc-jp"),
        ("政府は来年度の予算を増やす", "euc-jp"),
        ("부산항의 물동량은 증가", "euc-kr"),
        ("Новый завод начал выпуск продукции", "cp1251"),
        ("Le café a été rénové", "latin-1"),
    ],
)
def test_other_languages_are_refused_not_guessed(text: str, encoding: str) -> None:
    with pytest.raises(ReadError, match="pass the encoding"):
        decode(text.encode(encoding))
    assert decode(text.encode(encoding), encoding=encoding)[0] == text


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_a_bad_byte_is_named(encoding: str) -> None:
    data = (HANS * 3).encode(encoding)
    place = (len(data) // 2) & ~1
    spoilt = data[:place] + b"\xff" + data[place:]
    with pytest.raises(ReadError) as caught:
        decode(spoilt, "a.txt")
    assert caught.value.byte is not None
    assert place - 4 <= caught.value.byte <= place
    assert f"at byte {caught.value.byte}" in str(caught.value)
    assert encoding.removesuffix("-sig") in caught.value.what


def test_the_caller_decides() -> None:
    assert decode(HANS.encode("gbk"), encoding="GBK") == (HANS, "gbk")
    assert decode(HANS.encode("utf-8-sig"), encoding="utf-8")[0] == HANS
    assert decode(HANS.encode("utf-16"), encoding="utf-16")[0] == HANS
    with pytest.raises(ReadError, match="at byte 0"):
        decode(b"\xff", encoding="utf-8")
    with pytest.raises(UsageError, match="unknown encoding 'klingon'"):
        articles(encoding="klingon")


# ------------------------------------------------------------------------------------------ files and folders


def test_a_file(tmp_path: Path) -> None:
    data = b"\xef\xbb\xbf" + HANS.encode() + b"\r\n"
    (tmp_path / "a.txt").write_bytes(data)
    got = only(articles(tmp_path / "a.txt"))
    assert got == Article("a", "a.txt", HANS + "\r\n", "utf-8", hashlib.sha256(data).hexdigest(), None)


def test_a_folder_is_walked_in_order_with_unique_ids(tmp_path: Path) -> None:
    for name in ("b.txt", "a.md", "a.txt", "sub/c.TXT", ".hidden/x.txt", ".x.txt", "notes.csv", "v1.2.txt"):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(name, encoding="utf-8")
    found = articles(tmp_path, tmp_path / "b.txt")
    assert [(a.id, a.name) for a in found if isinstance(a, Article)] == [
        ("a", "a.md"),
        ("a.txt", "a.txt"),
        ("b", "b.txt"),
        ("v1.2", "v1.2.txt"),
        ("sub/c", "sub/c.TXT"),
        ("b.txt", "b.txt"),
    ]


def test_troubles_stand_in_their_place_and_reading_goes_on(tmp_path: Path) -> None:
    (tmp_path / "bad.txt").write_bytes(b"abc\xff\xfe\xff")
    (tmp_path / "good.txt").write_text(HANS, encoding="utf-8")
    (tmp_path / "x.pdf").write_bytes(b"%PDF")
    (tmp_path / "plain").write_text(HANS, encoding="utf-8")
    (tmp_path / "empty").mkdir()
    names = ("bad.txt", "none.txt", "x.pdf", "empty", "good.txt", "plain")
    found = articles(*(tmp_path / name for name in names))
    assert [type(a) for a in found] == [ReadError] * 4 + [Article] * 2
    messages = [str(e) for e in found[:4]]
    assert messages[0].startswith(f"{(tmp_path / 'bad.txt').as_posix()}: cannot be decoded as utf-8")
    assert "at byte 3" in messages[0]
    assert "No such file" in messages[1]
    assert ".pdf files are not read" in messages[2]
    assert "no article in this folder" in messages[3]
    assert str(pickle.loads(pickle.dumps(found[0]))) == messages[0]


# ------------------------------------------------------------------------------------------ JSONL


def test_json_lines(tmp_path: Path) -> None:
    rows = [
        json.dumps({"id": "x1", "text": HANS, "published": "2025-03-10"}, ensure_ascii=False),
        "",
        "{bad",
        '{"id": "x2"}',
        '{"id": "x3", "text": 5}',
        '{"id": 7, "text": "甲\\ud800乙"}',
        '{"text": ""}',
        '["text"]',
        '{"id": "x4", "text": "甲", "published": "2025-02-30"}',
        '{"id": "x4", "text": "甲", "published": "20250210"}',
        "[" * 100_000,
        '{"id": true, "text": "甲"}',
        '{"id": "x5", "text": "甲", "published": null, "more": 1}',
        '{"id": "", "text": "甲"}',
    ]
    data = "\n".join(rows).encode() + b'\n{"id": "x6", "text": "\xff"}\n'
    (tmp_path / "in.jsonl").write_bytes(data)
    found = articles(tmp_path / "in.jsonl")
    good = [a for a in found if isinstance(a, Article)]
    assert [a.id for a in good] == ["x1", "7", "in-7", "x5"]
    assert good[0].published == "2025-03-10"
    assert good[0].sha256 == hashlib.sha256(HANS.encode()).hexdigest()
    assert good[1].text == "甲\ud800乙"
    normalizer = Normalizer(compile_tables(load_tables(ROOT / "rules" / "normalize")))
    assert normalizer.normalize(good[1].text).text == "甲\ufffd乙"
    errors = [e for e in found if isinstance(e, ReadError)]
    assert [e.line for e in errors] == [3, 4, 5, 8, 9, 10, 11, 12, 14, 15]
    whats = [
        "not JSON",
        "no text",
        "text is not",
        "not a JSON object",
        "published",
        "published",
        "not JSON",
        "id is not",
        "id is empty",
        "cannot",
    ]
    for error, what in zip(errors, whats, strict=True):
        assert error.what.startswith(what)
    assert errors[-1].byte == data.index(b"\xff")
    assert ".jsonl:3: not JSON" in str(errors[0])


@pytest.mark.parametrize("encoding", ["utf-8-sig", "gb18030", "utf-16"])
def test_json_lines_in_other_encodings(tmp_path: Path, encoding: str) -> None:
    rows = [json.dumps({"id": str(i), "text": HANS}, ensure_ascii=False) for i in range(3)]
    (tmp_path / "in.jsonl").write_bytes("\r\n".join(rows).encode(encoding))
    found = articles(tmp_path / "in.jsonl")
    assert [a.text if isinstance(a, Article) else str(a) for a in found] == [HANS] * 3


# ------------------------------------------------------------------------------------------ stdin


def test_standard_input() -> None:
    got = only(articles("-", stdin=HANS.encode()))
    assert (got.id, got.name, got.text) == ("stdin", "-", HANS)
    assert only(articles("-", stdin=b"")).text == ""
    assert only(articles("-", stdin=b"{not json")).text == "{not json"
    lines = "\n".join(json.dumps({"id": f"r{i}", "text": HANS}) for i in range(2)).encode()
    assert [a.id for a in articles("-", stdin=lines) if isinstance(a, Article)] == ["r0", "r1"]
