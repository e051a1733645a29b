"""Pages, documents and rows of tables to articles."""

from __future__ import annotations

import csv
import hashlib
import io
import re
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from ..errors import ReadError, UsageError
from ..extras import need
from ..read import Article, decode, is_date

if TYPE_CHECKING:
    from .inputs import Piece

COLUMNS: Final[Mapping[str, tuple[str, ...]]] = {
    "text": ("text", "content", "body", "article"),
    "id": ("id", "article_id", "doc_id", "url"),
    "title": ("title", "headline"),
    "published": ("published", "date", "publish_date", "published_at", "pubdate", "time"),
    "author": ("author", "byline"),
}
"""What a table's columns hold, and the names that are taken for it where none is told; the first that is there."""

_SAMPLE: Final = 1 << 20
_PACKED: Final = 200 << 20


def document(
    kind: str, data: bytes, place: str, ident: str, name: str, encoding: str | None
) -> tuple[Article, str | None]:
    """The article of a file, and its author. Raises ReadError."""
    sha256 = hashlib.sha256(data).hexdigest()
    published = author = used = None
    if kind == "html":
        text, used, published, author = _html(data, place, encoding)
    elif kind == "docx":
        text, author = _docx(data, place)
    elif kind == "pdf":
        text = _pdf(data, place)
    else:
        text, used = decode(data, place, encoding)
    return Article(ident, name, text, used or "", sha256, published), author


def _html(data: bytes, place: str, encoding: str | None) -> tuple[str, str, str | None, str | None]:
    trafilatura = need("trafilatura", "an HTML input")
    source, used = _page(data, place, encoding)
    try:
        found = trafilatura.bare_extraction(
            source, with_metadata=True, include_comments=False,
            # What a page says of itself, or its address; never a guess, never the clock.
            date_extraction_params={"original_date": True, "extensive_search": False},
        )  # fmt: skip
    except Exception as error:  # noqa: BLE001  (a page may be anything)
        raise ReadError(place, f"not a page that can be read: {type(error).__name__}: {error}") from None
    body = (found.text or "").strip() if found is not None else ""
    if not body:
        raise ReadError(place, "no main text in this page")
    title = (found.title or "").strip()
    if title and not body.startswith(title) and f"\n{title}\n" not in body:
        body = f"{title}\n\n{body}"
    published = found.date if isinstance(found.date, str) and is_date(found.date) else None
    return body, used, published, found.author or None


def _page(data: bytes, place: str, encoding: str | None) -> tuple[str, str]:
    """A page decoded as told, else as it is found, else as it says of itself."""
    try:
        return decode(data, place, encoding)
    except ReadError:
        said = re.search(rb"""charset\s*=\s*["']?\s*([A-Za-z0-9_\-]+)""", data[:4096])
        if encoding is not None or said is None:
            raise
        name = said[1].decode().lower()
        try:
            return decode(data, place, {"gb2312": "gb18030", "gbk": "gb18030", "big5": "big5hkscs"}.get(name, name))
        except UsageError:
            pass
        raise


def _docx(data: bytes, place: str) -> tuple[str, str | None]:
    docx = need("docx", "a .docx input")
    import zipfile

    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            if sum(member.file_size for member in archive.infolist()) > _PACKED:
                raise ReadError(place, f"it grows to more than {_PACKED:,} bytes when it is opened")
        found = docx.Document(io.BytesIO(data))
        parts = []
        for block in found.iter_inner_content():
            if hasattr(block, "rows"):
                parts += [" | ".join(cell.text.replace("\n", " ") for cell in row.cells) for row in block.rows]
            else:
                parts.append(block.text)
        author = found.core_properties.author
    except ReadError:
        raise
    except Exception as error:  # noqa: BLE001  (a document may be anything)
        raise ReadError(place, f"not a .docx that can be read: {type(error).__name__}: {error}") from None
    text = "\n".join(parts).strip()
    if not text:
        raise ReadError(place, "no text in this document")
    return text, author or None


def _pdf(data: bytes, place: str) -> str:
    pypdf = need("pypdf", "a .pdf input")
    import logging

    logging.getLogger("pypdf").setLevel(logging.CRITICAL)
    try:
        reader = pypdf.PdfReader(io.BytesIO(data))
        if reader.is_encrypted and not reader.decrypt(""):
            raise ReadError(place, "it is encrypted")
        text = "\n\n".join(page.extract_text() for page in reader.pages).strip()
    except ReadError:
        raise
    except Exception as error:  # noqa: BLE001  (a document may be anything)
        raise ReadError(place, f"not a PDF that can be read: {type(error).__name__}: {error}") from None
    if not text:
        raise ReadError(place, "no text in this PDF; pictures of text are not read")
    return text


