"""What a run does next: contacts whole or by their changes, which campaigns, and when totals differ."""

from __future__ import annotations

from typing import Any

import pendulum
import pytest

from sources.constant_contact.reads.decisions import (
    asked_again,
    campaigns_from,
    campaigns_mark,
    contacts_reading,
    differs,
    is_changed,
    sent_campaign,
    within_reach,
    without_emails,
)
from sources.constant_contact.state.campaigns import CampaignsState
from sources.constant_contact.state.contacts import ContactsState, WholeReading
from sources.constant_contact.windows import SyncOptions

NOW = pendulum.datetime(2026, 11, 20, 3)
EVERY = pendulum.duration(days=30)
LOOKBACK = pendulum.duration(hours=6)
EMAIL = {"campaign_activity_id": "a1", "role": "primary_email"}


def options(**changes: Any) -> SyncOptions:
    return SyncOptions(**({"lookback": LOOKBACK, "full_refresh_every": EVERY} | changes))


def campaign(**changes: Any) -> dict[str, Any]:
    return {
        "campaign_id": "c1",
        "name": "Spring",
        "current_status": "Done",
        "updated_at": "2026-11-01T00:00:00Z",
        **changes,
    }


@pytest.mark.parametrize(
    ("role", "has_reports"),
    [
        ("primary_email", True),
        ("PRIMARY_EMAIL", True),  # as some accounts spell it
        ("resend", True),
        ("permalink", False),
        ("", False),
    ],
)
def test_a_campaign_was_sent_if_one_of_its_e_mails_has_reports(role: str, has_reports: bool) -> None:
    found = sent_campaign(campaign(), [{"campaign_activity_id": "a1", "role": role}], now=NOW)
    assert has_reports is (found is not None)


def test_a_sent_campaign_has_the_e_mails_with_reports_in_their_order() -> None:
    """An activity without an id says nothing of which e-mail it means."""
    references = [
        {"campaign_activity_id": "a2", "role": "resend"},
        {"campaign_activity_id": "p", "role": "permalink"},
        {"role": "primary_email"},
        {"campaign_activity_id": "", "role": "primary_email"},
        EMAIL,
    ]
    found = sent_campaign(campaign(campaign_id=7), references, now=NOW)
    assert found is not None
    assert ("7", "Spring", ("a2", "a1")) == (found.campaign_id, found.name, found.activities)
    assert "done 1793491200" == found.version


@pytest.mark.parametrize("name", [None, "", "  "])
def test_a_campaign_without_a_name_is_sent_all_the_same(name: str | None) -> None:
    found = sent_campaign(campaign(name=name), [EMAIL], now=NOW)
    assert found is not None
    assert (name or "") == found.name


@pytest.mark.parametrize(
    ("changed_at", "young"),
    [
        pytest.param(NOW.isoformat(), True, id="now"),
        pytest.param(NOW.add(days=1).isoformat(), True, id="by a clock that is ahead"),
        pytest.param(NOW.subtract(days=3).add(seconds=1).isoformat(), True, id="almost three days"),
        pytest.param(NOW.subtract(days=3).isoformat(), False, id="three days"),
        pytest.param("2019-01-01", False, id="years"),
        pytest.param(None, True, id="unknown: it may be"),
        pytest.param("some day", True, id="not a time"),
    ],
)
def test_a_campaign_is_young_for_three_days(changed_at: str | None, young: bool) -> None:
    found = sent_campaign(campaign(updated_at=changed_at), [EMAIL], now=NOW)
    assert found is not None
    assert young is found.is_young


MARKED = ContactsState(mark=NOW.subtract(days=1), whole_at=NOW.subtract(days=1))
STALE = ContactsState(mark=NOW.subtract(days=1), whole_at=NOW.subtract(days=30))
UNDER_WAY = ContactsState(mark=NOW, whole_at=NOW, whole=WholeReading(started_at=NOW))


@pytest.mark.parametrize(
    ("state", "reads_all", "must", "expected"),
    [
        pytest.param(ContactsState(), False, False, "whole", id="nothing was read yet"),
        pytest.param(ContactsState(), True, False, "whole", id="nothing to compare all with"),
        pytest.param(ContactsState(whole_at=NOW), False, False, "whole", id="read, and yet without a mark"),
        pytest.param(UNDER_WAY, False, False, "whole", id="a whole reading goes on"),
        pytest.param(UNDER_WAY, True, False, "whole", id="before all are compared"),
        pytest.param(MARKED, False, False, "changes", id="marks of yesterday"),
        pytest.param(MARKED, True, False, "all again", id="a small account is compared"),
        pytest.param(MARKED, False, True, "whole", id="somebody is set aside"),
        pytest.param(MARKED, True, True, "all again", id="comparing finds who is set aside"),
        pytest.param(STALE, False, False, "whole", id="the last whole reading is too old"),
        pytest.param(STALE, True, False, "all again", id="which comparing makes up for"),
        pytest.param(ContactsState(mark=NOW), False, False, "whole", id="never read whole"),
    ],
)
def test_how_contacts_are_read(state: ContactsState, reads_all: bool, must: bool, expected: str) -> None:
    found = contacts_reading(state, options(), now=NOW, reads_all=reads_all, must_read_all=must)
    assert expected == found
    if not must:
        assert found == contacts_reading(state, options(), now=NOW, reads_all=reads_all)


