"""The README names every switch and fault, and its example runs."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

from sources.constant_contact_sandbox import FAULTS, Sandbox, Switches

README = (Path(__file__).parents[2] / "sources/constant_contact_sandbox/README.md").read_text()
FAMILY = re.compile(r"(503|504)_(json|object|html|empty)")


def test_every_switch_and_fault_is_described():
    """Each switch has a row with its default's place, each fault its name (503 and 504 stand with 500)."""
    assert [f.name for f in fields(Switches) if f"| `{f.name}` |" not in README] == []
    assert [name for name in FAULTS if f"`{name}`" not in README and not FAMILY.fullmatch(name)] == []


def test_the_example_runs():
    """The first code block of the README runs as it stands."""
    block = re.search(r"```python\n(.*?)```", README, re.DOTALL)
    assert block is not None
    names: dict[str, Sandbox] = {}
    exec(block[1], names)
    assert names["sandbox"].nights == 1
