"""Rule folders to a rule pack, and where the built-in ones lie.

The pack of the built-in rules is compiled when the package is built and shipped inside it, so that starting costs no
YAML. In a checkout, rules are edited: there the shipped pack counts only while its digest fits the files, else they are
compiled in memory. Nothing is written when the package is imported or used.

The pack is written by `zhextract.prepare`.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from ..errors import RuleError
from . import pack as p

PACKAGE = Path(__file__).resolve().parent.parent
SHIPPED = PACKAGE / "_pack.msgpack"
_INSTALLED = PACKAGE / "_rules"
_CHECKOUT = PACKAGE.parent.parent / "rules"
_COMPILERS = (
    "rules/load.py", "rules/pattern.py", "rules/compile.py", "rules/pack.py", "rules/build.py", "normalize.py",
    "segment.py",
)  # fmt: skip


def builtin_folder() -> Path:
    """The folder of the built-in rules: inside the installed package, or the checkout's `rules/`."""
    return _INSTALLED if _INSTALLED.is_dir() else _CHECKOUT


def version() -> str:
    """The semantic version of the built-in rules: a major step where records of the same text change their meaning."""
    return (builtin_folder() / "VERSION").read_text(encoding="utf-8").strip()


def digest(folders: Sequence[Path], past: Mapping[Path, bytes | None] | None = None) -> str:
    """SHA-256 over names and contents of the rule files, and over the code that compiles them.

    `past`: files with another content than they have (None: not there), as they were once.
    """
    past = past or {}
    total = hashlib.sha256(p.FORMAT.encode())
    for name in _COMPILERS:
        total.update((PACKAGE / name).read_bytes())
    for folder in folders:
        for path in sorted({*folder.rglob("*"), *(path for path in past if path.is_relative_to(folder))}):
            content = past[path] if path in past else path.read_bytes() if path.suffix in (".yml", ".tsv") else None
            if content is not None:
                total.update(f"\0{path.relative_to(folder).as_posix()}\0".encode())
                total.update(content)
    return total.hexdigest()


def build_pack(folders: Sequence[Path], script: str | None = "t2s") -> p.RulePack:
    """Compile rule folders, later ones over earlier ones. Raises RuleError with file and line."""
    from .compile import compile_rules
    from .load import load

    return compile_rules(load(folders), digest(folders), stage_tables(folders, script))


def stage_tables(folders: Sequence[Path], script: str | None = "t2s") -> dict[str, Any]:
    """The tables that `normalize` and `segment` read, compiled."""
    from .. import normalize, segment

    words: dict[str, list[dict[str, str]]] = {}
    for folder in folders:
        words |= segment.load_tables(folder / "segment")  # a table replaces that of the same name
    return {
        "normalize": normalize.compile_tables(normalize.load_tables(*(f / "normalize" for f in folders)), script),
        "segment": words,
    }


def load_pack(folders: Sequence[Path] = (), script: str | None = "t2s") -> p.RulePack:
    """The pack of the built-in rules with `folders` laid over them; the shipped one where it fits."""
    pack = shipped() if not folders and script == "t2s" else None
    if pack is not None:
        return pack
    base = builtin_folder()
    if not base.is_dir():
        raise RuleError("the built-in rules are missing", file=str(base), hint="install zhextract again")
    return build_pack([base, *folders], script)


def shipped(past: Mapping[Path, bytes | None] | None = None) -> p.RulePack | None:
    """The shipped pack; None where there is none, or one that does not fit the rule files of this checkout.

    `past`: as for `digest`, for the pack of files as they were.
    """
    if not SHIPPED.is_file():
        return None
    pack = decode(SHIPPED.read_bytes())
    return pack if pack is not None and (_INSTALLED.is_dir() or pack.digest == digest([_CHECKOUT], past)) else None


def decode(data: bytes) -> p.RulePack | None:
    """A pack from its bytes; None when another version wrote them."""
    try:
        pack = msgspec.msgpack.decode(data, type=p.RulePack)
    except msgspec.DecodeError:
        return None
    return pack if pack.format == p.FORMAT else None
