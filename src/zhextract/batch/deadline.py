"""A limit of processor time on a stretch of work in this thread, whichever thread it is."""

from __future__ import annotations

import ctypes
import faulthandler
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final

__all__ = ["Deadline", "Late"]

PATIENCE: Final = 10
"""How many times its limit a block may last on the wall: above it, it waits for something that will not come."""

LONGEST: Final = 1e6
"""Seconds that a last resort is put off; clocks of systems take no more than some billions."""


class Late(BaseException):
    """The time is over. Not an Exception, so that nothing on the way takes it for its own."""


def thread_seconds(thread: int) -> float:
    """Processor time of a thread of this process; where systems don't tell that, of the process."""
    if hasattr(time, "pthread_getcpuclockid"):
        return time.clock_gettime(time.pthread_getcpuclockid(thread))
    return time.process_time()


def last_resort(seconds: float) -> None:
    """End this process in so many seconds, unless called again before; 0: not at all."""
    if seconds:
        faulthandler.dump_traceback_later(min(seconds, LONGEST), exit=True, file=2)
    else:
        faulthandler.cancel_dump_traceback_later()


class Deadline:
    """Raises Late in a block that takes more than `seconds` of its processor; one block at a time.

    What a busy machine makes it wait does not count, so that an article comes to the same end wherever it is read. Only
    a block that lasts PATIENCE times as long on the wall is over, too: it is blocked.

    A thread watches. It can't break into a single call of compiled code, so that a block may take a little longer. When
    such a call goes on for PATIENCE times the limit, be it that it keeps the watcher from its looks, the process ends.
    Signals would do the same for main threads of Unix alone; engines run tasks in other threads.

    `spent` is the clock of a thread, by its number; `resort` ends the process. Without `watched`, `look` is called by
    whoever made it.
    """

    def __init__(
        self,
        seconds: float,
        *,
        spent: Callable[[int], float] = thread_seconds,
        resort: Callable[[float], None] = last_resort,
        watched: bool = True,
    ) -> None:
        self.seconds = seconds
        self._spent = spent
        self._resort = resort
        self._lock = threading.Lock()
        self._thread: int | None = None
        self._began = 0.0
        self._lasted = 0.0
        self._fired = False
        self._closed = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="zhextract-deadline", daemon=True)
        if seconds > 0 and watched:
            self._watcher.start()

    def close(self) -> None:
        """End the watch."""
        self._closed.set()
        if self._watcher.is_alive():
            self._watcher.join()
        if self.seconds > 0:
            self._resort(0)

    def _watch(self) -> None:
        pause = min(max(self.seconds / 10, 0.005), 0.5)
        while not self._closed.wait(pause):
            self.look(pause)

    def look(self, pause: float) -> None:
        """See whether the block's time is over; `pause` is how long ago the last look was meant to be.

        Not how long it was: a machine that slept, or a process that was stopped, has not kept the block waiting.
        """
        with self._lock:
            if self._thread is not None and not self._fired:
                self._lasted += pause
                spent = self._spent(self._thread) - self._began
                if spent > self.seconds or self._lasted > PATIENCE * self.seconds:
                    self._fired = True
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Late))
            if not self._fired:
                self._resort(PATIENCE * self.seconds)

    @contextmanager
    def running(self) -> Iterator[None]:
        """The block that is timed."""
        if self.seconds <= 0:
            yield
            return
        thread = threading.get_ident()
        with self._lock:
            self._began = self._spent(thread)
            self._lasted = 0.0
            self._fired = False
            self._thread = thread
        came = False
        try:
            yield
        except Late:
            came = True
            raise
        finally:
            with self._lock:
                self._thread = None
                fired, self._fired = self._fired, False
            if fired and not came:
                # It is on its way though the block is over: it shall come here and nowhere else.
                for _ in range(1000):
                    time.sleep(0.001)
