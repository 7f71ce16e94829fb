"""Landing pages: who opened them, clicked, signed up, changed their data or allowed SMS.

Nothing in the API lists landing pages; their ids are activity ids. Events are packed as those of mails are.
Knows no HTTP. Source of shapes: contract, P*TrackingActivity.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from . import seeds
from .campaigns import DEVICES, SITE, contact_of, pack
from .small_collections import DAY_S

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from .contacts import Contacts
    from .nights import Night

Row = dict[str, Any]
FEEDS = {
    "p_contact_opens": ("opens", "p_contact_opens", "landing_page_opens"),
    "p_unique_contact_opens": ("opens", "p_contact_opens", "landing_page_unique_opens"),
    "p_unique_contact_clicks": ("clicks", "p_contact_click", "landing_page_clicks"),
    "p_unique_contact_adds": ("adds", "p_contact_adds", "landing_page_adds"),
    "p_unique_contact_updates": ("updates", "p_contact_updates", "landing_page_updates"),
    "p_unique_contact_sms_optins": ("sms_optins", "p_contact_sms_optins", "landing_page_sms_optins"),
}
"""Path -> (kind of event, tracking_activity_type, table)."""
KINDS = ("opens", "clicks", "adds", "updates", "sms_optins")
PATHS = ("shop", "workshops", "gift-cards")
FIRST_PAGES = 2


@dataclass(slots=True, kw_only=True)
class LandingPage:
    """`events`: by kind, each oldest first."""

    activity_id: str
    name: str
    number: int
    events: dict[str, list[int]] = field(default_factory=lambda: {kind: [] for kind in KINDS})

    def add(self, kind: str, at: int, contact: int, detail: int = 0) -> None:
        self.events[kind] = sorted([*self.events[kind], pack(at, contact, detail)])

    def feed(self, path: str) -> list[int]:
        """Events of one feed, oldest first; a unique one keeps the latest of each contact (and link)."""
        kind = FEEDS[path][0]
        if "unique" not in path:
            return self.events[kind]
        latest = {(contact_of(e), e >> 4 & 15 if kind == "clicks" else 0): e for e in self.events[kind]}
        return sorted(latest.values())


class LandingPages:
    """`pages` in the order of their making."""

    def __init__(self, seed: int, now: int, contacts: Contacts, *, bare: bool) -> None:
        self.seed, self.contacts = seed, contacts
        self.pages: list[LandingPage] = []
        for k in range(0 if bare else FIRST_PAGES):
            page = self.add(f"Sign-up page {k + 1}")
            for n in range(12 - 4 * k):
                number = seeds.word(seed, "visit", k, n)
                self.visit(page, number, at=now - (30 - 2 * n) * DAY_S + number % DAY_S)

    def add(self, name: str) -> LandingPage:
        k = len(self.pages)
        activity_id = seeds.uuid_of(self.seed, "landing_page", k)
        number = seeds.word(self.seed, "landing_page", k, "number")
        page = LandingPage(activity_id=activity_id, name=name, number=number)
        self.pages.append(page)
        return page

    def visit(self, page: LandingPage, number: int, *, at: int) -> None:
        """A contact opens the page, and may click, sign up, change something or allow SMS."""
        if not len(self.contacts):
            return
        i, device = number % len(self.contacts), (number >> 30) % 3
        page.add("opens", at, i, device)
        if number >> 33 & 1:
            page.add("clicks", at + 20, i, ((number >> 34) % len(PATHS)) << 4 | device)
        if kind := (None, "adds", "updates", "sms_optins")[number >> 40 & 3]:
            page.add(kind, at + 60, i)

    def find(self, activity_id: str) -> LandingPage | None:
        return next((page for page in self.pages if page.activity_id == activity_id), None)

    def rows(self, page: LandingPage, path: str, events: Sequence[int]) -> list[Row]:
        """Events as the API shows them."""
        return [self._row(page, FEEDS[path][1], event) for event in events]

    def _row(self, page: LandingPage, kind: str, event: int) -> Row:
        c, i, at = self.contacts, contact_of(event), event >> 32
        address, first, last = c.identity(i, at)
        row: Row = {
            "contact_id": c.id_of(i),
            "campaign_activity_id": page.activity_id,
            "tracking_activity_type": kind,
            "created_time": seeds.stamp_ms(at),
        }
        row |= {"email_address": address} if address else {}
        row |= {"first_name": first, "last_name": last} if first else {}
        row |= {"device_type": DEVICES[event & 15]} if kind in ("p_contact_opens", "p_contact_click") else {}
        if kind == "p_contact_click":
            link = event >> 4 & 15
            row |= {"url_id": f"{page.number % 10**9 * 16 + link}", "link_url": f"{SITE}/{PATHS[link]}"}
        if c.deleted[i]:
            row["deleted_at"] = seeds.day_text(c.deleted[i])
        return row | self._sms_channel(i)

    def _sms_channel(self, i: int) -> Row:
        channel = self.contacts.row(i, frozenset({"sms_channel"})).get("sms_channel")
        if channel is None:
            return {}
        digits = channel["sms_address"]
        shown = {
            "country_code": channel["country_code"],
            "state": "I"
            if channel["sms_channel_consents"][0]["sms_consent_permission"] == "explicit"
            else "O",
            "formatted_international": f"+1 {digits[:3]}-{digits[3:6]}-{digits[6:]}",
            "formatted_national": f"({digits[:3]}) {digits[3:6]}-{digits[6:]}",
        }
        return {"sms_channel": shown}

    def tables(self) -> dict[str, Callable[[], Iterable[Row]]]:
        def rows_of(path: str) -> Callable[[], Iterable[Row]]:
            return lambda: (row for p in self.pages for row in self.rows(p, path, p.feed(path)[::-1]))

        return {table: rows_of(path) for path, (_, _, table) in FEEDS.items()}

    def live(self, night: Night) -> None:
        """Two or three visits of each page a night, and a new page now and then."""
        for k, page in enumerate(self.pages):
            for n in range(2 + night.roll("visits", k) % 2):
                number = night.roll("visit", k, n)
                self.visit(page, number, at=night.moment(number >> 8))
                night.done["visited"] += 1
        if night.happens("landing_page_created", 15):
            self.add(f"Page of night {night.number}")
