"""What a start finds ready: the compiled rules, and the code of their regexes.

Both lie inside the package, are made when a wheel is built or by `make`, and are never written when the package is
imported or used. Without them everything works too, but starts later.

`python -m zhextract.prepare` makes them for a checkout.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec

from . import regexes
from .errors import RuleError
from .pipeline import Extractor
from .rules.build import SHIPPED, build_pack, builtin_folder, decode
from .write import write_file


def prepare(folder: Path, rules: Sequence[Path]) -> list[Path]:
    """Write both files for some rule folders, and tell which they are; each is complete or not there.

    Raises RuleError for a mistake in a rule file.
    """
    with regexes.watched() as found:  # those that compiling rules tries, too: who edits rules waits for it
        data = msgspec.msgpack.encode(build_pack(rules), enc_hook=str)  # scalars of YAML are a kind of str
        Extractor(pack=decode(data))
    made = {SHIPPED.name: data, regexes.KEPT.name: regexes.packed(found)}
    for name, content in made.items():
        write_file(folder / name, content)
    return [folder / name for name in made]


if __name__ == "__main__":
    try:
        prepare(SHIPPED.parent, [builtin_folder()])
    except RuleError as fault:
        sys.exit(str(fault))
