"""First nights of accounts that answer as the documents allow: all hold the account exactly."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from sources.constant_contact_sandbox import Switches

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

VARIANTS = {
    **{
        f"end-{spelling}": Switches(end_of_data=spelling)
        for spelling in ("mixed", "empty", "absent", "null", "next_null", "href_null")
    },
    "tags-public": Switches(tags_link="public"),
    "cursor-offset": Switches(cursor="offset"),
    "clamped": Switches(over_limit="clamp"),
    "strict-parameters": Switches(unknown_parameters="refuse"),
    "inclusive": Switches(updated_after="inclusive"),
    "default-active": Switches(default_status="active"),
    "segments-slow": Switches(segment_pending_reads=3),
    "everything-bumps": Switches(bump_lists=True, bump_tags=True, bump_deletes=True, bump_unsubscribes=True),
    "delete-opts-out": Switches(delete_sets_opt_out=True),
    "dotted": Switches(stats_keys="dots"),
    "few-ids": Switches(stats_max_campaigns=3, stats_max_activities=2),
    "one-id": Switches(stats_max_campaigns=1, stats_max_activities=1),
    "removed-in-errors": Switches(removed_stats="errors"),
    "names-of-today": Switches(tracking_names="current"),
    "no-current-address": Switches(bounce_current_address=False),
}


@pytest.mark.long
@pytest.mark.parametrize("switches", VARIANTS.values(), ids=VARIANTS.keys())
def test_first_night_is_exact(quick: Callable[..., Quick], switches: Switches) -> None:
    """However the open questions are answered, a first night holds the account."""
    here = quick(contacts=60, campaigns=6, switches=switches)

    here.complete_night()

    assert [] == here.differences()


@pytest.mark.long
@pytest.mark.parametrize("switches", VARIANTS.values(), ids=VARIANTS.keys())
def test_three_nights_are_exact(quick: Callable[..., Quick], switches: Switches) -> None:
    """However the open questions are answered, nights with changes between them hold the account, read whole."""
    here = quick(contacts=120, campaigns=12, switches=switches)
    here.complete_night()
    found = []

    for _ in range(2):
        here.sandbox.advance(1)
        here.complete_night(full_refresh=True)
        found.append(here.differences())

    assert [[], []] == found
