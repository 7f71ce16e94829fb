"""What stays out of the warehouse on purpose: erased contacts and excluded columns."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from sources.constant_contact.catalogue import CATALOGUE
from sources.constant_contact.catalogue.endpoint import KNOWN_EVENTS, KNOWN_UNTIL, VERSION_READ
from sources.constant_contact.catalogue.events import COUNTS as COUNTED
from sources.constant_contact.withheld import Excluded, Forgotten, hash_of

KEY = "00ff" * 16
OTHER_KEY = "00fe" * 16
ID, ADDRESS = "05cf4d60-56ea-4023-bf49-b35e56a9c7b5", "Zoë@Example.com"
ERASED = Forgotten(KEY, frozenset({hash_of(KEY, ID), hash_of(KEY, ADDRESS)}))


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        pytest.param(ADDRESS, ADDRESS.lower(), True, id="letters"),
        pytest.param(ADDRESS, f"  {ADDRESS}\n", True, id="spaces around"),
        pytest.param(ADDRESS, "Zoe@Example.com", False, id="accents tell people apart"),
        pytest.param("a b@example.com", "ab@example.com", False, id="spaces within do as well"),
        pytest.param("", " ", True, id="nothing"),
    ],
)
def test_a_word_has_one_hash_however_it_is_written(one: str, other: str, same: bool) -> None:
    assert same is (hash_of(KEY, one) == hash_of(KEY, other))


def test_a_hash_is_of_no_use_without_the_key() -> None:
    """64 hexadecimal digits that another key makes otherwise."""
    assert hash_of(KEY, ID) != hash_of(OTHER_KEY, ID)
    assert 64 == len(hash_of(KEY, ID))
    assert ID not in hash_of(KEY, ID)


@pytest.mark.parametrize(
    ("row", "resource", "covered"),
    [
        pytest.param({"contact_id": ID}, "", True, id="by the id"),
        pytest.param({"contact_id": ID.upper()}, "", True, id="by the id in other letters"),
        pytest.param({"contact_id": "another"}, "", False, id="somebody else"),
        pytest.param({}, "", False, id="nobody"),
        pytest.param({"contact_id": None}, "", False, id="no id"),
        pytest.param({"contact_id": 5}, "", False, id="an id that is no text"),
        pytest.param({"email_address": ADDRESS}, "email_opens", True, id="an event by its address"),
        pytest.param({"email_address": ADDRESS}, "contact_export", True, id="an exported row"),
        pytest.param({"email_address": ADDRESS}, "event_registrations", True, id="a registration"),
        pytest.param({"email_address": ADDRESS}, "landing_page_opens", True, id="a visit"),
        pytest.param({"email_address": ADDRESS}, "", False, id="an address that is not the row's person"),
        pytest.param({"email_address": ADDRESS}, "account", False, id="the account's own address"),
        pytest.param(
            {"contact_id": "another", "email_address": ADDRESS},
            "email_opens",
            False,
            id="the id decides: somebody else has the address now",
        ),
        pytest.param(
            {"contact_id": "", "email_address": ADDRESS}, "email_opens", True, id="an empty id is none"
        ),
        pytest.param({"email_address": {"address": ADDRESS}}, "email_opens", False, id="an object"),
    ],
)
def test_whose_row_it_is(row: dict[str, Any], resource: str, covered: bool) -> None:
    assert covered is ERASED.covers(row, resource)
    assert ([] if covered else [row]) == ERASED.kept([row], resource)
    assert not Forgotten(KEY).covers(row, resource)


@pytest.mark.parametrize("row", [None, "text", 5, [{"contact_id": ID}]])
def test_what_is_no_row_is_of_nobody(row: Any) -> None:
    """The API may answer anything; setting it aside is for others."""
    assert not ERASED.covers(row)
    assert [row] == ERASED.kept([row])


def test_nobody_erased_costs_nothing() -> None:
    """The same list, not a copy of it."""
    rows = [{"contact_id": ID}]
    assert rows is Forgotten().kept(rows)
    assert not Forgotten(KEY)
    assert ERASED


def test_a_listing_says_whether_the_erased_are_there_again() -> None:
    """Deleted ones apart; everybody else is not noted."""
    erased = Forgotten(KEY, frozenset(hash_of(KEY, each) for each in ("a", "b", "c")))
    erased.note(
        [
            {"contact_id": "a"},
            {"contact_id": "b", "deleted_at": "2026-01-01T00:00:00Z"},
            {"contact_id": "c", "deleted_at": None},
            {"contact_id": "d"},
        ]
    )
    assert {hash_of(KEY, "a"), hash_of(KEY, "c")} == erased.returned
    assert {hash_of(KEY, "b")} == erased.gone


def test_two_datasets_do_not_share_what_they_saw() -> None:
    one, other = Forgotten(KEY), Forgotten(KEY)
    one.returned.add("x")
    one.gone.add("y")
    assert (set(), set()) == (other.returned, other.gone)


def test_excluded_columns_are_those_that_were_named() -> None:
    """With the column that keeps a value which did not fit; each once, in the order of the setting."""
    names = ("contacts.last_name", " contacts.first_name ", "contacts.last_name", "email_opens.device_type")
    excluded = Excluded(names)
    assert ("last_name", "first_name", "last_name__raw", "first_name__raw") == excluded.of("contacts")
    assert ("device_type", "device_type__raw") == excluded.of("email_opens")
    assert () == excluded.of("contact_lists")
    assert ("contacts", "email_opens") == excluded.tables
    assert excluded


def test_nothing_excluded_changes_nothing() -> None:
    tables = {"contacts": pa.table({"first_name": ["Ann"]})}
    assert tables is Excluded().emptied(tables)
    assert not Excluded()
    assert () == Excluded().tables
    assert () == Excluded().bridges


def test_excluded_columns_are_null_and_keep_their_type() -> None:
    """Others stay, and so do tables of which nothing is excluded."""
    rows = pa.table(
        {"first_name": ["Ann", "Zoë"], "first_name__raw": [None, "5"], "last_name": ["Lee", None]}
    )
    other = pa.table({"list_id": ["l1"]})
    found = Excluded(["contacts.first_name"]).emptied({"contacts": rows, "contact_lists": other})
    assert rows.schema == found["contacts"].schema
    assert {
        "first_name": [None, None],
        "first_name__raw": [None, None],
        "last_name": ["Lee", None],
    } == found["contacts"].to_pydict()
    assert other == found["contact_lists"]


def test_a_column_that_these_rows_do_not_have_is_no_matter() -> None:
    rows = pa.table({"last_name": ["Lee"]})
    assert rows == Excluded(["contacts.first_name"]).emptied({"contacts": rows})["contacts"]


def test_a_column_that_the_account_may_yet_show_can_be_excluded() -> None:
    """A field of tomorrow that is like no known one."""
    assert ("zodiac_sign", "zodiac_sign__raw") == Excluded(["contacts.zodiac_sign"]).of("contacts")
    assert ("_extra", "_extra__raw") == Excluded(["contacts._extra"]).of("contacts")


@pytest.mark.parametrize(
    ("name", "words"),
    [
        pytest.param("first_name", "write table.column, such as contacts.first_name", id="no table"),
        pytest.param("", "write table.column", id="empty"),
        pytest.param("contacts.", "write table.column", id="no column"),
        pytest.param(".first_name", "there is no table ''", id="nothing before the dot"),
        pytest.param("contact.first_name", "no table 'contact'; did you mean 'contacts'?", id="a slip"),
        pytest.param("orders.total", "there is no table 'orders'", id="a table like no other"),
        pytest.param("main.contacts.first_name", "there is no table 'main.contacts'", id="with a schema"),
        pytest.param("contacts.contact_id", "a key column", id="the key"),
        pytest.param("email_opens.created_time", "a key column", id="a part of the key"),
        pytest.param("contacts.updated_at", "which the next sync needs", id="what says that it is newer"),
        pytest.param("contacts.deleted_at", "which the next sync needs", id="what says that it is deleted"),
        pytest.param("contacts._deleted", "which the next sync needs", id="a column of ours"),
        pytest.param("contacts.email_address", "name those: email_address__address, ", id="an object"),
        pytest.param("account.organization_name", "which the next sync needs", id="a table of counts"),
        pytest.param(
            "contacts.frist_name", "contacts has no column 'frist_name'; did you mean 'first_name'?", id="a typo"
        ),
    ],
)  # fmt: skip
def test_a_name_that_cannot_be_excluded_is_a_sentence(name: str, words: str) -> None:
    """What is set, what is wrong with it, and what to write."""
    with pytest.raises(ValueError, match="exclude_columns has") as caught:
        Excluded(["contacts.last_name", name])
    assert repr(name) in str(caught.value)
    assert words in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "contacts.created_at",  # shares of contacts are read in this order
        "contacts.email_address__permission_to_send",
        "contacts.email_address__opt_out_date",
        "contacts.updated_at",
        "contact_lists.membership_count",
        "contact_tags.contacts_count",
        "email_campaigns.current_status",
        "email_campaigns.campaign_activities",
        "email_campaign_activities.role",
        "email_campaign_activities.campaign_id",
        "events.status",
        "events.event_end",
        "events.default_track__track_id",
        "event_registrations.track_id",
        *(f"events.{column}" for column in COUNTED),
    ],
)
def test_what_later_runs_read_back_cannot_be_excluded(name: str) -> None:
    with pytest.raises(ValueError, match="which the next sync needs to know what is loaded; drop it"):
        Excluded([name])


@pytest.mark.parametrize("resource", sorted(CATALOGUE))
def test_what_says_how_new_a_row_is_cannot_be_excluded(resource: str) -> None:
    """Times, versions and digests, declared or made by the reading."""
    of = CATALOGUE[resource]
    for table in of.tables:
        made = {VERSION_READ, KNOWN_UNTIL, KNOWN_EVENTS, "deleted_at"}
        for column in (*table.newest, *sorted(made), *([of.changed] if of.changed else [])):
            with pytest.raises(ValueError, match=r"which the next sync needs|a key column"):
                Excluded([f"{table.name}.{column}"])


@pytest.mark.parametrize(
    "table",
    [
        "account",
        "contact_counts",
        "email_campaign_stats",
        "email_campaign_activity_stats",
        "email_campaign_summaries",
    ],
)
def test_tables_of_counts_are_whole(table: str) -> None:
    """No column of theirs can be excluded, declared or not."""
    of = next(of for endpoint in CATALOGUE.values() for of in endpoint.tables if of.name == table)
    for column in (*of.column_names, "anything_new"):
        with pytest.raises(ValueError, match="exclude_columns has"):
            Excluded([f"{table}.{column}"])


@pytest.mark.parametrize("resource", sorted(CATALOGUE))
def test_no_key_can_be_excluded(resource: str) -> None:
    """Of any table: without it rows cannot be kept in step."""
    for table in CATALOGUE[resource].tables:
        for column in table.key:
            with pytest.raises(ValueError, match="a key column, without which"):
                Excluded([f"{table.name}.{column}"])


def test_tables_made_from_an_excluded_column_stay_empty() -> None:
    """A bridge repeats what is in the array; it keeps its columns."""
    found = [
        (of.name, column, bridges)
        for endpoint in CATALOGUE.values()
        for of in endpoint.tables
        for column in of.column_names
        if (bridges := tuple(each.name for each in endpoint.bridges(of, column)))
    ]
    assert found
    for table, column, bridges in found:
        try:
            excluded = Excluded([f"{table}.{column}"])
        except ValueError:
            continue  # needed
        assert bridges == excluded.bridges
        rows = pa.table({"id": ["x", "y"]})
        emptied = excluded.emptied(dict.fromkeys(bridges, rows))
        assert [(0, rows.schema)] * len(bridges) == [
            (each.num_rows, each.schema) for each in emptied.values()
        ]
