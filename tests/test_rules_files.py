"""Rule folders: what a mistake in one says and where, and how folders lie over each other."""

from __future__ import annotations

import random
import re
from pathlib import Path
from textwrap import dedent

import pytest

from zhextract import Extractor, RuleError
from zhextract.examples import cases, check, lexicon_cases
from zhextract.rules import pack as p
from zhextract.rules.build import builtin_folder
from zhextract.rules.compile import compile_rules
from zhextract.rules.load import load

CORE = """\
defs:
  number: {read: number}
  unit: {lexicon: unit}
"""
UNITS = "surface\tcode\tkind\tscale\texample\n盏\t{盏}\tcount\t1\t挂起<3盏>灯\n贯\t{贯}\tcount\t1000\t\n"
RULE = """\
rules:
- id: lamp.count
  doc: Lamps.
  pattern: "< {value:number} {unit:unit} >"
  anchor: value
  emit: {type: quantity, kind: "{unit.kind}", unit: "{unit.code}", scale: "{unit.scale}"}
  examples:
  - 挂起<3盏>灯: {value: 3, unit: "{盏}"}
  not:
  - 三心二意
"""


def write(folder: Path, files: dict[str, str]) -> Path:
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


def compiled(folder: Path) -> p.RulePack:
    return compile_rules(load([folder]), "")


def whole(tmp_path: Path, **files: str) -> Path:
    """A complete small rule set, with some files replaced: `rule`, `core`, `unit`."""
    return write(
        tmp_path / "set",
        {
            "core.yml": files.get("core", CORE),
            "lexicon/unit.tsv": files.get("unit", UNITS),
            "lamp.yml": files.get("rule", RULE),
        },
    )


def with_tables(folder: Path) -> Path:
    """Give a small set what the code itself reads: numerals, conversions, and whatever else of that kind there is."""
    for path in builtin_folder().rglob("*.tsv"):
        name = path.relative_to(builtin_folder()).as_posix()
        if name.split("/")[0] in ("number", "lexicon"):
            write(folder, {name: path.read_text(encoding="utf-8")})
    return write(folder, {"lexicon/unit.tsv": UNITS})


def changed(old: str, new: str, text: str = RULE) -> str:
    assert old in text, old
    return text.replace(old, new, 1)


def rule(
    pattern: str, defs: str = "", anchor: str = "value", emit: str = '{type: quantity, kind: count, unit: "1"}'
) -> str:
    head = f"defs:\n{defs}\n" if defs else ""
    return f"{head}rules:\n- id: lamp.count\n  pattern: {pattern!r}\n  anchor: {anchor}\n  emit: {emit}\n"


def test_small_set_compiles(tmp_path: Path) -> None:
    pack = compiled(whole(tmp_path))
    assert [r.id for r in pack.rules] == ["lamp.count"]
    assert pack.lexicons["unit"]["贯"] == {
        "surface": "贯",
        "code": "{贯}",
        "kind": "count",
        "scale": "1000",
    }