def test_a_full_refresh_reads_all_contacts_for_the_marks_sake() -> None:
    assert "whole" == contacts_reading(MARKED, options(full_refresh=True), now=NOW, reads_all=False)


@pytest.mark.parametrize(
    ("whole_at", "counts"),
    [
        (None, False),
        (NOW, True),
        (NOW - EVERY, False),  # statuses may have changed without a new `updated_at`
        (NOW - EVERY + pendulum.duration(seconds=1), True),
    ],
)
def test_the_mark_of_campaigns_counts_while_the_listing_is_young(
    whole_at: pendulum.DateTime | None, counts: bool
) -> None:
    mark = NOW.subtract(hours=2)
    found = campaigns_mark(CampaignsState(mark=mark, whole_at=whole_at), options(), now=NOW)
    assert (mark if counts else None) == found


START = pendulum.datetime(2026, 11, 1)


@pytest.mark.parametrize(
    ("mark", "start_date", "expected"),
    [
        pytest.param(None, None, None, id="all of them"),
        pytest.param(None, START, START, id="from the setting"),
        pytest.param(NOW, None, NOW - LOOKBACK, id="from the mark, overlapping"),
        pytest.param(NOW, START, NOW - LOOKBACK, id="the later of the two"),
        pytest.param(START + LOOKBACK, START, START, id="both the same"),
        pytest.param(START, START, START, id="the look-back does not reach behind the setting"),
        pytest.param(NOW, NOW.add(years=1), NOW.add(years=1), id="a setting in the future"),
    ],
)
def test_the_list_of_campaigns_starts_at_the_mark_or_the_start_date(
    mark: pendulum.DateTime | None, start_date: pendulum.DateTime | None, expected: pendulum.DateTime | None
) -> None:
    assert expected == campaigns_from(mark, options(start_date=start_date))


AT = pendulum.datetime(2026, 11, 1)
LOADED = campaign(updated_at=AT, campaign_activities="[]")


@pytest.mark.parametrize(
    ("row", "known", "missing", "changed"),
    [
        pytest.param(campaign(), LOADED, (), False, id="the same"),
        pytest.param(campaign(), None, (), True, id="not loaded"),
        pytest.param(campaign(), {**LOADED, "updated_at": AT.add(seconds=1)}, (), True, id="another time"),
        pytest.param(campaign(current_status="Executing"), LOADED, (), True, id="another status"),
        pytest.param(campaign(current_status="DONE"), LOADED, (), False, id="the status in other letters"),
        pytest.param(campaign(), {**LOADED, "campaign_activities": None}, (), True, id="without its e-mails"),
        pytest.param(
            campaign(current_status="Removed"),
            {**LOADED, "current_status": "removed", "campaign_activities": None},
            (),
            False,
            id="a removed one has none",
        ),
        pytest.param(
            campaign(),
            {**LOADED, "campaign_activities": None, "campaign_activities__raw": "[]"},
            (),
            False,
            id="references that no column took",
        ),
        pytest.param(campaign(), LOADED, ("c1",), True, id="something of it is missing"),
        pytest.param(campaign(), LOADED, ("c2",), False, id="something of another is missing"),
        pytest.param(
            {"campaign_id": "c1", "current_status": "Done"}, LOADED, (), True, id="a list without times"
        ),
    ],
)
def test_which_listed_campaigns_are_read(
    row: dict[str, Any], known: dict[str, Any] | None, missing: tuple[str, ...], changed: bool
) -> None:
    assert changed is is_changed(row, AT, known, missing, options())
    assert is_changed(row, AT, known, missing, options(full_refresh=True))


def rows_by_status(*statuses: str | None) -> dict[str, dict[str, Any]]:
    return {str(status): {"current_status": status} for status in statuses}


def test_campaigns_under_way_are_asked_about_again() -> None:
    """They end without anybody editing them; whatever is over stays so."""
    loaded = rows_by_status("Executing", "Done", "Draft", "Removed", "Error", None)
    assert ["Executing"] == asked_again(loaded, summed_up=())
    assert ["Executing"] == asked_again(loaded, summed_up=None)


