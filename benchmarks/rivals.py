"""Runs one peer over texts, in the peers' own environment; `comparison.py` starts it. It imports nothing of zhextract.

Standard input: {"texts": [{"id", "text", "reference"}], "speed": [text, …]}. Standard output, last line: {"version",
"found": {id: [mention, …]} or, of a peer that rewrites texts, "written": {id: text}, "speed": [characters, seconds]}.
A mention is {"start", "end", "type"} with `value`, `lower`, `upper`, `unit` as the peer names it, or `first`, `last` as
dates. Where the peer can't be imported: {"absent": reason}.
"""

from __future__ import annotations

import datetime
import importlib
import json
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any

Mention = dict[str, Any]
Finder = Callable[[str, "str | None"], list[Mention]]
Writer = Callable[[str], str]


def moment(reference: str | None) -> datetime.datetime:
    """The reference as a moment; one known to the year or month begins there. Without one a day that no text means."""
    if reference is None:
        reference = "2025-06-15"
    return datetime.datetime.fromisoformat((reference + "2000-01-01T00:00:00"[len(reference) :])[:19])


# ---------------------------------------------------------------------------------------------------------- JioNLP


def jionlp() -> tuple[str, Finder, Finder]:
    jio = importlib.import_module("jionlp")

    def times(text: str, reference: str | None) -> Iterator[Mention]:
        at = moment(reference)
        base = {"year": at.year, "month": at.month, "day": at.day, "hour": at.hour, "minute": at.minute}
        for m in jio.ner.extract_time(text, time_base=base, with_parsing=True) or ():
            detail = m.get("detail") or {}
            start, end = m["offset"]
            row: Mention = {"start": start, "end": end, "type": "time"}
            said = detail.get("time")
            if m["type"] in ("time_span", "time_point") and isinstance(said, list):
                row |= {"first": _date(said[0]), "last": _date(said[1])}
            elif m["type"] == "time_delta":
                row["type"] = "duration"
                if isinstance(said, dict) and len(said) == 1:
                    ((unit, value),) = said.items()
                    row |= {"value": str(value), "unit": unit}
            yield row

    def money(text: str) -> Iterator[Mention]:
        for m in jio.ner.extract_money(text, with_parsing=True) or ():
            detail = m.get("detail") or {}
            start, end = m["offset"]
            num = detail.get("num")
            row: Mention = {"start": start, "end": end, "type": "money", "unit": detail.get("case")}
            row |= {"lower": num[0], "upper": num[1]} if isinstance(num, list) else {"value": num}
            yield row

    def find(text: str, reference: str | None) -> list[Mention]:
        return [*_kept(lambda: list(times(text, reference))), *_kept(lambda: list(money(text)))]

    def timed(text: str, reference: str | None) -> list[Mention]:
        return [*jio.ner.extract_time(text, time_base={"year": 2025}), *jio.ner.extract_money(text)]

    return metadata.version("jionlp"), find, timed


def _date(text: str) -> str | None:
    return text[:10] if text[:4].isdecimal() else None


def _kept(call: Callable[[], list[Mention]]) -> list[Mention]:
    """What a call finds; nothing where the peer breaks on the text."""
    try:
        return call()
    except Exception:  # noqa: BLE001  a peer's fault on a text is a miss of the peer, and no end of the run
        return []


# ------------------------------------------------------------------------------------------------------ Recognizers


