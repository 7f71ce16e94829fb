"""Reports of single contacts: who is asked for in a night, in which order, and that what is read is exact."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from account_tables import LANDING_PAGES, OF_A_CONTACT
from accounts import EVERY_NIGHT

from sources.constant_contact.catalogue import CATALOGUE, FEEDS
from sources.constant_contact.reads import contact_reports

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Kept, Quick

ALL = (*EVERY_NIGHT, *OF_A_CONTACT)
FEW = ("contacts", "email_campaigns", "email_campaign_stats", *FEEDS, *OF_A_CONTACT)


def asked(one: Quick, name: str) -> int:
    return one.sandbox.log.by_path_template[f"/v3{CATALOGUE[name].path.replace('{contact_id}', '{id}')}"]


def all_asked(one: Quick) -> set[int]:
    return {asked(one, name) for name in OF_A_CONTACT}


def wrong(one: Quick, tables: tuple[str, ...] = OF_A_CONTACT) -> list[str]:
    """What differs in these tables; others are there too."""
    return [line for line in one.differences(tables=tables) if "nobody expects" not in line]


def name_pages(one: Quick) -> None:
    pages = [page.activity_id for page in one.sandbox.extras.landing_pages.pages]
    one.configure(landing_page_ids=json.dumps(pages))


@pytest.fixture
def one(quick: Callable[..., Quick], first_night: dict[str, Kept]) -> Quick:
    """A small account with everything of its contacts loaded."""
    here = quick(contacts=60, campaigns=3)
    name_pages(here)
    here.begin_with(first_night, select=ALL)
    here.sandbox.log.reset()
    return here


@pytest.mark.long
def test_reports_are_exact_night_after_night(one: Quick) -> None:
    """Contacts and events come and go; each morning the three tables hold what the account shows of each contact."""
    tables = (*OF_A_CONTACT, *LANDING_PAGES)
    one.configure(contact_reading="full")  # who was deleted or came back is known at once
    for night in range(4):
        assert [] == wrong(one, tables), f"night {night}"
        one.sandbox.advance(1)
        name_pages(one)
        one.complete_night(select=ALL)
    assert [] == wrong(one, tables)


def test_a_quiet_night_asks_for_nobody(one: Quick) -> None:
    """Nothing has happened, so no report is asked for, not even of those who never did anything."""
    one.complete_night(select=ALL)
    assert {0} == all_asked(one)


def test_one_event_costs_one_report_of_each_kind(one: Quick) -> None:
    """The contact whose event came is asked for, and nobody else."""
    mail = next(activity for each in one.sandbox.campaigns.rows for activity in each.reported)
    position = next(i for i in range(60) if one.sandbox.contacts.is_mailable(i))
    one.sandbox.add_event(mail, "opens", position)
    one.complete_night(select=ALL)
    assert {1} == all_asked(one)
    assert [] == wrong(one)


def test_an_event_that_comes_late_is_asked_for_in_the_next_run(one: Quick) -> None:
    """Older than what was known of its contact, it is loaded one night and in the contact's reports the night after."""
    mail = next(activity for each in one.sandbox.campaigns.rows for activity in each.reported)
    contact_id = one.values("select contact_id from contact_activity group by 1 order by count(*) desc, 1")[0]
    contacts = one.sandbox.contacts
    position = next(i for i in range(60) if contacts.id_of(i) == contact_id)
    one.sandbox.late_open(mail, position, mail.sent_at + 1)
    one.complete_night(select=ALL)
    assert ({0}, True) == (all_asked(one), bool(wrong(one)))
    one.complete_night(select=ALL)
    assert ({1}, []) == (all_asked(one), wrong(one))
    one.complete_night(select=ALL)
    assert {1} == all_asked(one)


@pytest.mark.long
def test_two_mails_of_one_second_are_each_the_first(one: Quick) -> None:
    """Occurrences count what is equal in every other column of the key, the mail included."""
    mails = [activity for each in one.sandbox.campaigns.rows for activity in each.reported]
    position, at = next(i for i in range(60) if one.sandbox.contacts.is_mailable(i)), one.sandbox.stamp
    for mail in mails[:2]:
        one.sandbox.add_event(mail, "opens", position, at=at)
    one.complete_night(select=ALL)
    assert len(mails) > 1
    assert [] == wrong(one)


@pytest.fixture
def few(monkeypatch: pytest.MonkeyPatch) -> None:
    """At most 25 contacts a run and report."""
    monkeypatch.setattr(contact_reports, "endpoint", lambda name: replace(CATALOGUE[name], most=25))


