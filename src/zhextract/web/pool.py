"""Extraction in processes of its own: the service stays awake, uses all cores, and can end what takes too long."""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, Final

from ..errors import UsageError, ZhextractError
from ..pipeline import Extractor
from .suggest import filled, suggest

_SPAWN: Final = multiprocessing.get_context("spawn")
"""Not fork: the service has threads."""


class TooSlowError(ZhextractError):
    """A job that was ended since it took longer than it may."""


class CrashedError(ZhextractError):
    """A job whose process died, or that failed by a mistake of ours; the process is replaced."""


@dataclass(frozen=True)
class Settings:
    """What the extractors are made of, as `Extractor` takes it."""

    rules: tuple[str, ...] = ()
    lexicons: tuple[str, ...] = ()
    script: str | None = "t2s"
    currency: str | None = None

    def extractor(self) -> Extractor:
        """An extractor with these settings. Raises RuleError."""
        return Extractor(self.rules, lexicons=self.lexicons, script=self.script, currency=self.currency)


def _extract(extractor: Extractor, text: str, published: str | None, **names: str | None) -> bytes:
    return extractor.extract(text, published, **names).to_json().encode()


JOBS: Final[dict[str, Callable[..., Any]]] = {"extract": _extract, "suggest": suggest, "filled": filled}
"""What a worker can do: functions of an extractor and the arguments of the call."""


def _work(pipe: Connection, settings: Settings) -> None:
    """The life of a worker: a job in, its result out, until the service is gone."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the service, which ends its workers
    parent = multiprocessing.parent_process()
    if parent is not None:
        threading.Thread(target=_follow, args=(parent,), daemon=True).start()
    extractor = settings.extractor()
    extractor.extract("2025")
    pipe.send((True, None))
    while True:
        job, args, names = pipe.recv()
        try:
            pipe.send((True, JOBS[job](extractor, *args, **names)))
        except UsageError as error:
            pipe.send((False, error))
        except Exception as error:  # noqa: BLE001
            # Extraction is total, so this is a mistake of ours; it must not cost the worker.
            pipe.send((False, CrashedError(f"{type(error).__name__}: {error}")))


def _follow(parent: BaseProcess) -> None:
    """End with the service, however that ended."""
    parent.join()
    os._exit(0)


class Worker:
    """One process, one job at a time."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.ended = False
        self._start()

    def _start(self) -> None:
        self.pipe, theirs = _SPAWN.Pipe()
        self.process = _SPAWN.Process(target=_work, args=(theirs, self.settings), daemon=True)
        self.process.start()
        theirs.close()

    def ready(self) -> None:
        """Wait until it can work. Raises CrashedError."""
        try:
            self.pipe.recv()
        except (EOFError, OSError):
            raise CrashedError("a worker could not start") from None

    def call(self, seconds: float, job: str, args: tuple[Any, ...], names: dict[str, Any]) -> Any:
        """Do a job. Raises TooSlowError, CrashedError, or the UsageError of the job."""
        try:
            self.pipe.send((job, args, names))
            if not self.pipe.poll(seconds):
                self._again()
                raise TooSlowError(f"took more than {seconds:g} seconds")
            good, value = self.pipe.recv()
        except (EOFError, OSError):
            self._again()
            raise CrashedError("the worker died") from None
        if good:
            return value
        raise value

    def _again(self) -> None:
        if self.ended:
            raise CrashedError("the service has ended")
        self._kill()
        self._start()
        self.ready()

    def end(self) -> None:
        """End it for good, whatever it is doing."""
        self.ended = True
        self._kill()

    def _kill(self) -> None:
        self.process.kill()
        self.process.join()
        self.pipe.close()


class Pool:
    """Workers and those who wait for one, first come, first served."""

    def __init__(self, settings: Settings, workers: int, seconds: float) -> None:
        self.settings = settings
        self.count = workers
        self.seconds = seconds
        self.threads = ThreadPoolExecutor(workers, thread_name_prefix="worker")
        self.workers: list[Worker] = []
        self.idle: asyncio.Queue[Worker] = asyncio.Queue()

    async def start(self) -> None:
        """Start the workers, all at once. Raises CrashedError."""
        loop = asyncio.get_running_loop()
        self.workers = [Worker(self.settings) for _ in range(self.count)]
        await asyncio.gather(*(loop.run_in_executor(self.threads, worker.ready) for worker in self.workers))
        for worker in self.workers:
            self.idle.put_nowait(worker)

    async def run(self, job: str, *args: Any, **names: Any) -> Any:
        """The result of a job. Raises TooSlowError, CrashedError or the job's UsageError."""
        worker = await self.idle.get()
        done = asyncio.get_running_loop().run_in_executor(self.threads, worker.call, self.seconds, job, args, names)
        # The worker is free when it has answered, even if nobody waits for the answer any more.
        done.add_done_callback(lambda _: self.idle.put_nowait(worker))
        return await asyncio.shield(done)

    def stop(self) -> None:
        """End the workers."""
        for worker in self.workers:
            worker.end()
        self.threads.shutdown(wait=False, cancel_futures=True)