@pytest.mark.parametrize(
    ("status", "without_summaries", "not_summed_up", "summed_up"),
    [
        ("Scheduled", True, False, True),  # it may be sent by now
        ("Draft", False, False, True),  # sent by now, since it has a summary
        ("Removed", False, False, False),  # removed after it was sent
        ("Done", False, False, False),
        ("Executing", True, True, True),
        (None, False, False, False),
    ],
)
def test_a_summary_says_that_a_campaign_was_sent(
    status: str | None, without_summaries: bool, not_summed_up: bool, summed_up: bool
) -> None:
    """Where summaries are not read, the scheduled ones are asked about instead."""
    loaded = {"c1": {"current_status": status}}
    found = [bool(asked_again(loaded, those)) for those in (None, ["c2"], ["c1"])]
    assert [without_summaries, not_summed_up, summed_up] == found


def test_campaigns_without_their_e_mails_are_found() -> None:
    """Not where the e-mail is there, waits for a later run, has no id, or the campaign is removed."""
    loaded: dict[str, dict[str, Any]] = {
        "there": {"campaign_activities": [EMAIL]},
        "gone": {"campaign_activities": [EMAIL, {"campaign_activity_id": "lost"}]},
        "number": {"campaign_activities": [{"campaign_activity_id": 5}]},
        "text": {"campaign_activities": '[{"campaign_activity_id": "lost"}]'},
        "waiting": {"campaign_activities": [{"campaign_activity_id": "later"}]},
        "removed": {"campaign_activities": [{"campaign_activity_id": "lost"}], "current_status": "Removed"},
        "unnamed": {"campaign_activities": [{"role": "primary_email"}]},
        "none": {"campaign_activities": None},
    }
    found = without_emails(loaded, {"a1"}, lambda _row, each: each["campaign_activity_id"] == "later")
    assert {"gone", "number", "text"} == found
    assert {"gone", "text", "waiting"} == without_emails(loaded, {"a1", "5"}, lambda _row, _each: False)


@pytest.mark.parametrize(
    ("total", "loaded", "unreached", "offset", "aside", "different"),
    [
        pytest.param(0, [], [], 0, 0, False, id="nothing of nothing"),
        pytest.param(1, [], [], 0, 0, True, id="a row of an e-mail that is not there"),
        pytest.param(7, [3, 4], [None, None], 0, 0, False, id="as many as its e-mails have"),
        pytest.param(8, [3, 4], [None, None], 0, 0, True, id="one more"),
        pytest.param(6, [3, 4], [None, None], 0, 0, True, id="one fewer"),
        pytest.param(8, [3, 4], [None, None], 0, 1, False, id="one more, which is set aside"),
        pytest.param(9, [3, 4], [None, None], 0, 1, True, id="two more, one of them set aside"),
        pytest.param(7, [3, 4], [None, None], 0, 2, False, id="what is set aside need not be counted"),
        pytest.param(6, [3, 4], [None, None], 0, 2, True, id="and never explains fewer"),
        pytest.param(9, [3, 4], [5, None], 0, 0, False, id="a total that a complete reading did not reach"),
        pytest.param(10, [3, 4], [5, None], 0, 0, True, id="which has moved since"),
        pytest.param(8, [3, 4], [None, 5], 0, 0, False, id="of the second e-mail"),
        pytest.param(7, [3, 4], [5, None], 0, 0, False, id="which has come down to the rows"),
        pytest.param(3, [3, 4], [0, 3], 0, 0, False, id="an unreached total below the rows"),
        pytest.param(9, [3, 4], [None, None], 2, 0, False, id="the campaign stands apart from its e-mails"),
        pytest.param(7, [3, 4], [None, None], 2, 0, True, id="and does not any more"),
        pytest.param(5, [3, 4], [None, None], -2, 0, False, id="apart the other way"),
    ],
)
def test_when_a_total_differs_from_what_is_loaded(
    *, total: int, loaded: list[int], unreached: list[int | None], offset: int, aside: int, different: bool
) -> None:
    assert different is differs(total, loaded, unreached, offset=offset, aside=aside)
    if not (offset or aside):
        assert different is differs(total, loaded, unreached)


def test_each_e_mail_has_its_own_unreached_total() -> None:
    """A list that is too short is a mistake of ours, not a difference."""
    with pytest.raises(ValueError, match="zip"):
        differs(9, [3, 4], [None])


@pytest.mark.parametrize(
    ("total", "unreached", "loaded", "expected"),
    [
        (10, None, 7, 10),
        (10, 10, 7, 7),  # three that no reading shows
        (12, 10, 7, 9),  # two new ones since
        (10, 7, 7, 10),
        (10, 5, 7, 10),  # fewer than the rows takes nothing away
    ],
)
def test_what_no_reading_shows_is_not_expected(
    total: int, unreached: int | None, loaded: int, expected: int
) -> None:
    assert expected == within_reach(total, unreached, loaded)
