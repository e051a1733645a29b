"""Worker processes of this machine: each gets the heaviest shard that is left as soon as it is free.

Workers write their own output; only short notes come back. One that dies is replaced and its shard given out again.
"""

from __future__ import annotations

import contextlib
import selectors
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import IO, Final, Literal

import msgspec

from ..errors import UsageError
from .job import Job
from .plan import Plan
from .trouble import Crash, Unwritten
from .worker import Reply, Task

__all__ = ["DEATHS", "Pool", "checked"]

DEATHS: Final = 40
"""Workers that one shard may cost."""
_START: Final = "import sys; sys.path[:] = {path!r}; from zhextract.batch.worker import main; main()"


class _Worker:
    """A process, and the shard that it works on."""

    def __init__(self, job: Job) -> None:
        code = _START.format(path=sys.path)
        # A group of its own: Ctrl-C reaches the parent alone, which then ends its workers.
        self.process = subprocess.Popen(
            [sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE, process_group=0
        )
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.stdin: IO[bytes] = self.process.stdin
        self.stdout: IO[bytes] = self.process.stdout
        self.number = -1
        self.send(msgspec.json.encode(job))

    def send(self, line: bytes) -> None:
        with contextlib.suppress(BrokenPipeError):  # its end is seen in its turn
            self.stdin.write(line + b"\n")
            self.stdin.flush()

    def hang_up(self) -> None:
        with contextlib.suppress(BrokenPipeError):
            self.stdin.close()

    def end(self) -> None:
        self.hang_up()
        try:
            self.process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.stdout.close()


class Pool:
    """`count` workers for a job. They end with the block."""

    def __init__(self, job: Job, count: int) -> None:
        self._job = job
        self._count = count
        self._workers: list[_Worker] = []
        self._selector = selectors.DefaultSelector()
        self.deaths: Counter[int] = Counter()

    def __enter__(self) -> Pool:
        return self

    def __exit__(self, *error: object) -> None:
        for worker in self._workers:
            worker.hang_up()
        for worker in self._workers:
            worker.end()
        self._selector.close()

    def _start(self) -> _Worker:
        worker = _Worker(self._job)
        self._workers.append(worker)
        self._selector.register(worker.stdout, selectors.EVENT_READ, worker)
        return worker

    def _drop(self, worker: _Worker) -> None:
        self._selector.unregister(worker.stdout)
        self._workers.remove(worker)
        worker.end()

    def run(self, kind: Literal["extract", "hash"], plan: Plan, numbers: Sequence[int]) -> Iterator[tuple[int, Reply]]:
        """Work off shards in about the order that they are given; each with its reply as it is done.

        Raises Unwritten when the output can't be written, and Crash.
        """
        left = list(reversed(numbers))
        while len(self._workers) < min(self._count, len(left)):
            self._start()
        for worker in list(self._workers):
            self._give(worker, kind, plan, left)
        while any(worker.number >= 0 for worker in self._workers):
            for key, _ in self._selector.select():
                worker = key.data
                line = worker.stdout.readline()
                if not line.endswith(b"\n"):
                    self._died(worker, left)
                    worker = self._start()
                else:
                    number, worker.number = worker.number, -1
                    yield number, checked(msgspec.json.decode(line, type=Reply), number)
                self._give(worker, kind, plan, left)

    def _give(self, worker: _Worker, kind: Literal["extract", "hash"], plan: Plan, left: list[int]) -> None:
        if left and worker.number < 0:
            worker.number = left.pop()
            task = Task(kind, plan[worker.number], careful=self.deaths[worker.number] > 0)
            worker.send(msgspec.json.encode(task))

    def _died(self, worker: _Worker, left: list[int]) -> None:
        number = worker.number
        self._drop(worker)
        if number >= 0:
            self.deaths[number] += 1
            if self.deaths[number] > DEATHS:
                raise Crash(f"shard {number} has cost {DEATHS} workers; is there enough memory?")
            left.append(number)
        else:
            self.deaths[-1] += 1
            if self.deaths[-1] > DEATHS:
                raise Crash("workers die as soon as they are started")


def checked(reply: Reply, number: int) -> Reply:
    """A reply that is good news; the errors that it tells are raised."""
    if reply.unwritten is not None:
        raise Unwritten(reply.unwritten)
    if reply.wrong_call is not None:
        raise UsageError(reply.wrong_call)
    if reply.crash is not None:
        raise Crash(f"shard {number}: {reply.crash}")
    return reply
