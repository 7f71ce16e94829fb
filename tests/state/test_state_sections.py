"""Each section of the state by itself: nothing known, what is kept, and what is taken back."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pendulum
import pytest

from sources.constant_contact.state import (
    campaigns,
    contact_reports,
    contacts,
    counting,
    dataset,
    details,
    events,
    export_check,
    feeds,
    fields,
    forgotten,
    landing_pages,
    offsets,
    recent,
    rolling,
)
from sources.constant_contact.state.changes import StateChange, apply_changes
from sources.constant_contact.state.contacts import ContactsState, WholeReading
from sources.constant_contact.state.rolling import Round

if TYPE_CHECKING:
    from collections.abc import Callable

AT = pendulum.datetime(2026, 11, 20, 3, 4, 5, 678901)
LATER = AT.add(days=1)
FEED = ("a1", "email_opens")


def after(*changes: StateChange) -> dict[str, Any]:
    """What is kept: through JSON, as the load tool does it."""
    state: dict[str, Any] = {}
    apply_changes(state, changes)
    found: dict[str, Any] = json.loads(json.dumps(state))
    return found


EMPTY: list[tuple[str, Callable[[dict[str, Any]], object], object]] = [
    ("campaigns", campaigns.CampaignsState.of, campaigns.CampaignsState()),
    ("contacts", ContactsState.of, ContactsState()),
    ("counting", counting.CountRules.of, counting.CountRules()),
    ("dataset", dataset.DatasetState.of, dataset.DatasetState()),
    ("details", lambda state: details.DetailsState.of(state, "events"), details.DetailsState()),
    ("events", events.EventsState.of, events.EventsState()),
    ("export_check", export_check.ExportCheckState.of, export_check.ExportCheckState()),
    ("feeds", lambda state: feeds.first_reading_of(state, *FEED), None),
    ("fields", fields.FieldsState.of, fields.FieldsState()),
    ("forgotten", forgotten.ForgottenState.of, forgotten.ForgottenState()),
    ("landing_pages", landing_pages.LandingPagesState.of, landing_pages.LandingPagesState()),
    ("offsets", offsets.OffsetsState.of, offsets.OffsetsState()),
    ("recent", lambda state: recent.RecentState.of(state, "sms"), recent.RecentState()),
    (
        "contact_reports",
        lambda state: contact_reports.ContactReportState.of(state, "contact_activity"),
        contact_reports.ContactReportState(),
    ),
]


@pytest.mark.parametrize(("name", "read", "nothing"), EMPTY, ids=[row[0] for row in EMPTY])
def test_nothing_is_known_of_an_empty_state(
    name: str, read: Callable[[dict[str, Any]], object], nothing: object
) -> None:
    """Nor of one in which only other sections say something."""
    assert nothing == read({})
    assert nothing == read({"another": {"a1": {"email_opens": {}}}, "sections": 1}), name


TAKEN_BACK: list[tuple[str, list[StateChange], list[StateChange]]] = [
    ("campaigns", [campaigns.marked(AT), campaigns.not_found("a1")], [campaigns.read_again()]),
    ("html", [campaigns.loaded_html(all_of_it=True)], [campaigns.loaded_html(all_of_it=False)]),
    ("contacts", [ContactsState(mark=AT).kept()], [contacts.read_again()]),
    ("rule", [counting.counts_by("list", "all")], [counting.counts_by("list", None)]),
    (
        "count",
        [counting.says("list", "l1", something=False)],
        [counting.says("list", "l1", something=True)],
    ),
    ("details", [details.nothing_of("events", "e1", "v")], [details.read_again("events")]),
    ("events", [events.began("then"), events.listed_whole(AT)], [events.read_again()]),
    ("export", [export_check.ordered(AT)], [export_check.ordered(None)]),
    ("feeds", [feeds.came_to(*FEED, feeds.FirstReading(next_link="/x", at=1))], [feeds.read_again()]),
    ("include", [fields.refused({"taggings"})], [fields.refused(())]),
    ("returned", [forgotten.returned({"h"})], [forgotten.returned(())]),
    ("landing pages", [landing_pages.read_whole("p", "visits", AT)], [landing_pages.read_again()]),
    ("landing page", [landing_pages.read_whole("p", "visits", AT)], [landing_pages.not_whole("p", "visits")]),
    ("offsets", [offsets.stands_apart("list", "l1", 3)], [offsets.stands_apart("list", "l1", None)]),
    ("all offsets", [offsets.stands_apart("total", None, 3)], [offsets.stands_apart("total", "all", None)]),
    ("recent", list(recent.read("sms", AT, is_whole=True)), [recent.read_again("sms")]),
    (
        "nothing of a contact",
        [contact_reports.nothing_of("contact_activity", "k", "then")],
        [contact_reports.nothing_of("contact_activity", "k", None)],
    ),
]


@pytest.mark.parametrize(("name", "kept", "back"), TAKEN_BACK, ids=[row[0] for row in TAKEN_BACK])
def test_what_is_taken_back_leaves_nothing(
    name: str, kept: list[StateChange], back: list[StateChange]
) -> None:
    """No empty section that a later version would have to read."""
    assert after(*kept), name
    assert {} == after(*kept, *back)


def test_what_is_read_again_of_one_resource_leaves_the_others() -> None:
    state = after(
        *recent.read("sms", AT, is_whole=False),
        *recent.read("social", LATER, is_whole=True),
        details.nothing_of("events", "e1", "v"),
        details.nothing_of("segments", "s1", "w"),
        recent.read_again("social"),
        details.read_again("segments"),
    )
    assert recent.RecentState(read_at=AT) == recent.RecentState.of(state, "sms")
    assert recent.RecentState() == recent.RecentState.of(state, "social")
    assert {"e1": "v"} == details.DetailsState.of(state, "events").nothing
    assert {} == details.DetailsState.of(state, "segments").nothing


def test_a_reading_of_changes_leaves_the_time_of_the_whole_one() -> None:
    state = after(*recent.read("sms", AT, is_whole=True), *recent.read("sms", LATER, is_whole=False))
    assert recent.RecentState(read_at=LATER, whole_at=AT) == recent.RecentState.of(state, "sms")


def test_contacts_of_0_1_0_without_an_opt_out_mark_have_that_of_their_changes() -> None:
    """Who opted out before was seen with the changes."""
    state = ContactsState.of({"contacts": {"mark": AT.isoformat()}})
    assert (AT, AT) == (state.mark, state.opted_out)
    state = ContactsState.of({"contacts": {"mark": AT.isoformat(), "opted_out": LATER.isoformat()}})
    assert (AT, LATER) == (state.mark, state.opted_out)


def test_marks_of_contacts_are_read_as_they_were_kept() -> None:
    """All of them, beside a reading that is under way."""
    marks = ContactsState(mark=AT, opted_out=LATER, whole_at=LATER, overlapped=frozenset({AT, LATER}))
    state = after(marks.kept(), WholeReading(started_at=AT).kept())
    found = ContactsState.of(state)
    assert (AT, LATER, LATER) == (found.mark, found.opted_out, found.whole_at)
    assert {AT, LATER} == found.overlapped
    assert WholeReading(started_at=AT) == found.whole
    assert {"contacts": {"mark": AT.isoformat()}} == after(ContactsState(mark=AT).kept())


def test_a_whole_reading_without_a_start_is_none() -> None:
    """It begins anew."""
    assert WholeReading.of({}) is None
    assert WholeReading.of({"next": "/v3/contacts?cursor=x"}) is None


@pytest.mark.parametrize(
    ("whole", "kept"),
    [
        pytest.param(WholeReading(started_at=AT), {}, id="before the first page"),
        pytest.param(WholeReading(started_at=AT).came_to("/x"), {"next": "/x"}, id="after a page"),
        pytest.param(WholeReading(started_at=AT).came_to(None), {"ended": True}, id="after the last one"),
        pytest.param(
            WholeReading(started_at=AT).came_to("/x").came_to(None), {"ended": True}, id="of several pages"
        ),
        pytest.param(WholeReading(started_at=AT, failures=2), {"failures": 2}, id="after failures"),
        pytest.param(
            WholeReading(started_at=AT, horizon=LATER, opted_out=AT),
            {"horizon": LATER.isoformat(), "opted_out": AT.isoformat()},
            id="with what it has seen",
        ),
    ],
)
def test_a_whole_reading_keeps_what_there_is_to_say(whole: WholeReading, kept: dict[str, Any]) -> None:
    """And is read again as it was."""
    state = after(whole.kept())
    assert {"contacts": {"whole": {"started_at": AT.isoformat(), **kept}}} == state
    assert whole == WholeReading.of(state["contacts"]["whole"])


def test_the_end_of_a_whole_reading_is_its_last_word() -> None:
    """Marks that are known, in order; nothing of what was under way."""
    whole = WholeReading(started_at=AT).came_to("/x")
    marks = ContactsState(mark=LATER, whole_at=AT, overlapped=frozenset({LATER, AT}))
    kept = {
        "mark": LATER.isoformat(),
        "whole_at": AT.isoformat(),
        "overlapped": [AT.isoformat(), LATER.isoformat()],
    }
    assert {"contacts": kept} == after(whole.kept(), marks.kept())
    assert {"contacts": {"whole_at": LATER.isoformat()}} == after(contacts.all_read_at(LATER))


def test_a_count_has_the_rule_of_its_scope_or_its_own() -> None:
    rules = counting.CountRules(
        by_count={"list": "subscribed", "list:l1": "unknown", "consent:implicit": "x"}
    )
    assert ["unknown", "subscribed", None] == [
        rules.rule(scope, scope_id) for scope, scope_id in (("list", "l1"), ("list", "l2"), ("tag", "l1"))
    ]
    assert "x" == rules.rule("consent", "implicit")


@pytest.mark.parametrize(
    ("rules", "unknown"),
    [
        ({}, False),
        ({"list": "unknown"}, True),
        ({"list:l1": "unknown"}, True),
        ({"list": "subscribed"}, False),
        ({"tag": "unknown", "tag:t1": "unknown"}, False),  # another scope
        ({"lists": "unknown"}, False),  # another word
        ({"list": "subscribed", "list:l1": "unknown"}, True),
    ],
)
def test_a_scope_says_nothing_if_one_of_its_counts_does_not(rules: dict[str, str], unknown: bool) -> None:
    assert unknown is counting.CountRules(by_count=rules).unknown("list")


def test_without_rules_the_offsets_stay() -> None:
    """Both are kept in one section."""
    state = after(
        counting.counts_by("list", "subscribed"), offsets.stands_apart("list", "l1", -2), events.began("then")
    )
    without = counting.without_rules(state)
    assert counting.CountRules() == counting.CountRules.of(without)
    assert -2 == offsets.OffsetsState.of(without).offset("list", "l1")
    assert events.EventsState(since="then") == events.EventsState.of(without)
    assert "subscribed" == counting.CountRules.of(state).rule("list", "l1")
    assert {"audit": {}} == counting.without_rules({})


def test_an_offset_is_of_one_count_or_of_all() -> None:
    state = offsets.OffsetsState.of(
        after(offsets.stands_apart("total", None, 3), offsets.stands_apart("list", "l1", 0))
    )
    assert [3, 0, None, None] == [
        state.offset(scope, scope_id)
        for scope, scope_id in (("total", None), ("list", "l1"), ("list", None), ("tag", "l1"))
    ]


def test_a_dataset_says_its_version_only_if_a_later_one_wrote_it() -> None:
    assert dataset.DatasetState(version=1, was_written=False) == dataset.DatasetState.of({})
    written = dataset.DatasetState.of(after(dataset.written_by_this_version()))
    assert (dataset.STATE_VERSION, True) == (written.version, written.was_written)


@pytest.mark.parametrize(("kept", "account_id"), [("a07e1", "a07e1"), (7, "7"), ("", None), (None, None)])
def test_an_account_is_its_id_as_text(kept: object, account_id: str | None) -> None:
    assert account_id == dataset.DatasetState.of({"account_id": kept}).account_id
    assert "a07e1" == dataset.DatasetState.of(after(dataset.belongs_to("a07e1"))).account_id


def test_commits_are_counted_from_one() -> None:
    state: dict[str, Any] = {}
    for _ in range(3):
        apply_changes(state, [dataset.committed_once_more(state)])
    assert 3 == dataset.DatasetState.of(state).commit


def test_requests_of_a_day_are_kept_by_key() -> None:
    state = after(dataset.counted("k1", "2026-11-20", 7), dataset.counted("k2", "2026-11-21", 9))
    assert ("2026-11-20", 7) == dataset.requests_counted(state, "k1")
    assert ("2026-11-21", 9) == dataset.requests_counted(state, "k2")
    assert dataset.requests_counted(state, "k3") is None
    again = after(dataset.counted("k1", "2026-11-20", 7), dataset.counted("k1", "2026-11-21", 1))
    assert ("2026-11-21", 1) == dataset.requests_counted(again, "k1")


@pytest.mark.parametrize(
    ("pipeline_state", "section"),
    [
        ({}, {}),
        ({"sources": None}, {}),
        ({"sources": {}}, {}),
        ({"sources": {"github": {"x": 1}}}, {}),
        ({"sources": {"constant_contact": {"x": 1}, "github": {}}}, {"x": 1}),
    ],
)
def test_our_section_is_found_among_those_of_a_pipeline(
    pipeline_state: dict[str, Any], section: dict[str, Any]
) -> None:
    assert section == dataset.section_of(pipeline_state)


def test_readings_of_which_there_was_nothing_keep_version_and_time() -> None:
    """A version may have spaces of its own."""
    state = after(
        details.nothing_at("segment_members", "s1", "done 17", AT),
        details.nothing_at("segment_members", "s2", "", LATER),
    )
    found = details.DetailsState.of(state, "segment_members").readings()
    assert [("s1", "done 17", AT), ("s2", "", LATER)] == list(found)


@pytest.mark.parametrize(
    ("state", "known"),
    [
        (events.EventsState(), False),
        (events.EventsState(since="then"), True),
        (events.EventsState(whole_at=AT), True),
        (events.EventsState(since="then", whole_at=AT), True),
    ],
)
def test_events_are_known_by_either_time(state: events.EventsState, known: bool) -> None:
    assert known is state.is_known


def test_lists_of_the_state_are_sorted() -> None:
    """So that the same knowledge is the same text."""
    assert ["a", "b", "c"] == after(fields.refused({"c", "a", "b"}))["refused"]
    assert ["a", "b", "c"] == after(forgotten.returned({"c", "a", "b"}))["forgotten"]["returned"]
    assert frozenset("abc") == fields.FieldsState.of({"refused": ["a", "b", "c"]}).refused
    assert frozenset("ab") == forgotten.ForgottenState.of(after(forgotten.returned({"b", "a"}))).returned


def test_a_column_of_an_undeclared_field_has_its_path() -> None:
    state = fields.FieldsState.of(after(fields.has_column("contacts", "a__b", ("a", "b"))))
    assert {"a__b": ["a", "b"]} == state.columns_of("contacts")
    assert {} == state.columns_of("contact_lists")


def test_an_export_is_ordered_again_after_the_last_one() -> None:
    state = export_check.ExportCheckState.of(after(export_check.ordered(AT), export_check.ordered(LATER)))
    assert export_check.ExportCheckState(ordered_at=LATER) == state


@pytest.mark.parametrize(
    ("entry", "began", "at", "until"),
    [
        pytest.param({}, AT, AT, None, id="none yet"),
        pytest.param(
            {"began": AT.isoformat(), "at": LATER.isoformat(), "until": "2020-01-01"},
            AT, LATER, pendulum.datetime(2020, 1, 1), id="under way",
        ),
        pytest.param({"began": AT.isoformat()}, AT, AT, None, id="nothing of it read"),
        pytest.param(
            {"began": LATER.isoformat(), "at": LATER.isoformat(), "until": "2020-01-01"},
            AT, AT, None, id="another whole reading begins anew",
        ),
    ],
)  # fmt: skip
def test_a_round_counts_from_the_last_whole_reading(
    entry: dict[str, Any],
    began: pendulum.DateTime,
    at: pendulum.DateTime,
    until: pendulum.DateTime | None,
) -> None:
    found = Round.since({"rolling": entry}, AT)
    assert Round(began=began, at=at, until=until) == found
    assert found == Round.since(after(found.kept()), AT)
    assert rolling.SECTION in after(found.kept())


def test_who_was_looked_at_is_kept_in_utc() -> None:
    """Between the newest and the oldest in the order of creation; one of the two may be missing."""
    place = (pendulum.datetime(2026, 1, 1, 1, tz="Europe/Berlin"), "k1")
    state = after(contact_reports.visited("contact_activity", place, (AT, "")))
    entry = state["details"]["contact_activity"]["visited"]
    assert ["2026-01-01T00:00:00+00:00", "k1"] == entry["newest"]
    found = contact_reports.ContactReportState.of(state, "contact_activity")
    assert (place, (AT, "")) == (found.newest, found.oldest)
    del entry["newest"]
    assert contact_reports.ContactReportState.of(state, "contact_activity").newest is None
    assert contact_reports.ContactReportState() == contact_reports.ContactReportState.of(state, "another")
