"""Everything that can be wrong when an account is set up ends in a sentence that says what to do now.

Beside `test_init`, which has the conversation itself; together they are more than thirty different mistakes.
"""

from __future__ import annotations

import os
import socket
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING

import pytest
from fork_server import ForkServer, Ran

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from pathlib import Path

    from sources.constant_contact_sandbox import Server

pytestmark = [pytest.mark.long, pytest.mark.xdist_group("bad setup")]
ADDRESSES = ("base_url", "authorize_url", "token_url", "device_url")
CONFIG, SECRETS = ".dlt/config.toml", ".dlt/secrets.toml"
ELSEWHERE = "--device-url=https://authz.example.com/device"
REFUSING = "http://127.0.0.1:9"


@dataclass(frozen=True, kw_only=True)
class Mistake:
    """What is given, and what must be said; `{origin}` is the sandbox, `{page}` a web page, `{taken}` a port in use."""

    what: str
    said: tuple[str, ...]
    words: tuple[str, ...] = ()
    files: Mapping[str, bytes] = field(default_factory=dict)
    variables: Mapping[str, str] = field(default_factory=dict)
    code: int = 2
    command: tuple[str, ...] = ("init", "--yes")
    largest_file: int | None = None
    """In bytes: how full a disk is."""
    in_the_check: bool = False
    """The sentence is a line of the check, on standard output."""


def toml(text: str) -> bytes:
    return f"[sources.constant_contact]\n{text}\n".encode()