@pytest.mark.long
@pytest.mark.usefixtures("few")
def test_a_capped_reading_goes_on_night_after_night(quick: Callable[..., Quick]) -> None:
    """Each night brings 25 contacts, those whose last event is the latest first, until all are there."""
    one = quick(contacts=80, campaigns=2)
    for night in range(5):
        one.sandbox.log.reset()
        one.complete_night(select=FEW)
        assert {25 if night < 3 else asked(one, "contact_rates")} == all_asked(one)
        if not night:
            read = one.values("select contact_id from contact_rates")
            latest = one.values(
                "select contact_id from (select contact_id, created_time from email_opens union all"
                " select contact_id, created_time from email_sends union all"
                " select contact_id, created_time from email_clicks union all"
                " select contact_id, created_time from email_bounces union all"
                " select contact_id, created_time from email_forwards union all"
                " select contact_id, created_time from email_optouts)"
                " group by contact_id order by max(created_time) desc, contact_id desc limit 25"
            )
            assert set(latest) == set(read)
    assert {0} == all_asked(one)
    assert [] == wrong(one, ("contact_activity_summary", "contact_rates"))


@pytest.mark.parametrize("fault", [pytest.param("500_html", marks=pytest.mark.long), "not_found"])
def test_a_contact_that_fails_costs_itself_and_comes_the_next_night(
    quick: Callable[..., Quick], fault: str
) -> None:
    """It is named, everybody else's reports are loaded, and the next night brings it."""
    one = quick(contacts=40, campaigns=2)
    ill = one.sandbox.contacts.id_of(next(i for i in range(40) if one.sandbox.contacts.is_mailable(i)))
    one.sandbox.set_fault(fault, None, path_prefix=f"/reports/contact_reports/{ill}/open")
    assert one.night(select=FEW).error is None
    assert {("contact_rates", ill)} == set(one.left_out)
    one.sandbox.clear_faults()
    one.complete_night(select=FEW)
    assert [] == wrong(one, ("contact_activity_summary", "contact_rates"))


@pytest.mark.long
def test_a_contact_that_failed_and_was_deleted_is_not_asked_for(quick: Callable[..., Quick]) -> None:
    """Its failure is taken back with it."""
    one = quick(contacts=40, campaigns=2)
    position = next(i for i in range(40) if one.sandbox.contacts.is_mailable(i))
    ill = one.sandbox.contacts.id_of(position)
    one.sandbox.set_fault("not_found", None, path_prefix=f"/reports/contact_reports/{ill}/open")
    assert one.night(select=FEW).error is None
    one.sandbox.delete_contact(position)
    one.complete_night(select=FEW, full_refresh=True)
    assert {} == one.state.get("failures", {})


@pytest.mark.long
def test_a_refusal_is_said_once_and_the_rest_is_loaded(quick: Callable[..., Quick]) -> None:
    """Where the login may not read reports of contacts, each resource is named, and everything else is there."""
    one = quick(contacts=40, campaigns=2)
    one.sandbox.set_fault("forbidden_privilege", None, path_prefix="/reports/contact_reports/")
    outcome = one.night(select=FEW)
    assert outcome.error is None
    assert set(OF_A_CONTACT) == {each.resource for each in outcome.skipped if each.refused}
    assert {1} == all_asked(one)
    assert [] == wrong(one, ("contacts", *FEEDS))


@pytest.mark.long
def test_pages_that_contacts_are_seen_on_are_read_the_next_night(quick: Callable[..., Quick]) -> None:
    """Nobody has named a page: those of the loaded activity are found, and from then on read like named ones."""
    one = quick(contacts=60, campaigns=2)
    wanted = ("contacts", "contact_activity", *LANDING_PAGES)
    one.complete_night(select=wanted)
    pages = set(
        one.values("select campaign_activity_id from contact_activity where created_time is not null")
    )
    assert pages & {page.activity_id for page in one.sandbox.extras.landing_pages.pages}
    assert 0 == one.values("select count(*) from landing_page_opens")[0]
    one.complete_night(select=wanted)
    assert [] == wrong(one, tuple(LANDING_PAGES))


def test_an_erased_contact_is_not_asked_for(one: Quick) -> None:
    """Not even in a full refresh; what the state noted of it is taken back."""
    contact_id = one.values("select contact_id from contact_rates")[0]
    one.forget(ids=(contact_id,))
    one.state["failures"] = {
        "contact_rates": {contact_id: {"runs": 1, "next_try": "2026-11-01T00:00:00+00:00"}}
    }
    for name in OF_A_CONTACT:
        one.execute(f"delete from {name} where contact_id = '{contact_id}'")
    one.complete_night(select=ALL, full_refresh=True)
    assert [] == [name for name in OF_A_CONTACT if contact_id in one.values(f"select contact_id from {name}")]
    assert contact_id not in json.dumps(one.state)


@pytest.mark.long
def test_reports_alone_go_by_the_contacts_that_are_loaded(one: Quick) -> None:
    """Without contacts in the selection or in the warehouse nobody can be asked for, which is said."""
    one.complete_night(select=OF_A_CONTACT, full_refresh=True)
    assert [] == wrong(one)


def test_without_contacts_it_is_said(quick: Callable[..., Quick]) -> None:
    """Nothing is loaded and nothing is to be loaded: the resource is named with what to do."""
    one = quick(contacts=40, campaigns=2)
    outcome = one.night(select=("contact_rates",))
    assert ["no contacts are loaded to ask for; read contacts too"] == [
        each.reason for each in outcome.skipped
    ]
