"""What was done, on standard error: a progress bar while the work is long, a summary at the end."""

from __future__ import annotations

import os
import sys
import time
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from .terminal import say

if TYPE_CHECKING:
    from ..records import Document


class Report:
    """What was done, on standard error: a bar while it is a terminal and the work is long, a summary at the end."""

    PATIENCE: Final = 1.0
    """Seconds before there is a bar."""
    PACE: Final = 0.1
    """Seconds between two states of the bar."""

    def __init__(self, paths: Sequence[str]) -> None:
        self.paths = paths
        self.began = time.perf_counter()
        self.shown = self.began + self.PATIENCE - self.PACE if sys.stderr.isatty() else float("inf")
        self.total: int | None = -1
        self.drawn = False
        self.articles = self.characters = 0
        self.records: Counter[str] = Counter()

    def add(self, document: Document) -> None:
        """Count a document that was written."""
        self.articles += 1
        self.characters += document.source.chars
        self.records.update(str(type(m).__struct_config__.tag) for m in document.mentions)
        if document.facts:
            self.records["fact"] += len(document.facts)
        now = time.perf_counter()
        if now - self.shown >= self.PACE:
            self.shown = now
            self._draw(now)

    def _draw(self, now: float) -> None:
        import shutil

        if self.total == -1:
            self.total = count(self.paths)
        rate = f"{self.characters / (now - self.began):,.0f} characters a second"
        text = f"{self.articles:,} articles, {rate}"
        if self.total:
            share = min(self.articles / self.total, 1.0)
            bar = "#" * int(share * 30)
            text = f"[{bar:<30}] {share:4.0%} {self.articles:,} of {self.total:,} articles, {rate}"
        width = shutil.get_terminal_size().columns - 1
        sys.stderr.write(f"\r{text[:width]:<{width}}")
        sys.stderr.flush()
        self.drawn = True

    def clear(self) -> None:
        """Take the bar off the terminal."""
        if self.drawn:
            sys.stderr.write("\r\x1b[K")
            self.drawn = False

    def close(self, failures: int) -> None:
        """Tell what was done."""
        self.clear()
        seconds = time.perf_counter() - self.began
        rate = self.characters / seconds if seconds else 0.0
        failed = f", {failures:,} failed" if failures else ""
        say(f"{self.articles:,} articles{failed}")
        say(", ".join(f"{kind} {count:,}" for kind, count in sorted(self.records.items())) or "no records")
        say(f"{self.characters:,} characters in {seconds:.2f} s, {rate:,.0f} characters a second")


def count(paths: Sequence[str]) -> int | None:
    """How many articles there are to come, or None when that can't be told (standard input)."""
    from pathlib import Path

    from ..read import LINES_SUFFIX, article_files

    total = 0
    for path in paths:
        if path == "-":
            return None
        for file in article_files(Path(path)) if os.path.isdir(path) else [Path(path)]:
            if file.suffix.lower() != LINES_SUFFIX:
                total += 1
                continue
            try:
                with file.open("rb") as stream:
                    total += sum(1 for line in stream if line.strip())
            except OSError:
                pass  # told when its turn comes
    return total
