"""zhextract beside JioNLP, Recognizers-Text, cn2an and WeTextProcessing: what each finds, misses and gets wrong, how
fast.

    python benchmarks/comparison.py --python PEERS/bin/python            the tables
    python benchmarks/comparison.py --python PEERS/bin/python --write    the same into docs/comparison.md
    python benchmarks/comparison.py … --quick                            without the peers' own data
    python benchmarks/comparison.py … --pure                             zhextract without compiled modules

The peers live in an environment of their own, whose interpreter `--python` names:

    pip install jionlp recognizers-text-suite "emoji<2" cn2an WeTextProcessing

A peer that can't be imported there is left out with a message. The gold articles, the list of bugs and the peers'
data are read from the folder `shared` beside the checkout (see `peers.py`); what is not there is left out, too.

One measure for all, chosen so that no peer loses by its conventions: a gold record is **found** when a mention that
overlaps it tells its value (in any unit, a range by one mention or its two ends by two; of a time the days, an open
end is not compared), **wrong** when mentions overlap it and none tells the value, **missed** when none overlaps it.
**Extra** are mentions that overlap no record. cn2an and WeTextProcessing rewrite texts and have no spans: a
quantity or ordinal is found when its number stands in digits in what they write."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final, NamedTuple

ROOT: Final = Path(__file__).resolve().parent.parent

# It comes first: it sets the path to the package that is measured.
import throughput  # noqa: E402, I001
import peers  # noqa: E402
from pages import write_page  # noqa: E402

from zhextract import Extractor  # noqa: E402
from zhextract.records import Mention, Ordinal, Quantity, Time  # noqa: E402

PAGE: Final = ROOT / "docs" / "comparison.md"
MARK: Final = ("<!-- figures: python benchmarks/comparison.py --write -->", "<!-- end of figures -->")
OWN: Final = "zhextract"
FINDERS: Final = {"jionlp": "JioNLP", "recognizers": "Recognizers-Text"}
WRITERS: Final = {"cn2an": "cn2an", "wetext": "WeTextProcessing"}
PROJECTS: Final = {
    "recognizers": "Recognizers-Text",
    "duckling": "Duckling",
    "jionlp": "JioNLP",
    "wetext": "WeTextProcessing",
}
BARS: Final = {"jionlp": 3, "recognizers": 100}
"""How many times as fast zhextract is to be."""
PASSES: Final = 3

ON_GOLD: Final = (
    "Quantities, ordinals and times of the gold articles and of the list of bugs, as found / wrong / missed / extra "
    "(cn2an and WeTextProcessing: quantities and ordinals only)."
)
ON_EXAMS: Final = (
    "The peers' own test data, entry by entry, by what each suite expects itself (as `benchmarks/peers.py` maps it, "
    "but with nothing listed away): right / wrong / nothing found / something found where there is nothing."
)
ON_SPEED: Final = (
    "Speed on the articles of `corpus/` after the first call, by the processor's time: zhextract as installed "
    "(compiled modules), with its whole document as JSON; JioNLP with `extract_time` and `extract_money`; "
    "Recognizers-Text with its recognizers of numbers, percentages, currencies, dimensions and times."
)

Record = Mapping[str, Any]
Answer = dict[str, Any]


class Text(NamedTuple):
    """One text to read; `gold` are its records, or None for an entry of the peers' data."""

    id: str
    text: str
    reference: str | None
    gold: Record | None


class Tally(NamedTuple):
    """Records found, wrong and missed, and mentions that overlap none."""

    found: int = 0
    wrong: int = 0
    missed: int = 0
    extra: int = 0

    def plus(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(self, other, strict=True)))


# --------------------------------------------------------------------------------------------------------------- texts


def gold_articles(shared: Path) -> list[Text]:
    out = []
    for path in sorted((shared / "gold").glob("*.json")):
        gold = json.loads(path.read_text(encoding="utf-8"))
        source = shared / "seeds" / Path(gold["text_file"]).name
        text = source.read_bytes().decode("utf-8")  # line breaks as they are
        out.append(Text(path.stem, text, gold["published"], gold))
    return out


