"""The limit of time of an article: it counts what the article takes, not what the machine makes it wait."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator

import pytest

from zhextract.batch.deadline import PATIENCE, Deadline, Late

LIMIT = 2.0


class Bench:
    """A deadline whose clock is set by hand, and that tells when it would end the process."""

    def __init__(self) -> None:
        self.spent = 100.0
        self.resorts: list[float] = []
        self.threads: set[int] = set()
        self.deadline = Deadline(LIMIT, spent=self._spent, resort=self.resorts.append, watched=False)

    def _spent(self, thread: int) -> float:
        self.threads.add(thread)
        return self.spent

    def look(self, spent: float, pause: float = 0.1) -> None:
        """So much of the processor later."""
        self.spent += spent
        self.deadline.look(pause)

    def ends(self, *steps: Callable[[], object]) -> int | None:
        """At which step of a block Late comes; None: not at all."""
        made = 0
        try:
            with self.deadline.running():
                for step in steps:
                    step()
                    made += 1
        except Late:
            return made
        return None


@pytest.fixture
def bench() -> Iterator[Bench]:
    bench = Bench()
    yield bench
    bench.deadline.close()
    assert bench.resorts[-1] == 0


def test_waiting_does_not_count(bench: Bench) -> None:
    """A machine so busy that a block of a second lasts for nine."""
    assert bench.ends(*[lambda: bench.look(LIMIT / 10, LIMIT)] * 9) is None
    assert bench.threads == {threading.get_ident()}


def test_work_counts(bench: Bench) -> None:
    assert bench.ends(*[lambda: bench.look(LIMIT * 0.3)] * 9) == 3


def test_each_block_has_its_own_time(bench: Bench) -> None:
    for _ in range(30):
        assert bench.ends(lambda: bench.look(LIMIT * 0.9, LIMIT)) is None
    bench.look(1000, 1000)


def test_a_block_that_waits_for_ever(bench: Bench) -> None:
    assert bench.ends(*[lambda: bench.look(0, LIMIT)] * 20) == PATIENCE


def test_late_comes_to_its_own_block(bench: Bench) -> None:
    """Also when the block ends in the moment in which its time is over."""

    def look() -> None:
        other = threading.Thread(target=bench.look, args=[LIMIT * 2])
        other.start()
        other.join()

    assert bench.ends(look) == 0
    assert bench.ends(lambda: bench.look(0)) is None


def test_the_last_resort_is_put_off_as_long_as_all_is_well(bench: Bench) -> None:
    """It ends the process where nothing else can: a call that keeps the lock lets no look come, one that hears no Late
    gets no more time.
    """

    def deaf() -> None:
        try:
            bench.look(LIMIT * 2)
        finally:
            bench.look(0)
            assert bench.resorts == [PATIENCE * LIMIT] * 2

    assert bench.ends(lambda: bench.look(0), lambda: bench.look(0), deaf) == 2
    bench.look(0)
    assert bench.resorts == [PATIENCE * LIMIT] * 3


def test_no_limit() -> None:
    deadline = Deadline(0)
    with deadline.running():
        pass
    deadline.close()
