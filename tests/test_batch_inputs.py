"""What a batch reads: every kind of input, whole, compressed, in archives; and what it must not swallow."""

from __future__ import annotations

import bz2
import csv
import gzip
import io
import json
import lzma
import os
import tarfile
import zipfile
from datetime import date
from pathlib import Path

import docx
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from zhextract.batch import bounded, inputs
from zhextract.batch.inputs import Failure, Loaded, Options, Piece, cut, read, walk

TEXT = "云岭新区2024年产值达5.4亿元，同比增长3%。"
LATER = "园区今年新建3个车间，投资2亿元。"
LINES = [{"id": "a1", "text": TEXT, "published": "2024-05-06"}, {"text": LATER}]
JSONL = "\n".join(json.dumps(line, ensure_ascii=False) for line in LINES).encode() + b"\n"


def found(*paths: Path | str, options: Options | None = None) -> list[Loaded | Failure]:
    """All that reading gives, calls made."""
    out: list[Loaded | Failure] = []
    for piece in walk([str(one) for one in paths]):
        if isinstance(piece, Failure):
            out.append(piece)
            continue
        out += [item() if callable(item) else item for item in read(piece, options or Options())]
    return out


def articles(*inputs: Path | str, options: Options | None = None) -> list[tuple[str, str]]:
    """Id and text of each article; no failure may be among them."""
    loaded = found(*inputs, options=options)
    assert [one for one in loaded if isinstance(one, Failure)] == []
    return [(one.article.id, one.article.text) for one in loaded if isinstance(one, Loaded)]


def failures(*inputs: Path | str, options: Options | None = None) -> list[str]:
    """Place and reason of each failure, place without its folder."""
    told = []
    for one in found(*inputs, options=options):
        if isinstance(one, Failure):
            file, sign, member = one.place.partition("!")
            told.append(f"{Path(file).name}{sign}{member}: {one.reason}")
    return told


# --------------------------------------------------------------------------------------------------------------- kinds


def test_texts_in_any_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(TEXT.encode("gb18030"))
    (tmp_path / "a.md").write_bytes(f"# {TEXT}".encode("utf-16"))
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "a.txt").write_text(LATER, encoding="utf-8")
    (tmp_path / ".hidden.txt").write_text("x")
    (tmp_path / "_note.txt").write_text("x")
    (tmp_path / "a.exe").write_text("x")
    assert articles(tmp_path) == [("a", f"# {TEXT}"), ("a.txt", TEXT), ("sub/a", LATER)]


@pytest.mark.parametrize("suffix", ["", ".gz", ".bz2", ".xz", ".zst"])
@pytest.mark.parametrize("name", ["a.txt", "a.jsonl"])
def test_compressed(tmp_path: Path, name: str, suffix: str) -> None:
    data = TEXT.encode() if name == "a.txt" else JSONL
    pack = {
        "": bytes, ".gz": gzip.compress, ".bz2": bz2.compress, ".xz": lzma.compress,
        ".zst": lambda data: zstandard.compress(data[:9]) + zstandard.compress(data[9:]),
    }[suffix]  # fmt: skip
    (tmp_path / (name + suffix)).write_bytes(pack(data))
    wanted = [("a", TEXT)] if name == "a.txt" else [("a1", TEXT), ("a-2", LATER)]
    assert articles(tmp_path) == wanted


