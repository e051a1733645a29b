"""What the figures of an article say: mentions to facts. `docs/facts.md` explains the whole."""

from .linker import Facts

__all__ = ["Facts"]