def bugs(shared: Path) -> list[Text]:
    path = shared / "bugs.jsonl"
    rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()] if path.is_file() else []
    return [Text(f"bug {row['id']}", row["text"], row.get("published"), row) for row in rows]


def exams(shared: Path) -> dict[str, list[peers.Entry]]:
    """The peers' data, by file."""
    files = sorted((shared / "peers").glob("*.jsonl"))
    return {p.stem: [json.loads(line) for line in p.read_text("utf-8").splitlines() if line.strip()] for p in files}


# ---------------------------------------------------------------------------------------------------------- the peers


def asked(python: str, name: str, texts: Sequence[Text], speed: Sequence[str]) -> Answer:
    """One peer's answer about all texts, from its own environment."""
    rows = [{"id": t.id, "text": t.text, "reference": t.reference} for t in texts]
    job = json.dumps({"texts": rows, "speed": list(speed)})
    script = str(Path(__file__).with_name("rivals.py"))
    try:
        done = subprocess.run([python, script, name], input=job, capture_output=True, text=True, check=False)
    except OSError as fault:
        return {"absent": str(fault)}
    lines = done.stdout.strip().splitlines()
    if done.returncode or not lines:
        return {"absent": (done.stderr.strip().splitlines() or ["it said nothing"])[-1]}
    answer: Answer = json.loads(lines[-1])
    return answer


def records(found: Iterable[Record], text: str) -> list[Mention]:
    """A peer's mentions as records of the scheme, as far as they go."""
    out: list[Mention] = []
    for i, m in enumerate(found):
        head = (f"m{i}", m["start"], m["end"], text[m["start"] : m["end"]], "peer")
        if m["type"] == "time":
            first, last = m.get("first"), m.get("last")
            edtf = (
                None
                if first is None and last is None
                else first
                if first == last
                else f"{first or '..'}/{last or '..'}"
            )
            out.append(Time(*head, edtf, first, last, None))
        elif m["type"] == "ordinal" and _number(m.get("value")):
            out.append(Ordinal(*head, str(m["value"]), "1"))
        else:
            value, low, high = (_number(m.get(name)) for name in ("value", "lower", "upper"))
            unit = peers.NAMED.get(m.get("unit") or "1", m.get("unit") or "1")
            kind = "duration" if m["type"] == "duration" else "money" if m["type"] in ("money", "currency") else "other"
            out.append(Quantity(*head, value, low, high, unit, kind, None, None))
    return out


def _number(value: object) -> str | None:
    """A peer's number as a decimal string, if it is one."""
    try:
        return str(Fraction(str(value))) if value is not None else None
    except (ValueError, ZeroDivisionError):
        return None


# ------------------------------------------------------------------------------------------------------------- scoring


def tally(gold: Record, mentions: Sequence[Mention]) -> Tally:
    """One text."""
    counts = {"found": 0, "wrong": 0, "missed": 0}
    wanted = [(kind, g) for kind in ("quantity", "ordinal", "time") for g in gold[kind]]
    for kind, g in wanted:
        near = [m for m in mentions if m.start < g["end"] and g["start"] < m.end]
        counts["missed" if not near else "found" if _tells(kind, g, near) else "wrong"] += 1
    alone = {
        (m.start, m.end)
        for m in mentions
        if isinstance(m, (Quantity, Ordinal, Time))
        and not any(m.start < g["end"] and g["start"] < m.end for _, g in wanted)
    }
    return Tally(**counts, extra=len(alone))


def _tells(kind: str, g: Record, near: Sequence[Mention]) -> bool:
    if kind == "time":
        times = [m for m in near if isinstance(m, Time)]
        return any(all(g[end] is None or getattr(m, end) == g[end] for end in ("first", "last")) for m in times)
    amounts = [m for m in near if isinstance(m, (Quantity, Ordinal))]
    if g.get("value") is not None:
        return any(_equal(m, m.value, g["value"], g["unit"]) for m in amounts)
    return all(
        any(_equal(m, v, g[end], g["unit"]) for m in amounts for v in _values(m, end)) for end in ("lower", "upper")
    )


