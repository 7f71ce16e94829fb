"""The pages in docs/: every command that they show is run, every link leads somewhere."""

from __future__ import annotations

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import child_runs
import pytest

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact_sandbox import Server

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted((ROOT / "docs").glob("*.md"))
COMMAND = re.compile(r"^ {4,}(ctct .*)$", re.MULTILINE)
PROGRAM = re.compile(r"^```python\n(.*?)^```$", re.MULTILINE | re.DOTALL)
COMMANDS = [
    pytest.param(command, id=f"{page.stem}: {command}")
    for page in PAGES
    for command in COMMAND.findall(page.read_text(encoding="utf-8"))
]
PROGRAMS = [
    pytest.param(program, id=f"{page.stem} {number}")
    for page in PAGES
    for number, program in enumerate(PROGRAM.findall(page.read_text(encoding="utf-8")), start=1)
]
OLD_IDS = "contact_id,number\n16633001,16633001\n"
"""A file that a reader has."""
LINK = re.compile(r"\]\(([^)#]+)(?:#[^)]*)?\)")


def run(folder: Path, environment: dict[str, str], command: str) -> subprocess.CompletedProcess[str]:
    return child_runs.ctct(*shlex.split(command)[1:], folder=folder, environment=environment)


def as_partner(server: Server) -> dict[str, str]:
    """The settings of the page on partners, for its profile."""
    client_id, secret, key = server.partner
    settings = {"login": "partner", "client_id": client_id, "client_secret": secret, "api_key": key}
    settings["token_url"] = server.partner_token_url
    return {f"SOURCES__CONSTANT_CONTACT__AGENCY__{name.upper()}": value for name, value in settings.items()}


@pytest.fixture(scope="module")
def loaded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    """A folder with a loaded warehouse, its marts, and the environment in which commands find both."""
    folder = tmp_path_factory.mktemp("guides")
    with serve(Sandbox(contacts=60, campaigns=3, requests_per_second=None, requests_per_day=None)) as server:
        environment = {"PATH": os.environ["PATH"], "HOME": str(folder), "PYTHONPATH": str(ROOT)}
        environment |= server.environment() | {
            "SOURCES__CONSTANT_CONTACT__STATE_DIR": str(folder / "state"),
            "DLT_DATA_DIR": str(folder / "dlt"),
            **as_partner(server),
        }
        first = run(folder, environment, "ctct sync")
        assert 0 == first.returncode, first.stderr
        (folder / "old_ids.csv").write_text(OLD_IDS)
        yield folder, environment


@pytest.mark.long
@pytest.mark.xdist_group("guides")
@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs_as_written(loaded: tuple[Path, dict[str, str]], command: str) -> None:
    """On a loaded account each command of a page ends well and says something."""
    ran = run(*loaded, command)
    assert 0 == ran.returncode, ran.stderr
    assert ran.stdout or ran.stderr


@pytest.mark.long
@pytest.mark.xdist_group("guides")
@pytest.mark.parametrize("program", PROGRAMS)
def test_each_program_runs_as_written(loaded: tuple[Path, dict[str, str]], program: str) -> None:
    """Python of a page runs where the files are that its commands write."""
    folder, environment = loaded
    assert 0 == run(folder, environment, "ctct export --out export").returncode
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert 0 == ran.returncode, ran.stderr
    assert ran.stdout


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_each_link_leads_to_a_file(page: Path) -> None:
    """Links between pages name files that exist."""
    links = [link for link in LINK.findall(page.read_text(encoding="utf-8")) if "://" not in link]
    assert [] == [link for link in links if not (page.parent / link).exists()]


def test_each_page_is_in_the_index() -> None:
    """No page hides from the list of pages."""
    index = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
    assert {page.name for page in PAGES} - {"index.md"} == set(LINK.findall(index)) - {"../README.md"}
