"""`ctct` as a process that can be killed: started warm, so that hundreds of runs are affordable.

A server process imports the command line once and forks a child for each run; the child is an ordinary process with
its own environment, working folder and streams, and everything a run does happens in it.
"""

from __future__ import annotations

import contextlib
import logging
import multiprocessing
import os
import resource
import signal
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from sources.constant_contact_sandbox import Server

PREFIX = "SOURCES__CONSTANT_CONTACT__"
SCHEMA = "constant_contact"
PRELOAD = [
    "dlt",
    "duckdb",
    "pyarrow.parquet",
    "dlt.destinations.impl.duckdb.duck",
    "dlt.destinations.impl.duckdb.factory",
    "pipelines.constant_contact.commands",
    "pipelines.constant_contact.cli",
    "sources.constant_contact.repair.audit",
    "sources.constant_contact.source",
    "child_runs",
]
PATIENCE_S = 300.0

_warm = multiprocessing.get_context("forkserver")
_warm.set_forkserver_preload(PRELOAD)


def run_command(arguments: Sequence[str], environment: dict[str, str], folder: str, streams: str) -> None:
    """The child: `ctct` with these arguments, its streams in the files `streams`.out and `streams`.err."""
    os.setsid()
    if "UMASK" in environment:
        os.umask(int(environment["UMASK"], 8))
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    sys.stdin = os.fdopen(0, closefd=False)
    for descriptor, name in ((1, "out"), (2, "err")):
        target = os.open(f"{streams}.{name}", os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
        os.dup2(target, descriptor)
    sys.stdout = os.fdopen(1, "w", buffering=1, closefd=False)
    sys.stderr = os.fdopen(2, "w", buffering=1, closefd=False)
    if "MOST_FILE_BYTES" in environment:  # a disk that is full
        most = int(environment["MOST_FILE_BYTES"])
        resource.setrlimit(resource.RLIMIT_FSIZE, (most, most))
    if "LOG_EVERYTHING" in environment:
        logging.basicConfig(level=logging.DEBUG, stream=sys.stderr, force=True)
        logging.getLogger("httpx").setLevel(logging.DEBUG)
    from pipelines.constant_contact import cli  # noqa: PLC0415 - only in the child

    sys.argv = ["ctct", *arguments]
    cli.main()


def ctct(
    *arguments: str, folder: Path, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """One `ctct` in `folder`, with nothing on standard input; in this process's environment unless one is given.

    For what a command says and how it ends. What Python does before the command line begins is not part of it.
    """
    given = dict(os.environ if environment is None else environment)
    with tempfile.TemporaryDirectory() as place:
        streams = Path(place) / "run"
        process = _warm.Process(target=run_command, args=(list(arguments), given, str(folder), str(streams)))
        process.start()
        process.join(PATIENCE_S)
        assert process.exitcode is not None, f"no end after {PATIENCE_S:.0f} s"
        out, err = (streams.with_suffix(f".{name}").read_text() for name in ("out", "err"))
    return subprocess.CompletedProcess(arguments, process.exitcode, out, err)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    code: int
    out: str
    err: str


@dataclass(slots=True, kw_only=True)
class Run:
    """One started `ctct`."""

    process: Any
    out: Path
    err: Path

    def kill(self) -> None:
        """SIGKILL, unless it has ended by itself."""
        if self.process.is_alive():
            with contextlib.suppress(ProcessLookupError):
                os.kill(self.process.pid, signal.SIGKILL)
        self.process.join(PATIENCE_S)

    def wait(self, timeout_s: float = PATIENCE_S) -> Ended:
        self.process.join(timeout_s)
        if self.process.exitcode is None:
            self.kill()
            raise AssertionError(f"no end after {timeout_s:.0f} s: {self.err.read_text()[-2000:]}")
        return Ended(code=self.process.exitcode, out=self.out.read_text(), err=self.err.read_text())


@dataclass(kw_only=True)
class Home:
    """One user's machine: an environment, a folder, a warehouse."""

    server: Server
    folder: Path
    settings: dict[str, object] = field(default_factory=dict)
    """Of the source, by their names."""
    environment: dict[str, str] = field(default_factory=dict)
    runs: int = 0

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def warehouse(self) -> Path:
        return self.folder / "account.duckdb"

    @property
    def work_dir(self) -> Path:
        """The load tool's working folder; one that does not exist before the first run."""
        return next((self.folder / "dlt" / "ctct").glob("*/ctct"), self.folder / "none yet")

    def variables(self) -> dict[str, str]:
        """The environment of this machine's processes."""
        return {
            "PATH": os.environ["PATH"],
            "HOME": str(self.folder),
            "RUNTIME__DLTHUB_TELEMETRY": "false",
            "DLT_DATA_DIR": str(self.folder / "dlt"),
            "DESTINATION__DUCKDB__CREDENTIALS": str(self.warehouse),
            **self.server.environment(),
            f"{PREFIX}CONTACT_READING": "incremental",  # most of these are about what larger accounts need
            f"{PREFIX}STATE_DIR": str(self.folder / "state"),
            **{PREFIX + name.upper(): str(value) for name, value in self.settings.items()},
            **self.environment,
        }

    def start(self, *arguments: str) -> Run:
        self.runs += 1
        process = _warm.Process(
            target=run_command,
            args=(list(arguments), self.variables(), str(self.folder), str(self.folder / f"run-{self.runs}")),
            daemon=True,
        )
        process.start()
        out, err = (self.folder / f"run-{self.runs}.{name}" for name in ("out", "err"))
        return Run(process=process, out=out, err=err)

    def run(self, *arguments: str) -> Ended:
        return self.start(*arguments).wait()

    def query(self, sql: str, dataset: str = SCHEMA) -> list[dict[str, Any]]:
        with duckdb.connect(str(self.warehouse), read_only=True) as connection:
            connection.execute(f"set schema = '{dataset}'")
            found = connection.execute(sql)
            names = [column[0] for column in found.description or ()]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def start_child(work: Callable[..., None], arguments: tuple[Any, ...], home: Home) -> Any:
    """Any function of a test module in a process on this machine."""
    process = _warm.Process(target=_work, args=(work, arguments, home.variables()), daemon=True)
    process.start()
    return process


def _work(work: Callable[..., None], arguments: tuple[Any, ...], environment: dict[str, str]) -> None:
    os.environ.clear()
    os.environ.update(environment)
    work(*arguments)
