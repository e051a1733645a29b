"""What the tests of the workbench share: rule folders in miniature and the command line in this process."""

from __future__ import annotations

import subprocess
from pathlib import Path

UNITS = """\
rules:
- id: mine.mu
  doc: Fields by the old measure.
  pattern: "{lead}? < {value:number} 石田 > {tail}?"
  anchor: value
  emit: {type: quantity, kind: area, unit: "[石田]", mod: "{before.mod|round.mod|after.mod}"}
  examples:
  - 开垦<12石田>: {value: 12, unit: "[石田]"}
  - 共<3石田>以上: {value: 3, mod: EQUAL_OR_MORE}
  not:
  - 石田先生来访
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    """Files in a folder, which is returned."""
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def git(folder: Path, *args: str) -> None:
    """A git command in a folder, as nobody in particular."""
    who = ["-c", "user.name=t", "-c", "user.email=t@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", "-C", str(folder), *who, *args], check=True, capture_output=True)


def committed(folder: Path) -> Path:
    """The folder as a git repository with all it holds committed."""
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-qm", "first")
    return folder