IN_RULE = {
    "unknown key": (changed("anchor:", "ancor:"), "unknown key 'ancor'; did you mean anchor?", 5),
    "unknown key of the file": ("rule:\n" + RULE, "unknown key 'rule'; did you mean rules?", 1),
    "unknown key of a sub-pattern": ("defs:\n  a: {red: number}\n" + RULE, "unknown key 'red'; did you mean read?", 2),
    "unknown key of emit": (changed("scale:", "scal:"), "unknown key 'scal'; did you mean scale?", 6),
    "unknown sub-pattern": (changed("number}", "nmber}"), "unknown sub-pattern {nmber}; did you mean number?", 4),
    "unknown lexicon": ("defs:\n  a: {lexicon: unti}\n" + RULE, "a: unknown lexicon 'unti'; did you mean unit?", 2),
    "unknown lexicon, its line": ("defs:\n\n\n  a:\n    lexicon: unti\n" + RULE, "unknown lexicon", 4),
    "unknown reader": ("defs:\n  a: {read: roman}\n" + RULE, "unknown reader 'roman'; one of number", 2),
    "reader and lexicon": ("defs:\n  a: {read: int, lexicon: unit}\n" + RULE, "either lexicon: or read:", 2),
    "bound that is no number": ("defs:\n  a: {read: int, min: low}\n" + RULE, "min is a whole number", 2),
    "bad name of a sub-pattern": ("defs:\n  A b: x\n" + RULE, "bad name 'A b'", 2),
    "bad id": (changed("id: lamp.count", "id: Lamp"), "bad id 'Lamp'; family.name", 2),
    "duplicate id": (RULE + RULE.removeprefix("rules:\n"), "lamp.count: this id stands twice", 11),
    "no anchor key": (changed("  anchor: value\n", ""), "lamp.count: no anchor:", 2),
    "anchor not a slot": (changed("anchor: value", "anchor: valve"), "the anchor 'valve' is no slot", 4),
    "anchor in a repeat": (
        changed("< {value:number}", "< ({value:number}){1,2}"),
        "the anchor 'value' is no slot outside",
        4,
    ),
    "anchor in a look": (
        changed("< {value:number}", "< (?={value:number})"),
        "the anchor 'value' is no slot outside",
        4,
    ),
    "anchor of any text": (
        rule("{value:x} 盏", "  x: '[一二]'"),
        "is neither a numeral, nor a lexicon, nor plain words",
        5,
    ),
    "numeral in a group": (
        rule("{value:number} ({low:number} 盏)?"),
        "the numeral {low} stands inside a group or left",
        3,
    ),
    "numeral left of the anchor": (
        rule("{low:number} 至 {value:number}"),
        "the numeral {low} stands inside a group or left",
        3,
    ),
    "unbounded repeat": (changed("{unit:unit}", "灯* {unit:unit}"), "'*' has no bound", 4),
    "unbounded plus": (changed("{unit:unit}", "灯+ {unit:unit}"), "'+' has no bound", 4),
    "repeat too high": (changed("{unit:unit}", "灯{1,2000} {unit:unit}"), "of at most 200", 4),
    "unclosed group": (changed("{unit:unit}", "(灯 {unit:unit}"), "'(' is never closed", 4),
    "unclosed class": (changed("{unit:unit}", "[灯 {unit:unit}"), "'[' is never closed", 4),
    "bad class": (changed("{unit:unit}", "[z-a] {unit:unit}"), "bad character class", 4),
    "stray quantifier": (changed("< {value", "? < {value"), "stray '?'", 4),
    "regex syntax": (changed("< {value", "\\\\d < {value"), "'\\d' is not of this language", 4),
    "inline flag": (changed("< {value", "(?i) < {value"), "is not of this language", 4),
    "look back without a width": (changed("{unit:unit}", "{unit:unit} (?<=盏|灯盏)"), "can't be compiled", 4),
    "sub-pattern that holds itself": (rule("{a} {value:number}", "  a: 'x {b}?'\n  b: '{a} y'"), "{a} holds itself", 6),
    "bad sub-pattern": (rule("{a} {value:number}", "  a: 'x ('"), "a: '(' is never closed", 2),
    "two lexicons in one slot": (
        rule("{value:number} ({unit:unit}|{unit:other})", "  other: {lexicon: [unit, unit]}"),
        "slot 'unit' is filled by two things at once",
        5,
    ),
    "unknown type": (changed("type: quantity", "type: number"), "emit: needs a type; one of quantity", 6),
    "template without its slot": (
        changed("{unit.code}", "{unti.code}"),
        "unit: the pattern has no slot 'unti'; did you mean unit?",
        4,
    ),
    "bad column in a template": (
        changed("{unit.code}", "{unit.cod}"),
        "unit has no column 'cod'; did you mean code?",
        4,
    ),
    "column of a numeral": (changed("{unit.code}", "{value.code}"), "value is no lexicon", 4),
    "quantity without a number": (rule("{word:unit}", anchor="word"), "nothing gives the value", 2),
    "quantity without a unit": (rule("{value:number}", emit="{type: quantity, kind: count}"), "no unit:", 2),
    "range without its end": (rule("{low:number} 盏", anchor="low"), "nothing gives the value", 2),
    "ordinal without a number": (
        rule("{word:unit}", anchor="word", emit="{type: ordinal}"),
        "nothing gives the value",
        2,
    ),
    "context without a key": (rule("{value:number}", emit="{type: context, value: x}"), "no key:", 2),
    "unknown kind": (changed('"{unit.kind}"', "lamps"), "kind: unknown 'lamps'", 2),
    "unknown modifier": (changed("scale:", "mod: ABOUT, scale:"), "mod: unknown 'ABOUT'", 2),
    "priority that is no number": (
        changed("anchor: value", "anchor: value\n  priority: high"),
        "priority is a whole number",
        6,
    ),
    "unknown layer": ("layer: word\n" + RULE, "layer 'word' is unknown; one of text", 1),
    "rules that are no list": ("rules: 3\n", "rules is a list", 1),
    "rule that is text": ("rules:\n- lamp.count\n", "a rule is a mapping", 1),
    "defs that are no mapping": ("defs: [a]\n" + RULE, "defs is a mapping", 1),
    "disable of an unknown rule": ("disable: [lamp.cont]\n" + RULE, "no rule 'lamp.cont' to disable", 1),
    "disable that is no id": ("disable: [[a]]\n" + RULE, "to disable", 1),
    "type that is no text": (changed("type: quantity", "type: [quantity]"), "emit: needs a type", 6),
    "lexicon that is no text": ("defs:\n  a: {lexicon: [{b: c}]}\n" + RULE, "a name or a list of names", 2),
    "reader that is no text": ("defs:\n  a: {read: [int]}\n" + RULE, "unknown reader", 2),
    "key twice": (changed("  anchor: value", "  anchor: value\n  anchor: unit"), "key 'anchor' stands twice", 6),
    "key that is no text": (changed("  anchor: value", "  [a]: value"), "a key must be text", 5),
    "YAML that is no mapping": ("- a\n- b\n", "expected a mapping", 1),
    "YAML syntax": (changed("  anchor: value", "  anchor: [value"), "not YAML", 6),
    "tab": (changed("  anchor", "\tanchor"), "not YAML", 5),
    "alias that holds itself": ("defs: &a\n  b: *a\n" + RULE, "an alias that holds itself", 1),
    "two documents": (RULE + "---\n" + RULE, "not YAML", 11),
    "unpaired mark": (changed("挂起<3盏>灯", "挂起<3盏灯"), "unpaired <…>", 8),
    "too many ways": (changed("挂起<3盏>灯", "(1|2|3|4|5)" * 3 + "<3盏>灯"), "more than 100 ways", 8),
    "example that is no mapping": (changed('{value: 3, unit: "{盏}"}', "three"), "an example is", 8),
    "unknown status": (changed("value: 3,", "value: 3, status: maybe,"), "unknown status 'maybe'", 8),
}


