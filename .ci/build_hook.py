"""The wheel: everything in one package of our own name, `constant_contact_pipeline`.

The checkout has the layout of dlt's verified sources, `sources/` and `pipelines/`. Installed under these names they
would hide, or be hidden by, the folders that every dlt project has. So the wheel holds the same modules below our own
package, with the imports between them renamed; an editable install gets a front that leads into the checkout.
"""

from __future__ import annotations

import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "constant_contact_pipeline"
TREES = ("sources", "pipelines")
IMPORTS = re.compile(rf"^(\s*(?:from|import) )({'|'.join(TREES)})(?=[. ])", re.MULTILINE)

FRONT = '''"""A Constant Contact V3 account as a dlt source, and the command line `ctct`."""

from __future__ import annotations

from typing import Any

__all__ = ["constant_contact", "postgres_destination"]


def __getattr__(name: str) -> Any:
    # dlt takes two seconds to import: only who asks for these waits for it
    if name == "constant_contact":
        from {prefix}sources.constant_contact.library import constant_contact

        return constant_contact
    if name == "postgres_destination":
        from {prefix}pipelines.constant_contact.destinations.postgres import destination

        return destination
    raise AttributeError(f"module {{__name__!r}} has no attribute {{name!r}}")
'''
COMMAND = '''"""Entry point of the command `ctct`."""

from {prefix}pipelines.constant_contact.cli import main

__all__ = ["main"]
'''


class WheelOfOneName(BuildHookInterface):
    """Writes the package into a temporary folder and tells the builder to take it from there."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """`version`: "standard" or "editable"."""
        self._folder = Path(tempfile.mkdtemp())
        package = self._folder / PACKAGE
        package.mkdir()
        editable = version == "editable"
        prefix = "" if editable else f"{PACKAGE}."
        (package / "__init__.py").write_text(FRONT.format(prefix=prefix), encoding="utf-8")
        (package / "cli.py").write_text(COMMAND.format(prefix=prefix), encoding="utf-8")
        (package / "py.typed").touch()
        if not editable:
            for tree in TREES:
                self._copy(Path(self.root) / tree, package / tree)
            self._copy(
                Path(self.root) / "transforms", package / "pipelines" / "constant_contact" / "transforms"
            )
        included = "force_include_editable" if editable else "force_include"
        build_data[included][str(package)] = PACKAGE

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:  # noqa: ARG002
        shutil.rmtree(self._folder)

    def _copy(self, source: Path, target: Path) -> None:
        """Copy a tree without what a run left in it, imports renamed."""
        left = shutil.ignore_patterns("__pycache__", "target", "logs", "dbt_packages")
        shutil.copytree(source, target, ignore=left)
        for module in target.rglob("*.py"):
            text = module.read_text(encoding="utf-8")
            module.write_text(IMPORTS.sub(rf"\g<1>{PACKAGE}.\g<2>", text), encoding="utf-8")
