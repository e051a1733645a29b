"""What differs between two versions of the rules, and which texts that can touch.

A change of a rule touches a text only where the rule can start in it, before or after; a change of a row only where its
surface stands. Nothing is run to the end for this: the changed rules are compiled without all that stands around their
anchors, so that they match wherever they could.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Final, cast

import msgspec

from ..engine import Engine
from ..errors import RuleError, UsageError
from ..examples import Case
from ..numerals import Numerals
from ..rules import pack as p
from ..rules.build import builtin_folder
from ..rules.compile import compile_rules
from ..rules.load import SHARED, TABLE_FOLDERS, load
from ..rules.pattern import PatternError, parse, refs
from ..rules.schema import Def, Rule, RuleSource
from . import git
from .golden import Fixture
from .ruleset import KNOWN_MISSES, ROW_VALUES, RuleSet

NUMERAL: Final = "numeral"


@dataclass(frozen=True)
class Change:
    """Two versions of the rules and what differs.

    `rules` are the ids of rules that say something else, themselves or by their sub-patterns; `rows` are
    `lexicon/surface`. `everything` says why any text may be touched ("": it may not).
    """

    old: RuleSource
    new: RuleSource
    rules: frozenset[str]
    rows: frozenset[tuple[str, str]]
    examples: frozenset[str]
    everything: str = ""

    def __bool__(self) -> bool:
        return bool(self.rules or self.rows or self.examples or self.everything)

    def __str__(self) -> str:
        if self.everything:
            return self.everything
        parts = [f"{n} {what}{'s' * (n != 1)}" for n, what in (
            (len(self.rules), "rule"), (len(self.rows), "row"), (len(self.examples - self.rules), "rule's example"),
        ) if n]  # fmt: skip
        return f"{', '.join(parts)} changed" if parts else "nothing changed"


# -------------------------------------------------------------------------------------------------------------- finding


def since(rules: RuleSet, revision: str) -> Change:
    """What differs from the rules as they were at a revision. Raises UsageError, and RuleError of the new rules."""
    new = old = rules.source
    everything = ""
    for folder in rules.folders:
        names = _edited(rules, folder, revision)
        if not names:
            continue
        others = [name for name in names if not _is_source(name) and name not in (KNOWN_MISSES, ROW_VALUES)]
        everything = everything or (f"{folder.name}/{others[0]} changed" if others else "")
        try:
            old = _before(old, folder, revision, [name for name in names if _is_source(name)])
        except RuleError as fault:
            everything = everything or f"the rules of {revision} can't be read ({fault})"
    return difference(old, new, everything)


def _edited(rules: RuleSet, folder: Path, revision: str) -> list[str]:
    """The rule files of a folder that differ. Built-in rules below others are as installed, where git has no say."""
    try:
        return [name for name in git.changed(folder, revision) if name.endswith((".yml", ".tsv"))]
    except UsageError:
        if folder == builtin_folder() and len(rules.folders) > 1:
            return []
        raise


def _is_source(name: str) -> bool:
    """Whether `load` reads a file of a rule folder."""
    return name.endswith(".yml") or (name.count("/") == 1 and name.split("/")[0] in TABLE_FOLDERS)


def _before(source: RuleSource, folder: Path, revision: str, names: Sequence[str]) -> RuleSource:
    """The source with some files of a folder as they were."""
    with tempfile.TemporaryDirectory(prefix="zhextract-") as scratch:
        past = Path(scratch, folder.name)
        past.mkdir()
        for name in names:
            data = git.content(folder, revision, name)
            if data is not None:
                (past / name).parent.mkdir(parents=True, exist_ok=True)
                (past / name).write_bytes(data)
        found = load([past])
    files = {f"{folder.name}/{name}" for name in names}
    rules = {rule.id: rule for rule in source.rules if rule.file not in files}
    rules = _in_place(source.rules, rules, found.rules)
    defs = {file: dict(here) for file, here in source.defs.items() if file not in files}
    if f"{folder.name}/{SHARED}" in files:
        defs[""] = {}
    for file, here in found.defs.items():
        defs[file] = {**defs.get(file, {}), **here}
    lexicons = {name: lexicon for name, lexicon in source.lexicons.items() if lexicon.file not in files}
    layers = {**source.layers, **found.layers}
    return RuleSource(rules=tuple(rules.values()), defs=defs, lexicons={**lexicons, **found.lexicons}, layers=layers)


def _in_place(order: Iterable[Rule], kept: Mapping[str, Rule], found: Iterable[Rule]) -> dict[str, Rule]:
    """The kept rules in their order, those of the past where the rules of their file stand now, or at the end."""
    by_file: dict[str, list[Rule]] = {}
    for rule in found:
        by_file.setdefault(rule.file, []).append(rule)
    out: dict[str, Rule] = {}
    for rule in order:
        for past in by_file.pop(rule.file, ()):
            out[past.id] = past
        if rule.id in kept:
            out[rule.id] = rule
    for rest in by_file.values():
        out |= {past.id: past for past in rest}
    return out


def difference(old: RuleSource, new: RuleSource, everything: str = "") -> Change:
    """What differs between two sources."""
    before, after = {rule.id: rule for rule in old.rules}, {rule.id: rule for rule in new.rules}
    rules = set(before) ^ set(after)
    examples: set[str] = set()
    for rule_id in before.keys() & after.keys():
        a, b = before[rule_id], after[rule_id]
        if _said(a) != _said(b) or (old.layers[rule_id] != new.layers[rule_id]):
            rules.add(rule_id)
        if _tried(a) != _tried(b):
            examples.add(rule_id)
    same = [rule_id for rule_id in before if rule_id in after]
    moved = [rule_id for rule_id in after if rule_id in before]
    if same != moved:  # of equal candidates the rule that comes earlier stands
        for tag, i, j, k, m in SequenceMatcher(None, same, moved, autojunk=False).get_opcodes():
            if tag != "equal":
                rules |= {*same[i:j], *moved[k:m]}
    rows = {(name, surface) for name in {*old.lexicons, *new.lexicons} for surface in _rows_between(old, new, name)}
    if old.defs is not new.defs:
        changed = _defs_between(old, new)
        for source in (old, new):
            rules |= {rule.id for rule in source.rules if not changed.isdisjoint(_uses(source, rule))}
    return Change(
        old, new, frozenset(rules), frozenset(rows), frozenset(examples), everything or _keys_of_code(new, rows)
    )


def _said(rule: Rule) -> tuple[object, ...]:
    return rule.pattern, rule.anchor, rule.emit, rule.priority, rule.where


def _tried(rule: Rule) -> list[object]:
    return [msgspec.structs.replace(e, line=0) for e in (*rule.examples, *rule.counterexamples)]


def _rows_between(old: RuleSource, new: RuleSource, name: str) -> Iterator[str]:
    """Surfaces of a lexicon whose rows differ."""
    a, b = old.lexicons.get(name), new.lexicons.get(name)
    before, after = a.rows if a else {}, b.rows if b else {}
    if before is not after:
        yield from (s for s in {*before, *after} if before.get(s) != after.get(s))


def _defs_between(old: RuleSource, new: RuleSource) -> set[tuple[str, str]]:
    """Sub-patterns (file, name) that differ."""
    found = set()
    for file in {*old.defs, *new.defs}:
        before, after = old.defs.get(file, {}), new.defs.get(file, {})
        for name in {*before, *after}:
            if _def(before.get(name)) != _def(after.get(name)):
                found.add((file, name))
    return found


def _def(d: Def | None) -> Def | None:
    return None if d is None else msgspec.structs.replace(d, line=0)


def _uses(source: RuleSource, rule: Rule) -> set[tuple[str, str]]:
    """The sub-patterns (file, name) that a rule is made of, under both files that may hold them."""
    found: set[tuple[str, str]] = set()
    waiting = [rule.pattern]
    while waiting:
        try:
            tree = parse(waiting.pop())
        except PatternError:
            continue
        for ref in refs(tree):
            if (rule.file, ref.name) in found:
                continue
            found |= {(rule.file, ref.name), ("", ref.name)}
            d = source.defs.get(rule.file, {}).get(ref.name) or source.defs[""].get(ref.name)
            if d is not None and d.pattern is not None:
                waiting.append(d.pattern)
    return found


def _keys_of_code(source: RuleSource, rows: Iterable[tuple[str, str]]) -> str:
    """Why the rows may touch any text: a table that the code reads by keys of its own, not by what stands in a text."""
    used = {name for here in source.defs.values() for d in here.values() for name in d.lexicons}
    for name, surface in sorted(rows):
        if name not in used and surface.isascii():
            return f"{name}/{surface} changed"
    return ""


# ------------------------------------------------------------------------------------------------------------- touching


class Probe:
    """Tells which normalized texts a change can touch."""

    def __init__(self, change: Change, numerals: Numerals) -> None:
        self.everything = bool(change.everything)
        self.surfaces = {surface for _, surface in change.rows}
        self.facts = any(s.layers.get(r) == "mentions" for r in change.rules for s in (change.old, change.new))
        self.engines = [] if self.everything else list(_engines(change, numerals))

    def touches(self, text: str) -> bool:
        """Whether anything may be found otherwise in a normalized text."""
        if self.everything or any(surface in text for surface in self.surfaces):
            return True
        return any(engine.find(text).candidates for engine in self.engines)


def _engines(change: Change, numerals: Numerals) -> Iterator[Engine]:
    for source in (change.old, change.new):
        wanted = {r for r in change.rules if source.layers.get(r) == "text"}
        if wanted:
            pack = compile_rules(part(source, wanted), "")
            yield Engine(msgspec.structs.replace(pack, variants=tuple(map(_bare, pack.variants))), numerals)


def part(source: RuleSource, wanted: Collection[str]) -> RuleSource:
    """Some rules with what they are made of, and no more: cheap to compile."""
    rules = tuple(rule for rule in source.rules if rule.id in wanted)
    uses = {use for rule in rules for use in _uses(source, rule)}
    defs = {file: {name: d for name, d in here.items() if (file, name) in uses} for file, here in source.defs.items()}
    lexicons = {name for here in defs.values() for d in here.values() for name in d.lexicons}
    tables = {name: lexicon for name, lexicon in source.lexicons.items() if name in lexicons}
    return msgspec.structs.replace(source, rules=rules, defs=defs, lexicons=tables)


def _bare(v: p.Variant) -> p.Variant:
    """A variant that wants its anchor only, and what must come right behind it where that is cheap to tell."""
    head = v.right[:1]
    if not head or not (
        (isinstance(head[0], p.Lookup) and not head[0].optional) or (isinstance(head[0], p.Regex) and head[0].first)
    ):
        head = ()
    return msgspec.structs.replace(v, name_left=None, left=None, right=head, stops=False, marked=False, where=())


def probe(change: Change, rules: RuleSet) -> Probe:
    """What tells which texts a change of these rules can touch."""
    words = [cast(dict[str, str], row) for row in rules.pack.lexicons[NUMERAL].values()]
    return Probe(change, Numerals(words))


def touched(change: Change, cases: Sequence[Case], rules: RuleSet) -> list[Case]:
    """The cases that a change can touch."""
    found = probe(change, rules)
    normalize = rules.extractor.normalize
    own = change.rules | change.examples | {f"{name}/{surface}" for name, surface in change.rows}
    fact_rules = {rule.id for rule in change.new.rules if change.new.layers[rule.id] == "mentions"}
    return [
        case
        for case in cases
        if case.rule in own or (found.facts and case.rule in fact_rules) or found.touches(normalize(case.text).text)
    ]


def touched_fixtures(change: Change, fixtures: Sequence[Fixture], rules: RuleSet) -> list[Fixture]:
    """The golden texts that a change can touch."""
    found = probe(change, rules)
    normalize = rules.extractor.normalize
    return [f for f in fixtures if found.facts or found.touches(normalize(f.text).text)]