def _values(m: Mention, end: str) -> list[str | None]:
    return [getattr(m, end, None), getattr(m, "value", None)]


def _equal(m: Mention, value: str | None, wanted: str | None, unit: str) -> bool:
    if value is None or wanted is None:
        return False
    plain = peers.close(Fraction(value), Fraction(wanted))
    return plain or peers.close(peers.base(value, getattr(m, "unit", "1"))[0], peers.base(wanted, unit)[0])


def written(gold: Record, text: str) -> Tally:
    """What a peer that rewrites texts has of the quantities and ordinals."""
    numbers = _numbers(text)
    found = missed = 0
    for g in (*gold["quantity"], *gold["ordinal"]):
        values = [g["value"]] if g.get("value") is not None else [g["lower"], g["upper"]]
        told = all(v is not None and Fraction(v) in numbers for v in values)
        found, missed = found + told, missed + (not told)
    return Tally(found, 0, missed, 0)


def _numbers(text: str) -> set[Fraction]:
    entries = peers.written({"written": text}, "")
    return {Fraction(w[name]) for w in entries for name in ("value", "lower", "upper") if w.get(name) is not None}


def exam(entry: peers.Entry, file: str, mentions: Sequence[Mention]) -> Tally | None:
    """An entry of the peers' data, by what it expects itself; None when the scheme has no record for it."""
    suite = next((s for name, s in peers.SUITES.items() if file.startswith(name)), None)
    document: Any = SimpleNamespace(mentions=mentions)
    if suite is None:
        right = peers.has_written(document, entry, file)
        return Tally(found=1) if right else Tally(wrong=1) if mentions else Tally(missed=1)
    if entry["expected"] and not any(map(peers.has_record, entry["expected"])):
        return None
    if peers.right(document, entry, suite):
        return Tally(found=1)
    if not entry["expected"]:
        return Tally(extra=1)
    near = any(m.start < w["end"] and w["start"] < m.end for m in mentions for w in entry["expected"])
    return Tally(wrong=1) if near else Tally(missed=1)


# --------------------------------------------------------------------------------------------------------------- tables