def test_jsonl_in_wide_encodings(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_bytes(JSONL.decode().encode("utf-16"))
    assert articles(tmp_path) == [("a1", TEXT), ("a-2", LATER)]


def test_html(tmp_path: Path) -> None:
    body = "".join(
        f"<p>第{n}段：云岭新区2024年产值达{n}.4亿元，同比增长3%，园区内的企业还在增加。</p>" for n in range(1, 6)
    )
    page = (
        "<html><head><title>云岭新区产值增长 - 云岭网</title><meta charset='gbk'>"
        "<meta name='author' content='林 远舟'><meta property='og:title' content='云岭新区产值增长'>"
        "<meta property='article:published_time' content='2024-05-06T08:00:00+08:00'></head>"
        f"<body><nav><a href='/'>首页</a></nav><article><h1>云岭新区产值增长</h1>{body}</article>"
        "<footer>云岭网版权所有</footer></body></html>"
    )
    (tmp_path / "a.html").write_bytes(page.encode("gbk"))
    (one,) = found(tmp_path)
    assert isinstance(one, Loaded)
    assert one.article.id == "a"
    assert one.article.published == "2024-05-06"
    assert one.author == "林 远舟"
    assert one.article.text.startswith("云岭新区产值增长\n")
    assert "第5段：" in one.article.text
    assert "版权所有" not in one.article.text
    (tmp_path / "a.html").write_text("<html><body></body></html>")
    assert failures(tmp_path) == ["a.html: no main text in this page"]


def test_csv(tmp_path: Path) -> None:
    out = io.StringIO()
    csv.writer(out).writerows([["ID", "Title", "content", "date"], ["7", "标题", f"{TEXT}\n{LATER}", "2024/5/6 08:00"],
                               ["", "", LATER, ""], ["9", "", "", ""], ["10", "", TEXT, "soon"]])  # fmt: skip
    (tmp_path / "a.csv").write_bytes(out.getvalue().encode("gb18030"))
    loaded = found(tmp_path)
    assert [(one.article.id, one.article.text, one.article.published) for one in loaded if isinstance(one, Loaded)] == [
        ("7", f"标题\n\n{TEXT}\n{LATER}", "2024-05-06"),
        ("a-4", LATER, None),
    ]
    assert failures(tmp_path) == ["a.csv: no text", "a.csv: no date: 'soon'"]
    options = Options(columns={"text": "nowhere"})
    assert failures(tmp_path, options=options) == [
        "a.csv: no column of texts among: ID, Title, content, date; name it with --text-column"
    ]


def test_tsv_and_named_columns(tmp_path: Path) -> None:
    (tmp_path / "a.tsv").write_text(f"key\twords\nk1\t{TEXT}\n", encoding="utf-8-sig")
    assert articles(tmp_path, options=Options(columns={"text": "words", "id": "key"})) == [("k1", TEXT)]


def test_parquet(tmp_path: Path) -> None:
    table = pa.table(
        {"id": [1, 2, 3], "text": [TEXT, LATER, None], "date": [date(2024, 5, 6), None, None], "x": [0] * 3}
    )
    pq.write_table(table, tmp_path / "a.parquet", row_group_size=1)
    loaded = found(tmp_path)
    assert [(one.article.id, one.article.published) for one in loaded if isinstance(one, Loaded)] == [
        ("1", "2024-05-06"), ("2", None),
    ]  # fmt: skip
    assert failures(tmp_path) == ["a.parquet: no text"]
    (piece,) = walk([str(tmp_path)])
    assert isinstance(piece, Piece)
    parts = [part for part in cut(piece, lambda: 1) if isinstance(part, Piece)]
    assert [(part.start, part.stop, part.line) for part in parts] == [(0, 1, 0), (1, 2, 1), (2, 3, 2)]
    (second,) = read(parts[1], Options())
    assert isinstance(second, Loaded)
    assert second.article.text == LATER


def test_docx(tmp_path: Path) -> None:
    made = docx.Document()
    made.add_heading("标题")
    made.add_paragraph(TEXT)
    cells = made.add_table(1, 2).rows[0].cells
    cells[0].text, cells[1].text = "企业数（个）", "28338"
    made.core_properties.author = "林远舟"
    made.save(str(tmp_path / "a.docx"))
    (one,) = found(tmp_path)
    assert isinstance(one, Loaded)
    assert one.article.text == f"标题\n{TEXT}\n企业数（个） | 28338"
    assert one.author == "林远舟"


def pdf(text: str) -> bytes:
    """A PDF of one page with one line."""
    content = f"BT /F1 12 Tf 72 720 Td ({text}) Tj ET".encode()
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R >>",
        b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Contents 4 0 R /Resources << /Font << /F1 %s >> >> >>"
        % b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
        b"<< /Length %d >>\nstream\n%s\nendstream" % (len(content), content),
    ]
    out = b"%PDF-1.4\n"
    places = []
    for number, one in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, one)
    table = len(out)
    out += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    out += b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + b"trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n" % (len(objects) + 1, table)


