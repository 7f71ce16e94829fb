"""Every count the API offers against the warehouse. No request: the counts were read with their rows.

What a count includes: contacts that are not deleted, in all of them. `total` takes in every consent, also those that
have no count of their own (temporary hold, not set, known by SMS only); a deleted contact is on no list.
One statement per table, each an aggregate; DuckDB and PostgreSQL share the SQL.
Source: contract (ContactsCounts, ContactList.membership_count, Tag2.contacts_count, StatsEmail*.last_refresh_time);
api_guide/contacts_delete. A count that the API computes apart from its rows may never agree with them: what a
complete reading has shown once is remembered in the state and explained, see `settled` in `reads.totals` and
`reads.heal`.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

import pendulum

from pipelines.constant_contact.events import AuditLine
from pipelines.constant_contact.sync.count_rules import by_rule, numbers
from pipelines.constant_contact.sync.set_aside import TABLE, Owed, owed
from sources.constant_contact.catalogue import FEEDS, REPORTED_ROLES
from sources.constant_contact.state.counting import CountRules
from sources.constant_contact.state.failures import failed_ids, recent_ids
from sources.constant_contact.state.forgotten import ForgottenState
from sources.constant_contact.state.offsets import OffsetsState
from sources.constant_contact.state.totals import unreached_total
from sources.constant_contact.withheld import FORGOTTEN_ROWS

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pipelines.constant_contact.destinations.warehouse import Warehouse

CONTACTS, MEMBERSHIPS, TAGGINGS = "contacts", "contacts__list_memberships", "contacts__taggings"
CONSENTS: Mapping[str, str] = {
    "explicit": "explicit",
    "implicit": "implicit",
    "pending": "pending_confirmation",
    "unsubscribed": "unsubscribed",
}
"""The name of a count -> the permission that it counts."""
ACTIVITIES = "email_campaign_activities"
PERSONS: Mapping[str, str] = {
    "email_opens": "unique_counts__opens",
    "email_clicks": "unique_counts__clicks",
}
"""feed -> the column of the summaries that counts the contacts in it."""

UNREAD = "the server failed when this was last asked for; it is left out and tried again later"

State = Mapping[str, Any]


def audit(
    opened: Warehouse, wanted: frozenset[str], *, state: State | None = None, under_way: str = ""
) -> Sequence[AuditLine]:
    """One line per count, for tables that are loaded and were part of the run.

    `under_way`: why the reading is not complete, if so; a difference then is no alarm and says that instead.
    """
    columns = opened.columns()
    lines = [
        *contact_lines(opened, wanted, state=state, columns=columns),
        *_event_lines(opened, wanted, state or {}, columns),
    ]
    if not under_way:
        return lines
    return [line if line.ok else _granted(line, under_way) for line in lines]


def contact_lines(
    opened: Warehouse,
    wanted: frozenset[str],
    *,
    state: State | None = None,
    columns: Mapping[str, Sequence[str]] | None = None,
) -> Sequence[AuditLine]:
    """The part about contacts, lists and tags, which healing asks again and again."""
    there = opened.columns() if columns is None else columns
    known_offsets = OffsetsState.of(state or {})
    returned = len(ForgottenState.of(state or {}).returned)

    def loaded(*tables: str) -> bool:
        return CONTACTS in wanted and all(name in there for name in (CONTACTS, *tables))

    aside = owed(opened, there)
    lines: list[AuditLine] = []
    if "contact_counts" in wanted and loaded("contact_counts"):
        lines += _by_consent(opened, aside)
    groups: list[AuditLine] = []
    if "contact_lists" in wanted and loaded("contact_lists", MEMBERSHIPS):
        only = EMAIL_LISTS if "channel_type" in there["contact_lists"] else ""
        groups += _by_group(opened, MEMBERSHIPS, "list", "contact_lists", "membership_count", only=only)
    if "contact_tags" in wanted and loaded("contact_tags", TAGGINGS):
        groups += _by_group(opened, TAGGINGS, "tag", "contact_tags", "contacts_count")
    lines += [_beside(line, aside.of_group(line.scope, line.scope_id)) for line in groups]
    unread = len(recent_ids(state or {}, CONTACTS, now=pendulum.now("UTC")))
    rules = CountRules.of(state or {})
    if rules.by_count:
        found = numbers(opened, CONSENTS, there)
        lines = [by_rule(line, rules, found) for line in lines]
    return [_not_asked(_explained(line, known_offsets, returned), unread) for line in lines]


def _not_asked(line: AuditLine, unread: int) -> AuditLine:
    """Loaded contacts that a count lacks, and of which the server would not say what became of them."""
    return _granted(line, UNREAD) if 0 < line.loaded_count - line.source_count <= unread else line


def _explained(line: AuditLine, known_offsets: OffsetsState, returned: int) -> AuditLine:
    """A count that stood apart from its rows by as much when all of them had been read is no difference."""
    apart = known_offsets.offset(line.scope, line.scope_id)
    if line.ok:
        return line
    if apart == line.source_count - line.loaded_count:
        return _granted(line, "all rows were read and counted; the API keeps this count apart from them")
    if 0 < line.source_count - line.loaded_count <= returned:
        return _granted(line, "contacts that were erased here are in the account again, and are left out")
    return line


def _beside(line: AuditLine, aside: int) -> AuditLine:
    """A count that is reached with the rows set aside is no difference; `aside`: how many of them it may count."""
    if line.ok or not line.loaded_count < line.source_count <= line.loaded_count + aside:
        return line
    rows = line.source_count - line.loaded_count
    return _granted(line, f"{rows} row(s) that it counts are set aside in {TABLE}")


def _by_consent(opened: Warehouse, aside: Owed) -> Iterator[AuditLine]:
    latest = opened.query(
        f"select {', '.join(('total', *CONSENTS))} from {opened.qualified('contact_counts')}"
        " order by counted_on desc limit 1"
    )
    if not latest:
        return
    found = {
        row["permission"]: int(str(row["loaded"]))
        for row in opened.query(
            "select email_address__permission_to_send as permission, count(*) as loaded"
            f" from {opened.qualified(CONTACTS)} where deleted_at is null group by email_address__permission_to_send"
        )
    }
    for line in _line(CONTACTS, "total", "", latest[0]["total"], sum(found.values())):
        yield _beside(line, aside.contacts)
    for name, permission in CONSENTS.items():
        for line in _line(CONTACTS, "consent", name, latest[0][name], found.get(permission, 0), name=name):
            yield _beside(line, aside.of_consent(permission))


EMAIL_LISTS = " and coalesce(g.channel_type, 'email') = 'email'"
"""The members of an SMS list are no memberships of contacts, as the API shows them."""


def _by_group(
    opened: Warehouse, table: str, scope: str, collection: str, count: str, *, only: str = ""
) -> Iterator[AuditLine]:
    rows = opened.query(
        f"select g.{scope}_id as id, g.name as name, g.{count} as source, coalesce(m.loaded, 0) as loaded"
        f" from {opened.qualified(collection)} as g left join ("
        f"select s.{scope}_id, count(*) as loaded from {opened.qualified(table)} as s"
        f" join {opened.qualified(CONTACTS)} as c on c.contact_id = s.contact_id"
        f" where c.deleted_at is null group by s.{scope}_id"
        f") as m on m.{scope}_id = g.{scope}_id where g.deleted_at is null{only} order by g.{scope}_id"
    )
    for row in rows:
        yield from _line(table, scope, str(row["id"]), row["source"], row["loaded"], name=str(row["name"]))


def _line(
    table: str, scope: str, scope_id: str, source: Any, loaded: Any, *, name: str = ""
) -> Iterator[AuditLine]:
    """No line where the API gave no count: unknown is not zero."""
    if source is not None:
        yield AuditLine(
            table=table,
            scope=scope,
            scope_id=scope_id,
            scope_name=name,
            source_count=int(source),
            loaded_count=int(loaded),
            ok=int(source) == int(loaded),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Counted:
    """The events of one e-mail in one feed."""

    events: int
    persons: int


def _event_lines(
    opened: Warehouse, wanted: frozenset[str], state: State, columns: Mapping[str, Sequence[str]]
) -> Iterator[AuditLine]:
    """Totals per e-mail, then per campaign, then the summaries' contacts, against the rows of the feeds."""
    activities = _latest(opened, wanted, columns, "email_campaign_activity_stats", "campaign_activity_id")
    campaigns = _latest(opened, wanted, columns, "email_campaign_stats", "campaign_id")
    if not activities and not campaigns:
        return
    members = _members(opened, columns, activities)
    summaries = _summaries(opened, wanted, columns)
    names = _names(opened, columns)
    aside = owed(opened, columns)
    for feed, column in FEEDS.items():
        if feed not in wanted or feed not in columns:
            continue
        counted = _counted(opened, feed, persons=feed in PERSONS and bool(summaries))
        unread = {*failed_ids(state, feed), *failed_ids(state, "email_campaign_activity_stats")}
        erased = _erased(opened, columns, feed)
        one = _Feed(
            feed=feed,
            names=names,
            counted=counted,
            members=members,
            aside=aside,
            unread=unread,
            erased=erased,
        )
        for row in activities.values():
            yield from one.activity(row, row[column], state)
        for row in campaigns.values():
            yield from one.campaign(str(row["campaign_id"]), row[column])
        if feed in PERSONS:
            for row in summaries.values():
                yield from one.persons(str(row["campaign_id"]), row[PERSONS[feed]])


