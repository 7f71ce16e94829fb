"""PostgreSQL: the tables that are off by default, a partner's and those of the check by export, exact as on DuckDB."""

from __future__ import annotations

import json
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from account_tables import KEYS, LANDING_PAGES, OF_A_CONTACT
from accounts import PREFIX
from postgres_server import binaries, postgres_server
from test_postgres_rows import asked

from sources.constant_contact.reads import exports

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from accounts import Account

pytestmark = [
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's initdb and pg_ctl are not installed"),
    pytest.mark.long,  # a server of its own
]
PARTNER = ("partner_accounts", "partner_plans", "partner_webhooks")
REPORTS = (*OF_A_CONTACT, "contacts_sms_engagement_history")
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def there(
    account: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Account]]:
    """`there(contacts=...)` starts an account whose warehouse is on PostgreSQL."""
    from pipelines.constant_contact.destinations.target import Target  # noqa: PLC0415 - dlt takes two seconds

    with postgres_server() as server:
        for name, value in server.environment().items():
            monkeypatch.setenv(name, value)

        def start(**arguments: Any) -> Account:
            one = account(**arguments)
            monkeypatch.setattr(one, "query", partial(asked, server, "constant_contact"))
            monkeypatch.setattr(one, "night", partial(one.night, target=Target(destination="postgres")))
            return one

        yield start


def test_a_partner_s_tables_are_exact(there: Callable[..., Account], monkeypatch: pytest.MonkeyPatch) -> None:
    """Accounts, plans and webhooks, in two nights."""
    one = there(contacts=3, campaigns=0)
    client_id, secret, key = one.server.partner
    monkeypatch.delenv(f"{PREFIX}ACCESS_TOKEN")
    monkeypatch.setattr(type(one), "log_in", lambda _: None)
    url = one.server.partner_token_url
    one.configure(login="partner", client_id=client_id, client_secret=secret, api_key=key, token_url=url)
    for _ in range(2):
        one.complete_night()
        assert [] == one.differences(tables=PARTNER)
        one.sandbox.advance(10)


def test_the_check_by_export_sets_right_what_differs(
    there: Callable[..., Account], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A contact that stands under another id is read again, and both are kept in contact_export."""
    monkeypatch.setattr(exports, "WAITS_S", (0,) * 5)
    wanted = ("contacts", "contact_lists", "contact_counts", "account_privileges", "contact_export")
    one = there(contacts=40, campaigns=0)
    one.complete_night(select=wanted[:-1])
    [lost] = one.values("select contact_id from contacts where deleted_at is null order by 1 limit 1")
    for table in (name for name in KEYS if name.split("__")[0] == "contacts"):
        one.query(f"update {table} set contact_id = '{NOBODY}' where contact_id = '{lost}'")
    one.query(
        f"update contacts set email_address__address = 'nobody@example.org' where contact_id = '{NOBODY}'"
    )
    one.configure(export_check="weekly")
    one.complete_night(select=wanted)
    found = {row["difference"]: row["contact_id"] for row in one.query("select * from contact_export")}
    assert {"missing": lost, "surplus": NOBODY} == found
    assert [1, 0] == [
        *one.values(f"select count(*) from contacts where contact_id = '{lost}'"),
        *one.values(f"select count(*) from contacts where contact_id = '{NOBODY}' and deleted_at is null"),
    ]


def test_all_that_can_be_read_is_exact(there: Callable[..., Account]) -> None:
    """Two nights with everything on; an event that comes late is in its contact's reports a night later."""
    one = there(contacts=40, campaigns=3)
    pages = [page.activity_id for page in one.sandbox.extras.landing_pages.pages]
    one.configure(opt_in='["all"]', landing_page_ids=json.dumps(pages))
    tables = (*KEYS, *LANDING_PAGES, *REPORTS)
    one.complete_night()
    assert [] == one.differences(tables=(*tables, "segment_members"))
    [contact_id] = one.values(
        "select contact_id from contact_activity group by 1 order by count(*) desc, 1 limit 1"
    )
    position = next(i for i in range(40) if one.sandbox.contacts.id_of(i) == contact_id)
    mail = next(activity for each in one.sandbox.campaigns.rows for activity in each.reported)
    one.sandbox.late_open(mail, position, mail.sent_at + 1)
    one.complete_night()
    assert set(OF_A_CONTACT) >= {line.split(":")[0].split(".")[0] for line in one.differences(tables=tables)}
    one.complete_night()
    assert [] == one.differences(tables=tables)
