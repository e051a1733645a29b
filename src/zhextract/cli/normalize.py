"""`zhextract normalize`: texts as rules see them."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from .inputs import Inputs, add_inputs, extractor_of
from .terminal import encoded, put, show, utf8

if TYPE_CHECKING:
    from ..spans import TextMap

DESCRIPTION: Final = "Show normalized texts: simplified, half-width, page breaks repaired. For writers of rules."
EXAMPLES: Final = """\
examples:
  zhextract normalize news.txt                      the text that rules see
  zhextract normalize news.txt --json               with its script, and where its length changed
  zhextract normalize news.txt --script none        without conversion to simplified characters
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_inputs(parser)
    parser.add_argument("--json", action="store_true", help="a JSON line an article: id, script, text, edits")


def run(args: argparse.Namespace) -> int:
    """Show the texts; the exit code."""
    extractor = extractor_of(args)
    inputs = Inputs(args)
    for article in inputs:
        found = extractor.normalize(article.text)
        if args.json:
            edits = [
                {"start": start, "end": end, "source": utf8(found.map.source[start:end]), "text": text}
                for start, end, text in _edits(found.map)
            ]
            put(encoded({"id": utf8(article.id), "script": found.script, "text": found.text, "edits": edits}) + b"\n")
            continue
        inputs.head(article)
        show(found.text)
    return inputs.code


def _edits(text: TextMap) -> Iterator[tuple[int, int, str]]:
    """Where a text's length changed: (start and end in the source, what stands there now), in order."""
    if text.same:
        return
    place = done = 0
    while place < len(text.text):
        start, end = text.to_source(place, place + 1)
        stop = place + 1
        while stop < len(text.text) and text.to_source(stop, stop + 1)[0] < end:
            stop += 1
        if start > done:
            yield done, start, ""
        if stop - place != end - start:
            yield start, end, text.text[place:stop]
        place, done = stop, end
    if done < len(text.source):
        yield done, len(text.source), ""