@pytest.mark.parametrize(("text", "message", "line"), IN_RULE.values(), ids=IN_RULE)
def test_mistake_in_a_rule(tmp_path: Path, text: str, message: str, line: int) -> None:
    with pytest.raises(RuleError) as caught:
        compiled(whole(tmp_path, rule=text))
    assert message in str(caught.value)
    assert caught.value.file == "set/lamp.yml"
    assert caught.value.line == line, str(caught.value)
    assert str(caught.value).startswith(f"set/lamp.yml:{line}: ")


def test_an_example_for_each_branch(tmp_path: Path) -> None:
    text = changed("挂起<3盏>灯", "(挂|点)起<(3|三)盏>灯(a)")
    (one,) = load([whole(tmp_path, rule=text)]).rules
    assert [e.text for e in one.examples] == ["挂起3盏灯(a)", "挂起三盏灯(a)", "点起3盏灯(a)", "点起三盏灯(a)"]
    assert {(e.start, e.end, e.line) for e in one.examples} == {(2, 4, 8)}
    assert {e.expect["value"] for e in one.examples} == {"3"}


IN_TABLE = {
    "bad header": ("word\tcode\n盏\t{盏}\n", "bad header", 1),
    "column twice": ("surface\tcode\tcode\n", "bad header", 1),
    "too many cells": (UNITS + "丈\ta\tb\tc\td\te\n", "6 cells under 5 columns", 4),
    "duplicate surface": (UNITS + "# again\n盏\t{盏}\tcount\t1\n", "'盏' stands here twice, first in line 2", 5),
    "empty surface": (UNITS + "\t{丈}\n", "empty surface", 4),
    "empty file": ("", "no header", 1),
    "only comments": ("# nothing\n\n", "no header", 1),
    "scale that is no number": (UNITS + "丈\t{丈}\tcount\tmany\n", "scale: 'many' is no number", 4),
    "kind that is none": (UNITS + "丈\t{丈}\tlengths\t1\n", "kind: unknown 'lengths'", 4),
}


