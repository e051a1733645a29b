"""Bytes to articles: files, folders, JSON Lines, standard input; encodings detected or refused, never guessed silently.

A bad input gives a `ReadError` in its place, and reading goes on with the next one.

How an encoding is told: strict decoders first, then charset-normalizer as the judge between those that fit. Measured on
cuts of our own articles and sentences, 200 of each length (60 for the library) in each of UTF-8, GB18030, Big5-HKSCS
and UTF-16 in both orders, without marks; right / refused / wrong in per cent of the four that are not UTF-8, which is
always right:

=========== ================ ================ ================ ================
characters  4                8                16               32 and more
=========== ================ ================ ================ ================
this module 86 / 9 / 5       96 / 3 / 0.5     99.6 / 0.2 / 0.1 100 / 0 / 0
the library 62 / 0 / 38      66 / 1 / 33      86 / 1 / 13      98 / 0.4 / 1
=========== ================ ================ ================ ================

Told the five encodings, the library alone is still wrong on 16 of 100 texts of 8 characters, and hardly ever unsure.
"""

from __future__ import annotations

import codecs
import hashlib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Final

from zhextract.errors import ReadError, UsageError

__all__ = ["ENCODINGS", "Article", "decode", "is_date", "parse_line", "read_articles", "read_line"]

ENCODINGS: Final = ("utf-8", "gb18030", "big5", "big5hkscs", "utf-16-le", "utf-16-be")
"""Encodings found without being told; any other must be named by the caller."""

