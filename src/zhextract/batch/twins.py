"""Which articles say what an earlier one says: hashes of all shards merged, a bucket at a time, so that memory is flat.

The first in the order of inputs stays, whichever worker read it first.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

import msgspec

from .job import WORK, shown
from .store import Store

__all__ = ["hash_file", "merge", "twin_file"]

BUCKET: Final = 1_000_000
"""Articles whose hashes are in memory together."""

Entry = tuple[bytes, int, str]
"""Hash, index in the shard, and place."""

_decode = msgspec.msgpack.Decoder(list[Entry]).decode


def hash_file(number: int) -> str:
    """Where the hashes of a shard lie."""
    return f"{WORK}/hashes/{shown(number)}"


def twin_file(number: int) -> str:
    """Where it is told which articles of a shard are not the first of their text."""
    return f"{WORK}/twins/{shown(number)}.json"


def merge(store: Store, shards: int, articles: int, step: Callable[[], None] = lambda: None) -> None:
    """Tell each shard its twins; `step` is called after each bucket."""
    buckets = articles // BUCKET + 1
    for bucket in range(buckets):
        first: dict[bytes, str] = {}
        for number in range(shards):
            twins = {}
            for digest, index, place in sorted(_decode(store.read(hash_file(number)) or b"\x90"), key=_index):
                if int.from_bytes(digest[:4], "big") % buckets != bucket:
                    continue
                earlier = first.setdefault(digest, place)
                if earlier is not place:
                    twins[str(index)] = earlier
            if twins:
                known = store.read(twin_file(number))
                before: dict[str, str] = msgspec.json.decode(known) if known else {}
                store.write(twin_file(number), msgspec.json.encode(before | twins))
        step()


def _index(entry: Entry) -> int:
    return entry[1]
