"""How long each model takes on a large account, on DuckDB and on PostgreSQL.

Makes the raw tables by SQL (no API, no loader): contacts on three lists, mails to all of them with opens, clicks and
bounces, so many that `--events` events come about. Then `dbt run`, timed by dbt itself, model by model; the second pass
is a night on which the last mail got one more open. Limits: 30 s for a model on DuckDB, 120 s on PostgreSQL.
Usage: PYTHONPATH=. python tests/benchmarks/transforms.py [--events 1000000] [--contacts 50000] [--only duckdb|postgres]
"""

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

# In place of this folder, whose requests.py would stand before the package of that name that dbt imports.
sys.path[0] = str(Path(__file__).parents[1] / "postgres")

import duckdb  # noqa: E402 - after the line above
from dbt.cli.main import dbtRunner  # noqa: E402 - after the line above
from postgres_server import PostgresServer, postgres_server  # noqa: E402 - after the line above

PROJECT = Path(__file__).parents[2] / "transforms"
LIMITS_S = {"duckdb": 30, "postgres": 120}
LOAD, NEXT_LOAD = "1772900000.1", "1772990000.1"
Execute = Callable[[str], None]
# Mails 3, 5, 7 ... are resends of the mail before.
# A contact gets mail m with its number times 7 modulo 10 as its luck: 4 in 10 open, 1 in 10 clicks, 1 in 50 bounces.
RAW = """
create schema constant_contact;
create table constant_contact.account as select
    'acc' as encoded_account_id, 'Bench' as organization_name, 'America/New_York' as time_zone_id,
    '{load}' as _dlt_load_id;
create table constant_contact.contacts as select
    cast(n as text) as contact_id, 'n' || n || '@d' || n % 50 || '.example' as email_address__address,
    case when n % 20 = 0 then 'unsubscribed' else 'explicit' end as email_address__permission_to_send,
    timestamp '2024-01-01 00:00:00' + n % 700 * interval '1 day' as email_address__opt_in_date,
    timestamp '2024-01-01 00:00:00' + n % 700 * interval '1 day' as created_at,
    timestamp '2026-01-01 00:00:00' as updated_at, 'Contact' as create_source, '{load}' as _dlt_load_id
from generate_series(1, {contacts}) as made(n);
create table constant_contact.contact_lists as select
    cast(n as text) as list_id, 'List ' || n as name, timestamp '2024-01-01 00:00:00' as created_at,
    '{load}' as _dlt_load_id
from generate_series(1, 3) as made(n);
create table constant_contact.contacts__list_memberships as select
    cast(n as text) as contact_id, cast(1 + (n + l) % 3 as text) as list_id, '{load}' as _dlt_load_id
from generate_series(1, {contacts}) as made(n) cross join generate_series(0, 1) as lists(l);
create table constant_contact.contacts__list_memberships_history as select
    contact_id, list_id, timestamp '2026-01-01 00:00:00' as valid_from, cast(null as timestamp) as valid_to
from constant_contact.contacts__list_memberships;
create table constant_contact.email_campaigns as select
    'c' || m as campaign_id, 'Mail ' || m as name, 'Done' as current_status,
    timestamp '2024-06-01 10:00:00' + m * interval '5 days' as created_at,
    timestamp '2024-06-01 10:00:00' + m * interval '5 days' as updated_at, '{load}' as _dlt_load_id
from generate_series(0, {mails}, 2) as made(m);
create table constant_contact.email_campaign_activities as select
    'a' || m as campaign_activity_id, 'c' || m - m % 2 as campaign_id, 'DONE' as current_status,
    case when m > 1 and m % 2 = 1 then 'resend' else 'primary_email' end as role,
    'Subject ' || m as subject, '["1"]' as contact_list_ids, '[]' as segment_ids, '{load}' as _dlt_load_id
from generate_series(1, {mails}) as made(m);
create table constant_contact.email_campaign_activities__contact_lists as select
    campaign_activity_id, '1' as list_id, _dlt_load_id
from constant_contact.email_campaign_activities;
create table constant_contact.email_sends as select
    'a' || m as campaign_activity_id, cast(n as text) as contact_id, 'em_sends' as tracking_activity_type,
    'n' || n || '@d' || n % 50 || '.example' as email_address,
    timestamp '2024-06-01 12:00:00' + m * interval '5 days' as created_time, 1 as occurrence, '{load}' as _dlt_load_id
from generate_series(1, {contacts}) as people(n) cross join generate_series(1, {mails}) as made(m);
create table constant_contact.email_opens as select
    campaign_activity_id, contact_id, 'em_opens' as tracking_activity_type, email_address, 'mobile' as device_type,
    created_time + cast(contact_id as bigint) % 90000 * interval '1 second' as created_time, 1 as occurrence,
    _dlt_load_id
from constant_contact.email_sends where cast(contact_id as bigint) * 7 % 10 < 4;
create table constant_contact.email_clicks as select
    campaign_activity_id, contact_id, 'em_clicks' as tracking_activity_type, email_address, 'mobile' as device_type,
    '1' as url_id, 'https://example.org/page?utm_campaign=bench' as link_url,
    created_time + interval '20 seconds' as created_time, 1 as occurrence, _dlt_load_id
from constant_contact.email_opens where cast(contact_id as bigint) * 7 % 10 < 1;
create table constant_contact.email_bounces as select
    campaign_activity_id, contact_id, 'em_bounces' as tracking_activity_type, email_address, 'Z' as bounce_code,
    created_time, 1 as occurrence, _dlt_load_id
from constant_contact.email_sends where cast(contact_id as bigint) % 50 = 7;
create table constant_contact.email_links as select
    'a' || m as campaign_activity_id, '1' as url_id, 'https://example.org/page?utm_campaign=bench' as link_url,
    '{load}' as _dlt_load_id
from generate_series(1, {mails}) as made(m)
"""
PER_SEND = 1 + 0.4 + 0.1 + 0.02
NEXT_NIGHT = """
insert into constant_contact.email_opens
select campaign_activity_id, contact_id, tracking_activity_type, email_address, device_type,
    created_time + interval '1 day', 1, '{next}'
from constant_contact.email_opens where campaign_activity_id = 'a{mails}' and contact_id = '10'
"""


