"""A run that begins after one that died in the middle of loading."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import dlt
import pytest

from pipelines.constant_contact.sync.recovery import _finish

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.filterwarnings("ignore")


@dlt.source(name="account")
def account() -> Any:
    """A table that is merged on its key and taken to have no row twice, one that is replaced as a set, one of which all
    rows are new.
    """
    merge: Any = {"disposition": "merge", "strategy": "delete-insert", "deduplicated": True}
    whole: Any = {"disposition": "merge", "strategy": "delete-insert"}

    @dlt.resource(write_disposition=merge, primary_key="id")
    def lists() -> Iterator[dict[str, int]]:
        yield from ({"id": number} for number in range(5))

    @dlt.resource(write_disposition=whole, merge_key="id", primary_key="")
    def members() -> Iterator[dict[str, int]]:
        yield from ({"id": number, "member": number} for number in range(5))

    @dlt.resource(write_disposition="append")
    def new() -> Iterator[dict[str, int]]:
        yield from ({"id": number} for number in range(5))

    return lists, members, new


@pytest.fixture
def pipeline(tmp_path: Path) -> dlt.Pipeline:
    return dlt.pipeline(
        "died",
        destination=dlt.destinations.duckdb(str(tmp_path / "died.duckdb")),
        dataset_name="raw",
        pipelines_dir=str(tmp_path / "dlt"),
    )


@pytest.mark.parametrize("stands_in", ["started_jobs", "completed_jobs", "new_jobs"])
def test_file_that_was_loaded_and_not_noted_is_not_loaded_twice(
    pipeline: dlt.Pipeline, stands_in: str
) -> None:
    """The rows of a package that died between a file's loading and the note of it are there once."""
    pipeline.extract(account())
    pipeline.normalize()
    (load_id,) = pipeline.list_normalized_load_packages()
    package = Path(pipeline.working_dir) / "load" / "normalized" / load_id
    kept = package.parents[2] / "kept"
    shutil.copytree(package, kept)
    pipeline.load()  # the staging tables are full now
    shutil.rmtree(package.parents[1] / "loaded" / load_id)
    shutil.copytree(kept, package)
    (package / "schema_updates.json").rename(package / "applied_schema_updates.json")
    for job in list((package / "new_jobs").glob("*.*")):
        job.rename(package / stands_in / job.name)

    _finish(pipeline)

    with pipeline.sql_client() as client:
        rows = {
            name: client.execute_sql(f"select count(*), count(distinct id) from {name}")
            for name in ("lists", "members", "new")
        }
    assert {"lists": [(5, 5)], "members": [(5, 5)], "new": [(5, 5)]} == rows


def sets(*members: dict[str, Any], new: bool) -> Any:
    """One table of sets; a member with `gone` is to go, which has a meaning in a merge only."""
    merge: Any = {"disposition": "merge", "strategy": "delete-insert"}
    hints: Any = {"gone": {"data_type": "bool", "hard_delete": not new}}

    @dlt.resource(
        name="members",
        write_disposition="append" if new else merge,
        merge_key="id",
        primary_key="",
        columns=hints,
    )
    def rows() -> Iterator[dict[str, Any]]:
        yield from members

    return dlt.source(lambda: rows, name="account")()


def test_a_package_is_loaded_by_the_schema_that_it_was_extracted_with(pipeline: dlt.Pipeline) -> None:
    """A run that died when its package was whole and the schema beside it not yet that of the package."""
    pipeline.run(sets({"id": 1, "member": "a", "gone": None}, new=True))
    schemas = Path(pipeline.working_dir) / "schemas"
    shutil.copytree(schemas, schemas.parent / "kept")
    pipeline.extract(sets({"id": 1, "member": "", "gone": True}, new=False))
    shutil.rmtree(schemas)
    (schemas.parent / "kept").rename(schemas)
    next_run = dlt.attach("died", pipelines_dir=pipeline.pipelines_dir, destination=pipeline.destination)

    _finish(next_run)

    with next_run.sql_client() as client:
        assert [] == client.execute_sql("select member from members")
