"""Numerals: from the characters of a number to its exact value.

`Numerals` is built from the rows of a table (surface, role, value) and knows no word of its own. It gives a regex that
finds numerals in running text and a reader that turns one numeral into a `Number`. The functions below it calculate
with canonical values.

A canonical value is a string: an optional `-`, digits, and where needed `.` and digits; no exponent, no leading or
trailing zeros, no `+`, no `-0`. A fraction whose decimals do not end is `n/d` in lowest terms, as in `1/3`.

Roles of the table:

========== =================================================================================================
digit      0 to 9
lead       a digit that only opens a number or stands before a scale word
formal     digit (1 to 9) or scale (10, 100, 1000) of cheques; one alone in a text is no number
small      10, 100, 1000: scale inside a section of four places
tens       a word for 20, 30, ...
big        10^4, 10^8, 10^12: scale that ends a section
point      the decimal point in words
indefinite an unknown digit, value `2..9`
vague      an unknown digit, read so only right before a scale word
more       infix after a round number, value is the TIMEX3 modifier (`MORE_THAN`)
approx     as `more` (`APPROX`)
half       reserved for rules; not read here
not_after  a word that begins with the numeral character in `value`: there the character is no numeral
not_before characters that form a word with the numeral character in `value` after them
not_tail   digits between a scale word and this character are no part of the number (a date); `value` is free
========== =================================================================================================
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import lru_cache
from math import gcd
from typing import Final, NamedTuple

from . import regexes

__all__ = ["Number", "Numerals", "add", "canonical", "compare", "negate", "ratio", "scale"]

_CACHE_SIZE: Final = 1 << 14
# Longer strings are read without the cache, so that it cannot grow with the input.
_CACHE_LENGTH: Final = 64
# No well-formed mixed numeral is longer than this; only plain digits are.
_MAX_TOKENS: Final = 48
_MAX_ARABIC: Final = 24
# CPython refuses int(str) above 4,300 digits and is quadratic before.
_INT_DIGITS: Final = 4000

_GROUPED: Final = r"[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+"
_ARABIC: Final = re.compile(rf"(?:{_GROUPED})(?:\.[0-9]+)?")

_LIMITS: Final = ("not_after", "not_before", "not_tail")
_ROLES: Final = frozenset(
    ("digit", "lead", "formal", "small", "tens", "big", "point", "indefinite", "vague", "more", "approx", "half")
).union(_LIMITS)


class Number(NamedTuple):
    """One numeral read.

    `value` is canonical, or None where the numeral is indefinite; then `lower` and `upper` are its inclusive bounds.
    `mod` is `MORE_THAN`, `APPROX` or None.
    """

    value: str | None
    lower: str | None = None
    upper: str | None = None
    mod: str | None = None


class _Token(NamedTuple):
    kind: str  # digit, zero, arabic, small, tens, big, point, indefinite, more, approx
    low: int
    high: int
    text: str


class Numerals:
    """Finds and reads numerals with one table of words.

    Immutable after construction and safe for threads. Raises ValueError for a row with an unknown role or a bad value.

    >>> rows = [{"surface": "i", "role": "digit", "value": "1"}, {"surface": "M", "role": "big", "value": "10000"}]
    >>> Numerals(rows).read("1.5M")
    Number(value='15000', lower=None, upper=None, mod=None)
    """

    first: str
    """Characters that a numeral can begin with (and some that it can't)."""

    run: str
    """Regex source without capturing groups; `finditer` gives the maximal numerals of a text in one linear pass."""

    def __init__(self, rows: Sequence[Mapping[str, str]]) -> None:
        self._rows = tuple({key: row[key] for key in ("surface", "role", "value")} for row in rows)
        tokens: dict[str, _Token] = {}
        after: dict[str, list[str]] = {}
        before: dict[str, list[str]] = {}
        for row in self._rows:
            surface, role, value = row["surface"], row["role"], row["value"]
            if role not in _ROLES or not surface:
                raise ValueError(f"numeral table: unknown role or empty surface in {row!r}")
            if role == "not_after":
                if not surface.startswith(value) or surface == value:
                    raise ValueError(f"numeral table: {surface!r} must be a longer word that begins with {value!r}")
                after.setdefault(value, []).append(surface[len(value) :])
            elif role == "not_before":
                before.setdefault(value, []).append(surface)
            elif role not in ("half", "not_tail"):
                if surface in tokens:
                    raise ValueError(f"numeral table: {surface!r} has two roles")
                tokens[surface] = _token(surface, role, value)
        self._tokens = tokens
        surfaces = sorted(tokens, key=lambda text: (-len(text), text))
        words = "|".join(map(re.escape, surfaces)) or r"(?!)"
        self._lexer = regexes.compile(rf"(?P<arabic>(?:{_GROUPED})(?:\.[0-9]+)?)|{words}")
        digits = {s: str(t.low) for s, t in tokens.items() if t.kind in ("digit", "zero") and len(s) == 1}
        self._digits = str.maketrans(digits)
        self._all_digits = regexes.compile(f"[{_escape(digits)}]+" if digits else r"(?!)")
        self._leads = {row["surface"] for row in self._rows if row["role"] == "lead"}
        self.run = _run_source(self._rows, tokens, after, before)
        self.first = "0123456789" + "".join(dict.fromkeys(surface[0] for surface in tokens))
        self._cached = lru_cache(maxsize=_CACHE_SIZE)(self._parse)

    def __reduce__(self) -> tuple[type[Numerals], tuple[tuple[dict[str, str], ...]]]:
        return (Numerals, (self._rows,))

    def read(self, s: str) -> Number | None:
        """The number that the whole of `s` writes; None if `s` is no well-formed numeral. Never raises."""
        return self._cached(s) if len(s) <= _CACHE_LENGTH else self._parse(s)

    def is_round(self, s: str) -> bool:
        """Whether `s` is a numeral of scale words only (an infix may follow), with no digit before or after them."""
        if len(s) > _MAX_TOKENS or self.read(s) is None:
            return False
        tokens = self._lex(s)
        return tokens is not None and all(token.kind in ("small", "big", "more", "approx") for token in tokens)

    def _lex(self, s: str) -> list[_Token] | None:
        tokens: list[_Token] = []
        end = 0
        while end < len(s):
            match = self._lexer.match(s, end)
            if match is None or len(tokens) == _MAX_TOKENS:
                return None
            text = match.group()
            tokens.append(self._tokens.get(text) or _Token("arabic", 0, 0, text.replace(",", "")))
            end = match.end()
        return tokens

    def _parse(self, s: str) -> Number | None:
        if _ARABIC.fullmatch(s):
            return Number(canonical(s.replace(",", "")))
        if self._all_digits.fullmatch(s):
            return self._positional(s)
        tokens = self._fraction(s) or self._lex(s)
        if not tokens:
            return None
        if tokens[0].kind == "arabic":
            suffix = _suffix(tokens[1:])
            if suffix is not None:
                return Number(_shift(tokens[0].text, suffix[0]), mod=suffix[1])
        return _compound(tokens)

    def _positional(self, s: str) -> Number | None:
        """Digits in a row: one digit, a range of two neighbours, or the places of a number."""
        digits = s.translate(self._digits)
        if len(s) == 1:
            return Number(digits)
        if len(s) == 2 and _neighbours(int(digits[0]), int(digits[1])):
            return Number(None, digits[0], digits[1])
        if any(lead in s for lead in self._leads):
            return None
        return Number(canonical(digits))

    def _fraction(self, s: str) -> list[_Token] | None:
        """A numeral with a point in words, as tokens whose first is Arabic; None if it is none."""
        for surface, token in self._tokens.items():
            if token.kind == "point":
                left, point, right = s.partition(surface)
                decimals = self._all_digits.match(right)
                if not point or decimals is None or any(lead in decimals.group() for lead in self._leads):
                    continue
                whole = self.read(left)
                if whole is None or whole.value is None or whole.mod or "." in whole.value:
                    continue
                rest = self._lex(right[decimals.end() :])
                # What follows can only be scale words; a sum (1.5 and then a smaller place) is not written so.
                if rest is None or _suffix(rest) is None:
                    continue
                text = f"{whole.value}.{decimals.group().translate(self._digits)}"
                return [_Token("arabic", 0, 0, text), *rest]
        return None


def canonical(text: str) -> str:
    """The canonical form of a decimal string of ASCII digits (`007.50` gives `7.5`, `-0` gives `0`)."""
    sign = "-" if text.startswith("-") else ""
    whole, _, part = text.removeprefix("-").removeprefix("+").partition(".")
    whole, part = whole.lstrip("0") or "0", part.rstrip("0")
    body = f"{whole}.{part}" if part else whole
    return body if body == "0" else sign + body


def scale(value: str, factor: str) -> str:
    """The exact product of two canonical values, fractions too (`1/3` by `100` is `100/3`)."""
    zeros = len(factor) - 1
    if factor[0] == "1" and factor == "1" + "0" * zeros and "/" not in value:
        return _shift(value, zeros)
    (a, b), (c, d) = _split(value), _split(factor)
    return _join(a * c, b * d)


def ratio(num: str, den: str) -> str:
    """The exact quotient of two canonical values (`2`, `5` gives `0.4`). Raises ZeroDivisionError if `den` is 0."""
    (a, b), (c, d) = _split(num), _split(den)
    if c == 0:
        raise ZeroDivisionError("ratio: the denominator is 0")
    return _join(a * d, b * c)


def negate(v: str) -> str:
    """The canonical value with the other sign."""
    if v == "0":
        return v
    return v[1:] if v.startswith("-") else "-" + v


def add(a: str, b: str) -> str:
    """The exact sum of two canonical values."""
    (n, d), (m, e) = _split(a), _split(b)
    return _join(n * e + m * d, d * e)


def compare(a: str, b: str) -> int:
    """-1, 0 or 1, as canonical value `a` is less than, equal to or greater than `b`."""
    if a == b:
        return 0
    (n, d), (m, e) = _split(a), _split(b)
    return (n * e > m * d) - (n * e < m * d)


# --- exact values ---------------------------------------------------------------------------------------------------


def _to_int(digits: str) -> int:
    return int(digits) if len(digits) <= _INT_DIGITS else int(Decimal(digits))


def _to_str(number: int) -> str:
    # 3 bits a digit errs on the safe side.
    return str(number) if number.bit_length() < 3 * _INT_DIGITS else format(Decimal(number), "f")


def _split(value: str) -> tuple[int, int]:
    """Numerator and denominator (positive, not reduced)."""
    num, slash, den = value.partition("/")
    if slash:
        return _to_int(num), _to_int(den)
    whole, _, part = value.partition(".")
    return _to_int(whole + part), 10 ** len(part)


def _join(num: int, den: int) -> str:
    if den < 0:
        num, den = -num, -den
    common = gcd(num, den)
    num, den = num // common, den // common
    if den == 1:
        return _to_str(num)
    rest, twos, fives = den, 0, 0
    while rest % 2 == 0:
        rest, twos = rest // 2, twos + 1
    while rest % 5 == 0:
        rest, fives = rest // 5, fives + 1
    if rest != 1:
        return f"{_to_str(num)}/{_to_str(den)}"
    places = max(twos, fives)
    return _shift(_to_str(num * 10**places // den), -places)


def _shift(value: str, places: int) -> str:
    """A decimal string times 10 to the `places`, in canonical form, by moving the point."""
    sign = "-" if value.startswith("-") else ""
    whole, _, part = value.removeprefix("-").partition(".")
    if places >= 0:
        part = part.ljust(places, "0")
        return canonical(f"{sign}{whole}{part[:places]}.{part[places:]}")
    whole = whole.rjust(1 - places, "0")
    return canonical(f"{sign}{whole[:places]}.{whole[places:]}{part}")


# --- reading --------------------------------------------------------------------------------------------------------


def _token(surface: str, role: str, value: str) -> _Token:
    if role in ("point", "more", "approx"):
        return _Token(role, 0, 0, value)
    low, _, high = value.partition("..")
    if not (low.isdecimal() and (high or low).isdecimal()):
        raise ValueError(f"numeral table: {surface!r} has no whole number or range as its value: {value!r}")
    number = int(low)
    exponent = len(low) - 1 if number == 10 ** (len(low) - 1) else 0
    if role in ("indefinite", "vague"):
        return _Token("indefinite", number, int(high or low), surface)
    if role in ("digit", "lead") or (role == "formal" and number < 10):
        kind, valid = ("digit" if number else "zero"), number < 10
    elif role in ("small", "formal"):
        kind, number, valid = "small", exponent, 1 <= exponent <= 3
    elif role == "tens":
        kind, valid = "tens", number % 10 == 0 and 10 < number < 100
    else:
        kind, number, valid = "big", exponent, exponent >= 4 and exponent % 4 == 0
    if not valid or high:
        raise ValueError(f"numeral table: {surface!r} cannot be {role} with the value {value!r}")
    return _Token(kind, number, number, surface)


def _neighbours(a: int, b: int) -> bool:
    """Whether two digits side by side mean `a to b`: the next digit, or 3 and 5, as in the idiom for a few."""
    return a > 0 and (b == a + 1 or (a, b) == (3, 5))


def _suffix(tokens: Sequence[_Token]) -> tuple[int, str | None] | None:
    """Exponent and modifier of scale words after digits: a small one, rising big ones, an infix before or after."""
    exponent, last, mod = 0, 0, None
    for index, token in enumerate(tokens):
        if token.kind == "small" and token.low > 1 and index == 0:
            exponent = token.low
        elif token.kind == "big" and (token.low > last or (token.low == last == 4 and exponent == 4)):
            exponent, last = exponent + token.low, token.low
        elif token.kind in ("more", "approx") and mod is None:
            mod = token.text
        else:
            return None
    return exponent, mod


class _Section:
    """State of `_compound`: the four places being read, and the closed sections before them."""

    __slots__ = ("bare", "closed", "cur", "cur_kind", "cur_width", "last", "prev", "sec", "stack", "unit", "zero")

    def __init__(self, unit: int) -> None:
        self.unit = unit  # 10 to the number of decimals: all values are whole multiples of 1/unit
        self.stack: list[tuple[int, int, int]] = []  # exponent, low, high; exponents fall
        self.sec = (0, 0)
        self.last = 4  # exponent of the last small scale in the section; a smaller one must follow
        self.cur: tuple[int, int] | None = None  # digits that still wait for their scale
        self.cur_kind = ""
        self.cur_width = 0
        self.prev: tuple[str, int] = ("", 0)  # kind and exponent of the scale right before `cur`, or of a zero
        self.zero = False
        self.bare = False  # began with a scale word that no digit multiplies: only big scales may follow
        self.closed = False  # a range or indefinite digit was read: nothing smaller may follow

    def open(self, cur: tuple[int, int], kind: str, width: int) -> bool:
        if self.cur is not None or self.bare or self.closed:
            return False
        self.cur, self.cur_kind, self.cur_width = (cur[0] * self.unit, cur[1] * self.unit), kind, width
        return True

    def small(self, exponent: int, first: bool) -> bool:
        if exponent >= self.last or self.bare:
            return False
        if self.cur is None:
            if self.closed or not (first or (exponent == 1 and self.prev[0] in ("small", "big", "zero"))):
                return False
            self.bare = exponent > 1
            self.cur, self.cur_kind = (self.unit, self.unit), "digit"
        elif self.cur_kind == "arabic" and (self.stack or any(self.sec)) and self.cur[1] >= 10 * self.unit:
            return False
        low, high = self.cur
        power = 10**exponent
        if self.cur_kind == "indefinite":
            # An unknown digit before a scale word fills the places below it: 20..99, 200..999.
            self.sec = (self.sec[0] + low * power, self.sec[1] + (high + self.unit) * power - self.unit)
        else:
            self.sec = (self.sec[0] + low * power, self.sec[1] + high * power)
        self.cur, self.last, self.zero, self.prev = None, exponent, False, ("small", exponent)
        return True

    def tens(self, number: int) -> bool:
        if self.cur is not None or self.last <= 1 or self.bare or self.closed:
            return False
        self.sec = (self.sec[0] + number * self.unit, self.sec[1] + number * self.unit)
        self.last, self.zero, self.prev = 1, False, ("small", 1)
        return True

    def big(self, exponent: int, first: bool) -> bool:
        joined = False
        # A lone digit after a big scale, then a bigger one: which place it has is anyone's guess.
        loose = self.cur is not None and self.cur_kind == "digit" and self.prev[0] in ("big", "joined")
        if self.cur is not None:
            if not self.settle(final=False):
                return False
        elif self.zero:
            return False
        low, high = self.sec
        if not low:
            if first:
                low = high = self.unit
                self.bare = True
            elif self.prev[0] != "big":
                return False
        stack = self.stack
        if not low and stack and stack[-1][0] == exponent == 4 and not self.bare:
            # ten thousand times ten thousand
            _, low, high = stack.pop()
            joined = True
        if loose and stack and stack[-1][0] < exponent:
            return False
        while stack and stack[-1][0] < exponent:
            _, more_low, more_high = stack.pop()
            low, high, joined = low + more_low, high + more_high, True
        if not low:
            return False
        low, high = low * 10**exponent, high * 10**exponent
        if stack and high >= 10 ** stack[-1][0] * self.unit:
            return False
        stack.append((exponent, low, high))
        self.sec, self.last, self.zero, self.prev = (0, 0), 4, False, ("joined" if joined else "big", exponent)
        return True

    def settle(self, *, final: bool) -> bool:
        """Add the waiting digits to the section; without a scale of their own they are units or, right after a scale,
        the next lower place."""
        assert self.cur is not None
        low, high = self.cur
        kind, exponent = self.prev
        power = 1
        rest = self.cur_width if self.cur_kind == "arabic" else 1
        if kind in ("small", "big", "joined") and exponent > 1 and (final or kind == "small"):
            if rest == 1 and final and kind != "joined" and self.cur_kind != "indefinite":
                power = 10 ** (exponent - 1)
            elif self.cur_kind != "arabic" or rest != exponent:
                return False
        elif high >= 10**self.last * self.unit and (self.stack or any(self.sec)):
            return False
        self.sec = (self.sec[0] + low * power, self.sec[1] + high * power)
        self.cur, self.zero = None, False
        return True


def _compound(tokens: Sequence[_Token]) -> Number | None:
    """Places in words, with Arabic digits between them or not."""
    decimals = 0
    for token in tokens:
        if token.kind == "arabic":
            if len(token.text) > _MAX_ARABIC or decimals:
                return None
            decimals = len(token.text.partition(".")[2])
    state = _Section(10**decimals)
    mod: str | None = None
    previous = ""
    for index, token in enumerate(tokens):
        kind, low = token.kind, token.low
        if mod and kind != "big":
            return None
        if kind == "digit":
            if previous == "digit" and state.cur is not None and not state.closed:
                first = state.cur[0] // state.unit
                good = _neighbours(first, low)
                state.cur, state.closed = (first * state.unit, low * state.unit), True
            else:
                good = state.open((low, low), kind, 1)
        elif kind == "arabic":
            whole, _, part = token.text.partition(".")
            good = state.open((0, 0), kind, len(whole))
            number = int(whole + part) * 10 ** (decimals - len(part))
            state.cur = (number, number)
        elif kind == "zero":
            good = state.cur is None and not (state.zero or state.bare or state.closed)
            state.zero, state.prev = True, (kind, 0)
        elif kind == "indefinite":
            good = _indefinite(state, token, index)
        elif kind == "small":
            good = state.small(low, index == 0)
        elif kind == "tens":
            good = state.tens(low)
        elif kind == "big":
            good = state.big(low, index == 0)
        elif kind in ("more", "approx"):
            good = index > 0 and (previous in ("small", "big", "tens") or previous == "arabic")
            mod = token.text
        else:
            good = False
        if not good:
            return None
        previous = kind
    if state.cur is not None:
        if not state.settle(final=True):
            return None
    elif state.zero:
        return None
    lower = _shift(str(state.sec[0] + sum(part[1] for part in state.stack)), -decimals)
    upper = _shift(str(state.sec[1] + sum(part[2] for part in state.stack)), -decimals)
    return Number(lower, mod=mod) if lower == upper else Number(None, lower, upper, mod)


def _indefinite(state: _Section, token: _Token, index: int) -> bool:
    """An unknown digit: of any place at the start, of the units after a ten or a zero (then it may be 1)."""
    if state.cur is not None and state.cur_kind == "arabic" and not state.closed:
        low, high = state.cur
        good = low > 0 and low % (10 * state.unit) == 0
        state.cur, state.closed = (low + state.unit, high + token.high * state.unit), True
        return good
    units = state.prev == ("small", 1) or state.prev[0] == "zero"
    good = state.open((1 if units else token.low, token.high), "units" if units else "indefinite", 1)
    state.closed = True
    return good


# --- finding --------------------------------------------------------------------------------------------------------


def _escape(chars: Iterable[str]) -> str:
    """The inside of a character class."""
    return "".join(re.escape(char) for char in chars)


class _Finder:
    """Builds the regex source of `Numerals.run`.

    The first character is taken by one class, which `re` scans for quickly; lookbehinds then look at what it was. Loops
    are possessive and their branches begin with different characters, so no text makes the scan step back.
    """

    def __init__(
        self,
        rows: Sequence[Mapping[str, str]],
        tokens: Mapping[str, _Token],
        after: Mapping[str, Sequence[str]],
        before: Mapping[str, Sequence[str]],
    ) -> None:
        self._after, self._before = after, before
        chars: dict[str, list[str]] = {}
        self._long: list[str] = []
        self._not_tail: list[str] = []
        for row in rows:
            surface, role = row["surface"], row["role"]
            if role in ("not_after", "not_before", "half"):
                continue
            if role == "not_tail":
                self._not_tail.append(re.escape(surface))
                continue
            if len(surface) == 1:
                kind = tokens[surface].kind
                chars.setdefault(role + "_" + kind if role == "formal" else role, []).append(surface)
                if kind == "small" and tokens[surface].low == 1:
                    chars.setdefault("ten", []).append(surface)
            elif role == "indefinite" and len(surface) == 2:
                self._long.append(surface)
            else:
                raise ValueError(f"numeral table: {surface!r} is too long for the role {role}")
        self._chars = {role: "".join(members) for role, members in chars.items()}
        self._exponents = {s: t.low for s, t in tokens.items() if t.kind in ("small", "big")}
        self._zero = "".join(s for s in self._get("digit") if tokens[s].kind == "zero")
        self._one = "".join(s for s in self._get("digit") if tokens[s].low == 1)

    def _get(self, *roles: str) -> str:
        return "".join(self._chars.get(role, "") for role in roles)

    def _guard(self, char: str) -> str:
        """What must hold right after `char` is taken: no word of `not_after` or `not_before`."""
        source = ""
        words = self._after.get(char)
        if words:
            refused = f"(?!{'|'.join(map(re.escape, words))})"
            higher = [s for s, e in self._exponents.items() if e > self._exponents.get(char, 99)]
            # A digit between a higher scale and this one counts this one, whatever word it also begins.
            digits = _escape(self._get("digit")) + "0-9"
            source += f"(?:{refused}|(?<=[{_escape(higher)}][{digits}]{re.escape(char)}))" if higher else refused
        for word in self._before.get(char, ()):
            source += f"(?<!{re.escape(word + char)})"
        return source

    def _guarded(self, chars: str) -> tuple[str, list[tuple[str, str]]]:
        """Characters without a guard, and those with one."""
        guards = {char: self._guard(char) for char in dict.fromkeys(chars)}
        return "".join(c for c, g in guards.items() if not g), [(c, g) for c, g in guards.items() if g]

    def take(self, chars: str) -> str:
        """Source that takes one of `chars` where its guard holds."""
        free, guarded = self._guarded(chars)
        return _either(_class(free) if free else "", *(re.escape(c) + g for c, g in guarded))

    def was(self, chars: str) -> str:
        """Source that holds where the character just taken is one of `chars` and its guard holds."""
        free, guarded = self._guarded(chars)
        return _either(f"(?<={_class(free)})" if free else "", *(f"(?<={re.escape(c)}){g}" for c, g in guarded))

    def source(self) -> str:
        digit, lead, formal, formal_scale = map(self._get, ("digit", "lead", "formal_digit", "formal_small"))
        small, tens, big, ten = map(self._get, ("small", "tens", "big", "ten"))
        bare, vague = map(self._get, ("indefinite", "vague"))
        hundreds = "".join(char for char in small if char not in ten)
        scales = small + formal_scale + tens + big
        all_tens = ten + tens
        any_number = _class(digit + lead + formal + scales)
        unknown = bare + vague
        long_first = "".join(word[0] for word in self._long)
        start = _class(digit + lead + formal + scales + unknown + long_first)[1:-1]

        # Groups repeat inside `(?>…)`, not by `++`: Python before 3.11.5 mistakes its place after a possessive group.
        bigs = f"(?>(?:{self.take(big)}){{1,3}})"
        infix = f"(?:{self.take(self._get('more'))}|{self.take(self._get('approx'))})"

        # Arabic digits: a whole number, decimals unless it is part of a dotted chain (a date, a version), scale words.
        whole = r"(?:[0-9]{0,2}+(?>(?:,[0-9]{3}(?![0-9]))+)|[0-9]*+)"
        arabic = rf"(?<=[0-9])(?:(?<=[0-9]\.[0-9]){whole}|{whole}(?>(?:\.[0-9]++(?!\.[0-9]))?))"
        hundred = self.take(hundreds)
        any_hundred = self.take(hundreds + "".join(char for char in formal_scale if char not in ten))
        arabic_scale = f"(?:(?<![0-9]{{5}}){any_hundred}(?>(?:{bigs})?)|{bigs})"
        zero = f"{_class(self._zero)}?+" if self._zero else ""
        # A place below: digits with a scale word of their own, ...
        place = (
            rf"{zero}(?:(?:[0-9]{{1,3}}(?>(?:,[0-9]{{3}})+)(?![0-9])|[0-9]{{1,6}}+)(?>(?:\.[0-9]{{1,6}}+)?)"
            f"|{_class(digit + lead)})"
            f"(?:{self.take(small + formal_scale)}(?>(?:{bigs})?)|{bigs})"
        )
        # ... or without: one digit, all digits that the scale word leaves, or any after a zero.
        no_more = f"(?!{'|'.join(['[0-9]', '[.,][0-9]', *self._not_tail])})"
        written = [(re.escape(s), e) for s, e in self._exponents.items() if s in scales]
        fills = [rf"(?<={s})[0-9]{{{e}}}" for s, e in written if 1 < e < 9]
        grouped = [rf"(?<={s})[0-9],[0-9]{{3}}" for s, e in written if e == 4]
        ends = [*grouped, "[0-9]", *fills, *([f"{_class(self._zero)}[0-9]{{1,4}}"] if self._zero else [])]
        end = f"(?>(?:(?:{'|'.join(ends)}){no_more})?)"
        round_off = f"(?<=0){self.take(bare)}(?>(?:{bigs})?)" if bare else "(?!)"
        more_after = f"(?<=[0-9]){self.take(self._get('more'))}|(?<=0){self.take(self._get('approx'))}"
        arabic_tail = f"(?>(?:(?:(?<={_class(scales)}){infix}|{more_after})(?>(?:{bigs})?)|{round_off})?)"
        arabic_all = f"{arabic}(?>(?:{arabic_scale}(?>(?:{place})*){end})?){arabic_tail}"

        # Numbers in words. What follows the first character is one loop over everything that may go on.
        before_lead = _class(digit + lead + formal + scales)
        free, guarded = self._guarded(digit + small + formal_scale + tens + big)
        going = [f"{_class(free)}++", *(re.escape(c) + g for c, g in guarded)]
        if lead:
            counting = "".join(c for c in digit if c not in self._zero)
            going.append(
                f"(?<!{_class(counting + lead)}){_class(lead)}(?={_class(hundreds + formal_scale + big + digit)})"
            )
        if bare:
            going.append(f"(?<={_class(all_tens + self._zero)}){self.take(bare)}")
        if unknown:
            going.append(f"(?<={_class(scales)}){self.take(unknown)}(?={_class(small)})")
        if vague:
            going.append(f"(?<={_class(all_tens)}){self.take(vague)}(?={_class(big)})")
        if formal:
            formal_all = _class(formal + formal_scale)
            near = _class(formal + formal_scale + self._zero)
            going.append(f"{_class(formal)}(?:(?={_class(formal + scales)})|(?<={near}{formal_all}))")
        loop = f"(?>(?:{'|'.join(going)})*)"

        starts = [self.was(digit) + loop, self.was(small + tens + big) + loop]
        if lead:
            starts.append(f"(?<={_class(lead)})(?:(?<!{before_lead}{_class(lead)})|(?={_class(hundreds + big)})){loop}")
        if lead and self._one:
            two = f"(?<={_class(self._one)})(?<!{before_lead}{_class(self._one)}){_class(lead)}"
            starts.insert(0, two + loop)
        if formal or formal_scale:
            words_before = "".join(f"(?<!{re.escape(w + c)})" for c in formal_scale for w in self._before.get(c, ()))
            starts.append(
                f"(?<={_class(formal + formal_scale)})(?={_class(formal + formal_scale + big + hundreds)}"
                f"|(?<={_class(formal_scale)}){words_before}{_class(digit)}{_class(big)}){loop}"
            )
        words = [re.escape(word[1:]) + f"(?<={re.escape(word)})" for word in self._long]
        first_unknown = _either(f"(?<={_class(unknown)})" if unknown else "", *words)
        if unknown:
            vetoes = "".join(f"(?<!{re.escape(w + c)})" for c in unknown for w in self._before.get(c, ()))
            # After an unknown digit a scale word is always taken: several thousand metres are several kilometres.
            starts.append(f"{first_unknown}{vetoes}{_class(small + big)}{loop}")
        if bare:
            starts.append(_either(self.was(bare), *words))
        point = (
            f"(?>(?:(?<={any_number}){_class(self._get('point'))}{_class(digit)}++(?!{_class(all_tens)})"
            f"(?>(?:{hundred}(?>(?:{bigs})?)|{bigs})?))?)"
            if self._get("point") and digit
            else ""
        )
        tail = f"(?>(?:(?<={_class(scales)}){infix}(?>(?:{bigs})?))?)" if scales else ""
        words_all = f"(?:{'|'.join(starts)}){point}{tail}"
        return f"[0-9{start}](?:{arabic_all}|(?<![0-9]){words_all})"


def _class(chars: str) -> str:
    """A character class; of no characters, one that never matches."""
    return f"[{_escape(dict.fromkeys(chars))}]" if chars else r"(?!)"


def _either(*sources: str) -> str:
    """The non-empty sources as one group."""
    return f"(?:{'|'.join(source for source in sources if source)})" if any(sources) else r"(?!)"


def _run_source(
    rows: Sequence[Mapping[str, str]],
    tokens: Mapping[str, _Token],
    after: Mapping[str, Sequence[str]],
    before: Mapping[str, Sequence[str]],
) -> str:
    return _Finder(rows, tokens, after, before).source()
