"""Numerals: values, ranges, what a run takes, exact arithmetic, totality and time."""

from __future__ import annotations

import pickle
import re
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhextract.numerals import Number, Numerals, add, canonical, compare, negate, ratio, scale

TABLE = Path(__file__).parent.parent / "rules" / "number" / "numeral.tsv"
CANONICAL = re.compile(r"-?(?:0|[1-9][0-9]*)(?:\.[0-9]*[1-9])?")
LETTERS = "零〇一二两三四五六七八九十百千万亿兆点几数好余多来半壹拾佰廿0123456789.,米瓦年 a。"


def load() -> list[dict[str, str]]:
    lines = [line for line in TABLE.read_text("utf-8").splitlines() if line and not line.startswith("# ")]
    head = lines[0].split("\t")
    return [dict(zip(head, line.split("\t"), strict=True)) for line in lines[1:]]


NUMERALS = Numerals(load())
RUN = re.compile(NUMERALS.run)


def runs(text: str) -> list[str]:
    return [match.group() for match in RUN.finditer(text)]


def spell(n: int, ten: str = "一十") -> str:
    """A whole number below 10^16 in words, written independently of the reader."""
    if n == 0:
        return "零"
    for word, size in (("兆", 10**12), ("亿", 10**8), ("万", 10**4)):
        if n >= size:
            high, low = divmod(n, size)
            gap = "零" if 0 < low < size // 10 else ""
            return spell(high, ten) + word + gap + (spell(low) if low else "")
    out, gap = "", ""
    for word, size in (("千", 1000), ("百", 100), ("十", 10), ("", 1)):
        digit, n = divmod(n, size)
        if not digit:
            gap = "零" if out else ""
            continue
        first_ten = word == "十" and digit == 1 and not out
        out += gap + (ten if first_ten else "零一二三四五六七八九"[digit] + word)
        gap = ""
    return out


EXACT = {
    "241.3": "241.3", "1,260.5": "1260.5", "1182": "1182", "007.50": "7.5", "1.5万亿": "1500000000000",
    "120000万": "1200000000", "13万2": "132000", "7千3百万": "73000000", "3百": "300", "2万5千": "25000",
    "8.5千": "8500",
    "3亿5000万": "350000000", "1亿2345.67万": "123456700", "3万4000": "34000", "1千零1": "1001",
    "2千零30万": "20300000",
    "5万一千二百三十": "51230", "3万5000亿": "3500000000000", "10万万": "1000000000", "二十一": "21",
    "一百九十万零三千": "1903000", "两万零十五": "20015", "一点五六万亿": "1560000000000", "十点五": "10.5",
    "四点五七": "4.57", "零点五": "0.5", "两千点零": "2000", "百": "100", "千": "1000", "万": "10000",
    "百亿": "10000000000",
    "一百二": "120", "两千三": "2300", "三万二": "32000", "两亿三": "230000000", "一百十五": "115", "二〇二五": "2025",
    "一九九八": "1998", "一二三四五": "12345", "零五": "5", "壹佰贰拾万": "1200000", "壹佰零伍": "105",
    "十万柒仟捌佰伍拾肆": "107854", "5仟": "5000", "2仟5佰": "2500", "3万2仟": "32000",
    "廿三": "23", "卅": "30", "四兆四千五百八十九亿": "4458900000000",
    "一万两千": "12000",
    "五兆六十二亿四万五千二": "5006200045200", "二十一万亿": "21000000000000", "一万五千亿": "1500000000000",
    "四千五百六十九万八千三百一十一亿四千八百七十二万五千三百八十二": "4569831148725382",
}  # fmt: skip


@pytest.mark.parametrize(("text", "value"), EXACT.items())
def test_exact(text: str, value: str) -> None:
    assert NUMERALS.read(text) == Number(value)
    assert runs(text) == [text]


RANGES = {
    "几": (2, 9), "好几": (2, 9), "十几": (11, 19), "几十": (20, 99), "数十": (20, 99), "二十几": (21, 29),
    "几百": (200, 999), "数百": (200, 999), "数百万": (2000000, 9990000), "好几百万": (2000000, 9990000),
    "几十万": (200000, 990000), "三十几万": (310000, 390000), "数千亿": (200000000000, 999900000000),
    "十几亿": (1100000000, 1900000000), "数万": (20000, 90000), "几亿": (200000000, 900000000),
    "20几万": (210000, 290000),
    "一百零几万": (1010000, 1090000), "一万几千": (12000, 19999), "两三": (2, 3), "一两": (1, 2), "三五": (3, 5),
    "三四十": (30, 40), "三五百": (300, 500), "十五六": (15, 16), "一万六七千": (16000, 17000),
    "七八万": (70000, 80000),
    "两三百亿": (20000000000, 30000000000), "一百二三": (120, 130), "一两千": (1000, 2000),
}  # fmt: skip


@pytest.mark.parametrize(("text", "pair"), RANGES.items())
def test_ranges(text: str, pair: tuple[int, int]) -> None:
    assert NUMERALS.read(text) == Number(None, str(pair[0]), str(pair[1]))
    assert runs(text) == [text]


