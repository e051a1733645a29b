"""Build the wheel and the source archive, and see that each installs and runs where nothing else is.

    check_release.py [--python python3.12]…     default: every python3.11 to python3.14 that runs here

For each interpreter a new virtual environment gets the pure wheel alone (then, for the first, the source archive alone,
which compiles modules where it can), extracts the articles of corpus/ and must write the same bytes everywhere. What is
installed then is looked over: licences must be permissive, and known vulnerabilities (by pip-audit, where its service
can be reached) are errors.
"""

from __future__ import annotations

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).resolve().parent.parent
MINORS: Final = (11, 12, 13, 14)
PERMISSIVE: Final = (
    "MIT", "MIT License", "Apache-2.0", "Apache 2.0", "Apache Software License", "BSD-2-Clause", "BSD-3-Clause",
    "BSD License", "PSF-2.0",
)  # fmt: skip
NO_SERVICE: Final = ("ConnectionError", "Max retries", "Failed to establish", "Connection refused", "ServiceError")


def run(command: Sequence[str | Path], *, cwd: Path | None = None, **env: str) -> str:
    """Standard output of a command; SystemExit with all it printed when it fails."""
    done = subprocess.run(
        [str(c) for c in command],
        cwd=cwd,
        env={**os.environ, **env},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise SystemExit(f"failed: {' '.join(map(str, command))}\n{done.stdout}{done.stderr}")
    return done.stdout


def interpreters() -> list[str]:
    """The interpreters that this machine can run, as commands."""
    found = []
    for minor in MINORS:
        for name in (f"python3.{minor}", *_pyenv(minor)):
            path = shutil.which(name)
            if (
                path
                and subprocess.run([path, "-c", "import venv, ensurepip"], capture_output=True, check=False).returncode
                == 0
            ):
                found.append(path)
                break
    return found


def _pyenv(minor: int) -> list[str]:
    """Interpreters that pyenv keeps but has not put on the path."""
    root = Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv"))
    return [str(path) for path in sorted(root.glob(f"versions/3.{minor}.*/bin/python"))]


def installed(python: str, package: Path, folder: Path) -> Path:
    """A new environment that holds the package and what it needs; its `python`."""
    run([python, "-m", "venv", folder])
    inside = folder / "bin" / "python"
    run([inside, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package])
    return inside


def documents(python: Path, folder: Path) -> dict[str, bytes]:
    """What the installed package makes of the corpus."""
    run([python.parent / "zhextract", "extract", ROOT / "corpus", "-o", folder], cwd=folder.parent)
    return {path.name: path.read_bytes() for path in sorted(folder.glob("*.json"))}


def check_licences(tools: Path, python: Path) -> None:
    """SystemExit when something that is installed with the package has a licence that is not permissive."""
    ours = ["pip", "setuptools", "wheel"]
    allowed = ";".join(PERMISSIVE)
    command = [
        tools.parent / "pip-licenses",
        f"--python={python}",
        f"--allow-only={allowed}",
        "--ignore-packages",
        *ours,
    ]
    sys.stdout.write(run(command))


def check_vulnerabilities(tools: Path, python: Path) -> None:
    """SystemExit for a known vulnerability; a message where the service that knows can't be reached."""
    names = run([python, "-m", "pip", "freeze", "--exclude", "zhextract", "--disable-pip-version-check"])
    listed = python.parent / "frozen.txt"
    listed.write_text(names, encoding="utf-8")
    command = [
        str(tools.parent / "pip-audit"),
        "-r",
        str(listed),
        "--no-deps",
        "--disable-pip",
        "--progress-spinner=off",
    ]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", check=False)
    told = done.stdout + done.stderr
    if done.returncode and any(sign in told for sign in NO_SERVICE):
        sys.stdout.write("skipped: pip-audit can't reach its service\n")
    elif done.returncode:
        raise SystemExit(f"pip-audit:\n{told}")
    else:
        sys.stdout.write(told)


def main() -> int:
    """Check everything; the exit code is 0, or SystemExit tells what failed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", action="append", metavar="COMMAND")
    args = parser.parse_args()
    pythons = args.python or interpreters()
    if not pythons:
        raise SystemExit("no python3.11 or later with venv was found; name one by --python")
    with tempfile.TemporaryDirectory() as scratch:
        here = Path(scratch)
        run([pythons[0], "-m", "venv", here / "tools"])
        tools = here / "tools" / "bin" / "python"
        run([tools, "-m", "pip", "install", "--quiet", "build", "pip-audit", "pip-licenses"])
        # A wheel of pure Python for all; the source archive compiles what it can where it is installed.
        run([tools, "-m", "build", "--outdir", here / "dist", ROOT], ZHEXTRACT_PURE="1")
        (wheel,), (archive,) = (here / "dist").glob("*.whl"), (here / "dist").glob("*.tar.gz")
        sys.stdout.write(f"built {wheel.name} ({wheel.stat().st_size:,} bytes), {archive.name}\n")
        first: dict[str, bytes] = {}
        for number, python in enumerate(pythons):
            for package in (wheel, archive) if number == 0 else (wheel,):
                name = f"{number}-{package.suffix[1:]}"
                inside = installed(python, package, here / name)
                made = documents(inside, here / f"{name}-output")
                version = run([inside, "--version"]).strip()
                if not made or (first and made != first):
                    raise SystemExit(f"{version}, {package.name}: other documents than the first")
                first = first or made
                sys.stdout.write(
                    f"{version}: {package.name} installs and runs, {len(made)} documents, the same bytes\n"
                )
        check_licences(tools, here / "0-whl" / "bin" / "python")
        check_vulnerabilities(tools, here / "0-whl" / "bin" / "python")
    return 0


if __name__ == "__main__":
    sys.exit(main())
