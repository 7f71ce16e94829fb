"""What a second question brings: SMS lists beside the e-mail lists, the HTML of e-mails where somebody wants it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sources.constant_contact.reads.campaign_details import SHOWS_HTML

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

SMS = "select name from contact_lists where channel_type = 'sms' and deleted_at is null order by name"
EMAIL = "select count(*) from contact_lists where channel_type = 'email' and deleted_at is null"
HTML = "select campaign_activity_id from email_campaign_activities where html_content is not null order by 1"


def test_lists_of_both_channels_are_one_table(quick: Callable[..., Quick]) -> None:
    """SMS lists stand beside the e-mail lists, each row says which it is, and both vanish apart."""
    here = quick(contacts=60, campaigns=2)
    here.complete_night()
    first, email = here.values(SMS), here.values(EMAIL)
    assert first
    assert [] == here.differences()

    here.sandbox.extras.sms.delete_list(0, at=int(here.sandbox.epoch))
    here.complete_night()

    assert first[1:] == here.values(SMS)
    assert email == here.values(EMAIL)
    assert [] == here.differences()


@pytest.mark.long
def test_sms_lists_that_cannot_be_listed_cost_themselves(quick: Callable[..., Quick]) -> None:
    """They stay as they are, the e-mail lists are read, and the next run has both again."""
    here = quick(contacts=60, campaigns=2)
    here.complete_night()
    before = here.values(SMS)
    here.sandbox.set_fault("missing_rows_key", None, path_prefix="/contact_lists$", after=1)

    here.night()

    assert [("contact_lists", "sms")] == list(here.left_out)
    assert before == here.values(SMS)
    here.sandbox.clear_faults()
    here.complete_night(full_refresh=True)
    assert [] == here.differences()


@pytest.mark.long
def test_lists_that_were_loaded_before_are_email_lists(quick: Callable[..., Quick]) -> None:
    """Rows of an earlier version say no channel; they are neither marked as deleted nor loaded twice."""
    here = quick(contacts=60, campaigns=2)
    here.complete_night()
    here.execute("delete from contact_lists where channel_type = 'sms'")
    here.execute("update contact_lists set channel_type = null")

    here.complete_night()

    assert [] == here.differences()


@pytest.mark.long
def test_html_is_read_where_it_is_wanted(quick: Callable[..., Quick]) -> None:
    """Without the setting no HTML comes; switched on, the e-mails that show it are read again, once."""
    here = quick(contacts=30, campaigns=30)
    here.complete_night()
    assert [] == here.values(HTML)
    without = here.requests_sent
    here.complete_night()
    quiet = here.requests_sent

    here.configure(html_content=True)
    here.complete_night()

    shown = here.values(
        f"select campaign_activity_id from email_campaign_activities"
        f" where format_type = {SHOWS_HTML} and lower(current_status) <> 'removed' order by 1"
    )
    assert shown
    assert shown == here.values(HTML)
    assert quiet < here.requests_sent < without
    here.complete_night()
    assert quiet == here.requests_sent
