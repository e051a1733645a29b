"""Differences to read: in context, grouped by the rule that caused them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from .context import Paint, in_context
from .golden import Difference, Fixture, Record, Verdict

NOTHING = "(no rule: nothing stands there)"


def by_rule(found: Iterable[tuple[Fixture, Difference]]) -> dict[str, list[tuple[Fixture, Difference]]]:
    """Differences by rule, rules with most of them first."""
    groups: dict[str, list[tuple[Fixture, Difference]]] = {}
    for fixture, d in found:
        groups.setdefault(d.rule, []).append((fixture, d))
    return dict(sorted(groups.items(), key=lambda item: (-len(item[1]), item[0])))


def report(found: Iterable[tuple[Fixture, Difference]], paint: Paint) -> Iterator[str]:
    """Lines: a rule, then each of its differences in context with what the fixture says and what was found."""
    for rule, group in by_rule(found).items():
        yield paint("head", f"{rule or NOTHING}  {len(group)}")
        for fixture, d in group:
            yield from _difference(fixture, d, paint)


def _difference(fixture: Fixture, d: Difference, paint: Paint) -> Iterator[str]:
    start, end = d.span
    if "start" not in (d.gold or d.found or {}):
        end = _figure_end(fixture, start)
    where = f"{fixture.path.name}{f':{fixture.line}' if fixture.line else ''} {fixture.id} {start}:{end}"
    yield f"  {paint('faint', f'{d.mark}  {where}')}  {d.type} {d.kind}"
    if d.type != "document":
        yield f"    {in_context(fixture.text, start, end, paint)}"
    if d.gold is not None:
        yield paint("minus", f"    - {_fields(d.gold, d)}")
    if d.found is not None:
        yield paint("plus", f"    + {_fields(d.found, d)}")


def _figure_end(fixture: Fixture, start: int) -> int:
    """Where the figure of a fact ends, as far as the fixture tells."""
    for kind in ("quantity", "ordinal"):
        for m in fixture.data.get(kind, ()):
            if m["start"] == start:
                return int(m["end"])
    return start + 1


def _fields(record: Record, d: Difference) -> str:
    """The fields in question, or all that say something."""
    hidden = ("start", "end", "id", "q_start", "evidence")
    names = d.fields or [k for k, v in record.items() if v is not None and k not in hidden]
    return ", ".join(f"{name} {_value(record.get(name))}" for name in names)


def _value(value: Any) -> str:
    return "null" if value is None else str(value).replace("\n", "\\n")


def summary(verdict: Verdict) -> str:
    """One line: how many texts, differences, known ones, mended ones."""
    parts = [f"{len(verdict.fixtures)} texts", f"{len(verdict.new)} new differences", f"{len(verdict.known)} known"]
    if verdict.mended:
        parts.append(f"{len(verdict.mended)} known ones are gone (zhextract golden accept --mended writes that down)")
    return ", ".join(parts)
