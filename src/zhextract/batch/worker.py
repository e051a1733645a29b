"""A worker process of this machine: tasks come in as lines of JSON, and notes of what was done go out."""

from __future__ import annotations

import gc
import os
import queue
import signal
import sys
import threading
import traceback
from typing import Final, Literal

import msgspec

from ..errors import ZhextractError
from .job import Job, Shard
from .work import Done, hash_shard, run_shard

__all__ = ["Reply", "Task", "main", "reply"]

ORPHANED: Final = 3
GARBAGE: Final = (50_000, 20, 100)
"""When to look for garbage: seldom, since rows that wait to be written are many, and none of them is."""
OTHER: Final = (
    "a worker has other rules or code than the run was begun with; give the same to all machines, "
    "start the workers of a cluster anew, and then --resume"
)


class Task(msgspec.Struct):
    """A shard to work off: extract it, or only hash its articles."""

    kind: Literal["extract", "hash"]
    shard: Shard
    careful: bool = False


class Reply(msgspec.Struct):
    """What became of a task: done, or the output could not be written, or something that must not happen happened."""

    done: Done | None = None
    hashed: int = 0
    unwritten: str | None = None
    wrong_call: str | None = None
    crash: str | None = None


def main() -> None:
    """Work until standard input ends; at once, whatever is being done: then the parent is dead or wants an end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's business
    # What libraries print must not get between the notes.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    job = msgspec.json.decode(sys.stdin.buffer.readline(), type=Job)
    tasks: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(tasks,), daemon=True).start()
    gc.disable()
    job.settings.extractor()
    gc.freeze()  # what was loaded stays for good
    gc.set_threshold(*GARBAGE)
    gc.enable()
    while True:
        task = msgspec.json.decode(tasks.get(), type=Task)
        out.write(msgspec.json.encode(reply(job, task)) + b"\n")
        out.flush()


def _listen(tasks: queue.SimpleQueue[bytes]) -> None:
    for line in sys.stdin.buffer:
        tasks.put(line)
    os._exit(ORPHANED)


def reply(job: Job, task: Task) -> Reply:
    """Do a task; whatever goes wrong is in the reply."""
    try:
        if task.kind == "hash":
            return Reply(hashed=hash_shard(job, task.shard))
        if job.settings.digest() != job.digest:
            # Of another machine, or edited on the way: one output must not be made by two kinds of rules.
            return Reply(wrong_call=OTHER)
        return Reply(done=run_shard(job, task.shard, task.careful))
    except OSError as error:
        return Reply(unwritten=str(error.strerror or error))
    except ZhextractError as error:
        return Reply(wrong_call=str(error))
    except Exception:  # noqa: BLE001  (told to the parent, which stops)
        return Reply(crash=traceback.format_exc())
