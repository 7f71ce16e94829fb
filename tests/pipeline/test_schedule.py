"""`ctct schedule` with the real crontab and systemd's own programs, in folders whose names need quoting."""

from __future__ import annotations

import os
import pty
import shutil
import stat
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import filelock
import pytest
from typer.testing import CliRunner

from pipelines.constant_contact.cli import app
from pipelines.constant_contact.schedule.crontab import block_of
from pipelines.constant_contact.schedule.job import Job
from pipelines.constant_contact.schedule.systemd import units_of

if TYPE_CHECKING:
    from click.testing import Result

ROOT = Path(__file__).resolve().parents[2]
ODD = 'o\'dd  100% "folder" $HOME ünï'
FOREIGN = "# mine\nMAILTO=me@example.com\n5 4 * * * echo 50\\% done\n"
SYSTEMD = pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not installed")


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A working folder with an odd name; home, units and state are temporary too."""
    place = tmp_path / ODD
    place.mkdir()
    for name in [name for name in os.environ if name.startswith(("SOURCES__", "DESTINATION__"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setenv("SOURCES__CONSTANT_CONTACT__STATE_DIR", str(tmp_path / f"state {ODD}"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.chdir(place)
    return place


@pytest.fixture
def alone(folder):
    """No other test process changes the crontab of this user meanwhile, which every command here reads."""
    with filelock.FileLock(Path("/tmp") / f"ctct-tests-crontab-{os.getuid()}.lock"):
        yield folder


@pytest.fixture
def crontab(alone):
    """The real crontab of this user, which has to be empty before and is empty afterwards."""
    if shutil.which("crontab") is None:
        pytest.skip("crontab is not installed")
    if crontab_text():
        pytest.skip("this user's crontab is in use")
    yield alone
    subprocess.run(["crontab", "-r"], capture_output=True, check=False)


def crontab_text() -> str:
    return subprocess.run(["crontab", "-l"], capture_output=True, text=True, check=False).stdout


def write_crontab(text: str) -> None:
    subprocess.run(["crontab", "-"], input=text, text=True, check=True)


def schedule(*words: str) -> Result:
    """The command in this process, without a terminal."""
    result = CliRunner().invoke(app, ["schedule", *words])
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        raise result.exception
    return result


def job(tmp_path: Path, **more) -> Job:
    """One whose `ctct` notes how it was called, and ends with the number in the file `code`."""
    folder, program = tmp_path / ODD, tmp_path / f"bin {ODD}" / "ctct"
    program.parent.mkdir()
    program.write_text(
        '#!/bin/sh\npwd\necho "called: $*" | tee -a calls\nexit "$(cat code)"\n', encoding="utf-8"
    )
    program.chmod(0o700)
    state = tmp_path / f"state {ODD}"
    values = {"at": "03:30", "profile": "default", "dataset": "constant_contact"} | more
    made = Job(folder=folder, state_dir=state, program=program, **values)
    Path(made.entry.script).parent.mkdir(parents=True)
    Path(made.entry.script).write_text(made.script, encoding="utf-8")
    return made


def run_script(made: Job, how: str, code: int, *, utc_hour: str = "12") -> subprocess.CompletedProcess[str]:
    """As cron does, at this hour of the clock: `date` is one of ours."""
    (made.folder / "code").write_text(str(code), encoding="utf-8")
    clock = made.folder.parent / "clock"
    clock.mkdir(exist_ok=True)
    (clock / "date").write_text(f"#!/bin/sh\necho {utc_hour}\n", encoding="utf-8")
    (clock / "date").chmod(0o700)
    line = next(line for line in block_of(made).splitlines() if line.endswith(f" {how}"))
    command = line.split(" ", 5)[5].replace(r"\%", "%")  # what cron hands to the shell
    environment = {"PATH": f"{clock}:/usr/bin:/bin"}
    return subprocess.run(command, shell=True, env=environment, capture_output=True, text=True, check=False)


def calls(made: Job) -> list[str]:
    file = made.folder / "calls"
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def all_files(tmp_path: Path) -> list[str]:
    return sorted(str(path) for path in tmp_path.rglob("*") if path.is_file() or path.is_symlink())


def test_nothing_installed_is_said(alone):
    """`show` and `remove` with nothing installed say so and end with 0."""
    for word in ("show", "remove"):
        done = schedule(word)
        assert (done.exit_code, "No schedule is installed" in done.stdout) == (0, True)


def test_without_a_terminal_it_needs_yes(crontab):
    """What would be written is shown; without --yes nothing is, exit 2."""
    done = schedule("install", "--kind", "cron")
    assert done.exit_code == 2
    assert "30 3 * * *" in done.stdout
    assert "add --yes" in done.stderr
    assert (crontab_text(), all_files(crontab.parent)) == ("", [])


@pytest.mark.parametrize(("answer", "code"), [("y", 0), pytest.param("n", 2, marks=pytest.mark.long)])
def test_on_a_terminal_it_asks(crontab, answer, code):
    """The answer on the terminal decides."""
    ours, theirs = pty.openpty()
    os.write(ours, f"{answer}\n".encode())
    command = [
        sys.executable,
        "-m",
        "pipelines.constant_contact.cli",
        "schedule",
        "install",
        "--kind",
        "cron",
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False, stdin=theirs)
    os.close(ours)
    os.close(theirs)
    assert (done.returncode, "ctct schedule" in crontab_text()) == (code, code == 0)


def test_cron_twice_changes_nothing_and_removed_leaves_nothing(crontab):
    """Foreign lines stay to the letter; another time replaces the block; no file and no line is left."""
    write_crontab(FOREIGN)
    before = all_files(crontab.parent)
    assert schedule("install", "--kind", "cron", "--yes").exit_code == 0
    first = crontab_text()
    again = schedule("install", "--kind", "cron", "--yes")
    assert (again.exit_code, "nothing to change" in again.stdout, crontab_text()) == (0, True, first)
    assert schedule("install", "--kind", "cron", "--yes", "--at", "04:15", "--wait", "1h").exit_code == 0
    changed = crontab_text()
    assert (changed.startswith(FOREIGN), changed.count("BEGIN"), "\n15 4 * * * " in changed) == (
        True,
        1,
        True,
    )
    shown = schedule("show").stdout
    assert ("every day at 04:15 by cron" in shown, "last exit code none yet" in shown) == (True, True)
    assert shown == schedule("show", "--profile", "default").stdout
    assert "No schedule is installed for profile acme" in schedule("show", "--profile", "acme").stdout
    assert schedule("remove").exit_code == 0
    assert (crontab_text(), all_files(crontab.parent)) == (FOREIGN, before)


def test_variables_of_the_shell_are_named_and_only_those(crontab, monkeypatch):
    """What a command sets for the load tool itself is nobody's to write down."""
    monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", "x.duckdb")
    [note] = [
        line
        for line in schedule("install", "--kind", "cron", "--yes").stdout.splitlines()
        if "this shell's" in line
    ]
    assert "DESTINATION__DUCKDB__CREDENTIALS" in note
    assert "RUNTIME__" not in note


