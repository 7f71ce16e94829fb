"""Parts of one e-mail, a request each: asked for when the campaign, or what was sent of it, has moved.

Which e-mails a part can exist for, and what tells that it has moved, is a rule for each; run and plan use the same.
What is loaded says for which version of the campaign it was read, as with every detail (see `details`).
Source: contract; api_guide/email_campaigns_resend (resends are planned at most 10 days ahead).
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sources.constant_contact.campaign_rows import (
    CAMPAIGNS,
    STATS,
    identified,
    moment_of,
    references_of,
    status_of,
    version_of,
    was_sent,
)
from sources.constant_contact.catalogue import REPORTED_ROLES
from sources.constant_contact.reads import campaign_estimates, details
from sources.constant_contact.reads.api_objects import attempt, is_held
from sources.constant_contact.reads.attempts import ApiObject
from sources.constant_contact.reads.collections import Listing, complete
from sources.constant_contact.reads.facts import Line
from sources.constant_contact.reads.reading import BACKFILL, NEWS

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

    from pendulum import DateTime

    from sources.constant_contact.batches import Batch
    from sources.constant_contact.catalogue import Endpoint
    from sources.constant_contact.reads.facts import Facts
    from sources.constant_contact.reads.reading import Reading

RESEND_DAYS = 11
"""After a send a resend can be planned for so long, and one day more."""
AB_TEST = 57
"""`type_code` of a campaign that tests two subject lines."""
PRIMARY, RESEND = "primary_email", "resend"
Row = dict[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """One e-mail as its campaign shows it."""

    activity_id: str
    role: str
    campaign: Mapping[str, Any]
    roles: frozenset[str]
    """Of all e-mails of the campaign."""
    now: DateTime

    @property
    def version(self) -> str:
        return version_of(self.campaign)

    @property
    def is_readable(self) -> bool:
        return status_of(self.campaign) != "removed"


NOTHING = ""
"""In place of a version: there is none of it, which need not be asked."""


def _schedule(mail: Mail) -> str | None:
    scheduled = status_of(mail.campaign) == "scheduled" and mail.role == PRIMARY
    return mail.version if scheduled else NOTHING


def _resend(mail: Mail) -> str | None:
    if mail.role != PRIMARY or not mail.is_readable:
        return NOTHING
    version = f"{mail.version} {len(mail.roles)}"
    if not was_sent(mail.campaign) or RESEND in mail.roles:
        return version
    changed_at = moment_of(mail.campaign)
    young = changed_at is None or changed_at > mail.now.subtract(days=RESEND_DAYS)
    return f"{version} {mail.now.date().isoformat()}" if young else None


def _test(mail: Mail) -> str | None:
    tests = mail.campaign.get("type_code") == AB_TEST and mail.role == PRIMARY
    return mail.version if tests and mail.is_readable else NOTHING


def _with_its_campaign(mail: Mail) -> str | None:
    return mail.version if mail.is_readable else None


RULES: Mapping[str, Callable[[Mail], str | None]] = MappingProxyType(
    {
        "email_schedules": _schedule,
        "email_non_opener_resends": _resend,
        "email_abtests": _test,
    }
)
"""Of each e-mail the version of the part, or NOTHING; None: what is loaded, if anything, stays. Parts without a rule
of their own are asked for when their campaign has moved.
"""


def rule_of(of: Endpoint) -> Callable[[Mail], str | None]:
    return RULES.get(of.resource, _with_its_campaign)


SENDS = "email_send_history"
"""The one part that moves with a total, not with its campaign: a mail may be sent again to new contacts."""


def slices(reading: Reading, of: Endpoint) -> None:
    """Nothing is asked before the campaigns, or their totals, are read."""
    watcher = SendHistory if of.resource == SENDS else Part
    reading.campaign_watchers.append(watcher(reading, of))


def estimate(facts: Facts, of: Endpoint) -> Iterator[Line]:
    """What is due by the campaigns that are loaded and those that the list shows to be new."""
    if facts.waits(of.resource):
        return
    waiting = facts.waiting(of.resource)
    versions = details.loaded_versions(of, facts.warehouse, facts.state)
    known = {str(row["campaign_id"]): row for row in facts.warehouse.rows(CAMPAIGNS)}
    listed, _ = campaign_estimates.listed(facts)
    rows = {**known, **{str(row["campaign_id"]): row for row in listed}}
    requests = sum(
        1
        for campaign_id, row in rows.items()
        for mail in mails(row, references_of(known.get(campaign_id)) or _first(row), now=facts.now)
        if mail.activity_id not in waiting and _is_due(of, mail, versions)
    )
    if requests:
        why = "one request per e-mail for which there may be something new"
        yield Line(resource=of.resource, why=why, rows=requests, requests=requests)


def _first(row: Row) -> list[Row]:
    """A campaign that was never read has one e-mail, as far as is known."""
    return [{"campaign_activity_id": str(row["campaign_id"]), "role": PRIMARY}]


def _is_due(of: Endpoint, mail: Mail, versions: Mapping[str, Collection[str]]) -> bool:
    there = versions.get(mail.activity_id, ())
    if of.resource == SENDS:
        return not there and was_sent(mail.campaign) and mail.role in REPORTED_ROLES and mail.is_readable
    version = rule_of(of)(mail)
    return version not in (None, NOTHING) and version not in there


def mails(campaign: Mapping[str, Any], references: Sequence[Row], *, now: DateTime) -> list[Mail]:
    """The e-mails of a campaign; its row may be the API's or a loaded one."""
    known = identified(references)
    roles = frozenset(str(each.get("role", "")).lower() for each in known)
    return [
        Mail(
            activity_id=str(each["campaign_activity_id"]),
            role=str(each.get("role", "")).lower(),
            campaign=campaign,
            roles=roles,
            now=now,
        )
        for each in known
    ]


