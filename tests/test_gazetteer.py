"""The gazetteer tables are well formed, in the normalized alphabet, and as their hand lists say."""

from __future__ import annotations

import csv
import importlib
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
FOLDER = ROOT / "rules" / "gazetteer"
TABLES = sorted(FOLDER.glob("*.tsv"))
IDS = [table.stem for table in TABLES]

LABELS = {"person", "org", "place", "work", "word"}
FORMS = {"full", "short", "alias", "former"}
USES = {"free", "ctx"}
STRENGTHS = {"strong", "medium", "weak"}
NAME_TABLES = {
    "companies": {"org"},
    "government": {"org"},
    "media": {"org"},
    "universities": {"org"},
    "divisions_cn": {"place"},
    "divisions_hk_mo_tw": {"place"},
    "townships_num_cn": {"place"},
    "countries_cities": {"place"},
    "regions": {"place"},
    "surnames": {"person"},
    "titles": {"word"},
    "verbs_say": {"word"},
    "trade": {"word"},
    "org_suffix": {"org"},
    "place_suffix": {"place"},
}
# The converter maps these to another word's character although they are right in simplified text too.
KEPT_TRADITIONAL = {"乾县", "乾安县", "乾安"}


def rows_of(table: Path) -> list[dict[str, str]]:
    """The rows of a table; no field may be missing or left over."""
    with table.open(encoding="utf-8", newline="") as handle:
        return list(csv.DictReader(handle, delimiter="\t", quoting=csv.QUOTE_NONE))


def test_every_table_is_known() -> None:
    assert set(IDS) == set(NAME_TABLES)


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_shape(table: Path) -> None:
    text = table.read_text(encoding="utf-8")
    lines = text.split("\n")
    head = lines[0].split("\t")
    assert head[:7] == ["surface", "label", "name", "kind", "note", "form", "use"]
    assert lines[-1] == "", "the last line ends in a line break"
    assert "\r" not in text
    for number, line in enumerate(lines[1:-1], 2):
        assert line.count("\t") == len(head) - 1, f"{table.name}:{number}: {line!r}"


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_values(table: Path) -> None:
    for row in rows_of(table):
        assert row["surface"], row
        assert row["surface"] == row["surface"].strip(), row
        assert row["name"], row
        assert row["label"] in NAME_TABLES[table.stem] <= LABELS, row
        assert re.fullmatch(r"[a-z][a-z_]*", row["kind"]), row
        assert row["form"] in FORMS, row
        assert row["use"] in USES, row
        assert not row["surface"][0].isspace(), row
        assert row["surface"][0] not in "~^!|", row


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_no_surface_twice(table: Path) -> None:
    counts = Counter(row["surface"] for row in rows_of(table))
    assert [surface for surface, count in counts.items() if count > 1] == []


@pytest.mark.parametrize("table", TABLES, ids=IDS)
def test_normalized_alphabet(table: Path) -> None:
    to_simplified = importlib.import_module("opencc").OpenCC("t2s").convert
    surfaces = [text for row in rows_of(table) for text in (row["surface"], row["name"])]
    assert [text for text in surfaces if unicodedata.normalize("NFKC", text) != text] == []
    traditional = {text for text in surfaces if to_simplified(text) != text}
    assert traditional <= KEPT_TRADITIONAL


@pytest.mark.parametrize("table", [FOLDER / f"{stem}.tsv" for stem in ("org_suffix", "place_suffix")], ids=str)
def test_strength(table: Path) -> None:
    assert {row["strength"] for row in rows_of(table)} <= STRENGTHS


def test_surnames() -> None:
    rows = rows_of(FOLDER / "surnames.tsv")
    assert {row["rarity"] for row in rows} == {"1", "2", "3"}
    single = [row for row in rows if row["kind"] == "surname"]
    assert all(len(row["surface"]) == 1 for row in single)


def test_one_character_names_need_context() -> None:
    for stem in ("divisions_cn", "divisions_hk_mo_tw", "countries_cities", "companies", "government", "regions"):
        short = [row["surface"] for row in rows_of(FOLDER / f"{stem}.tsv") if len(row["surface"]) == 1]
        free = [row["surface"] for row in rows_of(FOLDER / f"{stem}.tsv") if row["use"] == "free"]
        assert not set(short) & set(free)


@pytest.mark.parametrize(
    ("stem", "surface", "name", "use"),
    [
        ("divisions_cn", "内蒙古", "内蒙古自治区", "free"),
        ("divisions_cn", "长春", "长春市", "free"),
        ("divisions_cn", "绿园区", "绿园区", "free"),
        ("divisions_cn", "绿园", "绿园区", "ctx"),
        ("divisions_cn", "襄樊", "襄樊市", "free"),
        ("divisions_cn", "朝阳", "朝阳市", "ctx"),
        ("townships_num_cn", "三里屯街道", "三里屯街道", "free"),
        ("divisions_hk_mo_tw", "板桥", "板桥区", "free"),
        ("countries_cities", "纽西兰", "新西兰", "free"),
        ("countries_cities", "义大利", "意大利", "free"),
        ("countries_cities", "杜拜", "迪拜", "free"),
        ("government", "国家发改委", "国家发展和改革委员会", "free"),
        ("government", "港府", "香港特别行政区政府", "free"),
        ("government", "立法院", "立法院", "free"),
        ("companies", "一汽", "中国第一汽车集团有限公司", "free"),
        ("companies", "三一重工", "三一重工股份有限公司", "free"),
        ("companies", "理想", "理想汽车", "ctx"),
        ("media", "中新社", "中国新闻社", "free"),
        ("universities", "吉大", "吉林大学", "free"),
    ],
)
def test_known_rows(stem: str, surface: str, name: str, use: str) -> None:
    row = next(row for row in rows_of(FOLDER / f"{stem}.tsv") if row["surface"] == surface)
    assert (row["name"], row["use"]) == (name, use)


def test_tables_are_as_their_hand_lists_say() -> None:
    command = [sys.executable, str(ROOT / "tools" / "build_gazetteer.py"), "--check"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
