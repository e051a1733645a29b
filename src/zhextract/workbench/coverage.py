"""Which rules, branches of alternations and rows of lexicons ever take part in what is found.

The rules are compiled once more with marks in their patterns: an empty slot at the head of each branch, a slot for each
lexicon that has none. Marks match nothing, so that the same is found; which of them are filled tells what was used.
Branches inside looks are not told, and of a repeat only its last round is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

import msgspec

from ..engine import Candidate
from ..normalize import Normalized
from ..pipeline import Extractor
from ..records import Document
from ..rules.pattern import Alt, Look, Node, Ref, Repeat, Seq, literals, parse
from ..rules.schema import Def, RuleSource
from .ruleset import RuleSet
from .tree import written

_NOTHING: Final = "zz_nothing"
_BRANCH, _ROW = "zz_branch_", "zz_row_"


class Branch(NamedTuple):
    """A branch of an alternation: of a rule, or of a sub-pattern ({name})."""

    file: str
    line: int
    owner: str
    text: str


class Used(NamedTuple):
    """One thing and how often it was used."""

    file: str
    line: int
    name: str
    times: int


class Coverage(NamedTuple):
    """What was used how often. `rules` count what made a mention or a fact, excluded or spoke; `lexicons` hold rows."""

    rules: list[Used]
    branches: list[Used]
    lexicons: dict[str, list[Used]]
    articles: int

    @property
    def dead(self) -> dict[str, list[Used]]:
        """What was never used: rules, branches, rows."""
        rows = [row for name in sorted(self.lexicons) for row in self.lexicons[name]]
        parts = {"rules": self.rules, "branches": self.branches, "rows": rows}
        return {what: [one for one in used if not one.times] for what, used in parts.items()}


def cover(rules: RuleSet, texts: Iterable[tuple[str, str | None]]) -> Coverage:
    """Extract from texts (each with its date of publication, or None) and count what took part."""
    marked = _Marked(rules.source)
    made = rules.with_source(marked.source)
    watch = _Watch(made.extractor, marked)
    articles = 0
    for text, published in texts:
        watch.read(text, published)
        articles += 1
    source = rules.source
    fired = [Used(r.file, r.line, r.id, watch.rules[r.id]) for r in source.rules]
    branches = [
        Used(b.file, b.line, f"{b.owner}: {b.text}", watch.branches[number]) for number, b in enumerate(marked.branches)
    ]
    lexicons = {
        name: [Used(x.file, x.lines.get(s, 1), f"{name}/{s}", watch.rows[name, s]) for s in x.rows]
        for name, x in source.lexicons.items()
        if name in marked.lexicons
    }
    return Coverage(fired, branches, lexicons, articles)


class _Marked:
    """A source with marks in its patterns. `words` are those of branches of anchors, which carry no marks."""

    def __init__(self, source: RuleSource) -> None:
        self.branches: list[Branch] = []
        self.words: dict[str, list[tuple[int, frozenset[str]]]] = {}
        self.rows = 0
        self.original = source
        self.lexicons = {x for here in source.defs.values() for d in here.values() for x in d.lexicons}
        anchors = {(r.file, self._anchor(r.file, r.pattern, r.anchor)) for r in source.rules}
        defs: dict[str, dict[str, Def]] = {}
        for file, here in source.defs.items():
            defs[file] = {}
            for name, d in here.items():
                made = d
                if d.pattern is not None:
                    anchoring = any(name == used and file in ("", where) for where, used in anchors)
                    if anchoring:
                        self._by_words(d)
                    else:
                        pattern = self._pattern(d.pattern, file, d.file, d.line, f"{{{name}}}")
                        made = msgspec.structs.replace(d, pattern=pattern)
                defs[file][name] = made
        defs[""] = {**defs[""], _NOTHING: Def(name=_NOTHING, pattern="", file="", line=0)}
        rules = tuple(
            msgspec.structs.replace(
                r, pattern=self._pattern(r.pattern, r.file, r.file, r.pattern_line, r.id, anchor=r.anchor)
            )
            for r in source.rules
        )
        self.source = msgspec.structs.replace(source, rules=rules, defs=defs)

    def _find(self, file: str, name: str) -> Def | None:
        return self.original.defs.get(file, {}).get(name) or self.original.defs[""].get(name)

    def _anchor(self, file: str, pattern: str, anchor: str) -> str:
        """The sub-pattern that a rule's anchor is, however deep it stands."""
        waiting = [parse(pattern)]
        seen: set[str] = set()
        while waiting:
            node = waiting.pop()
            match node:
                case Ref(name, slot):
                    if slot == anchor:
                        return name
                    d = self._find(file, name)
                    if d is not None and d.pattern is not None and name not in seen:
                        seen.add(name)
                        waiting.append(parse(d.pattern))
                case Seq(items) | Alt(items):
                    waiting += items
                case Repeat(item) | Look(item):
                    waiting.append(item)
        return ""

    def _by_words(self, d: Def) -> None:
        """The branches of an anchor that is plain words: which fired is told by the word."""
        tree = parse(d.pattern or "")
        for item in tree.items if isinstance(tree, Alt) else ():
            found = frozenset(literals(item) or ())
            self.words.setdefault(f"{d.file}:{d.name}", []).append((len(self.branches), found))
            self.branches.append(Branch(d.file, d.line, f"{{{d.name}}}", written(item)))

    def _pattern(self, pattern: str, file: str, shown: str, line: int, owner: str, anchor: str = "") -> str:
        def go(node: Node) -> Node:
            match node:
                case Alt(items):
                    out = []
                    for item in items:
                        mark = Ref(_NOTHING, f"{_BRANCH}{len(self.branches)}")
                        self.branches.append(Branch(shown, line, owner, written(item)))
                        out.append(Seq((mark, go(item))))
                    return Alt(tuple(out))
                case Seq(items):
                    return Seq(tuple(map(go, items)))
                case Repeat(item, low, high, lazy):
                    return Repeat(go(item), low, high, lazy)
                case Ref(name, None):
                    d = self._find(file, name)
                    if d is not None and d.lexicons:
                        self.rows += 1
                        return Ref(name, f"{_ROW}{self.rows}")
            return node

        return written(go(parse(pattern)))