def table(head: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = ["| " + " | ".join(head) + " |", "|" + "---|" * len(head)]
    return "\n".join([*lines, *("| " + " | ".join(map(str, row)) + " |" for row in rows)])


def cell(t: Tally) -> str:
    return f"{t.found} / {t.wrong} / {t.missed} / {t.extra}"


def measured(extractor: Extractor, texts: Sequence[str]) -> float:
    """Characters a second of zhextract, the best of a few passes."""
    best = float("inf")
    for _ in range(PASSES):
        start = time.process_time()
        for text in texts:
            extractor.extract(text, "2025-06-15").to_json()
        best = min(best, time.process_time() - start)
    return sum(map(len, texts)) / best


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--python", default=sys.executable, help="the interpreter of the peers' environment")
    parser.add_argument("--shared", type=Path, default=ROOT.parent / "shared", help="the folder of gold and data")
    parser.add_argument("--quick", action="store_true", help="without the peers' own data")
    parser.add_argument("--write", action="store_true", help="put the tables into docs/comparison.md")
    parser.add_argument("--pure", action="store_true", help="zhextract without compiled modules")
    args = parser.parse_args()
    if not throughput.SITE:
        return throughput.installed(Path(__file__), args.pure)
    articles, sentences = gold_articles(args.shared), bugs(args.shared)
    data = {} if args.quick else exams(args.shared)
    if not articles:
        print(f"No gold articles in {args.shared}: nothing to compare.")
        return 0
    speed = [path.read_bytes().decode("utf-8") for path in sorted((ROOT / "corpus").glob("*.txt"))]
    asks = [Text(e["id"], e["text"], e.get("reference"), None) for entries in data.values() for e in entries]
    texts = [*articles, *sentences, *asks]

    extractor = Extractor()
    mentions: dict[str, dict[str, list[Mention]]] = {OWN: {}}
    for t in texts:
        day = t.reference and peers.reference({"reference": t.reference})
        mentions[OWN][t.id] = list(extractor.extract(t.text, day).mentions)
    rates = {OWN: measured(extractor, speed)}
    versions: dict[str, str] = {}
    rewritten: dict[str, dict[str, str]] = {}
    for name in (*FINDERS, *WRITERS):
        answer = asked(args.python, name, texts, speed)
        if "absent" in answer:
            print(f"{name} is left out: {answer['absent']}", file=sys.stderr)
            continue
        versions[name] = answer["version"]
        chars, seconds = answer["speed"]
        rates[name] = chars / seconds
        if name in FINDERS:
            mentions[name] = {t.id: records(answer["found"][t.id], t.text) for t in texts}
        else:
            rewritten[name] = answer["written"]
    text = report(articles, sentences, data, mentions, rewritten, rates, versions)
    print(text)
    if args.write:
        write_page(PAGE, MARK, text)
    return 0


def report(
    articles: Sequence[Text],
    sentences: Sequence[Text],
    data: Mapping[str, Sequence[peers.Entry]],
    mentions: Mapping[str, Mapping[str, Sequence[Mention]]],
    rewritten: Mapping[str, Mapping[str, str]],
    rates: Mapping[str, float],
    versions: Mapping[str, str],
) -> str:
    """The tables as Markdown."""
    names = {**FINDERS, **WRITERS}
    heads = [OWN, *(f"{names[n]} {versions[n]}" for n in versions)]
    systems = [OWN, *versions]

    def gold_row(label: str, texts: Sequence[Text]) -> list[str]:
        cells = []
        for s in systems:
            sums = Tally()
            for t in texts:
                assert t.gold is not None
                one = tally(t.gold, mentions[s][t.id]) if s in mentions else written(t.gold, rewritten[s][t.id])
                sums = sums.plus(one)
            cells.append(cell(sums) if s in mentions else f"{sums.found} / - / {sums.missed} / -")
        return [label, *cells]

    rows = [gold_row(t.id, [t]) for t in articles]
    if sentences:
        rows.append(gold_row("list of bugs", sentences))
    parts = [
        ON_GOLD,
        table(["text", *heads], rows),
    ]
    if data:
        rows = []
        for prefix, project in PROJECTS.items():
            files = {f: entries for f, entries in data.items() if f.startswith(prefix)}
            cells = []
            for s in systems:
                sums = Tally()
                if s in rewritten:
                    if prefix != "wetext":
                        cells.append("-")
                        continue
                    for file, entries in files.items():
                        for e in entries:
                            sums = sums.plus(_rewritten_exam(e, file, rewritten[s][e["id"]]))
                else:
                    for file, entries in files.items():
                        for e in entries:
                            sums = sums.plus(exam(e, file, mentions[s][e["id"]]) or Tally())
                cells.append(cell(sums))
            rows.append([project, *cells])
        parts += [
            ON_EXAMS,
            table(["data of", *heads], rows),
        ]
    rows = []
    for s in systems:
        ratio = rates[OWN] / rates[s]
        bar = f" (bar: {BARS[s]})" if s in BARS else ""
        rows.append([OWN if s == OWN else f"{names[s]}", f"{rates[s]:,.0f}", "1" if s == OWN else f"{ratio:.1f}{bar}"])
    parts += [
        ON_SPEED,
        table(["", "characters a second", "zhextract is so many times as fast"], rows),
    ]
    return "\n\n".join(parts)


def _rewritten_exam(entry: peers.Entry, file: str, text: str) -> Tally:
    """An entry of WeTextProcessing for a peer that rewrites: right if it wrote the same, but for blanks."""
    same = text.replace(" ", "") == entry["written"].replace(" ", "")
    return Tally(found=1) if same else Tally(missed=1) if text == entry["text"] else Tally(wrong=1)


if __name__ == "__main__":
    raise SystemExit(main())