# --------------------------------------------------------------------------------------------------------------- tables


def columns(row: Mapping[str, Any], told: Mapping[str, str]) -> dict[str, str]:
    """Which column holds what: as told, else by its name."""
    known = {name.strip().lower().removeprefix("\ufeff"): name for name in row if isinstance(name, str)}
    found = {}
    for role, names in COLUMNS.items():
        if role in told:
            if told[role] in row:
                found[role] = told[role]
            continue
        name = next((known[name] for name in names if name in known), None)
        if name is not None:
            found[role] = name
    return found


def row(
    values: Mapping[str, Any], names: Mapping[str, str], place: str, number: int, stem: str, source: str
) -> tuple[Article, str | None]:
    """The article of a row, and its author. Raises ReadError."""
    text = values.get(names["text"])
    if not isinstance(text, str) or not text.strip():
        raise ReadError(place, "no text")
    title = values.get(names.get("title", ""))
    if isinstance(title, str) and title.strip() and not text.lstrip().startswith(title.strip()):
        text = f"{title.strip()}\n\n{text}"
    ident = values.get(names.get("id", ""))
    author = values.get(names.get("author", ""))
    published = _day(values.get(names.get("published", "")), place)
    sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
    shown = f"{stem}-{number}" if ident is None or ident == "" else str(ident)
    return Article(shown, source, text, "utf-8", sha256, published), author if isinstance(author, str) else None


def _day(value: object, place: str) -> str | None:
    """A date, or a date and time of which the date counts, as ISO."""
    if value is None or value == "":
        return None
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    found = re.match(r"\s*(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})(?:[\sT].*)?\Z", str(value), re.ASCII | re.DOTALL)
    day = f"{found[1]}-{int(found[2]):02}-{int(found[3]):02}" if found else ""
    if not is_date(day):
        raise ReadError(place, f"no date: {str(value)[:40]!r}")
    return day


def csv_rows(
    stream: BinaryIO, place: str, kind: str, encoding: str | None, largest: int
) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """The rows of a CSV (or TSV) with their lines; a reason in place of what can't be read. Raises ReadError."""
    head = stream.read(_SAMPLE)
    whole = len(head) < _SAMPLE
    sample = head if whole else head[: head.rfind(b"\n") + 1] or head
    _, used = decode(sample, place, encoding)
    rest: Any = io.BufferedReader(_Joined(head, stream), 1 << 16)
    text = io.TextIOWrapper(rest, "utf-8-sig" if used == "utf-8" else used, newline="")
    csv.field_size_limit(largest)
    rows = csv.DictReader(text, delimiter="\t" if kind == "tsv" else ",")
    while True:
        line = rows.line_num + 1
        try:
            found = next(rows, None)
        except csv.Error as error:
            yield line, f"not CSV: {error}"
            return
        except UnicodeDecodeError as error:
            yield line, f"cannot be decoded as {used} ({error.reason}); the rest of the file is not read"
            return
        if found is None:
            return
        yield line, found if None not in found else "more cells than the head has"


class _Joined(io.RawIOBase):
    """What was read already, then the rest."""

    def __init__(self, head: bytes, stream: BinaryIO) -> None:
        self._head = io.BytesIO(head)
        self._stream = stream

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._head.read(len(buffer)) or self._stream.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)


def parquet() -> Any:
    """pyarrow.parquet."""
    need("pyarrow", "a .parquet input")
    return need("pyarrow.parquet", "a .parquet input")


def parquet_rows(
    stream: BinaryIO, piece: Piece, told: Mapping[str, str]
) -> Iterator[tuple[int, Mapping[str, Any] | str]]:
    """The rows of a Parquet file with their numbers, of the columns that matter."""
    file = parquet().ParquetFile(stream)
    names = dict.fromkeys(file.schema_arrow.names)
    wanted = list(dict.fromkeys(columns(names, told).values()))
    stop = file.num_row_groups if piece.stop < 0 else piece.stop
    number = piece.line
    if not wanted:
        yield 1, f"no column of texts among: {', '.join(names)}; name it with --text-column"
        return
    for batch in file.iter_batches(64, row_groups=list(range(piece.start, stop)), columns=wanted):
        for found in batch.to_pylist():
            number += 1
            yield number, found
