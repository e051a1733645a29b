"""A limit of time on a stretch of work in this thread, whichever thread it is."""

from __future__ import annotations

import ctypes
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

__all__ = ["Deadline", "Late"]


class Late(BaseException):
    """The time is over. Not an Exception, so that nothing on the way takes it for its own."""


class Deadline:
    """Raises Late in a block that takes longer than `seconds`; one block at a time.

    A thread watches. It can't break into a single call of compiled code, so that a block may take a little longer.
    Signals would do the same for main threads of Unix alone; engines run tasks in other threads.
    """

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self._lock = threading.Lock()
        self._until: float | None = None
        self._thread = 0
        self._fired = False
        self._closed = threading.Event()
        if seconds > 0:
            threading.Thread(target=self._watch, name="zhextract-deadline", daemon=True).start()

    def close(self) -> None:
        """End the watch."""
        self._closed.set()

    def _watch(self) -> None:
        pause = min(max(self.seconds / 10, 0.005), 0.5)
        while not self._closed.wait(pause):
            with self._lock:
                if self._until is not None and time.monotonic() > self._until:
                    self._until = None
                    self._fired = True
                    ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self._thread), ctypes.py_object(Late))

    @contextmanager
    def running(self) -> Iterator[None]:
        """The block that is timed."""
        if self.seconds <= 0:
            yield
            return
        with self._lock:
            self._until = time.monotonic() + self.seconds
            self._thread = threading.get_ident()
            self._fired = False
        came = False
        try:
            yield
        except Late:
            came = True
            raise
        finally:
            with self._lock:
                self._until = None
                fired = self._fired
            if fired and not came:
                # It is on its way though the block is over: it shall come here and nowhere else.
                for _ in range(1000):
                    time.sleep(0.001)
