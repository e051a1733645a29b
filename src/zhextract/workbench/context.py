"""A stretch of an article on one line, with what stands around it; coloured where a terminal reads it."""

from __future__ import annotations

from typing import Final

_AROUND: Final = 14
_CODES: Final = {"minus": "31", "plus": "32", "head": "1", "mark": "36", "faint": "2"}


class Paint:
    """Colours text, or leaves it as it is."""

    def __init__(self, on: bool) -> None:
        self.on = on

    def __call__(self, what: str, text: str) -> str:
        """The text in the colour of what it is: minus, plus, head, mark, faint."""
        return f"\x1b[{_CODES[what]}m{text}\x1b[0m" if self.on else text


PLAIN: Final = Paint(False)


def one_line(text: str) -> str:
    """The text with its line breaks shown as a sign."""
    return text.replace("\r\n", "\u23ce").replace("\n", "\u23ce").replace("\t", " ")


def in_context(text: str, start: int, end: int, paint: Paint = PLAIN, around: int = _AROUND) -> str:
    """`…before[span]after…`, from the source.

    >>> in_context("abcdef", 2, 4, around=1)
    '\u2026b[cd]e\u2026'
    """
    left, right = max(0, start - around), min(len(text), end + around)
    span = paint("mark", f"[{one_line(text[start:end])}]")
    head, tail = "\u2026" * (left > 0), "\u2026" * (right < len(text))
    return f"{head}{one_line(text[left:start])}{span}{one_line(text[end:right])}{tail}"