@pytest.mark.parametrize(("text", "message", "line"), IN_TABLE.values(), ids=IN_TABLE)
def test_mistake_in_a_table(tmp_path: Path, text: str, message: str, line: int) -> None:
    with pytest.raises(RuleError) as caught:
        compiled(whole(tmp_path, unit=text))
    assert message in str(caught.value)
    assert (caught.value.file, caught.value.line) == ("set/lexicon/unit.tsv", line)


def test_column_of_a_mistake_in_a_pattern(tmp_path: Path) -> None:
    with pytest.raises(RuleError) as caught:
        compiled(whole(tmp_path, rule=rule("{value:number} 灯* 盏")))
    assert caught.value.column == 17


def test_not_utf8(tmp_path: Path) -> None:
    folder = whole(tmp_path)
    (folder / "lexicon" / "unit.tsv").write_bytes(UNITS.encode("gb18030"))
    with pytest.raises(RuleError, match=r"set/lexicon/unit\.tsv: not UTF-8: byte \d+; save it as UTF-8"):
        load([folder])


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match="no such rule folder"):
        load([tmp_path / "none"])


def test_windows_files(tmp_path: Path) -> None:
    """A BOM and CRLF change nothing."""
    plain = whole(tmp_path / "a")
    other = whole(tmp_path / "b")
    for name in ("core.yml", "lamp.yml", "lexicon/unit.tsv"):
        (other / name).write_bytes(b"\xef\xbb\xbf" + (plain / name).read_bytes().replace(b"\n", b"\r\n"))
    assert compiled(plain) == compiled(other)


def test_scalars_are_text(tmp_path: Path) -> None:
    """No value of an example becomes a number, a date or a truth value."""
    text = RULE.replace(
        '{value: 3, unit: "{盏}"}', "{value: 010, unit: NO, mod: 2025-06-30, lower: 12:30, upper: 0.50, kind: null}"
    )
    (example,) = load([whole(tmp_path, rule=text)]).rules[0].examples
    assert example.expect == {
        "value": "010", "unit": "NO", "mod": "2025-06-30", "lower": "12:30", "upper": "0.50", "kind": None
    }  # fmt: skip


def test_deep_nesting_is_refused(tmp_path: Path) -> None:
    for text in ("defs: " + "[" * 3000 + "]" * 3000, chain(2000)):
        with pytest.raises(RuleError):
            compiled(whole(tmp_path, rule=text))


def chain(n: int) -> str:
    defs = "\n".join(f"  a{i}: 'x {{a{i + 1}}}'" for i in range(n)) + f"\n  a{n}: x"
    return rule("{a0} {value:number}", defs)