BEFORE_ANYTHING_IS_ASKED = [
    Mistake(what="state folder below a file", words=("--state-dir={work}/note/state",), files={"note": b""},
            said=("the token store", "Not a directory", "set state_dir to another one")),
    Mistake(what="read-only home", words=("--state-dir=/proc/ctct",),
            said=("the token store /proc/ctct", "make its folder writable or set state_dir to another one")),
    Mistake(what="broken settings", files={CONFIG: b"[sources.constant_contact\nclient_id = 3"},
            said=("config.toml is not valid TOML", "line 1", "correct it there")),
    Mistake(what="settings in another encoding", files={CONFIG: b"\xff\xfe\x00"},
            said=("config.toml cannot be read: it is not text in UTF-8", "correct or remove it")),
    Mistake(what="broken secrets", files={SECRETS: b"client_id = "},
            said=("secrets.toml is not valid TOML", "correct it there")),
    Mistake(what="a value where a section belongs", files={CONFIG: b"[sources]\nconstant_contact = 12\n"},
            said=("constant_contact in", "is no section but a value", "remove that line")),
    Mistake(what="a number that is none", variables={"SOURCES__CONSTANT_CONTACT__REQUESTS_PER_SECOND": "many"},
            said=("requests_per_second is 'many', not a number", "correct it in")),
    Mistake(what="an unknown time zone in the settings", files={CONFIG: toml('time_zone = "Mars/Olympus"')},
            said=("'Mars/Olympus', which is no time zone: write it like America/New_York", "config.toml")),
    Mistake(what="a full disk", largest_file=300,
            said=("the settings cannot be written to", "File too large")),
    Mistake(what="a port that is taken", words=("--flow=browser", "--port={taken}"),
            said=("port {taken} is taken", "choose another one with --port")),
    Mistake(what="a port beyond all ports", words=("--port=99999",),
            said=("invalid value for '--port'", "ctct init --help")),
    Mistake(what="a port that is a word", words=("--port=http",), said=("invalid value for '--port'", "--help")),
    Mistake(what="an option of an unset variable", words=("--webhook=",),
            said=("--webhook is empty; give it a value, or leave it out",)),
    Mistake(what="another option of an unset variable", words=("--database= ",),
            said=("--database is empty; give it a value, or leave it out",)),
    Mistake(what="settings that are a folder", files={f"{CONFIG}/note": b""},
            said=("config.toml is a folder, where a file of settings belongs; remove it",)),
    Mistake(what="settings with a byte order mark", files={CONFIG: b"\xef\xbb\xbf" + toml("")},
            said=("config.toml begins with a byte order mark", "save it as UTF-8 without BOM")),
    Mistake(what="a time that is none", words=("--schedule", "--at=25:00"),
            said=("--at '25:00' is no time of day; write it like 03:30",)),
    Mistake(what="a profile named like a table", words=("--profile=contacts",),
            said=("contacts is a name that ctct uses itself; choose another name",)),
    Mistake(what="a proxy that is no address", words=(ELSEWHERE,), variables={"HTTPS_PROXY": "nonsense:::"},
            said=("the proxy in HTTPS_PROXY cannot be used; set it to http://host:port or remove it",)),
    Mistake(what="an option that is misspelt", words=("--clientid=x",),
            said=("no such option: --clientid", "--client-id", "ctct init --help")),
    Mistake(what="a command that is misspelt", command=("innit",), said=("Did you mean 'init'?",)),
    Mistake(what="a day that is none", command=("report", "--since=yesterday"),
            said=("--since 'yesterday' is no day; write it as 2026-01-31",)),
]  # fmt: skip
AT_THE_LOGIN = [
    Mistake(what="a host that is not known", words=("--device-url=https://nowhere.invalid/device",), code=1,
            said=("cannot reach https://nowhere.invalid (the host name is not known)", "check the address")),
    Mistake(what="a proxy that refuses", words=(ELSEWHERE,), variables={"HTTPS_PROXY": REFUSING}, code=1,
            said=("cannot reach https://authz.example.com", "or the proxy in HTTPS_PROXY")),
    Mistake(what="TLS that fails", words=("--device-url={page_tls}/device",), code=1,
            said=("TLS failed", "check the address, the machine's clock and its certificates")),
    Mistake(what="an API at another path", words=("--base-url={origin}/v2",),
            said=("there is no API of Constant Contact at {origin}/v2; correct base_url, which ends in /v3",)),
    Mistake(what="a database without an address", words=("--destination=postgres",),
            said=("the address of the database is not known; give --database, or set",)),
    Mistake(what="a database that is not there", in_the_check=True,
            words=("--destination=postgres", "--database=postgresql://a:pa55@127.0.0.1:9/c"),
            said=("FIX   destination", "127.0.0.1/c does not answer", "Connection refused", "start it")),
    Mistake(what="an address of another database", in_the_check=True,
            words=("--destination=postgres", "--database=mysql:/x"),
            said=("FIX   destination", "write DESTINATION__POSTGRES__CREDENTIALS as postgresql://")),
    Mistake(what="a warehouse that is a folder", words=("--database=.",), in_the_check=True,
            said=("FIX   destination", "Is a directory", "name a file")),
    Mistake(what="a warehouse that is another file", words=("--database=x.duckdb",), in_the_check=True,
            files={"x.duckdb": b"hello" * 1_000},
            said=("FIX   destination", "is not a DuckDB database; name another one")),
    Mistake(what="a warehouse named in the wrong file", in_the_check=True,
            files={CONFIG: b'[destination.duckdb]\ncredentials = "x.duckdb"\n'},
            said=("destination.duckdb.credentials is in .dlt/config.toml",
                  "move credentials into [destination.duckdb] of .dlt/secrets.toml")),
    Mistake(what="a warehouse where no file can be", words=("--database=/proc/x.duckdb",), in_the_check=True,
            said=("FIX   destination", "/proc/x.duckdb cannot be written", "name another file")),
    Mistake(what="a report that is a folder", words=("--report=.",), in_the_check=True,
            said=("FIX   report", "{work} cannot be written: Is a directory; name another file")),
    Mistake(what="a report where no file can be", words=("--report=/proc/no/such/page.html",), in_the_check=True,
            said=("FIX   report", "/proc/no/such/page.html cannot be written", "make its folder writable")),
    Mistake(what="a web hook of another kind", words=("--webhook=ftp://hooks.example.com/pa55",),
            said=("webhook is no address; copy it again, it begins with https://",)),
    Mistake(what="a web hook without encryption", words=("--webhook=http://hooks.example.com/pa55",),
            said=("webhook is not encrypted; use an address that begins with https://",)),
    Mistake(what="a command of alerts that is a section", in_the_check=True,
            files={CONFIG: b'[sources.constant_contact.notify.command]\nprogram = "true"\n'},
            said=("FIX   alerts", "command is a section; write it as one value, command = ..., in")),
    Mistake(what="an event of alerts that is none", in_the_check=True,
            files={CONFIG: b'[sources.constant_contact.notify]\non = "never"\ncommand = "true"\n'},
            said=("FIX", "on names 'never', which is no event; choose from failed")),
]  # fmt: skip


@pytest.fixture(scope="module")
def programs() -> Iterator[ForkServer]:
    with ForkServer() as made:
        yield made


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    """A login by code is confirmed at once."""
    quick = Switches(device_approved_after_polls=0)
    limits = {"requests_per_second": None, "requests_per_day": None}
    with serve(Sandbox(contacts=5, campaigns=0, switches=quick, **limits)) as made:
        yield made