@dataclass(slots=True, kw_only=True)
class _Feed:
    """The lines of one feed; e-mails first, for they prove their campaigns."""

    feed: str
    names: Mapping[str, str]
    counted: Mapping[str, _Counted]
    members: Mapping[str, set[str]]
    """campaign -> its e-mails that have reports."""
    aside: Owed
    erased: Mapping[str, int]
    """e-mail -> its events that were erased with their contact."""
    unread: Collection[str] = ()
    """E-mails of which this feed, or its totals, failed when they were last asked for."""
    _agreed: dict[str, set[str]] = field(default_factory=lambda: defaultdict(set))
    """campaign -> its e-mails whose totals are those of the feed, or are explained."""
    _with_totals: set[str] = field(default_factory=set)
    """Campaigns that have totals by e-mail."""

    def activity(self, row: Mapping[str, Any], total: Any, state: State) -> Iterator[AuditLine]:
        """Totals that a reading to the end did not reach are explained until they move."""
        activity, campaign = str(row["campaign_activity_id"]), str(row["campaign_id"])
        self._with_totals.add(campaign)
        agrees = True
        agreed = unreached_total(state, activity, self.feed)
        found = _line(
            self.feed,
            "campaign_activity",
            activity,
            total,
            self.counted[activity].events,
            name=self.names.get(campaign, ""),
        )
        for line in (_beside(line, self.aside.events[self.feed, activity]) for line in found):
            if line.ok:
                yield line
            elif line.source_count == line.loaded_count + self.erased.get(activity, 0):
                yield _granted(line, f"{self.erased[activity]} of them were erased here with their contact")
            elif activity in self.unread:
                yield _granted(line, UNREAD)
            elif agreed == line.source_count:
                at = row["last_refresh_time"]
                yield _granted(line, f"totals of {at}; the feed was read to its end after they were computed")
            else:
                agrees = False
                yield line
        if agrees:
            self._agreed[campaign].add(activity)

    def campaign(self, campaign: str, total: Any) -> Iterator[AuditLine]:
        """The campaign's own total; it has no line where its e-mails are not known."""
        if campaign not in self.members:
            return iter(())
        members = self.members[campaign]
        loaded = sum(self.counted[activity].events for activity in members)
        aside = sum(self.aside.events[self.feed, activity] for activity in members)
        erased = sum(self.erased.get(activity, 0) for activity in members)
        return self._of_campaign("campaign", campaign, total, loaded, aside=aside, erased=erased)

    def persons(self, campaign: str, total: Any) -> Iterator[AuditLine]:
        """The contacts that the summary counts; it has no line where no totals say which events there are."""
        if campaign not in self._with_totals:
            return iter(())
        loaded = sum(self.counted[activity].persons for activity in self.members[campaign])
        aside = sum(self.aside.events[self.feed, activity] for activity in self.members[campaign])
        return self._of_campaign("campaign_contacts", campaign, total, loaded, aside=aside)

    def _of_campaign(
        self, scope: str, campaign: str, total: Any, loaded: int, *, aside: int, erased: int = 0
    ) -> Iterator[AuditLine]:
        name = self.names.get(campaign, "")
        for line in _line(self.feed, scope, campaign, total, loaded, name=name):
            if erased and line.source_count == line.loaded_count + erased:
                yield _granted(line, f"{erased} of them were erased here with their contact")
            elif (beside := _beside(line, aside)).ok:
                yield beside
            elif not self.members[campaign].isdisjoint(self.unread):
                yield _granted(line, UNREAD)
            elif not self._agreed[campaign].issuperset(self.members[campaign]):
                yield line
            else:
                yield _granted(line, "each of its e-mails agrees; this count is computed apart from them")


