"""Where files lie: a folder of this machine, or anything that fsspec reaches by URL. Paths below a root, as text.

What is written is written beside its place and renamed, so that a file is complete or not there.
"""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO, Final, Protocol, cast

from ..errors import UsageError
from ..extras import need
from ..write import replacing

__all__ = ["Store", "is_url", "open_input", "store_of"]

PART: Final = ".part"
"""How the name of a file ends that is not complete."""


def is_url(path: str) -> bool:
    """Whether a path names a file system of its own (`s3://...`)."""
    scheme, mark, _ = path.partition("://")
    return bool(mark) and scheme.isascii() and scheme.replace("+", "").isalnum()


class Store(Protocol):
    """What an output needs of a file system. Everything may raise OSError."""

    root: str

    def read(self, name: str) -> bytes | None:
        """The bytes of a file; None where there is none."""

    def open(self, name: str) -> BinaryIO:
        """A file to read from."""

    def write(self, name: str, data: bytes) -> None:
        """A file, complete or not there."""
        ...

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """A file that takes its name when the block ends, and leaves nothing when it fails."""
        yield cast(BinaryIO, None)

    def exists(self, name: str) -> bool:
        """Whether there is such a file or folder."""
        ...

    def names(self, folder: str) -> list[str]:
        """The names of the files in a folder, sorted; none where there is no folder."""
        ...

    def move(self, old: str, new: str) -> None:
        """Rename a file, over one that may be there."""
        ...

    def remove(self, name: str) -> None:
        """Remove a file or a whole folder, if it is there."""
        ...


class Local:
    """A folder of this machine."""

    def __init__(self, root: str) -> None:
        self.root = root
        self._path = Path(root)

    def read(self, name: str) -> bytes | None:
        """See `Store`."""
        try:
            return (self._path / name).read_bytes()
        except FileNotFoundError:
            return None

    def open(self, name: str) -> BinaryIO:
        """See `Store`."""
        return (self._path / name).open("rb")

    def write(self, name: str, data: bytes) -> None:
        """See `Store`."""
        with self.writing(name) as stream:
            stream.write(data)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """See `Store`."""
        path = self._path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path, PART) as stream:
            yield stream

    def exists(self, name: str) -> bool:
        """See `Store`."""
        return (self._path / name).exists()

    def names(self, folder: str) -> list[str]:
        """See `Store`."""
        try:
            return sorted(entry.name for entry in os.scandir(self._path / folder) if entry.is_file())
        except FileNotFoundError:
            return []

    def move(self, old: str, new: str) -> None:
        """See `Store`."""
        target = self._path / new
        target.parent.mkdir(parents=True, exist_ok=True)
        (self._path / old).replace(target)

    def remove(self, name: str) -> None:
        """See `Store`."""
        import shutil

        path = self._path / name
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink(missing_ok=True)


class Remote:
    """What a URL names, by fsspec."""

    def __init__(self, url: str) -> None:
        self.root = url
        self._files, self._base = _filesystem(url)

    def _at(self, name: str) -> str:
        return f"{self._base.rstrip('/')}/{name}" if name else self._base

    def read(self, name: str) -> bytes | None:
        """See `Store`."""
        try:
            return bytes(self._files.cat_file(self._at(name)))
        except FileNotFoundError:
            return None

    def open(self, name: str) -> BinaryIO:
        """See `Store`."""
        return cast(BinaryIO, self._files.open(self._at(name), "rb"))

    def write(self, name: str, data: bytes) -> None:
        """See `Store`."""
        with self.writing(name) as stream:
            stream.write(data)

    @contextmanager
    def writing(self, name: str) -> Iterator[BinaryIO]:
        """See `Store`."""
        path = self._at(name)
        folder, _, last = path.rpartition("/")
        self._files.makedirs(folder, exist_ok=True)
        part = f"{folder}/.{last}.{uuid.uuid4().hex}{PART}"
        try:
            with self._files.open(part, "wb") as stream:
                yield stream
            self._files.mv(part, path)
        except BaseException:
            if self._files.exists(part):
                self._files.rm(part)
            raise

    def exists(self, name: str) -> bool:
        """See `Store`."""
        self._files.invalidate_cache()
        return bool(self._files.exists(self._at(name)))

    def names(self, folder: str) -> list[str]:
        """See `Store`."""
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._at(folder), detail=True)
        except FileNotFoundError:
            return []
        return sorted(str(one["name"]).rpartition("/")[2] for one in found if one["type"] == "file")

    def move(self, old: str, new: str) -> None:
        """See `Store`."""
        self._files.makedirs(self._at(new).rpartition("/")[0], exist_ok=True)
        self._files.mv(self._at(old), self._at(new))

    def remove(self, name: str) -> None:
        """See `Store`."""
        if self._files.exists(self._at(name)):
            self._files.rm(self._at(name), recursive=True)


def store_of(root: str) -> Store:
    """The store of an output folder or URL. Raises UsageError where fsspec or a driver is missing."""
    return Remote(root) if is_url(root) else Local(root)


def open_input(path: str) -> BinaryIO:
    """An input to read from, by path or URL. Raises OSError."""
    if not is_url(path):
        return open(path, "rb")
    files, name = _filesystem(path)
    return cast(BinaryIO, files.open(name, "rb"))


def _filesystem(url: str) -> tuple[Any, str]:
    fsspec = need("fsspec", f"{url.partition('://')[0]}://")
    try:
        files, name = fsspec.core.url_to_fs(url)
    except (ImportError, ValueError) as error:
        raise UsageError(f"{url}: {error}") from None
    return files, str(name)


def remote_files(url: str) -> Iterator[tuple[str, int]]:
    """URL and size of each file below a URL (or matching it), sorted."""
    files, name = _filesystem(url)
    if any(sign in name for sign in "*?["):
        found = files.glob(name, detail=True)
    else:
        info = files.info(name)
        found = {name: info} if info["type"] == "file" else files.find(name, detail=True)
    for path in sorted(found):
        if found[path]["type"] == "file":
            yield str(files.unstrip_protocol(path)), int(found[path].get("size") or 0)
