"""`zhextract segment`: the sentences and words of texts."""

from __future__ import annotations

import argparse
from typing import Final

from .inputs import Inputs, add_inputs, add_segmenter, extractor_of
from .terminal import cell, show

DESCRIPTION: Final = "Show the sentences of articles, a line each. For writers of rules."
EXAMPLES: Final = """\
examples:
  zhextract segment news.txt                        kind, start, end (in the source) and text of each sentence
  zhextract segment news.txt --words                and its words
  zhextract segment news.txt --words --segmenter jieba

The columns are parted by tabs; words are parted by blanks.
"""


def add(parser: argparse.ArgumentParser) -> None:
    """The arguments of the command."""
    add_inputs(parser)
    add_segmenter(parser)
    parser.add_argument("--words", action="store_true", help="add the words of each sentence")


def run(args: argparse.Namespace) -> int:
    """Show the sentences; the exit code."""
    extractor = extractor_of(args)
    inputs = Inputs(args)
    for article in inputs:
        inputs.head(article)
        found = extractor.normalize(article.text)
        for sentence in extractor.sentences(found.text):
            start, end = found.map.to_source(sentence.start, sentence.end)
            row = [sentence.kind, str(start), str(end), cell(found.text[sentence.start : sentence.end])]
            if args.words:
                words = extractor.words.words(found.text, sentence.start, sentence.end)
                row.append(" ".join(word for word, _, _ in words if not word.isspace()))
            show("\t".join(row))
    return inputs.code
