"""What follows from deletions for rows that were not read: by SQL after a sync, as rows in a library call."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pytest
from raw_tables import NIGHT, RawTables, contacts

from sources.constant_contact.batches import Batch
from sources.constant_contact.catalogue import table
from sources.constant_contact.catalogue.schema import arrow_schema
from sources.constant_contact.repair.cascade_batches import Cascades
from sources.constant_contact.repair.cascades import apply_cascades
from sources.constant_contact.repair.corrections import correct
from sources.constant_contact.repair.findings import ContactFilter, Findings
from sources.constant_contact.withheld import Excluded

if TYPE_CHECKING:
    from collections.abc import Sequence

GONE, EARLIER = date(2026, 11, 19), date(2026, 1, 1)
MEMBERSHIPS, TAGGINGS = "contacts__list_memberships", "contacts__taggings"
WANTED = frozenset(
    {"contacts", "contact_lists", "contact_tags", "custom_fields", "email_opens", "email_bounces"}
)
AT = datetime(2026, 11, 1, 12, tzinfo=UTC)


def members(**lists: Sequence[str]) -> list[dict[str, Any]]:
    return [{"list_id": of, "contact_id": each} for of, ids in lists.items() for each in ids]


def event(contact_id: str, **more: Any) -> dict[str, Any]:
    shared = {"campaign_activity_id": "a1", "created_time": AT, "occurrence": 0}
    return {**shared, "contact_id": contact_id, **more}


def account(**changes: Any) -> RawTables:
    """Contact c1 is there and c2 is deleted; list l1 is there and l2 is deleted."""
    tables: dict[str, Any] = {
        "contacts": [*contacts("c1", email_address__address="c1@b.c"), *contacts("c2", deleted_at=GONE)],
        "contact_lists": [{"list_id": "l1"}, {"list_id": "l2", "deleted_at": NIGHT}],
        MEMBERSHIPS: members(l1=["c1", "c2"], l2=["c1"], l3=["c1"]),
    }
    return RawTables(**(tables | changes))


def memberships(tables: RawTables) -> list[str]:
    return tables.values(
        f"select list_id || ' ' || contact_id from {tables.qualified(MEMBERSHIPS)} order by 1"
    )


@pytest.mark.parametrize(
    ("wanted", "left"),
    [
        pytest.param(WANTED, ["l1 c1", "l3 c1"], id="both were read"),
        pytest.param(WANTED - {"contact_lists"}, ["l1 c1", "l2 c1", "l3 c1"], id="lists were not"),
        pytest.param(WANTED - {"contacts"}, ["l1 c1", "l1 c2", "l2 c1", "l3 c1"], id="contacts were not"),
    ],
)
def test_no_membership_leads_to_what_is_deleted(wanted: frozenset[str], left: list[str]) -> None:
    """A list that is not loaded is none that is deleted. Twice is the same as once."""
    tables = account()
    for _ in range(2):
        apply_cascades(tables, wanted)
        assert left == memberships(tables)


def test_taggings_and_values_of_fields_that_are_gone_go_too() -> None:
    field = {"contact_id": "c1", "custom_field_id": "f1"}
    tables = account(
        contact_tags=[{"tag_id": "t1", "deleted_at": NIGHT}, {"tag_id": "t2"}],
        contacts__taggings=[{"contact_id": "c1", "tag_id": each} for each in ("t1", "t2")],
        custom_fields=[{"custom_field_id": "f1", "deleted_at": NIGHT}],
        contacts__custom_fields=[field],
        contacts__custom_fields__choices=[{**field, "choice_id": "1"}],
    )
    apply_cascades(tables, WANTED)
    assert ["t2"] == tables.values(f"select tag_id from {tables.qualified(TAGGINGS)}")
    for name in ("contacts__custom_fields", "contacts__custom_fields__choices"):
        assert [0] == tables.values(f"select count(*) from {tables.qualified(name)}")


@pytest.mark.parametrize(
    ("contact_id", "shown", "expected"),
    [
        pytest.param("c1", None, None, id="there"),
        pytest.param("c2", None, GONE, id="deleted since"),
        pytest.param("c2", EARLIER, GONE, id="deleted on another day"),
        pytest.param("c1", EARLIER, None, id="back again"),
        pytest.param("unknown", EARLIER, EARLIER, id="not loaded: what the event says stays"),
    ],
)
def test_an_event_shows_the_deletion_of_its_contact(
    contact_id: str, shown: date | None, expected: date | None
) -> None:
    tables = account(email_opens=[event(contact_id, deleted_at=shown)])
    apply_cascades(tables, WANTED)
    assert [expected] == tables.values(f"select deleted_at from {tables.qualified('email_opens')}")


@pytest.mark.parametrize(
    ("address", "before", "excluded", "expected"),
    [
        pytest.param("new@b.c", "old@b.c", (), "new@b.c", id="moved"),
        pytest.param("new@b.c", None, (), "new@b.c", id="not said by the event"),
        pytest.param(None, "old@b.c", (), "old@b.c", id="the contact has none"),
        pytest.param(
            "new@b.c", None, ("email_bounces.current_email_address",), None, id="the column is excluded"
        ),
        pytest.param("new@b.c", None, ("email_bounces.first_name",), "new@b.c", id="another is"),
    ],
)
def test_a_bounce_shows_the_address_of_today(
    address: str | None, before: str | None, excluded: tuple[str, ...], expected: str | None
) -> None:
    tables = account(
        contacts=contacts("c1", email_address__address=address),
        email_bounces=[event("c1", current_email_address=before)],
    )
    apply_cascades(tables, WANTED, Excluded(excluded))
    assert [expected] == tables.values(
        f"select current_email_address from {tables.qualified('email_bounces')}"
    )


@pytest.mark.parametrize(
    ("report", "expected"),
    [
        pytest.param({"known_until": AT}, 3, id="just read"),
        pytest.param({"known_until": AT, "known_events": 1}, 1, id="read before: as it was then"),
        pytest.param({}, None, id="never asked for"),
        pytest.param({"known_until": AT, "contact_id": "c9"}, None, id="of a contact without events"),
    ],
)
def test_a_report_shows_how_many_events_were_loaded_when_it_was_read(
    report: dict[str, Any], expected: int | None
) -> None:
    """Of all feeds together."""
    key = dict.fromkeys(table("contact_rates").key, "x")
    tables = account(
        email_opens=[event("c1"), event("c1", occurrence=1), event("c2")],
        email_bounces=[event("c1")],
        contact_rates=[{**key, "contact_id": "c1", **report}],
    )
    apply_cascades(tables, WANTED | {"contact_rates"})
    assert [expected] == tables.values(f"select known_events from {tables.qualified('contact_rates')}")


def read(resource: str, rows: list[dict[str, Any]]) -> Batch:
    schema = arrow_schema(table(resource))
    whole = [{name: row.get(name) for name in schema.names} for row in rows]
    return Batch(resource=resource, tables={resource: pa.Table.from_pylist(whole, schema=schema)})


def handed_on(tables: RawTables, *batches: Batch, wanted: frozenset[str] = WANTED) -> dict[str, list[Any]]:
    """Table -> rows that a library call adds to what it read, each as its key with what they are about."""
    cascades = Cascades()
    for batch in batches:
        cascades.observe(batch)
    found: dict[str, list[Any]] = {}
    for batch in cascades.batches(tables.loaded(), wanted):
        for name, rows in batch.tables.items():
            found[name] = rows.to_pylist()
    return found


@pytest.mark.parametrize(
    ("batches", "expected"),
    [
        pytest.param([], {"l1", "l3"}, id="a list that was deleted before"),
        pytest.param(
            [read("contact_lists", [{"list_id": "l3", "deleted_at": NIGHT}])], {"l1"}, id="and another now"
        ),
        pytest.param(
            [read("contact_lists", [{"list_id": "l2", "deleted_at": None}])],
            None,
            id="it is back: nothing follows",
        ),
        pytest.param(
            [read("contacts", contacts("c1"))], None, id="a contact that was read brings its own lists"
        ),
    ],
)
def test_a_library_call_hands_on_what_is_left_of_a_set(
    batches: list[Batch], expected: set[str] | None
) -> None:
    found = handed_on(account(**{MEMBERSHIPS: members(l1=["c1"], l2=["c1"], l3=["c1"])}), *batches)
    rows = found.get(MEMBERSHIPS)
    assert expected == (None if rows is None else {row["list_id"] for row in rows})
    assert {"c1"} >= {row["contact_id"] for row in rows or ()}


def test_a_set_of_which_nothing_is_left_is_told_by_a_mark() -> None:
    """Replacing a set by its owner needs a row."""
    found = handed_on(account(**{MEMBERSHIPS: members(l2=["c3", "c1"], l1=["c1"])}))
    assert [
        {"contact_id": "c1", "list_id": "l1", "_deleted": None},
        {"contact_id": "c3", "list_id": "", "_deleted": True},
    ] == found[MEMBERSHIPS]


@pytest.mark.parametrize("left_out", ["contacts", "contact_lists"])
def test_what_was_not_selected_follows_from_nothing(left_out: str) -> None:
    assert MEMBERSHIPS not in handed_on(account(), wanted=WANTED - {left_out})


@pytest.mark.parametrize(
    ("contact", "shown", "expected"),
    [
        pytest.param({"deleted_at": GONE}, None, GONE, id="deleted now"),
        pytest.param({"deleted_at": GONE}, GONE, "nothing", id="known"),
        pytest.param({"deleted_at": None}, GONE, None, id="back"),
        pytest.param({"deleted_at": None}, None, "nothing", id="there, as before"),
    ],
)
def test_events_of_a_contact_that_was_read_follow_it(
    contact: dict[str, Any], shown: date | None, expected: Any
) -> None:
    tables = account(email_opens=[event("c1", deleted_at=shown), event("c2", deleted_at=shown)])
    found = handed_on(tables, read("contacts", [{"contact_id": "c1", **contact}])).get("email_opens", [])
    assert ([] if expected == "nothing" else [("c1", expected)]) == [
        (row["contact_id"], row["deleted_at"]) for row in found
    ]
    assert all(AT == row["created_time"] for row in found)


@pytest.mark.parametrize(
    ("address", "expected"),
    [("new@b.c", ["new@b.c"]), ("old@b.c", []), (None, [])],
    ids=["moved", "the same", "none"],
)
def test_bounces_of_a_contact_that_moved_follow_it(address: str | None, expected: list[str]) -> None:
    tables = account(email_bounces=[event("c1", current_email_address="old@b.c")])
    batch = read("contacts", [{"contact_id": "c1", "email_address__address": address}])
    found = handed_on(tables, batch).get("email_bounces", [])
    assert expected == [row["current_email_address"] for row in found]


def test_columns_that_nobody_declared_come_along() -> None:
    """An event that is handed on again loses nothing."""
    tables = account(email_opens=[event("c1")])
    tables.add("email_opens", "colour", "blue")
    batch = read("contacts", [{"contact_id": "c1", "deleted_at": GONE}])
    assert ["blue"] == [row["colour"] for row in handed_on(tables, batch)["email_opens"]]


def corrected(findings: Findings, **changes: Any) -> RawTables:
    tables = account(**changes)
    correct(tables, findings)
    return tables


@pytest.mark.parametrize(
    ("findings", "left"),
    [
        pytest.param(
            Findings(left={ContactFilter(kind="list", value="l'1"): {"c1", "c'2"}}), ["l3 c1"], id="both left"
        ),
        pytest.param(
            Findings(left={ContactFilter(kind="list", value="l'1"): {"c1", "c'2"}}, fresh={"c1"}),
            ["l'1 c1", "l3 c1"],
            id="one was read since",
        ),
        pytest.param(
            Findings(left={ContactFilter(kind="tag", value="l'1"): {"c1", "c'2"}}),
            ["l'1 c'2", "l'1 c1", "l3 c1"],
            id="a tag of that id",
        ),
        pytest.param(
            Findings(left={ContactFilter(kind="all"): {"c1"}}), ["l'1 c'2", "l'1 c1", "l3 c1"], id="no group"
        ),
    ],
)
def test_members_that_a_list_lacks_are_taken_away(findings: Findings, left: list[str]) -> None:
    tables = corrected(
        findings, **{MEMBERSHIPS: members(**{"l'1": ["c1", "c'2"], "l3": ["c1"]}), TAGGINGS: []}
    )
    assert left == memberships(tables)


def test_thousands_of_members_are_taken_away_in_portions() -> None:
    """None of them is left at the border of two statements."""
    ids = [f"c{number:05}" for number in range(5_001)]
    findings = Findings(left={ContactFilter(kind="list", value="l1"): set(ids)})
    tables = corrected(findings, **{MEMBERSHIPS: [*members(l1=ids), *members(l2=ids[:1])]})
    assert ["l2 c00000"] == memberships(tables)


def test_a_contact_that_is_gone_is_marked_once() -> None:
    """With the day on which it was found out; one that was deleted before keeps its day."""
    tables = corrected(Findings(gone={"c1", "c2"}))
    assert [True, False] == tables.values(
        f"select deleted_at = current_date from {tables.qualified('contacts')} order by contact_id"
    )


def test_events_that_a_feed_does_not_have_any_more_are_taken_away() -> None:
    """By the whole key: the same contact, instant and e-mail may have two."""
    rows = [
        event("c1"),
        event("c1", occurrence=1),
        event("c1", created_time=AT.replace(microsecond=1)),
        event("c'2"),
        event("c1", campaign_activity_id="a2"),
    ]
    left = {("a1", "c1", AT, 0)}
    tables = corrected(Findings(events={("email_opens", "a1"): left}), email_opens=rows)
    kept = tables.query(
        f"select campaign_activity_id as a, contact_id as c, occurrence as o from {tables.qualified('email_opens')}"
    )
    assert [("a1", "c1", 0), ("a2", "c1", 0)] == sorted((row["a"], row["c"], row["o"]) for row in kept)
