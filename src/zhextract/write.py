"""Documents to files: safe, unique names made from ids, each file complete or not there."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

__all__ = ["FolderWriter", "safe_name", "write_file"]

_LONGEST = 180
"""Bytes of a name; file systems take 255, and `.json`, a number and the mark of a shortened name come on top."""
_UNSAFE = re.compile(r"[^\w.\-+@=,~ ]|[\ud800-\udfff]")
# Device names of Windows, with any suffix.
_RESERVED = re.compile(r"(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|\Z)")


def safe_name(ident: str) -> str:
    """A file name, without suffix, for an id: any string in, one plain, visible, portable path component out.

    An id of letters (of any script), digits and `.-_+@=,~` or inner blanks names itself. Any other character, and dots
    and blanks at the edges, give way to `_`; an empty id is `article`; a long one is cut and ends in eight digits of
    its SHA-256. Different ids can give one name: `FolderWriter` tells them apart.

    >>> safe_name("2025-04-02"), safe_name("../etc/passwd"), safe_name(""), safe_name("nul")
    ('2025-04-02', '___etc_passwd', 'article', '_nul')
    """
    name = _UNSAFE.sub("_", unicodedata.normalize("NFC", ident))
    inner = name.strip(". ")
    if inner != name:
        left = len(name) - len(name.lstrip(". "))
        name = "_" * left + inner + "_" * (len(name) - left - len(inner))
    if not name:
        return "article"
    if _RESERVED.match(name):
        name = f"_{name}"
    if len(name.encode()) > _LONGEST:
        digest = hashlib.sha256(ident.encode("utf-8", "surrogatepass")).hexdigest()[:8]
        name = f"{name.encode()[:_LONGEST].decode(errors='ignore')}-{digest}"
    return name


@contextmanager
def replacing(path: Path, mark: str = ".tmp") -> Iterator[BinaryIO]:
    """A file that takes its name when all is written: it is complete or not there, or as it was. Raises OSError.

    Until then it has a hidden name in the same folder, which ends in `mark`; a file that is replaced hands on its mode.
    """
    part = path.with_name(f".zhextract-{os.urandom(8).hex()}{mark}")
    try:
        with part.open("wb") as stream:
            yield stream
        if path.exists():
            part.chmod(path.stat().st_mode)
        part.replace(path)
    except BaseException:  # a key pressed counts too: leave nothing behind
        part.unlink(missing_ok=True)
        raise


def write_file(path: Path, content: bytes) -> None:
    """Write a file at once, as `replacing` does. Raises OSError."""
    with replacing(path) as stream:
        stream.write(content)


class FolderWriter:
    """Writes `NAME.json` files (or of another suffix) into one folder, made when it is not there.

    One writer a folder and process.

    A name that an earlier article of this writer took, or one that differs from it in case only (some file systems
    would mix them up), goes on as `NAME-2`, `NAME-3`. Files of earlier runs are replaced. Raises OSError.
    """

    def __init__(self, folder: str | Path, suffix: str = ".json") -> None:
        self.folder = Path(folder)
        self.suffix = suffix
        self.folder.mkdir(parents=True, exist_ok=True)
        self._taken: set[str] = set()
        self._next: dict[str, int] = {}

    def write(self, ident: str, content: bytes) -> Path:
        """Write one file and return its path. Until it is complete it has another, hidden name."""
        path = self.folder / f"{self._name(ident)}{self.suffix}"
        write_file(path, content)
        return path

    def _name(self, ident: str) -> str:
        wanted = safe_name(ident)
        name, key = wanted, wanted.casefold()
        if key in self._taken:
            number = self._next.get(key, 2)  # so that a thousand equal ids don't search a thousand times
            while (name := f"{wanted}-{number}").casefold() in self._taken:
                number += 1
            self._next[key] = number + 1
        self._taken.add(name.casefold())
        return name
