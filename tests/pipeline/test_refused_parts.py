"""Parts of an account that a login or the account's plan does not show: read is what can be, named once what cannot.

Others of the same kind: an export that never completes (`test_export_check`), an event deleted between listing and
detail (`test_events_read`), old ids of another account (`test_xrefs`), a selection that a partner's login cannot read
(`test_partners`), privileges and scopes (`test_left_out_runs`, `test_preflight`).
"""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from account_tables import KEYS, LANDING_PAGES

from sources.constant_contact_sandbox import event_endpoints, routes
from sources.constant_contact_sandbox.faults import error

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account, Quick

OF_SEGMENTS = ("segments", "segment_members")
OF_SMS = ("sms_campaign_summaries", "contacts_sms_engagement_history")
PARTS = {
    "segments": ("/segments", OF_SEGMENTS),
    "sms": ("/reports/summary_reports/sms_campaign_summaries", OF_SMS[:1]),
    "sms history": ("/contacts/sms_engagement_history", OF_SMS[1:]),
}


@pytest.mark.parametrize("part", [pytest.param(name, marks=pytest.mark.long) for name in PARTS])
def test_a_part_that_the_plan_forbids_is_named_once_and_stays_as_it_was(
    account: Callable[..., Account], part: str
) -> None:
    """The login has every privilege, and yet one part is refused from now on: nothing of it is marked as gone, and
    once it is allowed again everything is exact.
    """
    path, names = PARTS[part]
    wanted = ("contacts", "contact_lists", *OF_SEGMENTS, *OF_SMS)
    one = account(contacts=40, campaigns=1)
    one.complete_night(select=wanted)
    before = one.contents()
    one.sandbox.set_fault("forbidden_privilege", None, path_prefix=path)
    one.sandbox.create_contact()
    result = one.complete_night(select=wanted, full_refresh=True)
    told = [sentence for sentence in result.warnings if any(name in sentence for name in names)]
    assert 1 == len(told), result.warnings
    assert {name: before[name] for name in names} == {name: one.contents()[name] for name in names}
    assert [41] == one.values("select count(*) from contacts")
    one.sandbox.clear_faults()
    one.complete_night(select=wanted, full_refresh=True)
    tables = [name for name in KEYS if name.split("__")[0] in wanted]
    assert [] == one.differences(tables=(*tables, OF_SEGMENTS[1], OF_SMS[1]))


@pytest.mark.long
def test_sms_lists_that_are_refused_leave_the_others(
    account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both channels share a path and a table: the lists of e-mail are read, those of SMS stay as they were."""
    one = account(contacts=20, campaigns=0)
    one.complete_night(select=("contact_lists",))
    of_sms = "select list_id from contact_lists where channel_type = 'sms' and deleted_at is null order by 1"
    before, own = one.values(of_sms), routes.answer

    def answer(sandbox: Any, path: str, query: dict[str, str], scopes: tuple[str, ...]) -> Any:
        if query.get("channel_type") == "sms":
            return error(403, "contacts.api.forbidden", "The plan of this account does not include SMS.")
        return own(sandbox, path, query, scopes)

    monkeypatch.setattr(routes, "answer", answer)
    one.sandbox.create_list("New")
    result = one.complete_night(select=("contact_lists",), full_refresh=True)
    assert (before, True) == (one.values(of_sms), bool(before))
    assert ["New"] == one.values("select name from contact_lists where name = 'New'")
    assert 1 == sum("SMS" in sentence or "sms" in sentence for sentence in result.warnings), result.warnings


@pytest.mark.long
def test_a_landing_page_of_another_account_is_named_and_the_others_are_read(
    account: Callable[..., Account],
) -> None:
    """An id that this account does not have answers 404; it is named once, and every other page is exact."""
    one = account(contacts=40, campaigns=1)
    pages = [page.activity_id for page in one.sandbox.extras.landing_pages.pages]
    foreign = "05cf4d60-56ea-4023-bf49-b35e56a9c7b5"
    one.configure(landing_page_ids=json.dumps([foreign, *pages]))
    result = one.complete_night(select=tuple(LANDING_PAGES))
    assert 1 == sum(foreign in sentence for sentence in result.warnings), result.warnings
    assert [] == one.differences(tables=tuple(LANDING_PAGES))


@pytest.mark.long
def test_a_page_of_ten_thousand_registrations(
    quick: Callable[..., Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that gives all of them at once, whatever the page's size, is read in one request; every row is there."""
    most = 10_000
    one = quick(contacts=300, campaigns=1)
    own = event_endpoints._page
    monkeypatch.setattr(
        event_endpoints, "_page", lambda sandbox, query: replace(own(sandbox, query), limit=most)
    )
    family = one.sandbox.extras.events
    fair = next(event for event in family.events if event.status == "ACTIVE")
    while len(fair.registrations) < most:
        family.register(fair, at=one.sandbox.stamp)
    wanted = ("events", "event_registrations")
    one.complete_night(select=wanted)
    path = f"/v3/events/{fair.event_id}/tracks/{fair.track_id}/registrations"
    assert 1 == sum(request.path == path for request in one.sandbox.log)
    assert [most] == one.values(
        f"select count(*) from event_registrations where event_id = '{fair.event_id}'"
    )
    tables = [name for name in KEYS if name in wanted or name.startswith("events__")]
    assert [] == one.differences(tables=tables)


def test_a_partner_s_token_is_no_login_of_an_account(account: Callable[..., Account]) -> None:
    """Given as an account's, it is refused: one sentence, nothing loaded."""
    one = account(contacts=5, campaigns=0)
    client_id, secret, _ = one.server.partner
    _, body = one.sandbox.extras.partners.grant(
        {"grant_type": "client_credentials"}, (client_id, secret), one.sandbox.epoch
    )
    one.configure(access_token=body["access_token"])
    result = one.night()
    assert "failed" == result.status
    assert ("Traceback" in result.stopped_reason, "access_token" in result.stopped_reason) == (False, True)
    assert {"401"} == {str(request.status) for request in one.sandbox.log}
