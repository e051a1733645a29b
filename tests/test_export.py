"""Facts as tables: rows, filters, CSV and Excel that open right, Parquet, JSON lines; and SQL over documents."""

from __future__ import annotations

import csv
import io
import json
import sys
from decimal import Decimal
from pathlib import Path

import msgspec
import openpyxl
import pyarrow.parquet as pq
import pytest
from tests import goldfacts
from tests.commandline import Run, runner

from zhextract import Extractor, UsageError
from zhextract.export import files, where
from zhextract.rows import TABLES, Flattener, names, one_line
from zhextract.rules.build import load_pack

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ("changchun-gaoxin", "changchun-lvyuan")


@pytest.fixture
def run(capfdbinary: pytest.CaptureFixture[bytes], monkeypatch: pytest.MonkeyPatch) -> Run:
    return runner(capfdbinary, monkeypatch)


@pytest.fixture(scope="session")
def output(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder: a document a file, one of them in a file of its own with one a line."""
    folder = tmp_path_factory.mktemp("output")
    found = goldfacts.documents()
    lines = []
    for name, (document, _) in found.items():
        if name in SEEDS:
            (folder / f"{name}.json").write_text(document.to_json(pretty=True), encoding="utf-8")
        else:
            lines.append(document.to_json())
    (folder / "others.jsonl").write_text("\n".join(lines), encoding="utf-8")
    (folder / "notes.json").write_text('{"of": "somebody else"}', encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def articles(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("articles")
    for name, (_, text) in goldfacts.documents().items():
        (folder / f"{name}.txt").write_bytes(text.encode())
    return folder


def count() -> int:
    return sum(len(document.facts) for document, _ in goldfacts.documents().values())


def table(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_bytes().decode("utf-8-sig"), newline="")))


# ---------------------------------------------------------------------------------------------------------------- rows


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("产值242.6亿元", "242.6", "亿元"),
        ("参会11万余人", "11", "万余人"),
        ("企业三百二十家", "三百二十", "家"),
        ("企业三十余家", "三十", "余家"),
        ("投资两亿元", "两", "亿元"),
        ("企业数百家", "数百", "家"),
        ("增长5%—10%", "5%-10", "%"),
        ("为期3至5年", "3至5", "年"),
        ("其中三分之一", "三分之一", ""),
        ("下降1,260.5吨", "1,260.5", "吨"),
        ("用地3.5km2", "3.5", "km2"),
    ],
)
def test_own_writing(text: str, value: str, unit: str) -> None:
    (mention,) = Extractor().extract(text).mentions
    assert Flattener(load_pack()).own(mention) == (value, unit)


def test_rows_have_the_columns() -> None:
    flattener = Flattener(load_pack())
    document, text = goldfacts.documents()[SEEDS[0]]
    found = flattener.rows(document, 7, text)
    assert list(found) == list(TABLES)
    for name, rows in found.items():
        assert rows
        for row in rows:
            assert len(row) == len(TABLES[name])
            assert row[0] == 7
    columns = names("mentions")
    for row, mention in zip(found["mentions"], document.to_dict()["mentions"], strict=True):
        fields = dict(zip(columns, row, strict=True))
        assert {key: fields[key] for key in mention} == mention


def test_one_line() -> None:
    assert one_line("科技成果\n\n转化94项") == "科技成果转化94项"
    assert one_line(" by \u2028 5% ") == "by 5%"


def test_columns_are_documented() -> None:
    text = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")
    for name, columns in TABLES.items():
        section = text.partition(f"## {name}\n")[2].partition("\n## ")[0]
        rows = [f"| `{column.name}` | {column.type} | {column.meaning} |" for column in columns]
        assert section.strip().splitlines()[2:] == rows


# --------------------------------------------------------------------------------------------------------------- where

ROW = {
    "subject": "云岭新区", "indicator": "工业总产值", "type": "level", "unit": "CNY", "own_unit": "亿元", "mod": None,
    "basis": None, "whole": None, "confidence": "direct", "rule": "fact.level", "source": "a.txt", "article": "a",
    "title": None, "sentence": None, "first": "2024-01-01", "last": "2024-09-30", "published": "2024-10-20",
}  # fmt: skip


@pytest.mark.parametrize(
    ("text", "keeps"),
    [
        ("indicator~产值", True),
        ("indicator~产值 unit=CNY time=2024..2025", True),
        ("indicator=产值", False),
        ("indicator!~产值", False),
        ("indicator!=产值", True),
        ("subject~云岭|东湖", True),
        ("unit=cny", True),
        ("unit=亿元", True),
        ("unit~亿", True),
        ("unit=USD|亿元", True),
        ("time=2024", True),
        ("time=2024-06", False),
        ("time~2024-06", True),
        ("time=2025", False),
        ("time=2023..", True),
        ("time=..2023", False),
        ("time!~2023", True),
        ("published=2024-10", True),
        ('basis=""', True),
        ('mod!=""', False),
        ('indicator="工业总产值"', True),
        ("type = level", True),
    ],
)
def test_where(text: str, keeps: bool) -> None:
    assert where.parse(text)(dict(ROW)) is keeps


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "empty"),
        ("  ", "empty"),
        ("产值", "cannot read"),
        ("amount=3", "no field 'amount'; fields are subject"),
        ("type=growth", "no type 'growth'; one of level"),
        ("time=yesterday", "no time 'yesterday'"),
        ("time=2025..2024", "no range"),
        ("time=..", "no range"),
        ("subject=", "cannot read"),
        ('subject="a', "cannot read"),
        ("subject=a unit<3", "cannot read 'unit<3'"),
    ],
)
def test_wrong_filters_are_told(text: str, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        where.parse(text)


def test_an_open_time_lies_within_open_ranges_only() -> None:
    row = ROW | {"first": "2024-01-01", "last": None}
    assert not where.parse("time=2024..2030")(row)
    assert where.parse("time=2024..")(row)
    assert where.parse("time~2030")(row)
    assert not where.parse("time~2024")(ROW | {"first": None, "last": None})


# --------------------------------------------------------------------------------------------------------------- files


@pytest.mark.parametrize(
    ("name", "value", "cell"),
    [
        ("value", "24260000000", "24260000000"),
        ("value", "1/3", "'1/3"),
        ("value", "-3.5", "-3.5"),
        ("value", "1234567890123456", "'1234567890123456"),
        ("own_value", "1,260.5", "1,260.5"),
        ("own_value", "3至5", "3至5"),
        ("own_value", "3-5", "'3-5"),
        ("time", "2024", "2024"),
        ("time", "2025-06", "'2025-06"),
        ("time", "2024-01/2024-09", "2024-01/2024-09"),
        ("time", "../2025", "../2025"),
        ("first", "2024-01-01", "2024-01-01"),
        ("article", "007", "'007"),
        ("article", "2024-01-01", "'2024-01-01"),
        ("article", "1E5", "'1E5"),
        ("subject", "=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("subject", "  @SUM(A1)", "'  @SUM(A1)"),
        ("subject", "+86", "'+86"),
        ("subject", "-1", "'-1"),
        ("subject", "＝1+1", "'＝1+1"),
        ("subject", "\t=1", "'\t=1"),
        ("indicator", "5G基站", "5G基站"),
        ("start", 12, "12"),
        ("lower", None, ""),
    ],
)
def test_cells(name: str, value: object, cell: str) -> None:
    assert files.safe_cell(name, value) == cell


def test_csv(run: Run, output: Path, articles: Path, tmp_path: Path) -> None:
    path = tmp_path / "facts.csv"
    code, out, err = run("facts", output, "--articles", articles, "-o", path)
    assert (code, out) == (0, "")
    assert f"{count():,} facts" in err
    assert path.read_bytes().startswith(b"\xef\xbb\xbfsource,article,")
    rows = table(path)
    assert len(rows) == count()
    assert tuple(rows[0]) == files.COLUMNS
    (row,) = [row for row in rows if row["own_value"] == "242.6"]
    assert row["value"] == "24260000000"
    assert row["own_unit"] == "亿元"
    assert (row["first"], row["last"]) == ("2025-01-01", "2025-09-30")
    assert "242.6亿元" in row["sentence"]
    assert "\n" not in row["sentence"]
    assert sorted(p.name for p in tmp_path.iterdir()) == ["facts.csv"]


def test_excel(run: Run, output: Path, tmp_path: Path) -> None:
    path = tmp_path / "facts.xlsx"
    assert run("facts", output, "-o", path)[0] == 0
    head, *rows = openpyxl.load_workbook(path)["facts"].iter_rows(values_only=True)
    assert head == files.COLUMNS
    assert len(rows) == count()
    found = [dict(zip(head, row, strict=True)) for row in rows]
    (row,) = [row for row in found if row["own_value"] == 242.6]
    assert row["value"] == 24260000000
    assert {type(row["value"]) for row in found if row["value"]} == {int, float, str}
    assert "1/3" in {row["value"] for row in found}


def test_excel_computes_nothing(tmp_path: Path) -> None:
    row = dict.fromkeys(files.COLUMNS) | {
        "subject": "=1+1",
        "value": "0.1234567890123456789",
        "title": "http://a.example",
    }
    files.write([row], str(tmp_path / "a.xlsx"))
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx")["facts"]
    cells = {head.value: cell for head, cell in zip(sheet[1], sheet[2], strict=True)}
    assert (cells["subject"].data_type, cells["subject"].value) == ("s", "=1+1")
    assert cells["value"].value == "0.1234567890123456789"
    assert cells["title"].hyperlink is None


def test_parquet_and_json_lines_hold_the_same(run: Run, output: Path, tmp_path: Path) -> None:
    for name in ("a.parquet", "a.jsonl"):
        assert run("facts", output, "-o", tmp_path / name)[0] == 0
    table = pq.read_table(tmp_path / "a.parquet")
    rows = table.to_pylist()
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text(encoding="utf-8").splitlines()]
    assert [{name: row[name] for name in files.COLUMNS} for row in rows] == lines
    for row in rows:
        if row["value_number"] is not None:
            assert row["value_number"] == Decimal(row["value"])
    assert table.schema.metadata == {b"zhextract": b"facts/1"}


def test_failed_writing_leaves_nothing(tmp_path: Path) -> None:
    def rows() -> list[dict[str, object]]:
        raise KeyError("x")

    path = tmp_path / "a.csv"
    path.write_text("before")
    with pytest.raises(KeyError):
        files.write((row for _ in range(1) for row in rows()), str(path))
    assert path.read_text() == "before"
    assert len(list(tmp_path.iterdir())) == 1


# -------------------------------------------------------------------------------------------------------- command line


def test_where_compares_the_seeds(run: Run, output: Path) -> None:
    code, out, _ = run("facts", output, "--where", "indicator~产值 unit=CNY time=2024..2025 type=level", "--json")
    rows = [json.loads(line) for line in out.splitlines()]
    assert code == 0
    assert {"生物医药产业产值", "生物医药规模以上企业产值"} <= {row["indicator"] for row in rows}
    assert all(row["unit"] == "CNY" and row["type"] == "level" for row in rows)
    traditional = run("facts", output, "--where", "indicator~產值 unit=CNY time=2024..2025 type=level", "--json")[1]
    assert traditional == out


def test_table_on_the_terminal(run: Run, output: Path) -> None:
    code, out, _ = run("facts", output, "--where", "subject=长春高新区 unit=CNY")
    assert code == 0
    head, rule, *rows = out.splitlines()
    assert head.split()[:3] == ["subject", "indicator", "type"]
    assert set(rule) == {"-", " "}
    assert all(row.startswith("长春高新区  ") for row in rows)


def test_articles_are_extracted(run: Run, articles: Path, tmp_path: Path) -> None:
    code, out, err = run("facts", articles / f"{SEEDS[0]}.txt", "--json")
    assert code == 0
    assert err == ""
    code, out, _ = run("query", "SELECT count(*) AS n, min(article) AS a FROM documents", articles, "--json")
    assert json.loads(out) == {"n": len(goldfacts.documents()), "a": "announcement-hengyuan"}


def test_bad_input_is_named_and_the_rest_goes_on(run: Run, tmp_path: Path) -> None:
    document, _ = goldfacts.documents()[SEEDS[1]]
    (tmp_path / "a.json").write_bytes(document.to_json().encode()[:500])
    (tmp_path / "b.json").write_text(document.to_json(), encoding="utf-8")
    code, out, err = run("facts", tmp_path, "--json")
    assert code == 1
    assert len(out.splitlines()) == len(document.facts)
    assert "a.json: a broken document" in err
    code, out, err = run("facts", tmp_path / "none.txt", "--json")
    assert code == 1
    assert "none.txt" in err


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--where", "amount=3"], "no field"),
        (["-o", "facts.ods"], ".csv, .xlsx, .parquet, .jsonl"),
        (["-o", "nowhere/facts.csv"], "no folder nowhere"),
    ],
)
def test_wrong_calls(run: Run, output: Path, args: list[str], message: str) -> None:
    code, out, err = run("facts", output, *args)
    assert (code, out) == (2, "")
    assert message in err


@pytest.mark.parametrize(
    ("module", "args", "extra"),
    [
        ("duckdb", ["query", "SELECT 1"], "query"),
        ("pyarrow", ["facts", "-o", "a.parquet"], "tables"),
        ("xlsxwriter", ["facts", "-o", "a.xlsx"], "tables"),
    ],
)
def test_missing_extras_are_told(
    run: Run, output: Path, monkeypatch: pytest.MonkeyPatch, module: str, args: list[str], extra: str
) -> None:
    monkeypatch.setitem(sys.modules, module, None)
    code, out, err = run(*args, output)
    assert (code, out) == (2, "")
    assert f"pip install 'zhextract[{extra}]'" in err


# --------------------------------------------------------------------------------------------------------------- query


def test_query_compares_an_indicator(run: Run, output: Path) -> None:
    sql = (
        "SELECT subject, indicator, own_value || own_unit AS amount, value_number FROM facts "
        "WHERE indicator LIKE '%生物医药%产值' AND type = 'level' ORDER BY first"
    )
    code, out, _ = run("query", sql, output, "--json")
    assert code == 0
    amounts = [json.loads(line)["amount"] for line in out.splitlines()]
    assert amounts == ["241.3亿元", "242.6亿元"]
    assert run("query", sql, output)[1].splitlines()[2].endswith("24130000000")
    assert run("query", sql, output, "--csv")[1].splitlines()[0] == "subject,indicator,amount,value_number"


def test_views_hold_all_records(run: Run, output: Path) -> None:
    found = [document for document, _ in goldfacts.documents().values()]
    for name in ("mentions", "entities", "facts"):
        out = run("query", f"SELECT count(*) AS n FROM {name} JOIN documents USING (document)", output, "--json")[1]
        assert json.loads(out)["n"] == sum(len(getattr(document, name)) for document in found)


@pytest.mark.parametrize(
    ("sql", "message"),
    [
        ("SELEC 1", "syntax error"),
        ("SELECT nothing FROM facts", '"nothing" not found'),
        ("SELECT 1; SELECT 2", "one statement"),
        ("", "one statement"),
        ("DROP TABLE facts", "only reads"),
        ("COPY facts TO 'out.csv'", "only reads"),
        ("ATTACH 'a.db'", "only reads"),
        ("SET enable_external_access = true", "only reads"),
        ("PRAGMA database_list", "only reads"),
        ("INSTALL httpfs", "only reads"),
        ("SELECT * FROM read_csv('/etc/passwd')", "disabled"),
        ("SELECT * FROM read_text('{here}')", "disabled"),
        ("SELECT * FROM '/etc/passwd'", "does not exist"),
        ("SELECT * FROM glob('/etc/*')", "disabled"),
        ("SELECT * FROM read_parquet('https://example.org/a.parquet')", "disabled"),
        ("SELECT 1/0::INT FROM range(3) t(x) WHERE error('told')", "told"),
    ],
)
def test_query_only_reads(run: Run, output: Path, sql: str, message: str) -> None:
    code, out, err = run("query", sql.format(here=output / "others.jsonl"), output)
    assert code == 2
    assert out == ""
    assert message in err
    assert "LINE 1" not in err
    assert not (Path.cwd() / "out.csv").exists()


def test_describe(run: Run, output: Path) -> None:
    code, out, _ = run("query", "DESCRIBE facts", output)
    assert code == 0
    assert "own_value" in out


def test_documents_survive_the_round_trip(output: Path) -> None:
    data = (output / f"{SEEDS[0]}.json").read_bytes()
    assert msgspec.json.decode(data)["facts"]
