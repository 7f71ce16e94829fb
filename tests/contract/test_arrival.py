"""Every property of the contract, served once with a value of its own, is looked for in the warehouse."""

from __future__ import annotations

import json
from collections import Counter
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pytest
from accounts import Account

from sources.constant_contact.catalogue import CATALOGUE, read_by
from tests.contract.answers import DELETED_ON, LIVE_CONTACT, SHARED, STEERING, Answers, serve
from tests.coverage_report import NO_PLACE, in_row, readers, report

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from accounts import Compared, Quick

Value = tuple[str, Any]
RENAMED = {"default": "is_default"}
"""Properties whose column has another name."""


@pytest.fixture(scope="module")
def answers() -> Answers:
    return Answers()


@pytest.fixture(params=["quick", pytest.param("account", marks=pytest.mark.long)])
def loaded(request: pytest.FixtureRequest, answers: Answers) -> Compared:
    """What a night makes of the answers, with everything asked for that can be.

    `account` has the loader too, and a login of its own kind, to which a partner's resources are closed.
    """
    one: Quick | Account = request.getfixturevalue(request.param)(contacts=0, campaigns=0)
    with serve(answers) as base_url:
        one.configure(
            base_url=base_url,
            opt_in=json.dumps(["all"]),
            html_content="true",
            landing_page_ids=json.dumps([SHARED["campaign_activity_id"]]),
        )
        old_ids = {name: ("1",) for name, of in CATALOGUE.items() if of.reads == "old_ids"}
        one.complete_night(select=sorted(read_from(one)), asked_ids=old_ids)
    return one


def read_from(one: Compared) -> Collection[str]:
    """The resources that a night reads which has been told to read everything."""
    return read_by("account") if isinstance(one, Account) else frozenset(CATALOGUE)


def test_each_value_arrives(loaded: Compared, answers: Answers) -> None:
    """In a typed column of its resource, or within JSON where the contract has no end."""
    there = {name: values_of(loaded, name) for name in read_from(loaded)}
    lost = [
        f"{resource}: {'.'.join(path)} = {value!r}"
        for (resource, path), value in answers.values.items()
        if resource in there and (resource, path) not in NO_PLACE and not said(path, value) <= there[resource]
    ]
    assert lost == []


def test_each_property_that_is_read_is_served(answers: Answers) -> None:
    """What the report counts as read is among what is looked for, each with a value that occurs nowhere else."""
    served = {(of, path[:depth]) for of, path in answers.values for depth in range(1, len(path) + 1)}
    missing = [
        f"{one.path}: {'.'.join(path)}"
        for one in report()
        if one.path in readers()
        for path in one.placed
        if (one.by, in_row(one.path, path)) not in served and path[-1] not in SHARED
    ]
    assert missing == []


def test_each_value_occurs_once(answers: Answers) -> None:
    """But for ids that name one thing everywhere, truth, and what steers or follows."""
    chosen = {repr(value) for value in (*SHARED.values(), *STEERING.values(), LIVE_CONTACT, DELETED_ON, True)}
    told = Counter(repr(value) for value in answers.values.values())
    assert {value for value, count in told.items() if count > 1} - chosen == set()


def said(path: tuple[str, ...], value: Any) -> set[Value]:
    """What a value becomes in a warehouse; of truth, which is no value of its own, with its name."""
    if isinstance(value, bool):
        return {(RENAMED.get(path[-1], path[-1]), value)}
    if isinstance(value, dict):
        return set().union(*(said((*path, name), inner) for name, inner in value.items()))
    return {("", plain(value))}


def values_of(loaded: Compared, resource: str) -> set[Value]:
    """All values in the tables of a resource, those within JSON too."""
    found: set[Value] = set()
    for table in CATALOGUE[resource].tables:
        json_columns = {column.name for column in table.columns if column.type == "json"}
        for row in loaded.query(f'select * from "{table.name}"'):
            for name, value in row.items():
                if name in json_columns and value is not None:
                    found |= set(within(json.loads(value), name))
                elif value is not None and not name.endswith("__raw"):
                    found |= (
                        {(name.rsplit("__", 1)[-1], value)}
                        if isinstance(value, bool)
                        else {("", plain(value))}
                    )
    return found


def within(value: Any, name: str) -> Iterator[Value]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from within(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from within(inner, name)
    elif isinstance(value, bool):
        yield name, value
    else:
        yield "", plain(value)


def plain(value: Any) -> str:
    """The same text for a value of the API and for the one in the warehouse."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:g}" if isinstance(value, float) and value.is_integer() else str(value)
