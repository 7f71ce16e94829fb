"""What the dashboard knows: the accounts of a warehouse with one row for each mailing, read in a few queries.

Small enough to be kept in memory (events and contacts stay where they are), so that a filter reads no file and a sync
that has the file disturbs nobody.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from pipelines.constant_contact.reporting import audience, mailings
from pipelines.constant_contact.reporting.data import account_and_zone, newest_load
from pipelines.constant_contact.reporting.dataset_view import DatasetView, text, whole

if TYPE_CHECKING:
    import datetime as dt
    from collections.abc import Sequence

    from pipelines.constant_contact.reporting.dataset_view import Query, Row
    from pipelines.constant_contact.reporting.rates import Rate
    from pipelines.constant_contact.reporting.rows import Day, Mail

TARGETS = ("contact_list_ids", "segment_ids")
HUMAN = ("human_deliveries_opened", "human_deliveries_clicked")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailing:
    """One mailing that was sent, and whom it went to."""

    mail: Mail
    list_ids: frozenset[str]
    segment_ids: frozenset[str]
    people_opened: Rate | None
    """Without what looks like a program."""
    people_clicked: Rate | None

    def of_people(self) -> Mail:
        return replace(self.mail, opened=self.people_opened, clicked=self.people_clicked)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clicked:
    """A page that one mailing links to; `clicks` as often as somebody went there."""

    activity_id: str
    address: str
    clicks: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """A list or a segment. `members`: contacts in it today; None where that is not known."""

    group_id: str
    name: str
    members: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    dataset: str
    title: str
    zone: str
    loaded_at: dt.datetime | None
    mailings: tuple[Mailing, ...]
    """Oldest first."""
    clicked: tuple[Clicked, ...]
    days: tuple[Day, ...]
    lists: tuple[Group, ...]
    """Those that a mailing went to, by name; segments too."""
    segments: tuple[Group, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    accounts: tuple[Account, ...]
    read_at: dt.datetime
    notes: tuple[str, ...]
    """What a reader should know of how it was read; sentences."""


def read_account(query: Query, dataset: str, analytics: str) -> Account | None:
    """None where the marts are not built."""
    raw, marts = DatasetView.read(query, dataset), DatasetView.read(query, analytics)
    if not marts.has("campaign_activities", *mailings.MAIL_COLUMNS, *TARGETS):
        return None
    title, zone = account_and_zone(raw, marts)
    sent = _mailings(marts)
    return Account(
        dataset=dataset,
        title=title or dataset,
        zone=zone,
        loaded_at=newest_load(raw),
        mailings=sent,
        clicked=_clicked(marts),
        days=audience.days(marts),
        lists=_used(_lists(marts), [mailing.list_ids for mailing in sent]),
        segments=_used(_segments(marts), [mailing.segment_ids for mailing in sent]),
    )


def _mailings(marts: DatasetView) -> tuple[Mailing, ...]:
    human = HUMAN if marts.has("campaign_activities", *HUMAN) else ()
    rows = marts.query(
        f"select {', '.join((*mailings.MAIL_COLUMNS, *TARGETS, *human))} from {marts.name('campaign_activities')} "
        "where is_sent and first_sent_at is not null order by first_sent_at, campaign_activity_id"
    )
    return tuple(map(_mailing, rows))


def _mailing(row: Row) -> Mailing:
    return Mailing(
        mail=mailings.mail_of(row),
        list_ids=_ids(row["contact_list_ids"]),
        segment_ids=_ids(row["segment_ids"]),
        people_opened=mailings.known_rate(row.get(HUMAN[0]), row["deliveries"]),
        people_clicked=mailings.known_rate(row.get(HUMAN[1]), row["deliveries"]),
    )


def _ids(array: object) -> frozenset[str]:
    """A JSON array of ids, which the marts keep as text."""
    found = json.loads(array) if isinstance(array, str) and array else array
    return frozenset(map(str, found)) if isinstance(found, list) else frozenset()


def _clicked(marts: DatasetView) -> tuple[Clicked, ...]:
    if not marts.has("links", "campaign_activity_id", "link_address", "clicks"):
        return ()
    rows = marts.query(
        f"select campaign_activity_id, link_address, sum(clicks) as clicks from {marts.name('links')} "
        "where clicks > 0 and link_address is not null group by campaign_activity_id, link_address"
    )
    return tuple(
        Clicked(
            activity_id=text(row["campaign_activity_id"]),
            address=text(row["link_address"]),
            clicks=whole(row["clicks"]),
        )
        for row in rows
    )


def _lists(marts: DatasetView) -> list[Group]:
    if not marts.has("lists", "list_id", "list_name", "members"):
        return []
    rows = marts.query(f"select list_id, list_name, members from {marts.name('lists')}")
    return [
        Group(group_id=text(row["list_id"]), name=text(row["list_name"]), members=whole(row["members"]))
        for row in rows
    ]


def _segments(marts: DatasetView) -> list[Group]:
    if not marts.has("segments", "segment_id", "segment_name"):
        return []
    rows = marts.query(f"select segment_id, segment_name from {marts.name('segments')}")
    return [Group(group_id=text(row["segment_id"]), name=text(row["segment_name"])) for row in rows]


def _used(groups: Sequence[Group], targets: Sequence[frozenset[str]]) -> tuple[Group, ...]:
    """Groups that mailings went to; one that is not there any more has its id for a name."""
    known = {group.group_id: group for group in groups}
    used: frozenset[str] = frozenset().union(*targets)
    found = [known.get(each) or Group(group_id=each, name=each) for each in used]
    return tuple(sorted(found, key=lambda group: (group.name.casefold(), group.group_id)))
