"""Use as a library: `constant_contact()` in anybody's dlt pipeline, without the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import account_comparison
import dlt
import duckdb
import pytest
from dlt.pipeline.exceptions import PipelineStepFailed

from sources.constant_contact import constant_contact

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def ran(account: Callable[..., Any]) -> Callable[..., Any]:
    """Runs the source in a pipeline of its own and answers queries on what it loaded."""

    def run(one: Any, *resources: str) -> Callable[[str], list[dict[str, Any]]]:
        source = constant_contact()
        if resources:
            source = source.with_resources(*resources)
        dlt.pipeline("ctct", destination="duckdb", dataset_name="constant_contact").run(source)
        return one.query  # type: ignore[no-any-return]

    return run


def test_two_chosen_resources_load_their_tables_and_no_others(account: Any, ran: Any) -> None:
    """`with_resources` loads just these, equal to the account."""
    one = account()
    query = ran(one, "contacts", "contact_lists")
    children = [
        f"contacts__{name}"
        for name in (
            "custom_fields",
            "custom_fields__choices",
            "list_memberships",
            "taggings",
            "phone_numbers",
            "street_addresses",
            "notes",
            "sms_channel_consents",
        )
    ]
    assert [] == account_comparison.differences(
        one.sandbox, query, tables=("contacts", "contact_lists", *children)
    )
    found = {row["table_name"] for row in query("select table_name from information_schema.tables")}
    assert "email_sends" not in found
    assert "contact_tags" not in found


@pytest.mark.long
def test_the_whole_source_loads_every_table_equal_in_one_package(account: Any, ran: Any) -> None:
    """Without a choice everything is read, and a second run goes on from the state of the first."""
    one = account()
    assert [] == account_comparison.differences(one.sandbox, ran(one))
    one.sandbox.change_contact(3, first_name="Zoë")
    one.sandbox.unsubscribe(5, bump=False)
    spent = one.sandbox.log.served
    assert [] == account_comparison.differences(one.sandbox, ran(one))
    assert one.sandbox.log.served - spent < 30


def test_a_broken_login_ends_the_extraction_with_its_sentence(account: Any, ran: Any) -> None:
    """The error of the API comes through dlt with its own words."""
    one = account()
    one.configure(access_token="nonsense")
    with pytest.raises(PipelineStepFailed, match="not accepted"):
        ran(one, "account")
    assert not one.warehouse.exists() or "account" not in {
        row[0] for row in duckdb.connect(str(one.warehouse)).execute("show all tables").fetchall()
    }


@pytest.mark.long
def test_a_library_call_takes_along_what_follows_like_a_sync(account: Any, ran: Any) -> None:
    """Memberships of a deleted list, taggings of a vanished tag, events of a deleted contact: equal to the account."""
    one = account(contacts=80)
    ran(one)
    one.sandbox.delete_list(0)
    one.sandbox.delete_tag(1)
    one.sandbox.delete_contact(5, bump=True)
    query = ran(one)
    gone = query(
        "select count(*) as rows from contacts__list_memberships join contact_lists using (list_id)"
        " where contact_lists.deleted_at is not null"
    )
    assert [{"rows": 0}] == gone
    assert [] == account_comparison.differences(one.sandbox, query)


@pytest.mark.long
def test_a_warehouse_that_was_restored_is_what_a_library_call_goes_on_from(account: Any, ran: Any) -> None:
    """The file of an earlier night: its own state counts, and nothing that changed in between is missed."""
    one = account(contacts=80)
    ran(one)
    earlier = one.warehouse.read_bytes()
    one.sandbox.change_contact(3, first_name="Zoë")
    ran(one)
    one.warehouse.write_bytes(earlier)
    assert [] == account_comparison.differences(one.sandbox, ran(one))
