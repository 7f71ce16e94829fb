"""The transforms in process: what is built, what is left behind, and how failures read."""

from __future__ import annotations

import contextlib
import io
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import duckdb
import pytest

from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
from pipelines.constant_contact.errors import UserError
from pipelines.constant_contact.events import Event, MartStarted, TransformEnded, TransformStarted, Warned
from pipelines.constant_contact.request import load_settings
from pipelines.constant_contact.transform import (
    NothingSelectedError,
    docs,
    model_names,
    project_dir,
    run_transforms,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.long  # dbt starts many times


DATASET = "constant_contact"
RAW_ACCOUNT = Path(__file__).parents[1] / "transforms" / "raw_account.sql"
MODELS = {
    "first": "select contact_id, cast(age as integer) as age from {{ var('raw_dataset') }}.contacts",
    "second": "select count(*) as contacts from {{ ref('first') }}",
}
CONFIG = "{{ config(materialized='table', contract={'enforced': false}) }}"
TESTS = """
models:
  - name: first
    columns:
      - name: contact_id
        data_tests: [unique, not_null]
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Built:
    """What one run left behind."""

    ended: TransformEnded
    events: list[Event]
    path: Path
    project: Path
    work_dir: Path
    printed: str
    environment_before: Mapping[str, str]
    environment_after: Mapping[str, str]
    files_before: Mapping[Path, float]
    files_after: Mapping[Path, float]


def files(folder: Path) -> dict[Path, float]:
    return {path: path.stat().st_mtime for path in folder.rglob("*") if path.is_file()}


def write_warehouse(path: Path, *ages: str) -> Path:
    with contextlib.closing(duckdb.connect(str(path))) as connection:
        connection.execute(f"create schema {DATASET}")
        connection.execute(f"create table {DATASET}.contacts (contact_id text, age text)")
        for number, age in enumerate(ages):
            connection.execute(f"insert into {DATASET}.contacts values (?, ?)", [f"c{number}", age])
    return path


def write_project(folder: Path) -> Path:
    """Two models with the installed project's own profile: dbt's start is what costs time here."""
    marts = folder / "models" / "marts"
    marts.mkdir(parents=True)
    shutil.copy(project_dir() / "profiles.yml", folder)
    shutil.copy(project_dir() / "dbt_project.yml", folder)
    shutil.copytree(project_dir() / "macros", folder / "macros")
    for name, sql in MODELS.items():
        (marts / f"{name}.sql").write_text(f"{CONFIG}{sql}")
    (marts / "marts.yml").write_text(TESTS)
    return folder


def transform(built: Built, path: Path, *select: str) -> TransformEnded:
    return run_transforms(
        destination=DbtProfile(kind="duckdb", duckdb_path=path),
        dataset=DATASET,
        select=select,
        work_dir=built.work_dir,
        project=built.project,
        listener=lambda _event: None,
    )


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    root = tmp_path_factory.mktemp("transform")
    path, project = write_warehouse(root / "small.duckdb", "30", "41"), write_project(root / "project")
    events: list[Event] = []
    before, environment, printed = files(project), dict(os.environ), io.StringIO()
    with contextlib.redirect_stdout(printed), contextlib.redirect_stderr(printed):
        ended = run_transforms(
            destination=DbtProfile(kind="duckdb", duckdb_path=path),
            dataset=DATASET,
            work_dir=root / "work",
            project=project,
            listener=events.append,
        )
    return Built(
        ended=ended,
        events=events,
        path=path,
        project=project,
        work_dir=root / "work",
        printed=printed.getvalue(),
        environment_before=environment,
        environment_after=dict(os.environ),
        files_before=before,
        files_after=files(project),
    )


def test_marts_are_built_beside_the_raw_dataset(built: Built) -> None:
    """The marts of dataset X stand in X_analytics."""
    with contextlib.closing(duckdb.connect(str(built.path), read_only=True)) as connection:
        rows = connection.execute("select contacts from constant_contact_analytics.second").fetchall()

    assert rows == [(2,)]


def test_what_ran_is_told(built: Built) -> None:
    """The listener hears the start, each mart as it begins, and the end, which counts models and tests."""
    start, *marts, end = built.events
    assert (start, end) == (TransformStarted(), built.ended)
    told = [mart for mart in marts if isinstance(mart, MartStarted)]
    assert ["first", "second"] == [mart.name for mart in told]
    assert [True, True] == [1 <= mart.number <= mart.total == 4 for mart in told]
    assert (built.ended.models, built.ended.tests, built.ended.failures) == (2, 2, ())


def test_dbt_prints_nothing(built: Built) -> None:
    """Neither stream gets a word of dbt."""
    assert built.printed == ""


def test_environment_is_as_before(built: Built) -> None:
    """No variable of the call stays: a password must not reach later child processes."""
    assert built.environment_before == built.environment_after


def test_project_folder_is_not_written_to(built: Built) -> None:
    """Target and logs go to the work folder; an installed project may be read-only."""
    assert built.files_before == built.files_after
    assert (built.work_dir / "target" / "manifest.json").is_file()


def test_file_is_free_after_the_run(built: Built) -> None:
    """The file can be opened at once, with other settings than dbt's."""
    with contextlib.closing(duckdb.connect(str(built.path), config={"threads": 1})) as connection:
        assert connection.execute(f"select count(*) from {DATASET}.contacts").fetchall() == [(2,)]


def test_failed_model_is_one_sentence_with_the_mend(built: Built, tmp_path: Path) -> None:
    """A failed cast names model, reason and next step; what hangs on the model is counted."""
    path = write_warehouse(tmp_path / "bad.duckdb", "30", "young")

    ended = transform(built, path)

    first, second = ended.failures
    assert first.startswith("model first failed: Conversion Error: Could not convert string 'young' to INT32")
    assert first.endswith("then run `ctct transform --select first`")
    assert "\n" not in first
    assert second == "3 built on these were skipped and keep their rows of the last run"


def test_failed_test_names_its_model(built: Built, tmp_path: Path) -> None:
    """A broken grain is one sentence: which test, how many rows, what to run after the fix."""
    path = write_warehouse(tmp_path / "twice.duckdb", "30")
    with contextlib.closing(duckdb.connect(str(path))) as connection:
        connection.execute(f"insert into {DATASET}.contacts values ('c0', '31')")

    ended = transform(built, path, "first")

    assert len(ended.failures) == 1
    assert ended.failures[0].startswith("test unique_first_contact_id failed on 1 row; see its SQL in ")
    assert ended.failures[0].endswith("then run `ctct transform --select first`")


def test_unknown_selection_lists_the_marts(built: Built) -> None:
    """Selecting nothing is a mistake, and the valid names are in the message."""
    with pytest.raises(NothingSelectedError, match="no model matches 'frist'; the marts are first, second"):
        transform(built, built.path, "frist")


def test_locked_file_is_one_sentence(built: Built, tmp_path: Path) -> None:
    """A warehouse that another process holds is named, with the fix and without a traceback."""
    path = write_warehouse(tmp_path / "held.duckdb", "30")
    code = f"import duckdb; held = duckdb.connect({str(path)!r}); print('held', flush=True); input()"
    holder = subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        ended = transform(built, path)
        holder.communicate(b"\n")

    assert ended.failures == (f"another program has {path} open; close it, then run `ctct transform`",)


def test_time_zone_reaches_the_models(built: Built, tmp_path: Path) -> None:
    """The setting is the project's variable, over the project's own value."""
    path, project = write_warehouse(tmp_path / "zone.duckdb", "30"), write_project(tmp_path / "project")
    (project / "models" / "marts" / "second.sql").write_text(
        f"{CONFIG}select '{{{{ var('time_zone') }}}}' as zone"
    )
    ended = run_transforms(
        destination=DbtProfile(kind="duckdb", duckdb_path=path),
        dataset=DATASET,
        select=("second",),
        work_dir=tmp_path / "work",
        project=project,
        time_zone="Asia/Tokyo",
        listener=lambda _event: None,
    )
    assert ended.failures == ()
    with contextlib.closing(duckdb.connect(str(path), read_only=True)) as connection:
        rows = connection.execute("select zone from constant_contact_analytics.second").fetchall()
    assert rows == [("Asia/Tokyo",)]


def test_unknown_time_zone_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """A zone that does not exist is a mistake of the configuration, told before anything runs."""
    monkeypatch.setenv("SOURCES__CONSTANT_CONTACT__TIME_ZONE", "Mars/Olympus")
    with pytest.raises(UserError, match="time_zone is 'Mars/Olympus', which is no time zone: write it like"):
        load_settings()


def test_what_the_project_warns_of_is_told_once(tmp_path: Path) -> None:
    """Whichever models meet it."""
    path, project = write_warehouse(tmp_path / "odd.duckdb", "30"), write_project(tmp_path / "project")
    for name in MODELS:
        (project / "models" / "marts" / f"{name}.sql").write_text(
            CONFIG + "{% if execute %}{% do exceptions.warn('odd orders') %}{% endif %}select 1 as contact_id"
        )
    events: list[Event] = []
    ended = run_transforms(
        destination=DbtProfile(kind="duckdb", duckdb_path=path),
        dataset=DATASET,
        work_dir=tmp_path / "work",
        project=project,
        listener=events.append,
    )
    assert (ended.failures, ended.models) == ((), 2)
    assert [event.message for event in events if isinstance(event, Warned)] == ["odd orders"]


def test_database_that_does_not_know_a_zone_says_so(tmp_path: Path) -> None:
    """The marts' own check of a zone, for whoever runs the project by hand."""
    path = tmp_path / "account.duckdb"
    with contextlib.closing(duckdb.connect(str(path))) as connection:
        connection.execute(RAW_ACCOUNT.read_text("utf-8"))
    ended = run_transforms(
        destination=DbtProfile(kind="duckdb", duckdb_path=path),
        dataset=DATASET,
        select=("calendar",),
        work_dir=tmp_path / "work",
        time_zone="Mars/Olympus",
        listener=lambda _event: None,
    )
    assert "time_zone 'Mars/Olympus' is not a time zone that this database knows" in ended.failures[0]


def test_orders_without_a_column_say_which(tmp_path: Path) -> None:
    """A shop's relation that lacks columns is named with all of them."""
    path, project = tmp_path / "account.duckdb", tmp_path / "project"
    with contextlib.closing(duckdb.connect(str(path))) as connection:
        connection.execute(RAW_ACCOUNT.read_text("utf-8"))
        connection.execute("create table lacks as select 1 as order_id, 'a@b.example' as email, 1 as amount")
    shutil.copytree(project_dir(), project)
    settings = project / "dbt_project.yml"
    settings.write_text(
        settings.read_text("utf-8").replace("orders_relation: null", "orders_relation: main.lacks")
    )
    ended = run_transforms(
        destination=DbtProfile(kind="duckdb", duckdb_path=path),
        dataset=DATASET,
        select=("int_orders",),
        work_dir=tmp_path / "work",
        project=project,
        listener=lambda _event: None,
    )
    assert "orders_relation 'main.lacks' has no column email_address, ordered_at: name" in ended.failures[0]


def test_missing_raw_dataset_is_one_sentence(tmp_path: Path) -> None:
    """Marts over nothing are no success: what was looked for, where, and what to do."""
    ended = run_transforms(
        destination=DbtProfile(kind="duckdb", duckdb_path=tmp_path / "empty.duckdb"),
        dataset="elsewhere",
        work_dir=tmp_path / "work",
        listener=lambda _event: None,
    )
    [failure] = ended.failures
    assert "no raw table is in dataset 'elsewhere' of database 'empty': looked for contacts and" in failure
    assert "load them with `ctct sync`" in failure
    assert (ended.models, ended.tests) == (0, 0)


def test_documentation_is_one_page(built: Built, tmp_path: Path) -> None:
    """The documentation is a single HTML file that knows the models."""
    page = docs(
        destination=DbtProfile(kind="duckdb", duckdb_path=built.path),
        dataset=DATASET,
        work_dir=built.work_dir,
        project=built.project,
        out=tmp_path / "new" / "docs.html",
    )

    assert "model.constant_contact.second" in page.read_text("utf-8")


def test_documentation_tells_nothing_of_the_machine(built: Built, tmp_path: Path) -> None:
    """The page is for others: no folder of this machine is in it, neither ours nor the user's."""
    page = docs(
        destination=DbtProfile(kind="duckdb", duckdb_path=built.path),
        dataset=DATASET,
        work_dir=built.work_dir,
        project=built.project,
        out=tmp_path / "docs.html",
    ).read_text("utf-8")

    folders = {built.path.parent, built.work_dir, built.project, tmp_path, Path.cwd(), Path.home()}
    assert [] == [folder for folder in folders if str(folder) in page]
    assert '"compiled_path": "target/compiled/constant_contact/models/marts/second.sql"' in page


def test_password_is_not_in_the_repr() -> None:
    """A destination can be logged."""
    destination = DbtProfile(kind="postgres", user="ann", dbname="mail", password="hunter2")

    assert "hunter2" not in repr(destination)


@pytest.mark.parametrize("missing", [{"kind": "duckdb"}, {"kind": "postgres", "user": "ann"}])
def test_destination_refuses_to_be_incomplete(missing: dict[str, str]) -> None:
    """A destination without its file, or its database, fails when it is made."""
    with pytest.raises(ValueError, match="destination needs"):
        DbtProfile(**missing)  # type: ignore[arg-type]


def test_installed_project_comes_before_the_checkout(tmp_path: Path) -> None:
    """The project inside the package wins; a folder without dbt_project.yml does not count."""
    empty, installed, checkout = (tmp_path / name for name in ("empty", "installed", "checkout"))
    for folder in (empty, installed, checkout):
        folder.mkdir()
    for folder in (installed, checkout):
        (folder / "dbt_project.yml").touch()

    assert installed == project_dir((empty, installed, checkout))


def test_missing_project_says_what_to_do(tmp_path: Path) -> None:
    """A broken installation is named, with the way round it."""
    with pytest.raises(FileNotFoundError, match="install constant-contact-pipeline again"):
        project_dir((tmp_path,))


def test_marts_can_be_named() -> None:
    """The names that can be selected come from the project itself."""
    assert {"campaigns", "contacts", "email_events", "lists"} <= set(model_names())


def test_encryption_of_the_load_is_that_of_the_transforms() -> None:
    """What a connection string says of TLS holds for dbt too; what the client library has no variable for is left."""
    place = DbtProfile(
        kind="postgres",
        user="u",
        dbname="d",
        options={"sslmode": "verify-full", "sslrootcert": "/ca.pem", "x": "1"},
    )

    given = {name: value for name, value in place.environment().items() if not name.startswith("CTCT_")}

    assert {"PGSSLMODE": "verify-full", "PGSSLROOTCERT": "/ca.pem"} == given
