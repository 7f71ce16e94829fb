"""An account of its own for every test: see `accounts`."""

from __future__ import annotations

import os
import re
import sys
from collections import Counter
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from accounts import PREFIX, Account, Quick

from sources.constant_contact_sandbox import Sandbox, Server, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from accounts import Kept


# Hundreds of processes import the same modules: compiled once, in folders that git ignores.
sys.dont_write_bytecode = False
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)

BEGAN = (datetime.now(UTC) - timedelta(days=10)).strftime("%Y-%m-%dT%H:%M:%SZ")
"""When the accounts begin: ten days ago, so that nights that pass do not lead into the pipeline's future."""


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--sample", type=int, default=1, metavar="N", help="run every N-th test of each file")


@pytest.hookimpl(trylast=True)  # after the marks have chosen
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the first test of each file, then every N-th: the same ones in each run.

    What waits for dbt comes first, so that its minute passes while other workers have all the rest to do.
    """
    items.sort(key=lambda item: "nights" not in getattr(item, "fixturenames", ()))
    every = config.getoption("--sample")
    seen: Counter[Path] = Counter()
    kept, left = [], []
    for item in items:
        shared = item.get_closest_marker("together") is not None
        (left if seen[item.path] % every and not shared else kept).append(item)
        seen[item.path] += 1
    if left:
        config.hook.pytest_deselected(items=left)
        items[:] = kept


def pytest_xdist_auto_num_workers() -> int:
    """Three for two cores: tests wait for servers and processes of their own, and each worker has imports to do."""
    return max(2, 3 * (os.cpu_count() or 1) // 2)


@pytest.fixture
def served(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., tuple[Server, Path]]]:
    """Starts a sandbox and points the environment at it and at a folder of its own.

    Arguments as `Sandbox` takes them. Limits are off unless asked for. The access token is given, so that no
    request is spent on tokens.
    """
    with ExitStack() as stack:

        def start(**arguments: Any) -> tuple[Server, Path]:
            defaults = {
                "contacts": 60,
                "campaigns": 4,
                "requests_per_second": None,
                "requests_per_day": None,
                "start": BEGAN,
            }
            server = stack.enter_context(serve(Sandbox(**(defaults | arguments))))
            folder = tmp_path / re.sub(r"\W+", "_", server.origin)
            folder.mkdir()
            for name, value in server.environment().items():
                monkeypatch.setenv(name, value)
            for name in ("client_id", "client_secret", "refresh_token"):
                monkeypatch.delenv(PREFIX + name.upper())
            monkeypatch.setenv(f"{PREFIX}ACCESS_TOKEN", server.access_token)
            # Small accounts are read whole each night; most tests are about what larger ones need.
            monkeypatch.setenv(f"{PREFIX}CONTACT_READING", "incremental")
            monkeypatch.setenv(f"{PREFIX}STATE_DIR", str(folder / "state"))
            monkeypatch.setenv("RUNTIME__DLTHUB_TELEMETRY", "false")
            monkeypatch.setenv("RUNTIME__LOG_LEVEL", "ERROR")
            monkeypatch.setenv("DLT_DATA_DIR", str(folder / "dlt"))
            monkeypatch.setenv("DESTINATION__DUCKDB__CREDENTIALS", str(folder / "account.duckdb"))
            return server, folder

        yield start


@pytest.fixture
def account(
    served: Callable[..., tuple[Server, Path]], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Account]:
    """`account(contacts=..., switches=...)` starts one that is synced the whole way."""

    def start(**arguments: Any) -> Account:
        server, folder = served(**arguments)
        return Account(
            sandbox=server.sandbox,
            server=server,
            monkeypatch=monkeypatch,
            warehouse=folder / "account.duckdb",
        )

    return start


@pytest.fixture
def quick(
    served: Callable[..., tuple[Server, Path]], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Quick]:
    """`quick(contacts=..., switches=...)` starts one whose nights take a fraction of a second."""

    def start(**arguments: Any) -> Quick:
        server, _ = served(**arguments)
        return Quick(sandbox=server.sandbox, server=server, monkeypatch=monkeypatch)

    return start


@pytest.fixture(scope="module")
def first_night() -> dict[str, Kept]:
    """For `Quick.begin_with`: what the first night of a module's account left, once there was one."""
    return {}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """The faults that were tried, as a table: what, where, how the night ended, how the next one did."""
    struck = [
        (*one.user_properties[0][1], outcome)
        for outcome in ("passed", "failed")
        for one in terminalreporter.stats.get(outcome, [])
        if one.when == "call" and [name for name, _ in one.user_properties] == ["fault"]
    ]
    if not struck:
        return
    terminalreporter.section("faults")
    for fault, where, ends, again, outcome in sorted(struck):
        terminalreporter.line(f"{outcome:<7} {fault:<33} {where:<28} {ends:<16} {again}".rstrip())
