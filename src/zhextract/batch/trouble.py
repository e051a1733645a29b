"""What ends a run before its time; what was done stays done."""

from __future__ import annotations

from ..errors import ZhextractError

__all__ = ["Crash", "GivenUp", "Unwritten"]


class Unwritten(ZhextractError):
    """The output can't be written: a full disk, lost rights."""


class Crash(ZhextractError):
    """Something that must not happen: a mistake of ours, workers that die again and again, a cluster that is lost."""


class GivenUp(ZhextractError):
    """The run that a worker works for is over, or another one has taken its folder: nobody waits for what it makes."""
