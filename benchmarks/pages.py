"""Tables of figures into the pages of `docs/`, between the marks that each page has for them."""

from __future__ import annotations

from pathlib import Path


def write_page(page: Path, mark: tuple[str, str], text: str) -> None:
    """Put `text` between the two marks of a page; SystemExit when it lacks them."""
    head, start, rest = page.read_text(encoding="utf-8").partition(mark[0])
    _, end, tail = rest.partition(mark[1])
    if not (start and end):
        raise SystemExit(f"{page} lacks the lines {mark[0]} and {mark[1]}")
    page.write_text(f"{head}{start}\n\n{text}\n\n{end}{tail}", encoding="utf-8")
