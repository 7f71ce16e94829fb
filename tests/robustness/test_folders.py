"""The folder is the folder: which file a command means, whichever folder ran first on the machine."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

import duckdb
import pytest
from account_comparison import differences
from child_runs import Home

from sources.constant_contact_sandbox import Sandbox, serve

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from sources.constant_contact_sandbox import Server

SYNC = ("sync", "--no-transform", "--json")
CREDENTIALS = "DESTINATION__DUCKDB__CREDENTIALS"


@dataclass(kw_only=True)
class Folder(Home):
    """A folder of a user who named no destination; all folders of a test share the machine's data folder."""

    file: str = "ctct.duckdb"

    @property
    def warehouse(self) -> Path:
        return self.folder / self.file

    def variables(self) -> dict[str, str]:
        found = super().variables()
        if CREDENTIALS not in self.environment:
            del found[CREDENTIALS]
        return found


@pytest.fixture
def server() -> Iterator[Server]:
    with serve(Sandbox(contacts=30, campaigns=2, requests_per_second=None, requests_per_day=None)) as one:
        yield one


@pytest.fixture
def folder(server: Server, tmp_path: Path) -> Callable[..., Folder]:
    def make(name: str, **environment: str) -> Folder:
        return Folder(
            server=server,
            folder=tmp_path / name,
            settings={"requests_per_second": 200, "state_dir": tmp_path / "state"},
            environment={"DLT_DATA_DIR": str(tmp_path / "dlt"), "HOME": str(tmp_path), **environment},
        )

    return make


@pytest.mark.long
def test_two_folders_have_a_warehouse_each(folder: Callable[..., Folder]) -> None:
    """The second folder gets its own file, and the first one keeps its own and goes on with it."""
    first, second = folder("a"), folder("b")
    assert (0, 0) == (first.run(*SYNC).code, second.run(*SYNC).code)
    before = second.warehouse.read_bytes()
    spent = first.server.sandbox.log.total
    assert 0 == first.run(*SYNC).code
    assert first.server.sandbox.log.total - spent < 30
    assert before == second.warehouse.read_bytes()
    for one in (first, second):
        assert [] == differences(one.server.sandbox, one.query)


@pytest.mark.long
def test_a_folder_that_moves_takes_its_warehouse_along(folder: Callable[..., Folder]) -> None:
    """The next night goes on from what is loaded, in the new place, and nothing is made in the old one."""
    old = folder("old")
    assert 0 == old.run(*SYNC).code
    new = folder("new")
    new.folder.rmdir()
    old.folder.rename(new.folder)
    spent = new.server.sandbox.log.total
    assert 0 == new.run(*SYNC).code
    assert new.server.sandbox.log.total - spent < 30
    assert not old.folder.exists()
    assert [] == differences(new.server.sandbox, new.query)


@pytest.mark.long
def test_a_relative_path_is_one_of_the_current_folder(folder: Callable[..., Folder]) -> None:
    """Named in the environment, a relative file lies below the folder where the command starts."""
    for name in ("a", "b"):
        one = folder(name, **{CREDENTIALS: "mail.duckdb"})
        assert 0 == one.run(*SYNC).code
        assert (one.folder / "mail.duckdb").exists()
        ended = one.run("status")
        assert str(one.folder / "mail.duckdb") in "".join(ended.out.split())


@pytest.mark.long
def test_a_second_dataset_lies_in_the_same_file_with_a_state_of_its_own(
    folder: Callable[..., Folder],
) -> None:
    """Two datasets in one file do not know of each other."""
    one = folder("a")
    assert (0, 0) == (one.run(*SYNC).code, one.run(*SYNC, "--dataset", "second").code)
    assert [one.warehouse] == list(one.folder.glob("*.duckdb"))
    with duckdb.connect(str(one.warehouse), read_only=True) as connection:
        counted = [
            connection.execute(f"select count(*) from {name}.contacts").fetchall()
            for name in ("constant_contact", "second")
        ]
    assert counted[0] == counted[1] != [(0,)]


@pytest.mark.long
@pytest.mark.parametrize("command", [SYNC, ("plan",), ("status",), ("check",)], ids=lambda words: words[0])
def test_state_of_an_earlier_version_elsewhere_stops_before_any_request(
    folder: Callable[..., Folder], tmp_path: Path, command: tuple[str, ...]
) -> None:
    """Exit 2 with both paths and the setting, where version 0.1 loaded another folder's file and none lies here."""
    there, here = folder("there"), folder("here")
    duckdb.connect(str(there.warehouse)).close()
    state = tmp_path / "dlt" / "pipelines" / "ctct" / "state.json"
    state.parent.mkdir(parents=True)
    state.write_text(
        json.dumps(
            {"_local": {"initial_cwd": str(there.folder)}, "sources": {"constant_contact": {"contacts": {}}}}
        )
    )
    ended = here.run(*command)
    said = ended.out + ended.err
    assert (2, True) == (ended.code, str(there.warehouse) in said and str(here.warehouse) in said), said
    assert CREDENTIALS in said
    if command[0] != "check":
        assert 0 == here.server.sandbox.log.total
    assert not here.warehouse.exists()


@pytest.mark.long
def test_the_library_call_stops_where_the_loader_means_another_folder(
    folder: Callable[..., Folder], monkeypatch: pytest.MonkeyPatch
) -> None:
    """dlt keeps the first folder of a pipeline's name; the source says so instead of loading there."""
    import dlt  # noqa: PLC0415 - two seconds
    from dlt.pipeline.exceptions import PipelineStepFailed  # noqa: PLC0415

    from sources.constant_contact import constant_contact  # noqa: PLC0415

    first, second = folder("a"), folder("b")
    monkeypatch.delenv(CREDENTIALS, raising=False)
    for name, value in first.variables().items():
        monkeypatch.setenv(name, value)

    def run() -> None:
        pipeline = dlt.pipeline("ctct", destination="duckdb", dataset_name="constant_contact")
        pipeline.run(constant_contact().with_resources("contact_lists"))

    monkeypatch.chdir(first.folder)
    run()
    monkeypatch.chdir(second.folder)
    with pytest.raises(PipelineStepFailed, match=CREDENTIALS):
        run()
    monkeypatch.setenv(CREDENTIALS, str(second.warehouse))
    run()
    assert [True, True] == [bool(one.query("select 1 from contact_lists")) for one in (first, second)]
