"""A PostgreSQL server of one's own on a free loopback port, from the binaries that are installed.

Nothing is left behind: the data lie in a temporary folder, and the server is ended by its own pg_ctl. The server
refuses to run as root, so root starts it as the packages' user, or as nobody.
"""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

USER, DATABASE = "ctct", "postgres"
PATIENCE_S = 120
SETTINGS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "timezone=America/Los_Angeles")
"""Fast, for nothing here must survive; and a time zone that would betray whoever leans on it."""


def binaries() -> Path | None:
    """The folder of initdb and pg_ctl; None where PostgreSQL is not installed."""
    packaged = sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    found = [path for path in packaged if (path / "initdb").exists() and (path / "pg_ctl").exists()]
    on_path = shutil.which("initdb")
    if on_path and shutil.which("pg_ctl"):
        found.append(Path(on_path).resolve().parent)
    return found[0] if found else None


READER = "reader"


@dataclass(frozen=True, slots=True, kw_only=True)
class PostgresServer:
    port: int
    data: Path
    """The folder of its files."""

    @property
    def url(self) -> str:
        return f"postgresql://{USER}:none@127.0.0.1:{self.port}/{DATABASE}"

    def make_reader(self) -> str:
        """The address of a role that may read every table; made here."""
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"create role {READER} login in role pg_read_all_data")
        return self.url.replace(f"{USER}:none", f"{READER}:none")

    def end_sessions(self) -> None:
        """What a restart of the server does to everybody, in the middle of a commit too."""
        import psycopg  # noqa: PLC0415 - an extra

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity"
                " where pid <> pg_backend_pid() and backend_type = 'client backend'"
            )

    def environment(self) -> Mapping[str, str]:
        """What points the pipeline and dbt at it."""
        return {
            "DESTINATION__POSTGRES__CREDENTIALS": self.url,
            "CTCT_PG_HOST": "127.0.0.1",
            "CTCT_PG_PORT": str(self.port),
            "CTCT_PG_USER": USER,
            "CTCT_PG_PASSWORD": "none",
            "CTCT_PG_DBNAME": DATABASE,
        }


@contextmanager
def postgres_server() -> Iterator[PostgresServer]:
    """Runs while the block lasts. Call it only where `binaries()` finds some."""
    tools = binaries()
    assert tools is not None, "PostgreSQL is not installed"
    folder = Path(tempfile.mkdtemp(prefix="ctct-postgres-"))
    owner = _owner()
    if owner is not None:
        shutil.chown(folder, owner)
    data, port = folder / "data", _free_port()

    def run(*command: str) -> None:
        # No pipes: the server would inherit them, and whoever waits for their end would wait for the server's.
        with (folder / "commands.log").open("ab") as log:
            ended = subprocess.run(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=folder, user=owner, check=False,
                env={"PATH": os.defpath, "LC_ALL": "C"}, timeout=PATIENCE_S,
                extra_groups=None if owner is None else [],
            )  # fmt: skip
        assert ended.returncode == 0, (folder / "commands.log").read_text()

    try:
        run(str(tools / "initdb"), "-D", str(data), "-U", USER, "--auth=trust", "-E", "UTF8",
            "--locale=C.UTF-8", "--no-sync")  # fmt: skip
        options = [
            f"-c {each}"
            for each in (*SETTINGS, "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}")
        ]
        run(str(tools / "pg_ctl"), "start", "-D", str(data), "-w", "-t", str(PATIENCE_S), "-l", str(folder / "log"),
            "-o", " ".join((f"-p {port}", *options)))  # fmt: skip
        try:
            yield PostgresServer(port=port, data=data)
        finally:
            run(str(tools / "pg_ctl"), "stop", "-D", str(data), "-w", "-m", "immediate")
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _owner() -> str | None:
    """Whom to be; None: whoever we are."""
    if os.geteuid() != 0:
        return None
    known = {each.pw_name for each in pwd.getpwall()}
    return "postgres" if "postgres" in known else "nobody"


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
