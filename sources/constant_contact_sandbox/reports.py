"""The report rows of an activity or campaign: the eight feeds, links, totals and summaries.

Everything is computed from the events, so the totals always agree with the rows. Knows no HTTP. Source of
shapes: contract, *TrackingActivity, EmailLinks, StatsEmail, StatsEmailActivity, BulkEmailCampaignSummary.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections import Counter
from typing import TYPE_CHECKING, Any

from . import people, seeds
from .campaigns import BOUNCE_CODES, DEVICES, Activity, Campaign, contact_of

if TYPE_CHECKING:
    from collections.abc import Iterable

    from .contacts import Contacts
    from .switches import Switches

Row = dict[str, Any]
DERIVED = ("unique_opens", "didnotopens")
BOUNCE_NAMES = (
    "nonexistent_address",
    "undeliverable",
    "mailbox_full",
    "suspended",
    "vacation",
    "other",
    "blocked",
)


class Reports:
    """Rows and totals; caches what is derived until the activity changes."""

    def __init__(self, contacts: Contacts, switches: Switches) -> None:
        self.contacts, self.switches = contacts, switches
        self._derived: dict[tuple[str, str], tuple[int, array[int]]] = {}
        self._totals: dict[tuple[str, int], tuple[int, Counter[str]]] = {}

    def feed(self, activity: Activity, name: str) -> array[int]:
        """Events of one of the eight feeds, oldest first."""
        if name not in DERIVED:
            return activity.events[name]
        version, events = self._derived.get((activity.activity_id, name), (-1, array("Q")))
        if version != activity.version:
            events = (unique_opens if name == "unique_opens" else did_not_open)(activity)
            if len(self._derived) > 200:
                self._derived.clear()
            self._derived[activity.activity_id, name] = (activity.version, events)
        return events

    def rows(self, activity: Activity, name: str, events: Iterable[int]) -> list[Row]:
        """Events as the API shows them."""
        kind = "em_opens" if name == "unique_opens" else f"em_{name}"
        return [self._row(activity, kind, event) for event in events]

    def _row(self, activity: Activity, kind: str, event: int) -> Row:
        contacts, i, at = self.contacts, event >> 8 & 0xFFFFFF, event >> 32
        address, first, last = contacts.identity(i, at)
        if self.switches.tracking_names == "current":
            _, first, last = contacts.identity(i)
        row: Row = {
            "contact_id": contacts.id_of(i),
            "campaign_activity_id": activity.activity_id,
            "tracking_activity_type": kind,
            "email_address": address,
        }
        if first:
            row["first_name"], row["last_name"] = first, last
        if kind in ("em_opens", "em_clicks"):
            row["device_type"] = DEVICES[event & 15]
            if kind == "em_clicks":
                link = event >> 4 & 15
                row["url_id"], row["link_url"] = str(url_id(activity, link)), activity.links[link]
        elif kind == "em_optouts":
            if reason := people.OPT_OUT_REASONS[event & 15]:
                row["opt_out_reason"] = reason
        elif kind == "em_bounces":
            row["bounce_code"] = BOUNCE_CODES[event & 7]
            present = contacts.identity(i)[0]
            if self.switches.bounce_current_address and present:
                row["current_email_address"] = present
        row["created_time"] = seeds.stamp_ms(at)
        if contacts.deleted[i] and self.switches.tracking_deleted_at:
            row["deleted_at"] = seeds.day_text(contacts.deleted[i])
        return row

    def links(self, activity: Activity, *, no_clicks: bool = True) -> list[Row]:
        """link_click_counts; without `no_clicks`, links that nobody clicked are left out."""
        unique = Counter(
            link for _, link in {(contact_of(e), e >> 4 & 15) for e in activity.events["clicks"]}
        )
        rows: list[Row] = []
        for n, link in enumerate(activity.links):
            row: Row = {"link_url": link, "url_id": str(url_id(activity, n)), "unique_clicks": unique[n]}
            if n == 1 and activity.list_ids:
                row |= {"list_action": "add", "list_id": activity.list_ids[0]}
            if n == 0:
                row["link_tag"] = "header-image"
            rows.append(row)
        return [r for r in rows if no_clicks or r["unique_clicks"]]

    def totals(self, activity: Activity, until: int) -> Counter[str]:
        """All counts of one activity, with underscores, over events up to `until`."""
        newest = max((events[-1] >> 32 for events in activity.events.values() if events), default=0)
        key = (activity.activity_id, until if until < newest else -1)
        version, totals = self._totals.get(key, (-1, Counter()))
        if version != activity.version:
            totals = count_events(activity, until)
            if len(self._totals) > 50_000:
                self._totals.clear()
            self._totals[key] = (activity.version, totals)
        return totals

    def refreshed_at(self, activities: list[Activity], until: int) -> int:
        """last_refresh_time: when the totals, counted up to `until`, last moved."""
        moments = [t for a in activities for t in (a.sent_at, a.changed_at) if t <= until]
        if self.switches.stats_lag_s:
            moments += [t for a in activities for t in [newest_until(a, until)] if t]
        return max(moments, default=until)

    def campaign_stats(self, campaign: Campaign, now: int) -> Row:
        """A row of stats/email_campaigns: the sum of its sent activities."""
        until = now - self.switches.stats_lag_s
        totals: Counter[str] = Counter()
        for activity in campaign.reported:
            totals.update(self.totals(activity, until))
        stats = {k: totals[k] for k in STAT_KEYS}
        sends = stats["em_sends"]
        percents = {
            "bounce": percent(stats["em_bounces"], sends),
            "click": percent(stats["em_clicks"], stats["em_opens"]),
            "desktop_click": percent(stats["em_clicks_all_computer"], stats["em_clicks_all"]),
            "desktop_open": percent(stats["em_opens_all_computer"], stats["em_opens_all"]),
            "did_not_open": percent(stats["em_not_opened"], sends),
            "mobile_click": percent(stats["em_clicks_all_mobile"], stats["em_clicks_all"]),
            "mobile_open": percent(stats["em_opens_all_mobile"], stats["em_opens_all"]),
            "open": percent(stats["em_opens"], sends - stats["em_bounces"]),
            "unsubscribe": percent(stats["em_optouts"], sends),
        }
        at = seeds.stamp_ms(self.refreshed_at(campaign.reported, until))
        return {
            "campaign_id": campaign.campaign_id,
            "stats": self._spell(stats),
            "percents": percents,
            "last_refresh_time": at,
        }

    def activity_stats(self, campaign: Campaign, activity: Activity, now: int) -> Row:
        """A row of stats/email_campaign_activities."""
        until = now - self.switches.stats_lag_s
        totals = self.totals(activity, until)
        stats = {
            k: totals[k]
            for k in (*STAT_KEYS, "em_abuse", *(f"em_bounces_{name}" for name in sorted(BOUNCE_NAMES)))
        }
        ids = {"campaign_id": campaign.campaign_id, "campaign_activity_id": activity.activity_id}
        return ids | {
            "stats": self._spell(stats),
            "last_refresh_time": seeds.stamp_ms(self.refreshed_at([activity], until)),
        }

    def summary(self, campaign: Campaign, now: int) -> Row:
        """A row of email_campaign_summaries."""
        totals: Counter[str] = Counter()
        for activity in campaign.reported:
            totals.update(self.totals(activity, now - self.switches.stats_lag_s))
        names = ("sends", "opens", "clicks", "forwards", "optouts", "abuse", "bounces", "not_opened")
        return {
            "campaign_id": campaign.campaign_id,
            "campaign_type": "CUSTOM_CODE_EMAIL" if campaign.type_code == 26 else "NEWSLETTER",
            "last_sent_date": seeds.stamp_ms(max(a.sent_at for a in campaign.reported)),
            "unique_counts": {name: totals[f"em_{name}"] for name in names},
        }

    def _spell(self, stats: dict[str, int]) -> dict[str, int]:
        if self.switches.stats_keys == "underscores":
            return stats
        return {dotted(key): value for key, value in stats.items()}


STAT_KEYS = (
    *("em_sends", "em_opens", "em_clicks", "em_bounces", "em_optouts", "em_forwards", "em_not_opened"),
    *("em_opens_all", "em_clicks_all"),
    *(f"em_{what}_all_{device}" for what in ("opens", "clicks") for device in DEVICES),
)  # fmt: skip


def dotted(key: str) -> str:
    """em_opens_all_mobile -> em_opens.all.mobile; plain keys and em_not_opened stay."""
    head, sep, tail = key.partition("_all")
    if sep:
        return head + ".all" + tail.replace("_", ".")
    return key.replace("em_bounces_", "em_bounces.", 1)


def percent(part: int, whole: int) -> float:
    return round(100.0 * part / whole, 1) if whole else 0.0


def url_id(activity: Activity, link: int) -> int:
    return 1_100_000_000_000 + activity.number % 10_000_000_000 * 16 + link


def newest_until(activity: Activity, until: int) -> int:
    """Time of the newest event not later than `until`; 0 when there is none."""
    newest = 0
    for events in activity.events.values():
        k = bisect_left(events, (until + 1) << 32)
        newest = max(newest, events[k - 1] >> 32 if k else 0)
    return newest


def count_events(activity: Activity, until: int) -> Counter[str]:
    """Unique and total counts, by device and bounce code."""
    seen = {
        feed: events[: bisect_left(events, (until + 1) << 32)] for feed, events in activity.events.items()
    }
    totals: Counter[str] = Counter()
    for feed in ("sends", "bounces", "optouts", "forwards"):
        totals[f"em_{feed}"] = len(seen[feed])
    for feed in ("opens", "clicks"):
        totals[f"em_{feed}"] = len({e >> 8 & 0xFFFFFF for e in seen[feed]})
        totals[f"em_{feed}_all"] = len(seen[feed])
        for device, n in Counter(e & 15 for e in seen[feed]).items():
            totals[f"em_{feed}_all_{DEVICES[device]}"] = n
    for code, n in Counter(e & 7 for e in seen["bounces"]).items():
        totals[f"em_bounces_{BOUNCE_NAMES[code]}"] = n
    totals["em_not_opened"] = max(0, totals["em_sends"] - totals["em_opens"] - totals["em_bounces"])
    return totals


def unique_opens(activity: Activity) -> array[int]:
    latest = {contact_of(e): e for e in activity.events["opens"]}
    return array("Q", sorted(latest.values()))


def did_not_open(activity: Activity) -> array[int]:
    reached = {contact_of(e) for feed in ("opens", "bounces") for e in activity.events[feed]}
    return array("Q", [e for e in activity.events["sends"] if contact_of(e) not in reached])
