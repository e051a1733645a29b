"""The pytest plugin's door: options only. What needs zhextract is imported when `--zhextract` is given.

It is a package of its own so that a pytest run which has nothing to do with it does not import zhextract.
"""

from __future__ import annotations

from typing import Any


def pytest_addoption(parser: Any) -> None:
    """The options."""
    group = parser.getgroup("zhextract")
    group.addoption(
        "--zhextract",
        action="store_true",
        help="collect the examples of rule folders and golden fixtures as test items",
    )
    group.addoption(
        "--zhextract-rules", action="append", default=[], metavar="DIR",
        help="a rule folder laid over the built-in rules; without it, the rule folders that are collected",
    )  # fmt: skip


def pytest_configure(config: Any) -> None:
    """Bring in the plugin where it is asked for."""
    if config.getoption("--zhextract"):
        from zhextract.workbench.plugin import Plugin

        config.pluginmanager.register(Plugin(config), "zhextract-items")
