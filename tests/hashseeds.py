"""Runs of a program under several hash seeds: what must not depend on the order of sets."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import zhextract

SEEDS = ("0", "1", "4242")


def outputs(code: str, *args: str, stdin: str = "") -> set[bytes]:
    """What `python -c code args` prints, under each seed, with this package on its path."""
    source = str(Path(zhextract.__file__).parent.parent)
    seen = set()
    for seed in SEEDS:
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": source}
        call = [sys.executable, "-c", code, *args]
        seen.add(subprocess.run(call, input=stdin.encode(), capture_output=True, check=True, env=env).stdout)
    return seen