@pytest.mark.long
def test_however_the_program_is_called_it_is_the_same_entry(crontab):
    """A path through other folders is the same program: the second time nothing changes."""
    program = Path(sys.executable).with_name("ctct")
    assert program.exists()
    roundabout = program.parent / ".." / program.parent.name / "ctct"
    words = ["schedule", "install", "--kind", "cron", "--yes"]
    first, second = (
        subprocess.run([path, *words], capture_output=True, text=True, check=True).stdout
        for path in (program, roundabout)
    )
    assert "\nInstalled as a cron entry" in first
    assert "Already installed" in second


def test_a_block_without_its_end_is_left_alone(crontab):
    """A mark that someone deleted is an error, and the crontab stays as it is."""
    write_crontab(f"{FOREIGN}# ctct schedule BEGIN ctct-1 {{}}\n0 0 * * * true\n")
    before = crontab_text()
    done = schedule("install", "--kind", "cron", "--yes")
    assert (done.exit_code, "crontab -e" in done.stderr, crontab_text()) == (2, True, before)


@SYSTEMD
def test_systemd_twice_changes_nothing_and_removed_leaves_nothing(alone):
    """Units are enabled once, other content replaces them, and removal leaves no file."""
    before = all_files(alone.parent)
    done = schedule("install", "--kind", "systemd", "--yes")
    assert (done.exit_code, "enable-linger" in done.stdout) == (0, True), done.stderr
    first = {name: Path(name).read_bytes() for name in all_files(alone.parent)}
    assert len([name for name in first if "timers.target.wants" in name]) == 3
    again = schedule("install", "--kind", "systemd", "--yes")
    assert (again.exit_code, "nothing to change" in again.stdout) == (0, True)
    assert {name: Path(name).read_bytes() for name in all_files(alone.parent)} == first
    assert schedule("install", "--kind", "systemd", "--yes", "--at", "04:15").exit_code == 0
    assert sorted(first) == all_files(alone.parent)
    assert "every day at 04:15 by systemd" in schedule("show", "--all").stdout
    assert schedule("remove").exit_code == 0
    assert all_files(alone.parent) == before


