"""`zhextract rules`: list, show, try, test, lint, new."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import msgspec
import pytest
from tests.commandline import Run, runner
from tests.workbench import UNITS, committed, write

from zhextract.rules.build import builtin_folder
from zhextract.rules.compile import compile_rules
from zhextract.rules.load import load, spelled_out
from zhextract.rules.pack import Lookup, Numeral, PackedRule, RulePack, Step, Variant
from zhextract.rules.pattern import parse, walk
from zhextract.workbench import change, suite
from zhextract.workbench.automaton import Builder, ambiguity, includes
from zhextract.workbench.ruleset import RuleSet, replaced
from zhextract.workbench.splice import spliced
from zhextract.workbench.tree import alternations, without, written

HEAD = "rules:\n"
FIRST = "  priority: 1\n"


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfdbinary, monkeypatch)


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    return write(tmp_path / "mine", {"units.yml": UNITS})


@pytest.fixture(scope="module")
def builtin() -> RuleSet:
    return RuleSet()


def rule(rule_id: str, pattern: str, anchor: str = "value", emit: str = "quantity", more: str = "") -> str:
    """A rule with enough examples, which are not run."""
    fields = {"quantity": "type: quantity, kind: area, unit: x", "exclude": "type: exclude"}[emit]
    pattern = pattern.replace("{n}", "{value:number}")
    return (
        f'- id: {rule_id}\n  pattern: "{pattern}"\n  anchor: {anchor}\n  emit: {{{fields}}}\n{more}'
        "  examples:\n  - <1x>: {}\n  - <2x>: {}\n  not: [x]\n"
    )


# ----------------------------------------------------------------------------------------------------- list, show, try


def test_list_and_show(run: Run, mine: Path) -> None:
    code, out, _ = run("rules", "list", "mine.*", "--rules", mine)
    assert code == 0
    assert out.split() == ["mine.mu", "quantity", "mine/units.yml:2", *["Fields", "by", "the", "old", "measure."]]
    code, out, _ = run("rules", "list", "--type", "ordinal", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert rows
    assert {row["type"] for row in rows} == {"ordinal"}
    code, out, _ = run("rules", "show", "mine.mu", "--rules", mine)
    assert code == 0
    assert out.startswith("# mine/units.yml:2\n- id: mine.mu\n")
    assert "\nnumber: {read: number}  # rules/core.yml:" in out
    code, _, err = run("rules", "show", "time.yaer")
    assert (code, "did you mean time.year?" in err) == (2, True)


def test_show_is_the_whole_rule(run: Run) -> None:
    """Every rule, from its id to its last counterexample, and nothing of the next."""
    for one in RuleSet().source.rules[::25]:
        code, out, _ = run("rules", "show", one.id)
        assert code == 0
        block = out.split("\n\n# what it is made of")[0]
        assert block.count("id: ") == 1
        items = [line for line in block.replace("<", "").replace(">", "").splitlines() if line.startswith("  - ")]
        assert one.counterexamples == () or any(one.counterexamples[-1].text in way for way in spelled_out(items[-1]))


def test_try(run: Run, mine: Path) -> None:
    code, out, _ = run("rules", "try", "mine.mu", "新垦12石田以上", "--rules", mine)
    assert code == 0
    assert "新垦<12石田>以上" in out
    assert "value: 12" in out
    assert "mod: EQUAL_OR_MORE" in out
    code, out, _ = run("rules", "try", "mine.mu", "新垦12亩", "--rules", mine)
    assert code == 1
    assert "mine.mu finds nothing" in out
    assert "measure.amount" in out
    code, out, _ = run("rules", "try", "time.year_range", "2019—今年建成")
    assert code == 1
    assert "lacks" in out
    code, out, _ = run("rules", "try", "exclude.word", "-", stdin="三里屯商圈".encode())
    assert code in (0, 1)


# ---------------------------------------------------------------------------------------------------------------- test


def test_examples_are_run(run: Run, mine: Path) -> None:
    code, _, err = run("rules", "test", "mine.*", "--rules", mine)
    assert (code, err.split(" (")[0]) == (0, "3 examples: all right")
    write(mine, {"units.yml": UNITS.replace("value: 12,", "value: 13,")})
    code, out, err = run("rules", "test", "mine.mu", "--rules", mine, "--jobs", "2")
    assert code == 1
    assert "mine/units.yml:8: mine.mu: example '开垦<12石田>': expected {" in out
    assert "1 failed" in err


def test_rows_and_lexicons_are_named(run: Run) -> None:
    code, _, err = run("rules", "test", "measure/亩", "classifier/批")
    assert (code, "2 examples" in err) == (0, True)
    code, _, err = run("rules", "test", "no.such")
    assert code == 2
    assert "no examples of 'no.such'" in err


def test_all_in_parallel_as_alone(builtin: RuleSet) -> None:
    cases = [case._replace(expect={**case.expect, "rule": "time.year"}) for case in builtin.cases()[:250]]
    alone = suite.failures(cases, builtin.extractor, 1)
    assert len(alone) > 100
    assert suite.failures(cases, builtin.extractor, 2) == alone


def test_changed(run: Run, tmp_path: Path) -> None:
    """In a complete set of rules under git, without what no change of ours is in."""
    folder = tmp_path / "rules"
    shutil.copytree(builtin_folder(), folder)
    committed(folder)

    def touched(*wanted: str) -> tuple[str, int]:
        code, _, err = run("rules", "test", *wanted, "--changed", "--rules", folder)
        assert code in (0, 1), err
        what, _, count = err.splitlines()[0].rpartition(": ")
        return what, int(count.split()[0])

    def edit(name: str, old: str, new: str) -> None:
        text = (folder / name).read_text("utf-8")
        assert old in text
        (folder / name).write_text(text.replace(old, new, 1), encoding="utf-8")

    assert touched() == ("nothing changed", 0)
    edit("lexicon/measure.tsv", "\n千克\tkg\tmass\t1", "\n千克\tkg\tmass\t2")
    what, count = touched()
    assert what == "1 row changed"
    assert 0 < count < 100
    edit("time/year.yml", "{range_sign}", "至")
    what, more = touched()
    assert what == "1 rule, 1 row changed"
    assert more > count
    edit("core.yml", "  year: {read: int, min: 1000,", "  year: {read: int, min: 1100,")
    what, all_times = touched("time.*")
    assert "rules, 1 row changed" in what
    assert all_times > 100
    edit("normalize/signs.tsv", "\n", "\n\n")
    assert touched("money.amount")[0] == "rules/normalize/signs.tsv changed"


def test_changed_needs_git(run: Run, mine: Path) -> None:
    code, _, err = run("rules", "test", "--changed", "--rules", mine)
    assert code == 2
    assert "git" in err


@pytest.mark.parametrize(
    ("rule_id", "old", "new"),
    [
        ("place.by_suffix", "suffix_strong", "suffix_medium"),
        ("exclude.word", "{word:fixed}", "{word:fixed} (?! [一-龟] )"),
        pytest.param("money.amount", "{minus:minus}? ", "", marks=pytest.mark.slow),
        pytest.param("time.year_range", "{range_sign}", "至", marks=pytest.mark.slow),
    ],
)
def test_a_change_touches_what_it_changes(builtin: RuleSet, rule_id: str, old: str, new: str) -> None:
    """Whatever comes out otherwise after a change is among the examples that it is said to touch."""
    cases = builtin.cases()
    one = builtin.rule(rule_id)
    assert old in one.pattern
    pattern = one.pattern.replace(old, new, 1)
    changed = builtin.with_source(replaced(builtin.source, msgspec.structs.replace(one, pattern=pattern)))
    differs = change.difference(builtin.source, changed.source)
    assert differs.rules == {rule_id}
    touched = change.Probe(differs, changed.extractor).cases(cases)
    assert 0 < len(touched) < len(cases)
    failed = suite.failures(cases, changed.extractor, 2)
    assert failed
    assert [f.case for f in failed if f.case not in touched] == []


def plain(pack: RulePack) -> list[object]:
    """What a pack says, without the numbers that its parts are called by."""

    def step(s: Step) -> object:
        if isinstance(s, Lookup):
            return pack.unions[s.union], s.slot, s.optional
        return (pack.readers[s.reader], s.slot, s.optional) if isinstance(s, Numeral) else s

    def variant(v: Variant, rules: tuple[PackedRule, ...]) -> object:
        named = msgspec.structs.asdict(v) | {"rule": rules[v.rule].id, "right": list(map(step, v.right))}
        named["union"] = pack.unions[v.union] if v.union >= 0 else None
        named["reader"] = pack.readers[v.reader] if v.reader >= 0 else None
        named["unions"] = [pack.unions[u] if u >= 0 else None for u in v.unions]
        return named

    return [
        pack.lexicons, pack.rules, pack.fact_rules, [variant(v, pack.rules) for v in pack.variants],
        [variant(v, pack.fact_rules) for v in pack.fact_variants],
    ]  # fmt: skip


@pytest.mark.parametrize("edit", ["pattern", "gone", "first", "row", "fact", "line"])
def test_a_pack_is_made_of_that_before_the_change(builtin: RuleSet, edit: str) -> None:
    source = builtin.source
    rules = {rule.id: rule for rule in source.rules}
    facts = [rule for rule in source.rules if source.layers[rule.id] == "mentions"]
    one = facts[0] if edit == "fact" else rules["place.by_suffix"]
    lexicons = dict(source.lexicons)
    if edit == "pattern":
        rules[one.id] = msgspec.structs.replace(one, pattern=one.pattern.replace("suffix_strong", "suffix_medium", 1))
    elif edit == "fact":
        rules[one.id] = msgspec.structs.replace(one, priority=one.priority + 1)
    elif edit == "gone":
        del rules[one.id]
    elif edit == "first":
        rules = {one.id: one, **rules}
    elif edit == "line":
        rules = {key: msgspec.structs.replace(rule, line=rule.line + 3) for key, rule in rules.items()}
    else:
        name = next(d.lexicons[0] for here in source.defs.values() for d in here.values() if d.lexicons)
        table = lexicons[name]
        gone = next(iter(table.rows))
        lexicons[name] = msgspec.structs.replace(table, rows={s: row for s, row in table.rows.items() if s != gone})
    new = msgspec.structs.replace(source, rules=tuple(rules.values()), lexicons=lexicons)
    differs = change.difference(source, new)
    assert bool(differs) == (edit != "line")
    assert plain(spliced(builtin.pack, differs)) == plain(compile_rules(new, ""))


# ---------------------------------------------------------------------------------------------------------------- lint


def lint(run: Run, folder: Path) -> list[str]:
    code, out, _ = run("rules", "lint", "--rules", folder)
    assert code == bool(out)
    return out.splitlines()


def test_builtin_rules_are_clean(run: Run) -> None:
    code, out, _ = run("rules", "lint")
    assert (code, out) == (0, "")


def test_lint_schema(run: Run, mine: Path) -> None:
    write(mine, {"units.yml": UNITS.replace("anchor:", "ankor:")})
    (line,) = lint(run, mine)
    assert line == "mine/units.yml:5: schema: mine.mu: unknown key 'ankor'; did you mean anchor?"


FAULTS = [
    (
        rule("a.narrow", "< {n} 石 [甲乙] >") + rule("a.wide", "< {n} 石 [甲-龟乙] >", more=FIRST),
        "unreachable: a.narrow: every match falls to a.wide",
    ),
    (
        rule("a.wide", "{lead}? < {n} 石 (甲|乙)? >") + rule("a.narrow", "< {n} 石 甲 > (?! 丙 )"),
        "unreachable: a.narrow: every match falls to a.wide",
    ),
    (
        rule("a.narrow", "< {n} 石乙 >", more=FIRST) + rule("a.wide", "< {n} 石 [甲乙] >"),
        "overlap: a.narrow: a.wide (FILE:11) finds all that it does and says the same",
    ),
    (
        rule("a.one", "< {n} 石乙 >") + rule("a.not", "{n} 石 [甲乙]", emit="exclude"),
        "unreachable: a.one: every match is excluded by a.not",
    ),
    (rule("a.twice", "< {n} 石 (甲乙?|丙|甲乙) >"), "overlap: a.twice: the branch “甲乙” finds nothing"),
    (rule("a.slow", "< {n} 石 ([甲-龟]{1,20} 丙?){1,20} 丁 >"), "slow: a.slow: can be tried in exponentially"),
    (rule("a.slow", "< {n} 石 [甲-龟]{1,60} [一-龟]{1,60} 丁 >"), "slow: a.slow: can be tried in ways that grow"),
    (rule("a.poor", "< {n} 石 >").replace("  - <2x>: {}\n", ""), "examples: a.poor: 1 examples and 1"),
    ("defs:\n  never: 石\n" + HEAD + rule("a.one", "< {n} 石 >"), "unused: no rule uses the sub-pattern {never}"),
    (
        "defs:\n  none: {lexicon: measure, only: kind=nothing}\n" + HEAD + rule("a.one", "< {value:number} {none} >"),
        "unreachable: a.one: {none} has no words",
    ),
    (
        "defs:\n  none: {read: int, min: 9, max: 3}\n" + HEAD + rule("a.one", "< {value:none} 石 >"),
        "unreachable: {none}: min 9 is more than max 3",
    ),
]  # fmt: skip
SOUND = [
    rule("a.one", "< {n} 石 甲 >") + rule("a.two", "< {n} 石 [乙丙] >"),
    rule("a.wide", "< {n} 石 [甲乙] > (?= 丁 )") + rule("a.narrow", "< {n} 石 甲 >"),
    rule("a.wide", "戊 < {n} 石 [甲乙] >") + rule("a.narrow", "< {n} 石 甲 >"),
    rule("a.one", "< {n} 石 (甲 | 甲乙 | [丁-丙] | 丁戊) >"),
    rule("a.one", "< {n} 石 [甲乙]{1,60} 丙 [甲乙]{1,60} 丁 >"),
    rule("a.one", "< {n} 石 ([甲乙]{1,60} 丙){1,60} 丁 >"),
]


def test_lint_finds_faults_and_nothing_else(run: Run, tmp_path: Path) -> None:
    """Each set of rules in a file of its own, about a thing of its own."""
    files, says = {}, {}
    for i, (text, message) in enumerate([*FAULTS, *((sound, "") for sound in SOUND)]):
        own = (text if HEAD in text else HEAD + text).replace("石", chr(0x7100 + i)).replace("a.", f"a{i}.")
        files[f"f{i}.yml"] = own
        says[f"mine/f{i}.yml"] = message.replace("a.", f"a{i}.").replace("FILE", f"mine/f{i}.yml")
    found: dict[str, list[str]] = {name: [] for name in says}
    for line in lint(run, write(tmp_path / "mine", files)):
        where, _, rest = line.partition(": ")
        found[where.rpartition(":")[0]].append(rest)
    for name, message in says.items():
        assert len(found[name]) == bool(message), (files[name.removeprefix("mine/")], found[name])
        assert all(message in rest for rest in found[name]), found[name]


def test_lint_unused_lexicon_and_common_trigger(run: Run, tmp_path: Path) -> None:
    folder = write(
        tmp_path / "mine",
        {
            "a.yml": "defs:\n  de: 的\n" + HEAD + rule("a.one", "{de:de} [^石]{2} 石", "de", "exclude"),
            "lexicon/never.tsv": "surface\n石\n",
            "news.txt": "云岭的天，临川的水，北麓的山。" * 40,
        },
    )
    code, out, _ = run("rules", "lint", "--rules", folder, "--corpus", folder / "news.txt", "--json")
    found = {(row["kind"], row["rule"]): row for row in map(json.loads, out.splitlines())}
    assert code == 1
    assert {("unused", ""), ("trigger", "a.one")} <= set(found)
    assert found["unused", ""]["file"] == "mine/lexicon/never.tsv"
    assert found["trigger", "a.one"]["message"].startswith("tried 2000 times in 10,000 characters and found 0 times")


def test_inclusion_and_ambiguity() -> None:
    def nfa(pattern: str, *, loops: bool = False):  # type: ignore[no-untyped-def]
        return Builder(lambda ref: [], loops=loops).build(parse(pattern))

    pairs = {
        ("[a-z]{0,5}", "ab?c"): True, ("ab?c", "[a-z]{0,5}"): False, ("a(b|c)d", "acd"): True,
        ("[ab]c", "[a-c]c"): False, ("a(?!b)c?", "a"): False, ("a", "a(?!b)"): True, ("a(?!b)", "a(?!b)"): True,
        ("a{2,3}", "aa|aaa"): True,
    }  # fmt: skip
    for (wide, narrow), held in pairs.items():
        assert includes(nfa(wide), nfa(narrow)) is held, (wide, narrow)
    slow = {"(a{0,20}){0,20}": "exponential", "(a|aa){1,30}": "exponential", "[ab]{1,30}[bc]{1,30}": "square",
            "([ab]c){1,30}(a[cd]){1,30}": "square"}  # fmt: skip
    for pattern, how in slow.items():
        assert how in (ambiguity(nfa(f"{pattern}x", loops=True)) or ""), pattern
    for pattern in ("[ab]{1,30}[bc]{1,30}", "[ab]{1,30}[cd]{1,30}x", "(ab|ac){1,30}", "(ab?){1,30}c", "a{1,9}a{1,9}"):
        assert ambiguity(nfa(pattern, loops=True)) is None, pattern


def test_patterns_written_back(builtin: RuleSet) -> None:
    """Every pattern of the built-in rules reads the same when it is written from its tree; a branch can be cut."""
    patterns = [r.pattern for r in builtin.source.rules]
    patterns += [d.pattern for here in builtin.source.defs.values() for d in here.values() if d.pattern is not None]
    for pattern in patterns:
        tree = parse(pattern)
        again = parse(written(tree))
        assert [type(n) for n in walk(again)] == [type(n) for n in walk(tree)], pattern
        assert written(again) == written(tree)
        for number, alt in enumerate(alternations(tree)):
            for branch in range(len(alt.items)):
                assert written(without(tree, number, branch)) != written(tree) or alt.items[branch] in (
                    *alt.items[:branch], *alt.items[branch + 1 :]
                )  # fmt: skip


# ----------------------------------------------------------------------------------------------------------------- new


def test_new(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "mine" / "units.yml"
    code, out, _ = run("rules", "new", "mine.mu", "--type", "quantity")
    assert code == 0
    assert "pattern:" in out
    given = ("--pattern", "< {n} 石田 >", "--anchor", "value", "--example", "垦<12石田>: {value: 12}")
    for rule_id in ("mine.mu", "mine.mu_two"):
        code, _, err = run("rules", "new", rule_id, "--type", "quantity", "-o", file, *given, "--not", "石田先生")
        assert (code, err) == (0, f"{rule_id} is in {file}\n")
    code, _, err = run("rules", "new", "mine.mu", "--type", "quantity", "-o", file)
    assert (code, "already" in err) == (2, True)
    write(tmp_path, {"mine/units.yml": file.read_text("utf-8").replace("    # unit:", '    unit: "[石田]"')})
    source = load([tmp_path / "mine"])
    assert [r.id for r in source.rules] == ["mine.mu", "mine.mu_two"]
    assert source.rules[0].pattern == "< {n} 石田 >"
    assert list((tmp_path / "mine").iterdir()) == [file]
    code, _, err = run("rules", "new", "a.b", "--type", "quantty")
    assert (code, "one of quantity" in err) == (2, True)