def _granted(line: AuditLine, explanation: str) -> AuditLine:
    return replace(line, ok=True, explanation=explanation)


def _latest(
    opened: Warehouse, wanted: frozenset[str], columns: Mapping[str, Sequence[str]], table: str, key: str
) -> Mapping[str, Mapping[str, Any]]:
    """The newest totals of each campaign or e-mail."""
    if table not in wanted or table not in columns:
        return {}
    name = opened.qualified(table)
    listed = ", ".join(
        f"s.{column}" for column in dict.fromkeys((key, "campaign_id", "last_refresh_time", *FEEDS.values()))
    )
    rows = opened.query(
        f"select {listed} from {name} as s join (select {key} as k, max(last_refresh_time) as newest from {name}"
        f" group by {key}) as n on n.k = s.{key} and n.newest = s.last_refresh_time order by s.{key}"
    )
    return {str(row[key]): row for row in rows}


def _summaries(
    opened: Warehouse, wanted: frozenset[str], columns: Mapping[str, Sequence[str]]
) -> Mapping[str, Mapping[str, Any]]:
    table = "email_campaign_summaries"
    if table not in wanted or table not in columns:
        return {}
    rows = opened.query(f"select campaign_id, {', '.join(PERSONS.values())} from {opened.qualified(table)}")
    return {str(row["campaign_id"]): row for row in rows}


