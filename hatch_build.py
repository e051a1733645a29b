"""Build hook: compile the rules, so that an installed zhextract starts without reading YAML.

A wheel gets the compiled pack (`zhextract/_pack.msgpack`) and the rule files themselves (`zhextract/_rules/`), from
which `--rules DIR` and another script conversion are compiled. An editable install uses the checkout's `rules/` and
needs neither.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulePackHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add the pack and the rules to a wheel. A mistake in a rule file ends the build, naming file and line."""
        if self.target_name != "wheel" or version == "editable":
            return
        rules = Path(self.root, "rules")
        self.folder = tempfile.mkdtemp(prefix="zhextract-build-")
        pack = Path(self.folder, "_pack.msgpack")
        sys.path.insert(0, str(Path(self.root, "src")))
        try:
            from zhextract.rules.build import write_pack

            write_pack(pack, [rules])
        finally:
            del sys.path[0]
        included: dict[str, str] = build_data["force_include"]
        included[str(pack)] = "zhextract/_pack.msgpack"
        for path in sorted(rules.rglob("*")):
            if path.suffix in {".yml", ".tsv", ".md"}:
                included[str(path)] = f"zhextract/_rules/{path.relative_to(rules).as_posix()}"

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)
