"""An account in which every name carries what acts in a terminal: no command lets any of it through."""

from __future__ import annotations

import ast
import csv
import json
import os
import pty
import re
import subprocess
import sys
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from unittest import mock

import orjson
import pytest
from child_runs import Home

from sources.constant_contact_sandbox import Sandbox, faults, serve

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sources.constant_contact_sandbox.faults import Reply

ROOT = Path(__file__).resolve().parents[2]
ACTS = "\x1b]0;pwned\x07\x1b[5;31;7m\x9b2J\u202ex\u2066y\u200b\x7f\U000e0041\r[/red]"
"""A window's title, a colour, a cleared screen, right-to-left, what nobody sees, a line written over; rich's markup."""
FORMULA = "=1+1"
NAMES = {
    "name", "first_name", "last_name", "company_name", "job_title", "organization_name", "subject", "label", "city",
    "content", "from_name", "preheader", "link_url", "bounce_description", "value", "user_code",
}  # fmt: skip
SEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\U000e0000-\U000e007f]"
)


def poisoned(value: Any, *, named: bool = False) -> Any:
    """The same answer with every name made a formula that ends in what acts."""
    if isinstance(value, dict):
        return {key: poisoned(one, named=key in NAMES) for key, one in value.items()}
    if isinstance(value, list):
        return [poisoned(one, named=named) for one in value]
    return f"{FORMULA}{value}{ACTS}" if named and isinstance(value, str) else value


def _names(reply: Reply) -> Reply:
    if reply.status != 200 or reply.body[:1] not in (b"{", b"["):
        return reply
    return replace(reply, body=orjson.dumps(poisoned(orjson.loads(reply.body))))


def _message(reply: Reply) -> Reply:
    """An error of the API."""
    said = [{"error_key": f"key{ACTS}", "error_message": f"no{ACTS}"}]
    return replace(reply, status=400, body=orjson.dumps(said))


def _login_error(reply: Reply) -> Reply:
    """An error of the login."""
    said = {"error": "invalid_grant", "error_description": f"no{ACTS}"}
    return replace(reply, status=400, body=orjson.dumps(said))


def _page(reply: Reply) -> Reply:
    """A page of something in between; a refusal, which nobody asks again for."""
    return replace(reply, status=403, content_type="text/html", body=f"<h1>no{ACTS}</h1>".encode())


POISONS = {"names": _names, "message": _message, "login_error": _login_error, "page": _page}


