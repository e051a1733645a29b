"""Build hook: compile the rules, so that an installed zhextract starts without reading YAML, and the busiest modules.

A wheel gets the compiled pack (`zhextract/_pack.msgpack`), the code of its regexes (`zhextract/_regexes.msgpack`, for
the Python that builds it), the rule files themselves (`zhextract/_rules/`), from which `--rules DIR` and another script
conversion are compiled, and extension modules, if they can be built here (see `tools/native.py`); if not, or if the
environment variable ZHEXTRACT_PURE is set, it is a wheel of pure Python with the same results. An editable install uses
the checkout's `src/` and `rules/` and gets none of these.
"""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class RulePackHook(BuildHookInterface[Any]):
    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Add to a wheel what it has besides its sources. A mistake in a rule file ends the build: file and line."""
        if self.target_name != "wheel" or version == "editable":
            return
        root = Path(self.root)
        rules = root / "rules"
        self.folder = tempfile.mkdtemp(prefix="zhextract-build-")
        ready = Path(self.folder, "ready")
        ready.mkdir()
        native = Path(self.folder, "native")
        native.mkdir()
        added = [str(root / "src"), str(root / "tools")]
        sys.path[:0] = added
        try:
            from native import extensions

            from zhextract.prepare import prepare

            prepared = prepare(ready, [rules])
            built = [] if os.environ.get("ZHEXTRACT_PURE") else extensions(native, root)
        finally:
            del sys.path[: len(added)]
        included: dict[str, str] = build_data["force_include"]
        for path in prepared:
            included[str(path)] = f"zhextract/{path.name}"
        for path in sorted(rules.rglob("*")):
            if path.suffix in {".yml", ".tsv", ".md"} or path.name == "VERSION":
                included[str(path)] = f"zhextract/_rules/{path.relative_to(rules).as_posix()}"
        for path in built:
            included[str(native / path)] = path.as_posix()
        if built:
            build_data["pure_python"] = False
            build_data["infer_tag"] = True

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        if hasattr(self, "folder"):
            shutil.rmtree(self.folder, ignore_errors=True)