def time_models(kind: str, execute: Execute, *, contacts: int, mails: int, work_dir: Path) -> bool:
    """Prints seconds per model of a first and a second night; True where no model was over its limit."""
    for statement in RAW.format(load=LOAD, contacts=contacts, mails=mails).split(";"):
        execute(statement)
    if kind == "postgres":
        execute("analyze")
    first = run(kind, work_dir)
    execute(NEXT_NIGHT.format(next=NEXT_LOAD, mails=mails))
    second = run(kind, work_dir)
    print(f"{kind}: seconds per model, first night and a night with one late open")
    for name in sorted(first, key=lambda name: -first[name]):
        if max(first[name], second[name]) >= 1:
            print(f"  {name:32} {first[name]:8.1f} {second[name]:8.1f}")
    print(f"  {'all':32} {sum(first.values()):8.1f} {sum(second.values()):8.1f}")
    slowest = max(first, key=lambda name: first[name])
    print(f"  slowest: {slowest}, {first[slowest]:.1f} s of {LIMITS_S[kind]} s allowed")
    return first[slowest] <= LIMITS_S[kind]


def run(kind: str, work_dir: Path) -> dict[str, float]:
    os.environ.update(
        CTCT_DBT_TARGET=kind, DBT_TARGET_PATH=str(work_dir / kind), DBT_LOG_PATH=str(work_dir / kind)
    )
    places = ("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT))
    answer = dbtRunner().invoke(["run", *places, "--quiet", "--no-version-check"])
    if kind == "duckdb":
        from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415 - see above

        DuckDBConnectionManager.close_all_connections()  # type: ignore[no-untyped-call]  # dbt's own, untyped
    if not answer.success:
        sys.exit(f"dbt failed on {kind}: {answer.exception or 'see above'}")
    results = json.loads((work_dir / kind / "run_results.json").read_text())["results"]
    return {result["unique_id"].rsplit(".", 1)[-1]: result["execution_time"] for result in results}


def on_duckdb(path: Path) -> Execute:
    os.environ["CTCT_DUCKDB_PATH"] = str(path)

    def execute(statement: str) -> None:
        with duckdb.connect(str(path)) as connection:
            connection.execute(statement)

    return execute


def on_postgres(server: PostgresServer) -> Execute:
    import psycopg2  # noqa: PLC0415 - an extra

    os.environ.update(server.environment())

    def execute(statement: str) -> None:
        connection = psycopg2.connect(server.url)
        connection.autocommit = True
        connection.cursor().execute(statement)
        connection.close()

    return execute


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--contacts", type=int, default=50_000)
    parser.add_argument("--only", choices=tuple(LIMITS_S))
    asked = parser.parse_args()
    mails = max(1, round(asked.events / asked.contacts / PER_SEND))
    print(f"{asked.contacts:,} contacts, {mails} mails, {round(asked.contacts * mails * PER_SEND):,} events")
    with ExitStack() as stack:
        work_dir = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        places: dict[str, Callable[[], Execute]] = {
            "duckdb": lambda: on_duckdb(work_dir / "bench.duckdb"),
            "postgres": lambda: on_postgres(stack.enter_context(postgres_server())),
        }
        good = [
            time_models(kind, place(), contacts=asked.contacts, mails=mails, work_dir=work_dir)
            for kind, place in places.items()
            if asked.only in {None, kind}
        ]
    return 0 if all(good) else 1


if __name__ == "__main__":
    sys.exit(main())
