"""Random histories of an account, what follows from the changes built after every night as `ctct` does, and all marts
once more from nothing at the end.

Usage: python histories.py <work dir> <duckdb or postgres> <nights> <seed>...; leaves stepped-<seed>.pickle and
refreshed-<seed>.pickle (mart -> its rows as sorted text), which should be equal.
"""

import random
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from engines import MARTS, RAW, RAW_ACCOUNT, STAGED, Engine, dbt, dump, engine, marts

sys.path.insert(0, str(Path(__file__).parents[2]))

from pipelines.constant_contact import mart_changes

FEEDS = ("sends", "opens", "clicks", "forwards", "optouts", "bounces")
ACTIVITIES = ("spring-1", "spring-2", "club-1", "late-1", "late-2")
CONTACTS = ("ada", "ben", "cy", "dee", "eve", "stranger")
CODES = ("B", "D", "F", "S", "V", "X", "Z")
ZONES = ("UTC", "America/New_York", "Pacific/Auckland", "account")


def late_event(feed: str, chance: random.Random, *, load_id: str) -> str:
    """An event of any day, unless there is one of the same key."""
    activity, contact = chance.choice(ACTIVITIES), chance.choice(CONTACTS)
    at = f"2026-03-{chance.randrange(1, 28):02}T{chance.randrange(24):02}:{chance.randrange(60):02}:00Z"
    extra = {
        "bounces": ("bounce_code", f"'{chance.choice(CODES)}'"),
        "clicks": ("url_id", "'11'"),
        "opens": ("device_type", "'mobile'"),
        "optouts": ("opt_out_reason", "'Too many mails'"),
    }.get(feed, ("first_name", "'P'"))
    key = f"campaign_activity_id = '{activity}' and contact_id = '{contact}' and created_time = '{at}'"
    return (
        f"insert into {RAW}.email_{feed} (campaign_activity_id, contact_id, email_address, {extra[0]}, created_time,"
        f" occurrence, _dlt_load_id) select '{activity}', '{contact}', '{contact}@x.example', {extra[1]},"
        f" cast('{at}' as timestamptz), 1, '{load_id}'"
        f" where not exists (select 1 from {RAW}.email_{feed} where {key})"
    )


def events(night: int, chance: random.Random) -> Iterator[str]:
    """New and late events, events changed where they stand, events and whole mails that vanished."""
    load = f"{1773000000 + night}.1"
    for feed in chance.sample(FEEDS, chance.randrange(4)):
        table = f"{RAW}.email_{feed}"
        for _ in range(chance.randrange(5)):
            # A package that was extracted earlier may be committed later: its load id is not the greatest.
            yield late_event(feed, chance, load_id=chance.choice((load, f"{1772000000 + night}.1")))
        if chance.random() < 0.4:  # without a new load id, as deletions reach the events
            yield (
                f"update {table} set deleted_at = '2026-03-{10 + night}', email_address = 'gone@x.example'"
                f" where contact_id = '{chance.choice(('ada', 'eve', 'stranger'))}'"
            )
        if chance.random() < 0.3:
            yield f"delete from {table} where contact_id = '{chance.choice(CONTACTS)}' and occurrence = 1"
        if chance.random() < 0.1:
            yield f"delete from {table} where campaign_activity_id = '{chance.choice(ACTIVITIES)}'"


def attributes(night: int, chance: random.Random) -> Iterator[str]:
    """What events are joined with: activities that come after their events or move, contacts, the account."""
    if chance.random() < 0.5:
        activity = chance.choice(("late-1", "late-2"))
        yield f"delete from {RAW}.email_campaign_activities where campaign_activity_id = '{activity}'"
        yield (
            f"insert into {RAW}.email_campaign_activities (campaign_activity_id, campaign_id, role, subject)"
            f" values ('{activity}', '{chance.choice(('spring', 'club', 'unknown'))}', 'resend', 'Late')"
        )
    if chance.random() < 0.3:
        yield f"delete from {RAW}.email_campaign_activities where campaign_activity_id = 'spring-2'"
    if chance.random() < 0.5:
        yield (
            f"update {RAW}.contacts set email_address__permission_to_send = 'unsubscribed',"
            f" email_address__opt_out_date = '2026-03-{10 + night}T02:30:00Z'"
            f" where contact_id = '{chance.choice(CONTACTS)}'"
        )
    if chance.random() < 0.3:
        yield (
            f"update {RAW}.contacts set deleted_at = '2026-03-{10 + night}'"
            f" where contact_id = '{chance.choice(CONTACTS)}'"
        )
    if chance.random() < 0.5:
        yield (
            f"insert into {RAW}.email_campaign_activity_stats (campaign_activity_id, campaign_id, stats__em_sends,"
            f" stats__em_opens, stats__em_opens_all, stats__em_abuse, last_refresh_time) values"
            f" ('{chance.choice(ACTIVITIES)}', 'spring', 3, 2, 2, {chance.randrange(3)},"
            f" '2026-03-{10 + night}T05:00:00Z')"
        )
    if chance.random() < 0.1:
        yield f"update {RAW}.account set time_zone_id = '{chance.choice(ZONES[:3])}'"


