"""PostgreSQL in earnest: two nights of one account end in the same rows as on DuckDB, in every table and every mart."""

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from filelock import FileLock
from postgres_server import binaries

pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # minutes: a server, two destinations, dbt on both; .ci/run has them
]

SCRIPT = Path(__file__).with_name("two_nights.py")
DIGITS = 9
OF_THE_RUN = ("_dlt_", "run_id", "checked_at", "valid_from", "valid_to", "load_id", "loaded_at")
"""Columns that no two runs share: load ids and the times of the runs themselves."""
DIGESTS = {
    "constant_contact.events": "version_read",
    "constant_contact_staging_models.stg_events": "version_read",
}
"""The start of the first reading is part of these (see reads/events.py)."""
SEEN_BY_A_RUN = ("list_joined", "list_left")
"""Touches of a journey that happened, as far as is known, when a run saw them; and the columns that say when."""
WHEN = ("occurred_at", "seconds_since_previous")

Tables = Mapping[str, list[dict[str, Any]]]


@pytest.fixture(scope="session")
def nights(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Path:
    """The folder that two_nights.py fills; the first worker to come runs it for all."""
    own = tmp_path_factory.getbasetemp()
    work_dir = (own.parent if hasattr(request.config, "workerinput") else own) / "postgres_nights"
    with FileLock(f"{work_dir}.lock"):
        if not (work_dir / "facts.json").exists():
            work_dir.mkdir(exist_ok=True)
            command = [sys.executable, "-W", "ignore", str(SCRIPT), str(work_dir)]
            here = {**os.environ, "PYTHONPATH": str(SCRIPT.parents[2])}
            ended = subprocess.run(
                command, capture_output=True, text=True, timeout=900, check=False, env=here
            )
            assert ended.returncode == 0, ended.stdout + ended.stderr
    return work_dir


@pytest.fixture(scope="session")
def facts(nights: Path) -> Any:
    return json.loads((nights / "facts.json").read_text())


def tables(nights: Path, kind: str, dataset: str) -> Tables:
    found: Tables = pickle.loads((nights / f"{kind}.pickle").read_bytes())
    return {name: rows for name, rows in found.items() if name.split(".")[0] == dataset}


def differences(duckdb: Tables, postgres: Tables) -> list[str]:
    """One line per table that is not the same; rows in any order, floats to nine digits."""
    told = [f"{name}: only on one of them" for name in sorted(duckdb.keys() ^ postgres.keys())]
    for name in sorted(duckdb.keys() & postgres.keys()):
        one, other = (sorted(comparable(name, row) for row in each[name]) for each in (duckdb, postgres))
        if one != other:
            apart = [pair for pair in zip(one, other, strict=False) if pair[0] != pair[1]][:1]
            told.append(f"{name}: {len(one)} and {len(other)} rows, the first that differ {apart}")
    return told


def comparable(table: str, row: Mapping[str, Any]) -> str:
    own = {DIGESTS.get(table), *(WHEN if row.get("touch") in SEEN_BY_A_RUN else ())}
    kept = {name: value for name, value in row.items() if name not in own and not name.startswith(OF_THE_RUN)}
    return repr(sorted((name, plain(value)) for name, value in kept.items()))


def plain(value: Any) -> Any:
    """A value in one form for both: JSON as an object, instants in UTC, numbers to nine digits."""
    if isinstance(value, datetime):
        return value.timestamp() if value.tzinfo else value.isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, float | Decimal):
        number = float(f"{float(value):.{DIGITS}g}")  # a sum of whole numbers is a decimal on PostgreSQL
        return int(number) if number.is_integer() else number
    if isinstance(value, str) and value[:1] in {"[", "{"}:
        value = json.loads(value)
    return json.dumps(value, sort_keys=True) if isinstance(value, list | dict) else value


def test_raw_tables_are_the_same(nights: Path) -> None:
    """
    What the loader writes does not depend on the destination: tables, columns, rows.
    """
    dataset = "constant_contact"
    # fingerprints in _ctct_marts are made by each engine's own hash
    of_the_runs = ("constant_contact._ctct_runs", "constant_contact._ctct_marts", "constant_contact._dlt_")
    duckdb, postgres = (
        {
            name: rows
            for name, rows in tables(nights, kind, dataset).items()
            if not name.startswith(of_the_runs)
        }
        for kind in ("duckdb", "postgres")
    )
    assert len(duckdb) > 29
    assert [] == differences(duckdb, postgres)


@pytest.mark.parametrize("layer", ["constant_contact_analytics", "constant_contact_staging_models"])
def test_models_are_the_same(nights: Path, layer: str) -> None:
    """
    Every mart and every staging view has the same rows on both, after a second night brought the events up to date.
    """
    duckdb, postgres = tables(nights, "duckdb", layer), tables(nights, "postgres", layer)
    assert len(duckdb) > 23
    assert any(duckdb.values())
    assert [] == differences(duckdb, postgres)


def test_questions_are_answered_alike(nights: Path) -> None:
    """
    The questions have the same answers on both, and neither warehouse can be changed by asking.
    """
    duckdb, postgres = tables(nights, "duckdb", "answers"), tables(nights, "postgres", "answers")
    assert "only reads" in postgres["answers.refused"][0]["words"]
    assert "only reads" in duckdb["answers.refused"][0]["words"]
    own = {"answers.refused"}
    assert [] == differences(
        {name: rows for name, rows in duckdb.items() if name not in own},
        {name: rows for name, rows in postgres.items() if name not in own},
    )


def test_awkward_texts_come_back_as_they_went(facts: Any) -> None:
    """
    Empty text is not null, quotes and line ends stay; the NUL character, which PostgreSQL has no place for, goes.
    """
    expected = facts["duckdb"]["texts"]
    assert "" in expected
    assert [text and text.replace("\x00", "") for text in expected] == facts["postgres"]["texts"]


def test_another_machine_is_told_that_a_sync_is_running(facts: Any) -> None:
    """
    A second sync with a working folder of its own waits, is told which session has the dataset, and is not let in.
    """
    told = facts["postgres"]["second_machine"]
    assert told.startswith("another sync into dataset 'constant_contact' (PostgreSQL session ")
    assert "is running, perhaps on another machine" in told


def test_status_counts_the_same_rows(facts: Any) -> None:
    """
    The status of a warehouse on PostgreSQL reads like that of one on DuckDB.
    """
    assert facts["duckdb"]["status"] == facts["postgres"]["status"]
    assert ["complete", "complete"] == facts["postgres"]["status"]["runs"]


def test_report_is_written_from_postgres(nights: Path) -> None:
    """
    The report page is drawn from PostgreSQL as well.
    """
    sizes = [(nights / f"{kind}.html").stat().st_size for kind in ("duckdb", "postgres")]
    assert sizes[0] == pytest.approx(sizes[1], rel=0.01)
