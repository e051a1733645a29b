"""A run from its call to its manifest: begin or go on, plan, work off, finish."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import msgspec

from ..errors import UsageError
from ..extras import need
from ..rows import VERSION
from .finish import ENDING, FAILED, Total, finish, sweep
from .job import MANIFEST, WORK, Job, read_job
from .plan import Plan, make_plan
from .store import Store, is_url, store_of
from .trouble import Unwritten
from .twins import merge
from .watch import Watch
from .work import SUSPECTS, done_file, load_done

if TYPE_CHECKING:
    from .dask import Cluster
    from .pool import Pool

__all__ = ["FAILED", "Total", "run_batch"]


def run_batch(
    job: Job,
    watch: Watch,
    *,
    workers: int = 0,
    cluster: str | None = None,
    resume: bool = False,
    restart: bool = False,
) -> Total:
    """Run a job to its end. `workers`: processes, by default one a processor; `cluster`: a Dask scheduler, or `local`.

    A folder with the output of an earlier run is brought up to date; one with an unfinished run needs `resume`, which
    goes on with it, or `restart`, which gives it up. Raises UsageError for a wrong call, Unwritten and Crash when it
    can't go on; then, and after KeyboardInterrupt, `resume` goes on from there.
    """
    need("pyarrow", "a batch", "batch")
    need("zstandard", "a batch")
    store = store_of(job.output)
    with _locked(job.output):
        try:
            job = _begun(store, job, resume, restart)
            plan = Plan(store)
            if not store.exists(ENDING):
                _work_off(store, job, plan, watch, workers or os.cpu_count() or 1, cluster)
            total = finish(store, job, len(plan))
        except OSError as error:
            raise Unwritten(str(error.strerror or error)) from error
        finally:
            watch.stop()
    watch.write_metrics(finished=True)
    return total


def _begun(store: Store, job: Job, resume: bool, restart: bool) -> Job:
    """The job that is to be worked on: one begun before, or this one, planned."""
    unfinished = read_job(store)
    if unfinished is not None and restart and store.exists(ENDING):
        finish(store, unfinished, len(Plan(store)))  # half of its files have moved: what it made is the last output
        unfinished = None
    if unfinished is not None and not restart:
        if not resume:
            raise UsageError(f"{job.output}: a run there is not finished; --resume goes on, --restart begins again")
        same = msgspec.structs.replace(
            job, stage=unfinished.stage, reuse=unfinished.reuse, compare=unfinished.compare, run=unfinished.run,
            output=unfinished.output,
        )  # fmt: skip
        if same != unfinished:
            changed = ", ".join(
                name for name in Job.__struct_fields__ if getattr(same, name) != getattr(unfinished, name)
            )
            raise UsageError(
                f"{job.output}: the run there was begun with other inputs, rules or options ({changed}); "
                "give the same, or --restart to begin again"
            )
        sweep(store, unfinished)
        store.remove(SUSPECTS)  # another run, another luck
        return msgspec.structs.replace(unfinished, output=job.output)
    data = store.read(MANIFEST)
    if data is not None:
        last = msgspec.json.decode(data)
        if last.get("schema") != "zhextract-batch/1" or last.get("format") != job.format:
            raise UsageError(f"{job.output}: holds the output of another kind of run; name an empty folder")
        same = last["rules"] == job.digest
        # Code decides the columns, too, so that equal rules mean equal ones.
        job = msgspec.structs.replace(
            job, stage=f"{WORK}/out", reuse=same, compare=not same and last["tables"] == VERSION
        )
    elif unfinished is None and any(name[0] != "." for name in store.names("")):
        raise UsageError(f"{job.output}: holds files that are not of a batch; name an empty folder")
    job = msgspec.structs.replace(job, run=uuid.uuid4().hex)
    make_plan(store, job)
    return job


def _work_off(store: Store, job: Job, plan: Plan, watch: Watch, workers: int, cluster: str | None) -> None:
    ready = set()
    for name in store.names(f"{WORK}/done"):
        number = int(name.partition(".")[0]) if name[0] != "." else -1
        done = load_done(store, number) if number >= 0 else None
        if done is not None and not done.again:
            ready.add(number)
            watch.done(0, done, 0)
        elif done is not None:
            store.remove(done_file(number))
    left = [number for number in plan.heaviest_first() if number not in ready]
    if not left:
        return
    with _engine(job, workers, cluster) as engine:
        if job.dedupe and not store.exists(f"{WORK}/merged"):
            _find_twins(store, plan, watch, engine)
        watch.start("extracting", len(plan), sum(plan.weights[number] for number in left), len(ready))
        for number, reply in engine.run("extract", plan, left):
            watch.done(plan.weights[number], reply.done, sum(engine.deaths.values()))


def _find_twins(store: Store, plan: Plan, watch: Watch, engine: Pool | Cluster) -> None:
    articles = 0
    watch.start("looking for duplicates", len(plan), sum(plan.weights), 0)
    for number, reply in engine.run("hash", plan, plan.heaviest_first()):
        articles += reply.hashed
        watch.done(plan.weights[number], None, sum(engine.deaths.values()))
    store.remove(f"{WORK}/twins")
    merge(store, len(plan), articles)
    store.write(f"{WORK}/merged", b"")


def _engine(job: Job, workers: int, cluster: str | None) -> Any:
    if cluster is None:
        from .pool import Pool

        return Pool(job, workers)
    from .dask import Cluster

    return Cluster(job, cluster, workers)


@contextmanager
def _locked(output: str) -> Iterator[None]:
    """One run at a time in a folder of this machine; the lock goes with its process, however that ends."""
    if is_url(output):
        yield
        return
    try:
        os.makedirs(output, exist_ok=True)
        folder = os.open(output, os.O_RDONLY)
    except OSError as error:
        raise UsageError(f"{output}: cannot be the output folder: {error.strerror or error}") from None
    try:
        import fcntl

        try:
            fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise UsageError(f"{output}: another run is at work there") from None
        yield
    finally:
        os.close(folder)
