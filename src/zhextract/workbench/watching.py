"""Articles kept extracted while their rules and they themselves are edited: what each edit changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from ..errors import ReadError, ZhextractError
from ..examples import Case, check
from ..read import Article, read_articles
from . import regress
from .change import Probe, difference
from .context import Paint
from .ruleset import RuleSet


class Session:
    """The rules as they were last readable, and the articles with their documents."""

    def __init__(self, paths: Sequence[str], folders: Sequence[Path]) -> None:
        self.paths = list(paths)
        self.folders = list(folders)
        self.rules = RuleSet(folders)
        self.articles: dict[str, Article] = {}
        self.documents: dict[str, dict[str, Any]] = {}
        for article in self._read([]):
            self._extract(article)

    @property
    def watched(self) -> list[Path]:
        """Files and folders whose changes matter."""
        return [*map(Path, self.paths), *self.rules.folders]

    def _read(self, faults: list[str]) -> Iterator[Article]:
        for found in read_articles(self.paths):
            if isinstance(found, ReadError):
                faults.append(str(found))
            else:
                yield found

    def _extract(self, article: Article) -> dict[str, Any]:
        document = self.rules.extractor.extract(article.text, article.published).to_dict()
        self.articles[article.id], self.documents[article.id] = article, document
        return document

    def edited(self, paths: Iterable[Path], paint: Paint) -> Iterator[str]:
        """What the edit of some files changed, in lines; a rule file with a mistake leaves all as it was."""
        edited_rules = [p for p in paths if p.suffix in (".yml", ".tsv") and self._in_rules(p)]
        if edited_rules:
            try:
                rules = RuleSet(self.folders)
                failed = self._examples(rules)
            except ZhextractError as fault:
                yield paint("minus", str(fault))
                return
            self.rules = rules
            for line in failed:
                yield paint("minus", line)
        faults: list[str] = []
        report = regress.Report()
        old = dict(self.documents)
        for article in self._read(faults):
            before, text = old.pop(article.id, None), self.articles.get(article.id)
            document = self._extract(article)
            if before is None or text is None or text.text != article.text:
                yield f"{article.id}: {len(document['mentions'])} mentions, {len(document['facts'])} facts"
                if before is None:
                    continue
            report.add(regress.compare(article.id, article.text, before or document, document))
        for gone in old:
            del self.documents[gone], self.articles[gone]
            yield f"{gone}: gone"
        yield from faults
        if any(report.total(what) for what in regress.WHATS):
            yield from list(regress.as_text(report, [], paint))[:-1]
        else:
            yield f"{report.articles} articles, nothing changed"

    def _in_rules(self, path: Path) -> bool:
        return any(path.resolve().is_relative_to(folder) for folder in self.rules.folders)

    def _examples(self, rules: RuleSet) -> list[str]:
        """The examples that the edit can touch and that fail, in words."""
        differs = difference(self.rules.source, rules.source)
        cases: list[Case] = Probe(differs, rules.extractor).cases(rules.cases()) if differs else []
        return [str(failure) for case in cases if (failure := check(case, rules.extractor)) is not None]
