"""The pattern language: reading it, writing it out forwards and backwards, what a pattern can start with."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhextract.rules.pattern import (
    Alt,
    Class,
    Edge,
    Lit,
    Look,
    Mark,
    Node,
    PatternError,
    Ref,
    Repeat,
    Seq,
    Writer,
    flatten,
    literals,
    parse,
    refs,
    split_at,
    starts,
    trie,
    walk,
)

TREES: dict[str, Node] = {
    "": Seq(()),
    "年": Lit("年"),
    "年 度": Lit("年度"),
    "年度?": Seq((Lit("年"), Repeat(Lit("度"), 0, 1))),
    "a|b": Alt((Lit("a"), Lit("b"))),
    "(a|b) c": Seq((Alt((Lit("a"), Lit("b"))), Lit("c"))),
    "a|": Alt((Lit("a"), Seq(()))),
    "[一-鿿]{1,3}": Repeat(Class("[一-鿿]"), 1, 3),
    "[^]ab]": Class("[^]ab]"),
    "[\\]]": Class("[\\]]"),
    ".{2}": Repeat(Class("."), 2, 2),
    "x{0,5}?": Repeat(Lit("x"), 0, 5, lazy=True),
    "x ?": Repeat(Lit("x"), 0, 1),
    "< a >": Seq((Mark(True), Lit("a"), Mark(False))),
    "^ a $": Seq((Edge(True), Lit("a"), Edge(False))),
    "(?=a) (?!b) (?<=c) (?<!d)": Seq(
        (
            Look(Lit("a"), True, False),
            Look(Lit("b"), True, True),
            Look(Lit("c"), False, False),
            Look(Lit("d"), False, True),
        )
    ),
    "\\< \\{ \\\\": Lit("<{\\"),
    "{unit}": Ref("unit"),
    "{value:number} {unit:measure}?": Seq((Ref("number", "value"), Repeat(Ref("measure", "unit"), 0, 1))),
    "{q:@percent}": Ref("@percent", "q"),
    "{level}{2}": Repeat(Ref("level"), 2, 2),
}


def bare(node: Node) -> Node:
    """The tree without the columns of its references."""
    match node:
        case Ref(name, slot):
            return Ref(name, slot)
        case Seq(items):
            return Seq(tuple(map(bare, items)))
        case Alt(items):
            return Alt(tuple(map(bare, items)))
        case Repeat(item, low, high, lazy):
            return Repeat(bare(item), low, high, lazy)
        case Look(item, ahead, negative):
            return Look(bare(item), ahead, negative)
    return node


@pytest.mark.parametrize(("source", "tree"), TREES.items(), ids=TREES)
def test_parse(source: str, tree: Node) -> None:
    assert bare(parse(source)) == tree


def show(node: Node) -> str:
    """The tree as a pattern."""
    match node:
        case Lit(text):
            return "".join(re.sub(r"[\\<>{}()\[\]?*+|^$.]", r"\\\g<0>", c) for c in text)
        case Class(source):
            return source
        case Edge(start):
            return "^" if start else "$"
        case Mark(start):
            return "<" if start else ">"
        case Ref(name, slot):
            return f"{{{slot}:{name}}}" if slot else f"{{{name}}}"
        case Seq(items):
            return " ".join(f"({show(n)})" if isinstance(n, (Seq, Alt)) else show(n) for n in items)
        case Alt(items):
            return "|".join(f"({show(n)})" if isinstance(n, Alt) else show(n) for n in items)
        case Repeat(item, low, high, lazy):
            body = (
                show(item)
                if isinstance(item, (Class, Ref)) or (isinstance(item, Lit) and len(item.text) == 1)
                else f"({show(item)})"
            )
            return f"{body}{{{low},{high}}}{'?' if lazy else ''}"
        case Look(item, ahead, negative):
            return f"(?{'' if ahead else '<'}{'!' if negative else '='}{show(item)})"
    raise TypeError(node)


@pytest.mark.parametrize("source", TREES)
def test_shown_tree_reads_the_same(source: str) -> None:
    tree = bare(parse(source))
    assert bare(parse(show(tree))) == tree


FAULTS = {
    "a*": ("no bound", 1),
    "a+": ("no bound", 1),
    "*a": ("no bound", 0),
    "a{2,1}": ("lower to a higher", 1),
    "a{0}": ("lower to a higher", 1),
    "a{1,999}": ("at most 200", 1),
    "(a": ("never closed", 0),
    "a)": ("unbalanced ')'", 1),
    "[a": ("never closed", 0),
    "[b-a]": ("bad character class", 0),
    "x[[]": ("bad character class: write", 1),
    "[a--b]": ("bad character class: write", 0),
    "a]": ("stray ']'", 1),
    "a}": ("stray '}'", 1),
    "?a": ("stray '?'", 0),
    "a??a?": (None, 0),
    "{A}": ("expected {name}", 0),
    "{a:}": ("expected {name}", 0),
    "{a": ("expected {name}", 0),
    "{unit}{e<=1}": ("expected {name}", 6),
    "(?:a)": ("not of this language", 0),
    "(?P<x>a)": ("not of this language", 0),
    "\\d": ("not of this language", 0),
    "a\\": ("lone", 1),
    "<{2}": ("can't be repeated", 0),
    "^?": ("can't be repeated", 0),
    "(?=a)?": ("can't be repeated", 0),
    "(" * 30 + "a" + ")" * 30: ("nested more than 20", 21),
}


@pytest.mark.parametrize(("source", "fault"), FAULTS.items(), ids=[k[:20] for k in FAULTS])
def test_fault(source: str, fault: tuple[str | None, int]) -> None:
    message, column = fault
    if message is None:
        parse(source)
        return
    with pytest.raises(PatternError, match=re.escape(message)) as caught:
        parse(source)
    assert caught.value.column == column


@given(st.text("ab{}[]()<>|?*+:=!^$.\\,-02 年", max_size=14))
def test_parse_never_fails_otherwise(source: str) -> None:
    column: int | None = None
    tree: Node = Seq(())
    try:
        tree = parse(source)
    except PatternError as fault:
        column = fault.column
    assert column is None or 0 <= column <= len(source)
    assert all(isinstance(n, Node) for n in walk(tree))


def test_refs_and_literals() -> None:
    tree = parse("{a} ( {b:x} | (?= {c} ) ) {d}{0,2}")
    assert [(r.name, r.slot) for r in refs(tree)] == [("a", None), ("x", "b"), ("c", None), ("d", None)]
    assert literals(parse("(上|下)个? 世纪")) == ["上个世纪", "上世纪", "下个世纪", "下世纪"]
    assert literals(parse("[上下]")) is None
    assert literals(parse("a{2}")) is None
    assert literals(parse("a {unit}")) is None
    assert literals(parse("(a|b|c|d)(a|b|c|d)"), limit=10) is None


def test_flatten() -> None:
    assert flatten(parse("a? (b? c?) d?")) == tuple(Repeat(Lit(c), 0, 1) for c in "abcd")


CUTS = {
    "< {a:x} b >": [((Mark(True),), (Lit("b"), Mark(False)))],
    "p ({a:x} | q {a:x} r) s": [((Lit("p"),), (Lit("s"),)), ((Lit("p"), Lit("q")), (Lit("r"), Lit("s")))],
    "p (({a:x}) y)": [((Lit("p"),), (Lit("y"),))],
    "{b:x}": [],
    "({a:x}){1,2}": [],
    "(?={a:x}) y": [],
}


@pytest.mark.parametrize(("source", "cuts"), CUTS.items(), ids=CUTS)
def test_split_at(source: str, cuts: list[tuple[tuple[Node, ...], tuple[Node, ...]]]) -> None:
    assert [(left, right) for left, _, right in split_at(parse(source), "a")] == cuts


# ---------------------------------------------------------------------------------------------------------- properties

WORDS = ["a", "ab", "ba", "cab"]
"""The lexicon `{lex}`; `{sub}` is a sub-pattern."""
SUB = parse("a b? | c")


def resolve(ref: Ref) -> list[str] | Node:
    return WORDS if ref.name == "lex" else SUB


def leaves() -> st.SearchStrategy[Node]:
    return st.one_of(
        st.text("abc", min_size=1, max_size=3).map(Lit),
        st.sampled_from(["[ab]", "[^a]", ".", "[a-b]", "[c]", "[^bc]"]).map(Class),
        st.sampled_from([Ref("lex"), Ref("sub"), Ref("lex", "s"), Ref("sub", "t")]),
    )


def looks() -> st.SearchStrategy[Node]:
    """Looks and edges, with insides of one width, since they are also written backwards."""
    inside = st.one_of(st.text("abc", min_size=1, max_size=2).map(Lit), st.sampled_from(["[ab]", "[^a]"]).map(Class))
    return st.one_of(
        st.builds(Look, inside, st.booleans(), st.booleans()), st.booleans().map(Edge), st.booleans().map(Mark)
    )


def grown(kids: st.SearchStrategy[Node]) -> st.SearchStrategy[Node]:
    count = st.tuples(st.integers(0, 2), st.integers(1, 3)).map(sorted)
    return st.one_of(
        st.lists(st.one_of(kids, looks()), max_size=3).map(lambda items: Seq(tuple(items))),
        st.lists(kids, min_size=2, max_size=3).map(lambda items: Alt(tuple(items))),
        st.builds(lambda item, n, lazy: Repeat(item, n[0], n[1], lazy), kids, count, st.booleans()),
    )


TREE = st.recursive(leaves(), grown, max_leaves=6)
TEXT = st.text("abc\n", max_size=7)


def compiled(node: Node, *, backwards: bool) -> re.Pattern[str]:
    return re.compile(Writer(resolve, backwards=backwards).write(node), re.MULTILINE)


@settings(max_examples=400, deadline=None)
@given(TREE, TEXT)
def test_backwards_accepts_the_same(tree: Node, text: str) -> None:
    """What a pattern matches forwards, its backward writing matches on the reversed text, and nothing else."""
    forward, backward = compiled(tree, backwards=False), compiled(tree, backwards=True)
    n = len(text)
    for i in range(n + 1):
        for j in range(i, n + 1):
            assert stretches(forward, text, i, j) == stretches(backward, text[::-1], n - j, n - i), (i, j)


def stretches(pattern: re.Pattern[str], text: str, start: int, end: int) -> bool:
    """Whether the pattern can match exactly this stretch; the text around it stays in sight of looks and edges."""
    fence = re.compile(f"(?:{pattern.pattern})(?=[\\s\\S]{{{len(text) - end}}}\\Z)", re.MULTILINE)
    return fence.match(text, start) is not None


@settings(max_examples=400, deadline=None)
@given(TREE, TEXT, st.booleans())
def test_starts_is_conservative(tree: Node, text: str, backwards: bool) -> None:
    """Where the next character is not among the starts, a pattern fails, or matches nothing if it can."""
    first, nullable = starts(flatten(tree), resolve, backwards=backwards)
    if first is None:
        return
    pattern = compiled(tree, backwards=backwards)
    for at in range(len(text) + 1):
        if text[at : at + 1] in first:  # at the end, of an edge
            continue
        found = pattern.match(text, at)
        if nullable:
            assert found is not None
            assert found.end() == at
        else:
            assert found is None


def test_starts_of_common_patterns() -> None:
    def of(source: str, *, backwards: bool = False) -> tuple[set[str] | None, bool]:
        first, empty = starts((parse(source),), resolve, backwards=backwards)
        return (None if first is None else set(first), empty)

    assert of("年度?") == ({"年"}, False)
    assert of("年? 度") == ({"年", "度"}, False)
    assert of("年?") == ({"年"}, True)
    assert of("{lex}") == ({"a", "b", "c"}, False)
    assert of("{lex}", backwards=True) == ({"a", "b"}, False)
    assert of("[年月]") == ({"年", "月"}, False)
    assert of("[^年]") == (None, False)
    assert of("上年", backwards=True) == ({"年"}, False)
    assert of("(?<= [，\\n] | ^ )", backwards=True) == ({"，", "\n", ""}, False)
    assert of("年? $") == ({"年", "\n", ""}, False)
    assert of("^ 年") == ({"年"}, False)


@given(st.lists(st.text("abc年", min_size=1, max_size=4), max_size=12), st.text("abc年", max_size=8))
def test_trie_matches_the_longest_word(words: list[str], text: str) -> None:
    found = re.compile(trie(words)).match(text)
    longest = max((w for w in words if text.startswith(w)), key=len, default=None)
    assert (None if found is None else found.group()) == longest


@given(
    st.lists(
        st.text(st.characters(min_codepoint=33, max_codepoint=126), min_size=1, max_size=3), min_size=1, max_size=8
    )
)
def test_trie_escapes(words: list[str]) -> None:
    pattern = re.compile(trie(words))
    assert all(pattern.fullmatch(w) for w in words)


def test_groups_name_their_slots() -> None:
    writer = Writer(resolve, backwards=False)
    source = writer.write(parse("< {s:lex} (x | {t:sub}) >"))
    assert writer.groups == ["<", "s", "t", ">"]
    found = re.match(source, "abx")
    assert found is not None
    assert found.groups() == ("", "ab", None, "")


@pytest.mark.parametrize(
    ("source", "written"),
    [
        ("(?! a ) [^b]", "[^ab]"),
        ("(?! [ab] ) [bc]", "[c]"),
        (
            "(?! a ) (?! b ) [^\\n]{0,3}",
            "(?!a)(?!b)[^\\n]{0,3}",
        ),  # a look ahead of a stretch is one of its first character only
        ("( (?! a | b ) [^c] ){0,3}?", "(?:[^abc]){0,3}?"),
        ("a | b | [c-e]", "[abcde]"),
        ("a | [^ab]", "[^b]"),
        ("(?! ab ) [^c]", "(?!ab)[^c]"),
        ("(?! a ) b", "[b]"),
        ("(?! a ) a", "(?!a)a"),
    ],
)
def test_one_character_is_one_class(source: str, written: str) -> None:
    found = Writer(resolve, backwards=False).write(parse(source))
    assert found == written
    assert re.compile(found)
