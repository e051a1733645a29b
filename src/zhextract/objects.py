"""What a count counts: the noun phrase right after a classifier."""

from __future__ import annotations

from .rules import pack as p


class Objects:
    def __init__(self, pack: p.RulePack) -> None:
        pass

    def after(self, text: str, at: int) -> str | None:
        return None
