"""What the figures of an article say: mentions to facts.

The rules over mentions tell what kind of figure stands where (`spoken`); clauses, whom they are about and what is
carried are read by `clauses`, sentence after sentence by `reading`; what a figure measures is found by `measured`, and
tables are read by `cells`. Without rules over mentions there are no facts. `docs/facts.md` explains the whole.
"""

from __future__ import annotations

from collections.abc import Sequence

from .. import records as r
from ..rules import pack as p
from ..segment import Sentence
from ..spans import TextMap
from .cells import Cells
from .clauses import Clauses
from .measured import Phrases
from .reading import Reading
from .spoken import Voice
from .things import Heads


class Facts:
    """Finds the facts of articles. Immutable; safe to share between threads."""

    def __init__(self, pack: p.RulePack) -> None:
        self.voice = Voice(pack) if pack.fact_rules else None
        self.clauses = Clauses(pack)
        self.phrases = Phrases(pack)
        self.cells = Cells(pack)
        self.heads = Heads(pack)

    def of(
        self,
        text: TextMap,
        sentences: Sequence[Sentence],
        mentions: Sequence[r.AnyMention],
        spans: Sequence[tuple[int, int]],
        published: str | None = None,
    ) -> tuple[r.Fact, ...]:
        """The facts of an article, by the places of their figures; `spans` are the mentions' in the normalized text."""
        if self.voice is None or not any(isinstance(m, (r.Quantity, r.Ordinal)) for m in mentions):
            return ()
        spoken = self.voice.speak(text.text, mentions, spans, sentences)
        cells = self.cells.read(text.text, mentions, spans)
        return Reading(self.clauses, self.phrases, self.heads, text, spoken, sentences, mentions, published).facts(
            cells
        )