@contextmanager
def armed(sandbox: Sandbox, fault: str, path: str = "") -> Iterator[None]:
    sandbox.set_fault(fault, None, path_prefix=path)
    try:
        yield
    finally:
        sandbox.clear_faults()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A machine with one night of such an account, its marts built."""
    with mock.patch.dict(faults.FAULTS, POISONS):
        sandbox = Sandbox(contacts=40, campaigns=4, requests_per_second=None, requests_per_day=None)
        with serve(sandbox) as server:
            here = Home(
                server=server,
                folder=tmp_path_factory.mktemp("poisoned"),
                settings={"requests_per_second": 500},
                environment={"BROWSER": "/bin/true"},
            )
            with armed(sandbox, "names"):
                ended = here.run("--verbose", "sync")
            assert 0 == ended.code, ended.err
            must_be_plain("sync", ended.out, ended.err)
            yield here


def must_be_plain(what: object, *texts: str) -> None:
    for text in texts:
        found = SEEN.search(text.replace("\r\n", "\n"))
        assert found is None, (what, text[max(0, found.start() - 60) : found.start() + 30])


@pytest.mark.long
@pytest.mark.parametrize(
    "arguments",
    [
        ("sync", "--json"),
        ("--log-format", "json", "sync", "--full-refresh", "--no-transform"),
        ("plan",),
        ("plan", "--json"),
        ("check",),
        ("status",),
        ("status", "--json"),
        ("status", "--format", "prometheus"),
        ("runs",),
        ("runs", "--json"),
        ("transform", "--select", "lists"),
        ("auth", "status"),
        ("sql", "select * from contact_lists"),
        ("sql", "select name from contact_lists", "--csv"),
        ("sql", 'select name as "\x1b[31m\u202e" from contact_lists', "--json"),
        ("sql", "select * from contacts limit 3"),
        ("sql", f"select '{ACTS}' frm contacts"),
        ("sql", "--ask", "best_mails"),
        ("forget", "--email", f"nobody{ACTS}@example.com"),
        ("export", "--out", "no\x1b[31m/folder\u202e", "--select", f"no{ACTS}"),
        ("export", "--out", "a\x1b[31mfolder\u202e", "--select", "contact_lists"),
        ("report", "--out", "re\x1b[31mport\u202e.html"),
        ("sync", "--select", f"no{ACTS}"),
        (f"no{ACTS}",),
        ("status", "--dataset", f"no{ACTS}"),
    ],
    ids=lambda arguments: SEEN.sub("", "-".join(arguments))[:40],
)
def test_no_command_shows_what_acts(home: Home, arguments: tuple[str, ...]) -> None:
    """Answers, warnings, errors, progress and log lines; what is JSON stays JSON."""
    with armed(home.server.sandbox, "names"):
        ended = home.run(*arguments)
    must_be_plain(arguments, ended.out, ended.err)
    assert "Traceback" not in ended.err
    if arguments[:2] == ("sql", "select * from contact_lists"):
        assert r"\x1b]0;pwned\x07" in ended.out
    if "--json" in arguments:
        json.loads(ended.out)
    if "--log-format" in arguments:
        assert [json.loads(line) for line in ended.err.splitlines()]


@pytest.mark.long
@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ("message", ""),
        ("message", "/contact_lists"),
        ("message", "/reports"),
        ("page", "/account"),
        ("page", "/contact_tags"),
    ],
)
def test_what_a_server_says_is_shown_plain(home: Home, fault: str, path: str) -> None:
    """Errors of the API, as JSON and as a page, for everything and for a part of it."""
    with armed(home.server.sandbox, fault, path):
        for arguments in (("sync", "--no-transform"), ("check",)):
            ended = home.run(*arguments)
            must_be_plain(arguments, ended.out, ended.err)
            assert "Traceback" not in ended.err


@pytest.mark.long
@pytest.mark.parametrize("fault", ["names", "login_error", "page"])
def test_a_login_is_shown_plain(home: Home, tmp_path: Path, fault: str) -> None:
    """Code, address and refusal of a device login."""
    fresh = Home(server=home.server, folder=tmp_path / "fresh", environment=home.environment)
    with armed(home.server.sandbox, fault, "/oauth2"):
        run = fresh.start("auth", "login")
        if fault == "names":
            with pytest.raises(AssertionError, match="no end after"):  # nobody confirms it
                run.wait(8)
        else:
            assert run.wait().code in (1, 2)
    must_be_plain(fault, run.out.read_text(), run.err.read_text())


@pytest.mark.long
def test_files_for_people_are_plain_and_run_nothing(home: Home) -> None:
    """The report and the CSV files: nothing that acts, no cell that a spreadsheet runs, numbers as they are."""
    assert 0 == home.run("report", "--out", "page.html").code
    must_be_plain("report", (home.folder / "page.html").read_text("utf-8"))
    assert FORMULA in (home.folder / "page.html").read_text("utf-8")
    for tables in ("marts", "raw"):
        assert 0 == home.run("export", "--out", f"csv_{tables}", "--format", "csv", "--select", tables).code
    files = sorted(home.folder.glob("csv_*/*.csv"))
    assert len(files) > 20
    cells = [
        (file.name, text)
        for file in files
        for row in csv.reader(file.read_text("utf-8-sig").splitlines(keepends=True))
        for text in row
    ]
    must_be_plain("csv", *(text for _, text in cells))
    risky = [
        one
        for one in cells
        if re.match(r"[=+@\t\r-]", one[1]) and not re.fullmatch(r"-?[\d.]+(e-\d+)?", one[1])
    ]
    assert [] == risky[:3]
    assert any(text.startswith(f"'{FORMULA}") for _, text in cells)


@pytest.mark.long
@pytest.mark.parametrize(
    "arguments",
    [
        ("sync", "--no-transform", "--full-refresh"),
        ("status",),
        ("plan",),
        ("sql", "select * from contact_lists"),
    ],
    ids=lambda arguments: arguments[0],
)
def test_a_terminal_gets_colours_of_ours_only(home: Home, arguments: tuple[str, ...]) -> None:
    """On a terminal rich moves the cursor and colours; none of it comes from the account."""
    with armed(home.server.sandbox, "names"), armed_too(home, "page", "/reports"):
        shown = in_a_terminal(home, *arguments)
    assert "Traceback" not in shown
    ours = re.sub("\x1b\\[[0-9;?]*[A-Za-z]", "", shown.replace("\x1b[5;31;7m", "FOREIGN").replace("\r", ""))
    must_be_plain(arguments, ours)
    assert "FOREIGN" not in ours


@contextmanager
def armed_too(home: Home, fault: str, path: str) -> Iterator[None]:
    """First come, first served: this one goes before those that are armed."""
    home.server.sandbox.set_fault(fault, None, path_prefix=path)
    home.server.sandbox.rules.reverse()
    yield


def in_a_terminal(home: Home, *arguments: str) -> str:
    """What a real process writes to a terminal of 80 columns."""
    terminal, end = pty.openpty()
    environment = {**home.variables(), "TERM": "xterm-256color", "COLUMNS": "80", "PYTHONPATH": str(ROOT)}
    command = [sys.executable, "-m", "pipelines.constant_contact.cli", *arguments]
    process = subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=end, stderr=end, env=environment, cwd=home.folder
    )
    os.close(end)
    pieces = []
    try:
        while piece := os.read(terminal, 65536):
            pieces.append(piece)
    except OSError:  # how a terminal says that nobody is at its other end
        pass
    finally:
        os.close(terminal)
    process.wait(120)
    return b"".join(pieces).decode("utf-8")


def test_a_stream_of_a_command_spells_out_what_acts(capsys: pytest.CaptureFixture[str]) -> None:
    """Whoever writes: sentences, JSON, other libraries; JSON stays JSON, lines stay lines."""
    from pipelines.constant_contact.display.plain_streams import plain_streams  # noqa: PLC0415

    with plain_streams():
        sys.stdout.write(f"a{ACTS}\n\tb\r\r\n")
        sys.stdout.writelines([json.dumps(ACTS), "\r\n"])
        sys.stderr.write(ACTS)
    out, err = capsys.readouterr()
    must_be_plain("streams", out, err)
    assert ACTS == json.loads(out.splitlines()[-1])
    assert "\n\tb\\x0d\r\n" in out


def test_rich_has_one_console() -> None:
    """Another one would let through what the account wrote, as commands or as markup."""
    made = [
        f"{path.relative_to(ROOT)}:{node.lineno}"
        for path in (ROOT / "pipelines").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and ast.unparse(node.func).rpartition(".")[2] in {"Console", "get_console"}
    ]
    assert [] == made
