"""What a run does next, decided from what is known: rules for the run and for the plan that predicts it.

Each takes what is loaded, what the state says and what the API answered, and says what is due. Pure: no requests, no
clock, no warehouse; times are UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from sources.constant_contact.campaign_rows import (
    NEVER_SENT,
    UNDER_WAY,
    Row,
    identified,
    is_loaded,
    moment_of,
    references_of,
    reported,
    status_of,
    version_of,
)
from sources.constant_contact.windows import asked_from, is_current

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Mapping, Sequence

    from pendulum import DateTime

    from sources.constant_contact.state.campaigns import CampaignsState
    from sources.constant_contact.state.contacts import ContactsState
    from sources.constant_contact.windows import SyncOptions

YOUNG_DAYS = 3
"""A campaign changed so lately may have no totals yet, whatever the server answers for it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """A campaign that has reports."""

    campaign_id: str
    name: str
    activities: tuple[str, ...]
    """Ids of its e-mails that have reports, a resend among them; none in a plan, where they are not read yet."""
    version: str
    is_young: bool = False
    """Changed within the last days."""


def sent_campaign(row: Mapping[str, Any], references: Iterable[Row], *, now: DateTime) -> Sent | None:
    """A campaign that was sent, by its row as it is now; None where none of its e-mails has reports."""
    activities = reported(references)
    if not activities:
        return None
    changed_at = moment_of(row)
    return Sent(
        campaign_id=str(row["campaign_id"]),
        name=str(row.get("name") or ""),
        activities=activities,
        version=version_of(row),
        is_young=changed_at is None or changed_at > now.subtract(days=YOUNG_DAYS),
    )


def contacts_reading(
    state: ContactsState, options: SyncOptions, *, now: DateTime, reads_all: bool, must_read_all: bool = False
) -> Literal["all again", "whole", "changes"]:
    """How contacts are read: all of them against what is loaded, or for the marks' sake, or what changed.

    `reads_all`: whether this account is read as a whole each run. `must_read_all`: whether a contact that is set aside
    can only be found so. A whole reading under way goes on.
    """
    if state.whole is not None or state.mark is None:
        return "whole"
    if reads_all:
        return "all again"
    return "changes" if is_current(state.whole_at, options, now=now) and not must_read_all else "whole"


def campaigns_mark(state: CampaignsState, options: SyncOptions, *, now: DateTime) -> DateTime | None:
    """Since when changed campaigns are asked for; None: all are listed."""
    return state.mark if is_current(state.whole_at, options, now=now) else None


def campaigns_from(mark: DateTime | None, options: SyncOptions) -> DateTime | None:
    """The lower bound to list from; None: there is none."""
    since = None if mark is None else asked_from(mark, options.lookback)
    known = [at for at in (since, options.start_date) if at is not None]
    return max(known, default=None)


def is_changed(
    row: Row,
    updated_at: object,
    known: Mapping[str, Any] | None,
    missing: Collection[str],
    options: SyncOptions,
) -> bool:
    """Whether a listed campaign is read; `missing`: those of which something that is loaded with them is not."""
    return options.full_refresh or str(row["campaign_id"]) in missing or not is_loaded(row, updated_at, known)


def asked_again(loaded: Mapping[str, Row], summed_up: Collection[str] | None) -> list[str]:
    """Campaigns that the list may not show, since their status may have moved without a new `updated_at`: those under
    way, and those summed up though unsent. `summed_up`: None where the summaries are not read; then the scheduled ones.
    """
    unsent = NEVER_SENT - {"removed"}
    return [
        campaign_id
        for campaign_id, row in loaded.items()
        if status_of(row) in UNDER_WAY
        or (summed_up is None and status_of(row) == "scheduled")
        or (summed_up is not None and campaign_id in summed_up and status_of(row) in unsent)
    ]


def without_emails(
    loaded: Mapping[str, Row], there: Collection[str], is_waiting: Callable[[Row, Row], bool]
) -> set[str]:
    """Campaigns that refer to an e-mail which is neither `there`, among the loaded ones, nor waits for a later run.

    `is_waiting`: of a campaign and its reference to the e-mail.
    """
    return {
        campaign_id
        for campaign_id, row in loaded.items()
        if status_of(row) != "removed"
        and any(
            str(each["campaign_activity_id"]) not in there and not is_waiting(row, each)
            for each in identified(references_of(row))
        )
    }


def differs(
    total: int, loaded: Sequence[int], unreached: Sequence[int | None], *, offset: int = 0, aside: int = 0
) -> bool:
    """Whether a total is not what is loaded of its e-mails.

    `loaded`, `unreached`: of each e-mail its rows, and the total that a complete reading did not reach. `offset`: how
    far the campaign's total stands from those of its e-mails. `aside`: rows of theirs that are set aside.
    """
    total -= offset
    count = sum(loaded)
    if count <= total <= count + aside:
        return False
    return total != sum(n if agreed is None else agreed for agreed, n in zip(unreached, loaded, strict=True))


def within_reach(total: int, unreached: int | None, loaded: int) -> int:
    """The total less what a complete reading has shown it to count beyond the rows."""
    return total if unreached is None else total - max(0, unreached - loaded)
