"""zhextract: figures, units and times of Chinese press articles, exact and traceable.

>>> import zhextract
>>> doc = zhextract.extract("2025-10-28: GDP +5.2%, 1,260.50 km")
>>> [(m.text, m.rule) for m in doc.mentions]
[('2025-10-28', 'time.date_iso'), ('5.2%', 'measure.amount'), ('1,260.50 km', 'measure.spaced')]
>>> doc.mentions[2].value, doc.mentions[2].unit
('1260.5', 'km')
"""

from __future__ import annotations

import threading

from .errors import ReadError, RuleError, UsageError, ZhextractError
from .pipeline import Extractor
from .records import Document, Ordinal, Quantity, Sentence, Source, Time

__all__ = [
    "Document",
    "Extractor",
    "Ordinal",
    "Quantity",
    "ReadError",
    "RuleError",
    "Sentence",
    "Source",
    "Time",
    "UsageError",
    "ZhextractError",
    "extract",
]

_lock = threading.Lock()
_default: list[Extractor] = []


def extract(text: str, published: str | None = None) -> Document:
    """Extract with the built-in rules, which are loaded at the first call. See `Extractor.extract`."""
    if not _default:
        with _lock:
            if not _default:
                _default.append(Extractor())
    return _default[0].extract(text, published)
