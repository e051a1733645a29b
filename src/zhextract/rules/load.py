"""Rule folders to `RuleSource`: YAML and TSV, every scalar a string, every fault with its file and line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from ..errors import RuleError
from .pack import FIRST
from .schema import EMITS, FACT_EMITS, LAYERS, READERS, WHERE, Def, Example, Lexicon, Rule, RuleSource

SHARED = "core.yml"
TABLE_FOLDERS = ("lexicon", "number", "gazetteer")
"""Folders whose TSV files are lexicons; the others hold tables that a stage reads by itself."""
RULE_KEYS = ("id", "doc", "pattern", "anchor", "emit", "priority", "where", "examples", "not")
FILE_KEYS = ("layer", "defs", "rules", "disable")
DEF_KEYS = ("lexicon", "only", "read", "like", "min", "max", "pad", "add", "length")
ID = re.compile(r"[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)+")
NAME = re.compile(r"[a-z][a-z0-9_]*")
MOST_WAYS = 100
"""Examples that one line may be spelled out to."""
_WAYS = re.compile(r"\(([^()]*\|[^()]*)\)")
_MOST_NODES = 2_000_000


class Text(str):
    """A YAML scalar that knows its line."""

    line: int


class Entry(dict[str, Any]):
    """A YAML mapping that knows the line of each key and its own."""

    line: int
    lines: dict[str, int]


def load(folders: Iterable[Path]) -> RuleSource:
    """Read rule folders, later ones over earlier ones.

    A folder with a `core.yml` is a complete set and replaces what came before; any other folder is laid over it: its
    rules replace those with the same id, its rows those with the same surface, `disable: [id]` switches rules off.
    Raises RuleError with file and line.
    """
    rules: dict[str, tuple[Rule, str]] = {}
    defs: dict[str, dict[str, Def]] = {"": {}}
    lexicons: dict[str, Lexicon] = {}
    for folder in folders:
        if not folder.is_dir():
            raise RuleError("no such rule folder", file=str(folder), hint="name a folder with .yml and .tsv files")
        if (folder / SHARED).is_file():
            rules, defs, lexicons = {}, {"": {}}, {}
        own: set[str] = set()
        for name in TABLE_FOLDERS:
            for path in sorted((folder / name).glob("*.tsv")):
                table = read_table(path, folder)
                lexicons[table.name] = _merged(lexicons.get(table.name), table)
        for path in sorted(folder.rglob("*.yml"), key=lambda p: (p.name != SHARED, p.relative_to(folder).as_posix())):
            shown = shown_path(path, folder)
            _read_rules(path, shown, rules, defs, own)
    return RuleSource(
        rules=tuple(rule for rule, _ in rules.values()),
        defs=defs,
        lexicons=lexicons,
        layers={rule_id: layer for rule_id, (_, layer) in rules.items()},
    )


def shown_path(path: Path, folder: Path) -> str:
    """The path as messages name it: `rules/time/year.yml`."""
    return f"{folder.name}/{path.relative_to(folder).as_posix()}"


def _merged(old: Lexicon | None, new: Lexicon) -> Lexicon:
    if old is None:
        return new
    if old.columns != new.columns:
        raise RuleError(f"columns {new.columns} differ from those of {old.file}: {old.columns}", file=new.file, line=1)
    return Lexicon(
        name=new.name,
        columns=new.columns,
        rows={**old.rows, **new.rows},
        lines={**old.lines, **new.lines},
        file=new.file,
    )


# -------------------------------------------------------------------------------------------------------------- tables


def read_table(path: Path, folder: Path) -> Lexicon:
    """A TSV file: the header names the columns, the first of them `surface`; lines with '# ' first are comments."""
    shown = shown_path(path, folder)
    columns: tuple[str, ...] = ()
    rows: dict[str, dict[str, str | None]] = {}
    lines: dict[str, int] = {}
    for number, line in enumerate(_text(path, shown).split("\n"), 1):
        line = line.rstrip("\r")
        if not line.strip() or line.startswith("# ") or line == "#":
            continue
        cells = line.split("\t")
        if not columns:
            columns = tuple(cells)
            if columns[0] != "surface" or len(set(columns)) != len(columns):
                raise RuleError(
                    f"bad header {line!r}", file=shown, line=number, hint="first column: surface; names differ"
                )
            continue
        if len(cells) > len(columns):
            raise RuleError(f"{len(cells)} cells under {len(columns)} columns", file=shown, line=number)
        surface = cells[0]
        if not surface:
            raise RuleError("empty surface", file=shown, line=number)
        if surface in rows:
            raise RuleError(f"{surface!r} stands here twice, first in line {lines[surface]}", file=shown, line=number)
        row: dict[str, str | None] = {c: (v or None) for c, v in zip(columns, cells, strict=False)}
        for c in columns[len(cells) :]:
            row[c] = None
        rows[surface] = row
        lines[surface] = number
    if not columns:
        raise RuleError("no header", file=shown, line=1, hint="first line: column names, tab between them")
    return Lexicon(name=path.stem, columns=columns, rows=rows, lines=lines, file=shown)


def _text(path: Path, shown: str) -> str:
    try:
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as fault:
        raise RuleError(f"not UTF-8: byte {fault.start}", file=shown, hint="save it as UTF-8") from None
    except OSError as fault:
        raise RuleError(f"can't be read: {fault.strerror}", file=shown) from None


# ---------------------------------------------------------------------------------------------------------------- YAML


def _read_rules(
    path: Path, shown: str, rules: dict[str, tuple[Rule, str]], defs: dict[str, dict[str, Def]], own: set[str]
) -> None:
    top = parse_yaml(_text(path, shown), shown)
    _known(top, FILE_KEYS, shown)
    layer = str(top.get("layer", "text"))
    if layer not in LAYERS:
        raise RuleError(
            f"layer {layer!r} is unknown", file=shown, line=top.lines["layer"], hint=f"one of {', '.join(LAYERS)}"
        )
    where = "" if path.name == SHARED else shown
    here = defs.setdefault(where, {})
    for name, body in _mapping(top, "defs", shown).items():
        here[name] = _def(name, body, shown, top["defs"].lines[name])
    for rule_id in _sequence(top, "disable", shown):
        if not isinstance(rule_id, str) or rule_id not in rules:
            hint = near(str(rule_id), rules)
            raise RuleError(f"no rule {rule_id!r} to disable", file=shown, line=top.lines["disable"], hint=hint)
        del rules[rule_id]
    for body in _sequence(top, "rules", shown):
        if not isinstance(body, Entry):
            raise RuleError("a rule is a mapping", file=shown, line=top.lines["rules"])
        rule = _rule(body, shown, layer)
        if rule.id in own:
            raise RuleError("this id stands twice", file=shown, line=rule.line, rule=rule.id)
        own.add(rule.id)
        rules[rule.id] = (rule, layer)


def parse_yaml(text: str, shown: str) -> Entry:
    """A YAML mapping with strings only and lines kept. Raises RuleError."""
    value = yaml_value(text, shown)
    if value is None:
        value = Entry()
        value.line, value.lines = 1, {}
    if not isinstance(value, Entry):
        raise RuleError("expected a mapping with rules:", file=shown, line=1)
    return value


def yaml_value(text: str, shown: str) -> Any:
    """What a YAML file holds, with strings only and lines kept; None when it holds nothing. Raises RuleError."""
    try:
        node = yaml.compose(text, Loader=getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    except yaml.MarkedYAMLError as fault:
        mark = fault.problem_mark
        raise RuleError(
            f"not YAML: {fault.problem}",
            file=shown,
            line=mark.line + 1 if mark else None,
            column=mark.column + 1 if mark else None,
        ) from None
    except yaml.YAMLError as fault:
        raise RuleError(f"not YAML: {fault}", file=shown) from None
    if node is None:
        return None
    try:
        return _value(node, shown, set(), iter(range(_MOST_NODES)))
    except RecursionError:
        raise RuleError("nested too deep", file=shown, line=1) from None


def _value(node: yaml.Node, shown: str, above: set[int], left: Iterator[int]) -> Any:
    line = node.start_mark.line + 1
    if next(left, None) is None:
        raise RuleError("too much for one file", file=shown, line=line, hint="aliases of aliases multiply")
    if id(node) in above:
        raise RuleError("an alias that holds itself", file=shown, line=line)
    if isinstance(node, yaml.ScalarNode):
        text = Text(node.value)
        text.line = line
        return text
    above = above | {id(node)}
    if isinstance(node, yaml.SequenceNode):
        return [_value(n, shown, above, left) for n in node.value]
    entry = Entry()
    entry.line, entry.lines = line, {}
    for key, value in node.value:
        name = _value(key, shown, above, left)
        if not isinstance(name, str):
            raise RuleError("a key must be text", file=shown, line=key.start_mark.line + 1)
        if name in entry:
            raise RuleError(f"key {name!r} stands twice", file=shown, line=key.start_mark.line + 1)
        entry[name] = _value(value, shown, above, left)
        entry.lines[name] = key.start_mark.line + 1
    return entry


def near(word: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known word."""
    found = difflib.get_close_matches(word, list(known), 1)
    return f"did you mean {found[0]}?" if found else ""


