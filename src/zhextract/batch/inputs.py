"""What a batch reads: files, folders, globs, archives and URLs to pieces, and a piece to its articles.

A piece is what one worker reads in one go: a file, a member of a zip, a tar, or a stretch of a large file whose format
can be cut. What can't be read gives a Failure in its place, and the rest goes on.
"""

from __future__ import annotations

import codecs
import glob
import io
import os
import tarfile
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from lzma import LZMAError
from pathlib import PurePosixPath
from typing import Any, BinaryIO, Final

import msgspec

from ..errors import ReadError
from ..read import Article, Ids, decode, parse_line
from . import convert
from .bounded import COMPRESSIONS, FREE, RATIO, Excess, decompressed, lines, read_whole, too_large
from .store import is_url, open_input, remote_files

__all__ = ["Failure", "Item", "Options", "Piece", "cut", "read", "walk"]

KINDS: Final[Mapping[str, str]] = {
    ".txt": "text", ".md": "text", ".html": "html", ".htm": "html", ".jsonl": "jsonl", ".ndjson": "jsonl",
    ".csv": "csv", ".tsv": "tsv", ".parquet": "parquet", ".docx": "docx", ".pdf": "pdf", ".zip": "zip", ".tar": "tar",
    ".tgz": "tar",
}  # fmt: skip
"""Suffix -> kind of input."""
PLAIN: Final = frozenset({"text", "html", "jsonl", "csv", "tsv", "tar"})
"""Kinds that may be compressed as a whole; the others are compressed inside."""
MEMBERS: Final = 1_000_000
"""Members of an archive that are looked at."""

ARCHIVE_SIGN: Final = "!/"
"""Between an archive and its member, in the name of a source."""


class Options(msgspec.Struct, frozen=True):
    """How inputs are read: `columns` are the names of columns of tables by what they hold (text, id, title, ...)."""

    encoding: str | None = None
    columns: Mapping[str, str] = {}
    largest: int = 16 << 20


class Piece(msgspec.Struct, frozen=True, array_like=True):
    """A part of the inputs. `name` is what its articles are from; `id` that of the one article of a file.

    `start` and `stop` bound bytes (of lines) or row groups (of Parquet); `line` is the number of lines before.
    """

    path: str
    name: str
    kind: str
    packing: str
    size: int
    id: str = ""
    member: str = ""
    start: int = 0
    stop: int = -1
    line: int = 0

    @property
    def place(self) -> str:
        """Where it is, for people."""
        return f"{self.path}{ARCHIVE_SIGN}{self.member}" if self.member else self.path


class Failure(msgspec.Struct, frozen=True):
    """What gave no article: its place and the reason. `again`: another run may have more luck."""

    place: str
    reason: str
    line: int | None = None
    again: bool = False


class Loaded(msgspec.Struct, frozen=True):
    """An article, and who wrote it where that is told."""

    article: Article
    author: str | None = None


Item = Loaded | Failure | Callable[[], Loaded | Failure]
"""What reading gives: a call stands for an article that is still to be converted, which may take its time."""


# ------------------------------------------------------------------------------------------------------------ to pieces


def kind_of(name: str) -> tuple[str, str, str]:
    """Kind, compression and stem of a file name; an empty kind where it is not read.

    >>> kind_of("a/b.jsonl.gz"), kind_of("b.tar.xz"), kind_of("b.exe")
    (('jsonl', '.gz', 'a/b'), ('tar', '.xz', 'b'), ('', '', 'b.exe'))
    """
    stem, suffix = os.path.splitext(name)
    packing = suffix.lower() if suffix.lower() in COMPRESSIONS else ""
    if packing:
        stem, suffix = os.path.splitext(stem)
    kind = KINDS.get(suffix.lower(), "")
    if suffix.lower() == ".tgz":
        packing = ".gz"
    if not kind or (packing and kind not in PLAIN):
        return "", "", name
    return kind, packing, stem


def walk(inputs: Iterable[str], without: str = "") -> Iterator[Piece | Failure]:
    """The pieces of all inputs, in order: inputs as they are named, what is in them sorted. `without`: a folder."""
    for given in inputs:
        yield from _given(given, os.path.abspath(without) if without else "")


def _given(given: str, without: str) -> Iterator[Piece | Failure]:
    try:
        if is_url(given):
            base = given if given.endswith("/") else given.rpartition("/")[0] + "/"
            ids = Ids()
            for path, size in remote_files(given):
                name = path.removeprefix(base) if path.startswith(base) else path.rpartition("/")[2]
                if kind_of(name)[0] or path == given:
                    yield from _file(path, name, size, ids)
        elif os.path.isdir(given):
            yield from _folder(given, without)
        elif not os.path.exists(given) and glob.has_magic(given):
            yield from _glob(given, without)
        else:
            yield from _file(given, os.path.basename(given), os.stat(given).st_size, Ids())
    except OSError as error:
        yield Failure(given, f"cannot be read: {error.strerror or error}", again=True)