TEXT_SUFFIXES: Final = frozenset({".txt", ".md"})
LINES_SUFFIX: Final = ".jsonl"
_REFUSED: Final = frozenset({".json", ".pdf", ".doc", ".docx", ".html", ".htm", ".xml", ".zip", ".gz"})
_PASS_ENCODING: Final = "pass the encoding if you know it"


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read.

    `id` names it among the inputs (a file's path below the named folder, without suffix; a JSONL line's own `id`);
    `name` is the file's path below the named folder, `-` for standard input; `text` is as decoded, byte order mark
    aside, line breaks untouched; `sha256` is of the file's bytes, for JSONL of the text in UTF-8; `published` is an
    ISO date or None.
    """

    id: str
    name: str
    text: str
    encoding: str
    sha256: str
    published: str | None = None


# ------------------------------------------------------------------------------------------ decoding

_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
_SAMPLE: Final = 20_000
_LIKELY: Final = 0.8
_CLEAR: Final = 0.2
_SHORT: Final = 16
_LETTERS: Final = (("cp949", "\uac00", "\ud7a3", 0.95), ("euc_jp", "\u3040", "\u30ff", 0.25))
"""Encodings of Korean and Japanese with the letters of these languages, and how many of them no Chinese text gives."""


def _is_common(character: str) -> bool:
    """Whether a character is in the everyday half of GB 2312 or of Big5, or a sign of either."""
    try:
        code = character.encode("gb2312")
        if len(code) == 2 and (0xB0 <= code[0] <= 0xD7 or 0xA1 <= code[0] <= 0xA3):
            return True
    except UnicodeEncodeError:
        pass
    try:
        code = character.encode("big5")
    except UnicodeEncodeError:
        return False
    return len(code) == 2 and 0xA1 <= code[0] <= 0xC6


def _likelihood(text: str) -> float:
    """Share of everyday characters among those beyond ASCII, 0 to 1: bytes read in a wrong encoding give rare ones."""
    sample = list(islice((c for c in text if c > "\x7f"), _SAMPLE))
    if not sample:
        return 0.0
    known: dict[str, bool] = {}
    good = 0
    for character in sample:
        if character not in known:
            known[character] = _is_common(character)
        good += known[character]
    return good / len(sample)


def _wide_without_mark(data: bytes) -> str | None:
    """UTF-16 without a mark holding much ASCII, told by its NULs, which all fall on one side."""
    if len(data) % 2 or data.count(0) * 10 < len(data):
        return None
    if not data[::2].count(0):
        return "utf-16-le"
    if not data[1::2].count(0):
        return "utf-16-be"
    return None


def _is_foreign(data: bytes) -> bool:
    """Whether bytes are Korean or Japanese: read so, they give more letters of these than chance would."""
    for name, first, last, share in _LETTERS:
        try:
            wide = [c for c in islice(data.decode(name), _SAMPLE) if c > "\x7f"]
        except UnicodeDecodeError:
            continue
        if len(wide) > 5 and sum(first <= c <= last for c in wide) > share * len(wide):
            return True
    return False


def _judged(data: bytes, names: Iterable[str]) -> str | None:
    """Which of several encodings charset-normalizer finds likeliest; None if none."""
    from charset_normalizer import from_bytes  # only where it is needed: most inputs are told without it

    known = {name.replace("-", "_"): name for name in names}
    found = from_bytes(data, cp_isolation=list(known)).best()
    return None if found is None else known.get(found.encoding)


def _decode_as(data: bytes, encoding: str, path: str, line: int | None, base: int) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        what = f"cannot be decoded as {encoding} ({error.reason})"
        raise ReadError(path, what, "mend the file or pass another encoding", line, base + error.start) from None


def decode(
    data: bytes, path: str = "-", encoding: str | None = None, *, line: int | None = None, offset: int = 0
) -> tuple[str, str]:
    """Text and the name of its encoding.

    Order: the caller's `encoding`; a byte order mark; UTF-8; then GB18030, Big5 (HKSCS) and UTF-16, each of which must
    decode every byte, to everyday characters for the most part, while Korean and Japanese do not. Between two that do,
    charset-normalizer is the judge, but for texts of less than 16 characters, on which it errs. Raises ReadError naming
    the byte (counted from `offset`) when nothing fits, or the rivals when more than one does; UsageError for an unknown
    encoding. `path` and `line` are for the message.
    """
    if encoding is not None:
        try:
            name = codecs.lookup(encoding).name
            "".encode(name)
        except LookupError:
            raise UsageError(f"unknown encoding {encoding!r}; try one of {', '.join(ENCODINGS)}") from None
        for mark, marked in _MARKS:
            if data.startswith(mark) and name in (marked, marked.rsplit("-", 1)[0], "utf-8-sig"):
                return _decode_as(data[len(mark) :], marked, path, line, offset + len(mark)), marked
        return _decode_as(data, name, path, line, offset), name
    for mark, name in _MARKS:
        if data.startswith(mark):
            return _decode_as(data[len(mark) :], name, path, line, offset + len(mark)), name
    wide = _wide_without_mark(data)
    if wide is not None:
        return _decode_as(data, wide, path, line, offset), wide
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError as error:
        bad = error.start
    scores: dict[str, float] = {}
    texts: dict[str, str] = {}
    broken: tuple[float, str, int] = (0.0, "utf-8", bad)
    if bad:
        broken = (_likelihood(data[:bad].decode("utf-8")), "utf-8", bad)
    for name in ("gb18030", "big5hkscs", "utf-16-le", "utf-16-be"):
        try:
            texts[name] = data.decode(name)
            scores[name] = _likelihood(texts[name])
        except UnicodeDecodeError as error:
            # What decodes up to the bad byte tells which encoding the file was meant to be.
            broken = max(broken, (_likelihood(data[: error.start].decode(name, "ignore")), name, error.start))
    ranked = sorted(scores, key=lambda name: -scores[name])
    best = ranked[0] if ranked else ""
    if not best or scores[best] < _LIKELY:
        meant, place = (broken[1], broken[2]) if broken[0] >= _LIKELY else ("utf-8", bad)
        raise ReadError(
            path, f"cannot be decoded as {meant}, nor as another encoding", f"mend the file or {_PASS_ENCODING}",
            line, offset + place,
        )  # fmt: skip
    rivals = [name for name in ranked[1:] if scores[best] - scores[name] < _CLEAR]
    if _is_foreign(data):
        rivals.append("one of another language")
    elif rivals and len(texts[best]) >= _SHORT:
        judged = _judged(data, [best, *rivals])
        if judged is not None:
            best, rivals = judged, []
    if rivals:
        names = " or ".join([best, *rivals])
        raise ReadError(path, f"the encoding is ambiguous: {names}", _PASS_ENCODING, line)
    if best == "big5hkscs":
        try:
            if data.decode("big5") == texts[best]:
                return texts[best], "big5"
        except UnicodeDecodeError:
            pass
    return texts[best], best


# ------------------------------------------------------------------------------------------ reading

_DATE: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def is_date(text: str) -> bool:
    """Whether a text is an ISO date."""
    try:
        return _DATE.fullmatch(text) is not None and bool(date.fromisoformat(text))
    except ValueError:
        return False


class Ids:
    """Ids for files, each given once: a second `a` becomes its file name, then `a-2`."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str) -> str:
        """The id of a file that has this name."""
        stem = str(Path(name).with_suffix("").as_posix()) if Path(name).suffix else name
        wanted = stem if stem not in self._taken else name
        number = 2
        while wanted in self._taken:
            wanted = f"{stem}-{number}"
            number += 1
        self._taken.add(wanted)
        return wanted


