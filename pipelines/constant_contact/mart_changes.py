"""What changed since the marts were last built, so that a night without news does not build them all again.

Every mart is a function of the raw rows, the dbt project and its variables, and of nothing else: no clock, no earlier
mart. So the record of a build, kept in the warehouse beside the rows that it is about, holds a fingerprint of each raw
table that the project stages, and one of the project with its variables. A table with another fingerprint selects its
staging model and all that follows from it; whatever else differs selects everything. The record goes before a build
begins and comes back when it succeeded, so a build that failed or was killed is repeated as a whole.

Knows the names of staging models and raw tables, no model's SQL. A fingerprint reads each row once, in the database.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from pipelines.constant_contact.events import TransformEnded, TransformStarted
from pipelines.constant_contact.transform import analytics_dataset, model_names, project_dir, run_transforms
from sources.constant_contact.warehouse import identifiers, literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from pathlib import Path

    from pipelines.constant_contact.destinations.warehouse import Warehouse
    from pipelines.constant_contact.events import Listener

RECORD = "_ctct_marts"
LOADER = "_dlt_"
"""Columns of the loader's own; of them marts show the load id alone, and only of events."""
EVENTS = ("email_sends", "email_opens", "email_clicks", "email_forwards", "email_optouts", "email_bounces")
LOAD_ID = "_dlt_load_id"
COMPILED_IN = "account"
"""The raw table whose values stand in the compiled SQL of all marts: time zone and id."""
SUMS = {
    "duckdb": "sum(cast(hash({columns}) as hugeint))",
    "postgres": "sum(cast(hashtextextended(cast(row({columns}) as text), 0) as numeric))",
}
"""Kind of database -> a number of a table's rows, whatever their order; rows that repeat count as often."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inputs:
    """What marts are made of."""

    project: str
    """Fingerprint of the dbt project, its variables and this package."""
    tables: Mapping[str, str]
    """Raw table -> fingerprint of its columns and rows; a table that is not loaded is absent."""


def update_marts(
    opened: Warehouse,
    *,
    listener: Listener,
    time_zone: str | None,
    whole: bool = False,
) -> TransformEnded:
    """Build and test what follows from the changes since the last build; with `whole`, or if none is recorded, all.

    Failures are in the answer, as `run_transforms` gives them. Raises Busy.
    """
    with opened.kept_open():
        now = inputs(opened, time_zone=time_zone)
        chosen = None if whole else selection(last_built(opened), now, present=marts_present(opened))
        if chosen == ():
            return _nothing_to_do(listener)
        opened.execute(f"drop table if exists {opened.qualified(RECORD)}")
    with opened.kept_for_dbt():
        ended = run_transforms(
            destination=opened.dbt,
            dataset=opened.target.dataset,
            work_dir=opened.work_dir / "transforms",
            listener=listener,
            select=chosen or (),
            full_refresh=whole,
            time_zone=time_zone,
        )
    if not ended.failures:
        record(opened, now)
    return ended


def _nothing_to_do(listener: Listener) -> TransformEnded:
    listener(TransformStarted())
    ended = TransformEnded(models=0, tests=0, failures=(), seconds=0.0)
    listener(ended)
    return ended


def selection(before: Inputs | None, now: Inputs, *, present: Iterable[str]) -> tuple[str, ...] | None:
    """What dbt has to select; empty: nothing, None: everything. `present`: marts that are there."""
    if before is None or before.project != now.project or before.tables.keys() != now.tables.keys():
        return None
    changed = sorted(name for name, mark in now.tables.items() if before.tables[name] != mark)
    if COMPILED_IN in changed or not set(model_names()) <= set(present):
        return None
    return tuple(f"stg_{name}+" for name in changed)


def inputs(opened: Warehouse, *, time_zone: str | None) -> Inputs:
    """As they are now. One statement reads every staged table, each row once."""
    columns = opened.columns()
    staged = {name: _compared(name, columns[name]) for name in staged_tables() if name in columns}
    sums = _sums(opened, staged)
    tables = {name: f"{','.join(names)} {sums[name]}" for name, names in staged.items()}
    return Inputs(project=_project(project_dir(), str(time_zone)), tables=tables)


def staged_tables(project: Path | None = None) -> tuple[str, ...]:
    """Raw tables that have a staging model."""
    folder = (project or project_dir()) / "models" / "staging"
    return tuple(sorted(path.stem.removeprefix("stg_") for path in folder.glob("stg_*.sql")))


def _compared(table: str, columns: Iterable[str]) -> tuple[str, ...]:
    return tuple(
        name for name in columns if not name.startswith(LOADER) or (name == LOAD_ID and table in EVENTS)
    )


def _sums(opened: Warehouse, staged: Mapping[str, tuple[str, ...]]) -> Mapping[str, str]:
    """Table -> number of rows and sum of their hashes."""
    form = SUMS[opened.dbt.engine]
    parts = [
        f"select '{name}' as name, count(*) as row_count, {form.format(columns=identifiers(names))} as hashed"
        f" from {opened.qualified(name)}"
        for name, names in staged.items()
        if names
    ]
    rows = opened.query(" union all ".join(parts)) if parts else []
    return dict.fromkeys(staged, "") | {
        str(row["name"]): f"{row['row_count']} {row['hashed']}" for row in rows
    }


def _project(folder: Path, *settings: str) -> str:
    """Hash of every file of the project, of what is set, and of the versions of ours and of dbt."""
    found = hashlib.sha256("\0".join([*settings, *_versions()]).encode())
    for path in sorted(path for path in folder.rglob("*") if path.suffix in {".sql", ".yml", ".md"}):
        found.update(f"\0{path.relative_to(folder)}\0".encode() + path.read_bytes())
    return found.hexdigest()


def _versions() -> Iterable[str]:
    for package in ("constant-contact-pipeline", "dbt-core", "dbt-adapters", "dbt-duckdb", "dbt-postgres"):
        try:
            yield f"{package} {version(package)}"
        except PackageNotFoundError:
            yield package


def marts_present(opened: Warehouse) -> list[str]:
    rows = opened.query(
        "select table_name from information_schema.tables"
        f" where table_schema = {literal(analytics_dataset(opened.target.dataset))}"
    )
    return [str(row["table_name"]) for row in rows]


def last_built(opened: Warehouse) -> Inputs | None:
    """What the marts were last built from; None where that is not recorded."""
    if "inputs" not in opened.columns().get(RECORD, ()):
        return None
    rows = opened.query(f"select inputs from {opened.qualified(RECORD)}")
    return _read(str(rows[0]["inputs"])) if len(rows) == 1 else None


def _read(text: str) -> Inputs | None:
    try:
        found: dict[str, Any] = json.loads(text)
        return Inputs(project=found["project"], tables=found["tables"])
    except (ValueError, KeyError, TypeError):
        return None  # written by another version


def record(opened: Warehouse, now: Inputs) -> None:
    """Note what the marts are built from now."""
    table = opened.qualified(RECORD)
    opened.execute(f"create table {table} (inputs text)")
    opened.execute(f"insert into {table} values ({literal(json.dumps(asdict(now)))})")
