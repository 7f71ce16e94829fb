"""Ids and counts that no account has: each costs what it belongs to, never the night."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any
from unittest import mock

import orjson
import pytest
from served_rows import changed_rows

from sources.constant_contact_sandbox import faults

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from sources.constant_contact_sandbox.faults import Reply

READ = (
    "contacts",
    "contact_lists",
    "segments",
    "email_campaigns",
    "email_campaign_activities",
    "email_opens",
)
NEAR_LIMIT = 31_000


def with_ids(key: str, values: Iterable[Any]) -> Callable[[list[Any]], None]:
    def change(rows: list[Any]) -> None:
        for row, value in zip(rows, values, strict=False):
            row[key] = value

    return change


def test_ids_of_any_text_and_length_cost_themselves(quick: Callable[..., Any]) -> None:
    """A campaign's id that would lead elsewhere, break a request or fill it is asked for as one part of a path."""
    one = quick(contacts=20, campaigns=6)
    odd = ("../contacts?x=1#y", "abc\r\nX: 1", "a" * 100_000, "a" * NEAR_LIMIT)
    with changed_rows(one.sandbox, with_ids("campaign_id", odd), "/emails$"):
        outcome = one.night(select=READ)
    assert outcome.error is None
    assert {"abc\r\nX: 1", "a" * 100_000} <= {object_id for _, object_id in one.left_out}
    assert one.values("select count(*) from email_opens") > [0]
    assert not any("/v3/contacts" in left.reason for left in one.left_out.values())


def test_truth_and_fractions_are_no_ids(quick: Callable[..., Any]) -> None:
    """They are written in more than one way, so that a row would not be found again."""
    one = quick(contacts=20, campaigns=0)
    with changed_rows(one.sandbox, with_ids("segment_id", (True, 1e300)), "/segments$"):
        assert one.night(select=READ).error is None
    assert one.values("select count(*) from segments where segment_id in ('true', '1e300')") == [0]


@pytest.mark.long
@pytest.mark.parametrize("said", ["many", -3, 1.5])
def test_a_count_that_is_no_number_is_no_count(account: Callable[..., Any], said: Any) -> None:
    """Contacts are compared without it; what differs is the account's other count."""
    one = account(contacts=20, campaigns=0)

    def fault(reply: Reply) -> Reply:
        odd = {"contacts_count": said, "total": 7}
        body = {name: odd.get(name, value) for name, value in orjson.loads(reply.body).items()}
        return replace(reply, body=orjson.dumps(body))

    with mock.patch.dict(faults.FAULTS, {"odd count": fault}):
        one.sandbox.set_fault("odd count", None, path_prefix="/contacts$")
        one.sandbox.set_fault("odd count", None, path_prefix="/contacts/counts$")
        one.complete_night(select=("contacts", "contact_counts", "contact_lists"))
        one.sandbox.clear_faults()
    assert one.values("select count(*) from contacts") == [20]
