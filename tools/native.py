"""The package as a wheel has it: its busiest modules compiled by mypyc, the rules compiled to a pack.

    python tools/native.py FOLDER          put it into FOLDER, to run or test it from there (PYTHONPATH=FOLDER)
    python tools/native.py FOLDER --pure   the same without compiled modules

Compiled modules give the same results as their sources, sooner. They need mypy, setuptools and a C compiler once, where
they are built; without these the package is pure Python. A checkout and an editable install never hold compiled
modules: what is built here is built from a copy of `src/`.
"""

from __future__ import annotations

import argparse
import compileall
import os
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent

MODULES: Final = (
    "edtf", "engine", "entities", "facts/cells", "facts/clauses", "facts/folding", "facts/linker", "facts/lookups",
    "facts/measured", "facts/reader", "facts/reading", "facts/spoken", "facts/statements", "facts/things",
    "facts/topics", "mentions", "names", "normalize", "numerals", "objects", "quantities", "resolve", "segment",
    "spans", "tables", "templates", "times", "units", "words",
)  # fmt: skip
"""What is compiled: all that runs for each article, but for modules of msgspec records, which mypyc cannot compile, and
`lunar`, which calls a month None that it types as text: compiled code checks types when it runs."""

GROUP: Final = "zhextract"
"""mypyc puts all the code into one more extension module, beside the package: `zhextract__mypyc`."""


def extensions(folder: Path, root: Path = ROOT) -> list[Path]:
    """Build the extension modules in an empty folder; their paths relative to it, [] where they can't be built.

    What the compilers said is in `native.log` there.
    """
    shutil.copytree(root / "src" / "zhextract", folder / "zhextract", ignore=_ignored)
    with open(folder / "native.log", "wb") as log:
        code = subprocess.call(
            [sys.executable, str(Path(__file__).resolve()), str(folder), "--build"], stdout=log, stderr=log, cwd=folder
        )
    built = [] if code else sorted({*folder.glob("*.so"), *folder.glob("*.pyd"), *_extensions_in(folder / "zhextract")})
    return [path.relative_to(folder) for path in built]


def _extensions_in(package: Path) -> list[Path]:
    return [*package.rglob("*.so"), *package.rglob("*.pyd")]


def _ignored(folder: str, names: list[str]) -> list[str]:
    """All but the sources, of subpackages too."""
    left_out = ("__pycache__", "_rules")
    return [
        name
        for name in names
        if name in left_out or not (name.endswith(("py", "typed")) or Path(folder, name).is_dir())
    ]


def _build() -> None:
    """In a process of its own, since both compilers print and change its state: compile in the working directory."""
    from mypyc.build import mypycify
    from setuptools import setup

    sources = [f"zhextract/{name}.py" for name in MODULES]
    modules = mypycify(
        ["--ignore-missing-imports", "--no-incremental", *sources], opt_level="3", debug_level="0", group_name=GROUP
    )
    setup(name="zhextract", ext_modules=modules, packages=[], script_args=["build_ext", "--inplace"])


def install(site: Path, *, compiled: bool = True) -> bool:
    """Put the package as a wheel has it into a folder. Whether modules were compiled."""
    package = site / "zhextract"
    work = site.with_name(f"{site.name}.build")
    for folder in (site, work):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
    try:
        built = extensions(work) if compiled else []
        shutil.copytree(ROOT / "src" / "zhextract", package, ignore=_ignored)
        for path in built:
            shutil.copyfile(work / path, site / path)
    finally:
        shutil.rmtree(work, ignore_errors=True)
    shutil.copytree(ROOT / "rules", package / "_rules")
    command = [sys.executable, "-m", "zhextract.prepare"]
    subprocess.run(command, check=True, env={**os.environ, "PYTHONPATH": str(site)})
    compileall.compile_dir(package, quiet=1)
    return bool(built)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, metavar="FOLDER", help="where to put it; what is there is replaced")
    parser.add_argument("--pure", action="store_true", help="compile no modules")
    parser.add_argument("--build", action="store_true", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.build:
        _build()
        return 0
    compiled = install(args.folder.resolve(), compiled=not args.pure)
    print(f"{args.folder}: {'compiled' if compiled else 'pure Python'}")
    return 0 if compiled or args.pure else 1


if __name__ == "__main__":
    sys.exit(main())
