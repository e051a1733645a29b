"""Streams of strangers: decompressed by piece, never whole, and only as far as is sane."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
from collections.abc import Iterator
from typing import Any, BinaryIO, Final, cast

from ..extras import need

__all__ = ["COMPRESSIONS", "Bounded", "Excess", "decompressed", "lines", "read_whole"]

COMPRESSIONS: Final = (".gz", ".bz2", ".xz", ".zst")
RATIO: Final = 200
"""How many times its size a stream may grow; text compressed by any of these grows 3 to 20 times."""
FREE: Final = 64 << 20
"""Bytes that any stream may give."""


class Excess(Exception):
    """A stream gives more than it may; the message says what."""


class Bounded(io.RawIOBase):
    """A stream that raises Excess after `limit` bytes."""

    def __init__(self, stream: BinaryIO, limit: int, what: str, under: BinaryIO) -> None:
        self._stream = stream
        self._under = under
        self._left = limit
        self._what = what

    def readable(self) -> bool:
        """It is."""
        return True

    def readinto(self, buffer: Any) -> int:
        """As of any raw stream."""
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise Excess(self._what)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        """Close what is read from, too."""
        self._stream.close()
        self._under.close()
        super().close()


def decompressed(stream: BinaryIO, suffix: str, size: int) -> BinaryIO:
    """What a compressed stream of `size` bytes holds; Excess once it is no honest text. Broken data raise OSError."""
    opened: Any
    if suffix == ".gz":
        opened = gzip.GzipFile(fileobj=stream)
    elif suffix == ".bz2":
        opened = bz2.BZ2File(stream)
    elif suffix == ".xz":
        opened = lzma.LZMAFile(stream)  # noqa: SIM115  (closed by who reads)
    else:
        zstandard = need("zstandard", "a .zst input")
        opened = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(stream, read_across_frames=True)
    limit = max(FREE, size * RATIO)
    bounded = Bounded(
        cast(BinaryIO, opened), limit, f"it grows more than {RATIO} times when it is decompressed", stream
    )
    return cast(BinaryIO, io.BufferedReader(bounded, 1 << 17))


def read_whole(stream: BinaryIO, limit: int) -> bytes:
    """All bytes. Raises Excess above `limit`."""
    data = stream.read(limit + 1)
    if len(data) > limit:
        raise Excess(too_large(limit))
    return data


def too_large(limit: int) -> str:
    """What is said of an article above the limit."""
    return f"larger than {limit:,} bytes"


def lines(stream: BinaryIO, limit: int) -> Iterator[bytes | None]:
    """The lines of a stream with their ends; None in place of one above `limit`, which is passed over by piece."""
    while line := stream.readline(limit + 1):
        if len(line) <= limit:
            yield line
            continue
        while line and not line.endswith(b"\n"):
            line = stream.readline(1 << 16)
        yield None
