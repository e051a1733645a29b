"""The same over Dask distributed: a shard is a task; retries, and workers that are lost, are the engine's business."""

from __future__ import annotations

import contextlib
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any, Final, Literal

from ..errors import ZhextractError
from ..extras import need
from .job import Job
from .plan import Plan
from .pool import DEATHS, checked
from .trouble import Crash
from .worker import Reply, Task, reply

__all__ = ["Cluster"]

AHEAD: Final = 4
"""Tasks that wait for each thread of the cluster: enough that none is idle, few enough that memory is flat."""


def run_task(job: Job, task: Task) -> Reply:
    """What a worker of the cluster runs."""
    return reply(job, task)


class Cluster:
    """A scheduler by its address, or `local`: one of this machine with `count` processes. Ends with the block."""

    def __init__(self, job: Job, address: str, count: int) -> None:
        distributed: Any = need("distributed", "--cluster")
        self._job = job
        self._killed: type[BaseException] = distributed.KilledWorker
        self._cancelled: type[BaseException] = distributed.CancelledError
        self._as_completed = distributed.as_completed
        self._local: Any = None
        try:
            if address == "local":
                self._local = distributed.LocalCluster(n_workers=count, threads_per_worker=1, dashboard_address=None)
                self._client = distributed.Client(self._local)
            else:
                self._client = distributed.Client(address, timeout="20s")
        except Exception as error:  # noqa: BLE001  (whatever its client raises)
            raise Crash(f"{address}: no scheduler there: {type(error).__name__}: {error}") from None
        self.deaths: Counter[int] = Counter()

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *error: object) -> None:
        # A cluster that is lost can't be left in good order, and what was done is on disk.
        with contextlib.suppress(Exception):
            self._client.close()
        if self._local is not None:
            with contextlib.suppress(Exception):
                self._local.close()

    def run(self, kind: Literal["extract", "hash"], plan: Plan, numbers: Sequence[int]) -> Iterator[tuple[int, Reply]]:
        """As `Pool.run`."""
        left = list(reversed(numbers))
        running: dict[Any, int] = {}
        done = self._as_completed()

        def give() -> None:
            while left and len(running) < AHEAD * max(sum(self._client.nthreads().values()), 1):
                number = left.pop()
                task = Task(kind, plan[number], careful=self.deaths[number] > 0)
                future = self._client.submit(
                    run_task, self._job, task, key=f"zhextract-{uuid.uuid4().hex}-{number}", pure=False,
                    priority=-self.deaths[number],
                )  # fmt: skip
                running[future] = number
                done.add(future)

        try:
            give()
            while running:
                future = next(done)
                number = running.pop(future)
                found = self._result(future, number)
                future.release()
                if found is None:
                    self.deaths[number] += 1
                    if self.deaths[number] > DEATHS:
                        raise Crash(f"shard {number} has cost many workers; is there enough memory?")
                    left.append(number)
                else:
                    yield number, checked(found, number)
                give()
        except ZhextractError:
            raise
        except Exception as error:
            # Of its connections and queues: what goes wrong with files is in the replies.
            raise Crash(f"the cluster is lost: {type(error).__name__}: {error}") from error

    def _result(self, future: Any, number: int) -> Reply | None:
        """What a task came to; None when it was lost with its worker. Raises Crash."""
        if future.status == "error":
            error = future.exception()
            if not isinstance(error, self._killed):
                raise Crash(f"shard {number}: {type(error).__name__}: {error}")
            return None
        if future.status != "finished":
            return None
        try:
            result: Reply = future.result()
        except self._cancelled:  # done, but its note went with the worker
            return None
        return result