def _known(entry: Entry, keys: tuple[str, ...], shown: str, rule: str | None = None) -> None:
    for key in entry:
        if key not in keys:
            hint = near(key, keys) or f"keys here: {', '.join(keys)}"
            raise RuleError(f"unknown key {key!r}", file=shown, line=entry.lines[key], rule=rule, hint=hint)


def _mapping(entry: Entry, key: str, shown: str) -> Mapping[str, Any]:
    value = entry.get(key)
    if value is None or value == "":
        return {}
    if not isinstance(value, Entry):
        raise RuleError(f"{key} is a mapping", file=shown, line=entry.lines[key])
    return value


def _sequence(entry: Entry, key: str, shown: str) -> list[Any]:
    value = entry.get(key)
    if value is None or value == "":
        return []
    if not isinstance(value, list):
        raise RuleError(f"{key} is a list", file=shown, line=entry.lines[key])
    return value


def _def(name: str, body: Any, shown: str, line: int) -> Def:
    if not NAME.fullmatch(name):
        raise RuleError(
            f"bad name {name!r} of a sub-pattern", file=shown, line=line, hint="lower-case letters, digits, _"
        )
    if isinstance(body, str):
        return Def(name=name, pattern=body, file=shown, line=line)
    if not isinstance(body, Entry):
        raise RuleError(f"{name}: a pattern, or a mapping with lexicon: or read:", file=shown, line=line)
    _known(body, DEF_KEYS, shown)
    if ("lexicon" in body) == ("read" in body):
        raise RuleError(f"{name}: either lexicon: or read:", file=shown, line=line)
    if "lexicon" in body:
        names = body["lexicon"] if isinstance(body["lexicon"], list) else [body["lexicon"]]
        if not names or not all(isinstance(n, str) for n in names):
            raise RuleError(f"{name}: lexicon: is a name or a list of names", file=shown, line=body.lines["lexicon"])
        only = body.get("only")
        if only is not None and not (isinstance(only, str) and re.fullmatch(r"[a-z_]+=.+", only)):
            raise RuleError(f"{name}: only: is column=value", file=shown, line=body.lines["only"])
        options = {} if only is None else {"only": str(only)}
        return Def(name=name, lexicons=tuple(str(n) for n in names), options=options, file=shown, line=line)
    read = body["read"]
    if read not in READERS:
        raise RuleError(
            f"unknown reader {read!r}", file=shown, line=body.lines["read"], hint=f"one of {', '.join(READERS)}"
        )
    options = {k: str(v) for k, v in body.items() if k != "read"}
    if "like" in options:
        try:
            re.compile(options["like"])
        except re.error as fault:
            raise RuleError(f"like: {fault.msg}", file=shown, line=body.lines["like"]) from None
    for key, value in options.items():
        if key != "like" and not re.fullmatch(r"-?\d+", value):
            raise RuleError(f"{key} is a whole number", file=shown, line=body.lines[key])
    return Def(name=name, read=str(read), options=options, file=shown, line=line)


