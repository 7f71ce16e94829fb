"""CPU seconds of `ctct transform` after a quiet night, beside a bare cold `dbt build` of the same project, by stage.

Each line is a process of its own on the hand-written account of the tests, so that start, parsing and small models are
all there is; rows cost the same either way (`transforms.py` measures them). Fails where the quiet night costs more than
half.
Usage: PYTHONPATH=. python tests/benchmarks/quiet_transform.py
"""

import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PROJECT = ROOT / "transforms"
RAW_ACCOUNT = ROOT / "tests" / "transforms" / "raw_account.sql"
CTCT = (sys.executable, "-m", "pipelines.constant_contact.cli")
DBT = (sys.executable, "-W", "ignore", "-m", "dbt.cli.main")
PLACES = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--quiet", "--no-version-check")
QUIET_NIGHT = "insert into constant_contact.contact_counts values ('2026-03-12', 5, 2, 1, 0, 1, 1)"
LATE_OPEN = (
    "insert into constant_contact.email_opens"
    " (campaign_activity_id, contact_id, email_address, created_time, occurrence) values"
    " ('spring-1', 'cy', 'cy@yahoo.com', '2026-03-09T10:00:00Z', 1)"
)


def environment(folder: Path) -> dict[str, str]:
    return os.environ | {
        "PYTHONPATH": str(ROOT),
        "DLT_DATA_DIR": str(folder / "dlt"),
        "DESTINATION__DUCKDB__CREDENTIALS": str(folder / "warehouse.duckdb"),
        "CTCT_DUCKDB_PATH": str(folder / "bare.duckdb"),
        "DBT_TARGET_PATH": str(folder / "target"),
        "DBT_LOG_PATH": str(folder / "logs"),
    }


def cpu_s(folder: Path, *command: str) -> float:
    """User and system seconds of one process; ends with its words where it failed."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    ended = subprocess.run(
        command, cwd=folder, env=environment(folder), capture_output=True, text=True, check=False
    )
    if ended.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{ended.stdout[-2000:]}{ended.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def execute(path: Path, sql: str) -> None:
    import duckdb  # noqa: PLC0415 - this process is not what is measured

    with duckdb.connect(str(path)) as connection:
        connection.execute(sql)


def main() -> int:
    found: dict[str, float] = {}

    def measure(name: str, *command: str) -> None:
        found[name] = cpu_s(folder, *command)
        print(f"{name:58} {found[name]:6.1f}", flush=True)

    with tempfile.TemporaryDirectory() as made:
        folder = Path(made)
        for name in ("warehouse", "bare"):
            execute(folder / f"{name}.duckdb", RAW_ACCOUNT.read_text())
        measure("start of ctct alone", *CTCT, "--version")
        measure("start of dbt alone", *DBT, "--version")
        measure("dbt parse, cold", *DBT, "parse", *PLACES)
        measure("dbt parse, kept", *DBT, "parse", *PLACES)
        (folder / "target" / "partial_parse.msgpack").unlink()
        measure("dbt build, cold", *DBT, "build", *PLACES)
        measure("ctct transform, first", *CTCT, "transform")
        measure("ctct transform, nothing changed", *CTCT, "transform")
        execute(folder / "warehouse.duckdb", QUIET_NIGHT)
        measure("ctct transform, quiet night (the day's counts)", *CTCT, "transform")
        execute(folder / "warehouse.duckdb", LATE_OPEN)
        measure("ctct transform, one late open", *CTCT, "transform")
    share = found["ctct transform, quiet night (the day's counts)"] / found["dbt build, cold"]
    print(f"quiet night / cold build: {share:.2f}, allowed 0.50")
    return 0 if share <= 0.5 else 1


if __name__ == "__main__":
    sys.exit(main())