@contextmanager
def page() -> Iterator[str]:
    """A web server that speaks no TLS."""
    with ThreadingHTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler) as web:
        thread = threading.Thread(target=web.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{web.server_port}"
        web.shutdown()
        thread.join()


def make(mistake: Mistake, programs: ForkServer, server: Server, top: Path) -> tuple[Ran, dict[str, str]]:
    """What the command says, and the names that stand in the mistake's texts."""
    work = top / "work"
    for name, content in mistake.files.items():
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        (work / name).write_bytes(content)
    work.mkdir(exist_ok=True)
    with page() as page_tls, socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        names = {"origin": server.origin, "page_tls": page_tls, "work": str(work)}
        names["taken"] = str(taken.getsockname()[1])
        given = [word.format(**names) for word in mistake.words]
        words = [*mistake.command, *given]
        if mistake.command[0] == "init":
            words += [f"--client-id={server.client_id}", *defaults(server, top, given)]
        environment = {"PATH": os.environ["PATH"], "HOME": str(top), "DLT_DATA_DIR": str(top / "dlt")}
        environment |= {"BROWSER": "/bin/true", "TERM": "dumb", "COLUMNS": "200", **mistake.variables}
        ran = programs.run(words, folder=work, environment=environment, largest_file=mistake.largest_file)
    return ran, names


def defaults(server: Server, top: Path, given: list[str]) -> list[str]:
    """Of the sandbox, where the mistake is not about it."""
    own = {f"--{name.replace('_', '-')}": getattr(server, name) for name in ADDRESSES}
    own["--state-dir"] = top / "state"
    named = {word.partition("=")[0] for word in given}
    return [f"{option}={value}" for option, value in own.items() if option not in named]


def ends_in_a_sentence(mistake: Mistake, ran: Ran, names: Mapping[str, str]) -> None:
    """The exit code, one line, and what to do in it."""
    assert mistake.code == ran.code, ran
    assert 1 == len(ran.err.splitlines()), ran.err
    shown = ran.out if mistake.in_the_check else ran.err
    for words in mistake.said:
        assert words.format(**names) in shown
    assert "Traceback" not in ran.out + ran.err
    assert "pa55" not in ran.out + ran.err
    if mistake.in_the_check:
        assert "put right what FIX says above, then run ctct init again" in ran.err


@pytest.mark.parametrize("mistake", BEFORE_ANYTHING_IS_ASKED, ids=lambda mistake: mistake.what)
def test_before_anything_is_asked(
    mistake: Mistake, programs: ForkServer, server: Server, tmp_path: Path
) -> None:
    """No request is sent for it."""
    ends_in_a_sentence(mistake, *make(mistake, programs, server, tmp_path))


@pytest.mark.parametrize("mistake", AT_THE_LOGIN, ids=lambda mistake: mistake.what)
def test_at_the_login_and_the_check(
    mistake: Mistake, programs: ForkServer, server: Server, tmp_path: Path
) -> None:
    """With an answer, or none, from a server."""
    ends_in_a_sentence(mistake, *make(mistake, programs, server, tmp_path))


def test_a_web_hook_that_is_away_is_told_and_kept(
    programs: ForkServer, server: Server, tmp_path: Path
) -> None:
    """It costs no set-up: who listens there may come later. Its address is not shown."""
    words = (f"--webhook={REFUSING}/services/pa55", "--report=page.html")
    ran, names = make(Mistake(what="nobody listens", words=words, said=()), programs, server, tmp_path)
    assert (0, "") == (ran.code, ran.err)
    assert "no first message arrived there: it cannot be reached" in ran.out
    assert "ok    alerts       by webhook" in ran.out
    assert f"ok    report       each run renews {names['work']}/page.html" in ran.out
    assert "pa55" not in ran.out
    assert "pa55" in (tmp_path / "work" / SECRETS).read_text()


def test_settings_of_another_hand_keep_their_form(
    programs: ForkServer, server: Server, tmp_path: Path
) -> None:
    """Tabs, line ends of Windows and comments stay; what is new is added."""
    before = toml("\trequests_per_second\t=\t2 # slow").replace(b"\n", b"\r\n")
    right = Mistake(what="odd form", words=("--time-zone=Asia/Tokyo",), files={CONFIG: before}, said=())
    ran, _ = make(right, programs, server, tmp_path)
    assert (0, "") == (ran.code, ran.err)
    after = (tmp_path / "work" / CONFIG).read_bytes()
    assert b"\trequests_per_second\t=\t2 # slow" in after
    assert b'time_zone = "Asia/Tokyo"' in after


def test_a_file_of_one_s_own_is_taken(programs: ForkServer, server: Server, tmp_path: Path) -> None:
    """`--database` names the DuckDB file, and the commands after it use it."""
    right = Mistake(what="another file", words=("--database=here.duckdb",), said=())
    ran, _ = make(right, programs, server, tmp_path)
    assert (0, "") == (ran.code, ran.err)
    assert "here.duckdb will be made" in ran.out