def _rule(body: Entry, shown: str, layer: str) -> Rule:
    rule_id = str(body.get("id", ""))
    _known(body, RULE_KEYS, shown, rule_id or None)
    if not ID.fullmatch(rule_id):
        raise RuleError(f"bad id {rule_id!r}", file=shown, line=body.line, hint="family.name, lower case")
    for key in ("pattern", "anchor", "emit"):
        if key not in body:
            raise RuleError(f"no {key}:", file=shown, line=body.line, rule=rule_id)
    emit = body["emit"]
    emits = FACT_EMITS if layer == "mentions" else EMITS
    if not isinstance(emit, Entry) or str(emit.get("type")) not in emits:
        raise RuleError(
            "emit: needs a type", file=shown, line=body.lines["emit"], rule=rule_id, hint=f"one of {', '.join(emits)}"
        )
    _known(emit, ("type", *sorted(emits[emit["type"]])), shown, rule_id)
    for key, value in (*body.items(), *emit.items()):
        rows = value if key in emit and isinstance(value, list) else [value]
        if key not in ("emit", "examples", "not", "where") and not all(isinstance(row, str) for row in rows):
            line = emit.lines[key] if key in emit else body.lines[key]
            raise RuleError(f"{key} is text", file=shown, line=line, rule=rule_id)
    priority = str(body.get("priority", "0"))
    if priority == "first":
        priority = str(FIRST)
    if not re.fullmatch(r"-?\d+", priority):
        raise RuleError("priority is a whole number, or first", file=shown, line=body.lines["priority"], rule=rule_id)
    where = _sequence(body, "where", shown)
    for name in where:
        if name not in WHERE:
            raise RuleError(
                f"unknown condition {name!r}",
                file=shown,
                line=body.lines["where"],
                rule=rule_id,
                hint=near(str(name), WHERE),
            )
    return Rule(
        id=rule_id,
        doc=str(body.get("doc", "")),
        pattern=str(body["pattern"]),
        anchor=str(body["anchor"]),
        emit={str(k): [str(row) for row in v] if isinstance(v, list) else str(v) for k, v in emit.items()},
        priority=int(priority),
        where=tuple(str(name) for name in where),
        examples=tuple(_examples(body, "examples", shown, rule_id)),
        counterexamples=tuple(_examples(body, "not", shown, rule_id)),
        file=shown,
        line=body.line,
        pattern_line=body.lines["pattern"],
    )