def parse_line(text: str, encoding: str, path: str, line: int, name: str, stem: str = "") -> Article:
    """An article from one line of JSON; one without an id gets `stem` and its line. Raises ReadError."""

    def bad(what: str, hint: str = 'a line is {"id": …, "text": …, "published": "YYYY-MM-DD"}') -> ReadError:
        return ReadError(path, what, hint, line)

    try:
        record = json.loads(text)
    except json.JSONDecodeError as error:
        raise bad(f"not JSON: {error.msg} in column {error.colno}") from None
    except (RecursionError, ValueError):
        raise bad("not JSON that can be read: too deep or too long a number") from None
    if not isinstance(record, dict):
        raise bad("not a JSON object")
    content = record.get("text")
    if not isinstance(content, str):
        raise bad("no text" if content is None else "text is not a string")
    ident = record.get("id")
    if ident is None:
        ident = f"{stem or (Path(name).stem if name != '-' else 'stdin')}-{line}"
    elif isinstance(ident, int) and not isinstance(ident, bool):
        ident = str(ident)
    elif not isinstance(ident, str) or not ident:
        raise bad("id is empty" if ident == "" else "id is not a string")
    published = record.get("published")
    if published is not None and not (isinstance(published, str) and is_date(published)):
        raise bad("published is not a date", 'write it "YYYY-MM-DD" or leave it out')
    digest = hashlib.sha256(content.encode("utf-8", "surrogatepass")).hexdigest()
    return Article(ident, name, content, encoding, digest, published)


def _lines(stream: Iterable[bytes], path: str, name: str, encoding: str | None) -> Iterator[Article | ReadError]:
    """Articles of a JSON Lines stream, one by one, each line decoded by itself."""
    offset = 0
    for number, raw in enumerate(stream, 1):
        start, offset = offset, offset + len(raw)
        content = raw.removeprefix(codecs.BOM_UTF8) if number == 1 and encoding is None else raw
        start += len(raw) - len(content)
        if not content.strip():
            continue
        try:
            text, used = decode(content, path, encoding, line=number, offset=start)
            yield parse_line(text, used, path, number, name)
        except ReadError as error:
            yield error


def _jsonl(data: Iterable[bytes], path: str, name: str, encoding: str | None) -> Iterator[Article | ReadError]:
    """As `_lines`, but lines of UTF-16 and UTF-32 can only be told apart once the whole is decoded."""
    stream = iter(data)
    first = next(stream, b"")
    marked = next((code for mark, code in _MARKS if first.startswith(mark)), "")
    if marked.startswith(("utf-16", "utf-32")) or (encoding or "").lower().replace("_", "-").startswith(
        ("utf-16", "utf-32")
    ):
        try:
            text, used = decode(first + b"".join(stream), path, encoding)
        except ReadError as error:
            yield error
            return
        for number, line in enumerate(text.split("\n"), 1):
            if line.strip():
                try:
                    yield parse_line(line, used, path, number, name)
                except ReadError as error:
                    yield error
        return

    def again() -> Iterator[bytes]:
        yield first
        yield from stream

    yield from _lines(again(), path, name, encoding)


