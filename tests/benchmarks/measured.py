"""One command, measured from outside: seconds, CPU seconds and peak memory of its process, as the system counts."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

ROOT = Path(__file__).resolve().parents[2]
PREFIX = "SOURCES__CONSTANT_CONTACT__"
UNLIMITED = {
    f"{PREFIX}REQUESTS_PER_SECOND": "100000",
    f"{PREFIX}REQUESTS_PER_DAY": "10000000",
    f"{PREFIX}REQUESTS_PER_COMMIT": "2000",  # they cost nothing here; rows and seconds still bound a commit
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    wall_s: float
    cpu_s: float
    peak_mb: float
    said: str = ""
    """On standard output."""


def measured(command: Sequence[str], environment: Mapping[str, str]) -> Measured:
    """Raises RuntimeError with the end of what it said, where the command fails."""
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as errors:
        began = time.monotonic()
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment_of(environment), stdout=said, stderr=errors
        )
        _, status, usage = os.wait4(process.pid, 0)
        wall_s = time.monotonic() - began
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            errors.seek(0)
            raise RuntimeError(
                f"{' '.join(command)} ended with {process.returncode}:\n{errors.read().decode()[-2000:]}"
            )
        said.seek(0)
        text = said.read().decode()
    cpu_s = usage.ru_utime + usage.ru_stime
    return Measured(wall_s=wall_s, cpu_s=cpu_s, peak_mb=usage.ru_maxrss / 1024, said=text)


def environment_of(more: Mapping[str, str]) -> dict[str, str]:
    return {**os.environ, **more}


@contextmanager
def served(account: Path) -> Iterator[dict[str, str]]:
    """The environment of processes that read the made account, without a limit of requests."""
    with _server("tests.benchmarks.static_server", str(account)) as said:
        yield {**UNLIMITED, f"{PREFIX}BASE_URL": str(said["base_url"]), f"{PREFIX}ACCESS_TOKEN": "sample"}


@contextmanager
def sandbox(**options: int) -> Iterator[dict[str, str]]:
    """The same for an account of the sandbox, which has every resource."""
    arguments = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    with _server("sources.constant_contact_sandbox", "--rps", "0", "--rpd", "0", *arguments) as said:
        environment = said["environment"]
        assert isinstance(environment, dict)
        yield {**{name: str(value) for name, value in environment.items()}, **UNLIMITED}


@contextmanager
def _server(module: str, *arguments: str) -> Iterator[dict[str, object]]:
    """A server, and what it says of itself in its first line."""
    command = [sys.executable, "-m", module, *arguments]
    server = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
    try:
        assert server.stdout is not None
        yield json.loads(server.stdout.readline())
    finally:
        server.terminate()
        server.wait(30)
        assert server.stdout is not None
        server.stdout.close()


@contextmanager
def home(environment: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """The environment of a user who has nothing yet."""
    with tempfile.TemporaryDirectory() as folder:
        yield {
            **environment,
            f"{PREFIX}STATE_DIR": f"{folder}/state",
            "DLT_DATA_DIR": f"{folder}/dlt",
            "DESTINATION__DUCKDB__CREDENTIALS": f"{folder}/made.duckdb",
            "RUNTIME__DLTHUB_TELEMETRY": "false",
        }