def _glob(given: str, without: str) -> Iterator[Piece | Failure]:
    found = sorted(glob.iglob(given, recursive=True))
    base = os.path.dirname(given[: next(at for at, sign in enumerate(given) if sign in "*?[")])
    ids = Ids()
    for path in found:
        if os.path.isfile(path) and kind_of(path)[0]:
            yield from _file(path, os.path.relpath(path, base or "."), os.stat(path).st_size, ids)
    if not found:
        yield Failure(given, "nothing matches", again=True)


def _folder(root: str, without: str) -> Iterator[Piece | Failure]:
    errors: list[OSError] = []
    found = False
    for folder, folders, files in os.walk(root, onerror=errors.append):
        folders[:] = sorted(
            name for name in folders
            if not name.startswith((".", "_")) and os.path.abspath(os.path.join(folder, name)) != without
        )  # fmt: skip
        ids = Ids()  # equal names lie in one folder
        for name in sorted(files):
            if name.startswith((".", "_")) or not kind_of(name)[0]:
                continue
            found = True
            path = os.path.join(folder, name)
            try:
                size = os.stat(path).st_size
            except OSError:
                size = 0  # told when it is opened
            yield from _file(path, os.path.relpath(path, root).replace(os.sep, "/"), size, ids)
        for error in errors:
            yield Failure(str(error.filename), f"cannot be read: {error.strerror}", again=True)
        errors.clear()
    for error in errors:
        yield Failure(str(error.filename), f"cannot be read: {error.strerror}", again=True)
        found = True
    if not found:
        yield Failure(root, f"no input in this folder; read are {', '.join(KINDS)}", again=True)


def _file(path: str, name: str, size: int, ids: Ids) -> Iterator[Piece | Failure]:
    kind, packing, stem = kind_of(name)
    if not _plain(path):
        yield Failure(path.encode("utf-8", "replace").decode(), "its name is not in UTF-8; rename it")
    elif not kind:
        yield Failure(path, f"not a kind of file that is read: {', '.join(KINDS)}")
    elif kind == "zip":
        yield from _zip(path, name, size)
    else:
        ident = ids.take(stem + PurePosixPath(name).suffix) if kind not in ("jsonl", "csv", "tsv", "parquet") else stem
        yield Piece(path, name, kind, packing, size, ident)