class Part:
    """One part in one run: told of every campaign, it asks for what is due."""

    priority = NEWS

    def __init__(self, reading: Reading, of: Endpoint) -> None:
        self._reading = reading
        self._of = of
        self._lock = threading.Lock()
        self._versions: Mapping[str, Collection[str]] | None = None
        self._seen: set[str] = set()

    def look(self, campaign: Mapping[str, Any], references: Sequence[Row]) -> None:
        """A campaign as it is now."""
        for mail in mails(campaign, references, now=self._reading.now):
            self._consider(mail.activity_id, rule_of(self._of)(mail), campaign)

    def count(self, activities: Sequence[str], sends: object, campaign: Mapping[str, Any]) -> None:
        """A sent campaign with its total of sends, with which these parts do not move."""

    def _loaded(self) -> Mapping[str, Collection[str]]:
        with self._lock:
            if self._versions is None:
                self._versions = details.loaded_versions(
                    self._of, self._reading.warehouse, self._reading.state
                )
            return self._versions

    def _consider(self, activity_id: str, version: str | None, campaign: Mapping[str, Any]) -> None:
        if version is None:
            return
        there = self._loaded().get(activity_id, ())
        aside = self._reading.aside
        again = self._reading.options.full_refresh or aside.is_due(self._of.resource, activity_id)
        if (not there) if version == NOTHING else (version in there and not again):
            return
        with self._lock:
            if activity_id in self._seen:
                return
            self._seen.add(activity_id)
        self._add(activity_id, version, campaign)

    def _add(self, activity_id: str, version: str, campaign: Mapping[str, Any]) -> None:
        reading, of = self._reading, self._of
        item = ApiObject(
            resource=of.resource,
            object_id=activity_id,
            title=f"{of.resource} of e-mail {str(campaign.get('name') or '')!r} (campaign activity {activity_id})",
            version=version,
            owner=activity_id,
        )
        if version != NOTHING and is_held(reading, item):
            return
        detail = details.Detail(
            object_id=activity_id, version=version, owner={"campaign_activity_id": activity_id}
        )
        read = partial(_empty if version == NOTHING else details.read_detail, of=of, detail=detail)
        reading.add(of.resource, self.priority, of.resource, partial(attempt, reading, item, read))


class SendHistory(Part):
    """Asked for when the total of sends has moved; where totals are not read, once."""

    priority = BACKFILL

    def look(self, campaign: Mapping[str, Any], references: Sequence[Row]) -> None:
        if self._reading.wants(STATS):
            return
        for mail in mails(campaign, references, now=self._reading.now):
            if _is_due(self._of, mail, self._loaded()):
                self._consider(mail.activity_id, "sent", campaign)

    def count(self, activities: Sequence[str], sends: object, campaign: Mapping[str, Any]) -> None:
        for activity_id in activities:
            self._consider(activity_id, str(sends), campaign)


def _empty(reading: Reading, of: Endpoint, detail: details.Detail) -> Iterator[Batch]:
    """What was loaded is over, as the campaign itself says."""
    ids = {"campaign_activity_id": detail.object_id}
    nothing = Listing(rows=[], pages=1, requests=0, counted=True)
    yield from complete(reading, of, nothing, slots=ids, constants=ids)
