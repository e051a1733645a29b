"""Regexes whose compiled code is kept, so that a start need not compile them anew.

A rule set has some six hundred regexes; to compile those that a first article needs would take as long as all else of a
start. What the compiler of `re` makes of a regex is a list of numbers, from which the object that matches is made at
once. `packed` tells these lists for a file beside the pack of rules; `compile` takes them from there by the source of a
regex, so that after a change of rules all others are still found.

The lists hold for the Python that made them and no other. With another one, without the file, and for a regex that is
not in it, `re` compiles as ever: the result is the same, only later.
"""

from __future__ import annotations

import _sre  # type: ignore[import-not-found]
import hashlib
import re
import sys
import zlib
from array import array
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import msgspec

KEPT: Final = Path(__file__).resolve().parent / "_regexes.msgpack"

_PYTHON: Final = f"{sys.implementation.name} {sys.version} {sys.byteorder} {_sre.MAGIC} {_sre.CODESIZE}"
_CODE: Final = "I"  # the type of array whose items are of the size of a number of the code


class _Code(msgspec.Struct, frozen=True, array_like=True):
    """What one regex was compiled to. `numbers`: an array of them, packed by zlib."""

    flags: int
    groups: int
    names: dict[str, int]
    numbers: bytes


class _Kept(msgspec.Struct, frozen=True):
    """The file: codes by the key of a regex, and the Python they are for."""

    python: str
    codes: dict[bytes, _Code]


_ready: dict[bytes, _Code] | None = None  # read when the first regex is compiled; never changed after that
_asked: list[dict[tuple[str, int], None]] = []  # who wants to know which regexes there are


def compile(source: str, flags: int = 0) -> re.Pattern[str]:
    """As `re.compile`, sooner where the code of the regex is kept. Raises re.error."""
    global _ready  # what is in the file, as `re` itself keeps a cache  # noqa: PLW0603
    foresee(source, flags)
    if _ready is None:
        _ready = _read(KEPT)
    kept = _ready.get(_key(source, flags)) if _ready else None
    made = None if kept is None else _made(source, kept)
    return re.compile(source, flags) if made is None else made


def foresee(source: str, flags: int = 0) -> None:
    """Tell whoever keeps codes of a regex that may be compiled later."""
    for asked in _asked:
        asked[source, flags] = None


@contextmanager
def watched() -> Iterator[dict[tuple[str, int], None]]:
    """The regexes, as source and flags, that are compiled or foreseen meanwhile."""
    found: dict[tuple[str, int], None] = {}
    _asked.append(found)
    try:
        yield found
    finally:
        _asked[:] = [other for other in _asked if other is not found]


def packed(wanted: Iterable[tuple[str, int]]) -> bytes:
    """The file for some regexes; one that this Python cannot tell the code of is left out."""
    codes = {_key(source, flags): code for source, flags in wanted if (code := _compiled(source, flags)) is not None}
    return msgspec.msgpack.encode(_Kept(_PYTHON, codes))


def _key(source: str, flags: int) -> bytes:
    return hashlib.blake2b(f"{flags} {source}".encode("utf-8", "surrogatepass"), digest_size=16).digest()


def _read(path: Path) -> dict[bytes, _Code]:
    try:
        kept = msgspec.msgpack.decode(path.read_bytes(), type=_Kept)
    except (OSError, msgspec.DecodeError):
        return {}
    return kept.codes if kept.python == _PYTHON and array(_CODE).itemsize == _sre.CODESIZE else {}


def _made(source: str, kept: _Code) -> re.Pattern[str] | None:
    """The regex; None where the code is refused, which `_sre` looks through before it takes it."""
    try:
        numbers = array(_CODE)
        numbers.frombytes(zlib.decompress(kept.numbers))
        names: list[str | None] = [None] * (kept.groups + 1)
        for name, group in kept.names.items():
            names[group] = name
        made: re.Pattern[str] = _sre.compile(
            source, kept.flags, numbers.tolist(), kept.groups, kept.names, tuple(names)
        )
    except (zlib.error, RuntimeError, TypeError, ValueError, OverflowError, IndexError):
        return None
    return made


def _compiled(source: str, flags: int) -> _Code | None:
    """As `re` itself goes on: parsed, then written as numbers. None where `re` is made otherwise."""
    try:
        parser: Any = re._parser  # type: ignore[attr-defined]
        compiler: Any = re._compiler  # type: ignore[attr-defined]
        tree = parser.parse(source, flags)
        numbers = array(_CODE, compiler._code(tree, flags))
        state = tree.state
        kept = _Code(flags | state.flags, state.groups - 1, dict(state.groupdict), zlib.compress(numbers.tobytes(), 9))
    except (AttributeError, TypeError, ValueError, OverflowError):
        return None
    made = _made(source, kept)
    return kept if made is not None and made == re.compile(source, flags) else None
