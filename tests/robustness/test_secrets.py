"""No token, secret or code is anywhere but in the token store, whatever is logged and however a run ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from child_runs import Home
from leaks import in_processes, leaks

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

pytestmark = pytest.mark.long  # real runs at the loudest logging


LOUD = {"RUNTIME__LOG_LEVEL": "DEBUG", "LOG_EVERYTHING": "yes"}
FEW = ("sync", "--no-transform", "--select", "account,contact_lists,contact_tags")


@pytest.fixture(scope="module")
def loud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Home, set[str]]]:
    """A machine after runs of every ending, every logger at its loudest; and all secrets that there were."""
    sandbox = Sandbox(
        contacts=30,
        campaigns=1,
        requests_per_second=None,
        requests_per_day=None,
        switches=Switches(device_approved_after_polls=0, token_requests_per_second=None),
    )
    with serve(sandbox) as server:
        home = Home(server=server, folder=tmp_path_factory.mktemp("loud"), environment=dict(LOUD))
        home.settings["requests_per_second"] = 100
        tokens = sandbox.tokens
        secrets = {tokens.client_secret, tokens.refresh_token, tokens.access_token}

        def go(*command: str, ends: int, fault: str = "", at: str = "") -> None:
            if fault:
                sandbox.set_fault(fault, None, path_prefix=at)
            run = home.start(*command)
            during = [*in_processes(secrets)]
            ended = run.wait()
            sandbox.clear_faults()
            secrets.update(tokens.refresh, tokens.access, tokens.codes, tokens.devices)
            assert [] == during
            assert ends == ended.code, ended.err[-2000:]

        go(*FEW, ends=0)
        tokens.access.clear()
        go(*FEW, ends=0)  # with a refresh
        go(*FEW, ends=1, fault="unauthorized")
        go(*FEW, ends=1, fault="redirect_other_host", at="/contact_lists")
        go(*FEW, ends=75, fault="quota_object", at="/contact_lists")
        home.settings["client_id"] = "wrong"
        go(*FEW, ends=1)
        del home.settings["client_id"]
        go("auth", "login", ends=0)
        go("auth", "logout", ends=0)
        yield home, secrets


def test_secrets_stay_in_the_token_store(loud: tuple[Home, set[str]]) -> None:
    """No file, stream or table holds a secret that was used, the token store apart."""
    home, secrets = loud

    assert 8 <= len(secrets)
    assert [] == leaks(home.folder, secrets, allowed=[home.folder / "state" / "auth"])


def test_scan_finds_planted_secrets(loud: tuple[Home, set[str]], tmp_path: Path) -> None:
    """The scan does find a secret in a log, a packed state, a table and a command line."""
    import base64  # noqa: PLC0415 - only to plant
    import subprocess  # noqa: PLC0415
    import sys  # noqa: PLC0415
    import zlib  # noqa: PLC0415

    import duckdb  # noqa: PLC0415

    _, secrets = loud
    one = max(secrets, key=len)
    (tmp_path / "run.log").write_text(f"Authorization: Bearer {one}")
    with duckdb.connect(str(tmp_path / "x.duckdb")) as connection:
        packed = base64.b64encode(zlib.compress(one.encode())).decode()
        connection.execute("create table states as select ? as state", [packed])
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)", one]) as process:
        seen = in_processes(secrets)
        process.kill()

    assert ["run.log: bytes", "x.duckdb: main.states"] == leaks(tmp_path, secrets)
    assert [str(process.pid)] == seen