def test_explosions_are_refused(tmp_path: Path) -> None:
    """Aliases and sub-patterns that multiply: small files that would fill the memory."""
    aliases = "defs:\n  a0: &a0 [x, x]\n" + "".join(f"  a{i}: &a{i} [*a{i - 1}, *a{i - 1}]\n" for i in range(1, 40))
    with pytest.raises(RuleError):
        load([whole(tmp_path / "1", rule=aliases)])
    defs = "\n".join(f"  a{i}: '{{a{i + 1}}} {{a{i + 1}}}'" for i in range(40)) + "\n  a40: x"
    with pytest.raises(RuleError):
        compiled(whole(tmp_path / "2", rule=rule("{a0} {value:number}", defs)))


def test_damaged_files_raise_nothing_else(tmp_path: Path) -> None:
    """Whatever is done to a rule file: it still loads, or a RuleError names it."""
    dice = random.Random(20251101)
    texts = {"lamp.yml": RULE, "core.yml": CORE, "lexicon/unit.tsv": UNITS}
    signs = "{}[]()<>|?*+:,-#&!'\"\\\t\n 0a盏^$.~%@"
    for turn in range(600):
        name = dice.choice(list(texts))
        text = texts[name]
        for _ in range(dice.randint(1, 3)):
            at = dice.randrange(len(text))
            cut = dice.choice((0, 0, 1, 1, 4, 12))
            text = text[:at] + "".join(dice.choice(signs) for _ in range(dice.randint(0, 2))) + text[at + cut :]
        folder = write(tmp_path / f"set{turn % 4}", {**texts, name: text})
        fault = fault_of(folder)
        assert fault is None or (fault.file or "").startswith(folder.name), (text, str(fault))


def fault_of(folder: Path) -> RuleError | None:
    try:
        source = load([folder])
        compile_rules(source, "")
        cases(source)
        lexicon_cases(source)
    except RuleError as fault:
        return fault
    return None


# ---------------------------------------------------------------------------------------------- folders over others


@pytest.fixture(scope="module")
def built_in() -> Extractor:
    return Extractor()


def found(extractor: Extractor, text: str) -> list[tuple[str, str]]:
    return [(m.text, m.rule) for m in extractor.extract(text).mentions]


def test_overlay_adds_rows_and_rules(tmp_path: Path, built_in: Extractor) -> None:
    overlay = write(
        tmp_path / "house",
        {
            "lexicon/classifier.tsv": "surface\tcode\tkind\tscale\texample\n槑\t{槑}\tcount\t1\t挂起<3槑>灯\n",
            "house.yml": """\
            rules:
            - id: house.mark
              pattern: "甲乙丙丁 < {value:number} > 庚"
              anchor: value
              priority: 9
              emit: {type: quantity, kind: number, unit: "1"}
              examples: [见甲乙丙丁<30>庚: {value: 30}, 甲乙丙丁<31>庚: {value: 31}]
              not: [甲乙丙丁第30庚]
            """.replace("\n            ", "\n").lstrip(),
        },
    )
    mine = Extractor(overlay)
    text = "挂起3槑灯，见甲乙丙丁30庚，总投资5亿元。"
    assert found(mine, text) == [("3槑", "count.amount"), ("30", "house.mark"), ("5亿元", "money.amount")]
    assert ("5亿元", "money.amount") in found(built_in, text)
    assert mine.digest != built_in.digest
    source = load([builtin_folder(), overlay])
    own = [c for c in cases(source) if c.rule == "house.mark"] + [
        c for c in lexicon_cases(source) if c.rule == "classifier/槑"
    ]
    assert len(own) == 4
    assert [check(c, mine) for c in own] == [None] * 4


def test_overlay_replaces_a_rule_by_id(tmp_path: Path, built_in: Extractor) -> None:
    text = "总投资5亿元。"
    overlay = write(
        tmp_path / "house",
        {
            "money.yml": dedent("""\
            rules:
            - id: money.amount
              pattern: "总投资 < {value:number} {unit:currency} >"
              anchor: value
              emit: {type: quantity, kind: money, unit: XXX}
            """)
        },
    )
    (m,) = Extractor(overlay).extract(text).mentions
    assert (m.rule, getattr(m, "unit", None), getattr(m, "value", None)) == ("money.amount", "XXX", "500000000")
    assert getattr(built_in.extract(text).mentions[0], "unit", None) == "CNY"
    order = [r.id for r in load([builtin_folder(), overlay]).rules]
    assert order == [r.id for r in load([builtin_folder()]).rules]


