"""Random nights of everything that can be read: `opt_in = ["all"]`, all landing pages named, each table each night.

CI runs a few nights; `-m slow` runs 160 different ones (use -s).
"""

from __future__ import annotations

import json
import random
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest
from account_tables import KEYS, LANDING_PAGES, OF_A_CONTACT
from healed import Healed
from random_channels import CHANNEL_CHANGES
from random_life import CHANGES, Day, campaign_edited
from test_random_nights import switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Compared, Quick

MEMBERS = "segment_members"
TABLES = (*KEYS, *LANDING_PAGES, *OF_A_CONTACT, "contacts_sms_engagement_history")
A_NIGHT_LATER = (*OF_A_CONTACT, "contacts_sms_engagement_history")
"""Reports of a contact that only healing found come the night after, and those of an event that came late."""
ALL_CHANGES = (*(change for change in CHANGES if change is not campaign_edited), *CHANNEL_CHANGES)


class Members:
    """What segments held when they were read last: a segment that nobody edited is read once a week."""

    def __init__(self, one: Compared) -> None:
        self.one = one
        self.read_on: dict[str, Any] = {}
        self.members: dict[str, set[str]] = {}

    def differences(self) -> list[str]:
        """One line per segment whose last reading is not what the account held in that night."""
        rows = self.one.query(f"select segment_id, contact_id, read_on from {MEMBERS}")
        now: dict[str, set[str]] = {}
        for row in self.one.sandbox.truth(MEMBERS):
            now.setdefault(str(row["segment_id"]), set()).add(row["contact_id"])
        wrong = []
        for segment_id, members in now.items():
            read_on = max((row["read_on"] for row in rows if row["segment_id"] == segment_id), default=None)
            if read_on != self.read_on.get(segment_id):
                self.read_on[segment_id], self.members[segment_id] = read_on, members
            loaded = {
                row["contact_id"]
                for row in rows
                if (row["segment_id"], row["read_on"]) == (segment_id, read_on)
            }
            if loaded != self.members.get(segment_id):
                wrong.append(f"{MEMBERS}: segment {segment_id}: {len(loaded)} members")
        return wrong


def name_pages(one: Compared) -> None:
    pages = [page.activity_id for page in one.sandbox.extras.landing_pages.pages]
    one.configure(opt_in='["all"]', landing_page_ids=json.dumps(pages))


def everything(quick: Quick) -> Healed:
    from sources.constant_contact.source import settings  # noqa: PLC0415 - dlt takes two seconds

    name_pages(quick)
    quick.lives_now = True
    return Healed(quick, wanted=settings().chosen())


def live_all(one: Healed, seed: int, nights: int) -> list[int]:
    """Nights in a row, each held against the account; returns the requests of each."""
    members, spent = Members(one.quick), []
    draw = random.Random(f"{seed}/days")
    done: list[str] = []
    for number in range(nights + 1):
        if number:
            one.sandbox.advance(draw.choice((0.02, 0.3, 1, 2.5)))
            day = Day(one.sandbox, f"{seed}/{number}", ALL_CHANGES)
            done = day.live(day.random.randrange(4, 16))
            one.sandbox.move_clock(timedelta(hours=1))
            name_pages(one.quick)
        before = one.sandbox.log.total
        one.night()
        wrong = one.quick.differences(tables=TABLES) + members.differences()
        if wrong and all(line.startswith(A_NIGHT_LATER) for line in wrong):
            one.night()
            wrong = one.quick.differences(tables=TABLES)
        assert [] == wrong, f"seed {seed}, night {number}: {', '.join(done)}"
        spent.append(one.sandbox.log.total - before)
    return spent


def arguments(seed: int) -> dict[str, Any]:
    return {"contacts": 100, "campaigns": 4, "seed": seed, "clock_runs": False, "switches": switches(seed)}


@pytest.mark.long
@pytest.mark.parametrize("seed", [1, 2])
def test_random_nights_of_everything_end_with_every_table_equal(
    quick: Callable[..., Quick], seed: int
) -> None:
    """Three nights of random changes to all that can be read each end with every row and column equal."""
    live_all(everything(quick(**arguments(seed))), seed, 3)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(200, 216))
def test_many_random_nights_of_everything(quick: Callable[..., Quick], seed: int) -> None:
    """Ten nights on each of 16 accounts end with every row and column equal."""
    spent = live_all(everything(quick(**arguments(seed))), seed, 10)
    print(f"seed {seed}: 10 nights equal, requests a night {min(spent)}-{max(spent)}")  # noqa: T201 - wanted figures
