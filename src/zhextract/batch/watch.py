"""How far a run is: a bar on a terminal, lines elsewhere, and a file for Prometheus."""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from ..extras import need
from .work import Done

__all__ = ["Watch"]

PACE: Final = 10.0
"""Seconds between two lines."""
METRICS: Final = (
    ("articles", "articles read"),
    ("documents", "documents written"),
    ("failed", "articles that failed"),
    ("duplicates", "articles passed over as duplicates"),
    ("reused", "documents kept from the run before"),
    ("characters", "code points of the documents"),
    ("shards", "shards done"),
    ("deaths", "workers that died"),
)


class Watch:
    """Told of each shard that is done."""

    def __init__(self, say: Callable[[str], None], metrics: str | None = None, pace: float = PACE) -> None:
        self._say = say
        self._metrics = metrics
        self._pace = pace
        self._bar: Any = None
        self._task: Any = None
        self.counts = dict.fromkeys((name for name, _ in METRICS), 0)
        self._total = self._weight = self._done = self._before = 0
        self._began = self._told = self._wrote = time.monotonic()

    def start(self, what: str, shards: int, weight: int, before: int) -> None:
        """A stretch of work begins: so many shards, of which `before` are done, so much weight left."""
        self.stop()
        self._total, self._weight, self._done = shards, max(weight, 1), 0
        self.counts["shards"] = before
        self._before = self.counts["documents"]
        self._began = self._told = time.monotonic()
        if sys.stderr.isatty():
            need("rich", "a batch")
            progress: Any = need("rich.progress", "a batch")
            console: Any = need("rich.console", "a batch")
            self._bar = progress.Progress(
                progress.TextColumn("{task.description}"), progress.BarColumn(), progress.TaskProgressColumn(),
                progress.TextColumn("{task.fields[told]}"), progress.TimeRemainingColumn(),
                console=console.Console(stderr=True), transient=True,
            )  # fmt: skip
            self._bar.start()
            self._task = self._bar.add_task(what, total=self._weight, told="")
        else:
            kept = f", {before:,} of them done before" if before else ""
            self._say(f"{what}: {shards:,} shards{kept}")

    def done(self, weight: int, done: Done | None, deaths: int) -> None:
        """A shard is done."""
        self._done += weight
        counts = self.counts
        counts["shards"] += 1
        counts["deaths"] = deaths
        if done is not None:
            counts["articles"] += done.articles
            counts["documents"] += done.documents
            counts["failed"] += len(done.failed)
            counts["duplicates"] += len(done.twins)
            counts["reused"] += done.reused
            counts["characters"] += done.characters
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(self._task, completed=self._done, told=self._line(now))
        elif now - self._told >= self._pace:
            self._told = now
            left = (now - self._began) * (self._weight - self._done) / max(self._done, 1)
            share = self._done / self._weight
            self._say(f"{share:4.0%} {self.counts['shards']:,} of {self._total:,} shards, {self._line(now)}, "
                      f"{_clock(left)} left")  # fmt: skip
        if self._metrics and now - self._wrote >= 1:
            self._wrote = now
            self.write_metrics()

    def _line(self, now: float) -> str:
        counts = self.counts
        rate = (counts["documents"] - self._before) / max(now - self._began, 0.001)
        failed = f", {counts['failed']:,} failed" if counts["failed"] else ""
        died = f", {counts['deaths']:,} workers died" if counts["deaths"] else ""
        return f"{counts['documents']:,} documents, {rate:,.0f} a second{failed}{died}"

    def stop(self) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None

    def write_metrics(self, finished: bool = False) -> None:
        """The counts as Prometheus reads them, in a file that is always complete."""
        if not self._metrics:
            return
        lines = []
        for name, meaning in METRICS:
            full = f"zhextract_batch_{name}_total"
            lines += [f"# HELP {full} {meaning}", f"# TYPE {full} counter", f"{full} {self.counts[name]}"]
        for name, meaning, value in (
            ("shards", "shards of the run", self._total),
            ("progress_ratio", "share of the work that is done", round(min(self._done / max(self._weight, 1), 1.0), 4)),
            ("finished", "1 when the run is complete", int(finished)),
        ):
            lines += [f"# HELP zhextract_batch_{name} {meaning}", f"# TYPE zhextract_batch_{name} gauge"]
            lines.append(f"zhextract_batch_{name} {value}")
        path = Path(self._metrics)
        part = path.with_name(f".{path.name}.{os.getpid()}.part")
        part.write_text("\n".join(lines) + "\n", encoding="utf-8")
        part.replace(path)


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600}:{whole // 60 % 60:02}:{whole % 60:02}"
