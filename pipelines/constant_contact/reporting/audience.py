"""Contacts, their growth, lists and health, read from the marts; who may be mailed is `is_mailable`."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from pipelines.constant_contact.reporting.dataset_view import share, text, whole
from pipelines.constant_contact.reporting.mailings import bounce_line, count_line
from pipelines.constant_contact.reporting.rows import Contacts, Count, Day, Health, ListSize, Month

if TYPE_CHECKING:
    from collections.abc import Sequence

    from pipelines.constant_contact.reporting.dataset_view import DatasetView, Row
    from pipelines.constant_contact.reporting.rows import Period

MAX_LISTS = 20
MAX_ADDRESSES = 200
CONTACT_COLUMNS = ("is_deleted", "is_mailable", "recency_tier")
GROWTH_COLUMNS = ("joined", "opted_out", "deleted", "contacts_at_end", "mailable_at_end", "calendar_date")
LIST_COLUMNS = ("list_id", "list_name", "members", "mailable_members", "active_members", "member_open_rate")


def contacts(marts: DatasetView) -> Contacts | None:
    if not marts.has("contacts", *CONTACT_COLUMNS):
        return None
    rows = marts.query(
        f"select {_times('not is_deleted')} as on_file, {_times('is_mailable')} as mailable, "
        f"{_times(_mailable_in('active'))} as active, {_times(_MAILED)} as mailed "
        f"from {marts.name('contacts')}"
    )
    [row] = rows
    return Contacts(
        on_file=whole(row["on_file"]),
        mailable=whole(row["mailable"]),
        active=whole(row["active"]),
        mailed=whole(row["mailed"]),
    )


def _times(condition: str) -> str:
    return f"sum(case when {condition} then 1 else 0 end)"


def _mailable_in(tier: str) -> str:
    return f"is_mailable and recency_tier = '{tier}'"


_MAILED = "is_mailable and recency_tier <> 'never_mailed'"


def days(marts: DatasetView) -> tuple[Day, ...]:
    """Every day from the first contact to the newest day known."""
    if not marts.has("contact_growth", *GROWTH_COLUMNS):
        return ()
    rows = marts.query(
        f"select {', '.join(GROWTH_COLUMNS)} from {marts.name('contact_growth')} order by calendar_date"
    )
    return tuple(_day(row, day) for row in rows if isinstance(day := row["calendar_date"], dt.date))


def _day(row: Row, day: dt.date) -> Day:
    return Day(
        day=day,
        joined=whole(row["joined"]),
        opted_out=whole(row["opted_out"]),
        deleted=whole(row["deleted"]),
        contacts=whole(row["contacts_at_end"]),
        mailable=whole(row["mailable_at_end"]),
    )


def months(growth: Sequence[Day]) -> tuple[Month, ...]:
    """The days by month; the last one is not over."""
    found: dict[dt.date, Month] = {}
    for day in growth:
        first = day.day.replace(day=1)
        before = found.get(first)
        found[first] = Month(
            first_day=first,
            joined=day.joined + (before.joined if before else 0),
            left=day.opted_out + day.deleted + (before.left if before else 0),
            contacts=day.contacts,
            mailable=day.mailable,
        )
    return tuple(found.values())


def lists(marts: DatasetView, period: Period) -> tuple[ListSize, ...]:
    """Largest first."""
    if not marts.has("lists", *LIST_COLUMNS, "is_deleted"):
        return ()
    rows = marts.query(
        f"select {', '.join(LIST_COLUMNS)} from {marts.name('lists')} where not is_deleted "
        f"order by coalesce(members, 0) desc, list_name limit {MAX_LISTS}"
    )
    joined = _joined_lists(marts, period)
    return tuple(
        ListSize(
            name=text(row["list_name"]),
            members=whole(row["members"]),
            mailable=whole(row["mailable_members"]),
            active=None if row["active_members"] is None else whole(row["active_members"]),
            joined_recently=None if joined is None else joined.get(text(row["list_id"]), 0),
            open_rate=share(row["member_open_rate"]),
        )
        for row in rows
    )


def _joined_lists(marts: DatasetView, period: Period) -> dict[str, int] | None:
    """Today's members by list who joined it within the period; None where that is not known."""
    if not marts.has("list_growth", "list_id", "joined", "joined_date"):
        return None
    rows = marts.query(
        f"select list_id, sum(joined) as joined from {marts.name('list_growth')} "
        f"where joined_date > date '{period.start}' and joined_date <= date '{period.end}' group by list_id"
    )
    return {text(row["list_id"]): whole(row["joined"]) for row in rows}


def health(marts: DatasetView, where: str, *, with_addresses: bool) -> Health | None:
    """`where`: a condition on campaign_activity_id, for the bounces; None: no mart says anything of it."""
    tiers = _tiers(marts)
    bouncers = _bouncers(marts)
    bounced = _bounces(marts, where)
    if tiers is None and bouncers is None and not bounced:
        return None
    return Health(
        to_clean=_count(bouncers, "to_clean"),
        hard_bounced=_count(bouncers, "hard"),
        repeat_bouncers=_count(bouncers, "contacts"),
        at_risk=_count(tiers, "at_risk"),
        dormant=_count(tiers, "dormant"),
        never_mailed=_count(tiers, "never_mailed"),
        bounces=bounced,
        addresses=_addresses(marts) if with_addresses and bouncers is not None else (),
    )


def _count(row: Row | None, name: str) -> int | None:
    return None if row is None else whole(row[name])


def _tiers(marts: DatasetView) -> Row | None:
    if not marts.has("contacts", *CONTACT_COLUMNS):
        return None
    tiers = ("at_risk", "dormant", "never_mailed")
    counted = ", ".join(f"{_times(_mailable_in(tier))} as {tier}" for tier in tiers)
    [row] = marts.query(f"select {counted}, count(recency_tier) as known from {marts.name('contacts')}")
    return row if whole(row["known"]) else None


def _bouncers(marts: DatasetView) -> Row | None:
    if not marts.has("repeat_bouncers", "is_mailable", "mails_bounced_hard"):
        return None
    [row] = marts.query(
        f"select count(*) as contacts, {_times('is_mailable')} as to_clean, "
        f"{_times('is_mailable and mails_bounced_hard > 0')} as hard from {marts.name('repeat_bouncers')}"
    )
    return row


def _bounces(marts: DatasetView, where: str) -> tuple[Count, ...]:
    if not marts.has("bounces", "campaign_activity_id", "bounce_class", "bounce_reason", "bounces"):
        return ()
    rows = marts.query(
        f"select bounce_class, bounce_reason, sum(bounces) as bounces from {marts.name('bounces')} "
        f"where {where} and bounce_class <> 'auto_reply' group by bounce_class, bounce_reason "
        "having sum(bounces) > 0 order by sum(bounces) desc, bounce_reason"
    )
    return tuple(bounce_line(row) for row in rows)


def _addresses(marts: DatasetView) -> tuple[Count, ...]:
    rows = marts.query(
        f"select email_address, mails_bounced, mails_bounced_hard from {marts.name('repeat_bouncers')} "
        f"where is_mailable order by mails_bounced_hard desc, mails_bounced desc, contact_id limit {MAX_ADDRESSES}"
    )
    return tuple(map(count_line("email_address", "mails_bounced", "mails_bounced_hard"), rows))
