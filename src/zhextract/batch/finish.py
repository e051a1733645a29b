"""The end of a run: lists put together, data files moved to their place, the manifest written. Can be done again."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from importlib import metadata
from typing import Any, Final

import msgspec

from ..rows import VERSION
from .job import DONE, JOB, KEYS, MANIFEST, SHARDS, TABLE_NAMES, WORK, Job, data_file, key_file
from .reuse import Changes
from .store import PART, Store
from .work import Done, load_done

__all__ = ["FAILED", "TWINS", "Total", "finish", "sweep"]

FAILED: Final = "failed.jsonl"
TWINS: Final = "duplicates.jsonl"
ENDING: Final = f"{WORK}/ending"
"""That all shards are done, and files begin to move: from here on a run is only ended, nothing is worked off."""


class Total(msgspec.Struct):
    """What a run came to."""

    shards: int = 0
    articles: int = 0
    documents: int = 0
    reused: int = 0
    characters: int = 0
    failed: int = 0
    twins: int = 0
    again: bool = False
    rows: dict[str, int] = {}
    reasons: dict[str, int] = {}
    changes: Changes | None = None


def finish(store: Store, job: Job, shards: int) -> Total:
    """Make the output of the shards, all of which are done. A run that dies here is ended by the next one."""
    sweep(store, job)
    total = _total(store, job, shards)
    store.write(ENDING, b"")
    last = _last(store, job)
    if job.stage:
        for number in range(shards):
            for name in _files(job, number):
                if store.exists(f"{job.stage}/{name}"):
                    store.move(f"{job.stage}/{name}", name)
    for number in range(shards, last):
        for name in _files(job, number):
            store.remove(name)
    _copy(store, FAILED, f"{WORK}/{FAILED}", total.failed > 0)
    _copy(store, TWINS, f"{WORK}/{TWINS}", total.twins > 0)
    _copy(store, SHARDS, f"{WORK}/{SHARDS}", True)
    store.write(MANIFEST, msgspec.json.format(msgspec.json.encode(_manifest(job, total)), indent=2) + b"\n")
    store.remove(f"{WORK}/{JOB}")  # first: without it the folder is rubbish, and known as such
    store.remove(WORK)
    return total


def sweep(store: Store, job: Job) -> None:
    """Take away what workers that died had not written to the end."""
    folders = ["", WORK, f"{WORK}/{DONE}"]
    for prefix in {"", f"{job.stage}/" if job.stage else ""}:
        folders += [f"{prefix}{name}" for name in (*TABLE_NAMES[job.format], KEYS)]
    for folder in folders:
        for name in store.names(folder):
            if name.startswith(".") and name.endswith(PART):
                store.remove(f"{folder}/{name}" if folder else name)


def _files(job: Job, number: int) -> Iterator[str]:
    for name in TABLE_NAMES[job.format]:
        yield data_file(name, number, job.format)
    yield key_file(number)


def _last(store: Store, job: Job) -> int:
    """How many shards the last output has."""
    return 1 + max((int(name.removeprefix("part-")) for name in store.names(KEYS) if name[0] != "."), default=-1)


def _copy(store: Store, name: str, source: str, wanted: bool) -> None:
    if wanted and store.exists(source):
        store.move(source, name)
    elif not wanted:
        store.remove(name)


def _total(store: Store, job: Job, shards: int) -> Total:
    """The sums over all shards, and the lists, in the order of shards."""
    total = Total(shards=shards, rows=dict.fromkeys(TABLE_NAMES[job.format], 0))
    reasons: Counter[str] = Counter()
    with (
        store.writing(f"{WORK}/{FAILED}") as failed,
        store.writing(f"{WORK}/{TWINS}") as twins,
        store.writing(f"{WORK}/{SHARDS}") as listed,
    ):
        for number in range(shards):
            done = load_done(store, number) or Done(number)
            for failure in done.failed:
                failed.write(msgspec.json.encode(failure) + b"\n")
                reasons[_class(failure.reason)] += 1
            for twin in done.twins:
                twins.write(msgspec.json.encode(twin) + b"\n")
            line = {"shard": number, "documents": done.documents, "inputs": done.inputs}
            listed.write(msgspec.json.encode(line) + b"\n")
            total.articles += done.articles
            total.documents += done.documents
            total.reused += done.reused
            total.characters += done.characters
            total.failed += len(done.failed)
            total.twins += len(done.twins)
            total.again |= done.again
            for name, count in done.rows.items():
                total.rows[name] += count
            if done.changes is not None:
                total.changes = total.changes or Changes()
                total.changes.add(done.changes)
    total.reasons = dict(sorted(reasons.items()))
    return total


def _class(reason: str) -> str:
    """A reason without what is particular about it: the manifest counts kinds."""
    return reason.partition(":")[0].partition(" at byte")[0].partition(" in column")[0]


def _manifest(job: Job, total: Total) -> dict[str, Any]:
    """Nothing here tells when or how often a run was made, or by how many: equal runs have equal manifests."""
    settings = msgspec.to_builtins(job.settings)
    return {
        "schema": "zhextract-batch/1",
        "tables": VERSION,
        "versions": {name: _version(name) for name in ("zhextract", "pyarrow", "zstandard")},
        "rules": job.digest,
        "settings": settings,
        "options": msgspec.to_builtins(job.options) | {"seconds": job.seconds, "dedupe": job.dedupe},
        "format": job.format,
        "shards": total.shards,
        "articles": total.articles,
        "documents": total.documents,
        "duplicates": total.twins,
        "characters": total.characters,
        "rows": total.rows,
        "failed": total.failed,
        "failures": total.reasons,
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None
