"""What the reads leave out once a person is erased: rows by the contact's id, else by the address."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import duckdb
import pytest
from erasure.named_texts import CONTACT, must_tell_apart

from pipelines.constant_contact.erasure import outputs
from pipelines.constant_contact.erasure.addresses import addresses_of, owned, registrants
from pipelines.constant_contact.erasure.erase import without_registrations
from pipelines.constant_contact.erasure.search import Relation, Traces, own_rows
from sources.constant_contact.withheld import Forgotten, hash_of

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from accounts import Quick

KEY = "ab" * 32
ADDRESS = "ann@harborlight.example"
EVENTS = ("events", "event_registrations", "event_registration_details")
OPENS = "landing_page_opens"


@pytest.mark.parametrize(
    ("resource", "row", "is_covered"),
    [
        ("event_registrations", {"email_address": " Ann@HarborLight.example "}, True),
        ("event_registrations", {"email_address": "anne@harborlight.example"}, False),
        ("event_registrations", {"email_address": None}, False),
        ("event_registration_details", {"contact_id": CONTACT.upper()}, True),
        (OPENS, {"contact_id": CONTACT, "email_address": "other@harborlight.example"}, True),
        (OPENS, {"contact_id": "somebody-else", "email_address": ADDRESS}, False),
        (OPENS, {"contact_id": None, "email_address": ADDRESS}, True),
        ("email_opens", {"email_address": ADDRESS}, True),
        ("contacts", {"contact_id": "somebody-else", "email_address": {"address": ADDRESS}}, False),
        ("account_emails", {"email_address": ADDRESS}, False),
    ],
)
def test_the_id_decides_and_the_address_where_there_is_none(
    resource: str, row: dict[str, object], is_covered: bool
) -> None:
    """A new contact with the address is somebody else; a sender's address is the account's."""
    erased = Forgotten(key=KEY, hashes=frozenset({hash_of(KEY, ADDRESS), hash_of(KEY, CONTACT)}))
    assert is_covered is erased.covers(row, resource)


def test_registrations_of_an_erased_address_do_not_come_back(quick: Callable[..., Quick]) -> None:
    """Neither they nor their details, in a full refresh and in a plain night; those of all others are there."""
    one = quick(contacts=300, campaigns=3)
    family = one.sandbox.extras.events
    event = next(event for event in family.events if event.registrations)
    address, *_ = event.registrations[0].names(one.sandbox.contacts)
    one.forget(addresses=(address.upper(),))
    for full in (False, True, False):
        one.complete_night(select=EVENTS, full_refresh=full)
        theirs = one.values(
            f"select registration_id from event_registrations where email_address = '{address}'"
        )
        mentioned = one.values(f"select 1 from event_registration_details where answers like '%{address}%'")
        everybody = [
            r
            for event in family.events
            for r in event.registrations
            if r.names(one.sandbox.contacts)[0] != address
        ]
        loaded = one.values("select registration_id from event_registrations where deleted_at is null")
        assert ([], []) == (theirs, mentioned)
        assert sorted(r.registration_id for r in everybody) == sorted(loaded)


def test_a_detail_of_an_erased_contact_is_asked_for_once(quick: Callable[..., Quick]) -> None:
    """Where the listing shows an address that nobody knew, the detail names the contact; it is left out, and known."""
    one = quick(contacts=300, campaigns=3)
    family = one.sandbox.extras.events
    registration = next(event for event in family.events if event.registrations).registrations[0]
    contact_id = one.sandbox.contacts.id_of(registration.contact)
    one.forget(ids=(contact_id,))
    asked = []
    for _ in range(2):
        one.sandbox.log.reset()
        one.complete_night(select=EVENTS)
        paths = one.sandbox.log.by_path_template
        asked.append(sum(count for path, count in paths.items() if path.endswith("/registrations/{id}")))
    assert [] == one.values(f"select 1 from event_registration_details where contact_id = '{contact_id}'")
    assert [sum(len(event.registrations) for event in family.events), 0] == asked


def test_openings_of_an_erased_contact_cost_nothing_more(quick: Callable[..., Quick]) -> None:
    """They count neither as news nor as known: a quiet night asks for one page of each landing page."""
    one = quick(contacts=300, campaigns=3)
    pages = one.sandbox.extras.landing_pages.pages
    one.configure(landing_page_ids=json.dumps([page.activity_id for page in pages]))
    (first,) = one.sandbox.extras.landing_pages.rows(
        pages[0], "p_contact_opens", pages[0].events["opens"][-1:]
    )
    one.forget(ids=(first["contact_id"],))
    for _ in range(2):
        one.complete_night(select=(OPENS, "landing_page_clicks"))
        assert [] == one.values(f"select 1 from {OPENS} where contact_id = '{first['contact_id']}'")
    assert len(pages) == one.requests_sent


def test_registrations_say_who_is_who(quick: Callable[..., Quick]) -> None:
    """A registration and its detail tell the contact of an address, and the addresses of a contact."""
    one = quick(contacts=300, campaigns=3)
    one.complete_night(select=(*EVENTS, "contacts"))
    opened: Any = one
    registration = next(
        event for event in one.sandbox.extras.events.events if event.registrations
    ).registrations[0]
    one.execute(
        "update event_registrations set email_address = ' Typed.In@harborlight.example '"
        f" where registration_id = '{registration.registration_id}'"
    )
    contact_id = one.sandbox.contacts.id_of(registration.contact)
    (now,) = one.values(f"select email_address__address from contacts where contact_id = '{contact_id}'")

    assert [contact_id] == registrants(opened, "typed.in@HARBORLIGHT.example")
    addresses = addresses_of(opened, [contact_id.upper()])
    assert {"typed.in@harborlight.example", now.lower()} <= set(addresses)
    assert tuple(addresses) == owned(opened, [contact_id], addresses)
    assert now.lower() not in owned(opened, [], addresses), "somebody else has it"


@pytest.mark.parametrize(
    ("table", "texts", "has_contact_id", "expected"),
    [
        ("event_registrations", ("number", "email_address"), False, ["by address"]),
        ("account_emails", ("number", "email_address"), False, []),
        ("landing_page_opens", ("number", "email_address"), True, ["by address", "by id"]),
        ("event_registration_details", ("number", "email_address"), True, ["by address", "by id", "named"]),
    ],
)
def test_rows_of_a_person_in_the_new_tables(
    table: str, texts: tuple[str, ...], has_contact_id: bool, expected: list[str]
) -> None:
    """By the id, or where there is none by the address alone; a detail also by what stands in its answers."""
    place = Relation(schema="main", name=table, area="dataset", texts=texts, has_contact_id=has_contact_id)
    with duckdb.connect() as connection:
        connection.execute(
            f"create table {table} as select * from (values ('by address', null, ' Ann@Harborlight.example'),"
            f" ('by id', '{CONTACT.upper()}', 'x@y.example'), ('another', 'somebody-else', '{ADDRESS}'),"
            f" ('named', null, '[\"{ADDRESS}\"]'), ('nobody', null, null)) as t(number, contact_id, email_address)"
        )
        if not has_contact_id:
            connection.execute(f"delete from {table} where number in ('by id', 'another')")
        traces = Traces(ids=(CONTACT,), addresses=(ADDRESS,), owned=(ADDRESS,))
        found = connection.execute(
            f"select number from {table} where {own_rows(place, traces)} order by 1"
        ).fetchall()
    assert expected == [number for (number,) in found]


def test_what_a_registration_says_goes_with_it() -> None:
    """Answers, tickets and order lines name nobody by id; those of other registrations stay."""
    places = [
        Relation(schema="main", name=name, area="dataset", texts=(), has_contact_id=False)
        for name in ("event_registration_details", "event_registration_details__answers", "events")
    ]
    with duckdb.connect() as connection:
        connection.execute(
            "create table event_registration_details as select 'e' as event_id, 'r2' as registration_id"
        )
        connection.execute(
            "create table event_registration_details__answers as"
            " select 'e' as event_id, unnest(['r1', 'r2', 'r1']) as registration_id"
        )
        for statement in without_registrations(places):
            connection.execute(statement)
        left = connection.execute(
            "select registration_id from event_registration_details__answers"
        ).fetchall()
    assert [("r2",)] == left
    assert [] == list(without_registrations(places[1:]))


def test_a_part_of_an_address_is_somebody_else() -> None:
    """ann@ is in joann@, and .co in .com: those are left as they are, on both databases."""
    with duckdb.connect() as connection:
        must_tell_apart(lambda sql: connection.execute(sql).fetchall())


def test_what_was_asked_about_a_person_at_the_prompt_goes_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The lines that name the person, whichever case; the others stay, and the file its owner's alone."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))
    file = outputs.prompt_history()
    file.parent.mkdir()
    file.write_text(f"from contacts;\nfrom contacts where email_address = '{ADDRESS.upper()}';\nselect 1;\n")
    file.chmod(0o600)
    [held] = outputs.holding(outputs.histories(), [ADDRESS])
    outputs.without_lines(held.path, [ADDRESS])
    assert "from contacts;\nselect 1;\n" == file.read_text()
    assert [] == outputs.holding(outputs.histories(), [ADDRESS])
    assert 0o600 == file.stat().st_mode & 0o777
