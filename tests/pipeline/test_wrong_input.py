"""Every command with wrong input: its exit code and a sentence, never a traceback or a word of the program's own."""

from __future__ import annotations

import os
import socket
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import child_runs
import pytest

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "SOURCES__CONSTANT_CONTACT__"
DESTINATION = "DESTINATION__"
NEVER = ("Traceback", "NoneType", "<class", "hush-hush", "Input should be")


def ctct(folder: Path, *words: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A process without any setting of whoever runs the tests."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith((PREFIX, DESTINATION))}
    own = {
        "DLT_DATA_DIR": str(folder / "dlt"),
        f"{PREFIX}STATE_DIR": str(folder / "state"),
        f"{PREFIX}ACCESS_TOKEN": "hush-hush",
        f"{PREFIX}BASE_URL": "http://127.0.0.1:1/v3",
    }
    return child_runs.ctct(*words, folder=folder, environment={**plain, **own, **variables})


# command, exit code, fragments of its one sentence
QUICK: list[tuple[str, int, Sequence[str]]] = [
    ("demo --contacts=-1", 2, ("'--contacts'", "0")),
    ("demo --campaigns=-1", 2, ("'--campaigns'", "0")),
    ("demo --seed=x", 2, ("'--seed'",)),
    ("demo --profile=contacts", 2, ("contacts is a name that ctct uses itself", "another name")),
    ("sandbox --profile=My-Shop", 2, ("--profile is 'My-Shop'", "lower-case letters")),
    ("sync --select contacts__taggings", 2, ("contacts__taggings comes with contacts", "--select contacts")),
    ("sandbox --contacts=-1", 2, ("--contacts is -1", "0 or more")),
    ("sandbox --campaigns=-5", 2, ("--campaigns is -5", "0 or more")),
    ("sandbox --rps=-1", 2, ("--rps is -1", "0 or more")),
    ("sandbox --rpd=-1", 2, ("--rpd is -1", "0 or more")),
    ("sandbox --latency-ms=-1", 2, ("--latency-ms is -1", "0 or more")),
    ("sandbox --max-events=-1", 2, ("--max-events is -1", "0 or more")),
    ("sandbox --port=70000", 2, ("--port is 70000", "65535")),
    ("sandbox --port=x", 2, ("--port", "'x'")),
    ("sandbox --fault=nonsense", 2, ("unknown fault 'nonsense'", "500_empty")),
    ("sandbox --switch=nonsense=1", 2, ("unknown switch 'nonsense'",)),
    ("sandbox --switch=stats_lag_s=x", 2, ("switch stats_lag_s is a whole number, not 'x'",)),
    ("sandbox --start=yesterday", 2, ("--start is 'yesterday'", "2026-01-31T00:00:00Z")),
    ("sandbox --bogus", 2, ("--bogus",)),
    ("sandbox extra", 2, ("extra",)),
    ("auth login --flow=fax", 2, ("--flow is 'fax'", "device")),
    ("auth login --port=99999", 2, ("'--port'",)),
    ("status --format=xml", 2, ("'xml' is not one of", "prometheus")),
    ("status --json --format=prometheus", 2, ("choose --json or --format prometheus",)),
    ("status --max-age=soon", 2, ("--max-age is 'soon'", "36h")),
    ("runs --limit=0", 2, ("'--limit'",)),
    ("sync --select=openings", 2, ("there is no resource 'openings'", "email_opens")),
    ("sync --max-requests=none", 2, ("'--max-requests'",)),
    *(
        (f"sync --dataset={name}", 2, (f"'{name}' is no schema name", "single _"))
        for name in ("My-Data", "a__b", "a_", "1a", "ünï")
    ),
    ("sql --csv --json x", 2, ("choose --csv or --json",)),
]
SLOW: list[tuple[str, int, Sequence[str]]] = [
    ("sync --destination=duckdbb", 2, ("there is no destination 'duckdbb'", "did you mean duckdb?")),
    ("plan --destination=postgresql", 2, ("did you mean postgres?",)),
    ("status --destination=xyzzy", 2, ("there is no destination 'xyzzy'; choose from athena, bigquery",)),
    (
        "check --destination=snowflake",
        2,
        ("set DESTINATION__SNOWFLAKE__CREDENTIALS", "missing in it: database, host"),
    ),
    ("sql --destination=filesystem x", 2, ("set DESTINATION__FILESYSTEM__BUCKET_URL",)),
    ("report --dataset=nowhere", 2, ("there is no warehouse at", "run ctct sync first")),
    ("status --dataset=nowhere", 2, ("there is no warehouse at", "run ctct sync first")),
    ("runs", 2, ("there is no warehouse at", "run ctct sync first")),
    ("transform", 2, ("there is no warehouse at", "run ctct sync first")),
    ("sql --as-of=2026-01-31 x", 2, ("--as-of needs a lake", "duckdb has today's alone")),
    ("sql --as-of=monday x", 2, ("--as-of 'monday' is no time", "2026-01-31T06:30")),
    ("sql --as-of=2999-01-31 x", 2, ("--as-of '2999-01-31' is in the future",)),
    ("sql --ask=nonsense", 2, ("there is no question 'nonsense'",)),
    ("sync --max-requests=5", 1, ("127.0.0.1:1",)),
    ("plan", 1, ("127.0.0.1:1",)),
]


def shown(ran: subprocess.CompletedProcess[str]) -> str:
    return ran.stdout + ran.stderr


@pytest.mark.parametrize(("words", "code", "fragments"), QUICK)
def test_wrong_options_are_one_sentence(
    tmp_path: Path, words: str, code: int, fragments: Sequence[str]
) -> None:
    """One line on standard error, nothing on standard output but the object that was asked for."""
    ran = ctct(tmp_path, *words.split())
    assert (code, 1) == (ran.returncode, len(ran.stderr.splitlines())), shown(ran)
    assert ("--json" in words) == bool(ran.stdout)
    assert [] == [fragment for fragment in fragments if fragment not in ran.stderr], ran.stderr
    assert [] == [word for word in NEVER if word in ran.stderr]


@pytest.mark.long
@pytest.mark.parametrize(("words", "code", "fragments"), SLOW)
def test_what_is_not_there_is_one_sentence(
    tmp_path: Path, words: str, code: int, fragments: Sequence[str]
) -> None:
    """Destinations, datasets and servers that are not there are named, with what to do."""
    ran = ctct(tmp_path, *words.split())
    assert code == ran.returncode, shown(ran)
    assert [] == [fragment for fragment in fragments if fragment not in shown(ran)], shown(ran)
    assert [] == [word for word in NEVER if word in shown(ran)]


@pytest.mark.long
@pytest.mark.parametrize(
    ("destination", "missing", "variables", "command"),
    [
        ("postgres", "psycopg2", {"DESTINATION__POSTGRES__CREDENTIALS": "postgresql://a:b@127.0.0.1:1/c"},
         "pip install 'constant-contact-pipeline[postgres]'"),
        ("snowflake", "snowflake", {"DESTINATION__SNOWFLAKE__CREDENTIALS": "snowflake://a:b@c/d"},
         "pip install 'constant-contact-pipeline[snowflake]'"),
        ("lancedb", "lancedb", {}, "pip install 'dlt[lancedb]'"),
    ],
)  # fmt: skip
def test_a_missing_extra_is_named_with_its_command(
    tmp_path: Path, destination: str, missing: str, variables: Mapping[str, str], command: str
) -> None:
    """What to type, whether or not the package happens to be installed here."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    (hidden / f"{missing}.py").write_text("raise ModuleNotFoundError(__name__, name=__name__)\n")
    path = os.pathsep.join((str(hidden), str(ROOT)))
    ran = ctct(tmp_path, "status", "--destination", destination, **variables, PYTHONPATH=path)
    assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), shown(ran)
    assert f"needs packages that are not installed; run: {command}" in ran.stderr


@pytest.mark.long
@pytest.mark.parametrize("command", ["status", "runs", "report", "transform"])
def test_a_destination_that_is_no_database_is_not_called_empty(tmp_path: Path, command: str) -> None:
    """Files are loaded, and read with other tools."""
    variables = {"DESTINATION__FILESYSTEM__BUCKET_URL": str(tmp_path / "lake")}
    ran = ctct(tmp_path, command, "--destination", "filesystem", **variables)
    assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), shown(ran)
    assert "this command reads a database, and filesystem is none" in ran.stderr


@pytest.mark.parametrize(
    "login", [{}, {"CLIENT_ID": "11111111-2222-3333-4444-555555555555"}], ids=("no key", "no login")
)
@pytest.mark.parametrize("command", ["sync", "plan"])
def test_without_a_login_no_warehouse_is_made(tmp_path: Path, command: str, login: Mapping[str, str]) -> None:
    """Exit 2, and the folder is as it was."""
    folder = tmp_path / "work"
    folder.mkdir()
    ran = child_runs.ctct(
        command,
        folder=folder,
        environment={
            "PATH": os.environ["PATH"],
            "HOME": str(tmp_path),
            "DLT_DATA_DIR": str(tmp_path / "dlt"),
            f"{PREFIX}STATE_DIR": str(tmp_path / "state"),
            **{PREFIX + name: value for name, value in login.items()},
        },
    )
    assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), shown(ran)
    assert [] == list(folder.iterdir())


def test_a_working_folder_that_is_a_file_is_named(tmp_path: Path) -> None:
    """Exit 2 with the folder and the setting to change."""
    in_the_way = tmp_path / "in-the-way"
    in_the_way.write_text("")
    ran = ctct(tmp_path, "status", DLT_DATA_DIR=str(in_the_way))
    assert (2, 1) == (ran.returncode, len(ran.stderr.splitlines())), shown(ran)
    assert f"the working folder {in_the_way}" in ran.stderr
    assert "set DLT_DATA_DIR" in ran.stderr


def test_what_a_driver_announces_is_not_cut_off() -> None:
    """A first line that ends with a colon goes on; a long one ends with a sign that it does."""
    from pipelines.constant_contact.destinations.base import first_line  # noqa: PLC0415

    assert "cannot read: no such file" == first_line("cannot read:\n\n no such file.\nmore")
    assert first_line("word " * 100).endswith("word …")


def test_a_port_that_is_taken_is_one_sentence(tmp_path: Path) -> None:
    """Exit 2 with the port."""
    with closing(socket.create_server(("127.0.0.1", 0))) as other:
        port = other.getsockname()[1]
        ran = ctct(tmp_path, "sandbox", "--port", str(port))
    assert (2, "", 1) == (ran.returncode, ran.stdout, len(ran.stderr.splitlines())), shown(ran)
    assert f"--port is {port}, which another program uses" in ran.stderr
