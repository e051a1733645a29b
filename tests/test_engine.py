"""The engine through the whole extractor: what must not change what is found, and how steps and marks match."""

from __future__ import annotations

import pickle
import random
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest
from tests.hashseeds import outputs

from zhextract import Extractor
from zhextract.engine import Candidate, Engine
from zhextract.numerals import Numerals
from zhextract.rules.build import builtin_folder, load_pack
from zhextract.rules.compile import compile_rules
from zhextract.rules.load import load, read_table

TEXTS = [
    "2025年前三季度，林州市进出口总额1,260.5亿元，同比增长8.4%，比上年同期多98亿元。其中出口超七成。",
    "民國113年，全縣補助新臺幣3億元，受惠農戶四萬二千餘戶；114年起改為每戶5,000元。",
    "青澜生物（601楼）招聘三四十名工程师，月薪8000元至1万元，试用期3个月，4月2日前报名。",
    "截至目前，园区已集聚631家高新技术企业，产值从299.3亿元跃升至391亿元，占全区三分之一。",
    "时速350公里的列车每天开行40多列，全程3小时20分，票价256元5角。\n\n去年底，二期工程开工，\n\n总投资上百亿元。",
]


@cache
def extractor() -> Extractor:
    return Extractor()


def output(x: Extractor, text: str) -> str:
    return x.extract(text, "2025-11-03").to_json()


def findings(x: Extractor, text: str) -> list[object]:
    return list(x.extract(text, "2025-11-03").mentions)


def test_texts_say_something() -> None:
    assert all(len(findings(extractor(), t)) >= 5 for t in TEXTS)


def test_many_unrelated_rules_change_nothing(tmp_path: Path) -> None:
    """2,000 rules whose anchors and neighbours never occur in the texts."""
    dice = random.Random(7)
    syllables = [chr(n) for n in range(0xA000, 0xA400)]  # Yi: not of any word in the texts or the rules
    lines = ["rules:"]
    for n in range(2_000):
        word = "".join(dice.choices(syllables, k=3))
        left, right = dice.choices(syllables, k=2)
        anchored = n % 2 == 0
        pattern = f"{left}? < {{w:word{n}}} {right} >" if anchored else f"< {{value:number}} {word} >"
        lines += [
            f"- id: other.r{n}",
            f"  pattern: {pattern!r}",
            f"  anchor: {'w' if anchored else 'value'}",
            f"  priority: {dice.randint(-5, 5)}",
            "  emit: {type: quantity, kind: number, unit: '1', value: '7'}",
        ]
        if anchored:
            lines.insert(0, f"  word{n}: {word}")
    lines.insert(0, "defs:")
    lines.remove("rules:")
    at = next(i for i, line in enumerate(lines) if line.startswith("- id"))
    lines.insert(at, "rules:")
    (tmp_path / "other.yml").write_text("\n".join(lines) + "\n", encoding="utf-8")
    many = Extractor(tmp_path)
    assert len(many.mentions.rules) == len(extractor().mentions.rules) + 2_000
    for text in TEXTS:
        assert output(many, text) == output(extractor(), text)


def test_threads_share_one_extractor() -> None:
    """A fresh extractor compiles its patterns while several threads use it for the first time."""
    expected = [output(extractor(), t) for t in TEXTS]
    fresh = Extractor()
    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(lambda t: output(fresh, t), TEXTS * 16))
    assert got == expected * 16


def test_pickle_round_trip() -> None:
    original = Extractor(script="tw2sp", currency="TWD")
    copy = pickle.loads(pickle.dumps(original))
    assert (copy.script, copy.currency, copy.digest) == ("tw2sp", "TWD", original.digest)
    assert [output(copy, t) for t in TEXTS] == [output(original, t) for t in TEXTS]


def test_order_of_articles_does_not_matter() -> None:
    expected = {t: output(extractor(), t) for t in TEXTS}
    for seed in range(3):
        fresh = Extractor()
        for t in random.Random(seed).sample(TEXTS, len(TEXTS)):
            assert output(fresh, t) == expected[t]


def test_hash_seed_does_not_matter() -> None:
    """The documents and the compiled rules are the same bytes in every process."""
    code = (
        "import sys, hashlib, msgspec; from zhextract import Extractor;"
        "from zhextract.rules.build import build_pack, builtin_folder;"
        "texts = sys.stdin.buffer.read().decode('utf-8').split('\\0'); x = Extractor();"
        "out = ''.join(x.extract(t, '2025-11-03').to_json() for t in texts).encode();"
        "pack = msgspec.msgpack.encode(build_pack([builtin_folder()]));"
        "print(hashlib.sha256(out).hexdigest(), hashlib.sha256(pack).hexdigest())"
    )
    assert len(outputs(code, stdin="\0".join(TEXTS))) == 1


@pytest.mark.parametrize(
    "text", ["", "\n", "一", "1", "<", "\ud800", "\0", "年" * 50, "1" * 3000, "万" * 3000, "第" * 500, "3亿元" * 300]
)
def test_total(text: str) -> None:
    document = extractor().extract(text)
    assert all(0 <= m.start < m.end <= len(text) for m in document.mentions)


# ------------------------------------------------------------------------------------------------------- small engines