def _plain(name: str) -> bool:
    """Whether a name can be written down: file systems have names in any encoding."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _zip(path: str, name: str, size: int) -> Iterator[Piece | Failure]:
    """The members that are articles, each a piece; those that lie or lead elsewhere are failures."""
    ids = Ids()
    total = 0
    try:
        with open_input(path) as stream, zipfile.ZipFile(stream) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as error:
        yield Failure(path, f"a broken zip: {error}")
        return
    if len(members) > MEMBERS:
        yield Failure(path, f"more than {MEMBERS:,} members")
        return
    for member in members:
        inner = _member_name(member)
        kind, packing, stem = kind_of(inner)
        if member.is_dir() or not kind or inner.rpartition("/")[2].startswith((".", "_")):
            continue
        shown = f"{path}{ARCHIVE_SIGN}{inner}"
        total += member.file_size
        if not _plain(inner):
            yield Failure(path, "a member with a name that is not in UTF-8")
        elif leaves(inner):
            yield Failure(shown, "its path leads out of the archive")
        elif member.flag_bits & 1:
            yield Failure(shown, "it is encrypted")
        elif kind in ("zip", "tar"):
            yield Failure(shown, "archives inside archives are not opened")
        elif total > max(FREE, size * RATIO):
            yield Failure(shown, f"the archive grows more than {RATIO} times when it is opened")
        else:
            ident = ids.take(stem + PurePosixPath(inner).suffix)
            yield Piece(path, f"{name}{ARCHIVE_SIGN}{inner}", kind, packing, member.file_size, ident, member.filename)


def _member_name(member: zipfile.ZipInfo) -> str:
    """Names without the mark of UTF-8 are read as code page 437; Chinese archivers put GB18030 there."""
    if member.flag_bits & 0x800:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("gb18030")
    except UnicodeError:
        return member.filename


def leaves(name: str) -> bool:
    """Whether the path of a member leads out of its archive.

    >>> leaves("a/../b.txt"), leaves("/etc/passwd"), leaves("a/b.txt"), leaves("c:\\\\b.txt")
    (True, True, False, True)
    """
    parts = name.replace("\\", "/").split("/")
    return name.startswith(("/", "\\")) or ".." in parts or ":" in parts[0] or "\0" in name


def cut(piece: Piece, size: Callable[[], int]) -> Iterator[Piece | Failure]:
    """A piece as pieces of about `size` bytes, where its format can be cut: lines that are not compressed, Parquet.

    The size is asked for anew before each of them.
    """
    if piece.size <= size() or piece.packing or piece.member or piece.kind not in ("jsonl", "parquet"):
        yield piece
        return
    try:
        if piece.kind == "parquet":
            yield from _cut_groups(piece, size)
        else:
            yield from _cut_lines(piece, size)
    except OSError as error:
        yield Failure(piece.place, f"cannot be read: {error.strerror or error}", again=True)


def _cut_lines(piece: Piece, size: Callable[[], int]) -> Iterator[Piece]:
    """Counts the lines on the way, so that every article knows its own."""
    start = line = at = seen = 0
    step = min(max(size(), 4096), 1 << 20)
    with open_input(piece.path) as stream:
        if _wide(stream.read(4)):
            yield piece
            return
        stream.seek(0)
        while block := stream.read(step):
            if at + len(block) - start >= size() and (end := block.rfind(b"\n")) >= 0:
                inside = seen + block.count(b"\n", 0, end + 1)
                yield msgspec.structs.replace(
                    piece, start=start, stop=at + end + 1, line=line, size=at + end + 1 - start
                )
                start, line = at + end + 1, inside
            seen += block.count(b"\n")
            at += len(block)
    if start < at:
        yield msgspec.structs.replace(piece, start=start, stop=at, line=line, size=at - start)


def _cut_groups(piece: Piece, size: Callable[[], int]) -> Iterator[Piece]:
    parquet = convert.parquet()
    with open_input(piece.path) as stream:
        try:
            groups = parquet.ParquetFile(stream).metadata
            sizes = [groups.row_group(at).total_byte_size for at in range(groups.num_row_groups)]
            rows = [groups.row_group(at).num_rows for at in range(groups.num_row_groups)]
        except Exception:  # noqa: BLE001  (whatever Arrow raises: told by who reads the piece)
            yield piece
            return
    start = line = weight = 0
    for at, one in enumerate(sizes):
        weight += one
        if weight >= size() or at == len(sizes) - 1:
            yield msgspec.structs.replace(piece, start=start, stop=at + 1, line=line, size=weight)
            start, line, weight = at + 1, sum(rows[: at + 1]), 0


def _wide(head: bytes) -> str:
    for mark, name in ((codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32")):
        if head.startswith(mark):
            return name
    return "utf-16" if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) else ""


# ---------------------------------------------------------------------------------------------------------- to articles

_BROKEN: Final = (EOFError, zlib.error, LZMAError, zipfile.BadZipFile, tarfile.TarError, Excess)


def read(piece: Piece, options: Options) -> Iterator[Item]:
    """The articles of a piece in order, a Failure in place of each that there is none of. Never raises on inputs."""
    try:
        with _opened(piece) as stream:
            yield from _items(piece, stream, options)
    except ReadError as error:
        yield Failure(piece.place, error.what, error.line)
    except _BROKEN as error:
        yield Failure(piece.place, str(error) if isinstance(error, Excess) else f"broken: {error}")
    except OSError as error:
        if error.errno is None:  # of a decompressor, not of the system
            yield Failure(piece.place, f"broken: {error}")
        else:
            yield Failure(piece.place, f"cannot be read: {error.strerror or error}", again=True)
    except Exception as error:
        # Parsers of strangers' formats raise what they like; theirs is one file.
        if type(error).__module__.partition(".")[0] not in ("zstandard", "zstd", "backend_c", "pyarrow", "builtins"):
            raise
        yield Failure(piece.place, f"broken: {type(error).__name__}: {error}")


def _opened(piece: Piece) -> BinaryIO:
    stream = open_input(piece.path)
    if piece.member:
        try:
            stream = _Member(stream, piece.member)
        except (RuntimeError, NotImplementedError) as error:
            raise zipfile.BadZipFile(str(error)) from None
    return decompressed(stream, piece.packing, piece.size) if piece.packing else stream


class _Member(io.BufferedReader):
    """A member of a zip, which closes its archive, too."""

    def __init__(self, stream: BinaryIO, member: str) -> None:
        self._under = stream
        self._archive = zipfile.ZipFile(stream)
        super().__init__(self._archive.open(member))  # type: ignore[arg-type]

    def close(self) -> None:
        super().close()
        self._archive.close()
        self._under.close()


def _items(piece: Piece, stream: BinaryIO, options: Options) -> Iterator[Item]:
    if piece.kind == "jsonl":
        yield from _jsonl(piece, stream, options)
    elif piece.kind == "tar":
        yield from _tar(piece, stream, options)
    elif piece.kind in ("csv", "tsv", "parquet"):
        yield from _table(piece, stream, options)
    else:
        # Decompressed data stand in memory whole from here on.
        data = read_whole(stream, options.largest)
        yield lambda: _document(piece, data, options)


def _document(piece: Piece, data: bytes, options: Options) -> Loaded | Failure:
    """The one article of a file."""
    try:
        article, author = convert.document(piece.kind, data, piece.place, piece.id, piece.name, options.encoding)
        return Loaded(article, author)
    except ReadError as error:
        at = "" if error.byte is None else f" at byte {error.byte}"
        return Failure(piece.place, error.what + at, error.line)


def _jsonl(piece: Piece, stream: BinaryIO, options: Options) -> Iterator[Item]:
    place = piece.place
    number, offset = piece.line, piece.start
    if piece.start:
        stream.seek(piece.start)
    elif wide := _wide(stream.peek(4)[:4] if isinstance(stream, io.BufferedReader) else b""):
        stream = codecs.EncodedFile(stream, "utf-8", wide)
    for raw in lines(stream, options.largest):
        if 0 <= piece.stop <= offset:
            return
        number += 1
        if raw is None:
            yield Failure(place, too_large(options.largest), number)
            if piece.stop >= 0:
                offset = stream.tell()
            continue
        start, offset = offset, offset + len(raw)
        content = raw.removeprefix(codecs.BOM_UTF8) if number == 1 else raw
        if not content.strip():
            continue
        try:
            text, used = decode(content, place, options.encoding, line=number, offset=start)
            yield Loaded(parse_line(text, used, place, number, piece.name, PurePosixPath(piece.id).name))
        except ReadError as error:
            at = "" if error.byte is None else f" at byte {error.byte}"
            yield Failure(place, error.what + at, number)


def _tar(piece: Piece, stream: BinaryIO, options: Options) -> Iterator[Item]:
    """Read once from front to back: compressed ones know no other way."""
    ids = Ids()
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for count, member in enumerate(archive):
            kind, packing, stem = kind_of(member.name)
            shown = f"{piece.place}{ARCHIVE_SIGN}{member.name}"
            if count >= MEMBERS:
                yield Failure(piece.place, f"more than {MEMBERS:,} members")
                return
            if member.isdir() or not kind or member.name.rpartition("/")[2].startswith((".", "_")):
                continue
            if not _plain(member.name):
                yield Failure(piece.place, "a member with a name that is not in UTF-8")
                continue
            if leaves(member.name):
                yield Failure(shown, "its path leads out of the archive")
                continue
            opened = archive.extractfile(member) if member.isreg() else None
            if opened is None:
                yield Failure(shown, "a link or device, no file")
                continue
            if kind in ("zip", "tar"):
                yield Failure(shown, "archives inside archives are not opened")
                continue
            ident = ids.take(stem + PurePosixPath(member.name).suffix)
            name = f"{piece.name}{ARCHIVE_SIGN}{member.name}"
            inner = Piece(piece.path, name, kind, packing, member.size, ident, member.name)
            yield from _inside(inner, opened, options)  # type: ignore[arg-type]


def _inside(piece: Piece, stream: BinaryIO, options: Options) -> Iterator[Item]:
    """A member of a tar; what is wrong with it costs no other member."""
    try:
        plain = decompressed(stream, piece.packing, piece.size) if piece.packing else stream
        if piece.kind == "parquet":
            plain = io.BytesIO(read_whole(plain, max(FREE, options.largest)))
        yield from _items(piece, plain, options)
    except (Excess, EOFError, zlib.error, LZMAError) as error:
        yield Failure(piece.place, str(error))
    except OSError as error:
        if error.errno is not None:
            raise
        yield Failure(piece.place, f"broken: {error}")


def _table(piece: Piece, stream: BinaryIO, options: Options) -> Iterator[Item]:
    """Rows of CSV or Parquet."""
    rows: Iterator[tuple[int, Mapping[str, Any] | str]]
    if piece.kind == "parquet":
        rows = convert.parquet_rows(stream, piece, options.columns)
    else:
        rows = convert.csv_rows(stream, piece.place, piece.kind, options.encoding, options.largest)
    columns: dict[str, str] | None = None
    for number, row in rows:
        if isinstance(row, str):
            yield Failure(piece.place, row, number)
            continue
        if columns is None:
            columns = convert.columns(row, options.columns)
            if "text" not in columns:
                names = ", ".join(row) or "none"
                yield Failure(piece.place, f"no column of texts among: {names}; name it with --text-column")
                return
        try:
            article, author = convert.row(row, columns, piece.place, number, piece.id, piece.name)
        except ReadError as error:
            yield Failure(piece.place, error.what, number)
            continue
        if len(article.text) > options.largest:
            yield Failure(piece.place, too_large(options.largest), number)
        else:
            yield Loaded(replace(article), author)
