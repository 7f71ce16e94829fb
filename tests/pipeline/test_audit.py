"""Every count the API offers beside what is loaded, without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from accounts import EVERY_NIGHT

from sources.constant_contact.repair.audit import audit
from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from accounts import Kept, Quick

    from sources.constant_contact.repair.audit_line import AuditLine

WANTED = EVERY_NIGHT


def audited(here: Quick, wanted: frozenset[str] = WANTED, *, under_way: str = "") -> Sequence[AuditLine]:
    return audit(here, wanted, state=here.state, under_way=under_way)


def apart(lines: Sequence[AuditLine]) -> list[tuple[str, str, int]]:
    return [(line.table, line.scope, line.loaded_count - line.source_count) for line in lines if not line.ok]


@pytest.fixture
def loaded(quick: Callable[..., Quick], first_night: dict[str, Kept]) -> Quick:
    """An account of 150 contacts and five campaigns after a first night."""
    here = quick(contacts=150, campaigns=5)
    here.begin_with(first_night)
    return here


def test_every_count_that_the_api_offers_has_a_line(loaded: Quick) -> None:
    """Total, consents, lists, tags, e-mails, campaigns and the summaries' contacts are all compared."""
    sent = loaded.values("select count(*) from email_campaign_summaries")[0]
    mails = loaded.values("select count(*) from email_campaign_activity_stats")[0]
    lists = loaded.values(
        "select count(*) from contact_lists where deleted_at is null and channel_type = 'email'"
    )[0]
    tags = loaded.values("select count(*) from contact_tags")[0]

    lines = audited(loaded)

    counted = {scope: sum(line.scope == scope for line in lines) for scope in {line.scope for line in lines}}
    assert {
        "total": 1,
        "consent": 4,
        "list": lists,
        "tag": tags,
        "campaign_activity": 6 * mails,
        "campaign": 6 * sent,
        "campaign_contacts": 2 * sent,
    } == counted
    assert [] == apart(lines)


@pytest.mark.parametrize(
    ("loss", "expected"),
    [
        (
            (
                "delete from contacts__list_memberships where rowid ="
                " (select min(rowid) from contacts__list_memberships"
                " where contact_id in (select contact_id from contacts where deleted_at is null))"
            ),
            [("contacts__list_memberships", "list", -1)],
        ),
        (
            (
                "delete from contacts__taggings where rowid = (select min(rowid) from contacts__taggings"
                " where contact_id in (select contact_id from contacts where deleted_at is null))"
            ),
            [("contacts__taggings", "tag", -1)],
        ),
        (
            "delete from email_sends where rowid = (select min(rowid) from email_sends)",
            [("email_sends", "campaign_activity", -1), ("email_sends", "campaign", -1)],
        ),
    ],
    ids=["membership", "tagging", "event"],
)
def test_one_missing_row_shows_where_it_is_missing(
    loaded: Quick, loss: str, expected: list[tuple[str, str, int]]
) -> None:
    """A single lost row makes the counts it belongs to differ, and no other."""
    loaded.execute(loss)

    assert expected == apart(audited(loaded))


def test_a_lost_contact_shows_in_total_and_consent(loaded: Quick) -> None:
    """A contact that is not loaded is missing from the total and from its consent."""
    loaded.execute(
        "delete from contacts where contact_id = (select min(contact_id) from contacts where deleted_at is null"
        " and email_address__permission_to_send = 'explicit')"
    )

    found = [line for line in apart(audited(loaded)) if line[0] == "contacts"]

    assert [("contacts", "total", -1), ("contacts", "consent", -1)] == found


def test_tables_that_were_not_part_of_the_run_are_not_compared(loaded: Quick) -> None:
    """A run of some resources says nothing about the others."""
    lines = audited(loaded, frozenset({"contacts", "contact_tags"}))

    assert {"tag"} == {line.scope for line in lines}


def test_a_reading_under_way_is_no_alarm(loaded: Quick) -> None:
    """While a first reading goes on, a difference carries its reason and is not an alarm."""
    loaded.execute("delete from contacts__taggings")

    lines = audited(loaded, under_way="the first reading goes on")

    assert [] == apart(lines)
    assert {"the first reading goes on"} == {line.explanation for line in lines if line.explanation}


def test_totals_that_lag_behind_their_feeds_are_explained(quick: Callable[..., Quick]) -> None:
    """A total older than the feed that was read to its end is explained by the time it was computed."""
    here = quick(contacts=150, campaigns=5, switches=Switches(stats_lag_s=10 * 86_400))
    here.complete_night()

    lines = audited(here)

    behind = [line for line in lines if line.loaded_count != line.source_count]
    assert behind
    assert [] == apart(lines)
    assert all(line.explanation for line in behind)


def test_an_email_without_totals_of_its_own_is_counted_in_its_campaign(loaded: Quick) -> None:
    """The rows of an e-mail that the API has no totals for belong to its campaign's total all the same."""
    loaded.execute("delete from email_campaign_activity_stats")

    lines = audited(loaded)

    assert {"campaign"} == {line.scope for line in lines if line.table == "email_opens"}
    assert [] == apart(lines)
