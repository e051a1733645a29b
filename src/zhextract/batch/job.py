"""What a run is to do, as plain data that goes to workers as JSON, and where its files lie."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import TYPE_CHECKING, Final, Literal

import msgspec

from ..rules.build import PACKAGE
from .inputs import Failure, Options, Piece

if TYPE_CHECKING:
    from ..pipeline import Extractor
    from ..segment import Engine
    from .store import Store

__all__ = [
    "FORMATS",
    "TABLE_NAMES",
    "WORK",
    "Job",
    "Settings",
    "Shard",
    "code_digest",
    "data_file",
    "key_file",
    "read_job",
]

WORK: Final = "_work"
"""The folder of a run that is not finished; readers of tables pass over names that begin so."""
PLAN, JOB, DONE, KEYS = "plan.jsonl", "job.json", "done", "_keys"
SHARDS, MANIFEST = "_shards.jsonl", "manifest.json"

FORMATS: Final = {"parquet": ".parquet", "jsonl": ".jsonl.zst"}
TABLE_NAMES: Final = {"parquet": ("documents", "mentions", "entities", "facts"), "jsonl": ("documents",)}


class Settings(msgspec.Struct, frozen=True):
    """How to extract, all that a worker needs to make the same extractor."""

    rules: tuple[str, ...] = ()
    lexicons: tuple[str, ...] = ()
    script: str | None = "t2s"
    currency: str | None = None
    segmenter: Literal["rjieba", "jieba"] = "rjieba"
    date: str | None = None

    def extractor(self) -> Extractor:
        """The extractor, made once a process."""
        return _extractor(self)

    def digest(self) -> str:
        """Changes when rules, names, options or code do that decide what is extracted; made once a process."""
        return _digest(self)


@lru_cache(maxsize=2)
def _extractor(settings: Settings) -> Extractor:
    from ..pipeline import Extractor

    segmenter: Engine = settings.segmenter
    return Extractor(
        settings.rules, script=settings.script, currency=settings.currency, segmenter=segmenter,
        lexicons=settings.lexicons,
    )  # fmt: skip


@lru_cache(maxsize=2)
def _digest(settings: Settings) -> str:
    total = hashlib.sha256(settings.extractor().digest.encode())
    for part in (settings.script, settings.currency, settings.date, code_digest()):
        total.update(f"\0{part}".encode())
    return total.hexdigest()


@lru_cache(maxsize=1)
def code_digest() -> str:
    """Of the modules that extract."""
    total = hashlib.sha256()
    for path in sorted([*PACKAGE.glob("*.py"), *PACKAGE.glob("facts/*.py")]):
        total.update(path.relative_to(PACKAGE).as_posix().encode() + path.read_bytes())
    return total.hexdigest()


class Shard(msgspec.Struct, frozen=True):
    """A worker's task: `old` are the shards of the last output that hold articles of the same inputs."""

    number: int
    weight: int
    pieces: tuple[Piece, ...]
    old: tuple[int, ...] = ()
    failures: tuple[Failure, ...] = ()  # of the plan, told with this shard


class Job(msgspec.Struct, frozen=True):
    """A run: `stage` is the folder that data are written to, below the output; `reuse`: old rows count, since nothing
    has changed that decides them; `compare`: they are what new ones are compared with; `run`: its name, which tells it
    from another in the same folder, whose workers may outlive it.
    """

    output: str
    inputs: tuple[str, ...]
    settings: Settings
    options: Options
    format: Literal["parquet", "jsonl"]
    digest: str
    shard_size: int
    seconds: float
    dedupe: bool
    stage: str = ""
    reuse: bool = False
    compare: bool = False
    run: str = ""


def read_job(store: Store) -> Job | None:
    """The job of a run that is not finished; None where there is none."""
    data = store.read(f"{WORK}/{JOB}")
    return None if data is None else msgspec.json.decode(data, type=Job)


def data_file(table: str, number: int, format: str) -> str:
    """The file of a shard's rows of a table, below the output.

    >>> data_file("facts", 7, "parquet")
    'facts/part-000007.parquet'
    """
    return f"{table}/part-{number:06}{FORMATS[format]}"


def key_file(number: int) -> str:
    """The file of a shard's keys, one a document, by which a later run knows the article."""
    return f"{KEYS}/part-{number:06}"


def shown(number: int) -> str:
    """The number of a shard as its files have it."""
    return f"{number:06}"
