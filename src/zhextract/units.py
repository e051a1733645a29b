"""Units of one dimension: converting between them exactly, so that a range or a sum of two units gets one."""

from __future__ import annotations

from collections.abc import Mapping

from .engine import Row
from .numerals import ratio, scale


class Units:
    """Built from a table: unit code -> `base`, the unit its dimension is counted in, and `factor`, how many it is."""

    def __init__(self, rows: Mapping[str, Row]) -> None:
        self.rows = rows

    def convert(self, value: str, code: str, to: str) -> str | None:
        """The value in another unit, exact; None when the two don't measure the same thing."""
        if code == to:
            return value
        a, b = self.rows.get(code), self.rows.get(to)
        if a is None or b is None or a["base"] != b["base"]:
            return None
        return ratio(scale(value, a["factor"] or "1"), b["factor"] or "1")
