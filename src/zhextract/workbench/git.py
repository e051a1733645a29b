"""What git says of a folder: its files at a revision, and which of them differ from it."""

from __future__ import annotations

import io
import subprocess
import tarfile
from pathlib import Path

from ..errors import UsageError


def run(folder: Path, *args: str) -> bytes:
    """The output of a git command in a folder. Raises UsageError with what git said."""
    try:
        done = subprocess.run(["git", "-C", str(folder), *args], capture_output=True, check=False)
    except OSError as fault:
        raise UsageError(f"git can't be run: {fault.strerror or fault}") from None
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise UsageError(f"git {args[0]} in {folder}: {said[0] if said else f'exit code {done.returncode}'}")
    return done.stdout


def changed(folder: Path, revision: str) -> list[str]:
    """The files below a folder that differ from a revision, new ones included; paths from the folder on."""
    check(folder, revision)
    differ = run(folder, "diff", "--name-only", "--no-renames", "-z", "--relative", revision, "--", ".")
    new = run(folder, "ls-files", "--others", "--exclude-standard", "-z", "--", ".")
    return sorted({name.decode() for name in (differ + new).split(b"\0") if name})


def content(folder: Path, revision: str, name: str) -> bytes | None:
    """A file as it was at a revision; None when it was not there."""
    prefix = run(folder, "rev-parse", "--show-prefix").decode().rstrip("\n")
    listed = run(folder, "ls-tree", "-z", "--full-tree", revision, "--", prefix + name)
    return run(folder, "cat-file", "blob", f"{revision}:{prefix}{name}") if listed else None


def check(folder: Path, revision: str) -> None:
    """Raises UsageError when there is no such revision."""
    if revision.startswith("-"):
        raise UsageError(f"no revision: {revision!r}")
    try:
        run(folder, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    except UsageError:
        raise UsageError(f"{folder}: git knows no revision {revision!r} there") from None


def export(folder: Path, revision: str, target: Path) -> None:
    """Write a folder as it was at a revision into another. Raises UsageError."""
    check(folder, revision)
    tree = run(folder, "rev-parse", "--show-prefix").decode().rstrip("\n").rstrip("/")
    top = Path(run(folder, "rev-parse", "--show-toplevel").decode().rstrip("\n"))
    if tree and not run(top, "ls-tree", "--name-only", revision, "--", tree):
        raise UsageError(f"{folder} is not in revision {revision}")
    data = run(top, "archive", "--format=tar", f"{revision}:{tree}" if tree else revision)
    with tarfile.open(fileobj=io.BytesIO(data)) as archive:
        # Python before 3.11.4 has no filters; git itself puts no path into an archive that leads out of it.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(target)
