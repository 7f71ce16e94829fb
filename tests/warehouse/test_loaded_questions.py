"""The questions that a read asks of what is loaded, answered by SQL and, of small tables, from memory."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from raw_tables import RawTables, contacts

from sources.constant_contact.kept_rows import KeptRows
from sources.constant_contact.sql_tables import AT_ONCE
from sources.constant_contact.sql_warehouse import nothing_loaded
from sources.constant_contact.warehouse import EPOCH, KnownTimes, identifier, identifiers, literal, literals

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sources.constant_contact.warehouse import Warehouse

AT = datetime(2026, 11, 1, 12, tzinfo=UTC)
GONE = date(2026, 11, 19)
DAY = timedelta(days=1)
OPENS, CLICKS = "email_opens", "email_clicks"


def event(contact_id: str, *, at: datetime = AT, mail: str = "a1", occurrence: int = 0) -> dict[str, Any]:
    return {
        "campaign_activity_id": mail,
        "contact_id": contact_id,
        "created_time": at,
        "occurrence": occurrence,
    }


def by_sql(**tables: Any) -> Warehouse:
    return RawTables(**tables).loaded()


def from_memory(**tables: Any) -> Warehouse:
    """The same rows, read ahead; no question is sent."""
    raw = RawTables(**tables)
    kept = {
        name: [tuple(row.values()) for row in raw.query(f"select * from {raw.qualified(name)}")]
        for name in tables
    }

    def refuse(sql: str) -> Any:
        raise AssertionError(f"a question was sent: {sql}")

    return KeptRows(refuse, raw.qualified, raw.columns(), kept=kept)


EITHER = pytest.mark.parametrize("warehouse_of", [by_sql, from_memory])


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        (lambda w: w.rows("contacts"), []),
        (lambda w: w.count("contacts"), 0),
        (lambda w: list(w.columns("contacts")), []),
        (lambda w: w.where("contacts", "contact_id", ["c1"]), []),
        (lambda w: w.having("contacts", "contact_id", ["contact_id"]), []),
        (lambda w: w.combinations("contacts", ["contact_id"]), []),
        (lambda w: w.greatest(OPENS, "contact_id", "created_time", ["c1"]), {}),
        (lambda w: w.latest("email_campaign_stats", "campaign_id", "last_refresh_time"), {}),
        (lambda w: w.contacts_with_news([OPENS], "contact_rates", "known_until", "known_events", 5), []),
        (lambda w: w.contacts_without("contact_rates", [OPENS], most=5), []),
        (lambda w: w.contacts_created(None, 5), []),
        (lambda w: w.count_created(None), 0),
        (lambda w: w.deletion_marks(OPENS), {}),
        (lambda w: w.event_counts(OPENS), {}),
        (lambda w: w.forgotten_events(OPENS), {}),
        (lambda w: bool(w.forgotten()), False),
        (lambda w: len(w.event_times(OPENS, "a1")), 0),
        (lambda w: w.events_at(OPENS, "a1", 0), []),
        (lambda w: w.is_kept("contacts"), False),
    ],
)
def test_a_table_that_is_not_there_answers_as_an_empty_one(question: Any, answer: Any) -> None:
    """So that a first night needs no special case; no question is ever sent."""
    assert answer == question(nothing_loaded())


LISTS = [
    {"list_id": "l1", "name": "News", "membership_count": 3},
    {"list_id": "l'2", "name": None, "membership_count": 0},
    {"list_id": "l3", "name": "News", "membership_count": None},
]


@EITHER
def test_rows_come_with_the_columns_that_were_asked_for(warehouse_of: Any) -> None:
    """Columns that are not there are left out; of none of them there is no row."""
    warehouse = warehouse_of(contact_lists=LISTS)
    found = warehouse.rows("contact_lists", ("list_id", "name", "colour"))
    assert [("l1", "News"), ("l'2", None), ("l3", "News")] == [tuple(row.values()) for row in found]
    assert {"list_id", "name"} == set(found[0])
    assert [] == warehouse.rows("contact_lists", ("colour",))
    assert set(warehouse.columns("contact_lists")) == set(warehouse.rows("contact_lists")[0])
    assert 3 == warehouse.count("contact_lists")


@EITHER
@pytest.mark.parametrize(
    ("column", "values", "expected"),
    [
        ("list_id", ["l'2"], {"l'2"}),
        ("list_id", ["l1", "l3", "l9"], {"l1", "l3"}),
        ("list_id", [], set()),
        ("name", ["News"], {"l1", "l3"}),
        ("name", [""], set()),
        ("name", ["news"], set()),
    ],
)
def test_rows_are_found_by_texts_of_a_column(
    warehouse_of: Any, column: str, values: list[str], expected: set[str]
) -> None:
    found = warehouse_of(contact_lists=LISTS).where("contact_lists", column, values)
    assert expected == {row["list_id"] for row in found}


@EITHER
def test_thousands_of_texts_are_asked_for_in_portions(warehouse_of: Any) -> None:
    """Each row once, also at the border of two questions."""
    ids = [f"t{number:04}" for number in range(2 * AT_ONCE + 1)]
    tags = [{"tag_id": each} for each in (*ids[AT_ONCE - 1 : AT_ONCE + 1], ids[-1])]
    found = warehouse_of(contact_tags=tags).where("contact_tags", "tag_id", set(ids))
    assert [ids[AT_ONCE - 1], ids[AT_ONCE], ids[-1]] == sorted(row["tag_id"] for row in found)


def test_bookkeeping_of_the_loader_is_no_column() -> None:
    for name, value in (("_dlt_load_id", "1"), ("colour", "blue")):
        tables = RawTables(contact_lists=LISTS[:1])
        tables.add("contact_lists", name, value)
        [row] = tables.loaded().rows("contact_lists")
        assert (name == "colour") is (name in row)


def test_columns_with_odd_names_are_quoted() -> None:
    tables = RawTables(contact_lists=LISTS[:1])
    tables.add("contact_lists", "Order", "x")
    assert ["x"] == [row["Order"] for row in tables.loaded().rows("contact_lists", ("Order",))]
    assert ["x"] == [row["Order"] for row in tables.loaded().having("contact_lists", "Order", ("Order",))]


def test_rows_that_have_a_value() -> None:
    warehouse = by_sql(contact_lists=LISTS)
    found = warehouse.having("contact_lists", "membership_count", ("list_id",))
    assert [{"list_id": "l1"}, {"list_id": "l'2"}] == found
    assert [] == warehouse.having("contact_lists", "colour", ("list_id",))
    assert [] == warehouse.having("contact_lists", "list_id", ("colour",))


def test_combinations_are_counted() -> None:
    """Null is a value of its own here."""
    warehouse = by_sql(contact_lists=[*LISTS, {"list_id": "l4", "name": None}])
    found = {row["name"]: row["row_count"] for row in warehouse.combinations("contact_lists", ["name"])}
    assert {"News": 2, None: 2} == found
    assert [] == warehouse.combinations("contact_lists", ["name", "colour"])


def test_the_greatest_of_each_key() -> None:
    """A key without rows is not in the answer; one whose rows all lack the value is, as None."""
    totals = [
        {"campaign_id": each, "last_refresh_time": at}
        for each, at in (("c1", AT), ("c1", AT + DAY), ("c2", None), ("c3", AT))
    ]
    warehouse = by_sql(email_campaign_stats=totals)
    found = warehouse.greatest("email_campaign_stats", "campaign_id", "last_refresh_time", ["c1", "c2", "c9"])
    assert {"c1": AT + DAY, "c2": None} == found
    latest = warehouse.latest("email_campaign_stats", "campaign_id", "last_refresh_time")
    assert {"c1": AT + DAY, "c3": AT} == {key: row["last_refresh_time"] for key, row in latest.items()}
    assert {} == warehouse.latest("email_campaign_stats", "campaign_id", "colour")


CREATED = [
    *contacts("c1", created_at=AT),
    *contacts("c2", created_at=AT),
    *contacts("c3", created_at=AT + DAY),
    *contacts("gone", created_at=AT - DAY, deleted_at=GONE),
    *contacts("timeless", created_at=None),
]


@pytest.mark.parametrize(
    ("after", "most", "expected", "count"),
    [
        (None, 10, ["gone", "c1", "c2", "c3"], 4),
        (None, 2, ["gone", "c1"], 4),
        (AT, 10, ["c3"], 1),
        (AT - timedelta(microseconds=1), 10, ["c1", "c2", "c3"], 3),
        (AT + DAY, 10, [], 0),
        (None, 0, [], 4),
    ],
)
def test_contacts_in_the_order_of_their_creation(
    after: datetime | None, most: int, expected: list[str], count: int
) -> None:
    """Deleted ones too; one without a time has no place in it."""
    warehouse = by_sql(contacts=CREATED)
    assert expected == [contact for _, contact in warehouse.contacts_created(after, most)]
    assert count == warehouse.count_created(after)


@pytest.mark.parametrize(
    ("places", "most", "expected"),
    [
        ({}, 10, ["c3", "c2", "c1"]),
        ({}, 1, ["c3"]),
        ({"after": (AT, "c1")}, 10, ["c2", "c3"]),
        ({"after": (AT, "c2")}, 10, ["c3"]),
        ({"after": (AT + DAY, "c3")}, 10, []),
        ({"before": (AT + DAY, "c3")}, 10, ["c2", "c1"]),
        ({"before": (AT, "c2")}, 10, ["c1"]),
        ({"before": (AT, "c1")}, 10, []),
        ({"after": (AT, "c1"), "before": (AT + DAY, "c3")}, 10, ["c2"]),
    ],
)
def test_contacts_of_which_nothing_is_known(places: Any, most: int, expected: list[str]) -> None:
    """Not deleted, without an event and without a row of their own: on from a place, or back from one."""
    warehouse = by_sql(contacts=CREATED, contact_rates=[], **{OPENS: []})
    found = warehouse.contacts_without("contact_rates", [OPENS], most=most, **places)
    assert expected == [contact for _, contact in found]


@pytest.mark.parametrize(
    ("tables", "expected"),
    [
        pytest.param({}, ["c3", "c2", "c1"], id="none of the tables is there"),
        pytest.param({OPENS: [event("c2")]}, ["c3", "c1"], id="an event"),
        pytest.param({OPENS: [event("c2")], CLICKS: [event("c3")]}, ["c1"], id="of two feeds"),
        pytest.param({"contact_rates": [{"contact_id": "c1"}]}, ["c3", "c2"], id="a row of its own"),
        pytest.param(
            {"contact_rates": [{"contact_id": "c1"}] * 2, OPENS: [event("c3")] * 2}, ["c2"], id="many rows"
        ),
    ],
)
def test_who_has_a_row_or_an_event_is_known(tables: Any, expected: list[str]) -> None:
    found = by_sql(contacts=CREATED, **tables).contacts_without("contact_rates", [OPENS, CLICKS], most=9)
    assert expected == [contact for _, contact in found]


def known(contact_id: str, until: datetime | None, number: int | None = None) -> dict[str, Any]:
    return {"contact_id": contact_id, "known_until": until, "known_events": number}


@pytest.mark.parametrize(
    ("rates", "expected"),
    [
        pytest.param([], ["c3", "c2", "c1"], id="nothing is known: the latest event first"),
        pytest.param([known("c3", AT + DAY, 1)], ["c2", "c1"], id="known until its latest event"),
        pytest.param([known("c3", AT, 1)], ["c3", "c2", "c1"], id="a later event"),
        pytest.param([known("c3", AT + DAY, 0)], ["c3", "c2", "c1"], id="an event that came late"),
        pytest.param([known("c3", AT + DAY, None)], ["c2", "c1"], id="not counted then"),
        pytest.param([known("c3", AT, 1), known("c3", AT + DAY, 1)], ["c2", "c1"], id="any of its rows"),
        pytest.param([known("c3", None, 1)], ["c3", "c2", "c1"], id="never asked for"),
        pytest.param([known("c1", AT + DAY, 2)], ["c3", "c2"], id="more known than is loaded"),
    ],
)
def test_contacts_with_news(rates: list[Any], expected: list[str]) -> None:
    """A deleted one has none, nor has one that is not loaded."""
    events = [event("c1"), event("c2"), event("gone"), event("stranger", at=AT + 9 * DAY)]
    warehouse = by_sql(
        contacts=CREATED, contact_rates=rates, **{OPENS: events, CLICKS: [event("c3", at=AT + DAY)]}
    )
    asked: Any = ([OPENS, CLICKS, "email_forwards"], "contact_rates", "known_until", "known_events")
    found = warehouse.contacts_with_news(*asked, 9)
    assert expected == [contact for contact, _ in found]
    assert expected[:1] == [contact for contact, _ in warehouse.contacts_with_news(*asked, 1)]
    assert all(at == (AT + DAY if contact == "c3" else AT) for contact, at in found)


@pytest.mark.parametrize("missing", ["known_until", "known_events"])
def test_columns_of_a_later_version_may_be_missing(missing: str) -> None:
    """Without a time nothing is known; without a number events are told by their times."""
    tables = RawTables(contacts=CREATED, contact_rates=[known("c1", AT, 0)], email_opens=[event("c1")])
    tables.drop("contact_rates", missing)
    found = tables.loaded().contacts_with_news([OPENS], "contact_rates", "known_until", "known_events", 9)
    assert (["c1"] if missing == "known_until" else []) == [contact for contact, _ in found]


def erased(rows: int, mail: str, table: str = OPENS) -> dict[str, Any]:
    return {"table_name": table, "campaign_activity_id": mail, "erased_rows": rows}


def test_events_are_counted_with_those_that_were_erased() -> None:
    events = [event("c1"), event("c1", occurrence=1), event("c1", mail="a2")]
    warehouse = by_sql(
        email_opens=events,
        _ctct_forgotten_rows=[erased(2, "a1"), erased(3, "a1"), erased(4, "a3"), erased(9, "a1", CLICKS)],
    )
    assert {"a1": 7, "a2": 1, "a3": 4} == warehouse.event_counts(OPENS)
    assert {"a1": 5, "a3": 4} == warehouse.forgotten_events(OPENS)
    assert {} == warehouse.forgotten_events("email_sends")


def test_events_of_an_e_mail_by_their_instant() -> None:
    """To the microsecond, in UTC."""
    tick = timedelta(microseconds=1)
    events = [event("c1"), event("c2", at=AT + tick), event("c3", at=AT - tick), event("c4", mail="a'2")]
    warehouse = by_sql(email_opens=events)
    at = (AT - EPOCH) // tick
    assert ["c1"] == [row["contact_id"] for row in warehouse.events_at(OPENS, "a1", at)]
    assert ["c4"] == [row["contact_id"] for row in warehouse.events_at(OPENS, "a'2", at)]
    times = warehouse.event_times(OPENS, "a1")
    assert [3, 2, 1, 0] == [times.newer_than(at + move) for move in (-2, -1, 0, 1)]
    assert (3, 0) == (len(times), len(warehouse.event_times(OPENS, "a9")))


@pytest.mark.parametrize(
    ("times", "at", "expected"),
    [
        ([], 0, 0),
        ([EPOCH], 0, 0),
        ([EPOCH], -1, 1),
        ([EPOCH, EPOCH], -1, 2),
        ([EPOCH + timedelta(microseconds=2), EPOCH], 1, 1),
        ([EPOCH - timedelta(microseconds=1)], -2, 1),
        ([EPOCH - timedelta(microseconds=1)], -1, 0),
        ([datetime(9999, 12, 31, tzinfo=UTC), datetime(1, 1, 1, tzinfo=UTC)], 0, 1),
    ],
)
def test_how_many_events_are_newer(times: list[datetime], at: int, expected: int) -> None:
    assert expected == KnownTimes(times).newer_than(at)


def test_deletions_that_events_show() -> None:
    """The latest of each contact; who is not deleted is not in it."""
    events = [
        event("c1"),
        event("c2") | {"deleted_at": GONE},
        event("c2", mail="a2") | {"deleted_at": GONE - DAY},
    ]
    assert {"c2": GONE} == by_sql(email_opens=events).deletion_marks(OPENS)


@pytest.mark.parametrize(
    ("name", "quoted"), [("contacts", '"contacts"'), ('a"b', '"a""b"'), ("", '""'), ("a'b", '"a\'b"')]
)
def test_a_name_in_sql(name: str, quoted: str) -> None:
    assert quoted == identifier(name)
    assert f'{quoted}, "x"' == identifiers([name, "x"])


@pytest.mark.parametrize(
    ("texts", "quoted"),
    [(["a"], "'a'"), (["o'hara", "b"], "'o''hara', 'b'"), ([""], "''"), ([], "null"), (["''"], "''''''")],
)
def test_texts_in_sql(texts: list[str], quoted: str) -> None:
    """Of none of them a null, which nothing is equal to."""
    assert quoted == literals(texts)
    assert texts != ["a"] or quoted == literal("a")


def test_a_stretch_opens_the_destination_only_for_tables_that_are_not_kept() -> None:
    opened: list[str] = []

    class Stretch:
        def __enter__(self) -> None:
            opened.append("in")

        def __exit__(self, *_: object) -> None:
            opened.append("out")

    kept: Mapping[str, Any] = {"contact_tags": []}
    existing = {name: ["tag_id"] for name in ("contact_tags", "contacts")}
    warehouse = KeptRows(lambda _: ([], []), str, existing, kept=kept, stretch=Stretch)
    with warehouse.stretch(["contact_tags"]):
        assert [] == opened
    with warehouse.stretch(["contact_tags", "contacts"]):
        assert ["in"] == opened
    assert ["in", "out"] == opened
    assert (True, False) == (warehouse.is_kept("contact_tags"), warehouse.is_kept("contacts"))
