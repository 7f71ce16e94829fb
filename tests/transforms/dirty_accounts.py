"""Random accounts whose rows contradict each other, their marts, and what must hold of them all the same.

Usage: python dirty_accounts.py <work dir> <duckdb or postgres> <accounts in a dataset> <seed>...; prints what does not
hold, one line each, and leaves marts-<seed>.pickle (mart -> its rows as sorted text). The accounts of a seed share one
dataset: their ids and domains begin with the account's number.
"""

import random
import sys
from collections.abc import Iterator
from pathlib import Path

from dirty_channels import CHANNEL_RULES, channels
from engines import MARTS, RAW, RAW_ACCOUNT, STAGED, Engine, dbt, dump, engine, marts
from raw_inserts import insert, moment

FEEDS = ("sends", "opens", "clicks", "forwards", "optouts", "bounces")
CODES = ("B", "D", "F", "S", "V", "X", "Z", "Q", "", None)
PERMISSIONS = (
    "explicit",
    "implicit",
    "not_set",
    "pending_confirmation",
    "temp_hold",
    "unsubscribed",
    "new",
    "",
    None,
)
NO_DATES = ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z")
"""What other programs write where they know no date."""
LINKS = (
    "https://shop.example/a?utm_source=x", "'https://u:p@shop.example:8080/a?UTM_Source=Y&b'", "mailto:p@q.example",
    "", "?#", "//", "https://", "HTTP://SHOP.EXAMPLE/?utm_source=&utm_source=z", None,
)  # fmt: skip
HOLDS = {
    "deliveries and bounces are the sends": (
        "select campaign_activity_id from campaign_activities where deliveries + sends_bounced <> sends"
    ),
    "every recipient of a mail that came back counts at one code": (
        "select a.campaign_activity_id from campaign_activities as a inner join (select campaign_activity_id,"
        " sum(bounces) as bounces from bounces group by campaign_activity_id) as b"
        " on a.campaign_activity_id = b.campaign_activity_id where a.bounces + a.auto_replies <> b.bounces"
    ),
    "bounces of a domain have one class each": (
        "select email_domain from domains where hard_bounces + soft_bounces + block_bounces <> bounces"
    ),
    "growth ends at today's contacts": (
        "select contacts_at_end from contact_growth where calendar_date = (select max(calendar_date) from calendar)"
        " and (contacts_at_end <> (select count(*) from contacts where email_address is not null"
        " and consent_state not in ('deleted', 'unsubscribed'))"
        " or mailable_at_end <> (select count(*) from contacts where email_address is not null and is_mailable))"
    ),
    "the kinds of contacts add up": (
        "select 1 from contact_reconciliation having sum(case when contact_kind = 'all' then loaded_count"
        " else - loaded_count end) <> 0"
    ),
    "human counts are parts of the plain ones": (
        "select campaign_activity_id from campaign_activities where human_unique_opens > unique_opens"
        " or human_deliveries_opened > deliveries_opened or human_deliveries_clicked > deliveries_clicked"
        " or human_opens + machine_like_opens <> opens or human_clicks + machine_like_clicks <> clicks"
    ),
    "a policy drops nobody who may not be mailed": (
        "select inactive_days from sunset_policies where contacts_dropped > mailable_contacts"
        " or billed_contacts_after + contacts_dropped <> billed_contacts"
    ),
    "a journey has every event of a person": (
        "select 1 from contact_journey having count(campaign_activity_id) <> (select count(*) from email_events"
        " where contact_id is not null)"
    ),
    "billed contacts are those at which growth ends": (
        "select inactive_days from sunset_policies where billed_contacts <> (select contacts_at_end from"
        " contact_growth where calendar_date = (select max(calendar_date) from calendar))"
    ),
    "whoever may be mailed has an address": (
        "select contact_id from contacts where is_mailable and (email_address is null or trim(email_address) = '')"
    ),
    "a domain is what follows the last @": (
        "select email_domain from domains where email_domain = '' or email_domain <> trim(lower(email_domain))"
        " or email_domain like '%@%'"
    ),
    "devices and codes have names": (
        "select device_type from devices where device_type = '' union all"
        " select bounce_code from bounces where bounce_code = ''"
    ),
    "members joined, as far as it is known when": (
        "select list_growth.list_id from list_growth inner join lists on list_growth.list_id = lists.list_id"
        " where members_at_end > members"
    ),
    "an engagement once known stays known": (
        "select contact_id from engagement_scores inner join contacts using (contact_id)"
        " where days_since_human_engaged is null and last_human_engaged_at is not null"
    ),
    "the calendar has every day of an event": (
        "select occurred_date from email_events where occurred_date is not null"
        " and occurred_date not in (select calendar_date from calendar)"
    ),
    "cohorts are of a time that can be": (
        "select cohort_month from sign_up_cohorts where months_since not between 0 and 1200"
    ),
    "the time that a contact joined can be": (
        "select joined_date from contacts where joined_date not between date '1970-01-01' and date '2199-12-31'"
    ),
    "cohorts never grow": (
        "select cohort_month from sign_up_cohorts where remaining_contacts > cohort_size or remaining_contacts < 0"
    ),
}
"""What must hold -> SQL whose rows break it."""


def addresses(contact: str, account: str) -> tuple[str, ...]:
    """The last two have a quoted @ and blanks around them, and belong to the same domain."""
    domain = f"{account}.example"
    return f"{contact}@{domain}", f'"{contact}@home"@{domain}', f" {contact}@{domain.upper()} "


def any_moment(chance: random.Random) -> str | None:
    return chance.choice(NO_DATES) if chance.random() < 0.05 else moment(chance)