class _Watch:
    """Runs a marked extractor and counts."""

    def __init__(self, extractor: Extractor, marked: _Marked) -> None:
        self.extractor = extractor
        assert extractor.given is not None
        self.pack = extractor.given
        self.rules: Counter[str] = Counter()
        self.branches: Counter[int] = Counter()
        self.rows: Counter[tuple[str, str]] = Counter()
        self.words: dict[str, list[int]] = {}
        for found in marked.words.values():
            for number, words in found:
                for word in words:
                    self.words.setdefault(word, []).append(number)
        self.text_slots = {v.rule: (v.slots, v.unions, v.anchor_slot) for v in self.pack.variants}
        self.fact_slots = {v.rule: (v.slots, v.unions, v.anchor_slot) for v in self.pack.fact_variants}
        self.silent = {i for i, rule in enumerate(self.pack.rules) if rule.type in ("exclude", "context")}

    def read(self, text: str, published: str | None) -> None:
        """Count what a text uses."""
        document = self.extractor.extract(text, published)
        self.rules.update(m.rule for m in document.mentions)
        self.rules.update(fact.rule for fact in document.facts)
        clean = self.extractor.normalize(text)
        settled = self.extractor.mentions.settle(clean.text, self.extractor.currency, clean.script)
        quiet = [c for c in settled.found.candidates if c[2] in self.silent]
        self.rules.update(self.pack.rules[c[2]].id for c in quiet)
        for c in (*settled.standing, *quiet):
            if c[2] in self.text_slots:
                self._count(c, self.text_slots)
        known = {fact.rule for fact in document.facts}
        for c in self._phrases(clean, document):
            rule = self.pack.fact_rules[c[2]]
            if rule.id not in known:
                self.rules[rule.id] += 1
            self._count(c, self.fact_slots)

    def _phrases(self, clean: Normalized, document: Document) -> Sequence[Candidate]:
        """All that rules over mentions match, whether or not they decide."""
        voice = self.extractor.facts.voice
        if voice is None:
            return ()
        built = self.extractor.mentions
        mentions, spans, _ = built.of(clean.map, document.published, self.extractor.currency, clean.script)
        return voice.engine.find(voice.folding.fold(clean.text, mentions, spans).text).candidates

    def _count(self, c: Candidate, slots: Mapping[int, tuple[Any, Any, int]]) -> None:
        names, unions, anchor = slots[c[2]]
        for i, value in enumerate(c[3]):
            if value is None:
                continue
            name = names[i]
            if name.startswith(_BRANCH):
                self.branches[int(name.removeprefix(_BRANCH))] += 1
            elif isinstance(value, Mapping):
                self._row(unions[i], value)
            elif i == anchor and isinstance(value, str):
                for number in self.words.get(value, ()):
                    self.branches[number] += 1

    def _row(self, union: int, row: Mapping[str, str | None]) -> None:
        surface = row.get("surface") or ""
        names: Iterator[str] = iter(self.pack.unions[union].lexicons) if union >= 0 else iter(())
        for name in names:
            if surface in self.pack.lexicons[name]:
                self.rows[name, surface] += 1
                return


_ONE: Final = {"rules": "rule", "branches": "branch", "rows": "row"}


def report(coverage: Coverage, *, rows: bool) -> Iterator[str]:
    """Lines: what never fired, then how much did. `rows`: name the dead rows, too."""
    dead = coverage.dead
    for what in ("rules", "branches", *(("rows",) if rows else ())):
        for one in dead[what]:
            yield f"{one.file}:{one.line}: {_ONE[what]}: {one.name} never fired"
    yield f"{coverage.articles} articles"
    for what, used in (("rules", coverage.rules), ("branches", coverage.branches)):
        yield f"{what:9} {len(used) - len(dead[what]):6} of {len(used):6} fired"
    for name, entries in sorted(coverage.lexicons.items()):
        fired = sum(one.times > 0 for one in entries)
        yield f"lexicon   {fired:6} of {len(entries):6} rows fired  {name}"