def _members(
    opened: Warehouse, columns: Mapping[str, Sequence[str]], totals: Mapping[str, Mapping[str, Any]]
) -> Mapping[str, set[str]]:
    """Campaign -> its e-mails that have reports, whether they have totals or not."""
    found: dict[str, set[str]] = defaultdict(set)
    for row in totals.values():
        found[str(row["campaign_id"])].add(str(row["campaign_activity_id"]))
    if ACTIVITIES in columns:
        listed = ", ".join(f"'{role}'" for role in REPORTED_ROLES)
        for row in opened.query(
            f"select campaign_id, campaign_activity_id from {opened.qualified(ACTIVITIES)} where role in ({listed})"
        ):
            found[str(row["campaign_id"])].add(str(row["campaign_activity_id"]))
    return found


def _names(opened: Warehouse, columns: Mapping[str, Sequence[str]]) -> Mapping[str, str]:
    if "email_campaigns" not in columns:
        return {}
    rows = opened.query(f"select campaign_id, name from {opened.qualified('email_campaigns')}")
    return {str(row["campaign_id"]): str(row["name"] or "") for row in rows}


def _erased(opened: Warehouse, columns: Mapping[str, Sequence[str]], feed: str) -> Mapping[str, int]:
    """e-mail -> its events that were erased with their contact."""
    if FORGOTTEN_ROWS not in columns:
        return {}
    rows = opened.query(
        f"select campaign_activity_id as id, sum(erased_rows) as erased from {opened.qualified(FORGOTTEN_ROWS)}"
        f" where table_name = '{feed}' group by campaign_activity_id"
    )
    return {str(row["id"]): int(str(row["erased"])) for row in rows}


def _counted(opened: Warehouse, feed: str, *, persons: bool) -> Mapping[str, _Counted]:
    """e-mail -> its events; contacts are counted only where they are compared, for they cost a sort."""
    distinct = "count(distinct contact_id)" if persons else "0"
    rows = opened.query(
        f"select campaign_activity_id as id, count(*) as events, {distinct} as persons"
        f" from {opened.qualified(feed)} group by campaign_activity_id"
    )
    found: dict[str, _Counted] = defaultdict(lambda: _Counted(events=0, persons=0))
    for row in rows:
        found[str(row["id"])] = _Counted(events=int(str(row["events"])), persons=int(str(row["persons"])))
    return found
