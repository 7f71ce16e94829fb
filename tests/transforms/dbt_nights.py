"""Builds the warehouses of these tests with the real dbt, in a process of its own.

Its own process, because in pytest's dbt's deprecation warnings would be errors and its settings global; one
process and one path for all four, because importing dbt and parsing the project are most of the time.
Usage: python dbt_nights.py <work dir>; leaves built, stepped, refreshed, partial, random_stepped and
random_refreshed.duckdb there, manifest.json, compiled/ and freshness.json. With <nights> <seed> behind it: the random
ones only.
"""

import os
import random
import shutil
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[2] / "transforms"
RAW_ACCOUNT = Path(__file__).with_name("raw_account.sql").read_text()
PARTIAL = (
    "create schema",
    "constant_contact.contacts (",
    "constant_contact.contacts values",
    "constant_contact.contact_lists",
)
FEEDS = {
    "email_sends": "em_sends",
    "email_opens": "em_opens",
    "email_clicks": "em_clicks",
    "email_forwards": "em_forwards",
    "email_optouts": "em_optouts",
    "email_bounces": "em_bounces",
}
NEXT_NIGHT = """
    insert into constant_contact.email_opens
    select
        'club-1', 'ben', 'em_opens', 'ben@gmail.com', 'Ben', 'Roe', 'mobile',
        cast('2026-03-09T16:00:00Z' as timestamptz), null, 1, '1772990000.1'
    union all select
        'spring-1', 'cy', 'em_opens', 'cy@yahoo.com', 'Cy', 'Moss', 'mobile',
        cast('2026-03-02T14:00:01Z' as timestamptz), null, 1, '1772990000.1'
    union all select
        'spring-1', 'ada', 'em_opens', 'ada@gmail.com', 'Ada', 'Lane', 'tablet',
        cast('2026-03-02T14:00:02Z' as timestamptz), null, 1, '1772990000.1';
    update constant_contact.email_sends set deleted_at = '2026-03-11', _dlt_load_id = '1772990000.1'
    where contact_id = 'ben' and campaign_activity_id = 'club-1';
    delete from constant_contact.email_clicks where url_id = '12';
    delete from constant_contact.email_sends where campaign_activity_id = 'spring-2';
    delete from constant_contact.email_opens where campaign_activity_id = 'spring-2';
    delete from constant_contact.email_bounces where campaign_activity_id = 'spring-2';
"""


def execute(path: Path, statements: Iterable[str]) -> None:
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def dbt(*args: str) -> None:
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
    answer = dbtRunner().invoke([*args, *places, "--quiet", "--no-version-check"])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt's own, untyped
    if not answer.success:
        sys.exit(f"dbt {' '.join(args)} failed: {answer.exception or 'see above'}")


def changes(night: int, chance: random.Random) -> Iterator[str]:
    """What a night may bring: new and late events, events read again, events and whole mails that vanished."""
    load = f"{1773000000 + night}.1"
    for feed in FEEDS:
        for _ in range(chance.randrange(4)):
            # A package that was extracted earlier may be committed later: its load id is not the greatest.
            yield late_event(feed, chance, load_id=chance.choice((load, f"{1772000000 + night}.1")))
        if chance.random() < 0.4:
            yield (
                f"update constant_contact.{feed} set deleted_at = '2026-03-{10 + night}', _dlt_load_id = '{load}'"
                f" where contact_id = '{chance.choice(('ada', 'eve', 'stranger'))}'"
            )
        gone = f"delete from constant_contact.{feed}"
        if chance.random() < 0.4:
            yield f"{gone} where contact_id = '{chance.choice(('ada', 'ben', 'dee'))}' and occurrence = 1"
        if chance.random() < 0.2:
            yield f"{gone} where campaign_activity_id = '{chance.choice(('spring-1', 'club-1'))}'"


def late_event(feed: str, chance: random.Random, *, load_id: str) -> str:
    """An event of any day, unless there is one of the same key."""
    activity = chance.choice(("spring-1", "spring-2", "club-1", "never-sent"))
    contact = chance.choice(("ada", "ben", "cy", "dee", "eve", "stranger"))
    at = f"2026-03-{chance.randrange(1, 28):02}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z"
    key = f"campaign_activity_id = '{activity}' and contact_id = '{contact}' and created_time = '{at}'"
    return (
        f"insert into constant_contact.{feed} (campaign_activity_id, contact_id, tracking_activity_type,"
        " email_address, created_time, occurrence, _dlt_load_id)"
        f" select '{activity}', '{contact}', '{FEEDS[feed]}', '{contact}@x.example', cast('{at}' as timestamptz), 1,"
        f" '{load_id}' where not exists (select 1 from constant_contact.{feed} where {key})"
    )


def random_nights(work_dir: Path, warehouse: Path, *, nights: int, seed: int) -> None:
    """Leaves random_stepped.duckdb and random_refreshed.duckdb, which should hold the same events."""
    warehouse.unlink(missing_ok=True)
    execute(warehouse, [RAW_ACCOUNT])
    chance = random.Random(seed)
    for night in range(nights):
        execute(warehouse, changes(night, chance))
        dbt("run", "--select", "+email_events" if night == 0 else "email_events")
    shutil.copyfile(warehouse, work_dir / "random_stepped.duckdb")
    dbt("run", "--select", "email_events", "--full-refresh")
    shutil.copyfile(warehouse, work_dir / "random_refreshed.duckdb")


def freshness(work_dir: Path) -> None:
    """Its answer is a failure, for the account is years old; what counts is what it measured."""
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
    dbtRunner().invoke(["source", "freshness", *places, "--quiet", "--no-version-check"])
    DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt's own, untyped
    shutil.copyfile(work_dir / "target" / "sources.json", work_dir / "freshness.json")


def main(work_dir: Path, *, nights: int, seed: int, whole: bool) -> None:
    warehouse = work_dir / "warehouse.duckdb"
    os.environ.update(
        CTCT_DUCKDB_PATH=str(warehouse),
        CTCT_DBT_TARGET="duckdb",
        DBT_TARGET_PATH=str(work_dir / "target"),
        DBT_LOG_PATH=str(work_dir / "logs"),
    )
    random_nights(work_dir, warehouse, nights=nights, seed=seed)
    if not whole:
        return
    warehouse.unlink()
    execute(warehouse, [RAW_ACCOUNT])
    dbt("build")
    shutil.copyfile(work_dir / "target" / "manifest.json", work_dir / "manifest.json")
    shutil.copytree(work_dir / "target" / "compiled" / "constant_contact" / "models", work_dir / "compiled")
    freshness(work_dir)
    shutil.copyfile(warehouse, work_dir / "built.duckdb")
    execute(warehouse, [NEXT_NIGHT])
    dbt("run", "--select", "email_events")
    shutil.copyfile(warehouse, work_dir / "stepped.duckdb")
    dbt("run", "--select", "email_events", "--full-refresh")
    shutil.copyfile(warehouse, work_dir / "refreshed.duckdb")
    warehouse.unlink()
    execute(warehouse, [each for each in RAW_ACCOUNT.split(";") if any(words in each for words in PARTIAL)])
    dbt("run")
    shutil.copyfile(warehouse, work_dir / "partial.duckdb")


if __name__ == "__main__":
    asked = [int(word) for word in sys.argv[2:]]
    main(Path(sys.argv[1]), nights=asked[0] if asked else 3, seed=asked[1] if asked else 5, whole=not asked)
