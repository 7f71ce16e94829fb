"""Totals of e-mails and campaigns beside the rows of the feeds: which lines there are, and what explains one."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pendulum
import pytest
from raw_tables import NIGHT, RawTables

from sources.constant_contact.repair.audit import audit, audited_again
from sources.constant_contact.repair.event_totals import event_lines
from sources.constant_contact.state.changes import changed
from sources.constant_contact.state.failures import once_more
from sources.constant_contact.state.totals import read_to_the_end

if TYPE_CHECKING:
    from sources.constant_contact.repair.audit_line import AuditLine

FEED, STATS, CAMPAIGNS = "email_opens", "email_campaign_activity_stats", "email_campaign_stats"
SUMMARIES, FORGOTTEN_ROWS = "email_campaign_summaries", "_ctct_forgotten_rows"
WANTED = frozenset({FEED, STATS, CAMPAIGNS, SUMMARIES})


def totals(opens: int | None, *, activity: str = "a1", campaign: str = "c1", age: int = 0) -> dict[str, Any]:
    return {
        "campaign_activity_id": activity,
        "campaign_id": campaign,
        "last_refresh_time": NIGHT - timedelta(days=age),
        "stats__em_opens_all": opens,
    }


def opens(*contacts: str, activity: str = "a1") -> list[dict[str, Any]]:
    return [
        {"campaign_activity_id": activity, "contact_id": each, "created_time": NIGHT, "occurrence": number}
        for number, each in enumerate(contacts)
    ]


def account(**changes: Any) -> RawTables:
    """One campaign of one e-mail, opened three times by two contacts."""
    tables: dict[str, Any] = {
        FEED: opens("x", "x", "y"),
        STATS: [totals(3)],
        CAMPAIGNS: [{key: value for key, value in totals(3).items() if key != "campaign_activity_id"}],
        SUMMARIES: [{"campaign_id": "c1", "unique_counts__opens": 2}],
        "email_campaigns": [{"campaign_id": "c1", "name": "Spring"}],
        "email_campaign_activities": [
            {"campaign_activity_id": "a1", "campaign_id": "c1", "role": "primary_email"}
        ],
    }
    return RawTables(**(tables | changes))


def lines_of(tables: RawTables, *changes: Any, wanted: frozenset[str] = WANTED) -> list[AuditLine]:
    return [*event_lines(tables, wanted, state=changed({}, changes), columns=tables.columns())]


def numbers(lines: list[AuditLine]) -> list[tuple[str, str, int, int]]:
    return [(line.scope, line.scope_id, line.source_count, line.loaded_count) for line in lines]


E_MAIL = ("campaign_activity", "a1", 3, 3)
CAMPAIGN = ("campaign", "c1", 3, 3)
CONTACTS = ("campaign_contacts", "c1", 2, 2)


def test_an_e_mail_its_campaign_and_its_contacts_have_a_line_each() -> None:
    found = lines_of(account())
    assert [E_MAIL, CAMPAIGN, CONTACTS] == numbers(found)
    assert {(FEED, "Spring", True)} == {(line.table, line.scope_name, line.ok) for line in found}


@pytest.mark.parametrize(
    ("left_out", "expected"),
    [
        (FEED, []),
        (STATS, [CAMPAIGN]),
        (CAMPAIGNS, [E_MAIL, CONTACTS]),
        (SUMMARIES, [E_MAIL, CAMPAIGN]),
    ],
)
def test_what_was_not_read_is_not_compared(left_out: str, expected: list[Any]) -> None:
    """Contacts of a campaign without totals by e-mail have no line: nothing says which events there are."""
    assert expected == numbers(lines_of(account(), wanted=WANTED - {left_out}))
    tables = account()
    tables.forget(left_out)
    assert expected == numbers(lines_of(tables))


@pytest.mark.parametrize("missing", ["email_campaigns", "email_campaign_activities"])
def test_names_and_members_may_be_missing(missing: str) -> None:
    """The totals say which e-mails a campaign has, then; and a line is known by its id."""
    tables = account()
    tables.forget(missing)
    found = lines_of(tables)
    assert [E_MAIL, CAMPAIGN, CONTACTS] == numbers(found)
    assert {"" if missing == "email_campaigns" else "Spring"} == {line.scope_name for line in found}


def test_a_campaign_without_a_name_has_an_empty_one() -> None:
    assert {""} == {line.scope_name for line in lines_of(account(email_campaigns=[{"campaign_id": "c1"}]))}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        pytest.param([totals(9, age=1), totals(3)], [(3, 3)], id="the newest counts"),
        pytest.param([totals(3), totals(9, age=1)], [(3, 3)], id="in any order"),
        pytest.param([totals(None)], [], id="no total is no zero"),
        pytest.param([totals(0, activity="a9")], [(0, 0)], id="nobody opened it"),
        pytest.param([totals(5, activity="a9")], [(5, 0)], id="no event is loaded"),
    ],
)
def test_the_newest_total_of_an_e_mail_counts(rows: list[Any], expected: list[Any]) -> None:
    found = [line for line in lines_of(account(**{STATS: rows})) if line.scope == "campaign_activity"]
    assert expected == [(line.source_count, line.loaded_count) for line in found]


def failed(resource: str, object_id: str) -> Any:
    now = pendulum.instance(NIGHT)
    return once_more(None, object_id, version="", now=now).kept(resource, object_id)


@pytest.mark.parametrize(
    ("change", "ok"),
    [
        pytest.param(None, False, id="nothing explains it"),
        pytest.param(failed(FEED, "a1"), True, id="the feed could not be read"),
        pytest.param(failed(STATS, "a1"), True, id="nor its totals"),
        pytest.param(failed(FEED, "a2"), False, id="that of another e-mail"),
        pytest.param(failed("email_clicks", "a1"), False, id="another feed"),
        pytest.param(read_to_the_end("a1", FEED, 5), True, id="read to its end: the total is out of reach"),
        pytest.param(read_to_the_end("a1", FEED, 4), False, id="another total was out of reach"),
        pytest.param(read_to_the_end("a1", "email_clicks", 5), False, id="that of another feed"),
    ],
)
def test_a_total_that_differs_is_explained_by_the_state(change: Any, ok: bool) -> None:
    found = lines_of(account(**{STATS: [totals(5)]}), *([change] if change else []))
    assert ok is found[0].ok
    assert (5, 3) == (found[0].source_count, found[0].loaded_count)


def aside(read_for: str = "a1", table: str = FEED) -> dict[str, Any]:
    return {"table_name": table, "row_key": f"{read_for} {table}", "read_for": read_for, "row_json": "{}"}


def erased(rows: int, activity: str = "a1", table: str = FEED) -> dict[str, Any]:
    return {"table_name": table, "campaign_activity_id": activity, "erased_rows": rows}


@pytest.mark.parametrize(
    ("tables", "explained"),
    [
        pytest.param({}, set(), id="nothing"),
        pytest.param({"_ctct_set_aside": [aside()]}, {"campaign_activity", "campaign"}, id="one set aside"),
        pytest.param({"_ctct_set_aside": [aside("a2")]}, set(), id="of another e-mail"),
        pytest.param({"_ctct_set_aside": [aside(table="email_clicks")]}, set(), id="of another feed"),
        pytest.param({FORGOTTEN_ROWS: [erased(1)]}, {"campaign_activity", "campaign"}, id="one erased"),
        pytest.param({FORGOTTEN_ROWS: [erased(2)]}, set(), id="two erased"),
        pytest.param({FORGOTTEN_ROWS: [erased(1, "a2")]}, set(), id="erased of another e-mail"),
        pytest.param(
            {FORGOTTEN_ROWS: [erased(1, table="email_clicks")]}, set(), id="of another feed, erased"
        ),
    ],
)
def test_rows_that_are_not_loaded_explain_a_total(tables: dict[str, Any], explained: set[str]) -> None:
    """Of an e-mail, and of the campaign that it belongs to."""
    more = {STATS: [totals(4)], CAMPAIGNS: [totals(4)], SUMMARIES: []}
    found = lines_of(account(**more, **tables))
    assert explained == {line.scope for line in found if line.ok}


def two_e_mails(*, sum_of: int, second: int = 2, **changes: Any) -> RawTables:
    """A campaign that was sent again: three opens of the first e-mail, two of the second."""
    activities = [
        {"campaign_activity_id": each, "campaign_id": "c1", "role": role}
        for each, role in (("a1", "primary_email"), ("a2", "resend"), ("p1", "permalink"))
    ]
    tables = {
        FEED: [*opens("x", "x", "y"), *opens("x", "z", activity="a2"), *opens("q", activity="p1")],
        STATS: [totals(3), totals(second, activity="a2")],
        CAMPAIGNS: [totals(sum_of)],
        SUMMARIES: [{"campaign_id": "c1", "unique_counts__opens": 4}],
        "email_campaign_activities": activities,
    }
    return account(**(tables | changes))


@pytest.mark.parametrize(
    ("tables", "change", "expected"),
    [
        pytest.param(two_e_mails(sum_of=5), None, (5, 5, True), id="the sum of both"),
        pytest.param(two_e_mails(sum_of=7), None, (7, 5, True), id="each agrees: computed apart from them"),
        pytest.param(two_e_mails(sum_of=7, second=4), None, (7, 5, False), id="one does not agree"),
        pytest.param(
            two_e_mails(sum_of=7, second=4), failed(FEED, "a2"), (7, 5, True), id="one could not be read"
        ),
        pytest.param(
            two_e_mails(sum_of=7, **{STATS: [totals(3)]}),
            None,
            (7, 5, False),
            id="one has no totals of its own",
        ),
    ],
)
def test_a_campaign_is_compared_with_all_of_its_e_mails(
    tables: RawTables, change: Any, expected: tuple[int, int, bool]
) -> None:
    """Those that have reports: what the permalink shows is not counted."""
    (found,) = [line for line in lines_of(tables, *([change] if change else [])) if line.scope == "campaign"]
    assert expected == (found.source_count, found.loaded_count, found.ok)


def test_contacts_are_counted_once_an_e_mail() -> None:
    """Who opened both e-mails is counted twice, as the summary does."""
    (found,) = [line for line in lines_of(two_e_mails(sum_of=5)) if line.scope == "campaign_contacts"]
    assert (4, 4, True) == (found.source_count, found.loaded_count, found.ok)


def test_contacts_of_a_feed_that_no_summary_counts_have_no_line() -> None:
    tables = account(email_forwards=opens("x"))
    found = lines_of(tables, wanted=WANTED | {"email_forwards"})
    assert ["campaign_contacts"] == [line.scope for line in found if line.scope == "campaign_contacts"]


def test_a_difference_while_the_reading_goes_on_is_no_alarm() -> None:
    """Every line that agrees is left as it is."""
    tables = account(**{STATS: [totals(5)]})
    found = audit(tables, WANTED, state={}, under_way="the first read is not complete")
    assert {(3, ""), (5, "the first read is not complete"), (2, "")} == {
        (line.source_count, line.explanation) for line in found
    }
    assert all(line.ok for line in found)
    assert not all(line.ok for line in audit(tables, WANTED, state={}))


@pytest.mark.parametrize(("total", "asked"), [(3, False), (5, True)], ids=["agreed", "differed"])
def test_totals_that_agreed_are_not_asked_for_again(total: int, asked: bool) -> None:
    """Nothing of theirs was read since; those that did not agree are."""
    tables = account(**{STATS: [totals(total)]})
    before = audit(tables, WANTED, state={})
    tables.execute(f"delete from {tables.qualified(FEED)}")
    after = audited_again(tables, WANTED, before, state={})
    assert [0 if asked else 3] == [line.loaded_count for line in after if line.scope == "campaign_activity"]
