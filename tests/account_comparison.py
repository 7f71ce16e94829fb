"""Whether a warehouse holds an account exactly: every row and every column of every raw table, in both directions.

The expected side is made from the account's own rows by rules written down here anew (nested objects with `__`,
arrays of objects as child tables, other arrays as JSON, times as UTC), so that an error in the pipeline's own
flattening cannot hide itself. Must not use anything of the pipeline.
Left out on purpose: html_content (not asked for, as it is large), and the pages that the pipeline does not read.
What an account no longer shows may stay where the pipeline keeps history: see `_may_stay`.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from sources.constant_contact_sandbox.campaigns import contact_of

if TYPE_CHECKING:
    from sources.constant_contact_sandbox import Sandbox

Row = dict[str, Any]
Query = Callable[[str], list[Row]]
"""SQL -> rows as column -> value; table names without a schema mean the raw dataset."""

FEEDS = ("email_sends", "email_opens", "email_clicks", "email_forwards", "email_optouts", "email_bounces")
EVENT = ("campaign_activity_id", "contact_id", "created_time")
KEYS: Mapping[str, tuple[str, ...]] = {
    "account": ("encoded_account_id",),
    "account_emails": ("email_id",),
    "account_emails__roles": ("email_id", "role"),
    "account_privileges": ("privilege_id",),
    "contact_counts": (),
    "contact_lists": ("list_id",),
    "contact_tags": ("tag_id",),
    "custom_fields": ("custom_field_id",),
    "custom_fields__choices": ("custom_field_id", "choice_id"),
    "segments": ("segment_id",),
    "contacts": ("contact_id",),
    "contacts__custom_fields": ("contact_id", "custom_field_id"),
    "contacts__custom_fields__choices": ("contact_id", "custom_field_id", "choice_id"),
    "contacts__list_memberships": ("contact_id", "list_id"),
    "contacts__taggings": ("contact_id", "tag_id"),
    "contacts__phone_numbers": ("contact_id", "phone_number_id"),
    "contacts__street_addresses": ("contact_id", "street_address_id"),
    "contacts__notes": ("contact_id", "note_id"),
    "contacts__sms_channel_consents": ("contact_id", "position"),
    "email_campaigns": ("campaign_id",),
    "email_campaign_activities": ("campaign_activity_id",),
    "email_campaign_summaries": ("campaign_id",),
    "email_campaign_stats": ("campaign_id",),
    "email_campaign_activity_stats": ("campaign_activity_id",),
    "email_links": ("campaign_activity_id", "url_id"),
    "email_clicks": (*EVENT, "url_id"),
    **{feed: EVENT for feed in FEEDS if feed != "email_clicks"},
    "bulk_activities": ("activity_id",),
    "automations": ("id",),
    "automation_definitions": ("id",),
    "social_profiles": ("profile_id",),
    "social_connections": ("account_info__network", "account_info__network_account_id"),
    "social_hashtag_groups": ("hashtag_group_id",),
    "sms_campaign_summaries": ("campaign_id",),
    "events": ("event_id",),
    "events__items": ("event_id", "item_id"),
    "events__promo_codes": ("event_id", "id"),
    "events__media_assets": ("event_id", "position"),
    "events__promotions": ("event_id", "position"),
    "event_registrations": ("event_id", "registration_id"),
    "event_registration_details": ("event_id", "registration_id"),
    "event_registration_details__answers": ("event_id", "registration_id", "position"),
    "event_registration_details__tickets": ("event_id", "registration_id", "position"),
    "event_registration_details__order_details": ("event_id", "registration_id", "position"),
    "email_campaign_activities__contact_lists": ("campaign_activity_id", "list_id"),
    "email_campaign_activities__segments": ("campaign_activity_id", "segment_id"),
    "email_send_history": ("campaign_activity_id", "send_id"),
    "email_send_history__contact_lists": ("campaign_activity_id", "send_id", "list_id"),
    "email_send_history__segments": ("campaign_activity_id", "send_id", "segment_id"),
    "email_schedules": ("campaign_activity_id", "scheduled_date"),
    "email_non_opener_resends": ("campaign_activity_id", "resend_request_id"),
    "email_abtests": ("campaign_activity_id",),
    "email_previews": ("campaign_activity_id",),
}
LANDING_PAGES = {
    "landing_page_opens": EVENT,
    "landing_page_clicks": (*EVENT[:2], "url_id"),
    **{f"landing_page_{name}": EVENT[:2] for name in ("unique_opens", "adds", "updates", "sms_optins")},
}
"""Of the pages that the setting `landing_page_ids` names, so compared only where a test says so."""
ASKED_FOR: Mapping[str, tuple[str, ...]] = {
    "segment_members": ("segment_id", "contact_id"),
    "contact_export": ("contact_key",),
    "contact_xrefs": ("sequence_id",),
    "list_xrefs": ("sequence_id",),
    "campaign_xrefs": ("v2_email_campaign_id",),
    "contact_activity": ("contact_id", "campaign_activity_id", "tracking_activity_type", "created_time"),
    "contact_activity_summary": ("contact_id", "campaign_activity_id"),
    "contact_rates": ("contact_id",),
    "contacts_sms_engagement_history": ("contact_id", "sms_channel_history_id"),
    "partner_accounts": ("encoded_account_id",),
    "partner_plans": ("encoded_account_id",),
    "partner_webhooks": ("topic_id",),
}
"""Not in each run (a request per segment or contact, by a command, a partner's): compared where a test says so."""
OF_A_CONTACT = ("contact_activity", "contact_activity_summary", "contact_rates")
"""Reports of single contacts."""
REPEATED = (*FEEDS, "landing_page_opens", "contact_activity")
OPT_IN = {
    "event_registration_details",
    *(f"event_registration_details__{name}" for name in ("answers", "tickets", "order_details")),
    "email_previews",
}
"""Tables that are there only where the setting `opt_in` names them."""
CHILDREN = {
    ("contacts", "custom_fields"): "contacts__custom_fields",
    ("contacts", "list_memberships"): "contacts__list_memberships",
    ("contacts", "taggings"): "contacts__taggings",
    ("contacts", "phone_numbers"): "contacts__phone_numbers",
    ("contacts", "street_addresses"): "contacts__street_addresses",
    ("contacts", "notes"): "contacts__notes",
    ("contacts", "sms_channel__sms_channel_consents"): "contacts__sms_channel_consents",
    ("custom_fields", "choices"): "custom_fields__choices",
    ("events", "default_track__items"): "events__items",
    ("events", "default_track__promo_codes"): "events__promo_codes",
    ("events", "default_track__media_assets"): "events__media_assets",
    ("events", "event_promotions"): "events__promotions",
    ("email_campaign_activities", "contact_list_ids"): "email_campaign_activities__contact_lists",
    ("email_campaign_activities", "segment_ids"): "email_campaign_activities__segments",
    ("email_send_history", "contact_list_ids"): "email_send_history__contact_lists",
    ("email_send_history", "segment_ids"): "email_send_history__segments",
    ("account_emails", "roles"): "account_emails__roles",
    ("event_registration_details", "answers"): "event_registration_details__answers",
    ("event_registration_details", "tickets"): "event_registration_details__tickets",
    ("event_registration_details", "order_summary__details"): "event_registration_details__order_details",
}
CHOICES = "contacts__custom_fields__choices"
"""Of the arrays inside the array of a contact's fields."""
BRIDGED = {
    ("email_campaign_activities", "contact_list_ids"),
    ("email_campaign_activities", "segment_ids"),
    ("email_send_history", "contact_list_ids"),
    ("email_send_history", "segment_ids"),
    ("account_emails", "roles"),
    ("event_registration_details", "answers"),
    ("event_registration_details", "tickets"),
    ("event_registration_details", "order_summary__details"),
}
"""Arrays that have a table of their own and stay in a column besides."""
HISTORIES = {"email_campaign_stats": "campaign_id", "email_campaign_activity_stats": "campaign_activity_id"}
VERSIONS = {f"{name}_history" for name in KEYS}
"""Earlier rows of tables, which only the pipeline keeps."""
MARKED = {
    "email_abtests",
    "partner_accounts",
    "partner_webhooks",
    "email_non_opener_resends",
    "email_schedules",
    "account_emails",
    "account_privileges",
    "automations",
    "contact_tags",
    "custom_fields",
    "event_registrations",
    "events",
    "segments",
    "social_connections",
    "social_hashtag_groups",
    "social_profiles",
}
"""Tables whose rows vanish from the account without a trace and are marked with deleted_at."""
DATES = {"contacts", "custom_fields__choices", *FEEDS, *LANDING_PAGES}
"""Tables whose deleted_at is a day, not an instant."""
MOMENTS = {"event_start", "event_end", "start_on"}
IDS = {"topic_id", "email_id", "privilege_id", "segment_id", "choice_id", "send_id"}
"""Numbers in the API, text in the warehouse."""
WHOLE = {
    ("automation_definitions", "active_definition"),
    ("automation_definitions", "draft_definition"),
    ("social_profiles", "settings"),
}
"""Objects that stay JSON: of unknown depth, or of unknown names."""
BOOKKEEPING = ("_dlt_load_id", "_dlt_id", "version_read", "known_until", "known_events")
SHOWN = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What the account says, by raw table."""

    rows: Mapping[str, list[Row]]
    removed: frozenset[str]
    """Ids of removed campaigns and of their activities: the API no longer shows their reports."""
    unread: frozenset[str]
    """Contacts whose reports are not asked for, as they were deleted."""
    touched: frozenset[str]
    """Contacts who had a mail of a removed campaign: their rates move without a sign of it."""


def differences(
    sandbox: Sandbox,
    query: Query,
    *,
    tables: Collection[str] = tuple(KEYS),
    dataset: str = "constant_contact",
) -> list[str]:
    """One line per table and kind of difference, empty when the warehouse holds the account exactly."""
    with sandbox.lock:
        expected = _account(sandbox, ASKED_FOR.keys() - set(tables))
    found = {
        row["table_name"]
        for row in query(f"select table_name from information_schema.tables where table_schema = '{dataset}'")
    }
    # Versions of rows are the pipeline's own, made from the tables that are compared here.
    raw = {name for name in found if not name.startswith(("_dlt_", "_ctct_")) and name not in VERSIONS}
    told = [f"{name}: the table is missing" for name in tables if name not in raw | OPT_IN]
    told += [
        f"{name}: a table that nobody expects"
        for name in sorted(raw - set(tables) - LANDING_PAGES.keys() - ASKED_FOR.keys() - OPT_IN)
    ]
    for name in tables:
        if name in raw:
            told += _compare(name, expected, _current(name, query))
    return told


def _kept_in_step(table: str, expected: Tables, rows: list[Row]) -> list[Row]:
    """Without reports of contacts that are not kept in step."""
    if table not in (*OF_A_CONTACT, "contacts_sms_engagement_history"):
        return rows
    others = expected.unread | (expected.touched if table == "contact_rates" else set())
    return [row for row in rows if row["contact_id"] not in others]


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One row that is not as in the account."""

    table: str
    key: tuple[Any, ...]
    kind: str
    """missing, surplus or differs"""
    words: str = ""


def problems(sandbox: Sandbox, query: Query) -> Iterator[Problem]:
    """The same row by row; a table that is missing has no rows, unless it has to be asked for."""
    with sandbox.lock:
        expected = _account(sandbox, ASKED_FOR)
    there = {row["table_name"] for row in query("select table_name from information_schema.tables")}
    for table, key in KEYS.items():
        if table in OPT_IN - there:
            continue
        should = _by_key(key, expected.rows[table])
        actual = _by_key(key, _current(table, query) if table in there else [])
        for at in should.keys() | actual.keys():
            if at not in actual:
                yield Problem(table=table, key=at, kind="missing")
            elif at not in should:
                if not _may_stay(table, at, actual[at], expected):
                    yield Problem(table=table, key=at, kind="surplus")
            else:
                for column, words in _row_differences(table, should[at], actual[at]):
                    yield Problem(table=table, key=at, kind="differs", words=f"{column}: {words}")


def _compare(table: str, expected: Tables, loaded: list[Row]) -> Iterator[str]:
    key = (KEYS | LANDING_PAGES | ASKED_FOR)[table]
    should = _by_key(key, _kept_in_step(table, expected, expected.rows[table]))
    actual = _by_key(key, _kept_in_step(table, expected, loaded))
    may_repeat = table in REPEATED
    for side, rows in (("the account", should), ("the warehouse", actual)):
        twice = [at for at, same in rows.items() if len(same) > 1]
        if twice and not may_repeat:
            yield f"{table}: {side} has {len(twice)} key(s) more than once: {_some(twice)}"
    missing = [at for at in should if at not in actual]
    if missing:
        yield f"{table}: {len(missing)} of {len(should)} key(s) are missing: {_some(missing)}"
    surplus = [at for at in actual if at not in should and not _may_stay(table, at, actual[at], expected)]
    if surplus:
        yield f"{table}: {len(surplus)} key(s) that the account does not have: {_some(surplus)}"
    other: Counter[str] = Counter()
    example: dict[str, str] = {}
    for at in should.keys() & actual.keys():
        for column, words in _row_differences(table, should[at], actual[at]):
            other[column] += 1
            example.setdefault(column, f"{dict(zip(key, at, strict=True))}: {words}")
    for column, count in other.items():
        yield f"{table}.{column}: differs in {count} row(s), first {example[column]}"


def _row_differences(table: str, should: list[Row], actual: list[Row]) -> Iterator[tuple[str, str]]:
    """(column, words) of rows that share a key: one row each, or the repeats of one event."""
    if table in REPEATED:
        numbers = sorted(row["occurrence"] for row in actual)
        if numbers != list(range(1, len(should) + 1)):
            yield "occurrence", f"numbers {numbers} for {len(should)} equal event(s)"
            return
    bare = [{k: v for k, v in row.items() if k != "occurrence"} for row in actual]
    expected, loaded = sorted(should, key=repr), sorted(bare, key=repr)
    for one, other in zip(expected, loaded, strict=False):
        for column in sorted({*one, *other}):
            if not _same(one.get(column), other.get(column)):
                yield column, f"{one.get(column)!r} in the account, {other.get(column)!r} in the warehouse"


def _same(one: Any, other: Any) -> bool:
    return type(one) is type(other) and one == other


def _may_stay(table: str, at: tuple[Any, ...], rows: list[Row], expected: Tables) -> bool:
    """Whether rows that the account no longer shows are kept by design.

    Vanished tags, fields, segments and the like are marked with deleted_at (a field's choices stay with it); the
    e-mails and reports of a removed campaign stay as they were last seen, the e-mails with the status REMOVED. Jobs
    that the API has forgotten stay, and what an automation did that is gone, and all of an event that is gone.
    """
    keys = {name: {row[key] for row in expected.rows[name]} for name, key in OWNERS.items()}
    owner = next((name for name, of in OWNED.items() if table in of), None)
    if table == "bulk_activities":
        return True
    if owner is not None and at[0] not in keys[owner]:
        return True
    if table in MARKED:
        return all(row.get("deleted_at") is not None for row in rows)
    if table == "email_campaign_activities":
        return at[0] in expected.removed and all(row["current_status"] == "REMOVED" for row in rows)
    if table in {"contact_activity", "contact_activity_summary"}:
        return at[1] in expected.removed
    return table.startswith("email_") and table != "email_campaigns" and at[0] in expected.removed


OWNERS = {
    "account_emails": "email_id",
    "automations": "id",
    "custom_fields": "custom_field_id",
    "events": "event_id",
    "segments": "segment_id",
}
OWNED = {
    "account_emails": {"account_emails__roles"},
    "automations": {"automation_definitions"},
    "custom_fields": {"custom_fields__choices"},
    "events": {name for name in KEYS if name.startswith("event") and name != "events"},
    "segments": {"segment_members"},
}
"""Tables whose rows stay as they were where what they belong to has vanished."""


def _current(table: str, query: Query) -> list[Row]:
    """The rows as loaded; of a history the latest per id."""
    rows = query(f'select * from "{table}"')
    if table in HISTORIES:
        latest: dict[str, Row] = {}
        for row in sorted(rows, key=lambda row: row["last_refresh_time"]):
            latest[row[HISTORIES[table]]] = row
        twice = Counter((row[HISTORIES[table]], row["last_refresh_time"]) for row in rows)
        rows = [
            *latest.values(),
            *(row for row in rows if twice[row[HISTORIES[table]], row["last_refresh_time"]] > 1),
        ]
    if table == "segment_members":
        rows = list(_last_readings(rows))
    if table == "contact_counts":
        newest = max((row["counted_on"] for row in rows), default=None)
        rows = [
            {k: v for k, v in row.items() if k != "counted_on"} for row in rows if row["counted_on"] == newest
        ]
    return [
        {column: _loaded(table, column, value) for column, value in row.items() if _counts(column, value)}
        for row in rows
    ]


def _last_readings(rows: Collection[Row]) -> Iterator[Row]:
    """Of each segment the members of its last reading."""
    latest: dict[str, datetime] = {}
    for row in rows:
        latest[row["segment_id"]] = max(row["read_on"], latest.get(row["segment_id"], row["read_on"]))
    for row in rows:
        if row["read_on"] == latest[row["segment_id"]]:
            yield {column: value for column, value in row.items() if column != "read_on"}


def _counts(column: str, value: Any) -> bool:
    """Nulls say the same as a column that is not there; so does the marker of child tables when it is false."""
    return value is not None and column not in BOOKKEEPING and not (column == "_deleted" and value is False)


def _loaded(table: str, column: str, value: Any) -> Any:
    """A loaded value in the form in which `_value` leaves an expected one."""
    if isinstance(value, datetime):
        return value.astimezone(UTC)
    if _is_json(table, column):
        return json.loads(value) if isinstance(value, str) else value
    return value


def _is_json(table: str, column: str) -> bool:
    return (table, column) in WHOLE or (table, column) in {
        ("contacts__custom_fields", "choice_ids"),
        ("email_campaigns", "campaign_activities"),
        ("email_campaign_activities", "contact_list_ids"),
        ("email_campaign_activities", "segment_ids"),
        ("account_emails", "roles"),
        ("account_emails", "pending_roles"),
        ("email_send_history", "contact_list_ids"),
        ("email_send_history", "segment_ids"),
        ("contacts", "new_object__values"),
        ("bulk_activities", "activity_errors"),
        ("partner_plans", "current_tiers"),
        ("automations", "structured_tags"),
        ("automation_definitions", "structured_tags"),
        ("social_hashtag_groups", "hashtag_names"),
        ("events", "failed_campaign_activities"),
        ("events__items", "attributes"),
        ("events__items", "status_labels"),
        ("events__promo_codes", "items"),
        ("events__promo_codes", "tickets"),
        ("events__promo_codes", "status_labels"),
        ("event_registration_details", "answers"),
        ("event_registration_details", "tickets"),
        ("event_registration_details", "order_summary__details"),
        ("event_registration_details__answers", "choices"),
        ("event_registration_details__tickets", "fields"),
    }


def _account(sandbox: Sandbox, without: Collection[str]) -> Tables:
    rows: dict[str, list[Row]] = {name: [] for name in (*KEYS, *LANDING_PAGES, *ASKED_FOR)}
    details = {row["event_id"]: row for row in sandbox.truth("event_details")}
    for name in sandbox.tables():
        if name in without or name == "event_details":
            continue
        for row in sandbox.truth(name):
            row = row | details[row["event_id"]] if name == "events" else row  # noqa: PLW2901
            for table, flat in _flattened(*_as_loaded(name, row)):
                rows[table].append(flat)
    gone = [campaign for campaign in sandbox.campaigns.rows if campaign.status == "Removed"]
    removed = {campaign.campaign_id for campaign in gone}
    removed |= {activity.activity_id for campaign in gone for activity in campaign.activities}
    # The contract: where the address has not changed since the bounce, both addresses are the same.
    addresses = {row["contact_id"]: row.get("email_address__address") for row in rows["contacts"]}
    for bounce in rows["email_bounces"]:
        if address := addresses[bounce["contact_id"]]:
            bounce["current_email_address"] = address
    return Tables(
        rows=rows,
        removed=frozenset(removed),
        unread=frozenset(row["contact_id"] for row in rows["contacts"] if "deleted_at" in row),
        touched=frozenset(
            sandbox.contacts.id_of(contact_of(event))
            for campaign in gone
            for activity in campaign.activities
            for events in activity.events.values()
            for event in events
        ),
    )


LISTS = {"contact_lists": "email", "sms_lists": "sms"}


def _as_loaded(name: str, row: Row) -> tuple[str, Row]:
    """The lists of both channels are one table, which says whose they are."""
    if name == "event_registrations":
        row = row | {"track_id": row["track_key"]}
    if name in LISTS:
        return "contact_lists", row | {"channel_type": LISTS[name]}
    return name, {RENAMED.get((name, key), key): value for key, value in row.items()}


RENAMED = {
    ("event_registrations", "checkedIn_tickets"): "checked_in_tickets",
    ("event_registration_details", "checkedIn_tickets"): "checked_in_tickets",
    ("event_registration_details", "contact"): "answers",
    ("events__promotions", "default"): "is_default",
}
"""Properties whose column has another name."""


def _flattened(table: str, row: Row) -> Iterator[tuple[str, Row]]:
    """The row's own table and those of its arrays of things."""
    flat: Row = {}
    owned = {owner for owner, _ in CHILDREN}
    parent = {key: _value(table, key, row[key]) for key in KEYS[table]} if table in owned else {}
    for column, value in _leaves(row, whole={name for owner, name in WHOLE if owner == table}):
        child = CHILDREN.get((table, column))
        if child is not None:
            yield from ((child, parent | one) for one in _children(child, value))
            if child == "contacts__custom_fields":
                yield from ((CHOICES, parent | one) for one in _choices(value))
            if (table, column) in BRIDGED:
                flat[column] = _value(table, column, value)
        elif value is not None and column != "html_content":
            flat[column] = _value(table, column, value)
    yield table, flat


def _choices(fields: Iterable[Row]) -> Iterator[Row]:
    for field in fields:
        for choice in field.get("choice_ids") or ():
            yield {"custom_field_id": field["custom_field_id"], "choice_id": str(choice)}


def _children(child: str, values: Iterable[Any]) -> Iterator[Row]:
    own_key = KEYS[child][-1]
    for position, value in enumerate(values):
        if not isinstance(value, dict):
            yield {own_key: _value(child, own_key, value)}
            continue
        place = {"position": position} if own_key == "position" else {}
        leaves = ((RENAMED.get((child, name), name), each) for name, each in _leaves(value))
        yield place | {name: _value(child, name, each) for name, each in leaves if each is not None}


def _leaves(row: Row, prefix: str = "", *, whole: Collection[str] = ()) -> Iterator[tuple[str, Any]]:
    for name, value in row.items():
        column = prefix + name.replace(".", "_")
        if isinstance(value, dict) and column not in whole:
            yield from _leaves(value, f"{column}__")
        else:
            yield column, value


def _value(table: str, column: str, value: Any) -> Any:
    """The value with the type that the warehouse must give it, read off its name."""
    leaf = column.rsplit("__", 1)[-1]
    if leaf == "deleted_at" and table in DATES:
        return date.fromisoformat(value[:10])
    if leaf.endswith(("_at", "_time", "_date")) or leaf in MOMENTS:
        return datetime.fromisoformat(value).astimezone(UTC)
    if leaf in IDS:
        return str(value)
    return float(value) if column.startswith("percents__") else value


def _by_key(key: tuple[str, ...], rows: Iterable[Row]) -> dict[tuple[Any, ...], list[Row]]:
    grouped: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        grouped.setdefault(tuple(row.get(name) for name in key), []).append(row)
    return grouped


def _some(keys: list[tuple[Any, ...]]) -> str:
    listed = ", ".join(" + ".join(map(str, key)) for key in keys[:SHOWN])
    return listed + (", ..." if len(keys) > SHOWN else "")


def contents(query: Query) -> dict[str, list[str]]:
    """Every raw table's rows as sorted text, without what the load tool adds: equal when nothing has changed."""
    names = [
        row["table_name"]
        for row in query(
            "select table_name from information_schema.tables where table_schema = 'constant_contact'"
            " and table_name not like '\\_%' escape '\\'"
        )
        if row["table_name"] not in VERSIONS
    ]
    return {
        name: sorted(
            repr({k: v for k, v in row.items() if k not in BOOKKEEPING})
            for row in query(f'select * from "{name}"')
        )
        for name in names
    }
