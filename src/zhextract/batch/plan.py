"""Inputs to shards: the same inputs give the same shards, however many workers there are. The plan lies on disk."""

from __future__ import annotations

import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing
from typing import Final

import msgspec

from ..errors import UsageError
from .inputs import Failure, Piece, cut, walk
from .job import JOB, KEYS, MANIFEST, PLAN, SHARDS, WORK, Job, Shard
from .store import PART, Store, is_url

__all__ = ["Plan", "make_plan"]

PIECES: Final = 4096
"""Files that one shard may have."""
_STEPS, _SAME = 16, 4
"""In how many steps shards grow to their full weight, and how many are of one step."""
_GROWTH: Final = {".gz": 4, ".bz2": 5, ".xz": 5, ".zst": 4}
_SHARE: Final = {"html": 0.2, "docx": 0.2, "pdf": 0.2, "parquet": 3.0, "tar": 1.0}


def _weight(piece: Piece) -> int:
    """Bytes of text that a piece may hold, more or less; a file costs something even when it is empty."""
    return int(piece.size * _GROWTH.get(piece.packing, 1) * _SHARE.get(piece.kind, 1.0)) + 200


class Plan:
    """The shards of a run, on disk; in memory there is only where each lies and what it weighs."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.places: list[tuple[int, int]] = []
        self.weights: list[int] = []
        with store.open(f"{WORK}/{PLAN}") as stream:
            at = 0
            for line in stream:
                # The weight stands at the front, so that no line need be read whole here.
                self.weights.append(int(line[: line.index(b"\t")]))
                self.places.append((at, len(line)))
                at += len(line)

    def __len__(self) -> int:
        return len(self.places)

    def __getitem__(self, number: int) -> Shard:
        at, length = self.places[number]
        with self._store.open(f"{WORK}/{PLAN}") as stream:
            stream.seek(at)
            line = stream.read(length)
        return msgspec.json.decode(line[line.index(b"\t") + 1 :], type=Shard)

    def heaviest_first(self) -> list[int]:
        """The order in which shards are given out: the last ones are small, so that all workers end together."""
        return sorted(range(len(self)), key=lambda number: (-self.weights[number], number))


def make_plan(store: Store, job: Job) -> None:
    """Cut the inputs of a job into shards and write them down; the job last, since with it the run begins.

    Raises UsageError when there are no inputs at all.
    """
    store.remove(WORK)
    if not store.exists(MANIFEST):
        # What a run left that was given up. With a manifest the data files are those of the last run.
        for folder in ("documents", "mentions", "entities", "facts", KEYS):
            store.remove(folder)
    with _Before(store if job.reuse or job.compare else None) as before:
        count = 0
        with store.writing(f"{WORK}/{PLAN}") as out:
            for shard in _shards(job):
                shard = msgspec.structs.replace(shard, old=before.shards(shard.pieces))
                out.write(f"{shard.weight}\t".encode() + msgspec.json.encode(shard) + b"\n")
                count += 1
    if not count:
        raise UsageError("no inputs")
    store.write(f"{WORK}/{JOB}", msgspec.json.encode(job))


def size_of(number: int, size: int) -> int:
    """How much a shard may weigh: the first ones less, by steps, so that there are small ones to be given out last.

    >>> [size_of(number, 800) for number in (0, 3, 4, 59, 60, 10**6)]
    [50, 50, 100, 750, 800, 800]
    """
    return max(1, min(size, size * (number // _SAME + 1) // _STEPS))


def _shards(job: Job) -> Iterator[Shard]:
    number = weight = 0
    pieces: list[Piece] = []
    failures: list[Failure] = []
    without = "" if is_url(job.output) else job.output

    def size() -> int:
        return size_of(number, job.shard_size)

    def shard() -> Shard:
        return Shard(number, weight, tuple(pieces), failures=tuple(failures))

    for found in walk(job.inputs, without):
        for piece in [found] if isinstance(found, Failure) else cut(found, size):
            if isinstance(piece, Failure):
                failures.append(piece)
                continue
            if pieces and (weight + _weight(piece) > size() or len(pieces) == PIECES):
                yield shard()
                number, weight, pieces, failures = number + 1, 0, [], []
            pieces.append(piece)
            weight += _weight(piece)
    if pieces or failures:
        yield shard()


class _Before:
    """Which shards of the last output hold articles of an input: in a table on disk, inputs may be many."""

    def __init__(self, store: Store | None) -> None:
        self._store = store

    def __enter__(self) -> _Before:
        if self._store is not None:
            self._file = tempfile.NamedTemporaryFile(suffix=PART)
            self._base = sqlite3.connect(self._file.name)
            self._base.execute("CREATE TABLE t (place TEXT, shard INTEGER)")
            with closing(self._store.open(SHARDS)) as stream:
                for line in stream:
                    one = msgspec.json.decode(line)
                    self._base.executemany("INSERT INTO t VALUES (?, ?)", [(p, one["shard"]) for p in one["inputs"]])
            self._base.execute("CREATE INDEX i ON t (place)")
        return self

    def __exit__(self, *error: object) -> None:
        if self._store is not None:
            self._base.close()
            self._file.close()

    def shards(self, pieces: tuple[Piece, ...]) -> tuple[int, ...]:
        """The old shards of some new pieces."""
        if self._store is None:
            return ()
        found: set[int] = set()
        for place in {piece.place for piece in pieces}:
            rows = self._base.execute("SELECT shard FROM t WHERE place = ?", (place,))
            found.update(number for (number,) in rows)
        return tuple(sorted(found))