@SYSTEMD
def test_the_other_kind_replaces_the_first(crontab):
    """One folder, profile and dataset is never scheduled twice, whatever the kind."""
    assert schedule("install", "--kind", "systemd", "--yes").exit_code == 0
    assert schedule("install", "--kind", "cron", "--yes").exit_code == 0
    shown = schedule("show").stdout
    assert (shown.count("every day at"), "by cron" in shown) == (1, True)


@SYSTEMD
def test_systemd_accepts_the_units(folder, tmp_path):
    """`systemd-analyze verify` has nothing to say about units of a folder with an odd name."""
    made = job(tmp_path)
    units = units_of(made)
    for path, text in units.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    timers = [str(path) for path in units if path.suffix == ".timer"]
    service = next(str(path) for path in units if path.suffix == ".service").replace("@.", "@sync.")
    done = subprocess.run(
        ["systemd-analyze", "verify", "--user", "--man=no", service, *timers],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_script_runs_the_sync_in_the_folder_and_keeps_a_private_log(folder, tmp_path):
    """Called as cron calls it, in folders with quotes, blanks and %: options, log and exit code are right."""
    made = job(tmp_path, options=("--wait", "1h"))
    done = run_script(made, "sync", 75)
    log = made.entry.log
    assert (done.returncode, done.stdout, done.stderr) == (75, "", "")
    assert calls(made) == ["called: sync --wait 1h"]
    assert log.read_text(encoding="utf-8").splitlines()[1:] == [str(made.folder), "called: sync --wait 1h"]
    assert stat.S_IMODE(log.stat().st_mode) == 0o600
    assert made.entry.last_exit.read_text(encoding="utf-8") == "75\n"


@pytest.mark.parametrize(("last", "hour", "runs"), [(75, "00", 1), (75, "01", 0), (0, "00", 0), (1, "00", 0)])
def test_past_midnight_utc_only_what_stopped_is_run_again(folder, tmp_path, last, hour, runs):
    """After exit 75, in the first hour of the day in UTC, once; else not."""
    made = job(tmp_path)
    run_script(made, "sync", last)
    for _ in range(2):
        run_script(made, "midnight", 0, utc_hour=hour)
    assert len(calls(made)) == 1 + runs


@pytest.mark.parametrize(("code", "lines"), [(0, 0), (1, 1)])
def test_stale_data_is_told_to_cron(folder, tmp_path, code, lines):
    """The check writes one line to standard output where the data is stale, which cron sends as mail."""
    made = job(tmp_path)
    done = run_script(made, "check", code)
    assert (done.returncode, len(done.stdout.splitlines())) == (code, lines)
    assert calls(made) == ["called: status --max-age 26h --notify"]


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--at", "25:00"], "--at '25:00' is no time of day"),
        (["--at", "3"], "--at '3' is no time of day"),
        (["--wait", "soon"], "--wait is 'soon'"),
        (["--dataset", "No-Name"], "no schema name"),
        (["--profile", "No"], "is no profile's name"),
        (["--kind", "at"], "schedule install --help"),
    ],
)
def test_wrong_options_are_a_sentence(folder, words, said):
    """What the sync would not take is rejected before anything is written."""
    done = schedule("install", "--yes", *words)
    assert (done.exit_code, said in done.stderr, len(done.stderr.splitlines())) == (2, True, 1)
    assert all_files(folder.parent) == []


def test_without_a_scheduler_it_says_so(folder, tmp_path, monkeypatch):
    """No systemd and no cron: one sentence, exit 2."""
    monkeypatch.setenv("PATH", str(tmp_path))
    done = schedule("install", "--yes")
    assert (done.exit_code, "neither systemd nor crontab" in done.stderr) == (2, True)


def test_a_folder_that_no_unit_can_name_is_rejected(folder, tmp_path, monkeypatch):
    """A line break or a backslash in the name of the folder ends in a sentence."""
    for name in ("two\nlines", "back\\slash"):
        (tmp_path / name).mkdir()
        monkeypatch.chdir(tmp_path / name)
        done = schedule("install", "--kind", "cron", "--yes")
        assert (done.exit_code, "cannot be scheduled" in done.stderr) == (2, True)
