"""One shard to one set of files, by one worker: read, extract, write, and last of all the note that it is done.

The same shard gives the same bytes, whoever works it off and how often, and whatever was left by one who died.
"""

from __future__ import annotations

import hashlib
import re
from typing import Final, NamedTuple

import msgspec

from ..read import Article
from ..records import Document
from .deadline import Deadline, Late
from .inputs import Failure, Item, Loaded, read
from .job import DONE, WORK, Job, Shard, read_job, shown
from .reuse import Changes, Kept, Old
from .store import Store, store_of
from .trouble import GivenUp
from .twins import hash_file, twin_file
from .write import ShardWriter

__all__ = ["Done", "Fail", "done_file", "hash_shard", "load_done", "run_shard"]

BITS: Final = 32
"""A document's number is its shard's, shifted by this, and its place there."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
SUSPECTS: Final = f"{WORK}/at"
TRIES: Final = 2
"""How many workers an article may cost before it is passed over."""


class Fail(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of failed.jsonl."""

    place: str
    reason: str
    line: int | None = None


class Twin(msgspec.Struct, frozen=True, omit_defaults=True):
    """A line of duplicates.jsonl: an article that was passed over, since an earlier one has the same text."""

    place: str
    article: str
    same_as: str


class Done(msgspec.Struct):
    """What became of a shard. `again`: some of its failures may go away in another run."""

    shard: int
    articles: int = 0
    documents: int = 0
    reused: int = 0
    characters: int = 0
    rows: dict[str, int] = {}
    failed: list[Fail] = []
    twins: list[Twin] = []
    inputs: list[str] = []
    again: bool = False
    changes: Changes | None = None


def done_file(number: int) -> str:
    """Where the note lies that a shard is done."""
    return f"{WORK}/{DONE}/{shown(number)}.json"


def suspect_file(number: int) -> str:
    """Where the article is noted that may have cost a worker its life."""
    return f"{SUSPECTS}/{shown(number)}.json"


def load_done(store: Store, number: int) -> Done | None:
    """The note; None when the shard is not done."""
    data = store.read(done_file(number))
    return None if data is None else msgspec.json.decode(data, type=Done)


def content_hash(text: str) -> bytes:
    """What two articles share that say the same: 16 bytes."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest()[:16]


def _key(article: Article, author: str | None) -> str:
    """What decides the rows of an article, besides rules and options."""
    a = article
    parts = "\0".join(f"{part}" for part in (a.id, a.name, a.encoding, a.sha256, a.published, author))
    head = hashlib.sha256(parts.encode("utf-8", "surrogatepass"))
    head.update(a.text.encode("utf-8", "surrogatepass"))
    return head.hexdigest()[:32]


def run_shard(job: Job, shard: Shard, careful: bool = False) -> Done:
    """Work off a shard. `careful`: its worker died before, note each article so that the guilty one is found.

    Raises OSError when the output can't be written, GivenUp when nobody wants it; then nothing of the shard is there.
    """
    store = store_of(job.output)
    done = Done(shard.number, articles=len(shard.failures), again=any(one.again for one in shard.failures))
    done.failed = [Fail(one.place, one.reason, one.line) for one in shard.failures]
    suspects = _Suspects(store, shard.number) if careful else None
    worker = _Worker(job, store, shard, done, suspects)
    with ShardWriter(store, job, shard.number) as writer:
        worker.work(writer)
        writer.close()
        _wanted(store, job)
    done.rows = writer.counts
    if suspects is not None:
        suspects.close()
    store.write(done_file(shard.number), msgspec.json.encode(done))
    return done


def _wanted(store: Store, job: Job) -> None:
    """See that the run is still there. Workers outlive one that is killed; on a cluster they end their task first.

    Raises GivenUp: what is written now would count for a run with other inputs, or lie about in a finished output.
    """
    now = read_job(store)
    if now is None or now.run != job.run:
        raise GivenUp(f"{job.output}: the run is over")


class _Note(msgspec.Struct):
    """The article that is being worked on, and how many workers each article has cost."""

    at: int | None = None
    deaths: dict[int, int] = {}


class _Suspects:
    """Which article was being worked on when a worker died: on disk, since the worker can't tell any more."""

    def __init__(self, store: Store, number: int) -> None:
        self._store = store
        self._name = suspect_file(number)
        data = store.read(self._name)
        self._note = msgspec.json.decode(data, type=_Note) if data else _Note()
        if self._note.at is not None:
            deaths = self._note.deaths
            deaths[self._note.at] = deaths.get(self._note.at, 0) + 1

    def guilty(self, index: int) -> bool:
        """Note that an article begins; whether too many workers died of it."""
        guilty = self._note.deaths.get(index, 0) >= TRIES
        self._note.at = None if guilty else index
        self._store.write(self._name, msgspec.json.encode(self._note))
        return guilty

    def close(self) -> None:
        """All went well."""
        self._store.remove(self._name)