def test_overlay_replaces_a_row(tmp_path: Path) -> None:
    head = "surface\tcode\tkind\tscale\texample\n"
    overlay = write(tmp_path / "house", {"lexicon/currency.tsv": head + "美元\tUSX\tmoney\t1\t\n"})
    (m,) = Extractor(overlay).extract("出口5亿美元。").mentions
    assert getattr(m, "unit", None) == "USX"


def test_overlay_disables(tmp_path: Path, built_in: Extractor) -> None:
    overlay = write(tmp_path / "house", {"off.yml": "disable: [money.amount]\n"})
    assert found(built_in, "总投资5亿元。") == [("5亿元", "money.amount")]
    assert ("5亿元", "money.amount") not in found(Extractor(overlay), "总投资5亿元。")


def test_overlay_with_other_columns(tmp_path: Path) -> None:
    overlay = write(tmp_path / "house", {"lexicon/currency.tsv": "surface\tcode\n美元\tUSD\n"})
    with pytest.raises(RuleError, match=r"^house/lexicon/currency\.tsv:1: columns"):
        load([builtin_folder(), overlay])


IN_STAGE_TABLES = {
    "numeral": ("number/numeral.tsv", "surface\trole\tvalue\n俩\tdigits\t2\n", "unknown role"),
    "segment": ("segment/byline.tsv", "surface\trole\nx\ty\tz\n", "house/segment/byline.tsv:2: 3 cells where"),
    "normalize": ("normalize/compat.tsv", "surface\ttext\nab\n", "normalize/compat.tsv:2: expected 2 fields"),
}


@pytest.mark.parametrize(("name", "text", "message"), IN_STAGE_TABLES.values(), ids=IN_STAGE_TABLES)
def test_mistake_in_a_table_of_a_stage(tmp_path: Path, name: str, text: str, message: str) -> None:
    with pytest.raises(RuleError) as caught:
        Extractor(write(tmp_path / "house", {name: text}))
    assert message in str(caught.value)
    assert caught.value.file is not None


def test_overlay_replaces_a_table_of_the_segmenter(tmp_path: Path, built_in: Extractor) -> None:
    """One table of the segmenter alone: the others stay."""
    head = (builtin_folder() / "segment" / "abbreviation.tsv").read_text(encoding="utf-8").split("\n")[0]
    house = Extractor(write(tmp_path / "house", {"segment/abbreviation.tsv": head + "\n"}))
    text = "第一句。第二句。"
    assert [(s.start, s.end) for s in house.sentences(text)] == [(s.start, s.end) for s in built_in.sentences(text)]


def test_later_overlays_win(tmp_path: Path) -> None:
    head = "surface\tcode\tkind\tscale\texample\n"
    first = write(tmp_path / "a", {"lexicon/currency.tsv": head + "美元\tAAA\tmoney\t1\t\n"})
    second = write(tmp_path / "b", {"lexicon/currency.tsv": head + "美元\tBBB\tmoney\t1\t\n"})
    units = [
        getattr(Extractor(o).extract("出口5亿美元。").mentions[0], "unit", None)
        for o in ([first, second], [second, first])
    ]
    assert units == ["BBB", "AAA"]


def test_a_folder_with_core_replaces(tmp_path: Path) -> None:
    source = load([builtin_folder(), whole(tmp_path)])
    assert [r.id for r in source.rules] == ["lamp.count"]
    assert set(source.lexicons) == {"unit"}
    assert set(source.defs[""]) == {"number", "unit"}


