"""The files for other schedulers parse, call only commands that exist, and hold no secret.

What the schedulers themselves say of them: `test_real_schedulers`.
"""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from typer.main import get_command

from pipelines.constant_contact.cli import app
from sources.constant_contact.configuration import SECRETS

if TYPE_CHECKING:
    from collections.abc import Iterator

FOLDER = Path(__file__).resolve().parents[2] / "docs" / "schedulers"
FILES = sorted(path for path in FOLDER.iterdir() if path.is_file())
PROGRAMS = [path for path in FILES if path.suffix == ".py"]
COMMANDS: Any = get_command(app).commands  # type: ignore[attr-defined]  # a group, since it has commands
IN_A_SHELL = re.compile(r"^\s*(ctct [^>|&;\n]+)", re.MULTILINE)


def documents(path: Path) -> list[Any]:
    return list(yaml.safe_load_all(path.read_text(encoding="utf-8")))


def within(value: Any) -> Iterator[dict[str, Any]]:
    """Every mapping, however deep."""
    if isinstance(value, dict):
        yield value
        for part in value.values():
            yield from within(part)
    elif isinstance(value, list):
        for part in value:
            yield from within(part)


def called_in_python(path: Path) -> Iterator[list[str]]:
    """The words of each call of the file's own function `ctct`."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "ctct":
            yield [ast.literal_eval(word) for word in node.args]


def called_in_yaml(path: Path) -> Iterator[list[str]]:
    """Arguments of containers, and lines of shell scripts."""
    for mapping in within(documents(path)):
        if "image" in mapping:
            yield mapping["args"]
        for line in IN_A_SHELL.findall(str(mapping.get("run", ""))):
            yield shlex.split(line)[1:]


def calls(path: Path) -> list[list[str]]:
    return list(called_in_python(path) if path in PROGRAMS else called_in_yaml(path))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_only_commands_and_options_that_exist_are_called(path: Path) -> None:
    """Each call is read by the command line itself, which refuses what it does not know; a sync is among them."""
    found = calls(path)
    assert "sync" in [words[0] for words in found]
    for name, *words in found:
        COMMANDS[name].make_context(name, list(words)).close()


def is_secret(name: str) -> bool:
    return name.lower().rpartition("__")[2] in {*SECRETS, "credentials", "key"}


@pytest.mark.parametrize("path", [path for path in FILES if path not in PROGRAMS], ids=lambda path: path.name)
def test_secrets_come_from_the_scheduler_s_own_store(path: Path) -> None:
    """No variable with a secret has a value in the file, and the store is named."""
    text = path.read_text(encoding="utf-8")
    assert "secrets.CTCT_" in text or "secretRef" in text
    for mapping in within(documents(path)):
        assert "Secret" != mapping.get("kind")
        assert not is_secret(str(mapping.get("name", "")))
        values = (
            [value for name, value in mapping.get("env", {}).items() if is_secret(name)]
            if isinstance(mapping.get("env"), dict)
            else []
        )
        assert [] == [value for value in values if not re.fullmatch(r"\$\{\{ secrets\.\w+ \}\}", value)]


@pytest.mark.parametrize("path", PROGRAMS, ids=lambda path: path.name)
def test_a_program_names_no_secret(path: Path) -> None:
    """Secrets stay in the folder with the settings; a program knows that folder alone."""
    names = {str(name).lower() for name in SECRETS}
    words = set(re.findall(r"\w+", path.read_text(encoding="utf-8").lower()))
    assert set() == words & (names | {"credentials", "password"})


def test_a_run_that_is_not_finished_is_no_failure() -> None:
    """Every file knows exit code 75."""
    assert [] == [path.name for path in FILES if not re.search(r"\b75\b", path.read_text(encoding="utf-8"))]


def test_the_page_names_every_file() -> None:
    """Beside what is in it."""
    page = (FOLDER.parent / "schedulers.md").read_text(encoding="utf-8")
    assert {f"schedulers/{path.name}" for path in FILES} == set(re.findall(r"\]\((schedulers/[^)]+)\)", page))
