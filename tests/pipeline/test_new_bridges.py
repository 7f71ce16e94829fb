"""A warehouse from before a table of ids was kept: the next run fills it from the JSON, without a request."""

from __future__ import annotations

from typing import TYPE_CHECKING

import duckdb
import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Account

TABLES = (
    "contacts__custom_fields__choices",
    "email_campaign_activities__contact_lists",
    "email_campaign_activities__segments",
    "email_send_history__contact_lists",
    "email_send_history__segments",
    "account_emails__roles",
)


def lose(one: Account) -> None:
    """As if the version that made this warehouse had not known them."""
    with duckdb.connect(str(one.warehouse)) as there:
        for name in TABLES:
            there.execute(f"drop table constant_contact.{name}")


@pytest.mark.long
def test_tables_of_ids_are_filled_from_the_json(account: Callable[..., Account]) -> None:
    """Every row of every table is there after one more night, and no e-mail is read again for it."""
    one = account(contacts=60, campaigns=6)
    one.complete_night()
    lose(one)
    one.sandbox.log.reset()
    one.complete_night()
    assert [] == one.differences()
    assert 0 == one.sandbox.log.by_path_template["/v3/emails/activities/{id}"]
