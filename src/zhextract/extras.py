"""Libraries that not everybody needs: imported when they are asked for, with a clear word when they are not there."""

from __future__ import annotations

from importlib import import_module
from typing import Any, Final

from .errors import UsageError

EXTRAS: Final = {
    "distributed": "dask",
    "docx": "office",
    "duckdb": "query",
    "fsspec": "url",
    "pyarrow": "tables",
    "pypdf": "office",
    "rich": "batch",
    "trafilatura": "html",
    "xlsxwriter": "tables",
    "zstandard": "batch",
}
"""Module -> the extra that installs it."""


def need(module: str, purpose: str, extra: str | None = None) -> Any:
    """The module. Raises UsageError telling how to install it: by its own extra, or the one that is named."""
    try:
        return import_module(module)
    except ImportError:
        package = module.partition(".")[0]
        wanted = extra or EXTRAS[package]
        raise UsageError(f"{purpose} needs {package}, which is not here: pip install 'zhextract[{wanted}]'") from None