def test_pdf(tmp_path: Path) -> None:
    (tmp_path / "a.pdf").write_bytes(pdf("GDP grew 5.2% in 2024"))
    (tmp_path / "b.pdf").write_bytes(pdf(""))
    (tmp_path / "c.pdf").write_bytes(b"%PDF-1.4 nonsense")
    loaded = found(tmp_path)
    assert isinstance(loaded[0], Loaded)
    assert loaded[0].article.text == "GDP grew 5.2% in 2024"
    told = failures(tmp_path)
    assert told[0] == "b.pdf: no text in this PDF; pictures of text are not read"
    assert told[1].startswith("c.pdf: not a PDF that can be read")


# ------------------------------------------------------------------------------------------------------------ archives


def packed_tar(path: Path, members: dict[str, bytes], mode: str = "w:gz") -> Path:
    with tarfile.open(path, mode) as archive:  # type: ignore[call-overload]
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
        link = tarfile.TarInfo("link.txt")
        link.type, link.linkname = tarfile.SYMTYPE, "/etc/passwd"
        archive.addfile(link)
    return path


MEMBERS = {"b/a.txt": TEXT.encode(), "c.jsonl.gz": gzip.compress(JSONL), "../out.txt": b"x", "/etc/abs.txt": b"x",
           "d.zip": b"x", "e.bin": b"x", "bad.txt.gz": b"nonsense", "last.txt": LATER.encode()}  # fmt: skip


