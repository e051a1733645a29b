"""Work spread over processes that inherit what is loaded, where the system can fork; else done in this one."""

from __future__ import annotations

import multiprocessing
import os
from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

_LEAST = 64
"""Fewer items than this are not worth a second process."""
_job: tuple[Callable[[Any], Any], Sequence[Any]] | None = None


def processors() -> int:
    """How many processes the machine can run at once."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def spread(work: Callable[[Item], Result], items: Sequence[Item], jobs: int, least: int = _LEAST) -> Iterator[Result]:
    """The results in the order of the items. Errors of `work` are raised here; `work` itself need not pickle."""
    global _job  # what a forked process inherits  # noqa: PLW0603
    if jobs < 2 or len(items) < least or "fork" not in multiprocessing.get_all_start_methods():
        yield from map(work, items)
        return
    size = max(1, min(50, len(items) // (jobs * 4)))
    _job = work, items
    try:
        with multiprocessing.get_context("fork").Pool(jobs) as pool:
            starts = range(0, len(items), size)
            for part in pool.imap(_run, [(start, min(start + size, len(items))) for start in starts]):
                yield from part
    finally:
        _job = None


def _run(span: tuple[int, int]) -> list[Any]:
    assert _job is not None
    work, items = _job
    return [work(items[i]) for i in range(*span)]
