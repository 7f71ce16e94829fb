"""One warehouse, one account: what a login of another account is answered, and when a dataset takes its account."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import duckdb
import pytest
from account_comparison import differences
from child_runs import Home

from sources.constant_contact_sandbox import Sandbox, Switches, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sources.constant_contact_sandbox import Server

SYNC = ("sync", "--no-transform", "--json")
FAST = {"requests_per_second": 200}


@pytest.fixture
def served() -> Iterator[Callable[..., Server]]:
    servers = []

    def start(seed: int, **more: object) -> Server:
        sandbox = Sandbox(
            contacts=30, campaigns=2, seed=seed, requests_per_second=None, requests_per_day=None, **more
        )
        context = serve(sandbox)
        servers.append(context)
        return context.__enter__()

    yield start
    for context in servers:
        context.__exit__(None, None, None)


@pytest.fixture
def loaded(served: Callable[..., Server], tmp_path: Path) -> Home:
    """A machine whose warehouse holds the account of seed 7."""
    home = Home(server=served(7), folder=tmp_path / "home", settings=dict(FAST))
    assert 0 == home.run(*SYNC).code
    return home


def log_in_elsewhere(home: Home, server: Server) -> None:
    home.server = server
    home.settings["access_token"] = server.access_token


def contents(home: Home) -> bytes:
    return home.warehouse.read_bytes()


def account_of(server: Server) -> str:
    return str(server.sandbox.account["encoded_account_id"])


def forget_account(home: Home, *, table: bool) -> None:
    """Make the dataset one that was loaded before the account was remembered."""
    from dlt.common.versioned_state import compress_state, decompress_state  # noqa: PLC0415

    with duckdb.connect(str(home.warehouse)) as connection:
        connection.execute("set schema = 'constant_contact'")
        rows = connection.execute("select version_hash, state from _dlt_pipeline_state").fetchall()
        for version_hash, text in rows:
            state = decompress_state(text)
            for key in ("account_id", "version"):
                state["sources"]["constant_contact"].pop(key, None)
            connection.execute(
                "update _dlt_pipeline_state set state = ? where version_hash = ?",
                [compress_state(state), version_hash],
            )
        if table:
            connection.execute("delete from account")


@pytest.mark.long
@pytest.mark.parametrize("command", [SYNC, ("plan",), ("check",)], ids=lambda words: words[0])
def test_another_account_is_refused_with_both_names_and_nothing_changes(
    loaded: Home, served: Callable[..., Server], command: tuple[str, ...]
) -> None:
    """Exit 2, both accounts and the dataset are named, few requests are spent, the file keeps every byte."""
    other, before, first = served(8), contents(loaded), account_of(loaded.server)
    log_in_elsewhere(loaded, other)
    ended = loaded.run(*command)
    said = ended.out + ended.err
    assert (2, True, True, True) == (
        ended.code,
        first in said,
        account_of(other) in said,
        "constant_contact" in said,
    )
    if command[0] != "check":  # which asks for more than the account
        assert other.sandbox.log.total <= 3
    assert before == contents(loaded)
    assert "Traceback" not in said


@pytest.mark.long
def test_a_move_that_is_accepted_goes_on_with_the_new_account(
    loaded: Home, served: Callable[..., Server]
) -> None:
    """The right id lets the new account in, a wrong one changes nothing; afterwards the old account is refused."""
    first, other = loaded.server, served(8)
    log_in_elsewhere(loaded, other)
    before = contents(loaded)
    assert 2 == loaded.run(*SYNC, "--accept-account", account_of(first)).code
    assert before == contents(loaded)
    assert 0 == loaded.run(*SYNC, "--accept-account", account_of(other)).code
    assert 0 == loaded.run(*SYNC).code
    log_in_elsewhere(loaded, first)
    assert 2 == loaded.run(*SYNC).code


@pytest.mark.long
@pytest.mark.parametrize("table", [False, True], ids=["account table", "lists and campaigns"])
def test_a_dataset_from_before_takes_the_account_that_it_holds(
    loaded: Home, served: Callable[..., Server], table: bool
) -> None:
    """By its account table, or by its lists where that is empty: the same account goes on, another is refused."""
    same = loaded.server
    forget_account(loaded, table=table)
    other = served(8)
    log_in_elsewhere(loaded, other)
    ended = loaded.run(*SYNC)
    assert (2, True) == (ended.code, account_of(other) in ended.err)
    assert other.sandbox.log.total <= 3
    log_in_elsewhere(loaded, same)
    ended = loaded.run(*SYNC)
    assert 0 == ended.code, ended.err
    assert [] == differences(same.sandbox, loaded.query)


@pytest.mark.long
def test_a_dataset_of_two_accounts_is_for_a_person_to_decide(loaded: Home) -> None:
    """Two rows in the account table and no account on record: exit 2 until one of them is named."""
    forget_account(loaded, table=False)
    with duckdb.connect(str(loaded.warehouse)) as connection:
        connection.execute(
            "insert into constant_contact.account by name select * replace ('pother' as encoded_account_id)"
            " from constant_contact.account"
        )
    ended = loaded.run(*SYNC)
    assert (2, True) == (ended.code, "pother" in ended.err and "--accept-account" in ended.err)
    assert 0 == loaded.run(*SYNC, "--accept-account", account_of(loaded.server)).code


@pytest.mark.long
def test_a_login_that_may_not_read_the_account_works_with_a_warning(
    served: Callable[..., Server], tmp_path: Path
) -> None:
    """Without account:read the night is complete, a warning says so, and a second night goes on."""
    kept = tuple(name for name in Switches().privileges if name != "account:read")
    server = served(7, switches=Switches(privileges=kept))
    home = Home(server=server, folder=tmp_path / "home", settings=dict(FAST))
    for _ in range(2):
        ended = home.run(*SYNC)
        said = json.loads(ended.out)
        assert (0, "complete") == (ended.code, said["status"])
        assert "account's id cannot be read" in " ".join(said["warnings"])


@pytest.mark.long
def test_the_library_call_refuses_another_account(
    loaded: Home, served: Callable[..., Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    """`pipeline.run(constant_contact())` on another account's dataset fails with the same sentence, nothing loaded."""
    import dlt  # noqa: PLC0415 - two seconds
    from dlt.pipeline.exceptions import PipelineStepFailed  # noqa: PLC0415

    from sources.constant_contact import constant_contact  # noqa: PLC0415

    log_in_elsewhere(loaded, served(8))
    for name, value in loaded.variables().items():
        monkeypatch.setenv(name, value)
    monkeypatch.chdir(loaded.folder)
    before = loaded.query("select count(*) as rows from contacts where deleted_at is null")
    pipeline = dlt.pipeline("ctct", destination="duckdb", dataset_name="constant_contact")
    with pytest.raises(PipelineStepFailed, match="nothing was changed"):
        pipeline.run(constant_contact())
    assert before == loaded.query("select count(*) as rows from contacts where deleted_at is null")


@pytest.mark.long
def test_the_identity_costs_no_request_in_a_night(loaded: Home) -> None:
    """The answer that tells the account is also its row: the account's profile is asked for once a night."""
    sandbox = loaded.server.sandbox
    sandbox.log.reset()
    assert 0 == loaded.run(*SYNC).code
    paths = [request.path for request in sandbox.log]
    assert 1 == sum(path.endswith("/account/summary") for path in paths)