def _whole(data: bytes, path: str, name: str, ident: str, encoding: str | None) -> Article | ReadError:
    try:
        text, used = decode(data, path, encoding)
    except ReadError as error:
        return error
    return Article(ident, name, text, used, hashlib.sha256(data).hexdigest())


def _file(path: Path, name: str, ids: Ids, encoding: str | None) -> Iterator[Article | ReadError]:
    shown = path.as_posix()
    try:
        if path.suffix.lower() == LINES_SUFFIX:
            with path.open("rb") as stream:
                yield from _jsonl(stream, shown, name, encoding)
        else:
            yield _whole(path.read_bytes(), shown, name, ids.take(name), encoding)
    except OSError as error:
        yield ReadError(shown, f"cannot be read: {error.strerror or error}", "check the path and its permissions")


def article_files(root: Path, onerror: Callable[[OSError], object] | None = None) -> Iterator[Path]:
    """The article files of a folder and its subfolders, in sorted order; hidden and other files are passed over."""
    for folder, folders, files in os.walk(root, onerror=onerror):
        folders[:] = sorted(name for name in folders if not name.startswith("."))
        for name in sorted(files):
            path = Path(folder, name)
            if not name.startswith(".") and path.suffix.lower() in TEXT_SUFFIXES | {LINES_SUFFIX}:
                yield path


def _folder(root: Path, ids: Ids, encoding: str | None) -> Iterator[Article | ReadError]:
    errors: list[OSError] = []
    found = False
    for path in article_files(root, errors.append):
        found = True
        yield from _file(path, path.relative_to(root).as_posix(), ids, encoding)
    for error in errors:
        yield ReadError(str(error.filename), f"cannot be read: {error.strerror}", "check its permissions")
    if not found and not errors:
        yield ReadError(root.as_posix(), "no article in this folder", "articles are .txt, .md and .jsonl files")


def _stdin(stream: BinaryIO, ids: Ids, encoding: str | None) -> Iterator[Article | ReadError]:
    """Standard input is JSON Lines if its first line not blank is a JSON object with a `text`; else a text."""
    data = stream.read()
    first = next((line for line in data.removeprefix(codecs.BOM_UTF8).splitlines() if line.strip()), b"")
    try:
        record = json.loads(first) if first.lstrip().startswith(b"{") else None
    except (ValueError, RecursionError):
        record = None
    if isinstance(record, dict) and "text" in record:
        yield from _jsonl(data.splitlines(keepends=True), "-", "-", encoding)
    else:
        yield _whole(data, "-", "-", ids.take("stdin"), encoding)


def read_articles(
    paths: Sequence[str], stdin: BinaryIO | None = None, *, encoding: str | None = None
) -> Iterator[Article | ReadError]:
    """Articles of all `paths`, in order, a ReadError in place of each that cannot be read.

    A path is a file, a folder (walked in sorted order; `.txt` and `.md` hold one article, `.jsonl` one a line, other
    and hidden files are passed over) or `-` for `stdin`. A file named directly is read as text whatever its suffix,
    but for suffixes that never are plain text. `encoding` overrides detection. Raises UsageError for an unknown
    encoding; nothing else.
    """
    if encoding is not None:
        decode(b"", encoding=encoding)
    ids = Ids()
    for given in paths:
        if given == "-":
            yield from _stdin(stdin if stdin is not None else sys.stdin.buffer, ids, encoding)
            continue
        path = Path(given)
        if path.is_dir():
            yield from _folder(path, ids, encoding)
        elif path.suffix.lower() in _REFUSED:
            yield ReadError(given, f"{path.suffix} files are not read", "give plain text (.txt, .md) or .jsonl")
        else:
            yield from _file(path, path.name, ids, encoding)


def read_line(raw: bytes, line: int, name: str = "-") -> Article:
    """The article of one line of JSON Lines, which is line `line` of `name`. Raises ReadError."""
    text, used = decode(raw.removeprefix(codecs.BOM_UTF8), name, line=line)
    return parse_line(text, used, name, line, name)
