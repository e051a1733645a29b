"""HTML pages around data: everything from an article goes in escaped, under a policy that lets no page run or load it.

A page is a frame: its scripts (`static/`) build what is shown from the JSON that it brings along.
"""

from __future__ import annotations

import html
import json
import re
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

GENERATOR: Final = '<meta name="generator" content="zhextract">'
"""The line by which pages of ours are known."""

POLICY: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
)
"""Content-Security-Policy: scripts and styles of our own files only, none inline, and no script may set HTML."""

STATIC: Final = Path(__file__).resolve().parent / "static"

_SURROGATE: Final = re.compile("[\ud800-\udfff]")
_MARKUP: Final = str.maketrans({sign: f"\\u{ord(sign):04x}" for sign in "<>&\u2028\u2029"})


def clean(text: str) -> str:
    """The text with lone surrogates, which no page can hold, as U+FFFD: one for one, so that offsets stay."""
    return _SURROGATE.sub("\ufffd", text)


def data(value: Any) -> str:
    r"""A value as JSON that can stand in a script or in a script element: no sign in it can end either.

    >>> data("</script><b>")
    '"\\u003c/script\\u003e\\u003cb\\u003e"'
    """
    return clean(json.dumps(value, ensure_ascii=False, separators=(",", ":")).translate(_MARKUP))


def page(
    title: str,
    kind: str,
    value: Any,
    *,
    scripts: Sequence[str],
    links: Mapping[str, str],
    root: str = "",
    current: str = "",
) -> str:
    """A page. `kind` tells the scripts what to show of `value`; `links` are those of the head.

    `root` leads to where `static` lies; `scripts` are paths below it. The policy stands in the
    page itself, since from the disk there are no headers.
    """
    nav = "\n".join(
        f'<a href="{html.escape(root + path)}"{" aria-current=page" if path == current else ""}>{html.escape(name)}</a>'
        for name, path in links.items()
    )
    loads = "\n".join(f'<script defer src="{html.escape(root + script)}"></script>' for script in scripts)
    return f"""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{POLICY}">
{GENERATOR}
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>{html.escape(clean(title))}</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="{html.escape(root)}static/style.css">
{loads}
</head>
<body data-page="{html.escape(kind)}">
<a class="skip" href="#main">Skip to the content</a>
<header><b>zhextract</b><nav aria-label="Pages">
{nav}
</nav></header>
<main id="main" tabindex="-1">
<noscript><p class="problem">This page needs its own scripts to show its data; they load nothing.</p></noscript>
</main>
<script type="application/json" id="data">{data(value)}</script>
</body>
</html>
"""


@cache
def static_files() -> dict[str, bytes]:
    """The scripts and the style sheet, by name."""
    return {path.name: path.read_bytes() for path in sorted(STATIC.iterdir()) if path.suffix in (".js", ".css")}
