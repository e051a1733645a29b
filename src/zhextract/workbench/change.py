"""What differs between two versions of the rules, and which texts that can touch.

A change of a rule touches a text only where the rule finds something else in it than before; a change of a row only
where its surface stands. Nothing is run to the end for this: the changed rules are compiled alone, as they were and as
they are.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from pathlib import Path

import msgspec

from .. import tables
from ..engine import Engine, Reading, Value
from ..errors import RuleError, UsageError
from ..examples import Case
from ..pipeline import Extractor
from ..rules import pack as p
from ..rules.build import builtin_folder
from ..rules.compile import compile_rules
from ..rules.load import SHARED, TABLE_FOLDERS, load
from ..rules.pattern import PatternError, parse, refs
from ..rules.schema import Def, Rule, RuleSource
from ..words import Words
from . import git
from .golden import Fixture
from .ruleset import KNOWN_MISSES, ROW_VALUES, RuleSet


@dataclass(frozen=True)
class Change:
    """Two versions of the rules and what differs.

    `rules` are the ids of rules that say something else, themselves or by their sub-patterns; `moved` are those of them
    that stand at another place in the order. `rows` are `lexicon/surface`. `everything` says why any text may be
    touched ("": it may not). `past`: the files that were edited, as they were (None: not there), if that is known.
    """

    old: RuleSource
    new: RuleSource
    rules: frozenset[str]
    rows: frozenset[tuple[str, str]]
    examples: frozenset[str]
    everything: str = ""
    moved: frozenset[str] = frozenset()
    past: Mapping[Path, bytes | None] = field(default_factory=dict)

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
    past: dict[Path, bytes | None] = {}
    for folder in rules.folders:
        names = _edited(rules, folder, revision)
        if not names:
            continue
        others = [name for name in names if not _is_source(name) and name not in (KNOWN_MISSES, ROW_VALUES)]
        everything = everything or (f"{folder.name}/{others[0]} changed" if others else "")
        past |= {folder / name: git.content(folder, revision, name) for name in names}
        try:
            old = _before(old, folder, {name: past[folder / name] for name in names if _is_source(name)})
        except RuleError as fault:
            everything = everything or f"the rules of {revision} can't be read ({fault})"
    return replace(difference(old, new, everything), past=past)


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


def _before(source: RuleSource, folder: Path, contents: Mapping[str, bytes | None]) -> RuleSource:
    """The source with some files of a folder as they were."""
    with tempfile.TemporaryDirectory(prefix="zhextract-") as scratch:
        past = Path(scratch, folder.name)
        past.mkdir()
        for name, data in contents.items():
            if data is not None:
                (past / name).parent.mkdir(parents=True, exist_ok=True)
                (past / name).write_bytes(data)
        found = load([past])
    files = {f"{folder.name}/{name}" for name in contents}
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
    moved: set[str] = set()
    order, now = [r for r in before if r in after], [r for r in after if r in before]
    if order != now:  # of equal candidates the rule that comes earlier stands
        for tag, i, j, k, m in SequenceMatcher(None, order, now, autojunk=False).get_opcodes():
            if tag != "equal":
                moved |= {*order[i:j], *now[k:m]}
    rules |= moved
    rows = {(name, surface) for name in {*old.lexicons, *new.lexicons} for surface in _rows_between(old, new, name)}
    if old.defs is not new.defs:
        changed = _defs_between(old, new)
        for source in (old, new) if changed else ():
            rules |= {rule.id for rule in source.rules if not changed.isdisjoint(_uses(source, rule))}
    return Change(
        old, new, frozenset(rules), frozenset(rows), frozenset(examples), everything or _keys_of_code(new, rows),
        frozenset(moved),
    )  # fmt: skip


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
    """Tells which normalized texts a change can touch; `extractor` runs one version of the rules or the other."""

    def __init__(self, change: Change, extractor: Extractor) -> None:
        self.change, self.normalize = change, extractor.normalize
        self.surfaces = {surface for _, surface in change.rows}
        self.before = self.after = None
        if not change.everything:
            self.before, self.after = _Side(change, change.old, extractor), _Side(change, change.new, extractor)

    def touches(self, text: str, folded: str | None = None) -> bool:
        """Whether anything may be found otherwise in a normalized text.

        `folded`: what rules over mentions see of it (`facts.folding`), where that is known.
        """
        before, after = self.before, self.after
        if before is None or after is None or any(surface in text for surface in self.surfaces):
            return True
        # What the rules find in a cell of a table by itself, they need not find in the text.
        if (before.may_find(text) or after.may_find(text)) and (
            tables.present(text) or before.found(text) != after.found(text)
        ):
            return True
        if folded is None:
            return before.may_speak(text) or after.may_speak(text)
        return before.over.found(folded) != after.over.found(folded)

    def cases(self, cases: Iterable[Case]) -> list[Case]:
        """The cases that the change can touch, and those of what was changed itself."""
        change = self.change
        own = change.rules | change.examples | {f"{name}/{surface}" for name, surface in change.rows}
        return [case for case in cases if case.rule in own or self.touches(self.normalize(case.text).text)]

    def fixtures(self, fixtures: Iterable[Fixture]) -> list[Fixture]:
        """The golden texts that the change can touch."""
        return [fixture for fixture in fixtures if self.touches(self.normalize(fixture.text).text)]


class _Side:
    """The changed rules of one version, alone: those on texts and those over mentions."""

    def __init__(self, change: Change, source: RuleSource, extractor: Extractor) -> None:
        pack = compile_rules(part(source, change.rules), "")
        of_texts = extractor.mentions.engine
        self.maker = extractor.words
        # What a rule makes of a match, and, where it has moved, that it was another place.
        which = "old" if source is change.old else "new"
        says = {
            rule.id: f"{rule.id} {rule.emit} {rule.priority} {which if rule.id in change.moved else ''}"
            for rule in source.rules
        }
        self.rules = _Finder(pack, Engine(pack, of_texts.numerals, of_texts.names), says)
        bare = msgspec.structs.replace(pack, variants=tuple(map(_bare, pack.variants)))
        self.bare = Engine(bare, of_texts.numerals)
        over = msgspec.structs.replace(pack, rules=pack.fact_rules, variants=pack.fact_variants)
        self.over = _Finder(over, Engine(over, of_texts.numerals), says)
        folds = {p.folded(kind) or "" for kind in p.FOLDS}
        self.anywhere = any(v.reader >= 0 for v in over.variants) or any(
            not folds.isdisjoint(word) for word in self.over.engine.words
        )

    def may_find(self, text: str) -> bool:
        """Whether an anchor of a rule on texts stands in a text."""
        return bool(self.bare.find(text).candidates)

    def found(self, text: str) -> set[_Match]:
        """What the rules on texts find, and what they say of it."""
        return self.rules.found(text, Words(text, self.maker))

    def may_speak(self, text: str) -> bool:
        """Whether a word stands in a text without which no rule over mentions finds anything."""
        words = self.over.engine.automaton
        return self.anywhere or (words is not None and bool(words.find_matches_as_indexes(text, overlapping=True)))


_Match = tuple[int, int, str, str]
"""Start, end, what the rule says, what fills its slots."""


class _Finder:
    """The matches of some rules, told so that those of two versions can be compared."""

    def __init__(self, pack: p.RulePack, engine: Engine, says: Mapping[str, str]) -> None:
        self.engine = engine
        self.says = [says[rule.id] for rule in pack.rules]
        self.slots = {v.rule: v.slots for v in pack.variants}

    def found(self, text: str, words: Words | None = None) -> set[_Match]:
        candidates = self.engine.find(text, words).candidates
        return {(s, e, self.says[which], _shown(self.slots[which], slots)) for s, e, which, slots in candidates}


def _shown(names: Sequence[str], slots: Sequence[Value]) -> str:
    """What fills the slots of a match, as text."""
    values = (slot.text if isinstance(slot, Reading) else slot for slot in slots)
    return repr(sorted(zip(names, map(repr, values), strict=True)))


def readers_of(source: RuleSource, lexicons: AbstractSet[str]) -> frozenset[str]:
    """The rules whose sub-patterns read one of some lexicons."""
    if not lexicons:
        return frozenset()
    reading = {
        (file, d.name)
        for file, here in source.defs.items()
        for d in here.values()
        if not lexicons.isdisjoint(d.lexicons)
    }
    return frozenset(rule.id for rule in source.rules if not reading.isdisjoint(_uses(source, rule)))


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
