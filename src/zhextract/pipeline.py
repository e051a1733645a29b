"""The stages in order: read text in, document out."""

from __future__ import annotations

import datetime
import hashlib
from collections.abc import Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from . import records as r
from .errors import UsageError
from .facts import Facts
from .mentions import Mentions
from .normalize import Normalized, Normalizer
from .rules.build import load_pack
from .rules.pack import RulePack
from .segment import Engine, Segmenter, Sentence, make_words

if TYPE_CHECKING:
    from .explain import Explainer, Explanation

_SCRIPTS: tuple[r.Script, ...] = ("hans", "hant")


class Extractor:
    """A rule set, ready to extract. Load once, reuse; safe to share between threads; a pickle holds only its settings.

    `rules`: folders laid over the built-in rules (or, with a `core.yml`, in their place). `script`: the OpenCC
    conversion of traditional text, `t2s`, `tw2sp`, `hk2s`, or None. `currency`: ISO 4217 code of the bare yuan, where
    the text names none. `segmenter`: who makes words where words are needed, `rjieba` or `jieba`. `lexicons`: CSV or
    YAML files of names that stand before every rule (see `rules.lexicon`), later ones over earlier ones. `pack`: rules
    that are compiled already, instead of those of folders (for who changes them in memory). Raises RuleError for a
    mistake in a rule file or lexicon.
    """

    def __init__(
        self,
        rules: str | Path | Sequence[str | Path] | None = None,
        *,
        script: str | None = "t2s",
        currency: str | None = None,
        segmenter: Engine = "rjieba",
        lexicons: str | Path | Sequence[str | Path] | None = None,
        pack: RulePack | None = None,
    ) -> None:
        self.given = pack
        self.folders = tuple(str(f.resolve()) for f in _paths(rules))
        self.lexicons = tuple(str(f.resolve()) for f in _paths(lexicons))
        self.script = script
        self.currency = currency
        pack = self._load()
        tables: dict[str, Any] = dict(pack.tables)
        self.normalizer = Normalizer(tables["normalize"])
        pack = self._with_names(pack, _paths(lexicons))
        self.digest = pack.digest
        self.segmenter = Segmenter(tables["segment"])
        self.words = make_words(segmenter)
        self.mentions = Mentions(pack, self.words)
        self.facts = Facts(pack)

    def __reduce__(self) -> tuple[Any, ...]:
        return _extractor, (self.folders, self.script, self.currency, self.words.engine, self.lexicons, self.given)

    def _load(self) -> RulePack:
        return self.given or load_pack(_paths(self.folders), self.script)

    def _with_names(self, pack: RulePack, lexicons: Sequence[Path]) -> RulePack:
        if not lexicons:
            return pack
        from .rules.lexicon import with_names  # it reads YAML, which costs a start that doesn't

        return with_names(pack, lexicons, self._forms)

    def _forms(self, name: str) -> list[str]:
        """How a name may stand in normalized text: in an article in simplified, in one in traditional characters."""
        found = (self.normalizer.normalize(name, breaks="keep", script=script) for script in _SCRIPTS)
        return list(dict.fromkeys(n.text.strip() for n in found))

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
        mentions, spans, entities = self.mentions.of(normalized.map, day, self.currency, normalized.script)
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
            self.facts.of(normalized.map, found, mentions, spans, day),
        )

    def explain(self, text: str, published: str | None = None, span: tuple[int, int] | None = None) -> Explanation:
        """Why each mention of an article is there, and what else was found; with `span`, source offsets, for that part.

        `extractor.explain(text)["m3"]` explains one mention of `extractor.extract(text)`. A document can't explain
        itself: it holds neither its text nor what was thrown away. Many times slower than `extract`. Raises UsageError
        for a `span` outside the text, or when the rule files have changed since they were loaded.
        """
        document = self.extract(text, published)
        return self._explainer.explain(self.normalizer.normalize(text), document, self.currency, span)

    @cached_property
    def _explainer(self) -> Explainer:
        from .explain import Explainer

        # The pack is not kept: explanations are rare, and it is large.
        pack = self._with_names(self._load(), _paths(self.lexicons))
        if pack.digest != self.digest:
            raise UsageError("rule files or lexicons have changed since they were loaded; make a new Extractor")
        return Explainer(pack, self.mentions, self.facts)


def check_date(published: str) -> str:
    """The date itself if it is one (YYYY-MM-DD). Raises UsageError."""
    try:
        plain = datetime.date.fromisoformat(published).isoformat() == published  # it reads 20250402 and weeks, too
    except ValueError:
        plain = False
    if not plain:
        raise UsageError(f"no date: {published!r}; write YYYY-MM-DD")
    return published


def _paths(given: str | Path | Sequence[str | Path] | None) -> list[Path]:
    """One path, several or none, as a list."""
    return [Path(given)] if isinstance(given, (str, Path)) else [Path(path) for path in given or ()]


def _extractor(
    folders: tuple[str, ...],
    script: str | None,
    currency: str | None,
    segmenter: Engine,
    lexicons: tuple[str, ...],
    pack: RulePack | None,
) -> Extractor:
    return Extractor(folders, script=script, currency=currency, segmenter=segmenter, lexicons=lexicons, pack=pack)