class _Worker:
    """The articles of a shard, one after another."""

    def __init__(self, job: Job, store: Store, shard: Shard, done: Done, suspects: _Suspects | None) -> None:
        self.job, self.shard, self.done, self.suspects = job, shard, done, suspects
        self.extractor = job.settings.extractor()
        self.old = Old(store, job, shard.old) if job.reuse or job.compare else None
        self.twins = _twins(store, shard.number) if job.dedupe else {}
        if job.compare:
            done.changes = Changes()

    def work(self, writer: ShardWriter) -> None:
        """All of them."""
        deadline = Deadline(self.job.seconds)
        index = 0
        try:
            for piece in self.shard.pieces:
                if not self.done.inputs or self.done.inputs[-1] != piece.place:
                    self.done.inputs.append(piece.place)
                for item in read(piece, self.job.options):
                    self._one(item, piece.place, index, deadline, writer)
                    index += 1
        finally:
            deadline.close()

    def _one(self, item: Item, place: str, index: int, deadline: Deadline, writer: ShardWriter) -> None:
        self.done.articles += 1
        if self.suspects is not None and self.suspects.guilty(index):
            self._failed(Failure(place, "workers died of it", again=True))
            return
        try:
            with deadline.running():
                found = item() if callable(item) else item
                made = found if isinstance(found, Failure) else self._made(found, index)
        except Late:
            made = Failure(place, f"took longer than {self.job.seconds:g} seconds", again=True)
        # Beyond the deadline: what is written is written whole.
        if isinstance(made, Failure):
            self._failed(made)
        elif made is not None:
            self._write(made, index, writer)

    def _failed(self, failure: Failure) -> None:
        self.done.failed.append(Fail(_utf8(failure.place), _utf8(failure.reason), failure.line))
        self.done.again |= failure.again

    def _made(self, loaded: Loaded, index: int) -> _Made | Failure | None:
        """What is to be written of an article."""
        article = loaded.article
        ident = _utf8(article.id)
        if index in self.twins:
            self.done.twins.append(Twin(_utf8(article.name), ident, self.twins[index]))
            return None
        key = _key(article, loaded.author)
        kept = self.old.find(key) if self.old is not None else None
        if kept is not None and self.job.reuse:
            return _Made(loaded, key, kept, None)
        try:
            document = self.extractor.extract(
                article.text, self.job.settings.date or article.published, id=ident, name=_utf8(article.name),
                encoding=article.encoding or None, sha256=article.sha256,
            )  # fmt: skip
        except Exception as error:  # noqa: BLE001  (extraction is total: a mistake of ours must not cost the others)
            reason = f"internal error, please report it: {type(error).__name__}: {error}"
            return Failure(f"{article.name} ({ident})", reason)
        return _Made(loaded, key, kept, document)

    def _write(self, made: _Made, index: int, writer: ShardWriter) -> None:
        done, text = self.done, made.loaded.article.text
        number = (self.shard.number << BITS) + index
        if made.document is None:
            assert made.kept is not None
            writer.copy(made.kept, number, made.key, len(text))
            done.reused += 1
        else:
            writer.add(made.document, number, made.key, _utf8(text), made.loaded.author)
            if done.changes is not None and made.kept is not None:
                done.changes.compare(made.kept, made.document)
        done.documents += 1
        done.characters += len(text)


class _Made(NamedTuple):
    """An article with the document that was made of it, or the rows that an earlier run made."""

    loaded: Loaded
    key: str
    kept: Kept | None
    document: Document | None


def _twins(store: Store, number: int) -> dict[int, str]:
    """Articles of a shard that are not the first of their text: index -> the first one's place."""
    data = store.read(twin_file(number))
    return {int(index): place for index, place in msgspec.json.decode(data).items()} if data else {}


def _utf8(text: str) -> str:
    """Lone surrogates, which no UTF-8 can hold, as U+FFFD."""
    return _SURROGATE.sub("\ufffd", text)


def hash_shard(job: Job, shard: Shard) -> int:
    """The hashes of a shard's articles to a file, each with its index; how many. Raises GivenUp."""
    found = []
    index = 0
    for piece in shard.pieces:
        for item in read(piece, job.options):
            loaded = item() if callable(item) else item
            if isinstance(loaded, Loaded):
                place = f"{loaded.article.name} ({loaded.article.id})"
                found.append((content_hash(loaded.article.text), index, _utf8(place)))
            index += 1
    store = store_of(job.output)
    _wanted(store, job)
    store.write(hash_file(shard.number), msgspec.msgpack.encode(found))
    return len(found)