INFIX = {
    "11万余": ("110000", "MORE_THAN"), "20余万": ("200000", "MORE_THAN"), "一百多万": ("1000000", "MORE_THAN"),
    "三十多": ("30", "MORE_THAN"), "10余": ("10", "MORE_THAN"), "百余": ("100", "MORE_THAN"),
    "100多亿": ("10000000000", "MORE_THAN"), "3000多": ("3000", "MORE_THAN"), "1.5万余": ("15000", "MORE_THAN"),
    "一点五万多": ("15000", "MORE_THAN"), "二十来": ("20", "APPROX"), "十来万": ("100000", "APPROX"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "pair"), INFIX.items())
def test_infix(text: str, pair: tuple[str, str]) -> None:
    assert NUMERALS.read(text) == Number(pair[0], mod=pair[1])
    assert runs(text) == [text]


def test_infix_keeps_bounds() -> None:
    assert NUMERALS.read("数十余万") == Number(None, "200000", "990000", "MORE_THAN")


NOT_NUMERALS = (
    "|千万万|亿万|万千|千百|百千万|万一|万万|二十一五|三十二十|一万五亿|一万零|几十几|二百几|两三百五|八两|二五万|十点|点五"
    "|一点五十|1.2.3|1,23|.5|-3|+3|3.|一个半|半|abc|1万2千3万|余|三多|1.5万3千|5 万|1万23|一万零零三"
)


@pytest.mark.parametrize("text", NOT_NUMERALS.split("|"))
def test_not_numerals(text: str) -> None:
    assert NUMERALS.read(text) is None


FOUND = {
    "23千米": "23", "三千米": "三", "一万五千米": "一万五千", "2万5千瓦": "2万5千", "十万千瓦": "十万",
    "数千米": "数千",
    "几千克": "几千", "四兆瓦": "四", "1013百帕": "1013", "五百家来自": "五百", "50来自": "50", "10多元": "10多",
    "十多元化": "十", "100多家": "100多", "20余款": "20余", "前10余额": "10", "数据 数字 数量 几何": "",
    "总数百万": "百万",
    "好几个": "好几", "几家": "几", "八两": "八", "二十两": "二十", "一两个": "一两", "大陆续 队伍 收拾 陆家": "",
    "八点三十分": "八 三十", "2025.10.28": "2025 10 28", "1.2.3": "1 2 3", "1.5.": "1.5", "2023,2024": "2023 2024",
    "C919 5G IL-1β": "919 5 1", "2025一季度": "2025 一", "2022十大": "2022 十", "2025百强": "2025", "13万25": "13万 25",
    "100万2024年": "100万 2024", "二〇二五年十月": "二〇二五 十", "一点两小时": "一 两", "零售 零部件": "",
    "3.5-8.6万": "3.5 8.6万",
    "5来": "5", "百分之四点五七": "百 四点五七", "上百万": "百万", "一百来号": "一百来", "30几个": "30几",
    "万余人": "万余",
    "1.3总投资628.50万元1.4建设": "1.3 628.50万 1.4", "揽收数百万件": "数百万", "千百年": "千百",
}  # fmt: skip


@pytest.mark.parametrize(("text", "found"), FOUND.items())
def test_run(text: str, found: str) -> None:
    assert runs(text) == found.split()


@pytest.mark.parametrize("text", ["百", "千", "万", "百万", "千亿", "万亿", "百余"])
def test_round(text: str) -> None:
    assert NUMERALS.is_round(text)


@pytest.mark.parametrize("text", ["一百", "3", "二十", "几百", "千百", "", "人", "百" * 10_000])
def test_not_round(text: str) -> None:
    assert not NUMERALS.is_round(text)


@given(st.integers(0, 10**16 - 1), st.sampled_from(["十", "一十"]))
def test_words_round_trip(n: int, ten: str) -> None:
    text = spell(n, ten)
    assert NUMERALS.read(text) == Number(str(n))
    # The word for gigabit parts a run, by a row of `numeral.tsv`, also in a number that no press text writes.
    assert "千兆" in text or runs(text) == [text]


@given(st.integers(0, 10**16 - 1), st.text("0123456789", max_size=6))
def test_arabic_round_trip(n: int, decimals: str) -> None:
    part = f".{decimals}" if decimals else ""
    assert NUMERALS.read(f"{n:,}{part}") == NUMERALS.read(f"{n}{part}") == Number(canonical(f"{n}{part}"))
    assert runs(f"共{n:,}{part}家") == [f"{n:,}{part}"]


@given(st.integers(1, 9999), st.sampled_from([("", 0), ("万", 4), ("亿", 8), ("万亿", 12)]))
def test_scale_words_multiply(n: int, word: tuple[str, int]) -> None:
    assert NUMERALS.read(f"{n}{word[0]}") == Number(scale(str(n), str(10 ** word[1])))
    assert NUMERALS.read(spell(n) + word[0]) == Number(str(n * 10 ** word[1]))


