"""Before and after side by side: a page of what changed in the records of articles, grouped by rule.

One file, without scripts: it opens anywhere, and everything in it is escaped.
"""

from __future__ import annotations

import base64
import hashlib
import html
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from ..notebook import figure
from .pages import GENERATOR, clean, static_files

CONTEXT: Final = 24
"""Characters of the article that are shown before and behind a record."""
_ASIDE: Final = frozenset({"id", "quantity", "entity", "subject_entity", "evidence", "rule", "confidence", "reason"})
"""Fields in which records may differ and still say the same."""

Record = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """A record that is new (`before` is None), gone (`after` is None), or says something else at the same place."""

    article: str
    before: Record | None
    after: Record | None

    @property
    def rule(self) -> str:
        """The rule that it is grouped under: that of the new record, else of the old one."""
        return str((self.after or {}).get("rule") or (self.before or {}).get("rule") or "(by hand)")

    @property
    def fields(self) -> list[str]:
        """The fields that differ, if both records are there."""
        if self.before is None or self.after is None:
            return []
        names = dict.fromkeys([*self.before, *self.after])
        return [n for n in names if n not in _ASIDE and self.before.get(n) != self.after.get(n)]


@dataclass(frozen=True)
class Compared:
    """An article whose records are compared: those before and after, as dicts of documents or of gold.

    A mention has its `type`, `start` and `end`; a fact has `start` and `end` of its figure, and its type as `type`.
    """

    name: str
    text: str
    before: Sequence[Record]
    after: Sequence[Record]

    def changes(self) -> list[Change]:
        """What differs, by place; records that say the same are left out, whatever rule found them."""
        old = _by_place(self.before)
        new = _by_place(self.after)
        found = []
        for key in sorted(old.keys() | new.keys()):
            was, now = old.get(key, []), new.get(key, [])
            same = [(a, b) for a in was for b in now if not Change(self.name, a, b).fields]
            was = [a for a in was if all(a is not pair[0] for pair in same)]
            now = [b for b in now if all(b is not pair[1] for pair in same)]
            for number in range(max(len(was), len(now))):
                before = was[number] if number < len(was) else None
                after = now[number] if number < len(now) else None
                found.append(Change(self.name, before, after))
        return found


def _by_place(records: Iterable[Record]) -> dict[tuple[int, int, str], list[Record]]:
    out: dict[tuple[int, int, str], list[Record]] = {}
    for record in records:
        out.setdefault((record["start"], record["end"], str(record.get("type"))), []).append(record)
    return out


def records_of(document: Mapping[str, Any]) -> list[Record]:
    """The records of a document (as a dict) as `Compared` takes them: its mentions, and its facts at their figures."""
    places = {m["id"]: (m["start"], m["end"]) for m in document["mentions"]}
    facts = []
    for fact in document["facts"]:
        start, end = places[fact["quantity"]]
        facts.append({**fact, "type": f"fact {fact['type']}", "start": start, "end": end})
    return [*document["mentions"], *facts]


def records_of_lists(lists: Mapping[str, Sequence[Record]]) -> list[Record]:
    """The same of gold, and of a document as lists by type, whose facts name their figure by its start (`q_start`)."""
    mentions = [{**m, "type": kind} for kind in ("quantity", "ordinal", "time", "entity") for m in lists.get(kind, ())]
    ends = {m["start"]: m["end"] for m in mentions if m["type"] in ("quantity", "ordinal")}
    facts = [
        {**f, "type": f"fact {f['type']}", "start": f["q_start"], "end": ends.get(f["q_start"], f["q_start"] + 1)}
        for f in lists.get("facts", ())
    ]
    return [*mentions, *facts]


def compare_page(
    title: str, articles: Iterable[Compared], *, before: str = "before", after: str = "after", note: str = ""
) -> str:
    """The page. `before` and `after` head the two sides, `note` stands above all."""
    texts: dict[str, str] = {}
    groups: dict[str, list[Change]] = {}
    for article in articles:
        texts[article.name] = article.text
        for change in article.changes():
            groups.setdefault(change.rule, []).append(change)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    total = sum(map(len, groups.values()))
    blocks = [_group(rule, changes, texts, before, after) for rule, changes in ordered]
    summary = (
        f"{total} changes by {len(groups)} rules in {len({c.article for g in groups.values() for c in g})} articles"
    )
    style = static_files()["style.css"].decode()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    body = "\n".join(blocks) if blocks else "<p>Nothing has changed.</p>"
    return clean(f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'sha256-{digest}'; img-src data:">
{GENERATOR}
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{html.escape(title)}</title>
<link rel="icon" href="data:,">
<style>{style}</style>
</head>
<body>
<main>
<h1>{html.escape(title)}</h1>
<p class="meta">{html.escape(note or summary)}{f" · {summary}" if note else ""}</p>
{body}
</main>
</body>
</html>
""")


def _group(rule: str, changes: Sequence[Change], texts: Mapping[str, str], before: str, after: str) -> str:
    rows = "\n".join(
        f'<h3>{html.escape(change.article)}</h3>\n<div class="sides">'
        f"{_side(before, change.before, change, texts[change.article], 'gone')}"
        f"{_side(after, change.after, change, texts[change.article], 'new')}</div>"
        for change in changes
    )
    head = f"<summary><h2><code>{html.escape(rule)}</code> {len(changes)}</h2></summary>"
    return f"<details open>{head}\n{rows}\n</details>"


def _side(name: str, record: Record | None, change: Change, text: str, mark: str) -> str:
    label = f'<p class="meta">{html.escape(name)}</p>'
    if record is None:
        return f'<div>{label}<p class="note">nothing</p></div>'
    start, end = record["start"], record["end"]
    shown = (
        f"{'…' if start > CONTEXT else ''}{_line(text[max(0, start - CONTEXT) : start])}"
        f'<mark class="{_kind(record)} from to">{_line(text[start:end])}</mark>'
        f"{_line(text[end : end + CONTEXT])}{'…' if end + CONTEXT < len(text) else ''}"
    )
    names = change.fields or [n for n in record if n not in _ASIDE and n not in ("start", "end", "text", "type")]
    fields = "".join(
        f"<dt>{html.escape(n)}</dt><dd>{'none' if record.get(n) is None else html.escape(str(record.get(n)))}</dd>"
        for n in names
        if change.fields or record.get(n) is not None
    )
    says = f" {html.escape(figure(record))}" if record.get("unit") is not None else ""
    rule = f"<dt>rule</dt><dd><code>{html.escape(str(record['rule']))}</code></dd>" if record.get("rule") else ""
    return (
        f'<div class="{mark}">{label}<p class="text" lang="zh">{shown}</p>'
        f'<p class="meta">{html.escape(str(record.get("type")))} {start}–{end}{says}</p><dl>{fields}{rule}</dl></div>'
    )


def _kind(record: Record) -> str:
    kind = str(record.get("label") or record.get("type"))
    return kind if kind in ("quantity", "ordinal", "time", "person", "org", "place", "work") else "quantity"


def _line(text: str) -> str:
    """A piece of the article on one line: controls by their number, breaks as a sign."""
    return "".join(
        "⏎" if c == "\n" else f"[U+{ord(c):04X}]" if not c.isprintable() and not c.isspace() else html.escape(c)
        for c in text
    )