def _examples(body: Entry, key: str, shown: str, rule_id: str) -> Iterator[Example]:
    for item in _sequence(body, key, shown):
        if isinstance(item, Entry) and len(item) == 1:
            ((marked, expect),) = item.items()
            line = item.line
            if not isinstance(expect, Entry):
                raise RuleError("an example is  text: {field: value}", file=shown, line=line, rule=rule_id)
            if not all(isinstance(v, str) for v in expect.values()):
                raise RuleError("the fields of an example are text", file=shown, line=line, rule=rule_id)
            fields = {k: (None if v in ("null", "~", "") else str(v)) for k, v in expect.items()}
        elif isinstance(item, str):
            marked, fields, line = str(item), {}, item.line if isinstance(item, Text) else body.lines[key]
        else:
            raise RuleError(
                "an example is a text, or  text: {field: value}", file=shown, line=body.lines[key], rule=rule_id
            )
        published = fields.pop("published", None)
        status = fields.pop("status", None)
        if status not in (None, "known_miss"):
            raise RuleError(f"unknown status {status!r}", file=shown, line=line, rule=rule_id, hint="known_miss")
        try:
            spans = [unmark(one) for one in spelled_out(marked)]
        except ValueError as fault:
            raise RuleError(f"{fault} in {marked!r}", file=shown, line=line, rule=rule_id) from None
        for text, start, end in spans:
            yield Example(
                text=text,
                start=start,
                end=end,
                expect=fields,
                published=published,
                known_miss=status is not None,
                line=line,
            )


def spelled_out(marked: str) -> list[str]:
    """`(a|b)c` to ['ac', 'bc'], each way where there are several: one example for all branches of an alternation.

    Raises ValueError for more than `MOST_WAYS`. A bracket with no bar in it is text.
    """
    texts = [""]
    at = 0
    for group in _WAYS.finditer(marked):
        texts = [text + marked[at : group.start()] + way for text in texts for way in group[1].split("|")]
        if len(texts) > MOST_WAYS:
            raise ValueError(f"more than {MOST_WAYS} ways to read the brackets")
        at = group.end()
    return [text + marked[at:] for text in texts]


def unmark(marked: str) -> tuple[str, int | None, int | None]:
    """`a<b>c` to ('abc', 1, 2); a text with no mark has no span. A literal '<' or '>' is written twice."""
    text, marks = "", {}
    at = 0
    while at < len(marked):
        c = marked[at]
        if c in "<>" and marked[at : at + 2] != c * 2:
            if c in marks or (c == ">") != ("<" in marks):
                raise ValueError("unpaired <…>")
            marks[c] = len(text)
            at += 1
            continue
        text += c
        at += 2 if c in "<>" else 1
    if len(marks) == 1:
        raise ValueError("unpaired <…>")
    return (text, marks["<"], marks[">"]) if marks else (text, None, None)