def test_a_complete_set_runs(tmp_path: Path) -> None:
    """A small set needs its own numerals and nothing of the built-in one; the message says what is missing."""
    folder = whole(tmp_path)
    with pytest.raises(RuleError, match=r"the rule set has no table numeral"):
        Extractor(folder)
    with_tables(folder)
    extractor = Extractor(folder)
    assert found(extractor, "挂起三贯灯，投资5亿元。") == [("三贯", "lamp.count")]
    assert [check(c, extractor) for c in cases(load([folder]))] == [None, None]


def test_sub_patterns_are_of_their_file(tmp_path: Path) -> None:
    """A file's own sub-pattern hides the shared one, there only."""
    other = "defs:\n  unit: 灯\n" + changed("lamp.count", "lamp.other").replace('"{unit.kind}"', "count").replace(
        '"{unit.code}", scale: "{unit.scale}"', '"1"'
    )
    pack = compiled(write(whole(tmp_path), {"other.yml": other}))
    assert [len(v.right) for v in pack.variants] == [2, 1]


# ------------------------------------------------------------------------------------------------------------- examples

FAILING = {
    "value": (
        "挂起<3盏>灯: {value: 4}",
        r"example '挂起<3盏>灯': expected \{rule: lamp\.count, value: 4\}, found <3盏> \{.*value: 3\}",
    ),
    "null": ("挂起<3盏>灯: {value: null}", r"value: null\}, found .*value: 3"),
    "span": ("挂起3<盏>灯: {}", r"found <3盏>"),
    "nothing there": ("挂起<三>灯: {}", r"found nothing"),
    "counterexample": ("not", r"counterexample '挂起3盏灯': expected no quantity, found <3盏> \{rule: lamp\.count\}"),
    "marked counterexample": ("not marked", r"counterexample '挂起3<盏灯>': expected no quantity, found <3盏>"),
    "known miss that passes": (
        "挂起<3盏>灯: {value: 3, status: known_miss}",
        r"expected a known miss, found that it passes",
    ),
}


@pytest.mark.parametrize(("example", "message"), FAILING.values(), ids=FAILING)
def test_failing_example(tmp_path: Path, example: str, message: str) -> None:
    text = RULE.split("  examples:\n")[0]
    if example.startswith("not"):
        text += "  not:\n  - 挂起3盏灯\n" if example == "not" else "  not:\n  - 挂起3<盏灯>\n"
    else:
        text += f"  examples:\n  - {example}\n"
    folder = whole(tmp_path, rule=text)
    with_tables(folder)
    (case,) = cases(load([folder]))
    failure = check(case, Extractor(folder))
    assert failure is not None
    assert re.search(message, str(failure)), str(failure)
    assert str(failure).startswith("set/lamp.yml:8: lamp.count: ")
    assert isinstance(failure.error(), RuleError)


UNTRIABLE = {
    "no mark": ("挂起3盏灯: {value: 3}", "an example without its mark"),
    "unknown field": ("挂起<3盏>灯: {valeu: 3}", "unknown field 'valeu' in '挂起<3盏>灯'; did you mean value?"),
    "unknown rule": (
        "挂起<3盏>灯: {rule: lamp.cuont}",
        "unknown rule 'lamp.cuont' in '挂起<3盏>灯'; did you mean lamp.count?",
    ),
}


@pytest.mark.parametrize(("example", "message"), UNTRIABLE.values(), ids=UNTRIABLE)
def test_example_that_cannot_be_tried(tmp_path: Path, example: str, message: str) -> None:
    text = changed('挂起<3盏>灯: {value: 3, unit: "{盏}"}', example)
    with pytest.raises(RuleError) as caught:
        cases(load([whole(tmp_path, rule=text)]))
    assert message in str(caught.value)
    assert (caught.value.file, caught.value.line, caught.value.rule) == ("set/lamp.yml", 8, "lamp.count")


def test_lexicon_example_without_mark(tmp_path: Path) -> None:
    with pytest.raises(RuleError, match=r"^set/lexicon/unit\.tsv:2: an example without its mark"):
        lexicon_cases(load([whole(tmp_path, unit=UNITS.replace("<3盏>", "3盏"))]))
