"""The errors of zhextract: one base, few children, each telling where the trouble is and what to do about it.

All of them pickle (worker processes hand them back) and keep their parts as attributes.
"""

from __future__ import annotations

__all__ = ["ReadError", "RuleError", "UsageError", "ZhextractError"]


class ZhextractError(Exception):
    """Base of every error raised on purpose by this package."""


class UsageError(ZhextractError):
    """The caller asked for something that cannot be done; the message says what to do instead."""


class ReadError(ZhextractError):
    """An input that could not be read as an article.

    `path` is the input as the user named it, `what` the trouble, `hint` what to do; `line` is a 1-based line of a JSONL
    input and `byte` a 0-based byte offset into the file, each None where it does not apply.
    """

    def __init__(self, path: str, what: str, hint: str = "", line: int | None = None, byte: int | None = None) -> None:
        super().__init__(path, what, hint, line, byte)
        self.path = path
        self.what = what
        self.hint = hint
        self.line = line
        self.byte = byte

    def __str__(self) -> str:
        where = self.path if self.line is None else f"{self.path}:{self.line}"
        at = "" if self.byte is None else f" at byte {self.byte}"
        hint = f"; {self.hint}" if self.hint else ""
        return f"{where}: {self.what}{at}{hint}"


class RuleError(ZhextractError):
    """A mistake in a rule or lexicon file; prints as `file:line: rule: message; hint`.

    `line` and `column` are 1-based. Parts that are not known are left out of the message.
    """

    def __init__(
        self,
        message: str,
        file: str | None = None,
        line: int | None = None,
        column: int | None = None,
        rule: str | None = None,
        hint: str | None = None,
    ) -> None:
        super().__init__(message, file, line, column, rule, hint)
        self.message = message
        self.file = file
        self.line = line
        self.column = column
        self.rule = rule
        self.hint = hint

    def __str__(self) -> str:
        parts: list[str] = []
        if self.file is not None:
            parts.append(self.file if self.line is None else f"{self.file}:{self.line}")
        elif self.line is not None:
            parts.append(f"line {self.line}")
        if self.rule is not None:
            parts.append(self.rule)
        parts.append(self.message)
        text = ": ".join(parts)
        return f"{text}; {self.hint}" if self.hint else text