def test_zip(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in MEMBERS.items():
            archive.writestr(name, data)
    texts = [one.article.text for one in found(tmp_path) if isinstance(one, Loaded)]
    assert texts == [TEXT, TEXT, LATER, LATER]
    names = [one.article.name for one in found(tmp_path) if isinstance(one, Loaded)]
    assert names[:2] == ["a.zip!/b/a.txt", "a.zip!/c.jsonl.gz"]
    assert [line for line in failures(tmp_path) if "broken" not in line] == [
        "a.zip!/../out.txt: its path leads out of the archive",
        "a.zip!//etc/abs.txt: its path leads out of the archive",
        "a.zip!/d.zip: archives inside archives are not opened",
    ]
    assert sum("bad.txt.gz: broken" in line for line in failures(tmp_path)) == 1


@pytest.mark.parametrize(
    ("name", "mode"), [("a.tar", "w"), ("a.tar.gz", "w:gz"), ("a.tgz", "w:gz"), ("a.tar.xz", "w:xz")]
)
def test_tar(tmp_path: Path, name: str, mode: str) -> None:
    packed_tar(tmp_path / name, MEMBERS, mode)
    assert [one.article.text for one in found(tmp_path) if isinstance(one, Loaded)] == [TEXT, TEXT, LATER, LATER]
    told = failures(tmp_path)
    assert f"{name}!/../out.txt: its path leads out of the archive" in told
    assert f"{name}!/link.txt: a link or device, no file" in told
    assert any(line.startswith(f"{name}!/bad.txt.gz: broken") for line in told)


def test_chinese_names_of_old_zips(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("xxxx.txt", TEXT)
    data = (tmp_path / "a.zip").read_bytes().replace(b"xxxx.txt", "新闻".encode("gb18030") + b".txt")
    (tmp_path / "a.zip").write_bytes(data)
    assert articles(tmp_path) == [("新闻", TEXT)]


def test_bombs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for module in (bounded, inputs):
        monkeypatch.setattr(module, "FREE", 1 << 20)
    zeros = b" " * (2 << 20)
    (tmp_path / "a.txt.gz").write_bytes(gzip.compress(zeros))
    (tmp_path / "b.jsonl.xz").write_bytes(lzma.compress(b"\n" * len(zeros), preset=0))
    with zipfile.ZipFile(tmp_path / "c.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.txt", zeros)
    assert failures(tmp_path) == [
        "a.txt.gz: it grows more than 200 times when it is decompressed",
        "b.jsonl.xz: it grows more than 200 times when it is decompressed",
        "c.zip!/a.txt: the archive grows more than 200 times when it is opened",
    ]


def test_too_large(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT * 100, encoding="utf-8")
    lines = [json.dumps({"text": "x" * size}) for size in (10, 5000, 20)]
    (tmp_path / "b.jsonl").write_text("\n".join(lines))
    options = Options(largest=1000)
    assert failures(tmp_path, options=options) == ["a.txt: larger than 1,000 bytes", "b.jsonl: larger than 1,000 bytes"]
    loaded = [one for one in found(tmp_path, options=options) if isinstance(one, Loaded)]
    assert [(one.article.id, len(one.article.text)) for one in loaded] == [("b-1", 10), ("b-3", 20)]


def test_damaged(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_bytes(b"\xff\x80\x81 \xe4\xb8")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(JSONL * 50)[:-20])
    (tmp_path / "c.zip").write_bytes(b"PK\x03\x04 nonsense")
    (tmp_path / "d.parquet").write_bytes(b"PAR1 nonsense PAR1")
    (tmp_path / "e.jsonl").write_bytes(b"\xff\x80\x81\n" + JSONL)
    (tmp_path / "f.docx").write_bytes(b"PK nonsense")
    (tmp_path / "g.tar.gz").write_bytes(gzip.compress(b"nonsense" * 200))
    (tmp_path / "h.txt.zst").write_bytes(b"nonsense")
    told = failures(tmp_path)
    assert [line[0] for line in told] == list("abcdefgh")
    assert sum(isinstance(one, Loaded) for one in found(tmp_path)) >= 2


def test_nothing_there(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    told = found(tmp_path / "none.txt", tmp_path / "empty", tmp_path / "*.jsonl")
    assert [isinstance(one, Failure) and one.again for one in told] == [True, True, True]


def test_names_in_no_encoding(tmp_path: Path) -> None:
    (tmp_path / os.fsdecode(b"\xd0\xc2.txt")).write_text(TEXT, encoding="utf-8")
    (one,) = found(tmp_path)
    assert isinstance(one, Failure)
    assert one.reason == "its name is not in UTF-8; rename it"


def test_globs(tmp_path: Path) -> None:
    for name in ("a1.txt", "a2.txt", "b.txt"):
        (tmp_path / name).write_text(TEXT, encoding="utf-8")
    assert [ident for ident, _ in articles(tmp_path / "a*.txt")] == ["a1", "a2"]


def test_urls(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(TEXT, encoding="utf-8")
    (tmp_path / "b.jsonl.gz").write_bytes(gzip.compress(JSONL))
    assert articles(f"file://{tmp_path}/") == [("a", TEXT), ("a1", TEXT), ("b-2", LATER)]
    assert articles(f"file://{tmp_path}/*.txt") == [("a", TEXT)]


# ----------------------------------------------------------------------------------------------------------------- cuts


@pytest.mark.parametrize("size", [1, 5000, 9000, 1000000])
def test_cut_lines_give_the_same_articles(tmp_path: Path, size: int) -> None:
    path = tmp_path / "a.jsonl"
    bad = [b"", b"{", b"\xff\xfe\xff"]
    lines = [json.dumps({"text": f"{TEXT * 30}{n}"}, ensure_ascii=False).encode() for n in range(20)]
    path.write_bytes(b"\xef\xbb\xbf" + b"\n".join(part for n in range(20) for part in (lines[n], bad[n % 3])))
    (piece,) = walk([str(path)])
    assert isinstance(piece, Piece)
    whole = list(read(piece, Options()))
    parts = list(cut(piece, lambda: size))
    assert (len(parts) > 2) == (size < 10_000)
    assert [item for part in parts if isinstance(part, Piece) for item in read(part, Options())] == whole