def people(account: str, chance: random.Random) -> Iterator[str]:
    for number in range(chance.randrange(1, 7)):
        contact = f"{account}c{number}"
        gone = moment(chance) if chance.random() < 0.2 else None
        yield insert(
            "contacts", contact_id=contact, email_address__permission_to_send=chance.choice(PERMISSIONS),
            email_address__address=chance.choice((*addresses(contact, account), "no-at-sign", " ", None)),
            email_address__opt_in_date=any_moment(chance), email_address__opt_out_date=any_moment(chance),
            created_at=any_moment(chance), updated_at=moment(chance), deleted_at=gone and gone[:10],
        )  # fmt: skip
        for table, key in (("list_memberships", "list_id"), ("taggings", "tag_id")):
            for target in range(2):
                if chance.random() < 0.5:
                    yield insert(f"contacts__{table}", contact_id=contact, **{key: f"{account}t{target}"})
    for table, key in (("list_memberships", "list_id"), ("taggings", "tag_id")):
        yield insert(f"contacts__{table}", contact_id=f"{account}stranger", **{key: f"{account}t0"})
    yield insert("contact_lists", list_id=f"{account}t0", name="L", created_at=moment(chance))
    yield insert("contact_tags", tag_id=f"{account}t0", name="T", contacts_count=chance.randrange(9))
    start, end = sorted((moment(chance, maybe=False), moment(chance, maybe=False)), key=str)
    yield insert(
        "contacts__list_memberships_history", contact_id=f"{account}c0", list_id=f"{account}t0",
        valid_from=start, valid_to=chance.choice((end, None)),
    )  # fmt: skip


def mails(account: str, chance: random.Random) -> Iterator[str]:
    yield insert("email_campaigns", campaign_id=f"{account}k", name="K", created_at=moment(chance))
    for number in range(3):
        activity = f"{account}a{number}"
        if chance.random() < 0.8:
            yield insert(
                "email_campaign_activities", campaign_activity_id=activity, campaign_id=f"{account}k",
                role=chance.choice(("primary_email", "resend", "permalink", None)), subject="S",
            )  # fmt: skip
        if chance.random() < 0.4:
            yield insert("email_campaign_activities__segments", campaign_activity_id=activity, segment_id="7")
        if chance.random() < 0.7:
            counts = ("sends", "opens", "opens_all", "clicks", "clicks_all", "bounces", "optouts", "abuse")
            yield insert(
                "email_campaign_activity_stats", campaign_activity_id=activity, campaign_id=f"{account}k",
                last_refresh_time=moment(chance, maybe=False),
                **{f"stats__em_{name}": chance.choice((None, 0, 0, 1, 2, 9)) for name in counts},
            )  # fmt: skip
        yield insert("email_links", campaign_activity_id=activity, url_id="1", link_url=chance.choice(LINKS))


def events(account: str, chance: random.Random) -> Iterator[str]:
    for feed in FEEDS:
        for occurrence in range(chance.randrange(12)):
            contact = f"{account}c{chance.randrange(7)}"
            values: dict[str, object] = {
                "campaign_activity_id": f"{account}a{chance.randrange(4)}",
                "contact_id": contact,
                "email_address": chance.choice((*addresses(contact, account), f"x@{account}.org", "", None)),
                "created_time": moment(chance, maybe=False),
                "occurrence": occurrence,
                "_dlt_load_id": "1",
            }
            if feed == "bounces":
                values["bounce_code"] = chance.choice(CODES)
            if feed in ("opens", "clicks"):
                values["device_type"] = chance.choice(("mobile", "MOBILE", "", None))
            if feed == "clicks":
                values |= {
                    "url_id": chance.choice(("1", "2")),
                    "link_url": chance.choice(LINKS),
                }
            yield insert(f"email_{feed}", **values)


def accounts(count: int, chance: random.Random) -> Iterator[str]:
    for number in range(count):
        account = f"n{number}"
        yield from people(account, chance)
        yield from mails(account, chance)
        yield from events(account, chance)
        yield from channels(account, chance)
    for day in range(2):
        counts = ("total", "explicit", "implicit", "pending", "unsubscribed")
        yield insert(
            "contact_counts", counted_on=f"2026-03-2{day}", **{name: chance.randrange(9) for name in counts}
        )


def broken(warehouse: Engine) -> Iterator[str]:
    shares = warehouse.rows(
        f"select table_name, column_name from information_schema.columns where table_schema = '{MARTS}' and"
        " (column_name like '%\\_rate' escape '\\' or column_name like '%\\_share' escape '\\'"
        " or column_name like '%share\\_of\\_%' escape '\\') order by 1, 2"
    )
    if len(shares) < 40:
        yield f"only {len(shares)} rates and shares were found"
    for table, column in shares:
        if warehouse.rows(f"select 1 from {table} where {column} < 0 or {column} > 1 limit 1"):
            yield f"{table}.{column} is no share"
    for rule, sql in (HOLDS | CHANNEL_RULES).items():
        if rows := warehouse.rows(sql):
            yield f"{rule}: not so for {rows[:3]}"


def main(work_dir: Path, kind: str, count: int, seeds: list[int]) -> None:
    with engine(kind, work_dir) as warehouse:
        for seed in seeds:
            warehouse.execute(
                [f"drop schema if exists {dataset} cascade" for dataset in (RAW, MARTS, STAGED)]
            )
            warehouse.execute([RAW_ACCOUNT])
            warehouse.execute(accounts(count, random.Random(seed)))
            dbt("build", "--exclude-resource-type", "unit_test", variables={"repeat_bounces": 1})
            for line in broken(warehouse):
                sys.stdout.write(f"seed {seed}: {line}\n")
            dump(marts(warehouse), work_dir / f"marts-{seed}.pickle")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), [int(seed) for seed in sys.argv[4:]])
