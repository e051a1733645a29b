"""What the answers of the service are made of: an article to its document, and to what a page shows of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ..errors import UsageError
from ..pipeline import check_date
from ..read import Article
from .gate import Limits, Refusal
from .metrics import Metrics
from .places import Place
from .pool import CrashedError, Pool, TooSlowError


@dataclass
class Service:
    """The workers, the limits, the places of the rules, the counts."""

    pool: Pool
    limits: Limits
    rules: Mapping[str, Place]
    metrics: Metrics

    async def document(self, article: Article) -> bytes:
        """The document of an article as JSON. Raises Refusal."""
        try:
            if article.published is not None:
                check_date(article.published)
            made: bytes = await self.pool.run(
                "extract", article.text, article.published,
                id=article.id or None, name=article.name or None, encoding=article.encoding,
                sha256=article.sha256 or None,
            )  # fmt: skip
        except UsageError as error:
            raise Refusal(400, str(error)) from None
        except TooSlowError as error:
            raise Refusal(422, f"the extraction {error}", "send the article in parts") from None
        except CrashedError as error:
            raise Refusal(503, str(error), "try again; if it happens with the same text, report it") from None
        self.metrics.extracted(len(article.text))
        return made

    def view(self, document: Mapping[str, Any], text: str) -> dict[str, Any]:
        """What a page shows of an article: document, text, and the rules of its records."""
        used = {record["rule"] for kind in ("mentions", "facts") for record in document[kind]}
        rules = {rule: self.rules[rule] for rule in sorted(used) if rule in self.rules}
        return {"document": document, "text": text, "problem": None, "rules": rules}
