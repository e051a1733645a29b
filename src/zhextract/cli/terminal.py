"""What commands write: results to standard output in UTF-8, all else to standard error; and the exit codes."""

from __future__ import annotations

import re
import sys
from typing import Final

OK, FAILED, USAGE, UNFINISHED, INTERRUPTED, BROKEN_PIPE = 0, 1, 2, 3, 130, 141

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_CELL: Final = {ord("\t"): "\\t", ord("\n"): "\\n", ord("\r"): "\\r"}


def utf8(text: str) -> str:
    """The text with lone surrogates, which no UTF-8 can hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def cell(text: str) -> str:
    """The text as one cell of a table."""
    return text.translate(_CELL)


def encoded(value: object) -> bytes:
    """A value as one line of JSON, without its end."""
    import msgspec

    return msgspec.json.encode(value)


def put(data: bytes) -> None:
    """Bytes to standard output at once, so that who reads them need not wait."""
    sys.stdout.buffer.write(data)
    sys.stdout.buffer.flush()


def show(text: str) -> None:
    """A line to standard output, in UTF-8 whatever the locale says."""
    put(utf8(text).encode() + b"\n")


def say(text: str) -> None:
    """A line to standard error; what its encoding lacks is escaped."""
    sys.stderr.write(f"{text}\n")


def save(file: str, text: str) -> None:
    """A text to a file, which is complete or as it was. Raises UsageError where it can't be written."""
    from pathlib import Path

    from ..errors import UsageError
    from ..write import write_file

    try:
        write_file(Path(file), text.encode())
    except OSError as fault:
        raise UsageError(f"{file}: can't be written: {fault.strerror or fault}") from None
