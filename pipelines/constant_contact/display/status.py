"""`ctct status`: is it fresh, where the warehouse is, what is in it and how fresh, the last runs, what is left today.

Reads the warehouse's own tables only (`_dlt_loads`, `_ctct_runs`, `_ctct_audit` and row counts); quota is known
elsewhere and passed in, how far first reads have come is added by `backfill`. Nothing is asked of the API. Any table
may be missing: a warehouse that another tool loaded, or that is empty, still has a status. How it looks: `status_view`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import shlex
import shutil
import sys
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any, Literal

from pipelines.constant_contact.destinations.target import DEFAULT_PROFILE
from pipelines.constant_contact.display.plain_text import json_text
from pipelines.constant_contact.display.verdict import DEFAULT_MAX_AGE, Verdict, completed_at, verdict
from pipelines.constant_contact.reporting.dataset_view import (
    DatasetView,
    moment,
    text,
    whole,
)
from pipelines.constant_contact.transform import analytics_dataset
from sources.constant_contact.warehouse import identifier, literal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from pipelines.constant_contact.destinations.dbt_profile import DbtProfile
    from pipelines.constant_contact.reporting.dataset_view import Query, Row

MAX_RUNS = 5
LOADER_TABLES = "_dlt_"
OWN_TABLES = "_ctct_"
SET_ASIDE = "_ctct_set_aside"


@dataclass(frozen=True, slots=True, kw_only=True)
class Warehouse:
    kind: Literal["duckdb", "postgres", "ducklake"]
    location: str
    """A file, or host and database."""
    exists: bool
    """False: nothing was loaded yet (a file that is not there; a server is taken to exist)."""
    size_bytes: int | None
    open_with: str
    """A line for the shell that opens it for reading."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TableStatus:
    name: str
    rows: int
    changed_at: dt.datetime | None
    """When the newest row of it was loaded; None: not recorded, or no row."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunStatus:
    run_id: str
    status: str
    started_at: dt.datetime | None
    ended_at: dt.datetime | None
    requests_sent: int
    planned_requests: int | None
    rows: int
    stopped_reason: str
    resume_after: dt.datetime | None
    warnings: tuple[str, ...]
    account_id: str | None = None
    """Whose rows they are, where that was known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditCount:
    """One count that was compared."""

    table: str
    scope: str
    scope_id: str
    scope_name: str
    source_count: int
    loaded_count: int
    explanation: str
    ok: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditStatus:
    """The newest audit; a run that stopped early may have made none."""

    run_id: str
    checked_at: dt.datetime | None
    counts: int
    differences: tuple[AuditCount, ...]
    lines: tuple[AuditCount, ...] = ()
    """All counts, those that differ among them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Quota:
    used_today: int
    per_day: int
    reserve_per_day: int = 0
    known_left: int | None = None
    """What may still be sent where more is known than the count: the server may have called the day spent."""

    @property
    def left_today(self) -> int:
        if self.known_left is not None:
            return self.known_left
        return max(0, self.per_day - self.reserve_per_day - self.used_today)


@dataclass(frozen=True, slots=True, kw_only=True)
class Backfill:
    """A first read that is not finished; `unit` names what `done` and `total` count, such as campaigns."""

    resource: str
    done: int
    total: int | None
    unit: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StatusReport:
    warehouse: Warehouse
    dataset: str
    profile: str = DEFAULT_PROFILE
    verdict: Verdict
    completed_at: dt.datetime | None
    """End of the newest complete run."""
    loaded_at: dt.datetime | None
    tables: tuple[TableStatus, ...]
    marts: tuple[TableStatus, ...]
    runs: tuple[RunStatus, ...]
    """Newest first."""
    audit: AuditStatus | None
    set_aside: tuple[TableStatus, ...]
    """Rows that have no place in their table yet, by table; `changed_at` is when the newest was seen."""
    quota: Quota | None
    backfill: tuple[Backfill, ...] = ()
    """See `backfill`."""

    @property
    def account_id(self) -> str | None:
        """By the newest run that knew it."""
        return next((run.account_id for run in self.runs if run.account_id), None)


def collect(
    query: Query | None,
    dataset: str,
    *,
    destination: DbtProfile,
    profile: str = DEFAULT_PROFILE,
    quota: Quota | None = None,
    which: Callable[[str], str | None] = shutil.which,
    max_age: dt.timedelta = DEFAULT_MAX_AGE,
    now: dt.datetime | None = None,
) -> StatusReport:
    """Read the status; `query` is None where there is no warehouse to ask yet."""
    ask = query if query is not None else _nothing
    raw, marts = DatasetView.read(ask, dataset), DatasetView.read(ask, analytics_dataset(dataset))
    loads = _loads(raw)
    hidden = (LOADER_TABLES, OWN_TABLES)
    names = sorted(name for name in raw.columns if not name.startswith(hidden))
    runs = recorded_runs(raw, MAX_RUNS)
    loaded_at = max(loads.values(), default=None)
    complete = _last_complete(raw) or completed_at(((run.status, run.ended_at) for run in runs), loaded_at)
    return StatusReport(
        warehouse=_warehouse(destination, which),
        dataset=dataset,
        profile=profile,
        verdict=verdict(
            complete, runs[0].status if runs else None, max_age=max_age, now=now or dt.datetime.now(dt.UTC)
        ),
        completed_at=complete,
        loaded_at=loaded_at,
        tables=_tables(raw, names, loads),
        marts=_tables(marts, sorted(marts.columns), {}),
        runs=runs,
        audit=_audit(raw),
        set_aside=_set_aside(raw),
        quota=quota,
    )


def to_json(report: StatusReport, *, indent: int | None = 2) -> str:
    """One JSON object; times as ISO 8601 in UTC."""
    fields: dict[str, Any] = {"account_id": report.account_id, **asdict(report)}
    if report.quota is not None:
        fields["quota"].pop("known_left")
        fields["quota"]["left_today"] = report.quota.left_today
    return json_text(fields, default=_iso, indent=indent)


def _iso(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat()
    raise TypeError(f"{type(value).__name__} has no JSON form here")


def _nothing(_sql: str) -> list[Row]:
    return []


def _warehouse(destination: DbtProfile, which: Callable[[str], str | None]) -> Warehouse:
    if destination.kind == "ducklake":
        return Warehouse(
            kind="ducklake",
            location=destination.place,
            exists=True,
            size_bytes=None,
            open_with=_shell_line("ctct", "sql", "--destination", "ducklake", "show tables"),
        )
    path = destination.duckdb_path
    if path is None:
        return Warehouse(
            kind="postgres",
            location=f"{destination.host}:{destination.port}/{destination.dbname}",
            exists=True,
            size_bytes=None,
            open_with=_open_postgres(destination),
        )
    exists = path.is_file()
    return Warehouse(
        kind="duckdb",
        location=str(path),
        exists=exists,
        size_bytes=path.stat().st_size if exists else None,
        open_with=_open_duckdb(path, which),
    )


def _open_postgres(destination: DbtProfile) -> str:
    """No password: the client asks for it."""
    where = ("-h", destination.host, "-p", str(destination.port))
    return _shell_line("psql", *where, "-U", destination.user, destination.dbname)


def _open_duckdb(path: Path, which: Callable[[str], str | None]) -> str:
    """The duckdb shell where it is installed; the Python package brings none, so else a Python prompt."""
    if which("duckdb"):
        return _shell_line("duckdb", "-readonly", str(path))
    code = f"import duckdb; sql = duckdb.connect({str(path)!r}, read_only=True).sql"
    return _shell_line(sys.executable, "-i", "-c", code)


def _shell_line(*words: str) -> str:
    """In double quotes where quotes are needed: only in them may a line be folded (see `status_view`)."""
    return " ".join(word if shlex.quote(word) == word else _double_quoted(word) for word in words)


def _double_quoted(word: str) -> str:
    return '"' + re.sub(r'([\\"$`])', r"\\\1", word) + '"'


def _loads(raw: DatasetView) -> dict[str, dt.datetime]:
    """Completed loads: id to the time of their commit."""
    if not raw.has("_dlt_loads", "load_id", "inserted_at", "status"):
        return {}
    rows = raw.query(f"select load_id, inserted_at from {raw.name('_dlt_loads')} where status = 0")
    return {text(row["load_id"]): time for row in rows if (time := moment(row["inserted_at"]))}


def _tables(view: DatasetView, names: list[str], loads: dict[str, dt.datetime]) -> tuple[TableStatus, ...]:
    if not names:
        return ()
    counts = " union all ".join(
        f"select {literal(name)} as table_name, count(*) as row_count, {_newest_load(view, name)} as load_id "
        f"from {view.name(name)}"
        for name in names
    )
    found = {text(row["table_name"]): row for row in view.query(counts)}
    return tuple(
        TableStatus(
            name=name,
            rows=whole(found[name]["row_count"]),
            changed_at=loads.get(text(found[name]["load_id"])),
        )
        for name in names
    )


def _newest_load(view: DatasetView, table: str) -> str:
    """Load ids are times in text of one length, so the greatest is the newest."""
    return f"max({identifier('_dlt_load_id')})" if view.has(table, "_dlt_load_id") else "cast(null as text)"


def recorded_runs(raw: DatasetView, limit: int) -> tuple[RunStatus, ...]:
    """The newest runs first; none where no run was recorded."""
    if not raw.has("_ctct_runs", "run_id", "started_at", "status"):
        return ()
    sql = f"select * from {raw.name('_ctct_runs')} order by started_at desc limit {limit}"
    return tuple(_run(row) for row in raw.query(sql))


def _last_complete(raw: DatasetView) -> dt.datetime | None:
    if not raw.has("_ctct_runs", "ended_at", "status"):
        return None
    sql = f"select max(ended_at) as ended_at from {raw.name('_ctct_runs')} where status = 'complete'"
    return moment(raw.query(sql)[0]["ended_at"])


def _set_aside(raw: DatasetView) -> tuple[TableStatus, ...]:
    if not raw.has(SET_ASIDE, "table_name", "last_seen_at"):
        return ()
    sql = (
        f"select table_name, count(*) as row_count, max(last_seen_at) as seen_at from {raw.name(SET_ASIDE)}"
        " group by table_name order by table_name"
    )
    return tuple(
        TableStatus(
            name=text(row["table_name"]), rows=whole(row["row_count"]), changed_at=moment(row["seen_at"])
        )
        for row in raw.query(sql)
    )


def _run(row: Row) -> RunStatus:
    rows, warnings = _json(row.get("rows")), _json(row.get("warnings"))
    planned = row.get("planned_requests")
    return RunStatus(
        run_id=text(row["run_id"]),
        status=text(row["status"]),
        started_at=moment(row["started_at"]),
        ended_at=moment(row.get("ended_at")),
        requests_sent=whole(row.get("requests_sent")),
        planned_requests=None if planned is None else whole(planned),
        rows=sum(whole(count) for count in rows.values()) if isinstance(rows, dict) else 0,
        stopped_reason=text(row.get("stopped_reason")),
        resume_after=moment(row.get("resume_after")),
        warnings=tuple(str(warning) for warning in warnings) if isinstance(warnings, list) else (),
        account_id=text(row.get("account_id")) or None,
    )


def _json(value: object) -> object:
    """A column of JSON text; a database that parses it itself is fine too, a broken one reads as nothing."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except ValueError:
        return None


def _audit(raw: DatasetView) -> AuditStatus | None:
    if not raw.has("_ctct_audit", "run_id", "checked_at", "table_name", "ok"):
        return None
    table = raw.name("_ctct_audit")
    newest = f"select run_id from {table} order by checked_at desc limit 1"
    rows = raw.query(f"select * from {table} where run_id = ({newest}) order by table_name")
    if not rows:
        return None
    lines = tuple(_count(row) for row in rows)
    return AuditStatus(
        run_id=text(rows[0]["run_id"]),
        checked_at=max((time for row in rows if (time := moment(row["checked_at"]))), default=None),
        counts=len(rows),
        differences=tuple(line for line in lines if not line.ok),
        lines=lines,
    )


def _count(row: Row) -> AuditCount:
    return AuditCount(
        table=text(row["table_name"]),
        scope=text(row.get("scope")),
        scope_id=text(row.get("scope_id")),
        scope_name=text(row.get("scope_name")),
        source_count=whole(row.get("source_count")),
        loaded_count=whole(row.get("loaded_count")),
        explanation=text(row.get("explanation")),
        ok=bool(row["ok"]),
    )
