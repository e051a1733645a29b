"""Rules as a list, one rule with all it is made of, and the skeleton of a new one."""

from __future__ import annotations

from collections.abc import Iterator
from fnmatch import fnmatchcase
from pathlib import Path

from ..errors import UsageError
from ..rules.pattern import parse, refs
from ..rules.schema import EMITS, FACT_EMITS, Def, Rule, RuleSource
from ..write import write_file
from .ruleset import RuleSet


def entries(rules: RuleSet, wanted: str = "*", type: str | None = None) -> list[dict[str, object]]:
    """A row a rule: id, type, layer, place, how many examples it has, what it is for."""
    source = rules.source
    return [
        {
            "id": rule.id, "type": rule.emit["type"], "layer": source.layers[rule.id],
            "file": rule.file, "line": rule.line, "priority": rule.priority,
            "examples": len(rule.examples), "counterexamples": len(rule.counterexamples), "doc": rule.doc,
        }
        for rule in source.rules
        if fnmatchcase(rule.id, wanted) and type in (None, rule.emit["type"])
    ]  # fmt: skip


def shown(rules: RuleSet, rule_id: str) -> str:
    """A rule as it is written, and below it every sub-pattern and lexicon that it uses. Raises UsageError."""
    rule = rules.rule(rule_id)
    lines = rules.path(rule.file).read_text(encoding="utf-8-sig").splitlines()
    blocks = [f"# {rule.file}:{rule.line}", *_block(lines, rule.line - 1)]
    uses = list(_uses(rules.source, rule))
    if uses:
        blocks += ["", "# what it is made of"]
        blocks += [f"{d.name}: {_written(d)}  # {d.file}:{d.line}" for d in uses]
    names = dict.fromkeys(name for d in uses for name in d.lexicons)
    for name in names:
        lexicon = rules.source.lexicons[name]
        blocks.append(f"# {lexicon.file}: {len(lexicon.rows)} rows, columns {', '.join(lexicon.columns)}")
    return "\n".join(blocks)


def _block(lines: list[str], at: int) -> list[str]:
    """The lines of the list item that begins at a line."""
    depth = _indent(lines[at])
    if not lines[at].lstrip(" ").startswith("-"):
        depth -= 2  # the dash stands on a line of its own
    end = at + 1
    while end < len(lines) and (not lines[end].strip() or _indent(lines[end]) > depth):
        end += 1
    while not lines[end - 1].strip():
        end -= 1
    return lines[at:end]


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _uses(source: RuleSource, rule: Rule) -> Iterator[Def]:
    """The sub-patterns of a rule, each once, outer before inner."""
    seen: set[str] = set()
    waiting = [rule.pattern]
    while waiting:
        for ref in refs(parse(waiting.pop(0))):
            d = source.defs.get(rule.file, {}).get(ref.name) or source.defs[""].get(ref.name)
            if d is None or ref.name in seen:
                continue
            seen.add(ref.name)
            yield d
            if d.pattern is not None:
                waiting.append(d.pattern)


def _written(d: Def) -> str:
    if d.pattern is not None:
        return f'"{" ".join(d.pattern.split())}"'
    parts = {"lexicon": ", ".join(d.lexicons)} if d.lexicons else {"read": d.read or ""}
    options = {**parts, **d.options}
    return "{" + ", ".join(f"{k}: {f'[{v}]' if ', ' in v else v}" for k, v in options.items()) + "}"


# ---------------------------------------------------------------------------------------------------------------- new

_TODO = "TODO"


def skeleton(
    rule_id: str,
    type: str,
    *,
    pattern: str | None = None,
    anchor: str | None = None,
    doc: str | None = None,
    examples: tuple[str, ...] = (),
    counterexamples: tuple[str, ...] = (),
) -> str:
    """A rule to fill in, as YAML: what is not given stands there as TODO. Raises UsageError for an unknown type."""
    emits = EMITS | FACT_EMITS
    if type not in emits:
        raise UsageError(f"no type {type!r}; one of {', '.join(emits)}")
    lines = [
        f"- id: {rule_id}",
        f"  doc: {doc or _TODO + ' what it is for'}",
        f"  pattern: {_quoted(pattern or f'{{value:number}} {_TODO}')}",
        f"  anchor: {anchor or 'value'}",
    ]
    if emits[type]:
        lines.append("  emit:")
        lines.append(f"    type: {type}")
        lines += [f"    # {field}:" for field in sorted(emits[type])]
    else:
        lines.append(f"  emit: {{type: {type}}}")
    lines.append("  examples:")
    lines += [f"  - {text}" for text in examples or (f"{_TODO} a text with <what it finds>: {{field: value}}",) * 2]
    lines.append("  not:")
    lines += [f"  - {text}" for text in counterexamples or (f"{_TODO} a text in which it finds nothing",)]
    return "\n".join(lines)


def _quoted(pattern: str) -> str:
    """A pattern as a YAML scalar in double quotes."""
    return '"' + pattern.replace("\\", "\\\\").replace('"', '\\"') + '"'


def append(file: str, rule_id: str, text: str) -> None:
    """Append a rule to a rule file, made when missing; the file is complete or as it was. Raises UsageError."""
    path = Path(file)
    before = path.read_text(encoding="utf-8") if path.is_file() else ""
    if f"id: {rule_id}\n" in before:
        raise UsageError(f"{file} has a rule {rule_id} already")
    head = "" if "rules:" in before.split() else "rules:\n"
    joint = "" if not before else "\n" if before.endswith("\n") else "\n\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    write_file(path, f"{before}{joint}{head}{text}\n".encode())