@given(st.sampled_from(sorted(RANGES)), st.sampled_from(["万", "亿"]))
def test_scaled_bounds(text: str, word: str) -> None:
    plain, scaled = NUMERALS.read(text), NUMERALS.read(text + word)
    assert plain
    if scaled and text[-1] not in "万亿百二三千":
        factor = {"万": "10000", "亿": "100000000"}[word]
        assert (scaled.lower, scaled.upper) == (scale(plain.lower or "", factor), scale(plain.upper or "", factor))


@given(st.text(LETTERS, max_size=14) | st.text(max_size=8))
def test_total_and_canonical(text: str) -> None:
    for part in [text, *runs(text)]:
        number = NUMERALS.read(part)
        if number is None:
            continue
        assert (number.value is None) == (number.lower is not None) == (number.upper is not None)
        assert number.mod in (None, "MORE_THAN", "APPROX")
        for value in number[:3]:
            assert value is None or CANONICAL.fullmatch(value)
        if number.lower and number.upper:
            assert compare(number.lower, number.upper) < 0


@given(st.text(LETTERS, max_size=14))
def test_runs_do_not_depend_on_what_follows(text: str) -> None:
    assert runs(text + "。产业") == runs(text + "。企业")


HUGE = 100_000


@pytest.mark.parametrize(
    "text",
    ["9" * HUGE, "一" * HUGE, "一千" * HUGE, "几" * HUGE, "1,234" + ",567" * HUGE, "1." * HUGE, "一点" * HUGE,
     "万" * HUGE,
     "一百多万" * HUGE, "两" * HUGE, "1万" * HUGE, "千米" * HUGE, "壹" * HUGE, "数" * HUGE, "零" * HUGE, "1万零" * HUGE,
     "1" * HUGE + "," + "2" * HUGE, "1万5." + "1" * HUGE, "好" * HUGE, "一点" + "五" * HUGE + "万", "余" * HUGE],
    ids=lambda text: str(text)[:6],
)  # fmt: skip
def test_linear(text: str) -> None:
    """No clock: a quadratic scan of these lengths takes many minutes, so that it ends is the test."""
    for part in runs(text)[:1000]:
        NUMERALS.read(part)
    NUMERALS.read(text)


def test_huge_values_are_exact() -> None:
    digits = "7" * HUGE
    assert NUMERALS.read(digits) == Number(digits)
    assert NUMERALS.read(f"{digits}.25万") == Number(f"{digits}2500")
    assert NUMERALS.read("七" * HUGE) == Number(digits)
    assert NUMERALS.read(f"{digits}5万6千") is None


FRACTIONS = st.fractions(min_value=-(10**9), max_value=10**9, max_denominator=10**4)


def write(value: Fraction) -> str:
    return ratio(str(value.numerator), str(value.denominator))


@given(FRACTIONS, FRACTIONS)
def test_arithmetic(a: Fraction, b: Fraction) -> None:
    x, y = write(a), write(b)
    assert Fraction(x) == a
    assert "/" in x or CANONICAL.fullmatch(x)
    assert scale(x, y) == write(a * b)
    assert add(x, y) == write(a + b)
    assert negate(x) == write(-a)
    assert compare(x, y) == (a > b) - (a < b)
    if b:
        assert ratio(x, y) == write(a / b)


def test_arithmetic_examples() -> None:
    assert ratio("2", "5") == "0.4"
    assert ratio("1", "3") == "1/3"
    assert ratio("-1", "3") == "-1/3"
    assert scale("1/3", "100") == "100/3"
    assert scale("1/3", "6") == "2"
    assert scale("628.5", "10000") == "6285000"
    assert scale("0", "10000") == "0"
    assert negate("0") == "0"
    assert add("0.1", "0.2") == "0.3"
    assert scale("9" * 6000, "0.5") == "4" + "9" * 5999 + ".5"
    with pytest.raises(ZeroDivisionError):
        ratio("1", "0")


@pytest.mark.parametrize(
    ("surface", "role", "value"),
    [("x", "word", "1"), ("", "digit", "1"), ("x", "digit", "12"), ("x", "small", "20"), ("x", "big", "100"),
     ("x", "digit", "one"), ("xy", "digit", "1"), ("x", "not_after", "x"), ("x", "tens", "25"), ("x", "digit", "2..9")],
)  # fmt: skip
def test_bad_rows(surface: str, role: str, value: str) -> None:
    with pytest.raises(ValueError, match="numeral table"):
        Numerals([{"surface": surface, "role": role, "value": value}])


def test_table_and_instances() -> None:
    rows = load()
    surfaces = [row["surface"] for row in rows]
    assert len(surfaces) == len(set(surfaces))
    assert re.compile(NUMERALS.run).groups == 0
    assert pickle.loads(pickle.dumps(NUMERALS)).read("二十一") == Number("21")
    without = Numerals([row for row in rows if row["surface"] != "兆"])
    assert without.read("四兆") is None
    assert re.findall(without.run, "四兆") == ["四"]
    assert Numerals([]).read("12") == Number("12")
    assert re.findall(Numerals([]).run, "有12.5家") == ["12.5"]
