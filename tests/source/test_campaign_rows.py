"""What the row of a campaign says, whether it comes from the API or from a warehouse."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pendulum
import pytest

from sources.constant_contact.campaign_rows import (
    REPORTS,
    identified,
    is_loaded,
    moment_of,
    references_of,
    reported,
    status_of,
    version_of,
    was_sent,
)

AT = datetime(2026, 11, 1, 10, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("row", "status", "sent"),
    [
        ({"current_status": "Done"}, "done", True),
        ({"current_status": "EXECUTING"}, "executing", True),
        ({"current_status": "Error"}, "error", True),  # some of it may have been sent
        ({"current_status": "Draft"}, "draft", False),
        ({"current_status": "Scheduled"}, "scheduled", False),
        ({"current_status": "Removed"}, "removed", False),
        ({"current_status": "Brand new word"}, "brand new word", True),
        ({"current_status": None}, "", True),
        ({}, "", True),
    ],
)
def test_a_status_is_read_in_any_letters(row: dict[str, Any], status: str, sent: bool) -> None:
    """One that is not known to be unsent may have reports."""
    assert (status, sent) == (status_of(row), was_sent(row))


@pytest.mark.parametrize(
    ("updated_at", "expected"),
    [
        pytest.param("2026-11-01T10:30:00Z", AT, id="text of the API"),
        pytest.param("2026-11-01T10:30:00.000Z", AT, id="with milliseconds"),
        pytest.param("2026-11-01T06:30:00-04:00", AT, id="in another zone"),
        pytest.param("2026-11-01", datetime(2026, 11, 1, tzinfo=UTC), id="a date is its first instant"),
        pytest.param(AT, AT, id="loaded"),
        pytest.param(None, None, id="none"),
        pytest.param("", None, id="empty"),
        pytest.param("yesterday", None, id="a word"),
        pytest.param("2026-02-30T00:00:00Z", None, id="a day that there is not"),
        pytest.param("99999-01-01T00:00:00Z", None, id="a year that no calendar has"),
        pytest.param("0000-01-01T00:00:00Z", None, id="a year before any calendar's"),
        pytest.param("P1D", None, id="a duration"),
        pytest.param(1_793_529_000, None, id="a number"),
    ],
)
def test_the_time_of_the_last_change_is_a_time_or_none(updated_at: object, expected: datetime | None) -> None:
    assert expected == moment_of({"updated_at": updated_at})


def test_a_row_without_a_time_has_none() -> None:
    assert moment_of({}) is None


def test_the_version_is_the_same_from_the_api_and_as_loaded() -> None:
    """Status and whole seconds, whatever the zone or the letters."""
    versions = {
        version_of({"current_status": status, "updated_at": at})
        for status, at in (
            ("Done", "2026-11-01T10:30:00Z"),
            ("DONE", "2026-11-01T11:30:00+01:00"),
            ("done", AT),
            ("done", pendulum.instance(AT)),
            ("done", "2026-11-01T10:30:00.400Z"),
        )
    }
    assert {"done 1793529000"} == versions


@pytest.mark.parametrize(
    ("row", "version"),
    [
        ({"current_status": "Draft"}, "draft"),
        ({"current_status": "Draft", "updated_at": "nonsense"}, "draft"),
        ({}, ""),
        ({"updated_at": "1970-01-01T00:00:00Z"}, " 0"),
        ({"updated_at": "1969-12-31T23:59:59Z", "current_status": "Done"}, "done -1"),
    ],
)
def test_a_version_without_a_time_is_the_status(row: dict[str, Any], version: str) -> None:
    assert version == version_of(row)


ONE = {"campaign_activity_id": "a1", "role": "primary_email"}


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        pytest.param(None, [], id="no row"),
        pytest.param({}, [], id="no column"),
        pytest.param({"campaign_activities": None}, [], id="null"),
        pytest.param(
            {"campaign_activities": [ONE]}, [ONE], id="a list, from the API or a driver that parses"
        ),
        pytest.param(
            {"campaign_activities": '[{"campaign_activity_id": "ü"}]'},
            [{"campaign_activity_id": "ü"}],
            id="text",
        ),
        pytest.param({"campaign_activities": b"[]"}, [], id="bytes"),
        pytest.param(
            {"campaign_activities": None, "campaign_activities__raw": [ONE]}, [ONE], id="kept beside it"
        ),
        pytest.param(
            {"campaign_activities": [], "campaign_activities__raw": [ONE]}, [], id="an empty list is one"
        ),
        pytest.param({"campaign_activities": "not JSON"}, [], id="a text in their place"),
        pytest.param({"campaign_activities": ""}, [], id="an empty text"),
        pytest.param({"campaign_activities": "{}"}, [], id="an object in their place"),
        pytest.param({"campaign_activities": 5}, [], id="a number in their place"),
        pytest.param(
            {"campaign_activities": [None, "a1", 5, [ONE], ONE]}, [ONE], id="what is no reference is left"
        ),
    ],
)
def test_references_are_a_list_of_objects_whatever_comes(
    row: dict[str, Any] | None, expected: list[dict[str, Any]]
) -> None:
    assert expected == references_of(row)


@pytest.mark.parametrize(
    ("activity_id", "identifies"),
    [("a1", True), (7, True), (0, True), ("", False), (None, False), (1.5, False), (["a1"], False)],
)
def test_a_reference_needs_an_id(activity_id: object, identifies: bool) -> None:
    """Text or a whole number; zero is one."""
    reference = {"campaign_activity_id": activity_id}
    assert ([reference] if identifies else []) == identified([reference])
    assert [] == identified([{}])


def test_activities_with_reports_are_told_by_their_role() -> None:
    """In any letters, as text, in the order of the campaign."""
    roles = ["Primary_Email", "permalink", None, "RESEND", "", "primary_sms"]
    references = [{"campaign_activity_id": n, "role": role} for n, role in enumerate(roles)]
    assert ("0", "3") == reported(references)
    assert () == reported([{"role": "primary_email"}])
    assert () == reported([{"campaign_activity_id": "a1"}])


LISTED = {"campaign_id": "c1", "current_status": "Done", "updated_at": "2026-11-01T10:30:00Z"}
KNOWN = {"current_status": "done", "updated_at": AT, "campaign_activities": "[]"}


@pytest.mark.parametrize(
    ("row", "known", "loaded"),
    [
        pytest.param(LISTED, KNOWN, True, id="the same"),
        pytest.param(LISTED, None, False, id="not there"),
        pytest.param(LISTED, {**KNOWN, "updated_at": None}, False, id="loaded without a time"),
        pytest.param(LISTED, {**KNOWN, "current_status": "draft"}, False, id="another status"),
        pytest.param(
            LISTED, {**KNOWN, "campaign_activities": None}, False, id="loaded without its activities"
        ),
        pytest.param(
            LISTED,
            {**KNOWN, "campaign_activities": None, "campaign_activities__raw": "x"},
            True,
            id="activities in the column beside",
        ),
        pytest.param(
            {**LISTED, "current_status": "Removed"},
            {"updated_at": AT, "current_status": "Removed"},
            True,
            id="a removed one has no activities",
        ),
    ],
)
def test_when_a_listed_campaign_is_loaded(
    row: dict[str, Any], known: dict[str, Any] | None, loaded: bool
) -> None:
    assert loaded is is_loaded(row, AT, known)


def test_a_list_that_shows_no_time_proves_nothing() -> None:
    """Two missing times are not the same time."""
    without = {name: value for name, value in LISTED.items() if name != "updated_at"}
    assert not is_loaded(without, None, {**KNOWN, "updated_at": None})
    assert is_loaded({**LISTED, "updated_at": None}, None, {**KNOWN, "updated_at": None})


def test_reports_are_the_totals_the_links_and_every_feed() -> None:
    """What is read of a sent campaign, in the order in which it is asked for."""
    assert REPORTS[:3] == ("email_campaign_stats", "email_campaign_activity_stats", "email_links")
    assert {"email_sends", "email_opens", "email_clicks", "email_bounces"} < set(REPORTS[3:])
    assert len(REPORTS) == len(set(REPORTS))
