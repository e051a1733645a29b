"""`zhextract schema`: the JSON Schema of a document."""

from __future__ import annotations

import argparse
from typing import Final

from .terminal import OK, show

DESCRIPTION: Final = "Print the JSON Schema (2020-12) of a document."
EXAMPLES: Final = ""


def add(parser: argparse.ArgumentParser) -> None:
    """It takes no arguments."""


def run(args: argparse.Namespace) -> int:
    """Print it; the exit code."""
    import json

    from ..records import json_schema

    show(json.dumps(json_schema(), indent=2, ensure_ascii=False))
    return OK