def recognizers() -> tuple[str, Finder, Finder]:
    culture = importlib.import_module("recognizers_text").Culture.Chinese
    number = importlib.import_module("recognizers_number")
    unit = importlib.import_module("recognizers_number_with_unit")
    dates = importlib.import_module("recognizers_date_time")
    five = [number.recognize_number, number.recognize_percentage, unit.recognize_currency, unit.recognize_dimension]
    more = [number.recognize_ordinal, unit.recognize_temperature, unit.recognize_age]

    def plain(call: Callable[..., Any], text: str) -> Iterator[Mention]:
        for m in call(text, culture):
            said = m.resolution or {}
            value = said.get("value")
            row: Mention = {"start": m.start, "end": m.end + 1, "type": m.type_name, "unit": said.get("unit")}
            if said.get("isoCurrency"):
                row["unit"] = said["isoCurrency"]
            if isinstance(value, str) and value.endswith("%"):
                row |= {"value": value[:-1], "unit": "%"}
            elif isinstance(value, str) and value[:1] in "[(":
                low, _, high = value[1:-1].partition(",")
                row |= {"lower": low or None, "upper": high or None}
            else:
                row["value"] = value
            yield row

    def moments(text: str, reference: str | None) -> Iterator[Mention]:
        for m in dates.recognize_datetime(text, culture, reference=moment(reference)):
            values = (m.resolution or {}).get("values") or [{}]
            for said in values:
                row: Mention = {"start": m.start, "end": m.end + 1, "type": "time"}
                kind = said.get("type", "")
                if kind == "duration":
                    row |= {"type": "duration", "value": said.get("value"), "unit": "second"}
                elif "range" in kind:
                    row |= {"first": _date(said.get("start", "")), "last": _before(said.get("end", ""))}
                elif "date" in kind:
                    row |= {"first": _date(said.get("value", "")), "last": _date(said.get("value", ""))}
                yield row

    def find(text: str, reference: str | None) -> list[Mention]:
        out = [m for call in (*five, *more) for m in _kept(lambda call=call: list(plain(call, text)))]  # type: ignore[misc]
        return out + _kept(lambda: list(moments(text, reference)))

    def timed(text: str, reference: str | None) -> list[Mention]:
        for call in five:
            call(text, culture)
        dates.recognize_datetime(text, culture, reference=moment(reference))
        return []

    return metadata.version("recognizers-text-suite"), find, timed


def _before(text: str) -> str | None:
    """The last day of a stretch whose end is exclusive."""
    if not text[:4].isdecimal():
        return None
    if len(text) > 10 and not text.endswith("00:00:00"):
        return text[:10]
    return (datetime.date.fromisoformat(text[:10]) - datetime.timedelta(days=1)).isoformat()


# ------------------------------------------------------------------------------------------- those that rewrite texts


def cn2an() -> tuple[str, Writer]:
    module = importlib.import_module("cn2an")
    return metadata.version("cn2an"), lambda text: module.transform(text, "cn2an")


def wetext() -> tuple[str, Writer]:
    normalizer = importlib.import_module("itn.chinese.inverse_normalizer").InverseNormalizer()
    return metadata.version("WeTextProcessing"), normalizer.normalize


FINDERS = {"jionlp": jionlp, "recognizers": recognizers}
WRITERS = {"cn2an": cn2an, "wetext": wetext}


def answer(name: str, job: dict[str, Any]) -> dict[str, Any]:
    """All that is asked of one peer."""
    out: dict[str, Any] = {}
    if name in FINDERS:
        out["version"], find, timed = FINDERS[name]()
        out["found"] = {t["id"]: find(t["text"], t["reference"]) for t in job["texts"]}
        run: Callable[[str], object] = lambda text: timed(text, "2025-06-15")  # noqa: E731
    else:
        out["version"], write = WRITERS[name]()
        out["written"] = {t["id"]: _written(write, t["text"]) for t in job["texts"]}
        run = write
    texts = job["speed"]
    if texts:
        _kept(lambda: [run(texts[0])])  # type: ignore[list-item]
        start = time.process_time()
        for text in texts:
            _kept(lambda text=text: [run(text)])  # type: ignore[misc]
        out["speed"] = [sum(map(len, texts)), time.process_time() - start]
    return out


def _written(write: Writer, text: str) -> str:
    """The rewritten text; the text itself where the peer breaks on it."""
    try:
        return write(text)
    except Exception:  # noqa: BLE001  as in _kept
        return text


def main() -> None:
    warnings.simplefilter("ignore")
    name, job = sys.argv[1], json.load(sys.stdin)
    try:
        out = answer(name, job)
    except (ImportError, metadata.PackageNotFoundError) as fault:
        out = {"absent": str(fault)}
    sys.stdout.write("\n" + json.dumps(out, ensure_ascii=False) + "\n")


if __name__ == "__main__":
    main()