def channels(night: int, chance: random.Random) -> Iterator[str]:
    """Beside mails: registrations that come, move and vanish, new sends, jobs and states of what there is."""
    status, payment = (
        chance.choice(("REGISTERED", "CANCELED")),
        chance.choice(("PAID", "PENDING", "REFUNDED")),
    )
    yield (
        f"insert into {RAW}.event_registrations (event_id, registration_id, registration_time, registration_status,"
        f" payment_status, email_address, tickets, total, checked_in_tickets) values"
        f" ('{chance.choice(('reading', 'fair', 'talk'))}', 'n{night}', '2026-03-{10 + night}T02:30:00Z', '{status}',"
        f" '{payment}', '{chance.choice(CONTACTS)}@gmail.com', 1, {chance.randrange(30)}, {chance.randrange(2)})"
    )
    yield (
        f"update {RAW}.event_registrations set checked_in_tickets = 1, payment_status = '{payment}'"
        f" where registration_id = '{chance.choice(('r2', 'r6', f'n{night - 1}'))}'"
    )
    yield f"update {RAW}.events set status = 'COMPLETE' where event_id = '{chance.choice(('fair', 'talk'))}'"
    yield (
        f"insert into {RAW}.email_send_history (campaign_activity_id, send_id, count, send_status, run_date) values"
        f" ('{chance.choice(ACTIVITIES)}', '{20 + night}', 1, '{chance.choice(('COMPLETED', 'ERRORED'))}',"
        f" '2026-03-{10 + night}T04:00:00Z')"
    )
    yield (
        f"insert into {RAW}.landing_page_clicks (campaign_activity_id, contact_id, url_id, created_time) values"
        f" ('page', 'v{night}', '21', '2026-03-{10 + night}T04:00:00Z')"
    )
    if chance.random() < 0.5:
        yield f"update {RAW}.sms_campaign_summaries set unique_counts__clicks = unique_counts__clicks + 1"
        yield f"update {RAW}.automations set status = '{chance.choice(('ACTIVE', 'DRAFT'))}' where id = 'cart'"
        yield f"update {RAW}.email_schedules set deleted_at = '2026-03-{10 + night}T03:00:00Z'"
        yield f"update {RAW}.social_connections set connection_status__token_is_valid = false"


def changes(night: int, chance: random.Random) -> Iterator[str]:
    """Of most tables nothing changes in a night, so that what is built follows from what did."""
    yield from events(night, chance)
    if chance.random() < 0.6:
        yield from attributes(night, chance)
    if chance.random() < 0.3:
        yield from channels(night, chance)


def variables(chance: random.Random) -> Mapping[str, object]:
    """What somebody passes to dbt by hand."""
    return {
        "machine_like_within_s": chance.choice((10, 3600)),
        "active_within_days": chance.choice((3, 90)),
        "repeat_bounces": chance.choice((1, 3)),
    }


class Opened:
    """The part of a warehouse that says what changed since the last build."""

    def __init__(self, warehouse: Engine, kind: str) -> None:
        self.warehouse = warehouse
        self.dbt = SimpleNamespace(engine=kind)
        self.target = SimpleNamespace(dataset=RAW)

    def columns(self) -> Mapping[str, list[str]]:
        found: dict[str, list[str]] = {}
        for row in self.query(
            f"select table_name, column_name from information_schema.columns where table_schema = '{RAW}'"
            " order by table_name, ordinal_position"
        ):
            found.setdefault(row["table_name"], []).append(row["column_name"])
        return found

    def qualified(self, table: str) -> str:
        return f'{RAW}."{table}"'

    def query(self, sql: str) -> list[dict[str, Any]]:
        return self.warehouse.records(sql)

    def execute(self, sql: str) -> None:
        self.warehouse.execute([sql])


def build(opened: Opened, zone: str) -> None:
    """What `ctct transform` builds after a night, without dbt's tests of the rows."""
    now = mart_changes.inputs(opened, time_zone=zone)  # type: ignore[arg-type]  # it has all that is asked
    before = mart_changes.last_built(opened)  # type: ignore[arg-type]
    present = mart_changes.marts_present(opened)  # type: ignore[arg-type]
    chosen = mart_changes.selection(before, now, present=present)
    if chosen == ():
        return
    opened.execute(f"drop table if exists {opened.qualified(mart_changes.RECORD)}")
    dbt("run", *(["--select", *chosen] if chosen else []), variables={"time_zone": zone})
    mart_changes.record(opened, now)  # type: ignore[arg-type]


def history(warehouse: Engine, work_dir: Path, *, kind: str, nights: int, seed: int) -> None:
    warehouse.execute([f"drop schema if exists {dataset} cascade" for dataset in (RAW, MARTS, STAGED)])
    warehouse.execute([RAW_ACCOUNT])
    opened, chance, zone = Opened(warehouse, kind), random.Random(seed), "account"
    for night in range(nights):
        warehouse.execute(changes(night, chance))
        if chance.random() < 0.1:
            zone = chance.choice(ZONES)
        if (
            night and chance.random() < 0.1
        ):  # somebody builds beside `ctct`, which must not take these marts for its own
            dbt("run", variables=variables(chance))
        build(opened, zone)
    dump(marts(warehouse), work_dir / f"stepped-{seed}.pickle")
    warehouse.execute([f"drop schema if exists {dataset} cascade" for dataset in (MARTS, STAGED)])
    dbt("run", "--full-refresh", variables={"time_zone": zone})
    dump(marts(warehouse), work_dir / f"refreshed-{seed}.pickle")


if __name__ == "__main__":
    work_dir, (kind, nights, *seeds) = Path(sys.argv[1]), sys.argv[2:]
    with engine(kind, work_dir) as warehouse:
        for seed in seeds:
            history(warehouse, work_dir, kind=kind, nights=int(nights), seed=int(seed))