def engine(tmp_path: Path, rules: str, **lexicons: str) -> Engine:
    (tmp_path / "lexicon").mkdir(exist_ok=True)
    for name, words in lexicons.items():
        rows = "".join(f"{w}\t{w.upper()}\n" for w in words.split())
        (tmp_path / "lexicon" / f"{name}.tsv").write_text("surface\tvalue\n" + rows, encoding="utf-8")
    (tmp_path / "core.yml").write_text(rules, encoding="utf-8")
    table = read_table(builtin_folder() / "number" / "numeral.tsv", builtin_folder())
    rows_of_numerals = [{k: v or "" for k, v in row.items()} for row in table.rows.values()]
    return Engine(compile_rules(load([tmp_path]), ""), Numerals(rows_of_numerals))


def one_rule(pattern: str, anchor: str, defs: str = "") -> str:
    """A rule set of one rule over a number `n` and the lexicons `unit` and `tail`."""
    return (
        f"defs:\n  number: {{read: number}}\n  unit: {{lexicon: unit}}\n  tail: {{lexicon: tail}}\n{defs}"
        f'rules:\n- id: a.b\n  pattern: "{pattern}"\n  anchor: {anchor}\n  emit: {{type: exclude}}\n'
    )


SPANS = {
    # name: (pattern, anchor, text, spans)
    "whole match": ("{n:number} {u:unit}", "n", "买5kg米", ["5kg"]),
    "longest entry": ("{n:number} {u:unit}", "n", "买5kgf", ["5kgf"]),
    "marks": ("x < {n:number} {u:unit} > y", "n", "x5kgy x5kg", ["5kg"]),
    "mark before what may be missing": ("{n:number} x? > {t:tail}?", "n", "5 5x 5ii 5xii", ["5", "5x", "5", "5x"]),
    "mark after what may be missing": ("{n:number} > x? {t:tail}", "n", "5ii 5xii 5x", ["5", "5"]),
    "left mark before what may be missing": ("y < x? {n:number} > z", "n", "y5z yx5z x5z", ["5", "x5"]),
    "left mark after what may be missing": ("y x? < {n:number} > z", "n", "y5z yx5z", ["5", "5"]),
    "left mark right of the anchor": ("{w:word} x? < {n:number} > z", "w", "ab5z abx6z", ["5", "6"]),
    "marks in branches": ("{n:number} ( > z | y > )", "n", "5z 5y", ["5", "5y"]),
    "literal anchor": ("{w:word} {n:number}", "w", "ab5 abc6 a7", ["ab5", "abc6"]),
    "literal anchor inside another": ("{w:word}", "w", "abc", ["ab", "abc"]),
    "lexicon anchor": ("{n:unit} x", "n", "gx kgx", ["gx", "kgx", "gx"]),
    "two numerals": ("{a:number} - {b:number}", "a", "5-6 7-x", ["5-6"]),
    "optional numeral": ("{a:number} z {b:number}?", "a", "5z 5z6", ["5z", "5z6"]),
    "optional lexicon": ("{n:number} {u:unit}? z", "n", "5z 5kgz", ["5z", "5kgz"]),
    "branches of the anchor": ("( x {n:number} | y {n:number} z )", "n", "x5 y6z y7", ["x5", "y6z"]),
    "line edges": ("^ {n:number} $", "n", "5\n6 \n7", ["5", "7"]),
    "look back over the anchor's left": ("(?<! x ) {n:number} {u:unit}", "n", "x5g y6g", ["6g"]),
    "look ahead": ("{n:number} (?= z ) ", "n", "5z 6y", ["5"]),
    "negative look ahead": ("{n:number} (?! z )", "n", "5z 6y 7", ["6", "7"]),
    "lazy left part": ("y x{0,3}? {n:number}", "n", "yxx5", ["yxx5"]),
    "words in a group": ("{n:number} ( {u:unit} | 个 )", "n", "5kg 6个 7x", ["5kg", "6个"]),
    "no words at all": ("{n:number} ( {e:none} | 个 )", "n", "5 6个", ["6个"]),
}


@pytest.mark.parametrize(("pattern", "anchor", "text", "spans"), SPANS.values(), ids=SPANS)
def test_spans(tmp_path: Path, pattern: str, anchor: str, text: str, spans: list[str]) -> None:
    rules = one_rule(pattern, anchor, "  word: ab|abc\n  none: {lexicon: none}\n")
    built = engine(tmp_path, rules, unit="g kg kgf m", tail="ii iii", none="")
    found = built.find(text)
    assert sorted((s, text[s:e]) for s, e, _, _ in found.candidates) == sorted(in_order(text, spans, found.candidates))


def in_order(text: str, spans: list[str], candidates: list[Candidate]) -> list[tuple[int, str]]:
    """The expected texts at the places of the candidates, in order; a wrong text or number of them shows."""
    places = sorted((s, e) for s, e, *_ in candidates)
    assert len(places) == len(spans), [text[s:e] for s, e in places]
    return [(s, span) for (s, _), span in zip(places, spans, strict=True)]


def test_slots(tmp_path: Path) -> None:
    rules = one_rule("(p|{t:tail})? {n:number} ( {u:unit} ) (x|{w:word}) ", "n", "  word: yy\n")
    built = engine(tmp_path, rules, unit="g kg", tail="ii iii")
    (candidate,) = built.find("ii5kgyy").candidates
    shown = [getattr(s, "text", s["value"] if isinstance(s, dict) else s) for s in candidate[3]]
    assert sorted(map(str, shown)) == ["5", "II", "KG", "yy"]


def test_a_numeral_is_never_cut(tmp_path: Path) -> None:
    built = engine(tmp_path, one_rule("{n:number} {u:unit}", "n"), unit="g", tail="x")
    assert [(s, e) for s, e, *_ in built.find("一百二十三g").candidates] == [(0, 6)]


def test_shipped_pack_is_used_only_when_it_fits() -> None:
    assert load_pack().digest == extractor().digest
