"""Histories of SMS channels: who is asked for in a night, and that every step is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.reads import strategies

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

NAME = "contacts_sms_engagement_history"
WANTED = ("contacts", NAME)
PATH = "/v3/contacts/sms_engagement_history/{id}"


def asked(one: Quick) -> int:
    return one.sandbox.log.by_path_template[PATH]


def wrong(one: Quick) -> list[str]:
    """What differs in these tables; those of what contacts hold are there too."""
    return [line for line in one.differences(tables=WANTED) if "nobody expects" not in line]


@pytest.fixture
def one(quick: Callable[..., Quick]) -> Quick:
    """An account of which some contacts have an SMS channel, loaded with its histories."""
    here = quick(contacts=150, campaigns=2)
    here.complete_night(select=WANTED)
    assert asked(here) > 3
    here.sandbox.log.reset()
    return here


def test_histories_are_exact_and_a_quiet_night_asks_for_nobody(one: Quick) -> None:
    """Whoever has a channel was asked for once; without a change nobody is asked for again."""
    assert [] == wrong(one)
    one.complete_night(select=WANTED)
    assert 0 == asked(one)


@pytest.mark.long
def test_histories_are_exact_night_after_night(one: Quick) -> None:
    """Through days of changes only those whose channel moved are asked for."""
    one.configure(contact_reading="full")
    channels = len(one.values(f"select distinct contact_id from {NAME}"))
    for _ in range(3):
        one.sandbox.advance(1)
        one.complete_night(select=WANTED)
        assert [] == wrong(one)
    assert asked(one) < channels


def test_a_consent_that_moved_is_read_again(one: Quick) -> None:
    """What is loaded of the consent is another than the account's, so its contact is asked for, and nobody else."""
    contact_id = one.values(f"select contact_id from {NAME} order by contact_id")[0]
    one.execute(f"update {NAME} set version_read = 'of another consent' where contact_id = '{contact_id}'")
    one.complete_night(select=WANTED)
    assert 1 == asked(one)
    assert [] == wrong(one)


@pytest.mark.long
def test_a_capped_reading_goes_on_the_next_night(
    quick: Callable[..., Quick], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five a night, until all are there."""
    few = replace(CATALOGUE[NAME], most=5)
    monkeypatch.setattr(strategies, "CATALOGUE", {**CATALOGUE, NAME: few})
    one = quick(contacts=100, campaigns=2)
    one.complete_night(select=WANTED)
    assert 5 == asked(one)
    while len(wrong(one)) > 0:
        before = asked(one)
        one.complete_night(select=WANTED)
        assert 0 < asked(one) - before <= 5
    one.sandbox.log.reset()
    one.complete_night(select=WANTED)
    assert 0 == asked(one)


@pytest.mark.long
def test_a_contact_that_is_gone_costs_itself(quick: Callable[..., Quick]) -> None:
    """One that the account does not know any more is named; the others are loaded."""
    one = quick(contacts=150, campaigns=2)
    one.sandbox.set_fault("not_found", 1, path_prefix="/contacts/sms_engagement_history")
    assert one.night(select=WANTED).error is None
    ((resource, ill),) = one.left_out
    assert (NAME, []) == (resource, one.values(f"select 1 from {NAME} where contact_id = '{ill}'"))
    one.complete_night(select=WANTED)
    assert [] == wrong(one)
