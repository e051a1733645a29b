"""The description of the service, OpenAPI 3.1: `openapi.json`, with its limits and the schema of documents put in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec

from ..records import Document
from .gate import Limits


def openapi(limits: Limits, version: str, *, review: bool = False) -> dict[str, Any]:
    """The description as plain data, with what is for review only where that is offered."""
    text = Path(__file__).with_name("openapi.json").read_text(encoding="utf-8")
    said = {"version": version, "size": limits.size, "seconds": f"{limits.seconds:g}", "requests": limits.requests}
    for name, value in said.items():
        text = text.replace(f"{{{name}}}", str(value))
    description: dict[str, Any] = json.loads(text)
    _, schemas = msgspec.json.schema_components([Document], ref_template="#/components/schemas/{name}")
    description["components"]["schemas"] |= schemas
    if not review:
        paths = description["paths"].items()
        description["paths"] = {
            path: operations for path, operations in paths if not any("tags" in o for o in operations.values())
        }
    for path in description["paths"].values():
        for operation in path.values():
            for status, answer in operation["responses"].items():
                if "$ref" in answer:  # written out, so that readers need not follow it
                    operation["responses"][status] = description["components"]["responses"][status]
    return description
