"""What holds for every module beside its imports: it prints nothing, swallows nothing, names no key of the state and no
machine.
"""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

from product_modules import ROOT, SANDBOX, SOURCE, breaches, modules, tree, within

REGISTRIES = re.compile(
    r"(pypi|npmjs|pythonhosted|crates|rubygems)\.(org|com|io)|index-url|/opt/(pypi|wheels)|/(root|home)/\w"
)
MACHINE_PATHS = re.compile(r"(?<![\w.])/(work|tmp/w|Users)/\w")


def prints(name: str) -> list[int]:
    return [
        node.lineno
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"
    ]


def test_no_module_prints():
    """Nothing is printed: answers go through the command line's own writers, progress through events."""
    assert {} == breaches(prints)


def swallowed(name: str) -> list[int]:
    lines = modules()[name].read_text(encoding="utf-8").splitlines()
    broad = [
        handler.lineno
        for handler in ast.walk(tree(name))
        if isinstance(handler, ast.ExceptHandler)
        and (
            handler.type is None
            or (isinstance(handler.type, ast.Name) and handler.type.id in ("Exception", "BaseException"))
        )
        and not any(isinstance(node, ast.Raise) for node in ast.walk(handler))
    ]
    return [line for line in broad if not re.search(r"BLE001\W+\w+ \w+", lines[line - 1])]


def test_no_failure_is_swallowed_whole():
    """A handler that catches everything raises again, or says beside it who gets the error."""
    assert {} == breaches(swallowed)


SPEAKS_OF_STATE = re.compile(r"(?<!package)(^|_)state$")
"""How names end under which a state is handed on; what a load package has is the load tool's."""


def keys_of_the_state(name: str) -> list[int]:
    """Lines that spell a key of the state: of a change, or of what is looked up in a state or in a part of it."""
    if within(name, f"{SOURCE}.state") or within(name, SANDBOX) or within(name, f"{SOURCE}.api"):
        return []
    return sorted({node.lineno for node in ast.walk(tree(name)) if spells_a_key(node)})


def spells_a_key(node: ast.AST) -> bool:
    if isinstance(node, ast.Subscript):
        return is_state(node.value) and not is_of_the_load_tool(node.slice)
    if isinstance(node, ast.Compare):
        return any(
            isinstance(operator, ast.In | ast.NotIn) and is_state(right)
            for operator, right in zip(node.ops, node.comparators, strict=True)
        )
    if not isinstance(node, ast.Call):
        return False
    looks_up = isinstance(node.func, ast.Attribute) and node.func.attr in {"get", "pop", "setdefault"}
    return terminal(node.func) == "StateChange" or (looks_up and is_state(node.func.value))


def terminal(node: ast.AST) -> str:
    """The last name of `a.b.c`, also where it is called."""
    node = node.func if isinstance(node, ast.Call) else node
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def is_state(node: ast.AST) -> bool:
    return bool(SPEAKS_OF_STATE.search(terminal(node)))


def is_of_the_load_tool(key: ast.AST) -> bool:
    """Its own keys begin with an underscore."""
    return isinstance(key, ast.Constant) and str(key.value).startswith("_")


def test_keys_of_the_state_are_spelled_in_one_place():
    """A typo in a key reads as "nothing known": only the modules of the state know keys, all others ask for names."""
    assert {} == breaches(keys_of_the_state)
    spelled = 'some.state.get("contacts", {}); host.state()["audit"]; "x" in state; StateChange(path=("a",))'
    assert 4 == sum(map(spells_a_key, ast.walk(ast.parse(spelled))))


def committed() -> list[Path]:
    """The files git knows; all files of the source tree where there is no git."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    names = listed.stdout.split("\0") if listed.returncode == 0 else []
    paths = [ROOT / name for name in names if name]
    return [path for path in paths if path.is_file()] or [*modules().values()]


def test_nothing_names_a_registry_or_a_machine():
    """No committed file names the host of a package registry, or a path of the machine it was written on."""
    wrong = []
    for path in committed():
        if path == Path(__file__):
            continue  # the patterns themselves
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue  # a picture
        found = REGISTRIES.search(text) or MACHINE_PATHS.search(text)
        if found:
            wrong.append(f"{path.relative_to(ROOT)}: {found[0]}")
    assert wrong == []
