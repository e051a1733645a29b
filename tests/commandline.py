"""The command line in this process, for tests."""

from __future__ import annotations

import contextlib
import io
import signal
import sys
from collections.abc import Callable, Iterator

import pytest

from zhextract import cli

Run = Callable[..., tuple[int, str, str]]
"""Runs the command: (exit code, standard output, standard error)."""


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """Processes that are started meanwhile can be interrupted.

    A child inherits an ignored signal, as the jobs of some shells and runners have it; a handled one it gets anew.
    """
    inherited = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, inherited)


def runner(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Runs the command in this process: (exit code, standard output, standard error)."""

    def call(*args: object, stdin: bytes | None = None) -> tuple[int, str, str]:
        if stdin is not None:
            monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(stdin)))
        try:
            code: int | str | None = cli.main([str(a) for a in args])
        except SystemExit as end:
            code = end.code
        out, err = capfdbinary.readouterr()
        assert isinstance(code, int), code
        return code, out.decode(), err.decode()

    return call
