"""What another user of the machine can see of what ctct keeps: nothing, also with umask 022."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from child_runs import Home, start_child

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

SYNC = ("sync", "--no-transform", "--select", "contacts,contact_lists")
STREAMS = {f"run-{number}.{name}" for number in range(1, 9) for name in ("out", "err")}
"""Made by the test itself."""


@pytest.fixture
def home() -> Iterator[Home]:
    """A folder that others may enter, as a home folder under umask 022 is."""
    sandbox = Sandbox(contacts=40, campaigns=1, requests_per_second=None, requests_per_day=None)
    before = os.umask(0o022)
    try:
        with tempfile.TemporaryDirectory() as name, serve(sandbox) as server:
            Path(name).chmod(0o755)
            yield Home(
                server=server,
                folder=Path(name) / "home",
                settings={"requests_per_second": 200},
                environment={"UMASK": "022"},
            )
    finally:
        os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def seen_by_others(folder: Path) -> list[str]:
    """Files and folders below it that another user can get at, by their relative paths."""
    found = []
    for path in sorted(folder.iterdir()):
        if path.name in STREAMS:
            continue
        if mode(path) & 0o077:
            found.append(path.name)
            if path.is_dir():
                found += [f"{path.name}/{below}" for below in seen_by_others(path)]
    return found


def test_everything_that_a_run_makes_is_for_its_owner(home: Home) -> None:
    """Warehouse, locks, login, ledger, the loader's folders: 0600 and 0700, at the end and while a run goes on."""
    home.server.sandbox.set_fault("hold", 1, path_prefix="/contacts", after=1)
    run = home.start(*SYNC)
    while not (home.folder / ".account.duckdb.lock.holder").exists():
        assert run.process.is_alive(), run.err.read_text()
    during = seen_by_others(home.folder)
    run.kill()
    home.server.sandbox.clear_faults()

    assert 0 == home.run(*SYNC).code
    assert ([], []) == (during, seen_by_others(home.folder))
    assert (0o600, 0o700) == (mode(home.warehouse), mode(home.folder / "state"))
    assert {0o600, 0o700} == {mode(path) for path in (home.folder / "state").rglob("*")}
    assert {0o600, 0o700} == {mode(path) for path in (home.folder / "dlt" / "ctct").rglob("*")}


@pytest.mark.long
def test_check_names_what_is_open_and_the_command_that_closes_it(home: Home) -> None:
    """One line; the command in it, run as it is, makes the line good."""
    assert 0 == home.run(*SYNC).code
    assert "ok    file modes" in home.run("check").out
    home.warehouse.chmod(0o644)
    (home.folder / "state").chmod(0o711)
    found = [line for line in home.run("check").out.splitlines() if "file modes" in line]
    [line] = found
    assert line.startswith("FIX ")
    assert f"{home.warehouse}, {home.folder / 'state'}; run: chmod -R go= " in line
    assert 0 == os.system(line.partition("run: ")[2])
    assert "ok    file modes" in home.run("check").out


@pytest.mark.long
def test_a_report_is_for_others_and_keeps_the_mode_that_it_was_given(home: Home) -> None:
    """The usual mode for a new one, in a new folder that others may enter; then whatever its owner chose.

    Exported files have the usual modes too, whatever is private otherwise.
    """
    assert 0 == home.run(*SYNC).code
    page = home.folder / "for_others" / "page.html"
    assert 0 == home.run("report", "--out", str(page)).code
    assert (0o644, 0o755) == (mode(page), mode(page.parent))
    page.chmod(0o640)
    assert 0 == home.run("report", "--out", str(page)).code
    assert (0o640, ["page.html"]) == (mode(page), [file.name for file in page.parent.iterdir()])
    out = home.folder / "exported"
    assert 0 == home.run("export", "--out", str(out), "--select", "contacts", "--format", "csv").code
    assert (0o755, 0o644) == (mode(out), mode(out / "contacts.csv"))


def rows_kept(home: Home) -> list[Path]:
    """Files of the loader with rows of finished loads."""
    return [path for path in (home.folder / "dlt").rglob("*_jobs/*") if "loaded" in path.parts]


@pytest.mark.long
def test_no_rows_stay_in_the_loaders_folder(home: Home) -> None:
    """In a folder without a configuration of the loader too, and what earlier versions left is removed.

    A warehouse that its owner shares stays shared.
    """
    assert 0 == home.run(*SYNC).code
    assert [] == rows_kept(home)
    home.warehouse.chmod(0o664)

    [work_dir] = (home.folder / "dlt" / "ctct").glob("*/ctct")
    package = next(iter((work_dir / "load" / "loaded").iterdir()))
    earlier = home.folder / "dlt" / "pipelines" / "ctct"
    shutil.copytree(package, earlier / "load" / "loaded" / package.name)
    for folder in (package, earlier / "load" / "loaded" / package.name):
        (folder / "completed_jobs").mkdir(exist_ok=True)
        (folder / "completed_jobs" / "contacts.parquet").write_text("everybody")
    assert 2 == len(rows_kept(home))

    assert 0 == home.run(*SYNC).code
    assert [] == rows_kept(home)
    assert mode(home.warehouse) == 0o664


def load_as_a_library(folder: str) -> None:
    os.chdir(folder)
    import dlt  # noqa: PLC0415 - in the child only

    from sources.constant_contact import constant_contact  # noqa: PLC0415 - in the child only

    source = constant_contact().with_resources("contacts", "contact_lists")
    dlt.pipeline("ctct", destination="duckdb", dataset_name="constant_contact").run(source)


@pytest.mark.long
def test_the_library_call_keeps_no_rows_either(home: Home) -> None:
    """Its load packages are emptied too."""
    child = start_child(load_as_a_library, (str(home.folder),), home)
    child.join(120)
    assert child.exitcode == 0
    assert 1 == len(list((home.folder / "dlt" / "pipelines" / "ctct" / "load" / "loaded").iterdir()))
    assert [] == rows_kept(home)
