"""The README and the example settings against the code they describe."""

from __future__ import annotations

import dataclasses
import inspect
import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from typer.main import get_command

from pipelines.constant_contact.cli import app
from pipelines.constant_contact.transform import model_names
from sources.constant_contact_sandbox import Sandbox, serve
from tests.resource_table import written_into

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")
COMMANDS = get_command(app).commands  # type: ignore[attr-defined]  # a group, since it has commands


def section(title: str) -> str:
    """One section of the README, without its heading."""
    return README.split(f"\n## {title}\n", 1)[1].split("\n## ", 1)[0]


def table_rows(text: str) -> list[list[str]]:
    """The cells of a markdown table, without its head."""
    lines = [line for line in text.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


@pytest.fixture(scope="module")
def settings_class() -> type:
    from sources.constant_contact.source import Settings  # noqa: PLC0415  dlt takes its time

    return Settings


def own_settings(settings_class: type) -> dict[str, object]:
    """The keys that Settings declares itself, with their defaults."""
    names = inspect.get_annotations(settings_class)
    return {field.name: field.default for field in dataclasses.fields(settings_class) if field.name in names}


@pytest.mark.parametrize("name", list(COMMANDS))
def test_every_command_is_documented_with_its_options(name):
    """Each command has a line in the README's table, and each of its options or subcommands is named there."""
    [line] = [row for row in table_rows(section("Commands")) if row[0] == f"`ctct {name}`"]
    said = " ".join(line)
    command = COMMANDS[name]
    parts = list(getattr(command, "commands", {}))
    parts += [option for one in command.params for option in one.opts if option.startswith("--")]
    common = {
        "--profile",
        "--destination",
        "--dataset",
        "--select",
        "--exclude",
        "--full-refresh",
        "--json",
        "--help",
    }
    assert [part for part in parts if part not in said and not (part in common and name != "sync")] == []


def test_no_command_is_documented_that_does_not_exist():
    """The README's table has no line for a command that is not there."""
    assert [f"`ctct {name}`" for name in COMMANDS] == [row[0] for row in table_rows(section("Commands"))]


def test_the_resource_table_is_the_catalogue():
    """The README's table of resources is what the catalogue would write today."""
    assert written_into(README) == README


def test_every_mart_is_documented():
    """The README names every mart, and none that does not exist."""
    listed = {name for row in table_rows(section("Marts")) for name in re.findall(r"`(\w+)`", row[1])}
    assert set(model_names()) == listed


def test_every_setting_is_documented_with_its_default(settings_class):
    """The README's table of settings has the keys that the source reads, with their defaults."""
    documented: dict[str, str] = {}
    for keys, default, _ in table_rows(section("Configuration")):
        documented |= dict.fromkeys(re.findall(r"`(\w+)`", keys), default.strip("`"))
    declared = own_settings(settings_class)
    assert set(declared) == set(documented)
    spelled = {
        key: f"{value:g}" if isinstance(value, float) else str(value)
        for key, value in declared.items()
        if value is not None and not (key.endswith("_url") and key != "base_url")
    }
    assert spelled == {key: documented[key] for key in spelled}


@pytest.mark.parametrize("name", ["config.toml", "secrets.toml.example"])
def test_every_setting_of_the_examples_exists(settings_class, name):
    """Each key in the example settings, commented out or not, is one that is read; the file is valid TOML."""
    text = (ROOT / ".dlt" / name).read_text(encoding="utf-8")
    tomllib.loads(text)
    shown = text.split("[sources.constant_contact]", 1)[1].split("[destination", 1)[0]
    keys = set(re.findall(r"^(?:# )?(\w+) = ", shown, re.MULTILINE))
    assert keys
    assert keys - set(own_settings(settings_class)) == set()


def test_the_two_commands_are_the_promised_ones():
    """The two commands that a person types first stand in the README as they are."""
    first = "python3 -m venv .venv && .venv/bin/pip install -c constraints.txt . && .venv/bin/ctct demo"
    second = ".venv/bin/pip install -c constraints.txt '.[test]' && .venv/bin/python -m pytest"
    assert f"    {first}\n    {second}\n" in README


def test_the_library_example_runs(tmp_path):
    """The README's Python example, as written, loads contacts and lists into a DuckDB file."""
    [code] = re.findall(r"```python\n(.*?)```", section("As a library"), re.DOTALL)
    with serve(Sandbox(contacts=30, campaigns=0, requests_per_second=None, requests_per_day=None)) as server:
        # PATH and HOME only: no setting of whoever runs the tests may reach the example
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(ROOT)}
        env |= server.environment() | {
            "SOURCES__CONSTANT_CONTACT__STATE_DIR": str(tmp_path / "state"),
            "DLT_DATA_DIR": str(tmp_path / "dlt"),
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        }
        ran = subprocess.run(
            [sys.executable, "-c", code], cwd=tmp_path, env=env, capture_output=True, text=True, check=False
        )
        expected = len(list(server.sandbox.truth("contacts")))
    assert ran.returncode == 0, ran.stderr
    import duckdb  # noqa: PLC0415

    with duckdb.connect(str(tmp_path / "ctct.duckdb"), read_only=True) as warehouse:
        assert [(expected,)] == warehouse.execute("select count(*) from constant_contact.contacts").fetchall()
