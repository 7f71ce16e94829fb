"""Details, one request each: what is due, what a cap or a failure leaves for later, sets that lose members."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from sources.constant_contact import catalogue, source
from sources.constant_contact.catalogue import CATALOGUE, Endpoint
from sources.constant_contact.catalogue.columns import Table, text, timestamp
from sources.constant_contact.catalogue.endpoint import version_read
from sources.constant_contact.reads import bridges, permissions, strategies

if TYPE_CHECKING:
    from collections.abc import Callable

    from accounts import Quick

DEFINITIONS = ("automations", "automation_definitions")
DETAIL = "/v3/automations/workflows/{id}"
TAGS = replace(
    CATALOGUE["automation_definitions"],
    shape="rows",
    rows_key="structured_tags",
    soft_deletes=True,
    table=Table(
        name="automation_tags",
        grain="one row per automation and tag",
        key=("id", "key"),
        columns=(
            text("id", "id of the automation", added=True),
            text("key", "key of the tag"),
            text("value", "value of the tag"),
            text("display_value", "value of the tag for people"),
            version_read("automation", "update_date"),
            timestamp("deleted_at", "when it was gone", added=True),
        ),
    ),
)
"""A set of rows for each automation, of the same answer that holds its definition."""


@pytest.fixture
def declared(monkeypatch: pytest.MonkeyPatch) -> Callable[[Endpoint], None]:
    """`declared(endpoint)`: the catalogue has it too, or instead of the one of its name."""

    def declare(of: Endpoint) -> None:
        changed = {**CATALOGUE, of.resource: of}
        for module in (bridges, catalogue, permissions, source, strategies):
            monkeypatch.setattr(module, "CATALOGUE", changed)
        monkeypatch.setattr(catalogue, "_TABLES", {t.name: t for e in changed.values() for t in e.tables})
        monkeypatch.setattr(strategies, "COLLECTED", strategies.collect(changed.values()))

    return declare


def asked(one: Quick, path: str = DETAIL) -> int:
    """How often it was asked for paths like this one since the log was reset."""
    return one.sandbox.log.by_path_template[path]


def edit(one: Quick, number: int, **fields: object) -> None:
    """A day after the last edit of this automation."""
    automations = one.sandbox.extras.automations
    at = automations.versions[automations.rows[number]["id"]][1] + 86_400
    automations.edit(number, at=at, **fields)


def test_a_detail_is_asked_for_again_only_when_it_changed(quick: Callable[..., Quick]) -> None:
    """The first night asks for each; the next for those whose row in the listing says that it changed."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=DEFINITIONS)
    automations = one.sandbox.extras.automations
    assert len(automations.rows) == asked(one)
    one.sandbox.log.reset()
    edit(one, 1, name="Edited")
    one.complete_night(select=DEFINITIONS)
    assert 1 == asked(one)
    assert [] == one.differences(tables=DEFINITIONS)


@pytest.mark.long
def test_a_detail_that_fails_costs_itself_and_comes_the_next_night(quick: Callable[..., Quick]) -> None:
    """The others are loaded, the failing one is named, and the next night brings it."""
    one = quick(contacts=300, campaigns=3)
    ill = one.sandbox.extras.automations.rows[0]["id"]
    one.sandbox.set_fault("500_html", None, path_prefix=f"/automations/workflows/{ill}")
    assert one.night(select=DEFINITIONS).error is None
    assert {("automation_definitions", ill)} == set(one.left_out)
    assert len(one.sandbox.extras.automations.rows) - 1 == len(
        one.values("select id from automation_definitions")
    )
    one.sandbox.clear_faults()
    one.complete_night(select=DEFINITIONS)
    assert [] == one.differences(tables=DEFINITIONS)


@pytest.mark.long
def test_details_alone_bring_no_rows_of_what_they_belong_to(quick: Callable[..., Quick]) -> None:
    """The listing is asked for their sake, and its table stays away."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=DEFINITIONS[1:])
    assert [] == one.differences(tables=DEFINITIONS[1:])


@pytest.mark.long
def test_details_that_are_too_many_come_in_the_next_nights(
    quick: Callable[..., Quick], declared: Callable[[Endpoint], None]
) -> None:
    """A night asks for the newest ones, as many as it may; none is asked for twice and none is forgotten."""
    declared(replace(CATALOGUE["automation_definitions"], most=2))
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=DEFINITIONS)
    newest = sorted((row["update_date"], row["id"]) for row in one.sandbox.extras.automations.rows)[-2:]
    assert {id_ for _, id_ in newest} == set(one.values("select id from automation_definitions"))
    one.sandbox.log.reset()
    one.complete_night(select=DEFINITIONS)
    assert 1 == asked(one)
    assert [] == one.differences(tables=DEFINITIONS)


def test_an_answer_that_means_nothing_is_not_asked_for_again(
    quick: Callable[..., Quick], declared: Callable[[Endpoint], None]
) -> None:
    """Where 404 says that there is nothing, it is no failure, and the same version is not asked for twice."""
    declared(replace(CATALOGUE["automation_definitions"], may_be_none=True))
    one = quick(contacts=300, campaigns=3)
    none = one.sandbox.extras.automations.rows[0]["id"]
    one.sandbox.set_fault("not_found", None, path_prefix=f"/automations/workflows/{none}")
    one.complete_night(select=DEFINITIONS)
    assert none not in one.values("select id from automation_definitions")
    one.sandbox.log.reset()
    one.complete_night(select=DEFINITIONS)
    assert 0 == asked(one)


def test_members_that_a_set_lost_are_marked_and_the_others_stay(
    quick: Callable[..., Quick], declared: Callable[[Endpoint], None]
) -> None:
    """Of the changed row's set only; one that comes back is there again."""
    declared(TAGS)
    one = quick(contacts=300, campaigns=3)
    first = {"key": "GOAL", "value": "a", "display_value": "A"}
    second = {"key": "SEASON", "value": "b", "display_value": "B"}
    edit(one, 0, structured_tags=[first, second])
    one.complete_night(select=[TAGS.resource])
    edit(one, 0, structured_tags=[second])
    one.sandbox.log.reset()
    one.complete_night(select=[TAGS.resource])
    gone = "select key from automation_tags where deleted_at is not null"
    assert (1, ["GOAL"]) == (asked(one), one.values(gone))
    edit(one, 0, structured_tags=[first, second])
    one.complete_night(select=[TAGS.resource])
    assert [] == one.values(gone)


def test_a_set_that_became_empty_is_read_once(
    quick: Callable[..., Quick], declared: Callable[[Endpoint], None]
) -> None:
    """Its members are marked, and what is empty is not asked for again before it changes."""
    declared(TAGS)
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=[TAGS.resource])
    edit(one, 0, structured_tags=[])
    one.complete_night(select=[TAGS.resource])
    assert 1 == one.values("select count(*) from automation_tags where deleted_at is not null")[0]
    one.sandbox.log.reset()
    one.complete_night(select=[TAGS.resource])
    assert 0 == asked(one)
    edit(one, 0, name="Edited again")
    one.complete_night(select=[TAGS.resource])
    assert 1 == asked(one)


@pytest.mark.long
def test_a_table_that_was_emptied_is_read_again(quick: Callable[..., Quick]) -> None:
    """What is loaded says what is due, so rows that went from outside come back."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=DEFINITIONS)
    one.execute("delete from automation_definitions")
    one.complete_night(select=DEFINITIONS)
    assert [] == one.differences(tables=DEFINITIONS)
