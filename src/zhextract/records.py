"""The records of a document, as `SCHEME` of the project means them, and their JSON.

Fields are in the order in which they are written. Offsets are half-open code-point offsets into the source text; values
are canonical decimal strings (no exponent, no trailing zeros), or `"1/3"` for a fraction that does not end.
"""

from __future__ import annotations

from typing import Any, Final, Literal

import msgspec

SCHEMA: Final = "zhextract/1"

QuantityKind = Literal[
    "money", "percent", "percentage_point", "count", "ratio", "length", "area", "volume", "mass", "speed", "power",
    "energy", "temperature", "duration", "data", "number", "other",
]  # fmt: skip
Mod = Literal["MORE_THAN", "EQUAL_OR_MORE", "LESS_THAN", "EQUAL_OR_LESS", "APPROX"]
TimeMod = Literal["START", "MID", "END"]
SentenceKind = Literal["body", "title", "head", "byline", "caption"]
Script = Literal["hans", "hant", "mixed"]


class Source(msgspec.Struct, frozen=True):
    """Where a document came from: file name, SHA-256 of its bytes, encoding, length in code points."""

    name: str | None
    sha256: str
    encoding: str | None
    chars: int


class Sentence(msgspec.Struct, frozen=True):
    """A sentence: its span, and what part of the article it is."""

    start: int
    end: int
    kind: SentenceKind


class Mention(msgspec.Struct, frozen=True):
    """What all mentions have: `text` is the normalized text, `rule` the id of the rule that found it."""

    id: str
    start: int
    end: int
    text: str
    rule: str


class Quantity(Mention, frozen=True, tag_field="type", tag="quantity"):
    """A number with its unit (UCUM, ISO 4217, or `{classifier}`)."""

    value: str | None
    lower: str | None
    upper: str | None
    unit: str
    kind: QuantityKind
    mod: Mod | None
    object: str | None


class Ordinal(Mention, frozen=True, tag_field="type", tag="ordinal"):
    """A place in an order: whole number, and the classifier or `1`."""

    value: str
    unit: str


class Time(Mention, frozen=True, tag_field="type", tag="time"):
    """A point or period: EDTF, and its first and last day (ISO, inclusive; null when open or unresolved)."""

    edtf: str | None
    first: str | None
    last: str | None
    mod: TimeMod | None


Label = Literal["person", "org", "place", "work"]


class EntityMention(Mention, frozen=True, tag_field="type", tag="entity"):
    """A name where it stands: `entity` is the id that mentions of one entity share, `title` the post of a person."""

    label: Label
    entity: str
    title: str | None


AnyMention = Quantity | Ordinal | Time | EntityMention


class Entity(msgspec.Struct, frozen=True):
    """What one or more names of an article stand for: `name` is the fullest of them, `aliases` are the others."""

    id: str
    label: Label
    name: str
    aliases: tuple[str, ...]


FactType = Literal["level", "change", "share", "target", "rank"]
Confidence = Literal["direct", "inherited", "guessed"]


class Evidence(msgspec.Struct, frozen=True, gc=False):
    """The sentence that says a fact."""

    start: int
    end: int


class Fact(msgspec.Struct, frozen=True, gc=False):
    """One figure and what it measures; a field that nothing tells is null.

    `quantity` is the id of the figure's mention, `rule` the rule that said what kind of figure it is. `confidence`:
    subject and indicator stand in the figure's own clause (`direct`), one of them or the time was carried from an
    earlier one (`inherited`), or stands nowhere near and is what the article is about (`guessed`); `reason` names
    which.
    """

    id: str
    subject: str | None
    subject_entity: str | None
    indicator: str | None
    type: FactType
    value: str | None
    lower: str | None
    upper: str | None
    unit: str
    mod: Mod | None
    basis: str | None
    whole: str | None
    time: str | None
    quantity: str
    evidence: Evidence
    rule: str
    confidence: Confidence
    reason: str


class Document(msgspec.Struct, frozen=True):
    """One article's extraction."""

    schema: Literal["zhextract/1"]
    id: str | None
    source: Source
    title: str | None
    published: str | None
    script: Script
    sentences: tuple[Sentence, ...]
    mentions: tuple[AnyMention, ...]
    entities: tuple[Entity, ...] = ()
    facts: tuple[Fact, ...] = ()

    def to_json(self, *, pretty: bool = False) -> str:
        """The document as JSON: one line, or indented by two blanks. Keys and records in fixed order."""
        data = _encoder.encode(self)
        if pretty:
            data = msgspec.json.format(data, indent=2)
        return data.decode("utf-8")

    def to_dict(self) -> dict[str, Any]:
        """The document as plain dicts and lists."""
        return msgspec.json.decode(_encoder.encode(self))  # type: ignore[no-any-return]

    def to_displacy(self, text: str) -> dict[str, Any]:
        """Data for `displacy.render(…, manual=True)`; `text` is the article, which a document does not hold."""
        from . import notebook  # wanted in notebooks only

        return notebook.displacy(self.to_dict(), text)

    def to_spacy(self, text: str, nlp: Any = None) -> Any:
        """A spaCy `Doc` of the article `text` with the mentions as spans. See `notebook.spacy_doc`."""
        from . import notebook

        return notebook.spacy_doc(self.to_dict(), text, nlp)

    def _repr_html_(self) -> str:
        """The document as Jupyter shows it."""
        from . import notebook

        return notebook.as_html(self.to_dict())

    @classmethod
    def from_json(cls, text: str | bytes) -> Document:
        """Read what `to_json` wrote. Raises msgspec.ValidationError on anything else."""
        return _decoder.decode(text)


_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Document)


def json_schema() -> dict[str, Any]:
    """The JSON Schema (2020-12) of a document."""
    (schema,), parts = msgspec.json.schema_components([Document], ref_template="#/$defs/{name}")
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "zhextract document",
        **schema,
        "$defs": parts,
    }
