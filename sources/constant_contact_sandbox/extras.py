"""What an account has beside people and mails: one object for each family of resources.

A bare account has none of it. The families draw from random streams of their own, so that people and mails
are the same with and without them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from .automations import Automations
from .bulk_jobs import BulkJobs
from .events import Events
from .landing_pages import LandingPages
from .partners import Partners
from .sms import Sms
from .social import Social

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from .contacts import Contacts
    from .nights import Night

Row = dict[str, Any]


class Family(Protocol):
    def live(self, night: Night) -> None: ...


class Extras:
    """The families, and what they do together."""

    def __init__(self, seed: int, now: int, contacts: Contacts, *, bare: bool) -> None:
        self.bare = bare
        self.bulk_jobs = BulkJobs(seed, now, bare=bare)
        self.automations = Automations(seed, now, bare=bare)
        self.social = Social(seed, bare=bare)
        self.sms = Sms(seed, now, contacts, bare=bare)
        self.events = Events(seed, now, contacts, bare=bare)
        self.landing_pages = LandingPages(seed, now, contacts, bare=bare)
        self.partners = Partners(seed, now, bare=bare)

    def tables(self, now: Callable[[], int]) -> dict[str, Callable[[], Iterable[Row]]]:
        """Every row as the API would serve it, by table; `now`: the account's reproducible clock."""
        return {
            **self.bulk_jobs.tables(now),
            **self.automations.tables(),
            **self.social.tables(),
            **self.sms.tables(),
            **self.events.tables(),
            **self.landing_pages.tables(),
            **self.partners.tables(),
        }

    def live(self, night: Night) -> None:
        if self.bare:
            return
        families: tuple[Family, ...] = (
            self.bulk_jobs,
            self.automations,
            self.social,
            self.sms,
            self.events,
            self.landing_pages,
            self.partners,
        )
        for family in families:
            family.live(night)
