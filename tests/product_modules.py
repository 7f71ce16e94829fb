"""The modules of the product as syntax trees, for the tests that read the source itself."""

from __future__ import annotations

import ast
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).resolve().parents[1]
SOURCE = "sources.constant_contact"
SANDBOX = "sources.constant_contact_sandbox"
PIPELINE = "pipelines.constant_contact"


@cache
def modules() -> dict[str, Path]:
    """Every module of the product by its dotted name; a package has the name of its folder."""
    found = {}
    for folder in ("sources", "pipelines"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            parts = path.relative_to(ROOT).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


@cache
def tree(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


@cache
def imports(name: str) -> frozenset[str]:
    """What a module imports anywhere in it, for types too; `from a import b` counts as a.b."""
    package = name if modules()[name].name == "__init__.py" else name.rpartition(".")[0]
    found: set[str] = set()
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return frozenset(found)


def within(name: str, area: str) -> bool:
    return name == area or name.startswith(f"{area}.")


def breaches(rule: Callable[[str], object]) -> dict[str, object]:
    """What a rule finds in each module; modules of which it finds nothing are left out."""
    assert {f"{SOURCE}.source", f"{PIPELINE}.cli", f"{SANDBOX}.sandbox"} <= set(modules())
    return {name: found for name in modules() if (found := rule(name))}
