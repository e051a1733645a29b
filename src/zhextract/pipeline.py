"""The stages in order: read text in, document out."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from . import records as r
from .errors import UsageError
from .mentions import Mentions
from .normalize import Normalized, Normalizer
from .rules.build import load_pack
from .segment import Engine, Segmenter, Sentence, make_words


class Extractor:
    """A rule set, ready to extract. Load once, reuse; safe to share between threads; a pickle holds only its settings.

    `rules`: folders laid over the built-in rules (or, with a `core.yml`, in their place). `script`: the OpenCC conversion of
    traditional text, `t2s`, `tw2sp`, `hk2s`, or None. `currency`: ISO 4217 code of the bare yuan, where the text names
    none. `segmenter`: who makes words where words are needed, `rjieba` or `jieba`. Raises RuleError for a mistake in a
    rule file.
    """

    def __init__(
        self,
        rules: str | Path | Sequence[str | Path] | None = None,
        *,
        script: str | None = "t2s",
        currency: str | None = None,
        segmenter: Engine = "rjieba",
    ) -> None:
        folders = [rules] if isinstance(rules, (str, Path)) else list(rules or ())
        self.folders = tuple(str(Path(f).resolve()) for f in folders)
        self.script = script
        self.currency = currency
        pack = load_pack([Path(f) for f in self.folders], script)
        self.digest = pack.digest
        tables: dict[str, Any] = dict(pack.tables)
        self.normalizer = Normalizer(tables["normalize"])
        self.segmenter = Segmenter(tables["segment"])
        self.words = make_words(segmenter)
        self.mentions = Mentions(pack, self.words)

    def __reduce__(self) -> tuple[Any, ...]:
        return _extractor, (self.folders, self.script, self.currency, self.words.engine)

    def normalize(self, text: str) -> Normalized:
        """The first stage: simplified, half-width, page breaks repaired, with the map to the source."""
        return self.normalizer.normalize(text)

    def sentences(self, text: str) -> list[Sentence]:
        """The second stage, on normalized text."""
        return self.segmenter.sentences(text)

    def extract(
        self,
        text: str,
        published: str | None = None,
        *,
        id: str | None = None,
        name: str | None = None,
        encoding: str | None = None,
        sha256: str | None = None,
    ) -> r.Document:
        """One article to its document. Total: whatever stands in `text`, a document comes out.

        `published` is the ISO date of publication; without it the article's own dateline or metadata is used, never the
        clock. Raises UsageError when `published` is no date.
        """
        if published is not None:
            check_date(published)
        normalized = self.normalizer.normalize(text)
        clean = normalized.text
        found = self.segmenter.sentences(clean)
        day = published or self.segmenter.publication_date(clean, found).iso
        to_source = normalized.map.to_source
        sentences = []
        title = None
        for s in found:
            start, end = to_source(s.start, s.end)
            sentences.append(r.Sentence(start, end, s.kind))
            if title is None and s.kind == "title":
                title = clean[s.start : s.end].lstrip("# ")
        mentions, entities = self.mentions.of(normalized.map, day, self.currency, normalized.script)
        if sha256 is None:
            sha256 = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
        return r.Document(
            r.SCHEMA,
            id,
            r.Source(name, sha256, encoding, len(text)),
            title,
            day,
            normalized.script,
            tuple(sentences),
            tuple(mentions),
            entities,
        )


def check_date(published: str) -> str:
    """The date itself if it is one (YYYY-MM-DD). Raises UsageError."""
    try:
        plain = datetime.date.fromisoformat(published).isoformat() == published  # it reads 20250402 and weeks, too
    except ValueError:
        plain = False
    if not plain:
        raise UsageError(f"no date: {published!r}; write YYYY-MM-DD")
    return published


def _extractor(folders: tuple[str, ...], script: str | None, currency: str | None, segmenter: Engine) -> Extractor:
    return Extractor(folders, script=script, currency=currency, segmenter=segmenter)
